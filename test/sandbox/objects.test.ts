import { describe, expect, it } from "vitest";
import type { Json } from "../../src/model.ts";
import { ALERT, create, EMAIL_GROUP, INTERVAL, NOW, open, TRIGGER, WEB_FILTER } from "./client.ts";

const BODIES: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  tags: { name: "pci" },
  alerts: ALERT,
  triggers: TRIGGER,
  devicegroups: { name: "Web" },
  emailgroups: EMAIL_GROUP,
  exclusionintervals: INTERVAL,
  applications: { discovery_id: "shop-2", display_name: "Shop 2" },
};

describe.each(Object.entries(BODIES))("%s", (collection, body) => {
  const nameKey = Object.keys(body).find((key) => key.endsWith("name")) ?? "";

  it("are created, listed, read and updated", async () => {
    const { call } = await open();
    const id = await create(call, collection, body);
    const path = `/${collection}/${id}`;
    expect((await call("GET", path)).body).toMatchObject({ id, [nameKey]: body[nameKey] });
    expect((await call("GET", `/${collection}`)).body.map((o: { id: number }) => o.id)).toContain(id);
    expect((await call("PATCH", path, { [nameKey]: "New name" })).status).toBe(204);
    expect((await call("GET", path)).body).toMatchObject({ id, [nameKey]: "New name" });
  });

  it("answer 404 for an id that is not there", async () => {
    const { call } = await open();
    expect((await call("GET", `/${collection}/999999`)).status).toBe(404);
    expect((await call("PATCH", `/${collection}/999999`, { [nameKey]: "x" })).status).toBe(404);
  });

  it("refuse fields that are unknown or the server's own, on create and on update", async () => {
    const { call } = await open();
    const id = await create(call, collection, body);
    for (const key of ["id", "mod_time", "built_in", "surprise", "constructor", "__proto__"]) {
      const extra = JSON.parse(`{"${key}": 1}`);
      const sent = JSON.parse(`{"${key}": 1, ${JSON.stringify({ ...body, [nameKey]: "other" }).slice(1)}`);
      expect((await call("POST", `/${collection}`, sent)).status, key).toBe(400);
      expect((await call("PATCH", `/${collection}/${id}`, extra)).status, key).toBe(400);
    }
  });

  it("refuse an empty name, a name of another type and a null in a create", async () => {
    const { call } = await open();
    const id = await create(call, collection, body);
    const statuses = async (name: Json): Promise<readonly number[]> => [
      (await call("POST", `/${collection}`, { ...body, [nameKey]: name })).status,
      (await call("PATCH", `/${collection}/${id}`, { [nameKey]: name })).status,
    ];
    expect(await statuses("")).toEqual([422, 422]);
    expect(await statuses(" ")).toEqual([422, 422]);
    expect(await statuses(7)).toEqual([400, 400]);
    expect(await statuses(null)).toEqual([400, 422]);
  });

  it("refuse a create without a required field", async () => {
    const { call } = await open();
    const required = Object.keys(body);
    for (const key of required) {
      const { [key]: _left, ...rest } = body;
      expect((await call("POST", `/${collection}`, rest)).status, key).toBe(422);
    }
  });

  it("note who wrote what in the audit log", async () => {
    const { sandbox, call } = await open();
    const id = await create(call, collection, body);
    await call("PATCH", `/${collection}/${id}`, { [nameKey]: "New name" });
    const [update, creation] = (await call("GET", "/auditlog?limit=2")).body;
    expect(creation).toMatchObject({ occur_time: NOW, time: new Date(NOW).toISOString() });
    expect(creation.body).toMatchObject({ user: "setup", operation: "Create" });
    expect(creation.body.details).toBe(`${collection}/${id} "${body[nameKey]}"`);
    expect(update.id).toBe(creation.id + 1);
    expect(update.body).toMatchObject({ operation: "Modify" });
    expect(sandbox.appliance.auditLog()[0]?.body.details).toBe(
      `${collection}/${id} "${body[nameKey]}": ${nameKey}`,
    );
  });
});

describe.each(Object.keys(BODIES).filter((name) => name !== "applications"))("%s", (collection) => {
  it("are deleted once, and their ids are not given again", async () => {
    const { call } = await open();
    const id = await create(call, collection, BODIES[collection] ?? {});
    expect((await call("DELETE", `/${collection}/${id}`)).status).toBe(204);
    expect((await call("DELETE", `/${collection}/${id}`)).status).toBe(404);
    expect((await call("GET", `/${collection}/${id}`)).status).toBe(404);
    expect(await create(call, collection, BODIES[collection] ?? {})).toBe(id + 1);
  });
});

