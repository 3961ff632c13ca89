/** What differs between firmware generations, with the requests of each guide's own examples. */
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../src/model.ts";
import { ALERT, type Client, create, NOW, open, TRIGGER, WEB_FILTER } from "./client.ts";

const ALL = ["5.2", "7", "8.7", "9.8"] as const;
const OLDER = ["5.2", "7"] as const;
const NEWER = ["8.7", "9.8"] as const;

const { events: _events, ...BARE_TRIGGER } = TRIGGER;

/** A trigger as a firmware takes it. */
function triggerFor(firmware: string): JsonObject {
  return firmware === "5.2"
    ? { ...BARE_TRIGGER, event: "HTTP_RESPONSE" }
    : { ...TRIGGER, events: ["HTTP_RESPONSE"] };
}

const status = async (call: Client, method: string, path: string, body?: Json): Promise<number> =>
  (await call(method, path, body)).status;

describe("the version", () => {
  it.each([
    ["5.2", "5.2.3.1234"],
    ["5", "5.2.3.1234"],
    ["5.2.8", "5.2.8.0"],
    ["7", "7.1.0.1843"],
    ["7.1", "7.1.0.1843"],
    ["7.9", "7.9.0.0"],
    ["8", "8.7.1.2"],
    ["8.7", "8.7.1.2"],
    ["9", "9.8.0.1417"],
    ["9.8", "9.8.0.1417"],
    ["9.3.0.1319", "9.3.0.1319"],
    ["9.10.0.1", "9.10.0.1"],
    ["26.3", "26.3.0.0"],
  ])("of --firmware %s is %s", async (firmware, version) => {
    const { call } = await open({ firmware, devices: 0 });
    expect((await call("GET", "/extrahop")).body.version).toBe(version);
    expect((await call("GET", "/extrahop/version")).body).toEqual({ version });
  });

  it.each(["3.1", "5.1", "6.0", "8.6", "10.0", "24.1", "", "8.", "v9", "9.8.0.1.2", "9 "])(
    "cannot be %j",
    async (firmware) => {
      await expect(open({ firmware })).rejects.toMatchObject({
        code: "sandbox-firmware",
        hint: "It knows 5.2, 7, 8.7, 9.8.",
      });
    },
  );

  it("of a sensor comes with the name that its platform had then", async () => {
    const platforms = await Promise.all(
      ALL.map(
        async (firmware) =>
          (await (await open({ firmware, devices: 0 })).call("GET", "/extrahop")).body.platform,
      ),
    );
    expect(platforms).toEqual(["extrahop", "discover", "discover", "discover"]);
  });
});

