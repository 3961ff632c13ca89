/**
 * YAML nodes → JSON values with placeholders filled in. Aliases and merge keys are resolved here,
 * within limits, so that a small file cannot become a huge value.
 */
import { pointer, setOwn } from "../json.ts";
import type { Diagnostic, Json, Pointer, Secret, Source } from "../model.ts";
import { type Finding, failure, report } from "./codes.ts";
import {
  type EachItem,
  type EntryOrigin,
  eachList,
  FOR_EACH,
  MAX_MADE_VALUES,
  mergedEach,
  readItems,
  sizeOf,
  tooManyValues,
} from "./each.ts";
import { inexact, isExactNumber } from "./exact-number.ts";
import {
  type Filling,
  fill,
  hasPlaceholder,
  itemScalar,
  namesEnvironment,
  type Outside,
  structureOf,
  variablesIn,
} from "./placeholders.ts";
import { kindOfSection, type Placement } from "./placement.ts";
import type { SourceText } from "./source-text.ts";
import {
  isMergeKey,
  MAX_DEPTH,
  resolved,
  type YamlAlias,
  type YamlList,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
  type YamlValue,
} from "./yaml-nodes.ts";
import { isPlain, scalarValue, shownTag } from "./yaml-tags.ts";

/** How many values the aliases of one document may add. */
const MAX_ALIASED = 250_000;

/** The value of a document and what is known about parts of it. */
export interface DocumentValue {
  readonly value: Json;
  /** By the first two segments (the entry), then by pointer below them. */
  readonly secrets: ReadonlyMap<Pointer, ReadonlyMap<Pointer, Secret>>;
  /** Texts that were one placeholder and nothing else. */
  readonly whole: ReadonlySet<Pointer>;
  /** Where there is no value because of a problem that is told already. */
  readonly broken: ReadonlySet<Pointer>;
  /** The names that texts take from `var`. */
  readonly variables: ReadonlySet<string>;
  /** Of sections with a `for_each`, where each of their entries comes from. */
  readonly made: ReadonlyMap<string, readonly EntryOrigin[]>;
  readonly problems: readonly Diagnostic[];
}

/** The state of one conversion; it does not leave this file. */
interface Reading {
  readonly source: SourceText;
  readonly outside: Outside;
  readonly placement: (path: readonly string[]) => Placement;
  /** Whether `for_each` makes entries. */
  readonly makes: boolean;
  readonly path: string[];
  readonly secrets: Map<Pointer, Map<Pointer, Secret>>;
  readonly whole: Set<Pointer>;
  readonly broken: Set<Pointer>;
  readonly problems: Diagnostic[];
  readonly variables: Set<string>;
  readonly made: Map<string, readonly EntryOrigin[]>;
  /** The entry that is being made, and for which item. */
  making: { readonly entry: YamlMap; readonly each: Json } | undefined;
  entriesMade: number;
  valuesMade: number;
  /** The outermost alias that the current value is behind, and how many values were behind one. */
  within: YamlAlias | undefined;
  aliased: number;
}

/**
 * Converts a document. Whatever has no value becomes null, is told and marked as broken. Without `makes`
 * an entry with `for_each` stays as it is written.
 */
export function readValue(
  root: YamlNode,
  source: SourceText,
  outside: Outside,
  placement: (path: readonly string[]) => Placement,
  makes = false,
): DocumentValue {
  const reading: Reading = {
    source,
    outside,
    placement,
    makes,
    path: [],
    secrets: new Map(),
    whole: new Set(),
    broken: new Set(),
    problems: [],
    variables: new Set(),
    made: new Map(),
    making: undefined,
    entriesMade: 0,
    valuesMade: 0,
    within: undefined,
    aliased: 0,
  };
  const value = convert(root, reading);
  const { secrets, whole, broken, variables, made, problems } = reading;
  return { value, secrets, whole, broken, variables, made, problems };
}

function convert(node: YamlNode, reading: Reading): Json {
  if (node.type === "alias") return convertAlias(node, reading);
  if (!isPlain(node)) return customTag(node, reading);
  if (reading.within !== undefined) reading.aliased += 1;
  if (reading.aliased > MAX_ALIASED) return tooManyAliases(node, reading);
  if (reading.making !== undefined) reading.valuesMade += 1;
  if (reading.valuesMade > MAX_MADE_VALUES) return tooManyMade(node, reading);
  if (reading.path.length > MAX_DEPTH) return broken(node, tooDeep(), reading);
  if (node.type === "map") return convertMap(node, reading);
  return node.type === "list" ? convertList(node, reading) : convertScalar(node, reading);
}

function customTag({ tag = "", tagStart, end }: YamlValue, reading: Reading): null {
  const detail = `${shownTag(tag)} asks for a type that manifests do not have there. Remove it.`;
  reading.broken.add(pointer(...reading.path));
  reading.problems.push(
    report(failure("custom-tag", detail), { source: reading.source.place(tagStart, end) }),
  );
  return null;
}

