/** Creates whose answers are lost: one object in the end, whichever attempt made it. */
import { describe, expect, onTestFinished, test } from "vitest";
import { readConnection } from "../../src/appliance/connection.ts";
import { createAppliance } from "../../src/appliance/http.ts";
import type { ClientOptions } from "../../src/appliance/sender.ts";
import type { Fault } from "../../src/sandbox/faults.ts";
import type { Quirks } from "../../src/sandbox/quirks.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { connectTo, failureOf, serve } from "./servers.ts";

interface Setup extends Partial<ClientOptions> {
  readonly faults?: readonly Fault[];
  readonly quirks?: Partial<Quirks>;
}

/** Exclusion intervals: their names are "friendly", so that the appliance refuses no second one. */
const PATH = "/exclusionintervals";
const BODY = {
  name: "Nightly",
  interval_type: "daily",
  start: 0,
  end: 3600,
  alert_apply_all: false,
  trend_apply_all: false,
};

async function setup({ faults = [], quirks = {}, ...options }: Setup = {}) {
  const box = await sandbox({ faults, quirks });
  const pauses: number[] = [];
  const connection = await readConnection({ host: box.url, apiKey: box.apiKey });
  const sleep = async (ms: number) => void pauses.push(ms);
  const client = createAppliance(connection, { userAgent: "test", sleep, random: () => 0, ...options });
  onTestFinished(() => client.close());
  const known = new Set(box.appliance.list("exclusionintervals").map(({ id }) => String(id)));
  const create = () =>
    client.create(PATH, BODY, { isNew: ({ id, name }) => name === BODY.name && !known.has(String(id)) });
  const ids = () => box.appliance.list("exclusionintervals").map(({ id }) => String(id));
  return { box, client, pauses, create, ids, known };
}

const POST = { method: "POST", path: PATH } as const;
const reset: Fault = { ...POST, nth: 1, when: "before", effect: "reset" };

describe("a create whose answer is lost", () => {
  const effects: readonly (readonly [string, Fault["effect"]])[] = [
    ["a reset", "reset"],
    ["a cut answer", "truncate"],
    ["a 500", { status: 500 }],
    ["a 502 without a body", { status: 502 }],
    ["a 503", { status: 503 }],
    ["a 504", { status: 504 }],
    ["a 201 without a location", { status: 201 }],
    ["a web page", { html: "<html><title>Login</title></html>" }],
  ];

  test.each(effects)("by %s after the write is found in the list, at once", async (_name, effect) => {
    const { create, ids, client, pauses } = await setup({
      faults: [{ ...POST, nth: 1, when: "after", effect }],
    });
    expect([await create()]).toEqual(ids());
    expect([client.requests(), pauses]).toEqual([{ POST: 1, GET: 1 }, []]);
  });

  test("by a timeout is found as well", async () => {
    const late: Fault = { ...POST, nth: 1, when: "after", effect: { delayMs: 60_000 } };
    const { create, ids } = await setup({ faults: [late], timeoutMs: 300 });
    expect([await create()]).toEqual(ids());
  });

  test.each([1, 2, 3])("and that is listed only after %i reads is waited for", async (listLag) => {
    const { create, ids, client, pauses } = await setup({
      faults: [{ ...reset, when: "after" }],
      quirks: { listLag },
    });
    expect([await create()]).toEqual(ids());
    expect(client.requests()).toEqual({ POST: 1, GET: listLag + 1 });
    expect(pauses).toEqual([500, 1500, 3000].slice(0, listLag));
  });
});

