/**
 * Overlays: what one target has differently. An entry is merged over the manifest's entry of the same
 * address, a patch changes it in place; both act on it as it is written, before defaults and friendly forms.
 */
import { didYouMean, hasErrors } from "../diagnostics.ts";
import { isArray, isObject, parsePointer, pointer } from "../json.ts";
import { kinds } from "../kinds/index.ts";
import type { Address, Diagnostic, Json, JsonObject, Pointer, Secret, Source } from "../model.ts";
import { failure, report } from "./codes.ts";
import { type ManifestDocument, readDocuments } from "./document.ts";
import { type FileOptions, type ManifestFile, readManifests } from "./files.ts";
import { formCheck, isBelowBroken, placeIn, sourceOf } from "./form.ts";
import { describe } from "./form-messages.ts";
import { type Located, locate, merge, type Origin, only, originAt, originsBelow } from "./origins.ts";
import { validator } from "./overlay.validator.ts";
import { applyOperation } from "./patch.ts";
import type { Outside } from "./placeholders.ts";

/** An overlay as a target names it. */
export interface OverlayPath {
  readonly path: string;
  /** Where it is named. */
  readonly source: Source;
}

export interface OverlayOptions extends Outside, FileOptions {
  /** In the order in which they are applied. */
  readonly overlays?: readonly OverlayPath[];
  /** Not all manifests of the target are read, so that an overlay may change what is not there. */
  readonly partial?: boolean;
}

export interface Overlaid {
  readonly documents: readonly ManifestDocument[];
  /** Of the overlays themselves. */
  readonly overlays: readonly ManifestDocument[];
  readonly problems: readonly Diagnostic[];
}

/** The documents of manifests with the overlays over them. `whole` says that none of them is missing. */
export function overlay(
  documents: readonly ManifestDocument[],
  files: readonly ManifestFile[],
  options: OverlayOptions,
  whole: boolean,
): Overlaid {
  const { overlays = [], partial = false } = options;
  if (overlays.length === 0) return { documents, overlays: [], problems: [] };
  const read = overlays.map((item) => readOverlay(item, files, options));
  const over = read.flatMap((item) => item.documents);
  const entries = new Map(documents.flatMap(entriesOf));
  const problems = over.flatMap((document) => applyOverlay(document, entries, whole && !partial));
  const changed = [...entries.values()].filter(({ located }) => located !== undefined);
  return {
    documents: documents.map((document) => withEntries(document, changed)),
    overlays: over,
    problems: [...read.flatMap((item) => item.problems), ...problems],
  };
}

// ---------------------------------------------------------------- reading

interface ReadOverlay {
  readonly documents: readonly ManifestDocument[];
  readonly problems: readonly Diagnostic[];
}

function readOverlay(
  { path, source }: OverlayPath,
  manifests: readonly ManifestFile[],
  options: OverlayOptions,
): ReadOverlay {
  const { files, problems } = readManifests([path], options);
  const both = files.filter(({ real }) => manifests.some((file) => file.real === real));
  if (both.length > 0) {
    const detail = `${both[0]?.shown} is read as a manifest too, so it would declare what it is to change. Keep overlays outside the paths of the target.`;
    return { documents: [], problems: [report(failure("overlay-is-manifest", detail), { source })] };
  }
  const read = files.map((file) => readDocuments(file, options));
  const documents = read.flatMap((file) => file.documents);
  const form = documents.flatMap(judgeOverlay);
  return {
    // What is not well-formed changes nothing.
    documents: hasErrors(form) ? [] : documents,
    problems: [...problems, ...read.flatMap((file) => file.problems), ...form],
  };
}

const check = formCheck(validator);

/** The form around the entries; what is in them is judged once it is merged. */
function judgeOverlay(document: ManifestDocument): readonly Diagnostic[] {
  return check(document.value)
    .filter(({ pointer: at }) => !isInEntry(at) && !isBelowBroken(at, document.broken))
    .map((error) =>
      report(describe(error, document), {
        ...placeIn(document, error.pointer, document.value),
        source: sourceOf(error, document),
      }),
    );
}

function isInEntry(at: Pointer): boolean {
  const [section, , key] = parsePointer(at);
  return section !== "patches" && key !== undefined && key !== "name";
}

