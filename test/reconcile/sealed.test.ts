/** Sealing and comparing, without an appliance; and for any manifests on one. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readConnection } from "../../src/appliance/connection.ts";
import { createAppliance } from "../../src/appliance/http.ts";
import { loadManifest } from "../../src/manifest/load.ts";
import type { JsonObject, Manifest } from "../../src/model.ts";
import { refusals } from "../../src/reconcile/guards.ts";
import { planManifest } from "../../src/reconcile/plan.ts";
import { applyRun, type PlannedRun, planRun } from "../../src/reconcile/run.ts";
import { type SealedPlan, seal, type Unsealed, unseal } from "../../src/reconcile/sealed.ts";
import { parseSealed, sealedForm } from "../../src/reconcile/sealed-form.ts";
import { sealedPlanSchema } from "../../src/render/sealed-schema.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { arbitraryManifest } from "../helpers/arbitrary.ts";
import { alert, manifest, resource, type SnapshotParts, snapshot, target } from "../helpers/builders.ts";
import { folder } from "../helpers/folder.ts";
import { WHOLE } from "../helpers/whole.ts";

function runOf(declared: Manifest, parts: SnapshotParts): PlannedRun {
  const live = snapshot(parts);
  const { plan, planned } = planManifest(declared, live);
  const refused = refusals({ plan, planned, manifest: declared, snapshot: live });
  return { plan, planned, snapshot: live, refusals: refused, exitCode: 0 };
}

/** What is stale of a plan of this manifest, made with the first and applied with the second. */
function staleBetween(declared: Manifest, before: SnapshotParts, after: SnapshotParts): readonly string[] {
  const unsealed = unseal(seal(declared, runOf(declared, before)), declared, runOf(declared, after));
  return unsealed.stale.flatMap(({ address, detail }) =>
    detail
      .split("\n")
      .filter((line) => line.startsWith("- "))
      .map((line) => `${address}: ${line.slice(2)}`),
  );
}

