import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { readConnection } from "../../src/appliance/connection.ts";
import { createAppliance } from "../../src/appliance/http.ts";
import {
  closedOrigin,
  connectTo,
  failureOf,
  KEY,
  listen,
  type Reply,
  type Script,
  serve,
} from "./servers.ts";

async function clientOf(script: Script) {
  const server = await serve(script);
  return { server, client: await connectTo(server.origin) };
}

describe("create", () => {
  test.each([
    [{ location: "/api/v1/tags/19" }, "19"],
    [{ Location: "https://eda.example.com/api/v1/tags/7" }, "7"],
    [{ LOCATION: "/api/v1/tags/0", "content-type": "application/json" }, "0"],
    [{ location: "/api/v1/tags/17179869184123456789" }, "17179869184123456789"],
    [{ location: "https://10.0.0.1:8443/gateway/api/v1/tags/7?x=1#y" }, "7"],
    [{ location: "//elsewhere.example.com/api/v1/tags/7" }, "7"],
  ])("takes the id from %j, whatever the empty body is labelled as", async (headers, id) => {
    const { server, client } = await clientOf(() => ({
      status: 201,
      headers: headers as Record<string, string>,
      body: "",
    }));
    expect(await client.create("/tags", { name: "pci" })).toBe(id);
    expect(server.seen).toMatchObject([{ method: "POST", url: "/api/v1/tags", body: '{"name":"pci"}' }]);
    expect(server.seen[0]?.headers["content-type"]).toBe("application/json");
  });

  test.each([
    ["no location", {}],
    ["a location without an id", { location: "/api/v1/tags/" }],
    ["a job's location", { location: "/api/v1/jobs/6ba7b810-9dad" }],
    ["a location that is no URL", { location: "http://[" }],
    ["the location of another kind of object", { location: "/api/v1/alerts/19" }],
    ["the location of another collection", { location: "/api/v1/othertags/19" }],
    ["a number alone", { location: "19" }],
    ["a location below the object", { location: "/api/v1/tags/19/devices/7" }],
  ])("with %s is malformed, and nobody knows the outcome", async (_name, headers) => {
    const { client } = await clientOf(() => ({ status: 201, headers, body: "" }));
    const error = await failureOf(client.create("/tags", { name: "pci" }));
    expect(error).toMatchObject({ code: "malformed", status: 201, unknownOutcome: true, path: "/tags" });
    expect(error.message).toContain("run plan again");
  });
});

