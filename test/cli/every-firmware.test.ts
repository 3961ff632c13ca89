/** One manifest on every generation of firmware, on a sensor, a console and the cloud product. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Sandbox, SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { sandbox } from "../helpers/sandbox.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/every-firmware", import.meta.url));

const GENERATIONS = ["5.2", "7", "8.7", "9.8"];
const PLATFORMS = ["sensor", "console"] as const;
const APPLIANCES = [
  ...GENERATIONS.flatMap((firmware) => PLATFORMS.map((platform) => ({ firmware, platform }))),
  // The cloud product began with 8.
  ...["8.7", "9.8"].map((firmware) => ({ firmware, platform: "cloud" as const })),
];

async function applied(options: SandboxOptions): Promise<Sandbox> {
  const box = await sandbox({ devices: 80, ...options });
  const { code, stdout } = await cli(["apply", EXAMPLE, "--auto-approve", "--format", "json"], {
    sandbox: box,
  });
  expect([code, documentOf({ code, stdout, stderr: "" }).diagnostics]).toEqual([0, []]);
  return box;
}

async function plan(box: Sandbox, path: string = EXAMPLE, cwd = process.cwd()) {
  return documentOf(await cli(["plan", path, "--format", "json"], { sandbox: box, cwd }));
}

describe.each(APPLIANCES)("the example for every firmware, on $firmware $platform", (options) => {
  it("applies, and then plans empty and has not drifted", async () => {
    const box = await applied(options);
    const planned = await plan(box);
    expect([planned.changes, planned.diagnostics, planned.inventory]).toEqual([[], [], false]);
    const drift = await cli(["drift", EXAMPLE, "--format", "json"], { sandbox: box });
    expect([drift.code, documentOf(drift).changes]).toEqual([0, []]);
  });

  it("is exported as what leads to the same export elsewhere", async () => {
    const box = await applied(options);
    const first = await cli(["export"], { sandbox: box });
    const cwd = folder();
    writeFileSync(join(cwd, "out.yaml"), first.stdout);
    expect((await plan(box, "out.yaml", cwd)).changes.flatMap(({ operations }) => operations)).toEqual([]);
    const other = await sandbox({ devices: 80, ...options });
    const copied = await cli(["apply", "out.yaml", "--auto-approve"], { sandbox: other, cwd });
    expect([copied.code, copied.stderr]).toEqual([0, expect.anything()]);
    expect((await cli(["export"], { sandbox: other })).stdout).toBe(first.stdout);
  });
});

/** Paths without ids and queries, with how often they were asked for. */
function counted(box: Sandbox): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { method, path } of box.requests()) {
    const call = `${method} ${path.replace(/\?.*/, "").replace(/\/\d+/g, "/{}")}`;
    counts[call] = (counts[call] ?? 0) + 1;
  }
  return counts;
}

describe("a plan without changes", () => {
  const LISTS = {
    "GET /extrahop": 1,
    "GET /tags": 1,
    "GET /tags/{}/devices": 2,
    "GET /devicegroups": 1,
    "GET /devicegroups/{}/devices": 1,
    "GET /emailgroups": 1,
    "GET /exclusionintervals": 1,
    "GET /alerts": 1,
    "GET /triggers": 1,
    "GET /triggers/{}/devicegroups": 1,
    "GET /triggers/{}/devices": 1,
    "GET /networks": 1,
    "GET /applications": 1,
    // Both alerts have a relation of their own, but for the groups, mail groups and intervals of one.
    "GET /alerts/{}/devicegroups": 1,
    "GET /alerts/{}/emailgroups": 1,
    "GET /alerts/{}/exclusionintervals": 1,
    "GET /alerts/{}/networks": 1,
    "GET /alerts/{}/applications": 1,
  };
  // The literals of each sort are one search, and the network is one.
  const ONE_PER_SORT = 4;

  it.each(APPLIANCES)("asks as little as on 8.7, on $firmware $platform", async (options) => {
    const box = await applied(options);
    box.clearRequests();
    expect((await plan(box)).changes).toEqual([]);
    const byFilter = Number.parseInt(options.firmware, 10) >= 8;
    const search = byFilter ? "POST /devices/search" : "GET /devices";
    // "All Activity" is on both nodes of the console, which the cloud product is as well.
    const nodes = options.platform === "sensor" ? {} : { "GET /nodes": 1 };
    const token = options.platform === "cloud" ? { "POST /oauth2/token": 1 } : {};
    expect(counted(box)).toEqual({ ...LISTS, ...nodes, ...token, [search]: ONE_PER_SORT });
  });
});

