/** Proxies between here and the appliance: what they are told, what they refuse, and what goes around them. */
import { X509Certificate } from "node:crypto";
import { createServer } from "node:http";
import { beforeAll, describe, expect, it, test } from "vitest";
import type { ConnectionOptions } from "../../src/appliance/connection.ts";
import { readConnection } from "../../src/appliance/connection.ts";
import { readProxy } from "../../src/appliance/proxy.ts";
import { proxyTo, type TestProxy } from "../helpers/proxy.ts";
import {
  type Certificate,
  certificateFor,
  closedOrigin,
  connectTo,
  failureOf,
  KEY,
  listen,
  refusalOf,
  type Script,
  serveTls,
} from "./servers.ts";

const EMPTY: Script = () => ({ body: [] });
const HOST = "eda.example.com";

let certificate: Certificate;
let pin: string;
let tls: Pick<ConnectionOptions, "fingerprint">;

beforeAll(async () => {
  certificate = await certificateFor("127.0.0.1", HOST);
  pin = `sha256:${new X509Certificate(certificate.cert).fingerprint256.replaceAll(":", "").toLowerCase()}`;
  tls = { fingerprint: pin };
});

function proxied({ url }: Pick<TestProxy, "url">, user = ""): Pick<ConnectionOptions, "proxy"> {
  return { proxy: { url: url.replace("://", `://${user}`), variable: "HTTPS_PROXY" } };
}

describe("a proxy", () => {
  it("is told name, port and who asks; the request is between here and the appliance", async () => {
    const server = await serveTls(certificate, EMPTY);
    const proxy = await proxyTo(server.port);
    const client = await connectTo(HOST, {}, { ...tls, ...proxied(proxy, "us%40er:pa%3Ass@") });
    expect(await client.list("/tags")).toEqual([]);
    await client.patch("/tags/1", { name: "pci" });
    const user = Buffer.from("us@er:pa:ss").toString("base64");
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${HOST}:443 Basic ${user}`]));
    expect(server.seen.map(({ method, headers }) => [method, headers.host, headers.authorization])).toEqual([
      ["GET", HOST, `ExtraHop apikey=${KEY}`],
      ["PATCH", HOST, `ExtraHop apikey=${KEY}`],
    ]);
    expect(server.seen.some(({ headers }) => "proxy-authorization" in headers)).toBe(false);
    expect(proxy.through().length).toBeGreaterThan(0);
    expect(proxy.through().includes(KEY)).toBe(false);
  });

  it("changes nothing of whom to trust", async () => {
    const server = await serveTls(certificate, EMPTY);
    const proxy = await proxyTo(server.port);
    const other = `sha256:${"0".repeat(64)}`;
    const wrongPin = await failureOf(
      (await connectTo(HOST, {}, { fingerprint: other, ...proxied(proxy) })).list("/tags"),
    );
    expect([wrongPin.code, wrongPin.message.includes(pin)]).toEqual(["tls", true]);
    const selfSigned = await failureOf((await connectTo(HOST, {}, proxied(proxy))).list("/tags"));
    expect([selfSigned.code, selfSigned.hint?.includes(pin)]).toEqual(["tls", true]);
    expect(server.seen).toEqual([]);
  });

  it.each([
    [407, "", "proxy", 1, "wants a user and a password", "http://USER:PASSWORD@127.0.0.1:"],
    [407, "jdoe:hunter2@", "proxy", 1, "does not accept the user and password", "USER:PASSWORD"],
    [403, "", "proxy", 1, `opens no connection to ${HOST}: it answers 403`, `add it to NO_PROXY`],
    [503, "jdoe:hunter2@", "unreachable", 4, `opens no connection to ${HOST}: it answers 503`, "NO_PROXY"],
  ])("that answers %s is told from the appliance", async (status, user, code, tries, text, hint) => {
    const proxy = await proxyTo(0, status);
    const client = await connectTo(HOST, {}, { ...tls, ...proxied(proxy, user) });
    const error = await failureOf(client.create("/tags", { name: "pci" }));
    expect([error.code, error.unknownOutcome, proxy.asked.length]).toEqual([code, false, tries]);
    expect(error.message).toContain(`the proxy ${proxy.url.slice("http://".length)} (HTTPS_PROXY) ${text}`);
    expect(error.hint).toContain(hint);
    expect(`${error.message}${error.hint}`).not.toContain("hunter2");
  });

  it("that is not there, or whose own certificate is not trusted, is told from the appliance", async () => {
    const gone = await failureOf(
      (await connectTo(HOST, {}, { ...tls, ...proxied({ url: await closedOrigin() }) })).list("/tags"),
    );
    expect([gone.code, gone.message]).toEqual([
      "unreachable",
      expect.stringMatching(/cannot reach the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\): .* \(ECONNREFUSED\)/),
    ]);
    const secure = await proxyTo(0, 200, certificate);
    const untrusted = await failureOf(
      (await connectTo(HOST, {}, { ...tls, ...proxied(secure, "jdoe:hunter2@") })).list("/tags"),
    );
    expect([untrusted.code, secure.asked]).toEqual(["unreachable", []]);
    expect(untrusted.message).toContain("DEPTH_ZERO_SELF_SIGNED_CERT");
  });

  it("that never answers is given up with the request, and with the client", async () => {
    const url = `http://127.0.0.1:${await listen(createServer().on("connect", () => {}))}`;
    const patient = { ...tls, ...proxied({ url }) };
    const late = await failureOf(
      (await connectTo(HOST, { timeoutMs: 50, retries: 0 }, patient)).list("/tags"),
    );
    expect([late.code, late.message]).toEqual([
      "timeout",
      expect.stringContaining(`no connection to ${HOST} through the proxy ${url.slice("http://".length)}`),
    ]);
    const client = await connectTo(HOST, {}, patient);
    const pending = failureOf(client.list("/tags"));
    await client.close();
    expect((await pending).code).toBe("timeout");
  });

  it("shows no password when a connection is printed", async () => {
    const options = { host: HOST, apiKey: KEY, ...proxied({ url: "http://proxy:3128" }, "jdoe:hunter2@") };
    const connection = await readConnection(options);
    expect(connection.proxy).toMatchObject({ origin: "http://proxy:3128", host: "proxy:3128" });
    expect(JSON.stringify(connection)).not.toMatch(/hunter2|aHVudGVy/);
  });

  it("is never asked for this machine itself", async () => {
    for (const host of ["http://127.0.0.1:8700", "https://localhost", "[::1]:8443"]) {
      const { proxy } = await readConnection({ host, apiKey: KEY, ...proxied({ url: "http://proxy:3128" }) });
      expect(proxy).toBeUndefined();
    }
  });
});

