/** The cloud product: the whole pipeline with tokens that end all the time, and who may ask for one. */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Sandbox, SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { type CliOptions, type CliResult, cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { sandbox } from "../helpers/sandbox.ts";

const BASIC = fileURLToPath(new URL("../../examples/basic", import.meta.url));
const CLIENT = { id: "tenant-client", secret: "s3cr3t/of+the=client" };

function cloud(options: SandboxOptions = {}): Promise<Sandbox> {
  return sandbox({ platform: "cloud", client: CLIENT, ...options });
}

function environment(box: Sandbox): Record<string, string> {
  return { EXTRAHOP_HOST: box.url, EXTRAHOP_CLIENT_ID: CLIENT.id, EXTRAHOP_CLIENT_SECRET: CLIENT.secret };
}

/** More than are in flight at once, so that a new token is used before it ends. */
const ANSWERS = 7;

/** Runs a command while every token ends after so many answers. */
async function run(box: Sandbox, ...argv: readonly string[]): Promise<CliResult> {
  let answers = 0;
  const onStderr = (text: string): void => {
    answers += text.match(/^(?:GET|POST|PATCH|DELETE) .* \d+ ms$/gm)?.length ?? 0;
    if (answers < ANSWERS) return;
    answers = 0;
    box.revokeTokens();
  };
  const result = await cli([...argv, "--verbose", "--parallelism", "2"], { env: environment(box), onStderr });
  expect(result.stdout + result.stderr).not.toContain(CLIENT.secret);
  return result;
}

function tokensOf({ stderr }: CliResult): number {
  return stderr.match(/^POST \/oauth2\/token 200 /gm)?.length ?? 0;
}

describe("a pipeline on the cloud product", () => {
  it.each(["401", "400"] as const)("goes through with tokens that end with %s", async (expiredToken) => {
    const box = await cloud({ quirks: { expiredToken } });
    const plan = ["plan", BASIC, "--detailed-exitcode"];
    expect((await cli(["validate", BASIC])).code).toBe(0);
    expect((await run(box, ...plan)).code).toBe(2);
    const applied = await run(box, "apply", BASIC, "--auto-approve", "--format", "json");
    expect(applied.code, applied.stdout).toBe(0);
    expect(tokensOf(applied)).toBeGreaterThan(3);
    expect(documentOf(applied).requests.POST).toBe(applied.stderr.match(/^POST /gm)?.length);
    const again = await run(box, ...plan, "--format", "json");
    expect([again.code, documentOf(again).changes]).toEqual([0, []]);
    const alert = box.appliance.find("alerts", "Web error ratio");
    box.appliance.edit("alerts", alert?.id ?? -1, { severity: 7 });
    expect((await run(box, "drift", BASIC)).code).toBe(2);
    const exported = await run(box, "export", "--kind", "alerts");
    expect([exported.code, exported.stdout]).toEqual([0, expect.stringContaining("Web error ratio")]);
    const shown = await run(box, "inventory", "show", BASIC);
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining("alert/Web error ratio")]);
    expect((await run(box, "apply", BASIC, "--auto-approve")).code).toBe(0);
    expect((await run(box, ...plan)).code).toBe(0);
  });

  it("makes nothing twice and takes one token where none ends", async () => {
    const box = await cloud();
    const options = { env: environment(box) };
    const applied = await cli(["apply", BASIC, "--auto-approve", "--verbose"], options);
    expect([applied.code, tokensOf(applied)]).toEqual([0, 1]);
  });
});

/** The exit code, and the errors. */
async function codesOf(argv: readonly string[], options: CliOptions): Promise<readonly unknown[]> {
  const result = await cli([...argv, "--format", "json"], options);
  const errors = documentOf(result).diagnostics.filter(({ severity }) => severity === "error");
  return [result.code, errors.map(({ code }) => code)];
}

describe("a client of the cloud product", () => {
  const MANIFEST = { "manifests/tags.yaml": "version: 1\ntags: [{name: pci}]\n" };

  it("comes from flags, else from the target, else from variables", async () => {
    const box = await cloud();
    const target = `version: 1\ntargets: {cloud: {host: "${box.url}", client_id: ${CLIENT.id}, client_secret: "\${env:S}"}}\n`;
    const cwd = folder({ ...MANIFEST, "cloud.yaml": target, secret: CLIENT.secret, wrong: "wrong" });
    const flags = ["--client-id", CLIENT.id, "--client-secret-file"];
    const left = { EXTRAHOP_API_KEY: "left over", EXTRAHOP_CLIENT_ID: "left over" };
    const named = ["plan", "--project", "cloud.yaml"];
    const plan = ["plan", "--host", box.url];
    expect(await codesOf(["plan"], { cwd, env: environment(box) })).toEqual([0, []]);
    expect(await codesOf([...plan, ...flags, "secret"], { cwd, env: left })).toEqual([0, []]);
    expect(await codesOf(named, { cwd, env: { ...left, S: CLIENT.secret } })).toEqual([0, []]);
    expect(await codesOf(named, { cwd, env: { ...left, S: "wrong" } })).toEqual([1, ["unauthorized"]]);
    expect(await codesOf([...named, ...flags, "secret"], { cwd, env: {} })).toEqual([0, []]);
    const away = [...named, "--host", "http://127.0.0.1:1"];
    expect(await codesOf(away, { cwd, env: environment(box) })).toEqual([1, ["other-host"]]);
  });

  it("that is wrong, or may only read, is told so once", async () => {
    const box = await cloud();
    const cwd = folder(MANIFEST);
    const env = { ...environment(box), EXTRAHOP_CLIENT_SECRET: "wrong" };
    expect(await codesOf(["plan"], { cwd, env })).toEqual([1, ["unauthorized"]]);
    expect(box.requests()).toHaveLength(1);
    const { id, secret } = box.limitedClient;
    const limited = { ...env, EXTRAHOP_CLIENT_ID: id, EXTRAHOP_CLIENT_SECRET: secret };
    expect(await codesOf(["plan"], { cwd, env: limited })).toEqual([0, []]);
    expect(await codesOf(["apply", "--auto-approve"], { cwd, env: limited })).toEqual([1, ["forbidden"]]);
  });

  it("is not what an appliance takes, nor a key what the cloud product does", async () => {
    const [box, sensor] = [await cloud(), await sandbox()];
    const cwd = folder(MANIFEST);
    const client = { ...environment(box), EXTRAHOP_HOST: sensor.url };
    const told = await cli(["plan"], { cwd, env: client });
    expect([told.code, told.stderr]).toEqual([
      1,
      expect.stringMatching(/appliance takes an API key|has no \/oauth2\/token/),
    ]);
    const key = await cli(["plan"], { cwd, env: { EXTRAHOP_HOST: box.url, EXTRAHOP_API_KEY: "k" } });
    expect([key.code, key.stderr]).toEqual([1, expect.stringContaining("takes a client id and secret")]);
  });
});
