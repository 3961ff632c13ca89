import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { ALERT, clientOf, create, open } from "./client.ts";

describe("access", () => {
  it("answers 401 without a key, with a wrong key and with another scheme", async () => {
    const { sandbox } = await open();
    const attempts = [undefined, "ExtraHop apikey=wrong", `Bearer ${sandbox.apiKey}`, sandbox.apiKey];
    for (const authorization of attempts) {
      const response = await fetch(
        `${sandbox.url}/api/v1/tags`,
        authorization ? { headers: { authorization } } : {},
      );
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({ error_message: "API key is missing or invalid" });
    }
  });

  it("takes the key that it is given", async () => {
    const { sandbox } = await open({ apiKey: "chosen" });
    expect(sandbox.apiKey).toBe("chosen");
    expect((await clientOf(sandbox.url, "chosen")("GET", "/tags")).status).toBe(200);
  });

  it("lets the limited key read and search, and answers its writes with 403", async () => {
    const { sandbox, call } = await open();
    const id = await create(call, "tags", { name: "pci" });
    const limited = clientOf(sandbox.url, sandbox.limitedApiKey);
    expect((await limited("GET", "/tags")).status).toBe(200);
    expect((await limited("POST", "/devices/search", {})).status).toBe(200);
    const writes = [
      await limited("POST", "/tags", { name: "x" }),
      await limited("PATCH", `/tags/${id}`, { name: "x" }),
      await limited("DELETE", `/tags/${id}`),
      await limited("POST", `/tags/${id}/devices`, { assign: [1] }),
    ];
    expect(writes.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect(sandbox.appliance.list("tags")).toHaveLength(1);
    expect(sandbox.appliance.linked("tags/devices", id)).toEqual([]);
  });

  it("answers 402 to everything while the licence agreement is not accepted", async () => {
    const { sandbox, call } = await open({ quirks: { eula: "missing" } });
    expect((await call("GET", "/extrahop")).status).toBe(402);
    expect((await call("POST", "/tags", { name: "x" })).status).toBe(402);
    expect(await (await fetch(`${sandbox.url}/api/v1/nowhere`)).json()).toHaveProperty("error_message");
  });

  it("answers 404 outside the API and on unknown paths, and 405 on a known path with another method", async () => {
    const { sandbox, call } = await open();
    expect((await fetch(`${sandbox.url}/`)).status).toBe(404);
    for (const path of [
      "/nowhere",
      "/tags/",
      "/tags/x",
      "/tags/01",
      "/tags/1/alerts",
      "/emailgroups/1/alerts",
    ]) {
      expect((await call("GET", path)).status, path).toBe(404);
    }
    for (const [method, path] of [
      ["PUT", "/tags"],
      ["PATCH", "/tags"],
      ["DELETE", "/tags"],
      ["DELETE", "/applications/1"],
      ["DELETE", "/networks/0"],
      ["POST", "/networks"],
      ["POST", "/devices"],
      ["DELETE", "/devices/1"],
      ["GET", "/devices/search"],
      ["GET", "/tags/1/devices/1"],
      ["POST", "/auditlog"],
      ["PATCH", "/extrahop"],
    ] as const) {
      expect((await call(method, path)).status, `${method} ${path}`).toBe(405);
    }
  });
});

describe("bodies", () => {
  it("answers 400 in the recorded shape to what is not JSON", async () => {
    const { sandbox, call } = await open();
    const headers = {
      authorization: `ExtraHop apikey=${sandbox.apiKey}`,
      "content-type": "application/json",
    };
    for (const body of ["", "{", "{'name': 'x'}", Buffer.from([0x22, 0xff, 0x22])]) {
      const response = await fetch(`${sandbox.url}/api/v1/tags`, { method: "POST", headers, body });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ type: "invalid_request" });
    }
    expect((await call("POST", "/tags", [1])).status).toBe(400);
    expect((await call("POST", "/tags", "x")).status).toBe(400);
  });

  it("takes JSON with and without a content type, and refuses any other type with 415", async () => {
    const { sandbox, call } = await open();
    const authorization = `ExtraHop apikey=${sandbox.apiKey}`;
    const post = (name: string, headers: Record<string, string>): Promise<Response> =>
      fetch(`${sandbox.url}/api/v1/tags`, {
        method: "POST",
        headers: { authorization, ...headers },
        body: Buffer.from(JSON.stringify({ name })),
      });
    expect((await post("a", {})).status).toBe(201);
    expect((await post("b", { "content-type": "application/json; charset=utf-8" })).status).toBe(201);
    expect((await post("c", { "content-type": "text/plain" })).status).toBe(415);
    expect((await post("d", { "content-type": "application/jsonx" })).status).toBe(415);
    expect((await call("GET", "/tags")).body).toHaveLength(2);
  });

  it("refuses a body where the operation takes none, and allows an empty one", async () => {
    const { call } = await open();
    const id = await create(call, "tags", { name: "pci" });
    expect((await call("POST", `/tags/${id}/devices/1`, {})).status).toBe(400);
    expect((await call("DELETE", `/tags/${id}`, {})).status).toBe(400);
    expect((await call("POST", `/tags/${id}/devices/1`)).status).toBe(204);
    expect(
      (await call("POST", `/tags/${id}/devices/1`, undefined, { "content-type": "application/json" })).status,
    ).toBe(204);
  });

  it("answers 413 to more than 10 MB", async () => {
    const { call } = await open();
    expect((await call("POST", "/tags", { name: "x".repeat(10 * 1024 * 1024) })).status).toBe(413);
    expect((await call("POST", "/triggers", { name: "x", script: "x".repeat(9 * 1024 * 1024) })).status).toBe(
      422,
    );
  });

  it("refuses query parameters that the guide does not document for the route", async () => {
    const { call } = await open();
    for (const path of ["/tags?limit=1", "/alerts/11/devices?limit=1", "/networks?x=1", "/devices?name=x"]) {
      expect((await call("GET", path)).status, path).toBe(400);
    }
    expect((await call("POST", "/tags?x=1", { name: "x" })).status).toBe(400);
    expect((await call("GET", "/auditlog?limit=1&limit=2")).status).toBe(400);
  });
});