describe("the address of a proxy", () => {
  test.each([
    ["proxy:3128", "http://proxy:3128"],
    [" http://proxy.example.com ", "http://proxy.example.com"],
    ["https://u:p@proxy:8443/", "https://proxy:8443"],
    ["http://[::1]:3128", "http://[::1]:3128"],
  ])("%s is one", (url, origin) => {
    expect(readProxy({ url, variable: "https_proxy" }, "https://eda")?.origin).toBe(origin);
  });

  test.each([
    "socks5://jdoe:hunter2@proxy:1080",
    "http://jdoe:hunter2@",
    "http://jdoe:hunter2%zz@proxy",
    "hunter2 x",
  ])("%s is refused without being shown", async (url) => {
    const { code, text } = await refusalOf(() => readProxy({ url, variable: "https_proxy" }, "https://eda"));
    expect([code, text.includes("https_proxy"), text.includes("hunter2")]).toEqual([
      "proxy-address",
      true,
      false,
    ]);
  });
});

describe("what NO_PROXY lists goes around it", () => {
  test.each([
    ["https://eda.example.com", "eda.example.com", true],
    ["https://eda.example.com", "EXAMPLE.com", true],
    ["https://eda.example.com", ".example.com", true],
    ["https://eda.example.com", "*.example.com", true],
    ["https://example.com", ".example.com", true],
    ["https://eda.example.com", "other.com, example.com", true],
    ["https://eda.example.com", "other.com example.com", true],
    ["https://eda.example.com", "ample.com", false],
    ["https://eda.example.com.evil.com", "example.com", false],
    ["https://eda.example.com", "", false],
    ["https://eda.example.com", " , ", false],
    ["https://eda.example.com", "*", true],
    ["https://eda.example.com", "example.com:443", true],
    ["https://eda.example.com", "example.com:8443", false],
    ["https://eda.example.com:8443", "example.com:8443", true],
    ["https://10.1.2.3", "10.1.2.3", true],
    ["https://10.1.2.3", "10.0.0.0/8", true],
    ["https://10.1.2.3", "10.1.2.0/30", true],
    ["https://10.1.2.4", "10.1.2.0/30", false],
    ["https://10.1.2.3", "10.0.0.0/", false],
    ["https://10.1.2.3", "10.0.0.0/33", false],
    ["https://10.1.2.3", "2.3", false],
    ["https://[2001:db8::1]", "2001:DB8:0::1", true],
    ["https://[2001:db8::1]:8443", "[2001:db8::1]:8443", true],
    ["https://[2001:db8::1]", "[2001:db8::1]:8443", false],
    ["https://[2001:db8::1]", "2001:db8::/32", true],
    ["https://[2001:db8::1]", "fd00::/8", false],
    ["https://10.1.2.3", "::/0", false],
  ])("%s with %j: %s", (origin, except, around) => {
    const proxy = readProxy({ url: "http://proxy:3128", variable: "HTTPS_PROXY", except }, origin);
    expect(proxy === undefined).toBe(around);
  });
});
