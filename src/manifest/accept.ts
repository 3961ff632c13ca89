/**
 * Edits of entries → texts of the files that hold them. What one entry's text does not allow, such as a
 * value that an anchor shares with others, is refused for that part alone.
 */
import { NOT_ACCEPTED } from "../diagnostics.ts";
import { equal, isArray, isObject, parsePointer, pointer } from "../json.ts";
import type { Kind } from "../kinds/kind.ts";
import { normalise } from "../kinds/wire.ts";
import type { Address, Diagnostic, EntryEdit, FieldEdit, Json, ListEdit, Pointer } from "../model.ts";
import { located } from "./codes.ts";
import { entryPlace } from "./context.ts";
import type { NotOwn } from "./document.ts";
import type { Edit, Refusal } from "./edit.ts";
import { editText } from "./edit-file.ts";
import { mergeEdits } from "./edit-merge.ts";
import { SCRIPT_MEGABYTES } from "./fields.ts";
import type { ManifestFile } from "./files.ts";
import { type ListedEntry, type LoadOptions, readEntries } from "./load.ts";
import { fileText } from "./placeholders.ts";
import { readNamedFile, shownName } from "./text-file.ts";

export interface EditedFile {
  /** As the person would name it. */
  readonly shown: string;
  /** As the system knows it. */
  readonly real: string;
  readonly before: string;
  readonly after: string;
}

export interface EditedManifests {
  readonly files: readonly EditedFile[];
  readonly refused: readonly Diagnostic[];
}

/** The files of a manifest without errors, as they are to be. Writes nothing. */
export function editManifests(
  paths: readonly string[],
  options: LoadOptions,
  edits: readonly EntryEdit[],
): EditedManifests {
  const { entries } = readEntries(paths, options);
  const byAddress = new Map(entries.map((entry) => [entry.address, entry]));
  const parts = edits.flatMap((edit) => {
    const entry = byAddress.get(edit.address);
    return entry === undefined ? [] : partsOf(entry, edit);
  });
  const foreign = parts.flatMap((part) => foreignPart(part) ?? []);
  const known = new Set(foreign.map(({ part }) => part));
  const own = parts.filter((part) => !known.has(part));
  const trees = own.filter(isTree);
  const edited = distinct(trees.map(({ entry }) => entry.document.file)).map((file) =>
    editFile(
      file,
      trees.filter(({ entry }) => entry.document.file === file),
      options,
    ),
  );
  const texts = editTextFiles(own.filter(isTextFile), entries);
  return {
    files: [...edited, texts].flatMap(({ files }) => files).toSorted((a, b) => (a.shown < b.shown ? -1 : 1)),
    refused: [
      ...foreign.map(({ part, why, source }) => ({ ...refusal(part, why), source })),
      ...[...edited, texts].flatMap(({ refused }) => refused),
    ],
  };
}

interface ForeignPart extends NotOwn {
  readonly part: TreePart | TextPart;
}

/** A part that something else than the text of the entry says; the name and the entry are whole or not at all. */
function foreignPart(part: TreePart | TextPart): ForeignPart | undefined {
  const { document, prefix } = part.entry;
  const [name = ""] = parsePointer(part.at);
  const found = document.notOwn(prefix + (name === "name" ? "" : pointer(name)));
  return found && { part, ...found };
}

function distinct<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)];
}

/** The smallest change that is made or refused as a whole. */
interface Part {
  readonly entry: ListedEntry;
  /** Into the entry. */
  readonly at: Pointer;
}

interface TreePart extends Part {
  readonly edit: Edit;
}

/** A text that stands in a file of its own. */
interface TextPart extends Part {
  readonly file: string;
  readonly text: string;
}

const isTree = (part: TreePart | TextPart): part is TreePart => "edit" in part;
const isTextFile = (part: TreePart | TextPart): part is TextPart => "file" in part;

