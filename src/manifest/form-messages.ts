/** What a problem of form is called and how it is explained. No sensitive value gets into a text. */

import { didYouMean } from "../diagnostics.ts";
import { isArray, isObject, parsePointer, pointer } from "../json.ts";
import type { Field, Kind } from "../kinds/kind.ts";
import { type Json, type Pointer, SENSITIVE } from "../model.ts";
import { type Finding, failure } from "./codes.ts";
import type { ManifestDocument } from "./document.ts";
import { entryPath, kindOfSection } from "./placement.ts";
import { NOT_BLANK } from "./schema.ts";
import { allowedValues, expectedTypes, type SchemaError } from "./schema-errors.ts";
import { foundWords, listed, orList, quoted, typeWords } from "./wording.ts";

/** A problem and the things that its words depend on. */
interface Problem {
  readonly error: SchemaError;
  readonly path: readonly string[];
  readonly sensitive: boolean;
  readonly kind: Kind | undefined;
  /** The path below the entry, or below the defaults of its kind. */
  readonly rest: readonly string[];
}

/** The finding for a schema error. */
export function describe(error: SchemaError, document: Pick<ManifestDocument, "secrets">): Finding {
  const path = parsePointer(error.pointer);
  const entry = entryPath(path);
  const problem: Problem = {
    error,
    path,
    sensitive: isSensitive(document, path),
    kind: entry?.kind,
    rest: entry?.rest ?? [],
  };
  return specialCase(problem) ?? (DESCRIBE[error.keyword] ?? describeOther)(problem);
}

function isSensitive(document: Pick<ManifestDocument, "secrets">, path: readonly string[]): boolean {
  const secrets = document.secrets.get(pointer(...path.slice(0, 2)));
  const at: Pointer = pointer(...path.slice(2));
  return [...(secrets?.keys() ?? [])].some((p) => p === at || p.startsWith(`${at}/`));
}

const DESCRIBE: Readonly<Record<string, (problem: Problem) => Finding>> = {
  additionalProperties: describeUnknownKey,
  required: ({ error }) => describeMissing(error),
  type: describeType,
  enum: describeEnum,
  pattern: describePattern,
  minLength: describeEmptyText,
  minItems: () => failure("empty-list", "The list has no items. Add one, or leave the key out."),
  maxItems: describeLongList,
  minimum: describeRange,
  maximum: describeRange,
  oneOf: describeChoice,
  propertyNames: describeAbsent,
  "false schema": describeForbidden,
};

/** Places whose problems have words of their own. */
function specialCase({ error, path, kind, rest }: Problem): Finding | undefined {
  const { data, keyword } = error;
  const [top = ""] = path;
  if (path.length === 1 && top === "version" && keyword === "const") return describeVersion(data);
  if (path.length === 1 && top === "inventory" && typeof data === "string") return describeInventory(data);
  if (path.length === 1 && data === null && kindOfSection(top) !== undefined) return emptySection(top);
  if (kind === undefined || rest.length !== 1 || keyword === "additionalProperties") return undefined;
  if (rest[0] === "name" && keyword === "type") return describeName(data);
  return data === null && Object.hasOwn(kind.fields, rest[0] ?? "") ? notClearable(rest[0] ?? "") : undefined;
}

function describeVersion(data: Json): Finding {
  const quotes = data === "1" ? " Write it without quotes." : "";
  return failure("bad-version", `Found ${foundWords(data)}. This hopsync reads \`version: 1\`.${quotes}`);
}

function describeInventory(data: string): Finding {
  const guess = didYouMean(data, ["appliance", "none"]);
  return failure(
    "bad-value",
    `Found the text ${JSON.stringify(data)}; allowed: appliance, none, or {file: path}.${guess}`,
  );
}

function emptySection(section: string): Finding {
  return failure(
    "empty-section",
    `Nothing stands under ${section}, which may be a slip. Write \`${section}: []\` to say that there are none, or remove the key.`,
  );
}

function describeName(data: Json): Finding {
  if (data === null || isArray(data) || isObject(data)) {
    return failure("name-not-text", `A name is text; found ${foundWords(data)}.`);
  }
  const value = String(data);
  return failure(
    "name-not-text",
    `Without quotes, YAML reads ${value} as a number, a word of its own or a date. A name is text: write it in quotes, as ${JSON.stringify(value)}.`,
  );
}

function notClearable(name: string): Finding {
  return failure(
    "not-clearable",
    `The appliance cannot clear ${name}. Leave the key out: then it is not managed.`,
  );
}

function describeUnknownKey({ error, path, kind, rest }: Problem): Finding {
  const key = path.at(-1) ?? "";
  const known = Object.keys(isObject(error.parent.properties) ? error.parent.properties : {});
  const owner = typeof error.parent.title === "string" ? error.parent.title : "this mapping";
  if (kind !== undefined && rest.length === 1 && key === kind.nameField && key !== "name") {
    return failure("unknown-key", `${key} is what the API calls it; in a manifest use name.`);
  }
  if (known.length === 0)
    return failure("unknown-key", `${quoted(key)} is no key of ${owner}, which have none. Remove it.`);
  const guess = didYouMean(key, known);
  const all = guess === "" ? ` Known keys: ${listed(known)}.` : guess;
  return failure("unknown-key", `${quoted(key)} is no key of ${owner}.${all}`);
}

