/** The advanced options of a trigger (guide 8.7 "Advanced trigger options"). */
import { isArray } from "../json.ts";
import type { Json, JsonObject } from "../model.ts";
import { refusal } from "./answer.ts";
import { badValue, checkKeys } from "./bodies.ts";
import type { Quirks } from "./quirks.ts";

type Option =
  | { readonly type: "number"; readonly max: number }
  | { readonly type: "boolean" }
  | { readonly type: "string" }
  | { readonly type: "cycle" };

const PORT: Option = { type: "number", max: 65_535 };
const BYTES: Option = { type: "number", max: Number.MAX_SAFE_INTEGER };
const CYCLES: readonly Json[] = ["30sec", "5min", "1hr", "24hr"];

const OPTIONS: Readonly<Record<string, Option>> = {
  snaplen: { type: "number", max: 65_535 },
  payloadBytes: BYTES,
  clipboardBytes: BYTES,
  cycle: { type: "cycle" },
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

export function checkHints(hints: JsonObject, quirks: Quirks): void {
  checkKeys(hints, Object.keys(OPTIONS), "hints object");
  for (const [key, value] of Object.entries(hints)) {
    const option = OPTIONS[key];
    if (option !== undefined) checkOption(key, option, value, quirks);
  }
  if (hints.flowClientBytes === 0 && hints.flowServerBytes === 0) {
    throw refusal(422, "The flowClientBytes and flowServerBytes options cannot both be 0.");
  }
}

function checkOption(key: string, option: Option, value: Json, quirks: Quirks): void {
  if (option.type === "cycle") checkCycle(key, value, quirks);
  else if (option.type === "number") checkNumber(key, option.max, value);
  else if (typeof value !== option.type) throw refusal(400, `The ${key} option must be a ${option.type}.`);
}

function checkCycle(key: string, value: Json, quirks: Quirks): void {
  if (!isArray(value)) throw refusal(400, `The ${key} option must be an array.`);
  const wrong = value.find((item) => !CYCLES.includes(item));
  if (wrong !== undefined) throw badValue(quirks, key, wrong);
}

function checkNumber(key: string, max: number, value: Json): void {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) {
    throw refusal(400, `The ${key} option must be a number.`);
  }
  if (value < 0 || value > max) throw refusal(422, `The ${key} option must be between 0 and ${max}.`);
}

/** Every known option, null where it is not set, as the guide's example shows. */
export function completeHints(hints: JsonObject): JsonObject {
  return Object.fromEntries(Object.keys(OPTIONS).map((key) => [key, hints[key] ?? null]));
}
