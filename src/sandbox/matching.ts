/**
 * Which devices a filter, or an older search type and value, matches. A filter is compiled once and then asked
 * for each device, since an appliance may have tens of thousands of them.
 */
import { isIPv4 } from "node:net";
import { isArray, isObject } from "../json.ts";
import type { Json, JsonObject } from "../model.ts";
import { addressRange, addressTest } from "./addresses.ts";
import type { WireObject } from "./collections.ts";
import { type DeviceIndex, indexOf } from "./device-index.ts";
import { compilePattern } from "./patterns.ts";
import { uuidOf } from "./platforms.ts";
import type { ApplianceState } from "./state.ts";
import { lastSeen, parseMoment } from "./windows.ts";

export type DeviceTest = (device: WireObject) => boolean;

/** "Activity in the last 30 minutes" (guide 8.7, operand `is_active`). */
const ACTIVE_SPAN = 30 * 60 * 1000;

/** The fields whose values stand in the device itself, one text each. */
const COLUMNS: Readonly<Record<string, string>> = {
  name: "display_name",
  discovery_id: "discovery_id",
  vendor: "vendor",
  role: "role",
  dns_name: "dns_name",
  dhcp_name: "dhcp_name",
  netbios_name: "netbios_name",
  cdp_name: "cdp_name",
  custom_name: "custom_name",
  model: "model",
  macaddr: "macaddr",
  instance_id: "cloud_instance_id",
  instance_name: "cloud_instance_name",
  instance_type: "cloud_instance_type",
  cloud_account: "cloud_account",
  vpc_id: "vpc_id",
  subnet_id: "subnet_id",
  analysis: "analysis",
};

/** The fields whose values are numbers. The sandbox has no network localities of its own, so none has an id. */
const NUMBERS: Readonly<Record<string, string>> = {
  vlan: "vlanid",
  id: "id",
  network_locality_id: "network_locality_id",
};

/** Which devices are asked for. */
export interface DeviceQuery {
  readonly test: DeviceTest;
  /** The ones that pass the test, in the order of their ids, where an index knows them. */
  readonly matches?: () => readonly WireObject[];
}

/** The query of a filter that `checkFilter` accepted. */
export function queryOf(state: ApplianceState, filter: JsonObject): DeviceQuery {
  const test = compileFilter(state, filter);
  const found = indexed(state, filter);
  return found === undefined ? { test } : { test, matches: found };
}

/** A rule that compares with a text, and `or` and `and` of such rules, are looked up. */
function indexed(state: ApplianceState, filter: JsonObject): DeviceQuery["matches"] {
  const { operator, rules } = filter;
  if (!isArray(rules)) return indexedLeaf(state, filter);
  const parts = rules.filter(isObject);
  if (operator === "and") {
    const test = compileFilter(state, filter);
    const some = parts.map((rule) => indexed(state, rule)).find((matches) => matches !== undefined);
    return some && (() => some().filter(test));
  }
  if (operator !== "or") return undefined;
  const all = parts.flatMap((rule) => indexed(state, rule) ?? []);
  return all.length === parts.length ? () => union(all.map((matches) => matches())) : undefined;
}

function indexedLeaf(state: ApplianceState, filter: JsonObject): DeviceQuery["matches"] {
  const { field, operator, operand } = filter;
  if (operator !== "=" || typeof field !== "string" || typeof operand !== "string") return undefined;
  const index = (): DeviceIndex => indexOf(state.list("devices"));
  if (field === "tag") return () => tagged(state, operand);
  if (field === "ipaddr") {
    return addressRange(operand) === undefined ? undefined : () => index().withAddress(operand) ?? [];
  }
  const column = COLUMNS[field];
  if (column === undefined) return undefined;
  const test = compileFilter(state, filter);
  return () => index().withText(column, operand).filter(test);
}

function tagged(state: ApplianceState, name: string): readonly WireObject[] {
  const tags = state.list("tags").filter((tag) => tag.name === name);
  return union(tags.map(({ id }) => devicesOf(state, state.links.of(TAGGED, id))));
}

const TAGGED = { relation: "tags/devices", reversed: false } as const;

/** Devices by their ids, in the order of these. */
export function devicesOf(state: ApplianceState, ids: ReadonlySet<number>): readonly WireObject[] {
  return [...ids].sort((a, b) => a - b).flatMap((id) => state.get("devices", id) ?? []);
}

