import { createServer, type Socket } from "node:net";
import { inspect } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { readConnection } from "../../src/appliance/connection.ts";
import { createAppliance } from "../../src/appliance/http.ts";
import type { RequestEvent } from "../../src/appliance/sender.ts";
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

/** A server that speaks bytes: called once per connection, when the request has come in. */
async function serveRaw(answer: (socket: Socket, index: number) => void): Promise<string> {
  let index = 0;
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => answer(socket, index++));
  });
  return `http://127.0.0.1:${await listen(server)}`;
}

/** Answers with each reply in turn, then with an empty list. */
const script =
  (...replies: readonly (Reply | undefined)[]): Script =>
  (_seen, n) =>
    n < replies.length ? replies[n] : { body: [] };

/** A client that notes its pauses; a random 0 makes them exact. */
async function pausingClient(origin: string, options = {}) {
  const pauses: number[] = [];
  const sleep = async (ms: number) => void pauses.push(ms);
  return { pauses, client: await connectTo(origin, { sleep, random: () => 0, ...options }) };
}

describe("a read is repeated", () => {
  test.each([429, 502, 503, 504])("after status %i", async (status) => {
    const { origin } = await serve(script({ status }));
    const { client, pauses } = await pausingClient(origin);
    expect(await client.list("/tags")).toEqual([]);
    expect(pauses).toEqual([500]);
    expect(client.requests()).toEqual({ GET: 2 });
  });

  test("after a web page of a proxy with status 502", async () => {
    const { origin } = await serve(
      script({ status: 502, headers: { "content-type": "text/html" }, body: "<html>" }),
    );
    expect(await (await connectTo(origin)).list("/tags")).toEqual([]);
  });

  test("after a cut connection", async () => {
    const { origin } = await serve(script(undefined, undefined, undefined));
    const { client, pauses } = await pausingClient(origin);
    expect(await client.list("/tags")).toEqual([]);
    expect(pauses).toEqual([500, 1000, 2000]);
  });

  test("after an answer that breaks off in the middle", async () => {
    const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n";
    const origin = await serveRaw((socket, n) => socket.end(n === 0 ? `${head}[` : `${head}[]`));
    expect(await (await connectTo(origin)).list("/tags")).toEqual([]);
  });

  test("after a timeout", async () => {
    const server = await serve((_seen, n) => (n === 0 ? new Promise(() => undefined) : { body: [] }));
    const errors: unknown[] = [];
    const onRequest = ({ error }: RequestEvent) => void errors.push(error);
    const client = await connectTo(server.origin, { timeoutMs: 500, onRequest });
    expect(await client.list("/tags")).toEqual([]);
    expect(errors[0]).toBe("timeout");
  });

  test("when it is a search, by POST", async () => {
    const { origin } = await serve(script({ status: 503 }));
    const client = await connectTo(origin);
    expect(await client.search({})).toEqual([]);
    expect(client.requests()).toEqual({ POST: 2 });
  });

  test("as often as allowed, then the last answer is the error", async () => {
    const { origin } = await serve(() => ({ status: 503, body: { error_message: "restarting" } }));
    const { client, pauses } = await pausingClient(origin, { retries: 6 });
    const error = await failureOf(client.list("/tags"));
    expect(error).toMatchObject({ code: "refused", status: 503 });
    expect(error.message).toContain("restarting");
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 10000]);
    expect(client.requests()).toEqual({ GET: 7 });
  });

  test("after a pause that chance shortens by up to half", async () => {
    const { origin } = await serve(script({ status: 503 }));
    const { client, pauses } = await pausingClient(origin, { random: () => 0.5 });
    await client.list("/tags");
    expect(pauses).toEqual([375]);
  });

  test("after the pause that Retry-After asks for in seconds", async () => {
    const { origin } = await serve(script({ status: 429, headers: { "retry-after": "7" } }));
    const { client, pauses } = await pausingClient(origin);
    await client.list("/tags");
    expect(pauses).toEqual([7000]);
  });

  test("after the pause that Retry-After asks for as a date", async () => {
    const at = new Date(Date.now() + 30_000).toUTCString();
    const { origin } = await serve(script({ status: 503, headers: { "retry-after": at } }));
    const { client, pauses } = await pausingClient(origin);
    await client.list("/tags");
    expect(pauses).toHaveLength(1);
    expect(pauses[0]).toBeGreaterThan(1000);
    expect(pauses[0]).toBeLessThanOrEqual(30_000);
  });

  test.each([
    ["1.5", 1500],
    ["-5", 500],
    ["5 minutes", 500],
  ])("after Retry-After: %s, which is no whole number of seconds, after %i ms", async (asked, expected) => {
    const { origin } = await serve(script({ status: 503, headers: { "retry-after": asked } }));
    const { client, pauses } = await pausingClient(origin);
    await client.list("/tags");
    expect(pauses).toEqual([expected]);
  });

  test.each([
    ["a date that has passed, by whichever clock", "Thu, 01 Jan 2015 00:00:00 GMT"],
    ["no pause", "0"],
    ["a day that there is not", "Foo, 99 Bar 2015 00:00:00 GMT"],
    ["a date without a zone", "Sun Nov  6 08:49:37 1994"],
    ["a number in words", "soon"],
    ["a number of another base", "0x10"],
    ["nothing", ""],
  ])("as usual where Retry-After asks for %s", async (_, asked) => {
    const answer = { status: 429, headers: { "retry-after": asked } };
    const { origin } = await serve(script(answer, { ...answer, status: 503 }));
    const { client, pauses } = await pausingClient(origin);
    await client.list("/tags");
    expect(pauses).toEqual([500, 1000]);
  });
});

