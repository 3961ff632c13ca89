/** The fields of an entry, or of a kind's defaults: texts from files read, friendly forms turned into the API's. */
import { isArray, isObject, parsePointer, pointer } from "../json.ts";
import type { Diagnostic, Json, JsonObject, Pointer, Secret } from "../model.ts";
import { failure } from "./codes.ts";
import { type Entry, type Run, reportIn, textOf } from "./context.ts";
import { fillFile } from "./placeholders.ts";
import { sourceText } from "./source-text.ts";
import { readNamedFile, shownName } from "./text-file.ts";

export const SCRIPT_MEGABYTES = 1;

export interface DeclaredFields {
  readonly fields: JsonObject;
  readonly secrets: Readonly<Record<Pointer, Secret>>;
  readonly problems: readonly Diagnostic[];
}

/** Reads the fields that the entry holds. Its form must have been judged. */
export function readFields(entry: Entry, run: Run): DeclaredFields {
  const { kind, value, document, prefix } = entry;
  const read = Object.entries(value)
    .filter(([name]) => Object.hasOwn(kind.fields, name))
    .map(([name, written]) => readField(entry, name, written, run));
  const secrets = [...(document.secrets.get(prefix) ?? [])].filter(([at]) =>
    Object.hasOwn(kind.fields, parsePointer(at)[0] ?? ""),
  );
  return {
    fields: Object.fromEntries(read.map(({ name, value: field }) => [name, field])),
    secrets: Object.fromEntries([
      ...secrets,
      ...read.flatMap(({ name, secret }) => (secret === undefined ? [] : [[pointer(name), secret] as const])),
    ]),
    problems: read.flatMap(({ problems }) => problems),
  };
}

interface ReadField {
  readonly name: string;
  readonly value: Json;
  readonly secret?: Secret;
  readonly problems: readonly Diagnostic[];
}

function readField(entry: Entry, name: string, written: Json, run: Run): ReadField {
  const field = entry.kind.fields[name];
  if (field?.fromFile === true && isObject(written)) return readFromFile(entry, name, written, run);
  const value = written === null || field?.parse === undefined ? written : field.parse(written);
  return { name, value, problems: [] };
}

function readFromFile(entry: Entry, name: string, written: JsonObject, run: Run): ReadField {
  const at = pointer(name, "file");
  const file = textOf(written, "file") ?? "";
  const from = entry.document.fileAt(entry.prefix + at);
  const result = readNamedFile(file, from, SCRIPT_MEGABYTES);
  if (!("text" in result)) return { name, value: null, problems: [reportIn(entry, at, result)] };
  if (result.text.trim() === "") {
    const detail =
      "It holds nothing but blanks, which is rarely meant. Write something into it, or leave the key out.";
    return { name, value: null, problems: [reportIn(entry, at, failure("empty-file", detail))] };
  }
  const listed = isArray(written.env) ? written.env.map(String) : [];
  const { filled, findings, unlisted } = fillFile(result.text, listed, run.outside.env);
  const { place } = sourceText(shownName(file, from), result.text);
  return {
    name,
    value: filled.text,
    problems: [
      ...findings.map((f) => reportIn(entry, pointer(name, "env", listed.indexOf(f.name)), f)),
      ...unlisted.map((f) => ({
        ...reportIn(entry, pointer(name), f),
        related: [place(f.start, f.end)],
      })),
    ],
    ...(filled.secret === undefined ? {} : { secret: filled.secret }),
  };
}
