import { describe, expect, it } from "vitest";
import type { Json } from "../../src/model.ts";
import { ALERT, type Client, create, NOW, open, WEB_FILTER } from "./client.ts";

interface Device {
  readonly id: number;
  readonly [key: string]: Json;
}

const HOUR = 3_600_000;

async function search(
  call: Client,
  filter: Json,
  extra: Record<string, Json> = {},
): Promise<readonly Device[]> {
  const reply = await call("POST", "/devices/search", { filter, limit: 10_000, active_from: 1, ...extra });
  if (reply.status !== 200) throw new Error(`${reply.status} ${JSON.stringify(reply.body)}`);
  return reply.body;
}

const names = (devices: readonly Device[]): readonly Json[] =>
  devices.map((device) => device.display_name ?? null);

describe("pages", () => {
  it("hold a hundred unless asked otherwise, and together hold everything once", async () => {
    const { sandbox, call } = await open({ devices: 520 });
    const group = await create(call, "devicegroups", { name: "all" });
    const all = sandbox.appliance.list("devices").map(({ id }) => id);
    await call("POST", `/devicegroups/${group}/devices`, { assign: all });
    const readers = {
      devices: async (offset: number, limit?: number) =>
        (
          await call(
            "GET",
            `/devices?active_from=1&offset=${offset}${limit === undefined ? "" : `&limit=${limit}`}`,
          )
        ).body,
      search: async (offset: number, limit?: number) =>
        (
          await call("POST", "/devices/search", {
            active_from: 1,
            offset,
            ...(limit === undefined ? {} : { limit }),
          })
        ).body,
      members: async (offset: number, limit?: number) =>
        (
          await call(
            "GET",
            `/devicegroups/${group}/devices?active_from=1&offset=${offset}${limit === undefined ? "" : `&limit=${limit}`}`,
          )
        ).body,
    };
    for (const [label, read] of Object.entries(readers)) {
      const seen: number[] = [];
      for (let offset = 0; offset <= 600; offset += 100)
        seen.push(...(await read(offset)).map((d: Device) => d.id));
      expect(seen, label).toEqual(all);
      expect(await read(0, 1000), label).toHaveLength(520);
      expect(await read(519, 5), label).toHaveLength(1);
      expect(await read(0, 0), label).toHaveLength(0);
    }
  });

  it("are capped where the quirk caps them", async () => {
    const { call } = await open({ quirks: { pageCap: 7 } });
    for (const path of ["/devices?active_from=1&limit=50", "/devices?active_from=1"]) {
      expect((await call("GET", path)).body).toHaveLength(7);
    }
    expect((await call("POST", "/devices/search", { active_from: 1, limit: 50 })).body).toHaveLength(7);
    expect((await call("GET", "/auditlog")).body).toHaveLength(5);
    expect((await call("GET", "/devicegroups?type=all")).body).toHaveLength(25);
  });

  it("of the audit log are newest first", async () => {
    const { call } = await open({ devices: 0 });
    for (let i = 0; i < 110; i += 1) await create(call, "tags", { name: `t${i}` });
    const { body } = await call("GET", "/auditlog");
    expect(body).toHaveLength(100);
    expect(body[0].body.details).toBe('tags/110 "t109"');
    expect((await call("GET", "/auditlog?offset=100")).body).toHaveLength(15);
    expect((await call("GET", "/auditlog?limit=-1")).status).toBe(400);
  });

  it("of applications hold a hundred", async () => {
    const { call } = await open({ devices: 0 });
    for (let i = 0; i < 101; i += 1) {
      await create(call, "applications", { discovery_id: `a${i}`, display_name: `App ${i}` });
    }
    expect((await call("GET", "/applications")).body).toHaveLength(100);
    expect((await call("GET", "/applications?offset=100")).body).toHaveLength(5);
  });
});

