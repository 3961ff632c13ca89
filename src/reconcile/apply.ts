/**
 * Walks a plan through the port: each change as soon as those it requires are applied, a bounded
 * number at once. A failed change blocks only what requires it. A delete also waits for the deletes of
 * earlier waves, since links between objects to be deleted are not known.
 */
import pLimit from "p-limit";
import type { AppliancePort, Assignment } from "../appliance/port.ts";
import { ApplianceError, HopsyncError } from "../errors.ts";
import { isArray } from "../json.ts";
import type { Address, ApplyEvent, Change, Id, Json, JsonObject, Operation, Plan, Result } from "../model.ts";
import { fillSecrets } from "./secrets.ts";

export interface ApplyOptions {
  /** Changes in progress at once. */
  readonly parallelism: number;
  readonly onEvent: (event: ApplyEvent) => void;
  /** The real values of a resource's fields, for what the plan holds as a template. */
  readonly fieldsOf: (address: Address) => JsonObject;
  /** Once one is aborted, calls in flight finish and nothing new starts. */
  readonly signals?: readonly AbortSignal[];
  /** Takes secrets out of what an appliance says. */
  readonly mask?: (text: string) => string;
}

export interface Applied {
  /** In the plan's order. */
  readonly results: readonly Result[];
  /** Operations that were done, in part or perhaps. */
  readonly operations: number;
  /** Ids of the objects that were created, those of failed changes included. */
  readonly created: ReadonlyMap<Address, Id>;
}

/** Errors that every further request would meet as well. */
const HOPELESS = new Set(["unreachable", "tls", "unauthorized", "eula", "not-an-appliance", "redirected"]);

/** Applies the plan. Never rejects for what an appliance answers: that is in the results. */
export async function applyPlan(plan: Plan, port: AppliancePort, options: ApplyOptions): Promise<Applied> {
  const run: Run = { port, options, created: new Map(), progress: { operations: 0, hopeless: false } };
  const limit = pLimit(options.parallelism);
  const results = new Map<Address, Promise<Result>>();
  const deletes = createBarrier();
  // Waves ascend, so what a change requires is in the map before it.
  for (const change of plan.changes) {
    const required = change.requires.flatMap((address) => results.get(address) ?? []);
    const earlier = ends(change) ? deletes.before(change.wave) : undefined;
    const applying = Promise.all([Promise.all(required), earlier]).then(([before]) => {
      const failed = before.find(({ outcome }) => outcome !== "applied");
      return failed === undefined
        ? limit(() => applyChange(change, run))
        : finish(run, change, blocked(change, failed));
    });
    results.set(change.address, applying);
    if (change.action === "delete") deletes.add(change.wave, applying);
  }
  return {
    results: await Promise.all(results.values()),
    operations: run.progress.operations,
    created: run.created,
  };
}

function ends({ action }: Change): boolean {
  return action === "delete" || action === "replace";
}

interface Barrier {
  add(wave: number, result: Promise<Result>): void;
  /** Resolves when all that was added with a lower wave is over, whatever became of it. */
  before(wave: number): Promise<unknown>;
}

function createBarrier(): Barrier {
  const waves: { readonly wave: number; readonly results: Promise<Result>[] }[] = [];
  const known = new Map<number, Promise<unknown>>();
  return {
    add: (wave, result) => {
      const last = waves.at(-1);
      if (last?.wave === wave) last.results.push(result);
      else waves.push({ wave, results: [result] });
    },
    before: (wave) => {
      const lower =
        known.get(wave) ?? Promise.all(waves.filter((w) => w.wave < wave).flatMap((w) => w.results));
      known.set(wave, lower);
      return lower;
    },
  };
}

interface Run {
  readonly port: AppliancePort;
  readonly options: ApplyOptions;
  readonly created: Map<Address, Id>;
  readonly progress: { operations: number; hopeless: boolean };
}

function finish(run: Run, change: Change, result: Result): Result {
  run.options.onEvent({ type: "finished", change, result });
  return result;
}

function result(change: Change, rest: Omit<Result, "address" | "action">): Result {
  return { address: change.address, action: change.action, ...rest };
}

/** What waits for a change that was never tried was not tried either. */
function blocked(change: Change, failed: Result): Result {
  if (failed.outcome === "not_tried") return result(change, { outcome: "not_tried" });
  return result(change, { outcome: "blocked", blockedBy: failed.blockedBy ?? failed.address });
}

async function applyChange(change: Change, run: Run): Promise<Result> {
  const { signals = [] } = run.options;
  const stopped = (): boolean => run.progress.hopeless || signals.some(({ aborted }) => aborted);
  if (stopped()) return finish(run, change, result(change, { outcome: "not_tried" }));
  run.options.onEvent({ type: "started", change });
  let done = 0;
  try {
    for (const operation of change.operations) {
      if (done > 0 && stopped()) throw new HopsyncError("interrupted", "The run was stopped.");
      await send(operation, change, run);
      done += 1;
      run.progress.operations += 1;
    }
    return finish(run, change, result(change, { outcome: "applied" }));
  } catch (error) {
    if (isHopeless(error)) run.progress.hopeless = true;
    return finish(run, change, failure(error, change, done, run));
  }
}

/** Every further request would meet it as well: it was never sent, or never will be accepted. */
function isHopeless(error: unknown): boolean {
  return error instanceof ApplianceError && HOPELESS.has(error.code) && !error.unknownOutcome;
}

/** What failed may have done something: some of its operations, a part of one, or nobody knows. */
function failure(error: unknown, change: Change, done: number, run: Run): Result {
  const part =
    done > 0 || (error instanceof ApplianceError && error.code === "partial" && error.status === 207);
  const unknown = error instanceof ApplianceError && error.unknownOutcome;
  if (done === 0 && (part || unknown)) run.progress.operations += 1;
  return result(change, {
    outcome: "failed",
    error: run.options.mask?.(explain(error, change, done)) ?? explain(error, change, done),
    ...(unknown ? { unknown } : {}),
  });
}

function explain(error: unknown, change: Change, done: number): string {
  const message = error instanceof Error ? error.message : String(error);
  const before =
    done === 0 ? "" : ` (${done} of its ${change.operations.length} operations were done before)`;
  return `${message}${before}`;
}

async function send(operation: Operation, change: Change, run: Run): Promise<void> {
  const { port } = run;
  const path = resolvePath(operation.path, run);
  const body = fillSecrets(operation, run.options.fieldsOf(change.address));
  switch (operation.method) {
    case "PATCH":
      return port.patch(path, body ?? {});
    case "DELETE":
      return port.remove(path);
    case "POST":
      if (body !== undefined && (body.assign !== undefined || body.unassign !== undefined)) {
        return port.assign(path, resolveAssignment(body, run));
      }
      run.created.set(change.address, await port.create(path, body ?? {}));
  }
}

/** Names may hold anything, also brackets; the rest of a path holds none. */
function resolvePath(path: string, run: Run): string {
  return path.replace(/<.+>/s, (item) => resolveId(item, run));
}

function resolveAssignment(body: JsonObject, run: Run): Assignment {
  const ids = (list: Json | undefined): readonly Id[] =>
    isArray(list) ? list.map((item) => resolveId(item, run)) : [];
  return { assign: ids(body.assign), unassign: ids(body.unassign) };
}

function resolveId(item: Json, run: Run): Id {
  if (typeof item !== "string") return String(item);
  const id = run.created.get(item.slice(1, -1));
  if (id === undefined) throw new TypeError(`${item} was not created in this run`);
  return id;
}
