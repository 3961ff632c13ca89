/**
 * Who belongs to what: members of dynamic groups, and what reaches an object through its groups or through
 * `apply_all`, which the reverse reads include unless asked for direct assignments only.
 */
import { isObject } from "../json.ts";
import type { Collection, Side, WireObject } from "./collections.ts";
import type { Context } from "./context.ts";
import { type DeviceQuery, devicesOf, queryOf, searchOf } from "./matching.ts";
import { withinTime } from "./patterns.ts";
import type { ApplianceState } from "./state.ts";

const MEMBERS = { relation: "devicegroups/devices", reversed: false } as const;
const GROUPS = { relation: "devicegroups/devices", reversed: true } as const;

/** Who is in a group, active or not. A group whose rule names nothing known is empty. */
export function membersOf(state: ApplianceState, group: WireObject): DeviceQuery {
  if (group.dynamic !== true) {
    const members = state.links.of(MEMBERS, group.id);
    return { test: (device) => members.has(device.id), matches: () => devicesOf(state, members) };
  }
  const { filter, field, value } = group;
  if (filter !== undefined && isObject(filter)) return queryOf(state, filter);
  return searchOf(state, String(field), String(value));
}

/** The groups that a device is in; dynamic ones are left out where `dynamic` is false. */
export function groupsOf(state: ApplianceState, device: WireObject, dynamic = true): readonly WireObject[] {
  const direct = state.links.of(GROUPS, device.id);
  const holds = (group: WireObject): boolean =>
    group.dynamic === true ? dynamic && membersOf(state, group).test(device) : direct.has(group.id);
  return withinTime(() => state.list("devicegroups").filter(holds));
}

/** The alerts or triggers that reach an object, by id. */
export function reaching(
  context: Context,
  side: Side,
  object: WireObject,
  direct: boolean,
): readonly WireObject[] {
  const { state } = context;
  const ids = new Set(state.links.of(side, object.id));
  if (!direct) {
    for (const id of inheritedIds(state, side, object)) ids.add(id);
    for (const other of state.list(side.child)) if (appliesToAll(other, side)) ids.add(other.id);
  }
  return [...ids].sort((a, b) => a - b).flatMap((id) => state.get(side.child, id) ?? []);
}

function inheritedIds(state: ApplianceState, side: Side, object: WireObject): readonly number[] {
  if (side.parent !== "devices") return [];
  const relation = side.child === "alerts" ? "alerts/devicegroups" : "triggers/devicegroups";
  return groupsOf(state, object).flatMap((group) => [
    ...state.links.of({ relation, reversed: true }, group.id),
  ]);
}

/** The metric source of a threshold alert, as the second part of its `stat_name`, to what it can be assigned to. */
const SOURCES: Readonly<Record<string, readonly Collection[]>> = {
  application: ["applications"],
  device: ["devices", "devicegroups"],
  capture: ["networks"],
  vlan: ["networks"],
};

/** "Assigned to all available data sources": of the kind that its metric comes from. */
function appliesToAll(object: WireObject, side: Side): boolean {
  if (object.apply_all !== true) return false;
  if (side.child === "triggers") return true;
  const { stat_name: statistic, object_type: type } = object;
  const source = typeof statistic === "string" ? statistic.split(".")[1] : type;
  return (SOURCES[String(source)] ?? [side.parent]).includes(side.parent);
}