describe("the window of activity", () => {
  /** Device 1 is active, device 2 was last seen three hours ago. */
  const prepared = async (): Promise<Client> => {
    const { sandbox, call } = await open({ devices: 0 });
    sandbox.appliance.edit("devices", 1, { discover_time: NOW - 10 * HOUR });
    sandbox.appliance.edit("devices", 2, { discover_time: NOW - 10 * HOUR, last_seen_time: NOW - 3 * HOUR });
    for (const id of [3, 4, 5]) sandbox.appliance.remove("devices", id);
    return call;
  };

  it.each<[query: string, ids: readonly number[]]>([
    ["", [1]],
    ["?active_from=0", [1]],
    ["?active_from=1", [1, 2]],
    ["?active_from=-3h", [1, 2]],
    ["?active_from=-179m", [1]],
    ["?active_from=-1y", [1, 2]],
    ["?active_from=-1M", [1, 2]],
    ["?active_from=-1w", [1, 2]],
    ["?active_from=-1d", [1, 2]],
    ["?active_from=-10800s", [1, 2]],
    ["?active_from=-10800000ms", [1, 2]],
    ["?active_from=-10800000", [1, 2]],
    ["?active_from=-10799999", [1]],
    ["?active_until=-11h", []],
    ["?active_until=-5h", [1, 2]],
    ["?active_from=-2h&active_until=-1h", [1]],
    [`?active_from=${NOW - 3 * HOUR}`, [1, 2]],
    [`?active_from=${NOW - 3 * HOUR + 1}`, [1]],
  ])("GET /devices%s", async (query, ids) => {
    const call = await prepared();
    expect((await call("GET", `/devices${query}`)).body.map((d: Device) => d.id)).toEqual(ids);
  });

  it("is the same for a search, with numbers and with text, and for group members", async () => {
    const call = await prepared();
    const found = async (body: Json): Promise<readonly number[]> =>
      (await call("POST", "/devices/search", body)).body.map((d: Device) => d.id);
    expect(await found({})).toEqual([1]);
    expect(await found({ active_from: 1 })).toEqual([1, 2]);
    expect(await found({ active_from: "-3h" })).toEqual([1, 2]);
    expect(await found({ active_from: -HOUR })).toEqual([1]);
    const group = await create(call, "devicegroups", { name: "static" });
    await call("POST", `/devicegroups/${group}/devices`, { assign: [1, 2] });
    expect((await call("GET", `/devicegroups/${group}/devices`)).body).toHaveLength(1);
    expect((await call("GET", `/devicegroups/${group}/devices?active_from=1`)).body).toHaveLength(2);
  });

  it("hides dynamic groups of a device that is inactive in it, not static ones", async () => {
    const call = await prepared();
    const ruled = await create(call, "devicegroups", { name: "a", filter: WEB_FILTER });
    const fixed = await create(call, "devicegroups", { name: "b" });
    await call("POST", `/devicegroups/${fixed}/devices/2`);
    const groups = async (query: string): Promise<readonly number[]> =>
      (await call("GET", `/devices/2/devicegroups${query}`)).body.map((g: Device) => g.id);
    expect(await groups("")).toEqual([fixed]);
    expect(await groups("?active_from=1")).toEqual(expect.arrayContaining([1, ruled, fixed]));
  });

  it("refuses times that are none", async () => {
    const { call } = await open({ devices: 0 });
    for (const time of ["soon", "5m", "-5x", "1.5", ""]) {
      expect((await call("GET", `/devices?active_from=${time}`)).status, time).toBe(400);
      expect((await call("POST", "/devices/search", { active_until: time })).status, time).toBe(400);
    }
    expect((await call("POST", "/devices/search", { active_from: true })).status).toBe(400);
    expect((await call("GET", "/applications?active_from=-5m")).status).toBe(400);
    expect((await call("GET", "/applications?active_from=-5")).status).toBe(200);
  });
});

