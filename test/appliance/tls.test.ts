import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  type Certificate,
  certificateFor,
  connectTo,
  failureOf,
  listen,
  type Script,
  serve,
  serveTls,
} from "./servers.ts";

const EMPTY: Script = () => ({ body: [] });

let folder = "";
let valid: Certificate;
let elsewhere: Certificate;
let validFile = "";
let elsewhereFile = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hopsync-"));
  valid = await certificateFor("127.0.0.1");
  elsewhere = await certificateFor("127.0.0.77");
  validFile = join(folder, "valid.pem");
  elsewhereFile = join(folder, "elsewhere.pem");
  await writeFile(validFile, valid.cert);
  await writeFile(elsewhereFile, elsewhere.cert);
});
afterAll(() => rm(folder, { recursive: true }));

function fingerprintOf({ cert }: Certificate): string {
  return `sha256:${new X509Certificate(cert).fingerprint256}`;
}

function canonical(fingerprint: string): string {
  return fingerprint.replace("sha256:", "").replaceAll(":", "").toLowerCase();
}

describe("a self-signed certificate", () => {
  test("is refused without a setting; the hint has its fingerprint, and nothing was sent", async () => {
    const server = await serveTls(valid, EMPTY);
    const client = await connectTo(server.origin);
    const error = await failureOf(client.list("/tags"));
    expect(error.code).toBe("tls");
    expect(error.unknownOutcome).toBe(false);
    expect(error.hint).toContain(`--fingerprint sha256:${canonical(fingerprintOf(valid))}`);
    expect(error.hint).toContain("--ca-file");
    expect(server.seen).toEqual([]);
  });

  test("is refused although the environment switches verification off for Node", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
    try {
      const server = await serveTls(valid, EMPTY);
      expect((await failureOf((await connectTo(server.origin)).list("/tags"))).code).toBe("tls");
      expect(server.seen).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
      warn.mockRestore();
    }
  });

  test("is not asked for again: trust does not come by repetition", async () => {
    const server = await serveTls(valid, EMPTY);
    const client = await connectTo(server.origin);
    await failureOf(client.list("/tags"));
    expect(client.requests()).toEqual({ GET: 1 });
  });

  test("is accepted with the CA file that holds it", async () => {
    const server = await serveTls(valid, EMPTY);
    const client = await connectTo(server.origin, {}, { caFile: validFile });
    expect(await client.list("/tags")).toEqual([]);
  });

  test("is refused with another CA file", async () => {
    const server = await serveTls(valid, EMPTY);
    const error = await failureOf(
      (await connectTo(server.origin, {}, { caFile: elsewhereFile })).list("/tags"),
    );
    expect(error.code).toBe("tls");
    expect(server.seen).toEqual([]);
  });

  test("for another name is refused with its own CA file, and says so", async () => {
    const server = await serveTls(elsewhere, EMPTY);
    const error = await failureOf(
      (await connectTo(server.origin, {}, { caFile: elsewhereFile })).list("/tags"),
    );
    expect(error.code).toBe("tls");
    expect(error.message).toContain("issued for another name");
    expect(server.seen).toEqual([]);
  });

  test("is accepted by insecure", async () => {
    const server = await serveTls(elsewhere, EMPTY);
    const client = await connectTo(server.origin, {}, { insecure: true });
    expect(await client.list("/tags")).toEqual([]);
  });
});

describe("a pinned fingerprint", () => {
  test("accepts its certificate, whatever name stands in it", async () => {
    const server = await serveTls(elsewhere, EMPTY);
    const client = await connectTo(server.origin, {}, { fingerprint: fingerprintOf(elsewhere) });
    expect(await client.list("/tags")).toEqual([]);
  });

  test("refuses any other certificate, shows both fingerprints and sends nothing", async () => {
    const server = await serveTls(valid, EMPTY);
    const client = await connectTo(server.origin, {}, { fingerprint: fingerprintOf(elsewhere) });
    const error = await failureOf(client.create("/tags", { name: "pci" }));
    expect(error.code).toBe("tls");
    expect(error.unknownOutcome).toBe(false);
    expect(error.message).toContain(canonical(fingerprintOf(valid)));
    expect(error.message).toContain(canonical(fingerprintOf(elsewhere)));
    expect(server.seen).toEqual([]);
  });

  test("is checked on every connection, also of parallel requests", async () => {
    const server = await serveTls(valid, EMPTY);
    const client = await connectTo(server.origin, {}, { fingerprint: fingerprintOf(elsewhere) });
    const codes = await Promise.all(
      ["/a", "/b", "/c"].map(async (path) => (await failureOf(client.list(path))).code),
    );
    expect(codes).toEqual(["tls", "tls", "tls"]);
    expect(server.seen).toEqual([]);
  });
});

describe("the wrong protocol", () => {
  test("https to a server of plain http is told apart from an untrusted certificate", async () => {
    const server = await serve(EMPTY);
    const error = await failureOf((await connectTo(server.origin.replace("http:", "https:"))).list("/tags"));
    expect(error.code).toBe("tls");
    expect(error.message).toContain("does not speak TLS");
    expect(error.hint).toContain("plain http");
  });

  test("http to a server of https that closes the connection has a hint to try https", async () => {
    const server = await serveTls(valid, EMPTY);
    const error = await failureOf((await connectTo(server.origin.replace("https:", "http:"))).list("/tags"));
    expect(error.code).toBe("unreachable");
    expect(error.hint).toContain(server.origin);
  });

  test.each([
    ["text/plain", "Client sent an HTTP request to an HTTPS server.\n"],
    ["text/html", "<html><title>400</title>The plain HTTP request was sent to HTTPS port</html>"],
    ["text/html", "<html>Reason: You're speaking plain HTTP to an SSL-enabled server port.</html>"],
  ])("http to a server of https that answers %s has a hint to use https", async (type, body) => {
    const server = await serve(() => ({ status: 400, headers: { "content-type": type }, body }));
    const error = await failureOf((await connectTo(server.origin)).list("/tags"));
    expect(error.code).toBe("not-an-appliance");
    expect(error.hint).toContain(`https://${server.origin.slice("http://".length)}`);
  });

  test("something that does not speak HTTP at all is not an appliance", async () => {
    const port = await listen(
      createServer((socket) => socket.once("data", () => socket.end("220 mail.example.com ESMTP\r\n"))),
    );
    const error = await failureOf((await connectTo(`http://127.0.0.1:${port}`)).list("/tags"));
    expect(error.code).toBe("not-an-appliance");
  });
});
