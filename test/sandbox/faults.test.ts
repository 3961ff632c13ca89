import { expect, it } from "vitest";
import type { Fault, FaultEvent } from "../../src/sandbox/faults.ts";
import { type Client, create, open } from "./client.ts";

async function statuses(call: Client, count: number, path = "/tags"): Promise<readonly number[]> {
  const seen: number[] = [];
  for (let i = 0; i < count; i += 1) seen.push((await call("GET", path)).status);
  return seen;
}

it("hits each matching request, the one of a number, or each multiple of one", async () => {
  const unavailable = { when: "before", effect: { status: 503 } } as const;
  for (const [fault, expected] of [
    [{ ...unavailable }, [503, 503, 503, 503]],
    [{ ...unavailable, nth: 2 }, [200, 503, 200, 200]],
    [{ ...unavailable, nth: [1, 4] }, [503, 200, 200, 503]],
    [{ ...unavailable, every: 2 }, [200, 503, 200, 503]],
    [{ ...unavailable, rate: 0 }, [200, 200, 200, 200]],
    [{ ...unavailable, rate: 1 }, [503, 503, 503, 503]],
    [{ ...unavailable, every: 2, rate: 1 }, [200, 503, 200, 503]],
    [{ ...unavailable, method: "POST" }, [200, 200, 200, 200]],
    [{ ...unavailable, path: "/alerts" }, [200, 200, 200, 200]],
    [{ ...unavailable, path: "/t[a-z]+$" }, [503, 503, 503, 503]],
  ] as const) {
    const { call } = await open({ devices: 0, faults: [fault] });
    expect(await statuses(call, 4), JSON.stringify(fault)).toEqual(expected);
  }
});

it("hits a share of the requests by chance, the same ones for the same seed", async () => {
  const faults: readonly Fault[] = [{ rate: 0.2, when: "before", effect: { status: 503 } }];
  const hit = async (faultSeed?: number): Promise<readonly number[]> => {
    const { call } = await open({ devices: 0, faults, ...(faultSeed === undefined ? {} : { faultSeed }) });
    return statuses(call, 200);
  };
  const [first, again, other] = [await hit(), await hit(1), await hit(2)];
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
  const count = first.filter((status) => status === 503).length;
  expect(count).toBeGreaterThan(20);
  expect(count).toBeLessThan(60);
});

it("can be ended and scripted anew while the appliance runs, and tells each hit", async () => {
  const events: unknown[] = [];
  const fault: Fault = { nth: 1, when: "before", effect: { status: 503 } };
  const { call, sandbox } = await open({
    devices: 0,
    faults: [{ ...fault, method: "POST" }, fault],
    onFault: ({ method, path, number }) => void events.push([method, path, number]),
  });
  expect(await statuses(call, 2, "/tags?x=1")).toEqual([503, 400]);
  sandbox.setFaults([]);
  expect(await statuses(call, 1)).toEqual([200]);
  sandbox.setFaults([fault]);
  expect(await statuses(call, 2)).toEqual([503, 200]);
  expect(events).toEqual([
    ["GET", "/tags?x=1", 2],
    ["GET", "/tags", 1],
  ]);
});

it("counts only the requests that match", async () => {
  const { call } = await open({
    devices: 0,
    faults: [{ path: "/tags", nth: 2, when: "before", effect: { status: 500 } }],
  });
  await statuses(call, 3, "/alerts");
  expect(await statuses(call, 2)).toEqual([200, 500]);
});

it("answers with the body and headers of the fault", async () => {
  const faults: readonly Fault[] = [
    {
      nth: 1,
      when: "before",
      effect: { status: 429, headers: { "retry-after": "2" }, body: { error_message: "slow down" } },
    },
  ];
  const { call, sandbox } = await open({ devices: 0, faults });
  const reply = await call("GET", "/tags");
  expect(reply).toMatchObject({ status: 429, body: { error_message: "slow down" } });
  expect(reply.headers.get("retry-after")).toBe("2");
  expect(sandbox.requests()[0]?.status).toBe(429);
});

