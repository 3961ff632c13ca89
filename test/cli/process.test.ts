/** The command as a process: what only a real one shows. */
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HOPSYNC, start } from "../helpers/child.ts";
import { cli } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { gateway } from "../helpers/gateway.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { storedInventory } from "../inventory/appliance.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

function firstOutput(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => child.stdout?.once("data", (chunk) => resolve(String(chunk))));
}

const VALID_PROJECT =
  "version: 1\ntargets: {hq: {host: eda.example.com, paths: [a.yaml], overlays: [over.yaml]}}\n";

/** Resolves when the stream has said this. */
function textOn(stream: NodeJS.ReadableStream | null, text: string): Promise<void> {
  let seen = "";
  return new Promise((resolve) => {
    stream?.on("data", (chunk) => {
      seen += String(chunk);
      if (seen.includes(text)) resolve();
    });
  });
}

describe("the process", () => {
  it("prints its version without loading anything but its entry", async () => {
    expect(await start(["--version"]).ended).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
    const loads = [...readFileSync(HOPSYNC, "utf8").matchAll(/^import\s[^"]*"([^"]+)"/gm)].map(
      ([, name = ""]) => name,
    );
    expect(loads.filter((name) => !name.startsWith("./chunks/") && !name.startsWith("node:"))).toEqual([]);
    const chunks = loads.map((name) => readFileSync(new URL(name, `file://${HOPSYNC}`), "utf8"));
    expect(chunks.filter((text) => /^import\s/m.test(text))).toEqual([]);
  });

  it("judges what people write by validators made when it was built, as those made when they are asked for", async () => {
    const faulty = {
      "a.yaml": `version: 1
tags: [{nam: x}, {name: 3, devices: [{ip: 1, mac: 2}, {serch: x}]}]
alerts: [{name: a, severity: bad, interval_length: -1, lifecycle: {state: gone}}, 7]
device_groups: [{name: "${"\u{1F600}"}", filter: {operator: xor, rules: [{field: name}]}}]
`,
      "over.yaml": "version: 1\npatchs: []\npatches: [{patch: [{op: ad}]}]\ntags: 3\n",
      "hopsync.yaml": "version: 1\ntargets: {hq: {hst: x, overlays: [over.yaml], parallel: no}, .x: {}}\n",
      "faults.yaml": "faults: [{when: never, effect: {statu: 3}}, {effect: resett}]\n",
    };
    const cwd = folder(faulty);
    const project = folder({ ...faulty, "hopsync.yaml": VALID_PROJECT, "a.yaml": "version: 1\ntags: []\n" });
    for (const [argv, at] of [
      [["validate", "a.yaml", "--format", "json"], cwd],
      [["targets"], cwd],
      [["validate", "--target", "hq"], project],
      [["sandbox", "--faults", "faults.yaml"], cwd],
    ] as const) {
      const built = await start(argv, { cwd: at }).ended;
      expect(built).toEqual(await cli(argv, { cwd: at }));
      expect(built.code, argv.join(" ")).not.toBe(0);
      expect(
        (built.stderr + built.stdout).match(/error|"severity"/g)?.length,
        argv.join(" "),
      ).toBeGreaterThan(1);
    }
  });

  it("is not impressed by a reader that goes away", async () => {
    const { child, ended } = start(["plan", "--help"]);
    child.stdout.destroy();
    expect((await ended).stderr).toBe("");
  });

  it.each([
    ["--api-key-file", ["--api-key-file", "key"], () => ({})],
    [
      "a target's api_key_file",
      [],
      (host: string) => ({
        "hopsync.yaml": `version: 1\ntargets: {hq: {host: "${host}", api_key_file: key, paths: [manifests]}}\n`,
      }),
    ],
    [
      "a target's client_secret_file",
      ["--all-targets"],
      (host: string) => ({
        "hopsync.yaml": `version: 1\ntargets: {hq: {host: "${host}", client_id: me, client_secret_file: key, paths: [manifests]}}\n`,
      }),
    ],
  ] as const)("has a bug that holds no key from %s", async (_, argv, files) => {
    const box = await sandbox({ devices: 10 });
    const cwd = folder({
      key: `${box.apiKey}\n`,
      "manifests/a.yaml": "version: 1\ntags: [{name: pci}]\n",
      "bug.mjs": `process.stdout.write = () => { throw new TypeError("sent ${box.apiKey} " + btoa("me:${box.apiKey}")); };`,
      ...files(box.url),
    });
    const host = "hopsync.yaml" in files(box.url) ? {} : { EXTRAHOP_HOST: box.url };
    const env = { ...host, NODE_OPTIONS: "--import ./bug.mjs" };
    const { code, stderr } = await start(["plan", "--format", "json", ...argv], { cwd, env }).ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining("TypeError: sent (secret) ")]);
    expect(stderr).not.toContain(box.apiKey);
    expect(stderr).not.toContain(Buffer.from(`me:${box.apiKey}`).toString("base64").slice(8));
  });

  it.each(["stdout", "stderr"] as const)(
    "finishes an apply whose %s nobody reads any more, with its true exit code",
    async (stream) => {
      const box = await sandbox();
      const tags = Array.from({ length: 60 }, (_, i) => `{name: "${"x".repeat(150)} ${i}"}`);
      const cwd = folder({ "manifests/a.yaml": `version: 1\ntags: [${tags.join(", ")}]\n` });
      const env = { EXTRAHOP_HOST: box.url, EXTRAHOP_API_KEY: box.apiKey };
      const { child, ended } = start(["apply", "--auto-approve"], { cwd, env });
      child[stream].destroy();
      expect((await ended).code).toBe(0);
      expect(box.appliance.list("tags").filter(({ name }) => String(name).startsWith("xxx"))).toHaveLength(
        60,
      );
      const plan = start(["plan", "--detailed-exitcode"], {
        cwd: folder({ "manifests/b.yaml": "version: 1\nowner: other\ntags: [{name: n}]\n" }),
        env,
      });
      plan.child[stream].destroy();
      expect((await plan.ended).code).toBe(2);
    },
  );

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ends a run on %s with %i and a document", async (signal, code) => {
    const box = await sandbox({
      faults: [{ path: "/tags", every: 1, when: "before", effect: { delayMs: 60_000 } }],
    });
    const cwd = folder({ "manifests/a.yaml": "version: 1\ntags: [{name: pci}]\n" });
    const env = { EXTRAHOP_HOST: box.url, EXTRAHOP_API_KEY: box.apiKey };
    const { child, ended } = start(["plan", "--format", "json", "--verbose"], { cwd, env });
    await new Promise((resolve) => child.stderr.once("data", resolve));
    child.kill(signal);
    const { code: ending, stdout } = await ended;
    expect([ending, JSON.parse(stdout).exit_code]).toEqual([code, code]);
  });
});

