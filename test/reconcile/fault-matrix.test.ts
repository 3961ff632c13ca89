/**
 * Every kind of request × everything that can go wrong with it × before and after it is carried out × its
 * place in the run. Each cell is a whole run against a sandbox with that one fault: it ends as the policy of
 * the client says, its report is what the sandbox's log says was done, nothing is made twice or taken from
 * others, and the next run leads to an empty plan.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { readConnection } from "../../src/appliance/connection.ts";
import { createAppliance } from "../../src/appliance/http.ts";
import type { AppliancePort } from "../../src/appliance/port.ts";
import { HopsyncError } from "../../src/errors.ts";
import { createApplianceStore, locateInventories } from "../../src/inventory/appliance-store.ts";
import { loadManifest } from "../../src/manifest/load.ts";
import type { Change, Manifest } from "../../src/model.ts";
import { type AppliedRun, applyRun, type PlannedRun, planRun } from "../../src/reconcile/run.ts";
import type { FaultEvent } from "../../src/sandbox/faults.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../src/sandbox/sandbox.ts";
import type { LoggedRequest } from "../../src/sandbox/server.ts";
import type { Contents } from "../../src/sandbox/state.ts";
import { loadContents } from "../../src/sandbox/store.ts";
import {
  type Cell,
  codeOf,
  endOf,
  FIRST,
  fateOf,
  type Kind,
  numbersOf,
  SECOND,
  someCells,
} from "../helpers/fault-cells.ts";
import { addBystanders, keysOf, MANAGED, nameAt, stateOf } from "../helpers/histories.ts";
import { expectTrueReport } from "../helpers/true-report.ts";
import { WHOLE } from "../helpers/whole.ts";

/** One cell in so many, with CI set all of them: HOPSYNC_CELLS=1 npx vitest run test/reconcile/fault-matrix.test.ts */
const ONE_IN = Number(process.env.HOPSYNC_CELLS ?? (WHOLE ? 1 : 40));

/** Small, so that the inventory has parts as one of hundreds of entries has. */
const PART_BYTES = 400;
const TIMEOUT_MS = 400;

// ---------------------------------------------------------------- runs

interface Start {
  readonly manifest: Manifest;
  readonly partBytes: number;
  /** The appliance as it is before the run. */
  readonly contents: Contents;
  /** Of a run in which nothing goes wrong. */
  readonly log: readonly LoggedRequest[];
  readonly addresses: readonly string[];
}

const starts = new Map<Kind["run"], Start>();

