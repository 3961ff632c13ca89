/**
 * Secrets, wherever they could come out: every command under every fault, at every verbosity and in every
 * format, with an appliance that repeats what it was sent in every form it could have. With CI set that is the whole
 * product, and without it each command with a third of the faults, in one output each.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Fault, FaultEffect } from "../../src/sandbox/faults.ts";
import { cli } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { WHOLE } from "../helpers/whole.ts";

const KEY = "k3y/0123456789abcdef+ABCDEF=";
const LINES = "-----BEGIN KEY-----\nMIIEvQ<IBADAN>Bgkq&hkiG\n9w0BAQEFAASCBKcw\n-----END KEY-----";
const env = {
  HOOK: `https://hooks.example.com/s3cr3t?a=b&c="d e'f<g>`,
  WORD: "pässwörd_*42*\\x",
  LINES,
  /** No longer in the manifest, but still on the appliance. */
  OLD: "0ld-s3cret-$value",
};

/** What an appliance can repeat. */
const SENT: readonly string[] = [KEY, env.HOOK, env.WORD, LINES];

/** Each part that is secret on its own. */
const SECRETS: readonly string[] = [...SENT, env.OLD, ...LINES.split("\n").slice(1, 3)];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** How a secret can travel. */
const FORMS: readonly (readonly [name: string, write: (secret: string) => string])[] = [
  ["as it is", (secret) => secret],
  ["in JSON", (secret) => JSON.stringify(secret).slice(1, -1)],
  ["in JSON of ASCII", (secret) => escapedJson(secret)],
  ["in JSON twice", (secret) => JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
  ["in a URL", encodeURIComponent],
  [
    "in a URL, in lower case",
    (secret) => encodeURIComponent(secret).replace(/%../g, (hex) => hex.toLowerCase()),
  ],
  ["in a form", (secret) => new URLSearchParams({ k: secret }).toString().slice(2)],
  ["in HTML", (secret) => secret.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? "")],
  ["in Markdown", (secret) => secret.replace(/[\\`*_{}[\]()#+.!|<>-]/g, "\\$&")],
  ["in base64", (secret) => Buffer.from(secret).toString("base64")],
  ["in base64 of a URL", (secret) => Buffer.from(secret).toString("base64url")],
  ["in base64 behind a name", (secret) => Buffer.from(`user:${secret}`).toString("base64")],
  ["in hex", (secret) => Buffer.from(secret).toString("hex")],
];

function escapedJson(secret: string): string {
  const inJson = JSON.stringify(secret).slice(1, -1);
  return inJson.replace(/[^ -~]|[<>&'/]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function inEveryForm(secret: string): string {
  return FORMS.map(([, write]) => write(secret)).join(" ");
}

/** What of secrets must not be found. Of base64 behind something, the middle, which no neighbour changes. */
function needlesOf(secrets: readonly string[]): readonly string[] {
  return secrets.flatMap((secret) =>
    FORMS.map(([name, write]) => (name.includes("behind") ? write(secret).slice(8, -4) : write(secret))),
  );
}

const BOTH = `version: 1
owner: secret
defaults: {alerts: {stat_name: extrahop.device.http_server, field_name: rsp, operator: ">", operand: 1}}
tags: [{name: pci}]
`;
const HOOK_TRIGGER = `triggers:
  - name: Hook
    events: [HTTP_RESPONSE]
    description: "at \${env:WORD}"
    script: {file: hook.js, env: [HOOK, LINES]}
    device_groups: [Web]
`;
const OLD_MANIFEST = `${BOTH}device_groups: [{name: Web, description: "\${env:OLD}"}]
alerts: [{name: Gone, description: "\${env:WORD}"}, {name: Laid over}]
${HOOK_TRIGGER}`;
const NEW_MANIFEST = `${BOTH}device_groups: [{name: Web, description: "no secret now"}]
alerts:
  - {name: New, description: "\${env:WORD}", device_groups: [Web]}
  - {for_each: [one], name: "Each \${each}", description: "\${env:WORD}"}
  - {name: Laid over}
${HOOK_TRIGGER}  - {name: Other, events: [HTTP_RESPONSE], script: {file: hook.js, env: [HOOK, LINES]}}
`;

const PROJECT = `version: 1
targets:
  hq:
    host: "\${env:EXTRAHOP_HOST}"
    api_key: "\${env:EXTRAHOP_API_KEY}"
    paths: [manifests]
    overlays: [overlay.yaml]
`;
const OVERLAY = `version: 1
alerts: [{name: Laid over, description: "\${env:WORD}"}]
`;

const EFFECTS: readonly (readonly [string, FaultEffect])[] = [
  ["nothing", { delayMs: 1 }],
  ["a reset", "reset"],
  ["a cut answer", "truncate"],
  ["no JSON", "malformed"],
  ["nothing in it", "empty"],
  ["no location", "no-location"],
  ["a pause", { status: 429, retryAfter: 0 }],
  ["a refusal", { status: 422, body: { error_message: "no" } }],
  ["another key wanted", { status: 401, body: { error_message: `key ${KEY} is unknown` } }],
  ["a web page", { html: `<html><title>${KEY} ${env.HOOK} ${env.WORD}</title>` }],
  [
    "a redirect",
    { redirect: `https://${encodeURIComponent(env.HOOK)}@${KEY.replace(/\W/g, "-")}.example.com/${KEY}` },
  ],
  ["a lag", { lag: 1 }],
  ["what is not assigned", { refuse: [1, 2, 3] }],
  ["an echo of the word", { status: 500, body: { error_message: inEveryForm(env.WORD) } }],
  ["an echo of the key", { status: 403, body: { error_message: inEveryForm(KEY) } }],
  [
    "an echo of lines",
    {
      status: 503,
      headers: { "retry-after": "0" },
      body: { detail: `${LINES} ${encodeURIComponent(LINES)}` },
    },
  ],
  ["an echo in plain text", { status: 400, body: `not so: ${SENT.join(" ")}` }],
  ["an echo that is cut", { status: 400, body: { error_message: `${"x".repeat(480)}${env.HOOK}` } }],
  [
    "an echo in a failure",
    { status: 422, body: { message: "x", failures: [{ action: "assign", id: "1", reason: env.WORD }] } },
  ],
  [
    "an echo in a location",
    { status: 201, headers: { location: `/api/v1/x/${encodeURIComponent(env.HOOK)}${KEY}` } },
  ],
  ["an echo in a pause", { status: 503, headers: { "retry-after": KEY } }],
];

const SEALED = "sealed.json";

const COMMANDS: readonly (readonly string[])[] = [
  ["validate"],
  ["targets"],
  ["plan", "--show-requests"],
  ["plan", "--out", "plan.json"],
  ["apply", "--auto-approve"],
  ["apply", SEALED],
  ["drift"],
  ["export", "--kind", "tags"],
  ["export", "--drift"],
  ["inventory", "show"],
  ["inventory", "repair", "--auto-approve"],
  ["forget", "tag/pci", "--auto-approve"],
  ["plan", "--all-targets"],
  ["apply", "--all-targets", "--auto-approve"],
  ["drift", "--all-targets"],
  ["inventory", "show", "--all-targets"],
];

/** What --quiet and --verbose say is said on stderr, the same whatever the format. */
const OUTPUTS: readonly (readonly string[])[] = [
  [],
  ["--verbose"],
  ["--quiet"],
  ["--format", "json"],
  ["--format", "markdown", "--verbose"],
];

/** Which GET does not get its answer: of the connection, of a list, of links, of the inventory, or none. */
const READS: readonly number[] = [1, 3, 5, 7, 12];

const NOW = Date.UTC(2026, 10, 1);
const EVERYTHING = { now: () => NOW, apiKey: KEY, devices: 10 };

function project(manifest: string): string {
  const script = "send('${env:HOOK}', `${env:LINES}`);\n";
  return folder({
    ".git/HEAD": "ref: refs/heads/main\n",
    "manifests/a.yaml": manifest,
    "manifests/hook.js": script,
    "hopsync.yaml": PROJECT,
    "overlay.yaml": OVERLAY,
  });
}

/** An appliance on which the old manifest was applied and something changed since, as its file. */
async function prepare(): Promise<string> {
  const cwd = project(OLD_MANIFEST);
  const state = join(cwd, "state.json");
  const box = await sandbox({ ...EVERYTHING, stateFile: state });
  const first = await cli(["apply", "--auto-approve"], { sandbox: box, cwd, env });
  expect(first.code, first.stderr).toBe(0);
  const hook = box.appliance.find("triggers", "Hook")?.id ?? 0;
  box.appliance.edit("triggers", hook, { description: "changed by hand" });
  await box.close();
  return readFileSync(state, "utf8");
}

/** One command on a copy of that appliance, with a fault in one read and all writes. Returns all that it wrote anywhere. */
async function everythingWritten(
  argv: readonly string[],
  effect: FaultEffect,
  nth: number,
  state: string,
): Promise<{ readonly code: number; readonly written: string }> {
  const cwd = project(NEW_MANIFEST);
  const own = folder({ "state.json": state });
  const box = await sandbox({ ...EVERYTHING, stateFile: join(own, "state.json") });
  if (argv.includes(SEALED)) await cli(["plan", "--out", SEALED], { sandbox: box, cwd, env });
  // Reads mostly work, so that there is something to write; writes never do.
  const reads: Fault = { method: "GET", nth, when: "before", effect };
  box.setFaults([
    reads,
    ...["POST", "PATCH", "DELETE"].map((method): Fault => ({ method, when: "after", effect })),
  ]);
  const { code, stdout, stderr } = await cli(argv, { sandbox: box, cwd, env });
  const files = readdirSync(cwd, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
  const inventories = box.appliance
    .list("triggers")
    .filter(({ name }) => String(name).startsWith("hopsync inventory"));
  await box.close();
  return { code, written: [stdout, stderr, ...files, JSON.stringify(inventories)].join("\n") };
}

let prepared: Promise<string> | undefined;

describe("no secret comes out of any command", () => {
  it("and each of them does its work where nothing goes wrong", async () => {
    prepared ??= prepare();
    const from = await prepared;
    const codes = COMMANDS.map(
      async (command) => (await everythingWritten(command, { lag: 0 }, 1, from)).code,
    );
    // Drift that comes from a variable cannot be accepted.
    expect(await Promise.all(codes)).toEqual([0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 2, 0]);
  });

  const effects = EFFECTS.map(([name, effect], i) => [name, effect, i] as const);
  it.each(effects.filter(([, , i]) => WHOLE || i % 3 === 0))(
    "when an appliance answers with %s",
    async (_name, effect, index) => {
      prepared ??= prepare();
      const from = await prepared;
      const runs = COMMANDS.flatMap((command, i) =>
        OUTPUTS.map((output, j) => ({ command, output, turn: i + j + index })),
      ).filter(({ turn }) => WHOLE || turn % OUTPUTS.length === 0);
      const leaks = await Promise.all(
        runs.map(async ({ command, output, turn }) => {
          const nth = READS[(turn + index) % READS.length] ?? 1;
          const argv = [...command, ...output];
          const { written } = await everythingWritten(argv, effect, nth, from);
          // An export of tags has no manifest, so sends no secret that could be repeated.
          const needles = needlesOf(command.includes("--kind") ? [KEY] : SECRETS);
          return needles
            .filter((needle) => written.includes(needle))
            .map((needle) => `${argv.join(" ")}, GET ${nth}: ${needle}`);
        }),
      );
      expect(leaks.flat()).toEqual([]);
    },
  );
});