function partsOf(entry: ListedEntry, edit: EntryEdit): readonly (TreePart | TextPart)[] {
  const inEntry = (at: Pointer, keys: Readonly<Record<string, Edit | null>>): TreePart => ({
    entry,
    at,
    edit: within(entry, { keys }),
  });
  if (edit.remove === true) return [{ entry, at: "/name", edit: within(entry, null) }];
  return [
    ...(edit.name === undefined ? [] : [inEntry("/name", { name: { to: edit.name } })]),
    ...edit.fields.map((field) => {
      const file = textFileOf(entry, field);
      return file === undefined
        ? inEntry(field.pointer, fieldKeys(entry, field))
        : { entry, at: field.pointer, file, text: fileText(String(field.value)) };
    }),
    ...edit.lists.map((list) => inEntry(pointer(list.relation), { [list.relation]: listItems(list) })),
  ];
}

/** The edit of an entry, or its removal, as one of the whole document. */
function within({ document, prefix }: ListedEntry, edit: Edit | null): Edit {
  const [section = "", index] = parsePointer(document.writtenAt(prefix));
  return { keys: { [section]: { items: new Map([[Number(index), edit]]), added: [] } } };
}

function listItems({ removed, renamed, added }: ListEdit): Edit {
  const gone = removed.map((index): [number, null] => [index, null]);
  const named = Object.entries(renamed).map(([index, name]): [number, Edit] => [Number(index), { to: name }]);
  return { items: new Map<number, Edit | null>([...named, ...gone]), added };
}

function textFileOf({ kind, value }: ListedEntry, { pointer: at }: FieldEdit): string | undefined {
  const [name = ""] = parsePointer(at);
  const written = value[name];
  if (kind.fields[name]?.fromFile !== true || !isObject(written)) return undefined;
  return typeof written.file === "string" ? written.file : undefined;
}

// ---------------------------------------------------------------- fields

function fieldKeys({ kind, value }: ListedEntry, field: FieldEdit): Readonly<Record<string, Edit | null>> {
  const [name = "", key] = parsePointer(field.pointer);
  if (key !== undefined) {
    const keys = { [key]: field.value === null ? null : { to: field.shown } };
    return { [name]: isObject(value[name]) ? { keys } : { to: { [key]: field.shown } } };
  }
  const aliases = Object.hasOwn(value, name)
    ? []
    : Object.keys(value).filter((k) => means(kind, k, name, value));
  const gone = aliases.map((alias): [string, null] => [alias, null]);
  return { ...Object.fromEntries(gone), [name]: { to: likeWritten(kind, name, value[name], field) } };
}

function means(kind: Kind, alias: string, name: string, value: Readonly<Record<string, Json>>): boolean {
  if (kind.fields[alias]?.alias !== true) return false;
  return Object.hasOwn(kind.parse?.({ [alias]: value[alias] ?? null }).fields ?? {}, name);
}

/** A number stays one, and of a set that changed what stays keeps its place and its spelling. */
function likeWritten(kind: Kind, name: string, written: Json | undefined, { value, shown }: FieldEdit): Json {
  if (typeof written === "number" && typeof value === "number") return value;
  if (!isArray(written) || !isArray(value)) return shown;
  const same = (a: Json, b: Json): boolean => equal(normalise(kind, name, [a]), normalise(kind, name, [b]));
  const kept = written.filter((item) => value.some((other) => same(item, other)));
  const fresh = value.filter((item) => !written.some((other) => same(item, other)));
  const together = [...kept, ...fresh];
  return equal(normalise(kind, name, together), normalise(kind, name, value)) ? together : shown;
}

// ---------------------------------------------------------------- files

function editFile(file: ManifestFile, parts: readonly TreePart[], options: LoadOptions): EditedManifests {
  const refused = refusedParts(file, parts, options);
  const known = new Set(refused.map(({ part }) => part));
  const good = parts.filter((part) => !known.has(part));
  const result = attempt(file, good, options);
  if ("refusal" in result) {
    return { files: [], refused: parts.map((part) => refusal(part, result.refusal)) };
  }
  const after = result.text;
  return {
    files: after === file.text ? [] : [{ shown: file.shown, real: file.real, before: file.text, after }],
    refused: refused.map(({ part, why }) => refusal(part, why)),
  };
}

