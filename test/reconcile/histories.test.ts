/**
 * Histories of an appliance that two owners and some people share: apply A, edits by hand, apply B. Whatever
 * they are, the appliance is then as B says, and nothing else was touched.
 */
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { AppliancePort } from "../../src/appliance/port.ts";
import { kindNamed } from "../../src/kinds/index.ts";
import { kindOf, nameOf } from "../../src/reconcile/ownership.ts";
import { planRun } from "../../src/reconcile/run.ts";
import type { Quirks } from "../../src/sandbox/quirks.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { manifestsUpTo } from "../helpers/arbitrary.ts";
import { folder } from "../helpers/folder.ts";
import {
  addBystanders,
  addWatcher,
  arbitraryEdit,
  declaredNames,
  declaredRenames,
  declaredWatching,
  type Edit,
  exchangeNames,
  existing,
  groupsOf,
  type Key,
  keysOf,
  manifestPairs,
  nameAt,
  ofOwner,
  perform,
  stateOf,
  watchedBy,
  watching,
} from "../helpers/histories.ts";
import {
  apply,
  guards,
  INVENTORY_FILE,
  type Interruption,
  interrupt,
  load,
  onSandbox,
} from "../helpers/runs.ts";
import { runsOf } from "../helpers/whole.ts";

/** About 0.1 s each on an idle core; more in a longer search: npm run histories */
const HISTORIES = runsOf("HOPSYNC_HISTORIES", 500, 30);

type Entry = Readonly<Record<string, unknown>>;

/** What another owner has is refused to whoever declares it, wherever that one's inventory is. */
async function expectRefused(port: AppliancePort, path: string, content: Entry): Promise<void> {
  const { plan, refusals } = await planRun(port, await load(path, content), guards);
  const present = new Set(declaredNames(content, "present"));
  const claimed = plan.changes.filter(({ address }) => present.has(wireName(address)));
  expect(claimed.map(({ address }) => wireName(address)).sort()).toEqual([...present].sort());
  const refused = refusals.filter(({ code }) => code === "guard-other-owner");
  expect(refused.map(({ address }) => address).sort()).toEqual(claimed.map(({ address }) => address).sort());
}

/** A port that calls back after everything that takes links away. */
function observe(port: AppliancePort, look: () => void): AppliancePort {
  return {
    ...port,
    assign: (path, body) => port.assign(path, body).then(look),
    remove: (path) => port.remove(path).then(look),
  };
}

interface History {
  readonly quirks: Partial<Quirks>;
  /** Where the first owner keeps its inventory. */
  readonly place: "appliance" | "file";
  readonly one: readonly [Entry, Entry];
  readonly two: Entry;
  readonly edits: readonly Edit[];
  /** Whether somebody exchanges the names of two objects that the second manifest declares as well. */
  readonly exchange: boolean;
  /** Of the first attempt to apply the second manifest. */
  readonly interruption: Interruption | null;
}

async function live(
  box: Sandbox,
  port: AppliancePort,
  path: string,
  { place, one: [first, second], two, edits, exchange, interruption }: History,
): Promise<void> {
  const settings = { inventory: place === "file" ? { file: INVENTORY_FILE } : place };
  const [a, b] = [ofOwner("one", first, "", settings), ofOwner("one", second, "", settings)];
  rmSync(join(dirname(path), INVENTORY_FILE), { force: true });
  addBystanders(box);
  await apply(port, path, ofOwner("two", two, "two: "));
  const mentioned = new Set([...declaredNames(a, "all"), ...declaredNames(b, "all")]);
  const foreign = keysOf(box).filter((key) => !mentioned.has(nameAt(box, key)));
  const before = stateOf(box, foreign);

  if (place === "file") await expectRefused(port, path, ofOwner("one", two, "two: ", settings));
  await apply(port, path, a);
  expect(stateOf(box, foreign)).toEqual(before);

  const declared = new Set(declaredNames(a, "present"));
  const others = new Set(foreign);
  const owned = keysOf(box).filter((key) => !others.has(key) && declared.has(nameAt(box, key)));
  const applied = new Map(owned.map((key) => [key, nameAt(box, key)]));
  // What is renamed by hand and declared no more is not deleted by the word of a file.
  const done = edits.filter(({ what }) => place === "appliance" || what !== "rename");
  done.forEach((edit, i) => {
    perform(box, edit, i, existing(box, owned));
  });
  const added = keysOf(box).filter((key) => nameAt(box, key).startsWith("tags added "));
  const beside = stateOf(box, added);
  const present = new Set(declaredNames(b, "present"));
  const lasting = existing(box, owned).filter((key) => present.has(applied.get(key) ?? ""));
  if (exchange) exchangeNames(box, lasting);
  const renames = declaredRenames(b);
  const becomes = new Map([...applied].map(([key, name]) => [key, renames.get(name) ?? name]));
  const groups = existing(box, owned).filter(
    (key) => key.startsWith("devicegroups/") && present.has(becomes.get(key) ?? ""),
  );
  const watcher = addWatcher(box, existing(box, owned));
  const stays = new Set(declaredWatching(b));
  const watchers = watching(box, [
    ...lasting.filter((key) => stays.has(applied.get(key) ?? "")),
    ...(groups.length > 0 ? [watcher] : []),
  ]);
  const idle = new Set<Key>();
  const seen = observe(port, () => {
    const busy = new Set(watching(box, watchers));
    for (const key of watchers) if (!busy.has(key)) idle.add(key);
  });

  if (interruption !== null) await interrupt(seen, path, b, interruption);
  const planAgain = await apply(seen, path, b);
  expect([...idle]).toEqual([]);
  expect(await planAgain()).toEqual([[], false]);
  expect(stateOf(box, foreign)).toEqual(before);
  expect(stateOf(box, added)).toEqual(beside);
  expect(watchedBy(box, watcher)).toEqual(groups.map((key) => becomes.get(key)).sort());
  const mine = keysOf(box).filter((key) => !others.has(key) && !added.includes(key));
  const names = mine.map((key) => nameAt(box, key)).filter((name) => !BESIDE.has(name));
  expect(names.sort()).toEqual([...present].sort());
}