describe("what is stale", () => {
  const group = (id: number, more: JsonObject = {}): NonNullable<SnapshotParts["objects"]> => ({
    device_group: [{ id, name: "g", dynamic: true, built_in: false, description: null, ...more }],
  });

  it("is told as deep as both plans look, and no deeper", () => {
    const rules = ["gateway", "printer"].map((operand) => ({ field: "role", operator: "=", operand }));
    const filter = { operator: "and", rules };
    const declared = manifest(resource("device_group/g", { fields: { filter } }));
    const one = { objects: group(1, { filter: { operator: "or", rules } }) };
    const none = { objects: group(1, { filter: null }) };
    expect(staleBetween(declared, one, none)).toEqual([
      'device_group/g: filter.operator was "or" when the plan was made',
      "device_group/g: filter is nothing now",
    ]);
    expect(staleBetween(declared, none, none)).toEqual([]);
  });

  it("says of a sensitive value only that it is another one", () => {
    const secrets = { "/script": { template: "${env:S}", names: ["S"] } };
    const declared = manifest(
      resource("trigger/T", { fields: { script: "s3cr3t", debug: true, description: "d" }, secrets }),
    );
    const live = (script: string, more: JsonObject = {}): SnapshotParts => ({
      objects: {
        trigger: [{ id: 1, name: "T", events: ["X_Y"], debug: false, description: "d", script, ...more }],
      },
    });
    const declaredNow = "is as declared (sensitive) now";
    expect(staleBetween(declared, live("old-one"), live("s3cr3t"))).toEqual([
      `trigger/T: script was another value (sensitive) when the plan was made, ${declaredNow}`,
    ]);
    expect(staleBetween(declared, live("s3cr3t"), live("old-one"))).toEqual([
      "trigger/T: script was as declared (sensitive) when the plan was made, is another value (sensitive) now",
    ]);
    expect(staleBetween(declared, live("old-one"), live("old-one"))).toEqual([]);
    expect(staleBetween(declared, live("old-one"), live("other-one"))).toEqual([
      "trigger/T: script has another value than when the plan was made",
    ]);
    const other = live("other-one", { description: "e" });
    expect(staleBetween(declared, live("old-one"), other)).toEqual([
      'trigger/T: description was "d" when the plan was made, is "e" now',
      "trigger/T: script has another value than when the plan was made",
    ]);
    const sealed = JSON.stringify(sealedForm(seal(declared, runOf(declared, live("old-one")))));
    expect(sealed).not.toMatch(/s3cr3t|old-one/);
    expect(JSON.parse(sealed).pre_images["trigger/T"]["/script"]).toMatch(/^scrypt:[0-9a-f]{64}$/);
  });

  it("is also what a request sends along without a difference of its own", () => {
    const declared = manifest(resource("trigger/T", { fields: { hints: { snaplen: 5 } } }));
    const live = (hints: JsonObject): SnapshotParts => ({
      objects: { trigger: [{ id: 1, name: "T", events: ["X_Y"], script: "a", hints }] },
    });
    expect(staleBetween(declared, live({ snaplen: 1 }), live({ snaplen: 1, flowUdpAll: true }))).toEqual([
      "trigger/T: its request would be PATCH /triggers/1 with another value of hints",
    ]);
  });

  it("names devices as people do, and only those that differ", () => {
    const selector = { by: "ip", value: "10.0.0.0/8" } as const;
    const relations = {
      devices: [{ to: "device", selector, optional: false, all: false, pointer: "/devices/0" }] as const,
    };
    const declared = manifest(resource("tag/t", { relations }));
    const live = (...found: readonly string[]): SnapshotParts => ({
      objects: { tag: [{ id: 1, name: "t" }] },
      devices: [[selector, found.map((id) => target(`device/${id}`, id, `web-${id} 10.0.0.${id}`))]],
    });
    expect(staleBetween(declared, live("1", "2"), live("2", "3"))).toEqual([
      "tag/t: devices: links to add: no longer web-1 10.0.0.1 (device/1); now also web-3 10.0.0.3 (device/3)",
    ]);
  });

  it("is not what the appliance may change by the manifest's own word", () => {
    const relations = { device_groups: [{ to: "name", name: "g", pointer: "/device_groups/0" }] as const };
    const lifecycle = { ignoreChanges: ["device_groups", "description"] };
    const fields = { severity: 3, description: "d" };
    const declared = manifest(resource("alert/a1", { fields, relations, lifecycle }));
    const live = (linked: string, description: string): SnapshotParts => ({
      objects: { ...group(2), alert: [alert(1, { severity: 5, description })] },
      links: { "alert/1/device_groups": [target(`device_group/${linked}`, linked)] },
    });
    expect(staleBetween(declared, live("2", "d"), live("3", "e"))).toEqual([]);
  });

  it("is told of what a replace moves and drops", () => {
    const filter = { field: "role", operator: "=", operand: "gateway" };
    const declared = manifest(resource("device_group/g", { fields: { filter } }));
    const live = (alert: string, member: string): SnapshotParts => ({
      objects: group(1, { dynamic: false }),
      incoming: { "device_group/1/alerts": [target(`alert/${alert}`, alert)] },
      links: { "device_group/1/devices": [target(`device/${member}`, member)] },
    });
    const found = staleBetween(declared, live("8", "5"), live("9", "6"));
    expect(found).toEqual([
      "device_group/g: links that move to the successor: no longer device_groups of alert/8; now also device_groups of alert/9",
      "device_group/g: members that are dropped: no longer device/5; now also device/6",
    ]);
  });

  it("is nothing where only what devices are called differs, or other objects do, be it by an error", () => {
    const selector = { by: "id", value: "7" } as const;
    const devices = [{ to: "device", selector, optional: false, all: false, pointer: "/devices/0" }] as const;
    const declared = manifest(resource("tag/a", { relations: { devices } }), resource("tag/b"));
    const live = (label: string, ...tags: readonly JsonObject[]): SnapshotParts => ({
      objects: { tag: tags },
      devices: [[selector, [target("device/x", "7", label)]]],
    });
    const b = { id: 1, name: "b" };
    expect(staleBetween(declared, live("old", b), live("new", b, { id: 9, name: "c" }))).toEqual([]);
    const two = live("old", b, { id: 2, name: "b" });
    expect(runOf(declared, two).plan.diagnostics).toMatchObject([{ code: "ambiguous-name" }]);
    expect(staleBetween(declared, live("old", b), two)).toEqual([]);
    expect(staleBetween(declared, live("old"), two)).toEqual([
      expect.stringContaining("tag/b: it cannot be planned any more"),
    ]);
  });
});

