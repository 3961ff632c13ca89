// A believable manifest of any size over the devices of an appliance: the same arguments give the same manifest.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";

/** What a customer's configuration is made of; the rest are alerts. */
const SHARES = {
  tags: 0.2,
  device_groups: 0.05,
  email_groups: 0.06,
  exclusion_intervals: 0.04,
  triggers: 0.15,
};

/** Every so many entries of each section are others when a manifest is `changed`. */
const CHANGED_EVERY = 10;

const pick = (list, i) => list[i % list.length];
const some = (list, start, count) => Array.from({ length: count }, (_, i) => pick(list, start + i));

/** So many resources, by section. */
export function createManifest(size, devices, { changed = false } = {}) {
  const counts = Object.fromEntries(
    Object.entries(SHARES).map(([section, share]) => [section, Math.max(1, Math.round(size * share))]),
  );
  const alerts = size - Object.values(counts).reduce((sum, count) => sum + count, 0);
  const make = { ...ENTRIES, alerts: alertOf };
  const context = { counts: { ...counts, alerts }, addresses: addressesOf(devices), devices };
  return Object.fromEntries(
    Object.entries(context.counts).map(([section, count]) => [
      section,
      Array.from({ length: count }, (_, i) => make[section](i, context, changed && i % CHANGED_EVERY === 0)),
    ]),
  );
}

function addressesOf(devices) {
  return devices.flatMap(({ ipaddr4 }) => (typeof ipaddr4 === "string" ? [ipaddr4] : []));
}

const nameOf = (section, i) => `${section.replaceAll("_", " ")} ${String(i).padStart(4, "0")}`;

/** Names of another section's first entries, chosen by a number. */
function names(section, { counts }, start, count) {
  const distinct = Math.min(count, counts[section]);
  return some(
    Array.from({ length: counts[section] }, (_, i) => nameOf(section, i)),
    start,
    distinct,
  );
}

/** Distinct addresses, and in one entry of twenty a whole network. */
function devicesOf(i, { addresses, devices }, count) {
  const listed = [...new Set(some(addresses, i * 7, count))];
  const named = pick(devices.filter(isNamed), i * 3);
  const network = i % 20 === 7 ? [`${pick(addresses, i).replace(/\d+$/, "0")}/24`] : [];
  const byId = i % 5 === 3 && named !== undefined ? [{ discovery_id: named.discovery_id }] : [];
  return [...listed, ...byId, ...network];
}

function isNamed({ ipaddr4 }) {
  return ipaddr4 !== null;
}

const ENTRIES = {
  tags: (i, context, changed) => ({
    name: nameOf("tags", i),
    devices: devicesOf(i, context, changed ? 4 : 5),
  }),
  device_groups: (i, context, changed) => ({
    name: nameOf("device_groups", i),
    description: changed ? "Reviewed." : `What team ${i % 12} looks after.`,
    ...(i % 2 === 0 ? { filter: filterOf(i, context) } : { devices: devicesOf(i, context, 10) }),
  }),
  email_groups: (i, _context, changed) => ({
    name: nameOf("email_groups", i),
    email_addresses: [`team-${i}@example.com`, ...(changed ? [`lead-${i}@example.com`] : [])],
    system_notifications: false,
  }),
  exclusion_intervals: (i, _context, changed) => ({
    name: nameOf("exclusion_intervals", i),
    description: changed ? "Longer than before." : "Nightly jobs.",
    interval_type: "daily",
    start: "01:00",
    end: `0${2 + (i % 4)}:30`,
  }),
  triggers: (i, context) => ({
    name: nameOf("triggers", i),
    description: `Counts what interests team ${i % 12}.`,
    events: [pick(["HTTP_RESPONSE", "DB_RESPONSE", "DNS_RESPONSE", "CIFS_RESPONSE"], i)],
    script: { file: `scripts/${fileOf(i)}` },
    ...(i % 10 < 7 ? { device_groups: names("device_groups", context, i, 2) } : {}),
    ...(i % 10 >= 7 && i % 10 < 9 ? { devices: devicesOf(i, context, 2) } : {}),
  }),
};

function filterOf(i, context) {
  const [tag] = names("tags", context, i, 1);
  return {
    operator: "and",
    rules: [
      { field: "role", operator: "=", operand: pick(["http_server", "db_server", "pc"], i) },
      { field: "tag", operator: "=", operand: tag },
    ],
  };
}

const fileOf = (i) => `team-${i}.js`;

/** About 3 kB, as long as such scripts usually are. */
function scriptOf(i, changed) {
  const lines = Array.from(
    { length: 40 },
    (_, line) => `if (HTTP.statusCode === ${400 + line}) { Network.metricAddCount("team_${i}_${line}", 1); }`,
  );
  return [`// Version ${changed ? 2 : 1}`, ...lines, ""].join("\n");
}

function alertOf(i, context, changed) {
  return {
    name: nameOf("alerts", i),
    description: `More errors than team ${i % 12} accepts.`,
    severity: changed ? "critical" : pick(["error", "warning", "notice"], i),
    stat_name: "extrahop.device.http_server",
    field_name: "rsp_error",
    field_op: "/",
    field_name2: "rsp",
    operator: ">",
    operand: (1 + (i % 9)) / 100,
    interval_length: "5m",
    refire_interval: "30m",
    ...watched(i, context),
    email_groups: names("email_groups", context, i, 1 + (i % 2)),
    ...(i % 10 < 3 ? { exclusion_intervals: names("exclusion_intervals", context, i, 1) } : {}),
  };
}

/** Most alerts watch groups, some watch devices, few all that there is. */
function watched(i, context) {
  if (i % 20 < 16) return { device_groups: names("device_groups", context, i, 1 + (i % 3)) };
  return i % 20 < 19 ? { devices: devicesOf(i, context, 3) } : { applications: ["All Activity"] };
}

/** Writes a manifest as people do: a file for each kind, and one for each script. */
export function writeManifest(folder, manifest, { changed = false } = {}) {
  mkdirSync(join(folder, "scripts"), { recursive: true });
  for (const i of manifest.triggers.keys()) {
    writeFileSync(join(folder, "scripts", fileOf(i)), scriptOf(i, changed && i % CHANGED_EVERY === 0));
  }
  for (const [section, entries] of Object.entries(manifest)) {
    writeFileSync(join(folder, `${section}.yaml`), stringify({ version: 1, [section]: entries }));
  }
}