it("answers with text, or with a page of HTML", async () => {
  const faults: readonly Fault[] = [
    { nth: 1, when: "before", effect: { status: 400, body: "access token is invalid" } },
    { nth: 2, when: "before", effect: { html: "<html>login</html>" } },
  ];
  const { sandbox } = await open({ devices: 0, faults });
  const text = await fetch(`${sandbox.url}/api/v1/tags`);
  expect([text.status, text.headers.get("content-type"), await text.text()]).toEqual([
    400,
    "text/plain; charset=utf-8",
    "access token is invalid",
  ]);
  const html = await fetch(`${sandbox.url}/api/v1/tags`);
  expect([html.status, html.headers.get("content-type"), await html.text()]).toEqual([
    200,
    "text/html; charset=utf-8",
    "<html>login</html>",
  ]);
});

it("asks for a pause in seconds, or until a date", async () => {
  const { call } = await open({
    devices: 0,
    faults: [
      { nth: 1, when: "before", effect: { status: 429, retryAfter: 2 } },
      { nth: 2, when: "before", effect: { status: 503, retryAfterDate: 60 } },
    ],
  });
  expect((await call("GET", "/tags")).headers.get("retry-after")).toBe("2");
  const until = Date.parse((await call("GET", "/tags")).headers.get("retry-after") ?? "") - Date.now();
  expect(until).toBeGreaterThan(50_000);
  expect(until).toBeLessThanOrEqual(60_000);
});

it("sends on to another place", async () => {
  const { sandbox } = await open({
    devices: 0,
    faults: [{ when: "before", effect: { redirect: "https://login.example.com/" } }],
  });
  const response = await fetch(`${sandbox.url}/api/v1/tags`, { redirect: "manual" });
  expect([response.status, response.headers.get("location")]).toEqual([307, "https://login.example.com/"]);
});

it("spoils the appliance's own answer, so that the request is carried out", async () => {
  const effects = ["malformed", "empty", "no-location", "truncate"] as const;
  const faults = effects.map((effect, i): Fault => ({ nth: i + 1, method: "POST", when: "before", effect }));
  const { sandbox } = await open({ devices: 0, faults });
  const seen: unknown[] = [];
  const headers = { authorization: `ExtraHop apikey=${sandbox.apiKey}`, "content-type": "application/json" };
  for (const [i, effect] of effects.entries()) {
    const response = await fetch(`${sandbox.url}/api/v1/tags`, {
      method: "POST",
      headers,
      body: `{"name":"${i}"}`,
    }).catch(() => undefined);
    const text = await response?.text().catch(() => undefined);
    const type = response?.headers.get("content-type")?.split(";")[0];
    seen.push([effect, response?.status, type, text, response?.headers.get("location")]);
  }
  expect(seen).toEqual([
    ["malformed", 201, "application/json", "{,", "/api/v1/tags/1"],
    ["empty", 201, "application/json", "", "/api/v1/tags/2"],
    ["no-location", 201, "text/plain", "", null],
    ["truncate", undefined, undefined, undefined, undefined],
  ]);
  expect(sandbox.appliance.list("tags")).toHaveLength(4);
  expect(sandbox.requests().map(({ done }) => done?.location)).toEqual(
    [1, 2, 3, 4].map((id) => `/api/v1/tags/${id}`),
  );
});

it("makes a list that is no JSON, and a 204 that claims to have a body", async () => {
  const { sandbox, call } = await open({
    devices: 0,
    faults: [
      { method: "GET", when: "after", effect: "malformed" },
      { method: "PATCH", when: "after", effect: "empty" },
    ],
  });
  await create(call, "tags", { name: "a" });
  await expect(call("GET", "/tags")).rejects.toThrow(SyntaxError);
  const reply = await call("PATCH", "/tags/1", { name: "b" });
  expect([reply.status, reply.body, reply.headers.get("content-type")]).toEqual([
    200,
    "",
    "application/json; charset=utf-8",
  ]);
  expect(sandbox.appliance.find("tags", "b")).toBeDefined();
});

