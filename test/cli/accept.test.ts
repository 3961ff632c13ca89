/** export --drift over real HTTP: what was done by hand becomes what the manifest says, and nothing else of it changes. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { exportSchema } from "../../src/render/document-schema.ts";
import type { Operator } from "../../src/sandbox/operator.ts";
import { cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { expectGolden } from "../helpers/golden.ts";
import { sandbox } from "../helpers/sandbox.ts";

const isDocument = new Ajv2020({ strict: false }).compile(exportSchema);

const ALERTS = `# What wakes us up.
version: 1
defaults:
  alerts: {refire_interval: 30m}   # for all of them

alerts:
  # The shop's own alert.
  - name: 'Error ratio'    # see the runbook
    severity: error        # agreed with the desk
    stat_name: s
    field_name: f
    operator: ">"
    operand: 0.05
    interval_length: 5m
    device_groups: [ Tagged, "All static" ]   # both tiers
    email_groups:
      # the desk
      - On-call

  - {name: Old one, severity: 3, stat_name: s, field_name: f, operator: ">", operand: 1}
`;

const BASE = `version: 1
tags:
  - name: pci
    devices:
      - 10.20.0.0/28   # the card zone
      - {name: pay-gw-01}
device_groups:
  - name: Tagged
    filter:
      operator: and
      rules:
        - {field: tag, operator: "=", operand: pci}   # the card zone
        - {field: role, operator: "=", operand: http_server}
  - name: All static
    devices: [pay-gw-01]
email_groups:
  - name: On-call
    email_addresses: [NOC@example.com, ops@example.com]  # in the order of escalation
triggers:
  - name: Slow
    events: [HTTP_RESPONSE]
    script: {file: slow.js}
    device_groups: [Tagged]
`;

const FILES = {
  "manifests/alerts.yaml": ALERTS,
  "manifests/base.yaml": BASE,
  "manifests/slow.js": "debug(1);\n",
};

async function applied(files: Readonly<Record<string, string>> = FILES, env: Record<string, string> = {}) {
  const box = await sandbox({});
  const cwd = folder(files);
  const hopsync = (...argv: readonly string[]) => cli(argv, { sandbox: box, cwd, env });
  const apply = await hopsync("apply", "--auto-approve");
  expect(apply.code, apply.stderr).toBe(0);
  const { appliance } = box;
  const id = (collection: Parameters<Operator["find"]>[0], name: string): number =>
    appliance.find(collection, name)?.id ?? -1;
  const read = (name: string): string => readFileSync(join(cwd, name), "utf8");
  const accept = async (...argv: readonly string[]) => {
    const result = await hopsync("export", "--drift", "--format", "json", ...argv);
    const document = documentOf(result) as ReturnType<typeof documentOf> & {
      exported: { files: string[]; accepted: string[] } | null;
    };
    expect(isDocument(document), JSON.stringify(isDocument.errors)).toBe(true);
    return {
      ...result,
      document,
      refused: document.diagnostics.filter(({ code }) => code === "not-accepted"),
    };
  };
  const plan = async () => documentOf(await hopsync("plan", "--format", "json"));
  return { appliance, id, read, accept, plan, hopsync, cwd };
}

describe("export --drift", () => {
  it("writes every kind of drift where it belongs, and leaves comments, order and style alone", async () => {
    const { appliance, id, read, accept, plan } = await applied();
    const alert = id("alerts", "Error ratio");
    appliance.edit("alerts", alert, { severity: 1, refire_interval: 600, interval_length: 60 }, "jdoe");
    appliance.unlink("alerts/devicegroups", alert, id("devicegroups", "All static"), "jdoe");
    appliance.remove("alerts", id("alerts", "Old one"), "jdoe");
    appliance.edit("emailgroups", id("emailgroups", "On-call"), {
      group_name: "Desk",
      email_addresses: ["ops@example.com", "noc@example.com", "new@example.com"],
    });
    appliance.edit("triggers", id("triggers", "Slow"), { script: "debug('$${env:X}');\n" });
    appliance.link("tags/devices", id("tags", "pci"), id("devices", "printer-lobby"));
    const { code, document } = await accept();
    expect([code, document.diagnostics]).toEqual([0, []]);
    expect(read("manifests/alerts.yaml")).toBe(
      ALERTS.replace("severity: error ", "severity: alert ")
        .replace("5m", "1m")
        .replace('[ Tagged, "All static" ]', "[ Tagged ]")
        .replace("- On-call\n", "- Desk\n    refire_interval: 10m\n")
        .replace(/\n {2}- \{name: Old one.*\n/, ""),
    );
    const printer = appliance.find("devices", "printer-lobby");
    expect(read("manifests/base.yaml")).toBe(
      BASE.replace("name: On-call", "name: Desk")
        .replace("ops@example.com]", "ops@example.com, new@example.com]")
        .replace(
          "{name: pay-gw-01}\n",
          `{name: pay-gw-01}\n      - {discovery_id: ${printer?.discovery_id}} # printer-lobby (${printer?.ipaddr4})\n`,
        ),
    );
    expect(read("manifests/slow.js")).toBe("debug('$$${env:X}');\n");
    expect(document.exported?.files).toEqual([
      "manifests/alerts.yaml",
      "manifests/base.yaml",
      "manifests/slow.js",
    ]);
    const next = await plan();
    expect([next.changes, next.inventory]).toEqual([[], true]);
  });

  it("goes deep into a filter, and keeps what stands beside the change", async () => {
    const { appliance, id, read, accept } = await applied();
    const rules = [
      { field: "tag", operator: "=", operand: "pci" },
      { field: "role", operator: "=", operand: "dns_server" },
    ];
    appliance.edit("devicegroups", id("devicegroups", "Tagged"), { filter: { operator: "or", rules } });
    expect((await accept()).code).toBe(0);
    expect(read("manifests/base.yaml")).toBe(
      BASE.replace("operator: and", "operator: or").replace("http_server", "dns_server"),
    );
  });

  it("refuses, part by part, what it cannot know or what would change more", async () => {
    const base = `version: 1
tags:
  - name: pci
    devices: [10.20.0.0/28]
email_groups:
  - {name: A, email_addresses: &who [a@example.com]}
  - {name: B, email_addresses: *who}
  - {name: C, email_addresses: ["\${var:mail}"]}
alerts:
  - {name: X, severity: 3, description: "\${env:WHY}", stat_name: s, field_name: f, operator: ">", operand: 1}
triggers:
  - {name: T, events: [HTTP_REQUEST], script: {file: same.js}}
  - {name: U, events: [HTTP_REQUEST], script: {file: same.js}}
`;
    const files = { "manifests/base.yaml": base, "manifests/same.js": "same();\n" };
    const box = await sandbox({});
    const cwd = folder(files);
    const run = (...argv: readonly string[]) =>
      cli([...argv, "--var", "mail=c@example.com"], { sandbox: box, cwd, env: { WHY: "s3cret-why" } });
    expect((await run("apply", "--auto-approve")).code).toBe(0);
    const { appliance } = box;
    const id = (collection: Parameters<Operator["find"]>[0], name: string) =>
      appliance.find(collection, name)?.id ?? -1;
    for (const name of ["A", "C"]) {
      appliance.edit("emailgroups", id("emailgroups", name), { email_addresses: ["z@example.com"] });
    }
    appliance.edit("alerts", id("alerts", "X"), { severity: 1, description: "by hand" });
    appliance.edit("triggers", id("triggers", "T"), { script: "other();\n" });
    const [member] = appliance.linked("tags/devices", id("tags", "pci"));
    appliance.unlink("tags/devices", id("tags", "pci"), member ?? -1);
    const result = await run("export", "--drift", "--format", "json");
    const found = documentOf(result).diagnostics.map(
      (d) => `${d.code} ${(d as { address?: string }).address}`,
    );
    expect([result.code, found.sort()]).toEqual([
      3,
      [
        "not-accepted alert/X",
        "not-accepted email_group/A",
        "not-accepted email_group/C",
        "not-accepted tag/pci",
        "not-accepted trigger/T",
      ],
    ]);
    expect(readFileSync(join(cwd, "manifests/base.yaml"), "utf8")).toBe(
      base.replace("severity: 3", "severity: 1"),
    );
    expect(readFileSync(join(cwd, "manifests/same.js"), "utf8")).toBe("same();\n");
    expect(result.stdout + result.stderr).not.toContain("s3cret-why");
  });

  it("leaves to a person what Git changed as well, and what Git has no more", async () => {
    const { appliance, id, accept, read, cwd } = await applied();
    appliance.edit("alerts", id("alerts", "Error ratio"), { severity: 1 });
    appliance.edit("alerts", id("alerts", "Old one"), { severity: 1 });
    const pending = ALERTS.replace("severity: error ", "severity: info ").replace(
      /\n {2}- \{name: Old one.*\n/,
      "",
    );
    writeFileSync(join(cwd, "manifests/alerts.yaml"), pending);
    const { code, refused } = await accept();
    expect([code, refused.length]).toEqual([1, 2]);
    expect(read("manifests/alerts.yaml")).toBe(pending);
  });

  it("renames an entry together with everything that calls it by its name", async () => {
    const { appliance, id, accept, read, plan } = await applied();
    appliance.edit("devicegroups", id("devicegroups", "Tagged"), { name: "Card zone: web" });
    expect((await accept()).code).toBe(0);
    expect(read("manifests/alerts.yaml")).toBe(ALERTS.replace("[ Tagged,", '[ "Card zone: web",'));
    expect(read("manifests/base.yaml")).toBe(
      BASE.replaceAll("Tagged", '"Card zone: web"').replace('[ "Card', '["Card'),
    );
    expect((await plan()).changes).toEqual([]);
  });

  it("leaves alone an entry that would not be a valid one, and accepts the others", async () => {
    const text = `version: 1
alerts:
  - {name: D, type: detection, categories: [sec.exfil]}
  - {name: T, severity: 3, stat_name: s, field_name: f, operator: ">", operand: 1}
`;
    const { appliance, id, accept, read } = await applied({ "manifests/a.yaml": text });
    appliance.remove("alerts", id("alerts", "D"));
    appliance.add("alerts", {
      name: "D",
      type: "threshold",
      stat_name: "s",
      field_name: "f",
      operator: ">",
      operand: "1",
    });
    appliance.edit("alerts", id("alerts", "T"), { severity: 1 });
    const { code, document, refused } = await accept();
    expect([code, document.exported?.accepted, refused.length]).toEqual([3, ["alert/T"], 1]);
    expect(refused[0]).toMatchObject({ address: "alert/D", source: { file: "manifests/a.yaml", line: 3 } });
    expect(read("manifests/a.yaml")).toBe(text.replace("severity: 3", "severity: 1"));
  });

  it("has nothing to do without drift, and says so", async () => {
    const { accept, hopsync, read } = await applied();
    expect((await accept()).code).toBe(0);
    const { stdout, code } = await hopsync("export", "--drift");
    expect([code, stdout]).toEqual([0, expect.stringContaining("Nothing to accept")]);
    expect(read("manifests/alerts.yaml")).toBe(ALERTS);
  });

  it("tells people what it took over and what it could not", async () => {
    const { appliance, id, hopsync } = await applied();
    appliance.edit("alerts", id("alerts", "Error ratio"), { severity: 1, name: "Errors" });
    appliance.remove("alerts", id("alerts", "Old one"));
    const member = id("devices", "pay-gw-01");
    appliance.unlink("devicegroups/devices", id("devicegroups", "All static"), member);
    const [zone] = appliance.linked("tags/devices", id("tags", "pci")).filter((device) => device !== member);
    appliance.unlink("tags/devices", id("tags", "pci"), zone ?? -1);
    const { code, stdout, stderr } = await hopsync("export", "--drift");
    expect(code).toBe(3);
    const masked = `${stdout}\n--- stderr\n${stderr}`.replace(/127\.0\.0\.1:\d+/g, "HOST");
    expectGolden("cli/accept.txt", masked);
    appliance.edit("alerts", id("alerts", "Errors"), { severity: 2 }, "jdoe");
    const { stdout: markdown } = await hopsync("export", "--drift", "--format", "markdown");
    const timeless = markdown
      .replace(/127\.0\.0\.1:\d+/g, "HOST")
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, "TIME");
    expectGolden("cli/accept.md", timeless);
  });

  it("stands beside none of export's other options, and export reads no manifests", async () => {
    const { hopsync } = await applied();
    const both = await hopsync("export", "--drift", "--out", "x", "--built-ins");
    expect([both.code, both.stderr]).toEqual([
      1,
      expect.stringContaining("--out, --built-ins cannot stand beside"),
    ]);
    const unknown = documentOf(await hopsync("export", "--drfit", "--format", "json"));
    expect([unknown.command, isDocument(unknown)]).toEqual(["export", true]);
    const paths = await hopsync("export", "manifests");
    expect([paths.code, paths.stderr]).toEqual([1, expect.stringContaining("--out")]);
  });
});
