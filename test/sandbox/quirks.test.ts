import { describe, expect, it } from "vitest";
import type { Json } from "../../src/model.ts";
import type { Quirks } from "../../src/sandbox/quirks.ts";
import { ALERT, type Client, create, EMAIL_GROUP, open, TRIGGER, WEB_FILTER } from "./client.ts";

/** `createdContentType`, `requestsPerConnection` and `eula` are in server.test.ts, `pageCap` in devices.test.ts. */
async function withQuirks(quirks: Partial<Quirks>): Promise<Client> {
  return (await open({ quirks })).call;
}

it.each<[Partial<Quirks>, number]>([
  [{}, 422],
  [{ badEnumStatus: 400 }, 400],
])("a value outside its enumeration with %j is a %i", async (quirks, status) => {
  const call = await withQuirks(quirks);
  const wrong: readonly (readonly [path: string, body: Json])[] = [
    ["/alerts", { ...ALERT, severity: 9 }],
    ["/triggers", { ...TRIGGER, events: ["x"] }],
    ["/triggers", { ...TRIGGER, hints: { cycle: ["x"] } }],
    ["/devices/search", { filter: { field: "x", operator: "=", operand: "x" } }],
    ["/devicegroups", { name: "x", field: "x", value: "x" }],
  ];
  for (const [path, body] of wrong) expect((await call("POST", path, body)).status, path).toBe(status);
  expect((await call("GET", "/devices?search_type=x")).status).toBe(status);
});

it.each<[Partial<Quirks>, number]>([
  [{}, 422],
  [{ duplicateNames: "accept" }, 201],
])("a second alert or trigger of one name with %j is a %i", async (quirks, status) => {
  const call = await withQuirks(quirks);
  await create(call, "alerts", ALERT);
  await create(call, "triggers", TRIGGER);
  expect((await call("POST", "/alerts", ALERT)).status).toBe(status);
  expect((await call("POST", "/triggers", TRIGGER)).status).toBe(status);
  const id = await create(call, "alerts", { ...ALERT, name: "other" });
  expect((await call("PATCH", `/alerts/${id}`, { name: ALERT.name })).status).toBe(
    status === 201 ? 204 : 422,
  );
  await create(call, "tags", { name: "a" });
  expect((await call("POST", "/tags", { name: "a" })).status).toBe(422);
});

it.each<[Partial<Quirks>, number]>([
  [{}, 400],
  [{ dynamicInPatch: "ignore" }, 204],
])("dynamic in an update of a group with %j is a %i, and changes nothing", async (quirks, status) => {
  const call = await withQuirks(quirks);
  const id = await create(call, "devicegroups", { name: "x" });
  expect((await call("PATCH", `/devicegroups/${id}`, { dynamic: true })).status).toBe(status);
  expect((await call("GET", `/devicegroups/${id}`)).body.dynamic).toBe(false);
});

describe.each<[Partial<Quirks>, number]>([
  [{}, 204],
  [{ deleteInUse: "refuse" }, 422],
])("with %j the delete", (quirks, status) => {
  it(`of what is in use is a ${status}`, async () => {
    const call = await withQuirks(quirks);
    const tag = await create(call, "tags", { name: "pci" });
    const group = await create(call, "devicegroups", { name: "x" });
    const email = await create(call, "emailgroups", EMAIL_GROUP);
    await call("POST", `/tags/${tag}/devices/1`);
    await call("POST", `/alerts/11/devicegroups/${group}`);
    await call("POST", `/alerts/11/emailgroups/${email}`);
    for (const path of [`/tags/${tag}`, `/devicegroups/${group}`, `/emailgroups/${email}`]) {
      expect((await call("DELETE", path)).status, path).toBe(status);
    }
  });

  it("of what is not in use, or only uses other things, is a 204", async () => {
    const call = await withQuirks(quirks);
    const tag = await create(call, "tags", { name: "pci" });
    const alert = await create(call, "alerts", ALERT);
    const group = await create(call, "devicegroups", { name: "x" });
    await call("POST", `/alerts/${alert}/devices/1`);
    await call("POST", `/devicegroups/${group}/devices/1`);
    for (const path of [`/tags/${tag}`, `/alerts/${alert}`, `/devicegroups/${group}`]) {
      expect((await call("DELETE", path)).status, path).toBe(204);
    }
  });
});

describe("a null in an update", () => {
  it("clears a field to its default", async () => {
    const call = await withQuirks({});
    const id = await create(call, "alerts", {
      ...ALERT,
      severity: 1,
      stat_name: "x",
      cc: ["a@b.c"],
      description: "x",
    });
    const nulls = { severity: null, stat_name: null, cc: null, description: null, field_op: null };
    expect((await call("PATCH", `/alerts/${id}`, nulls)).status).toBe(204);
    const cleared = { severity: 3, stat_name: null, cc: [], description: null, field_op: null };
    expect((await call("GET", `/alerts/${id}`)).body).toMatchObject(cleared);
  });

  it("is refused where the quirk refuses it", async () => {
    const call = await withQuirks({ patchNull: "refuse" });
    expect((await call("PATCH", "/alerts/11", { description: null })).status).toBe(400);
    expect((await call("PATCH", "/triggers/1", { hints: null })).status).toBe(400);
  });
});

