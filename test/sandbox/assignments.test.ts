import { describe, expect, it } from "vitest";
import type { Json } from "../../src/model.ts";
import { ALERT, type Client, create, EMAIL_GROUP, INTERVAL, open, TRIGGER, WEB_FILTER } from "./client.ts";

/** Every `/parent/{id}/child` of guide 8.7 that assigns, as the guide lists them. */
const PATHS = [
  "alerts/applications",
  "alerts/devicegroups",
  "alerts/devices",
  "alerts/emailgroups",
  "alerts/exclusionintervals",
  "alerts/networks",
  "applications/alerts",
  "devices/alerts",
  "devices/devicegroups",
  "devices/tags",
  "devices/triggers",
  "devicegroups/alerts",
  "devicegroups/devices",
  "devicegroups/triggers",
  "networks/alerts",
  "tags/devices",
  "triggers/devicegroups",
  "triggers/devices",
] as const;

const MAKE: Readonly<Record<string, (call: Client) => Promise<number>>> = {
  alerts: (call) => create(call, "alerts", ALERT),
  triggers: (call) => create(call, "triggers", TRIGGER),
  tags: (call) => create(call, "tags", { name: "pci" }),
  devicegroups: (call) => create(call, "devicegroups", { name: "Static" }),
  emailgroups: (call) => create(call, "emailgroups", EMAIL_GROUP),
  exclusionintervals: (call) => create(call, "exclusionintervals", INTERVAL),
  devices: async () => 2,
  applications: async () => 3,
  networks: async () => 0,
};

const ids = (objects: readonly { readonly id: number }[]): readonly number[] => objects.map(({ id }) => id);

describe.each(PATHS)("%s", (path) => {
  const [parent = "", child = ""] = path.split("/");

  const pair = async (call: Client): Promise<{ path: string; id: number; reverse: string; own: number }> => {
    const own = (await MAKE[parent]?.(call)) ?? -1;
    const id = (await MAKE[child]?.(call)) ?? -1;
    return { path: `/${parent}/${own}/${child}`, id, reverse: `/${child}/${id}/${parent}`, own };
  };

  it("assigns and unassigns one, more than once, and shows it on the other side", async () => {
    const { call } = await open();
    const { path: list, id, reverse, own } = await pair(call);
    for (let i = 0; i < 2; i += 1) expect((await call("POST", `${list}/${id}`)).status).toBe(204);
    expect(ids((await call("GET", list)).body)).toContain(id);
    if ((PATHS as readonly string[]).includes(`${child}/${parent}`)) {
      expect(ids((await call("GET", reverse)).body)).toContain(own);
    }
    for (let i = 0; i < 2; i += 1) expect((await call("DELETE", `${list}/${id}`)).status).toBe(204);
    expect(ids((await call("GET", list)).body)).not.toContain(id);
  });

  it("assigns and unassigns in bulk", async () => {
    const { call } = await open();
    const { path: list, id } = await pair(call);
    expect((await call("POST", list, { assign: [id], unassign: [] })).status).toBe(204);
    expect(ids((await call("GET", list)).body)).toContain(id);
    expect((await call("POST", list, { unassign: [id] })).status).toBe(204);
    expect(ids((await call("GET", list)).body)).not.toContain(id);
    expect((await call("POST", list, {})).status).toBe(204);
  });

  it("does what it can of a bulk and names the rest, with ids as text", async () => {
    const { call } = await open();
    const { path: list, id } = await pair(call);
    const failures = [{ action: "assign", id: "98765", reason: "Requested resource could not be found" }];
    const part = await call("POST", list, { assign: [98_765, id] });
    expect(part).toMatchObject({ status: 207, body: { message: expect.any(String), failures } });
    expect(ids((await call("GET", list)).body)).toContain(id);
    const none = await call("POST", list, { unassign: [98_765] });
    expect(none).toMatchObject({ status: 422, body: { failures: [{ ...failures[0], action: "unassign" }] } });
  });

  it("answers 404 for an unknown parent or child", async () => {
    const { call } = await open();
    const { path: list, id, own } = await pair(call);
    const unknown = list.replace(`/${own}/`, "/98765/");
    expect((await call("GET", unknown)).status).toBe(404);
    expect((await call("POST", unknown, { assign: [id] })).status).toBe(404);
    expect((await call("POST", `${unknown}/${id}`)).status).toBe(404);
    expect((await call("POST", `${list}/98765`)).status).toBe(404);
    expect((await call("DELETE", `${list}/98765`)).status).toBe(404);
  });
});

it.each<[Json]>([
  [{ assign: "1" }],
  [{ assign: ["1"] }],
  [{ assign: [1.5] }],
  [{ unassign: null }],
  [{ add: [1] }],
  [[1]],
])("refuses the bulk body %j", async (body) => {
  const { call } = await open();
  expect((await call("POST", "/alerts/11/devices", body)).status).toBe(400);
  expect((await call("GET", "/alerts/11/devices")).body).toEqual([]);
});

it("has additional statistics of an alert, which are none", async () => {
  const { call } = await open({ devices: 0 });
  expect(await call("GET", "/alerts/11/stats")).toMatchObject({ status: 200, body: [] });
  expect((await call("GET", "/alerts/999/stats")).status).toBe(404);
});

