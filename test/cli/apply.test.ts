/** apply and plan over real HTTP: approval, exit codes, partial failure, verification, guards. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Fault } from "../../src/sandbox/faults.ts";
import type { Quirks } from "../../src/sandbox/quirks.ts";
import { type CliOptions, cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { sandbox } from "../helpers/sandbox.ts";

const MANIFEST = `version: 1
tags: [{name: pci}]
email_groups: [{name: On-call, email_addresses: [noc@example.com]}]
device_groups:
  - {name: Tagged, filter: {field: tag, operator: "=", operand: pci}}
alerts:
  - {name: A, stat_name: s, field_name: f, operator: ">", operand: 1, device_groups: [Tagged], email_groups: [On-call]}
`;

interface Setup {
  readonly quirks?: Partial<Quirks>;
  readonly faults?: readonly Fault[];
  readonly files?: Readonly<Record<string, string>>;
}

async function setup({ quirks = {}, faults = [], files = { "manifests/all.yaml": MANIFEST } }: Setup = {}) {
  const box = await sandbox({ quirks, faults });
  const cwd = folder(files);
  const hopsync = (argv: readonly string[], more: Partial<CliOptions> = {}) =>
    cli(argv, { sandbox: box, cwd, ...more });
  const json = async (argv: readonly string[], more: Partial<CliOptions> = {}) => {
    const result = await hopsync([...argv, "--format", "json"], more);
    return { ...result, document: documentOf(result) };
  };
  return {
    box,
    cwd,
    hopsync,
    json,
    writes: () => box.requests().filter((r) => r.method !== "GET" && !isInventory(r.path)),
  };
}

/** The manifests here declare no triggers, so what is written there is the inventory. */
function isInventory(path: string): boolean {
  return path.startsWith("/triggers");
}

describe("plan", () => {
  it("ends with 0, or with 2 on request when there is something to do", async () => {
    const { hopsync, writes } = await setup();
    expect((await hopsync(["plan"])).code).toBe(0);
    expect((await hopsync(["plan", "--detailed-exitcode"])).code).toBe(2);
    expect(writes()).toEqual([]);
  });

  it("reads the manifests of ./manifests unless told otherwise, and none is an error", async () => {
    const { hopsync, box } = await setup({ files: { "elsewhere/a.yaml": MANIFEST } });
    expect((await hopsync(["plan", "elsewhere"])).code).toBe(0);
    box.clearRequests();
    expect((await hopsync(["plan"])).code).toBe(1);
    expect(box.requests()).toEqual([]);
  });

  it("with a bad manifest asks the appliance nothing", async () => {
    const { json, box } = await setup({ files: { "manifests/a.yaml": "version: 1\ntags: [{nam: pci}]\n" } });
    const { code, document } = await json(["plan"]);
    expect([code, document.exit_code, document.target]).toEqual([1, 1, null]);
    expect(box.requests()).toEqual([]);
  });
});

describe("approval", () => {
  it("comes from somebody who types yes at the terminal, and from nothing else", async () => {
    for (const typed of ["", "y\n", "no\n", "YES please\n"]) {
      const { hopsync, writes } = await setup();
      const { code, stderr } = await hopsync(["apply"], { typed });
      expect([typed, code, writes()]).toEqual([typed, 1, []]);
      expect(stderr).toContain("Only 'yes' is accepted");
    }
    const { hopsync, writes } = await setup();
    expect((await hopsync(["apply"], { typed: "yes\n" })).code).toBe(0);
    expect(writes()).toHaveLength(6);
  });

  it("is missing where nobody is at a terminal", async () => {
    const { json, writes } = await setup();
    const { code, document } = await json(["apply"]);
    expect([code, document.diagnostics.map((d) => d.code), writes()]).toEqual([1, ["not-approved"], []]);
  });

  it("is not asked for when there is nothing to do", async () => {
    const { hopsync, json } = await setup();
    await hopsync(["apply", "--auto-approve"]);
    const { code, document } = await json(["apply"]);
    expect([code, document.results, document.summary]).toMatchObject([0, [], { unchanged: 4 }]);
  });
});

