/**
 * Who may have caused drift, and when. Best effort and never wrong: an entry of the audit log counts only
 * where it names the object beyond doubt, and when several do, all of them are told.
 */
import { kindNamed, kinds } from "../kinds/index.ts";
import type { Attribution, Change, Id, LiveObject } from "../model.ts";
import type { AuditEntry, AuditLog } from "./audit-log.ts";
import { kindOf, nameOf } from "./ownership.ts";
import type { Snapshot } from "./snapshot.ts";

/** The server's own time of the last change of an object's fields, in milliseconds. */
const MOD_TIME = "mod_time";

/** Adds what is known to each change; nothing where nothing is. */
export function attribute(changes: readonly Change[], snapshot: Snapshot, log: AuditLog): readonly Change[] {
  const unique = uniqueNames(snapshot);
  return changes.map((change) => {
    const found = candidates(change, snapshot, log, unique);
    const attribution = found.length > 0 ? found.map(fromLog) : fromModTime(change, snapshot, log.since);
    return attribution.length === 0 ? change : { ...change, attribution };
  });
}

function candidates(
  change: Change,
  snapshot: Snapshot,
  log: AuditLog,
  unique: (name: string) => boolean,
): readonly AuditEntry[] {
  const named = log.entries.filter(names(change, snapshot, unique));
  // A later apply that healed the object left it as applied: what came before is over.
  const ours = named.findIndex((entry) => isOurs(entry, log));
  const found = distinct(ours < 0 ? named : named.slice(0, ours));
  const deletes = change.id === null ? found.filter(isDelete) : [];
  return deletes.length > 0 ? deletes : found;
}

/** By the account and the way in that the last record was written with. */
function isOurs({ user, facility }: AuditEntry, { recorded }: AuditLog): boolean {
  return recorded !== undefined && user === recorded.user && facility === recorded.facility;
}

function isDelete({ operation }: AuditEntry): boolean {
  return /delet|remov/i.test(operation ?? "");
}

function distinct(entries: readonly AuditEntry[]): readonly AuditEntry[] {
  const key = ({ time, user, operation }: AuditEntry): string => JSON.stringify([time, user, operation]);
  return [...new Map(entries.map((entry) => [key(entry), entry])).values()];
}

/** `alerts/16`, or the name in quotes where no entry of a collection is named and only this object has it. */
function names(
  { address, id, previousName }: Change,
  { inventory }: Snapshot,
  unique: (name: string) => boolean,
): (entry: AuditEntry) => boolean {
  const ids = new Set([id, inventory.ownership.entryAt(address)?.id].flatMap((i) => i ?? []));
  const paths = [...ids].map((i) => objectPath(kindNamed(kindOf(address)).path, i));
  const called = [nameOf(address), ...(previousName === undefined ? [] : [previousName])].filter(unique);
  return ({ text }) =>
    ANY_OBJECT.test(text)
      ? paths.some((path) => path.test(text))
      : called.some((name) => text.includes(`"${name}"`) || text.includes(`'${name}'`));
}

function objectPath(collection: string, id: Id): RegExp {
  return new RegExp(`(?<![\\w-])${collection.slice(1)}/${id}(?![\\w-])`);
}

const ANY_OBJECT = new RegExp(`(?<![\\w-])(?:${kinds.map(({ path }) => path.slice(1)).join("|")})/\\d`);

/** Whether a name, among all that was read and applied, can mean one object only. */
function uniqueNames({ objects, targets, inventory }: Snapshot): (name: string) => boolean {
  const bearers = new Map<string, Set<string>>();
  const bear = (name: string, bearer: string): void => {
    bearers.set(name, (bearers.get(name) ?? new Set()).add(bearer));
  };
  for (const [kind, list] of [...objects, ...targets]) for (const o of list) bear(o.name, `${kind} ${o.id}`);
  for (const { address, id } of inventory.ownership.inventory.entries) {
    bear(nameOf(address), `${kindOf(address)} ${id}`);
  }
  return (name) => (bearers.get(name)?.size ?? 0) <= 1;
}

function fromLog({ time, user, operation }: AuditEntry): Attribution {
  return { time: new Date(time).toISOString(), user, operation, from: "audit log" };
}

/** Assignments are not known to change it, so that it tells nothing of links. */
function fromModTime(change: Change, { objects }: Snapshot, since: number): readonly Attribution[] {
  const live = objects.get(kindOf(change.address))?.find(({ id }) => id === change.id);
  const time = modTime(live);
  const inFields = change.fields.length > 0 || change.previousName !== undefined;
  return time === undefined || time <= since || !inFields
    ? []
    : [{ time: new Date(time).toISOString(), user: null, operation: null, from: "mod_time" }];
}

function modTime(live: LiveObject | undefined): number | undefined {
  const time = live?.fields[MOD_TIME];
  return typeof time === "number" && Number.isFinite(new Date(time).getTime()) ? time : undefined;
}
