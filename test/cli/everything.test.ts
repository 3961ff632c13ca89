/** The main job: a manifest that uses everything, applied once, is what the appliance then is. */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isWithin } from "../../src/kinds/firmware.ts";
import { kinds } from "../../src/kinds/index.ts";
import { loadManifest } from "../../src/manifest/load.ts";
import type { Quirks } from "../../src/sandbox/quirks.ts";
import { cli, documentOf } from "../helpers/cli.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { writesOf } from "../helpers/writes.ts";

const EVERYTHING = fileURLToPath(new URL("../fixtures/everything", import.meta.url));
/** Of the sandbox, unless it is told otherwise. */
const FIRMWARE = "8.7";
const env = { HOOK: "s3cr3t-hook" };

async function load() {
  const { manifest, diagnostics } = await loadManifest([EVERYTHING], { env, vars: {} });
  if (manifest === undefined) throw new Error(JSON.stringify(diagnostics));
  return manifest;
}

describe("the manifest of everything", () => {
  it("has forty resources and uses every field and every relation that each kind has on its firmware", async () => {
    const { resources } = await load();
    expect(resources).toHaveLength(40);
    for (const kind of kinds) {
      const own = resources.filter((resource) => resource.kind === kind.kind);
      const fields = new Set(own.flatMap((resource) => Object.keys(resource.fields)));
      const relations = new Set(own.flatMap((resource) => Object.keys(resource.relations)));
      const settable = Object.entries(kind.fields)
        .filter(([, { alias, firmware = {} }]) => alias !== true && isWithin(FIRMWARE, firmware))
        .map(([name]) => name);
      expect([...fields].sort()).toEqual(settable.sort());
      expect([...relations].sort()).toEqual(Object.keys(kind.relations).sort());
    }
  });

  it("uses every hint of a trigger and every way to select a device", async () => {
    const { resources } = await load();
    const hints = new Set(resources.flatMap(({ fields }) => Object.keys(fields.hints ?? {})));
    const known = kinds.find((kind) => kind.fields.hints !== undefined)?.fields.hints?.schema.properties;
    expect([...hints].sort()).toEqual(Object.keys(known ?? {}).sort());
    const selectors = resources.flatMap(({ relations }) =>
      Object.values(relations).flatMap((list) =>
        list.flatMap((r) => (r.to === "device" ? [r.selector.by] : [])),
      ),
    );
    expect([...new Set(selectors)].sort()).toEqual(["discovery_id", "filter", "ip", "mac", "name", "search"]);
  });
});

const QUIRKS: readonly Partial<Quirks>[] = [
  {},
  { createdContentType: "json", emptyDescription: "text", scriptText: "normalised" },
  { duplicateNames: "accept", dynamicInPatch: "ignore", groupListDefault: "all", otherTypeFields: "accept" },
  { patchNull: "refuse", badEnumStatus: 400, pageCap: 100, requestsPerConnection: 3 },
  { deviceIds: "wide", deleteInUse: "refuse" },
];

describe("apply, then plan", () => {
  it.each(QUIRKS)("is empty on an appliance with %j", async (quirks) => {
    const box = await sandbox({ quirks });
    const options = { sandbox: box, env };
    const applied = await cli(["apply", EVERYTHING, "--auto-approve", "--format", "json"], options);
    expect(applied).toMatchObject({ code: 0 });
    expect(documentOf(applied).summary).toMatchObject({ create: 39, adopt: 1 });

    box.clearRequests();
    const planned = await cli(["plan", EVERYTHING, "--detailed-exitcode", "--format", "json"], options);
    expect([planned.code, documentOf(planned).changes]).toEqual([0, []]);
    expect(documentOf(planned).summary.unchanged).toBe(40);
    // Searching devices is the one read that the API offers as a POST.
    const writes = box
      .requests()
      .filter(({ method, path }) => method !== "GET" && path !== "/devices/search");
    expect(writes).toEqual([]);

    expect(JSON.stringify([applied, planned])).not.toContain(env.HOOK);
    expect(box.appliance.find("triggers", "Every field")?.script).toContain(env.HOOK);
  });

  it("shows one removed assignment as exactly one change of one request, and records when it was made", async () => {
    const box = await sandbox();
    const options = { sandbox: box, env };
    await cli(["apply", EVERYTHING, "--auto-approve"], options);
    const alert = box.appliance.find("alerts", "Every threshold field")?.id ?? -1;
    const group = box.appliance.find("devicegroups", "Tagged web servers")?.id ?? -1;
    box.appliance.unlink("alerts/devicegroups", alert, group);
    const { changes } = documentOf(await cli(["plan", EVERYTHING, "--format", "json"], options));
    expect(changes).toMatchObject([
      {
        address: "alert/Every threshold field",
        action: "update",
        fields: [],
        relations: [{ relation: "device_groups", assign: ["device_group/Tagged web servers"], unassign: [] }],
        operations: [{ method: "POST", path: `/alerts/${alert}/devicegroups`, body: { assign: [group] } }],
      },
    ]);
    box.clearRequests();
    expect((await cli(["apply", EVERYTHING, "--auto-approve"], options)).code).toBe(0);
    const inventory = box.appliance.find("triggers", "hopsync inventory: everything")?.id;
    expect(writesOf(box).map(({ method, path }) => `${method} ${path}`)).toEqual([
      `POST /alerts/${alert}/devicegroups`,
      `PATCH /triggers/${inventory}`,
    ]);
    expect(box.appliance.linked("alerts/devicegroups", alert)).toContain(group);
  });
});
