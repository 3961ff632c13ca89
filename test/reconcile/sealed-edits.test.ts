/** A sealed plan after edits by hand: it is stale, or it does what it shows and nothing else. */
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { AppliancePort } from "../../src/appliance/port.ts";
import type { Plan } from "../../src/model.ts";
import { applyRun, planRun } from "../../src/reconcile/run.ts";
import { seal, unseal } from "../../src/reconcile/sealed.ts";
import type { Collection } from "../../src/sandbox/collections.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { folder } from "../helpers/folder.ts";
import {
  addBystanders,
  arbitraryEdit,
  type Edit,
  exchangeNames,
  existing,
  type Key,
  keysOf,
  manifestPairs,
  nameAt,
  ofOwner,
  perform,
} from "../helpers/histories.ts";
import { apply, guards, INVENTORY_FILE, load, onSandbox } from "../helpers/runs.ts";
import { runsOf } from "../helpers/whole.ts";
import { isOwnName } from "../inventory/appliance.ts";

const RUNS = runsOf("HOPSYNC_RUNS", 150, 20);

type Entry = Readonly<Record<string, unknown>>;

interface Approved {
  readonly place: "appliance" | "file";
  readonly manifests: readonly [Entry, Entry];
  readonly edits: readonly Edit[];
  readonly exchange: boolean;
}

/** Every object but those that are hopsync's own, with its fields. */
function contents(box: Sandbox): ReadonlyMap<Key, string> {
  const keys = keysOf(box).filter((key) => !isOwnName(nameAt(box, key).slice("triggers ".length)));
  return new Map(
    keys.map((key) => {
      const [collection, id] = key.split("/") as [Collection, string];
      return [key, JSON.stringify(box.appliance.get(collection, Number(id)))];
    }),
  );
}

/** What the plan's requests write to, by their paths; what they create is not there yet. */
function touchedBy({ changes }: Plan, method?: string): ReadonlySet<Key> {
  const operations = changes.flatMap((change) => change.operations);
  const wanted = operations.filter((operation) => method === undefined || operation.method === method);
  return new Set(wanted.map(({ path }) => path.split("/").slice(1, 3).join("/")));
}

async function live(box: Sandbox, port: AppliancePort, path: string, approved: Approved): Promise<void> {
  const { place, edits, exchange } = approved;
  const settings = { inventory: place === "file" ? { file: INVENTORY_FILE } : place };
  const [a, b] = approved.manifests.map((manifest) => ofOwner("one", manifest, "", settings)) as [
    Entry,
    Entry,
  ];
  rmSync(join(dirname(path), INVENTORY_FILE), { force: true });
  addBystanders(box);
  const own = new Set(keysOf(box));
  await apply(port, path, a);
  const made = [...contents(box).keys()].filter((key) => !own.has(key));
  const manifest = await load(path, b);
  const sealed = seal(manifest, await planRun(port, manifest, guards));
  for (const [i, edit] of edits.entries()) perform(box, edit, i, existing(box, made));
  if (exchange) exchangeNames(box, existing(box, made));

  const { run, stale, done } = unseal(sealed, manifest, await planRun(port, manifest, guards));
  if (done || stale.length > 0) return;
  const before = contents(box);
  const { exitCode, diagnostics } = await applyRun(port, manifest, run, {
    parallelism: 4,
    onEvent: () => {},
    now: Date.now,
  });
  expect([exitCode, diagnostics]).toEqual([0, []]);
  const after = contents(box);
  const [touched, deleted] = [touchedBy(sealed.plan), touchedBy(sealed.plan, "DELETE")];
  expect([...before.keys()].filter((key) => !after.has(key) && !deleted.has(key))).toEqual([]);
  expect([...before].filter(([key, text]) => !touched.has(key) && after.get(key) !== text)).toEqual([]);
  const shown = new Set(sealed.plan.changes.map(({ address }) => address));
  const again = (await planRun(port, manifest, guards)).plan.changes;
  expect(again.filter(({ address }) => shown.has(address))).toEqual([]);
}

const approvals: fc.Arbitrary<Approved> = fc.record({
  place: fc.constantFrom("appliance", "file"),
  manifests: manifestPairs,
  edits: fc.array(arbitraryEdit, { maxLength: 2 }),
  exchange: fc.boolean(),
});

it("a sealed plan does what it shows, whatever else was edited since, or is stale", async () => {
  const path = join(folder(), "manifest.yaml");
  await fc.assert(
    fc.asyncProperty(approvals, (approved) => onSandbox({}, (box, port) => live(box, port, path, approved))),
    { numRuns: RUNS },
  );
}, 3_600_000);