it.each<[Partial<Quirks>, Json]>([
  [{}, null],
  [{ emptyDescription: "text" }, ""],
])("an empty description with %j is answered as %j", async (quirks, expected) => {
  const call = await withQuirks(quirks);
  const left = await create(call, "triggers", TRIGGER);
  const empty = await create(call, "devicegroups", { name: "x", description: "" });
  expect((await call("GET", `/triggers/${left}`)).body.description).toBe(expected);
  expect((await call("GET", `/devicegroups/${empty}`)).body.description).toBe(expected);
  await call("PATCH", `/devicegroups/${empty}`, { description: "y" });
  await call("PATCH", `/devicegroups/${empty}`, { description: "" });
  expect((await call("GET", `/devicegroups/${empty}`)).body.description).toBe(expected);
});

it.each<[Partial<Quirks>, string]>([
  [{}, "a\r\nb"],
  [{ scriptText: "normalised" }, "a\nb\n"],
])("a script with %j is stored as %j", async (quirks, expected) => {
  const call = await withQuirks(quirks);
  const id = await create(call, "triggers", { ...TRIGGER, script: "a\r\nb" });
  expect((await call("GET", `/triggers/${id}`)).body.script).toBe(expected);
  await call("PATCH", `/triggers/${id}`, { script: expected });
  expect((await call("GET", `/triggers/${id}`)).body.script).toBe(expected);
});

it("fields of the other alert type are accepted and forgotten where the quirk says so", async () => {
  const call = await withQuirks({ otherTypeFields: "accept" });
  const id = await create(call, "alerts", { ...ALERT, protocols: ["udp"], object_type: "device" });
  const { body } = await call("GET", `/alerts/${id}`);
  expect(body).not.toHaveProperty("protocols");
  expect(body).not.toHaveProperty("object_type");
  const detection = await create(call, "alerts", { ...ALERT, name: "d", type: "detection", operand: "1" });
  expect((await call("GET", `/alerts/${detection}`)).body.operand).toBeNull();
});

it.each<[Partial<Quirks>, number]>([
  [{}, 422],
  [{ discoveryIdInGroupFilter: "accept" }, 201],
])("discovery_id in a group's filter with %j is a %i, and fine in a search", async (quirks, status) => {
  const call = await withQuirks(quirks);
  const filter = { field: "discovery_id", operator: "=", operand: "c12vf90qpg290000" };
  const nested = { operator: "or", rules: [WEB_FILTER, filter] };
  expect((await call("POST", "/devicegroups", { name: "x", filter })).status).toBe(status);
  expect((await call("POST", "/devicegroups", { name: "y", filter: nested })).status).toBe(status);
  expect((await call("POST", "/devices/search", { filter })).body).toHaveLength(1);
});

it.each<[Partial<Quirks>, number]>([
  [{}, 1],
  [{ groupListDefault: "all" }, 26],
])("the list of groups with %j has %i of them", async (quirks, count) => {
  const call = await withQuirks(quirks);
  await create(call, "devicegroups", { name: "x" });
  expect((await call("GET", "/devicegroups")).body).toHaveLength(count);
});

it("a new object stays out of as many lists as the lag says, and can be read at once", async () => {
  const call = await withQuirks({ listLag: 2 });
  const [tag, group] = [
    await create(call, "tags", { name: "x" }),
    await create(call, "devicegroups", { name: "x" }),
  ];
  expect((await call("GET", `/tags/${tag}`)).status).toBe(200);
  const counts: number[] = [];
  for (let i = 0; i < 3; i += 1) counts.push((await call("GET", "/tags")).body.length);
  expect(counts).toEqual([0, 0, 1]);
  const groups: number[] = [];
  for (let i = 0; i < 3; i += 1) groups.push((await call("GET", "/devicegroups")).body.length);
  expect(groups).toEqual([0, 0, 1]);
  expect((await call("GET", `/devicegroups/${group}`)).status).toBe(200);
});

it("device ids are wider than 32 bits where the quirk says so", async () => {
  const small = await withQuirks({});
  expect((await small("GET", "/devices?limit=1")).body[0]).toMatchObject({ id: 1, node_id: null });
  const wide = await withQuirks({ deviceIds: "wide" });
  const id = 6 * 2 ** 32 + 2;
  expect((await wide("GET", `/devices/${id}`)).body).toMatchObject({
    id,
    node_id: 6,
    display_name: "web-01",
  });
  expect((await wide("POST", "/alerts/11/devices", { assign: [id] })).status).toBe(204);
  const child = (await wide("GET", "/devices?active_from=1&limit=100")).body.find(
    (d: { parent_id: number }) => d.parent_id,
  );
  expect((await wide("GET", `/devices/${child.parent_id}`)).body.macaddr).toBe(child.macaddr);
});
