/** The advanced options of a trigger (guides 7 and 8.7, "Advanced trigger options"; guide 5.2 has no such table). */
import { isArray } from "../json.ts";
import type { Json, JsonObject } from "../model.ts";
import { refusal } from "./answer.ts";
import { badValue, checkKeys } from "./bodies.ts";
import type { Quirks } from "./quirks.ts";

export type Option =
  | { readonly type: "number"; readonly max: number }
  /** A number written as text. */
  | { readonly type: "digits" }
  | { readonly type: "boolean" }
  | { readonly type: "string" }
  | { readonly type: "cycle"; readonly values: readonly Json[] };

export type Options = Readonly<Record<string, Option>>;

const PORT: Option = { type: "number", max: 65_535 };
const BYTES: Option = { type: "number", max: Number.MAX_SAFE_INTEGER };

/** Guide 8.7. */
export const OPTIONS: Options = {
  snaplen: { type: "number", max: 65_535 },
  payloadBytes: BYTES,
  clipboardBytes: BYTES,
  cycle: { type: "cycle", values: ["30sec", "5min", "1hr", "24hr"] },
  metricTypes: { type: "string" },
  flowPayloadTurn: { type: "boolean" },
  flowClientPortMin: PORT,
  flowClientPortMax: PORT,
  flowClientBytes: BYTES,
  flowClientString: { type: "string" },
  flowServerPortMin: PORT,
  flowServerPortMax: PORT,
  flowServerBytes: BYTES,
  flowServerString: { type: "string" },
  flowUdpAll: { type: "boolean" },
  fireClassifyOnExpiration: { type: "boolean" },
};

const { fireClassifyOnExpiration: onExpiration, ...OPTIONS_OF_BOTH } = OPTIONS;

/** Guide 7: `snaplen` is text, without a maximum, and the last option has another name. */
export const OPTIONS_7: Options = {
  ...OPTIONS_OF_BOTH,
  snaplen: { type: "digits" },
  flowClassifyOnExpiration: onExpiration ?? { type: "boolean" },
};

/** Since 9.6 a metric cycle has one length. */
export const OPTIONS_9: Options = { ...OPTIONS, cycle: { type: "cycle", values: ["30sec"] } };

export function checkHints(options: Options, hints: JsonObject, quirks: Quirks): void {
  checkKeys(hints, Object.keys(options), "hints object");
  for (const [key, value] of Object.entries(hints)) {
    const option = options[key];
    if (option !== undefined) checkOption(key, option, value, quirks);
  }
  if (hints.flowClientBytes === 0 && hints.flowServerBytes === 0) {
    throw refusal(422, "The flowClientBytes and flowServerBytes options cannot both be 0.");
  }
}

function checkOption(key: string, option: Option, value: Json, quirks: Quirks): void {
  if (option.type === "cycle") checkCycle(key, option.values, value, quirks);
  else if (option.type === "digits") checkDigits(key, value);
  else if (option.type === "number") checkNumber(key, option.max, value);
  else if (typeof value !== option.type) throw refusal(400, `The ${key} option must be a ${option.type}.`);
}

function checkDigits(key: string, value: Json): void {
  if (typeof value !== "string") throw refusal(400, `The ${key} option must be a string.`);
  if (!/^\d{1,15}$/.test(value)) throw refusal(422, `The ${key} option must be a number as text.`);
}

function checkCycle(key: string, values: readonly Json[], value: Json, quirks: Quirks): void {
  if (!isArray(value)) throw refusal(400, `The ${key} option must be an array.`);
  const wrong = value.find((item) => !values.includes(item));
  if (wrong !== undefined) throw badValue(quirks, key, wrong);
}

function checkNumber(key: string, max: number, value: Json): void {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) {
    throw refusal(400, `The ${key} option must be a number.`);
  }
  if (value < 0 || value > max) throw refusal(422, `The ${key} option must be between 0 and ${max}.`);
}

/** Every known option, null where it is not set, as the guide's example shows. */
export function completeHints(options: Options, hints: JsonObject): JsonObject {
  return Object.fromEntries(Object.keys(options).map((key) => [key, hints[key] ?? null]));
}
