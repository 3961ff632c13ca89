/**
 * Filter objects of POST /devices/search and of dynamic groups: what is refused, written from guide 8.7
 * ("POST /devices/search", "Operand values for device search", "Operand values for device groups") and, for
 * operators that take a list, the Swagger of 9.8 (`search_filter`).
 */
import { isArray, isObject } from "../json.ts";
import type { Json, JsonObject } from "../model.ts";
import { addressTest } from "./addresses.ts";
import { refusal } from "./answer.ts";
import { badValue, checkKeys } from "./bodies.ts";
import type { Generation, OperandKind } from "./generations.ts";
import { compilePattern } from "./patterns.ts";
import type { Quirks } from "./quirks.ts";

const LOGICAL: readonly string[] = ["and", "or", "not"];
const EXISTENCE: readonly string[] = ["exists", "not_exists"];
const ORDER: readonly string[] = ["=", "!=", ">", "<", ">=", "<="];
const TEXTUAL: readonly string[] = ["=", "!=", "startswith", "~", "!~"];
const OPERATORS: readonly string[] = [...new Set([...ORDER, ...TEXTUAL, ...LOGICAL, ...EXISTENCE])];

const OPERATORS_OF: Readonly<Record<OperandKind, readonly string[]>> = {
  text: [...TEXTUAL, ...EXISTENCE],
  pattern: [...TEXTUAL, ...EXISTENCE],
  address: [...TEXTUAL, ...EXISTENCE],
  mac: [...TEXTUAL, ...EXISTENCE],
  number: [...ORDER, ...EXISTENCE],
  time: [...ORDER, ...EXISTENCE],
  flag: ["=", "!="],
};

/** What a filter is checked against; `fields` are the ones that its place lists. */
export interface FilterRules {
  readonly fields: Readonly<Record<string, OperandKind>>;
  /** Operators whose operand is a list. */
  readonly lists: readonly string[];
  readonly quirks: Quirks;
}

/** The rules of POST /devices/search. */
export function searchRules(generation: Generation, quirks: Quirks): FilterRules {
  return { fields: generation.filterFields, lists: generation.listOperators, quirks };
}

/** The rules of a device group's filter. */
export function groupRules(generation: Generation, quirks: Quirks): FilterRules {
  const left = quirks.discoveryIdInGroupFilter === "refuse" ? generation.searchOnlyFields : [];
  const fields = Object.entries(generation.filterFields).filter(([field]) => !left.includes(field));
  return { fields: Object.fromEntries(fields), lists: [], quirks };
}

/** Refuses a filter that the documents do not describe. */
export function checkFilter(rules: FilterRules, filter: Json): void {
  if (!isObject(filter)) throw refusal(400, "A filter must be an object.");
  checkKeys(filter, ["field", "operator", "operand", "rules"], "filter");
  const operator = filter.operator;
  if (operator === undefined) throw refusal(422, "A filter requires an operator.");
  if (typeof operator !== "string") throw refusal(400, "The operator of a filter must be a string.");
  if (![...OPERATORS, ...rules.lists].includes(operator)) throw badValue(rules.quirks, "operator", operator);
  if (LOGICAL.includes(operator)) checkBranch(rules, filter, operator);
  else checkLeaf(rules, filter, operator);
}

function checkBranch(rules: FilterRules, filter: JsonObject, operator: string): void {
  if ("field" in filter || "operand" in filter) {
    throw refusal(422, `A filter with the operator ${operator} has rules, and no field or operand.`);
  }
  const children = filter.rules;
  if (children !== undefined && !isArray(children))
    throw refusal(400, "The rules of a filter must be an array.");
  if (children === undefined || children.length === 0)
    throw refusal(422, `The operator ${operator} requires rules.`);
  if (operator === "not" && children.length > 1) throw refusal(422, "The operator not takes one rule.");
  for (const child of children) checkFilter(rules, child);
}

function checkLeaf(rules: FilterRules, filter: JsonObject, operator: string): void {
  const field = filter.field;
  if (field === undefined) throw refusal(422, "A filter requires a field.");
  if (typeof field !== "string") throw refusal(400, "The field of a filter must be a string.");
  const kind = Object.hasOwn(rules.fields, field) ? rules.fields[field] : undefined;
  if (kind === undefined) throw badValue(rules.quirks, "field", field);
  if ("rules" in filter) throw refusal(422, "Only the operators and, or, not are allowed with rules.");
  if (rules.lists.includes(operator) && kind !== "flag") {
    checkList(field, kind, filter.operand);
    return;
  }
  if (!OPERATORS_OF[kind].includes(operator)) {
    throw refusal(422, `The operator ${operator} cannot be applied to the field ${field}.`);
  }
  if (EXISTENCE.includes(operator)) checkNoOperand(filter, operator);
  else checkOperand(field, kind, filter.operand, operator);
}

function checkList(field: string, kind: OperandKind, operand: Json | undefined): void {
  if (operand === undefined || !isArray(operand)) throw refusal(400, "The operand must be an array.");
  if (operand.length === 0) throw refusal(422, `Invalid operand for the field ${field}: []`);
  for (const item of operand) checkOperand(field, kind, item, "=");
}

function checkNoOperand(filter: JsonObject, operator: string): void {
  if ("operand" in filter) throw refusal(422, `The operator ${operator} takes no operand.`);
}

function checkOperand(field: string, kind: OperandKind, operand: Json | undefined, operator: string): void {
  if (operand === undefined) throw refusal(422, "A filter requires an operand.");
  if (operand === null || isArray(operand)) {
    throw refusal(400, "The operand of a filter must be a string, a number or an object.");
  }
  if (!OPERAND_CHECKS[kind](operand, operator)) {
    throw refusal(422, `Invalid operand for the field ${field}: ${JSON.stringify(operand)}`);
  }
}

const OPERAND_CHECKS: Readonly<Record<OperandKind, (operand: Json, operator: string) => boolean>> = {
  text: isText,
  pattern: (operand, operator) => isText(operand) || (operator !== "startswith" && isPattern(operand)),
  address: (operand, operator) =>
    isText(operand) && (!["=", "!="].includes(operator) || addressTest(operand) !== undefined),
  mac: isText,
  number: (operand) => isInteger(operand),
  time: (operand, operator) => isInteger(operand) || (["=", "!="].includes(operator) && isRange(operand)),
  flag: (operand) => typeof operand === "boolean",
};

function isText(operand: Json): operand is string {
  return typeof operand === "string" && operand !== "";
}

function isInteger(operand: Json | undefined): boolean {
  return Number.isSafeInteger(operand) || (typeof operand === "string" && /^\d{1,15}$/.test(operand));
}

function isRange(operand: Json): boolean {
  return isObject(operand) && hasKeys(operand, ["from", "until"]) && Object.values(operand).every(isInteger);
}

/** `{"value": "<regular expression>", "is_regex": true}` */
function isPattern(operand: Json): boolean {
  if (!isObject(operand) || !hasKeys(operand, ["is_regex", "value"])) return false;
  const { value, is_regex: isRegex } = operand;
  return isRegex === true && typeof value === "string" && compilePattern(value) !== undefined;
}

function hasKeys(object: JsonObject, keys: readonly string[]): boolean {
  return Object.keys(object).sort().join() === keys.join();
}
