import { describe, expect, test } from "vitest";
import type { Reply as ApplianceReply } from "../../src/appliance/answer.ts";
import { wordsOf } from "../../src/appliance/credentials.ts";
import { readPages } from "../../src/appliance/paging.ts";
import type { JsonObject } from "../../src/model.ts";
import { connectTo, failureOf, KEY, type Reply, type Script, serve } from "./servers.ts";

async function clientOf(script: Script) {
  const server = await serve(script);
  return { server, client: await connectTo(server.origin) };
}

describe("a read", () => {
  test("sends the key, the agent and what it accepts, and no body", async () => {
    const { server, client } = await clientOf(() => ({ body: [] }));
    await client.list("/tags");
    const [seen] = server.seen;
    expect(seen).toMatchObject({ method: "GET", url: "/api/v1/tags", body: "" });
    expect(seen?.headers).toMatchObject({
      authorization: `ExtraHop apikey=${KEY}`,
      accept: "application/json",
      "user-agent": "hopsync-test",
    });
    expect(seen?.headers).not.toHaveProperty("content-type");
  });

  test("writes a space in a query as %20", async () => {
    const { server, client } = await clientOf(() => ({ body: [] }));
    await client.list("/devices", { search_type: "ip address", value: "10.0.0.0/8&x", active: true });
    expect(server.seen[0]?.url).toBe(
      "/api/v1/devices?search_type=ip%20address&value=10.0.0.0%2F8%26x&active=true",
    );
  });

  test("returns numbers and texts as they are", async () => {
    const list = [
      { id: 0, name: "ä\u2028" },
      { id: 9007199254740991, operand: "0.0010000000000000000000" },
    ];
    const { client } = await clientOf(() => ({ body: list }));
    expect(await client.list("/alerts")).toEqual(list);
  });

  test("keeps one connection for requests that follow each other", async () => {
    const { server, client } = await clientOf(() => ({ body: [] }));
    await client.list("/tags");
    await client.list("/alerts");
    expect(server.seen.map(({ headers }) => headers.connection)).toEqual(["keep-alive", "keep-alive"]);
  });
});

describe("an answer is malformed", () => {
  const cases: readonly (readonly [string, Reply])[] = [
    ["that is empty where a list is expected", { body: "" }],
    ["that has no body at all", {}],
    ["that is an object where a list is expected", { body: { tags: [] } }],
    ["that is null", { body: null }],
    ["whose list holds a number", { body: [1] }],
    ["whose list holds null", { body: [{ id: 1 }, null] }],
    ["that is cut JSON", { body: '[{"id": 1}' }],
    ["that holds a raw control character", { body: '[{"id":1,"name":"\u0000"}]' }],
    ["that is labelled as text", { body: "[]", headers: { "content-type": "text/plain" } }],
    ["with an id above 2^53", { body: '[{"id": 9007199254740993}]' }],
    ["with an id below -2^53", { body: '[{"id": -9007199254740993}]' }],
    ["with a wide integer deep inside", { body: '[{"id":1,"param":{"x":[{"y":12345678901234567890}]}}]' }],
    ["with an id of hundreds of digits", { body: `[{"id": ${"9".repeat(400)}}]` }],
    ["with an id that is written with an exponent", { body: '[{"id": 9.007199254740993e15}]' }],
    ["with a number beyond all", { body: '[{"id":1,"ratio": 1E+400}]' }],
    ["that holds NaN", { body: '[{"id": NaN}]' }],
    ["that holds Infinity", { body: '[{"id": -Infinity}]' }],
    ["with a comma too many", { body: '[{"id": 1},]' }],
    ["with something behind it", { body: "[][]" }],
    ["that is UTF-16", { body: Buffer.from("\ufeff[]", "utf16le") }],
    ["that is not UTF-8", { body: Buffer.from('[{"name":"\xe9"}]', "latin1") }],
    ["with a status that no list has", { status: 206, body: [] }],
    ["with status 204", { status: 204 }],
  ];
  test.each(cases)("%s", async (_name, reply) => {
    const { client } = await clientOf(() => reply);
    const error = await failureOf(client.list("/tags"));
    expect(error.code).toBe("malformed");
    expect(error.unknownOutcome).toBe(false);
    expect(client.requests()).toEqual({ GET: 1 });
  });

  test("and names the place of the integer that cannot be held", async () => {
    const { client } = await clientOf(() => ({ body: '[{"id":1},{"a/b":[0,12345678901234567890]}]' }));
    expect((await failureOf(client.list("/tags"))).message).toContain("/1/a~1b/1");
  });

  test("but not one with a byte order mark, or small numbers with an exponent", async () => {
    const { client } = await clientOf(() => ({ body: '\ufeff[{"id":1,"ratio":1.5e-3,"size":2E2}]' }));
    expect(await client.list("/tags")).toEqual([{ id: 1, ratio: 0.0015, size: 200 }]);
  });

  test("of a key that stands twice the last counts, as everywhere in JavaScript", async () => {
    const { client } = await clientOf(() => ({ body: '[{"id":1,"name":"a","id":2,"__proto__":{"x":1}}]' }));
    const [tag] = await client.list("/tags");
    expect([JSON.stringify(tag), tag?.x]).toEqual(['{"id":2,"name":"a","__proto__":{"x":1}}', undefined]);
  });

  test("but long digits in a text or behind a decimal point are not integers", async () => {
    const body = '[{"id":1,"key":"12345678901234567890","ratio":0.12345678901234567890}]';
    const { client } = await clientOf(() => ({ body }));
    expect(await client.list("/tags")).toHaveLength(1);
  });

  test.each([101, 200_000])("that nests %i deep", async (depth) => {
    const body = `[{"id":1,"x":${"[".repeat(depth - 2)}${"]".repeat(depth - 2)}}]`;
    const { client } = await clientOf(() => ({ body }));
    const error = await failureOf(client.list("/tags"));
    expect([error.code, error.message]).toEqual(["malformed", expect.stringContaining("more than 100 deep")]);
  });

  test("but not one that nests 100 deep, or has brackets in its texts", async () => {
    const body = `[{"id":1,"script":"\\"${"[{".repeat(500)}","x":${"[".repeat(98)}${"]".repeat(98)}}]`;
    const { client } = await clientOf(() => ({ body }));
    expect(await client.list("/tags")).toHaveLength(1);
  });

  test("that holds millions of objects, however few its bytes", async () => {
    const { client } = await clientOf(() => ({ body: `[${"{},".repeat(2_000_000)}{}]` }));
    const error = await failureOf(client.list("/tags"));
    expect([error.code, error.message]).toEqual(["malformed", expect.stringContaining("2000000 objects")]);
  });
});

