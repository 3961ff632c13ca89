/**
 * Values that come from several documents, with the place of each. A tree of origins has the shape of the
 * value beside it, so that whatever moves in the one moves in the other.
 */
import { isArray, isObject, parsePointer, pointer } from "../json.ts";
import type { Json, Pointer } from "../model.ts";
import type { ManifestDocument } from "./document.ts";

/** Where a value is written. */
export interface Origin {
  readonly document: ManifestDocument;
  readonly at: Pointer;
}

/** A list or mapping as in the value; of anything else an empty one. */
export type Tree = Tree[] | { [key: string]: Tree };

export interface Located {
  readonly value: Json;
  readonly tree: Tree;
}

/** By identity, so that no key of a value is taken for it. */
const ORIGINS = new WeakMap<Tree, Origin>();

function marked(tree: Tree, origin: Origin): Tree {
  ORIGINS.set(tree, origin);
  return tree;
}

/** Marked as the tree that it is made from, if that has an origin. */
function markedLike(from: Tree, tree: Tree): Tree {
  const origin = ORIGINS.get(from);
  return origin === undefined ? tree : marked(tree, origin);
}

/** A value as its document has it. */
export function locate(value: Json, origin: Origin): Located {
  return { value, tree: treeOf(value, origin) };
}

function treeOf(value: Json, origin: Origin): Tree {
  const below = (key: string | number): Origin => ({ ...origin, at: origin.at + pointer(key) });
  if (isArray(value))
    return marked(
      value.map((item, i) => treeOf(item, below(i))),
      origin,
    );
  const entries = isObject(value) ? Object.entries(value) : [];
  return marked(Object.fromEntries(entries.map(([key, item]) => [key, treeOf(item, below(key))])), origin);
}

/** A copy with the same origins. */
export function copyTree(tree: Tree): Tree {
  const copy = isList(tree)
    ? tree.map(copyTree)
    : Object.fromEntries(Object.entries(tree).map(([key, item]) => [key, copyTree(item)]));
  return markedLike(tree, copy);
}

function isList(tree: Tree): tree is Tree[] {
  return Array.isArray(tree);
}

function childOf(tree: Tree, key: string): Tree | undefined {
  if (isList(tree)) return tree[Number(key)];
  return Object.hasOwn(tree, key) ? tree[key] : undefined;
}

/** Mappings key by key, all else replaced. */
export function merge(under: Located, over: Located): Located {
  if (!isObject(under.value) || !isObject(over.value)) return over;
  const keys = [...new Set([...Object.keys(under.value), ...Object.keys(over.value)])];
  const merged = keys.map((key): readonly [string, Located] => {
    const [below, above] = [child(under, key), child(over, key)];
    if (above === undefined) return [key, below as Located];
    return [key, below === undefined ? above : merge(below, above)];
  });
  const tree: Tree = Object.fromEntries(merged.map(([key, { tree: item }]) => [key, item]));
  return {
    value: Object.fromEntries(merged.map(([key, { value }]) => [key, value])),
    tree: markedLike(under.tree, tree),
  };
}

/** A mapping without all other keys. */
export function only({ value, tree }: Located, keys: readonly string[]): Located {
  if (!isObject(value) || isList(tree)) return { value, tree };
  const pick = <T>(from: Readonly<Record<string, T>>): { [key: string]: T } =>
    Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));
  return { value: pick(value), tree: markedLike(tree, pick(tree)) };
}

function child({ value, tree }: Located, key: string): Located | undefined {
  if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
  const [item, below] = [value[key], childOf(tree, key)];
  return item === undefined || below === undefined ? undefined : { value: item, tree: below };
}

/** The origin of what a path leads to, or of the nearest that contains it, and how far it leads. */
export function originAt(
  tree: Tree,
  path: readonly string[],
): { readonly origin: Origin; readonly depth: number } {
  let [here, depth] = [tree, 0];
  for (const key of path) {
    const next = childOf(here, key);
    if (next === undefined) break;
    here = next;
    depth += 1;
  }
  const origin = ORIGINS.get(here);
  if (origin === undefined) throw new TypeError("a value without an origin");
  return { origin, depth };
}

/** Every origin at or below a path, with the pointer of its value. */
export function originsBelow(tree: Tree, at: Pointer = ""): readonly (readonly [Pointer, Origin])[] {
  const top = parsePointer(at).reduce<Tree | undefined>(
    (t, key) => (t === undefined ? t : childOf(t, key)),
    tree,
  );
  return top === undefined ? [] : walk(top, at);
}

function walk(tree: Tree, at: Pointer): readonly (readonly [Pointer, Origin])[] {
  const origin = ORIGINS.get(tree);
  const items = Object.entries(tree).flatMap(([key, item]) => walk(item as Tree, at + pointer(key)));
  return origin === undefined ? items : [[at, origin], ...items];
}
