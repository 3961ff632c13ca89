/**
 * The rule of a dynamic group before firmware 8: `field`, a search type, and `value`, a literal or a regular
 * expression between slashes (guides 5.2 and 7, "POST example"; the types from guide 8.7, which still has both).
 * One plain rule of a filter has such a form. Which ones is decided by both ways: what is written must be read
 * as what it was.
 */
import { isIP } from "node:net";
import { equal, isObject, plainText } from "../json.ts";
import type { Json, JsonObject } from "../model.ts";
import { normalFilter } from "./filter.ts";
import { escapePattern, networkPattern, patternNetwork, unescapePattern } from "./pattern.ts";

/** A group's `field` and `value`. */
export interface OlderRule {
  readonly field: string;
  readonly value: string;
}

/** Search type → field of a filter. `discover time` is missing: nothing says how its value is written. */
const FILTER_FIELDS: Readonly<Record<string, string>> = {
  name: "name",
  "ip address": "ipaddr",
  "mac address": "macaddr",
  vendor: "vendor",
  type: "role",
  tag: "tag",
  activity: "activity",
  node: "node",
  vlan: "vlan",
};

/** The filter that means the same; undefined where there is none. */
export function olderRuleAsFilter({ field, value }: OlderRule): JsonObject | undefined {
  const known = Object.hasOwn(FILTER_FIELDS, field) ? FILTER_FIELDS[field] : undefined;
  if (known === undefined || value === "") return undefined;
  const pattern = /^\/(.+)\/$/s.exec(value)?.[1];
  const rule =
    known === "role"
      ? roleRule(value)
      : pattern === undefined
        ? literalRule(known, value)
        : patternRule(known, pattern);
  return rule && { field: known, ...rule };
}

/** The older rule of a filter; undefined where it has none. */
export function filterAsOlderRule(filter: Json): OlderRule | undefined {
  const normal = normalFilter(filter);
  const { field, operator, operand = null } = isObject(normal) ? normal : {};
  const type = Object.keys(FILTER_FIELDS).find((name) => FILTER_FIELDS[name] === field);
  if (type === undefined || typeof operator !== "string") return undefined;
  const value = type === "type" ? roleValue(operator, operand) : olderValue(String(field), operator, operand);
  const rule = value === undefined ? undefined : { field: type, value };
  const back = rule && olderRuleAsFilter(rule);
  return back !== undefined && equal(normalFilter(back), normal) ? rule : undefined;
}

type Rule = Pick<JsonObject, "operator" | "operand">;

function literal(operand: string): Rule {
  return { operator: "=", operand };
}

/** What may be meant as a regular expression, without slashes, is nothing that a filter can be sure to mean. */
function literalRule(field: string, value: string): Rule | undefined {
  const plain = field === "ipaddr" ? isIP(value) !== 0 : escapePattern(value) === value;
  return plain ? literal(value) : undefined;
}

/** A pattern that stands for something simpler is read as that. */
function patternRule(field: string, pattern: string): Rule | undefined {
  const network = field === "ipaddr" ? patternNetwork(pattern) : undefined;
  if (network !== undefined) return literal(network);
  if (field === "ipaddr" || field === "macaddr" || field === "vlan") return undefined;
  const whole = /^\^\(\?:(.+)\)\$$/s.exec(pattern)?.[1];
  if (whole !== undefined) return { operator: "=", operand: regex(whole) };
  const exact = /^\^(.+)\$$/s.exec(pattern)?.[1];
  const text = exact === undefined ? undefined : unescapePattern(exact);
  if (text !== undefined) return literal(text);
  const begun = pattern.startsWith("^") ? unescapePattern(pattern.slice(1)) : undefined;
  if (begun !== undefined) return { operator: "startswith", operand: begun };
  const part = unescapePattern(pattern);
  return { operator: "~", operand: part ?? regex(pattern) };
}

function regex(value: string): JsonObject {
  return { value, is_regex: true };
}

function olderValue(field: string, operator: string, operand: Json): string | undefined {
  const pattern =
    isObject(operand) && operand.is_regex === true ? plainText(operand.value ?? null) : undefined;
  const text = plainText(isObject(operand) ? (operand.value ?? null) : operand);
  switch (operator) {
    case "=":
      if (pattern !== undefined) return `/^(?:${pattern})$/`;
      return field === "ipaddr" ? addressValue(text) : exactValue(text);
    case "startswith":
      return pattern === undefined ? `/^${escapePattern(text)}/` : undefined;
    case "~":
      return `/${pattern ?? escapePattern(text)}/`;
    default:
      return undefined;
  }
}

/** A literal may be taken for a regular expression, so what would mean something else there is written as one. */
function exactValue(text: string): string {
  return escapePattern(text) === text ? text : `/^${escapePattern(text)}$/`;
}

function addressValue(text: string): string | undefined {
  const [address = "", length] = text.split("/");
  if (length === undefined) return text;
  return isIP(address) === 4 ? `/${networkPattern(text)}/` : undefined;
}

/** The types of devices that serve or use a protocol have their metrics' names, such as extrahop.device.http_server. */
const PROTOCOL_ROLE = /^[a-z0-9_]+_(?:server|client)$/;

function roleValue(operator: string, operand: Json): string | undefined {
  if (operator !== "=" || typeof operand !== "string") return undefined;
  return PROTOCOL_ROLE.test(operand) ? `/^extrahop.device.${operand}$/` : operand;
}

function roleRule(value: string): Rule | undefined {
  const role = /^\/\^extrahop\.device\.(\w+)\$\/$/.exec(value)?.[1];
  if (role !== undefined) return PROTOCOL_ROLE.test(role) ? literal(role) : undefined;
  return /^[a-z0-9_]+$/.test(value) && !PROTOCOL_ROLE.test(value) ? literal(value) : undefined;
}