function tooDeep(): Finding {
  return failure(
    "too-deep",
    `Lists and mappings stand more than ${MAX_DEPTH} deep in each other. Check the aliases.`,
  );
}

function broken(node: YamlNode, finding: Finding, reading: Reading): null {
  reading.broken.add(pointer(...reading.path));
  return tell(node, finding, reading);
}

function tell(node: YamlNode, finding: Finding, reading: Reading): null {
  reading.problems.push(report(finding, { source: placeOf(node, reading.source) }));
  return null;
}

function placeOf({ start, end }: YamlNode, source: SourceText): Source {
  return source.place(start, end);
}

function convertAlias(node: YamlAlias, reading: Reading): Json {
  const { name, target } = node;
  if (target === undefined) {
    const finding = failure(
      "unknown-alias",
      `*${name} refers to an anchor &${name} that must stand before it and around something else. Put a text that starts with * in quotes.`,
    );
    return broken(node, finding, reading);
  }
  return expanded(node, reading, () => convert(target, reading));
}

/** From here on nothing of the document has a value; told once. */
function tooManyAliases(node: YamlNode, reading: Reading): null {
  if (reading.broken.has("")) return null;
  reading.broken.add("");
  const detail = `The aliases of this document stand for more than ${MAX_ALIASED} values. Use defaults, or write fewer of them.`;
  return tell(reading.within ?? node, failure("too-many-aliases", detail), reading);
}

/** Acts on what an alias stands for, so that it is counted. */
function expanded<T>(alias: YamlAlias, reading: Reading, act: () => T): T {
  const outer = reading.within;
  reading.within = outer ?? alias;
  const result = act();
  reading.within = outer;
  return result;
}

function convertList(node: YamlList, reading: Reading): Json {
  const [section, ...deeper] = reading.path;
  if (reading.makes && section !== undefined && deeper.length === 0 && kindOfSection(section) !== undefined)
    return convertSection(node, section, reading);
  return node.items.map((item, i) => convertBelow(String(i), item, reading));
}

/** The entries of a kind; one with `for_each` becomes one for each item. */
function convertSection(node: YamlList, section: string, reading: Reading): Json {
  const values: Json[] = [];
  const origins: EntryOrigin[] = [];
  const add = (entry: YamlNode, origin: EntryOrigin): void => {
    values.push(convertBelow(String(values.length), entry, reading));
    origins.push(origin);
  };
  for (const [index, item] of node.items.entries()) {
    const entry = resolved(item);
    const list = entry?.type === "map" ? eachList(entry) : undefined;
    if (list === undefined || entry?.type !== "map") {
      add(item, { index });
      continue;
    }
    reading.path.push(String(values.length));
    const items = eachItems(list, reading);
    reading.path.pop();
    for (const made of items) {
      reading.making = { entry, each: made.value };
      add(item, { index, item: made });
      reading.making = undefined;
    }
  }
  if (origins.some((origin) => origin.item !== undefined) || values.length !== node.items.length)
    reading.made.set(section, origins);
  return values;
}

/** The items that entries are made for; none where something is wrong with the list. */
function eachItems(node: YamlNode, reading: Reading): readonly EachItem[] {
  const before = reading.problems.length;
  const list = convertBelow(FOR_EACH, node, reading);
  if (reading.problems.length > before) return [];
  const target = resolved(node);
  const nodes = target?.type === "list" ? target.items : [];
  const sourceOf = (i: number): Source => placeOf(nodes[i] ?? node, reading.source);
  const items = readItems(list, reading.entriesMade, sourceOf);
  if ("code" in items) {
    const source = items.item === undefined ? placeOf(node, reading.source) : sourceOf(items.item);
    reading.broken.add(pointer(...reading.path));
    reading.problems.push(report(items, { source }));
    return [];
  }
  reading.entriesMade += items.length;
  return items;
}

/** From here on nothing of the document has a value; told once. */
function tooManyMade(node: YamlNode, reading: Reading): null {
  if (reading.broken.has("")) return null;
  reading.broken.add("");
  return tell(node, tooManyValues(), reading);
}

function convertBelow(segment: string, node: YamlNode, reading: Reading): Json {
  reading.path.push(segment);
  const value = convert(node, reading);
  reading.path.pop();
  return value;
}

/** Own keys win over merged ones, and of merged ones the first. */
function convertMap(node: YamlMap, reading: Reading): Json {
  const value: Record<string, Json> = {};
  addEntries(node, { value, maps: new Set() }, reading);
  return value;
}

/** A mapping as far as it is made: what it has of its own or merged, and the mappings that were merged. */
interface Made {
  readonly value: Record<string, Json>;
  readonly maps: Set<YamlMap>;
}

