/** Values from outside: where they may stand, what they become, and that secrets stay secret. */
import { describe, expect, it } from "vitest";
import { SENSITIVE } from "../../src/model.ts";
import { type Given, load, resourceOf, spot, spots } from "./workspace.ts";

const alert = (field: string): string => `version: 1\nalerts:\n  - name: a\n    ${field}\n`;

describe("texts", () => {
  const cases: readonly (readonly [title: string, written: string, text: string, template?: string])[] = [
    ["take a variable", "at ${var:site}!", "at hq!"],
    ["take an environment variable as a secret", "key ${env:KEY}", "key s3cret", "key ${env:KEY}"],
    ["take both", "${var:site}: ${env:KEY}", "hq: s3cret", "hq: ${env:KEY}"],
    ["keep what is escaped", "$${env:KEY} $${x} $5", "${env:KEY} ${x} $5"],
    ["do not look at what was filled in", "${var:nested}", "${env:KEY}"],
    ["stay texts that look like numbers", "${var:agent}", "007"],
    ["take an empty variable", "<${var:empty}>", "<>"],
  ];
  const given: Given = {
    env: { KEY: "s3cret" },
    vars: { site: "hq", nested: "${env:KEY}", agent: "007", empty: "" },
  };
  it.each(cases)("%s", async (_title, written, text, template) => {
    const resource = await resourceOf(alert(`description: "${written}"`), given);
    expect(resource.fields).toEqual({ description: text });
    expect(resource.secrets).toEqual(
      template === undefined ? {} : { "/description": { template, names: ["KEY"] } },
    );
  });

  it("keep secrets by the deepest text", async () => {
    const { secrets, fields } = await resourceOf(
      "version: 1\nemail_groups: [{name: a, email_addresses: [x@y, '${env:U}@${env:D}', '${env:U}@z']}]\n",
      { env: { U: "u", D: "d" } },
    );
    expect(fields).toEqual({ email_addresses: ["x@y", "u@d", "u@z"] });
    expect(secrets).toEqual({
      "/email_addresses/1": { template: "${env:U}@${env:D}", names: ["U", "D"] },
      "/email_addresses/2": { template: "${env:U}@z", names: ["U"] },
    });
  });
});

describe("numbers and booleans", () => {
  const given: Given = {
    env: { N: "5", B: "true" },
    vars: { sev: "3", word: "error", f: "false", bad: "05", n: "70" },
  };
  const cases: readonly (readonly [field: string, fields: object])[] = [
    ['severity: "${var:sev}"', { severity: 3 }],
    ['severity: "${var:word}"', { severity: 3 }],
    ['severity: "${env:N}"', { severity: 5 }],
    ['disabled: "${var:f}"', { disabled: false }],
    ['disabled: "${env:B}"', { disabled: true }],
    ['author: "${var:sev}"', { author: "3" }],
  ];
  it.each(cases)("are made of a whole placeholder where the field wants one: %s", async (field, fields) => {
    expect((await resourceOf(alert(field), given)).fields).toEqual(fields);
  });

  it("are made inside a union as well", async () => {
    const yaml =
      'version: 1\ntriggers: [{name: t, events: [HTTP_REQUEST], hints: {payloadBytes: "${var:n}"}}]\n';
    expect((await resourceOf(yaml, given)).fields.hints).toEqual({ payloadBytes: 70 });
  });

  it("are not made of anything but their exact text, nor of a part", async () => {
    expect(await spots(alert('severity: "${var:bad}"'), given)).toEqual(["4:15 bad-value"]);
    expect(await spots(alert('severity: "${var:sev} "'), given)).toEqual(["4:15 bad-value"]);
    expect(await spots(alert('disabled: "${var:word}"'), given)).toEqual(["4:15 wrong-type"]);
  });
});

