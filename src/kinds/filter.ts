/**
 * Filters of dynamic device groups and device searches (guide 8.7 "POST /devicegroups", "POST
 * /devices/search" and "Operand values for device groups"): a tree of rules.
 */
import { isArray, isObject, plainText, pointer } from "../json.ts";
import type { Json, JsonObject, Pointer } from "../model.ts";
import type { JsonSchema, NamedReference } from "./kind.ts";

const GROUP_FIELDS = [
  "name",
  "ipaddr",
  "macaddr",
  "vendor",
  "tag",
  "activity",
  "node",
  "vlan",
  "discover_time",
  "role",
  "dns_name",
  "dhcp_name",
  "netbios_name",
  "cdp_name",
  "custom_name",
  "software",
  "model",
  "is_critical",
  "instance_id",
  "instance_name",
  "instance_type",
  "cloud_account",
  "vpc_id",
  "subnet_id",
  "is_active",
  // Not in the list of fields of POST /devicegroups, but in its operand section.
  "discovery_id",
];

/** Of the Swagger of 9.8 and of no guide: the fields that firmware has from 9 on. */
const FIELDS_OF_9 = ["network_locality_type", "network_locality_id", "id"];

/** Completes "the appliance runs 8.7, …" where a filter has one of them. */
export const NO_FIELD_OF_9 = "whose filters compare by no such field: firmware has it from 9 on";

/** The pointers to what a filter compares by a field that firmware before 9 does not have. */
export function fieldsOf9(filter: Json | undefined, at: Pointer): readonly Pointer[] {
  if (!isObject(filter)) return [];
  const own = FIELDS_OF_9.includes(String(filter.field)) ? [`${at}/field`] : [];
  const rules = isArray(filter.rules) ? filter.rules : [];
  return [...own, ...rules.flatMap((rule, i) => fieldsOf9(rule, at + pointer("rules", i)))];
}

const COMPARISONS = [">", "<", "<=", ">=", "=", "!=", "startswith", "~", "!~"];
const EXISTENCE = ["exists", "not_exists"];
const COMBINATIONS = ["and", "or", "not"];

/** The guide's object operands: a regular expression, or a range of discovery times in milliseconds. */
const OPERAND: JsonSchema = {
  anyOf: [
    { type: ["string", "integer", "boolean"], minLength: 1 },
    {
      type: "object",
      properties: { value: { type: "string" }, is_regex: { type: "boolean" } },
      required: ["value"],
      additionalProperties: false,
    },
    {
      type: "object",
      properties: { from: { type: ["string", "integer"] }, until: { type: ["string", "integer"] } },
      required: ["from", "until"],
      additionalProperties: false,
    },
  ],
};

function whereOperator(operators: readonly string[], demand: JsonSchema): JsonSchema {
  // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
  return { if: { properties: { operator: { enum: operators } } }, then: demand };
}

/** The schema of one filter, to stand under `$defs/filter`, since it contains itself. */
export const FILTER_SCHEMA: JsonSchema = {
  type: "object",
  required: ["operator"],
  additionalProperties: false,
  properties: {
    operator: {
      enum: [...COMPARISONS, ...EXISTENCE, ...COMBINATIONS],
      description: "How field and operand are compared, or how rules are combined.",
    },
    field: { enum: [...GROUP_FIELDS, ...FIELDS_OF_9], description: "The device property that is compared." },
    operand: { ...OPERAND, description: "What the property is compared with; for `tag` the tag's name." },
    rules: {
      type: "array",
      minItems: 1,
      items: { $ref: "#/$defs/filter" },
      description: "The filters that and, or, not combine.",
    },
  },
  allOf: [
    whereOperator(COMBINATIONS, { required: ["rules"], properties: { field: false, operand: false } }),
    whereOperator([...COMPARISONS, ...EXISTENCE], { required: ["field"], properties: { rules: false } }),
    whereOperator(COMPARISONS, { required: ["operand"] }),
    whereOperator(["not"], { properties: { rules: { maxItems: 1 } } }),
  ],
};

/**
 * A filter as it compares: scalars in operands as text (the guide shows numbers as text), a literal
 * operand in its short form, keys without a value left out, and a single rule as what it is with and without
 * `and` or `or` around it: firmware before 8 has only that.
 */
export function normalFilter(value: Json): Json {
  if (!isObject(value)) return null;
  const { rules, operand, ...rest } = value;
  const [only, second] = isArray(rules) ? rules : [];
  if (only !== undefined && second === undefined && isPlainCombination(rest)) return normalFilter(only);
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([, v]) => v !== null)),
    ...(operand === undefined || operand === null ? {} : { operand: normalOperand(operand) }),
    ...(isArray(rules) && rules.length > 0 ? { rules: rules.map(normalFilter) } : {}),
  };
}

/** Which of one rule means that rule. */
function isPlainCombination({ operator }: JsonObject): boolean {
  return operator === "and" || operator === "or";
}

function normalOperand(operand: Json): Json {
  if (!isObject(operand)) return plainText(operand);
  if (operand.value !== undefined && operand.is_regex !== true) return plainText(operand.value);
  return Object.fromEntries(
    Object.entries(operand).map(([k, v]) => [k, typeof v === "boolean" ? v : plainText(v)]),
  );
}

/** A filter without the keys that have no value, in the order in which a rule is read. */
export function printFilter(value: Json): Json {
  if (!isObject(value)) return value;
  const { field, operator, operand, rules, ...rest } = value;
  const ordered = {
    field,
    operator,
    operand,
    ...rest,
    rules: isArray(rules) ? rules.map(printFilter) : rules,
  };
  return Object.fromEntries(
    Object.entries(ordered).filter(
      (entry): entry is [string, Json] =>
        entry[1] !== undefined && entry[1] !== null && !(isArray(entry[1]) && entry[1].length === 0),
    ),
  );
}

/** The tags that a filter names literally: a dynamic group is empty while such a tag is missing. */
export function filterTags(filter: Json | undefined, at: Pointer): readonly NamedReference[] {
  if (filter === undefined || !isObject(filter)) return [];
  const nested = isArray(filter.rules)
    ? filter.rules.flatMap((rule, i) => filterTags(rule, at + pointer("rules", i)))
    : [];
  const name = literalTag(filter);
  return name === undefined ? nested : [{ kind: "tag", name, pointer: `${at}/operand` }, ...nested];
}

function literalTag(rule: JsonObject): string | undefined {
  if (rule.field !== "tag" || (rule.operator !== "=" && rule.operator !== "!=")) return undefined;
  const operand = normalOperand(rule.operand ?? null);
  return typeof operand === "string" ? operand : undefined;
}
