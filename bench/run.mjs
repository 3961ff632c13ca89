// Measures plan and apply at several sizes against two yardsticks, prints a table and writes results.json:
// the floor, which replays hopsync's own requests and does nothing else, and the script that a user would write.
// `npm run bench`, or `npm run bench -- --sizes 50,500 --devices 1000 --runs 1`, which writes nothing.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createManifest, writeManifest } from "./manifests.mjs";
import { leastRequests } from "./minimum.mjs";
import { FLOOR, HOPSYNC, inFolder, measure, SCRIPT, withAppliance } from "./processes.mjs";
import { countByType, tableOf, verdictsOf } from "./report.mjs";

const { values: flags } = parseArgs({
  options: {
    sizes: { type: "string", default: "50,500,5000" },
    devices: { type: "string", default: "1000,50000" },
    runs: { type: "string", default: "3" },
    near: { type: "boolean", default: false },
  },
});
const [sizes, devices] = [flags.sizes, flags.devices].map((text) => text.split(",").map(Number));
const runs = Number(flags.runs);

/** hopsync's default. */
const PARALLELISM = "8";

/** What an appliance takes for an answer on a near network, and on a far one or while it is busy. */
const DISTANT_MS = [5, 20];

/** What the appliance has in all where it is a large one. */
const LARGE = { tags: 5000, groups: 500, alerts: 5000, triggers: 1000 };
const LARGE_DEVICES = 50_000;

/** The script cannot read a file that the manifest names. */
function withScripts(manifest, folder) {
  const text = ({ file }) => readFileSync(join(folder, file), "utf8");
  return {
    ...manifest,
    triggers: manifest.triggers.map((trigger) => ({ ...trigger, script: text(trigger.script) })),
  };
}

/** What others have on the appliance beside the manifest. */
function othersOf(manifest, count) {
  if (count < LARGE_DEVICES) return {};
  const { tags, device_groups: groups, alerts, triggers } = manifest;
  const own = { tags, groups, alerts, triggers };
  return Object.fromEntries(Object.entries(LARGE).map(([name, all]) => [name, all - own[name].length]));
}

async function ask({ host, apiKey }, path, body) {
  const headers = { authorization: `ExtraHop apikey=${apiKey}`, "content-type": "application/json" };
  const options = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  return (await fetch(`${host}/api/v1${path}`, options)).json();
}

async function allDevices(at) {
  const all = [];
  for (let page; page === undefined || page.length > 0; all.push(...page))
    page = await ask(at, "/devices/search", { active_from: 1, limit: 1000, offset: all.length });
  return all;
}

/** The fewest requests that decide a clean plan of a manifest, on the appliance as it is now. */
async function minimumOf(manifest, devices, at) {
  const [groups, applications] = await Promise.all(
    ["/devicegroups?type=all", "/applications?active_from=1&limit=1000"].map((path) => ask(at, path)),
  );
  const counts = { groups: groups.length, applications: applications.length };
  return leastRequests(manifest, { devices, ...counts });
}

/** The fastest of some runs, since whatever else the machine does only makes them slower; the most memory of all. */
function best(results) {
  const fastest = results.reduce((a, b) => (b.ms < a.ms ? b : a));
  return { ...fastest, maxRssMb: Math.max(...results.map(({ maxRssMb }) => maxRssMb)) };
}

/** A command against its floor, alternately, and once against the script if any. `inTurn` runs each with an appliance. */
async function compare(name, { command, script }, folder, runs, inTurn) {
  const { requests } = await inTurn((at) => measure(command, at, folder, { record: true }));
  const [own, floor] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    own.push(await inTurn((at) => measure(command, at, folder)));
    floor.push(await inTurn((at) => measure([FLOOR, requests, PARALLELISM], at, folder)));
  }
  const scripted = script && (await inTurn((at) => measure([SCRIPT, ...script], at, folder)));
  const counts = countByType(JSON.parse(readFileSync(requests, "utf8")));
  return {
    name,
    requests: counts,
    hopsync: best(own),
    floor: best(floor),
    ...(scripted && { script: scripted }),
  };
}

/** Writes a manifest for hopsync and for the script, and how each is told to plan and to apply it. */
function commandsFor(folder, manifest, changed) {
  const path = join(folder, changed ? "changed" : "clean");
  writeManifest(path, manifest, { changed });
  const json = `${path}.json`;
  writeFileSync(json, JSON.stringify(withScripts(manifest, path)));
  return {
    plan: { command: [HOPSYNC, "plan", path], script: ["plan", json] },
    apply: { command: [HOPSYNC, "apply", path, "--auto-approve", "--quiet"], script: ["apply", json] },
  };
}

/**
 * Plan and apply of so many resources on an appliance with so many devices, which waits before each answer. Of a
 * `distant` one only what has a target is measured, since the script takes many minutes.
 */
async function measureCase({ size, count, delayMs, distant, runs, folder }) {
  const known = await withAppliance({ devices: count, others: {}, delayMs: 0 }, allDevices);
  const manifest = createManifest(size, known);
  const clean = commandsFor(folder, manifest, false);
  const changed = commandsFor(folder, createManifest(size, known, { changed: true }), true);
  const fresh = (body) => withAppliance({ devices: count, others: othersOf(manifest, count), delayMs }, body);
  const firstApply = distant ? { command: clean.apply.command } : clean.apply;
  const first = await compare("first apply", firstApply, folder, runs, fresh);
  return fresh(async (at) => {
    const same = (body) => body(at);
    await measure(clean.apply.command, at, folder);
    const minimum = await minimumOf(manifest, known, at);
    const scenarios = [
      { minimum, ...(await compare("plan, clean", clean.plan, folder, runs, same)) },
      ...(distant ? [] : [await compare("plan, 10 % changed", changed.plan, folder, runs, same)]),
      first,
    ];
    return scenarios.map((scenario) => ({ resources: size, devices: count, delayMs, ...scenario }));
  });
}

/** Every size with every number of devices, and the largest again as if the appliance were not this machine. */
const grid = devices.flatMap((count) => sizes.map((size) => ({ size, count, delayMs: 0, runs })));
const largest = { size: Math.max(...sizes), count: Math.max(...devices), distant: true, runs: 1 };
const far = flags.near ? [] : DISTANT_MS.map((delayMs) => ({ ...largest, delayMs }));

const date = new Date().toISOString();
const loads = [loadavg()];
const cases = [];
for (const one of [...grid, ...far]) {
  console.error(`${one.size} resources, ${one.count} devices, ${one.delayMs} ms`);
  cases.push(...(await inFolder((folder) => measureCase({ ...one, folder }))));
}
loads.push(loadavg());
const [{ model: cpu = "" } = {}] = cpus();
const machine = { node: process.version, cores: cpus().length, cpu, loads };
const results = { date, ...machine, runs, cases, verdicts: verdictsOf(cases, [0, ...DISTANT_MS]) };
console.log(tableOf(results));
if (process.argv.length === 2) {
  const file = fileURLToPath(new URL("results.json", import.meta.url));
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
}