describe("a create that was lost before the write", () => {
  test.each([
    ["a reset", "reset" as const],
    ["a 502", { status: 502 }],
    ["a 503", { status: 503 }],
  ])("by %s is sent again when five seconds of looking show nothing", async (_name, effect) => {
    const { create, ids, client, pauses } = await setup({ faults: [{ ...reset, effect }] });
    expect([await create()]).toEqual(ids());
    // Four looks, the second attempt, and one look whether the first was carried out after all.
    expect(client.requests()).toEqual({ POST: 2, GET: 5 });
    expect(pauses).toEqual([500, 1500, 3000]);
  });

  test.each([
    ["a timeout, since the appliance may still be at it", { delayMs: 60_000 }],
    ["a gateway's timeout", { status: 504 }],
    ["a 500, which would come again", { status: 500 }],
    ["a success that cannot be read", { status: 201 }],
  ])("by %s is not sent again, and nobody knows", async (_name, effect) => {
    const { create, client } = await setup({ faults: [{ ...reset, effect }], timeoutMs: 300 });
    const error = await failureOf(create());
    expect(error.unknownOutcome).toBe(true);
    expect(error.message).toContain("looked for and is not listed");
    expect(client.requests()).toEqual({ POST: 1, GET: 4 });
  });

  test("twice stays unknown: it is sent two times at most", async () => {
    const { create, client, ids } = await setup({ faults: [reset, { ...reset, nth: 2 }] });
    expect(await failureOf(create())).toMatchObject({ code: "unreachable", unknownOutcome: true });
    expect([client.requests().POST, ids()]).toEqual([2, []]);
  });

  test("is neither looked for any longer nor sent again once the time of the run is up", async () => {
    const deadline = new AbortController();
    const { create, client } = await setup({
      faults: [reset],
      deadline: deadline.signal,
      sleep: async () => deadline.abort(),
    });
    const error = await failureOf(create());
    expect(error).toMatchObject({ code: "unreachable", unknownOutcome: true });
    expect(error.message).toContain("the deadline of the run passed");
    expect(client.requests()).toEqual({ POST: 1, GET: 1 });
  });

  test("is not sent again once the run is stopped", async () => {
    const stop = new AbortController();
    const { create, client } = await setup({
      faults: [reset],
      stop: stop.signal,
      onRequest: () => stop.abort(),
    });
    expect(await failureOf(create())).toMatchObject({ unknownOutcome: true });
    expect(client.requests()).toEqual({ POST: 1, GET: 1 });
  });
});

describe("a create that comes up only after it was sent again", () => {
  const lost: Fault = { ...reset, when: "after" };

  test("is taken, and the second object is removed", async () => {
    // Hidden from the four looks before the second attempt, and listed before that one's object is.
    const { create, ids, client } = await setup({ faults: [lost], quirks: { listLag: 4 } });
    expect([await create()]).toEqual(ids());
    expect(client.requests()).toMatchObject({ POST: 2, DELETE: 1 });
  });

  test("is found where the appliance refuses the second one for its name", async () => {
    const { box, client } = await setup({
      faults: [{ ...lost, path: "/tags" }],
      quirks: { listLag: 5 },
    });
    const id = await client.create("/tags", { name: "pci" }, { isNew: ({ name }) => name === "pci" });
    expect(box.appliance.find("tags", "pci")?.id).toBe(Number(id));
    expect(client.requests().POST).toBe(2);
  });

  test("is an error with both ids where the second cannot be removed", async () => {
    const refuse: Fault = { method: "DELETE", when: "before", effect: { status: 403 } };
    const { create, ids } = await setup({ faults: [lost, refuse], quirks: { listLag: 4 } });
    const error = await failureOf(create());
    expect(error).toMatchObject({ code: "doubled", unknownOutcome: true });
    for (const id of ids()) expect(error.message).toContain(id);
    expect(ids()).toHaveLength(2);
  });
});

describe("what was there before the run", () => {
  test("never counts as the new object", async () => {
    const { box, client } = await setup({ faults: [reset] });
    const old = box.appliance.add("exclusionintervals", BODY);
    const id = await client.create(PATH, BODY, { isNew: ({ id: known }) => known !== old });
    expect(id).not.toBe(String(old));
    expect(box.appliance.list("exclusionintervals")).toHaveLength(2);
  });

  test("several new ones of the name are an error that lists them, and none is removed", async () => {
    const { box, create, ids } = await setup({ faults: [{ ...reset, when: "after" }] });
    box.appliance.add("exclusionintervals", BODY);
    const error = await failureOf(create());
    expect(error.code).toBe("doubled");
    for (const id of ids()) expect(error.message).toContain(id);
    expect(ids()).toHaveLength(2);
  });
});

describe("a create", () => {
  test("that is refused is neither looked for nor sent again", async () => {
    const { create, client } = await setup({ faults: [{ ...reset, effect: { status: 422 } }] });
    expect(await failureOf(create())).toMatchObject({ status: 422, unknownOutcome: false });
    expect(client.requests()).toEqual({ POST: 1 });
  });

  test("that is listed without an id stays unknown, and no id is made up", async () => {
    const { origin } = await serve(({ method }) =>
      method === "POST" ? undefined : { body: [{ name: BODY.name }] },
    );
    const client = await connectTo(origin);
    const error = await failureOf(client.create(PATH, BODY, { isNew: () => true }));
    expect(error).toMatchObject({ code: "unreachable", unknownOutcome: true });
    expect(error.message).toContain("an object without an id");
    expect(client.requests()).toEqual({ POST: 1, GET: 1 });
  });

  test("that cannot be looked for stays unknown, and says why", async () => {
    const down: Fault = { method: "GET", when: "before", effect: { status: 403 } };
    const { create } = await setup({ faults: [reset, down] });
    const error = await failureOf(create());
    expect(error).toMatchObject({ code: "unreachable", unknownOutcome: true });
    expect(error.message).toContain("could not be looked for: [GET]");
  });
});
