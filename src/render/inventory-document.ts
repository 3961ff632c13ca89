/** The part of a document that tells of an inventory: as JSON, and the schema of such documents. */
import type { InventoryEntry, InventoryReport, JsonObject } from "../model.ts";
import { documentProperties, documentSchema, record } from "./document-schema.ts";

/** What an inventory records of values stays in it: hashes are of no use to anybody else. */
export function inventoryJson(report: InventoryReport): JsonObject {
  const { place, keptIn, found, written, appliedAt, entries, gained, givenUp, others } = report;
  return {
    place,
    ...(keptIn === undefined ? {} : { kept_in: keptIn }),
    found,
    written,
    applied_at: appliedAt === null ? null : new Date(appliedAt).toISOString(),
    entries: entries.map(entryJson),
    ...(gained === undefined ? {} : { gained: gained.map(({ address }) => address) }),
    ...(givenUp === undefined ? {} : { given_up: givenUp.map(entryJson) }),
    ...(others === undefined ? {} : { others: others.map(({ owner, objects }) => ({ owner, objects })) }),
  };
}

function entryJson({ address, id, file, adopted, preventDestroy }: InventoryEntry): JsonObject {
  return { address, id, file, adopted, prevent_destroy: preventDestroy };
}

const ENTRY: JsonObject = record("One object that the owner has.", {
  address: { $ref: "#/$defs/address" },
  id: {
    type: ["string", "null"],
    description: "The live object's id; null where its create was announced and never confirmed.",
  },
  file: { type: "string", description: "The manifest that it was applied from." },
  adopted: { type: "boolean", description: "It existed before hopsync managed it." },
  prevent_destroy: { type: "boolean", description: "It is protected from being deleted." },
});

const entries = (description: string): JsonObject => ({
  type: "array",
  items: { $ref: "#/$defs/entry" },
  description,
});

const OWNED: JsonObject = record(
  "One owner's inventory.",
  {
    place: { enum: ["appliance", "file"], description: "Where it is kept." },
    kept_in: {
      type: "array",
      items: { type: "string" },
      description:
        "The path of the file, or the ids of the objects on the appliance that hold it. Of `inventory show`.",
    },
    found: {
      enum: ["whole", "none", "damaged", "newer"],
      description: "What was stored when the command began.",
    },
    written: { type: "boolean", description: "Whether the command wrote it." },
    applied_at: {
      type: ["string", "null"],
      description: "The end of the last apply, in ISO 8601 and UTC; null where nobody knows.",
    },
    entries: entries(
      "What the owner has: as stored, or as the command leaves it, or would where written is false.",
    ),
    gained: {
      type: "array",
      items: { $ref: "#/$defs/address" },
      description: "Of `inventory repair`: what the owner did not have before.",
    },
    given_up: entries("Of `inventory repair` and `forget`: what the owner has no longer, left as it is."),
    others: {
      type: "array",
      items: record("Another owner.", {
        owner: { type: "string", description: "Its name." },
        objects: { type: "integer", minimum: 0, description: "How many objects it has." },
      }),
      description: "Of `inventory show`: the other owners on the appliance whose inventory can be read.",
    },
  },
  ["kept_in", "gained", "given_up", "others"],
);

/** What `inventory show`, `inventory repair` and `forget` print with `--format json`. */
export const inventorySchema: JsonObject = documentSchema(
  "inventory",
  "What an owner has applied to an appliance, or what became of the record of it.",
  record("One target's inventory.", {
    ...documentProperties(["inventory show", "inventory repair", "forget"]),
    owned: {
      anyOf: [{ $ref: "#/$defs/owned" }, { type: "null" }],
      description: "Null when no inventory was looked for.",
    },
    requests: { $ref: "#/$defs/requests" },
  }),
  { owned: OWNED, entry: ENTRY },
);