describe("a read is not repeated", () => {
  test.each([400, 401, 402, 403, 404, 409, 500, 501, 301])("after status %i", async (status) => {
    const { origin } = await serve(() => ({ status }));
    const { client } = await pausingClient(origin);
    await failureOf(client.list("/tags"));
    expect(client.requests()).toEqual({ GET: 1 });
  });

  test.each([
    ["3600", "3600"],
    ["9".repeat(400), "9".repeat(300)],
    ["Fri, 31 Dec 9999 23:59:59 GMT", "9999"],
  ])("when the appliance asks for a longer pause than a run can wait (%s)", async (asked, shown) => {
    const { origin } = await serve(() => ({ status: 429, headers: { "retry-after": asked } }));
    const { client, pauses } = await pausingClient(origin);
    const error = await failureOf(client.list("/tags"));
    expect([error.code, error.hint, pauses]).toEqual(["refused", expect.stringContaining(shown), []]);
    expect(client.requests()).toEqual({ GET: 1 });
  });

  test("with retries: 0", async () => {
    const { origin } = await serve(() => ({ status: 503 }));
    const { client } = await pausingClient(origin, { retries: 0 });
    await failureOf(client.list("/tags"));
    expect(client.requests()).toEqual({ GET: 1 });
  });
});

describe("a connection that fails", () => {
  test("because it is refused says so and counts the attempts", async () => {
    const error = await failureOf((await connectTo(await closedOrigin())).list("/tags"));
    expect(error.code).toBe("unreachable");
    expect(error.message).toContain("refused (ECONNREFUSED) (4 attempts)");
  });

  test("because the answer never ends is a timeout", async () => {
    const origin = await serveRaw(
      (socket) => void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n["),
    );
    const error = await failureOf((await connectTo(origin, { timeoutMs: 200, retries: 0 })).list("/tags"));
    expect(error).toMatchObject({ code: "timeout", unknownOutcome: false });
    expect(error.message).toContain("0.2 s");
  });
});

describe("an answer's size", () => {
  const options = { maxBodyBytes: 1000, retries: 0 };

  test("is limited before it is read when the appliance announces it", async () => {
    const origin = await serveRaw(
      (socket) => void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n"),
    );
    const error = await failureOf((await connectTo(origin, options)).list("/tags"));
    expect(error.code).toBe("malformed");
    expect(error.message).toContain("1000 bytes");
  });

  test("is limited while it is read when nothing announces it", async () => {
    const chunk = `64\r\n${"[".repeat(100)}\r\n`;
    const origin = await serveRaw((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
      socket.write(chunk.repeat(11));
    });
    expect((await failureOf((await connectTo(origin, options)).list("/tags"))).code).toBe("malformed");
  });

  test("is at most 64 MB, and a list that never ends is cut off there", async () => {
    const piece = `10000\r\n${"[".repeat(0x10000)}\r\n`;
    let sent = 0;
    const origin = await serveRaw((socket) => {
      const go = (): void => {
        while (!socket.destroyed && socket.write(piece)) sent += piece.length;
      };
      socket.on("drain", go);
      socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
      go();
    });
    const error = await failureOf((await connectTo(origin, { retries: 0 })).list("/alerts"));
    expect(error).toMatchObject({ code: "malformed", unknownOutcome: false });
    expect(error.message).toContain("larger than the limit of 64 MB");
    expect(sent).toBeLessThan(200_000_000);
  });

  test("announced as 200 MB is refused before any of it is read", async () => {
    const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${200 * 1000 * 1000}\r\n\r\n`;
    const origin = await serveRaw((socket) => void socket.write(head));
    const error = await failureOf((await connectTo(origin, { retries: 0 })).list("/alerts"));
    expect(error.message).toContain("64 MB");
  });

  test("may reach the limit", async () => {
    const { origin } = await serve(() => ({ body: `[]${" ".repeat(998)}` }));
    expect(await (await connectTo(origin, options)).list("/tags")).toEqual([]);
  });
});

describe("a signal", () => {
  test("ends a request in flight; a write's outcome is then unknown", async () => {
    const interrupt = new AbortController();
    const { origin } = await serve(() => {
      interrupt.abort();
      return new Promise(() => undefined);
    });
    const client = await connectTo(origin, { signal: interrupt.signal });
    const error = await failureOf(client.patch("/alerts/1", {}));
    expect(error).toMatchObject({ code: "timeout", unknownOutcome: true });
    expect(error.message).toContain("interrupted");
  });

  test("that is the deadline says so, and stops the repetitions", async () => {
    const deadline = new AbortController();
    const { origin, seen } = await serve(() => {
      deadline.abort();
      return new Promise(() => undefined);
    });
    const client = await connectTo(origin, { deadline: deadline.signal });
    const error = await failureOf(client.list("/tags"));
    expect(error.code).toBe("timeout");
    expect(error.message).toContain("deadline");
    expect(seen).toHaveLength(1);
  });

  test("ends a pause between two attempts", async () => {
    const interrupt = new AbortController();
    const { origin, seen } = await serve(() => ({ status: 503, headers: { "retry-after": "60" } }));
    const onRequest = () => setImmediate(() => interrupt.abort());
    const connection = await readConnection({ host: origin, apiKey: KEY });
    const client = createAppliance(connection, { userAgent: "x", signal: interrupt.signal, onRequest });
    onTestFinished(() => client.close());
    expect((await failureOf(client.list("/tags"))).code).toBe("timeout");
    expect(seen).toHaveLength(1);
  });

  test("ends every other wait of a run as well", async () => {
    const deadline = new AbortController();
    const connection = await readConnection({ host: await closedOrigin(), apiKey: KEY });
    const client = createAppliance(connection, { userAgent: "x", deadline: deadline.signal });
    onTestFinished(() => client.close());
    const pausing = client.pause(60_000);
    deadline.abort();
    await pausing;
    await client.pause(60_000);
  });

  test("that came before sends nothing", async () => {
    const { origin, seen } = await serve(() => ({ body: [] }));
    const client = await connectTo(origin, { signal: AbortSignal.abort() });
    expect(await failureOf(client.create("/tags", {}))).toMatchObject({
      code: "timeout",
      unknownOutcome: false,
    });
    expect(client.requests()).toEqual({});
    expect(seen).toEqual([]);
  });

  test("is not needed to close: close ends what is in flight", async () => {
    const { origin, seen } = await serve(() => {
      void client.close();
      return new Promise(() => undefined);
    });
    const client = await connectTo(origin);
    expect((await failureOf(client.list("/tags"))).code).toBe("timeout");
    expect((await failureOf(client.list("/alerts"))).code).toBe("timeout");
    expect(seen).toHaveLength(1);
  });
});

describe("requests at once", () => {
  test("are as many as parallelism and never more", async () => {
    let open = 0;
    let most = 0;
    let waiting: (() => void)[] = [];
    const { origin } = await serve(async () => {
      most = Math.max(most, ++open);
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length < 3) return;
        setImmediate((group) => group.forEach((release: () => void) => void release()), waiting);
        waiting = [];
      });
      open -= 1;
      return { body: [] };
    });
    const client = await connectTo(origin, { parallelism: 3 });
    await Promise.all(Array.from({ length: 21 }, () => client.list("/tags")));
    expect(most).toBe(3);
    expect(client.requests()).toEqual({ GET: 21 });
  });

  test("that wait for their turn are not started, so that no clock runs for them", async () => {
    const counts: unknown[] = [];
    const { origin } = await serve(() => {
      counts.push(client.requests());
      return { body: [] };
    });
    const client = await connectTo(origin, { parallelism: 1 });
    await Promise.all([client.list("/a"), client.list("/b"), client.list("/c")]);
    expect(counts).toEqual([{ GET: 1 }, { GET: 2 }, { GET: 3 }]);
  });
});

describe("events", () => {
  test("tell each attempt, without headers or bodies", async () => {
    const events: RequestEvent[] = [];
    const { origin } = await serve(script({ status: 503 }, undefined));
    const client = await connectTo(origin, { onRequest: (event) => void events.push(event) });
    await client.list("/tags", { a: 1 });
    const common = { method: "GET", path: "/tags?a=1", ms: expect.any(Number) };
    expect(events).toEqual([
      { ...common, attempt: 1, status: 503 },
      { ...common, attempt: 2, error: "unreachable" },
      { ...common, attempt: 3, status: 200 },
    ]);
  });
});

describe("the API key", () => {
  const forms = [
    KEY,
    encodeURIComponent(KEY),
    Buffer.from(KEY).toString("base64").slice(0, -4),
    Buffer.from(`ExtraHop apikey=${KEY}`).toString("base64").slice(24, -4),
    "apikey=",
  ];

  function expectNoKey(error: unknown): void {
    const shown = inspect(error, { depth: 10, showHidden: true }) + String((error as Error).stack);
    for (const form of forms) expect(shown).not.toContain(form);
  }

  test.each([
    ["an error text", (echo: string): Reply => ({ status: 400, body: { error_message: `bad ${echo}` } })],
    ["a web page's title", (echo: string): Reply => ({ status: 200, body: `<html><title>${echo}</title>` })],
    ["a content type", (echo: string): Reply => ({ headers: { "content-type": `text/${echo}` }, body: "x" })],
    [
      "a location",
      (echo: string): Reply => ({
        status: 302,
        headers: { location: `http://h/${encodeURIComponent(echo)}` },
      }),
    ],
    [
      "a location's host",
      (echo: string): Reply => ({ status: 302, headers: { location: `http://${echo.replace(/\W/g, "-")}` } }),
    ],
    ["a key of JSON", (echo: string): Reply => ({ body: `[{"${echo}": 12345678901234567890}]` })],
  ])("is in no error when the other side echoes it in %s", async (_name, reply) => {
    for (const echo of [KEY, Buffer.from(`ExtraHop apikey=${KEY}`).toString("base64")]) {
      const { origin } = await serve(() => reply(echo));
      expectNoKey(await failureOf((await connectTo(origin)).list("/tags")));
    }
  });

  test("is in no error of the transport", async () => {
    const cut = await serve(() => undefined);
    const garbage = await serveRaw((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\nx: ExtraHop apikey=${KEY}\r\nbad header\r\n\r\n`),
    );
    for (const origin of [cut.origin, garbage, await closedOrigin(), cut.origin.replace("http:", "https:")]) {
      expectNoKey(await failureOf((await connectTo(origin)).list("/tags")));
      expectNoKey(await failureOf((await connectTo(origin)).create("/tags", {})));
    }
  });
});
