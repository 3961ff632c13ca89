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

  it("sends at most 100 rules in a search", async () => {
    const many = Array.from(
      { length: 250 },
      (_, i): DeviceSelector => ({ by: "ip", value: `10.1.${i >> 8}.${i & 255}` }),
    );
    const { calls } = await select(many);
    expect(operands(calls).map((o) => (o as readonly string[]).length)).toEqual([100, 100, 50]);
  });

  it("names a device by its discovery id, and labels it with name and address", async () => {
    const { found } = await select([{ by: "ip", value: "10.0.0.1" }]);
    expect([...found.values()][0]).toEqual([{ id: "0", address: "device/d0", label: "gw (10.0.0.1)" }]);
  });
});
