/** One operation of a JSON Patch (RFC 6902) on an entry: judged here, done by fast-json-patch. */
import jsonPatch, { type Operation } from "fast-json-patch";
import { didYouMean } from "../diagnostics.ts";
import { equal, isArray, isObject, parsePointer, valueAt } from "../json.ts";
import type { Json, JsonObject, Pointer } from "../model.ts";
import { type Finding, failure } from "./codes.ts";
import { sizeOf } from "./each.ts";
import { copyTree, type Located, locate, type Origin, type Tree } from "./origins.ts";
import { MAX_DEPTH } from "./yaml-nodes.ts";

export const OPERATIONS = ["add", "remove", "replace", "move", "copy", "test"] as const;
const WITH_VALUE = ["add", "replace", "test"];
const WITH_FROM = ["move", "copy"];

/** What is wrong with an operation, and at which of its keys. */
export interface PatchProblem {
  readonly key: "op" | "path" | "from" | "value";
  readonly finding: Finding;
}

/** The entry after the operation, whose form was judged. `origin` is where the operation is written. */
export function applyOperation(
  entry: Located,
  operation: JsonObject,
  origin: Origin,
): Located | PatchProblem {
  const problem = judge(entry.value, operation);
  if (problem !== undefined) return problem;
  if (operation.op === "test") return entry;
  const { value: given = null } = operation;
  const added = locate(given, { ...origin, at: `${origin.at}/value` });
  const from = operation.op === "copy" ? subtree(entry.tree, String(operation.from)) : undefined;
  return {
    value: done(structuredClone(entry.value), { ...operation, value: structuredClone(given) }),
    tree: done(
      copyTree(entry.tree),
      // A copy made by the package would be one without origins.
      from === undefined
        ? { ...operation, value: added.tree }
        : { op: "add", path: operation.path, value: from },
    ),
  };
}

function done<T>(document: T, operation: unknown): T {
  return jsonPatch.applyOperation(document, operation as Operation, false, true, true).newDocument;
}

function subtree(tree: Tree, at: Pointer): Tree {
  return copyTree(
    parsePointer(at).reduce((t, key) => (t as Readonly<Record<string, Tree>>)[key] ?? {}, tree),
  );
}

// ---------------------------------------------------------------- judging

function judge(entry: Json, operation: JsonObject): PatchProblem | undefined {
  const op = String(operation.op);
  const path = String(operation.path);
  if (WITH_VALUE.includes(op) && !Object.hasOwn(operation, "value")) return needs(op, "value");
  if (!WITH_FROM.includes(op))
    return judgePath(entry, op, path) ?? judgeTest(entry, op, path, operation.value);
  if (!Object.hasOwn(operation, "from")) return needs(op, "from");
  const from = String(operation.from);
  const source = refused("from", from, op === "move") ?? missing(entry, "from", from);
  if (source !== undefined) return source;
  if (op === "copy" && sizeOf(entry) + sizeOf(at(entry, from)) > MAX_VALUES) {
    return wrong("from", `With this copy the entry would have more than ${MAX_VALUES} values.`);
  }
  const inside = op === "move" && path.startsWith(`${from}/`);
  if (inside) return wrong("path", `${from} cannot be moved into itself.`);
  const rest = op === "move" ? done(structuredClone(entry), { op: "remove", path: from }) : entry;
  return judgePath(rest, op, path);
}

/** How far copies may make an entry grow: each can double it. */
const MAX_VALUES = 10_000;

/** The value that a path is known to lead to. */
function at(entry: Json, path: Pointer): Json {
  return valueAt(entry, parsePointer(path)) ?? null;
}

function needs(op: string, key: "value" | "from"): PatchProblem {
  return { key: "op", finding: failure("missing-key", `The operation ${op} needs ${key}. Add it.`) };
}

function judgePath(entry: Json, op: string, path: string): PatchProblem | undefined {
  const writes = op !== "test";
  const adds = writes && op !== "remove" && op !== "replace";
  return refused("path", path, writes) ?? (adds ? notAddable(entry, path) : missing(entry, "path", path));
}

/** Keys through which a path would reach what is no value of the entry. */
const UNSAFE = ["__proto__", "constructor", "prototype"];

function refused(key: "path" | "from", path: Pointer, writes: boolean): PatchProblem | undefined {
  if (path !== "" && !path.startsWith("/")) {
    return wrong(key, `${JSON.stringify(path)} is no JSON pointer, which starts with a slash: /${path}.`);
  }
  const segments = parsePointer(path);
  const unsafe = segments.find((segment) => UNSAFE.includes(segment));
  if (segments.length > MAX_DEPTH) return wrong(key, `The path has more than ${MAX_DEPTH} segments.`);
  if (unsafe !== undefined) return wrong(key, `A path through ${unsafe} is refused.`);
  if (!writes || (segments[0] !== undefined && segments[0] !== "name")) return undefined;
  return wrong(
    key,
    "The name says which entry it is, so a patch cannot change it, nor the entry as a whole.",
  );
}

function wrong(key: PatchProblem["key"], detail: string): PatchProblem {
  return { key, finding: failure("patch-failed", detail) };
}

/** Undefined where the path leads to something. */
function missing(entry: Json, key: "path" | "from", path: Pointer): PatchProblem | undefined {
  const segments = parsePointer(path);
  let here: Json = entry;
  for (const [i, segment] of segments.entries()) {
    const next = itemOf(here, segment);
    if (next === undefined) return wrong(key, nothingAt(here, segments, i));
    here = next;
  }
  return undefined;
}

function itemOf(value: Json, segment: string): Json | undefined {
  if (isArray(value)) return /^(0|[1-9][0-9]*)$/.test(segment) ? value[Number(segment)] : undefined;
  return isObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
}

function nothingAt(here: Json, segments: readonly string[], i: number): string {
  const place = i === 0 ? "The entry" : `/${segments.slice(0, i).join("/")}`;
  const segment = segments[i] ?? "";
  if (isArray(here))
    return `${place} is a list of ${here.length}, and has no item ${segment}, counted from 0.`;
  if (!isObject(here)) return `${place} is neither a mapping nor a list, so nothing is below it.`;
  return `${place} has no ${JSON.stringify(segment)} as it is written.${didYouMean(segment, Object.keys(here))} Defaults are not a part of it.`;
}

function notAddable(entry: Json, path: Pointer): PatchProblem | undefined {
  const segments = parsePointer(path);
  const parentPath = path.slice(0, path.lastIndexOf("/"));
  const without = missing(entry, "path", parentPath);
  if (without !== undefined) return without;
  const parent = at(entry, parentPath);
  const last = segments.at(-1) ?? "";
  if (isObject(parent)) return undefined;
  if (
    isArray(parent) &&
    (last === "-" || last === String(parent.length) || itemOf(parent, last) !== undefined)
  )
    return undefined;
  return wrong("path", nothingAt(parent, segments, segments.length - 1));
}

/** The value that is there is not shown, since it may be sensitive. */
function judgeTest(
  entry: Json,
  op: string,
  path: Pointer,
  wanted: Json | undefined,
): PatchProblem | undefined {
  if (op !== "test") return undefined;
  const found = at(entry, path);
  if (equal(found, wanted)) return undefined;
  const detail = `The entry has something else at ${path === "" ? "its top" : path}, so it is not the one that this patch was written for. Compare the manifest, and adapt the patch.`;
  return { key: "value", finding: failure("patch-test-failed", detail) };
}
