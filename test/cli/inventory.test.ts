/** `inventory show`, `inventory repair` and `forget` over real HTTP, on inventories in every state. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { inventorySchema } from "../../src/render/inventory-document.ts";
import { type CliOptions, type CliResult, cli } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { expectGolden } from "../helpers/golden.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { writesOf } from "../helpers/writes.ts";
import { connect, inventoryObjects, storeOf } from "../inventory/appliance.ts";

const NET = `version: 1
owner: net
tags: [{name: old}, {name: pci}]
email_groups: [{name: On-call, email_addresses: [noc@example.com], lifecycle: {prevent_destroy: true}}]
`;
/** Without \`old\`, and with another address. */
const NET_LATER = `version: 1
owner: net
tags: [{name: pci}]
email_groups: [{name: On-call, email_addresses: [ops@example.com]}]
`;
const SEC = "version: 1\nowner: sec\ntags: [{name: scanners}]\n";

interface Entry {
  readonly address: string;
  readonly id: string | null;
  readonly adopted: boolean;
  readonly prevent_destroy: boolean;
}

interface Owned {
  readonly place: string;
  readonly kept_in?: readonly string[];
  readonly found: string;
  readonly written: boolean;
  readonly applied_at: string | null;
  readonly entries: readonly Entry[];
  readonly gained?: readonly string[];
  readonly given_up?: readonly Entry[];
  readonly others?: readonly { readonly owner: string; readonly objects: number }[];
}

const isInventory = new Ajv2020({ strict: true, strictTypes: "log", allowUnionTypes: true }).compile(
  inventorySchema,
);

/** The document that a command printed, which must be what the schema says. */
function documentOf({ stdout }: CliResult) {
  const document = JSON.parse(stdout);
  expect([isInventory(document), isInventory.errors]).toEqual([true, null]);
  const codes: readonly string[] = document.diagnostics.map(({ code }: { code: string }) => code);
  return { codes, owned: document.owned as Owned | null, owner: document.owner, requests: document.requests };
}

async function setup(
  files: Readonly<Record<string, string>> = { "manifests/net.yaml": NET, "sec/sec.yaml": SEC },
) {
  const box = await sandbox();
  const cwd = folder({ ".git/HEAD": "", ...files });
  const hopsync = (argv: readonly string[], more: Partial<CliOptions> = {}) =>
    cli(argv, { sandbox: box, cwd, columns: 90, ...more });
  const json = async (argv: readonly string[], more: Partial<CliOptions> = {}) => {
    const result = await hopsync([...argv, "--format", "json"], more);
    return { code: result.code, ...documentOf(result) };
  };
  const apply = async (...paths: readonly string[]) =>
    expect((await hopsync(["apply", "--auto-approve", "--quiet", ...paths])).code).toBe(0);
  const head = (owner = "net") => {
    const object = box.appliance.find("triggers", `hopsync inventory: ${owner}`);
    if (object === undefined) throw new Error("no inventory");
    return object;
  };
  const editHead = (change: (script: string) => string) =>
    box.appliance.edit("triggers", head().id, { script: change(String(head().script)) });
  return {
    box,
    cwd,
    hopsync,
    json,
    apply,
    head,
    damage: () => editHead((script) => script.replace("sha256: ", "sha256: 0")),
    editHead,
    write: (name: string, text: string) => writeFileSync(join(cwd, name), text),
    writes: () => writesOf(box).map(({ method, path }) => `${method} ${path}`),
    /** Everything but inventories, as it is stored. */
    others: () =>
      JSON.stringify([
        ...(["tags", "emailgroups", "alerts", "devicegroups"] as const).map((c) => box.appliance.list(c)),
        box.appliance.list("triggers").filter(({ name }) => !String(name).startsWith("hopsync inventory")),
      ]),
    actions: async (...paths: readonly string[]) => {
      const { stdout } = await hopsync(["plan", "--format", "json", ...paths]);
      const { changes } = JSON.parse(stdout);
      return changes.map(
        (c: { action: string; address: string; cause: string }) => `${c.action} ${c.address} ${c.cause}`,
      );
    },
  };
}

