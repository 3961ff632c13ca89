/**
 * The JSON Schema of a manifest, made from the kinds. Editors use it, and the loader validates with
 * it. Unions are told apart by type and by keywords of one type, not by anyOf, so that each problem
 * has one place.
 */
import { FILTER_SCHEMA } from "../kinds/filter.ts";
import { kinds } from "../kinds/index.ts";
import type { Field, JsonSchema, Kind, Relation } from "../kinds/kind.ts";
import { DEVICE, type ReferenceTarget, referenceTargets, SEARCH_TYPES } from "../kinds/targets.ts";
import { MAX_EACH } from "./each.ts";

/** What a name must match: a text of blanks is none. */
export const NOT_BLANK = "\\S";
const TEXT: JsonSchema = { type: "string", minLength: 1, pattern: NOT_BLANK };
const ID: JsonSchema = {
  title: "an id, a whole number such as 16",
  type: ["integer", "string"],
  minimum: 0,
  pattern: "^[0-9]{1,20}$",
};
const VARIABLE: JsonSchema = {
  title: "the name of an environment variable, such as SLACK_HOOK",
  type: "string",
  pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
};

/** Of editors alone: what a manifest is judged by has the entries that it makes. */
const FOR_EACH_SCHEMA: JsonSchema = {
  title: "a list, or ${var:NAME} of one",
  type: ["array", "string"],
  pattern: "^\\$\\{var:[^}]+\\}$",
  items: { type: ["string", "number", "boolean", "object"] },
  maxItems: MAX_EACH,
  description:
    "Makes one resource for each item of the list, with ${each}, or ${each:key} of a mapping, filled in.",
};

const SELECTOR_KEYS = ["ip", "name", "mac", "discovery_id", "id", "filter", "search", "csv"];

/** The JSON Schema (2020-12) of one document of a manifest. */
export function manifestSchema(): JsonSchema {
  const sections = kinds.map((kind) => [kind.section, sectionSchema(kind)] as const);
  const defaults = kinds.map((kind) => [kind.section, { $ref: `#/$defs/${kind.kind}_defaults` }] as const);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "a manifest",
    description: "Configuration of ExtraHop appliances, kept by hopsync.",
    type: "object",
    required: ["version"],
    additionalProperties: false,
    properties: {
      version: { const: 1, description: "The version of the manifest's form." },
      owner: { ...TEXT, description: "The name of the set of resources that is managed together." },
      inventory: {
        title: "the word appliance, the word none, or {file: path}",
        type: ["string", "object"],
        pattern: "^(appliance|none)$",
        description:
          "Where the record of what was applied is kept: on the appliance (the default), in a file, or nowhere.",
        required: ["file"],
        additionalProperties: false,
        properties: { file: { ...TEXT, description: "A file, relative to the root." } },
      },
      limits: {
        title: "limits",
        description: "What one run may do at most.",
        type: "object",
        additionalProperties: false,
        properties: {
          deletes: { type: "integer", minimum: 0, description: "Deletes and replaces; 0 forbids them." },
        },
      },
      defaults: {
        title: "defaults",
        description: "Fields under every entry of a kind that does not have them.",
        type: "object",
        additionalProperties: false,
        properties: Object.fromEntries(defaults),
      },
      ...Object.fromEntries(sections),
    },
    $defs: {
      filter: FILTER_SCHEMA,
      device_selector: selectorSchema(),
      ...Object.fromEntries(kinds.flatMap(kindDefinitions)),
    },
  };
}

function sectionSchema(kind: Kind): JsonSchema {
  return {
    type: "array",
    items: { $ref: `#/$defs/${kind.kind}` },
    description: `The ${kind.section.replaceAll("_", " ")} that should exist; [] says none.`,
  };
}

function kindDefinitions(kind: Kind): readonly (readonly [string, JsonSchema])[] {
  return [
    [kind.kind, entrySchema(kind)],
    [`${kind.kind}_defaults`, defaultsSchema(kind)],
  ];
}

function entrySchema(kind: Kind): JsonSchema {
  const relations = Object.entries(kind.relations).map(([name, r]) => [name, relationSchema(r)] as const);
  return {
    title: kind.noun,
    type: "object",
    required: ["name"],
    additionalProperties: false,
    properties: {
      name: { ...TEXT, description: "The name on the appliance; with the kind it is the identity." },
      for_each: FOR_EACH_SCHEMA,
      ...fieldSchemas(kind, () => true),
      ...Object.fromEntries(relations),
      lifecycle: lifecycleSchema(kind),
    },
    if: {
      required: ["lifecycle"],
      properties: {
        lifecycle: { type: "object", required: ["state"], properties: { state: { const: "absent" } } },
      },
    },
    // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
    then: { propertyNames: { enum: ["name", "for_each", "lifecycle"] } },
  };
}

/** An alias cannot be a default: an entry would have to say which of the two spellings it replaces. */
function defaultsSchema(kind: Kind): JsonSchema {
  return {
    title: `defaults of ${kind.section}`,
    type: "object",
    additionalProperties: false,
    properties: fieldSchemas(kind, (field) => field.alias !== true),
  };
}