describe("find", () => {
  test("returns the object", async () => {
    const { client } = await clientOf(() => ({ body: { id: 3 } }));
    expect(await client.find("/tags/3")).toEqual({ id: 3 });
  });

  test("returns undefined when the appliance answers 404", async () => {
    const { client } = await clientOf(() => ({ status: 404, body: { error_message: "Not found" } }));
    expect(await client.find("/tags/3")).toBeUndefined();
  });

  test("does not take a web page with 404 for the appliance's word", async () => {
    const page = { status: 404, headers: { "content-type": "text/html" }, body: "<html></html>" };
    const { client } = await clientOf(() => page);
    expect((await failureOf(client.find("/tags/3"))).code).toBe("not-an-appliance");
  });

  test("refuses a list", async () => {
    const { client } = await clientOf(() => ({ body: [{ id: 3 }] }));
    expect((await failureOf(client.find("/tags/3"))).code).toBe("malformed");
  });
});

describe("the target", () => {
  const info = { version: "8.7.1.2", platform: "discover", display_host: "eda" };

  test("is asked for once, also by parallel callers", async () => {
    const { server, client } = await clientOf(() => ({ body: info }));
    const expected = { host: client.host, firmware: "8.7.1.2", platform: "discover" };
    expect(await Promise.all([client.target(), client.target()])).toEqual([expected, expected]);
    expect(await client.target()).toEqual(expected);
    expect(server.seen.map(({ url }) => url)).toEqual(["/api/v1/extrahop"]);
  });

  test("is asked for again after a failure", async () => {
    const { client } = await clientOf((_seen, n) => (n === 0 ? { status: 500 } : { body: info }));
    expect((await failureOf(client.target())).code).toBe("refused");
    expect((await client.target()).firmware).toBe("8.7.1.2");
  });

  test.each([{ body: { hello: "world" } }, { body: { version: 3 } }, { status: 404, body: {} }])(
    "is no appliance when it answers %j",
    async (reply) => {
      const { client } = await clientOf(() => reply);
      expect((await failureOf(client.target())).code).toBe("not-an-appliance");
    },
  );
});

/** The answer to a request for a page. */
function pageOf(list: readonly JsonObject[]): ApplianceReply {
  const body = Buffer.from(JSON.stringify(list));
  const answer = {
    status: 200,
    contentType: "application/json",
    location: undefined,
    retryAfter: undefined,
    body,
  };
  const request = { method: "GET", path: "/devices", read: true } as const;
  const server = { origin: "https://eda", host: "eda", words: wordsOf({ apiKey: KEY }) };
  return { request, answer, mayBeDone: false, ...server, clean: (text) => text };
}