/** Runs a command on a manifest of these sections; one sandbox has one folder. */
const folders = new WeakMap<Sandbox, string>();

async function run(box: Sandbox, command: readonly string[], sections: object) {
  const cwd = folders.get(box) ?? folder();
  folders.set(box, cwd);
  writeFileSync(join(cwd, "m.yaml"), JSON.stringify({ version: 1, ...sections }));
  const [name = "", ...flags] = command;
  return documentOf(await cli([name, "m.yaml", "--format", "json", ...flags], { sandbox: box, cwd }));
}

const apply = ["apply", "--auto-approve"];

describe("what firmware 5.2 lacks", () => {
  const GROUP = { filter: { operator: "and", rules: [{ field: "vlan", operator: ">", operand: 5 }] } };

  it("is an error where it is declared, with the host and its firmware, and nothing is written", async () => {
    const box = await sandbox({ devices: 10, firmware: "5.2" });
    const { diagnostics, exit_code: code } = await run(box, apply, {
      tags: [{ name: "t", devices: [{ filter: { field: "role", operator: "=", operand: "pc" } }] }],
      device_groups: [{ name: "G", ...GROUP }],
      alerts: [{ name: "A", type: "detection", categories: ["sec"] }],
      triggers: [
        { name: "T", script: "x", events: ["HTTP_REQUEST", "HTTP_RESPONSE"], hints: { payloadBytes: 10 } },
      ],
    });
    expect(code).toBe(1);
    expect(
      diagnostics.map(({ code, detail }) => [code, detail.replace(/^127\.0\.0\.1:\d+ /, "HOST ")]),
    ).toEqual([
      [
        "not-on-firmware",
        expect.stringMatching(/^HOST runs firmware 5\.2\.3\.1234, which finds no devices by a filter/),
      ],
      [
        "not-on-firmware",
        expect.stringMatching(/^HOST runs firmware 5\.2\.3\.1234, whose groups have one field/),
      ],
      ["not-on-firmware", expect.stringMatching(/^HOST .*which has no type "detection".*notification rules/)],
      ["not-on-firmware", expect.stringMatching(/^HOST .*whose triggers run on one event and not on 2\./)],
      ["not-on-firmware", expect.stringMatching(/^HOST .*which has no hints: firmware has it from 7 on\./)],
    ]);
    expect(diagnostics).toMatchObject([
      {
        address: "tag/t",
        pointer: "/devices/0",
        source: { file: expect.stringContaining("m.yaml"), line: 1 },
      },
      { address: "device_group/G", pointer: "/filter" },
      { address: "alert/A", pointer: "/type" },
      { address: "trigger/T", pointer: "/events" },
      { address: "trigger/T", pointer: "/hints" },
    ]);
    expect(box.requests().filter(({ method }) => method !== "GET")).toEqual([]);
  });

  it("is none where its empty value is declared, or where it is sent on create only", async () => {
    const box = await sandbox({ devices: 10, firmware: "5.2" });
    box.appliance.add("devicegroups", { name: "G", dynamic: true, field: "name", value: "x" });
    const sections = {
      triggers: [{ name: "T", script: "x", events: ["DNS_REQUEST"], hints: { payloadBytes: null } }],
      device_groups: [{ name: "G", ...GROUP, lifecycle: { ignore_changes: ["filter"] } }],
    };
    expect(await run(box, apply, sections)).toMatchObject({ exit_code: 0, diagnostics: [] });
    expect(await run(box, ["plan"], sections)).toMatchObject({ changes: [], diagnostics: [] });
  });
});