describe("what the server adds", () => {
  it("is the default of every field, of a threshold alert without those of detection alerts", async () => {
    const { call } = await open();
    const id = await create(call, "alerts", ALERT);
    expect((await call("GET", `/alerts/${id}`)).body).toEqual({
      ...ALERT,
      id,
      mod_time: NOW,
      author: "setup",
      description: null,
      disabled: false,
      notify_snmp: true,
      severity: 3,
      refire_interval: 300,
      cc: [],
      stat_name: null,
      field_name: null,
      field_name2: null,
      field_op: null,
      operator: null,
      operand: null,
      param: {},
      param2: {},
      interval_length: 30,
      units: "none",
    });
  });

  it("is null for the threshold fields of a detection alert", async () => {
    const { call } = await open();
    const id = await create(call, "alerts", {
      ...ALERT,
      type: "detection",
      object_type: "device",
      protocols: ["udp"],
    });
    const { body } = await call("GET", `/alerts/${id}`);
    expect(body).toMatchObject({
      type: "detection",
      object_type: "device",
      protocols: ["udp"],
      categories: [],
    });
    expect(body).toMatchObject({ stat_name: null, interval_length: null, param: null });
  });

  it("is the deprecated event, every hint and another order of events, but not another script", async () => {
    const { call } = await open();
    const id = await create(call, "triggers", { ...TRIGGER, hints: { snaplen: 0 } });
    const { body } = await call("GET", `/triggers/${id}`);
    expect(body).toMatchObject({
      author: "setup",
      events: ["HTTP_REQUEST", "HTTP_RESPONSE"],
      event: "HTTP_REQUEST",
    });
    expect(body.script).toBe("debug(1);\r\n");
    expect(Object.keys(body.hints)).toHaveLength(16);
    expect(body.hints).toMatchObject({ snaplen: 0, cycle: null, flowUdpAll: null });
  });

  it("is the rest of a device group, which is static without a filter", async () => {
    const { call } = await open();
    const id = await create(call, "devicegroups", { name: "Web" });
    expect((await call("GET", `/devicegroups/${id}`)).body).toEqual({
      id,
      mod_time: NOW,
      name: "Web",
      description: null,
      built_in: false,
      dynamic: false,
      field: null,
      value: null,
      filter: null,
      include_custom_devices: true,
    });
  });

  it("is no mod_time for an email group, whose addresses come in another order", async () => {
    const { call } = await open();
    const id = await create(call, "emailgroups", EMAIL_GROUP);
    expect((await call("GET", `/emailgroups/${id}`)).body).toEqual({
      ...EMAIL_GROUP,
      id,
      email_addresses: ["b@example.com", "a@example.com"],
    });
  });

  it("is author and description of an exclusion interval", async () => {
    const { call } = await open();
    const id = await create(call, "exclusionintervals", INTERVAL);
    expect((await call("GET", `/exclusionintervals/${id}`)).body).toEqual({
      ...INTERVAL,
      id,
      mod_time: NOW,
      author: "setup",
      description: null,
    });
  });

  it("is an author only where none is sent", async () => {
    const { call } = await open();
    const id = await create(call, "alerts", { ...ALERT, author: "ops" });
    expect((await call("GET", `/alerts/${id}`)).body.author).toBe("ops");
  });

  it("is a later mod_time on every update, and none on an assignment", async () => {
    const { call } = await open();
    const id = await create(call, "tags", { name: "a" });
    const modTime = async (): Promise<number> => (await call("GET", `/tags/${id}`)).body.mod_time;
    await call("PATCH", `/tags/${id}`, { name: "b" });
    expect(await modTime()).toBe(NOW + 1);
    await call("POST", `/tags/${id}/devices`, { assign: [1] });
    expect(await modTime()).toBe(NOW + 1);
  });
});

describe("operands", () => {
  it.each([
    [".05", "0.05"],
    ["5", "5"],
    ["007.500", "7.5"],
    ["-.50", "-0.5"],
    ["-0", "0"],
    ["3.", "3"],
  ])("come back as decimal text: %s as %s", async (sent, stored) => {
    const { call } = await open({ devices: 0 });
    const id = await create(call, "alerts", { ...ALERT, operand: sent });
    expect((await call("GET", `/alerts/${id}`)).body.operand).toBe(stored);
  });
});

