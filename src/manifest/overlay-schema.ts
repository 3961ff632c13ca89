/** The JSON Schema of one document of an overlay: the sections of a manifest, and patches. */
import { kinds } from "../kinds/index.ts";
import type { JsonSchema } from "../kinds/kind.ts";
import { OPERATIONS } from "./patch.ts";
import { manifestSchema, NOT_BLANK } from "./schema.ts";

/** The JSON Schema (2020-12) of one document of an overlay. */
export function overlaySchema(): JsonSchema {
  const { properties, $defs, ...rest } = manifestSchema();
  const { version, ...others } = properties as Readonly<Record<string, JsonSchema>>;
  const sections = kinds.map(({ section }) => [section, others[section] ?? {}] as const);
  return {
    ...rest,
    title: "an overlay",
    description: "What one target has differently from its manifests.",
    properties: {
      version: version ?? {},
      ...Object.fromEntries(sections),
      patches: {
        title: "patches",
        description: "Changes of single entries, in this order and after what the sections say.",
        type: "array",
        items: patchSchema(),
      },
    },
    $defs: $defs ?? {},
  };
}

function patchSchema(): JsonSchema {
  return {
    title: "a patch",
    type: "object",
    required: ["address", "patch"],
    additionalProperties: false,
    properties: {
      address: {
        type: "string",
        pattern: `^(${kinds.map(({ kind }) => kind).join("|")})/.*${NOT_BLANK}`,
        title: "an address, kind and name, such as alert/HTTP errors",
        description: "Which entry is changed: kind and name.",
      },
      patch: {
        type: "array",
        minItems: 1,
        items: {
          title: "an operation of a JSON Patch (RFC 6902)",
          type: "object",
          required: ["op", "path"],
          additionalProperties: false,
          properties: {
            op: { enum: OPERATIONS, description: "What is done." },
            path: {
              type: "string",
              description: "Where, as a JSON pointer into the entry as it is written.",
            },
            from: { type: "string", description: "Of move and copy: from where." },
            value: { description: "Of add, replace and test." },
          },
        },
        description: "Operations, in this order; when one does not apply, that is an error.",
      },
    },
  };
}