describe("GET /devices by type and value", () => {
  const found = async (call: Client, type: string, value: string): Promise<readonly Device[]> =>
    (
      await call(
        "GET",
        `/devices?${new URLSearchParams({ search_type: type, value, active_from: "1", limit: "10000" })}`,
      )
    ).body;

  it.each<[type: string, value: string]>([
    ["any", "web-01"],
    ["any", "10.20.0.11"],
    ["name", "web-01"],
    ["name", "WEB-01"],
    ["name", "web-0[1]"],
    ["name", "/^web-01/"],
    ["ip address", "10.20.0.11"],
  ])("%s = %s is web-01", async (type, value) => {
    const { call } = await open();
    expect(names(await found(call, type, value))).toEqual(["web-01"]);
  });

  it("takes a regular expression over the whole value, as the guide's script does", async () => {
    const { sandbox, call } = await open({ devices: 600 });
    const inNet = sandbox.appliance.list("devices").filter((d) => String(d.ipaddr4).startsWith("10.20.0."));
    expect(inNet.length).toBeGreaterThan(1);
    expect((await found(call, "ip address", "10.20.0.[0-9]+")).map(({ id }) => id)).toEqual(
      inNet.map(({ id }) => id),
    );
    expect(await found(call, "ip address", "10.20.0")).toEqual([]);
  });

  it("knows every documented type", async () => {
    const { sandbox, call } = await open();
    const tag = await create(call, "tags", { name: "pci" });
    await call("POST", `/tags/${tag}/devices/2`);
    const device = sandbox.appliance.get("devices", 2);
    const ids = async (type: string, value: string): Promise<readonly number[]> =>
      (await found(call, type, value)).map(({ id }) => id);
    expect(await ids("discovery_id", String(device?.discovery_id))).toEqual([2]);
    expect(await ids("mac address", String(device?.macaddr).toLowerCase())).toEqual([2]);
    expect(await ids("tag", "pci")).toEqual([2]);
    expect(await ids("vendor", "/^F5/")).toContain(1);
    expect(await ids("type", "/^extrahop.device.http_server$/")).toContain(2);
    expect(await ids("activity", "http_server")).toContain(2);
    expect(await ids("vlan", "20")).toContain(2);
    expect(await ids("vlan", "2")).toEqual([]);
    expect(await ids("node", "unknown")).toEqual([]);
    expect(await ids("node", String(sandbox.appliance.get("networks", 0)?.appliance_uuid))).toHaveLength(60);
    expect(await ids("discover time", String(NOW))).toEqual([]);
    expect(await ids("discover time", "-10y")).toHaveLength(60);
    expect((await call("GET", "/devices?search_type=colour")).status).toBe(422);
  });
});

