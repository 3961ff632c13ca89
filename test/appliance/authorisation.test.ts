/** The cloud product's tokens: when one is asked for, who shares it, and what is said when there is none. */
import { inspect } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { readConnection } from "../../src/appliance/connection.ts";
import { createAppliance } from "../../src/appliance/http.ts";
import type { AppliancePort } from "../../src/appliance/port.ts";
import type { ClientOptions, RequestEvent } from "../../src/appliance/sender.ts";
import {
  certificateFor,
  closedOrigin,
  failureOf,
  type Reply,
  type Seen,
  serve,
  serveTls,
  type TestServer,
} from "./servers.ts";

const CLIENT = { clientId: "tenant-client", clientSecret: "s3cr3t/Zk+Q7c1=d2e4b6" };
const BASIC = `Basic ${Buffer.from(`${CLIENT.clientId}:${CLIENT.clientSecret}`).toString("base64")}`;

async function connect(host: string, options: Partial<ClientOptions> = {}): Promise<AppliancePort> {
  const given = { userAgent: "hopsync-test", sleep: async () => undefined, ...options };
  const port = createAppliance(await readConnection({ host, ...CLIENT }), given);
  onTestFinished(() => port.close());
  return port;
}

interface Cloud {
  /** Answers POST /oauth2/token, the nth from 0; without, token-1, token-2 and so on. */
  readonly grant?: (n: number, seen: Seen) => Reply | undefined | Promise<Reply | undefined>;
  /** Answers anything else, the nth from 0; without, a list. */
  readonly api?: (n: number, seen: Seen) => Reply | undefined | Promise<Reply | undefined>;
}

const token = (n: number, more: object = {}): Reply => ({
  body: { access_token: `token-${n + 1}-of-tenant`, token_type: "Bearer", expires_in: 1799, ...more },
});
const LIST: Reply = { body: [] };
const EXPIRED: Reply = {
  status: 400,
  headers: { "content-type": "text/plain" },
  body: "The access token is invalid.",
};

function cloud({ grant = token, api = () => LIST }: Cloud = {}): Promise<TestServer> {
  let grants = 0;
  let others = 0;
  return serve((seen) => (seen.url === "/oauth2/token" ? grant(grants++, seen) : api(others++, seen)));
}

/** What came in, in order: `token`, or the number of the token that a request came with. */
function story({ seen }: TestServer): string {
  return seen
    .map(({ url, headers }) =>
      url === "/oauth2/token"
        ? "token"
        : (headers.authorization ?? "").replace(/^Bearer token-(\d+)-.*/, "$1"),
    )
    .join(" ");
}

