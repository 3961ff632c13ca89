/** Whom the command line talks to, and what it says when that is nobody, or somebody else. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { type CliOptions, cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { proxyTo } from "../helpers/proxy.ts";
import { sandbox } from "../helpers/sandbox.ts";

const MANIFEST = { "manifests/tags.yaml": "version: 1\ntags: [{name: pci}]\n" };

async function codesOf(argv: readonly string[], options: CliOptions): Promise<readonly unknown[]> {
  const result = await cli([...argv, "--format", "json"], options);
  const document = documentOf(result);
  return [result.code, document.exit_code, document.diagnostics.map((d) => d.code)];
}

async function server(answer: RequestListener): Promise<string> {
  const started = createServer(answer);
  onTestFinished(() => void started.close());
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

describe("an appliance that does not do its part", () => {
  it.each([
    ["a wrong key", "unauthorized", {}, { EXTRAHOP_API_KEY: "wrong" }],
    ["an EULA that nobody accepted", "eula", { eula: "missing" }, {}],
  ] as const)("%s is one clear error", async (_what, code, quirks, env) => {
    const box = await sandbox({ quirks });
    const cwd = folder(MANIFEST);
    expect(await codesOf(["plan"], { sandbox: box, cwd, env })).toEqual([1, 1, [code]]);
    expect(box.requests()).toHaveLength(1);
  });

  it("a key that may not write is told so before any change is tried, with exit 1", async () => {
    const box = await sandbox();
    const env = { EXTRAHOP_API_KEY: box.limitedApiKey };
    const options = { sandbox: box, cwd: folder(MANIFEST), env };
    expect((await cli(["plan"], options)).code).toBe(0);
    const unrecorded = folder({ "manifests/a.yaml": `inventory: none\n${MANIFEST["manifests/tags.yaml"]}` });
    for (const cwd of [options.cwd, unrecorded]) {
      const failed = await cli(["apply", "--auto-approve", "--format", "json"], { ...options, cwd });
      expect(failed.code).toBe(1);
      const document = documentOf(failed);
      expect([document.results, document.diagnostics.map((d) => d.code)]).toEqual([[], ["forbidden"]]);
      expect(failed.stdout).toContain("403");
    }
  });

  it("nobody at the address, a page of HTML, and a redirect are told apart", async () => {
    const cwd = folder(MANIFEST);
    const env = { EXTRAHOP_API_KEY: "k" };
    const html = await server((_, response) => response.setHeader("content-type", "text/html").end("<html>"));
    const moved = await server((_, response) =>
      response.writeHead(307, { location: "https://login.example.com/" }).end(),
    );
    expect(await codesOf(["plan", "--host", "http://127.0.0.1:1"], { cwd, env })).toEqual([
      1,
      1,
      ["unreachable"],
    ]);
    expect(await codesOf(["plan", "--host", html], { cwd, env })).toEqual([1, 1, ["not-an-appliance"]]);
    expect(await codesOf(["plan", "--host", moved], { cwd, env })).toEqual([1, 1, ["redirected"]]);
  });

  it("slower than --timeout or --deadline is a timeout", async () => {
    const silent = await server(() => {});
    const options = { cwd: folder(MANIFEST), env: { EXTRAHOP_API_KEY: "k", EXTRAHOP_HOST: silent } };
    expect(await codesOf(["plan", "--deadline", "50ms"], options)).toEqual([1, 1, ["timeout"]]);
    const slow = await cli(["plan", "--timeout", "20ms", "--format", "json"], options);
    expect(documentOf(slow).diagnostics[0]?.detail).toContain("0.02 s");
  });
});

describe("what is missing or wrong in flags and environment", () => {
  it.each([
    ["no-host", [], { EXTRAHOP_API_KEY: "k" }],
    ["no-host", [], { EXTRAHOP_API_KEY: "k", EXTRAHOP_HOST: " " }],
    ["no-api-key", ["--host", "localhost"], {}],
    ["no-api-key", ["--host", "localhost", "--api-key-file", "no-such-file"], {}],
    ["api-key", ["--host", "localhost"], { EXTRAHOP_API_KEY: "two\nlines" }],
    [
      "no-client-secret",
      ["--host", "localhost", "--client-id", "c", "--client-secret-file", "no-such-file"],
      {},
    ],
    ["half-client", ["--host", "localhost", "--client-id", "c"], { EXTRAHOP_CLIENT_SECRET: "s" }],
    ["half-client", ["--host", "localhost", "--client-secret-file", "f"], { EXTRAHOP_CLIENT_ID: "c" }],
    ["half-client", ["--host", "localhost"], { EXTRAHOP_CLIENT_ID: "c", EXTRAHOP_CLIENT_SECRET: " " }],
    ["half-client", ["--host", "localhost"], { EXTRAHOP_CLIENT_SECRET: "s" }],
    ["two-credentials", ["--host", "localhost"], { EXTRAHOP_API_KEY: "k", EXTRAHOP_CLIENT_ID: "c" }],
    ["two-credentials", ["--host", "localhost", "--client-id", "c", "--api-key-file", "f"], {}],
    ["client-id", ["--host", "localhost"], { EXTRAHOP_CLIENT_ID: "c:d", EXTRAHOP_CLIENT_SECRET: "s" }],
    ["client-secret", ["--host", "localhost"], { EXTRAHOP_CLIENT_ID: "c", EXTRAHOP_CLIENT_SECRET: "s s" }],
    [
      "host",
      ["--host", "http://tenant.api.cloud.extrahop.com"],
      { EXTRAHOP_CLIENT_ID: "c", EXTRAHOP_CLIENT_SECRET: "s" },
    ],
    ["host", ["--host", "http://eda.example.com"], { EXTRAHOP_API_KEY: "k" }],
    ["ca-file", ["--host", "localhost", "--ca-file", "no-such-file"], { EXTRAHOP_API_KEY: "k" }],
    ["fingerprint", ["--host", "localhost", "--fingerprint", "sha256:12"], { EXTRAHOP_API_KEY: "k" }],
    ["bad-variable", ["--host", "localhost"], { EXTRAHOP_API_KEY: "k", EXTRAHOP_INSECURE: "maybe" }],
  ])("is %s: %j", async (code, argv, env) => {
    expect(await codesOf(["plan", ...argv], { cwd: folder(MANIFEST), env })).toEqual([1, 1, [code]]);
  });

  it.each([
    [["plan", "--parallelism", "0"]],
    [["plan", "--parallelism", "eight"]],
    [["plan", "--timeout", "30"]],
    [["plan", "--timeout", "0s"]],
    [["plan", "--timeout", "600h"]],
    [["plan", "--deadline", "99999999999999h"]],
    [["sandbox", "--port", "99999"]],
    [["plan", "--max-deletes", "-1"]],
    [["plan", "--var", "novalue"]],
    [["plan", "--format", "xml"]],
    [["plan", "--no-such-flag"]],
    [["pln"]],
    [[]],
  ])("is a usage error with exit 1: %j", async (argv) => {
    const { code, stdout, stderr } = await cli(argv);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).not.toContain("    at ");
  });

  it("is a document where one was asked for", async () => {
    for (const [command, ...argv] of [
      ["plan", "plan", "--bogus", "--format", "json"],
      ["apply", "apply", "--format=json", "--timeout", "5"],
      ["export", "export", "--bogus", "--format", "json"],
      ["plan", "frob", "--format", "json"],
    ]) {
      const result = await cli(argv);
      const document = documentOf(result);
      const codes = document.diagnostics.map((d) => d.code);
      expect([result.code, document.command, document.exit_code, codes]).toEqual([1, command, 1, ["usage"]]);
    }
  });

  it("shows defaults in the form that the option takes", async () => {
    const { stdout } = await cli(["plan", "--help"]);
    expect(stdout).toMatch(/--timeout[^-]*default: 30s/);
    expect(stdout).toMatch(/--deadline[^-]*default: 10m/);
  });

  it("is said with the command that was meant", async () => {
    expect((await cli(["aply"])).stderr).toContain("(Did you mean apply?)");
  });
});

describe("certificates", () => {
  it("of the sandbox are refused until they are trusted by fingerprint, CA file, or not at all", async () => {
    const box = await sandbox({ tls: true });
    const cwd = folder({ ...MANIFEST, "ca.pem": box.certificate ?? "" });
    const options = { sandbox: box, cwd };
    expect(await codesOf(["plan"], options)).toEqual([1, 1, ["tls"]]);
    expect(box.requests()).toEqual([]);
    const wrong = `sha256:${"0".repeat(64)}`;
    expect(await codesOf(["plan", "--fingerprint", wrong], options)).toEqual([1, 1, ["tls"]]);
    expect(box.requests()).toEqual([]);
    expect(await codesOf(["plan", "--fingerprint", box.fingerprint ?? ""], options)).toEqual([0, 0, []]);
    expect(await codesOf(["plan", "--ca-file", "ca.pem"], options)).toMatchObject([0, 0, []]);
    expect(await codesOf(["plan", "--insecure"], options)).toEqual([0, 0, ["insecure"]]);
    const env = { EXTRAHOP_INSECURE: "true" };
    expect(await codesOf(["plan"], { ...options, env })).toEqual([0, 0, ["insecure"]]);
    expect(await codesOf(["plan"], { ...options, env: { EXTRAHOP_INSECURE: "false" } })).toEqual([
      1,
      1,
      ["tls"],
    ]);
  });
});

describe("the API key", () => {
  it("is in no output, whatever happens and however much is printed", async () => {
    const key = "K3y+/with=odd chars".replaceAll(" ", "_");
    const leaky = await server((request, response) => {
      const { authorization = "" } = request.headers;
      response.writeHead(request.url === "/api/v1/extrahop" ? 500 : 401, {
        "content-type": "application/json",
      });
      response.end(JSON.stringify({ error_message: `bad ${authorization} ${encodeURIComponent(key)}` }));
    });
    const cwd = folder({ ...MANIFEST, key });
    const runs = [
      await cli(["plan", "--verbose", "--host", leaky], { cwd, env: { EXTRAHOP_API_KEY: key } }),
      await cli(["plan", "--verbose", "--format", "json", "--host", leaky, "--api-key-file", "key"], { cwd }),
      await cli(["plan", "--verbose", "--host", "http://127.0.0.1:1", "--api-key-file", "key"], { cwd }),
    ];
    for (const { code, stdout, stderr } of runs) {
      expect(code).toBe(1);
      expect(stderr).not.toBe("");
      for (const form of [key, encodeURIComponent(key), Buffer.from(key).toString("base64")]) {
        expect(stdout + stderr).not.toContain(form);
      }
    }
  });
});

describe("a proxy", () => {
  it("leads to the appliance where the environment names one and NO_PROXY does not list the host", async () => {
    const box = await sandbox({ tls: true });
    const proxy = await proxyTo(Number(new URL(box.url).port));
    const env = {
      EXTRAHOP_HOST: "eda.example.com",
      EXTRAHOP_API_KEY: box.apiKey,
      HTTPS_PROXY: proxy.url.replace("://", "://jdoe:hunter2@"),
    };
    const options = { cwd: folder(MANIFEST), env };
    const trusted = ["--fingerprint", box.fingerprint ?? ""];
    const { code, stdout } = await cli(["apply", "--auto-approve", ...trusted], options);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Applied: 1 created")]);
    const user = Buffer.from("jdoe:hunter2").toString("base64");
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT eda.example.com:443 Basic ${user}`]));

    const before = proxy.asked.length;
    // No name of loopback, which would go around it in any case.
    const direct = { ...env, EXTRAHOP_HOST: box.url.replace("127.0.0.1", "0.0.0.0") };
    for (const except of [{ NO_PROXY: "example.com,0.0.0.0/8" }, { no_proxy: "*", NO_PROXY: "" }])
      expect(await codesOf(["plan", ...trusted], { ...options, env: { ...direct, ...except } })).toEqual([
        0,
        0,
        [],
      ]);
    expect(proxy.asked.length).toBe(before);
  });

  it("of which the variable says nothing usable is an error before anything is sent, without its password", async () => {
    const env = { EXTRAHOP_HOST: "eda", EXTRAHOP_API_KEY: "k", https_proxy: "socks5://jdoe:hunter2@proxy" };
    const { code, stderr } = await cli(["plan"], { cwd: folder(MANIFEST), env });
    expect([code, stderr.includes("error[proxy-address]"), stderr.includes("hunter2")]).toEqual([
      1,
      true,
      false,
    ]);
    expect(stderr).toMatchInlineSnapshot(`
      "error[proxy-address]: The address of the proxy cannot be used
        = https_proxy names neither an http nor an https proxy, and hopsync speaks no other.
          Write it as http://proxy.example.com:3128, or add the appliance to NO_PROXY. A % in a password is %25.

      1 error
      "
    `);
  });
});
