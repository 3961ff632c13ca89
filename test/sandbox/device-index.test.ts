/** What the index finds is what looking at each device finds. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/model.ts";
import { generationOf } from "../../src/sandbox/generations.ts";
import { queryOf, searchOf } from "../../src/sandbox/matching.ts";
import { membersOf } from "../../src/sandbox/membership.ts";
import { nodesOf } from "../../src/sandbox/platforms.ts";
import { populate } from "../../src/sandbox/population.ts";
import { DEFAULT_QUIRKS } from "../../src/sandbox/quirks.ts";
import { ApplianceState } from "../../src/sandbox/state.ts";
import { NOW, open } from "./client.ts";

const state = new ApplianceState(
  populate({
    generation: generationOf("8.7", DEFAULT_QUIRKS),
    seed: 1,
    devices: 300,
    now: NOW,
    nodes: nodesOf("console"),
    wideIds: false,
  }),
  () => NOW,
);
const DEVICES = state.list("devices");
for (const name of ["pci", "lab"]) {
  const { id } = state.insert("tags", { name });
  for (const device of DEVICES.filter((_device, i) => i % (id + 2) === 0))
    state.links.add({ relation: "tags/devices", reversed: false }, id, device.id);
}

const COLUMNS = {
  name: "display_name",
  macaddr: "macaddr",
  vendor: "vendor",
  role: "role",
  dns_name: "dns_name",
};

const device = fc.constantFrom(...DEVICES);
const leaf: fc.Arbitrary<JsonObject> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...Object.entries(COLUMNS)), device, fc.boolean())
    .map(([[field, column], found, lower]) => {
      const text = String(found[column] ?? "none") || "none";
      return { field, operator: "=", operand: lower ? text.toLowerCase() : text };
    }),
  fc.tuple(device, fc.constantFrom("", "/32", "/31", "/24", "/16", "/0")).map(([{ ipaddr4 }, length]) => ({
    field: "ipaddr",
    operator: "=",
    operand: `${typeof ipaddr4 === "string" ? ipaddr4 : "10.0.0.1"}${length}`,
  })),
  fc.constantFrom("pci", "lab", "none").map((operand) => ({ field: "tag", operator: "=", operand })),
  fc.constantFrom(
    { field: "vlan", operator: ">", operand: 20 },
    { field: "name", operator: "~", operand: "web" },
  ),
);
const { filter } = fc.letrec<{ filter: JsonObject }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({
      operator: fc.constantFrom("and", "or"),
      rules: fc.array(tie("filter"), { minLength: 1, maxLength: 4 }),
    }),
  ),
}));

describe("the matches of an index", () => {
  it("of a filter are the devices that pass its test, in order", () => {
    let looked = 0;
    fc.assert(
      fc.property(filter, (asked) => {
        const query = queryOf(state, asked);
        if (query.matches === undefined) return;
        looked += 1;
        expect(query.matches()).toEqual(DEVICES.filter(query.test));
      }),
      { numRuns: 300 },
    );
    expect(looked).toBeGreaterThan(100);
  });

  it.each(["name", "ip address", "mac address", "vendor", "discovery_id"])(
    "of a search by %s are too",
    (type) => {
      const column = { ...COLUMNS, "ip address": "ipaddr4", "mac address": "macaddr", name: "display_name" };
      fc.assert(
        fc.property(device, (found) => {
          const value = String(found[column[type as keyof typeof column] ?? type] ?? "10.9.9.9");
          const query = searchOf(state, type, value);
          if (query.matches !== undefined) expect(query.matches()).toEqual(DEVICES.filter(query.test));
        }),
        { numRuns: 60 },
      );
      expect(searchOf(state, type, "10.20.0.11").matches !== undefined).toBe(type === "ip address");
      expect(searchOf(state, type, "web.*").matches).toBeUndefined();
    },
  );

  it("of a static group are its members, in order", () => {
    const { id } = state.insert("devicegroups", { name: "x", dynamic: false });
    const members = DEVICES.filter((_device, i) => i % 7 === 0);
    for (const member of members.toReversed())
      state.links.add({ relation: "devicegroups/devices", reversed: false }, id, member.id);
    const query = membersOf(state, { id, dynamic: false });
    expect(query.matches?.()).toEqual(members);
    expect(DEVICES.filter(query.test)).toEqual(members);
  });
});

it("follows what changes", async () => {
  const { call } = await open({ devices: 60 });
  const found = async (name: string): Promise<readonly number[]> => {
    const filter = { field: "name", operator: "=", operand: name };
    return (await call("POST", "/devices/search", { filter, active_from: 1 })).body.map(
      (d: { id: number }) => d.id,
    );
  };
  expect(await found("web-01")).toEqual([2]);
  expect((await call("PATCH", "/devices/1", { custom_name: "web-01" })).status).toBe(204);
  expect(await found("web-01")).toEqual([1, 2]);
  expect(await found("pay-gw-01")).toEqual([]);
  expect((await call("GET", "/devices/1")).body.display_name).toBe("web-01");
});