describe("a token", () => {
  test("is asked for with the client's id and secret, and sent with every request", async () => {
    const server = await cloud();
    const port = await connect(server.origin);
    await port.list("/tags");
    await port.list("/alerts");
    expect(server.seen).toMatchObject([
      {
        method: "POST",
        url: "/oauth2/token",
        headers: { authorization: BASIC, "content-type": "application/x-www-form-urlencoded" },
        body: "grant_type=client_credentials",
      },
      { url: "/api/v1/tags", headers: { authorization: "Bearer token-1-of-tenant" } },
      { url: "/api/v1/alerts", headers: { authorization: "Bearer token-1-of-tenant" } },
    ]);
    expect(port.requests()).toEqual({ POST: 1, GET: 2 });
  });

  test("is shared by all that wait for it, and each is an event without it", async () => {
    const events: RequestEvent[] = [];
    const server = await cloud();
    const port = await connect(server.origin, { onRequest: (event) => events.push(event) });
    await Promise.all(["/a", "/b", "/c", "/d"].map((path) => port.list(path)));
    expect(story(server)).toBe("token 1 1 1 1");
    expect(events[0]).toMatchObject({ method: "POST", path: "/oauth2/token", attempt: 1, status: 200 });
    expect(JSON.stringify(events)).not.toContain("token-1");
  });

  test.each([
    ["60 s before its end", 1799, 1739],
    ["a tenth of its life before its end, where that is less", 300, 270],
    ["of one second", 1, 0.9],
    ["with a life in digits", "1799", 1739],
    ["of an unknown life after nine minutes", undefined, 540],
    ["of no life", 0, 540],
    ["of a negative life", -5, 540],
    ["of an absurd life", 1e12, 540],
    ["of a life in words", "soon", 540],
    ["of a life that is no number", null, 540],
  ])("%s is replaced", async (_what, life, seconds) => {
    let now = 50_000;
    const server = await cloud({ grant: (n) => token(n, { expires_in: life }) });
    const port = await connect(server.origin, { now: () => now });
    await port.list("/tags");
    now += seconds * 1000 - 1;
    await port.list("/tags");
    now += 1;
    await port.list("/tags");
    expect(story(server)).toBe("token 1 1 token 2");
  });

  test.each([
    ["401", { status: 401, body: { error_message: "Invalid access token" } }],
    ["400 in plain text", EXPIRED],
    ["400 in JSON", { status: 400, body: { error_message: "Invalid access token" } }],
  ])("that is refused with %s is replaced, and the request sent again", async (_what, refusal) => {
    const server = await cloud({ api: (n) => (n === 1 ? refusal : LIST) });
    const port = await connect(server.origin);
    await port.list("/tags");
    await port.list("/tags");
    expect(story(server)).toBe("token 1 1 token 2");
  });

  test("that ends with many requests in flight is replaced once for all", async () => {
    const server = await cloud({
      api: (_n, { headers }) => (headers.authorization?.includes("token-1") ? EXPIRED : LIST),
    });
    const port = await connect(server.origin, { parallelism: 4 });
    const paths = Array.from({ length: 12 }, (_, i) => `/x${i}`);
    await Promise.all(paths.map((path) => port.list(path)));
    expect(story(server).match(/token/g)).toHaveLength(2);
    expect(server.seen.filter(({ url }) => url.startsWith("/api/v1/x"))).toHaveLength(16);
  });

  test("whose refusal comes late is not replaced again where there is a new one", async () => {
    let release = (): void => undefined;
    const renewed = new Promise<void>((resolve) => {
      release = resolve;
    });
    const server = await cloud({
      api: async (_n, { url, headers }) => {
        if (headers.authorization?.includes("token-2")) release();
        else if (url.endsWith("/late")) await renewed;
        return headers.authorization?.includes("token-1") ? EXPIRED : LIST;
      },
    });
    const port = await connect(server.origin);
    await Promise.all([port.list("/early"), port.list("/late")]);
    expect(story(server)).toBe("token 1 1 token 2 2");
  });

  test("is fetched with one request at once as well", async () => {
    const server = await cloud({ api: (n) => (n === 0 ? EXPIRED : LIST) });
    const port = await connect(server.origin, { parallelism: 1 });
    await Promise.all([port.list("/a"), port.list("/b")]);
    expect(story(server)).toBe("token 1 token 2 2");
  });

  test("that is refused for a create lets the create be sent again, since nothing was made", async () => {
    const server = await cloud({
      api: (n) => (n === 0 ? EXPIRED : { status: 201, headers: { location: "/api/v1/tags/7" } }),
    });
    const port = await connect(server.origin);
    expect(await port.create("/tags", { name: "a" })).toBe("7");
    expect(server.seen.map(({ url, body }) => [url, body])).toEqual([
      ["/oauth2/token", "grant_type=client_credentials"],
      ["/api/v1/tags", '{"name":"a"}'],
      ["/oauth2/token", "grant_type=client_credentials"],
      ["/api/v1/tags", '{"name":"a"}'],
    ]);
  });

  test.each([
    ["401", { status: 401, body: { error_message: "Error getting user from bearer token" } }],
    ["400", EXPIRED],
  ])("that is new and refused all the same with %s is an error", async (_what, refusal) => {
    const server = await cloud({ api: () => refusal });
    const port = await connect(server.origin);
    const error = await failureOf(port.create("/tags", { name: "a" }));
    expect(error).toMatchObject({ code: "unauthorized", status: refusal.status, unknownOutcome: false });
    expect(error.message).toContain("the cloud product does not accept the client. It says: ");
    expect(error.hint).toContain("EXTRAHOP_CLIENT_ID and EXTRAHOP_CLIENT_SECRET");
    expect(story(server)).toBe("token 1 token 2");
  });

  test("is not replaced for a refusal that speaks of something else", async () => {
    const refusal = { status: 400, body: { error_message: "The name 'access token' is too long." } };
    const server = await cloud({ api: () => refusal });
    const error = await failureOf((await connect(server.origin)).list("/tags"));
    expect([error.code, story(server)]).toEqual(["refused", "token 1"]);
  });
});

