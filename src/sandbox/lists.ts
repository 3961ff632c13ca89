/** Lists with parameters of their own: device groups, applications, and what is assigned to an object. */
import type { JsonObject } from "../model.ts";
import { found, refusal } from "./answer.ts";
import { badValue } from "./bodies.ts";
import type { Side, WireObject } from "./collections.ts";
import type { Context, Handler } from "./context.ts";
import { literalOrPattern } from "./matching.ts";
import { reaching } from "./membership.ts";
import { objectOf } from "./objects.ts";
import { pageOf, takePage } from "./paging.ts";
import { compilePattern, withinTime } from "./patterns.ts";
import { uuidOf } from "./platforms.ts";

const GROUP_TYPES: readonly string[] = ["user_created", "built_in", "all"];

/** GET /devicegroups; `all` is the older way to say `type=all`. */
export const listDeviceGroups: Handler = (context, { query }) => {
  const asked = query.type ?? (query.all === "true" ? "all" : context.quirks.groupListDefault);
  if (!GROUP_TYPES.includes(asked)) throw badValue(context.quirks, "type", asked);
  const name = query.name === undefined ? /(?:)/ : compilePattern(query.name);
  if (name === undefined) throw refusal(400, "The name parameter is not a regular expression.");
  const since = Number(query.since ?? -1);
  const listed = (group: WireObject): boolean =>
    (asked === "all" || (group.built_in === true) === (asked === "built_in")) &&
    name.test(String(group.name)) &&
    Number(group.mod_time) > since;
  const groups = context.state.listed("devicegroups");
  return found(withinTime(() => groups.filter(listed)));
};

const APPLICATION_SEARCH: Readonly<Record<string, readonly string[]>> = {
  any: ["display_name", "discovery_id", "extrahop_id"],
  name: ["display_name"],
  discovery_id: ["discovery_id"],
  "extrahop-id": ["extrahop_id"],
  node: [],
};

/** GET /applications. Every application of the sandbox is active all the time. */
export const listApplications: Handler = (context, { query }) => {
  const type = query.search_type ?? "any";
  if (!context.generation.applicationSearchTypes.includes(type)) {
    throw badValue(context.quirks, "search_type", type);
  }
  const columns = APPLICATION_SEARCH[type] ?? [];
  const matches = query.value === undefined ? () => true : literalOrPattern(query.value);
  const test = (application: WireObject): boolean =>
    type === "node"
      ? matches(uuidOf(application.node_id))
      : columns.some((column) => matches(String(application[column])));
  const all = context.state.listed("applications");
  const applications = withinTime(() => takePage(context.quirks, all, pageOf(query), test));
  return found(applications.map(withoutCriteria));
};

/** GET /applications/{id}: the criteria come only when asked for. */
export const readApplication: Handler = (context, call) => {
  const application = objectOf(context, "applications", call.ids[0]);
  return found(call.query.include_criteria === "true" ? application : withoutCriteria(application));
};

function withoutCriteria(application: JsonObject): JsonObject {
  return { ...application, criteria: [] };
}

/** The alerts or triggers of an object, inherited ones included unless `direct_assignments_only` is true. */
export function listReaching(side: Side): Handler {
  return (context: Context, call) => {
    const object = objectOf(context, side.parent, call.ids[0]);
    return found(reaching(context, side, object, call.query.direct_assignments_only === "true"));
  };
}

/** GET /alerts/{id}/stats: the sandbox has no alert with additional statistics. */
export const listStatistics: Handler = (context, call) => {
  objectOf(context, "alerts", call.ids[0]);
  return found([]);
};
