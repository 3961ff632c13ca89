/** The JSON Schema (2020-12) of the documents of several targets in one. */
import type { JsonObject } from "../model.ts";
import { DEFINITIONS, listOf, planSchema, record, reportSchema } from "./document-schema.ts";
import { inventorySchema } from "./inventory-document.ts";

const OF_TARGETS: Readonly<Record<string, JsonObject>> = {
  plan: planSchema,
  report: reportSchema,
  inventory: inventorySchema,
};

/** What a command prints with `--format json` and `--all-targets` or several names after `--target`. */
export const fleetSchema: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:hopsync:schema:fleet:1",
  title: "hopsync over several targets",
  ...record("What one command found and did on several targets.", {
    format: { const: 1, description: "Changes only with an incompatible change of this document." },
    targets: {
      type: "object",
      additionalProperties: {
        anyOf: Object.keys(OF_TARGETS).map((name) => ({ $ref: `#/$defs/${name}_document` })),
      },
      description:
        "The document of each target, by its name in the project file; empty where the project file or the command line has errors.",
    },
    exit_code: {
      type: "integer",
      minimum: 0,
      description: "The worst of the targets', in the order 1, 3, 5, 4, 2, 0; 130 or 143 when interrupted.",
    },
    diagnostics: listOf("diagnostic", "Errors and warnings about the project file and the command line."),
  }),
  $defs: {
    ...DEFINITIONS,
    ...Object.assign({}, ...Object.entries(OF_TARGETS).map(([name, schema]) => definitionsOf(name, schema))),
  },
};

/** The definitions of a document's schema, the document itself under a name of its own. */
function definitionsOf(name: string, { $defs }: JsonObject): JsonObject {
  const { document = {}, ...others } = $defs as JsonObject;
  return { ...others, [`${name}_document`]: document };
}
