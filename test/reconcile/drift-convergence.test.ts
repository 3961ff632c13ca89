/** For any manifest and any edits by hand: drift names what was edited and nothing else, and apply heals it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readConnection } from "../../src/appliance/connection.ts";
import { createAppliance } from "../../src/appliance/http.ts";
import type { AppliancePort } from "../../src/appliance/port.ts";
import { kindNamed } from "../../src/kinds/index.ts";
import { loadManifest } from "../../src/manifest/load.ts";
import type { Address, Json, Manifest, Resource } from "../../src/model.ts";
import { driftRun } from "../../src/reconcile/drift-run.ts";
import { applyRun, planRun } from "../../src/reconcile/run.ts";
import type { Operator, Path } from "../../src/sandbox/operator.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { arbitraryManifest } from "../helpers/arbitrary.ts";
import { folder } from "../helpers/folder.ts";
import { runsOf } from "../helpers/whole.ts";

/** More in a longer search: HOPSYNC_RUNS=1000 npx vitest run test/reconcile/drift-convergence.test.ts */
const RUNS = runsOf("HOPSYNC_RUNS", 60, 25);

type Collection = Parameters<Operator["find"]>[0];

/** Another value than the declared one. */
const BY_HAND: Readonly<Record<string, (declared: Json) => Json>> = {
  description: () => "by hand",
  severity: (value) => (Number(value) + 1) % 8,
  refire_interval: (value) => (value === 600 ? 900 : 600),
  disabled: (value) => value !== true,
  apply_all: (value) => value !== true,
  notify_snmp: (value) => value !== true,
  debug: (value) => value !== true,
  system_notifications: (value) => value !== true,
  email_addresses: () => ["hand@example.com"],
  cc: () => ["hand@example.com"],
  script: () => "by hand",
};

interface Hand {
  readonly operator: Operator;
  readonly manifest: Manifest;
  readonly resource: Resource;
  readonly collection: Collection;
  readonly id: number;
}

/** Does something to the object, or nothing where that is not possible, and returns whose drift it is. */
type Edit = (hand: Hand) => readonly Address[];

const EDITS: readonly Edit[] = [editField, editField, unlink, rename, remove];

function editField({ operator, resource, collection, id }: Hand): readonly Address[] {
  const declared = Object.entries(resource.fields).find(([name]) => BY_HAND[name] !== undefined);
  if (declared === undefined) return [];
  const [name, value] = declared;
  operator.edit(collection, id, { [name]: BY_HAND[name]?.(value) ?? null }, "jdoe");
  return [resource.address];
}

function unlink({ operator, resource, collection, id }: Hand): readonly Address[] {
  for (const relation of Object.keys(resource.relations)) {
    const path = `${collection}/${kindNamed(resource.kind).relations[relation]?.path}` as Path;
    const [first] = operator.linked(path, id);
    if (first === undefined) continue;
    operator.unlink(path, id, first, "jdoe");
    return [resource.address];
  }
  return [];
}

function rename({ operator, resource, collection, id }: Hand): readonly Address[] {
  operator.edit(collection, id, { [kindNamed(resource.kind).nameField]: `by hand ${id}` }, "jdoe");
  return [resource.address];
}

/** Who was linked to it has lost a link. */
function remove({ operator, manifest, resource, collection, id }: Hand): readonly Address[] {
  operator.remove(collection, id, "jdoe");
  const losers = manifest.resources.filter(({ kind, relations }) =>
    Object.entries(relations).some(
      ([name, references]) =>
        kindNamed(kind).relations[name]?.to === resource.kind &&
        references.some((reference) => reference.to === "name" && reference.name === resource.name),
    ),
  );
  return [resource.address, ...losers.map(({ address }) => address)];
}

/** Whom nobody picks stays as applied. Ids are looked up before names change. */
function editByHand(operator: Operator, manifest: Manifest, picks: readonly number[]): readonly Address[] {
  const present = manifest.resources.filter(({ lifecycle }) => lifecycle.state === "present");
  const hands = present.map((resource): Hand => {
    const collection = kindNamed(resource.kind).path.slice(1) as Collection;
    return {
      operator,
      manifest,
      resource,
      collection,
      id: operator.find(collection, resource.name)?.id ?? -1,
    };
  });
  const edited = hands.flatMap((hand, i) => EDITS[picks[i % picks.length] ?? -1]?.(hand) ?? []);
  return [...new Set(edited)].sort();
}

async function load(path: string, content: unknown): Promise<Manifest> {
  writeFileSync(path, JSON.stringify(content));
  const { manifest, diagnostics } = await loadManifest([path], { env: {}, vars: {} });
  if (manifest === undefined) throw new Error(JSON.stringify(diagnostics, null, 1));
  return manifest;
}

async function apply(port: AppliancePort, manifest: Manifest): Promise<void> {
  const run = await planRun(port, manifest, { maxDeletes: 1000 });
  const { exitCode } = await applyRun(port, manifest, run, {
    parallelism: 4,
    onEvent: () => {},
    now: Date.now,
  });
  expect([run.exitCode, exitCode]).toEqual([0, 0]);
}

async function drifted(port: AppliancePort, manifest: Manifest) {
  const { plan } = await driftRun(port, manifest);
  return { addresses: plan.changes.map(({ address }) => address).sort(), changes: plan.changes };
}

describe("drift and apply", () => {
  it("any edits are named exactly, by whom, and healed", async () => {
    const path = join(folder(), "manifest.yaml");
    const picks = fc.array(fc.integer({ min: -2, max: EDITS.length - 1 }), { minLength: 1, maxLength: 6 });
    let edits = 0;
    await fc.assert(
      fc.asyncProperty(arbitraryManifest, picks, async (content, chosen) => {
        const sandbox = await startSandbox({ devices: 60 });
        const connection = await readConnection({ host: sandbox.url, apiKey: sandbox.apiKey });
        const port = createAppliance(connection, { userAgent: "test" });
        try {
          const manifest = await load(path, content);
          await apply(port, manifest);
          // Nothing applied, nothing recorded.
          if (manifest.resources.every(({ lifecycle }) => lifecycle.state === "absent")) return;
          expect((await drifted(port, manifest)).addresses).toEqual([]);
          const edited = editByHand(sandbox.appliance, manifest, chosen);
          edits += edited.length;
          const { addresses, changes } = await drifted(port, manifest);
          expect(addresses).toEqual(edited);
          expect(changes.filter(({ cause }) => cause !== "drift")).toEqual([]);
          const users = changes.flatMap(({ attribution = [] }) => attribution.map(({ user }) => user));
          expect(users.filter((user) => user !== "jdoe")).toEqual([]);
          await apply(port, manifest);
          expect((await drifted(port, manifest)).addresses).toEqual([]);
        } finally {
          await port.close();
          await sandbox.close();
        }
      }),
      { numRuns: RUNS },
    );
    expect(edits).toBeGreaterThan(RUNS);
  }, 3_600_000);
});
