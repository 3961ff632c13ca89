/**
 * The errors of one ajv run, reduced to one for each problem. ajv tells every keyword that failed, so a
 * misspelt key comes along with what follows from it: the key that is missing instead, the branches of
 * a union that were not meant, the rules that hang on the misspelt value.
 */
import type { ErrorObject } from "ajv";
import { suggest } from "../diagnostics.ts";
import { isArray, isObject, parsePointer, pointer } from "../json.ts";
import type { Json, Pointer } from "../model.ts";

/** What is left of an ajv error. `schema` is the keyword's value, `parent` the schema around it. */
export interface SchemaError {
  readonly keyword: string;
  readonly pointer: Pointer;
  readonly params: Readonly<Record<string, unknown>>;
  readonly parent: Readonly<Record<string, unknown>>;
  readonly data: Json;
  /** For a false schema: the keys of the condition that forbids the value. */
  readonly because?: readonly string[];
}

type AjvError = ErrorObject<string, Record<string, unknown>>;

/** One error for each problem, in ajv's order. */
export function essentialErrors(errors: readonly AjvError[]): readonly SchemaError[] {
  const dropped = new Set<AjvError>();
  const because = new Map<AjvError, readonly string[]>();
  const chosen = new Map<AjvError, readonly AjvError[]>();
  const told = toldPlaces(errors);
  for (const [i, error] of errors.entries()) {
    if (error.keyword === "if") judgeCondition(i, errors, told, dropped, because);
    if (error.keyword === "anyOf" || error.keyword === "oneOf") {
      const nested = childrenBefore(errors, i, [`${error.schemaPath}/`]);
      for (const child of nested) dropped.add(child);
      const branch = meantBranch(error, nested).filter((e) => !followsFromUnknownKey(e, told));
      if (error.keyword === "anyOf") chosen.set(error, branch);
    }
    if (followsFromUnknownKey(error, told) || error.propertyName !== undefined) dropped.add(error);
  }
  const kept = errors.filter((error) => !dropped.has(error) && error.keyword !== "if");
  const meant = kept.flatMap((error) => chosen.get(error) ?? [error]);
  return outermost(meant.map((error) => simplify(error, because.get(error))));
}

/** Instance paths with an error of their own, and unknown keys by instance path. */
interface ToldPlaces {
  readonly values: ReadonlySet<string>;
  readonly unknownKeys: ReadonlyMap<string, readonly string[]>;
}

function toldPlaces(errors: readonly AjvError[]): ToldPlaces {
  const values = new Set<string>();
  const unknownKeys = new Map<string, string[]>();
  for (const { keyword, instancePath, params } of errors) {
    if (keyword === "additionalProperties") {
      const known = unknownKeys.get(instancePath);
      if (known === undefined) unknownKeys.set(instancePath, [String(params.additionalProperty)]);
      else known.push(String(params.additionalProperty));
    } else if (keyword === "required") values.add(`${instancePath}/${String(params.missingProperty)}`);
    else values.add(instancePath);
  }
  return { values, unknownKeys };
}

/** The errors under these schema paths that stand directly before the error at `end`, for the same value. */
function childrenBefore(
  errors: readonly AjvError[],
  end: number,
  paths: readonly string[],
): readonly AjvError[] {
  const parent = errors[end]?.instancePath ?? "";
  let start = end;
  while (start > 0) {
    const error = errors[start - 1];
    const nested =
      error !== undefined &&
      paths.some((path) => error.schemaPath.startsWith(path)) &&
      (error.instancePath === parent || error.instancePath.startsWith(`${parent}/`));
    if (!nested) break;
    start -= 1;
  }
  return errors.slice(start, end);
}

/** What a condition demands says nothing while the value that decides it is itself wrong. */
function judgeCondition(
  index: number,
  errors: readonly AjvError[],
  told: ToldPlaces,
  dropped: Set<AjvError>,
  because: Map<AjvError, readonly string[]>,
): void {
  const error = errors[index];
  if (error === undefined) return;
  const base = error.schemaPath.replace(/if$/, "");
  const nested = childrenBefore(errors, index, [`${base}then/`, `${base}else/`]);
  const condition = error.parentSchema?.if as { properties?: Record<string, unknown> } | undefined;
  const keys = Object.keys(condition?.properties ?? {});
  const undecided = keys.some((key) => told.values.has(`${error.instancePath}/${key}`));
  for (const child of nested) {
    if (undecided) dropped.add(child);
    else if (child.keyword === "false schema") because.set(child, keys);
  }
}