function describeMissing({ params, parent }: SchemaError): Finding {
  const owner = typeof parent.title === "string" ? parent.title : "This mapping";
  const key = String(params.missingProperty);
  const example = key === "version" ? " Write `version: 1` at the top of each document." : ` Add ${key}.`;
  return failure("missing-key", `${owner.charAt(0).toUpperCase()}${owner.slice(1)} needs ${key}.${example}`);
}

function describeType(problem: Problem): Finding {
  const { error, sensitive } = problem;
  const types = expectedTypes(error);
  const found = sensitive && typeof error.data === "string" ? `a text ${SENSITIVE}` : foundWords(error.data);
  return failure("wrong-type", `Expected ${typeWords(types)}, found ${found}.${typeAdvice(error)}`);
}

function typeAdvice(error: SchemaError): string {
  const { data, parent } = error;
  const types = expectedTypes(error);
  if (types.includes("array") && isObject(data)) return " Each entry of a list starts with `- `.";
  const list = types.includes("array") && typeof data !== "object";
  if (list && !types.includes("string")) return " Write a list of one as `[…]`.";
  const quotable = typeof data === "number" || typeof data === "boolean";
  const fits = typeof parent.pattern !== "string" || new RegExp(parent.pattern, "u").test(String(data));
  const onlyText = !types.includes("integer") && !types.includes("number");
  if (types.includes("string") && quotable && fits && onlyText) return " Put it in quotes.";
  if (list) return " Write a list of one as `[…]`.";
  const unquotable = /^(-?[0-9.]+|true|false)$/.test(String(data)) && !types.includes("object");
  if (typeof data === "string" && unquotable && !types.includes("string")) return " Remove the quotes.";
  return "";
}

function describeEnum({ error, sensitive, kind, rest }: Problem): Finding {
  const field = rest.length === 1 && kind !== undefined ? kind.fields[rest[0] ?? ""] : undefined;
  const values = allowedValues(error).filter((value) => value !== null);
  const words = readableValues(values, field);
  const guess = typeof error.data === "string" && !sensitive ? enumAdvice(error.data, values) : "";
  const found = sensitive ? SENSITIVE : foundWords(error.data);
  return failure("bad-value", `Found ${found}; allowed: ${listed(words)}.${guess}`);
}

function enumAdvice(text: string, values: readonly Json[]): string {
  const quotedOnly = values.some((value) => typeof value !== "string" && String(value) === text);
  return quotedOnly ? " Remove the quotes." : didYouMean(text, values.map(String));
}

/** Of several ways to write one value, the shortest text. */
function readableValues(values: readonly Json[], field: Field | undefined): readonly string[] {
  const texts = values.filter((value) => typeof value === "string");
  const shortest = new Map<Json, string>();
  for (const text of texts.length === 0 ? values : texts) {
    const meaning = field?.parse?.(text) ?? text;
    const known = shortest.get(meaning);
    if (known === undefined || String(text).length < known.length) shortest.set(meaning, String(text));
  }
  return [...shortest.values()];
}

function describeEmptyText({ error }: Problem): Finding {
  const found = error.data === "" ? 'is ""' : "holds nothing but blanks";
  return failure("empty-text", `The text ${found}. Write something, or leave the key out.`);
}

function describeLongList({ error }: Problem): Finding {
  const count = isArray(error.data) ? error.data.length : 0;
  return failure(
    "too-many-items",
    `The list has ${count} items, and at most ${String(error.params.limit)} can stand here. Combine several in one with \`and\` or \`or\`.`,
  );
}

function describePattern(problem: Problem): Finding {
  const { error, sensitive } = problem;
  if (error.params.pattern === NOT_BLANK) return describeEmptyText(problem);
  const found = sensitive ? SENSITIVE : foundWords(error.data);
  return failure("bad-format", `Expected ${String(error.parent.title)}, found ${found}.`);
}

function describeRange({ error, sensitive }: Problem): Finding {
  const bound = error.keyword === "minimum" ? "at least" : "at most";
  const found = sensitive ? SENSITIVE : String(error.data);
  return failure("out-of-range", `Expected ${bound} ${String(error.params.limit)}, found ${found}.`);
}

function describeChoice({ error }: Problem): Finding {
  const branches = error.parent.oneOf;
  const keys = isArray(branches)
    ? branches.flatMap((b) => (isObject(b) && isArray(b.required) ? b.required : []))
    : [];
  const data = isObject(error.data) ? error.data : {};
  const given = keys.map(String).filter((key) => Object.hasOwn(data, key));
  const found = given.length === 0 ? "none of them is here" : `${given.join(" and ")} are both here`;
  return failure("one-of-keys", `Exactly one of ${orList(keys.map(String))} says what is meant; ${found}.`);
}

function describeAbsent({ path }: Problem): Finding {
  return failure(
    "absent-with-fields",
    `With \`state: absent\` an entry has only name and lifecycle: what must not exist has nothing to set. Remove ${path.at(-1) ?? ""}, or the state.`,
  );
}

function describeForbidden({ error, path }: Problem): Finding {
  const beside = orList([...(error.because ?? [])]);
  const key = path.at(-1) ?? "";
  const reason = beside === "" ? "" : ` because of its ${beside}`;
  return failure(
    "not-applicable-here",
    `${key} has no place in this mapping${reason}. Remove ${key}, or correct ${beside || "the rest"}.`,
  );
}

function describeOther({ error }: Problem): Finding {
  return failure("bad-value", `The value breaks the rule ${quoted(error.keyword)} of the manifest's schema.`);
}
