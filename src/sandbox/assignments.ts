/**
 * Assigning and unassigning, from both sides of a relation: in bulk with a list of ids (Swagger, definitions
 * `assignment` and `partialsuccess`), or one child by its path.
 */
import { isArray } from "../json.ts";
import type { Json } from "../model.ts";
import { type Answer, DONE, found, Refusal, refusal } from "./answer.ts";
import { bodyObject, checkKeys } from "./bodies.ts";
import { nameOf, type Side } from "./collections.ts";
import type { Call, Context, Handler } from "./context.ts";
import { commit, objectOf } from "./objects.ts";

type Verb = "assign" | "unassign";

interface Failure {
  readonly action: Verb;
  readonly id: string;
  readonly reason: string;
}

/** What is assigned, whole and without paging. */
export function listAssigned(side: Side): Handler {
  return (context, call) => {
    const parent = objectOf(context, side.parent, call.ids[0]);
    const ids = [...context.state.links.of(side, parent.id)].sort((a, b) => a - b);
    return found(ids.flatMap((id) => context.state.get(side.child, id) ?? []));
  };
}

export function assignMany(side: Side): Handler {
  return (context, call) => {
    const parent = objectOf(context, side.parent, call.ids[0]);
    const body = bodyObject(call.body);
    checkKeys(body, ["assign", "unassign"]);
    const wanted = [...idsOf("assign", body.assign), ...idsOf("unassign", body.unassign)];
    const failures = wanted.flatMap(({ verb, id }) => link(context, call, side, verb, parent.id, id));
    if (failures.length < wanted.length)
      note(context, call, side, parent.id, wanted.length - failures.length);
    return failures.length === 0 ? DONE : partial(failures, wanted.length);
  };
}

export function changeOne(side: Side, verb: Verb): Handler {
  return (context, call) => {
    const parent = objectOf(context, side.parent, call.ids[0]);
    const child = objectOf(context, side.child, call.ids[1]);
    const [failure] = link(context, call, side, verb, parent.id, child.id);
    if (failure !== undefined) throw refusal(422, failure.reason);
    note(context, call, side, parent.id, 1);
    return DONE;
  };
}

function idsOf(verb: Verb, list: Json | undefined): readonly { readonly verb: Verb; readonly id: number }[] {
  if (list === undefined) return [];
  if (!isArray(list)) throw refusal(400, `The ${verb} field must be an array of integers.`);
  return list.map((id) => {
    if (typeof id === "number" && Number.isSafeInteger(id)) return { verb, id };
    throw refusal(400, `The ${verb} field must be an array of integers.`);
  });
}

/** Sets or removes one link; both may be repeated. Returns the failure, if any. */
function link(
  context: Context,
  { steering }: Call,
  side: Side,
  verb: Verb,
  parent: number,
  child: number,
): readonly Failure[] {
  const { state } = context;
  const fail = (reason: string): readonly Failure[] => [{ action: verb, id: String(child), reason }];
  const object = state.get(side.child, child);
  if (object === undefined) return fail("Requested resource could not be found");
  if (steering.refused.has(String(child)) || steering.refused.has(nameOf(side.child, object))) {
    return fail("The appliance refuses it for now.");
  }
  if (side.relation === "devicegroups/devices" && isDynamic(context, side.reversed ? child : parent)) {
    return fail("Devices cannot be assigned to a dynamic device group.");
  }
  if (verb === "assign") state.links.add(side, parent, child);
  else state.links.remove(side, parent, child);
  return [];
}

function isDynamic(context: Context, group: number): boolean {
  return context.state.get("devicegroups", group)?.dynamic === true;
}

function partial(failures: readonly Failure[], wanted: number): Answer {
  const all = failures.length === wanted;
  const message = all ? "None of the assignments succeeded." : "Some of the assignments failed.";
  const body = { message, failures: failures.map((failure) => ({ ...failure })) };
  if (all) throw new Refusal(422, body);
  return { status: 207, body };
}

function note(context: Context, call: Call, side: Side, parent: number, count: number): void {
  const name = nameOf(side.parent, objectOf(context, side.parent, parent));
  commit(context, call.user, "Assign", `${side.parent}/${parent} "${name}": ${side.child} (${count})`);
}
