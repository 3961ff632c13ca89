/** Live → entries: what is read, what is said, and what is left out with a warning. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readConnection } from "../../src/appliance/connection.ts";
import { createAppliance } from "../../src/appliance/http.ts";
import type { AppliancePort } from "../../src/appliance/port.ts";
import { fitEntries } from "../../src/manifest/fit.ts";
import { loadManifest } from "../../src/manifest/load.ts";
import { writeManifest } from "../../src/manifest/write.ts";
import type { ExportedEntry, JsonObject, Manifest } from "../../src/model.ts";
import { exportLive } from "../../src/reconcile/export.ts";
import { applyRun, planRun } from "../../src/reconcile/run.ts";
import type { Quirks } from "../../src/sandbox/quirks.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/sandbox.ts";
import { arbitraryManifest } from "../helpers/arbitrary.ts";
import { fakePort } from "../helpers/builders.ts";
import { folder } from "../helpers/folder.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { runsOf } from "../helpers/whole.ts";

/** More in a longer search: HOPSYNC_RUNS=1000 npx vitest run test/reconcile/export.test.ts */
const RUNS = runsOf("HOPSYNC_RUNS", 60, 12);

async function withPort<T>(box: Sandbox, act: (port: AppliancePort) => Promise<T>): Promise<T> {
  const connection = await readConnection({ host: box.url, apiKey: box.apiKey });
  const port = createAppliance(connection, { userAgent: "test" });
  try {
    return await act(port);
  } finally {
    await port.close();
  }
}

async function load(path: string, text: string): Promise<Manifest> {
  writeFileSync(path, text);
  const { manifest, diagnostics } = await loadManifest([path], { env: {}, vars: {} });
  if (manifest === undefined) throw new Error(`${JSON.stringify(diagnostics, null, 1)}\n${text}`);
  // What is nobody's would be adopted: a change, though without any request.
  return { ...manifest, inventory: { kind: "none" } };
}

async function apply(box: Sandbox, manifest: Manifest): Promise<void> {
  await withPort(box, async (port) => {
    const run = await planRun(port, manifest, { maxDeletes: 1000 });
    const { results, diagnostics } = await applyRun(port, manifest, run, {
      parallelism: 4,
      onEvent: () => {},
      now: Date.now,
    });
    expect(results.filter(({ outcome }) => outcome !== "applied")).toEqual([]);
    expect(diagnostics).toEqual([]);
  });
}