function attempt(
  file: ManifestFile,
  parts: readonly TreePart[],
  options: LoadOptions,
): ReturnType<typeof editText> {
  const edits = distinct(parts.map(({ entry }) => entry.document.index)).map((index) => {
    const own = parts.filter(({ entry }) => entry.document.index === index);
    return [index, mergeEdits(own.map(({ edit }) => edit))] as const;
  });
  return editText(file.text, new Map(edits), options);
}

interface RefusedPart {
  readonly part: TreePart;
  readonly why: Refusal | "unclear";
}

/** Halves what is refused together until it is known which parts are. */
function refusedParts(
  file: ManifestFile,
  parts: readonly TreePart[],
  options: LoadOptions,
): readonly RefusedPart[] {
  const result = attempt(file, parts, options);
  const [part] = parts;
  if (!("refusal" in result) || part === undefined) return [];
  if (parts.length === 1) return [{ part, why: result.refusal }];
  const half = Math.ceil(parts.length / 2);
  return [
    ...refusedParts(file, parts.slice(0, half), options),
    ...refusedParts(file, parts.slice(half), options),
  ];
}

const REASONS: Readonly<
  Record<Refusal | NotOwn["why"] | "unclear" | "used-elsewhere" | "unreadable", string>
> = {
  shared: "its text stands behind an anchor that other places refer to, and they would change with it",
  merged: "it comes from a mapping that is merged into the entry",
  placeholder: "it is written with a variable (${var:…} or ${env:…}), which the appliance cannot tell",
  overlay: "an overlay of the target says it",
  generated: "for_each makes the entry, and others of the same text would change with it",
  unclear: "the text around it would be read as something else",
  "used-elsewhere": "other entries use the same file, and they would change with it",
  unreadable: "its file cannot be read any more",
};

function refusal({ entry, at }: Part, why: keyof typeof REASONS): Diagnostic {
  const what = at === "/name" ? "The entry" : parsePointer(at)[0];
  const detail = `${what} was changed on the appliance, and the manifest is left as it is: ${REASONS[why]}. Edit it by hand, or let apply undo the change.`;
  return located(
    { ...NOT_ACCEPTED, detail },
    { address: entry.address, pointer: at, source: entryPlace(entry, at) },
  );
}

function editTextFiles(parts: readonly TextPart[], entries: readonly ListedEntry[]): EditedManifests {
  const users = new Map<string, Set<Address | undefined>>();
  for (const entry of entries) {
    for (const real of textFilesOf(entry)) users.set(real, (users.get(real) ?? new Set()).add(entry.address));
  }
  const results = parts.map((part): EditedFile | Diagnostic => {
    const from = part.entry.document.fileAt(part.entry.prefix + part.at);
    const read = readNamedFile(part.file, from, SCRIPT_MEGABYTES);
    if (!("text" in read)) return refusal(part, "unreadable");
    if ((users.get(read.path)?.size ?? 0) > 1) return refusal(part, "used-elsewhere");
    const after = read.text.includes("\r\n") ? part.text.replace(/\r?\n/g, "\r\n") : part.text;
    return { shown: shownName(part.file, from), real: read.path, before: read.text, after };
  });
  return {
    files: results.flatMap((result) => ("real" in result ? [result] : [])),
    refused: results.flatMap((result) => ("real" in result ? [] : [result])),
  };
}

/** The files that the entry's texts stand in, by their real path. */
function textFilesOf({ kind, value, document, prefix }: ListedEntry): readonly string[] {
  return Object.entries(value).flatMap(([name, written]) => {
    if (kind.fields[name]?.fromFile !== true || !isObject(written)) return [];
    const read = readNamedFile(
      String(written.file),
      document.fileAt(prefix + pointer(name, "file")),
      SCRIPT_MEGABYTES,
    );
    return "path" in read ? [read.path] : [];
  });
}
