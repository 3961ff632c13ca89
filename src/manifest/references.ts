/** The relations of an entry: lists of names and device selectors as references. */
import { canonicalJson, isArray, isObject, pointer } from "../json.ts";
import { DEVICE } from "../kinds/targets.ts";
import type { DeviceSelector, Diagnostic, Json, JsonObject, Pointer, Reference, Source } from "../model.ts";
import { type Reading, readBare, readIpSelector, readMacSelector } from "./addresses.ts";
import { caution, type Finding } from "./codes.ts";
import { type Entry, type Run, reportIn, textOf } from "./context.ts";
import { type CsvTable, readColumn, readTable } from "./csv.ts";
import { readNamedFile, shownName } from "./text-file.ts";

const CSV_MEGABYTES = 10;

/** The references of one item of a list, and what is wrong with it. */
interface Item {
  readonly references: readonly Reference[];
  readonly problems: readonly Diagnostic[];
}

export interface Relations {
  readonly relations: Readonly<Record<string, readonly Reference[]>>;
  readonly problems: readonly Diagnostic[];
}

/** Reads the relations that the entry holds. Its form must have been judged. */
export function readRelations(entry: Entry, run: Run): Relations {
  const declared = Object.entries(entry.value).filter(([name]) => Object.hasOwn(entry.kind.relations, name));
  const read = declared.map(([name, value]) => ({ name, ...readRelation(entry, name, value, run) }));
  return {
    relations: Object.fromEntries(read.map(({ name, references }) => [name, references])),
    problems: read.flatMap(({ problems }) => problems),
  };
}

function readRelation(entry: Entry, name: string, value: Json, run: Run): Item {
  const devices = entry.kind.relations[name]?.to === DEVICE;
  const items = (isArray(value) ? value : []).map((item, i) =>
    devices ? readSelector(entry, pointer(name, i), item, run) : readName(pointer(name, i), item),
  );
  const { kept, problems } = withoutDuplicates(
    entry,
    items.flatMap(({ references }) => references),
  );
  return { references: kept, problems: [...items.flatMap((item) => item.problems), ...problems] };
}

function readName(at: Pointer, item: Json): Item {
  const written = isObject(item) ? item : { name: item };
  const discoveryId = textOf(written, "discovery_id");
  const node = written.node === undefined ? {} : { node: String(written.node) };
  const reference: Reference =
    discoveryId === undefined
      ? { to: "name", name: String(written.name), ...node, pointer: at }
      : { to: "discovery_id", discoveryId, ...node, pointer: at };
  return { references: [reference], problems: [] };
}

function readSelector(entry: Entry, at: Pointer, item: Json, run: Run): Item {
  const written = isObject(item) ? item : {};
  const flags = { optional: written.optional === true, all: written.all === true };
  const csv = written.csv;
  if (isObject(csv)) return readCsv(entry, at, csv, flags, run);
  const reading = typeof item === "string" ? readBare(item) : readMapping(written);
  return toItem(entry, at, reading, flags);
}

interface Flags {
  readonly optional: boolean;
  readonly all: boolean;
}

function toItem(entry: Entry, at: Pointer, reading: Reading | Finding, flags: Flags, source?: Source): Item {
  const elsewhere = source === undefined ? {} : { source };
  if (!("selector" in reading)) {
    return { references: [], problems: [reportIn(entry, at, { ...reading, ...elsewhere })] };
  }
  const { selector, findings } = reading;
  return {
    references: [{ to: "device", selector, ...flags, pointer: at, ...elsewhere }],
    problems: findings.map((finding) => reportIn(entry, at, { ...finding, ...elsewhere })),
  };
}

/** A mapping that says with one key what is looked for. */
function readMapping(written: JsonObject): Reading | Finding {
  const [ip, mac] = [textOf(written, "ip"), textOf(written, "mac")];
  if (ip !== undefined) return readIpSelector(ip);
  if (mac !== undefined) return readMacSelector(mac);
  return { selector: plainSelector(written), findings: [] };
}

