/** Device groups: static ones have members, dynamic ones a filter, or the older field and value. */
import type { JsonObject } from "../model.ts";
import { refusal } from "./answer.ts";
import type { Context } from "./context.ts";
import { checkFilter, groupRules } from "./filters.ts";
import type { Generation } from "./generations.ts";
import type { Write } from "./rules.ts";

export function checkGroup(context: Context, { before, body, after }: Write): void {
  if (before?.built_in === true) throw refusal(422, "A built-in device group cannot be modified.");
  const filter = body.filter;
  if (filter !== undefined && filter !== null) {
    checkFilter(groupRules(context.generation, context.quirks), filter);
    if (isSet(body, "field") || isSet(body, "value")) {
      throw refusal(422, "A device group has either a filter, or field and value.");
    }
  }
  if (before === null) checkNewGroup(context.generation, body);
  else checkChangedGroup(before, body, after);
}

function checkNewGroup({ ruleIsDynamic }: Generation, body: JsonObject): void {
  const ruled = "filter" in body || "field" in body || "value" in body;
  const dynamic = body.dynamic ?? (ruleIsDynamic && ruled);
  if ("field" in body !== "value" in body) throw refusal(422, "The fields field and value go together.");
  if (dynamic === true && !ruled) throw refusal(422, "A dynamic device group requires a filter.");
  if (dynamic === false && ruled) throw refusal(422, "A static device group cannot have a filter.");
}

function checkChangedGroup(before: JsonObject, body: JsonObject, after: JsonObject): void {
  const ruled = ["filter", "field", "value"].filter((key) => isSet(body, key));
  if (before.dynamic !== true) {
    if (ruled.length > 0) throw refusal(422, "A static device group cannot have a filter.");
    return;
  }
  const older = !isSet(body, "filter") && (isSet(body, "field") || isSet(body, "value"));
  if (older && !(isSet(after, "field") && isSet(after, "value"))) {
    throw refusal(422, "The fields field and value go together.");
  }
  const left = older || isSet(after, "filter") || (isSet(after, "field") && isSet(after, "value"));
  if (!left) throw refusal(422, "A dynamic device group requires a filter.");
}

/** Whether a group is dynamic follows from its rule; writing one form of rule replaces the other. */
export function completeGroup(_context: Context, { before, body, after }: Write): JsonObject {
  const older = isSet(body, "field") || isSet(body, "value");
  const rule = isSet(body, "filter") ? { field: null, value: null } : older ? { filter: null } : {};
  const ruled = { ...after, ...rule };
  const dynamic = before === null ? isSet(ruled, "filter") || isSet(ruled, "field") : before.dynamic === true;
  return { ...ruled, built_in: after.built_in ?? false, dynamic };
}

function isSet(object: JsonObject, key: string): boolean {
  return object[key] !== undefined && object[key] !== null;
}