type Refusals = readonly (readonly [status: number, fields: Readonly<Record<string, Json>>])[];

async function expectRefusals(
  collection: string,
  base: Readonly<Record<string, Json>>,
  refusals: Refusals,
): Promise<void> {
  const { call } = await open({ devices: 0 });
  const id = await create(call, collection, base);
  for (const [status, fields] of refusals) {
    const label = JSON.stringify(fields);
    const name = Object.keys(base).find((key) => key.endsWith("name")) ?? "";
    const created = await call("POST", `/${collection}`, { ...base, [name]: `x ${label}`, ...fields });
    expect(created.status, `POST ${label}`).toBe(status);
    expect((await call("PATCH", `/${collection}/${id}`, fields)).status, `PATCH ${label}`).toBe(status);
  }
}

describe("refusals", () => {
  it("of alerts cover types, enumerations, numbers as text and fields of the other type", () =>
    expectRefusals("alerts", ALERT, [
      [400, { operand: 0.05 }],
      [422, { operand: "lots" }],
      [422, { operand: "1e3" }],
      [422, { operand: "" }],
      [422, { field_op: "*" }],
      [422, { field_op: "" }],
      [422, { operator: "=" }],
      [422, { severity: 8 }],
      [400, { severity: "3" }],
      [400, { severity: 2.5 }],
      [422, { refire_interval: 60 }],
      [422, { interval_length: 31 }],
      [422, { units: "1 day" }],
      [422, { type: "trend" }],
      [400, { apply_all: "true" }],
      [400, { disabled: 1 }],
      [400, { cc: "a@example.com" }],
      [400, { cc: [1] }],
      [422, { cc: ["nobody"] }],
      [400, { param: [] }],
      [400, { param2: "x" }],
      [422, { object_type: "device" }],
      [422, { categories: [] }],
      [422, { protocols: ["udp"] }],
    ]));

  it("of detection alerts cover the fields of threshold alerts", () =>
    expectRefusals("alerts", { ...ALERT, type: "detection" }, [
      [422, { stat_name: "x" }],
      [422, { operand: "1" }],
      [422, { interval_length: 30 }],
      [422, { param: {} }],
      [422, { object_type: "network" }],
    ]));

  it("of triggers cover events and every kind of hint", () =>
    expectRefusals("triggers", TRIGGER, [
      [400, { events: "HTTP_REQUEST" }],
      [422, { events: [] }],
      [422, { events: ["http_request"] }],
      [422, { event: "http" }],
      [400, { script: 1 }],
      [400, { hints: [] }],
      [400, { hints: { unknown: 1 } }],
      [400, { hints: { snaplen: "96" } }],
      [422, { hints: { snaplen: 65_536 } }],
      [422, { hints: { payloadBytes: -1 } }],
      [400, { hints: { clipboardBytes: 1.5 } }],
      [400, { hints: { cycle: "30sec" } }],
      [422, { hints: { cycle: ["1min"] } }],
      [400, { hints: { metricTypes: ["x"] } }],
      [400, { hints: { flowPayloadTurn: "true" } }],
      [422, { hints: { flowClientPortMin: 65_536 } }],
      [400, { hints: { flowClientString: 1 } }],
      [400, { hints: { flowServerPortMax: null } }],
      [422, { hints: { flowClientBytes: 0, flowServerBytes: 0 } }],
      [400, { hints: { fireClassifyOnExpiration: 1 } }],
    ]));

  it("of exclusion intervals cover ranges that depend on the type", () =>
    expectRefusals("exclusionintervals", INTERVAL, [
      [422, { interval_type: "monthly" }],
      [422, { end: 86_401 }],
      [422, { start: -1 }],
      [422, { start: 7200 }],
      [400, { start: 1.5 }],
      [400, { start: "01:00" }],
      [422, { interval_type: "weekly", end: 604_801 }],
    ]));

  it("of email groups cover the addresses", () =>
    expectRefusals("emailgroups", EMAIL_GROUP, [
      [400, { email_addresses: "a@example.com" }],
      [422, { email_addresses: ["a@example.com", "b"] }],
      [400, { system_notifications: "no" }],
    ]));
});