function union(lists: readonly (readonly WireObject[])[]): readonly WireObject[] {
  const [only, ...others] = lists;
  if (only !== undefined && others.length === 0) return only;
  return [...new Set(lists.flat())].sort((a, b) => a.id - b.id);
}

function compileFilter(state: ApplianceState, filter: JsonObject): DeviceTest {
  const operator = String(filter.operator);
  const rules = filter.rules;
  if (isArray(rules))
    return combine(
      operator,
      rules.filter(isObject).map((rule) => compileFilter(state, rule)),
    );
  const negated = NEGATIONS[operator];
  if (negated !== undefined) {
    const test = compileFilter(state, { ...filter, operator: negated });
    return (device) => !test(device);
  }
  return compileLeaf(state, String(filter.field), operator, filter.operand ?? null);
}

const NEGATIONS: Readonly<Record<string, string>> = {
  "!=": "=",
  "!~": "~",
  not_exists: "exists",
  not_in: "in",
};

function combine(operator: string, tests: readonly DeviceTest[]): DeviceTest {
  if (operator === "and") return (device) => tests.every((test) => test(device));
  if (operator === "or") return (device) => tests.some((test) => test(device));
  return (device) => !tests.some((test) => test(device));
}

function compileLeaf(state: ApplianceState, field: string, operator: string, operand: Json): DeviceTest {
  if (operator === "exists") return existence(state, field);
  if (operator === "in") return listTest(state, field, operand);
  if (field === "is_critical") return (device) => (device.critical === true) === operand;
  if (field === "is_active") {
    const since = state.now() - ACTIVE_SPAN;
    return (device) => lastSeen(device, Number.POSITIVE_INFINITY) >= since === operand;
  }
  const number = NUMBERS[field];
  if (number !== undefined) return (device) => inOrder(operator, Number(device[number]), Number(operand));
  if (field === "discover_time") return timeTest(operator, operand);
  const matches = textTest(field, operator, operand);
  const values = valuesOf(state, field);
  return (device) => values(device).some(matches);
}

function listTest(state: ApplianceState, field: string, operands: Json): DeviceTest {
  const tests = isArray(operands) ? operands.map((operand) => compileLeaf(state, field, "=", operand)) : [];
  return (device) => tests.some((test) => test(device));
}

function existence(state: ApplianceState, field: string): DeviceTest {
  const number = NUMBERS[field];
  if (number !== undefined) return (device) => typeof device[number] === "number";
  if (field === "discover_time") return (device) => typeof device.discover_time === "number";
  const values = valuesOf(state, field);
  return (device) => values(device).some((value) => value !== "");
}

function timeTest(operator: string, operand: Json): DeviceTest {
  if (!isObject(operand)) {
    return (device) => inOrder(operator, Number(device.discover_time), Number(operand));
  }
  const [from, until] = [Number(operand.from), Number(operand.until)];
  return (device) => Number(device.discover_time) >= from && Number(device.discover_time) <= until;
}

function inOrder(operator: string, value: number, operand: number): boolean {
  if (operator === ">") return value > operand;
  if (operator === "<") return value < operand;
  if (operator === ">=") return value >= operand;
  return operator === "<=" ? value <= operand : value === operand;
}

/**
 * `=` with a regular expression takes the whole value (the guide's `.*?com` matches names that end with
 * com), `~` any part of it. Text compares exactly, but for MAC addresses and `~`, which ignore case.
 */
function textTest(field: string, operator: string, operand: Json): (value: string) => boolean {
  if (isObject(operand)) {
    const source = String(operand.value);
    const pattern = compilePattern(operator === "=" ? `^(?:${source})$` : source) ?? /(?!)/;
    return (value) => value !== "" && pattern.test(value);
  }
  const text = String(operand);
  if (operator === "~") return (value) => value.toLowerCase().includes(text.toLowerCase());
  if (field === "macaddr") return macTest(operator, text.toUpperCase());
  if (operator === "startswith") return (value) => value.startsWith(text);
  if (field === "ipaddr") return addressTest(text) ?? (() => false);
  return (value) => value === text;
}

function macTest(operator: string, text: string): (value: string) => boolean {
  if (operator === "startswith") return (value) => value.toUpperCase().startsWith(text);
  return (value) => value.toUpperCase() === text;
}