describe("misuse", () => {
  const cases: readonly (readonly [title: string, yaml: string, expected: readonly string[]])[] = [
    ["a missing variable", alert('description: "${var:stie}"'), ["4:18 missing-variable"]],
    ["a missing environment variable", alert('description: "${env:NOPE}"'), ["4:18 missing-variable"]],
    ["an empty environment variable", alert('description: "${env:EMPTY}"'), ["4:18 empty-variable"]],
    [
      "each missing one of a text",
      alert('description: "${env:NOPE} ${var:nope}"'),
      ["4:18 missing-variable", "4:18 missing-variable"],
    ],
    ["a missing one only once", alert('severity: "${var:nope}"'), ["4:15 missing-variable"]],
    ["another writing", alert('description: "${env.KEY}"'), ["4:18 bad-placeholder"]],
    ["capitals", alert('description: "${ENV:KEY}"'), ["4:18 bad-placeholder"]],
    ["a shell's form", alert('description: "${HOME}"'), ["4:18 bad-placeholder"]],
    ["a price", alert('description: "costs ${5}"'), ["4:18 bad-placeholder"]],
    ["an open brace", alert('description: "${env:KEY"'), ["4:18 bad-placeholder"]],
    [
      "the same name meant both ways",
      alert('description: "$${env:KEY} ${env:KEY}"'),
      ["4:18 bad-placeholder"],
    ],
    ["a secret in a name", 'version: 1\ntags: [{name: "${env:KEY}"}]\n', ["2:15 secret-not-allowed"]],
    ["a secret as owner", 'version: 1\nowner: "${env:KEY}"\n', ["2:8 secret-not-allowed"]],
    ["a secret in a reference", alert('device_groups: ["${env:KEY}"]'), ["4:21 secret-not-allowed"]],
    [
      "a secret in a selector",
      'version: 1\ntags: [{name: t, devices: [{ip: "${env:KEY}"}]}]\n',
      ["2:33 secret-not-allowed"],
    ],
    ["a secret in lifecycle", alert('lifecycle: {renamed_from: "${env:KEY}"}'), ["4:31 secret-not-allowed"]],
    [
      "a secret as a script's file",
      'version: 1\ntriggers: [{name: t, script: {file: "${env:KEY}"}}]\n',
      ["2:37 secret-not-allowed"],
    ],
    [
      "a secret in a second spelling of a field",
      'version: 1\ntriggers: [{name: t, event: "${env:KEY}"}]\n',
      ["2:29 secret-not-allowed"],
    ],
    ["a placeholder as a key, which is only text", 'version: 1\n"${var:site}": []\n', ["2:1 unknown-key"]],
  ];
  it.each(cases)("is told: %s", async (_title, yaml, expected) => {
    const given = { env: { KEY: "s3cret", EMPTY: "" }, vars: { site: "hq" } };
    expect(await spots(yaml, given)).toEqual(expected);
  });

  it("suggests variables, and environment variables only of the same beginning", async () => {
    const detail = async (text: string): Promise<string> =>
      (
        await load(alert(`description: "${text}"`), {
          env: { HQ_KEY: "1", HR_KEY: "2" },
          vars: { site: "hq" },
        })
      ).diagnostics[0]?.detail ?? "";
    expect(await detail("${var:stie}")).toBe(
      'No variable "stie" is given. Did you mean "site"? Give it with --var stie=value, or among the vars of the target.',
    );
    expect(await detail("${env:HQ_KYE}")).toContain('Did you mean "HQ_KEY"?');
    expect(await detail("${env:HX_KEY}")).not.toContain("Did you mean");
    expect(await detail("${env.HQ_KEY}")).toContain("Did you mean ${env:HQ_KEY}?");
  });

  it("allows variables in names, references, selectors and settings", async () => {
    const yaml = `version: 1
owner: "\${var:site}-team"
tags: [{name: "\${var:site}", devices: [{name: "gw-\${var:site}"}]}]
`;
    const resource = await resourceOf(yaml, { vars: { site: "hq" } });
    expect(resource.address).toBe("tag/hq");
    expect(resource.relations.devices).toMatchObject([{ selector: { by: "name", value: "gw-hq" } }]);
  });
});