it("takes intervals up to the end of the day and of the week", async () => {
  const { call } = await open({ devices: 0 });
  await create(call, "exclusionintervals", { ...INTERVAL, start: 0, end: 86_400 });
  await create(call, "exclusionintervals", { ...INTERVAL, interval_type: "weekly", start: 604_800, end: 0 });
  await create(call, "exclusionintervals", {
    ...INTERVAL,
    interval_type: "onetime",
    start: 1_800_000_000,
    end: 1_800_003_600,
  });
  expect((await call("GET", "/exclusionintervals")).body).toHaveLength(3);
});

it("takes every documented hint", async () => {
  const { call } = await open({ devices: 0 });
  const hints = {
    snaplen: 96,
    payloadBytes: 1024,
    clipboardBytes: 0,
    cycle: ["30sec", "24hr"],
    metricTypes: "extrahop.device.http_server",
    flowPayloadTurn: true,
    flowClientPortMin: 0,
    flowClientPortMax: 65_535,
    flowClientBytes: 0,
    flowClientString: "GET",
    flowServerPortMin: 1,
    flowServerPortMax: 2,
    flowServerBytes: 16_384,
    flowServerString: "200",
    flowUdpAll: false,
    fireClassifyOnExpiration: true,
  };
  const id = await create(call, "triggers", { ...TRIGGER, hints });
  expect((await call("GET", `/triggers/${id}`)).body.hints).toEqual(hints);
});

it("lets the deprecated event replace the events in an update", async () => {
  const { call } = await open({ devices: 0 });
  const id = await create(call, "triggers", TRIGGER);
  expect((await call("PATCH", `/triggers/${id}`, { event: "FLOW_TICK" })).status).toBe(204);
  expect((await call("GET", `/triggers/${id}`)).body).toMatchObject({
    event: "FLOW_TICK",
    events: ["FLOW_TICK"],
  });
});

it("moves an alert from one type to the other with the fields of each", async () => {
  const { call } = await open({ devices: 0 });
  const id = await create(call, "alerts", { ...ALERT, stat_name: "extrahop.device.tcp", operand: "1" });
  expect((await call("PATCH", `/alerts/${id}`, { type: "detection", protocols: ["udp"] })).status).toBe(204);
  expect((await call("GET", `/alerts/${id}`)).body).toMatchObject({
    stat_name: null,
    operand: null,
    protocols: ["udp"],
  });
  expect((await call("PATCH", `/alerts/${id}`, { type: "threshold" })).status).toBe(204);
  const { body } = await call("GET", `/alerts/${id}`);
  expect(body).toMatchObject({ interval_length: 30, units: "none", param: {} });
  expect(body).not.toHaveProperty("protocols");
});

describe("duplicates", () => {
  it("of tags are refused, on create and on rename, with the documented text", async () => {
    const { call } = await open({ devices: 0 });
    await create(call, "tags", { name: "a" });
    const id = await create(call, "tags", { name: "A" });
    const refused = { status: 422, body: { error_message: "The specified tag name already exists." } };
    expect(await call("POST", "/tags", { name: "a" })).toMatchObject(refused);
    expect(await call("PATCH", `/tags/${id}`, { name: "a" })).toMatchObject(refused);
    expect((await call("PATCH", `/tags/${id}`, { name: "A" })).status).toBe(204);
  });

  it.each(["devicegroups", "emailgroups", "exclusionintervals"])("of %s are accepted", async (collection) => {
    const { call } = await open({ devices: 0 });
    const ids = [
      await create(call, collection, BODIES[collection] ?? {}),
      await create(call, collection, BODIES[collection] ?? {}),
    ];
    expect(new Set(ids).size).toBe(2);
  });

  it("of an application's discovery id are refused", async () => {
    const { call } = await open({ devices: 0 });
    await create(call, "applications", BODIES.applications ?? {});
    expect((await call("POST", "/applications", BODIES.applications ?? {})).status).toBe(422);
  });
});

