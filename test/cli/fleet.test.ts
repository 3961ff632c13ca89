/** One command over several targets: one report, one question, and no target that stops another. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it, onTestFinished } from "vitest";
import { fleetSchema } from "../../src/render/fleet-schema.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { type CliOptions, type CliResult, cli } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { sandbox } from "../helpers/sandbox.ts";

const TAGS = 'version: 1\nowner: "${var:owner}"\ntags: [{name: "site-${var:site}"}, {name: all}]\n';

interface Place {
  readonly host: string;
  readonly key?: string;
  readonly paths?: string;
  readonly owner?: string;
}

function project(places: Readonly<Record<string, Place>>): string {
  const targets = Object.entries(places).map(
    ([name, { host, key = "KEY", paths = "base", owner = "fleet" }]) =>
      `  ${name}: {host: "${host}", api_key: "\${env:${key}}", paths: [${paths}], vars: {site: ${name}, owner: ${owner}}}\n`,
  );
  return `version: 1\ntargets:\n${targets.join("")}`;
}

interface Fleet extends CliOptions {
  readonly cwd: string;
  readonly boxes: readonly Sandbox[];
}

/** Three appliances, of which the last in the file comes first by name. */
async function fleet(
  change: (places: Record<string, Place>) => Record<string, Place> = (p) => p,
): Promise<Fleet> {
  const boxes = [await sandbox(), await sandbox(), await sandbox()];
  const [hq, branch, attic] = boxes.map(({ url: host }) => ({ host }));
  const places = change({ hq: hq as Place, branch: branch as Place, attic: attic as Place });
  const cwd = folder({
    "hopsync.yaml": project(places),
    "base/tags.yaml": TAGS,
    "plan.json": `{"kind":"hopsync-plan"}`,
  });
  return { cwd, env: { KEY: boxes[0]?.apiKey }, boxes };
}

interface FleetJson {
  readonly targets: Readonly<
    Record<
      string,
      {
        readonly exit_code: number;
        readonly diagnostics: readonly { readonly code: string }[];
        readonly summary: Readonly<Record<string, number>>;
        readonly results?: readonly { readonly outcome: string }[];
      }
    >
  >;
  readonly exit_code: number;
  readonly diagnostics: readonly { readonly code: string }[];
}

const isFleet = new Ajv2020({ allErrors: true, allowUnionTypes: true, strict: false }).compile(fleetSchema);

function fleetOf(result: CliResult): FleetJson {
  const json = JSON.parse(result.stdout);
  expect(isFleet(json), JSON.stringify(isFleet.errors)).toBe(true);
  expect(json.exit_code).toBe(result.code);
  return json;
}

async function jsonOf(argv: readonly string[], options: CliOptions): Promise<FleetJson> {
  return fleetOf(await cli([...argv, "--format", "json"], options));
}

function endsOf({ targets }: FleetJson): readonly unknown[] {
  return Object.entries(targets).map(([name, { exit_code, diagnostics }]) => [
    name,
    exit_code,
    diagnostics.map(({ code }) => code),
  ]);
}

function hasTags({ boxes }: Fleet): readonly boolean[] {
  return boxes.map(({ appliance }) => appliance.find("tags", "all") !== undefined);
}

