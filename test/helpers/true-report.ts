/** Holds a report against what the sandbox's log of requests says was really done. */
import { expect } from "vitest";
import { canonicalJson, isArray, isObject } from "../../src/json.ts";
import type { Change, Json, Method, Operation, Plan, RequestCounts, Result } from "../../src/model.ts";
import type { LoggedRequest } from "../../src/sandbox/server.ts";

type Log = readonly LoggedRequest[];

export interface Reported {
  readonly run?: { readonly plan: Plan };
  readonly applied?: { readonly results: readonly Result[]; readonly exitCode: number };
}

/**
 * Each operation of what is applied was carried out, of what failed as many as it says, and of what is
 * blocked or not tried none was sent; nothing was created twice; exit code and requests are true.
 */
export function expectTrueReport({ run, applied }: Reported, log: Log, requests: RequestCounts): void {
  expectCounts(requests, log);
  const ids = createdIds(run?.plan.changes ?? [], log);
  const results = new Map(applied?.results.map((result) => [result.address, result]));
  let done = 0;
  for (const change of run?.plan.changes ?? []) {
    const sent = change.operations.map((operation) => requestsOf(operation, ids, log));
    const result = results.get(change.address);
    expect([change.address, sent.map(isDone)]).toEqual([change.address, expected(change, result, sent)]);
    if (isUntouched(result)) expect([change.address, sent.flat()]).toEqual([change.address, []]);
    done += sent.filter((one) => one.some(isSomethingDone)).length;
  }
  if (applied === undefined) return;
  const unknown = applied.results.some((result) => result.unknown === true);
  if (applied.results.some(({ outcome }) => outcome !== "applied"))
    expect(applied.exitCode).toBe(done > 0 || unknown ? 3 : 1);
}

function countsOf(log: Log): RequestCounts {
  const counts: Record<string, number> = {};
  for (const { method } of log) counts[method] = (counts[method] ?? 0) + 1;
  return counts;
}

/** Neither what was blocked nor what no run came to. */
function isUntouched(result: Result | undefined): boolean {
  return result?.outcome !== "applied" && result?.outcome !== "failed";
}

function expected(change: Change, result: Result | undefined, sent: readonly Log[]): readonly boolean[] {
  if (result?.outcome === "applied") return change.operations.map(() => true);
  const before = Number(
    /\((\d+) of its \d+ operations were done before\)/.exec(result?.error ?? "")?.[1] ?? 0,
  );
  return change.operations.map(
    (_, i) => i < before || (i === before && result?.unknown === true && isDone(sent[i] ?? [])),
  );
}

function isDone(sent: Log): boolean {
  return sent.some(({ done }) => done !== null && done.status < 300 && done.status !== 207);
}

function isSomethingDone({ done }: LoggedRequest): boolean {
  return done !== null && done.status < 300;
}

/** The ids of what the log says was created, by address. */
function createdIds(changes: readonly Change[], log: Log): ReadonlyMap<string, string> {
  return new Map(
    changes.flatMap(({ address, operations }) => {
      const [create] = operations;
      const made = create === undefined ? [] : requestsOf(create, new Map(), log);
      const locations = made.flatMap(({ done }) => done?.location ?? []);
      expect([address, locations.length]).toEqual([address, Math.min(1, locations.length)]);
      return locations.map((location): [string, string] => [address, location.split("/").at(-1) ?? ""]);
    }),
  );
}

function requestsOf({ method, path, body }: Operation, ids: ReadonlyMap<string, string>, log: Log): Log {
  const [at, content] = [
    resolved(path, ids),
    body === undefined ? undefined : canonicalJson(withIds(body, ids)),
  ];
  return log.filter(
    (request) =>
      request.method === method &&
      request.path === at &&
      (request.body === undefined ? undefined : canonicalJson(request.body)) === content,
  );
}

function resolved(path: string, ids: ReadonlyMap<string, string>): string {
  return path.replace(/<(.+)>/s, (text, address: string) => ids.get(address) ?? text);
}

function withIds(body: Json, ids: ReadonlyMap<string, string>): Json {
  if (!isObject(body) || (body.assign === undefined && body.unassign === undefined)) return body;
  const links = Object.entries(body).filter(([, list]) => isArray(list) && list.length > 0);
  const id = (item: Json): Json => (typeof item === "string" ? Number(resolved(item, ids)) : item);
  return Object.fromEntries(links.map(([key, list]) => [key, (list as readonly Json[]).map(id)]));
}

/** What is cut off with the run may have been sent and never have arrived. */
function expectCounts(requests: RequestCounts, log: Log): void {
  const arrived = countsOf(log);
  expect({ ...arrived, ...requests }).toEqual(requests);
  const missing = Object.entries(requests).filter(
    ([method, count = 0]) => count < (arrived[method as Method] ?? 0),
  );
  expect(missing).toEqual([]);
}