it("refuses members of a dynamic group, from both sides", async () => {
  const { call } = await open();
  const group = await create(call, "devicegroups", { name: "Web", filter: WEB_FILTER });
  const fixed = await create(call, "devicegroups", { name: "Static" });
  expect((await call("POST", `/devicegroups/${group}/devices`, { assign: [1] })).status).toBe(422);
  expect((await call("POST", `/devicegroups/${group}/devices/1`)).status).toBe(422);
  expect((await call("DELETE", `/devicegroups/${group}/devices/1`)).status).toBe(422);
  expect((await call("POST", "/devices/1/devicegroups", { assign: [group, fixed] })).status).toBe(207);
  expect(ids((await call("GET", "/devices/1/devicegroups")).body)).toContain(fixed);
});

it("lists what is assigned whole, by id, without regard to activity", async () => {
  const { sandbox, call } = await open({ devices: 300 });
  const tag = await create(call, "tags", { name: "all" });
  const all = ids(sandbox.appliance.list("devices"));
  await call("POST", `/tags/${tag}/devices`, { assign: all.toReversed() });
  expect(ids((await call("GET", `/tags/${tag}/devices`)).body)).toEqual(all);
});

it("loses the links of what is deleted", async () => {
  const { sandbox, call } = await open();
  const tag = await create(call, "tags", { name: "pci" });
  const email = await create(call, "emailgroups", EMAIL_GROUP);
  await call("POST", `/tags/${tag}/devices/1`);
  await call("POST", `/alerts/11/emailgroups/${email}`);
  await call("DELETE", `/tags/${tag}`);
  await call("DELETE", `/emailgroups/${email}`);
  expect((await call("GET", "/devices/1/tags")).body).toEqual([]);
  expect((await call("GET", "/alerts/11/emailgroups")).body).toEqual([]);
  expect(sandbox.appliance.linked("devices/tags", 1)).toEqual([]);
});

it("notes assignments in the audit log, once per request that changed something", async () => {
  const { sandbox, call } = await open();
  const before = sandbox.appliance.auditLog().length;
  await call("POST", "/alerts/11/devices", { assign: [1, 2, 98_765] });
  await call("POST", "/alerts/11/devices", { assign: [98_765] });
  const log = sandbox.appliance.auditLog();
  expect(log).toHaveLength(before + 1);
  expect(log[0]?.body).toMatchObject({ user: "setup", operation: "Assign" });
  expect(log[0]?.body.details).toBe('alerts/11 "Web Error Ratio - Red": devices (2)');
});

describe("inherited assignments", () => {
  it("reach a device through static and dynamic groups unless only direct ones are asked for", async () => {
    const { call } = await open();
    const group = await create(call, "devicegroups", { name: "Web", filter: WEB_FILTER });
    const fixed = await create(call, "devicegroups", { name: "Static" });
    const [direct, ruled, member] = [
      await create(call, "alerts", { ...ALERT, name: "direct" }),
      await create(call, "alerts", { ...ALERT, name: "ruled" }),
      await create(call, "alerts", { ...ALERT, name: "member" }),
    ];
    await call("POST", `/devicegroups/${fixed}/devices/2`);
    await call("POST", `/alerts/${direct}/devices/2`);
    await call("POST", `/alerts/${ruled}/devicegroups/${group}`);
    await call("POST", `/alerts/${member}/devicegroups/${fixed}`);
    expect(ids((await call("GET", "/devices/2/alerts")).body)).toEqual([direct, ruled, member]);
    expect(ids((await call("GET", "/devices/2/alerts?direct_assignments_only=false")).body)).toHaveLength(3);
    expect(ids((await call("GET", "/devices/2/alerts?direct_assignments_only=true")).body)).toEqual([direct]);
    expect(ids((await call("GET", "/devices/1/alerts")).body)).toEqual([]);
    expect((await call("GET", "/devices/2/alerts?direct_assignments_only=1")).status).toBe(400);
  });

  it("include alerts for everything on the source of their metric", async () => {
    const { call } = await open();
    const forAll = (name: string, fields: Record<string, Json>): Promise<number> =>
      create(call, "alerts", { ...ALERT, name, apply_all: true, ...fields });
    const device = await forAll("device", { stat_name: "extrahop.device.tcp" });
    const application = await forAll("application", { stat_name: "extrahop.application.http" });
    const network = await forAll("network", { stat_name: "extrahop.capture.net" });
    const detection = await forAll("detection", { type: "detection", object_type: "device" });
    const read = async (path: string): Promise<readonly number[]> => ids((await call("GET", path)).body);
    expect(await read("/devices/1/alerts")).toEqual([device, detection]);
    expect(await read("/devicegroups/1/alerts")).toEqual([device, detection]);
    expect(await read("/applications/1/alerts")).toEqual([application]);
    expect(await read("/networks/0/alerts")).toEqual([network]);
    expect(await read("/networks/0/alerts?direct_assignments_only=true")).toEqual([]);
  });

  it("include triggers of groups and for everything", async () => {
    const { call } = await open();
    const group = await create(call, "devicegroups", { name: "Web", filter: WEB_FILTER });
    const all = await create(call, "triggers", { ...TRIGGER, name: "all", apply_all: true });
    const some = await create(call, "triggers", { ...TRIGGER, name: "some" });
    await call("POST", `/triggers/${some}/devicegroups`, { assign: [group] });
    expect(ids((await call("GET", "/devices/2/triggers")).body)).toEqual([all, some]);
    expect(ids((await call("GET", "/devices/2/triggers?direct_assignments_only=true")).body)).toEqual([]);
    expect(ids((await call("GET", `/devicegroups/${group}/triggers`)).body)).toEqual([all, some]);
    expect(
      ids((await call("GET", `/devicegroups/${group}/triggers?direct_assignments_only=true`)).body),
    ).toEqual([some]);
  });
});
