/** A fault file: one problem, one diagnostic, at its place; and what a sandbox makes of it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { loadFaults } from "../../src/cli/fault-file.ts";
import { faultsSchema } from "../../src/cli/fault-schema.ts";
import { faultLine } from "../../src/cli/fault-text.ts";
import { type Fault, type FaultEffect, scriptFaults } from "../../src/sandbox/faults.ts";
import { cli } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { spot } from "../manifest/workspace.ts";

const FILE = "faults.yaml";
const EXAMPLE = fileURLToPath(new URL("../../examples/rehearse/faults.yaml", import.meta.url));

function load(text: string): ReturnType<typeof loadFaults> {
  return loadFaults(FILE, folder({ [FILE]: text }));
}

/** A file with these faults. */
function file(...faults: readonly string[]): string {
  return ["version: 1", "faults:", ...faults.map((fault) => `  - ${fault}`), ""].join("\n");
}

function faultsOf(text: string): readonly Fault[] {
  const { script, diagnostics } = load(text);
  if (script === undefined) throw new Error(JSON.stringify(diagnostics));
  return script.faults;
}

describe("a fault file", () => {
  it.each([
    ["of nothing", "# later\n", ["1:1 empty-faults"]],
    ["of no mapping", "[a]", ["1:1 wrong-type"]],
    ["of another version", "version: 2\nfaults: {}\n", ["1:10 bad-version"]],
    ["without faults", "version: 1\n", ["1:1 missing-key"]],
    ["with none", "version: 1\nfaults: []\n", ["2:9 empty-list"]],
    ["in two documents", `${file("{effect: reset}")}---\nversion: 1\n`, ["5:1 several-documents"]],
    ["that is no YAML", "version: 1\nfaults: [\n", ["3:1 yaml-syntax"]],
    ["with a key twice", file("{effect: reset, effect: html}"), ["3:21 duplicate-key"]],
    ["with a misspelt key", file("{metod: GET, effect: reset}"), ["3:6 unknown-key"]],
    ["with a misspelt method", file("{method: PUT, effect: reset}"), ["3:14 bad-value"]],
    ["with a fault of no effect", file("{method: GET}"), ["3:5 missing-key"]],
    ["with a misspelt effect", file("{effect: rest}"), ["3:14 bad-value"]],
    ["with an effect of two kinds", file("{effect: {status: 500, html: x}}"), ["3:14 one-of-keys"]],
    ["with an effect of no kind", file("{effect: {body: x}}"), ["3:14 one-of-keys", "3:15 needless-key"]],
    ["with an effect's key misspelt", file("{effect: {delayms: 5}}"), ["3:15 unknown-key"]],
    ["with a status that is none", file("{effect: {status: 99}}"), ["3:23 out-of-range"]],
    ["with a text as status", file('{effect: {status: "500"}}'), ["3:23 wrong-type"]],
    ["with a count of 0", file("{nth: 0, effect: reset}"), ["3:11 out-of-range"]],
    ["with a count of 0 in a list", file("{nth: [1, 0], effect: reset}"), ["3:15 out-of-range"]],
    ["with a rate in per cent", file("{rate: 20, effect: reset}"), ["3:12 out-of-range"]],
    ["with nth and rate", file("{nth: 1, rate: 0.1, effect: reset}"), ["3:14 excluding-keys"]],
    [
      "with two pauses",
      file("{effect: {status: 429, retry_after: 1, retry_after_date: 1}}"),
      ["3:44 excluding-keys"],
    ],
    ["with a pause and no status", file("{effect: {delay_ms: 1, retry_after: 1}}"), ["3:28 needless-key"]],
    ["with a when that decides nothing", file("{when: before, effect: truncate}"), ["3:6 needless-key"]],
    ["with a path that is no pattern", file('{path: "/alerts/(", effect: reset}'), ["3:12 bad-pattern"]],
    ["with a path without its slash", file("{path: alerts, effect: reset}"), ["3:12 unmatched-path"]],
    ["with the whole path", file("{path: ^/api/v1/tags, effect: reset}"), ["3:12 unmatched-path"]],
    ["with a URL", file("{path: https://eda/api/v1/tags, effect: reset}"), ["3:12 unmatched-path"]],
    ["with a path that repeats repetitions", file("{path: ^(/a+)+$, effect: reset}"), ["3:12 slow-pattern"]],
    [
      "with a path that repeats choices",
      file('{path: "/((?:a|[)b])c)*", effect: reset}'),
      ["3:12 slow-pattern"],
    ],
    ["with a path of no end", file(`{path: /${"a".repeat(1000)}, effect: reset}`), ["3:12 slow-pattern"]],
    ["with a seed below 0", `seed: -1\n${file("{effect: reset}")}`, ["1:7 out-of-range"]],
  ])("%s is told with its place", (_name, text, expected) => {
    const { script, diagnostics } = load(text);
    expect(diagnostics.map((found) => spot(found).replace(`${FILE}:`, ""))).toEqual(expected);
    expect(script).toBeUndefined();
  });

  it.each([
    "/(alerts|triggers)/[0-9]+$",
    "/tags/[0-9]+(/devices)?$",
    "(/[a-z]{2})+",
    "/a\\(b+\\)+",
    "/[(a+)]+",
    ".*x.*",
    "^/alerts",
    "\\/(tags|alerts)",
  ])("may have the path %s", (path) => {
    expect(load(JSON.stringify({ version: 1, faults: [{ path, effect: "reset" }] })).diagnostics).toEqual([]);
  });

  it("that is not there, or no file, is told too", () => {
    expect(loadFaults("no.yaml", folder()).diagnostics.map(spot)).toEqual(["no.yaml:1:1 no-such-file"]);
    expect(loadFaults(".", folder()).diagnostics.map(spot)).toEqual([".:1:1 not-a-file"]);
  });

  it("with a slip is answered with a guess", () => {
    const texts = load(file("{metod: GET, effect: rest}")).diagnostics.map(({ detail }) => detail);
    expect(texts.join("\n")).toMatch(/method[\s\S]*reset/);
  });

  it("may be JSON, and its words become the sandbox's values", () => {
    const faults = [
      { effect: "html" },
      { effect: "no_location", method: "POST", path: "/tags$", nth: [1, 3] },
      { effect: { status: 429, retry_after: 2, headers: { a: "b" }, body: { error_message: "${env:X}" } } },
      { effect: { status: 503, retry_after_date: 2 }, rate: 0.2, when: "after" },
      { effect: { delay_ms: 5 }, every: 2 },
      { effect: { refuse: [1, "x"] } },
      { effect: { lag: 2 } },
      { effect: { redirect: "https://a.example.com" } },
    ];
    const { script } = load(JSON.stringify({ version: 1, seed: 9, faults }));
    expect(script).toEqual({
      seed: 9,
      faults: [
        { when: "before", effect: { html: expect.stringContaining("<html>") } },
        { when: "before", effect: "no-location", method: "POST", path: "/tags$", nth: [1, 3] },
        {
          when: "before",
          effect: { status: 429, retryAfter: 2, headers: { a: "b" }, body: { error_message: "${env:X}" } },
        },
        { when: "after", effect: { status: 503, retryAfterDate: 2 }, rate: 0.2 },
        { when: "before", effect: { delayMs: 5 }, every: 2 },
        { when: "before", effect: { refuse: [1, "x"] } },
        { when: "before", effect: { lag: 2 } },
        { when: "before", effect: { redirect: "https://a.example.com" } },
      ],
    });
  });

  it("has a schema of draft 2020-12 that takes the example, as the loader does", () => {
    expect(new Ajv2020({ strict: false }).validateSchema(faultsSchema())).toBe(true);
    expect(faultsOf(readFileSync(EXAMPLE, "utf8")).length).toBeGreaterThan(3);
  });
});