describe("answers", () => {
  it("creates with 201, an empty text body and a relative location", async () => {
    const { call } = await open();
    const { status, headers, body } = await call("POST", "/alerts", ALERT);
    expect([status, body]).toEqual([201, ""]);
    expect(headers.get("location")).toBe("/api/v1/alerts/20");
    expect(headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(headers.get("content-length")).toBe("0");
  });

  it("creates with an empty body of type JSON when that quirk is on", async () => {
    const { call } = await open({ quirks: { createdContentType: "json" } });
    const { status, headers, body } = await call("POST", "/tags", { name: "x" });
    expect([status, body, headers.get("content-type")]).toEqual([201, "", "application/json; charset=utf-8"]);
  });

  it("answers updates and deletes with 204 and nothing", async () => {
    const { call } = await open();
    const id = await create(call, "tags", { name: "x" });
    for (const reply of [
      await call("PATCH", `/tags/${id}`, { name: "y" }),
      await call("DELETE", `/tags/${id}`),
    ]) {
      expect([reply.status, reply.body, reply.headers.get("content-type")]).toEqual([204, "", null]);
    }
  });

  it("has the headers of a real appliance", async () => {
    const { call } = await open();
    const { headers } = await call("GET", "/tags");
    expect(headers.get("server")).toBe("Apache");
    expect(headers.get("via")).toBe("1.1 localhost");
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(headers.get("keep-alive")).toBe("timeout=45, max=99");
  });

  it("says who it is", async () => {
    const { call } = await open();
    expect((await call("GET", "/extrahop")).body).toEqual({
      version: "8.7.1.2",
      platform: "discover",
      hostname: "extrahop-sandbox",
      mgmt_ipaddr: "10.1.0.2",
      display_host: "extrahop-sandbox",
      external_hostname: null,
    });
    expect((await call("GET", "/extrahop/version")).body).toEqual({ version: "8.7.1.2" });
    expect((await call("GET", "/extrahop/platform")).body).toEqual({ platform: "discover" });
    expect((await call("GET", "/extrahop/edition")).body).toEqual({ edition: "Enterprise" });
  });

  it("logs requests in order, with path, status and body, until the log is cleared", async () => {
    const { sandbox, call } = await open();
    await call("GET", "/devices?limit=1");
    await call("POST", "/tags", { name: "x" });
    await call("GET", "/nowhere");
    expect(sandbox.requests()).toEqual([
      { method: "GET", path: "/devices?limit=1", status: 200, done: { status: 200 } },
      {
        method: "POST",
        path: "/tags",
        status: 201,
        done: { status: 201, location: "/api/v1/tags/1" },
        body: { name: "x" },
      },
      { method: "GET", path: "/nowhere", status: 404, done: { status: 404 } },
    ]);
    sandbox.clearRequests();
    expect(sandbox.requests()).toEqual([]);
  });
});

describe("connections", () => {
  it("closes a connection after as many requests as the quirk says", async () => {
    const { sandbox } = await open({ quirks: { requestsPerConnection: 2 } });
    const [host = "", port = ""] = sandbox.host.split(":");
    const text = await new Promise<string>((resolve, reject) => {
      let received = "";
      const socket = connect(Number(port), host, () => socket.write(GET.repeat(3)));
      socket.on("data", (data) => {
        received += String(data);
      });
      socket.on("error", reject);
      socket.on("close", () => resolve(received));
    });
    expect(text.match(/HTTP\/1\.1 401/g)).toHaveLength(2);
    expect(text.match(/^keep-alive: (.*)$/gim)).toEqual(["keep-alive: timeout=45, max=1"]);
    expect(text.match(/^connection: (.*)$/gim)).toEqual(["connection: keep-alive", "connection: close"]);
  });

  it("ends open connections on close, and can be closed twice", async () => {
    const { sandbox } = await open();
    const [host = "", port = ""] = sandbox.host.split(":");
    const socket = connect(Number(port), host);
    await new Promise<void>((resolve) => {
      socket.once("data", () => resolve());
      socket.write(GET);
    });
    const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    await sandbox.close();
    await ended;
    await sandbox.close();
    await expect(fetch(sandbox.url)).rejects.toThrow();
  });

  it("rejects when the port is taken", async () => {
    const { sandbox } = await open();
    const port = Number(sandbox.host.split(":")[1]);
    await expect(startSandbox({ port, devices: 0 })).rejects.toMatchObject({ code: "sandbox-listen" });
  });
});

describe("https", () => {
  it("serves the same API behind a self-signed certificate that it names", async () => {
    const { sandbox } = await open({ tls: true });
    expect(sandbox.url).toBe(`https://${sandbox.host}`);
    expect(sandbox.fingerprint).toMatch(/^sha256:[0-9a-f]{64}$/);
    const seen = await new Promise<{ status: number | undefined; fingerprint: string }>((resolve, reject) => {
      const request = httpsRequest(
        `${sandbox.url}/api/v1/extrahop`,
        {
          ca: sandbox.certificate,
          headers: { authorization: `ExtraHop apikey=${sandbox.apiKey}` },
          agent: false,
        },
        (response) => {
          const socket = response.socket as import("node:tls").TLSSocket;
          const fingerprint = socket.getPeerCertificate().fingerprint256;
          response.resume().on("end", () => resolve({ status: response.statusCode, fingerprint }));
        },
      );
      request.on("error", reject).end();
    });
    expect(seen.status).toBe(200);
    expect(`sha256:${seen.fingerprint.replaceAll(":", "").toLowerCase()}`).toBe(sandbox.fingerprint);
    await expect(fetch(`${sandbox.url}/api/v1/extrahop`)).rejects.toThrow();
  });

  it("has no certificate over plain http", async () => {
    const { sandbox } = await open();
    expect(sandbox.url).toBe(`http://${sandbox.host}`);
    expect([sandbox.certificate, sandbox.fingerprint]).toEqual([undefined, undefined]);
  });
});

it("refuses a firmware that it cannot play", async () => {
  await expect(startSandbox({ firmware: "6.2" })).rejects.toMatchObject({ code: "sandbox-firmware" });
  await expect(startSandbox({ firmware: "constructor" })).rejects.toMatchObject({ code: "sandbox-firmware" });
});

it("refuses a number of devices that it cannot have", async () => {
  for (const devices of [-1, 1.5, Number.NaN, 60_001]) {
    await expect(startSandbox({ devices })).rejects.toMatchObject({ code: "sandbox-devices" });
  }
});

const GET = "GET /api/v1/tags HTTP/1.1\r\nhost: sandbox\r\n\r\n";
