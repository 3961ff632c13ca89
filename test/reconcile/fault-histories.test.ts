/**
 * Histories of an appliance where a fifth of all requests goes wrong: apply A, apply B, each again and again.
 * Every report is true, and what comes of it is as declared, with nothing doubled and nothing else touched.
 */
import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { readConnection } from "../../src/appliance/connection.ts";
import { createAppliance } from "../../src/appliance/http.ts";
import type { AppliancePort } from "../../src/appliance/port.ts";
import { EXIT, HopsyncError } from "../../src/errors.ts";
import { type LeaseOptions, takeLease } from "../../src/inventory/lease.ts";
import { loadManifest } from "../../src/manifest/load.ts";
import type { Manifest, Plan, Result } from "../../src/model.ts";
import { applyRun, planRun } from "../../src/reconcile/run.ts";
import type { Quirks } from "../../src/sandbox/quirks.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/sandbox.ts";
import { folder } from "../helpers/folder.ts";
import {
  addBystanders,
  declaredNames,
  keysOf,
  MANAGED,
  manifestPairs,
  nameAt,
  ofOwner,
  stateOf,
} from "../helpers/histories.ts";
import { changedAnything, untruths } from "../helpers/told.ts";
import { arbitrarySeason, faultsOf, LATE_MS, lags, type Season } from "../helpers/weather.ts";
import { runsOf } from "../helpers/whole.ts";
import { inventoryObjects, isOwnName, ownObjects, storedInventory } from "../inventory/appliance.ts";

/** `npm run histories:faults` for more of them. */
const HISTORIES = runsOf("HOPSYNC_FAULT_HISTORIES", 300, 12);
const SEED = process.env.HOPSYNC_FAULT_SEED;

/**
 * How often a manifest is applied while requests fail. No number of such runs is sure to end well: one that
 * reads forty lists of which a tenth ends it rarely begins to write. So the bound is another one: whatever
 * these runs have left, the first one after them that nothing happens to ends with 0.
 */
const FAULTY_RUNS = 4;

type Entry = Readonly<Record<string, unknown>>;

interface History {
  readonly quirks: Partial<Quirks>;
  readonly place: "appliance" | "file";
  readonly parallelism: number;
  readonly manifests: readonly [Entry, Entry];
  readonly season: Season;
}

interface Attempt {
  readonly exitCode: number;
  readonly plan: Plan | undefined;
  readonly results: readonly Result[];
  readonly problems: readonly unknown[];
}

const OWNER = "one";
const INVENTORY_FILE = "inventory.json";

/** One run as a process of its own makes it, without its pauses. */
async function attempt(
  box: Sandbox,
  manifest: Manifest,
  parallelism: number,
  late: boolean,
): Promise<Attempt> {
  const connection = await readConnection({ host: box.url, apiKey: box.apiKey });
  const port = createAppliance(connection, {
    userAgent: "test",
    parallelism,
    random: () => 0,
    sleep: async () => {},
    ...(late ? { timeoutMs: LATE_MS - 50 } : {}),
  });
  let plan: Plan | undefined;
  try {
    const run = await planRun(port, manifest, { maxDeletes: 1000 });
    plan = run.plan;
    const problems = [...plan.diagnostics.filter(({ severity }) => severity === "error"), ...run.refusals];
    if (problems.length > 0) return { exitCode: run.exitCode, plan, results: [], problems };
    if (plan.changes.length === 0 && !plan.inventory)
      return { exitCode: run.exitCode, plan, results: [], problems };
    const lease = await takeLease(port, OWNER, leaseOptions(port));
    if ("since" in lease) throw new Error("a lease of a run that is over was respected");
    const options = { parallelism, onEvent: () => {}, now: Date.now, lost: lease.lost };
    const applied = await applyRun(port, manifest, run, options).finally(() => lease.release());
    return { exitCode: applied.exitCode, plan, results: applied.results, problems: applied.diagnostics };
  } catch (error) {
    if (!(error instanceof HopsyncError)) throw error;
    return { exitCode: EXIT.error, plan, results: [], problems: [error] };
  } finally {
    await port.close();
  }
}

/** Every run before this one is over, whatever it has left. */
function leaseOptions({ pause }: AppliancePort): LeaseOptions {
  const self = { holder: "test", run: "test", nonce: randomBytes(16).toString("hex") };
  return { self, waitMs: 0, now: Date.now, pause, interrupted: () => false, isDead: async () => true };
}