describe("apply", () => {
  it("reports each change as it happens, the appliance's ids in place of names", async () => {
    const { hopsync, writes } = await setup();
    const { code, stdout, stderr } = await hopsync(["apply", "--auto-approve"]);
    expect(code).toBe(0);
    expect(
      stderr
        .trim()
        .split("\n")
        .map((line) => line.trim().replace(/ +/g, " "))
        .sort(),
    ).toEqual([
      "+ created alert/A",
      "+ created device_group/Tagged",
      "+ created email_group/On-call",
      "+ created tag/pci",
    ]);
    expect(stdout).toContain("Applied: 4 created, 2 links added.");
    const bodies = writes().map(({ path, body }) => `${path} ${JSON.stringify(body)}`);
    expect(bodies.filter((line) => line.includes("<"))).toEqual([]);
  });

  it("goes on where it can after a failure, ends with 3, and a second run does the rest", async () => {
    const faults: Fault[] = [
      { method: "POST", path: "/devicegroups", nth: 1, when: "before", effect: { status: 500 } },
    ];
    const { json, hopsync } = await setup({ faults });
    const { code, document } = await json(["apply", "--auto-approve"]);
    expect(code).toBe(3);
    expect(document.results).toMatchObject([
      { address: "tag/pci", outcome: "applied" },
      { address: "email_group/On-call", outcome: "applied" },
      { address: "device_group/Tagged", outcome: "failed" },
      { address: "alert/A", outcome: "blocked", blocked_by: "device_group/Tagged" },
    ]);
    expect((await hopsync(["apply", "--auto-approve"])).code).toBe(0);
    expect((await hopsync(["plan", "--detailed-exitcode"])).code).toBe(0);
  });

  it("stops where the key is refused in its middle, and what was done is told and recorded", async () => {
    const { json, hopsync, box, writes } = await setup();
    const effect = { status: 401, body: { error_message: "API key is missing or invalid" } };
    box.setFaults([{ method: "POST", path: "/emailgroups", when: "before", effect }]);
    const { code, document } = await json(["apply", "--auto-approve", "--parallelism", "1"]);
    const results = document.results as readonly { address: string; outcome: string; error?: string }[];
    expect([code, results.map(({ address, outcome }) => `${address} ${outcome}`)]).toEqual([
      3,
      ["tag/pci applied", "email_group/On-call failed", "device_group/Tagged not_tried", "alert/A not_tried"],
    ]);
    expect(results[1]?.error).toContain("does not accept the API key");
    expect(writes().map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /tags",
      "POST /emailgroups",
    ]);
    box.setFaults([]);
    expect((await hopsync(["apply", "--auto-approve"])).code).toBe(0);
    expect((await hopsync(["plan", "--detailed-exitcode"])).code).toBe(0);
  });

  it("fails with 1 when the appliance keeps something else than was written", async () => {
    const files = {
      "manifests/a.yaml": `version: 1\nalerts: [{name: A, type: detection, object_type: device}]\ntriggers: [{name: T, events: [DNS_REQUEST], script: "a;"}]\n`,
    };
    const { box, json } = await setup({ files });
    // Somebody's script undoes the change between the write and the reading back.
    const undo = setInterval(() => {
      const trigger = box.appliance.find("triggers", "T");
      if (trigger !== undefined && trigger.script === "a;")
        box.appliance.edit("triggers", trigger.id, { script: "b;" });
    }, 0);
    const { code, document } = await json(["apply", "--auto-approve"]).finally(() => clearInterval(undo));
    expect(code).toBe(1);
    expect(document.results).toMatchObject([{ outcome: "applied" }, { outcome: "applied" }]);
    expect(document.diagnostics).toMatchObject([
      { code: "not-kept", address: "trigger/T", pointer: "/script" },
    ]);
    expect(document.diagnostics[0]?.detail).toContain('Write "b;"');
  });

  it("interrupted, lets the calls in flight end, reports, and ends with 130", async () => {
    const controller = new AbortController();
    const { json, writes } = await setup();
    const { code, document } = await json(["apply", "--auto-approve", "--parallelism", "1"], {
      interrupted: controller.signal,
      onStderr: (text) => {
        if (text.includes("created")) controller.abort("SIGINT");
      },
    });
    expect([code, document.exit_code]).toEqual([130, 130]);
    expect(document.results).toMatchObject([
      { outcome: "applied" },
      ...Array(3).fill({ outcome: "not_tried" }),
    ]);
    expect(writes()).toHaveLength(1);
  });

  it("interrupted while it reads, ends at once with 143 on SIGTERM", async () => {
    const controller = new AbortController();
    controller.abort("SIGTERM");
    const { json, box } = await setup();
    const { code } = await json(["apply", "--auto-approve"], { interrupted: controller.signal });
    expect([code, box.requests()]).toEqual([143, []]);
  });
});