/** The port and the time of an apply differ from run to run; nothing else does. */
function expectOutput(name: string, host: string, argv: readonly string[], result: CliResult): void {
  const { code, stdout, stderr } = result;
  const shown = stderr === "" ? stdout : `${stdout}──── stderr ────\n${stderr}`;
  const text = `$ hopsync ${argv.join(" ")}\n${shown}──── exit ${code} ────\n`;
  const fixed = text
    .replaceAll(host, "eda-01")
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, "2026-11-01 07:31 UTC");
  expectGolden(`cli/${name}`, fixed);
}

describe("the texts", () => {
  it("look like this", async () => {
    const { box, hopsync, apply, damage, write } = await setup();
    box.appliance.add("tags", { name: "pci" });
    await apply();
    await apply("sec");
    const run = async (name: string, argv: readonly string[], more: Partial<CliOptions> = {}) =>
      expectOutput(name, box.host, argv, await hopsync(argv, more));
    await run("inventory-show.txt", ["inventory", "show"]);
    write("manifests/net.yaml", `${NET_LATER}alerts: [{name: New, type: detection}]\n`);
    await run("inventory-repair.txt", ["inventory", "repair"], { typed: "no\n" });
    damage();
    await run("inventory-damaged.txt", ["inventory", "show"]);
    await run("inventory-repair-damaged.txt", ["inventory", "repair", "--auto-approve"]);
    await run("forget.txt", ["forget", "tag/pci", "--auto-approve"]);
  });
});

describe("inventory show", () => {
  it("tells what an owner has, who else is there, and only reads", async () => {
    const { json, apply, writes, box, head } = await setup();
    box.appliance.add("tags", { name: "pci" });
    await apply();
    await apply("sec");
    box.clearRequests();
    const { code, owned, owner, requests } = await json(["inventory", "show"]);
    expect([code, owner, requests, writes()]).toEqual([0, "net", { GET: 2 }, []]);
    expect(owned).toMatchObject({
      place: "appliance",
      kept_in: [String(head().id)],
      found: "whole",
      written: false,
      entries: [
        { address: "email_group/On-call", adopted: false, prevent_destroy: true, file: "manifests/net.yaml" },
        { address: "tag/old", adopted: false, prevent_destroy: false },
        { address: "tag/pci", id: "1", adopted: true, prevent_destroy: false },
      ],
      others: [{ owner: "sec", objects: 1 }],
    });
    expect(Date.parse(owned?.applied_at ?? "")).toBeGreaterThan(0);
  });

  it("needs no manifest where the owner is named", async () => {
    const { json, apply, cwd } = await setup();
    await apply("sec");
    rmSync(join(cwd, "sec"), { recursive: true });
    const { code, owned } = await json(["inventory", "show", "--owner", "sec"]);
    expect([code, owned?.entries.map((e) => e.address)]).toEqual([0, ["tag/scanners"]]);
    expect((await json(["inventory", "show", "--owner", "sec", "manifests"])).codes).toEqual(["usage"]);
  });

  it("ends with 1 where there is none, and names those that are there", async () => {
    const { json, hopsync, apply } = await setup();
    await apply("sec");
    const { code, codes, owned } = await json(["inventory", "show"]);
    expect([code, codes, owned?.found, owned?.others]).toEqual([
      1,
      ["never-applied"],
      "none",
      [{ owner: "sec", objects: 1 }],
    ]);
    expect((await hopsync(["inventory", "show"])).stderr).toContain('Owners that have: "sec".');
  });

  it("of one that is damaged or newer ends with 1 and tells where it is", async () => {
    const { json, apply, damage, editHead, head } = await setup();
    await apply();
    damage();
    const damaged = await json(["inventory", "show"]);
    expect([damaged.code, damaged.codes]).toEqual([1, ["inventory-damaged"]]);
    expect(damaged.owned).toMatchObject({ found: "damaged", kept_in: [String(head().id)], entries: [] });
    // Another owner's does not keep this one from being shown.
    await apply("sec");
    expect(await json(["inventory", "show", "sec"])).toMatchObject({ code: 0, codes: ["inventory-damaged"] });
    editHead((script) => script.replace("format 1", "format 2"));
    const newer = await json(["inventory", "show"]);
    expect([newer.code, newer.codes, newer.owned?.found]).toEqual([1, ["inventory-newer"], "newer"]);
  });

  it("reads one in a file, and says where the manifest keeps none", async () => {
    const { json, apply, write } = await setup({
      "manifests/net.yaml": `${NET}inventory: {file: net.json}\n`,
    });
    await apply();
    expect(await json(["inventory", "show"])).toMatchObject({
      code: 0,
      owned: { place: "file", kept_in: ["net.json"], found: "whole" },
    });
    write("manifests/net.yaml", `${NET}inventory: none\n`);
    for (const argv of [
      ["inventory", "show"],
      ["inventory", "repair"],
      ["forget", "tag/pci"],
    ]) {
      const { code, codes, owned } = await json(argv);
      expect([code, codes, owned]).toEqual([1, ["no-inventory"], null]);
    }
  });

  it("of a manifest with errors asks nothing", async () => {
    const { json, box } = await setup({ "manifests/net.yaml": "version: 1\ntagz: []\n" });
    for (const argv of [
      ["inventory", "show"],
      ["inventory", "repair"],
      ["forget", "tag/pci"],
    ])
      expect((await json(argv)).code).toBe(1);
    expect(box.requests()).toEqual([]);
  });
});

