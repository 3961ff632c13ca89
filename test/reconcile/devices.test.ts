import { describe, expect, it } from "vitest";
import type { DeviceSelector, JsonObject } from "../../src/model.ts";
import { selectorKey } from "../../src/reconcile/device-selectors.ts";
import { selectDevices } from "../../src/reconcile/devices.ts";
import { type Call, fakePort } from "../helpers/builders.ts";

interface Rule {
  readonly field: string;
  readonly operand: string;
}

const DEVICES: readonly JsonObject[] = [
  { id: 0, display_name: "gw", ipaddr4: "10.0.0.1", macaddr: "AA:BB:CC:DD:EE:01", discovery_id: "d0" },
  { id: 1, display_name: "web", ipaddr4: "10.0.0.2", macaddr: "AA:BB:CC:DD:EE:02", discovery_id: "d1" },
  { id: 2, display_name: "web", ipaddr4: "10.0.0.3", macaddr: "AA:BB:CC:DD:EE:02", discovery_id: "d2" },
  { id: 3, display_name: "web-old", ipaddr6: "2001:db8::1", discovery_id: "d3" },
];

const OLD: readonly JsonObject[] = [
  { id: 1, extrahop_id: "x1", custom_name: null, dns_name: "", dhcp_name: "web.1", default_name: "Cisco 1" },
  { id: 2, extrahop_id: "x2", custom_name: "web.1", dns_name: "web-2", default_name: "Cisco 2" },
  { id: 3, extrahop_id: "x3", custom_name: null, dns_name: "", default_name: "webs1" },
  { id: 4, extrahop_id: "x4", ipaddr4: "10.1.0.7", macaddr: "00:05:93:FF:FC:28", default_name: "Cisco 4" },
  { id: 5, extrahop_id: "x5", ipaddr4: "10.1.0.70", ipaddr6: "2001:db8::5", default_name: "Cisco 5" },
  { id: 6, extrahop_id: "x6", ipaddr4: "10.1.1.7", ipaddr6: null, default_name: "Cisco 6" },
];

/** Answers as carelessly as nobody says that it does not: whatever holds a match of the value anywhere. */
async function selectBefore8(selectors: readonly DeviceSelector[]) {
  const { port, calls } = fakePort((call) => {
    const query = new URLSearchParams(call.slice(call.indexOf("?")));
    const value = new RegExp((query.get("value") ?? "").replace(/^\^|\$$/g, ""), "i");
    return OLD.filter((device) => Object.values(device).some((text) => value.test(String(text))));
  });
  const found = await selectDevices(port, "7.1.0.1843", selectors);
  return { ids: selectors.map((s) => found.get(selectorKey(s))?.map(({ id }) => id)), calls, found };
}

describe("selectDevices before firmware 8", () => {
  it("asks for all literals of one sort as one expression, and takes only what is exactly that", async () => {
    const { ids, calls } = await selectBefore8([
      { by: "ip", value: "10.1.0.7" },
      { by: "ip", value: "2001:DB8::5" },
      { by: "ip", value: "10.1.0.8" },
      { by: "name", value: "web.1" },
      { by: "mac", value: "00:05:93:ff:fc:28" },
      { by: "discovery_id", value: "x3" },
    ]);
    expect(ids).toEqual([["4"], ["5"], [], ["1", "2"], ["4"], ["3"]]);
    expect(calls.map(({ call }) => call.replaceAll("+", " ")).map(decodeURIComponent)).toEqual([
      "GET /devices?active_from=1&search_type=ip address&value=^(10\\.1\\.0\\.7|2001:db8::5|10\\.1\\.0\\.8)$",
      "GET /devices?active_from=1&search_type=mac address&value=^(00:05:93:FF:FC:28)$",
      "GET /devices?active_from=1&search_type=name&value=^(web\\.1)$",
      "GET /devices?active_from=1&search_type=any&value=^(x3)$",
    ]);
  });

  it("names a device by the first name that it has, and by what never changes of it", async () => {
    const { found } = await selectBefore8([{ by: "ip", value: "10.1.0.7" }]);
    expect([...found.values()]).toEqual([[{ id: "4", address: "device/x4", label: "Cisco 4 (10.1.0.7)" }]]);
  });

  it("takes exactly the addresses of a network", async () => {
    const networks = ["10.1.0.0/24", "10.1.0.0/23", "10.1.0.64/26", "2001:db8::/64", "10.9.0.0/16"];
    const { ids } = await selectBefore8(networks.map((value) => ({ by: "ip", value })));
    expect(ids).toEqual([["4", "5"], ["4", "5", "6"], ["5"], ["5"], []]);
  });

  it("asks for hundreds of addresses in a few requests, none too long for a server", async () => {
    const many = Array.from({ length: 900 }, (_, i) => `10.120.${100 + (i >> 8)}.${i & 255}`);
    const { calls } = await selectBefore8(many.map((value) => ({ by: "ip", value })));
    expect(calls.length).toBeLessThanOrEqual(6);
    for (const { call } of calls) expect(call.length).toBeLessThan(6000);
    expect(calls.map(({ call }) => call.split("%7C").length).reduce((a, b) => a + b)).toBe(900);
  });

  it("asks nothing of what the firmware cannot answer", async () => {
    const { calls } = await selectBefore8([
      { by: "filter", filter: { field: "role", operator: "=", operand: "pc" } },
      { by: "search", type: "discovery_id", value: "x" },
    ]);
    expect(calls).toEqual([]);
  });
});