describe.each(["5.2", "7"])("on firmware %s", (firmware) => {
  const GROUP = { name: "G", filter: { field: "tag", operator: "=", operand: "pci" } };
  const TRIGGER = { name: "T", events: ["DNS_REQUEST"], script: "x" };

  it("drift is told in the manifest's form, and what is no longer declared is deleted", async () => {
    const box = await sandbox({ devices: 10, firmware });
    const owned = {
      tags: [{ name: "pci" }],
      device_groups: [GROUP, { ...GROUP, name: "H" }],
      triggers: [TRIGGER],
    };
    expect((await run(box, apply, owned)).exit_code).toBe(0);
    const group = box.appliance.find("devicegroups", "G")?.id ?? -1;
    box.appliance.edit("devicegroups", group, { field: "tag", value: "dmz" });
    const drift = await run(box, ["drift"], owned);
    expect(drift.changes).toMatchObject([
      {
        address: "device_group/G",
        cause: "drift",
        fields: [{ pointer: "/filter/operand", before: "dmz", after: "pci" }],
        attribution: [{ user: "admin" }],
      },
    ]);
    expect(
      (await cli(["export", "--drift", "m.yaml"], { sandbox: box, cwd: folders.get(box) ?? "" })).code,
    ).toBe(0);
    expect(readFileSync(join(folders.get(box) ?? "", "m.yaml"), "utf8")).toMatch(/"operand": "?dmz/);
    const pruned = await run(box, apply, { ...owned, device_groups: [GROUP], triggers: [] });
    expect(pruned.summary).toMatchObject({ update: 1, delete: 2 });
    const names = box.appliance.list("devicegroups").map(({ name }) => name);
    expect([names.includes("G"), names.includes("H"), box.appliance.find("triggers", "T")]).toEqual([
      true,
      false,
      undefined,
    ]);
    expect(box.appliance.find("devicegroups", "G")).toMatchObject({ field: "tag", value: "pci" });
  });

  it("a group that becomes static takes along what is linked to it, and nothing that reaches it otherwise", async () => {
    const box = await sandbox({ devices: 10, firmware });
    const owned = {
      tags: [{ name: "pci" }],
      device_groups: [GROUP],
      triggers: [
        { ...TRIGGER, device_groups: ["G"] },
        { ...TRIGGER, name: "All", apply_all: true },
      ],
    };
    expect((await run(box, apply, owned)).exit_code).toBe(0);
    const unlinked = { ...owned, triggers: [TRIGGER, { ...TRIGGER, name: "All", apply_all: true }] };
    const replaced = await run(box, apply, {
      ...unlinked,
      device_groups: [{ name: "G", devices: ["pay-gw-01"] }],
    });
    expect(replaced.changes).toMatchObject([
      { action: "replace", moved: [{ address: "trigger/T" }] },
      { action: "release" },
    ]);
    const [id, all] = ["T", "All"].map((name) => box.appliance.find("triggers", name)?.id ?? -1);
    const group = box.appliance.find("devicegroups", "G")?.id;
    expect(box.appliance.linked("triggers/devicegroups", id ?? -1)).toEqual([group]);
    expect(box.appliance.linked("triggers/devicegroups", all ?? -1)).toEqual([]);
  });
});

describe("what an appliance shows beyond what its firmware is said to have", () => {
  it("is left out of an export, with a warning, so that a plan of the rest is empty", async () => {
    const box = await sandbox({ devices: 10, firmware: "5.2", quirks: { hintsOn52: "accept" } });
    box.appliance.add("triggers", {
      name: "T",
      event: "HTTP_REQUEST",
      script: "x",
      hints: { snaplen: "96" },
    });
    const cwd = folder();
    const exported = await cli(["export"], { sandbox: box, cwd });
    expect(exported.stderr).toMatch(/hints is left out: it is of firmware 5\.2\.3\.1234, which has no hints/);
    writeFileSync(join(cwd, "out.yaml"), exported.stdout);
    const planned = await plan(box, "out.yaml", cwd);
    expect([planned.diagnostics, planned.changes.flatMap(({ operations }) => operations)]).toEqual([[], []]);
  });

  it("is found by the identifiers of 8, where 7 has them already", async () => {
    const box = await sandbox({ devices: 10, firmware: "7", quirks: { discoveryIdOn7: "present" } });
    const tags = [{ name: "t", devices: [{ discovery_id: "c12vf90qpg290000" }, { name: "pay-gw-01" }] }];
    expect(await run(box, apply, { tags })).toMatchObject({ exit_code: 0, diagnostics: [] });
    expect((await run(box, ["plan"], { tags })).changes).toEqual([]);
  });
});

describe("a secret on firmware 5.2", () => {
  const trigger = { name: "T", events: ["DNS_REQUEST"], script: "x", description: "posts to ${env:HOOK}" };

  it("is filled in where the firmware has it as declared, and is an error elsewhere", async () => {
    const box = await sandbox({ devices: 10, firmware: "5.2" });
    const cwd = folder();
    const env = { HOOK: "s3cr3t-hook", EVENT: "DNS_RESPONSE", NAME: "web-" };
    const write = (sections: object): void =>
      writeFileSync(join(cwd, "m.yaml"), JSON.stringify({ version: 1, ...sections }));
    const command = async (name: string) =>
      documentOf(
        await cli([name, "m.yaml", "--format", "json", ...(name === "apply" ? ["--auto-approve"] : [])], {
          sandbox: box,
          cwd,
          env,
        }),
      );

    write({ triggers: [trigger] });
    expect((await command("apply")).exit_code).toBe(0);
    expect(box.appliance.find("triggers", "T")).toMatchObject({
      description: "posts to s3cr3t-hook",
      event: "DNS_REQUEST",
    });
    expect((await command("plan")).changes).toEqual([]);

    const filter = { field: "name", operator: "startswith", operand: "${env:NAME}" };
    write({ triggers: [{ ...trigger, events: ["${env:EVENT}"] }], device_groups: [{ name: "G", filter }] });
    const refused = await command("plan");
    expect(refused.diagnostics).toMatchObject([
      { code: "not-on-firmware", address: "trigger/T", pointer: "/events/0" },
      { code: "not-on-firmware", address: "device_group/G", pointer: "/filter/operand" },
    ]);
    expect(JSON.stringify(refused)).not.toMatch(/DNS_RESPONSE|web-/);
  });

  it("stays out of a sealed plan, which is applied as it was shown", async () => {
    const box = await sandbox({ devices: 10, firmware: "5.2" });
    const options = { sandbox: box, cwd: folder(), env: { HOOK: "s3cr3t-hook" } };
    const group = { name: "G", filter: { field: "vlan", operator: "=", operand: 20 } };
    writeFileSync(
      join(options.cwd, "m.yaml"),
      JSON.stringify({ version: 1, triggers: [trigger], device_groups: [group] }),
    );
    expect((await cli(["plan", "m.yaml", "--out", "p.json"], options)).code).toBe(0);
    const sealed = readFileSync(join(options.cwd, "p.json"), "utf8");
    expect(sealed).toContain('"event": "DNS_REQUEST"');
    expect(sealed).toContain('"field": "vlan"');
    expect(sealed).not.toContain("s3cr3t");
    expect((await cli(["apply", "p.json"], options)).code).toBe(0);
    expect(box.appliance.find("triggers", "T")?.description).toBe("posts to s3cr3t-hook");
    expect(box.appliance.find("devicegroups", "G")).toMatchObject({
      dynamic: true,
      field: "vlan",
      value: "20",
    });
  });
});

describe("what groups have from 9 on", () => {
  const groups = [
    { name: "By locality", filter: { field: "network_locality_type", operator: "=", operand: "internal" } },
    { name: "Edited", devices: [], editors: ["jdoe", "asmith"] },
  ];

  it("is applied on 9.8, and plans empty", async () => {
    const box = await sandbox({ devices: 80, firmware: "9.8" });
    expect(await run(box, apply, { device_groups: groups })).toMatchObject({ exit_code: 0, diagnostics: [] });
    const planned = await run(box, ["plan"], { device_groups: groups });
    expect([planned.changes, planned.diagnostics]).toEqual([[], []]);
    expect(box.appliance.find("devicegroups", "Edited")?.editors).toEqual(
      expect.arrayContaining(["asmith", "jdoe"]),
    );
  });

  it.each([
    ["7", "/filter"],
    ["8.7", "/filter/field"],
  ])("is an error at its place on %s", async (firmware, place) => {
    const box = await sandbox({ devices: 80, firmware });
    const planned = await run(box, ["plan"], { device_groups: groups });
    const errors = planned.diagnostics.filter(({ severity }) => severity === "error");
    expect(errors.map((error) => [error.code, "pointer" in error && error.pointer])).toEqual([
      ["not-on-firmware", place],
      ["not-on-firmware", "/editors"],
    ]);
    expect(errors[1]?.detail).toContain("firmware has it from 9 on");
  });
});

describe("what only firmware 9 compares devices by", () => {
  const OWN = { operator: "=", field: "network_locality_type", operand: "internal" };
  const sections = { tags: [{ name: "t", devices: [{ filter: { operator: "and", rules: [OWN] } }] }] };

  it("is an error of a selector on 8.7, with its place, and nothing is asked with it", async () => {
    const box = await sandbox({ devices: 10, firmware: "8.7" });
    const { diagnostics, exit_code: code } = await run(box, ["plan"], sections);
    expect(code).toBe(1);
    expect(diagnostics).toMatchObject([
      { code: "not-on-firmware", address: "tag/t", pointer: "/devices/0/filter/rules/0/field" },
    ]);
    expect(diagnostics[0]?.detail).toMatch(
      / runs firmware 8\.7\..*: firmware has it from 9 on\. Use another field/,
    );
    expect(box.requests().filter(({ path }) => path.endsWith("/search"))).toEqual([]);
  });

  it("is asked for on 9.8", async () => {
    const box = await sandbox({ devices: 10, firmware: "9.8" });
    const { diagnostics } = await run(box, ["plan"], sections);
    expect(diagnostics.map(({ code }) => code)).not.toContain("not-on-firmware");
    expect(box.requests().filter(({ path }) => path.endsWith("/search"))).toHaveLength(1);
  });
});
