/** What the values of a changed field look like and how two of them differ, for text and Markdown alike. */
import { isArray, isObject } from "../json.ts";
import { type Action, type FieldChange, type Json, SENSITIVE } from "../model.ts";
import { printableJson } from "./clean.ts";
import { count } from "./words.ts";

/** In place of an applied value that nobody can show. */
export const HASH_ONLY = "(only a hash is kept)";

/** Actions that show one value per field, since the object or its management begins or ends; and how. */
export const ONE_SIDED: Readonly<Partial<Record<Action, "added" | "removed" | "dim">>> = {
  create: "added",
  delete: "removed",
  release: "dim",
};

/** A value on one line: JSON with a space after each comma, nothing hidden in it. */
export function valueText(value: Json): string {
  if (isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  if (!isObject(value)) return printableJson(JSON.stringify(value));
  const entries = Object.entries(value).map(([key, item]) => `${valueText(key)}: ${valueText(item)}`);
  return `{${entries.join(", ")}}`;
}

/** How a side of a field is shown. Masked data holds no sensitive value; this does not rely on it. */
export function sideText(field: FieldChange, which: "before" | "after"): string {
  const value = field[which];
  if (which === "after" && field.hashed === true) return HASH_ONLY;
  if (value === undefined) return "(none)";
  if (field.sensitive) return SENSITIVE;
  // Beside nothing to compare with, the lines of a script say little; the JSON has them.
  const script = field.hashed === true && typeof value === "string" && breaks(value);
  return script ? `(${count(value.split("\n").length, "line")})` : valueText(value);
}

function breaks(value: Json | undefined): boolean {
  return typeof value === "string" && /\n./s.test(value);
}

/** Whether it is a text of several lines, shown as a difference of lines. */
export function isLongText(field: FieldChange): boolean {
  const text = (value: Json | undefined): boolean =>
    value === undefined || value === null || typeof value === "string";
  if (field.sensitive || field.hashed === true || !text(field.before) || !text(field.after)) return false;
  return breaks(field.before) || breaks(field.after);
}

/** A side of a long text; one that does not exist is empty. */
export function asText(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The items that are left when each of the others has taken away one of its kind. */
export function without(items: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const other of others) left.set(other, (left.get(other) ?? 0) + 1);
  return items.filter((item) => {
    const number = left.get(item) ?? 0;
    left.set(item, number - 1);
    return number <= 0;
  });
}