describe("an endpoint that issues no token", () => {
  test.each([
    [
      "refuses the client",
      1,
      { status: 401, body: { error: "invalid_client" } },
      "unauthorized",
      /invalid_client/,
    ],
    [
      "refuses it with 400",
      1,
      { status: 400, body: { error: "invalid_client" } },
      "unauthorized",
      /invalid_client/,
    ],
    ["refuses it with 403", 1, { status: 403, body: { message: "Forbidden" } }, "unauthorized", /Forbidden/],
    [
      "is a page",
      1,
      { status: 401, body: "<html><title>Log in</title>" },
      "not-an-appliance",
      /web page.*Log in/,
    ],
    [
      "is a redirect",
      1,
      { status: 307, headers: { location: "https://a.example/x" } },
      "redirected",
      /a\.example/,
    ],
    ["is not there", 1, { status: 404, body: {} }, "not-an-appliance", /takes an API key/],
    ["fails", 1, { status: 500, body: {} }, "refused", /500/],
    ["is overloaded", 4, { status: 503, body: {} }, "refused", /503/],
    ["asks for a long pause", 1, { status: 429, headers: { "retry-after": "90" } }, "refused", /429/],
    [
      "answers nothing",
      1,
      { status: 200, headers: { "content-type": "application/json" } },
      "malformed",
      /empty/,
    ],
    ["answers no JSON", 1, { body: "{" }, "malformed", /not valid JSON/],
    ["answers a list", 1, { body: [] }, "malformed", /a list/],
    ["answers no token", 1, { body: { expires_in: 10 } }, "malformed", /no access token/],
    ["answers an empty one", 1, { body: { access_token: "" } }, "malformed", /no access token/],
    ["answers two lines", 1, { body: { access_token: "a\r\nx: y" } }, "malformed", /no access token/],
    [
      "answers too long a one",
      1,
      { body: { access_token: "x".repeat(20_000) } },
      "malformed",
      /no access token/,
    ],
    ["answers another sort", 1, { body: { access_token: "abc", token_type: "mac" } }, "malformed", /bearer/],
  ] as const)("since it %s is an error of the run", async (_what, times, reply, code, text) => {
    const server = await cloud({ grant: () => reply });
    const error = await failureOf((await connect(server.origin)).patch("/alerts/1", { severity: 3 }));
    expect(error).toMatchObject({ code, path: "/oauth2/token", unknownOutcome: false });
    expect(error.message).toMatch(text);
    expect(error.message).toMatch(/^\[POST\] \/oauth2\/token: /);
    expect(server.seen).toHaveLength(times);
  });

  test("is waited for as it asks, and tried again after a broken connection", async () => {
    const pauses: number[] = [];
    const server = await cloud({
      grant: (n) => {
        if (n === 0) return { status: 429, headers: { "retry-after": "7" } };
        return n === 1 ? undefined : token(n);
      },
    });
    const port = await connect(server.origin, {
      random: () => 0,
      sleep: async (ms) => void pauses.push(ms),
    });
    await port.list("/tags");
    expect([pauses, story(server)]).toEqual([[7000, 1000], "token token token 3"]);
    expect(port.requests()).toEqual({ POST: 3, GET: 1 });
  });

  test("is not tried anew for each attempt of the request", async () => {
    const port = await connect(await closedOrigin());
    expect((await failureOf(port.list("/tags"))).code).toBe("unreachable");
    expect(port.requests()).toEqual({ POST: 4 });
  });

  test("after it refused the client is not asked again, and after it failed it is", async () => {
    const refusing = await cloud({ grant: () => ({ status: 401, body: { error: "invalid_client" } }) });
    const refused = await connect(refusing.origin);
    for (const path of ["/a", "/b"]) expect((await failureOf(refused.list(path))).code).toBe("unauthorized");
    expect(refusing.seen).toHaveLength(1);
    const failing = await cloud({ grant: (n) => (n === 0 ? { status: 500, body: {} } : token(n)) });
    const failed = await connect(failing.origin);
    expect((await failureOf(failed.list("/a"))).status).toBe(500);
    expect(await failed.list("/b")).toEqual([]);
  });

  test("leaves the outcome of a write open that an attempt before may have carried out", async () => {
    let now = 0;
    const server = await cloud({
      grant: (n) => (n === 0 ? token(n) : { status: 401, body: { error: "invalid_client" } }),
      api: () => {
        now = 2_000_000;
        return { status: 503, body: {} };
      },
    });
    const port = await connect(server.origin, { now: () => now });
    const error = await failureOf(port.patch("/alerts/1", { severity: 3 }));
    expect(error).toMatchObject({ code: "unauthorized", path: "/oauth2/token", unknownOutcome: true });
    expect(error.message).toContain("Nobody knows whether it was done");
  });

  test("obeys timeout, deadline and interrupt", async () => {
    const silent = await cloud({ grant: () => new Promise(() => undefined) });
    const slow = await connect(silent.origin, { timeoutMs: 20, retries: 0 });
    expect((await failureOf(slow.list("/tags"))).message).toContain("within 0.02 s");
    for (const [name, text] of [
      ["deadline", "the deadline of the run passed"],
      ["signal", "interrupted"],
    ] as const) {
      const controller = new AbortController();
      const port = await connect(silent.origin, { [name]: controller.signal });
      const failed = failureOf(port.list("/tags"));
      controller.abort();
      expect((await failed).message).toContain(text);
    }
  });
});

