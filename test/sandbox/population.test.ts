import { describe, expect, it } from "vitest";
import { generationOf } from "../../src/sandbox/generations.ts";
import { populate } from "../../src/sandbox/population.ts";
import { DEFAULT_QUIRKS } from "../../src/sandbox/quirks.ts";
import { NOW, open } from "./client.ts";

const GENERATION = generationOf("8.7", DEFAULT_QUIRKS);
const OPTIONS = { generation: GENERATION, seed: 1, devices: 600, now: NOW, nodes: [], wideIds: false };
const CONTENTS = populate(OPTIONS);
const DEVICES = CONTENTS.collections.devices;

function groups(column: string): readonly number[] {
  const counts = new Map<unknown, number>();
  for (const device of DEVICES) counts.set(device[column], (counts.get(device[column]) ?? 0) + 1);
  return [...counts.values()].filter((count) => count > 1);
}

it("is the same for the same seed and clock, and another for another seed", () => {
  expect(JSON.stringify(populate(OPTIONS))).toBe(JSON.stringify(CONTENTS));
  expect(JSON.stringify(populate({ ...OPTIONS, seed: 2 }))).not.toBe(JSON.stringify(CONTENTS));
  const later = populate({ ...OPTIONS, now: NOW + 1000 }).collections.devices[9];
  expect(later?.discover_time).toBe(Number(DEVICES[9]?.discover_time) + 1000);
});

it("begins with the same devices however many there are", () => {
  const fewer = populate({ ...OPTIONS, devices: 100 }).collections.devices;
  expect(DEVICES.slice(0, 90)).toEqual(fewer.slice(0, 90));
  expect(populate({ ...OPTIONS, devices: 0 }).collections.devices).toHaveLength(5);
});

describe("devices", () => {
  it("are as many as asked, six hundred by default, with ids of their own", async () => {
    expect(DEVICES).toHaveLength(600);
    expect(new Set(DEVICES.map(({ id }) => id)).size).toBe(600);
    expect(new Set(DEVICES.map((d) => d.discovery_id)).size).toBe(600);
    const { startSandbox } = await import("../../src/sandbox/sandbox.ts");
    const sandbox = await startSandbox();
    expect(sandbox.appliance.list("devices")).toHaveLength(600);
    await sandbox.close();
  });

  it("have every key of the guide, and the one that 9.8 adds", () => {
    const keys = [
      ...[
        "activity",
        "analysis",
        "analysis_level",
        "auto_role",
        "cdp_name",
        "cloud_account",
        "cloud_instance_id",
      ],
      ...[
        "cloud_instance_description",
        "cloud_instance_name",
        "cloud_instance_type",
        "critical",
        "custom_criticality",
        "custom_make",
        "custom_model",
      ],
      ...[
        "custom_name",
        "custom_type",
        "default_name",
        "description",
        "device_class",
        "dhcp_name",
        "discover_time",
      ],
      ...["discovery_id", "display_name", "dns_name", "extrahop_id", "id", "ipaddr4", "ipaddr6", "is_l3"],
      ...["last_seen_time", "macaddr", "mod_time", "model", "model_override", "netbios_name", "node_id"],
      ...["on_watchlist", "parent_id", "role", "subnet_id", "user_mod_time", "vendor", "vlanid", "vpc_id"],
    ];
    for (const device of DEVICES) expect(Object.keys(device).sort()).toEqual([...keys].sort());
  });

  it("share names and MAC addresses, but not the ones that examples use", () => {
    expect(groups("macaddr").length).toBeGreaterThan(20);
    expect(Math.max(...groups("display_name"))).toBeGreaterThan(5);
    for (const [column, value] of [
      ["display_name", "pay-gw-01"],
      ["display_name", "web-01"],
      ["macaddr", "00:05:93:FF:FC:28"],
      ["discovery_id", "c12vf90qpg290000"],
      ["ipaddr4", "10.1.0.7"],
    ] as const) {
      expect(
        DEVICES.filter((d) => d[column] === value),
        value,
      ).toHaveLength(1);
    }
  });

  it("have layer 2 parents with the same MAC address and no IP address", () => {
    const children = DEVICES.filter((d) => d.parent_id !== null);
    expect(children.length).toBeGreaterThan(20);
    for (const child of children) {
      const parent = DEVICES.find(({ id }) => id === child.parent_id);
      expect(parent).toMatchObject({ macaddr: child.macaddr, ipaddr4: null, is_l3: false, dns_name: "" });
    }
  });

  it("are for the most part active, and some not for weeks", () => {
    const idle = DEVICES.filter((d) => d.last_seen_time !== null);
    const gone = idle.filter((d) => Number(d.last_seen_time) < NOW - 14 * 86_400_000);
    expect(gone.length).toBeGreaterThan(20);
    expect(idle.length).toBeLessThan(200);
    for (const d of idle) expect(Number(d.last_seen_time)).toBeGreaterThan(Number(d.discover_time));
  });

  it("are many web servers in 10.20.0.0/16, and many roles, vlans and vendors", () => {
    const web = DEVICES.filter((d) => d.role === "http_server" && String(d.ipaddr4).startsWith("10.20."));
    expect(web.length).toBeGreaterThan(50);
    for (const [column, least] of [
      ["role", 15],
      ["vlanid", 5],
      ["vendor", 8],
    ] as const) {
      expect(new Set(DEVICES.map((d) => d[column])).size, column).toBeGreaterThanOrEqual(least);
    }
    expect(DEVICES.filter((d) => d.ipaddr6 !== null).length).toBeGreaterThan(50);
    for (const source of ["dns_name", "dhcp_name", "netbios_name", "cdp_name"]) {
      expect(
        DEVICES.some((d) => d[source] !== ""),
        source,
      ).toBe(true);
      expect(
        DEVICES.every((d) => typeof d[source] === "string"),
        source,
      ).toBe(true);
    }
    expect(Object.keys(CONTENTS.software).length).toBeGreaterThan(200);
  });
});

