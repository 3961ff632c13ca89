/**
 * JSON Schemas (2020-12) of the documents that document.ts prints for one target. What is not described
 * here is not printed.
 */
import type { JsonObject } from "../model.ts";

/** A property that is a text. */
export const text = (description: string): JsonObject => ({ type: "string", description });
/** A property that is a text or null. */
export const optionalText = (description: string): JsonObject => ({ type: ["string", "null"], description });
const number = (description: string, minimum = 0): JsonObject => ({ type: "integer", minimum, description });
/** A property that is a list of one of the definitions. */
export const listOf = (name: string, description: string): JsonObject => ({
  type: "array",
  items: { $ref: `#/$defs/${name}` },
  description,
});

/** An object with these properties and no others; those not named optional are always there. */
export function record(
  description: string,
  properties: JsonObject,
  optional: readonly string[] = [],
): JsonObject {
  return {
    type: "object",
    description,
    properties,
    required: Object.keys(properties).filter((key) => !optional.includes(key)),
    additionalProperties: false,
  };
}

const ADDRESS: JsonObject = {
  type: "string",
  pattern: "^[a-z_]+/",
  description: "Kind and name, for instance alert/HTTP errors. Never a server id.",
};

const ACTION: JsonObject = {
  enum: ["create", "adopt", "update", "rename", "replace", "delete", "release"],
  description: "What the change does to the object.",
};

const CAUSE: JsonObject = {
  enum: ["manifest", "drift", "conflict", null],
  description:
    "Why live and declared differ: changed in the manifest, on the appliance since the last apply, or both. Null where nothing is recorded of the last apply.",
};

/** The counts of a plan. */
export const SUMMARY: JsonObject = record("Resources by action; assign and unassign count links.", {
  create: number("Created."),
  adopt: number("Taken over, since they exist and nobody owns them."),
  update: number("Changed in place, in fields or links."),
  rename: number("Given another name; the id stays."),
  replace: number("Created anew and deleted, since the API cannot change them in place."),
  delete: number("Deleted."),
  release: number("Left as they are and no longer managed."),
  assign: number("Links added."),
  unassign: number("Links removed."),
  unchanged: number("Resources without a change; they are not listed."),
});

const HASHED: JsonObject = {
  const: true,
  description: "Of drift: only a hash is kept of what was applied, so that it is not shown.",
};

const FIELD: JsonObject = record(
  "One difference between the live object and the declared one.",
  {
    pointer: text("JSON pointer into the resource's fields, to the deepest difference; a list is one value."),
    before: { description: "The live value; absent where there is none." },
    after: { description: "The declared value, of drift the applied one; absent where there is none." },
    cause: { $ref: "#/$defs/cause" },
    sensitive: { type: "boolean", description: "True where both values are masked." },
    hashed: HASHED,
  },
  ["before", "after", "hashed"],
);

const LABELS: JsonObject = {
  type: "object",
  additionalProperties: { type: "string" },
  description: "Names for people, by address, where the address does not tell.",
};

const RELATION: JsonObject = record(
  "Links that are added and removed.",
  {
    relation: text("The relation's name in the manifest, for instance device_groups."),
    assign: listOf("address", "What the object is linked to."),
    unassign: listOf("address", "What it is no longer linked to."),
    cause: { $ref: "#/$defs/cause" },
    labels: LABELS,
    hashed: HASHED,
  },
  ["labels", "hashed"],
);

const MOVED: JsonObject = record("A link of another object, moved from a replaced object to its successor.", {
  address: { $ref: "#/$defs/address" },
  relation: text("The relation's name in that object's manifest entry, for instance device_groups."),
});

const ASIDE: JsonObject = record(
  "Where names are exchanged: an object that this change gives another name first, until its own change comes.",
  {
    address: { $ref: "#/$defs/address" },
    name: text("What the object is called until then."),
  },
);

const DROPPED: JsonObject = record(
  "Members that a replaced object had and its successor does not list.",
  { members: listOf("address", "What is no longer a member."), labels: LABELS },
  ["labels"],
);