// ---------------------------------------------------------------- applying

/** An entry of a manifest as the overlays leave it. */
interface OverlaidEntry {
  readonly document: ManifestDocument;
  readonly prefix: Pointer;
  readonly value: JsonObject;
  /** Once an overlay has changed it. */
  located?: Located;
}

function entriesOf(document: ManifestDocument): readonly (readonly [Address, OverlaidEntry])[] {
  return listed(document).map(({ address, ...entry }) => [address, { document, ...entry }] as const);
}

function locatedOf({ located, value, document, prefix }: OverlaidEntry): Located {
  return located ?? locate(value, { document, at: prefix });
}

interface ListedValue {
  readonly address: Address;
  readonly prefix: Pointer;
  readonly value: JsonObject;
}

function listed({ value }: ManifestDocument): readonly ListedValue[] {
  return kinds.flatMap(({ kind, section }) => {
    const entries = isObject(value) ? value[section] : undefined;
    return (isArray(entries) ? entries : []).flatMap((entry, i) =>
      isObject(entry) && typeof entry.name === "string"
        ? [{ address: `${kind}/${entry.name}`, prefix: pointer(section, i), value: entry }]
        : [],
    );
  });
}

/** The entries become what the overlay makes of them. */
function applyOverlay(
  document: ManifestDocument,
  entries: ReadonlyMap<Address, OverlaidEntry>,
  tellUnused: boolean,
): readonly Diagnostic[] {
  const unused = (address: Address, at: Pointer): readonly Diagnostic[] =>
    tellUnused ? [unusedOverlay(document, address, at, [...entries.keys()])] : [];
  const seen = new Map<Address, Pointer>();
  const merged = listed(document).flatMap(({ address, prefix, value }) => {
    const first = seen.get(address);
    if (first !== undefined) return [twice(document, address, prefix, first)];
    seen.set(address, prefix);
    const entry = entries.get(address);
    if (entry === undefined) return unused(address, `${prefix}/name`);
    const { name: _, ...rest } = value;
    const under = isEnd(rest) ? only(locatedOf(entry), ["name", "lifecycle"]) : locatedOf(entry);
    entry.located = merge(under, locate(rest, { document, at: prefix }));
    return [];
  });
  const patches = isObject(document.value) && isArray(document.value.patches) ? document.value.patches : [];
  const patched = patches.flatMap((patch, i) => {
    const address = isObject(patch) ? String(patch.address) : "";
    const entry = entries.get(address);
    if (entry === undefined) return unused(address, pointer("patches", i, "address"));
    return applyPatch(
      document,
      entry,
      address,
      pointer("patches", i, "patch"),
      isObject(patch) ? patch.patch : [],
    );
  });
  return [...merged, ...patched];
}

/** Whether the target is not to have the object: what the manifest sets of it is then of no account. */
function isEnd({ lifecycle }: JsonObject): boolean {
  return isObject(lifecycle) && lifecycle.state === "absent";
}

function applyPatch(
  document: ManifestDocument,
  entry: OverlaidEntry,
  address: Address,
  prefix: Pointer,
  patch: Json | undefined,
): readonly Diagnostic[] {
  for (const [i, operation] of (isArray(patch) ? patch : []).entries()) {
    const at = prefix + pointer(i);
    const result = applyOperation(locatedOf(entry), isObject(operation) ? operation : {}, { document, at });
    if ("finding" in result) {
      const place = { address, source: document.valueAt(at + pointer(result.key)), related: placeOf(entry) };
      return [report(result.finding, place)];
    }
    entry.located = result;
  }
  return [];
}

function placeOf({ document, prefix }: OverlaidEntry): readonly Source[] {
  return [document.valueAt(`${prefix}/name`)];
}

function twice(document: ManifestDocument, address: Address, at: Pointer, first: Pointer): Diagnostic {
  const detail = `${address} stands in this overlay already. Write what it changes in one place.`;
  return report(failure("duplicate-address", detail), {
    address,
    source: document.valueAt(`${at}/name`),
    related: [document.valueAt(`${first}/name`)],
  });
}

