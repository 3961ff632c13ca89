/** JSON Schema (2020-12) of the file that `plan --out` writes and `apply` reads. */
import type { JsonObject } from "../model.ts";
import { DEFINITIONS, listOf, optionalText, record, SUMMARY, text } from "./document-schema.ts";

const texts = (description: string): JsonObject => ({
  type: "array",
  items: { type: "string" },
  description,
});
const mapOf = (values: JsonObject, description: string): JsonObject => ({
  type: "object",
  additionalProperties: values,
  description,
});

const HASH: JsonObject = { type: "string", pattern: "^sha256:[0-9a-f]{64}$" };
const PRE_IMAGE: JsonObject = { type: "string", pattern: "^(sha256|scrypt):[0-9a-f]{64}$" };
const hash = (description: string): JsonObject => ({ ...HASH, description });

const OPERATION: JsonObject = record(
  "One HTTP call. The string <kind/name> stands for the id of an object that the run creates.",
  {
    method: { enum: ["POST", "PATCH", "DELETE"], description: "The HTTP method." },
    path: text("Below /api/v1."),
    body: { type: "object", description: "The JSON body; secrets stand in it as templates." },
    secrets: mapOf(
      { type: "array", items: { type: "string" } },
      "Pointers into the body that hold a template, with the variables to fill in.",
    ),
  },
  ["body", "secrets"],
);

const PLAN: JsonObject = record("The plan that was made.", {
  target: { $ref: "#/$defs/target" },
  owner: text("The owner of the resources."),
  manifest_digest: text("sha256 over what is declared."),
  digest: hash("sha256 over what would be done."),
  summary: SUMMARY,
  inventory: { type: "boolean", description: "Whether apply writes the inventory." },
  changes: listOf("change", "What is to be done, in this order."),
  diagnostics: listOf("diagnostic", "Warnings of the plan."),
});

const SECRET: JsonObject = record("A value that is read from the environment again.", {
  template: text("The value as written, with ${env:NAME} in place of what comes from outside."),
  names: texts("The variables that are filled in."),
});

const SELECTOR: JsonObject = {
  description: "A device selector.",
  anyOf: [
    record("By a value.", {
      by: { enum: ["ip", "name", "mac", "discovery_id", "id"] },
      value: { type: "string" },
    }),
    record("By a filter.", { by: { const: "filter" }, filter: { type: "object" } }),
    record("By a search.", {
      by: { const: "search" },
      type: { type: "string" },
      value: { type: "string" },
    }),
  ],
};

const POINTER: JsonObject = text("JSON pointer into the manifest's entry.");

const NODE: JsonObject = text("The node of a console that it belongs to.");

const REFERENCE: JsonObject = {
  description: "What a relation points at.",
  anyOf: [
    record(
      "An object by name.",
      { to: { const: "name" }, name: { type: "string" }, node: NODE, pointer: POINTER },
      ["node"],
    ),
    record(
      "An object by discovery_id.",
      { to: { const: "discovery_id" }, discovery_id: { type: "string" }, node: NODE, pointer: POINTER },
      ["node"],
    ),
    record(
      "Devices.",
      {
        to: { const: "device" },
        selector: SELECTOR,
        optional: { type: "boolean" },
        all: { type: "boolean" },
        pointer: POINTER,
        source: { $ref: "#/$defs/source" },
      },
      ["source"],
    ),
  ],
};

const LIFECYCLE: JsonObject = record("The entry's lifecycle.", {
  prevent_destroy: { type: "boolean" },
  ignore_changes: texts("Fields that are sent on create only."),
  renamed_from: texts("Former names, newest first."),
  id: optionalText("Pins one of several objects of the same name."),
  state: { enum: ["present", "absent"] },
});

const RESOURCE: JsonObject = record("One entry of the manifest, in the API's own units and forms.", {
  address: { $ref: "#/$defs/address" },
  fields: { type: "object", description: "Declared fields; secrets as templates." },
  secrets: mapOf({ $ref: "#/$defs/secret" }, "By pointer into the fields."),
  relations: mapOf({ type: "array", items: { $ref: "#/$defs/reference" } }, "Declared relations."),
  lifecycle: LIFECYCLE,
  file: text("The manifest it stands in."),
  source: { $ref: "#/$defs/source" },
});

const INVENTORY: JsonObject = {
  description: "Where the record of what was applied is kept.",
  anyOf: [
    record("On the appliance, or nowhere.", { kind: { enum: ["appliance", "none"] } }),
    record("In a file.", {
      kind: { const: "file" },
      path: text("Below the root."),
      root: text("From the top of the Git work tree, or from the working folder."),
    }),
  ],
};

const MANIFEST: JsonObject = record("The manifest that the plan was made from.", {
  owner: text("The owner of the resources."),
  inventory: INVENTORY,
  max_deletes: {
    type: ["integer", "null"],
    minimum: 0,
    description: "The owner's limit, where there is one.",
  },
  scope: record("What the run covered.", {
    files: texts("Manifests that were read."),
    folders: texts("Folders that were read whole."),
  }),
  kinds: texts("Kinds that the manifest mentions."),
  resources: listOf("resource", "Every entry."),
  digest: text("sha256 over what is declared."),
});

/** What `plan --out` writes. */
export const sealedPlanSchema: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:hopsync:schema:sealed-plan:1",
  title: "hopsync sealed plan",
  ...record("A plan for one appliance, sealed with what it was made from. It holds no secret.", {
    kind: { const: "hopsync-plan", description: "What tells it from a manifest." },
    format: { const: 1, description: "Changes only with an incompatible change of this file." },
    tool: record("What wrote it.", { name: { const: "hopsync" }, version: text("Its version.") }),
    plan: PLAN,
    manifest: MANIFEST,
    pre_images: mapOf(
      mapOf(PRE_IMAGE, "By pointer of a field or relation."),
      "Hashes of what the touched objects were, by address; of what is sensitive salted ones that cannot be guessed.",
    ),
    checksum: hash("sha256 over all of the above."),
  }),
  $defs: {
    ...DEFINITIONS,
    operation: OPERATION,
    secret: SECRET,
    reference: REFERENCE,
    resource: RESOURCE,
  },
};