describe.each(ALL)("on %s the examples of the guides", (firmware) => {
  it("create, read and delete a tag", async () => {
    const { call } = await open({ firmware, devices: 0 });
    const created = await call("POST", "/tags", { name: "my_test_tag" });
    expect([created.status, created.headers.get("location")]).toEqual([201, "/api/v1/tags/1"]);
    expect((await call("GET", "/tags/1")).body).toEqual({ id: 1, mod_time: NOW, name: "my_test_tag" });
    expect(await status(call, "DELETE", "/tags/1")).toBe(204);
    expect(await status(call, "GET", "/tags/1")).toBe(404);
  });

  it("tag a subnet by a regular expression, page by page", async () => {
    const { sandbox, call } = await open({ firmware, devices: 600 });
    const tag = await create(call, "tags", { name: "MyTestTag" });
    const ids: number[] = [];
    for (let offset = 0; ; offset += 10) {
      const query = new URLSearchParams({ limit: "10", search_type: "ip address", value: "10.20.0.[0-9]+" });
      const page = (await call("GET", `/devices?${query}&offset=${offset}`)).body;
      if (page.length === 0) break;
      ids.push(...page.map(({ id }: { id: number }) => id));
    }
    const active = sandbox.appliance
      .list("devices")
      .filter((d) => String(d.ipaddr4).startsWith("10.20.0.") && d.last_seen_time === null);
    expect(ids).toEqual(active.map(({ id }) => id));
    expect(await status(call, "POST", `/tags/${tag}/devices`, { assign: ids })).toBe(204);
    expect((await call("GET", `/tags/${tag}/devices`)).body).toHaveLength(ids.length);
  });

  it("create a dynamic group by type, and rename it", async () => {
    const { sandbox, call } = await open({ firmware, devices: 600 });
    const id = await create(call, "devicegroups", {
      description: "FTP Example",
      dynamic: true,
      field: "type",
      include_custom_devices: true,
      name: "FTP",
      value: "/^extrahop.device.http_server$/",
    });
    expect(id).toBe(151);
    expect(await status(call, "PATCH", `/devicegroups/${id}`, { name: "FTP Servers" })).toBe(204);
    expect((await call("GET", `/devicegroups/${id}`)).body).toMatchObject({
      name: "FTP Servers",
      dynamic: true,
      field: "type",
    });
    const members = (await call("GET", `/devicegroups/${id}/devices?active_from=1&limit=1000`)).body;
    const servers = sandbox.appliance
      .list("devices")
      .filter((d) => Array.isArray(d.activity) && d.activity.includes("extrahop.device.http_server"));
    expect(members.map((d: { id: number }) => d.id)).toEqual(servers.map(({ id }) => id));
    expect(servers.length).toBeGreaterThan(50);
  });

  it.each([
    ["any", "web-01"],
    ["name", "web-01"],
    ["ip address", "10.20.0.11"],
    ["ip address", "/^10\\.20\\.0\\.11$/"],
  ])("find the members of a group by %s = %s", async (field, value) => {
    const { call } = await open({ firmware, devices: 100 });
    const id = await create(call, "devicegroups", { name: "x", dynamic: true, field, value });
    const members = (await call("GET", `/devicegroups/${id}/devices?active_from=1`)).body;
    expect(members.map((d: { ipaddr4: string }) => d.ipaddr4)).toEqual(["10.20.0.11"]);
  });

  it.each([
    ["mac address", "00:05:93:FF:FC:28"],
    ["vendor", "Cisco"],
    ["tag", "pci"],
    ["activity", "http_server"],
    ["vlan", "20"],
    ["node", "/./"],
    ["discover time", "1"],
  ])("find members of a group by %s", async (field, value) => {
    const { call } = await open({ firmware, devices: 200 });
    const tag = await create(call, "tags", { name: "pci" });
    await call("POST", `/tags/${tag}/devices/1`);
    const id = await create(call, "devicegroups", { name: "x", dynamic: true, field, value });
    expect((await call("GET", `/devicegroups/${id}/devices?active_from=1`)).body.length).toBeGreaterThan(0);
  });
});

describe("device groups", () => {
  it.each(OLDER)("on %s know no filter, and a rule must be called dynamic", async (firmware) => {
    const { call } = await open({ firmware, devices: 0 });
    expect(
      await status(call, "POST", "/devicegroups", { name: "a", dynamic: true, filter: WEB_FILTER }),
    ).toBe(400);
    expect(await status(call, "POST", "/devicegroups", { name: "a", field: "tag", value: "x" })).toBe(422);
    expect(await status(call, "POST", "/devicegroups", { name: "a", dynamic: true })).toBe(422);
    expect(
      await status(call, "POST", "/devicegroups", { name: "a", dynamic: true, field: "role", value: "x" }),
    ).toBe(422);
    const id = await create(call, "devicegroups", { name: "a", dynamic: true, field: "tag", value: "x" });
    expect(await status(call, "PATCH", `/devicegroups/${id}`, { filter: WEB_FILTER })).toBe(400);
    const keys = Object.keys((await call("GET", `/devicegroups/${id}`)).body).sort();
    expect(keys).toEqual(
      ["description", "dynamic", "field", "id", "include_custom_devices", "mod_time", "name", "value"].sort(),
    );
  });

  it.each(OLDER)("on %s come with no built-in ones, and are listed without a type", async (firmware) => {
    const { call } = await open({ firmware, devices: 0 });
    expect((await call("GET", "/devicegroups?all=true")).body).toEqual([]);
    await create(call, "devicegroups", { name: "a" });
    for (const query of ["", "?all=true", "?name=^a", "?since=1"])
      expect((await call("GET", `/devicegroups${query}`)).body, query).toHaveLength(1);
    expect(await status(call, "GET", "/devicegroups?type=all")).toBe(400);
  });

  it("have editors on 9.8 only", async () => {
    const bodies = { name: "a", editors: ["ops"] };
    for (const firmware of ["5.2", "7", "8.7"]) {
      const { call } = await open({ firmware, devices: 0 });
      expect(await status(call, "POST", "/devicegroups", bodies), firmware).toBe(400);
      const id = await create(call, "devicegroups", { name: "a" });
      expect((await call("GET", `/devicegroups/${id}`)).body, firmware).not.toHaveProperty("editors");
    }
    const { call } = await open({ firmware: "9.8", devices: 0 });
    const id = await create(call, "devicegroups", bodies);
    expect((await call("GET", `/devicegroups/${id}`)).body.editors).toEqual(["ops"]);
    const other = await create(call, "devicegroups", { name: "b" });
    expect((await call("GET", `/devicegroups/${other}`)).body.editors).toEqual([]);
  });
});

