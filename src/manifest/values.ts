/**
 * YAML nodes → JSON values with placeholders filled in. Aliases and merge keys are resolved here,
 * within limits, so that a small file cannot become a huge value.
 */
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { pointer } from "../json.ts";
import type { Diagnostic, Json, Pointer, Secret, Source } from "../model.ts";
import { collectAnchors, contains, startOf } from "./anchors.ts";
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
import { isMergeKey, keyText } from "./yaml-keys.ts";
import { MAX_DEPTH } from "./yaml-text.ts";

/** How many values the aliases of one document may add. */
const MAX_ALIASED = 250_000;

/** The tags of YAML's own plain data; any other asks for a type that a manifest does not have. */
const PLAIN_TAG = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/;

/** The value of a document and what is known about parts of it. */
export interface DocumentValue {
  readonly value: Json;
  /** By the first two segments (the entry), then by pointer below them. */
  readonly secrets: ReadonlyMap<Pointer, ReadonlyMap<Pointer, Secret>>;
  /** Texts that were one placeholder and nothing else. */
  readonly whole: ReadonlySet<Pointer>;
  /** Where there is no value because of a problem that is told already. */
  readonly broken: ReadonlySet<Pointer>;
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<Alias, Node>;
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
  readonly anchors: ReadonlyMap<string, readonly Node[]>;
  readonly targets: Map<Alias, Node>;
  readonly variables: Set<string>;
  readonly made: Map<string, readonly EntryOrigin[]>;
  /** The entry that is being made, and for which item. */
  making: { readonly entry: YAMLMap; readonly each: Json } | undefined;
  entriesMade: number;
  valuesMade: number;
  /** The outermost alias that the current value is behind, and how many values were behind one. */
  within: Alias | undefined;
  aliased: number;
}

/**
 * Converts a document. Whatever has no value becomes null, is told and marked as broken. Without `makes`
 * an entry with `for_each` stays as it is written.
 */
export function readValue(
  root: Node,
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
    anchors: collectAnchors(root, source.text),
    targets: new Map(),
    variables: new Set(),
    made: new Map(),
    making: undefined,
    entriesMade: 0,
    valuesMade: 0,
    within: undefined,
    aliased: 0,
  };
  const value = convert(root, reading);
  const { secrets, whole, broken, targets, variables, made, problems } = reading;
  return { value, secrets, whole, broken, targets, variables, made, problems };
}

function convert(node: unknown, reading: Reading): Json {
  if (isAlias(node)) return convertAlias(node, reading);
  if (!isMap(node) && !isSeq(node) && !isScalar(node)) return null;
  if (node.tag !== undefined && !PLAIN_TAG.test(node.tag)) return customTag(node, node.tag, reading);
  if (reading.within !== undefined) reading.aliased += 1;
  if (reading.aliased > MAX_ALIASED) return tooManyAliases(node, reading);
  if (reading.making !== undefined) reading.valuesMade += 1;
  if (reading.valuesMade > MAX_MADE_VALUES) return tooManyMade(node, reading);
  if (reading.path.length > MAX_DEPTH) return broken(node, tooDeep(), reading);
  if (isMap(node)) return convertMap(node, reading);
  return isSeq(node) ? convertList(node, reading) : convertScalar(node, reading);
}

function customTag(node: Node, tag: string, reading: Reading): null {
  const { source } = reading;
  const shown = tag.replace("tag:yaml.org,2002:", "!!");
  const finding = failure("custom-tag", `${shown} asks for a type that manifests do not have. Remove it.`);
  const [start, end] = node.range ?? [0, 0];
  const mark = source.text.lastIndexOf("!", start);
  const at = source.text[mark - 1] === "!" ? mark - 1 : mark;
  reading.broken.add(pointer(...reading.path));
  reading.problems.push(report(finding, { source: source.place(at < 0 ? start : at, end) }));
  return null;
}

function tooDeep(): Finding {
  return failure(
    "too-deep",
    `Lists and mappings stand more than ${MAX_DEPTH} deep in each other. Check the aliases.`,
  );
}

function broken(node: Node, finding: Finding, reading: Reading): null {
  reading.broken.add(pointer(...reading.path));
  return tell(node, finding, reading);
}

function tell(node: Node | null, finding: Finding, reading: Reading): null {
  reading.problems.push(report(finding, { source: placeOf(node, reading.source) }));
  return null;
}

function placeOf(node: Node | null, source: SourceText): ReturnType<SourceText["place"]> {
  return source.place(node?.range?.[0] ?? 0, node?.range?.[1] ?? 0);
}

function convertAlias(node: Alias, reading: Reading): Json {
  const target = aliasTarget(node, reading);
  if (target === undefined) {
    const finding = failure(
      "unknown-alias",
      `*${node.source} refers to an anchor &${node.source} that must stand before it and around something else. Put a text that starts with * in quotes.`,
    );
    return broken(node, finding, reading);
  }
  return expanded(node, reading, () => convert(target, reading));
}

/** From here on nothing of the document has a value; told once. */
function tooManyAliases(node: Node, reading: Reading): null {
  if (reading.broken.has("")) return null;
  reading.broken.add("");
  const detail = `The aliases of this document stand for more than ${MAX_ALIASED} values. Use defaults, or write fewer of them.`;
  return tell(reading.within ?? node, failure("too-many-aliases", detail), reading);
}

/** Acts on what an alias stands for, so that it is counted. */
function expanded<T>(alias: Alias, reading: Reading, act: () => T): T {
  const outer = reading.within;
  reading.within = outer ?? alias;
  const result = act();
  reading.within = outer;
  return result;
}

