import { readdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Lease } from "../../src/inventory/lease.ts";
import { takeLease } from "../../src/inventory/lease.ts";
import { loadManifest } from "../../src/manifest/load.ts";
import { applyRun, planRun } from "../../src/reconcile/run.ts";
import type { Quirks } from "../../src/sandbox/quirks.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { start } from "../helpers/child.ts";
import { type CliOptions, cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { expectGolden } from "../helpers/golden.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { connect } from "../inventory/appliance.ts";

/** Names of groups and email groups may be given twice (facts §1.4). */
const MANIFEST = `version: 1
device_groups: [{name: G, filter: {field: role, operator: "=", operand: http_server}}, {name: H, devices: []}]
email_groups: [{name: E, email_addresses: [noc@example.com]}]
`;

const SOMEBODY = {
  self: { holder: "jdoe@build-7", run: "https://ci.example/1", nonce: "0123456789abcdef0123456789abcdef" },
  waitMs: 0,
  now: Date.now,
  pause: async () => {},
  interrupted: () => false,
  isDead: async () => false,
};

async function setup(head = "", quirks: Partial<Quirks> = {}) {
  const box = await sandbox({ quirks });
  const cwd = folder({ "manifests/a.yaml": head + MANIFEST });
  const hopsync = (argv: readonly string[], options: CliOptions = {}) =>
    cli(argv, { sandbox: box, cwd, ...options });
  return { box, cwd, hopsync };
}

async function holdBySomebody(box: Sandbox, now = Date.now): Promise<Lease> {
  const lease = await takeLease(await connect(box), "default", { ...SOMEBODY, now });
  if ("since" in lease) throw new Error("held already");
  return lease;
}

function namesOn({ appliance }: Sandbox): readonly string[] {
  const names = (["devicegroups", "emailgroups", "triggers"] as const).flatMap((collection) =>
    appliance.list(collection).map(({ name, group_name }) => String(name ?? group_name)),
  );
  return names.filter((name) => /^[GHE]$|^hopsync/.test(name)).sort();
}

const APPLY = ["apply", "--auto-approve", "--format", "json"];

describe.each<readonly [string, Partial<Quirks>]>([
  ["", { duplicateNames: "accept" }],
  ["", { duplicateNames: "refuse" }],
  ["inventory: {file: inventory.json}\n", { duplicateNames: "accept" }],
  ["inventory: none\n", { duplicateNames: "accept" }],
])("two applies at once with %j and %j", (head, quirks) => {
  const inventory = head === "" ? ["hopsync inventory: default"] : [];

  it("make everything once: one is done, the other finds nothing to do or is refused", async () => {
    const { box, hopsync } = await setup(head, quirks);
    const both = await Promise.all([hopsync(APPLY), hopsync(APPLY)]);
    const codes = both.map(({ code }) => code).sort();
    expect([
      [0, 0],
      [0, 4],
    ]).toContainEqual(codes);
    expect(namesOn(box)).toEqual(["E", "G", "H", ...inventory]);
    const last = documentOf(await hopsync(APPLY));
    expect([last.exit_code, last.changes, last.inventory]).toEqual([0, [], false]);
  });

  it("wait for each other with --lock-timeout, and both are right in the end", async () => {
    const { box, hopsync } = await setup(head, quirks);
    const wait = [...APPLY, "--lock-timeout", "5m"];
    const all = await Promise.all([hopsync(wait), hopsync(wait), hopsync(wait)]);
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
    const created = all.map((result) => documentOf(result).summary.create);
    expect(created.sort()).toEqual([0, 0, 3]);
    expect(namesOn(box)).toEqual(["E", "G", "H", ...inventory]);
  });
});

describe("while another run has the lease", () => {
  it("apply writes nothing, and says who has it and what to do", async () => {
    const { box, hopsync } = await setup();
    await holdBySomebody(box);
    const refused = await hopsync(["apply", "--auto-approve", "--quiet"], { columns: 80, tty: true });
    expect([refused.code, namesOn(box)]).toEqual([4, ["hopsync lease: default"]]);
    const times = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g;
    expectGolden("cli/lease-held.txt", refused.stderr.replace(times, "2026-11-01T00:00:00Z"));
    const document = documentOf(await hopsync(APPLY));
    expect([document.exit_code, document.diagnostics.map(({ code }) => code)]).toEqual([4, ["lease-held"]]);
    expect(document.summary.create).toBe(3);
  });

  it("plan, drift and export need it not, and leave it out", async () => {
    const { box, hopsync } = await setup();
    expect((await hopsync(APPLY)).code).toBe(0);
    await holdBySomebody(box);
    for (const argv of [["plan", "--detailed-exitcode"], ["drift"]])
      expect([argv, (await hopsync(argv)).code]).toEqual([argv, 0]);
    expect((await hopsync(["export"])).stdout).not.toContain("hopsync");
  });

  it("apply with nothing to do writes nothing, whether or not that run is over", async () => {
    const { box, hopsync } = await setup();
    expect((await hopsync(APPLY)).code).toBe(0);
    const fresh = documentOf(await hopsync(APPLY));
    for (const now of [Date.now, () => 0]) {
      const lease = await holdBySomebody(box, now);
      const document = documentOf(await hopsync(APPLY));
      expect([document.exit_code, document.requests]).toEqual([0, fresh.requests]);
      expect([Object.keys(fresh.requests), namesOn(box)]).toEqual([
        ["GET"],
        ["E", "G", "H", "hopsync inventory: default", "hopsync lease: default"],
      ]);
      await lease.release();
    }
  });

  it("forget and inventory repair write nothing", async () => {
    const { box, hopsync } = await setup();
    expect((await hopsync(APPLY)).code).toBe(0);
    const lease = await holdBySomebody(box);
    const forget = ["forget", "email_group/E", "--auto-approve"];
    expect((await hopsync(forget)).code).toBe(4);
    await lease.release();
    expect((await hopsync(forget)).code).toBe(0);
    await holdBySomebody(box);
    expect((await hopsync(["inventory", "repair", "--auto-approve"])).code).toBe(4);
  });
});

describe("a plan that another run has overtaken", () => {
  /** Ends the wait for somebody's lease after another run has applied its own manifest. */
  async function overtaken(argv: readonly string[], other: string, typed?: string) {
    const { box, hopsync } = await setup();
    const lease = await holdBySomebody(box);
    let told = false;
    const done = hopsync([...argv, "--lock-timeout", "5m", "--format", "json"], {
      ...(typed === undefined ? {} : { typed }),
      onStderr: (text) => {
        if (!text.startsWith("Waiting for another run") || told) return;
        told = true;
        void lease
          .release()
          .then(() => cli(APPLY, { sandbox: box, cwd: folder({ "manifests/a.yaml": other }) }))
          .then(({ code }) => expect(code).toBe(0));
      },
    });
    const result = await done;
    expect(told).toBe(true);
    return { result, document: documentOf(result), box };
  }

  it("is not applied where a person approved another one", async () => {
    const { result, document } = await overtaken(["apply"], MANIFEST, "yes\n");
    expect([result.code, document.diagnostics.map(({ code }) => code)]).toEqual([0, []]);
    const less = MANIFEST.replace(/^email.*$/m, "email_groups: []");
    const moved = await overtaken(["apply"], less, "yes\n");
    expect([moved.result.code, moved.document.diagnostics.map(({ code }) => code)]).toEqual([
      5,
      ["plan-moved"],
    ]);
    expect(moved.document.summary.create).toBe(1);
  });

  it("is applied as what is left of it, where no person was asked", async () => {
    const less = MANIFEST.replace(/^email.*$/m, "email_groups: []");
    const { result, document, box } = await overtaken(["apply", "--auto-approve"], less);
    expect([result.code, document.summary.create]).toEqual([0, 1]);
    expect(namesOn(box)).toEqual(["E", "G", "H", "hopsync inventory: default"]);
  });
});

describe("a run whose lease is lost", () => {
  it("starts nothing new, leaves the inventory as it was, and says so", async () => {
    const { box, cwd, hopsync } = await setup();
    const { manifest } = await loadManifest([`${cwd}/manifests`], { env: {}, vars: {} });
    if (manifest === undefined) throw new Error("no manifest");
    const port = await connect(box);
    const lost = new AbortController();
    const applied = await applyRun(port, manifest, await planRun(port, manifest), {
      parallelism: 1,
      now: Date.now,
      lost: lost.signal,
      onEvent: ({ type }) => type === "finished" && lost.abort(),
    });
    expect(applied.results.map(({ outcome }) => outcome)).toEqual(["applied", "not_tried", "not_tried"]);
    expect([applied.exitCode, applied.diagnostics.map(({ code }) => code)]).toEqual([3, ["lease-lost"]]);
    // What was announced before the first create is there, so that nothing is made twice or taken for found.
    expect(box.requests().filter(({ method }) => method === "PATCH")).toEqual([]);
    const again = documentOf(await hopsync(APPLY));
    expect([again.exit_code, again.summary.create, again.summary.adopt]).toEqual([0, 2, 0]);
    expect(namesOn(box)).toEqual(["E", "G", "H", "hopsync inventory: default"]);
  });
});

describe("a lease that could not be given back", () => {
  it("delays no later run on the same machine", async () => {
    const { box, cwd } = await setup();
    const env = { EXTRAHOP_HOST: box.url, EXTRAHOP_API_KEY: box.apiKey, TMPDIR: folder() };
    const apply = () => start(["apply", "--auto-approve", "--format", "json"], { cwd, env }).ended;
    box.setFaults([{ method: "DELETE", path: "/triggers/", when: "before", effect: { status: 403 } }]);
    const first = await apply();
    expect([first.code, documentOf(first).diagnostics.map(({ code }) => code)]).toEqual([
      0,
      ["lease-not-released"],
    ]);
    box.setFaults([]);
    writeFileSync(
      `${cwd}/manifests/a.yaml`,
      MANIFEST.replace("[{name: E", "[{name: F, email_addresses: []}, {name: E"),
    );
    const second = await apply();
    expect([second.code, documentOf(second).summary.create]).toEqual([0, 1]);
    expect(namesOn(box)).toEqual(["E", "G", "H", "hopsync inventory: default"]);
    expect(readdirSync(env.TMPDIR)).toEqual([]);
  });
});
