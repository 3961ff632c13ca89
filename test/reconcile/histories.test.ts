/**
 * Histories of an appliance that two owners and some people share: apply A, edits by hand, apply B. Whatever
 * they are, the appliance is then as B says, and nothing else was touched.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { readConnection } from "../../src/appliance/connection.ts";
import { createAppliance } from "../../src/appliance/http.ts";
import type { AppliancePort } from "../../src/appliance/port.ts";
import { loadManifest } from "../../src/manifest/load.ts";
import { applyRun, planRun } from "../../src/reconcile/run.ts";
import type { Quirks } from "../../src/sandbox/quirks.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/sandbox.ts";
import { manifestsUpTo } from "../helpers/arbitrary.ts";
import { folder } from "../helpers/folder.ts";
import {
  addBystanders,
  arbitraryEdit,
  declaredNames,
  type Edit,
  type Key,
  keysOf,
  nameAt,
  ofOwner,
  perform,
  stateOf,
} from "../helpers/histories.ts";

/** About 0.1 s each on an idle core; more in a longer search: npm run histories */
const HISTORIES = Number(process.env.HOPSYNC_HISTORIES ?? (process.env.CI === undefined ? 100 : 500));

type Entry = Readonly<Record<string, unknown>>;

/** Applies one manifest, which must succeed as a whole, and returns what plans it again. */
async function apply(
  port: AppliancePort,
  path: string,
  content: Entry,
): Promise<() => Promise<readonly unknown[]>> {
  writeFileSync(path, JSON.stringify(content));
  const { manifest, diagnostics } = await loadManifest([path], { env: {}, vars: {} });
  if (manifest === undefined) throw new Error(JSON.stringify(diagnostics, null, 1));
  const guards = { maxDeletes: 1000 };
  const run = await planRun(port, manifest, guards);
  expect([run.plan.diagnostics.filter((d) => d.severity === "error"), run.refusals]).toEqual([[], []]);
  const options = { parallelism: 4, onEvent: () => {}, now: Date.now };
  const applied = await applyRun(port, manifest, run, options);
  const failed = applied.results.filter(({ outcome }) => outcome !== "applied");
  expect([applied.exitCode, failed, applied.diagnostics]).toEqual([0, [], []]);
  return async () => {
    const { plan } = await planRun(port, manifest, guards);
    return [plan.changes, plan.inventory];
  };
}

interface History {
  readonly quirks: Partial<Quirks>;
  readonly one: readonly [Entry, Entry];
  readonly two: Entry;
  readonly edits: readonly Edit[];
}

async function live(
  box: Sandbox,
  port: AppliancePort,
  path: string,
  { one: [first, second], two, edits }: History,
): Promise<void> {
  const [a, b] = [ofOwner("one", first), ofOwner("one", second)];
  addBystanders(box);
  await apply(port, path, ofOwner("two", two, "two: "));
  const mentioned = new Set([...declaredNames(a, "all"), ...declaredNames(b, "all")]);
  const foreign = keysOf(box).filter((key) => !mentioned.has(nameAt(box, key)));
  const before = stateOf(box, foreign);

  await apply(port, path, a);
  expect(stateOf(box, foreign)).toEqual(before);

  const declared = new Set(declaredNames(a, "present"));
  const others = new Set(foreign);
  const owned = keysOf(box).filter((key) => !others.has(key) && declared.has(nameAt(box, key)));
  edits.forEach((edit, i) => {
    perform(box, edit, i, existing(box, owned));
  });
  const added = keysOf(box).filter((key) => nameAt(box, key).startsWith("tags added "));
  const beside = stateOf(box, added);

  const planAgain = await apply(port, path, b);
  expect(await planAgain()).toEqual([[], false]);
  expect(stateOf(box, foreign)).toEqual(before);
  expect(stateOf(box, added)).toEqual(beside);
  const mine = keysOf(box).filter((key) => !others.has(key) && !added.includes(key));
  const names = mine.map((key) => nameAt(box, key)).filter((name) => name !== INVENTORY);
  expect(names.sort()).toEqual([...declaredNames(b, "present")].sort());
}

const INVENTORY = "triggers hopsync inventory: one";

function existing(box: Sandbox, keys: readonly Key[]): readonly Key[] {
  const all = new Set(keysOf(box));
  return keys.filter((key) => all.has(key));
}

const history: fc.Arbitrary<History> = fc.record({
  quirks: fc.constantFrom<Partial<Quirks>>(
    {},
    { emptyDescription: "text", scriptText: "normalised", patchNull: "refuse", duplicateNames: "accept" },
  ),
  one: fc.tuple(manifestsUpTo(2), manifestsUpTo(2)),
  two: manifestsUpTo(1),
  edits: fc.array(arbitraryEdit, { maxLength: 6 }),
});

it("after any edits by hand the appliance is as declared, and what others have is as it was", async () => {
  const path = join(folder(), "manifest.yaml");
  await fc.assert(
    fc.asyncProperty(history, async (lived) => {
      const box = await startSandbox({ devices: 40, quirks: lived.quirks });
      const connection = await readConnection({ host: box.url, apiKey: box.apiKey });
      const port = createAppliance(connection, { userAgent: "test" });
      try {
        await live(box, port, path, lived);
      } finally {
        await port.close();
        await box.close();
      }
    }),
    { numRuns: HISTORIES },
  );
}, 3_600_000);
