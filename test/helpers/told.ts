/** Compares what a run reports with what the appliance itself has done, by the sandbox's log. */
import { kindNamed } from "../../src/kinds/index.ts";
import type { Address, Change, Json, JsonObject, Operation, Plan, Result } from "../../src/model.ts";
import { kindOf, nameOf } from "../../src/reconcile/ownership.ts";
import type { LoggedRequest } from "../../src/sandbox/server.ts";
import { isOwnName } from "../inventory/appliance.ts";

/**
 * Every way in which the results are not what was done; none when the report is true. `ownIds` are those of
 * hopsync's own objects before the run.
 */
export function untruths(
  plan: Plan,
  results: readonly Result[],
  log: readonly LoggedRequest[],
  ownIds: ReadonlySet<number>,
): readonly string[] {
  const writes = log.filter((entry) => isWrite(entry) && !isOwn(entry, log, ownIds));
  const of = createMatcher(writes);
  const byAddress = new Map(results.map((result) => [result.address, result]));
  const known = new Set<LoggedRequest>();
  const wrong = plan.changes.flatMap((change) => {
    const result = byAddress.get(change.address);
    if (result === undefined) return [`${change.address} has no result`];
    const done = change.operations.map((operation) => of(operation, change));
    for (const entry of done.flat()) known.add(entry);
    return untold(change, result, done);
  });
  const surplus = writes.filter((entry) => isDone(entry) && !known.has(entry) && !withdraws(entry, writes));
  return [...wrong, ...surplus.map((entry) => `nobody planned ${text(entry)}`)];
}

/** Whether anything but inventories and leases was written. */
export function changedAnything(log: readonly LoggedRequest[], ownIds: ReadonlySet<number>): boolean {
  return log.some((entry) => isWrite(entry) && isDone(entry) && !isOwn(entry, log, ownIds));
}

function untold(
  change: Change,
  result: Result,
  calls: readonly (readonly LoggedRequest[])[],
): readonly string[] {
  const done = calls.map((entries) => entries.filter(isDone));
  const say = (i: number, what: string): string =>
    `${change.address} ${result.outcome}${result.unknown === true ? " (unknown)" : ""}: operation ${i + 1} ${what}: ${result.error ?? ""}`;
  const whole = (i: number): readonly string[] =>
    done[i]?.some(({ done: own }) => own?.status !== 207) ? [] : [say(i, "was not done")];
  const none = (i: number): readonly string[] => (done[i]?.length === 0 ? [] : [say(i, "was done")]);
  const each = calls.map((_, i) => i);
  if (result.outcome === "applied") return each.flatMap(whole);
  if (result.outcome !== "failed") return each.flatMap(none);
  const before = Number(
    /\((\d+) of its \d+ operations were done before\)/.exec(result.error ?? "")?.[1] ?? 0,
  );
  return each.flatMap((i) => {
    if (i < before) return whole(i);
    if (i > before) return none(i);
    if (result.unknown === true || /\d+ not done: |207/.test(result.error ?? "")) return [];
    return none(i);
  });
}

// ---------------------------------------------------------------- the log

function isWrite({ method, path }: LoggedRequest): boolean {
  return method !== "GET" && !path.startsWith("/devices/search");
}

function isDone({ done }: LoggedRequest): boolean {
  return done !== null && done.status < 300;
}

function isOwn(
  { method, path, body }: LoggedRequest,
  log: readonly LoggedRequest[],
  ids: ReadonlySet<number>,
): boolean {
  if (!path.startsWith("/triggers")) return false;
  if (method === "POST") return isOwnName(named(body));
  const id = Number(path.split("/")[2]);
  return ids.has(id) || log.some((entry) => isOwnName(named(entry.body)) && madeId(entry) === id);
}

function named(body: Json | undefined): string {
  const name = (body as JsonObject | undefined)?.name;
  return typeof name === "string" ? name : "";
}

function madeId({ method, done }: LoggedRequest): number | undefined {
  const id = method === "POST" ? /(\d+)$/.exec(done?.location ?? "")?.[1] : undefined;
  return id === undefined ? undefined : Number(id);
}

/** The delete of one of two objects that one create has made. */
function withdraws({ method, path }: LoggedRequest, writes: readonly LoggedRequest[]): boolean {
  return method === "DELETE" && writes.some((entry) => `${entry.path}/${madeId(entry)}` === path);
}

function text({ method, path, body }: LoggedRequest): string {
  return `${method} ${path} ${JSON.stringify(body)}`;
}

// ---------------------------------------------------------------- operations

type Matcher = (operation: Operation, change: Change) => readonly LoggedRequest[];

/** Finds the requests that an operation has led to. */
function createMatcher(writes: readonly LoggedRequest[]): Matcher {
  const made = (address: Address): readonly string[] => {
    const { path, nameField } = kindNamed(kindOf(address));
    return writes
      .filter((entry) => entry.path === path && (entry.body as JsonObject)[nameField] === nameOf(address))
      .flatMap((entry) => madeId(entry) ?? [])
      .map(String);
  };
  const ids = (list: Json | undefined): readonly (readonly string[])[] =>
    ((list ?? []) as readonly Json[]).map((item) =>
      typeof item === "string" && item.startsWith("<") ? made(item.slice(1, -1)) : [String(item)],
    );
  const sameIds = (list: Json | undefined, sent: Json | undefined): boolean => {
    const wanted = ids(list);
    const all = ((sent ?? []) as readonly Json[]).map(String);
    return wanted.length === all.length && wanted.every((any) => any.some((id) => all.includes(id)));
  };
  const samePath = (path: string, sent: string): boolean => {
    const [, before = "", address, after = ""] = /^([^<]*)<(.*)>([^>]*)$/s.exec(path) ?? [];
    if (address === undefined) return path === sent;
    return made(address).some((id) => `${before}${id}${after}` === sent);
  };
  return (operation, { address }) =>
    writes.filter(({ method, path, body }) => {
      if (method !== operation.method || !samePath(operation.path, path)) return false;
      const { body: wanted } = operation;
      if (wanted === undefined) return true;
      if (wanted.assign !== undefined || wanted.unassign !== undefined) {
        const sent = body as JsonObject;
        return sameIds(wanted.assign, sent.assign) && sameIds(wanted.unassign, sent.unassign);
      }
      if (method === "POST") {
        const { nameField } = kindNamed(kindOf(address));
        return (body as JsonObject)[nameField] === wanted[nameField];
      }
      return JSON.stringify(body) === JSON.stringify(wanted);
    });
}
