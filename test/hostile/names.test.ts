/**
 * Names and texts that a terminal, a log, Markdown or HTML would obey, on an appliance and in manifests: every
 * command shows them harmlessly, and keeps them to the byte.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { takeLease } from "../../src/inventory/lease.ts";
import { cli } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { WHOLE } from "../helpers/whole.ts";
import { connect } from "../inventory/appliance.ts";
import { expectHarmless } from "../render/markdown-tree.ts";

const TEXTS = [
  "\u001b[31mred\u001b[2J",
  "\u001b]8;;https://evil.example.com\u0007link\u001b]8;;\u0007",
  "\u009b2Jc1",
  "two\nlines\r\nand\ttabs\rback",
  "# head *bold* _it_ [a](javascript:x) ![i](http://evil.example.com/x.png) | cell",
  "<script>alert(1)</script><img src=x onerror=alert(1)>&amp;",
  "@octocat #1 GH-1 owner/repo#1 0123456789abcdef0123456789abcdef01234567",
  "\u202egnp.exe\u202c \u2066x\u2069 \u200frtl\u061c",
  "zero\u200bwidth\u2060\ufeff\u00ad",
  "👩‍👩‍👧 é e\u0301 🇩🇪 ❤\ufe0f",
  "lone \ud800 surrogate",
  "```\n</script> */ `ticks` -->",
  "::error::owned",
  "\n::add-mask::pci",
  "  ::set-output name=has-changes::false",
  "##[set-output name=x]y ##vso[task.setvariable variable=x]y",
  "__proto__",
  "constructor",
  "toString",
  "a/b: - {c} # d \"e' % \\ ~",
  "${env:HOME} ${var:x} $${y}",
  "yes",
  "2024-01-01",
];

const LONG = TEXTS.join(" ").repeat(14).slice(0, 10_000);
const SCRIPT = `// ${TEXTS.filter((text) => !/[\r\ud800]/.test(text)).join("\n// ")}\n::error::x\n  ::add-mask::y\n##[group]z\nlog('</script> */ \`\${x}\`');\n`;

/** What a terminal obeys or hides, line ends aside; emoji may hold a joiner. */
const LIVE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800](?![\udc00-\udfff])/;
/** What the runner of a CI takes for a command. */
const COMMAND = /^[^\S\n]*::(?!:)|##\w*\[/m;

function expectQuiet(what: string, text: string): void {
  expect(LIVE.exec(text), what).toBeNull();
  const found = COMMAND.exec(text);
  expect(found && text.slice(Math.max(0, found.index - 40), found.index + 60), what).toBeNull();
}

const quoted = (text: string): string => JSON.stringify(text.replaceAll("${", () => "$${"));

/** Each text as a name and a description of each kind that has one. */
function manifest(owner: string): string {
  const entries = (fields: (name: string, i: number) => string): string =>
    TEXTS.map((text, i) => `  - {name: ${quoted(text)}, ${fields(text, i)}}`).join("\n");
  const other = (i: number): string => quoted(TEXTS[(i + 1) % TEXTS.length] ?? "");
  return [
    "version: 1",
    `owner: ${owner}`,
    'defaults: {alerts: {stat_name: extrahop.device.http_server, field_name: rsp, operator: ">", operand: 1}}',
    "tags:",
    entries(() => "devices: []"),
    "device_groups:",
    entries(
      (text) => `description: ${quoted(text)}, filter: {field: tag, operator: "=", operand: ${quoted(text)}}`,
    ),
    "alerts:",
    entries((_text, i) => `description: ${quoted(LONG)}, device_groups: [${other(i)}]`),
    "triggers:",
    entries((_text, i) => `events: [HTTP_RESPONSE], script: {file: hostile.js}, description: ${other(i)}`),
    "",
  ].join("\n");
}

/** Each text as a value of a variable, of an item and of an overlay. */
const GENERATED = `version: 1
defaults: {alerts: {stat_name: extrahop.device.http_server, field_name: rsp, operator: ">", operand: 1}}
alerts:
  - {for_each: "\${var:texts}", name: "of \${each}", description: "\${each}"}
${TEXTS.map((text) => `  - {name: ${quoted(`over ${text}`)}}`).join("\n")}
`;
const OVERLAY = `version: 1
alerts:
${TEXTS.map((text) => `  - {name: ${quoted(`over ${text}`)}, description: ${quoted(text)}}`).join("\n")}
`;