/** What an alias stands for; undefined where there is no such anchor yet, or where it would contain itself. */
function aliasTarget(node: Alias, reading: Reading): Node | undefined {
  const earlier = reading.anchors.get(node.source)?.findLast((anchored) => startOf(anchored) < startOf(node));
  const target = reading.targets.get(node) ?? earlier;
  if (target === undefined || contains(target, node)) return undefined;
  reading.targets.set(node, target);
  return target;
}

function convertList(node: YAMLSeq, reading: Reading): Json {
  const [section, ...deeper] = reading.path;
  if (reading.makes && section !== undefined && deeper.length === 0 && kindOfSection(section) !== undefined)
    return convertSection(node, section, reading);
  return node.items.map((item, i) => below(String(i), reading, () => convert(item, reading)));
}

/** The entries of a kind; one with `for_each` becomes one for each item. */
function convertSection(node: YAMLSeq, section: string, reading: Reading): Json {
  const values: Json[] = [];
  const origins: EntryOrigin[] = [];
  const add = (entry: unknown, origin: EntryOrigin): void => {
    values.push(below(String(values.length), reading, () => convert(entry, reading)));
    origins.push(origin);
  };
  for (const [index, item] of node.items.entries()) {
    const entry = isAlias(item) ? aliasTarget(item, reading) : item;
    const list = isMap(entry) ? eachList(entry) : undefined;
    if (list === undefined || !isMap(entry)) {
      add(item, { index });
      continue;
    }
    for (const made of below(String(values.length), reading, () => eachItems(list, reading))) {
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
function eachItems(node: Node, reading: Reading): readonly EachItem[] {
  const before = reading.problems.length;
  const list = below(FOR_EACH, reading, () => convert(node, reading));
  if (reading.problems.length > before) return [];
  const target = isAlias(node) ? reading.targets.get(node) : node;
  const nodes = isSeq(target) ? target.items : [];
  const sourceOf = (i: number): Source => placeOf((nodes[i] ?? node) as Node, reading.source);
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
function tooManyMade(node: Node, reading: Reading): null {
  if (reading.broken.has("")) return null;
  reading.broken.add("");
  return tell(node, tooManyValues(), reading);
}

function below<T>(segment: string, reading: Reading, act: () => T): T {
  reading.path.push(segment);
  const result = act();
  reading.path.pop();
  return result;
}

/** Own keys win over merged ones, and of merged ones the first. */
function convertMap(node: YAMLMap, reading: Reading): Json {
  return Object.fromEntries(mapEntries(node, { names: new Set(), maps: new Set() }, reading));
}

/** What one mapping has already: names of its own or merged, and the mappings that were merged. */
interface Taken {
  readonly names: Set<string>;
  readonly maps: Set<Node>;
}

/** The entries of a mapping except those that are `taken`, which grows by them. */
function mapEntries(node: YAMLMap, taken: Taken, reading: Reading): readonly (readonly [string, Json])[] {
  const entries: (readonly [string, Json])[] = [];
  const own = new Map<string, Node>();
  for (const { key, value } of node.items) {
    const name = isMergeKey(key) ? undefined : readKey(key, reading);
    if (name === undefined) continue;
    if (name === FOR_EACH && reading.making?.entry === node) continue;
    if (name === FOR_EACH && isEntry(reading)) tell(key as Node, mergedEach(), reading);
    const first = own.get(name);
    if (first !== undefined) duplicateKey(name, key as Node, first, reading);
    else if (!taken.names.has(name))
      entries.push([name, below(name, reading, () => convert(value, reading))]);
    if (first === undefined) own.set(name, key as Node);
  }
  for (const name of own.keys()) taken.names.add(name);
  taken.maps.add(node);
  const merges = node.items.filter(({ key }) => isMergeKey(key));
  return [...entries, ...merges.flatMap(({ key, value }) => mergedEntries(value ?? key, taken, reading))];
}

function isEntry({ makes, path }: Reading): boolean {
  return makes && path.length === 2 && kindOfSection(path[0]) !== undefined;
}

function readKey(key: unknown, reading: Reading): string | undefined {
  const name = keyText(key);
  const tag = isScalar(key) ? key.tag : undefined;
  if (name !== undefined && (tag === undefined || PLAIN_TAG.test(tag))) return name;
  const finding = failure("bad-key", "A key is a plain text, not a list, mapping, alias or tagged value.");
  tell(key as Node | null, finding, reading);
  return undefined;
}

function duplicateKey(name: string, key: Node, first: Node, reading: Reading): void {
  const finding = failure("duplicate-key", `${JSON.stringify(name)} stands here again. Keep one of the two.`);
  const related = [placeOf(first, reading.source)];
  reading.problems.push(report(finding, { source: placeOf(key, reading.source), related }));
}

function mergedEntries(value: unknown, taken: Taken, reading: Reading): readonly (readonly [string, Json])[] {
  if (isSeq(value)) return value.items.flatMap((item) => mergedEntries(item, taken, reading));
  const target = isAlias(value) ? aliasTarget(value, reading) : value;
  if (isMap(target)) {
    if (taken.maps.has(target)) return [];
    const read = (): readonly (readonly [string, Json])[] => mapEntries(target, taken, reading);
    return isAlias(value) ? expanded(value, reading, read) : read();
  }
  const detail = "After << stands a mapping, an alias of one, or a list of these.";
  tell(value as Node, failure("bad-merge", detail), reading);
  return [];
}

function convertScalar(node: Scalar, reading: Reading): Json {
  const { value } = node;
  if (typeof value === "string") return hasPlaceholder(value) ? convertText(node, value, reading) : value;
  if (typeof value === "number")
    return isExactNumber(value, node.source) ? value : broken(node, inexact(node), reading);
  return typeof value === "boolean" ? value : null;
}

function convertText(node: Scalar, written: string, reading: Reading): Json {
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

function notReplaced(node: Node, source: SourceText): Diagnostic {
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
