/** Whole outputs of the command line on a sandbox that is the same in every run. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { type CliOptions, type CliResult, cli } from "../helpers/cli.ts";
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