describe("the secret and the token", () => {
  test("are in no error, whatever is echoed", async () => {
    const issued = "eyJhbGciOi.J9/t0k+en.c2lnbmF0dXJl";
    for (const echo of [CLIENT.clientSecret, BASIC, BASIC.slice(6), issued, `Bearer ${issued}`]) {
      for (const form of [echo, encodeURIComponent(echo), Buffer.from(echo).toString("base64")]) {
        const refusing = await cloud({
          grant: () => ({ status: 401, body: { error: "invalid_client", error_description: form } }),
        });
        const echoing = await cloud({
          grant: () => token(0, { access_token: issued }),
          api: () => ({ status: 401, body: { error_message: form } }),
        });
        for (const { origin } of [refusing, echoing]) {
          const error = await failureOf((await connect(origin)).list("/tags"));
          const shown = `${inspect(error, { depth: 10 })} ${error.message} ${error.hint}`;
          expect(shown).not.toContain(CLIENT.clientSecret);
          expect(shown).not.toContain(BASIC.slice(6, -4));
          if (origin === echoing.origin) expect(shown).not.toContain(issued);
          expect(shown).not.toContain(Buffer.from(CLIENT.clientSecret).toString("base64").slice(0, -4));
        }
      }
    }
  });

  test("are not shown when a connection is printed", async () => {
    const connection = await readConnection({ host: "tenant.api.cloud.extrahop.com", ...CLIENT });
    expect(inspect(connection, { depth: 10 }) + JSON.stringify(connection)).not.toContain("s3cr3t");
    expect(connection.origin).toBe("https://tenant.api.cloud.extrahop.com");
  });

  test("go nowhere where the certificate is not trusted", async () => {
    const server = await serveTls(await certificateFor("127.0.0.1"), () => LIST);
    const error = await failureOf((await connect(server.origin)).list("/tags"));
    expect(error.message).toContain("the client secret was not sent");
    expect(server.seen).toEqual([]);
  });
});
