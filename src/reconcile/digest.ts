/**
 * What a change does, without how it is told: what a plan's digest covers, and what must be the same for
 * an approved plan to be applied. Names for people, places in files, causes and the order of lists are not
 * in it, so that the same inputs give the same digest wherever and by whomever the plan is made.
 */
import { digest, isArray } from "../json.ts";
import type { Address, Change, Json, JsonObject, Operation, RelationChange } from "../model.ts";

/** sha256 over what would be done. */
export function planDigest(owner: string, changes: readonly Change[]): string {
  const done = changes.map(essentials).sort((a, b) => (a.address < b.address ? -1 : 1));
  return digest({ owner, changes: done as unknown as Json });
}

/** What is done to one object, as JSON has it. Secrets stand in it as their templates. */
export function essence(change: Change): JsonObject {
  return JSON.parse(JSON.stringify(essentials(change)));
}

/** The same with keys that have no value. */
function essentials(change: Change): { readonly address: Address; readonly [key: string]: unknown } {
  const { address, action, id, previousName, adopts, released, moved, dropped } = change;
  const fields = change.fields.map(({ cause: _, ...field }) => field);
  return {
    ...{ address, action, id, previousName, adopts, released },
    fields: sortedBy(fields, ({ pointer }) => pointer),
    relations: sortedBy(change.relations.map(bareRelation), ({ relation }) => relation),
    moved: moved && sortedBy(moved, (link) => `${link.relation} ${link.address}`),
    dropped: dropped?.members.toSorted(),
    operations: bareOperations(change.operations),
  };
}

function bareRelation({ relation, assign, unassign }: RelationChange): {
  readonly relation: string;
  readonly assign: readonly Address[];
  readonly unassign: readonly Address[];
} {
  return { relation, assign: assign.toSorted(), unassign: unassign.toSorted() };
}

/** Bulk calls to one path count as one: how many links go into a call is no matter of what is done. */
export function bareOperations(operations: readonly Operation[]): readonly Operation[] {
  const merged: Operation[] = [];
  for (const operation of operations) {
    const last = merged.at(-1);
    if (last !== undefined && isAssignment(last) && isAssignment(operation) && last.path === operation.path)
      merged.splice(-1, 1, { ...last, body: { ...links(last, operation) } });
    else merged.push(isAssignment(operation) ? { ...operation, body: links(operation) } : operation);
  }
  return merged;
}

function isAssignment({ method, body }: Operation): boolean {
  return method === "POST" && (isArray(body?.assign) || isArray(body?.unassign));
}

function links(...operations: readonly Operation[]): JsonObject {
  const side = (name: string): readonly Json[] =>
    sortedBy(
      operations.flatMap(({ body }) => (isArray(body?.[name]) ? body[name] : [])),
      String,
    );
  return { assign: side("assign"), unassign: side("unassign") };
}

function sortedBy<T>(list: readonly T[], key: (item: T) => string): readonly T[] {
  return list.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
