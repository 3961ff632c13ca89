/** Reading devices: lists and searches within a window of activity, group members, and what a device carries. */
import { isArray, isObject } from "../json.ts";
import type { Json, JsonObject } from "../model.ts";
import { type Answer, found, refusal } from "./answer.ts";
import { badValue, bodyObject, checkKeys } from "./bodies.ts";
import type { WireObject } from "./collections.ts";
import type { Context, Handler } from "./context.ts";
import { checkFilter, searchRules } from "./filters.ts";
import { type DeviceQuery, queryOf, searchOf } from "./matching.ts";
import { groupsOf, membersOf } from "./membership.ts";
import { objectOf } from "./objects.ts";
import { PAGE_SIZE, page, pageOf, takePage } from "./paging.ts";
import { withinTime } from "./patterns.ts";
import { activeWithin, parseMoment, type Window, windowOf } from "./windows.ts";

const ALL: DeviceQuery = { test: () => true };

/** GET /devices */
export const listDevices: Handler = (context, call) => {
  const { query } = call;
  const type = query.search_type ?? "any";
  if (!context.generation.searchTypes.includes(type)) throw badValue(context.quirks, "search_type", type);
  const value = query.value;
  const asked = value === undefined ? ALL : searchOf(context.state, type, value);
  return found(activeDevices(context, asked, query, pageOf(query)));
};

/** POST /devices/search */
export const searchDevices: Handler = (context, call) => {
  const body = bodyObject(call.body);
  const { resultFields } = context.generation;
  const trims = resultFields.length > 0 ? ["result_fields"] : [];
  checkKeys(body, ["active_from", "active_until", "limit", "offset", "filter", ...trims]);
  const filter = body.filter;
  if (filter !== undefined) checkFilter(searchRules(context.generation, context.quirks), filter);
  const asked = filter !== undefined && isObject(filter) ? queryOf(context.state, filter) : ALL;
  const moments = { ...moment("active_from", body), ...moment("active_until", body) };
  const span = { limit: count("limit", body) ?? PAGE_SIZE, offset: count("offset", body) ?? 0 };
  const devices = activeDevices(context, asked, moments, span);
  return found(
    body.result_fields === undefined ? devices : devices.map(resultOf(context, body.result_fields)),
  );
};

/** "Returns the specified fields and the device id" (Swagger, `device_search`). */
function resultOf({ generation, quirks }: Context, fields: Json): (device: WireObject) => JsonObject {
  if (!isArray(fields)) throw refusal(400, "The result_fields field must be an array of strings.");
  const names = fields.map(String);
  const wrong = names.find((name) => !generation.resultFields.includes(name));
  if (wrong !== undefined) throw badValue(quirks, "result_fields", wrong);
  const keys = [...new Set(["id", ...names])];
  return (device) => Object.fromEntries(keys.map((key) => [key, device[key] ?? null]));
}

/** GET /devicegroups/{id}/devices */
export const listMembers: Handler = (context, call) => {
  const group = objectOf(context, "devicegroups", call.ids[0]);
  return found(activeDevices(context, membersOf(context.state, group), call.query, pageOf(call.query)));
};

/** GET /devices/{id}/devicegroups: the window counts for dynamic groups only. */
export const listGroups: Handler = (context, call) => {
  const device = objectOf(context, "devices", call.ids[0]);
  const active = activeWithin(device, queryWindow(context, call.query), context.state.now());
  return found(groupsOf(context.state, device, active));
};

function activeDevices(
  context: Context,
  asked: DeviceQuery,
  query: Readonly<Record<string, string>>,
  span: { readonly limit: number; readonly offset: number },
): readonly WireObject[] {
  const window = queryWindow(context, query);
  const now = context.state.now();
  const active = (device: WireObject): boolean => activeWithin(device, window, now);
  const { matches } = asked;
  if (matches !== undefined) return withinTime(() => takePage(context.quirks, matches(), span, active));
  const matching = (device: WireObject): boolean => active(device) && asked.test(device);
  return withinTime(() => takePage(context.quirks, context.state.list("devices"), span, matching));
}

function queryWindow(context: Context, query: Readonly<Record<string, string>>): Window {
  const now = context.state.now();
  const [from, until] = ["active_from", "active_until"].map((key) => {
    const text = query[key];
    const time = text === undefined ? undefined : parseMoment(text, now);
    if (text !== undefined && time === undefined) throw refusal(400, `Invalid time in ${key}: ${text}`);
    return time;
  });
  return windowOf(from, until, now);
}

/** A time in a search's body, which is a number, or text where it has a unit. */
function moment(key: string, body: JsonObject): Readonly<Record<string, string>> {
  const value = body[key];
  if (value === undefined) return {};
  if (typeof value === "string" || Number.isSafeInteger(value)) return { [key]: String(value) };
  throw refusal(400, `The ${key} field must be a time.`);
}

function count(key: string, body: JsonObject): number | undefined {
  const value: Json | undefined = body[key];
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw refusal(400, `The ${key} field must be an integer.`);
}

/** GET /devices/{id}/software */
export const listSoftware: Handler = (context, call) =>
  found(context.state.software(objectOf(context, "devices", call.ids[0]).id));

/** GET /devices/{id}/ipaddr */
export const listAddresses: Handler = (context, call) =>
  observations(context, call.ids[0], call.query, "ipaddr", ["ipaddr4", "ipaddr6"]);

/** GET /devices/{id}/dnsnames */
export const listDnsNames: Handler = (context, call) =>
  observations(context, call.ids[0], call.query, "dns_name", ["dns_name"]);

/** What the device was seen with, when that overlaps the asked time. The Swagger leaves the shape open. */
function observations(
  context: Context,
  id: number | undefined,
  query: Readonly<Record<string, string>>,
  key: string,
  columns: readonly string[],
): Answer {
  const device = objectOf(context, "devices", id);
  const now = context.state.now();
  const window = { from: Number(query.from ?? 0), until: Number(query.until ?? now) };
  if (!activeWithin(device, window, now)) return found([]);
  const values = columns
    .map((column) => device[column])
    .filter((value) => typeof value === "string" && value !== "");
  const times = { from_time: device.discover_time ?? null, until_time: device.last_seen_time ?? now };
  return found(values.map((value) => ({ device_id: device.id, [key]: value ?? null, ...times })));
}

/** GET /auditlog, newest first. */
export const listAuditLog: Handler = (context, call) => {
  return found(page(context.quirks, context.state.auditLog(), pageOf(call.query)));
};
