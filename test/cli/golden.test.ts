/** Whole outputs of the command line on a sandbox that is the same in every run. */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Action, Cause, FieldChange } from "../../src/model.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { type CliOptions, type CliResult, cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { expectGolden } from "../helpers/golden.ts";
import { sandbox } from "../helpers/sandbox.ts";

const BASIC = fileURLToPath(new URL("../../examples/basic", import.meta.url));

/** The port differs from run to run; nothing else does. */
async function expectOutput(
  name: string,
  box: Sandbox,
  argv: readonly string[],
  options: CliOptions,
): Promise<void> {
  const { code, stdout, stderr } = await cli(argv, { sandbox: box, ...options });
  const shown = stderr === "" ? stdout : `${stdout}──── stderr ────\n${stderr}`;
  const text = `$ hopsync ${argv.join(" ")}\n${shown}──── exit ${code} ────\n`;
  expectGolden(`cli/${name}`, text.replaceAll(box.host, "eda-01"));
}

/** What goes into a comment is stdout alone; the exit code is tested apart. */
async function expectMarkdown(
  name: string,
  box: Sandbox,
  argv: readonly string[],
  options: CliOptions,
): Promise<CliResult> {
  const result = await cli([...argv, "--format", "markdown"], { sandbox: box, ...options });
  expectGolden(`cli/${name}`, result.stdout.replaceAll(box.host, "eda-01"));
  return result;
}

describe("the example, from nothing to nothing left to do", () => {
  it("looks like this", async () => {
    const box = await sandbox();
    const cwd = folder();
    cpSync(BASIC, join(cwd, "manifests"), { recursive: true });
    const options = { cwd, columns: 100 };
    await expectOutput("first-plan.txt", box, ["plan"], options);
    await expectOutput("first-plan.json", box, ["plan", "--format", "json"], options);
    await expectMarkdown("first-plan.md", box, ["plan"], options);
    // One at a time: the order of the lines is then the order of the plan.
    const apply = ["apply", "--auto-approve", "--parallelism", "1"];
    await expectOutput("apply-quiet.txt", box, [...apply, "--quiet"], options);
    await expectOutput("empty-plan.txt", box, ["plan"], options);
    await expectOutput("empty-plan.json", box, ["plan", "--format", "json"], options);

    const alert = box.appliance.find("alerts", "Web error ratio")?.id ?? -1;
    box.appliance.edit("alerts", alert, { severity: 7, operand: "0.5" });
    box.appliance.unlink(
      "alerts/devicegroups",
      alert,
      box.appliance.find("devicegroups", "Data center web servers")?.id ?? -1,
    );
    await expectOutput("update-plan.txt", box, ["plan", "--show-requests", "--detailed-exitcode"], {
      ...options,
      columns: 80,
    });
    const reviewed = await expectMarkdown("update-plan.md", box, ["plan", "--show-requests"], options);
    expect([reviewed.code, reviewed.stderr]).toEqual([0, ""]);
    await expectOutput("apply.txt", box, apply, { ...options, columns: 80 });
    await expectOutput("apply.json", box, [...apply, "--format", "json"], options);
    await expectMarkdown("empty-plan.md", box, ["plan"], options);
  });
});

/** An owner's manifest as it was applied, and as it is after an afternoon in Git. */
const APPLIED = `version: 1
owner: network-team
tags: [{name: old tag}, {name: pos}]
device_groups:
  - {name: Jump hosts, devices: [{ip: 10.1.0.7}]}
alerts:
  - {name: Errors, severity: 3, stat_name: s, field_name: f, operator: ">", operand: 1, device_groups: [Jump hosts]}
  - {name: Web Error Ratio - Red, disabled: true}
triggers:
  - {name: Slow, events: [HTTP_RESPONSE], script: "slow();\\n", description: Let go, debug: false}
`;

