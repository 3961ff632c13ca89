/**
 * Changes in the text of a YAML document that leave everything else as it is written: comments, order,
 * quotes, blank lines. Every change is a piece of text in place of another; nothing is printed anew.
 */
import { equal, isArray, isObject } from "../json.ts";
import type { Json, ListItem } from "../model.ts";
import {
  colonEnd,
  columnOf,
  contentEnd,
  dashEnds,
  editBrackets,
  editLines,
  indented,
  isBlock,
  type Span,
  type Splice,
  startsLine,
} from "./edit-text.ts";
import { hasPlaceholder } from "./placeholders.ts";
import type { Placement } from "./placement.ts";
import { writeItem, writePair } from "./write.ts";
import {
  isMergeKey,
  keyText,
  nodesIn,
  type YamlList,
  type YamlMap,
  type YamlNode,
  type YamlPair,
} from "./yaml-nodes.ts";

/** What becomes of a value. */
export type Edit = { readonly to: Json } | { readonly keys: KeyEdits } | ItemEdits;

/** By key; null removes it. */
export type KeyEdits = Readonly<Record<string, Edit | null>>;

export interface ItemEdits {
  /** By index; null removes the item. */
  readonly items: ReadonlyMap<number, Edit | null>;
  /** At the end. */
  readonly added: readonly ListItem[];
}

/** Why a value cannot be changed where it stands. */
export type Refusal = "shared" | "merged" | "placeholder";

export interface EditContext {
  /** Of the whole file; it ends with a line break. */
  readonly text: string;
  /** What aliases stand for: a change in it would change other places too. */
  readonly shared: ReadonlySet<YamlNode>;
  readonly placement: (path: readonly string[]) => Placement;
}

/** The value that an edit leads to. */
export function editValue(current: Json | undefined, edit: Edit): Json {
  if ("to" in edit) return edit.to;
  if ("items" in edit) {
    const kept = (isArray(current) ? current : []).flatMap((item, i): Json[] => {
      const change = edit.items.get(i);
      if (change === null) return [];
      return [change === undefined ? item : editValue(item, change)];
    });
    return [...kept, ...edit.added.map(({ item }) => item)];
  }
  const object = isObject(current) ? current : {};
  const kept = Object.entries(object).filter(([key]) => edit.keys[key] !== null);
  const changed = Object.entries(edit.keys).flatMap(([key, change]): [string, Json][] =>
    change === null ? [] : [[key, editValue(object[key], change)]],
  );
  return Object.fromEntries([...kept, ...changed]);
}

/** The pieces of text that make the edit, or why it cannot be made. `current` is the value of the document. */
export function editDocument(
  root: YamlNode,
  current: Json,
  edit: Edit,
  context: EditContext,
): readonly Splice[] | Refusal {
  const pieces = walk(root, current, edit, { path: [], flow: false, after: root.start, indent: 0 }, context);
  const refusal = pieces.find((piece) => typeof piece === "string");
  return refusal ?? pieces.filter((piece) => typeof piece !== "string");
}

type Piece = Splice | Refusal;

/** Where a value stands. */
interface Spot {
  readonly path: readonly string[];
  /** Between brackets. */
  readonly flow: boolean;
  /** Behind the colon or dash that it follows. */
  readonly after: number;
  /** The column of the key or dash that its further lines are indented from. */
  readonly indent: number;
}

function walk(node: YamlNode, current: Json, edit: Edit, spot: Spot, context: EditContext): readonly Piece[] {
  const value = editValue(current, edit);
  if (equal(value, current)) return [];
  if (context.shared.has(node)) return ["shared"];
  if (node.type === "map") {
    const keys = "keys" in edit ? edit.keys : keyEdits(current, value);
    if (keys !== undefined) return editMap(node, current, keys, spot, context);
  }
  if (node.type === "list") {
    const items = "items" in edit ? edit : itemEdits(current, value);
    if (items !== undefined) return editList(node, current, items, spot, context);
  }
  return replace(node, value, spot, context);
}

function keyEdits(current: Json, to: Json): KeyEdits | undefined {
  if (!isObject(current) || !isObject(to)) return undefined;
  const gone = Object.keys(current).filter((key) => !Object.hasOwn(to, key));
  return Object.fromEntries([
    ...gone.map((key): [string, null] => [key, null]),
    ...Object.entries(to).map(([key, value]): [string, Edit] => [key, { to: value }]),
  ]);
}