describe("a list in pages", () => {
  const items = (from: number, count: number): JsonObject[] =>
    Array.from({ length: count }, (_, i) => ({ id: from + i }));

  /** A server with `total` objects that gives at most `cap` of them at once. */
  const paged =
    (total: number, cap = Infinity): Script =>
    ({ url, body }) => {
      const query = url.includes("/search")
        ? (JSON.parse(body) as { limit: number; offset: number })
        : Object.fromEntries(new URL(url, "http://x").searchParams);
      const offset = Number(query.offset);
      return { body: items(offset, Math.max(0, Math.min(Number(query.limit), cap, total - offset))) };
    };

  test.each([
    [0, Infinity, 1],
    [7, Infinity, 1],
    [99, Infinity, 1],
    [100, Infinity, 2],
    [999, Infinity, 2],
    [1000, 250, 5],
    [1000, Infinity, 2],
    [1001, Infinity, 2],
    [2500, Infinity, 4],
    [250, 100, 3],
    [200, 100, 3],
    [100, 100, 2],
    [1200, 500, 4],
  ])("of %i objects, %d at most per page, is read whole in %i requests", async (total, cap, requests) => {
    const { client } = await clientOf(paged(total, cap));
    const list = await client.listPages("/devices", { active_from: 1 });
    expect(list).toEqual(items(0, total));
    expect(client.requests()).toEqual({ GET: requests });
  });

  test("asks with limit and offset beside the caller's query", async () => {
    const { server, client } = await clientOf(paged(1003));
    await client.listPages("/devices", { search_type: "any" });
    expect(server.seen.map(({ url }) => url)).toEqual([
      "/api/v1/devices?search_type=any&limit=1000&offset=0",
      "/api/v1/devices?search_type=any&limit=1000&offset=1000",
    ]);
  });

  test("by search has limit and offset in the body and counts as POST", async () => {
    const { server, client } = await clientOf(paged(1003));
    const filter = { field: "name", operand: "x", operator: "=" };
    expect(await client.search({ filter, limit: 5 })).toHaveLength(1003);
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(
      Array(2).fill("POST /api/v1/devices/search"),
    );
    expect(server.seen.map(({ body }) => JSON.parse(body))).toEqual([
      { filter, limit: 1000, offset: 0 },
      { filter, limit: 1000, offset: 1000 },
    ]);
    expect(server.seen[0]?.headers["content-type"]).toBe("application/json");
    expect(client.requests()).toEqual({ POST: 2 });
  });

  test("has each id once, the first as it came, when pages overlap", async () => {
    const pages = [
      [...items(0, 999), { id: 1, name: "again" }],
      [{ id: 998, name: "again" }, { id: 5000 }],
    ];
    const { client } = await clientOf((_seen, n) => ({ body: pages[n] ?? [] }));
    expect(await client.listPages("/devices")).toEqual([...items(0, 999), { id: 5000 }]);
  });

  test.each([100, 1000])(
    "from a server that ignores offset stops with an error (%i objects)",
    async (count) => {
      const { client } = await clientOf(() => ({ body: items(0, count) }));
      expect((await failureOf(client.listPages("/devices"))).code).toBe("malformed");
      expect(client.requests()).toEqual({ GET: 2 });
    },
  );

  test("that brings new objects for ever stops with an error, after two million objects and lists", async () => {
    const parts = Array(50).fill({});
    const { client } = await clientOf(({ body }) => {
      const { offset } = JSON.parse(body) as { offset: number };
      return { body: items(offset, 1000).map((item) => ({ ...item, parts })) };
    });
    const error = await failureOf(client.search({}));
    expect([error.code, error.message]).toEqual(["malformed", expect.stringContaining("goes on and on")]);
    expect(client.requests()).toEqual({ POST: 39 });
  });

  test("is limited in bytes, too", async () => {
    const bytes = 3 * JSON.stringify(items(0, 1000)).length;
    const error = await failureOf(
      readPages(async (_limit, offset) => pageOf(items(offset, 1000)), { bytes, parts: 1e6 }),
    );
    expect(error.message).toContain(`more than ${bytes} bytes`);
  });

  test.each([{ name: "x" }, { id: null }, { id: "" }, { id: { a: 1 } }])(
    "is malformed when it holds %j, which has no id",
    async (item) => {
      const { client } = await clientOf(() => ({ body: [{ id: 1 }, item] }));
      expect((await failureOf(client.listPages("/devices"))).code).toBe("malformed");
    },
  );

  test("fails whole when a later page fails", async () => {
    const { client } = await clientOf((seen, n) => (n === 0 ? paged(2000)(seen, n) : { status: 500 }));
    expect((await failureOf(client.listPages("/devices"))).code).toBe("refused");
  });
});