describe("a write", () => {
  test("that succeeds with 204 returns nothing", async () => {
    const { server, client } = await clientOf(() => ({ status: 204 }));
    await client.patch("/alerts/16", { severity: 3 });
    await client.remove("/alerts/16");
    expect(server.seen).toMatchObject([
      { method: "PATCH", url: "/api/v1/alerts/16", body: '{"severity":3}' },
      { method: "DELETE", url: "/api/v1/alerts/16", body: "" },
    ]);
    expect(server.seen[1]?.headers).not.toHaveProperty("content-type");
    expect(client.requests()).toEqual({ PATCH: 1, DELETE: 1 });
  });

  const calls = [
    ["create", "POST"],
    ["patch", "PATCH"],
    ["remove", "DELETE"],
    ["assign", "POST"],
  ] as const;
  const call = (client: Awaited<ReturnType<typeof clientOf>>["client"], name: (typeof calls)[number][0]) =>
    ({
      create: () => client.create("/tags", {}),
      patch: () => client.patch("/tags/1", {}),
      remove: () => client.remove("/tags/1"),
      assign: () => client.assign("/tags/1/devices", { assign: ["1"] }),
    })[name]();

  describe.each(calls)("by %s", (name, method) => {
    const once = name === "create";
    const attempts = once ? 1 : 4;

    test("is sent again after a 429, which means not done", async () => {
      const ok: Reply = once
        ? { status: 201, headers: { location: "/api/v1/tags/1" }, body: "" }
        : { status: 204 };
      const { client } = await clientOf((_seen, n) => (n < 2 ? { status: 429 } : ok));
      await call(client, name);
      expect(client.requests()).toEqual({ [method]: 3 });
    });

    test.each([502, 503, 504])(`is sent ${attempts} times when the answer is %i`, async (status) => {
      const { client } = await clientOf(() => ({ status }));
      const error = await failureOf(call(client, name));
      expect(error).toMatchObject({ code: "refused", status, unknownOutcome: true });
      expect(client.requests()).toEqual({ [method]: attempts });
    });

    test.each([400, 401, 402, 403, 404, 409, 422, 500])(
      "is sent once when the answer is %i",
      async (status) => {
        const { client } = await clientOf(() => ({ status }));
        expect(await failureOf(call(client, name))).toMatchObject({
          status,
          unknownOutcome: status === 500,
        });
        expect(client.requests()).toEqual({ [method]: 1 });
      },
    );

    test("that the appliance failed at ends in what to do next", async () => {
      const { client } = await clientOf(() => ({ status: 503 }));
      expect((await failureOf(call(client, name))).message).toMatch(
        /: 503 Service Unavailable\. Nobody knows whether it was done; run plan again/,
      );
    });

    test(`is sent ${attempts} times when the connection is cut, and nobody knows the outcome`, async () => {
      const { server, client } = await clientOf(() => undefined);
      const error = await failureOf(call(client, name));
      expect(error).toMatchObject({ code: "unreachable", unknownOutcome: true, method });
      expect(error.message).toContain("run plan again");
      expect(server.seen).toHaveLength(attempts);
    });

    test("that gets no answer in time leaves the outcome unknown", async () => {
      const server = await serve(() => new Promise(() => undefined));
      const client = await connectTo(server.origin, { timeoutMs: 500, retries: 1 });
      const error = await failureOf(call(client, name));
      expect(error).toMatchObject({ code: "timeout", unknownOutcome: true });
      expect(server.seen).toHaveLength(once ? 1 : 2);
    });

    test("that never left says that nothing was sent", async () => {
      const error = await failureOf(call(await connectTo(await closedOrigin()), name));
      expect(error).toMatchObject({ code: "unreachable", unknownOutcome: false });
      expect(error.message).toContain("Nothing was sent.");
    });

    test("with a success that no document promises leaves the outcome unknown", async () => {
      const { client } = await clientOf(() => ({ status: 202, body: {} }));
      expect(await failureOf(call(client, name))).toMatchObject({ code: "malformed", unknownOutcome: true });
    });

    test("that is refused has a known outcome", async () => {
      const { client } = await clientOf(() => ({ status: 404, body: { error_message: "no" } }));
      expect(await failureOf(call(client, name))).toMatchObject({ code: "refused", unknownOutcome: false });
    });
  });
});

describe("a write that is repeated", () => {
  const replies =
    (...list: readonly (Reply | undefined)[]): Script =>
    (_seen, n) =>
      list[n];

  test("is done when the last attempt is, and each attempt counts", async () => {
    const { client } = await clientOf(replies(undefined, { status: 503 }, { status: 204 }));
    await client.patch("/tags/1", {});
    expect(client.requests()).toEqual({ PATCH: 3 });
  });

  test("stays unknown when a later attempt is refused or does not even leave", async () => {
    const { client } = await clientOf(replies(undefined, { status: 404, body: { error_message: "no" } }));
    const error = await failureOf(client.patch("/tags/1", {}));
    expect(error).toMatchObject({ status: 404, unknownOutcome: true });
    expect(error.message).toContain("Nobody knows");
  });

  test("is known not to be done after a 429 and a refusal", async () => {
    const { client } = await clientOf(replies({ status: 429 }, { status: 404 }));
    expect(await failureOf(client.patch("/tags/1", {}))).toMatchObject({ unknownOutcome: false });
  });

  test("pauses as Retry-After asks for, in seconds or as a date", async () => {
    const at = new Date(Date.now() + 30_000).toUTCString();
    const server = await serve(
      replies(
        { status: 429, headers: { "retry-after": "7" } },
        { status: 503, headers: { "retry-after": at } },
        { status: 204 },
      ),
    );
    const pauses: number[] = [];
    const client = await connectTo(server.origin, { sleep: async (ms) => void pauses.push(ms) });
    await client.remove("/tags/1");
    expect(pauses[0]).toBe(7000);
    expect(pauses[1]).toBeGreaterThan(1000);
  });

  describe("a delete", () => {
    test("has succeeded when what may have been done before finds nothing more", async () => {
      const { client } = await clientOf(replies(undefined, { status: 404 }));
      await client.remove("/tags/1");
      expect(client.requests()).toEqual({ DELETE: 2 });
    });

    test("has not when the attempt before was refused with a 429", async () => {
      const { client } = await clientOf(replies({ status: 429 }, { status: 404 }));
      expect(await failureOf(client.remove("/tags/1"))).toMatchObject({ status: 404 });
    });

    test("has not when a web page says 404", async () => {
      const page = { status: 404, headers: { "content-type": "text/html" }, body: "<html></html>" };
      const { client } = await clientOf(replies(undefined, page));
      expect(await failureOf(client.remove("/tags/1"))).toMatchObject({
        code: "not-an-appliance",
        unknownOutcome: true,
      });
    });
  });

  test("stops its pauses when the run is stopped, and later calls are not concerned", async () => {
    const stop = new AbortController();
    const { origin, seen } = await serve((_seen, n) => {
      if (n === 0) setImmediate(() => stop.abort());
      return n < 2 ? { status: 503, headers: n === 0 ? { "retry-after": "60" } : {} } : { status: 204 };
    });
    const connection = await readConnection({ host: origin, apiKey: KEY });
    const client = createAppliance(connection, { userAgent: "x", stop: stop.signal, random: () => 0.99 });
    onTestFinished(() => client.close());
    const started = Date.now();
    expect(await failureOf(client.patch("/tags/1", {}))).toMatchObject({ status: 503 });
    expect(Date.now() - started).toBeLessThan(10_000);
    await client.patch("/tags/1", {});
    expect(seen).toHaveLength(3);
  });
});

