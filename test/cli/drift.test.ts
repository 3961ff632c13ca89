/** drift over real HTTP: what a person did by hand, told, healed, and told no more. */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { planSchema } from "../../src/render/document-schema.ts";
import type { Fault } from "../../src/sandbox/faults.ts";
import type { Operator } from "../../src/sandbox/operator.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { expectGolden } from "../helpers/golden.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { writesOf } from "../helpers/writes.ts";

const BASIC = fileURLToPath(new URL("../../examples/basic", import.meta.url));
const isDocument = new Ajv2020({ strict: false }).compile(planSchema);

const MANIFEST = `version: 1
tags: [{name: pci}]
email_groups: [{name: On-call, email_addresses: [noc@example.com]}]
device_groups:
  - {name: Tagged, filter: {field: tag, operator: "=", operand: pci}}
alerts:
  - {name: A, severity: 3, stat_name: s, field_name: f, operator: ">", operand: 1, device_groups: [Tagged], email_groups: [On-call]}
  - {name: B, severity: 3, stat_name: s, field_name: f, operator: ">", operand: 1}
`;

/** Each reading of the clock is half a minute later; far from any real time, which must not matter. */
function clock(): () => number {
  let now = Date.UTC(2026, 10, 22, 7, 0);
  return () => {
    now += 30_000;
    return now;
  };
}

interface Setup {
  readonly files?: Readonly<Record<string, string>>;
  readonly faults?: readonly Fault[];
  readonly now?: () => number;
}

async function applied({
  files = { "manifests/all.yaml": MANIFEST },
  faults = [],
  now = clock(),
}: Setup = {}) {
  const box = await sandbox({ faults, now });
  const cwd = folder(files);
  const hopsync = (...argv: readonly string[]) => cli(argv, { sandbox: box, cwd });
  const apply = async () => {
    const { code, stderr } = await hopsync("apply", "--auto-approve");
    expect(code, stderr).toBe(0);
  };
  const drift = async (...argv: readonly string[]) => {
    const result = await hopsync("drift", "--format", "json", ...argv);
    const document = documentOf(result);
    expect(isDocument(document), JSON.stringify(isDocument.errors)).toBe(true);
    return {
      ...result,
      document,
      found: document.changes.map((c) => `${c.action} ${c.address} ${c.cause}`),
      codes: document.diagnostics.map((d) => d.code),
    };
  };
  const declare = (text: string): void => writeFileSync(join(cwd, "manifests/all.yaml"), text);
  await apply();
  box.clearRequests();
  return { box, cwd, hopsync, apply, drift, declare, ids: idsOf(box) };
}

function idsOf({ appliance }: Sandbox) {
  return (collection: Parameters<Operator["find"]>[0], name: string): number => {
    const id = appliance.find(collection, name)?.id;
    if (id === undefined) throw new Error(`no ${collection} ${name}`);
    return id;
  };
}