/** A project file refuses placeholders in variables. */
const VALUES = TEXTS.filter((text) => !text.includes("${"));

function project(urls: readonly string[]): string {
  const texts = VALUES.map(quoted).join(", ");
  const target = (url: string): string =>
    `{host: "${url}", api_key: "\${env:KEY}", paths: [manifests], overlays: [overlay.yaml], vars: {texts: [${texts}]}}`;
  return ["version: 1", "targets:", ...urls.map((url, i) => `  t${i}: ${target(url)}`), ""].join("\n");
}

function holder(text: string): Parameters<typeof takeLease>[2] {
  return {
    self: { holder: text, run: text, nonce: "0123456789abcdef0123456789abcdef" },
    waitMs: 0,
    now: Date.now,
    pause: async () => {},
    interrupted: () => false,
    isDead: async () => false,
  };
}

const ALL_OUTPUTS = [["--verbose"], ["--format", "markdown"], [], ["--format", "json"]];
const OUTPUTS = WHOLE ? ALL_OUTPUTS : ALL_OUTPUTS.slice(0, 2);

describe("hostile names and texts", () => {
  it("are written exactly, come back as no difference, and are harmless in whatever any command prints", {
    timeout: 180_000,
  }, async () => {
    const box = await sandbox({ devices: 10, quirks: { duplicateNames: "accept" } });
    const cwd = folder({
      ".git/HEAD": "x",
      "manifests/a.yaml": manifest("hostile"),
      "manifests/hostile.js": SCRIPT,
    });
    const run = async (code: number, ...argv: readonly string[]): Promise<void> => {
      const { code: ended, stdout, stderr } = await cli(argv, { sandbox: box, cwd });
      expect([argv.join(" "), ended, ended === code ? "" : stderr]).toEqual([argv.join(" "), code, ""]);
      expectQuiet(`${argv.join(" ")}: stderr`, stderr);
      expectQuiet(`${argv.join(" ")}: stdout`, stdout);
      if (argv.includes("markdown")) expectHarmless(stdout);
      if (argv.includes("json")) JSON.parse(stdout);
    };
    const inAll = async (code: number, ...argv: readonly string[]): Promise<void> => {
      for (const output of OUTPUTS) await run(code, ...argv, ...output);
    };
    await inAll(0, "validate");
    await inAll(0, "plan", "--show-requests");
    await run(0, "apply", "--auto-approve", "--verbose", "--max-deletes", "0");
    await inAll(0, "plan", "--detailed-exitcode");

    for (const collection of ["tags", "devicegroups", "alerts", "triggers"] as const) {
      const names = box.appliance.list(collection).map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(TEXTS));
    }
    const alerts = box.appliance.list("alerts").filter(({ name }) => TEXTS.includes(String(name)));
    expect(new Set(alerts.map(({ description }) => description))).toEqual(new Set([LONG]));
    expect(box.appliance.find("triggers", "::error::owned")?.script).toBe(SCRIPT);

    for (const { id, name } of alerts) box.appliance.edit("alerts", id, { description: `${name}\n${name}` });
    const trigger = box.appliance.find("triggers", "yes")?.id ?? 0;
    box.appliance.edit("triggers", trigger, { script: `${SCRIPT}::warning::new\n` }, TEXTS.join(" "));
    await inAll(2, "drift");
    await inAll(0, "inventory", "show");
    await run(0, "export", "--out", "out", "--overwrite");
    await inAll(0, "export");

    const exported = folder({ ".git/HEAD": "x" });
    expect((await cli(["export", "--out", "manifests"], { sandbox: box, cwd: exported })).code).toBe(0);
    const planned = await cli(["plan", "--format", "json"], { sandbox: box, cwd: exported });
    const changes = (JSON.parse(planned.stdout) as { changes: { action: string; fields: unknown[] }[] })
      .changes;
    expect(changes.filter(({ action, fields }) => action !== "adopt" || fields.length > 0)).toEqual([]);
    expect(changes.length).toBeGreaterThanOrEqual(4 * TEXTS.length - 4);
    for (const entry of readdirSync(exported, { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && entry.name.endsWith(".yaml")) {
        expectQuiet(entry.name, readFileSync(join(entry.parentPath, entry.name), "utf8"));
      }
    }
  });

  it("are harmless in runs over several targets, with variables, overlays and for_each", async () => {
    const [box, other] = [await sandbox({ devices: 10 }), await sandbox({ devices: 10 })];
    const cwd = folder({
      ".git/HEAD": "x",
      "manifests/a.yaml": GENERATED,
      "overlay.yaml": OVERLAY,
      "hopsync.yaml": project([box.url, other.url]),
    });
    const env = { KEY: box.apiKey };
    for (const [code, ...argv] of [
      [0, "targets"],
      [0, "validate", "--all-targets"],
      [0, "plan", "--all-targets", "--show-requests"],
      [0, "plan", "--all-targets", ...TEXTS.flatMap((text) => ["--var", `unknown=${text}`])],
      [0, "apply", "--all-targets", "--auto-approve"],
      [0, "drift", "--all-targets"],
      [0, "inventory", "show", "--all-targets"],
      [1, "plan", "--target", TEXTS.join(",")],
    ] as const) {
      for (const output of OUTPUTS) {
        const { code: ended, stdout, stderr } = await cli([...argv, ...output], { cwd, env });
        const what = [...argv.slice(0, 3), ...output].join(" ");
        expect([what, ended, ended === code ? "" : stderr]).toEqual([what, code, ""]);
        expectQuiet(`${what}: stderr`, stderr);
        expectQuiet(`${what}: stdout`, stdout);
        if (output.includes("markdown")) expectHarmless(stdout);
        if (output.includes("json")) JSON.parse(stdout);
      }
    }
    const alerts = box.appliance.list("alerts");
    for (const text of VALUES) {
      expect(alerts).toContainEqual(expect.objectContaining({ name: `of ${text}`, description: text }));
    }
  }, 180_000);

  it("are harmless as an owner and as who holds the lease", async () => {
    for (const text of TEXTS) {
      const box = await sandbox({ devices: 2 });
      const cwd = folder({ "manifests/a.yaml": `version: 1\nowner: ${quoted(text)}\ntags: [{name: x}]\n` });
      const lease = await takeLease(await connect(box), text, holder(text));
      if ("since" in lease) throw new Error("held already");
      const held = async (code: number, ...argv: readonly string[]): Promise<void> => {
        for (const output of OUTPUTS) {
          const { code: ended, stdout, stderr } = await cli([...argv, ...output], { sandbox: box, cwd });
          expect([text, argv, ended, ended === code ? "" : stderr]).toEqual([text, argv, code, ""]);
          expectQuiet(argv.join(" "), `${stderr}\n${stdout}`);
          if (output.includes("markdown")) expectHarmless(stdout);
        }
      };
      await held(4, "apply", "--auto-approve");
      await held(4, "apply", "--auto-approve", "--lock-timeout", "5ms");
      await lease.release();
      await held(0, "apply", "--auto-approve");
      await held(0, "inventory", "show", "--owner", text);
      await held(0, "drift");
    }
  }, 180_000);

  it("are harmless where they are files, paths, options and mistakes", async () => {
    let turn = 0;
    for (const text of TEXTS) {
      turn += 1;
      const name = `${text.replaceAll("/", "_").slice(0, 60)}.yaml`.replaceAll("\ud800", "x");
      const mistaken = `version: 1\ntags: [{name: ${quoted(text)}, ${quoted(text)}: 1}, {name: ${quoted(text)}}]\n${quoted(text)}: 2\n`;
      const cwd = folder({ [name]: mistaken });
      for (const argv of [
        ["validate", `./${name}`],
        ["validate", text],
        ["plan", "--host", text],
        ["plan", "--target", text],
        ["plan", "--project", text],
        ["plan", "--api-key-file", text, "--host", "localhost"],
        ["plan", "--ca-file", text, "--host", "localhost"],
        ["plan", "--var", text],
        [text],
        ["forget", text, "--owner", text, "--host", "localhost"],
        ["sandbox", "--faults", text],
        ["sandbox", "--firmware", text],
      ]) {
        const { code, stdout, stderr } = await cli(argv, { cwd, env: {} });
        expect([argv, code]).toEqual([argv, 1]);
        expectQuiet(`${argv[0]} ${argv[1]}`, stdout + stderr);
        // A third of them in Markdown, each text and each command among them.
        turn += 1;
        if (turn % 3 !== 0) continue;
        const { stdout: markdown } = await cli([...argv, "--format", "markdown"], { cwd, env: {} });
        if (argv[0] !== "sandbox") expectHarmless(markdown);
        expectQuiet(`${argv.join(" ")} in Markdown`, markdown);
      }
    }
  }, 120_000);
});