describe("a connection that the appliance closes between requests", () => {
  /** Answers as keep-alive, and closes the connection a moment later. */
  async function closing() {
    const bodies: string[] = [];
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (data) => {
        const text = String(data);
        const created = text.startsWith("POST");
        const head = created ? `201 Created\r\nlocation: /api/v1/tags/${bodies.push(text)}` : "200 OK";
        const body = created ? "" : "[]";
        socket.write(
          `HTTP/1.1 ${head}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
          () => setImmediate(() => socket.destroy()),
        );
      });
    });
    return { origin: `http://127.0.0.1:${await listen(server)}`, bodies };
  }

  test("with the create that finds it out makes one object", async () => {
    const made: string[] = [];
    const sent: string[] = [];
    const server = createServer((socket) => {
      let count = 0;
      socket.on("error", () => undefined);
      socket.on("data", (data) => {
        const [line = ""] = String(data).split(" HTTP");
        count += 1;
        sent.push(`${line} as number ${count}`);
        // Idle for too long, by its own clock: what comes next is not read any more.
        if (line.startsWith("POST") && count > 1) return void socket.destroy();
        if (line.startsWith("POST")) made.push(line);
        const head = line.startsWith("POST") ? "201 Created\r\nlocation: /api/v1/tags/7" : "200 OK";
        const body = line.startsWith("POST") ? "" : "[]";
        socket.write(
          `HTTP/1.1 ${head}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n` +
            `connection: ${line.startsWith("GET") && sent.length > 1 ? "close" : "keep-alive"}\r\n\r\n${body}`,
        );
      });
    });
    const client = await connectTo(`http://127.0.0.1:${await listen(server)}`, { parallelism: 1 });
    await client.list("/tags");
    expect(await client.create("/tags", { name: "t" }, { isNew: () => false })).toBe("7");
    expect([made.length, sent.filter((line) => line.startsWith("POST"))]).toEqual([
      1,
      ["POST /api/v1/tags as number 2", "POST /api/v1/tags as number 1"],
    ]);
  });

  test("fails neither reads nor creates, and nothing is sent twice", async () => {
    const { origin, bodies } = await closing();
    const client = await connectTo(origin, { parallelism: 1 });
    for (let i = 1; i <= 30; i += 1) {
      expect(await client.list("/tags")).toEqual([]);
      await new Promise((resolve) => setTimeout(resolve, i % 3));
      expect(await client.create("/tags", { name: `t${i}` }, { isNew: () => false })).toBe(String(i));
      await new Promise((resolve) => setTimeout(resolve, i % 2));
    }
    expect(bodies).toHaveLength(30);
  });
});

describe("assign", () => {
  test("sends integers with every digit, and no empty list", async () => {
    const { server, client } = await clientOf(() => ({ status: 204 }));
    await client.assign("/tags/7/devices", { assign: ["10180", "17179869184123456789", "0"], unassign: [] });
    await client.assign("/tags/7/devices", { unassign: ["9352"] });
    await client.assign("/tags/7/devices", { assign: ["1"], unassign: ["2"] });
    expect(server.seen.map(({ body }) => body)).toEqual([
      '{"assign":[10180,17179869184123456789,0]}',
      '{"unassign":[9352]}',
      '{"assign":[1],"unassign":[2]}',
    ]);
  });

  test("sends nothing when there is nothing to change", async () => {
    const { client } = await clientOf(() => ({ status: 204 }));
    await client.assign("/tags/7/devices", { assign: [], unassign: [] });
    expect(client.requests()).toEqual({});
  });

  test.each(["", "x", "1e3", "-1", "1,2"])("does not send %j as an id", async (id) => {
    const { client } = await clientOf(() => ({ status: 204 }));
    await expect(client.assign("/tags/7/devices", { assign: [id] })).rejects.toThrow(TypeError);
    expect(client.requests()).toEqual({});
  });

  const failures = (count: number): Reply["body"] => ({
    message: "partial",
    failures: Array.from({ length: count }, (_, i) => ({
      action: "assign",
      id: `${100 + i}`,
      reason: "gone\u001b[2J",
    })),
  });

  test.each([207, 422])("with failures in a %i is partial and lists them, cleaned", async (status) => {
    const { client } = await clientOf(() => ({ status, body: failures(2) }));
    const error = await failureOf(client.assign("/tags/7/devices", { assign: ["100", "101", "102"] }));
    expect(error).toMatchObject({ code: "partial", status, unknownOutcome: false });
    expect(error.failures).toHaveLength(2);
    expect(error.failures[0]).toEqual({ action: "assign", id: "100", reason: "gone\\u{001b}[2J" });
    expect(error.message).toContain("assign 100: gone\\u{001b}[2J; assign 101: gone\\u{001b}[2J");
    expect(error.message).not.toContain("more");
  });

  test.each([207, 422])("with failures in a %i names what its caller knows the ids of", async (status) => {
    const { client } = await clientOf(() => ({ status, body: failures(2) }));
    const nameOf = (id: string) => (id === "100" ? "pay-gw-01, id 100" : id);
    const error = await failureOf(client.assign("/tags/7/devices", { assign: ["100", "101"] }, nameOf));
    expect(error.message).toContain("2 not done: assign pay-gw-01, id 100: gone");
    expect(error.message).toContain("; assign 101: gone");
  });

  test("lists ten failures and counts the rest", async () => {
    const { client } = await clientOf(() => ({ status: 207, body: failures(13) }));
    const { message } = await failureOf(client.assign("/tags/7/devices", { assign: ["1"] }));
    expect(message).toContain("13 not done");
    expect(message).toContain("assign 109:");
    expect(message).not.toContain("assign 110:");
    expect(message).toContain("and 3 more");
  });

  test.each([
    ["some of it no failures", [null, 7, "x", { action: "assign", id: 101, reason: "gone" }, { id: null }]],
    ["a reason that is none", [{ action: "assign", id: "1", reason: { why: "gone" } }]],
  ])("with a 207 that lists %s is partial", async (_, mixed) => {
    const { client } = await clientOf(() => ({ status: 207, body: { failures: mixed } }));
    const error = await failureOf(client.assign("/tags/7/devices", { assign: ["101"] }));
    expect([error.code, error.failures.length]).toEqual(["partial", mixed.length]);
    expect(error.message).toContain(`${mixed.length} not done: `);
  });

  test.each(["", "not JSON", "[]", '{"failures": {"id": 1}}', "null"])(
    "with a 207 that is %j is no success, and says no failure",
    async (body) => {
      const { client } = await clientOf(() => ({ status: 207, body }));
      const error = await failureOf(client.assign("/tags/7/devices", { assign: ["1"] }));
      expect([error.code, error.failures]).toEqual(["partial", []]);
    },
  );

  test("that is sent on elsewhere is not followed, and is not done", async () => {
    const other = await serve(() => ({ status: 204 }));
    const headers = { location: `${other.origin}/api/v1/tags/7/devices` };
    const { client, server } = await clientOf(() => ({ status: 307, headers }));
    const error = await failureOf(client.assign("/tags/7/devices", { assign: ["1"] }));
    expect(error).toMatchObject({ code: "redirected", status: 307, unknownOutcome: false });
    expect([server.seen.length, other.seen.length]).toEqual([1, 0]);
  });

  test("with a 207 that lists nothing is still not a success", async () => {
    const { client } = await clientOf(() => ({ status: 207, body: { message: "some failed" } }));
    const error = await failureOf(client.assign("/tags/7/devices", { assign: ["1"] }));
    expect(error.code).toBe("partial");
    expect(error.message).toContain("some failed");
  });

  test("with a 422 without failures is refused", async () => {
    const { client } = await clientOf(() => ({
      status: 422,
      body: { error_message: "bad id", failures: [] },
    }));
    const error = await failureOf(client.assign("/tags/7/devices", { assign: ["1"] }));
    expect(error.code).toBe("refused");
    expect(error.message).toBe("[POST] /tags/7/devices: 422 Unprocessable Entity: bad id");
  });
});
