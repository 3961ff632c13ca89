/** Plain words for values and types in messages about a manifest's form. */
import { isArray, isObject } from "../json.ts";
import type { Json } from "../model.ts";

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  integer: "an integer",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  null: "null",
};

const MANY = 16;
const LONG = 60;

/** `a list or text`, for the type names of JSON Schema. */
export function typeWords(types: readonly string[]): string {
  return orList(types.map((type) => TYPE_WORDS[type] ?? type));
}

/** What a value is: `a mapping`, `the number 5`. */
export function foundWords(value: Json): string {
  if (value === null) return "nothing (null)";
  if (isArray(value)) return "a list";
  if (isObject(value)) return "a mapping";
  if (typeof value === "string") return `the text ${quoted(value)}`;
  return typeof value === "number" ? `the number ${value}` : `the word ${value}`;
}

/** A text in quotes, cut when long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > LONG ? `${text.slice(0, LONG)}…` : text);
}

/** `a, b, c`; cut when there are many. */
export function listed(words: readonly string[]): string {
  return words.length > MANY
    ? `${words.slice(0, MANY).join(", ")}, … (${words.length} in all)`
    : words.join(", ");
}

/** `a`, `a or b`, `a, b or c`. */
export function orList(words: readonly string[]): string {
  const [last = "", ...others] = words.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(", ")} or ${last}`;
}
