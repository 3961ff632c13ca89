/** The JSON Schema of a fault file. Editors use it, and `hopsync sandbox --faults` validates with it. */
import type { JsonObject } from "../model.ts";

/** Effects that need nothing more said. */
export const EFFECT_WORDS = ["reset", "truncate", "malformed", "empty", "no_location", "html"] as const;

/** Keys of a fault of which one at most can stand. */
export const CHOICES = ["nth", "every", "rate"] as const;

/** Keys that belong to an answer with a status. */
export const OF_STATUS = ["body", "headers", "retry_after", "retry_after_date"] as const;

/** A day: nobody rehearses longer pauses. */
const LONGEST_MS = 86_400_000;
const LONGEST_S = LONGEST_MS / 1000;
const COUNT: JsonObject = { type: "integer", minimum: 1 };
const SECONDS: JsonObject = { type: "integer", minimum: 0, maximum: LONGEST_S };
const TEXT: JsonObject = { type: "string", minLength: 1, pattern: "\\S" };

/** The JSON Schema (2020-12) of a fault file. */
export function faultsSchema(): JsonObject {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "a fault file",
    description: "What goes wrong in the simulated appliance of `hopsync sandbox --faults FILE`.",
    type: "object",
    required: ["version", "faults"],
    additionalProperties: false,
    properties: {
      version: { const: 1, description: "The version of the fault file's form." },
      seed: {
        type: "integer",
        minimum: 0,
        maximum: 2 ** 32 - 1,
        description: "Of what `rate` hits: the same seed hits the same requests. 1 when not given.",
      },
      faults: {
        type: "array",
        minItems: 1,
        items: { $ref: "#/$defs/fault" },
        description: "All that match a request hit it; the first that is about the answer decides that.",
      },
    },
    $defs: { fault: faultSchema(), effect: effectSchema() },
  };
}

function faultSchema(): JsonObject {
  return {
    title: "a fault",
    type: "object",
    required: ["effect"],
    additionalProperties: false,
    properties: {
      method: { enum: ["GET", "POST", "PATCH", "DELETE"], description: "Any when not given." },
      path: {
        ...TEXT,
        description:
          "A regular expression that matches from the start of the path below /api/v1: /alerts, /tags/[0-9]+/devices. Any when not given.",
      },
      nth: {
        anyOf: [COUNT, { type: "array", minItems: 1, items: COUNT }],
        description: "The only matching request to hit, or a list of them, counted from 1.",
      },
      every: { ...COUNT, description: "Hits each matching request whose number is a multiple." },
      rate: {
        type: "number",
        minimum: 0,
        maximum: 1,
        description: "Hits this share of the matching requests, by chance: 0.2 is 20 %.",
      },
      when: {
        enum: ["before", "after"],
        description:
          "Whether the appliance carries the request out first (after), or not at all. Default: before.",
      },
      effect: { $ref: "#/$defs/effect" },
    },
  };
}

function effectSchema(): JsonObject {
  const choices = ["status", "html", "redirect", "delay_ms", "refuse", "lag"];
  return {
    title: "an effect",
    description:
      "reset: the connection ends without an answer. The appliance's own answer, after it has carried the request out, is with truncate cut off with the connection, with malformed no JSON, with empty nothing declared as JSON, with no_location a 201 that does not say where the new object is. html: a web page with status 200.",
    anyOf: [
      { type: "string", enum: [...EFFECT_WORDS] },
      {
        title: "an effect",
        type: "object",
        additionalProperties: false,
        properties: {
          status: { type: "integer", minimum: 200, maximum: 599, description: "Another answer." },
          body: { description: "Of that answer: JSON, or a text that is sent as one." },
          headers: {
            title: "headers",
            type: "object",
            additionalProperties: { type: "string" },
            description: "Of that answer.",
          },
          retry_after: { ...SECONDS, description: "The header Retry-After, in seconds." },
          retry_after_date: {
            ...SECONDS,
            description: "The header Retry-After as a date, so many seconds from then.",
          },
          html: { ...TEXT, description: "This web page, with status 200." },
          redirect: { ...TEXT, description: "Status 307, to this place." },
          delay_ms: {
            type: "integer",
            minimum: 1,
            maximum: LONGEST_MS,
            description: "The answer comes so much later: the request waits (before), or the answer (after).",
          },
          refuse: {
            type: "array",
            minItems: 1,
            items: { type: ["integer", "string"] },
            description:
              "These, by id or name, cannot be assigned or unassigned: 207, or 422 when nothing else was asked for.",
          },
          lag: { ...COUNT, description: "A new object is missing in so many lists." },
        },
        oneOf: choices.map((key) => ({ required: [key] })),
      },
    ],
  };
}