const EDITED = `version: 1
owner: network-team
tags: [{name: point of sale, lifecycle: {renamed_from: pos}}, {name: found}]
device_groups:
  - {name: Jump hosts, filter: {field: role, operator: "=", operand: gateway}}
  - {name: New group, filter: {field: tag, operator: "=", operand: point of sale}}
email_groups:
  - {name: Found, email_addresses: [noc@example.com]}
alerts:
  - {name: Errors, severity: 2, stat_name: s, field_name: f, operator: ">", operand: 2, device_groups: [Jump hosts, New group]}
triggers:
  - {name: Slow, events: [HTTP_RESPONSE, HTTP_REQUEST], script: "slow();\\n", debug: false}
`;

describe("a plan of every action and every cause", () => {
  it("looks like this, and is what is done", async () => {
    const box = await sandbox();
    const cwd = folder({ ".git/HEAD": "", "manifests/all.yaml": APPLIED });
    const options = { sandbox: box, cwd };
    expect((await cli(["apply", "--auto-approve"], options)).code).toBe(0);
    const { appliance } = box;
    const errors = appliance.find("alerts", "Errors")?.id ?? -1;
    appliance.edit("alerts", errors, { operand: "9", field_name: "g" });
    appliance.add("tags", { name: "found" });
    appliance.add("emailgroups", { group_name: "Found", email_addresses: ["old@example.com"] });
    writeFileSync(join(cwd, "manifests/all.yaml"), EDITED);

    const plan = ["plan", "--out", "plan.json"];
    await expectOutput("every-action.txt", box, plan, { cwd, columns: 80 });
    await expectOutput("every-action.json", box, ["plan", "--format", "json"], { cwd, columns: 80 });
    const { changes = [] } = documentOf(await cli(["plan", "--format", "json"], options));
    const found = {
      actions: new Set(changes.map(({ action }) => action)),
      causes: new Set(
        changes.flatMap(({ fields }) => (fields as readonly FieldChange[]).map(({ cause }) => cause)),
      ),
    };
    // Records, so that a new action or cause must be added here.
    const actions: Readonly<Record<Action, true>> = {
      ...{
        create: true,
        adopt: true,
        update: true,
        rename: true,
        replace: true,
        delete: true,
        release: true,
      },
    };
    const causes: Readonly<Record<NonNullable<Cause>, true>> = {
      ...{ manifest: true, drift: true, conflict: true },
    };
    expect([...found.actions].sort()).toEqual(Object.keys(actions).sort());
    expect([...found.causes].sort()).toEqual(Object.keys(causes).sort());
    expect((await cli(["apply", "plan.json"], options)).code).toBe(0);
    expect((await cli(["plan", "--detailed-exitcode"], options)).code).toBe(0);
  });
});

describe("mistakes", () => {
  it("in a manifest look like this", async () => {
    const cwd = folder({
      "manifests/a.yaml": `version: 1
tags:
  - name: pci
    devicse: [10.0.0.1]
  - name: pci
alerts:
  - name: Web errors
    severity: eror
    interval_length: 7m
    email_group: [Ops]
  - name: 12
exclusion_intervals:
  - {name: Night, interval_type: daily, start: "25:00", end: "03:00"}
`,
      "manifests/b.yaml": "version: 1\ntriggers: []\ntriggers: []\n",
    });
    await expectOutput("mistakes.txt", await sandbox(), ["plan"], { cwd, columns: 80 });
  });

  it("that only the appliance can show look like this", async () => {
    const cwd = folder({
      "manifests/a.yaml": `version: 1
tags:
  - {name: t, devices: [iphone, 10.9.9.9, {name: pay-gw-1}]}
alerts:
  - {name: New, type: threshold, email_groups: [Defalt], networks: [Core spam]}
`,
    });
    const box = await sandbox();
    await expectOutput("not-there.txt", box, ["plan"], { cwd, columns: 80 });
    const { code, stderr } = await expectMarkdown("not-there.md", box, ["plan"], { cwd });
    expect([code, stderr]).toEqual([1, expect.stringContaining("error[no-such-object]")]);
  });
});
