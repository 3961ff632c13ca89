/**
 * Walks a plan through the port: each change as soon as those it requires are applied, a bounded
 * number at once. A failed change blocks only what requires it. A delete also waits for the deletes of
 * earlier waves, since links between objects to be deleted are not known.
 */
import pLimit from "p-limit";
import type { AppliancePort, Assignment } from "../appliance/port.ts";
import { ApplianceError, HopsyncError } from "../errors.ts";
import { isArray } from "../json.ts";
import { kindNamed } from "../kinds/index.ts";
import type { Address, ApplyEvent, Change, Id, Json, JsonObject, Operation, Plan, Result } from "../model.ts";
import { kindOf } from "./ownership.ts";
import { type PartlyDone, partOf } from "./partly.ts";
import type { Recognise } from "./recognition.ts";
import { fillSecrets } from "./secrets.ts";
import type { NameLinked } from "./target-names.ts";

export interface ApplyOptions {
  /** Changes in progress at once. */
  readonly parallelism: number;
  readonly onEvent: (event: ApplyEvent) => void;
  /** The real values of a resource's fields, for what the plan holds as a template. */
  readonly fieldsOf: (address: Address) => JsonObject;
  /** Once one is aborted, calls in flight finish and nothing new starts. */
  readonly signals?: readonly AbortSignal[];
  /** How a created object is known again where the answer was lost; without it that is an error. */
  readonly recognise?: Recognise;
  /** Names what could not be linked. */
  readonly nameLinked?: NameLinked;
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
  /** Of failed changes. */
  readonly partly: ReadonlyMap<Address, PartlyDone>;
}

/** Errors that every further request would meet as well. */
const HOPELESS = new Set(["unreachable", "tls", "unauthorized", "eula", "not-an-appliance", "redirected"]);

/** Applies the plan. Never rejects for what an appliance answers: that is in the results. */
export async function applyPlan(plan: Plan, port: AppliancePort, options: ApplyOptions): Promise<Applied> {
  const progress = { operations: 0, hopeless: false };
  const run: Run = { port, options, created: new Map(), partly: new Map(), progress };
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
    partly: run.partly,
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
  readonly partly: Map<Address, PartlyDone>;
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
  const done: Operation[] = [];
  for (const operation of change.operations) {
    let sent = operation;
    try {
      if (done.length > 0 && stopped()) throw new HopsyncError("interrupted", "The run was stopped.");
      sent = resolveOperation(operation, run);
      await send(sent, change, run);
      done.push(sent);
      run.progress.operations += 1;
    } catch (error) {
      if (isHopeless(error)) run.progress.hopeless = true;
      const part = partOf(sent, error);
      run.partly.set(change.address, { ...part, done: [...done, ...part.done] });
      return finish(run, change, failure(error, change, done.length, run));
    }
  }
  return finish(run, change, result(change, { outcome: "applied" }));
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
  const { port, options } = run;
  const { path, method } = operation;
  const body = fillSecrets(operation, options.fieldsOf(change.address)) ?? {};
  switch (method) {
    case "PATCH":
      return port.patch(path, body);
    case "DELETE":
      return port.remove(path);
    case "POST":
      if (isAssignment(body)) return port.assign(path, assignmentOf(body), (id) => nameLinked(path, id, run));
      run.created.set(
        change.address,
        await port.create(path, body, options.recognise?.(change.address, body)),
      );
  }
}

function isAssignment({ assign, unassign }: JsonObject): boolean {
  return assign !== undefined || unassign !== undefined;
}

function assignmentOf({ assign, unassign }: JsonObject): Assignment {
  const ids = (list: Json | undefined): readonly Id[] => (isArray(list) ? list.map(String) : []);
  return { assign: ids(assign), unassign: ids(unassign) };
}

/** What this run created has no other name yet. */
function nameLinked(path: string, id: Id, { options, created }: Run): string {
  const isLinked = ([address, made]: readonly [Address, Id]): boolean =>
    made === id && path.endsWith(kindNamed(kindOf(address)).path);
  const [address] = [...created].find(isLinked) ?? [];
  return address ?? options.nameLinked?.(path, id) ?? id;
}

/** The operation with ids in place of what stands for those that this run creates. */
function resolveOperation(operation: Operation, run: Run): Operation {
  const { body } = operation;
  // Names may hold anything, also brackets; the rest of a path holds none.
  const path = operation.path.replace(/<.+>/s, (item) => resolveId(item, run));
  if (body === undefined || !isAssignment(body)) return { ...operation, path };
  const ids = (list: Json | undefined): Json =>
    isArray(list) ? list.map((item) => resolveId(item, run)) : [];
  return { ...operation, path, body: { assign: ids(body.assign), unassign: ids(body.unassign) } };
}

function resolveId(item: Json, run: Run): Id {
  if (typeof item !== "string") return String(item);
  const id = run.created.get(item.slice(1, -1));
  if (id === undefined) throw new TypeError(`${item} was not created in this run`);
  return id;
}