describe("POST /devices/search", () => {
  it("finds the devices that the examples name", async () => {
    const { call } = await open();
    const one = async (field: string, operand: Json): Promise<readonly Json[]> =>
      names(await search(call, { field, operator: "=", operand }));
    expect(await one("name", "pay-gw-01")).toEqual(["pay-gw-01"]);
    expect(await one("name", "web-01")).toEqual(["web-01"]);
    expect(await one("macaddr", "00:05:93:ff:fc:28")).toEqual(["core-gw"]);
    expect(await one("discovery_id", "c12vf90qpg290000")).toEqual(["jump-01"]);
    expect(await one("ipaddr", "10.1.0.7")).toEqual(["jump-02"]);
    expect(await one("name", "Web-01")).toEqual([]);
  });

  it("matches CIDR blocks of both families", async () => {
    const { sandbox, call } = await open({ devices: 600 });
    const all = sandbox.appliance.list("devices");
    const expected = (column: string, prefix: string): readonly number[] =>
      all.filter((d) => String(d[column]).startsWith(prefix)).map(({ id }) => id);
    const got = async (operand: string): Promise<readonly number[]> =>
      (await search(call, { field: "ipaddr", operator: "=", operand })).map(({ id }) => id);
    expect(await got("10.20.0.0/16")).toEqual(expected("ipaddr4", "10.20."));
    expect(await got("2001:db8:30::/48")).toEqual(expected("ipaddr6", "2001:db8:30:"));
    expect(await got("10.20.0.11/32")).toEqual([2]);
    expect(await got("10.20.0.8/30")).toEqual([1, 2]);
    expect(await got("0.0.0.0/0")).toEqual(all.filter((d) => d.ipaddr4 !== null).map(({ id }) => id));
    expect(expected("ipaddr6", "2001:db8:30:").length).toBeGreaterThan(10);
  });

  it.each<[label: string, filter: Json, names: readonly string[]]>([
    ["=", { field: "dhcp_name", operator: "=", operand: "web-01" }, ["web-01"]],
    ["startswith", { field: "name", operator: "startswith", operand: "jump" }, ["jump-01", "jump-02"]],
    ["~", { field: "name", operator: "~", operand: "UMP-01" }, ["jump-01"]],
    [
      "regular expression over the whole",
      { field: "name", operator: "=", operand: { value: "jump-0.", is_regex: true } },
      ["jump-01", "jump-02"],
    ],
    [
      "regular expression over a part",
      { field: "name", operator: "=", operand: { value: "jump", is_regex: true } },
      [],
    ],
    [
      "~ with a regular expression",
      { field: "name", operator: "~", operand: { value: "^j.*2", is_regex: true } },
      ["jump-02"],
    ],
    [
      "or",
      {
        operator: "or",
        rules: [
          { field: "name", operator: "=", operand: "web-01" },
          { field: "name", operator: "=", operand: "jump-01" },
        ],
      },
      ["web-01", "jump-01"],
    ],
    [
      "and",
      {
        operator: "and",
        rules: [
          { field: "name", operator: "startswith", operand: "jump" },
          { field: "ipaddr", operator: "!=", operand: "10.1.0.7" },
        ],
      },
      ["jump-01"],
    ],
    ["not", { operator: "not", rules: [{ field: "vlan", operator: ">=", operand: 0 }] }, []],
    [
      "nested",
      {
        operator: "and",
        rules: [
          { operator: "not", rules: [{ field: "role", operator: "=", operand: "pc" }] },
          { field: "ipaddr", operator: "=", operand: "10.1.0.0/24" },
          { field: "macaddr", operator: "startswith", operand: "00:05:93" },
        ],
      },
      ["core-gw"],
    ],
    [
      "a number as text",
      {
        operator: "and",
        rules: [
          { field: "vlan", operator: "=", operand: "20" },
          { field: "dhcp_name", operator: "exists" },
          { field: "dhcp_name", operator: "!~", operand: "pay" },
        ],
      },
      ["web-01"],
    ],
    [
      "not_exists",
      {
        operator: "and",
        rules: [
          { field: "dns_name", operator: "not_exists" },
          { field: "name", operator: "=", operand: "web-01" },
        ],
      },
      ["web-01"],
    ],
  ])("evaluates %s", async (_label, filter, expected) => {
    const { sandbox, call } = await open({ devices: 0 });
    expect(names(await search(call, filter))).toEqual(expected);
    expect(sandbox.appliance.list("devices")).toHaveLength(5);
  });

  it("evaluates what is not a column: activity, software, tags, times and flags", async () => {
    const { sandbox, call } = await open({ devices: 0 });
    const tag = await create(call, "tags", { name: "pci" });
    await call("POST", `/tags/${tag}/devices/1`);
    sandbox.appliance.edit("devices", 3, { discover_time: 5000, custom_criticality: "critical" });
    sandbox.appliance.edit("devices", 4, { last_seen_time: NOW - HOUR });
    sandbox.appliance.edit("devices", 5, { last_seen_time: NOW - HOUR / 4 });
    const ids = async (field: string, operand: Json, operator = "="): Promise<readonly number[]> =>
      (await search(call, { field, operator, operand })).map(({ id }) => id);
    expect(await ids("activity", "http_server")).toEqual([1, 2]);
    expect(await ids("software", "windows_10")).toEqual([4, 5]);
    expect(await ids("software", { value: "ubuntu_.*", is_regex: true })).toEqual([2]);
    expect(await ids("tag", "pci")).toEqual([1]);
    expect(await ids("tag", { value: "p.i", is_regex: true })).toEqual([1]);
    expect(await ids("discover_time", { from: "4000", until: 6000 })).toEqual([3]);
    expect(await ids("discover_time", 5000, "<=")).toEqual([3]);
    expect(await ids("is_critical", true)).toEqual([3]);
    expect(await ids("is_active", true)).toEqual([1, 2, 3, 5]);
    expect(await ids("is_active", true, "!=")).toEqual([4]);
    expect(await ids("vendor", { value: "F5.*", is_regex: true })).toEqual([1]);
    expect(await ids("node", String(sandbox.appliance.get("networks", 0)?.appliance_uuid))).toHaveLength(5);
  });

  const refusals: readonly (readonly [status: number, filter: Json])[] = [
    [400, "x"],
    [400, null],
    [422, {}],
    [422, { field: "name", operand: "x" }],
    [400, { field: "name", operator: 1, operand: "x" }],
    [422, { field: "name", operator: "==", operand: "x" }],
    [422, { field: "name", operator: "in", operand: "x" }],
    [422, { field: "colour", operator: "=", operand: "x" }],
    [422, { field: "toString", operator: "=", operand: "x" }],
    [422, { operator: "=", operand: "x" }],
    [422, { field: "name", operator: "=" }],
    [400, { field: "name", operator: "=", operand: null }],
    [400, { field: "name", operator: "=", operand: ["x"] }],
    [422, { field: "name", operator: "=", operand: 7 }],
    [422, { field: "name", operator: ">", operand: "x" }],
    [422, { field: "name", operator: "exists", operand: "x" }],
    [422, { field: "name", operator: "=", operand: "x", rules: [] }],
    [400, { field: "name", operator: "=", operand: "x", value: "y" }],
    [422, { field: "name", operator: "=", operand: { value: "(", is_regex: true } }],
    [422, { field: "name", operator: "=", operand: { value: "x" } }],
    [422, { field: "role", operator: "=", operand: { value: "x", is_regex: true } }],
    [422, { field: "name", operator: "startswith", operand: { value: "x", is_regex: true } }],
    [422, { field: "ipaddr", operator: "=", operand: "10.20" }],
    [422, { field: "ipaddr", operator: "=", operand: "10.20.0.0/33" }],
    [422, { field: "ipaddr", operator: "=", operand: "::/129" }],
    [422, { field: "ipaddr", operator: "=", operand: "10.0.0.0/8/9" }],
    [422, { field: "vlan", operator: "=", operand: "twenty" }],
    [422, { field: "vlan", operator: "~", operand: 2 }],
    [422, { field: "is_active", operator: "=", operand: "true" }],
    [422, { field: "is_active", operator: "exists" }],
    [422, { field: "discover_time", operator: "=", operand: { from: 1 } }],
    [422, { field: "discover_time", operator: ">", operand: { from: 1, until: 2 } }],
    [422, { operator: "and" }],
    [422, { operator: "and", rules: [] }],
    [400, { operator: "and", rules: {} }],
    [422, { operator: "and", field: "name", rules: [WEB_FILTER] }],
    [422, { operator: "not", rules: [WEB_FILTER, WEB_FILTER] }],
    [
      422,
      { operator: "or", rules: [WEB_FILTER, { operator: "and", rules: [{ field: "name", operator: "=" }] }] },
    ],
  ];

  it.each(refusals)("answers %i to the filter %j, and so does a device group", async (status, filter) => {
    const { call } = await open({ devices: 0 });
    expect((await call("POST", "/devices/search", { filter })).status).toBe(status);
    expect((await call("POST", "/devicegroups", { name: "x", filter })).status).toBe(status);
  });

  it("refuses fields of later firmware, and counts that are none", async () => {
    const { call } = await open({ devices: 0 });
    for (const body of [{ result_fields: ["id"] }, { limit: "10" }, { limit: -1 }, { offset: 1.5 }]) {
      expect((await call("POST", "/devices/search", body)).status, JSON.stringify(body)).toBe(400);
    }
  });
});