/** The export as text, after its plan was found empty. */
async function exported(box: Sandbox, path: string): Promise<string> {
  return withPort(box, async (port) => {
    const live = await exportLive(port);
    const { entries, diagnostics } = fitEntries(live.entries);
    expect(diagnostics).toEqual([]);
    const text = writeManifest(entries);
    const { plan } = await planRun(port, await load(path, text));
    expect(plan.changes).toEqual([]);
    expect(plan.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    return text;
  });
}

const NOW = Date.UTC(2026, 10, 1);

describe("the export of any appliance", () => {
  it.each<Partial<Quirks>>([{}, { emptyDescription: "text", scriptText: "normalised", deviceIds: "wide" }])(
    "plans empty, and makes an empty appliance one with the same export, with %j",
    async (quirks) => {
      const path = join(folder(), "manifest.yaml");
      await fc.assert(
        fc.asyncProperty(arbitraryManifest, async (a) => {
          const options = { devices: 60, now: () => NOW, quirks };
          const [first, second] = [await startSandbox(options), await startSandbox(options)];
          try {
            await apply(first, await load(path, JSON.stringify(a)));
            const text = await exported(first, path);
            await apply(second, await load(path, text));
            expect(await exported(second, path)).toBe(text);
          } finally {
            await Promise.all([first.close(), second.close()]);
          }
        }),
        { numRuns: RUNS },
      );
    },
    3_600_000,
  );
});

describe("odd names and texts", () => {
  it("are exported, planned and made again as they are", async () => {
    const odd = [
      ...[
        "no",
        "~",
        "007",
        "1e3",
        "2027-01-16",
        "=",
        "${env:HOME}",
        "$${x}",
        "a: b #c",
        "- x",
        "a\nb",
        " a ",
        "a\tb",
      ],
      ...[
        "a\r\nb\n\n",
        "\u202e",
        "a\u2028",
        "\0",
        "👩‍💻",
        "a/b",
        "A/B",
        "__proto__",
        "constructor",
        "x".repeat(300),
      ],
    ];
    const path = join(folder(), "m.yaml");
    const [first, second] = [await sandbox({ devices: 5 }), await sandbox({ devices: 5 })];
    for (const text of odd) {
      first.appliance.add("tags", { name: text });
      const trigger = first.appliance.add("triggers", {
        name: text,
        script: `${text};`,
        events: ["A_B"],
        description: text,
      });
      const group = first.appliance.add("devicegroups", { name: text, description: text });
      first.appliance.link("triggers/devicegroups", trigger, group);
    }
    const text = await exported(first, path);
    await apply(second, await load(path, text));
    expect(await exported(second, path)).toBe(text);
    expect(second.appliance.list("triggers").filter(({ description }) => description !== null)).toHaveLength(
      odd.length,
    );
  });
});

interface Told {
  readonly values: Readonly<Record<string, JsonObject>>;
  readonly warnings: readonly string[];
}

function told(
  entries: readonly ExportedEntry[],
  diagnostics: readonly { code: string; address?: string }[],
): Told {
  return {
    values: Object.fromEntries(entries.map(({ address, value }) => [address, value])),
    warnings: diagnostics.map(({ code, address }) => `${code} ${address}`),
  };
}

describe("names that several objects have", () => {
  it("pin one object by its id, leave out the others, and relations that cannot say which", async () => {
    const box = await sandbox({ devices: 60, quirks: { duplicateNames: "accept" } });
    const { appliance } = box;
    const groups = [1, 2].map(() => appliance.add("devicegroups", { name: "Twins" }));
    const own = appliance.add("devicegroups", { name: "HTTP Servers" });
    const alert = (name: string, group: number): void => {
      const id = appliance.add("alerts", {
        name,
        type: "threshold",
        stat_name: "s",
        field_name: "f",
        operator: ">",
        operand: "1",
      });
      appliance.link("alerts/devicegroups", id, group);
    };
    alert("first", groups[0] ?? -1);
    alert("second", groups[1] ?? -1);
    alert("own", own);
    alert("built in", appliance.list("devicegroups").find((g) => g.name === "HTTP Servers")?.id ?? -1);

    const live = await withPort(box, (port) => exportLive(port));
    const { values, warnings } = told(live.entries, live.diagnostics);
    expect(warnings).toEqual([
      "ambiguous-name device_group/Twins",
      "ambiguous-reference alert/built in",
      "ambiguous-reference alert/second",
    ]);
    expect(values["device_group/Twins"]).toEqual({
      name: "Twins",
      devices: [],
      lifecycle: { id: groups[0] },
    });
    expect(values["device_group/HTTP Servers"]).toEqual({ name: "HTTP Servers", devices: [] });
    expect(values["alert/first"]?.device_groups).toEqual(["Twins"]);
    expect(values["alert/own"]?.device_groups).toEqual(["HTTP Servers"]);
    expect(values["alert/second"]).not.toHaveProperty("device_groups");
    expect(values["alert/built in"]).not.toHaveProperty("device_groups");

    const path = join(folder(), "m.yaml");
    const manifest = await load(path, writeManifest(live.entries));
    expect((await withPort(box, (port) => planRun(port, manifest))).plan).toMatchObject({ changes: [] });
  });

  it("of applications are told apart by what never changes", async () => {
    const { port } = fakePort((call) => ANSWERS[call]);
    const { entries, diagnostics } = await exportLive(port, { kinds: ["alert"] });
    const { values, warnings } = told(entries, diagnostics);
    expect(values["alert/a"]).toMatchObject({
      applications: ["Clear", { discovery_id: "two" }],
      devices: [{ discovery_id: "d1" }, { id: "7" }],
    });
    expect(entries[0]?.comments).toEqual({
      "/applications/1": "Same",
      "/devices/0": "web (10.0.0.1)",
      "/devices/1": "old",
    });
    expect(values["alert/a"]).not.toHaveProperty("networks");
    expect(warnings).toEqual(["missing-on-create alert/a", "ambiguous-reference alert/a"]);
  });
});

const ANSWERS: Readonly<Record<string, unknown>> = {
  "GET /alerts": [{ id: 1, name: "a", type: "threshold", operator: ">" }],
  "GET /applications?active_from=1": [
    { id: 1, display_name: "Clear", discovery_id: "one" },
    { id: 2, display_name: "Same", discovery_id: "two" },
    { id: 3, display_name: "Same", discovery_id: "three" },
  ],
  "GET /networks": [
    { id: 0, name: "N" },
    { id: 1, name: "N" },
  ],
  "GET /alerts/1/applications": [
    { id: 2, display_name: "Same", discovery_id: "two" },
    { id: 1, display_name: "Clear", discovery_id: "one" },
  ],
  "GET /alerts/1/networks": [{ id: 1, name: "N" }],
  "GET /alerts/1/devices": [
    { id: 7, display_name: "old" },
    { id: 5, discovery_id: "d1", display_name: "web", ipaddr4: "10.0.0.1" },
  ],
};

describe("what is exported", () => {
  it("is not what ships with the appliance, unless asked, and never what cannot be declared", async () => {
    const box = await sandbox({ devices: 20 });
    const names = async (builtIns: boolean): Promise<readonly string[]> => {
      const { entries } = await withPort(box, (port) => exportLive(port, { builtIns }));
      return [...new Set(entries.map(({ kind }) => kind))];
    };
    expect(await names(false)).toEqual([]);
    expect(await names(true)).toEqual(["email_group", "alert", "trigger"]);
  });

  it("of built-in objects plans empty, and does not say what makes them built-in", async () => {
    const box = await sandbox({ devices: 20 });
    const { entries } = await withPort(box, (port) => exportLive(port, { builtIns: true }));
    expect(entries.filter(({ value }) => "author" in value)).toEqual([]);
    const manifest = await load(join(folder(), "m.yaml"), writeManifest(entries));
    expect((await withPort(box, (port) => planRun(port, manifest))).plan).toMatchObject({ changes: [] });
  });

  it("is of the kinds that are wanted, with references to the others by name", async () => {
    const box = await sandbox({ devices: 20 });
    const alert = box.appliance.add("alerts", { name: "a", type: "detection" });
    box.appliance.add("tags", { name: "t" });
    box.appliance.link("alerts/emailgroups", alert, 1);
    const { entries } = await withPort(box, (port) => exportLive(port, { kinds: ["alert"] }));
    expect(entries.map(({ address, value }) => [address, value.email_groups])).toEqual([
      ["alert/a", ["Default"]],
    ]);
  });

  it("is not what the filter leaves out, which sees every list once", async () => {
    const { port } = fakePort((call) => {
      return call === "GET /triggers"
        ? ["a", "b", "c"].map((name, id) => ({ id, name, script: "x" }))
        : undefined;
    });
    let asked = 0;
    const { entries } = await exportLive(port, {
      leaveOut: (objects) => {
        asked += 1;
        const named = new Set(
          objects
            .get("trigger")
            ?.filter(({ name }) => name === "b")
            .map(({ id }) => id),
        );
        return (kind, id) => kind === "trigger" && named.has(id);
      },
    });
    expect(entries.map(({ address }) => address)).toEqual(["trigger/a", "trigger/c"]);
    expect(asked).toBe(1);
  });
});

describe("what is read", () => {
  const ask = async (answers: Readonly<Record<string, unknown>>): Promise<readonly string[]> => {
    const { port, calls } = fakePort((call) => answers[call]);
    await exportLive(port);
    return calls.map(({ call }) => call).sort();
  };
  const LISTS = [
    "GET /alerts",
    "GET /devicegroups?type=all",
    "GET /emailgroups",
    "GET /exclusionintervals",
    "GET /tags",
    "GET /triggers",
  ];

  it("is one list per kind where there is nothing to export", async () => {
    expect(await ask({})).toEqual(LISTS);
    expect(await ask({ "GET /alerts": [{ id: 1, name: "b", author: "ExtraHop" }] })).toEqual(LISTS);
  });

  it("is members of static groups only, and nothing of targets of which there are none", async () => {
    const groups = [
      { id: 1, name: "s", dynamic: false },
      { id: 2, name: "d", dynamic: true, filter: { field: "vlan", operator: "=", operand: 1 } },
      { id: 3, name: "b", dynamic: true, built_in: true },
    ];
    const sent = await ask({ "GET /devicegroups?type=all": groups, "GET /alerts": [{ id: 9, name: "a" }] });
    expect(sent.filter((call) => !LISTS.includes(call))).toEqual([
      "GET /alerts/9/devicegroups",
      "GET /alerts/9/devices",
      "GET /alerts/9/emailgroups",
      "GET /alerts/9/exclusionintervals",
      "GET /applications?active_from=1",
      "GET /devicegroups/1/devices?active_from=1",
      "GET /networks",
    ]);
  });
});

describe("what a kind's rules refuse", () => {
  it("is left out of the entry, which then holds", async () => {
    const { port } = fakePort((call) => {
      if (call === "GET /exclusionintervals")
        return [{ id: 1, name: "i", interval_type: "daily", start: 60, end: 60, author: "x" }];
      if (call === "GET /devicegroups?type=all")
        return [
          {
            id: 1,
            name: "g",
            dynamic: true,
            filter: { field: "vlan", operator: "=", operand: 1 },
            field: "name",
            value: "x",
          },
        ];
      return undefined;
    });
    const { entries, diagnostics } = await exportLive(port);
    const { values, warnings } = told(entries, diagnostics);
    expect(values["exclusion_interval/i"]).toEqual({
      name: "i",
      author: "x",
      interval_type: "daily",
      start: "00:01",
    });
    expect(values["device_group/g"]).toEqual({
      name: "g",
      filter: { field: "vlan", operator: "=", operand: 1 },
    });
    expect(warnings).toContain("interval-empty exclusion_interval/i");
  });
});