describe("built-in objects", () => {
  it("refuse to be deleted", async () => {
    const { call } = await open({ devices: 0 });
    for (const path of ["/devicegroups/1", "/alerts/11", "/triggers/1", "/emailgroups/1"]) {
      expect((await call("DELETE", path)).status, path).toBe(422);
    }
  });

  it("can be changed, but for device groups", async () => {
    const { call } = await open({ devices: 0 });
    expect((await call("PATCH", "/alerts/11", { disabled: true })).status).toBe(204);
    expect((await call("PATCH", "/triggers/1", { disabled: false })).status).toBe(204);
    expect((await call("PATCH", "/emailgroups/1", { email_addresses: ["x@example.com"] })).status).toBe(204);
    expect((await call("PATCH", "/devicegroups/1", { description: "x" })).status).toBe(422);
  });
});

describe("networks", () => {
  it("include one with id 0, and can be renamed but not made", async () => {
    const { call } = await open({ devices: 0 });
    const { body } = await call("GET", "/networks");
    expect(body[0]).toMatchObject({
      id: 0,
      name: "Capture 00:50:56:83:40:D5",
      description: null,
      node_id: null,
    });
    expect((await call("PATCH", "/networks/0", { name: "Capture", description: "main" })).status).toBe(204);
    expect((await call("GET", "/networks/0")).body).toMatchObject({
      id: 0,
      name: "Capture",
      description: "main",
    });
    expect((await call("PATCH", "/networks/0", { idle: true })).status).toBe(400);
    expect((await call("PATCH", "/networks/0", { name: "" })).status).toBe(422);
  });
});

describe("applications", () => {
  const criteria = [
    { protocol_default: "any", sources: [{ type: "device", id: 1 }], protocols: { http: "server" } },
  ];

  it("answer their criteria only when asked", async () => {
    const { call } = await open();
    const id = await create(call, "applications", { ...BODIES.applications, criteria });
    expect((await call("GET", `/applications/${id}`)).body.criteria).toEqual([]);
    expect((await call("GET", `/applications/${id}?include_criteria=true`)).body.criteria).toEqual(criteria);
    expect((await call("GET", `/applications/${id}?include_criteria=yes`)).status).toBe(400);
  });

  it("refuse criteria that are not as documented", async () => {
    const { call } = await open();
    for (const [status, criterion] of [
      [422, { sources: [] }],
      [422, { protocol_default: "some", sources: [] }],
      [400, { protocol_default: "any", sources: {} }],
      [400, { protocol_default: "any", sources: [{ type: "device", id: "1" }] }],
      [422, { protocol_default: "any", sources: [{ type: "network", id: 1 }] }],
      [422, { protocol_default: "any", sources: [{ type: "device", id: 9999 }] }],
      [400, { protocol_default: "any", sources: [], extra: 1 }],
    ] as const) {
      const body = { ...BODIES.applications, criteria: [criterion] };
      expect((await call("POST", "/applications", body)).status, JSON.stringify(criterion)).toBe(status);
    }
  });

  it("keep their discovery id, and have no node on a sensor", async () => {
    const { call } = await open({ devices: 0 });
    expect((await call("PATCH", "/applications/1", { discovery_id: "x" })).status).toBe(400);
    expect((await call("POST", "/applications", { ...BODIES.applications, node_id: 1 })).status).toBe(422);
  });

  it("are searched by name, discovery id and regular expression", async () => {
    const { call } = await open({ devices: 0 });
    const names = async (query: string): Promise<readonly string[]> =>
      (await call("GET", `/applications?${query}`)).body.map((a: { display_name: string }) => a.display_name);
    expect(await names("")).toEqual(["All Activity", "Online Shop", "Payments", "Intranet"]);
    expect(await names("search_type=name&value=payments")).toEqual(["Payments"]);
    expect(await names("search_type=discovery_id&value=_capture")).toEqual(["All Activity"]);
    expect(await names("search_type=any&value=/pay|shop/")).toEqual(["Online Shop", "Payments"]);
    expect(await names("limit=1&offset=2")).toEqual(["Payments"]);
    expect((await call("GET", "/applications?search_type=vlan")).status).toBe(422);
  });
});