describe("scripts", () => {
  const files = (script: string, text: string): Record<string, string> => ({
    "m.yaml": `version: 1\ntriggers:\n  - name: t\n    script: ${script}\n`,
    "x.js": text,
  });

  it("inline are taken as they are", async () => {
    const inline = "`${a} ${env.HOME} ${foo:bar} $${env:X}`";
    const { fields, secrets } = await resourceOf(
      `version: 1\ntriggers:\n  - name: t\n    script: |\n      ${inline}\n`,
      { env: {} },
    );
    expect(fields).toEqual({ script: `${inline}\n` });
    expect(secrets).toEqual({});
  });

  it("inline with a secret's placeholder are sent as written, with a warning", async () => {
    const { manifest, diagnostics } = await load(
      "version: 1\ntriggers:\n  - {name: t, script: 'x(\"${env:KEY}\")'}\n",
      { env: { KEY: "s3cret" } },
    );
    expect(diagnostics.map((d) => d.code)).toEqual(["placeholder-not-replaced"]);
    expect(manifest?.resources[0]?.fields).toEqual({ script: 'x("${env:KEY}")' });
  });

  it("in files have only the listed names replaced", async () => {
    const text = 'a("${env:KEY}", "${env:OTHER}", `${var:site}`, "${env:KEY}");\n';
    const resource = await resourceOf(files("{file: x.js, env: [KEY]}", text), {
      env: { KEY: "s3cret $& $1", OTHER: "o" },
      vars: { site: "hq" },
    });
    expect(resource.fields.script).toBe(text.replaceAll("${env:KEY}", () => "s3cret $& $1"));
    expect(resource.secrets).toEqual({ "/script": { template: text, names: ["KEY"] } });
  });

  it("in files without names are literal", async () => {
    const resource = await resourceOf(files("{file: x.js}", "a(`${env:KEY}`)"), { env: { KEY: "s3cret" } });
    expect(resource.fields.script).toBe("a(`${env:KEY}`)");
    expect(resource.secrets).toEqual({});
  });

  it("in files have the escape taken off, and only before env", async () => {
    const resource = await resourceOf(
      files("{file: x.js, env: [KEY]}", "`$${price}` $${env:TK} $$${env:TK} ${env:KEY}"),
      { env: { KEY: "s3cret", TK: "other" } },
    );
    expect(resource.fields.script).toBe("`$${price}` ${env:TK} $${env:TK} s3cret");
    expect(resource.secrets).toEqual({
      "/script": { template: "`$${price}` ${env:TK} $${env:TK} ${env:KEY}", names: ["KEY"] },
    });
    expect(await spots(files("{file: x.js}", "$${env:TK}"))).toEqual([]);
  });

  it("in files cannot mean one name both ways, nor list one that is only escaped", async () => {
    const given = { env: { KEY: "s3cret" } };
    expect(await spots(files("{file: x.js, env: [KEY]}", "$${env:KEY} ${env:KEY}"), given)).toEqual([
      "4:32 bad-placeholder",
    ]);
    expect(await spots(files("{file: x.js, env: [KEY]}", "$${env:KEY}"), given)).toEqual([
      "4:32 warning unused-variable",
    ]);
  });

  const unlisted: readonly (readonly [written: string, more: readonly string[]])[] = [
    ["{file: x.js}", []],
    ["{file: x.js, env: []}", []],
    ["{file: x.js, env: [TOKEN]}", ["4:32 warning unused-variable"]],
  ];
  it.each(unlisted)("in files have names told once that %s does not list", async (written, more) => {
    const text = "// one\n a('${env:TOKNE}', '${env:TOKNE}')\n";
    const { diagnostics, manifest } = await load(files(written, text), { env: { TOKEN: "t" } });
    expect(diagnostics.map(spot)).toEqual(["4:13 warning unlisted-variable", ...more]);
    expect(diagnostics[0]).toMatchObject({
      address: "trigger/t",
      pointer: "/script",
      related: [{ file: "x.js", line: 2, column: 5, length: 12 }],
    });
    expect(diagnostics[0]?.detail).toContain("$${env:TOKNE}");
    expect(diagnostics[0]?.detail.includes('Did you mean "TOKEN"?')).toBe(more.length > 0);
    expect(manifest?.resources[0]?.fields.script).toBe(text);
  });

  it("have missing, empty and unused names told at the name", async () => {
    const said = await spots(files("{file: x.js, env: [A, B, C]}", "${env:A} ${env:B}"), {
      env: { B: "", C: "c" },
    });
    expect(said).toEqual(["4:32 missing-variable", "4:35 empty-variable", "4:38 warning unused-variable"]);
  });
});

describe("secrets in messages", () => {
  const secret = "hunter2";
  const cases: readonly (readonly [title: string, yaml: string, code: string])[] = [
    ["a word of an enumeration", alert('severity: "${env:KEY}"'), "bad-value"],
    ["a wrong type", alert('disabled: "${env:KEY}"'), "wrong-type"],
    ["a pattern", alert('cc: ["${env:KEY}"]'), "bad-format"],
    [
      "a kind's own reading",
      'version: 1\nexclusion_intervals: [{name: a, interval_type: daily, start: "${env:KEY}", end: "02:00"}]\n',
      "bad-time",
    ],
    [
      "a kind's own rule",
      'version: 1\ntriggers: [{name: t, events: [HTTP_REQUEST, "${env:EVENT}"], script: x}]\n',
      "unknown-event",
    ],
  ];
  it.each(cases)("do not show: %s", async (_title, yaml, code) => {
    const { diagnostics } = await load(yaml, { env: { KEY: secret, EVENT: "HTTP_RESPONSES" } });
    expect(diagnostics.map((d) => d.code)).toEqual([code]);
    const [{ detail = "" } = {}] = diagnostics;
    expect(detail).toContain(SENSITIVE);
    expect(detail).not.toMatch(/hunter2|HTTP_RESPONSE/);
  });

  it("do not show what was made of one", async () => {
    const yaml =
      'version: 1\nexclusion_intervals: [{name: a, interval_type: daily, start: "${env:START}", end: "02:00"}]\n';
    const { diagnostics } = await load(yaml, { env: { START: "03:00" } });
    expect(diagnostics.map((d) => d.code)).toEqual(["interval-wraps"]);
    expect(JSON.stringify(diagnostics)).not.toMatch(/10800|03:00/);
  });

  it("do not hide what has nothing to do with one", async () => {
    const yaml =
      'version: 1\ntriggers: [{name: t, events: [HTTP_REQEST], description: "${env:KEY}", script: x}]\n';
    const { diagnostics } = await load(yaml, { env: { KEY: secret } });
    expect(diagnostics[0]?.detail).toContain("HTTP_REQEST");
  });
});
