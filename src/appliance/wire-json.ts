/**
 * JSON as it goes over the wire, where ids are integers of 64 bits: JavaScript reads those above
 * 2^53 as a neighbour, and a rounded id is another object.
 */
import { isNested, isObject, MAX_DEPTH, pointer } from "../json.ts";
import type { Id, Json } from "../model.ts";
import type { Assignment } from "./port.ts";

/**
 * Whether a value nests deeper than it may, or holds an integer that JavaScript does not hold exactly. Every answer
 * passes here, and hardly any has one of these: what it is, and where, is looked for only then.
 */
export function isFlawed(value: unknown, levels: number = MAX_DEPTH): boolean {
  if (!isNested(value)) return isUnsafe(value);
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isFlawed(item, levels - 1));
  for (const key in value) if (isFlawed(value[key as keyof typeof value], levels - 1)) return true;
  return false;
}

/** The pointer of an integer of an answer that JavaScript does not hold exactly. */
export function inexactInteger(root: Json): string | undefined {
  const open: { readonly value: Json; readonly at: string }[] = [{ value: root, at: "" }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, at } = next;
    if (isUnsafe(value)) return at;
    if (Array.isArray(value) || isObject(value)) {
      for (const [key, item] of Object.entries(value))
        open.push({ value: item as Json, at: at + pointer(key) });
    }
  }
  return undefined;
}

/** Larger ones than a number can be are read as infinite. */
function isUnsafe(value: unknown): boolean {
  if (typeof value !== "number") return false;
  return !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value));
}

/** The body of an assignment, with every digit of each id; undefined when there is nothing to change. */
export function assignmentJson({ assign = [], unassign = [] }: Assignment): string | undefined {
  const parts = [
    ...(assign.length === 0 ? [] : [`"assign":[${assign.map(integerJson).join()}]`]),
    ...(unassign.length === 0 ? [] : [`"unassign":[${unassign.map(integerJson).join()}]`]),
  ];
  return parts.length === 0 ? undefined : `{${parts.join()}}`;
}

function integerJson(id: Id): string {
  if (!/^\d+$/.test(id)) throw new TypeError(`an id is all digits, not ${JSON.stringify(id)}`);
  return BigInt(id).toString();
}