describe("before anything is written", () => {
  it("warnings are told, and the plan is shown to whoever is asked, also with --quiet", async () => {
    const wraps =
      'version: 1\nexclusion_intervals: [{name: N, interval_type: daily, start: "22:00", end: "06:00"}]\n';
    const { hopsync } = await setup({ files: { "manifests/a.yaml": wraps } });
    const said: string[] = [];
    await hopsync(["apply"], { typed: "no\n", onStderr: (text) => said.push(text) });
    const all = said.join("");
    expect(all.indexOf("interval-wraps")).toBeGreaterThanOrEqual(0);
    expect(all.indexOf("interval-wraps")).toBeLessThan(all.indexOf("Only 'yes'"));
    const quiet = await hopsync(["apply", "--quiet"], { typed: "no\n" });
    expect(quiet.stdout).toContain("exclusion_interval/N");
  });

  it("an interrupt at the question ends with 130", async () => {
    const { hopsync, writes } = await setup();
    const controller = new AbortController();
    const { code } = await hopsync(["apply"], {
      typed: "",
      interrupted: controller.signal,
      onStderr: (text) => {
        if (text.includes("Only 'yes'")) controller.abort("SIGINT");
      },
    });
    expect([code, writes()]).toEqual([130, []]);
  });
});

describe("a secret that the appliance repeats in its answer", () => {
  it("is in no output", async () => {
    const manifest = `version: 1\ninventory: none\nemail_groups: [{name: M, email_addresses: ["\${env:MAIL}"]}]\n`;
    const secret = 'hunter2"s3cret@example.org';
    const faults: Fault[] = [
      {
        method: "POST",
        path: "/emailgroups",
        every: 1,
        when: "before",
        effect: {
          status: 422,
          body: { error_message: `bad: ${secret} ${JSON.stringify(secret)} ${encodeURIComponent(secret)}` },
        },
      },
    ];
    const { hopsync } = await setup({ files: { "manifests/a.yaml": manifest }, faults });
    for (const flags of [[], ["--format", "json"], ["--verbose"]]) {
      const { code, stdout, stderr } = await hopsync(["apply", "--auto-approve", ...flags], {
        env: { MAIL: secret },
      });
      expect(code).toBe(1);
      expect(stdout + stderr).toContain("${env:MAIL}");
      expect(stdout + stderr).not.toMatch(/hunter2|s3cret/);
    }
  });
});

describe("verification", () => {
  it("has patience with an appliance that lists a new object later", async () => {
    const { hopsync } = await setup({
      quirks: { listLag: 1 },
      files: { "manifests/a.yaml": "version: 1\ninventory: none\ntags: [{name: pci}]\n" },
    });
    expect((await hopsync(["apply", "--auto-approve"])).code).toBe(0);
  });

  it("resolves names as the plan did, also where only a part was touched", async () => {
    const files = {
      "manifests/a.yaml": `version: 1
device_groups: [{name: Dup, lifecycle: {id: 151}}]
alerts: [{name: A, type: detection, device_groups: [Dup]}]
`,
    };
    const { box, hopsync } = await setup({ files });
    const first = box.appliance.add("devicegroups", { name: "Dup" });
    box.appliance.add("devicegroups", { name: "Dup" });
    expect(first).toBe(151);
    expect((await hopsync(["apply", "--auto-approve"])).code).toBe(0);
  });
});

