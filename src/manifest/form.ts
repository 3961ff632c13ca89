/** The form of one document, judged by the schema: every problem as a located diagnostic. */
import { isArray, isObject, parsePointer, pointer } from "../json.ts";
import type { Diagnostic, Json, JsonObject, Pointer, Source } from "../model.ts";
import { replaceAt } from "../secrets.ts";
import { type Place, report } from "./codes.ts";
import type { ManifestDocument } from "./document.ts";
import { describe } from "./form-messages.ts";
import { validator } from "./manifest.validator.ts";
import { kindOfSection } from "./placement.ts";
import { allowedValues, essentialErrors, expectedTypes, type SchemaError } from "./schema-errors.ts";
import type { Validator } from "./validator.ts";

/** A document whose form was judged. */
export interface JudgedDocument {
  readonly document: ManifestDocument;
  /** The document's value, with placeholders turned into numbers and booleans where these are wanted. */
  readonly value: JsonObject;
  /** Entries that cannot be used, as the pointers of their first two segments. */
  readonly unusable: ReadonlySet<Pointer>;
  readonly problems: readonly Diagnostic[];
}

/** Finds what a schema says is wrong with the value of a document, one error per problem. */
export function formCheck(validator: () => Validator): (value: Json) => readonly SchemaError[] {
  return (value) => {
    const validate = validator();
    const errors = validate(value) ? [] : essentialErrors(validate.errors ?? []);
    const otherVersion = errors.filter(
      (error) => error.pointer === "/version" && typeof error.data === "number",
    );
    // The rules of this version say nothing about a file of another one.
    return otherVersion.length > 0 ? otherVersion : errors;
  };
}

/** What the schema finds wrong with a document's value. */
export const errorsOf: (value: Json) => readonly SchemaError[] = formCheck(validator);

/** Judges a document's form. */
export function judgeForm(document: ManifestDocument): JudgedDocument {
  const first = errorsOf(document.value);
  const value = convertPlaceholders(document, first);
  const errors = value === document.value ? first : errorsOf(value);
  const told = errors.filter((error) => !isBelowBroken(error.pointer, document.broken));
  const dates = dateNames(document, value);
  const broken = [
    ...document.broken,
    ...errors.map((error) => error.pointer),
    ...dates.map((d) => d.pointer),
  ];
  return {
    document,
    value: isObject(value) ? value : {},
    unusable: new Set(broken.map((p) => pointer(...parsePointer(p).slice(0, 2)))),
    problems: [
      ...told.map((error) => report(describe(error, document), placeOf(error, document, value))),
      ...dates.map(({ pointer: at, error }) =>
        report(describe(error, document), placeIn(document, at, value)),
      ),
    ],
  };
}

/** Whether a pointer leads to something that could not be read, which is told already. */
export function isBelowBroken(at: Pointer, broken: ReadonlySet<Pointer>): boolean {
  if (broken.size === 0) return false;
  const path = parsePointer(at);
  return [...path, ""].some((_, depth) => broken.has(pointer(...path.slice(0, depth))));
}

/** What was one placeholder becomes the number, boolean or text that the schema wants in its place. */
export function convertPlaceholders(
  document: Pick<ManifestDocument, "value" | "whole">,
  errors: readonly SchemaError[],
): Json {
  return errors.reduce((value: Json, error) => {
    if (!document.whole.has(error.pointer)) return value;
    const converted = typeof error.data === "string" ? convertText(error.data, error) : asText(error);
    return converted === undefined ? value : replaceAt(value, parsePointer(error.pointer), converted);
  }, document.value);
}

/** A number or boolean of an item, where a text is wanted. */
function asText({ keyword, data, ...error }: SchemaError): Json | undefined {
  if (typeof data !== "number" && typeof data !== "boolean") return undefined;
  const wanted = keyword === "type" ? expectedTypes({ keyword, data, ...error }) : [];
  return wanted.includes("string") ? String(data) : undefined;
}

const NUMBER_OR_BOOLEAN = /^(true|false|-?(0|[1-9][0-9]*)(\.[0-9]+)?)$/;

function convertText(text: string, error: SchemaError): Json | undefined {
  if (!NUMBER_OR_BOOLEAN.test(text)) return undefined;
  const scalar: Json = JSON.parse(text);
  if (error.keyword === "enum") return allowedValues(error).includes(scalar) ? scalar : undefined;
  if (error.keyword === "const") return error.params.allowedValue === scalar ? scalar : undefined;
  const types = error.keyword === "type" ? expectedTypes(error) : [];
  const fits = types.includes(typeof scalar) || (types.includes("integer") && Number.isSafeInteger(scalar));
  return fits ? scalar : undefined;
}

const DATE = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}($|[Tt ])/;

/** Names that YAML 1.1 tools read as dates: this parser takes them as text, another may not. */
function dateNames(
  document: ManifestDocument,
  value: Json,
): readonly { pointer: Pointer; error: SchemaError }[] {
  return Object.entries(isObject(value) ? value : {}).flatMap(([section, entries]) => {
    if (kindOfSection(section) === undefined || !isArray(entries)) return [];
    return entries.flatMap((entry, i) => {
      const name = isObject(entry) ? entry.name : undefined;
      const at = pointer(section, i, "name");
      if (typeof name !== "string" || !DATE.test(name) || !DATE.test(document.written(at))) return [];
      return [{ pointer: at, error: { keyword: "type", pointer: at, params: {}, parent: {}, data: name } }];
    });
  });
}

function placeOf(error: SchemaError, document: ManifestDocument, value: Json): Place {
  return { ...placeIn(document, error.pointer, value), source: sourceOf(error, document) };
}

/** Keys are the place of what is wrong with a key; a missing key is a matter of the whole mapping. */
export function sourceOf({ keyword, pointer: at }: SchemaError, document: ManifestDocument): Source {
  const ofKey = ["additionalProperties", "propertyNames", "false schema"].includes(keyword);
  return ofKey ? document.keyAt(at) : document.valueAt(at);
}

/** The place of a pointer into a document, with the entry that it is in. */
export function placeIn(document: ManifestDocument, at: Pointer, value: Json): Place {
  const [section, index, ...rest] = parsePointer(at);
  const kind = kindOfSection(section);
  const entries =
    isObject(value) && section !== undefined && Object.hasOwn(value, section) ? value[section] : undefined;
  const entry = isArray(entries) ? entries[Number(index)] : undefined;
  const name = isObject(entry) && Object.hasOwn(entry, "name") ? entry.name : undefined;
  const inEntry = kind !== undefined && typeof name === "string" && name.trim() !== "";
  return {
    source: document.valueAt(at),
    pointer: kind !== undefined && index !== undefined ? pointer(...rest) : at,
    ...(inEntry ? { address: `${kind.kind}/${name}` } : {}),
  };
}
