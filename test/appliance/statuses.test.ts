import { describe, expect, test } from "vitest";
import { connectTo, failureOf, type Reply, serve } from "./servers.ts";

/** The error of a PATCH that is answered like this. */
async function patchError(reply: Reply) {
  const server = await serve(() => reply);
  return failureOf((await connectTo(server.origin)).patch("/alerts/16", { severity: 3 }));
}

const HTML = { "content-type": "text/html; charset=utf-8" };

describe("an error status", () => {
  test.each([
    [400, "refused"],
    [401, "unauthorized"],
    [402, "eula"],
    [403, "forbidden"],
    [404, "refused"],
    [409, "refused"],
    [422, "refused"],
    [429, "refused"],
    [500, "refused"],
    [301, "redirected"],
    [302, "redirected"],
    [304, "redirected"],
    [307, "redirected"],
    [308, "redirected"],
  ])("%i is %s, with method, path and status", async (status, code) => {
    expect(await patchError({ status })).toMatchObject({ code, status, method: "PATCH", path: "/alerts/16" });
  });

  test("is shown with the appliance's own text", async () => {
    const { message } = await patchError({ status: 422, body: { error_message: "Unknown field\u001b[1m" } });
    expect(message).toBe("[PATCH] /alerts/16: 422 Unprocessable Entity: Unknown field\\u{001b}[1m");
  });

  test("without a text is shown by its name alone", async () => {
    expect((await patchError({ status: 409 })).message).toBe("[PATCH] /alerts/16: 409 Conflict");
  });

  test("401 says where keys come from", async () => {
    const error = await patchError({ status: 401, body: { error_message: "API Key is invalid" } });
    expect(error.message).toContain("API Key is invalid");
    expect(error.hint).toContain("EXTRAHOP_API_KEY");
  });

  test("402 says what to accept", async () => {
    expect((await patchError({ status: 402 })).message).toContain("EULA");
  });

  test("403 says that writing needs write privileges", async () => {
    const error = await patchError({ status: 403 });
    expect(error.message).toContain("no right to PATCH /alerts/16");
    expect(error.hint).toContain("full write privileges");
  });
});

describe("the text of an error body", () => {
  test.each([
    [{ error_description: "a", error_message: "b", error: "c" }, "a"],
    [{ error_message: "b", error: "c", detail: "d" }, "b"],
    [{ error_message: { type: "t", detail: "d" } }, "t: d"],
    [{ error_message: "", error: "c" }, "c"],
    [{ error_message: "Not licensed", errors: [{ message: "m", properties: [] }] }, "Not licensed"],
    [{ error_message: null, error: { message: "m" } }, "m"],
    [{ error: "invalid_client" }, "invalid_client"],
    [{ type: "invalid_request", detail: "d", message: "m" }, "d"],
    [{ message: "m" }, "m"],
    [{ other: "x" }, '{"other":"x"}'],
    [["x"], '["x"]'],
    ["just text\n", "just text"],
    ['{"error_message": "cut', '{"error_message": "cut'],
  ])("%j is %j", async (body, text) => {
    expect((await patchError({ status: 400, body })).message).toBe(
      `[PATCH] /alerts/16: 400 Bad Request: ${text}`,
    );
  });

  test("is read whatever the content type", async () => {
    const error = await patchError({
      status: 400,
      headers: { "content-type": "text/plain" },
      body: '{"error":"c"}',
    });
    expect(error.message).toBe("[PATCH] /alerts/16: 400 Bad Request: c");
  });

  test("is read behind a byte order mark", async () => {
    const error = await patchError({ status: 400, body: '\ufeff{"error":"c"}' });
    expect(error.message).toBe("[PATCH] /alerts/16: 400 Bad Request: c");
  });

  test("is clipped", async () => {
    const error = await patchError({ status: 400, body: "x".repeat(100_000) });
    expect(error.message).toBe(`[PATCH] /alerts/16: 400 Bad Request: ${"x".repeat(500)}…`);
  });
});

describe("a web page", () => {
  test.each([200, 204, 400, 401, 403, 404, 422, 500])(
    "with status %i is not an appliance",
    async (status) => {
      const error = await patchError({ status, headers: HTML, body: "<html><title>Log\nin</title></html>" });
      expect(error.code).toBe("not-an-appliance");
      expect(error.hint).toContain("host and port");
    },
  );

  test("is told by its content, and its title is shown cleaned", async () => {
    const error = await patchError({
      status: 200,
      body: "\n<!DOCTYPE html><html><title>Log\u001b in</title>",
    });
    expect(error.code).toBe("not-an-appliance");
    expect(error.message).toContain('"Log\\\\u{001b} in"');
  });

  test("where a list is expected is not an empty list", async () => {
    const server = await serve(() => ({ headers: HTML, body: "<html></html>" }));
    expect((await failureOf((await connectTo(server.origin)).list("/tags"))).code).toBe("not-an-appliance");
  });
});

describe("a redirect", () => {
  test("is not followed, and the error names the host and no more of the location", async () => {
    const other = await serve(() => ({ body: [] }));
    const location = `${other.origin.replace("//", "//user:pass@")}/login?token=abc`;
    const server = await serve(() => ({ status: 307, headers: { location } }));
    const error = await failureOf((await connectTo(server.origin)).list("/tags"));
    expect(error.code).toBe("redirected");
    expect(error.message).toContain(other.origin);
    expect(error.message).not.toMatch(/pass|abc|login/);
    expect(other.seen).toEqual([]);
    expect(server.seen).toHaveLength(1);
  });

  test.each([{}, { location: "http://[" }, { location: "javascript:alert(1)" }])(
    "to %j, which is no place, is still refused",
    async (headers) => {
      const error = await patchError({ status: 302, headers: headers as Record<string, string> });
      expect(error.code).toBe("redirected");
      expect(error.message).toContain("an unknown place");
    },
  );
});
