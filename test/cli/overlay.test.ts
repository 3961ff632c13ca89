/** A target with an overlay: planned, sealed, drifted and exported like any other. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { type CliOptions, cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { sandbox } from "../helpers/sandbox.ts";

const BASE = `version: 1
email_groups:
  - name: On-call
    email_addresses: [noc@example.com]
    system_notifications: false
exclusion_intervals:
  - {name: Backup, interval_type: daily, start: "01:00", end: "02:00"}
`;

const OVERLAY = `version: 1
email_groups:
  - name: On-call
    email_addresses: [hq@example.com]
patches:
  - address: exclusion_interval/Backup
    patch: [{op: replace, path: /end, value: "04:00"}]
`;

interface Place extends CliOptions {
  readonly box: Sandbox;
  readonly cwd: string;
}

async function place(overlays = "[over/hq.yaml]"): Promise<Place> {
  const box = await sandbox();
  const project = `version: 1\ntargets:\n  hq: {host: "${box.url}", paths: [base], overlays: ${overlays}}\n`;
  const cwd = folder({ "hopsync.yaml": project, "base/m.yaml": BASE, "over/hq.yaml": OVERLAY });
  return { box, cwd, env: { EXTRAHOP_API_KEY: box.apiKey } };
}

function edit(
  { box }: Place,
  table: "emailgroups" | "exclusionintervals",
  fields: Record<string, unknown>,
): void {
  const name = table === "emailgroups" ? "On-call" : "Backup";
  box.appliance.edit(table, box.appliance.find(table, name)?.id ?? -1, fields as never);
}

describe("a target with an overlay", () => {
  it("is applied with it, by a sealed plan too, and then plans empty", async () => {
    const options = await place();
    expect((await cli(["plan", "--out", "p.json"], options)).code).toBe(0);
    expect((await cli(["apply", "p.json"], options)).code).toBe(0);
    expect(options.box.appliance.find("emailgroups", "On-call")).toMatchObject({
      email_addresses: ["hq@example.com"],
    });
    expect(options.box.appliance.find("exclusionintervals", "Backup")).toMatchObject({ end: 4 * 3600 });
    expect((await cli(["plan", "--detailed-exitcode"], options)).code).toBe(0);
    // Of manifests that are named, the overlay still counts, and what it changes besides is no error.
    expect((await cli(["plan", "base/m.yaml", "--detailed-exitcode"], options)).code).toBe(0);
  });

  it("leaves drift of what the overlay says to the person, and accepts the rest", async () => {
    const options = await place();
    await cli(["apply", "--auto-approve"], options);
    edit(options, "emailgroups", { email_addresses: ["x@example.com"], system_notifications: true });
    edit(options, "exclusionintervals", { end: 5 * 3600 });
    const accepted = await cli(["export", "--drift", "--format", "json"], options);
    const { diagnostics } = documentOf(accepted);
    expect(accepted.code).toBe(3);
    expect(diagnostics).toMatchObject([
      { code: "not-accepted", address: "email_group/On-call", source: { file: "over/hq.yaml", line: 4 } },
      {
        code: "not-accepted",
        address: "exclusion_interval/Backup",
        source: { file: "over/hq.yaml", line: 7 },
      },
    ]);
    expect(diagnostics[0]?.detail).toContain("an overlay of the target says it");
    expect(readFileSync(join(options.cwd, "base/m.yaml"), "utf8")).toBe(BASE.replace("false", "true"));
    expect(readFileSync(join(options.cwd, "over/hq.yaml"), "utf8")).toBe(OVERLAY);
  });

  it("does not lose an entry that was deleted or renamed on the appliance", async () => {
    const options = await place();
    await cli(["apply", "--auto-approve"], options);
    edit(options, "emailgroups", { group_name: "Renamed" });
    options.box.appliance.remove(
      "exclusionintervals",
      options.box.appliance.find("exclusionintervals", "Backup")?.id ?? -1,
    );
    const { code, stderr } = await cli(["export", "--drift"], options);
    expect([
      code,
      stderr.match(/an overlay of the\s+target says it|an overlay of the target\s+says it/g)?.length,
    ]).toEqual([1, 2]);
    expect(readFileSync(join(options.cwd, "base/m.yaml"), "utf8")).toBe(BASE);
  });

  it("needs the overlays that it names", async () => {
    const options = await place("[over/hq.yaml, over/hg.yaml]");
    const result = await cli(["validate", "--format", "json"], options);
    expect(documentOf(result).diagnostics).toMatchObject([
      { code: "no-such-path", source: { file: "hopsync.yaml", line: 3 } },
    ]);
  });
});