const ATTRIBUTION: JsonObject = record("Who may have changed the object on the appliance, and when.", {
  time: text("ISO 8601, UTC."),
  user: optionalText("Null where the source does not tell."),
  operation: optionalText("In the appliance's own words; null where the source does not tell."),
  from: {
    enum: ["audit log", "mod_time"],
    description: "An entry of the audit log that names the object, or the object's own time of change.",
  },
});

const OPERATION: JsonObject = record(
  "One HTTP call. The string <kind/name> stands for the id of an object that the run creates.",
  {
    method: { enum: ["POST", "PATCH", "DELETE"], description: "The HTTP method." },
    path: text("Below /api/v1."),
    body: {
      type: "object",
      description: "The JSON body; a secret stands in it as the name of its variable.",
    },
  },
  ["body"],
);

const SOURCE: JsonObject = record("A place in a file.", {
  file: text("As named on the command line or in the project file."),
  line: number("From 1.", 1),
  column: number("From 1.", 1),
});

const CHANGE: JsonObject = record(
  "What would change, or has changed, about one resource.",
  {
    address: { $ref: "#/$defs/address" },
    action: { $ref: "#/$defs/action" },
    id: optionalText("The live object's id; null for a create."),
    wave: number("1 for what can start at once, else one more than the latest of requires.", 1),
    requires: listOf("address", "Changes that must be done before this one."),
    cause: { $ref: "#/$defs/cause" },
    previous_name: text("The live name, where it is not the one in the address."),
    aside: { $ref: "#/$defs/aside" },
    adopts: { const: true, description: "The object is taken over as well, since nobody owned it." },
    fields: listOf("field", "Differences in fields."),
    relations: listOf("relation", "Differences in links."),
    released: {
      type: "array",
      items: { type: "string" },
      description: "Fields that are no longer declared: left as they are and no longer managed.",
    },
    moved: listOf(
      "moved",
      "Of a replace, or of the delete that ends an interrupted one: links of other objects that the successor takes over.",
    ),
    dropped: { $ref: "#/$defs/dropped" },
    attribution: listOf("attribution", "Of drift, newest first; of several, any may be the one."),
    operations: listOf("operation", "The HTTP calls, in this order."),
    source: { $ref: "#/$defs/source" },
  },
  ["previous_name", "aside", "adopts", "released", "moved", "dropped", "attribution", "source"],
);

const DIAGNOSTIC: JsonObject = record(
  "Something a person should know.",
  {
    severity: { enum: ["error", "warning"], description: "An error keeps the run from going on." },
    code: { type: "string", pattern: "^[a-z0-9]+(-[a-z0-9]+)*$", description: "Stable; for programs." },
    summary: text("The same text for every diagnostic of the code."),
    detail: text("What was found, why it matters and what to do."),
    address: { $ref: "#/$defs/address" },
    pointer: text("JSON pointer into the manifest's entry."),
    source: { $ref: "#/$defs/source" },
    related: listOf("source", "Further places that belong to it."),
  },
  ["address", "pointer", "source", "related"],
);

const RESULT: JsonObject = record(
  "What became of one change.",
  {
    address: { $ref: "#/$defs/address" },
    action: { $ref: "#/$defs/action" },
    outcome: {
      enum: ["applied", "failed", "blocked", "not_tried"],
      description: "Blocked: a change that it needs failed. Not tried: the run ended before.",
    },
    error: text("What the appliance answered, or why it did not."),
    unknown: { const: true, description: "A write was sent and nobody knows whether it was done." },
    blocked_by: { $ref: "#/$defs/address" },
  },
  ["error", "unknown", "blocked_by"],
);

const REQUESTS: JsonObject = {
  type: "object",
  properties: Object.fromEntries(
    ["GET", "POST", "PATCH", "DELETE"].map((m) => [m, number(`${m} requests.`, 1)]),
  ),
  additionalProperties: false,
  description:
    "Requests sent, by method, retries and searches included; a method that was not used is absent.",
};

