/** Field forms that several kinds share: durations, sets, decimals, optional texts. */
import { isArray, plainText } from "../json.ts";
import type { Json } from "../model.ts";
import type { Field, JsonSchema } from "./kind.ts";

/** null, "" and absent are the same to the API for descriptions and authors (read back as any of them). */
function blankAsNull(value: Json): Json {
  return value === "" ? null : value;
}

/** A text that may be empty; `null` clears it. */
export function text(doc: string): Field {
  return { doc, schema: { type: "string" }, normal: blankAsNull, empty: "" };
}

/** Whoever made an object; a create that does not say leaves it to the appliance (facts §2.12). */
export function author(doc: string): Field {
  return { ...text(doc), chosenOnCreate: true };
}

export function flag(doc: string, extra: Partial<Field> = {}): Field {
  return { doc, schema: { type: "boolean" }, ...extra };
}

/** A list whose order the appliance does not keep. Items are compared by `itemNormal`. */
export function set(
  doc: string,
  items: JsonSchema,
  itemNormal: (item: Json) => Json = (item) => item,
): Field {
  return {
    doc,
    schema: { type: "array", items },
    normal: (value) => (isArray(value) ? sortedSet(value.map(itemNormal)) : []),
    print: (value) =>
      isArray(value) ? sortedBy(value, (item) => `${plainText(itemNormal(item))} ${plainText(item)}`) : value,
    empty: [],
  };
}

/** Appliances answer sets in any order; an export has one of its own. */
function sortedBy(items: readonly Json[], key: (item: Json) => string): readonly Json[] {
  return items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** A set that the API refuses without items, so that nothing clears it. */
export function filledSet(doc: string, items: JsonSchema): Field {
  const { empty: _, ...field } = set(doc, items);
  return { ...field, schema: { ...field.schema, minItems: 1 } };
}

function sortedSet(items: readonly Json[]): readonly Json[] {
  return [...new Set(items)].sort((a, b) => (plainText(a) < plainText(b) ? -1 : 1));
}

/** Mail addresses; the appliance's mail relay does not distinguish case, so neither do we. */
export function emailAddresses(doc: string, extra: Partial<Field> = {}): Field {
  const address = {
    title: "an email address such as noc@example.com",
    type: "string",
    pattern: "^[^@\\s]+@[^@\\s]+$",
  };
  return { ...set(doc, address, (item) => plainText(item).toLowerCase()), ...extra };
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 };

/** Seconds out of an enumeration, as an integer or as `90s`, `5m`, `1h`. */
export function duration(doc: string, seconds: readonly number[]): Field {
  return {
    doc: `${doc} In seconds, or as 30s, 5m, 1h.`,
    schema: { enum: seconds.flatMap((s) => [s, ...durationTexts(s)]) },
    parse: (value) => (typeof value === "string" ? parseDuration(value) : value),
    // The largest unit comes last. What is not listed stays a number, which the schema then judges.
    print: (value) =>
      typeof value === "number" && seconds.includes(value) ? (durationTexts(value).at(-1) ?? value) : value,
  };
}

/** Every exact way to write a number of seconds with one unit: 3600 is 3600s, 60m and 1h. */
function durationTexts(seconds: number): readonly string[] {
  return Object.entries(UNIT_SECONDS)
    .filter(([, unit]) => seconds % unit === 0)
    .map(([letter, unit]) => `${seconds / unit}${letter}`);
}

function parseDuration(value: string): number {
  return Number.parseInt(value, 10) * (UNIT_SECONDS[value.slice(-1)] ?? 1);
}

/** Each digit can stand for one part only, so that a long text is judged as quickly as a short one. */
export const DECIMAL_PATTERN = "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,2})?$";

const MAX_DECIMAL = 200;

/**
 * The one plain text of a decimal number: `.05`, `0.050` and `5e-2` are all `0.05`. Works on the
 * digits, since a float would change them; anything but a decimal is returned as it is.
 */
export function plainDecimal(value: Json): Json {
  const written = plainText(value).trim();
  // Longer texts are no numbers that anybody compares with, and would take long to tell apart.
  if (written.length > MAX_DECIMAL) return value;
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,3}))?$/.exec(written);
  if (match === null || !/\d/.test(written)) return value;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const point = whole.length + Number(exponent);
  const digits = (whole + fraction).padStart(whole.length + fraction.length + Math.max(0, -point), "0");
  const split = Math.max(0, point);
  const left =
    digits
      .padEnd(split, "0")
      .slice(0, split)
      .replace(/^0+(?=\d)/, "") || "0";
  const right = digits.slice(split).replace(/0+$/, "");
  const plain = right === "" ? left : `${left}.${right}`;
  return sign === "-" && /[1-9]/.test(plain) ? `-${plain}` : plain;
}

/** A decimal as the number that it is, where a number keeps every digit; else as its plain text. */
export function printDecimal(value: Json): Json {
  const plain = plainDecimal(value);
  if (typeof plain === "object") return plain;
  const digits = String(plain).replace(/[^0-9]/g, "");
  return String(Number(plain)) === plain && digits.length <= 15 ? Number(plain) : plain;
}