function valuesOf(state: ApplianceState, field: string): (device: WireObject) => readonly string[] {
  if (field === "tag") return (device) => tagNames(state, device.id);
  if (field === "software") return (device) => state.software(device.id).map((entry) => String(entry.id));
  if (field === "software_type")
    return (device) => state.software(device.id).map((entry) => String(entry.software_type));
  if (field === "network_locality_type") return localities;
  if (field === "activity") return (device) => activities(device).map((name) => name.replace(/^.*\./, ""));
  if (field === "node") return (device) => text(uuidOf(device.node_id));
  if (field === "ipaddr") return (device) => [...text(device.ipaddr4), ...text(device.ipaddr6)];
  const column = COLUMNS[field] ?? field;
  return (device) => text(device[column]);
}

function text(value: Json | undefined): readonly string[] {
  return typeof value === "string" ? [value] : [];
}

/** Every address of the population is a private one, which is internal unless somebody says otherwise. */
function localities(device: WireObject): readonly string[] {
  return typeof device.ipaddr4 === "string" ? ["internal"] : [];
}

function activities(device: WireObject): readonly string[] {
  const names = device.activity;
  return isArray(names) ? names.map(String) : [];
}

function tagNames(state: ApplianceState, device: number): readonly string[] {
  const tags = state.links.of({ relation: "tags/devices", reversed: true }, device);
  if (tags.size === 0) return [];
  return [...tags].flatMap((id) => text(state.get("tags", id)?.name));
}

/**
 * The older search of GET /devices and of a group's `field` and `value`. The value is literal, or a regular
 * expression over the whole text (guide 8.7 searches for `10.20.0.[0-9]+`); between slashes it may match
 * any part (guide 5.2 has `/^extrahop.device.http_server$/`).
 */
export function searchOf(state: ApplianceState, type: string, value: string): DeviceQuery {
  const test = compileSearch(state, type, value);
  const column = SEARCH_COLUMNS[type];
  if (column === undefined || !isLiteral(type, value)) return { test };
  return { test, matches: () => indexOf(state.list("devices")).withText(column, value).filter(test) };
}

/** The types that look at one text of a device, and nothing else. */
const SEARCH_COLUMNS: Readonly<Record<string, string>> = {
  name: "display_name",
  discovery_id: "discovery_id",
  "ip address": "ipaddr4",
  "mac address": "macaddr",
  vendor: "vendor",
};

/** Whether a value, taken as a regular expression, matches nothing but itself: dots only where an address has them. */
function isLiteral(type: string, value: string): boolean {
  return type === "ip address" ? isIPv4(value) : /^[\w :-]+$/.test(value);
}

function compileSearch(state: ApplianceState, type: string, value: string): DeviceTest {
  if (type === "discover time") {
    const since = parseMoment(value, state.now());
    return (device) => since !== undefined && Number(device.discover_time) >= since;
  }
  const matches = literalOrPattern(value);
  const sources = (SEARCH_SOURCES[type] ?? []).map((field) => valuesOf(state, field));
  if (type === "vlan") return (device) => matches(String(device.vlanid));
  if (type === "type") return (device) => [...activities(device), ...text(device.role)].some(matches);
  if (type === "activity") {
    return (device) => activities(device).some((name) => matches(name) || matches(name.replace(/^.*\./, "")));
  }
  return (device) => sources.some((values) => values(device).some(matches));
}

const NAMES: readonly string[] = ["name", "custom_name", "dns_name", "dhcp_name", "netbios_name", "cdp_name"];

const SEARCH_SOURCES: Readonly<Record<string, readonly string[]>> = {
  any: [...NAMES, "discovery_id", "ipaddr", "macaddr", "vendor", "tag"],
  name: ["name"],
  discovery_id: ["discovery_id"],
  "ip address": ["ipaddr"],
  "mac address": ["macaddr"],
  vendor: ["vendor"],
  tag: ["tag"],
  node: ["node"],
};

/** Without regard to case, as a search box does. */
export function literalOrPattern(value: string): (text: string) => boolean {
  const slashed = /^\/(.*)\/$/.exec(value)?.[1];
  const pattern =
    slashed === undefined ? compilePattern(`^(?:${value})$`, "i") : compilePattern(slashed, "i");
  const literal = value.toLowerCase();
  return (text) => text !== "" && ((pattern?.test(text) ?? false) || text.toLowerCase() === literal);
}