describe("what a device carries", () => {
  it("is its software, addresses and DNS names", async () => {
    const { sandbox, call } = await open({ devices: 200 });
    expect((await call("GET", "/devices/4/software")).body).toEqual([
      { software_type: "OS", name: "Windows", version: "10", description: null, id: "windows_10" },
    ]);
    expect((await call("GET", "/devices/2/ipaddr")).body[0]).toMatchObject({
      device_id: 2,
      ipaddr: "10.20.0.11",
    });
    const named = sandbox.appliance.list("devices").find((d) => d.dns_name !== "");
    expect((await call("GET", `/devices/${named?.id}/dnsnames`)).body[0].dns_name).toBe(named?.dns_name);
    expect((await call("GET", "/devices/2/dnsnames")).body).toEqual([]);
    expect((await call("GET", "/devices/2/ipaddr?until=1")).body).toEqual([]);
    expect((await call("GET", "/devices/2/ipaddr?from=-1d")).status).toBe(400);
    for (const child of ["software", "ipaddr", "dnsnames", "tags", "alerts", "triggers", "devicegroups"]) {
      expect((await call("GET", `/devices/99999/${child}`)).status, child).toBe(404);
    }
  });
});

describe("dynamic groups", () => {
  it("have the members that their filter finds, and lose them with the tag that it names", async () => {
    const { call } = await open();
    const tag = await create(call, "tags", { name: "pci" });
    const filter = { operator: "and", rules: [WEB_FILTER, { field: "tag", operator: "=", operand: "pci" }] };
    const group = await create(call, "devicegroups", { name: "x", filter });
    const members = async (): Promise<readonly Json[]> =>
      names((await call("GET", `/devicegroups/${group}/devices?active_from=1`)).body);
    expect(await members()).toEqual([]);
    await call("POST", `/tags/${tag}/devices`, { assign: [1, 2] });
    expect(await members()).toEqual(["web-01"]);
    await call("PATCH", `/tags/${tag}`, { name: "PCI" });
    expect(await members()).toEqual([]);
    await call("PATCH", `/tags/${tag}`, { name: "pci" });
    await call("DELETE", `/tags/${tag}`);
    expect(await members()).toEqual([]);
  });

  it("of the older kind match by search type and value", async () => {
    const { sandbox, call } = await open();
    const group = await create(call, "devicegroups", {
      name: "x",
      dynamic: true,
      field: "type",
      value: "/^extrahop.device.http_server$/",
    });
    const expected = sandbox.appliance
      .list("devices")
      .filter((d) => (d.activity as readonly string[]).includes("extrahop.device.http_server"));
    const members = (await call("GET", `/devicegroups/${group}/devices?active_from=1`)).body;
    expect(members.map((d: Device) => d.id)).toEqual(expected.map(({ id }) => id));
  });

  it("count for alerts on the groups of a device", async () => {
    const { call } = await open();
    const alert = await create(call, "alerts", ALERT);
    await call("POST", `/alerts/${alert}/devicegroups/1`);
    expect((await call("GET", "/devices/2/alerts")).body.map((a: Device) => a.id)).toEqual([alert]);
  });
});

