/**
 * An apply that is killed with any of its requests, before or after the appliance carries it out: the next
 * apply leads to what an apply that nobody kills leads to.
 */
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { expect, it, onTestFinished } from "vitest";
import { kindNamed } from "../../src/kinds/index.ts";
import type { InventoryEntry } from "../../src/model.ts";
import { kindOf } from "../../src/reconcile/ownership.ts";
import type { Collection } from "../../src/sandbox/collections.ts";
import { nameOf, RELATIONS } from "../../src/sandbox/collections.ts";
import type { Sandbox, SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { start } from "../helpers/child.ts";
import { cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { addBystanders, type Key, keysOf, MANAGED, nameAt, stateOf } from "../helpers/histories.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { WHOLE } from "../helpers/whole.ts";
import { isOwnName, storedInventory } from "../inventory/appliance.ts";

/** All of them with CI set. */
const SAMPLE = 6;
const AT_ONCE = 2;

const BEFORE = `version: 1
tags: [{name: Kept}, {name: Old 1}, {name: Old 2}, {name: Gone 1}, {name: Gone 2}, {name: Gone 3}]
device_groups:
  - {name: To dynamic, devices: [10.1.0.7]}
  - {name: To static, filter: {field: tag, operator: "=", operand: Kept}}
  - {name: Changed 1, filter: {field: tag, operator: "=", operand: Kept}}
  - {name: Changed 2, filter: {field: role, operator: "=", operand: http_server}, description: before}
  - {name: Old, filter: {field: role, operator: "=", operand: gateway}}
  - {name: Gone 1, devices: []}
  - {name: Gone 2, devices: [10.1.0.7]}
email_groups:
  - {name: Changed 1, email_addresses: [a@example.com]}
  - {name: Changed 2, email_addresses: [a@example.com], system_notifications: true}
  - {name: Old, email_addresses: [b@example.com]}
  - {name: Gone, email_addresses: [c@example.com]}
exclusion_intervals:
  - {name: Changed 1, interval_type: daily, start: "01:00", end: "03:00"}
  - {name: Changed 2, interval_type: daily, start: "01:00", end: "03:00", description: before}
  - {name: Old, interval_type: weekly, start: "sat 00:00", end: "mon 00:00"}
  - {name: Gone, interval_type: daily, start: "01:00", end: "03:00"}
alerts:
  - {name: Relinked, type: detection, device_groups: [To dynamic, To static], email_groups: [Changed 1, Gone]}
  - {name: Changed, type: detection, severity: 3, device_groups: [Gone 1]}
  - {name: Old, type: detection, exclusion_intervals: [Gone]}
  - {name: Gone 1, type: detection, device_groups: [Gone 1]}
  - {name: Gone 2, type: detection}
triggers:
  - {name: Relinked, events: [HTTP_REQUEST], script: "1;", device_groups: [To static]}
  - {name: Changed, events: [HTTP_REQUEST], script: "1;"}
  - {name: Old, events: [HTTP_REQUEST], script: "1;", device_groups: [Changed 1]}
  - {name: Gone, events: [HTTP_REQUEST], script: "1;"}
`;

const AFTER = `version: 1
tags:
  - {name: Kept}
  - {name: Renamed 1, lifecycle: {renamed_from: Old 1}}
  - {name: Renamed 2, lifecycle: {renamed_from: Old 2}}
  - {name: New 1, devices: [10.1.0.7]}
  - {name: New 2, devices: [pay-gw-01]}
  - {name: New 3}
  - {name: New 4}
device_groups:
  - {name: To dynamic, filter: {field: tag, operator: "=", operand: New 1}}
  - {name: To static, devices: [10.1.0.7]}
  - {name: Changed 1, filter: {field: tag, operator: "=", operand: New 2}}
  - {name: Changed 2, filter: {field: role, operator: "=", operand: http_server}, description: after}
  - {name: Renamed, filter: {field: role, operator: "=", operand: gateway}, lifecycle: {renamed_from: Old}}
  - {name: New 1, devices: [10.1.0.7]}
  - {name: New 2, filter: {field: tag, operator: "=", operand: New 1}}
  - {name: New 3, filter: {field: role, operator: "=", operand: http_server}}
  - {name: New 4, filter: {field: role, operator: "=", operand: http_server}}
email_groups:
  - {name: Adopted, email_addresses: [d@example.com]}
  - {name: Changed 1, email_addresses: [b@example.com]}
  - {name: Changed 2, email_addresses: [a@example.com], system_notifications: false}
  - {name: Renamed, email_addresses: [b@example.com], lifecycle: {renamed_from: Old}}
  - {name: New 1, email_addresses: [n@example.com]}
  - {name: New 2, email_addresses: [n@example.com]}
exclusion_intervals:
  - {name: Changed 1, interval_type: daily, start: "02:00", end: "03:00"}
  - {name: Changed 2, interval_type: daily, start: "01:00", end: "03:00", description: after}
  - {name: Renamed, interval_type: weekly, start: "sat 00:00", end: "mon 00:00", lifecycle: {renamed_from: Old}}
  - {name: New 1, interval_type: daily, start: "01:00", end: "03:00"}
  - {name: New 2, interval_type: onetime, start: 2027-01-16T18:00:00Z, end: 2027-01-17T06:00:00Z}
alerts:
  - {name: Relinked, type: detection, device_groups: [To dynamic, New 1], email_groups: [Changed 1, New 1]}
  - {name: Changed, type: detection, severity: 1, device_groups: [New 2]}
  - {name: Renamed, type: detection, exclusion_intervals: [New 1], lifecycle: {renamed_from: Old}}
  - {name: New 1, type: detection, device_groups: [New 1, Renamed], email_groups: [New 1], exclusion_intervals: [New 1, Renamed]}
  - {name: New 2, type: detection, device_groups: [To static], email_groups: [New 2], exclusion_intervals: [New 2]}
  - {name: New 3, type: detection, devices: [10.1.0.7], email_groups: [Renamed], exclusion_intervals: [New 1]}
triggers:
  - {name: Relinked, events: [HTTP_REQUEST], script: "1;", device_groups: [New 1, To static]}
  - {name: Changed, events: [DNS_REQUEST], script: "2;"}
  - {name: Renamed, events: [HTTP_REQUEST], script: "1;", device_groups: [Changed 1], lifecycle: {renamed_from: Old}}
  - {name: New 1, events: [HTTP_REQUEST], script: "3;", device_groups: [New 1]}
  - {name: New 2, events: [HTTP_REQUEST], script: "3;", devices: [10.1.0.7]}
`;

const APPLY = ["apply", "--auto-approve", "--max-deletes", "50", "--format", "json"];

/** The request that a process ends with. */
interface Case {
  readonly nth: number;
  readonly when: "before" | "after";
  readonly parallelism: number;
}

interface World {
  /** Of an appliance on which an earlier manifest is applied, beside what others have. */
  readonly state: string;
  readonly cwd: string;
  /** What is nobody's, as it must stay. */
  readonly foreign: ReturnType<typeof stateOf>;
}

function open(state: string, more: SandboxOptions = {}): Promise<Sandbox> {
  return sandbox({ devices: 30, stateFile: state, ...more });
}

async function createWorld(): Promise<World> {
  const state = join(folder(), "state.json");
  const box = await open(state);
  addBystanders(box);
  const mail = box.appliance.add("emailgroups", {
    group_name: "Adopted",
    email_addresses: ["x@example.com"],
  });
  const others = keysOf(box).filter((key) => key !== `emailgroups/${mail}`);
  const cwd = folder({ "manifests/a.yaml": BEFORE });
  expect((await cli(APPLY, { sandbox: box, cwd })).code).toBe(0);
  writeFileSync(join(cwd, "manifests/a.yaml"), AFTER);
  const watched = box.appliance.find("devicegroups", "Changed 1")?.id ?? -1;
  const watcher = box.appliance.find("alerts", "by hand")?.id ?? -1;
  box.appliance.link("alerts/devicegroups", watcher, watched);
  const foreign = stateOf(box, others);
  await box.close();
  return { state, cwd, foreign };
}

function startApply(box: Sandbox, { cwd }: World, parallelism: number): ReturnType<typeof start> {
  const env = { EXTRAHOP_HOST: box.url, EXTRAHOP_API_KEY: box.apiKey };
  return start([...APPLY, "--parallelism", String(parallelism)], { cwd, env });
}

/** Kills an apply with this request; from then on none reaches the appliance any more. */
async function killApply(world: World, state: string, { nth, when, parallelism }: Case): Promise<number> {
  let kill = (): void => {};
  const box = await open(state, {
    faults: [{ nth, when, effect: "reset" }],
    onFault: () => kill(),
  });
  const { child, ended } = startApply(box, world, parallelism);
  kill = () => {
    child.kill("SIGKILL");
    box.setFaults([{ when: "before", effect: "reset" }]);
  };
  await ended;
  expect(child.signalCode).toBe("SIGKILL");
  await box.close();
  return child.pid ?? 0;
}

/** What the process has left for later runs, where none of them had to look at its lease. */
function removeMark(pid: number): void {
  for (const name of readdirSync(tmpdir())) {
    if (!/^hopsync-lease-.*\.json$/.test(name)) continue;
    const path = join(tmpdir(), name);
    if (textOf(path).includes(`"pid":${pid},`)) rmSync(path, { force: true });
  }
}

/** Empty where it is gone: another test may remove its own meanwhile. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

const COLLECTIONS = MANAGED.map(([, collection]) => collection);

/**
 * Everything on the appliance without ids and times, links by name; but inventories, and leases, one of which
 * stays where there was nothing left to write.
 */
function described(box: Sandbox): readonly string[] {
  const named = (collection: Collection, id: number): string =>
    nameOf(collection, box.appliance.get(collection, id) ?? {});
  const own = COLLECTIONS.flatMap((collection) =>
    box.appliance.list(collection).map((object) => {
      const { id, mod_time: _, ...fields } = object;
      const links = RELATIONS.filter((relation) => relation.startsWith(`${collection}/`)).map((relation) => {
        const other = relation.split("/")[1] as Collection;
        return [
          relation,
          box.appliance
            .linked(relation, id)
            .map((linked) => named(other, linked))
            .sort(),
        ];
      });
      return { name: nameOf(collection, object), text: JSON.stringify([collection, fields, links]) };
    }),
  );
  return own
    .filter(({ name }) => !isOwnName(name))
    .map(({ text }) => text)
    .sort();
}

/** The entries of the inventory, with the object's name, as the appliance has it, in place of its id. */
function recorded(box: Sandbox): readonly unknown[] {
  const liveName = ({ address, id }: InventoryEntry): string =>
    id === null ? "announced" : nameAt(box, `${kindNamed(kindOf(address)).path.slice(1)}/${id}` as Key);
  return (storedInventory(box, "default")?.entries ?? []).map((entry) => {
    const { relations: _, id: _id, ...rest } = entry;
    return { ...rest, live: liveName(entry) };
  });
}

/** What an apply that nobody kills leads to, and the methods of its requests in their order. */
async function uninterrupted(world: World) {
  const state = join(folder(), "state.json");
  copyFileSync(world.state, state);
  const box = await open(state);
  const { code, stdout } = await startApply(box, world, 1).ended;
  expect(code).toBe(0);
  const { changes } = documentOf({ code: 0, stdout, stderr: "" });
  const operations = changes.flatMap((change) => change.operations as readonly unknown[]);
  expect(operations.length).toBeGreaterThanOrEqual(60);
  const actions = new Set(changes.map(({ action }) => action));
  expect([...actions].sort()).toEqual(["adopt", "create", "delete", "rename", "replace", "update"]);
  return {
    described: described(box),
    recorded: recorded(box),
    methods: box.requests().map(({ method, path }) => (path === "/devices/search" ? "GET" : method)),
  };
}

/**
 * Each request once, with one to four at once. A write is carried out first: before it, the appliance is as it
 * was after the one before.
 */
function casesOf(methods: readonly string[]): readonly Case[] {
  return methods.map((method, i) => ({
    nth: i + 1,
    when: method === "GET" ? "before" : "after",
    parallelism: (i % 4) + 1,
  }));
}

function chosen(cases: readonly Case[]): readonly Case[] {
  if (WHOLE) return cases;
  return Array.from(
    { length: SAMPLE },
    (_, i) => cases[Math.floor(((i + 0.5) * cases.length) / SAMPLE)],
  ).filter((item) => item !== undefined);
}

it("killed with any of its requests is finished by the next one", async () => {
  const world = await createWorld();
  const { methods, ...whole } = await uninterrupted(world);
  const limit = pLimit(AT_ONCE);
  const finish = async (item: Case): Promise<void> => {
    const state = join(folder(), "state.json");
    copyFileSync(world.state, state);
    const pid = await killApply(world, state, item);
    onTestFinished(() => removeMark(pid));
    // Where nothing was done yet, the next apply does what was just done without a kill.
    if (readFileSync(state, "utf8") === readFileSync(world.state, "utf8")) return;
    expect({ item, ...(await finished(world, state)) }).toEqual({
      item,
      again: 0,
      next: [0, [], false, []],
      ...whole,
      foreign: world.foreign,
    });
  };
  await Promise.all(chosen(casesOf(methods)).map((item) => limit(() => finish(item))));
}, 600_000);

/** What the next apply makes of what a killed one has left, and what a plan after it shows. */
async function finished({ cwd, foreign }: World, state: string) {
  const box = await open(state);
  const again = await cli(APPLY, { sandbox: box, cwd });
  const next = await cli(["plan", "--detailed-exitcode", "--format", "json"], { sandbox: box, cwd });
  const { changes, inventory, diagnostics } = documentOf(next);
  const found = {
    again: again.code === 0 ? 0 : again,
    next: [next.code, changes, inventory, diagnostics],
    described: described(box),
    recorded: recorded(box),
    foreign: stateOf(box, Object.keys(foreign)),
  };
  await box.close();
  return found;
}