describe("a bug", () => {
  it.each([
    ["that a command meets", "throw new TypeError(said)"],
    [
      "that nobody waits for",
      "if (process.listenerCount('uncaughtException') > 0) setImmediate(() => { throw new TypeError(said); }); return cwd()",
    ],
  ])("%s is told without what its message holds of the environment", async (_what, code) => {
    const HOOK = "https://s3cr3t.example.com/?a=b";
    const preload = `const { cwd } = process; process.cwd = () => { const said = "bad: " + process.env.HOOK; ${code}; };`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(preload)}`;
    const { code: exit, stderr } = await start(["plan"], { cwd: folder(), env: { HOOK, NODE_OPTIONS } })
      .ended;
    expect(exit).toBe(1);
    expect(stderr).toContain("Please report this:\nTypeError: bad: ${env:HOOK}\n");
    expect(stderr).not.toContain("s3cr3t");
  });
});

describe("an apply in the middle of a write", () => {
  /** Until it is held at its first tag, and has heard of the signal. */
  async function interrupted(signal: "SIGINT" | "SIGTERM") {
    const box = await sandbox();
    let held = (): void => {};
    const isHeld = new Promise<void>((resolve) => {
      held = resolve;
    });
    const { url, release } = await gateway(box, (method, path) => {
      const isTag = method === "POST" && path.endsWith("/tags");
      if (isTag) held();
      return isTag;
    });
    const cwd = folder({ "manifests/a.yaml": "version: 1\ntags: [{name: a}, {name: b}]\n" });
    const env = { EXTRAHOP_HOST: url, EXTRAHOP_API_KEY: box.apiKey };
    const argv = ["apply", "--auto-approve", "--format", "json", "--parallelism", "1"];
    const { child, ended } = start(argv, { cwd, env });
    const heard = textOn(child.stderr, "Interrupted:");
    await isHeld;
    child.kill(signal);
    await heard;
    return { box, child, ended, release };
  }

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("lets it end on %s, writes the inventory, reports, and ends with %i", async (signal, code) => {
    const { box, ended, release } = await interrupted(signal);
    release();
    const { code: ending, stdout } = await ended;
    expect([ending, JSON.parse(stdout)]).toMatchObject([
      code,
      {
        exit_code: code,
        results: [
          { address: "tag/a", outcome: "applied" },
          { address: "tag/b", outcome: "not_tried" },
        ],
      },
    ]);
    const made = box.appliance.find("tags", "a")?.id;
    expect(box.appliance.find("tags", "b")).toBeUndefined();
    expect(storedInventory(box, "default")?.entries).toMatchObject([
      { address: "tag/a", id: String(made) },
      { address: "tag/b", id: null },
    ]);
  });

  it("stops at once on a second signal", async () => {
    const { box, child, ended } = await interrupted("SIGINT");
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ code: 143, stdout: "" });
    expect(box.appliance.find("tags", "a")).toBeUndefined();
  });
});

describe("hopsync sandbox", () => {
  it("says how to use it, answers, and ends on Ctrl-C", async () => {
    const { child, ended } = start(["sandbox", "--port", "0", "--devices", "10"]);
    const text = await firstOutput(child);
    const [, host = ""] = /EXTRAHOP_HOST=(\S+)/.exec(text) ?? [];
    const [, key = ""] = /EXTRAHOP_API_KEY=(\S+)/.exec(text) ?? [];
    const cwd = folder({ "manifests/a.yaml": "version: 1\ntags: [{name: pci}]\n" });
    const applied = await start(["apply", "--auto-approve"], {
      cwd,
      env: { EXTRAHOP_HOST: host, EXTRAHOP_API_KEY: key },
    }).ended;
    expect(applied.code).toBe(0);
    child.kill("SIGINT");
    expect((await ended).code).toBe(0);
  });

  it("says how to use the cloud product, which gives a token for what it says", async () => {
    const { child, ended } = start(["sandbox", "--platform", "cloud", "--port", "0", "--devices", "10"]);
    const text = await firstOutput(child);
    const [, host = ""] = /EXTRAHOP_HOST=(\S+)/.exec(text) ?? [];
    const [, id = ""] = /EXTRAHOP_CLIENT_ID=(\S+)/.exec(text) ?? [];
    const [, secret = ""] = /EXTRAHOP_CLIENT_SECRET=(\S+)/.exec(text) ?? [];
    expect(text).not.toContain("API_KEY");
    const reply = await fetch(`${host}/oauth2/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "client_credentials", client_id: id, client_secret: secret }),
    });
    expect(reply.status).toBe(200);
    child.kill("SIGINT");
    expect((await ended).code).toBe(0);
  });

  it("says what stands in its way", async () => {
    const taken = await sandbox();
    const port = taken.url.split(":").at(-1) ?? "";
    const results = await Promise.all([
      start(["sandbox", "--port", port]).ended,
      start(["sandbox", "--firmware", "3.1"]).ended,
      start(["sandbox", "--platform", "mainframe"]).ended,
      start(["sandbox", "--devices", "9999999"]).ended,
    ]);
    expect(results.map(({ code, stdout }) => [code, stdout])).toEqual(Array(4).fill([1, ""]));
    const codes = results.map(({ stderr }) => /^error\[([\w-]+)\]/.exec(stderr)?.[1]);
    expect(codes).toEqual(["sandbox-listen", "sandbox-firmware", "sandbox-platform", "sandbox-devices"]);
  });
});
