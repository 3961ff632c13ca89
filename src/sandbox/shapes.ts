/** Answers as text: without what the firmware does not show of its objects. */
import { isArray, isObject } from "../json.ts";
import type { Json, JsonObject } from "../model.ts";
import type { Answer } from "./answer.ts";
import type { Collection } from "./collections.ts";
import type { Generation, Shape } from "./generations.ts";

/** What a route answers, as its generation shows it. */
export type Shaper = (collection: Collection | undefined, answer: Answer) => Answer;

/** Keeps the text of each object that it has shown: objects never change, and a page may hold thousands. */
export function createShaper({ shapes }: Generation): Shaper {
  const texts = new WeakMap<JsonObject, string>();
  const textOf = (shape: Shape | undefined, value: Json): string => {
    if (!isObject(value)) return JSON.stringify(value);
    const known = texts.get(value);
    if (known !== undefined) return known;
    const text = JSON.stringify(shape === undefined ? value : cut(shape, value));
    texts.set(value, text);
    return text;
  };
  return (collection, answer) => {
    const { body, status } = answer;
    if (collection === undefined || body === undefined || status !== 200) return answer;
    const shape = shapes[collection];
    const text = isArray(body)
      ? `[${body.map((item) => textOf(shape, item)).join(",")}]`
      : textOf(shape, body);
    return { ...answer, text };
  };
}

function cut(shape: Shape, object: JsonObject): JsonObject {
  if ("only" in shape) return Object.fromEntries(shape.only.map((key) => [key, object[key] ?? null]));
  return shape.without.reduce((rest, key) => (key in rest ? withoutKey(rest, key) : rest), object);
}

function withoutKey(object: JsonObject, key: string): JsonObject {
  const { [key]: _left, ...rest } = object;
  return rest;
}