function fieldSchemas(kind: Kind, wanted: (field: Field) => boolean): Record<string, JsonSchema> {
  const fields = Object.entries(kind.fields).filter(([, field]) => wanted(field));
  return Object.fromEntries(fields.map(([name, field]) => [name, fieldSchema(field)]));
}

function fieldSchema(field: Field): JsonSchema {
  const schema = field.fromFile === true ? orFile(field.schema) : field.schema;
  const clearable = field.empty === undefined ? schema : orNull(schema);
  return { ...clearable, ...(field.alias === true ? { deprecated: true } : {}), description: field.doc };
}

/** A text, or the file that holds it. Keywords of texts and of mappings do not touch each other. */
function orFile(schema: JsonSchema): JsonSchema {
  return {
    ...schema,
    type: [schema.type, "object"].flat(),
    title: "a text from a file",
    required: ["file"],
    additionalProperties: false,
    properties: {
      file: { ...TEXT, description: "The file, relative to this manifest and inside its root." },
      env: {
        type: "array",
        items: VARIABLE,
        description:
          "Environment variables whose ${env:NAME} in the file is replaced; $${env:NAME} there is the text ${env:NAME} itself.",
      },
    },
  };
}

function orNull(schema: JsonSchema): JsonSchema {
  const { type, enum: values } = schema;
  if (Array.isArray(values)) return { ...schema, enum: [...values, null] };
  if (type !== undefined) return { ...schema, type: [type, "null"].flat() };
  return { anyOf: [schema, { type: "null" }] };
}

function relationSchema(relation: Relation): JsonSchema {
  const target = referenceTargets.find(({ kind }) => kind === relation.to);
  const name = target === undefined ? TEXT : nameOrMapping(target);
  return {
    type: "array",
    items: relation.to === DEVICE ? { $ref: "#/$defs/device_selector" } : name,
    description: `${relation.doc} The whole set; [] says none.`,
  };
}

/** A name, or a mapping that says which of several of that name. */
function nameOrMapping({ byDiscoveryId }: ReferenceTarget): JsonSchema {
  const keys = byDiscoveryId ? ["name", "discovery_id"] : ["name"];
  return {
    title: "a reference",
    type: ["string", "object"],
    minLength: 1,
    pattern: NOT_BLANK,
    additionalProperties: false,
    properties: {
      ...Object.fromEntries(keys.map((key) => [key, TEXT])),
      node: {
        title: "the name or id of a sensor",
        type: ["string", "integer"],
        minLength: 1,
        minimum: 0,
        pattern: NOT_BLANK,
        description: "On a console: the sensor that has it.",
      },
    },
    if: { type: "object" },
    // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
    then: { oneOf: keys.map((key) => ({ required: [key] })) },
  };
}

function selectorSchema(): JsonSchema {
  return {
    title: "a device selector",
    description: "An address, CIDR, MAC or name, or a mapping that says which.",
    type: ["string", "object"],
    minLength: 1,
    pattern: NOT_BLANK,
    additionalProperties: false,
    properties: {
      ip: { ...TEXT, description: "An address or CIDR." },
      name: { ...TEXT, description: "The exact display name." },
      mac: { ...TEXT, description: "A MAC address." },
      discovery_id: { ...TEXT, description: "The appliance's unique identifier of the device." },
      id: { ...ID, description: "The id on one appliance." },
      filter: { $ref: "#/$defs/filter" },
      search: { ...exactly({ type: { enum: SEARCH_TYPES }, value: { type: "string" } }), title: "a search" },
      csv: {
        ...exactly({ file: TEXT, column: TEXT }),
        title: "a csv file",
        description: "A file with a header row; each cell of the column is an address, MAC or name.",
      },
      optional: { type: "boolean", description: "Matching no device is fine." },
      all: { type: "boolean", description: "A name may match several devices." },
    },
    if: { type: "object" },
    // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
    then: { oneOf: SELECTOR_KEYS.map((key) => ({ required: [key] })) },
  };
}

/** A mapping with these keys, all of them needed. */
function exactly(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: "object", required: Object.keys(properties), additionalProperties: false, properties };
}

function lifecycleSchema(kind: Kind): JsonSchema {
  const fields = Object.entries(kind.fields).filter(([, field]) => field.alias !== true);
  const managed = [...fields.map(([name]) => name), ...Object.keys(kind.relations)];
  return {
    title: "lifecycle",
    description: "How the resource is treated, beside what it is.",
    type: "object",
    additionalProperties: false,
    properties: {
      prevent_destroy: { type: "boolean", description: "Refuses any plan that would delete it." },
      ignore_changes: {
        type: "array",
        items: { enum: managed },
        description: "Fields and relations that are sent on create and not compared afterwards.",
      },
      renamed_from: {
        type: ["string", "array"],
        minLength: 1,
        pattern: NOT_BLANK,
        minItems: 1,
        items: TEXT,
        description: "Its former name or names, newest first.",
      },
      id: { ...ID, description: "The id of one of several objects of the same name." },
      state: { enum: ["present", "absent"], description: "absent: it must not exist, whoever made it." },
    },
  };
}