describe("inventory repair", () => {
  it("replaces a damaged one by what is declared and live, and writes nothing else", async () => {
    const { box, json, apply, damage, write, writes, others, actions, head } = await setup();
    await apply();
    damage();
    write("manifests/net.yaml", NET_LATER);
    const before = others();
    box.clearRequests();
    const { code, owned } = await json(["inventory", "repair", "--auto-approve"]);
    expect([code, writes()]).toEqual([0, [`PATCH /triggers/${head().id}`]]);
    expect(owned).toMatchObject({
      found: "damaged",
      written: true,
      applied_at: null,
      entries: [
        { address: "email_group/On-call", adopted: true },
        { address: "tag/pci", adopted: true },
      ],
      gained: ["email_group/On-call", "tag/pci"],
      given_up: [],
    });
    expect(others()).toBe(before);
    expect(await actions()).toEqual(["update email_group/On-call drift"]);
    await apply();
    expect([box.appliance.find("tags", "old")?.name, await actions()]).toEqual(["old", []]);
  });

  it("of a readable one keeps what it knows, and says what it gives up", async () => {
    const { json, apply, write, box, writes } = await setup();
    await apply();
    write("manifests/net.yaml", NET_LATER);
    const before = await json(["inventory", "show"]);
    box.clearRequests();
    const { owned } = await json(["inventory", "repair", "--auto-approve"]);
    expect(owned).toMatchObject({
      found: "whole",
      written: true,
      applied_at: before.owned?.applied_at,
      entries: [
        { address: "email_group/On-call", adopted: false },
        { address: "tag/pci", adopted: false },
      ],
      gained: [],
      given_up: [{ address: "tag/old" }],
    });
    expect(writes()).toHaveLength(1);
    // Nothing is left to do, and nothing is asked.
    box.clearRequests();
    const again = await json(["inventory", "repair"]);
    expect([again.code, again.owned?.written, writes()]).toEqual([0, false, []]);
  });

  it("writes only what somebody approves", async () => {
    const { box, hopsync, json, apply, damage, writes } = await setup();
    await apply();
    damage();
    box.clearRequests();
    expect((await json(["inventory", "repair"])).codes).toEqual(["not-approved"]);
    const no = await json(["inventory", "repair"], { typed: "y\n" });
    expect([no.code, no.owned?.written, writes()]).toEqual([1, false, []]);
    expect((await hopsync(["inventory", "repair"], { typed: "yes\n" })).code).toBe(0);
    expect(writes()).toHaveLength(1);
  });

  it("makes one anew that was deleted by hand, as the next apply would", async () => {
    const { box, json, apply, head, actions, others, writes } = await setup();
    await apply();
    box.appliance.remove("triggers", head().id);
    const before = others();
    expect(await actions()).toEqual([
      "adopt tag/old null",
      "adopt tag/pci null",
      "adopt email_group/On-call null",
    ]);
    box.clearRequests();
    const { owned } = await json(["inventory", "repair", "--auto-approve"]);
    expect([owned?.found, owned?.entries.map((e) => e.adopted)]).toEqual(["none", [true, true, true]]);
    expect(writes()).toEqual(["POST /triggers"]);
    expect([await actions(), others() === before]).toEqual([[], true]);
  });

  it("of one that was renamed by hand is no way out, nor is any run taken for a first one", async () => {
    const { box, json, hopsync, apply, head, writes, others, actions, write } = await setup();
    await apply();
    write("manifests/net.yaml", NET_LATER);
    const name = String(head().name);
    const { id } = head();
    box.appliance.edit("triggers", id, { name: "x" });
    const before = others();
    box.clearRequests();
    for (const argv of [
      ["inventory", "show"],
      ["inventory", "repair", "--auto-approve"],
      ["forget", "tag/pci", "--auto-approve"],
    ])
      expect(await json(argv)).toMatchObject({ code: 1, codes: ["inventory-renamed"] });
    for (const argv of [["plan"], ["drift"], ["apply", "--auto-approve"]]) {
      const { code, stderr } = await hopsync(argv);
      expect([argv, code]).toEqual([argv, 1]);
      expect(stderr).toContain(`object ${id} ("x")`);
      expect(stderr).toContain('Rename it back to "hopsync inventory: net"');
    }
    const exported = await hopsync(["export", "--kind", "triggers"]);
    expect([exported.code, exported.stdout.includes("hopsync")]).toEqual([0, false]);
    expect([writes(), others() === before]).toEqual([[], true]);
    box.appliance.edit("triggers", id, { name });
    expect(await actions()).toEqual(["delete tag/old manifest", "update email_group/On-call manifest"]);
  });

  it("refuses one of a newer format, and another owner's file", async () => {
    const { box, json, apply, editHead, writes, write, cwd } = await setup();
    await apply();
    editHead((script) => script.replace("format 1", "format 2"));
    box.clearRequests();
    expect(await json(["inventory", "repair", "--auto-approve"])).toMatchObject({
      code: 1,
      codes: ["inventory-newer"],
    });
    write("sec/sec.yaml", `${SEC}inventory: {file: shared.json}\n`);
    await apply("sec");
    const shared = readFileSync(join(cwd, "sec/shared.json"), "utf8");
    write("sec/sec.yaml", "version: 1\nowner: third\ntags: []\ninventory: {file: shared.json}\n");
    expect((await json(["inventory", "repair", "sec", "--auto-approve"])).codes).toEqual([
      "inventory-other-owner",
    ]);
    expect(readFileSync(join(cwd, "sec/shared.json"), "utf8")).toBe(shared);
    expect(writes().filter((call) => call.includes("triggers"))).toEqual([]);
  });

  it("takes nothing of another owner, also where the inventory is in a file", async () => {
    for (const place of ["appliance", "{file: net.json}"]) {
      const { json, apply, write } = await setup();
      await apply("sec");
      write(
        "manifests/net.yaml",
        `version: 1\nowner: net\ninventory: ${place}\ntags: [{name: scanners}, {name: pci}]\n`,
      );
      const first = await json(["inventory", "repair", "--auto-approve"]);
      expect([place, first.code, first.codes, first.owned?.entries]).toEqual([
        place,
        0,
        ["owned-by-other"],
        [],
      ]);
      expect((await json(["inventory", "show", "sec"])).owned?.entries.map((e) => e.address)).toEqual([
        "tag/scanners",
      ]);
    }
  });

  it("repairs a file that was edited by hand", async () => {
    const { box, json, apply, cwd, writes } = await setup({
      "manifests/net.yaml": `${NET}inventory: {file: net.json}\n`,
    });
    await apply();
    const file = join(cwd, "manifests/net.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"tag/old"', '"tag/new"'));
    expect((await json(["inventory", "show"])).codes).toEqual(["inventory-damaged"]);
    box.clearRequests();
    expect(await json(["inventory", "repair", "--auto-approve"])).toMatchObject({
      code: 0,
      owned: { place: "file" },
    });
    expect([writes(), (await json(["inventory", "show"])).code]).toEqual([[], 0]);
  });

  it("puts one of which a part is missing together again, and removes the other parts", async () => {
    const { box, json, apply } = await setup();
    await apply();
    const store = await storeOf(await connect(box), "net", 400);
    const stored = await store.read();
    if (stored === undefined) throw new Error("no inventory");
    await store.write({ ...stored, appliedAt: 1 });
    const parts = inventoryObjects(box);
    expect(parts.length).toBeGreaterThan(2);
    const shown = await json(["inventory", "show"]);
    expect([shown.owned?.kept_in?.length, shown.owned?.entries.length]).toEqual([parts.length, 3]);
    box.appliance.remove("triggers", Number(parts.at(-1)?.id));
    expect((await json(["inventory", "show"])).codes).toEqual(["inventory-damaged"]);
    expect((await json(["inventory", "repair", "--auto-approve"])).code).toBe(0);
    expect(inventoryObjects(box)).toHaveLength(1);
    expect((await json(["inventory", "show"])).owned?.entries).toHaveLength(3);
  });

  it("is not made of a manifest that does not fit the appliance", async () => {
    const { box, json, apply, damage, write, writes } = await setup();
    await apply();
    damage();
    box.clearRequests();
    write("manifests/net.yaml", `${NET}alerts: [{name: A, type: detection, networks: [No such]}]\n`);
    const { code, codes, owned } = await json(["inventory", "repair", "--auto-approve"]);
    expect([code, codes, owned, writes()]).toEqual([1, ["no-such-object"], null, []]);
  });
});

describe("forget", () => {
  it("releases without deleting: not pruned once removed, adopted again while declared", async () => {
    const { box, json, apply, write, writes, others, actions, head } = await setup();
    await apply();
    const before = others();
    box.clearRequests();
    const { code, owned } = await json(["forget", "tag/old", "email_group/On-call", "--auto-approve"]);
    expect([code, writes()]).toEqual([0, [`PATCH /triggers/${head().id}`]]);
    expect(owned).toMatchObject({
      written: true,
      entries: [{ address: "tag/pci" }],
      given_up: [{ address: "email_group/On-call" }, { address: "tag/old" }],
    });
    expect(others()).toBe(before);
    expect(await actions()).toEqual(["adopt tag/old null", "adopt email_group/On-call null"]);
    write("manifests/net.yaml", "version: 1\nowner: net\ntags: [{name: pci}]\nemail_groups: []\n");
    expect(await actions()).toEqual([]);
    expect(others()).toBe(before);
  });

  it("releases what no manifest declares, by owner or by the manifest's path", async () => {
    const { json, apply, write, actions } = await setup();
    await apply("sec");
    write("sec/sec.yaml", "version: 1\nowner: sec\ntags: []\n");
    expect(await actions("sec")).toEqual(["delete tag/scanners manifest"]);
    const byPath = await json(["forget", "tag/scanners", "--path", "sec"], { typed: "no\n" });
    expect([byPath.code, byPath.owner, byPath.owned?.written]).toEqual([1, "sec", false]);
    expect((await json(["forget", "--owner", "sec", "tag/scanners"], { typed: "yes\n" })).code).toBe(0);
    expect(await actions("sec")).toEqual([]);
  });

  it("of an address that is not owned does nothing at all", async () => {
    const { box, json, apply, writes, damage } = await setup();
    expect((await json(["forget", "tag/pci", "--auto-approve"])).codes).toEqual(["never-applied"]);
    await apply();
    box.clearRequests();
    const { code, codes } = await json(["forget", "tag/pci", "tag/odl", "--auto-approve"]);
    expect([code, codes, writes()]).toEqual([1, ["not-owned"], []]);
    damage();
    expect((await json(["forget", "tag/pci", "--auto-approve"])).codes).toEqual(["inventory-damaged"]);
  });
});

describe("a usage error", () => {
  it("of these commands is a document of theirs", async () => {
    const { json } = await setup();
    expect(await json(["inventory", "repair", "--owner", "net"])).toMatchObject({
      code: 1,
      codes: ["usage"],
    });
    expect(await json(["forget"])).toMatchObject({ code: 1, codes: ["usage"] });
  });
});