/** A key that is missing, or a choice not made, because the key is there and misspelt. */
function followsFromUnknownKey(error: AjvError, told: ToldPlaces): boolean {
  const unknown = told.unknownKeys.get(error.instancePath);
  if (unknown === undefined) return false;
  if (error.keyword === "oneOf") return (error.params.passingSchemas ?? null) === null;
  const missing = String(error.params.missingProperty);
  return error.keyword === "required" && unknown.some((key) => isSlipFor(key, missing));
}

/** Whether a key looks like another one, misspelt or with the API's prefix (`group_name` for `name`). */
function isSlipFor(key: string, meant: string): boolean {
  return suggest(key, [meant]) !== undefined || key.split("_").includes(meant);
}

/** The errors of the one branch of a union whose type fits the value, or one error for all types. */
function meantBranch(union: AjvError, nested: readonly AjvError[]): readonly AjvError[] {
  const count = (union.schema as readonly unknown[]).length;
  const branches = Array.from({ length: count }, (_, i) =>
    nested.filter((error) => error.schemaPath.startsWith(`${union.schemaPath}/${i}/`)),
  );
  const ofType = branches.filter((errors) => !errors.some((e) => isTypeError(e, union.instancePath)));
  const meant = ofType.sort((a, b) => a.length - b.length)[0];
  if (meant !== undefined) return meant;
  const types = branches.flatMap((errors) =>
    errors
      .filter((e) => isTypeError(e, union.instancePath))
      .flatMap((e) => e.params.type as string | string[]),
  );
  return [{ ...union, keyword: "type", params: { type: types } }];
}

function isTypeError(error: AjvError, path: string): boolean {
  return error.keyword === "type" && error.instancePath === path;
}

function simplify(error: AjvError, because: readonly string[] | undefined): SchemaError {
  const key = error.params.additionalProperty ?? error.params.propertyName;
  const segment = typeof key === "string" ? `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}` : "";
  return {
    keyword: error.keyword,
    pointer: error.instancePath + segment,
    params: error.params,
    parent: isObject(error.parentSchema) ? error.parentSchema : {},
    data: error.data as Json,
    ...(because === undefined ? {} : { because }),
  };
}

/** A value has one problem: the type before anything else. Missing keys are problems of their own. */
function oneEach(errors: readonly SchemaError[]): readonly SchemaError[] {
  const first = new Map<string, SchemaError>();
  for (const error of errors) {
    const place =
      error.keyword === "required"
        ? `${error.pointer} ${String(error.params.missingProperty)}`
        : error.pointer;
    const known = first.get(place);
    if (known === undefined || (RANK[error.keyword] ?? 1) < (RANK[known.keyword] ?? 1))
      first.set(place, error);
  }
  return [...first.values()];
}

const FORBIDDING = ["additionalProperties", "propertyNames", "false schema"];

/** What is inside something that must not be there does not matter. */
function outermost(errors: readonly SchemaError[]): readonly SchemaError[] {
  const forbidden = new Set(errors.filter((e) => FORBIDDING.includes(e.keyword)).map((e) => e.pointer));
  if (forbidden.size === 0) return oneEach(errors);
  const isInside = (at: Pointer): boolean =>
    parsePointer(at).some((_, i, path) => i > 0 && forbidden.has(pointer(...path.slice(0, i))));
  return oneEach(errors.filter((error) => !isInside(error.pointer)));
}

const RANK: Readonly<Record<string, number>> = { type: 0, additionalProperties: 0, propertyNames: 2 };

/** The values that an enum error allows. */
export function allowedValues(error: SchemaError): readonly Json[] {
  const values = error.params.allowedValues;
  return isArray(values) ? values : [];
}

/** The type names that a type error expects. */
export function expectedTypes(error: SchemaError): readonly string[] {
  return [...new Set([error.params.type].flat().map(String))];
}
