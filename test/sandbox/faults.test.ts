import { expect, it } from "vitest";
import type { Fault } from "../../src/sandbox/faults.ts";
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
    [{ ...unavailable, every: 2 }, [200, 503, 200, 503]],
    [{ ...unavailable, method: "POST" }, [200, 200, 200, 200]],
    [{ ...unavailable, path: "/alerts" }, [200, 200, 200, 200]],
    [{ ...unavailable, path: "/t[a-z]+$" }, [503, 503, 503, 503]],
  ] as const) {
    const { call } = await open({ devices: 0, faults: [fault] });
    expect(await statuses(call, 4), JSON.stringify(fault)).toEqual(expected);
  }
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