describe("devices", () => {
  it("show what a user sets in the fields that everybody reads", async () => {
    const { call } = await open();
    const body = {
      custom_name: "front door",
      custom_type: "gateway",
      custom_criticality: "critical",
      custom_make: "Acme",
    };
    expect((await call("PATCH", "/devices/2", body)).status).toBe(204);
    expect((await call("GET", "/devices/2")).body).toMatchObject({
      ...body,
      display_name: "front door",
      role: "gateway",
      auto_role: "http_server",
      critical: true,
      model_override: "Custom",
      user_mod_time: NOW,
    });
    await call("PATCH", "/devices/2", { custom_name: null, custom_type: "" });
    expect((await call("GET", "/devices/2")).body).toMatchObject({
      display_name: "web-01",
      role: "http_server",
    });
  });

  it("answer 400 to an update that is not valid", async () => {
    const { call } = await open();
    for (const body of [
      { custom_type: "toaster" },
      { custom_criticality: "very" },
      { display_name: "x" },
      { vendor: 1 },
    ]) {
      expect((await call("PATCH", "/devices/2", body)).status, JSON.stringify(body)).toBe(400);
    }
  });
});

describe("device groups", () => {
  it("are dynamic with a filter, or with the older field and value", async () => {
    const { call } = await open();
    const byFilter = await create(call, "devicegroups", { name: "a", filter: WEB_FILTER });
    const byField = await create(call, "devicegroups", {
      name: "b",
      dynamic: true,
      field: "vlan",
      value: "20",
    });
    expect((await call("GET", `/devicegroups/${byFilter}`)).body).toMatchObject({
      dynamic: true,
      filter: WEB_FILTER,
      field: null,
    });
    expect((await call("GET", `/devicegroups/${byField}`)).body).toMatchObject({
      dynamic: true,
      filter: null,
      field: "vlan",
    });
    expect((await call("PATCH", `/devicegroups/${byField}`, { filter: WEB_FILTER })).status).toBe(204);
    expect((await call("GET", `/devicegroups/${byField}`)).body).toMatchObject({
      filter: WEB_FILTER,
      field: null,
      value: null,
    });
    expect((await call("PATCH", `/devicegroups/${byFilter}`, { field: "vlan", value: "1" })).status).toBe(
      204,
    );
    expect((await call("GET", `/devicegroups/${byFilter}`)).body).toMatchObject({
      filter: null,
      field: "vlan",
      value: "1",
    });
  });

  it("refuse rules that contradict themselves", async () => {
    const { call } = await open({ devices: 0 });
    for (const body of [
      { dynamic: true },
      { dynamic: false, filter: WEB_FILTER },
      { filter: WEB_FILTER, field: "vlan", value: "1" },
      { field: "vlan" },
      { value: "1" },
      { field: "colour", value: "red" },
      { field: "discovery_id", value: "x" },
      { filter: {} },
    ]) {
      expect((await call("POST", "/devicegroups", { name: "x", ...body })).status, JSON.stringify(body)).toBe(
        422,
      );
    }
    expect((await call("POST", "/devicegroups", { name: "x", filter: [] })).status).toBe(400);
  });

  it("stay what they are: no filter for a static one, none without for a dynamic one", async () => {
    const { call } = await open({ devices: 0 });
    const fixed = await create(call, "devicegroups", { name: "a" });
    const ruled = await create(call, "devicegroups", { name: "b", filter: WEB_FILTER });
    expect((await call("PATCH", `/devicegroups/${fixed}`, { filter: WEB_FILTER })).status).toBe(422);
    expect((await call("PATCH", `/devicegroups/${fixed}`, { field: "vlan", value: "1" })).status).toBe(422);
    expect((await call("PATCH", `/devicegroups/${ruled}`, { filter: null })).status).toBe(422);
    expect((await call("PATCH", `/devicegroups/${ruled}`, { field: "vlan" })).status).toBe(422);
  });

  it("are listed by type, name and time of change", async () => {
    const { call } = await open({ devices: 0 });
    await create(call, "devicegroups", { name: "Web one" });
    const count = async (query: string): Promise<number> =>
      (await call("GET", `/devicegroups?${query}`)).body.length;
    expect(await count("type=user_created")).toBe(1);
    expect(await count("type=built_in")).toBe(25);
    expect(await count("type=all")).toBe(26);
    expect(await count("all=true")).toBe(26);
    expect(await count("all=false")).toBe(1);
    expect(await count("type=all&name=%5EWeb")).toBe(2);
    expect(await count(`type=all&since=${NOW - 1}`)).toBe(1);
    expect(await count(`type=all&since=${NOW}`)).toBe(0);
    expect((await call("GET", "/devicegroups?type=mine")).status).toBe(422);
    expect((await call("GET", "/devicegroups?name=(")).status).toBe(400);
    expect((await call("GET", "/devicegroups?since=-1d")).status).toBe(400);
  });
});