describe("triggers", () => {
  it("on 5.2 have one event, and neither events nor hints", async () => {
    const { call } = await open({ firmware: "5.2", devices: 0 });
    expect(await status(call, "POST", "/triggers", TRIGGER)).toBe(400);
    expect(await status(call, "POST", "/triggers", BARE_TRIGGER)).toBe(422);
    const body = { ...BARE_TRIGGER, event: "HTTP_RESPONSE" };
    expect(await status(call, "POST", "/triggers", { ...body, hints: {} })).toBe(400);
    const id = await create(call, "triggers", body);
    expect(await status(call, "PATCH", `/triggers/${id}`, { event: "HTTP_REQUEST" })).toBe(204);
    const read = (await call("GET", `/triggers/${id}`)).body;
    expect(read.event).toBe("HTTP_REQUEST");
    expect(read).not.toHaveProperty("events");
    expect(read).not.toHaveProperty("hints");
    for (const trigger of (await call("GET", "/triggers")).body) expect(trigger).not.toHaveProperty("events");
  });

  it("on 5.2 have the hints of 7 with the quirk", async () => {
    const { call } = await open({ firmware: "5.2", devices: 0, quirks: { hintsOn52: "accept" } });
    const id = await create(call, "triggers", {
      ...BARE_TRIGGER,
      event: "TCP_OPEN",
      hints: { snaplen: "96" },
    });
    expect((await call("GET", `/triggers/${id}`)).body.hints.snaplen).toBe("96");
  });

  it.each<[hints: JsonObject, statuses: readonly number[]]>([
    [{ snaplen: "96" }, [201, 400, 400]],
    [{ snaplen: 96 }, [400, 201, 201]],
    [{ snaplen: "x" }, [422, 400, 400]],
    [{ flowClassifyOnExpiration: true }, [201, 400, 400]],
    [{ fireClassifyOnExpiration: true }, [400, 201, 201]],
    [{ cycle: ["30sec"] }, [201, 201, 201]],
    [{ cycle: ["5min"] }, [201, 201, 422]],
    [{ flowClientPortMin: 135, flowClientBytes: 16384, flowPayloadTurn: true }, [201, 201, 201]],
  ])("with the hints %j are answered as %j by 7, 8.7 and 9.8", async (hints, statuses) => {
    const got = await Promise.all(
      ["7", "8.7", "9.8"].map(async (firmware) => {
        const { call } = await open({ firmware, devices: 0 });
        return status(call, "POST", "/triggers", { ...triggerFor(firmware), hints });
      }),
    );
    expect(got).toEqual(statuses);
  });
});

describe("alerts", () => {
  it.each(ALL)("on %s may watch a threshold; other types are as that firmware has them", async (firmware) => {
    const { call } = await open({ firmware, devices: 0 });
    expect(await status(call, "POST", "/alerts", ALERT)).toBe(201);
    const detection = { ...ALERT, name: "d", type: "detection" };
    expect(await status(call, "POST", "/alerts", detection)).toBe(firmware === "8.7" ? 201 : 422);
    const fields = { object_type: "device", protocols: ["udp"], categories: ["sec.attack"] };
    const expected = { "5.2": 400, "7": 400, "8.7": 201, "9.8": 422 }[firmware];
    expect(await status(call, "POST", "/alerts", { ...detection, name: "e", ...fields })).toBe(expected);
    expect(await status(call, "POST", "/alerts", { ...ALERT, name: "f", type: "anomaly" })).toBe(422);
  });

  it.each(ALL)("on %s write an operand below one in their own way", async (firmware) => {
    const { call } = await open({ firmware, devices: 0 });
    const zero = (NEWER as readonly string[]).includes(firmware) ? "0" : "";
    for (const operand of ["0.05", ".05", "0.050"]) {
      const id = await create(call, "alerts", { ...ALERT, name: operand, operand });
      expect((await call("GET", `/alerts/${id}`)).body.operand).toBe(`${zero}.05`);
    }
    expect((await call("GET", "/alerts/11")).body).toMatchObject({
      author: "ExtraHop",
      operand: `${zero}.05`,
    });
  });
});