describe("drift", () => {
  it("is none right after an apply, and then nobody's audit log is read", async () => {
    const { box, drift } = await applied();
    const { code, found, document } = await drift();
    expect([code, found, document.exit_code, document.command]).toEqual([0, [], 0, "drift"]);
    expect(document.summary.unchanged).toBe(5);
    expect(box.requests().filter((r) => r.path.startsWith("/auditlog"))).toEqual([]);
  });

  it("is whatever was edited, unlinked, renamed and deleted by hand, until apply heals it", async () => {
    const { box, drift, apply, ids } = await applied();
    const { appliance } = box;
    appliance.edit("alerts", ids("alerts", "A"), { severity: 7 }, "jdoe");
    appliance.unlink("alerts/emailgroups", ids("alerts", "A"), ids("emailgroups", "On-call"), "jdoe");
    appliance.remove("alerts", ids("alerts", "B"), "jdoe");
    appliance.edit("emailgroups", ids("emailgroups", "On-call"), { group_name: "Off-call" }, "jdoe");
    box.clearRequests();
    const { code, found, document } = await drift();
    expect([code, document.exit_code]).toEqual([2, 2]);
    expect(found).toEqual([
      "rename email_group/On-call drift",
      "update alert/A drift",
      "create alert/B drift",
    ]);
    expect(document.changes.map((c) => c.operations)).toEqual([[], [], []]);
    const who = document.changes.map((c) => c.attribution as { user: string; operation: string }[]);
    expect(who.map((list) => list.map(({ user, operation }) => `${operation} by ${user}`))).toEqual([
      ["Modify by jdoe"],
      ["Assign by jdoe", "Modify by jdoe"],
      ["Delete by jdoe"],
    ]);
    expect(box.requests().filter((r) => r.method !== "GET")).toEqual([]);
    await apply();
    expect((await drift()).found).toEqual([]);
  });

  it("is not what is merely pending in Git", async () => {
    const { drift, declare } = await applied();
    declare(
      MANIFEST.replace("severity: 3", "severity: 1")
        .replace("name: pci", "name: pcidss, lifecycle: {renamed_from: pci}")
        .replace("operand: pci", "operand: pcidss")
        .replace("email_groups: [On-call]", "email_groups: []")
        .replace(/ {2}- \{name: B.*\n/, "  - {name: C, type: threshold, email_groups: [Nobody]}\n"),
    );
    expect(await drift()).toMatchObject({ code: 0, found: [], codes: [] });
  });

  it("is a conflict where Git has changed the same, and goes with the next apply", async () => {
    const { box, drift, declare, apply, ids } = await applied();
    box.appliance.edit("alerts", ids("alerts", "A"), { severity: 7 }, "jdoe");
    declare(MANIFEST.replace("severity: 3", "severity: 1"));
    const { found, document } = await drift();
    expect(found).toEqual(["update alert/A conflict"]);
    expect(document.changes[0]?.fields).toMatchObject([{ before: 7, after: 3, cause: "conflict" }]);
    await apply();
    expect((await drift()).found).toEqual([]);
  });

  it("goes also where Git has come to agree with the appliance", async () => {
    const { box, drift, declare, apply, ids } = await applied();
    box.appliance.edit("alerts", ids("alerts", "A"), { severity: 7 }, "jdoe");
    declare(MANIFEST.replace("severity: 3", "severity: 7"));
    expect((await drift()).found).toEqual(["update alert/A drift"]);
    await apply();
    expect((await drift()).found).toEqual([]);
  });

  it("of an object made anew under its name is adopted by apply, and goes with it", async () => {
    const { box, drift, apply, ids } = await applied();
    box.appliance.remove("alerts", ids("alerts", "B"), "jdoe");
    box.appliance.add("alerts", { name: "B", type: "threshold", severity: 2 }, "asmith");
    const { found, document } = await drift();
    expect(found).toEqual(["adopt alert/B drift"]);
    const who = document.changes[0]?.attribution as { user: string }[];
    expect(who.map(({ user }) => user)).toEqual(["asmith", "jdoe"]);
    await apply();
    expect((await drift()).found).toEqual([]);
  });

  it("is told of links that only the record knows of, from a manifest that has the object no more", async () => {
    const { box, drift, declare, ids } = await applied();
    const [alert, group] = [ids("alerts", "A"), ids("devicegroups", "Tagged")];
    declare(MANIFEST.replace(/ {2}- \{name: A.*\n/, ""));
    expect((await drift()).found).toEqual([]);
    box.appliance.unlink("alerts/devicegroups", alert, group, "jdoe");
    const { found, document } = await drift();
    expect(found).toEqual(["update alert/A conflict"]);
    expect(document.changes[0]?.relations).toMatchObject([
      { relation: "device_groups", assign: ["device_group/Tagged"], unassign: [] },
    ]);
  });

  it("is told of a reference that is gone, which a plan could not resolve", async () => {
    const text =
      "version: 1\nalerts: [{name: A, type: threshold, stat_name: s, field_name: f, operator: '>', operand: 1, email_groups: [Other]}]\n";
    const box = await sandbox({ now: clock() });
    const other = box.appliance.add("emailgroups", { group_name: "Other", email_addresses: [] });
    const cwd = folder({ "manifests/a.yaml": text });
    expect((await cli(["apply", "--auto-approve"], { sandbox: box, cwd })).code).toBe(0);
    box.appliance.remove("emailgroups", other, "jdoe");
    expect((await cli(["plan"], { sandbox: box, cwd })).code).toBe(1);
    const result = await cli(["drift", "--format", "json"], { sandbox: box, cwd });
    expect([result.code, documentOf(result).changes[0]?.cause]).toEqual([2, "drift"]);
  });
});

describe("attribution", () => {
  it("starts anew with each apply", async () => {
    const { box, drift, apply, ids } = await applied();
    box.appliance.edit("alerts", ids("alerts", "A"), { severity: 7 }, "jdoe");
    await apply();
    box.appliance.edit("alerts", ids("alerts", "A"), { severity: 6 }, "asmith");
    const { document } = await drift();
    expect(document.changes[0]?.attribution).toMatchObject([{ user: "asmith", from: "audit log" }]);
  });

  it.each(["appliance", "{file: state.json}"])(
    "starts anew with an apply that only heals drift, which is recorded for it (inventory: %s)",
    async (place) => {
      // In a file the time is ours, so the appliance's clock must be right.
      const files = { "manifests/all.yaml": `inventory: ${place}\n${MANIFEST}` };
      const { box, hopsync, drift, apply, ids } = await applied({ files, now: Date.now });
      const appliedAt = async () =>
        JSON.parse((await hopsync("inventory", "show", "--format", "json")).stdout).owned.applied_at;
      const first = await appliedAt();
      box.appliance.edit("alerts", ids("alerts", "A"), { severity: 7 }, "jdoe");
      expect((await hopsync("plan")).stdout).toContain("The inventory is written as well.");
      await apply();
      const second = await appliedAt();
      expect(Date.parse(second)).toBeGreaterThan(Date.parse(first));
      await apply();
      expect(await appliedAt()).toBe(second);
      await sleep(5);
      box.appliance.edit("alerts", ids("alerts", "A"), { severity: 6 }, "asmith");
      const { document } = await drift();
      expect(document.changes[0]?.attribution).toMatchObject([{ user: "asmith", from: "audit log" }]);
    },
  );

  it("does not start anew with an apply that did nothing of what it planned", async () => {
    const faults: Fault[] = [{ method: "PATCH", path: "/alerts", when: "before", effect: { status: 422 } }];
    const { box, hopsync, drift, ids } = await applied({ faults });
    box.appliance.edit("alerts", ids("alerts", "A"), { severity: 7 }, "jdoe");
    expect((await hopsync("apply", "--auto-approve")).code).toBe(1);
    expect(writesOf(box).filter(({ path }) => /^.triggers.\d/.test(path))).toEqual([]);
    expect((await drift()).document.changes[0]?.attribution).toMatchObject([{ user: "jdoe" }]);
  });

  it("is the object's own time where the audit log may not be read, with a warning", async () => {
    const faults: Fault[] = [{ path: "/auditlog", when: "before", effect: { status: 403, body: {} } }];
    // Without the log the time of the last apply is ours, so the appliance's must be later.
    const later = Date.UTC(2100, 0, 1, 12, 34);
    const { box, drift, ids, hopsync } = await applied({ faults, now: () => later });
    box.appliance.edit("alerts", ids("alerts", "A"), { severity: 7 }, "jdoe");
    const { code, codes, document } = await drift();
    expect([code, codes]).toEqual([2, ["no-audit-log"]]);
    expect(document.changes[0]?.attribution).toMatchObject([
      { time: expect.stringMatching(/^2100-01-01T12:34/), user: null, operation: null, from: "mod_time" },
    ]);
    expect((await hopsync("drift")).stdout).toContain("last modified 2100-01-01 12:34 UTC");
  });
});

describe("without a record of what was applied", () => {
  it("an owner that never applied is an error", async () => {
    const { declare, drift } = await applied();
    declare(`owner: other\n${MANIFEST}`);
    expect(await drift()).toMatchObject({ code: 1, codes: ["never-applied"], found: [] });
  });

  it("so is inventory: none, before anything is read", async () => {
    const { box, declare, drift } = await applied();
    declare(`inventory: none\n${MANIFEST}`);
    expect(await drift()).toMatchObject({ code: 1, codes: ["needs-inventory"] });
    expect(box.requests()).toEqual([]);
  });

  it("a manifest with errors is shown, and nothing is read", async () => {
    const { box, declare, drift } = await applied();
    declare("version: 1\ntags: [{nam: pci}]\n");
    expect((await drift()).code).toBe(1);
    expect(box.requests()).toEqual([]);
  });
});

describe("with the inventory in a file", () => {
  it("drift is told just as well", async () => {
    const text = `inventory: {file: state/inventory.json}\n${MANIFEST}`;
    const { box, drift, ids } = await applied({ files: { "manifests/all.yaml": text } });
    box.appliance.edit("alerts", ids("alerts", "A"), { severity: 7 }, "jdoe");
    expect(await drift()).toMatchObject({ code: 2, found: ["update alert/A drift"] });
  });

  it("what another owner made under the name of a deleted object is not ours made anew", async () => {
    const text = (place: string, owner: string): string =>
      `version: 1\nowner: ${owner}\ninventory: ${place}\ntags: [{name: t}]\n`;
    const files = { "manifests/all.yaml": text("{file: state.json}", "a") };
    const { box, cwd, drift, ids } = await applied({ files });
    box.appliance.remove("tags", ids("tags", "t"), "jdoe");
    writeFileSync(join(cwd, "other.yaml"), text("appliance", "b"));
    expect((await cli(["apply", "other.yaml", "--auto-approve"], { sandbox: box, cwd })).code).toBe(0);
    expect(await drift()).toMatchObject({ code: 2, found: ["create tag/t drift"] });
  });
});

describe("the whole output", () => {
  it("is this", async () => {
    const box = await sandbox({ now: clock() });
    const cwd = folder();
    cpSync(BASIC, join(cwd, "manifests"), { recursive: true });
    const options = { sandbox: box, cwd, columns: 100 };
    await cli(["apply", "--auto-approve", "--parallelism", "1"], options);
    const { appliance } = box;
    const ids = idsOf(box);
    const ratio = ids("alerts", "Web error ratio");
    appliance.edit("alerts", ratio, { severity: 7, operand: "0.5" }, "jdoe");
    appliance.unlink("alerts/devicegroups", ratio, ids("devicegroups", "Data center web servers"), "asmith");
    appliance.edit(
      "triggers",
      ids("triggers", "Failed DNS lookups"),
      { script: "// off\nreturn;\n" },
      "jdoe",
    );
    appliance.edit(
      "triggers",
      ids("triggers", "Classify TLS by age"),
      { script: "// off\nreturn;\n" },
      "jdoe",
    );
    appliance.edit("tags", ids("tags", "pci"), { name: "PCI DSS" }, "jdoe");
    appliance.remove("exclusionintervals", ids("exclusionintervals", "Weekend"), "jdoe");
    appliance.remove("alerts", ids("alerts", "Slow checkout"), "jdoe");
    appliance.add("alerts", { name: "Slow checkout", type: "threshold", severity: 5 }, "jdoe");
    // Git has moved on as well, so that only the hash of one script's applied text is left.
    writeFileSync(join(cwd, "manifests/triggers/classify-tls.js"), "// another\n");
    for (const [name, argv] of [
      ["drift.txt", ["drift"]],
      ["drift.json", ["drift", "--format", "json"]],
    ] as const) {
      const { code, stdout, stderr } = await cli(argv, options);
      const text = `$ hopsync ${argv.join(" ")}\n${stdout}${stderr}──── exit ${code} ────\n`;
      expectGolden(`cli/${name}`, text.replaceAll(box.host, "eda-01"));
    }
    const { code, stdout } = await cli(["drift", "--format", "markdown"], options);
    expect(code).toBe(2);
    expectGolden("cli/drift.md", stdout.replaceAll(box.host, "eda-01"));
  });
});
