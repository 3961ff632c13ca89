/** Leaves out of an answer what the firmware does not show of its objects. */
import { isArray, isObject } from "../json.ts";
import type { Json, JsonObject } from "../model.ts";
import type { Answer } from "./answer.ts";
import type { Collection } from "./collections.ts";
import type { Generation, Shape } from "./generations.ts";

export function shapeAnswer(
  { shapes }: Generation,
  collection: Collection | undefined,
  answer: Answer,
): Answer {
  const shape = collection === undefined ? undefined : shapes[collection];
  const { body } = answer;
  if (shape === undefined || body === undefined || answer.status !== 200) return answer;
  return { ...answer, body: isArray(body) ? body.map((item) => cut(shape, item)) : cut(shape, body) };
}

function cut(shape: Shape, value: Json): Json {
  return isObject(value) ? cutObject(shape, value) : value;
}

function cutObject(shape: Shape, object: JsonObject): JsonObject {
  if ("only" in shape) return Object.fromEntries(shape.only.map((key) => [key, object[key] ?? null]));
  const kept = Object.entries(object).filter(([key]) => !shape.without.includes(key));
  return Object.fromEntries(kept);
}
