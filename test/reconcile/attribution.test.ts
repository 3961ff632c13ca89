/** Who caused drift: which entries of an audit log count, and how far the log is read. */
import { describe, expect, it } from "vitest";
import { ApplianceError } from "../../src/errors.ts";
import type { Change, JsonObject } from "../../src/model.ts";
import { attribute } from "../../src/reconcile/attribution.ts";
import { readAuditLog } from "../../src/reconcile/audit-log.ts";
import { fakePort, snapshot } from "../helpers/builders.ts";
import { entry, owned } from "../helpers/ownership.ts";

const APPLIED = Date.UTC(2026, 10, 22, 7, 0);
const OWNER = { owner: "test", inventory: { kind: "appliance" } } as const;
const minutes = (n: number): number => APPLIED + n * 60_000;
const iso = (n: number): string => new Date(minutes(n)).toISOString();

type Body = JsonObject | string;

/** Newest last, as it happens; `details` alone is somebody's text. */
function logOf(...said: readonly (readonly [minute: number, body: Body, user?: string | null])[]) {
  return said
    .map(([minute, body, user = "jdoe"], i): JsonObject => {
      const text = typeof body === "string" ? { operation: "Modify", details: body } : body;
      return { id: i + 1, occur_time: minutes(minute), body: user === null ? text : { user, ...text } };
    })
    .reverse();
}

function paged(log: readonly JsonObject[], cap = 500) {
  return fakePort((call) => {
    const query = new URL(call.slice("GET ".length), "http://x").searchParams;
    const offset = Number(query.get("offset"));
    return log.slice(offset, offset + Math.min(cap, Number(query.get("limit"))));
  });
}

const CHANGE: Change = {
  address: "alert/HTTP errors",
  action: "update",
  id: "16",
  wave: 1,
  requires: [],
  cause: "drift",
  fields: [{ pointer: "/severity", before: 5, after: 3, cause: "drift", sensitive: false }],
  relations: [],
  operations: [],
};

const LIVE: JsonObject = { id: 16, name: "HTTP errors", author: "ops", mod_time: minutes(31) };

interface Given {
  readonly change?: Partial<Change>;
  readonly objects?: Readonly<Record<string, readonly JsonObject[]>>;
}

async function attributed(
  log: readonly JsonObject[],
  { change = {}, objects = { alert: [LIVE] } }: Given = {},
) {
  const read = await readAuditLog(paged(log).port, OWNER, APPLIED);
  const ownership = owned(entry("alert/HTTP errors", "16"));
  const [found] = attribute([{ ...CHANGE, ...change }], snapshot({ objects, ownership }), read.log);
  return found?.attribution;
}

const users = async (log: readonly JsonObject[], given: Given = {}) =>
  (await attributed(log, given))?.map(({ from, user }) => (from === "mod_time" ? from : user));

describe("an entry of the audit log", () => {
  it("counts where it names the object by its path", async () => {
    expect(await attributed(logOf([31, 'alerts/16 "HTTP errors": severity']))).toEqual([
      { time: iso(31), user: "jdoe", operation: "Modify", from: "audit log" },
    ]);
    expect(await users(logOf([31, "PATCH /api/v1/alerts/16"]))).toEqual(["jdoe"]);
    expect(await users(logOf([31, { event: { on: ["alerts/16/devicegroups"] } }]))).toEqual(["jdoe"]);
  });

  it("does not count where it names another object, even one of the same name", async () => {
    const others = [
      "alerts/160",
      "alerts/1",
      "my-alerts/16",
      "alerts/16-b",
      'tags/16 "HTTP errors"',
      "HTTP errors",
    ];
    for (const other of others)
      expect([other, await users(logOf([31, other]))]).toEqual([other, ["mod_time"]]);
  });

  it("counts where it quotes a name that only this object has", async () => {
    const log = logOf([31, 'Changed alert "HTTP errors"']);
    expect(await users(log)).toEqual(["jdoe"]);
    const tag = [{ id: 3, name: "HTTP errors" }];
    expect(await users(log, { objects: { alert: [LIVE], tag } })).toEqual(["mod_time"]);
    expect(await users(logOf([31, "Changed 'HTTP'"]), { change: { previousName: "HTTP" } })).toEqual([
      "jdoe",
    ]);
  });

  it("may lack a user or an operation", async () => {
    expect(await attributed(logOf([31, { details: "alerts/16" }, null]))).toEqual([
      { time: iso(31), user: null, operation: null, from: "audit log" },
    ]);
  });

  it("that is malformed is passed over", async () => {
    const log = [
      { id: 9, occur_time: "now", body: { details: "alerts/16" } },
      { id: 8, occur_time: minutes(31) },
    ];
    expect(await users([...log, { id: 7, occur_time: 1e300, body: { details: "alerts/16" } }])).toEqual([
      "mod_time",
    ]);
  });
});

