import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alert } from "../../src/kinds/alert.ts";
import { deviceGroup } from "../../src/kinds/device-group.ts";
import { lacksOf, listQueryOf, wireReader, writeBody } from "../../src/kinds/dialect.ts";
import { normalFilter } from "../../src/kinds/filter.ts";
import { isDescribed, isWithin, parseVersion } from "../../src/kinds/firmware.ts";
import { filterAsOlderRule, olderRuleAsFilter } from "../../src/kinds/older-rule.ts";
import { anyOf, networkPattern, patternNetwork } from "../../src/kinds/pattern.ts";
import { trigger } from "../../src/kinds/trigger.ts";
import type { JsonObject } from "../../src/model.ts";

describe("versions", () => {
  it("are compared as numbers, part by part", () => {
    const order = ["5.2", "5.10", "7", "7.0.0.1", "8.7.1.2", "9.3.0.1319", "9.10", "10.0", "25.4", "26.3"];
    for (const [i, firmware] of order.entries()) {
      const older = order.filter((before) => isWithin(firmware, { since: before }));
      expect(older).toEqual(order.slice(0, i + 1));
      expect(order.filter((bound) => isWithin(firmware, { before: bound }))).toEqual(order.slice(i + 1));
    }
    expect(isWithin("7", { since: "7.0.0.0" })).toBe(true);
  });

  it("that cannot be told count as the newest, and as not described", () => {
    for (const text of ["", "unstable", "v8.7", "-1"]) {
      expect(parseVersion(text)).toBeUndefined();
      expect([isWithin(text, { since: "99" }), isWithin(text, { before: "99" }), isDescribed(text)]).toEqual([
        true,
        false,
        false,
      ]);
    }
    expect(parseVersion(" 9.8.0.1417-beta ")).toEqual([9, 8, 0, 1417]);
  });
});

/** As the vendor's guides and the clients of those years write it. */
const RULES: readonly (readonly [JsonObject, string, string])[] = [
  [{ field: "role", operator: "=", operand: "ftp_server" }, "type", "/^extrahop.device.ftp_server$/"],
  [{ field: "role", operator: "=", operand: "printer" }, "type", "printer"],
  [{ field: "tag", operator: "=", operand: "pci" }, "tag", "pci"],
  [{ field: "name", operator: "=", operand: "web.example.com" }, "name", "/^web\\.example\\.com$/"],
  [{ field: "name", operator: "=", operand: { value: "web.*", is_regex: true } }, "name", "/^(?:web.*)$/"],
  [{ field: "name", operator: "startswith", operand: "web-" }, "name", "/^web-/"],
  [{ field: "name", operator: "~", operand: "web" }, "name", "/web/"],
  [{ field: "vendor", operator: "~", operand: { value: "^Cis", is_regex: true } }, "vendor", ""],
  [
    { field: "vendor", operator: "~", operand: { value: "[Cc]isco", is_regex: true } },
    "vendor",
    "/[Cc]isco/",
  ],
  [{ field: "ipaddr", operator: "=", operand: "10.1.0.7" }, "ip address", "10.1.0.7"],
  [
    { field: "ipaddr", operator: "=", operand: "10.0.0.0/8" },
    "ip address",
    "/^10\\.[0-9]+\\.[0-9]+\\.[0-9]+$/",
  ],
  [{ field: "ipaddr", operator: "=", operand: "10.1.2.0/30" }, "ip address", "/^10\\.1\\.2\\.(0|1|2|3)$/"],
  [{ field: "macaddr", operator: "=", operand: "00:05:93:FF:FC:28" }, "mac address", "00:05:93:FF:FC:28"],
  [{ field: "vlan", operator: "=", operand: 20 }, "vlan", "20"],
  [{ field: "activity", operator: "=", operand: "http_server" }, "activity", "http_server"],
  [{ operator: "and", rules: [{ field: "tag", operator: "=", operand: "pci" }] }, "tag", "pci"],
  [
    {
      operator: "or",
      rules: [{ operator: "and", rules: [{ field: "tag", operator: "=", operand: "pci" }] }],
    },
    "tag",
    "pci",
  ],
  // None of these has an older form.
  [{ field: "ipaddr", operator: "=", operand: "10.1.2.3/8" }, "", ""],
  [{ field: "ipaddr", operator: "=", operand: "2001:db8::/32" }, "", ""],
  [{ field: "ipaddr", operator: "startswith", operand: "10." }, "", ""],
  [{ field: "name", operator: "!=", operand: "web" }, "", ""],
  [{ field: "name", operator: "exists" }, "", ""],
  [{ field: "vlan", operator: ">", operand: 20 }, "", ""],
  [{ field: "is_critical", operator: "=", operand: true }, "", ""],
  [{ field: "discover_time", operator: "=", operand: { from: "1", until: "2" } }, "", ""],
  [{ operator: "not", rules: [{ field: "tag", operator: "=", operand: "pci" }] }, "", ""],
  [
    {
      operator: "and",
      rules: [
        { field: "tag", operator: "=", operand: "pci" },
        { field: "role", operator: "=", operand: "printer" },
      ],
    },
    "",
    "",
  ],
];