const BESIDE = new Set(["triggers hopsync inventory: one", "alerts added watcher"]);

/** `collection name` of an address. */
function wireName(address: string): string {
  return `${kindNamed(kindOf(address)).path.slice(1)} ${nameOf(address)}`;
}

const history: fc.Arbitrary<History> = fc.record({
  quirks: fc.constantFrom<Partial<Quirks>>(
    {},
    { emptyDescription: "text", scriptText: "normalised", patchNull: "refuse", duplicateNames: "accept" },
  ),
  place: fc.constantFrom("appliance", "file"),
  // The same manifest again heals: all that was done by hand is undone.
  one: fc.oneof(
    { arbitrary: manifestPairs, weight: 2 },
    { arbitrary: manifestsUpTo(2).map((same) => [same, same] as const), weight: 1 },
  ),
  two: manifestsUpTo(1),
  edits: fc.array(arbitraryEdit, { maxLength: 6 }),
  exchange: fc.boolean(),
  interruption: fc.option(fc.record({ nth: fc.integer({ min: 1, max: 20 }), done: fc.boolean() })),
});

const GATEWAYS = { operator: "and", rules: [{ field: "role", operator: "=", operand: "gateway" }] };

/** Names that were exchanged, and a run that ends when it has said which of the two it replaces. */
const REPLACED_IN_EXCHANGE: History = {
  quirks: {},
  place: "appliance",
  one: [
    groupsOf({ name: "a", field: "name", value: "web" }, { name: "b", field: "name", value: "web" }),
    groupsOf({ name: "a", devices: [] }, { name: "b", filter: GATEWAYS }),
  ],
  two: groupsOf(),
  edits: [],
  exchange: true,
  interruption: { nth: 2, done: false },
};

/** The same with the inventory in a file, and an answer that is lost: of the successor's create. */
const LOST_IN_EXCHANGE: History = {
  ...REPLACED_IN_EXCHANGE,
  place: "file",
  one: [
    groupsOf({ name: "a", devices: [] }, { name: "x/y", devices: [] }),
    groupsOf({ name: "a", devices: [] }, { name: "x/y", field: "name", value: "web" }),
  ],
  interruption: { nth: 3, done: true },
};

/** What is being replaced has the name that another entry is to get. */
const NAME_IN_THE_WAY: History = {
  ...LOST_IN_EXCHANGE,
  one: [
    groupsOf({ name: "a", field: "name", value: "web" }, { name: "x/y", field: "name", value: "web" }),
    groupsOf({ name: "a", devices: [] }, { name: "x/y", field: "name", value: "web" }),
  ],
  interruption: { nth: 2, done: true },
};

/** A rename that the API can only do by a replace, and a run that ends when the successor is there. */
const REPLACED_BY_RENAME: History = {
  ...REPLACED_IN_EXCHANGE,
  one: [
    groupsOf({ name: "a", devices: [] }),
    groupsOf({ name: "b", filter: GATEWAYS, lifecycle: { renamed_from: "a" } }),
  ],
  exchange: false,
  interruption: { nth: 2, done: true },
};

const EXAMPLES = [REPLACED_IN_EXCHANGE, LOST_IN_EXCHANGE, NAME_IN_THE_WAY, REPLACED_BY_RENAME];

it("after any edits by hand the appliance is as declared, and what others have is as it was", async () => {
  const path = join(folder(), "manifest.yaml");
  await fc.assert(
    fc.asyncProperty(history, (lived) =>
      onSandbox({ quirks: lived.quirks }, (box, port) => live(box, port, path, lived)),
    ),
    { numRuns: HISTORIES, examples: EXAMPLES.map((lived) => [lived]) },
  );
}, 3_600_000);