describe("several entries", () => {
  it("are all told, newest first, each once", async () => {
    const log = logOf([10, "alerts/16", "a"], [10, "alerts/16", "a"], [20, "alerts/16", "b"]);
    expect(await users(log)).toEqual(["b", "a"]);
  });

  it("of an object that is gone are those that delete, where there are such", async () => {
    const gone: Given = { change: { id: null, action: "create" }, objects: { alert: [] } };
    const removed = { operation: "Delete", details: "alerts/16" };
    expect(await users(logOf([10, "alerts/16", "a"], [20, removed, "b"]), gone)).toEqual(["b"]);
    expect(await users(logOf([10, "alerts/16", "a"]), gone)).toEqual(["a"]);
  });
});

describe("what hopsync did itself", () => {
  const api = { facility: "REST API", operation: "Modify" };
  const record = { ...api, details: 'triggers/4 "hopsync inventory: test": script' };
  const web = { facility: "Web UI", operation: "Modify", details: "alerts/16" };

  it("does not count: nothing up to its last record, by the order of the log and not by clocks", async () => {
    // The appliance's clock is an hour ahead: all of it is later than the apply by ours.
    const log = logOf([60, { ...api, details: "alerts/16" }, "svc"], [60, record, "svc"], [61, web]);
    expect(await users(log)).toEqual(["jdoe"]);
    const behind = logOf([-60, { ...api, details: "alerts/16" }, "svc"], [-60, record, "svc"], [-59, web]);
    expect(await users(behind)).toEqual(["jdoe"]);
  });

  it("ends what came before it: a later apply healed that", async () => {
    const heal = { ...api, details: "alerts/16" };
    const log = logOf([1, record, "svc"], [2, web, "a"], [3, heal, "svc"], [4, web, "b"]);
    expect(await users(log)).toEqual(["b"]);
  });

  it("is not what its user did in another way", async () => {
    expect(await users(logOf([1, record, "jdoe"], [2, web, "jdoe"]))).toEqual(["jdoe"]);
  });

  it("is told apart by time alone where the log does not show the record", async () => {
    expect(await users(logOf([-1, "alerts/16", "before"], [1, "alerts/16", "after"]))).toEqual(["after"]);
    const other = { ...record, details: 'triggers/9 "hopsync inventory: other"' };
    expect(await users(logOf([-2, "alerts/16", "a"], [-1, other, "svc"], [1, "alerts/16", "b"]))).toEqual([
      "b",
    ]);
  });

  it("is not looked for in the log where the inventory is a file", async () => {
    const file = { owner: "test", inventory: { kind: "file", path: "x", root: "/" } } as const;
    const { log } = await readAuditLog(paged(logOf([-9, record], [-1, web], [1, web])).port, file, APPLIED);
    expect(log.entries.map(({ time }) => time)).toEqual([minutes(1)]);
  });
});

describe("without an entry", () => {
  it("the object's own time tells when, but not of links, nor of what was before the apply", async () => {
    expect(await attributed([])).toEqual([{ time: iso(31), user: null, operation: null, from: "mod_time" }]);
    expect(await attributed([], { change: { fields: [] } })).toBeUndefined();
    const old = { alert: [{ ...LIVE, mod_time: minutes(-1) }] };
    expect(await attributed([], { objects: old })).toBeUndefined();
    expect(await attributed([], { objects: { alert: [{ ...LIVE, mod_time: "x" }] } })).toBeUndefined();
  });
});

describe("the audit log", () => {
  const busy = (count: number) => logOf(...Array.from({ length: count }, (_, i) => [i + 1, "x"] as const));

  it("is read no further than the last apply", async () => {
    const { port, calls } = paged([...busy(100), ...logOf([-1, "alerts/16"]), ...busy(900)]);
    await readAuditLog(port, OWNER, APPLIED);
    expect(calls.map(({ call }) => call)).toEqual(["GET /auditlog?limit=500&offset=0"]);
  });

  it("is read in pages of any size, each entry once", async () => {
    const { port, calls } = paged(busy(450), 200);
    const { log, diagnostics } = await readAuditLog(port, OWNER, APPLIED);
    expect([log.entries.length, diagnostics, calls.length]).toEqual([450, [], 3]);
  });

  it("is read up to 2,000 entries, and that there are more is a warning", async () => {
    const { port, calls } = paged(busy(3000));
    const { log, diagnostics } = await readAuditLog(port, OWNER, APPLIED);
    expect([log.entries.length, calls.length]).toEqual([2000, 4]);
    expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([
      ["audit-log-long", "warning"],
    ]);
  });

  it("that cannot be read is a warning", async () => {
    const { port } = fakePort(() => {
      throw new ApplianceError("forbidden", "no", { status: 403 });
    });
    const { log, diagnostics } = await readAuditLog(port, OWNER, APPLIED);
    expect([log.entries, diagnostics.map(({ code, severity }) => [code, severity])]).toEqual([
      [],
      [["no-audit-log", "warning"]],
    ]);
  });
});