describe("devices", () => {
  /** The keys of the example in guides 5.2 and 7. */
  const EXAMPLE = `mod_time node_id id extrahop_id description user_mod_time discover_time vlanid parent_id
    macaddr vendor is_l3 ipaddr4 ipaddr6 device_class default_name custom_name cdp_name dhcp_name netbios_name
    dns_name custom_type analysis_level`.split(/\s+/);

  it.each(OLDER)("on %s have the keys of the guide's example, wherever they are read", async (firmware) => {
    const { call } = await open({ firmware, devices: 60 });
    const group = await create(call, "devicegroups", { name: "a" });
    await call("POST", `/devicegroups/${group}/devices/1`);
    const tag = await create(call, "tags", { name: "a" });
    await call("POST", `/tags/${tag}/devices/1`);
    for (const path of ["/devices", "/devices/1", `/devicegroups/${group}/devices`, `/tags/${tag}/devices`]) {
      const { body } = await call("GET", path);
      for (const device of Array.isArray(body) ? body : [body]) {
        expect(Object.keys(device).sort(), path).toEqual([...EXAMPLE].sort());
      }
    }
  });

  it("on 7 have the later ids with the quirk", async () => {
    const { call } = await open({ firmware: "7", quirks: { discoveryIdOn7: "present" } });
    const [device] = (await call("GET", "/devices?search_type=discovery_id&value=c12vf90qpg290000")).body;
    expect(device).toMatchObject({ discovery_id: "c12vf90qpg290000", extrahop_id: "c12vf90qpg290000" });
    expect(device.display_name).toBe("jump-01");
    expect(device).not.toHaveProperty("role");
  });

  it.each(OLDER)("on %s are not searched by discovery id or filter", async (firmware) => {
    const { call } = await open({ firmware });
    expect(await status(call, "GET", "/devices?search_type=discovery_id&value=x")).toBe(422);
    expect(await status(call, "POST", "/devices/search", { filter: WEB_FILTER })).toBe(404);
    expect(await status(call, "GET", "/devices?search_type=ipaddr&value=10.1.0.7")).toBe(422);
    expect(await status(call, "GET", "/devices?filter=x")).toBe(400);
  });

  it("on 5.2 know no units of time", async () => {
    const statuses = await Promise.all(
      ALL.map(async (firmware) => {
        const { call } = await open({ firmware, devices: 0 });
        expect(await status(call, "GET", "/devices?active_from=-1800000")).toBe(200);
        return status(call, "GET", "/devices?active_from=-30m");
      }),
    );
    expect(statuses).toEqual([400, 200, 200, 200]);
  });

  it("carry a description of their cloud instance on 9.8 only", async () => {
    for (const firmware of NEWER) {
      const { call } = await open({ firmware, devices: 0 });
      const patched = await status(call, "PATCH", "/devices/1", { cloud_instance_description: "shop" });
      expect(patched, firmware).toBe(firmware === "9.8" ? 204 : 400);
      const { body } = await call("GET", "/devices/1");
      expect(body.cloud_instance_description, firmware).toBe(firmware === "9.8" ? "shop" : undefined);
    }
  });
});