function plainSelector(written: JsonObject): DeviceSelector {
  const { name, discovery_id: discoveryId, id, filter, search } = written;
  if (isObject(filter)) return { by: "filter", filter };
  if (isObject(search)) {
    return { by: "search", type: textOf(search, "type") ?? "", value: textOf(search, "value") ?? "" };
  }
  if (id !== undefined) return { by: "id", value: plainId(id) };
  return discoveryId === undefined
    ? { by: "name", value: String(name) }
    : { by: "discovery_id", value: String(discoveryId) };
}

/** An id as text, without leading zeros: ids are compared as texts. */
export function plainId(value: Json): string {
  return BigInt(typeof value === "number" ? value : String(value)).toString();
}

function readCsv(entry: Entry, at: Pointer, csv: JsonObject, flags: Flags, run: Run): Item {
  const table = readCsvFile(entry, `${at}/csv/file`, textOf(csv, "file") ?? "", run);
  if ("code" in table) {
    return { references: [], problems: [reportIn(entry, `${at}/csv/file`, table)] };
  }
  const { cells, findings } = readColumn(table, textOf(csv, "column") ?? "", flags.optional);
  const items = cells.map(({ text, source }) => toItem(entry, at, readBare(text), flags, source));
  const place = (finding: Finding): Pointer =>
    `${at}/csv/${finding.code === "csv-column" ? "column" : "file"}`;
  return {
    references: items.flatMap(({ references }) => references),
    problems: [
      ...findings.map((finding) => reportIn(entry, place(finding), finding)),
      ...items.flatMap(({ problems }) => problems),
    ],
  };
}

/** Many entries may use columns of one file; it is read once. */
function readCsvFile(entry: Entry, at: Pointer, name: string, run: Run): CsvTable | Finding {
  const file = entry.document.fileAt(entry.prefix + at);
  const result = readNamedFile(name, file, CSV_MEGABYTES);
  if (!("text" in result)) return result;
  const known = run.tables.get(result.path);
  if (known !== undefined) return known;
  const table = readTable(shownName(name, file), result.text);
  run.tables.set(result.path, table);
  return table;
}

/** Each reference once; a warning for those that stand there again, one for a whole csv file. */
function withoutDuplicates(
  entry: Entry,
  references: readonly Reference[],
): { readonly kept: readonly Reference[]; readonly problems: readonly Diagnostic[] } {
  if (references.length < 2) return { kept: references, problems: [] };
  const first = new Map<string, Reference>();
  const repeated = new Map<Pointer, Reference[]>();
  for (const reference of references) {
    const meaning = referenceKey(reference);
    const group = repeated.get(reference.pointer);
    if (!first.has(meaning)) first.set(meaning, reference);
    else if (group === undefined) repeated.set(reference.pointer, [reference]);
    else group.push(reference);
  }
  return {
    kept: [...first.values()],
    problems: [...repeated.values()].flatMap((group) => repetition(entry, group)),
  };
}

function repetition(entry: Entry, group: readonly Reference[]): readonly Diagnostic[] {
  const [again] = group;
  if (again === undefined) return [];
  const source = "source" in again ? again.source : undefined;
  const count = group.length === 1 ? "This is" : `This and ${group.length - 1} more are`;
  const detail = `${count} in the list already, and counted once. Remove the repetition.`;
  const finding = caution("duplicate-reference", detail);
  return [reportIn(entry, again.pointer, { ...finding, ...(source === undefined ? {} : { source }) })];
}

/** Equal for references that mean the same, wherever they stand. */
export function referenceKey(reference: Reference): string {
  if (reference.to === "device") return selectionKey(reference);
  const { to, node } = reference;
  // Keys in the order of their names, as in any canonical JSON: manifests have tens of thousands of names.
  if (to === "name") return JSON.stringify({ name: reference.name, node, to });
  return JSON.stringify({ discoveryId: reference.discoveryId, node, to });
}

function selectionKey({ all, optional, selector, to }: Selection): string {
  return canonicalJson({ all, optional, selector: { ...selector }, to });
}

type Selection = Extract<Reference, { readonly to: "device" }>;