/** Answers a search as an appliance does; `hidden` are values that devices have and do not show. */
async function select(selectors: readonly DeviceSelector[], hidden: Readonly<Record<string, number>> = {}) {
  const keys: Readonly<Record<string, string>> = {
    ipaddr: "ipaddr4",
    name: "display_name",
    macaddr: "macaddr",
    discovery_id: "discovery_id",
  };
  const matches = (rule: Rule, device: JsonObject): boolean =>
    device[keys[rule.field] ?? ""] === rule.operand ||
    (rule.field === "ipaddr" && rule.operand.includes(":") && device.ipaddr6 !== undefined) ||
    (rule.field === "name" && String(device.display_name).includes(rule.operand)) ||
    hidden[rule.operand] === device.id;
  const { port, calls } = fakePort((call, body) => {
    if (call === "GET /devices/3") return DEVICES[3];
    if (call.startsWith("GET /devices?")) return DEVICES.slice(0, 1);
    if (call !== "POST /devices/search") return undefined;
    const { filter } = body as { filter: Rule & { rules?: readonly Rule[] } };
    return DEVICES.filter((device) => (filter.rules ?? [filter]).some((rule) => matches(rule, device)));
  });
  const found = await selectDevices(port, "8.7.1.2", selectors);
  const ids = selectors.map((s) => found.get(selectorKey(s))?.map(({ id }) => id));
  return { ids, calls, found };
}

function operands(calls: readonly Call[]): readonly unknown[] {
  return calls.map(({ body }) => {
    const { filter } = body as { filter: Rule & { rules?: readonly Rule[] } };
    return filter.rules?.map((r) => r.operand) ?? filter.operand;
  });
}

describe("selectDevices", () => {
  it("asks for all literals of one sort in one search, over everything ever seen", async () => {
    const { ids, calls } = await select([
      { by: "ip", value: "10.0.0.1" },
      { by: "ip", value: "10.0.0.2" },
      { by: "ip", value: "10.0.0.3" },
    ]);
    expect(ids).toEqual([["0"], ["1"], ["2"]]);
    expect(operands(calls)).toEqual([["10.0.0.1", "10.0.0.2", "10.0.0.3"]]);
    expect(calls[0]?.body).toMatchObject({ active_from: 1, filter: { operator: "or" } });
  });

  it("takes every device with a MAC, and names only where they are exactly that", async () => {
    const { ids } = await select([
      { by: "mac", value: "AA:BB:CC:DD:EE:02" },
      { by: "name", value: "web" },
      { by: "discovery_id", value: "d3" },
    ]);
    expect(ids).toEqual([["1", "2"], ["1", "2"], ["3"]]);
  });

  it("finds out whose a device is that shows none of the addresses asked for, by asking again in halves", async () => {
    const { ids, calls } = await select(
      [
        { by: "ip", value: "10.0.0.1" },
        { by: "ip", value: "10.0.0.9" },
      ],
      { "10.0.0.9": 2 },
    );
    expect(ids).toEqual([["0"], ["2"]]);
    expect(operands(calls)).toEqual([["10.0.0.1", "10.0.0.9"], "10.0.0.1", "10.0.0.9"]);
  });

  it("finds a device by an address that it does not show, beside one that it shows", async () => {
    const both: DeviceSelector[] = [
      { by: "ip", value: "10.0.0.3" },
      { by: "ip", value: "10.0.0.9" },
    ];
    expect((await select(both, { "10.0.0.9": 2 })).ids).toEqual([["2"], ["2"]]);
  });

  it("knows one IPv6 address in any spelling", async () => {
    const { ids, calls } = await select([
      { by: "ip", value: "2001:DB8:0::1" },
      { by: "ip", value: "10.0.0.1" },
    ]);
    expect(ids).toEqual([["3"], ["0"]]);
    expect(calls).toHaveLength(1);
  });

  it("asks for networks, filters, free searches and ids one by one", async () => {
    const filter = { field: "role", operator: "=", operand: "pc" };
    const { ids, calls } = await select([
      { by: "id", value: "3" },
      { by: "id", value: "77" },
      { by: "ip", value: "10.0.0.0/8" },
      { by: "filter", filter },
      { by: "search", type: "vlan", value: "7" },
    ]);
    expect(ids).toEqual([["3"], [], [], [], ["0"]]);
    expect(calls.map(({ call, body }) => (body === undefined ? call : JSON.stringify(body))).sort()).toEqual(
      [
        "GET /devices/3",
        "GET /devices/77",
        "GET /devices?active_from=1&search_type=vlan&value=7",
        '{"active_from":1,"filter":{"field":"ipaddr","operator":"=","operand":"10.0.0.0/8"}}',
        '{"active_from":1,"filter":{"field":"role","operator":"=","operand":"pc"}}',
      ].sort(),
    );
  });

  it("sends fewer rules in a search than a page may have been cut to", async () => {
    const many = Array.from(
      { length: 250 },
      (_, i): DeviceSelector => ({ by: "ip", value: `10.1.${i >> 8}.${i & 255}` }),
    );
    const { calls } = await select(many);
    expect(operands(calls).map((o) => (o as readonly string[]).length)).toEqual([99, 99, 52]);
  });

  it("names a device by its discovery id, and labels it with name and address", async () => {
    const { found } = await select([{ by: "ip", value: "10.0.0.1" }]);
    expect([...found.values()][0]).toEqual([{ id: "0", address: "device/d0", label: "gw (10.0.0.1)" }]);
  });
});