describe("a run over several targets", () => {
  it("reports on each in the order of the project file, and closes with a table", async () => {
    const options = await fleet();
    const { code, stdout, stderr } = await cli(["plan", "--all-targets"], options);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.match(/^== .*|^\w+ +changes.*|^target .*/gm)).toEqual([
      "== hq",
      "== branch",
      "== attic",
      "target  result   counts       exit",
      "hq      changes  2 to create  0",
      "branch  changes  2 to create  0",
      "attic   changes  2 to create  0",
    ]);
    for (const { url } of options.boxes) expect(stdout).toContain(`Plan for ${new URL(url).host}`);
  });

  it("is for those that --target names, in the order of the project file", async () => {
    const options = await fleet();
    const json = await jsonOf(["plan", "--target", "attic,hq", "--detailed-exitcode"], options);
    expect([Object.keys(json.targets), json.exit_code]).toEqual([["hq", "attic"], 2]);
    expect(options.boxes[1]?.requests()).toEqual([]);
  });

  it("says the same as Markdown", async () => {
    const { stdout } = await cli(["plan", "--all-targets", "--format", "markdown"], await fleet());
    expect(stdout.match(/^#+ .*?(?=:\d|$)|^\| `(?:hq|attic).*/gm)).toEqual([
      ...["hq", "branch", "attic"].flatMap((name) => [
        `# \`${name}\``,
        "## Plan for `127.0.0.1",
        "### Changes",
      ]),
      "# Targets",
      "| `hq` | changes | `2 to create` | 0 |",
      "| `attic` | changes | `2 to create` | 0 |",
    ]);
  });

  it("warns of a certificate that is not checked before a key is sent there", async () => {
    const boxes = { a: await sandbox({ tls: true }), b: await sandbox({ tls: true }) };
    const targets = Object.entries(boxes).map(
      ([name, { url }]) =>
        `  ${name}: {host: "${url}", api_key: "\${env:KEY_${name}}", insecure: true, paths: [m]}\n`,
    );
    const cwd = folder({
      "hopsync.yaml": `version: 1\ntargets:\n${targets.join("")}`,
      "m/tags.yaml": "version: 1\ntags: [{name: x}]\n",
    });
    const sent: (readonly [string, number])[] = [];
    const { code, stderr } = await cli(["plan", "--all-targets"], {
      cwd,
      env: { KEY_a: boxes.a.apiKey, KEY_b: boxes.b.apiKey },
      onStderr: (text) => {
        const [, name] = /^== (a|b)\n\nwarning\[insecure\]/.exec(text) ?? [];
        if (name !== undefined) sent.push([name, boxes[name as "a" | "b"].requests().length]);
      },
    });
    expect([code, sent.sort()]).toEqual([
      0,
      [
        ["a", 0],
        ["b", 0],
      ],
    ]);
    expect(stderr.match(/warning\[insecure\]/g)).toHaveLength(2);
  });

  it("goes on with the others where one has no key, a wrong one, or is not there", async () => {
    const gone = await sandbox();
    await gone.close();
    const options = await fleet(({ hq, branch, attic }) => ({
      lost: { host: gone.url },
      nokey: { ...(hq as Place), key: "NOT_SET" },
      wrong: { ...(branch as Place), key: "WRONG" },
      attic: attic as Place,
    }));
    const env = { ...options.env, WRONG: "wrong" };
    const json = await jsonOf(["apply", "--all-targets", "--auto-approve"], { ...options, env });
    expect(endsOf(json)).toEqual([
      ["lost", 1, ["unreachable"]],
      ["nokey", 1, ["missing-variable"]],
      ["wrong", 1, ["unauthorized"]],
      ["attic", 0, []],
    ]);
    expect([json.exit_code, hasTags(options)]).toEqual([1, [false, false, true]]);
  });

  it("tells on stderr whose the errors are", async () => {
    const options = await fleet(({ hq, branch }) => ({
      hq: hq as Place,
      branch: { ...(branch as Place), key: "NO" },
    }));
    const { code, stdout, stderr } = await cli(["plan", "--all-targets"], options);
    expect([code, stderr.split("\n")[0]]).toEqual([1, "== branch"]);
    expect(stdout).toContain("branch  failed   1 error: missing-variable  1");
  });
});

describe("apply over several targets", () => {
  it("shows all plans, asks once, and applies them", async () => {
    const options = await fleet();
    const heard: string[] = [];
    const listen = (text: string): void => void heard.push(text);
    const both = { ...options, onStdout: listen, onStderr: listen };
    const { code, stdout } = await cli(["apply", "--all-targets"], { ...both, typed: "yes\n" });
    expect([code, hasTags(options)]).toEqual([0, [true, true, true]]);
    const text = heard.join("");
    const [before = "", after = ""] = text.split("Apply 6 changes to 3 targets (hq, branch, attic)?");
    expect(before.match(/^== .*/gm)).toEqual(["== hq", "== branch", "== attic"]);
    expect([before.match(/2 to create/g), before.includes("created")]).toEqual([
      Array(3).fill("2 to create"),
      false,
    ]);
    expect(after.match(/^\s+\+ created/gm)).toHaveLength(6);
    expect(stdout).toContain("hq      applied  2 applied  0");
    expect((await jsonOf(["plan", "--all-targets", "--detailed-exitcode"], options)).exit_code).toBe(0);
  });

  it("applies nothing anywhere where the answer is no, nobody can answer, or the run is interrupted", async () => {
    const options = await fleet();
    const no = await cli(["apply", "--all-targets"], { ...options, typed: "y\n" });
    expect([no.code, no.stderr.match(/Nothing was applied/g)]).toEqual([1, ["Nothing was applied"]]);
    expect(endsOf(await jsonOf(["apply", "--all-targets"], options))).toEqual(
      ["hq", "branch", "attic"].map((name) => [name, 1, ["not-approved"]]),
    );
    const stop = new AbortController();
    const onStderr = (text: string): void => void (text.includes("Only 'yes'") && stop.abort("SIGTERM"));
    const stopped = { ...options, typed: "", interrupted: stop.signal, onStderr };
    expect((await cli(["apply", "--all-targets"], stopped)).code).toBe(143);
    expect(hasTags(options)).toEqual([false, false, false]);
  });

  it("asks about those that can be planned, and says which are left out", async () => {
    const options = await fleet(({ hq, branch }) => ({
      bad: { ...(hq as Place), key: "NO" },
      branch: branch as Place,
    }));
    const { code, stderr } = await cli(["apply", "--all-targets"], { ...options, typed: "yes\n" });
    expect([code, hasTags(options)]).toEqual([1, [false, true, false]]);
    expect(stderr).toContain("to 1 target (branch)? Left out, as it stands above: bad.");
  });

  it("refuses what is for one target, before anything is sent", async () => {
    const options = await fleet();
    const cases = [
      ["apply", "--expect", `sha256:${"0".repeat(64)}`],
      ["apply", "plan.json"],
      ["plan", "--out", "plan.json"],
      ["plan", "--host", "eda-01"],
      ["plan", "--api-key-file", "key"],
      ["plan", "--target", "hq"],
    ];
    for (const argv of cases) {
      const json = await jsonOf([...argv, "--all-targets"], options);
      expect([argv, json.exit_code, json.diagnostics.map(({ code }) => code)]).toEqual([argv, 1, ["usage"]]);
    }
    const json = await jsonOf(["plan", "--target", "hq,"], options);
    expect(json.diagnostics.map(({ code }) => code)).toEqual(["usage"]);
    expect((await jsonOf(["plan", "--target", "hq,brnch"], options)).diagnostics).toMatchObject([
      { code: "unknown-target", detail: expect.stringContaining('Did you mean "branch"?') },
    ]);
    expect((await cli(["export", "--target", "hq,branch"], options)).stderr).toContain(
      "this command is for one",
    );
    expect((await cli(["plan", "--all-targets"], { cwd: folder() })).stderr).toContain("no hopsync.yaml");
    expect(options.boxes.flatMap((box) => box.requests())).toEqual([]);
  });
});