describe("a regular expression that takes too long", () => {
  const SLOW = "(x+x+)+y";
  it("is refused wherever it is matched, and the next request is served", async () => {
    const { sandbox, call } = await open({ devices: 2 });
    const name = "x".repeat(60);
    const device = sandbox.appliance.list("devices")[0]?.id ?? 0;
    sandbox.appliance.edit("devices", device, { display_name: name });
    const operand = { value: SLOW, is_regex: true };
    const filter = { field: "name", operator: "=", operand };
    await create(call, "devicegroups", { name, filter, dynamic: true });
    const group = await create(call, "devicegroups", {
      name: "slow",
      field: "name",
      value: SLOW,
      dynamic: true,
    });
    const value = encodeURIComponent(SLOW);
    for (const [method, path, body] of [
      ["POST", "/devices/search", { filter, active_from: 1 }],
      ["GET", `/devices?search_type=name&value=${value}&active_from=1`],
      ["GET", `/devicegroups?name=${value}`],
      ["GET", `/devicegroups/${group}/devices?active_from=1`],
      ["GET", `/devices/${device}/devicegroups?active_from=1`],
      ["GET", `/devices/${device}/alerts`],
    ] as const) {
      const { status, body: answer } = await call(method, path, body);
      expect([path, status, answer]).toEqual([
        path,
        400,
        { error_message: expect.stringContaining("too long") },
      ]);
    }
    expect((await call("GET", "/tags")).status).toBe(200);
  });
});