describe("a filter before firmware 8", () => {
  it.each(RULES)("%j is %s: %s", (filter, field, value) => {
    expect(filterAsOlderRule(filter)).toEqual(value === "" ? undefined : { field, value });
  });

  it.each([
    ["any", "x"],
    ["discover time", "-30m"],
    ["ip address", "10.20.0.[0-9]+"],
    ["ip address", "/^10\\.1\\.(0|3)\\.[0-9]+$/"],
    ["name", "web.*"],
    ["type", "http_server"],
    ["type", "/^extrahop.device./"],
    ["vlan", ""],
  ])("cannot be told from %s %s, which an export leaves as it is", (field, value) => {
    expect(olderRuleAsFilter({ field, value })).toBeUndefined();
  });

  it("is read as what it was written as, whatever it is", () => {
    const field = fc.constantFrom(
      "name",
      "vendor",
      "tag",
      "ipaddr",
      "macaddr",
      "vlan",
      "role",
      "node",
      "activity",
    );
    const text = fc.oneof(
      fc.string({ minLength: 1, maxLength: 8 }),
      fc.constantFrom("/a/", "^x$", "a|b", "\\."),
    );
    const operand = fc.oneof(text, fc.record({ value: text, is_regex: fc.boolean() }), fc.nat(4095));
    const operator = fc.constantFrom("=", "!=", "~", "startswith");
    fc.assert(
      fc.property(fc.record({ field, operator, operand }), (filter) => {
        const rule = filterAsOlderRule(filter);
        if (rule !== undefined)
          expect(normalFilter(olderRuleAsFilter(rule) ?? null)).toEqual(normalFilter(filter));
      }),
    );
  });

  it("of a network is exactly its addresses", () => {
    const address = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
    fc.assert(
      fc.property(address, address, fc.nat(32), (base, other, length) => {
        const bits = (ip: readonly number[]): string =>
          ip.map((octet) => octet.toString(2).padStart(8, "0")).join("");
        const pattern = new RegExp(networkPattern(`${base.join(".")}/${length}`));
        expect(pattern.test(base.join("."))).toBe(true);
        const inside = bits(base).slice(0, length) === bits(other).slice(0, length);
        expect(pattern.test(other.join("."))).toBe(inside);
      }),
    );
    for (const cidr of ["0.0.0.0/0", "10.0.0.0/8", "10.16.0.0/12", "192.168.4.0/22", "10.1.2.128/25"]) {
      expect(patternNetwork(networkPattern(cidr))).toBe(cidr);
    }
    expect(patternNetwork("^10\\.(1|3)\\.[0-9]+\\.[0-9]+$")).toBeUndefined();
    expect(new RegExp(networkPattern("2001:db8:0:1::/64")).test("2001:db8:0:1:2::5")).toBe(true);
    expect(new RegExp(networkPattern("2001:db8::/32")).test("2001:db9::1")).toBe(false);
    expect(new RegExp(anyOf(["a.b", "c|d"])).test("axb")).toBe(false);
  });
});

describe("dialects", () => {
  const HINTS = { snaplen: 96, fireClassifyOnExpiration: true, cycle: ["30sec"] };
  const TRIGGER = { name: "T", events: ["FLOW_CLASSIFY"], hints: HINTS };

  it("write a trigger as each firmware has it, and read it back", () => {
    const { name, events } = TRIGGER;
    const older = { snaplen: "96", cycle: ["30sec"], flowClassifyOnExpiration: true };
    expect(writeBody(trigger, "9.8.0.1", TRIGGER)).toEqual(TRIGGER);
    expect(writeBody(trigger, "8.7.1.2", TRIGGER)).toEqual(TRIGGER);
    expect(writeBody(trigger, "7.1.0.1", TRIGGER)).toEqual({ name, events, hints: older });
    expect(writeBody(trigger, "5.2.3.1", { name, events, hints: {} })).toEqual({
      name,
      event: "FLOW_CLASSIFY",
    });
    expect(wireReader(trigger, "7.1")({ hints: older })).toEqual({
      hints: { ...HINTS, snaplen: "96" },
    });
    expect(wireReader(trigger, "5.2")({ event: "DNS_REQUEST" })).toMatchObject({ events: ["DNS_REQUEST"] });
    expect(wireReader(trigger, "8.7")({ event: "A", events: ["A", "B"] })).toEqual({
      event: "A",
      events: ["A", "B"],
    });
  });

  it("list device groups by what the firmware calls all of them", () => {
    expect([listQueryOf(deviceGroup, "7.1"), listQueryOf(deviceGroup, "8.0")]).toEqual([
      { all: "true" },
      { type: "all" },
    ]);
  });

  it.each<[string, string, JsonObject, readonly string[]]>([
    ["5.2", "events", { events: ["HTTP_REQUEST", "HTTP_RESPONSE"] }, ["/events"]],
    ["7.1", "events", { events: ["HTTP_REQUEST", "HTTP_RESPONSE"] }, []],
    ["5.2", "hints", { hints: { snaplen: 1 } }, ["/hints"]],
    ["5.2", "hints that are none", { hints: { snaplen: null } }, []],
    ["9.5.1", "cycles", { hints: { cycle: ["5min"] } }, []],
    ["9.6", "cycles", { hints: { cycle: ["30sec", "5min"] } }, ["/hints/cycle"]],
  ])("on %s say what a trigger lacks: %s", (firmware, _what, fields, pointers) => {
    expect(lacksOf(trigger, firmware, fields, []).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it.each([
    ["5.2", 1],
    ["7.9", 1],
    ["8.7", 0],
    ["9.7", 0],
    ["9.8", 1],
    ["25.1", 1],
  ])("on %s say of a detection alert that it lacks %d things", (firmware, count) => {
    const lacks = lacksOf(alert, firmware, { type: "detection" }, []);
    expect(lacks).toHaveLength(count);
    if (count > 0)
      expect(lacks[0]?.lacks).toBe('which has no type "detection": firmware has it from 8 on and before 9.8');
  });
});