it("has the built-in objects of a real system", async () => {
  const { call } = await open({ devices: 0 });
  const alerts = (await call("GET", "/alerts")).body;
  expect(alerts.map((a: { id: number }) => a.id)).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19]);
  expect(alerts[5]).toEqual({
    id: 16,
    mod_time: NOW - 400 * 86_400_000,
    name: "DB Error Ratio - Yellow",
    author: "ExtraHop",
    type: "threshold",
    description: "Alert triggered when ratio of DB errors is greater than 0.1%.",
    stat_name: "extrahop.application.db",
    field_name: "rsp_error",
    field_op: "/",
    field_name2: "rsp",
    operator: ">",
    operand: "0.001",
    units: "none",
    interval_length: 30,
    refire_interval: 300,
    severity: 5,
    param: {},
    param2: {},
    cc: [],
    apply_all: false,
    disabled: false,
    notify_snmp: false,
  });
  expect((await call("GET", "/emailgroups")).body).toMatchObject([{ id: 1, group_name: "Default" }]);
  expect((await call("GET", "/networks")).body.map((n: { id: number }) => n.id)).toEqual([0, 1, 2]);
  expect(
    (await call("GET", "/triggers")).body.every((t: { author: string }) => t.author === "ExtraHop"),
  ).toBe(true);
  expect((await call("GET", "/applications?search_type=name&value=All%20Activity")).body).toHaveLength(1);
  const log = (await call("GET", "/auditlog")).body;
  expect(log.map((e: { id: number }) => e.id)).toEqual([5, 4, 3, 2, 1]);
  expect(log[0].body).toMatchObject({ user: "admin", operation: "Login" });
});

it("has groups whose rules find devices", async () => {
  const { call } = await open({ devices: 600 });
  for (const group of (await call("GET", "/devicegroups?type=built_in")).body) {
    expect(group).toMatchObject({ built_in: true, dynamic: true });
  }
  expect((await call("GET", "/devicegroups/1/devices")).body.length).toBeGreaterThan(50);
});