describe("the line of a fault", () => {
  it.each<[FaultEffect, string]>([
    ["reset", "reset, not carried out"],
    ["truncate", "carried out, and the answer cut off"],
    ["malformed", "carried out, and the answer no JSON"],
    ["empty", "carried out, and the answer empty"],
    ["no-location", "carried out, and the answer without a location"],
    [{ html: "x" }, "a web page, not carried out"],
    [{ redirect: "https://a/" }, "sent on to https://a/, not carried out"],
    [{ status: 429, retryAfterDate: 2 }, "429 Too Many Requests (Retry-After: 2 s), not carried out"],
    [{ status: 599 }, "599, not carried out"],
    [{ delayMs: 5 }, "5 ms late, the request"],
    [{ refuse: [1, "a\u001b"] }, "refuses 1, a\\x1b"],
    [{ lag: 2 }, "what it makes is missing in the next 2 lists"],
  ])("says what %j does", (effect, words) => {
    const [event] = scriptFaults([{ when: "before", effect }])("GET", "/tags");
    expect(event && faultLine(event)).toBe(`fault 1: GET /tags: ${words}`);
  });
});

describe("hopsync sandbox --faults", () => {
  it("tells what is wrong with the file, and does not start", async () => {
    const cwd = folder({ [FILE]: file("{metod: GET, effect: reset}") });
    const { code, stdout, stderr } = await cli(["sandbox", "--port", "0", "--faults", FILE], { cwd });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("faults.yaml:3:6");
    expect(stderr).toContain("method");
  });

  it("tells in the end which faults hit nothing", async () => {
    const cwd = folder({ [FILE]: file("{path: /tags, effect: reset}", "{path: /alerts, effect: reset}") });
    const stop = new AbortController();
    const { code, stderr } = await cli(["sandbox", "--port", "0", "--faults", FILE], {
      cwd,
      interrupted: stop.signal,
      onStdout: () => stop.abort(),
    });
    expect([code, stderr]).toEqual([0, "Faults that hit no request: 1, 2.\n"]);
  });

  it("lets go wrong what the file says and tells each; running apply again then finishes the work", async () => {
    const stop = new AbortController();
    let told = "";
    let started = (_text: string): void => {};
    const introduction = new Promise<string>((resolve) => {
      started = resolve;
    });
    const args = ["sandbox", "--port", "0", "--devices", "10", "--faults", EXAMPLE];
    const running = cli(args, {
      interrupted: stop.signal,
      onStdout: (text) => started(text),
      onStderr: (text) => {
        told += text;
      },
    });
    const text = await introduction;
    expect(text).toContain("Faults in its script: 5");
    const env = {
      EXTRAHOP_HOST: /EXTRAHOP_HOST=(\S+)/.exec(text)?.[1],
      EXTRAHOP_API_KEY: /EXTRAHOP_API_KEY=(\S+)/.exec(text)?.[1],
    };
    const path = join(EXAMPLE, "../../first-steps");
    const codes: number[] = [];
    while (codes.length < 5 && codes.at(-1) !== 0) {
      codes.push((await cli(["apply", path, "--auto-approve"], { env })).code);
    }
    expect(codes.at(-1)).toBe(0);
    expect((await cli(["plan", path, "--detailed-exitcode"], { env })).code).toBe(0);
    stop.abort();
    expect((await running).code).toBe(0);
    expect(told).toContain(
      "fault 1: GET /alerts: 429 Too Many Requests (Retry-After: 1 s), not carried out\n",
    );
    expect(told).toContain("fault 2: POST /alerts: reset, carried out\n");
  });
});