/** The run's report is what the log says was done, and its exit code what the report says. */
function expectTrue(box: Sandbox, { exitCode, plan, results }: Attempt, own: ReadonlySet<number>): void {
  const log = box.requests();
  const changed = changedAnything(log, own);
  if (plan === undefined || (results.length === 0 && plan.changes.length > 0)) {
    expect(changed).toBe(false);
    return;
  }
  expect(untruths(plan, results, log, own)).toEqual([]);
  const undone = results.filter(({ outcome }) => outcome !== "applied");
  const unknown = undone.some((result) => result.unknown === true);
  if (exitCode === EXIT.done) expect(undone).toEqual([]);
  if (exitCode === EXIT.partial) expect([undone.length > 0, changed || unknown]).toEqual([true, true]);
  if (exitCode === EXIT.error && undone.length > 0) expect(changed).toBe(false);
}

/** A person runs again later than a new object needs to be listed. */
async function waitForLists(box: Sandbox, { quirks, season }: History): Promise<void> {
  box.setFaults([]);
  if (quirks.listLag === undefined && !lags(season)) return;
  const headers = { authorization: `ExtraHop apikey=${box.apiKey}` };
  for (const [, collection] of MANAGED)
    for (let i = 0; i < 2; i += 1) await (await fetch(`${box.url}/api/v1/${collection}`, { headers })).text();
}

async function converge(
  box: Sandbox,
  manifest: Manifest,
  history: History,
  check: () => void,
): Promise<void> {
  const { season, parallelism } = history;
  for (let number = 1; number <= FAULTY_RUNS + 1; number += 1) {
    const calm = number > FAULTY_RUNS;
    await waitForLists(box, history);
    box.setFaults(calm ? [] : faultsOf(season), season.seed + number);
    box.clearRequests();
    const own = new Set(ownObjects(box).map(({ id }) => Number(id)));
    const made = await attempt(box, manifest, parallelism, season.late && !calm);
    expectTrue(box, made, own);
    check();
    if (calm) expect(made).toMatchObject({ exitCode: EXIT.done, problems: [] });
    if (made.exitCode === EXIT.done) break;
  }
  await waitForLists(box, history);
  const { plan, results, exitCode } = await attempt(box, manifest, parallelism, false);
  expect([plan?.changes, plan?.inventory, results, exitCode]).toEqual([[], false, [], EXIT.done]);
}

async function live(box: Sandbox, path: string, history: History): Promise<void> {
  const { place, manifests } = history;
  rmSync(join(dirname(path), INVENTORY_FILE), { force: true });
  const settings = { inventory: place === "file" ? { file: INVENTORY_FILE } : place };
  const contents = manifests.map((content) => ofOwner(OWNER, content, "", settings));
  addBystanders(box);
  const mentioned = new Set(contents.flatMap((content) => declaredNames(content, "all")));
  const foreign = keysOf(box).filter((key) => !mentioned.has(nameAt(box, key)));
  const before = stateOf(box, foreign);
  const others = new Set(foreign);
  for (const content of contents) {
    writeFileSync(path, JSON.stringify(content));
    const { manifest, diagnostics } = await loadManifest([path], { env: {}, vars: {} });
    if (manifest === undefined) throw new Error(JSON.stringify(diagnostics, null, 1));
    await converge(box, manifest, history, () => expect(stateOf(box, foreign)).toEqual(before));
    const mine = keysOf(box).filter((key) => !others.has(key));
    const names = mine
      .map((key) => nameAt(box, key))
      .filter((name) => !isOwnName(name.slice("triggers ".length)));
    expect(names.length).toBe(new Set(names).size);
    // What only the second one declares may be there before.
    if (content === contents.at(-1))
      expect(names.sort()).toEqual([...declaredNames(content, "present")].sort());
    expect(inventoryObjects(box).length).toBeLessThanOrEqual(place === "appliance" ? 1 : 0);
    const recorded = storedInventory(box, OWNER)?.entries ?? [];
    if (place === "appliance") expect(recorded.map(({ id }) => id)).not.toContain(null);
  }
}

const history: fc.Arbitrary<History> = fc.record({
  quirks: fc.constantFrom<Partial<Quirks>>(
    {},
    { emptyDescription: "text", scriptText: "normalised", patchNull: "refuse", duplicateNames: "accept" },
    { createdContentType: "json", listLag: 1 },
  ),
  place: fc.constantFrom("appliance", "appliance", "file"),
  parallelism: fc.integer({ min: 1, max: 4 }),
  manifests: manifestPairs,
  season: arbitrarySeason,
});

it("whatever goes wrong, reports are true, and the first run in peace ends as declared", async () => {
  const path = join(folder(), "manifest.yaml");
  await fc.assert(
    fc.asyncProperty(history, async (lived) => {
      const box = await startSandbox({ devices: 40, quirks: lived.quirks });
      try {
        await live(box, path, lived);
      } finally {
        await box.close();
      }
    }),
    { numRuns: HISTORIES, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
  );
}, 3_600_000);
