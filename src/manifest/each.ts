/** `for_each`: the items of its list, within limits, so that a small file cannot become a huge manifest. */
import { isArray, isNested } from "../json.ts";
import type { Json, Source } from "../model.ts";
import { type Finding, failure } from "./codes.ts";
import { keyText, type YamlMap, type YamlNode } from "./yaml-nodes.ts";

export const FOR_EACH = "for_each";

/** How many entries one `for_each` may make, and all of one document. */
export const MAX_EACH = 1000;
const MAX_MADE = 20_000;

/** How many values entries made by `for_each` and lists from variables may add to one document. */
export const MAX_MADE_VALUES = 250_000;

/** An entry's place in the list that is written, and the item that it is made for. */
export interface EntryOrigin {
  readonly index: number;
  readonly item?: EachItem;
}

/** An item of `for_each`. */
export interface EachItem {
  readonly value: Json;
  /** From 1. */
  readonly number: number;
  readonly source: Source;
}

/** What an entry has under `for_each`; of its own, since merged it would be another entry's. */
export function eachList(entry: YamlMap): YamlNode | undefined {
  return entry.pairs.find(({ key }) => keyText(key) === FOR_EACH)?.value;
}

/** What is wrong with the list, or with the item of this index. */
export type EachProblem = Finding & { readonly item?: number };

/** The items of a list, where `made` entries of the document are made already. */
export function readItems(
  list: Json,
  made: number,
  sourceOf: (index: number) => Source,
): readonly EachItem[] | EachProblem {
  if (!isArray(list)) {
    const detail =
      "for_each takes a list, or ${var:NAME} of a variable that is one among the vars of the target.";
    return failure("bad-for-each", detail);
  }
  if (list.length > MAX_EACH) {
    const detail = `The list has ${list.length} items, and one for_each makes at most ${MAX_EACH} entries. Split the list.`;
    return failure("for-each-too-long", detail);
  }
  if (made + list.length > MAX_MADE) {
    const detail = `With these, for_each would make more than ${MAX_MADE} entries in one document. Split the document.`;
    return failure("for-each-too-long", detail);
  }
  const item = list.findIndex((value) => value === null || isArray(value));
  if (item < 0) return list.map((value, i) => ({ value, number: i + 1, source: sourceOf(i) }));
  const detail = `Item ${item + 1} is ${list[item] === null ? "null" : "a list"}. An item is a text, a number or a mapping.`;
  return { ...failure("bad-for-each", detail), item };
}

export function mergedEach(): Finding {
  const detail = "for_each stands in the entry itself, and not in a mapping that is merged into it. Move it.";
  return failure("bad-for-each", detail);
}

export function tooManyValues(): Finding {
  const detail = `for_each and lists from variables make more than ${MAX_MADE_VALUES} values of this document. Split it, or give them fewer items.`;
  return failure("for-each-too-long", detail);
}

/** How many values a value holds, itself included. */
export function sizeOf(value: Json): number {
  if (!isNested(value)) return 1;
  return Object.values(value).reduce<number>((sum, item) => sum + sizeOf(item), 1);
}