describe("exit codes of several targets", () => {
  it("are the worst of them", async () => {
    const options = await fleet();
    await cli(["apply", "--target", "hq,branch", "--auto-approve"], options);
    const edit = (box: Sandbox | undefined): void =>
      box?.appliance.edit("tags", box.appliance.find("tags", "all")?.id ?? -1, { name: "renamed" });
    edit(options.boxes[1]);
    expect(endsOf(await jsonOf(["drift", "--target", "hq,branch"], options))).toEqual([
      ["hq", 0, []],
      ["branch", 2, []],
    ]);
    expect((await jsonOf(["drift", "--all-targets"], options)).exit_code).toBe(1);
    expect((await jsonOf(["inventory", "show", "--target", "hq,branch"], options)).exit_code).toBe(0);
    expect((await jsonOf(["validate", "--all-targets"], options)).exit_code).toBe(0);
    const refused = await jsonOf(["plan", "--all-targets", "--no-adopt", "--detailed-exitcode"], options);
    expect(endsOf(refused).map((end) => (end as unknown[])[1])).toEqual([0, 2, 2]);
  });
});

describe("output of several targets", () => {
  it("shows one line of progress on a terminal, and no line in the middle of another", async () => {
    const heard: string[] = [];
    const listen = (text: string): void => void heard.push(text);
    const tty = { tty: true, columns: 70, onStdout: listen, onStderr: listen };
    const options = { ...(await fleet()), ...tty, typed: "" };
    await cli(["apply", "--all-targets", "--auto-approve", "--no-color"], options);
    const pieces = heard.join("").split("\r\u001b[2K");
    expect(pieces.filter((piece) => /^\d of 3 targets finished/.test(piece)).length).toBeGreaterThan(3);
    for (const piece of pieces.filter((text) => text.includes(" finished ·"))) {
      expect(piece).not.toContain("\n");
      expect(piece.length).toBeLessThan(70);
    }
    const shown = pieces.filter((text) => !text.includes(" finished ·")).join("");
    expect(shown.match(/^== .*/gm)).toEqual(["== hq", "== branch", "== attic"]);
  });

  it("is the same as ever for one target", async () => {
    const { stdout } = await cli(["plan", "--target", "hq"], await fleet());
    expect(stdout).not.toMatch(/^==|exit/m);
  });
});

describe("a hundred targets", () => {
  it("are planned in one run, a few at once", async () => {
    const box = await sandbox({ devices: 10 });
    const warned: unknown[] = [];
    const onWarning = (warning: Error): void => void warned.push(warning.name);
    process.on("warning", onWarning);
    onTestFinished(() => void process.off("warning", onWarning));
    const names = Array.from({ length: 100 }, (_, i) => `site${i}`);
    const places = names.map((name): [string, Place] => [name, { host: box.url, owner: name }]);
    const cwd = folder({ "hopsync.yaml": project(Object.fromEntries(places)), "base/tags.yaml": TAGS });
    const json = await jsonOf(["plan", "--all-targets"], { cwd, env: { KEY: box.apiKey } });
    expect(Object.keys(json.targets)).toEqual(names);
    expect(Object.values(json.targets).filter(({ summary }) => summary.create === 2)).toHaveLength(100);
    expect(warned).toEqual([]);
  });
});