/** Adds the entries of a mapping whose names are not there yet. */
function addEntries(node: YamlMap, made: Made, reading: Reading): void {
  const own = new Map<string, YamlNode>();
  for (const { key, value } of node.pairs) {
    const name = isMergeKey(key) ? undefined : readKey(key, reading);
    if (name === undefined) continue;
    if (name === FOR_EACH && reading.making?.entry === node) continue;
    if (name === FOR_EACH && isEntry(reading)) tell(key, mergedEach(), reading);
    const first = own.get(name);
    if (first !== undefined) {
      duplicateKey(name, key, first, reading);
      continue;
    }
    own.set(name, key);
    if (!Object.hasOwn(made.value, name)) setOwn(made.value, name, convertBelow(name, value, reading));
  }
  made.maps.add(node);
  for (const { key, value } of node.pairs) if (isMergeKey(key)) mergeEntries(value, made, reading);
}

function isEntry({ makes, path }: Reading): boolean {
  return makes && path.length === 2 && kindOfSection(path[0]) !== undefined;
}

function readKey(key: YamlNode, reading: Reading): string | undefined {
  if (key.type === "scalar" && isPlain(key)) return key.text;
  const finding = failure("bad-key", "A key is a plain text, not a list, mapping, alias or tagged value.");
  tell(key, finding, reading);
  return undefined;
}

function duplicateKey(name: string, key: YamlNode, first: YamlNode, reading: Reading): void {
  const finding = failure("duplicate-key", `${JSON.stringify(name)} stands here again. Keep one of the two.`);
  const related = [placeOf(first, reading.source)];
  reading.problems.push(report(finding, { source: placeOf(key, reading.source), related }));
}

function mergeEntries(node: YamlNode, made: Made, reading: Reading): void {
  if (node.type === "list") {
    for (const item of node.items) mergeEntries(item, made, reading);
    return;
  }
  const target = resolved(node);
  if (target?.type !== "map") {
    const detail = "After << stands a mapping, an alias of one, or a list of these.";
    tell(node, failure("bad-merge", detail), reading);
  } else if (!made.maps.has(target)) {
    const add = (): void => addEntries(target, made, reading);
    if (node.type === "alias") expanded(node, reading, add);
    else add();
  }
}

function convertScalar(node: YamlScalar, reading: Reading): Json {
  const value = scalarValue(node);
  if (value === undefined) return broken(node, notOfTag(node), reading);
  if (typeof value === "string") return hasPlaceholder(value) ? convertText(node, value, reading) : value;
  if (typeof value === "number" && !isExactNumber(value, node.text))
    return broken(node, inexact(node.text), reading);
  return value;
}

function notOfTag({ tag = "", text }: YamlScalar): Finding {
  const detail = `${JSON.stringify(text)} is no ${shownTag(tag)}. Remove the tag, or correct the value.`;
  return failure("custom-tag", detail);
}

function convertText(node: YamlScalar, written: string, reading: Reading): Json {
  const placement = reading.placement(reading.path);
  if (placement === "deferred") return written;
  if (placement === "literal") {
    if (namesEnvironment(written)) reading.problems.push(notReplaced(node, reading.source));
    return written;
  }
  for (const name of variablesIn(written)) reading.variables.add(name);
  const outside: Filling = { ...reading.outside, each: reading.making?.each };
  const structure = structureOf(written, outside);
  if (structure !== undefined) {
    reading.valuesMade += sizeOf(structure);
    return structure;
  }
  const filled = fill(written, outside, placement === "secret");
  if (!("text" in filled)) {
    for (const finding of filled) broken(node, finding, reading);
    return written;
  }
  if (filled.whole) reading.whole.add(pointer(...reading.path));
  const scalar = filled.whole && !isName(reading) ? itemScalar(written, outside) : undefined;
  if (scalar !== undefined) return scalar;
  if (filled.secret !== undefined) keepSecret(filled.secret, reading);
  return filled.text;
}

/** A name is a text, whatever the items are. */
function isName({ path }: Reading): boolean {
  return path.length === 3 && path[2] === "name" && kindOfSection(path[0]) !== undefined;
}

function notReplaced(node: YamlNode, source: SourceText): Diagnostic {
  const detail =
    "Nothing is replaced in inline text of this field, so ${env:…} is sent as written. Put the text into a file and write {file: …, env: [NAME]}.";
  return report(
    { severity: "warning", code: "placeholder-not-replaced", detail },
    { source: placeOf(node, source) },
  );
}

function keepSecret(secret: Secret, reading: Reading): void {
  const owner = pointer(...reading.path.slice(0, 2));
  const known = reading.secrets.get(owner) ?? new Map<Pointer, Secret>();
  reading.secrets.set(owner, known.set(pointer(...reading.path.slice(2)), secret));
}
