import { describe, expect, it } from "vitest";
import { trigger } from "../../src/kinds/trigger.ts";
import { normalise, patchValue } from "../../src/kinds/wire.ts";
import type { JsonObject } from "../../src/model.ts";
import { sameValue } from "../helpers/same-value.ts";

function problems(fields: JsonObject, relations: readonly string[] = []): readonly string[] {
  const found = trigger.check?.({ fields, relations, own: Object.keys(fields) }) ?? [];
  return found.map((p) => `${p.severity} ${p.code} ${p.pointer}`);
}

describe("hints", () => {
  it.each([
    ["snaplen", 96, "HTTP_REQUEST", "NEW_DEVICE"],
    ["payloadBytes", 1024, "HTTP_REQUEST", "DNS_REQUEST"],
    ["clipboardBytes", 1024, "ICA_TICK", "ICA_OPEN"],
    ["cycle", ["5min"], "METRIC_CYCLE_BEGIN", "HTTP_REQUEST"],
    ["metricTypes", "extrahop.device.http_server", "ALERT_RECORD_COMMIT", "METRIC_CYCLE_END"],
    ["flowPayloadTurn", true, "TCP_PAYLOAD", "UDP_PAYLOAD"],
    ["flowClientPortMin", 1, "UDP_PAYLOAD", "TCP_OPEN"],
    ["flowClientPortMax", 1, "SSL_PAYLOAD", "TCP_OPEN"],
    ["flowClientBytes", 1, "TCP_PAYLOAD", "UDP_PAYLOAD"],
    ["flowClientString", "GET", "TCP_PAYLOAD", "TCP_OPEN"],
    ["flowServerPortMin", 1, "TCP_PAYLOAD", "TCP_OPEN"],
    ["flowServerPortMax", 1, "TCP_PAYLOAD", "TCP_OPEN"],
    ["flowServerBytes", 1, "SSL_PAYLOAD", "UDP_PAYLOAD"],
    ["flowServerString", "HTTP", "UDP_PAYLOAD", "TCP_OPEN"],
    ["flowUdpAll", true, "UDP_PAYLOAD", "TCP_PAYLOAD"],
    ["fireClassifyOnExpiration", true, "FLOW_CLASSIFY", "FLOW_TICK"],
  ])("%s goes with the guide's events, else there is a warning", (hint, value, right, wrong) => {
    const pointer = `/hints/${hint}`;
    expect(problems({ events: [right], hints: { [hint]: value } })).toEqual([]);
    expect(problems({ events: [right, wrong], hints: { [hint]: value } })).toEqual([]);
    expect(problems({ events: [wrong], hints: { [hint]: value } })).toEqual([
      `warning hint-without-event ${pointer}`,
    ]);
    expect(problems({ events: [wrong], hints: { [hint]: null } })).toEqual([]);
  });

  it("cannot ask for no bytes of either side", () => {
    const hints = { flowClientBytes: 0, flowServerBytes: 0 };
    expect(problems({ events: ["TCP_PAYLOAD"], hints })).toEqual([
      "error hint-bytes-zero /hints/flowServerBytes",
    ]);
  });

  it("compare without nulls, numbers as text, and lists in any order", () => {
    const live = { snaplen: "96", cycle: ["5min", "30sec"], metricTypes: "b, a", flowUdpAll: null };
    const declared = { snaplen: 96, cycle: ["30sec", "5min"], metricTypes: "a,b" };
    expect(sameValue(trigger, "hints", declared, live)).toBe(true);
  });

  it("are sent together with the live ones that the manifest does not manage", () => {
    const live = { snaplen: 96, payloadBytes: 10, flowUdpAll: null };
    expect(patchValue(trigger, "hints", { payloadBytes: 20, snaplen: null }, live)).toEqual({
      payloadBytes: 20,
    });
    expect(patchValue(trigger, "hints", { payloadBytes: 20 }, live)).toEqual({
      snaplen: 96,
      payloadBytes: 20,
    });
  });
});

describe("events", () => {
  it("are an open set, in which only misspellings are pointed out", () => {
    expect(problems({ events: ["HTTP_RESPONSE", "HTTP_REPONSE", "QUANTUM_FOO"] })).toEqual([
      "warning unknown-event /events/1",
    ]);
  });

  it("of the appliance itself need no assignments", () => {
    expect(problems({ events: ["TIMER_30SEC"] }, ["devices"])).toEqual([
      "warning assignment-without-effect /devices",
    ]);
    expect(problems({ events: ["TIMER_30SEC", "HTTP_REQUEST"] }, ["devices"])).toEqual([]);
    const detail = (events: readonly string[]): string | undefined =>
      trigger.check?.({ fields: { events }, relations: ["devices"], own: [] })[0]?.detail;
    expect(detail(["NEW_DEVICE"])).toMatch(/^NEW_DEVICE is an event of the appliance itself, so /);
    expect(detail(["NEW_DEVICE", "TIMER_30SEC"])).toMatch(/^NEW_DEVICE, TIMER_30SEC are events of /);
  });

  it("may be given by the vendor's former name, but not by both", () => {
    expect(trigger.parse?.({ event: "HTTP_REQUEST" })).toEqual({
      fields: { events: ["HTTP_REQUEST"] },
      problems: [],
    });
    const both = trigger.parse?.({ event: "HTTP_REQUEST", events: [] });
    expect(both?.problems.map((p) => p.code)).toEqual(["event-and-events"]);
  });
});

describe("a script", () => {
  it("compares without line endings and last newlines", () => {
    expect(normalise(trigger, "script", "a\r\nb\n\n")).toBe("a\nb");
    expect(sameValue(trigger, "script", "a\n b", "a\nb")).toBe(false);
  });
});
