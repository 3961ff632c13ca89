/** The JSON Schema of a project file. Editors use it, and the loader validates with it. */
import type { JsonObject } from "../model.ts";

const TEXT: JsonObject = { type: "string", minLength: 1, pattern: "\\S" };

/** Keys of a target of which one at most can stand. */
export const EXCLUSIVE: readonly (readonly string[])[] = [
  ["api_key", "api_key_file", "client_id"],
  ["client_secret", "client_secret_file"],
  ["fingerprint", "ca_file", "insecure"],
];

/** Keys of a target, each with those of which one must stand beside it. */
export const TOGETHER: Readonly<Record<string, readonly string[]>> = {
  client_id: ["client_secret", "client_secret_file"],
  client_secret: ["client_id"],
  client_secret_file: ["client_id"],
};

/** What a target's name is made of; a list of names can be told apart. */
const TARGET_NAME = "^[A-Za-z0-9][A-Za-z0-9._-]*$";
const VARIABLE_NAME = "^[A-Za-z_][A-Za-z0-9_.-]*$";

/** The JSON Schema (2020-12) of a project file. */
export function projectSchema(): JsonObject {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "a project file",
    description: "The appliances of a project, and which manifests each of them has.",
    type: "object",
    required: ["version", "targets"],
    additionalProperties: false,
    properties: {
      version: { const: 1, description: "The version of the project file's form." },
      targets: {
        title: "targets",
        description: "One appliance each, by the name that --target takes.",
        type: "object",
        minProperties: 1,
        additionalProperties: false,
        patternProperties: { [TARGET_NAME]: { $ref: "#/$defs/target" } },
      },
    },
    $defs: { target: targetSchema() },
  };
}

function targetSchema(): JsonObject {
  return {
    title: "a target",
    type: "object",
    required: ["host"],
    additionalProperties: false,
    properties: {
      host: { ...TEXT, description: "Name, host:port or https URL; ${env:NAME} is replaced." },
      api_key: { ...TEXT, description: "The API key, as ${env:NAME}." },
      api_key_file: { ...TEXT, description: "A file with the API key, relative to this file." },
      client_id: { ...TEXT, description: "Of the cloud product, in place of an API key." },
      client_secret: { ...TEXT, description: "The secret of the client, as ${env:NAME}." },
      client_secret_file: { ...TEXT, description: "A file with that secret, relative to this file." },
      fingerprint: { ...TEXT, description: "Trust the certificate with this fingerprint: sha256:…" },
      ca_file: { ...TEXT, description: "Trust certificates of this CA, in PEM, relative to this file." },
      insecure: { type: "boolean", description: "Do not check the certificate." },
      paths: {
        type: "array",
        minItems: 1,
        items: TEXT,
        description: "Files and folders with manifests, relative to this file; manifests when not given.",
      },
      overlays: {
        type: "array",
        items: TEXT,
        description:
          "Files with what this target has differently, relative to this file: entries that are merged by address, and patches.",
      },
      vars: {
        title: "vars",
        description:
          "The values of ${var:name} in the manifests, texts, lists or mappings; --var replaces them.",
        type: "object",
        additionalProperties: false,
        patternProperties: { [VARIABLE_NAME]: { type: ["string", "array", "object"] } },
      },
    },
    allOf: [
      ...EXCLUSIVE.flatMap(pairs).map((pair) => ({ not: has(pair) })),
      ...Object.entries(TOGETHER).map(([key, others]) => ({
        not: { ...has([key]), not: { anyOf: others.map((other) => has([other])) } },
      })),
    ],
  };
}

function has(keys: readonly string[]): JsonObject {
  return { required: [...keys] };
}

function pairs(keys: readonly string[]): readonly (readonly string[])[] {
  return keys.flatMap((key, i) => keys.slice(i + 1).map((other) => [key, other]));
}