function unusedOverlay(
  document: ManifestDocument,
  address: Address,
  at: Pointer,
  known: readonly Address[],
): Diagnostic {
  const detail = `No manifest of the target declares ${address}.${didYouMean(address, known)} An overlay changes what a manifest declares; correct the name, or declare it there.`;
  return report(failure("overlay-unused", detail), { address, source: document.valueAt(at) });
}

// ---------------------------------------------------------------- documents

/** The document with the entries that overlays changed, each part of which is found where it is written. */
function withEntries(document: ManifestDocument, all: readonly OverlaidEntry[]): ManifestDocument {
  const entries = new Map(
    all.flatMap(({ document: of, prefix, located }) =>
      of === document && located !== undefined ? [[prefix, located] as const] : [],
    ),
  );
  if (entries.size === 0) return document;
  const find = (at: Pointer): (Origin & { readonly depth: number }) | undefined => {
    const path = parsePointer(at);
    const entry = entries.get(pointer(...path.slice(0, 2)));
    if (entry === undefined || path.length < 2) return undefined;
    const { origin, depth } = originAt(entry.tree, path.slice(2));
    return { ...origin, depth: depth + 2 };
  };
  const origin = (at: Pointer): Origin => find(at) ?? { document, at };
  return {
    ...document,
    ...merged(document, entries),
    value: withValues(document.value, entries),
    valueAt: (at) => origin(at).document.valueAt(origin(at).at),
    keyAt: (at) => origin(at).document.keyAt(origin(at).at),
    depthOf: (at) => find(at)?.depth ?? document.depthOf(at),
    written: (at) => origin(at).document.written(origin(at).at),
    fileAt: (at) => origin(at).document.file,
    notOwn: (at) => notOwn(document, entries, at) ?? document.notOwn(at),
  };
}

/** What overlays made of entries, by their prefix. */
type Entries = ReadonlyMap<Pointer, Located>;

function withValues(value: Json, entries: Entries): Json {
  const sections = Object.entries(isObject(value) ? value : {}).map(([section, list]): [string, Json] => [
    section,
    isArray(list) ? list.map((item, i) => entries.get(pointer(section, i))?.value ?? item) : list,
  ]);
  return Object.fromEntries(sections);
}

/** What is known of parts of the values, of those that overlays changed by where they come from. */
function merged(
  document: ManifestDocument,
  entries: Entries,
): Pick<ManifestDocument, "secrets" | "whole" | "broken"> {
  const isOverlaid = (at: Pointer): boolean => entries.has(pointer(...parsePointer(at).slice(0, 2)));
  const parts = [...entries].map(([prefix, { tree }]) => ({ prefix, origins: originsBelow(tree) }));
  const moved = (of: (document: ManifestDocument) => ReadonlySet<Pointer>): ReadonlySet<Pointer> =>
    new Set([
      ...[...of(document)].filter((at) => !isOverlaid(at)),
      ...parts.flatMap(({ prefix, origins }) =>
        origins.filter(([, origin]) => of(origin.document).has(origin.at)).map(([at]) => prefix + at),
      ),
    ]);
  const kept = [...document.secrets].filter(([prefix]) => !entries.has(prefix));
  const found = parts.map(({ prefix, origins }) => [prefix, new Map(origins.flatMap(secretAt))] as const);
  const secrets = new Map([...kept, ...found.filter(([, own]) => own.size > 0)]);
  return { secrets, whole: moved(({ whole }) => whole), broken: moved(({ broken }) => broken) };
}

function secretAt([at, { document, at: written }]: readonly [Pointer, Origin]): readonly [Pointer, Secret][] {
  const path = parsePointer(written);
  const secret = document.secrets.get(pointer(...path.slice(0, 2)))?.get(pointer(...path.slice(2)));
  return secret === undefined ? [] : [[at, secret]];
}

/** The first part at or below a pointer that an overlay says. */
function notOwn(
  document: ManifestDocument,
  entries: Entries,
  at: Pointer,
): ReturnType<ManifestDocument["notOwn"]> {
  const path = parsePointer(at);
  const entry = entries.get(pointer(...path.slice(0, 2)));
  if (entry === undefined) return undefined;
  const other = originsBelow(entry.tree, pointer(...path.slice(2))).find(
    ([, origin]) => origin.document !== document,
  );
  return other && { why: "overlay", source: other[1].document.valueAt(other[1].at) };
}