beforeAll(async () => {
  const place = mkdtempSync(join(tmpdir(), "hopsync-matrix-"));
  try {
    const stateFile = join(place, "state.json");
    const [first, second] = [await load(place, FIRST), await load(place, SECOND)];
    const box = await open({ stateFile });
    addBystanders(box);
    await box.close();
    starts.set("first", await startOf(stateFile, first, 1e6));
    await smoothRun({ stateFile }, first, PART_BYTES);
    starts.set("second", await startOf(stateFile, second, PART_BYTES));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});

async function load(place: string, content: unknown): Promise<Manifest> {
  const path = join(place, "manifest.yaml");
  writeFileSync(path, JSON.stringify(content));
  const { manifest, diagnostics } = await loadManifest([path], { env: {}, vars: {} });
  if (manifest === undefined) throw new Error(JSON.stringify(diagnostics, null, 1));
  return manifest;
}

async function startOf(stateFile: string, manifest: Manifest, partBytes: number): Promise<Start> {
  const contents = loadContents(stateFile);
  if (contents === undefined) throw new Error("no state was kept");
  const { log, plan } = await smoothRun({ contents }, manifest, partBytes);
  return { manifest, partBytes, contents, log, addresses: plan.changes.map(({ address }) => address) };
}

async function smoothRun(options: SandboxOptions, manifest: Manifest, partBytes: number) {
  const box = await open(options);
  const port = await connect(box);
  try {
    const run = await plan(box, port, manifest, partBytes);
    const applied = await apply(port, manifest, run);
    expect([applied.exitCode, applied.diagnostics]).toEqual([0, []]);
    return { log: box.requests(), plan: run.plan };
  } finally {
    await port.close();
    await box.close();
  }
}

function open(options: SandboxOptions): Promise<Sandbox> {
  // A name may be taken twice, and connections end all the time.
  const quirks = { duplicateNames: "accept", requestsPerConnection: 12 } as const;
  return startSandbox({ devices: 12, apiKey: "0123456789abcdef0123456789abcdef", quirks, ...options });
}

async function connect(box: Sandbox, timeoutMs = 30_000): Promise<AppliancePort> {
  const connection = await readConnection({ host: box.url, apiKey: box.apiKey });
  return createAppliance(connection, {
    userAgent: "test",
    timeoutMs,
    sleep: async () => {},
    random: () => 0,
  });
}

async function plan(
  box: Sandbox,
  port: AppliancePort,
  manifest: Manifest,
  partBytes: number,
): Promise<PlannedRun> {
  const run = await planRun(port, manifest, { maxDeletes: 1000 });
  const { owner } = manifest;
  const located = locateInventories(box.appliance.list("triggers")).own(owner);
  const store = createApplianceStore(port, owner, located, { partBytes });
  const { snapshot } = run;
  return { ...run, snapshot: { ...snapshot, inventory: { ...snapshot.inventory, store } } };
}

function apply(port: AppliancePort, manifest: Manifest, run: PlannedRun): Promise<AppliedRun> {
  return applyRun(port, manifest, run, { parallelism: 4, onEvent: () => {}, now: Date.now });
}

// ---------------------------------------------------------------- cells

/** What a run with a fault came to. */
interface Outcome {
  readonly run?: PlannedRun;
  readonly applied?: AppliedRun;
  readonly error?: HopsyncError;
}

async function attempt(box: Sandbox, port: AppliancePort, { manifest, partBytes }: Start): Promise<Outcome> {
  let run: PlannedRun | undefined;
  try {
    run = await plan(box, port, manifest, partBytes);
    return { run, applied: await apply(port, manifest, run) };
  } catch (error) {
    if (!(error instanceof HopsyncError)) throw error;
    return { ...(run === undefined ? {} : { run }), error };
  }
}

async function live(cell: Cell, start: Start): Promise<void> {
  const hits: FaultEvent[] = [];
  const box = await open({ contents: start.contents, onFault: (event) => void hits.push(event) });
  const port = await connect(box, cell.effect === "delay" ? TIMEOUT_MS : undefined);
  try {
    const others = keysOf(box).filter((key) => !/^\w+ ([tgexas] |hopsync )/.test(nameAt(box, key)));
    const before = stateOf(box, others);
    box.setFaults([cell.fault(numbersOf(cell, start.log))]);
    const outcome = await attempt(box, port, start);
    box.setFaults([]);
    expect(hits).not.toEqual([]);
    expectEnd(cell, outcome, start);
    await port.close();
    expectTrueReport(outcome, box.requests(), port.requests());
    if (cell.effect.endsWith("lag")) await listAll(box);
    await expectConvergence(box, start, outcome);
    expect(stateOf(box, others)).toEqual(before);
    expectNoDoubles(box);
  } finally {
    await port.close();
    await box.close();
  }
}

/** The end that the policy has for the cell. */
function expectEnd(cell: Cell, { run, applied, error }: Outcome, { addresses }: Start): void {
  const fate = fateOf(cell);
  const outcomes = applied?.results.map(({ outcome }) => outcome) ?? [];
  const failed = applied?.results.filter(({ outcome }) => outcome === "failed") ?? [];
  const codes = applied?.diagnostics.map(({ code }) => code);
  const end = endOf(cell, fate);
  switch (end) {
    case "whole":
      expect([error, applied?.exitCode, codes]).toEqual([undefined, 0, []]);
      expect(new Set(outcomes)).toEqual(new Set(["applied"]));
      break;
    case "not planned":
      expect([run, error?.code]).toEqual([undefined, codeOf(cell)]);
      break;
    case "not begun":
      expect([run?.plan.changes.length, applied, error?.code]).toEqual([
        addresses.length,
        undefined,
        codeOf(cell),
      ]);
      break;
    case "applied, with an error":
      expect([error, applied?.exitCode]).toEqual([undefined, 1]);
      expect(new Set(codes)).toEqual(new Set([codeOf(cell)]));
      expect(new Set(outcomes)).toEqual(new Set(["applied"]));
      break;
    case "partly applied":
      expect([error, codes]).toEqual([undefined, []]);
      expect(new Set(failed.map(({ unknown = false }) => unknown))).toEqual(new Set([fate === "unknown"]));
      if (cell.position !== "all" && fate !== "hopeless") expect(failed).toHaveLength(1);
      // What is hopeless late may have been the last thing to do.
      if (fate !== "hopeless" || cell.position === "first" || cell.position === "all")
        expect(outcomes.includes("not_tried")).toBe(fate === "hopeless");
  }
}

/** What is not listed for long is so by now. */
async function listAll(box: Sandbox): Promise<void> {
  const port = await connect(box);
  for (const [, collection] of MANAGED) for (let i = 0; i < 40; i += 1) await port.list(`/${collection}`);
  await port.close();
}

/** The next run does what the report says is left, and there is nothing left then. */
async function expectConvergence(box: Sandbox, start: Start, { applied }: Outcome): Promise<void> {
  const port = await connect(box);
  try {
    const next = await plan(box, port, start.manifest, start.partBytes);
    const left = new Set(next.plan.changes.map(({ address }) => address));
    const results = new Map(applied?.results.map((result) => [result.address, result]));
    for (const address of start.addresses) {
      const { outcome, unknown = false } = results.get(address) ?? {};
      if (!unknown) expect([address, left.has(address)]).toEqual([address, outcome !== "applied"]);
    }
    expect([next.exitCode, next.plan.changes.flatMap(causesOf).filter(isDrift)]).toEqual([0, []]);
    if (left.size === 0 && !next.plan.inventory) return;
    const then = await apply(port, start.manifest, next);
    expect([then.exitCode, then.diagnostics]).toEqual([0, []]);
    const last = await plan(box, port, start.manifest, start.partBytes);
    expect([last.plan.changes, last.plan.inventory]).toEqual([[], false]);
  } finally {
    await port.close();
  }
}

function causesOf({ cause, fields, relations }: Change): readonly unknown[] {
  return [cause, ...[...fields, ...relations].map((part) => part.cause)];
}

/** Nobody but the runs changed anything of theirs. */
function isDrift(cause: unknown): boolean {
  return cause === "drift" || cause === "conflict";
}

function expectNoDoubles(box: Sandbox): void {
  const names = keysOf(box).map((key) => nameAt(box, key));
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
}

it.each(someCells(ONE_IN).map((cell) => [cell.name, cell] as const))("%s", async (_name, cell) => {
  const start = starts.get(cell.kind.run);
  if (start === undefined) throw new Error(`there is no ${cell.kind.run} run`);
  await live(cell, start);
});
