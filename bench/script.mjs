// What a user would write today, after the vendor's own examples (tag_device, create_device_groups): one call at
// a time over one connection, each device looked up by a search of its own, each relation read from the entry's
// side. `script.mjs plan FILE` compares, `script.mjs apply FILE` creates what is missing and links it.
import { readFileSync } from "node:fs";
import { Pool } from "undici";

const [command, file] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync(file, "utf8"));
const { EXTRAHOP_HOST, EXTRAHOP_API_KEY } = process.env;
const pool = new Pool(EXTRAHOP_HOST, { connections: 1 });
const headers = { authorization: `ExtraHop apikey=${EXTRAHOP_API_KEY}`, "content-type": "application/json" };

const PATHS = {
  tags: "tags",
  exclusion_intervals: "exclusionintervals",
  email_groups: "emailgroups",
  device_groups: "devicegroups",
  alerts: "alerts",
  triggers: "triggers",
  applications: "applications",
};
const RELATIONS = ["devices", "device_groups", "email_groups", "exclusion_intervals", "applications"];
/** What the API requires of a new object. */
const REQUIRED = {
  alerts: { type: "threshold", apply_all: false },
  triggers: { disabled: false, debug: false, apply_all: false },
  exclusion_intervals: { alert_apply_all: false, trend_apply_all: false },
};
const NUMBERS = { "5m": 300, "30m": 1800, critical: 2, error: 3, warning: 4, notice: 5 };

async function call(method, path, body) {
  const sent = body === undefined ? null : JSON.stringify(body);
  const answer = await pool.request({ method, path: `/api/v1/${path}`, headers, body: sent });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
  if (answer.headers.location !== undefined) return Number(answer.headers.location.split("/").at(-1));
  return text === "" ? undefined : JSON.parse(text);
}

async function findDevice(selector) {
  const rule =
    typeof selector === "string"
      ? { field: "ipaddr", operand: selector, operator: "=" }
      : { field: "discovery_id", operand: selector.discovery_id, operator: "=" };
  return call("POST", "devices/search", { active_from: 1, limit: 1000, filter: rule });
}

/** The ids that a relation of an entry means, over the lists read so far. */
async function wanted(relation, values, lists) {
  if (relation !== "devices") return values.map((name) => lists[relation].get(name).id);
  const found = [];
  for (const selector of values) found.push(...(await findDevice(selector)));
  return [...new Set(found.map(({ id }) => id))];
}

async function readList(section) {
  const list = await call("GET", section === "device_groups" ? "devicegroups?type=all" : PATHS[section]);
  return new Map(list.map((object) => [object.name ?? object.group_name ?? object.display_name, object]));
}

function seconds(text) {
  const [hours, minutes] = text.split(":").map(Number);
  return hours * 3600 + minutes * 60;
}

function bodyOf(section, entry) {
  const fields = Object.entries(entry)
    .filter(([key]) => !RELATIONS.includes(key))
    .map(([key, value]) => {
      if (key === "name" && section === "email_groups") return ["group_name", value];
      if (key === "start" || key === "end") return [key, seconds(value)];
      return [key, key === "operand" ? String(value) : (NUMBERS[value] ?? value)];
    });
  const dynamic = section === "device_groups" ? { dynamic: entry.filter !== undefined } : {};
  return { ...REQUIRED[section], ...dynamic, ...Object.fromEntries(fields) };
}

async function compareRelations(section, entry, id, lists) {
  let differences = 0;
  for (const relation of RELATIONS.filter((name) => entry[name] !== undefined)) {
    const query = section === "device_groups" ? "?active_from=1&limit=1000" : "";
    const linked = await call("GET", `${PATHS[section]}/${id}/${PATHS[relation] ?? relation}${query}`);
    const ids = new Set(linked.map((object) => object.id));
    const want = await wanted(relation, entry[relation], lists);
    if (want.length !== ids.size || want.some((other) => !ids.has(other))) differences += 1;
  }
  return differences;
}

async function link(section, entry, id, lists) {
  for (const relation of RELATIONS.filter((name) => entry[name] !== undefined)) {
    const assign = await wanted(relation, entry[relation], lists);
    await call("POST", `${PATHS[section]}/${id}/${PATHS[relation] ?? relation}`, { assign });
  }
}

function differs(body, live) {
  return Object.entries(body).some(([key, value]) => JSON.stringify(live[key]) !== JSON.stringify(value));
}

let differences = 0;
const lists = { applications: await readList("applications") };
for (const section of Object.keys(PATHS).filter((name) => manifest[name] !== undefined)) {
  lists[section] = await readList(section);
  for (const entry of manifest[section]) {
    const body = bodyOf(section, entry);
    const live = lists[section].get(entry.name);
    if (command === "apply") {
      const id = live?.id ?? (await call("POST", PATHS[section], body));
      lists[section].set(entry.name, { id });
      await link(section, entry, id, lists);
    } else {
      if (live === undefined) throw new Error(`${entry.name} is missing`);
      differences += (differs(body, live) ? 1 : 0) + (await compareRelations(section, entry, live.id, lists));
    }
  }
}
await pool.close();
console.log(`${differences} differences`);
