import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { ALERT, clientOf, create, open } from "./client.ts";

let folder = "";
let stateFile = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hopsync-sandbox-"));
  stateFile = join(folder, "state.json");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("keeps everything over a restart: objects, links, ids, built-ins, software and the audit log", async () => {
  const first = await open({ stateFile });
  const alert = await create(first.call, "alerts", ALERT);
  const tag = await create(first.call, "tags", { name: "pci" });
  const gone = await create(first.call, "tags", { name: "gone" });
  await first.call("DELETE", `/tags/${gone}`);
  await first.call("POST", `/alerts/${alert}/devices`, { assign: [1, 2] });
  await first.call("POST", `/tags/${tag}/devices/2`);
  const paths = [
    "/alerts",
    "/tags",
    "/devicegroups?type=all",
    "/devices?active_from=1",
    "/auditlog",
    "/networks",
  ];
  const links = [`/alerts/${alert}/devices`, "/devices/2/tags", "/devices/4/software"];
  const read = async (call: typeof first.call): Promise<unknown> =>
    Promise.all([...paths, ...links].map(async (path) => (await call("GET", path)).body));
  const before = await read(first.call);
  await first.sandbox.close();

  const second = await open({ stateFile, seed: 99, devices: 7 });
  expect(await read(second.call)).toEqual(before);
  expect((await second.call("DELETE", "/alerts/11")).status).toBe(422);
  expect(await create(second.call, "tags", { name: "new" })).toBe(gone + 1);
});

it("is written when the sandbox starts and after every write, whole, with nothing left beside it", async () => {
  const { sandbox, call } = await open({ stateFile });
  const names = (): readonly string[] =>
    JSON.parse(readFileSync(stateFile, "utf8")).collections.tags.map((tag: { name: string }) => tag.name);
  expect(names()).toEqual([]);
  const id = await create(call, "tags", { name: "a" });
  expect(names()).toEqual(["a"]);
  sandbox.appliance.edit("tags", id, { name: "b" });
  expect(names()).toEqual(["b"]);
  await call("POST", `/tags/${id}/devices/1`);
  expect(JSON.parse(readFileSync(stateFile, "utf8")).links["tags/devices"]).toEqual({ [String(id)]: [1] });
  expect(readdirSync(folder)).toEqual(["state.json"]);
});

it("takes answers of a real appliance that somebody put in by hand", async () => {
  const alert = {
    id: 16,
    mod_time: 1,
    name: "DB Error Ratio - Yellow",
    author: "ExtraHop",
    type: "threshold",
  };
  const device = { id: 4, display_name: "x", discovery_id: "y", last_seen_time: null };
  const collections = { alerts: [alert, { ...alert, id: 3, author: "me" }], devices: [device] };
  writeFileSync(
    stateFile,
    JSON.stringify({ version: 1, collections, links: { "alerts/devices": { 16: [4] } } }),
  );
  const { call } = await open({ stateFile });
  expect((await call("GET", "/alerts")).body.map((a: { id: number }) => a.id)).toEqual([3, 16]);
  expect((await call("GET", "/alerts/16")).body).toEqual(alert);
  expect((await call("GET", "/devices/4/alerts?direct_assignments_only=true")).body).toEqual([alert]);
  expect((await call("GET", "/devices")).body).toEqual([device]);
  expect((await call("GET", "/tags")).body).toEqual([]);
  expect((await call("DELETE", "/alerts/16")).status).toBe(422);
  expect((await call("DELETE", "/alerts/3")).status).toBe(204);
  expect(await create(call, "alerts", ALERT)).toBe(17);
});

describe("a damaged file", () => {
  const whole = { version: 1, collections: { tags: [{ id: 1, name: "a" }] } };
  it.each<[label: string, text: string]>([
    ["nothing", ""],
    ["half a file", JSON.stringify(whole).slice(0, 20)],
    ["a list", "[]"],
    ["no version", JSON.stringify({ collections: {} })],
    ["a later version", JSON.stringify({ ...whole, version: 2 })],
    ["no collections", JSON.stringify({ version: 1 })],
    ["an unknown collection", JSON.stringify({ version: 1, collections: { users: [] } })],
    ["a collection that is no list", JSON.stringify({ version: 1, collections: { tags: {} } })],
    ["an object without an id", JSON.stringify({ version: 1, collections: { tags: [{ name: "a" }] } })],
    ["an id twice", JSON.stringify({ version: 1, collections: { tags: [{ id: 1 }, { id: 1 }] } })],
    ["an unknown relation", JSON.stringify({ ...whole, links: { "tags/alerts": {} } })],
    ["a link to nothing", JSON.stringify({ ...whole, links: { "tags/devices": { 1: [5] } } })],
    ["a link from nothing", JSON.stringify({ ...whole, links: { "tags/devices": { 2: [] } } })],
    ["ids that are text", JSON.stringify({ ...whole, built_in: { tags: ["1"] } })],
    ["software that is no list", JSON.stringify({ ...whole, software: { 1: {} } })],
    ["an audit log that is no list", JSON.stringify({ ...whole, audit_log: {} })],
    ["an audit entry without a time", JSON.stringify({ ...whole, audit_log: [{ id: 1, body: {} }] })],
  ])("with %s is an error and stays as it is", async (_label, text) => {
    writeFileSync(stateFile, text);
    await expect(startSandbox({ stateFile })).rejects.toMatchObject({ code: "sandbox-state" });
    expect(readFileSync(stateFile, "utf8")).toBe(text);
  });

  it("is an error where it is larger than any, before it is in memory", async () => {
    writeFileSync(stateFile, "");
    truncateSync(stateFile, 256 * 1024 * 1024 + 1);
    await expect(startSandbox({ stateFile })).rejects.toThrow("no file of 256 MB at most");
  });

  it.skipIf(process.platform === "win32")("is an error where it has no end", async () => {
    symlinkSync("/dev/zero", stateFile);
    await expect(startSandbox({ stateFile })).rejects.toThrow("no file of 256 MB at most");
  });

  it("is an error also where it is a folder, or in a folder that is not there", async () => {
    await expect(startSandbox({ stateFile: folder })).rejects.toMatchObject({ code: "sandbox-state" });
    const nowhere = join(folder, "nowhere", "state.json");
    await expect(startSandbox({ stateFile: nowhere })).rejects.toMatchObject({ code: "sandbox-state" });
  });
});

it("answers 500 to a write that it cannot save", async () => {
  const { sandbox } = await open({ stateFile });
  rmSync(folder, { recursive: true });
  const reply = await clientOf(sandbox.url, sandbox.apiKey)("POST", "/tags", { name: "a" });
  expect(reply).toMatchObject({
    status: 500,
    body: { error_message: expect.stringContaining("state.json") },
  });
});