describe("a search of 9.8", () => {
  const search = async (call: Client, body: JsonObject): Promise<readonly JsonObject[]> => {
    const reply = await call("POST", "/devices/search", { active_from: 1, limit: 1000, ...body });
    if (reply.status !== 200) throw new Error(`${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  };

  it("compares with a list", async () => {
    const { call } = await open({ firmware: "9.8", devices: 100 });
    const filter = (operator: string, field: string, operand: Json): JsonObject => ({
      filter: { field, operator, operand },
    });
    expect(await search(call, filter("in", "ipaddr", ["10.20.0.11", "10.1.0.6/31"]))).toHaveLength(3);
    expect(await search(call, filter("in", "name", ["web-01", "jump-02", "nobody"]))).toHaveLength(2);
    expect(await search(call, filter("not_in", "id", [1, 2, "3"]))).toHaveLength(97);
    for (const [operator, operand, expected] of [
      ["in", "web-01", 400],
      ["in", [], 422],
      ["in", [""], 422],
      ["=", ["web-01"], 400],
    ] as const) {
      expect(await status(call, "POST", "/devices/search", filter(operator, "name", operand))).toBe(expected);
    }
    expect(await status(call, "POST", "/devicegroups", { name: "x", ...filter("in", "name", ["a"]) })).toBe(
      422,
    );
  });

  it("has the newer fields", async () => {
    const { call } = await open({ firmware: "9.8", devices: 200 });
    const found = async (field: string, operand: Json): Promise<number> =>
      (await search(call, { filter: { field, operator: "=", operand } })).length;
    expect(await found("id", 3)).toBe(1);
    expect(await found("network_locality_type", "internal")).toBeGreaterThan(100);
    expect(await found("network_locality_id", 1)).toBe(0);
    expect(await found("software_type", "OS")).toBeGreaterThan(50);
    expect(await found("analysis", "advanced")).toBeGreaterThan(20);
    const group = (field: string, operand: Json): Promise<number> =>
      status(call, "POST", "/devicegroups", { name: field, filter: { field, operator: "=", operand } });
    expect(await group("id", 3)).toBe(201);
    expect(await group("network_locality_type", "internal")).toBe(201);
    expect(await group("software_type", "OS")).toBe(422);
    expect(await group("analysis", "advanced")).toBe(422);
  });

  it("answers only the fields asked for, and the id", async () => {
    const { call } = await open({ firmware: "9.8", devices: 0 });
    const [device] = await search(call, { limit: 1, result_fields: ["display_name", "custom_name"] });
    expect(device).toEqual({ id: 1, display_name: "pay-gw-01", custom_name: null });
    expect(await status(call, "POST", "/devices/search", { result_fields: ["name"] })).toBe(422);
    expect(await status(call, "POST", "/devices/search", { result_fields: "id" })).toBe(400);
  });

  it("is refused what only 9.8 has on 8.7", async () => {
    const { call } = await open({ firmware: "8.7", devices: 0 });
    for (const [body, expected] of [
      [{ result_fields: ["id"] }, 400],
      [{ filter: { field: "id", operator: "=", operand: 1 } }, 422],
      [{ filter: { field: "analysis", operator: "=", operand: "x" } }, 422],
      [{ filter: { field: "name", operator: "in", operand: ["x"] } }, 422],
    ] as const) {
      expect(await status(call, "POST", "/devices/search", body)).toBe(expected);
    }
  });
});

describe("applications and networks", () => {
  it.each(OLDER)("on %s go by extrahop_id", async (firmware) => {
    const { call } = await open({ firmware, devices: 0 });
    expect(await status(call, "POST", "/applications", { discovery_id: "x", display_name: "X" })).toBe(400);
    const id = await create(call, "applications", { extrahop_id: "x", display_name: "X" });
    expect((await call("GET", `/applications/${id}`)).body).toEqual({
      ...{ id, mod_time: NOW, user_mod_time: NOW, node_id: null },
      ...{ extrahop_id: "x", display_name: "X", description: null },
    });
    expect((await call("GET", "/applications?search_type=extrahop-id&value=x")).body).toHaveLength(1);
    expect(await status(call, "GET", "/applications?search_type=discovery_id&value=x")).toBe(422);
    expect(await status(call, "GET", `/applications/${id}?include_criteria=true`)).toBe(400);
    expect((await call("GET", "/networks/0")).body).not.toHaveProperty("appliance_uuid");
  });

  it.each(NEWER)("on %s have both ids", async (firmware) => {
    const { call } = await open({ firmware, devices: 0 });
    const id = await create(call, "applications", { discovery_id: "x", display_name: "X" });
    const { body } = await call("GET", `/applications/${id}`);
    expect(body).toMatchObject({ discovery_id: "x", extrahop_id: "x", criteria: [] });
    expect((await call("GET", "/networks/0")).body).toHaveProperty("appliance_uuid");
  });
});

it.each(OLDER)("what reaches an object on %s is read without parameters", async (firmware) => {
  const { call } = await open({ firmware, devices: 60 });
  const alert = await create(call, "alerts", { ...ALERT, stat_name: "extrahop.device.tcp" });
  const group = await create(call, "devicegroups", { name: "a" });
  await call("POST", `/devicegroups/${group}/devices/1`);
  await call("POST", `/alerts/${alert}/devicegroups/${group}`);
  const inherited = (await call("GET", "/devices/1/alerts")).body;
  expect(inherited.map(({ id }: { id: number }) => id)).toEqual([alert]);
  expect(await status(call, "GET", "/devices/1/alerts?direct_assignments_only=true")).toBe(400);
  expect(await status(call, "GET", "/devices/1/devicegroups?active_from=1")).toBe(400);
});