/** What every document has. */
export function documentProperties(commands: readonly string[]): JsonObject {
  return {
    format: { const: 1, description: "Changes only with an incompatible change of this document." },
    command: { enum: commands, description: "The command that printed it." },
    exit_code: number("The exit code of the process."),
    tool: record("What printed it.", { name: { const: "hopsync" }, version: text("Its version.") }),
    target: {
      anyOf: [{ $ref: "#/$defs/target" }, { type: "null" }],
      description: "The appliance; null when none was reached.",
    },
    owner: optionalText("The owner of the resources; null when no manifest was read."),
    digest: optionalText("sha256 over what would be done; null without a plan."),
    manifest_digest: optionalText("sha256 over what is declared; null when no manifest was read."),
    summary: { $ref: "#/$defs/summary" },
    inventory: {
      type: "boolean",
      description: "Whether apply writes the inventory; its writes are not among the operations.",
    },
    changes: listOf("change", "What would change, not what is unchanged."),
    diagnostics: listOf("diagnostic", "Errors and warnings, by place."),
  };
}

/** What schemas refer to. */
export const DEFINITIONS: JsonObject = {
  address: ADDRESS,
  action: ACTION,
  cause: CAUSE,
  summary: SUMMARY,
  field: FIELD,
  relation: RELATION,
  moved: MOVED,
  aside: ASIDE,
  dropped: DROPPED,
  attribution: ATTRIBUTION,
  operation: OPERATION,
  source: SOURCE,
  change: CHANGE,
  diagnostic: DIAGNOSTIC,
  requests: REQUESTS,
  target: record("An appliance.", {
    host: text("As the run was told."),
    firmware: text("Its version."),
    platform: text("For instance discover or command."),
  }),
};

/** The schema of one target's document. */
export function documentSchema(
  name: string,
  description: string,
  document: JsonObject,
  more: JsonObject = {},
): JsonObject {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `urn:hopsync:schema:${name}:1`,
    title: `hopsync ${name}`,
    description,
    $ref: "#/$defs/document",
    $defs: { document, ...DEFINITIONS, ...more },
  };
}

/** What `validate`, `plan` and `drift` print with `--format json`. */
export const planSchema: JsonObject = documentSchema(
  "plan",
  "What would change on an appliance, or what has drifted on it.",
  record("One target's plan.", {
    ...documentProperties(["validate", "plan", "drift"]),
    requests: { $ref: "#/$defs/requests" },
  }),
);

/** What `export` prints with `--format json`. */
export const exportSchema: JsonObject = documentSchema(
  "export",
  "What an export read from an appliance and where it put it.",
  record("One target's export.", {
    ...documentProperties(["export"]),
    exported: {
      anyOf: [{ $ref: "#/$defs/exported" }, { type: "null" }],
      description: "Null when the export failed: then no file was written.",
    },
    requests: { $ref: "#/$defs/requests" },
  }),
  {
    exported: record(
      "What was exported.",
      {
        objects: {
          type: "object",
          additionalProperties: { type: "integer", minimum: 1 },
          description: "Entries by section of the manifest, for instance alerts.",
        },
        files: {
          type: "array",
          items: { type: "string" },
          description: "The files that were written; empty without --out or --drift.",
        },
        accepted: {
          type: "array",
          items: { type: "string" },
          description:
            "With --drift: the entries whose every difference is in the files. `changes` are the drift.",
        },
        manifest: text("The manifest itself; only without --out and --drift."),
      },
      ["accepted", "manifest"],
    ),
  },
);

/** What `apply` prints with `--format json`: the plan and what became of it. */
export const reportSchema: JsonObject = documentSchema(
  "report",
  "What an apply did: its plan with a result per change.",
  record("One target's report.", {
    ...documentProperties(["apply"]),
    results: listOf(
      "result",
      "One for each change that an apply reached or gave up; empty when it never began.",
    ),
    requests: { $ref: "#/$defs/requests" },
  }),
  { result: RESULT },
);