describe("what apply refuses", () => {
  const absent = (i: number): string => `{name: t${i}, lifecycle: {state: absent}}`;

  it("is shown with the plan, ends with 4, and writes nothing", async () => {
    const files = { "manifests/a.yaml": `version: 1\ntags: [${[1, 2, 3, 4].map(absent).join(", ")}]\n` };
    const { box, json, hopsync } = await setup({ files });
    for (const i of [1, 2, 3, 4]) box.appliance.add("tags", { name: `t${i}` });
    box.clearRequests();
    for (const command of [["plan"], ["apply", "--auto-approve"]]) {
      const { code, document } = await json(command);
      expect([code, document.summary.delete]).toEqual([4, 4]);
      expect(document.diagnostics).toMatchObject([{ code: "guard-max-deletes" }]);
      expect(document.diagnostics[0]?.detail).toContain("--max-deletes 4");
    }
    expect(box.requests().filter((r) => r.method !== "GET")).toEqual([]);
    expect((await hopsync(["apply", "--auto-approve", "--max-deletes", "4"])).code).toBe(0);
    expect(box.appliance.find("tags", "t1")).toBeUndefined();
  });
});

describe("a static group that becomes dynamic", () => {
  it.each(["cascade", "refuse"] as const)(
    "is replaced, with all its links, where a delete in use is met by %s",
    async (deleteInUse) => {
      const { box, hopsync } = await setup({ quirks: { deleteInUse } });
      const group = box.appliance.add("devicegroups", { name: "Tagged", description: "kept" });
      const alert = box.appliance.add("alerts", { name: "Other", stat_name: "s" });
      const trigger = box.appliance.add("triggers", { name: "T", script: "x", events: ["DNS_REQUEST"] });
      box.appliance.link("alerts/devicegroups", alert, group);
      box.appliance.link("triggers/devicegroups", trigger, group);
      expect((await hopsync(["apply", "--auto-approve"])).code).toBe(0);
      const [successor, more] = box.appliance.list("devicegroups").filter((g) => g.name === "Tagged");
      expect(more).toBeUndefined();
      expect(successor).toMatchObject({ dynamic: true, description: "kept" });
      expect(box.appliance.linked("alerts/devicegroups", alert)).toEqual([successor?.id]);
      expect(box.appliance.linked("triggers/devicegroups", trigger)).toEqual([successor?.id]);
      expect((await hopsync(["plan", "--detailed-exitcode"])).code).toBe(0);
    },
  );
});

describe("two groups that are both replaced", () => {
  it("are exchanged by two alerts, and at no moment does one of them watch nothing", async () => {
    const manifest = (groups: readonly [string, string], links: readonly [string, string]): string =>
      `version: 1
tags: [{name: pci}]
device_groups: [{name: G1, ${groups[0]}}, {name: G2, ${groups[1]}}]
alerts:
  - {name: A, type: detection, device_groups: [${links[0]}]}
  - {name: B, type: detection, device_groups: [${links[1]}]}
`;
    const dynamic = 'filter: {field: tag, operator: "=", operand: pci}';
    const first = manifest(["devices: []", dynamic], ["G1", "G2"]);
    const { box, cwd, hopsync } = await setup({ files: { "manifests/all.yaml": first } });
    expect((await hopsync(["apply", "--auto-approve"])).code).toBe(0);
    const watched = () =>
      ["A", "B"].map((name) => {
        const groups = box.appliance.linked(
          "alerts/devicegroups",
          box.appliance.find("alerts", name)?.id ?? -1,
        );
        return groups.map((id) => box.appliance.get("devicegroups", id)?.name);
      });
    writeFileSync(join(cwd, "manifests/all.yaml"), manifest([dynamic, "devices: []"], ["G2", "G1"]));
    const seen: unknown[] = [];
    const applied = await hopsync(["apply", "--auto-approve", "--parallelism", "1"], {
      onStderr: () => seen.push(watched()),
    });
    expect([applied.code, watched()]).toEqual([0, [["G2"], ["G1"]]]);
    expect(seen).toEqual([
      [["G1"], ["G2"]],
      [["G1"], ["G2"]],
      [["G2"], ["G2"]],
      [["G2"], ["G1"]],
    ]);
    expect((await hopsync(["plan", "--detailed-exitcode"])).code).toBe(0);
  });
});

