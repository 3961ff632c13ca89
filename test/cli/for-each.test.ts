/** Resources of `for_each` over the lists of a target: applied, drifted, exported; and variables that nothing uses. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { type CliOptions, cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { sandbox } from "../helpers/sandbox.ts";

const GROUPS = `version: 1
email_groups:
  - name: "On-call \${each:site}"
    for_each: \${var:sites}
    email_addresses: ["\${each:mail}"]
    system_notifications: false
  - name: Central
    email_addresses: [noc@example.com]
    system_notifications: false
`;

async function place(vars: string): Promise<CliOptions & { readonly box: Sandbox; readonly cwd: string }> {
  const box = await sandbox();
  const target = (name: string, own: string): string =>
    `  ${name}:\n    host: "${box.url}"\n    paths: [base]\n    vars:\n      sites: [{site: A, mail: a@example.com}, {site: B, mail: b@example.com}]\n${own}`;
  const project = `version: 1\ntargets:\n${target("hq", vars)}${target("branch", "")}`;
  const cwd = folder({ "hopsync.yaml": project, "base/m.yaml": GROUPS });
  return { box, cwd, env: { EXTRAHOP_API_KEY: box.apiKey } };
}

function edit(box: Sandbox, name: string): void {
  const id = box.appliance.find("emailgroups", name)?.id ?? -1;
  box.appliance.edit("emailgroups", id, { system_notifications: true } as never);
}

describe("resources of for_each", () => {
  it("are applied and plan empty; drift of them is left to the person, and of others accepted", async () => {
    const { box, ...options } = await place("");
    expect((await cli(["apply", "--target", "hq", "--auto-approve"], options)).code).toBe(0);
    expect((await cli(["plan", "--target", "hq", "--detailed-exitcode"], options)).code).toBe(0);
    expect(box.appliance.find("emailgroups", "On-call B")).toMatchObject({
      email_addresses: ["b@example.com"],
    });
    for (const name of ["On-call A", "Central"]) edit(box, name);
    const accepted = await cli(["export", "--drift", "--target", "hq", "--format", "json"], options);
    expect([accepted.code, documentOf(accepted).diagnostics]).toMatchObject([
      3,
      [
        {
          code: "not-accepted",
          address: "email_group/On-call A",
          source: { file: join("base", "m.yaml"), line: 4 },
        },
      ],
    ]);
    const text = readFileSync(join(options.cwd, "base/m.yaml"), "utf8");
    expect(text).toBe(GROUPS.replace(/false\n$/, "true\n"));
  });
});

describe("variables of a target", () => {
  it("that nothing uses are warnings at their place, unless only a part of the manifests is read", async () => {
    const { box: _, ...options } = await place("      site: x\n");
    const result = await cli(["validate", "--target", "hq", "--format", "json"], options);
    expect([result.code, documentOf(result).diagnostics]).toMatchObject([
      0,
      [{ code: "unused-target-variable", severity: "warning", source: { file: "hopsync.yaml", line: 8 } }],
    ]);
    expect(documentOf(result).diagnostics[0]?.detail).toContain('Did you mean "sites"?');
    expect((await cli(["validate", "base", "--target", "hq"], options)).stderr).toBe("");
  });

  it("that are missing are told for each target, at the place in the manifest", async () => {
    const { box: _, ...options } = await place("");
    const cwd = folder({
      "hopsync.yaml":
        "version: 1\ntargets:\n  a: {host: eda-a, paths: [m], vars: {sites: [x]}}\n  b: {host: eda-b, paths: [m], vars: {site: [x]}}\n",
      "m/m.yaml": 'version: 1\ntags: [{name: "${each}", for_each: "${var:sites}"}]\n',
    });
    const { code, stdout } = await cli(["validate", "--all-targets", "--format", "json"], {
      ...options,
      cwd,
    });
    expect([code, JSON.parse(stdout).targets]).toMatchObject([
      1,
      {
        a: { exit_code: 0, diagnostics: [] },
        b: {
          exit_code: 1,
          diagnostics: [{ code: "missing-variable", source: { file: join("m", "m.yaml"), line: 2 } }],
        },
      },
    ]);
  });
});