/** Items that change in their places, or items that go and others that come at the end; else it is another list. */
function itemEdits(current: Json, to: Json): ItemEdits | undefined {
  if (!isArray(current) || !isArray(to)) return undefined;
  const removed = new Map<number, null>();
  let next = 0;
  current.forEach((item, i) => {
    if (next < to.length && equal(item, to[next])) next += 1;
    else removed.set(i, null);
  });
  const inPlace = current.filter((item, i) => equal(item, to[i])).length;
  if (current.length === to.length && inPlace >= next) {
    return { items: new Map(to.map((item, i): [number, Edit] => [i, { to: item }])), added: [] };
  }
  if (next === 0 && current.length > 0 && to.length > 0) return undefined;
  return { items: removed, added: to.slice(next).map((item) => ({ item })) };
}

// ---------------------------------------------------------------- whole values

function replace(node: YamlNode, value: Json, spot: Spot, context: EditContext): readonly Piece[] {
  const literal = context.placement(spot.path) === "literal";
  if (isHeld(node, context)) return ["shared"];
  if (!literal && holds(node, hasOpenPlaceholder)) return ["placeholder"];
  return [replacement(node, value, spot, literal, context.text)];
}

/** As people would write it there: over several lines only where the old value was, or nothing follows it. */
function replacement(node: YamlNode, value: Json, spot: Spot, literal: boolean, text: string): Splice {
  const at = node.start;
  const end = contentEnd(node, text);
  const written = writePair("k", value, { flow: spot.flow, literal }).slice(2);
  if (isBlock(node) && written.startsWith("\n")) {
    const lines = written.slice(1).replace(/^ {2}/gm, "");
    return { start: at, end, text: indented(lines, columnOf(text, at)) };
  }
  const alone = /^[ \t]*\r?\n/.test(text.slice(end));
  const fits = !written.includes("\n") || (alone && !written.startsWith("\n"));
  const shown = fits
    ? indented(written, spot.indent)
    : writePair("k", value, { flow: true, literal }).slice(2);
  const start = text.slice(spot.after, at).trim() === "" ? spot.after : at;
  const adjoins = /[:-]/.test(text.charAt(start - 1));
  return { start, end: Math.max(start, end), text: adjoins ? shown : shown.trimStart() };
}

function hasOpenPlaceholder(node: YamlNode): boolean {
  return node.type === "scalar" && hasPlaceholder(node.text.replaceAll("$${", ""));
}

function holds(node: YamlNode, has: (inner: YamlNode) => boolean): boolean {
  for (const inner of nodesIn(node)) if (has(inner)) return true;
  return false;
}

// ---------------------------------------------------------------- mappings

function editMap(
  node: YamlMap,
  current: Json,
  keys: KeyEdits,
  spot: Spot,
  context: EditContext,
): readonly Piece[] {
  const values = isObject(current) ? current : {};
  const own = node.pairs.filter(({ key }) => !isMergeKey(key));
  const named = new Map(own.map((pair) => [keyText(pair.key) ?? "", pair]));
  const removed = Object.keys(keys).filter((key) => keys[key] === null && Object.hasOwn(values, key));
  if (removed.some((key) => !named.has(key))) return ["merged"];
  const spans = node.pairs.map((pair) => ({ pair, ...pairSpan(pair, removed, context.text) }));
  const isOnLines = (at: number): boolean => node.flow || startsLine(context.text, at);
  const simple = spans.every(({ pair, start, gone }) =>
    gone ? isOnLines(start) : colonEnd(pair, context.text) !== undefined,
  );
  if (!simple || spans.every(({ gone }) => gone)) {
    return replace(node, editValue(current, { keys }), spot, context);
  }
  if (spans.some(({ pair, gone }) => gone && isHeld(pair.value, context))) return ["shared"];
  const changed = [...named].flatMap(([key, pair]) => {
    const edit = keys[key];
    if (edit === undefined || edit === null) return [];
    return walk(pair.value, values[key] ?? null, edit, below(spot, key, node, pair, context.text), context);
  });
  const added = Object.entries(keys).flatMap(([key, edit]): [string, Json][] => {
    if (edit === null || named.has(key)) return [];
    const value = editValue(values[key], edit);
    return equal(value, values[key]) ? [] : [[key, value]];
  });
  return [...changed, ...editPairs(node, spans, added, spot, context)];
}