it("refuses the assignment of chosen objects, by id or name, with 207 or 422", async () => {
  const { call, sandbox } = await open();
  const [first, second] = sandbox.appliance.list("devices");
  const tag = await create(call, "tags", { name: "a" });
  sandbox.setFaults([{ when: "before", effect: { refuse: [first?.id ?? 0, "no such name"] } }]);
  const ids = [first?.id ?? 0, second?.id ?? 0];
  const some = await call("POST", `/tags/${tag}/devices`, { assign: ids });
  expect([some.status, some.body.failures]).toEqual([
    207,
    [{ action: "assign", id: String(first?.id), reason: expect.any(String) }],
  ]);
  expect(sandbox.appliance.linked("tags/devices", tag)).toEqual([second?.id]);
  sandbox.setFaults([{ when: "before", effect: { refuse: [String(second?.display_name)] } }]);
  expect((await call("POST", `/tags/${tag}/devices`, { unassign: [ids[1] ?? 0] })).status).toBe(422);
  expect((await call("DELETE", `/tags/${tag}/devices/${ids[1]}`)).status).toBe(422);
  expect(sandbox.appliance.linked("tags/devices", tag)).toEqual([second?.id]);
});

it("leaves a new object out of lists for a while", async () => {
  const { call } = await open({
    devices: 0,
    faults: [{ method: "POST", when: "before", effect: { lag: 2 } }],
  });
  await create(call, "tags", { name: "a" });
  const seen: number[] = [];
  for (let i = 0; i < 3; i += 1) seen.push((await call("GET", "/tags")).body.length);
  expect(seen).toEqual([0, 0, 1]);
});

it("comes before or after the write", async () => {
  const faults: readonly Fault[] = [
    { method: "POST", nth: 1, when: "before", effect: { status: 502 } },
    { method: "POST", nth: 2, when: "after", effect: { status: 502 } },
  ];
  const { call, sandbox } = await open({ devices: 0, faults });
  expect((await call("POST", "/tags", { name: "a" })).status).toBe(502);
  expect(sandbox.appliance.find("tags", "a")).toBeUndefined();
  expect((await call("POST", "/tags", { name: "b" })).status).toBe(502);
  expect(sandbox.appliance.find("tags", "b")).toBeDefined();
});

it("resets the connection, with or without the write", async () => {
  const faults: readonly Fault[] = [
    { method: "POST", nth: 1, when: "before", effect: "reset" },
    { method: "POST", nth: 2, when: "after", effect: "reset" },
  ];
  const { call, sandbox } = await open({ devices: 0, faults });
  await expect(call("POST", "/tags", { name: "a" })).rejects.toThrow();
  await expect(call("POST", "/tags", { name: "b" })).rejects.toThrow();
  expect(sandbox.appliance.list("tags").map(({ name }) => name)).toEqual(["b"]);
  expect(sandbox.requests().map(({ status }) => status)).toEqual([null, null]);
});

it("cuts an answer off after its headers", async () => {
  const { sandbox } = await open({ faults: [{ nth: 1, when: "after", effect: "truncate" }] });
  const headers = { authorization: `ExtraHop apikey=${sandbox.apiKey}` };
  const response = await fetch(`${sandbox.url}/api/v1/devices`, { headers });
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
});

it("delays, and lets the request through", async () => {
  const faults: readonly Fault[] = [
    { method: "POST", when: "before", effect: { delayMs: 1 } },
    { method: "POST", when: "after", effect: { delayMs: 1 } },
  ];
  const { call } = await open({ devices: 0, faults });
  expect(await create(call, "tags", { name: "a" })).toBe(1);
});

it("does not hold up close while it delays", async () => {
  const { call, sandbox } = await open({
    devices: 0,
    faults: [{ when: "before", effect: { delayMs: 3_600_000 } }],
  });
  const pending = expect(call("GET", "/tags")).rejects.toThrow();
  while (sandbox.requests().length === 0) await new Promise((resolve) => setImmediate(resolve));
  await sandbox.close();
  await pending;
});

it("whose path takes too long to match is told as the answer, and the next request is served", async () => {
  const path = "/tags.(x+x+)+y";
  const told: FaultEvent[] = [];
  const { call } = await open({
    devices: 0,
    faults: [{ path, method: "GET", when: "after", effect: "reset" }],
    onFault: (event) => void told.push(event),
  });
  const { status, body } = await call("GET", `/tags?${"x".repeat(60)}`);
  expect([status, body]).toEqual([500, { error_message: expect.stringContaining("too long") }]);
  expect(told.map(({ number, fault }) => [number, fault.when])).toEqual([[1, "before"]]);
  expect((await call("POST", "/tags", { name: "a" })).status).toBe(201);
});
