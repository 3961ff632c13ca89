import { describe, expect, test } from "vitest";
import { closedOrigin, connectTo, failureOf, type Reply, type Script, serve } from "./servers.ts";

async function clientOf(script: Script) {
  const server = await serve(script);
  return { server, client: await connectTo(server.origin) };
}

describe("create", () => {
  test.each([
    [{ location: "/api/v1/tags/19" }, "19"],
    [{ Location: "https://eda.example.com/api/v1/tags/7" }, "7"],
    [{ LOCATION: "/api/v1/tags/0", "content-type": "application/json" }, "0"],
    [{ location: "/api/v1/devicegroups/17179869184123456789" }, "17179869184123456789"],
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
    test.each([429, 500, 502, 503, 504])("is sent once when the answer is %i", async (status) => {
      const { client } = await clientOf(() => ({ status }));
      const error = await failureOf(call(client, name));
      expect(error).toMatchObject({ code: "refused", status, unknownOutcome: status >= 500 });
      expect(client.requests()).toEqual({ [method]: 1 });
    });

    test("that the appliance failed at ends in what to do next", async () => {
      const { client } = await clientOf(() => ({ status: 503 }));
      expect((await failureOf(call(client, name))).message).toMatch(
        /: 503 Service Unavailable\. Nobody knows whether it was done; run plan again/,
      );
    });

    test("is sent once when the connection is cut, and nobody knows the outcome", async () => {
      const { server, client } = await clientOf(() => undefined);
      const error = await failureOf(call(client, name));
      expect(error).toMatchObject({ code: "unreachable", unknownOutcome: true, method });
      expect(error.message).toContain("run plan again");
      expect(server.seen).toHaveLength(1);
    });

    test("that gets no answer in time leaves the outcome unknown", async () => {
      const server = await serve(() => new Promise(() => undefined));
      const client = await connectTo(server.origin, { timeoutMs: 500 });
      const error = await failureOf(call(client, name));
      expect(error).toMatchObject({ code: "timeout", unknownOutcome: true });
      expect(server.seen).toHaveLength(1);
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
    expect(error.message).toContain("assign 100: gone\\u{001b}[2J; assign 101: gone\\u{001b}[2J");
    expect(error.message).not.toContain("more");
  });

  test("lists ten failures and counts the rest", async () => {
    const { client } = await clientOf(() => ({ status: 207, body: failures(13) }));
    const { message } = await failureOf(client.assign("/tags/7/devices", { assign: ["1"] }));
    expect(message).toContain("13 not done");
    expect(message).toContain("assign 109:");
    expect(message).not.toContain("assign 110:");
    expect(message).toContain("and 3 more");
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