function editPairs(
  node: YamlMap,
  spans: readonly Span[],
  added: readonly (readonly [string, Json])[],
  { path }: Spot,
  { placement, text }: EditContext,
): readonly Splice[] {
  const { flow } = node;
  const written = added.map(([key, value]) =>
    writePair(key, value, { flow, literal: placement([...path, key]) === "literal" }),
  );
  if (flow) return editBrackets(spans, written);
  const column = columnOf(text, spans[0]?.start ?? 0);
  return editLines(
    text,
    spans,
    written.map((pair) => " ".repeat(column) + indented(pair, column)),
  );
}

function pairSpan(pair: YamlPair, removed: readonly string[], text: string): Span {
  const gone = !isMergeKey(pair.key) && removed.includes(keyText(pair.key) ?? "");
  return { start: pair.key.start, end: contentEnd(pair.value, text), gone };
}

function isHeld(node: YamlNode, { shared }: EditContext): boolean {
  return holds(node, (inner) => shared.has(inner));
}

function below(spot: Spot, key: string, node: YamlMap, pair: YamlPair, text: string): Spot {
  return {
    path: [...spot.path, key],
    flow: spot.flow || node.flow,
    after: colonEnd(pair, text) ?? pair.value.start,
    indent: columnOf(text, pair.key.start),
  };
}

// ---------------------------------------------------------------- lists

function editList(
  node: YamlList,
  current: Json,
  edit: ItemEdits,
  spot: Spot,
  context: EditContext,
): readonly Piece[] {
  const values = isArray(current) ? current : [];
  const { flow } = node;
  const items = itemSpans(node, edit, context.text);
  const gone = items.filter((item) => item.gone);
  const separate = flow
    ? gone.every(({ item }) => isBare(item))
    : items.every(({ start }) => startsLine(context.text, start));
  if (!separate || (flow && gone.length === items.length)) {
    return replace(node, editValue(current, edit), spot, context);
  }
  if (gone.some(({ item }) => isHeld(item, context))) return ["shared"];
  const changed = items.flatMap(({ item, start }, i) => {
    const change = edit.items.get(i);
    if (change === undefined || change === null) return [];
    const at = { after: flow ? start : start + 1, indent: columnOf(context.text, start) };
    const path = [...spot.path, String(i)];
    return walk(item, values[i] ?? null, change, { ...at, path, flow: spot.flow || flow }, context);
  });
  return [...changed, ...editItems(node, items, edit.added, spot, context)];
}

/** Of lists in lines, each item starts with its dash. */
function itemSpans(
  node: YamlList,
  edit: ItemEdits,
  text: string,
): readonly (Span & { readonly item: YamlNode })[] {
  const dashes = node.flow ? [] : dashEnds(node, text);
  return node.items.map((item, i) => {
    const start = node.flow ? item.start : (dashes[i] ?? 1) - 1;
    const end = Math.max(start + 1, contentEnd(item, text));
    return { item, start, end, gone: edit.items.get(i) === null };
  });
}

/** Nothing belongs to it that stands before it. */
function isBare(node: YamlNode): boolean {
  return node.type === "alias" || (!node.anchored && node.tag === undefined);
}

function editItems(
  node: YamlList,
  spans: readonly Span[],
  added: readonly ListItem[],
  spot: Spot,
  { text, placement }: EditContext,
): readonly Splice[] {
  const { flow } = node;
  const literal = placement([...spot.path, String(spans.length)]) === "literal";
  const written = added.map((item) => writeItem(item, { flow, literal }));
  if (flow) return editBrackets(spans, written);
  const column = columnOf(text, spans[0]?.start ?? 0);
  const lines = written.map((item) => " ".repeat(column) + indented(item, column));
  const none = added.length === 0 && spans.every(({ gone }) => gone);
  const emptied = none ? [{ start: spot.after, end: spot.after, text: " []" }] : [];
  return [...emptied, ...editLines(text, spans, lines)];
}