const validate = new Ajv2020({ allowUnionTypes: true }).compile(sealedPlanSchema);

describe("a sealed manifest", () => {
  it("keeps the nodes that references choose", () => {
    const applications = [
      { to: "name", name: "shop", node: "east", pointer: "/applications/0" },
      { to: "discovery_id", discoveryId: "_shop", node: "west", pointer: "/applications/1" },
    ] as const;
    const declared = manifest(resource("alert/a", { relations: { applications } }));
    const { resources } = roundTrip(seal(declared, runOf(declared, {}))).manifest;
    expect(resources.map(({ relations }) => relations)).toEqual([{ applications }]);
  });
});

/** The form as a file would have it, read back. */
function roundTrip(sealed: SealedPlan): SealedPlan {
  const form: JsonObject = JSON.parse(JSON.stringify(sealedForm(sealed)));
  const file = { kind: "hopsync-plan", format: 1, tool: { name: "hopsync", version: "0" }, ...form };
  expect([validate({ ...file, checksum: `sha256:${"0".repeat(64)}` }), validate.errors]).toEqual([
    true,
    null,
  ]);
  return parseSealed(form);
}

/** Functions are equal where they answer alike. */
function comparable({ plan, manifest: { resources, digest, ...rest }, preImages }: SealedPlan): unknown {
  const parts = { plan, preImages, ...rest, digest: digest() };
  return { ...parts, resources: resources.map(({ at, ...r }) => ({ ...r, source: at("/x") })) };
}

async function load(path: string, content: unknown): Promise<Manifest> {
  writeFileSync(path, JSON.stringify(content));
  const { manifest: loaded, diagnostics } = await loadManifest([path], { env: {}, vars: {} });
  if (loaded === undefined) throw new Error(JSON.stringify(diagnostics, null, 1));
  return loaded;
}

describe("any manifest after any other", () => {
  it("gives a plan that is itself after JSON, fits the schema sealed, and is applied from its seal", async () => {
    const path = join(folder(), "manifest.yaml");
    const sandbox = await startSandbox({ devices: 60 });
    const connection = await readConnection({ host: sandbox.url, apiKey: sandbox.apiKey });
    const port = createAppliance(connection, { userAgent: "test" });
    const options = { parallelism: 4, onEvent: () => {}, now: Date.now };
    const property = async (content: unknown): Promise<void> => {
      const run = await planRun(port, await load(path, content), { maxDeletes: 1000 });
      const sealed = seal(await load(path, content), run);
      expect(JSON.parse(JSON.stringify(run.plan))).toEqual(run.plan);
      const read = roundTrip(sealed);
      expect(comparable(read)).toEqual(comparable(sealed));
      const again = async (): Promise<Unsealed> =>
        unseal(read, read.manifest, await planRun(port, read.manifest));
      const first = await again();
      expect([first.stale, first.run.refusals, first.run.plan.digest]).toEqual([[], [], run.plan.digest]);
      if (run.exitCode !== 0 || first.done) return;
      const applied = await applyRun(port, read.manifest, first.run, options);
      expect([applied.exitCode, applied.diagnostics]).toEqual([0, []]);
      expect((await again()).done).toBe(true);
    };
    try {
      await fc.assert(fc.asyncProperty(arbitraryManifest, property), { numRuns: WHOLE ? 25 : 10 });
    } finally {
      await port.close();
      await sandbox.close();
    }
  }, 120_000);
});