describe("a replace that was interrupted", () => {
  const manifest = (place: string, group: string): string => `version: 1
inventory: ${place}
tags: [{name: pci}]
device_groups: [{name: G, ${group}}]
alerts: [{name: A, type: detection, device_groups: [G]}]
`;
  const STATIC = "devices: []";
  const DYNAMIC = 'filter: {field: tag, operator: "=", operand: pci}';
  /** The create of the successor, and the first link that is moved. */
  const CREATE = { path: "/devicegroups$", nth: 2 };
  const MOVE = { path: "/devicegroups/\\d+/alerts", nth: 1 };

  /** G is static, then dynamic; an alert and a trigger that no manifest declares are linked to it. */
  async function interrupted(at: Pick<Fault, "path" | "nth">, place = "appliance") {
    const faults: Fault[] = [{ ...at, method: "POST", when: "before", effect: { status: 500 } }];
    const { box, hopsync, json, cwd } = await setup({
      faults,
      files: { "manifests/all.yaml": manifest(place, STATIC) },
    });
    const { appliance } = box;
    const apply = async () => (await hopsync(["apply", "--auto-approve"])).code;
    const declare = (group: string): void =>
      writeFileSync(join(cwd, "manifests/all.yaml"), manifest(place, group));
    expect(await apply()).toBe(0);
    const old = appliance.find("devicegroups", "G")?.id ?? -1;
    const other = appliance.add("alerts", { name: "Other", stat_name: "s" });
    const trigger = appliance.add("triggers", { name: "T", script: "x", events: ["DNS_REQUEST"] });
    appliance.link("alerts/devicegroups", other, old);
    appliance.link("triggers/devicegroups", trigger, old);
    declare(DYNAMIC);
    expect(await apply()).not.toBe(0);
    const own = appliance.find("alerts", "A")?.id ?? -1;
    const links = () => [
      appliance.linked("alerts/devicegroups", own),
      appliance.linked("alerts/devicegroups", other),
      appliance.linked("triggers/devicegroups", trigger),
    ];
    const groups = () =>
      appliance.list("devicegroups").flatMap(({ id, built_in: builtIn }) => (builtIn === true ? [] : [id]));
    /** Applies, after which nothing is left to do, and there is one group that all are linked to. */
    const expectWhole = async () => {
      expect(await apply()).toBe(0);
      const { document } = await json(["plan"]);
      expect([document.changes, document.inventory, document.diagnostics]).toEqual([[], false, []]);
      expect(groups()).toHaveLength(1);
      expect(links()).toEqual([groups(), groups(), groups()]);
    };
    return { appliance, json, declare, old, groups, expectWhole };
  }

  it.each(["appliance", "{file: state.json}"])(
    "is finished by the next run, which moves what is still linked to the old object (inventory: %s)",
    async (place) => {
      const { json, old, groups, expectWhole } = await interrupted(MOVE, place);
      expect(groups()).toHaveLength(2);
      const { document } = await json(["plan"]);
      const ended = document.changes.find(({ action }) => action === "delete");
      expect(ended).toMatchObject({
        address: `device_group/G (replaced ${old})`,
        moved: [
          { address: "alert/Other", relation: "device_groups" },
          { address: "trigger/T", relation: "device_groups" },
        ],
      });
      await expectWhole();
    },
  );

  it("is finished also where the successor must be replaced again by then", async () => {
    const { declare, expectWhole } = await interrupted(MOVE);
    declare(STATIC);
    await expectWhole();
  });

  it("before the successor was made is begun again, also where the old object was renamed since", async () => {
    const { appliance, json, old, groups, expectWhole } = await interrupted(CREATE);
    expect(groups()).toEqual([old]);
    appliance.edit("devicegroups", old, { name: "by hand" });
    const { document } = await json(["plan"]);
    expect(document.changes).toMatchObject([
      { action: "replace", address: "device_group/G", id: String(old) },
    ]);
    await expectWhole();
  });
});
