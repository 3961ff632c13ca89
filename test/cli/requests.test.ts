/** How many requests a plan takes, against the fewest that decide it: counts, since times depend on the machine. */
import { expect, it } from "vitest";
import { createManifest, writeManifest } from "../../bench/manifests.mjs";
import { leastRequests } from "../../bench/minimum.mjs";
import { cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { sandbox } from "../helpers/sandbox.ts";

it.each([
  ["more alerts than groups", 0],
  ["more groups than alerts", 150],
])("a clean plan takes the fewest requests, with %s", async (_, others) => {
  const box = await sandbox({ devices: 300 });
  const devices = box.appliance.list("devices");
  for (let i = 0; i < others; i += 1)
    box.appliance.add("devicegroups", { name: `Other ${i}`, dynamic: false });
  const manifest = createManifest(80, devices);
  const path = folder();
  writeManifest(path, manifest);
  expect((await cli(["apply", path, "--auto-approve", "--quiet"], { sandbox: box })).code).toBe(0);
  const planned = documentOf(await cli(["plan", path, "--format", "json"], { sandbox: box }));
  expect(planned.changes).toEqual([]);
  const sent = Object.values(planned.requests).reduce((sum, count) => sum + count, 0);
  const groups = box.appliance.list("devicegroups").length;
  const applications = box.appliance.list("applications").length;
  expect(sent).toBe(leastRequests(manifest, { devices, groups, applications }));
});
