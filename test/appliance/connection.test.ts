import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseHost, readConnection } from "../../src/appliance/connection.ts";
import { insecureWarning, parseFingerprint } from "../../src/appliance/trust.ts";
import { certificateFor, KEY, refusalOf } from "./servers.ts";

async function temporaryFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "hopsync-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "ca.pem");
  await writeFile(file, text);
  return file;
}

describe("a host", () => {
  test.each([
    ["eda.example.com", "https://eda.example.com", "eda.example.com"],
    ["  eda:8443\n", "https://eda:8443", "eda:8443"],
    ["EDA.example.com", "https://eda.example.com", "EDA.example.com"],
    ["https://eda:443", "https://eda", "eda:443"],
    ["HTTPS://eda:8443/", "https://eda:8443", "eda:8443"],
    ["10.1.2.3", "https://10.1.2.3", "10.1.2.3"],
    ["[2001:db8::1]", "https://[2001:db8::1]", "[2001:db8::1]"],
    ["[2001:db8::1]:8443", "https://[2001:db8::1]:8443", "[2001:db8::1]:8443"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080", "127.0.0.1:8080"],
    ["http://127.9.8.7", "http://127.9.8.7", "127.9.8.7"],
    ["http://[::1]:81", "http://[::1]:81", "[::1]:81"],
    ["http://localhost:81", "http://localhost:81", "localhost:81"],
  ])("%j is accepted", (text, origin, host) => {
    expect(parseHost(text)).toEqual({ origin, host });
  });

  test.each([
    ["", /empty/],
    ["https://", /empty/],
    ["ftp://eda", /not ftp/],
    ["eda/api/v1", /a path/],
    ["https://eda/admin/", /a path/],
    ["eda\\x", /a path/],
    ["https://eda?x=1", /a query/],
    ["eda#top", /fragment/],
    ["eda example", /white space/],
    ["2001:db8::1", /in brackets/],
    ["eda:99999", /host:port/],
    ["eda:https", /host:port/],
    ["eda:0", /Port 0/],
    ["http://eda.example.com", /in clear.*https:\/\/eda\.example\.com/],
    ["http://128.0.0.1", /in clear/],
    ["http://127.0.0.1.example.com", /in clear/],
    ["http://localhost.example.com", /in clear/],
    ["http://[::2]", /in clear/],
  ])("%j is refused with the reason", async (text, reason) => {
    const refusal = await refusalOf(() => parseHost(text));
    expect(refusal.code).toBe("host");
    expect(refusal.text).toMatch(reason);
  });

  test("with user info is refused without repeating the password", async () => {
    const refusal = await refusalOf(() => parseHost("https://admin:hunter2@eda"));
    expect(refusal.code).toBe("host");
    expect(refusal.text).not.toContain("hunter2");
  });
});

describe("an API key", () => {
  test("loses the white space around it and is not shown when the connection is printed", async () => {
    const connection = await readConnection({ host: "eda", apiKey: ` ${KEY}\r\n` });
    expect(connection.credentials()).toEqual({ apiKey: KEY });
    expect(inspect(connection, { depth: 10 })).not.toContain(KEY);
    expect(JSON.stringify(connection)).not.toContain(KEY);
  });

  test.each([
    "",
    " \n",
    "secretone\nsecrettwo",
    "secret two",
    "secret\u0000",
    "secret\u00e9",
    "secret\u200b",
  ])("%j is refused without being shown", async (apiKey) => {
    const refusal = await refusalOf(() => readConnection({ host: "eda", apiKey }));
    expect(refusal.code).toBe("api-key");
    expect(refusal.text).not.toContain("secret");
  });
});

describe("trust", () => {
  const connect = (options: object) => readConnection({ host: "eda", apiKey: KEY, ...options });

  test("is the system's CAs unless said otherwise", async () => {
    expect((await connect({})).trust).toEqual({ by: "system" });
    expect((await connect({ insecure: false })).trust).toEqual({ by: "system" });
    expect((await connect({ insecure: true })).trust).toEqual({ by: "insecure" });
  });

  test("of a CA file is every certificate in it and nothing else", async () => {
    const first = (await certificateFor("127.0.0.1")).cert.trim();
    const second = (await certificateFor("127.0.0.2")).cert.trim();
    const caFile = await temporaryFile(`# a bundle\n${first}\ntext between\n${second}\n`);
    const { trust } = await connect({ caFile });
    expect(trust).toEqual({ by: "ca", certificates: [first, second] });
  });

  test.each([
    ["empty", ""],
    ["no PEM", "hello"],
    ["only a private key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"],
    ["a damaged certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
  ])("of a CA file that holds %s is an error", async (_name, text) => {
    const caFile = await temporaryFile(text);
    expect((await refusalOf(() => connect({ caFile }))).code).toBe("ca-file");
  });

  test("of a CA file without end is an error before it is in memory", async () => {
    const { cert } = await certificateFor("127.0.0.1");
    const large = await temporaryFile(cert + " ".repeat(4 * 1024 * 1024));
    for (const caFile of process.platform === "win32" ? [large] : [large, "/dev/zero"]) {
      const refusal = await refusalOf(() => connect({ caFile }));
      expect(refusal).toEqual({ code: "ca-file", text: expect.stringContaining("is larger than 4 MB") });
    }
  });

  test("of a CA file that is missing is an error that names the file", async () => {
    const refusal = await refusalOf(() => connect({ caFile: "no/such/ca.pem" }));
    expect(refusal).toEqual({ code: "ca-file", text: expect.stringMatching(/no\/such\/ca\.pem.*ENOENT/) });
  });

  const hex = "0123456789abcdef".repeat(4);
  test.each([
    `sha256:${hex}`,
    `SHA256:${hex.toUpperCase()}`,
    ` sha256:${hex.match(/../g)?.join(":").toUpperCase()}\n`,
  ])("by fingerprint reads %j", (text) => {
    expect(parseFingerprint(text)).toBe(`sha256:${hex}`);
  });

  test.each([
    hex,
    `sha1:${hex}`,
    `sha256:${hex.slice(1)}`,
    `sha256:${hex}0`,
    `sha256:${hex.replace("a", "g")}`,
    "",
  ])("by fingerprint refuses %j", async (text) => {
    expect((await refusalOf(() => parseFingerprint(text))).code).toBe("fingerprint");
  });

  test.each([
    { fingerprint: `sha256:${hex}`, insecure: true },
    { caFile: "ca.pem", insecure: true },
    { caFile: "ca.pem", fingerprint: `sha256:${hex}` },
    { host: "http://localhost", caFile: "ca.pem" },
    { host: "http://localhost", fingerprint: `sha256:${hex}` },
  ])("refuses %j, where one setting would have no effect", async (options) => {
    expect((await refusalOf(() => connect(options))).code).toBe("tls-options");
  });

  test("that is switched off has a warning that names the host", async () => {
    expect(insecureWarning(await connect({ host: "eda:8443" }))).toContain("eda:8443");
  });
});
