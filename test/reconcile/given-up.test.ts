/**
 * A change that is given up after its run was ended in the middle: apply A, apply B in part, then A again or another
 * one. That ends well, nothing of anybody else's is gone, and what B may have made is left where nothing proves it ours.
 */
import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { AppliancePort } from "../../src/appliance/port.ts";
import { kindNamed } from "../../src/kinds/index.ts";
import type { InventoryEntry } from "../../src/model.ts";
import { kindOf } from "../../src/reconcile/ownership.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { manifestsUpTo } from "../helpers/arbitrary.ts";
import { folder } from "../helpers/folder.ts";
import {
  addBystanders,
  declaredNames,
  groupsOf,
  type Key,
  keysOf,
  manifestPairs,
  nameAt,
  ofOwner,
} from "../helpers/histories.ts";
import { apply, INVENTORY_FILE, type Interruption, interrupt, onSandbox } from "../helpers/runs.ts";
import { runsOf } from "../helpers/whole.ts";
import { isOwnName, storedInventory } from "../inventory/appliance.ts";

const RUNS = runsOf("HOPSYNC_RUNS", 200, 25);
const OWNER = "one";

type Entry = Readonly<Record<string, unknown>>;

interface GivenUp {
  readonly place: "appliance" | "file";
  readonly manifests: readonly [Entry, Entry];
  readonly interruption: Interruption;
  /** What is applied in the end; the first one again where there is none. */
  readonly last: Entry | null;
}

/** `collection/id` of what the inventory says was applied. */
function ownedBy(box: Sandbox, path: string, place: GivenUp["place"]): ReadonlySet<Key> {
  const file = join(dirname(path), INVENTORY_FILE);
  const entries: readonly InventoryEntry[] =
    place === "file"
      ? JSON.parse(readFileSync(file, "utf8")).entries
      : (storedInventory(box, OWNER)?.entries ?? []);
  const applied = entries.filter(({ id, replaced }) => id !== null && replaced?.owned !== false);
  return new Set(applied.map(({ address, id }) => `${kindNamed(kindOf(address)).path.slice(1)}/${id}`));
}

async function live(
  box: Sandbox,
  port: AppliancePort,
  path: string,
  { place, manifests, ...rest }: GivenUp,
): Promise<void> {
  const settings = { inventory: place === "file" ? { file: INVENTORY_FILE } : place };
  const [a, b] = manifests.map((manifest) => ofOwner(OWNER, manifest, "", settings)) as [Entry, Entry];
  const last = rest.last === null ? a : ofOwner(OWNER, rest.last, "", settings);
  rmSync(join(dirname(path), INVENTORY_FILE), { force: true });
  addBystanders(box);
  await apply(port, path, a);
  await interrupt(port, path, b, rest.interruption);

  const [owned, declared] = [ownedBy(box, path, place), new Set(declaredNames(last, "all"))];
  const others = keysOf(box).filter((key) => {
    const name = nameAt(box, key);
    return !owned.has(key) && !declared.has(name) && !isOwnName(name.slice("triggers ".length));
  });
  const planAgain = await apply(port, path, last);
  expect(await planAgain()).toEqual([[], false]);
  const now = new Set(keysOf(box));
  expect(others.filter((key) => !now.has(key))).toEqual([]);
  const names = new Set([...now].map((key) => nameAt(box, key)));
  expect(declaredNames(last, "present").filter((name) => !names.has(name))).toEqual([]);
}

/** The group "a" is somebody's, and B was about to take it over by a replace. */
const NEVER_ADOPTED: GivenUp = {
  place: "appliance",
  manifests: [groupsOf(), groupsOf({ name: "a", field: "name", value: "web" })],
  interruption: { nth: 2, done: false },
  last: null,
};

/** Both the old object and its successor are there, and neither is to be. */
const ENDED: GivenUp = {
  ...NEVER_ADOPTED,
  interruption: { nth: 2, done: true },
  last: groupsOf({ name: "a", lifecycle: { state: "absent" } }),
};

const givenUp: fc.Arbitrary<GivenUp> = fc.record({
  place: fc.constantFrom("appliance", "file"),
  manifests: manifestPairs,
  interruption: fc.record({ nth: fc.integer({ min: 1, max: 14 }), done: fc.boolean() }),
  last: fc.option(manifestsUpTo(2)),
});

it("a change that is given up half-way leads to what is declared then, and takes nothing from others", async () => {
  const path = join(folder(), "manifest.yaml");
  await fc.assert(
    fc.asyncProperty(givenUp, (lived) => onSandbox({}, (box, port) => live(box, port, path, lived))),
    { numRuns: RUNS, examples: [[NEVER_ADOPTED], [ENDED]] },
  );
}, 3_600_000);
