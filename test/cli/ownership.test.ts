/** Owning over real HTTP: what is removed is deleted, what is renamed keeps its id, what is shared is left alone. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { writesOf } from "../helpers/writes.ts";

const FIRST = `version: 1
tags: [{name: pci, devices: [pay-gw-01]}]
device_groups:
  - {name: Tagged, filter: {field: tag, operator: "=", operand: pci}}
email_groups: [{name: On-call, email_addresses: [noc@example.com]}]
alerts:
  - {name: A, type: detection, device_groups: [Tagged], email_groups: [On-call]}
triggers:
  - {name: T, events: [DNS_REQUEST], script: "debug(1);", device_groups: [Tagged]}
`;

async function start(first = FIRST) {
  const box = await sandbox({ devices: 20 });
  const cwd = folder({ "manifests/all.yaml": first });
  const write = (text: string, file = "all.yaml"): void => writeFileSync(join(cwd, "manifests", file), text);
  const json = async (...argv: string[]) => {
    const result = await cli([...argv, "--format", "json"], { sandbox: box, cwd });
    return { ...documentOf(result), code: result.code };
  };
  expect((await json("apply", "--auto-approve")).code).toBe(0);
  return { box, cwd, write, json };
}

describe("a rename", () => {
  it("of a tag, a group, an alert and a trigger in one run keeps ids and assignments", async () => {
    const { box, write, json } = await start();
    const { appliance } = box;
    const id = (collection: Parameters<typeof appliance.find>[0], name: string) =>
      appliance.find(collection, name)?.id ?? -1;
    const before = [id("tags", "pci"), id("devicegroups", "Tagged"), id("alerts", "A"), id("triggers", "T")];
    const [tag = -1, group = -1, alert = -1, trigger = -1] = before;
    const links = () => [
      appliance.linked("tags/devices", tag),
      appliance.linked("alerts/devicegroups", alert),
      appliance.linked("triggers/devicegroups", trigger),
    ];
    const linked = links();
    write(
      FIRST.replaceAll("pci", "PCI DSS")
        .replaceAll("Tagged", "Card holders")
        .replace("name: PCI DSS,", "name: PCI DSS, lifecycle: {renamed_from: pci},")
        .replace("{name: Card holders,", "{name: Card holders, lifecycle: {renamed_from: Tagged},")
        .replace("{name: A,", "{name: A2, lifecycle: {renamed_from: A},")
        .replace("{name: T,", "{name: T2, lifecycle: {renamed_from: T},"),
    );
    const plan = await json("plan");
    expect(plan.changes.map((c) => [c.action, c.address])).toEqual([
      ["rename", "tag/PCI DSS"],
      ["rename", "alert/A2"],
      ["rename", "trigger/T2"],
      ["rename", "device_group/Card holders"],
    ]);
    expect((await json("apply", "--auto-approve")).code).toBe(0);
    expect([
      id("tags", "PCI DSS"),
      id("devicegroups", "Card holders"),
      id("alerts", "A2"),
      id("triggers", "T2"),
    ]).toEqual(before);
    expect(links()).toEqual(linked);
    expect(appliance.get("devicegroups", group)?.filter).toMatchObject({ operand: "PCI DSS" });
    expect((await json("plan", "--detailed-exitcode")).code).toBe(0);
  });
});

describe("names that somebody exchanged on the appliance", () => {
  it("are given back by one sealed plan, which says what is moved aside; ids and assignments stay", async () => {
    const text = 'version: 1\ntags: [{name: "A 🦄", devices: [pay-gw-01]}, {name: "B"}]\n';
    const { box, json } = await start(text);
    const { appliance } = box;
    const [a = -1, b = -1] = ["A 🦄", "B"].map((name) => appliance.find("tags", name)?.id);
    const linked = appliance.linked("tags/devices", a);
    appliance.edit("tags", a, { name: "B" });
    appliance.edit("tags", b, { name: "A 🦄" });
    expect((await json("drift")).summary.rename).toBe(2);
    const plan = await json("plan", "--out", "plan.json");
    expect(plan.changes).toMatchObject([
      { address: "tag/A 🦄", id: `${a}`, aside: { address: "tag/B", name: "A 🦄 (being renamed)" } },
      { address: "tag/B", id: `${b}`, requires: ["tag/A 🦄"] },
    ]);
    expect((await json("apply", "plan.json")).code).toBe(0);
    expect([appliance.find("tags", "A 🦄")?.id, appliance.find("tags", "B")?.id]).toEqual([a, b]);
    expect(appliance.linked("tags/devices", a)).toEqual(linked);
    expect((await json("plan", "--detailed-exitcode")).code).toBe(0);
    expect((await json("drift")).code).toBe(0);
  });
});

describe("an emptied manifest", () => {
  it("never empties an appliance by mistake", async () => {
    const many = Array.from({ length: 12 }, (_, i) => `{name: t${i}}`);
    const { box, write, json } = await start(`version: 1\ntags: [${many.join(", ")}]\n`);
    const count = () => box.appliance.list("tags").filter(({ name }) => /^t\d+$/.test(String(name))).length;

    write("version: 1\nalerts: []\n");
    const unmentioned = await json("apply", "--auto-approve");
    expect([unmentioned.code, unmentioned.diagnostics.map((d) => d.code), count()]).toEqual([
      0,
      ["kind-not-mentioned"],
      12,
    ]);

    write(`version: 1\ntags: [${many.slice(0, 6).join(", ")}]\n`);
    const half = await json("apply", "--auto-approve");
    expect([half.code, half.diagnostics.map((d) => d.code), count()]).toEqual([4, ["guard-max-deletes"], 12]);
    expect(half.diagnostics[0]?.detail).toContain("tag/t6");

    write(`version: 1\ntags: [${many.slice(0, 10).join(", ")}]\n`);
    expect((await json("apply", "--auto-approve")).code).toBe(0);
    expect(count()).toBe(10);
  });
});

describe("a part of the manifests", () => {
  it("leaves what came from the others alone, with a warning", async () => {
    const { box, write, json } = await start("version: 1\ntags: [{name: a}]\n");
    write("version: 1\ntags: [{name: b}]\n", "other.yaml");
    expect((await json("apply", "--auto-approve")).code).toBe(0);
    const part = await json("apply", "manifests/all.yaml", "--auto-approve");
    expect([part.code, part.diagnostics.map((d) => d.code)]).toEqual([0, ["declared-elsewhere"]]);
    expect(box.appliance.find("tags", "b")).toBeDefined();
    write("version: 1\ntags: []\n", "other.yaml");
    expect((await json("apply", "--auto-approve")).code).toBe(0);
    expect(box.appliance.find("tags", "a")).toBeDefined();
    expect(box.appliance.find("tags", "b")).toBeUndefined();
  });
});

describe("two owners of one appliance", () => {
  it("do not touch each other's objects", async () => {
    const { box, write, json } = await start("version: 1\nowner: one\ntags: [{name: a}]\n");
    write("version: 1\nowner: two\ntags: [{name: b}]\n");
    expect((await json("apply", "--auto-approve")).code).toBe(0);
    write("version: 1\nowner: two\ntags: [{name: a, devices: []}, {name: b}]\n");
    const foreign = await json("apply", "--auto-approve");
    expect([foreign.code, foreign.diagnostics.map((d) => d.code)]).toEqual([4, ["guard-other-owner"]]);
    write("version: 1\nowner: two\ntags: []\n");
    expect((await json("apply", "--auto-approve")).code).toBe(0);
    expect([box.appliance.find("tags", "a")?.name, box.appliance.find("tags", "b")]).toEqual([
      "a",
      undefined,
    ]);
  });
});

describe("an owner whose inventory is in a file, or who keeps none", () => {
  const theirs = `version: 1
owner: one
tags: [{name: a}]
device_groups: [{name: G, filter: {field: tag, operator: "=", operand: a}}]
`;
  it.each(["{file: two.json}", "none"])("touches nothing of another owner (inventory: %s)", async (place) => {
    const { box, write, json } = await start(theirs);
    const state = (): string =>
      JSON.stringify([box.appliance.find("tags", "a"), box.appliance.find("devicegroups", "G")]);
    const before = state();
    const group = box.appliance.find("devicegroups", "G")?.id;
    for (const entries of [
      "tags: [{name: a, devices: [pay-gw-01]}]",
      "tags: [{name: a, lifecycle: {state: absent}}]",
      "tags: [{name: b, lifecycle: {renamed_from: a}}]",
      "device_groups: [{name: G, devices: []}]",
      `device_groups: [{name: H, lifecycle: {id: ${group}}}]`,
    ]) {
      write(`version: 1\nowner: two\ninventory: ${place}\n${entries}\n`);
      box.clearRequests();
      const refused = await json("apply", "--auto-approve");
      expect([entries, refused.code, refused.diagnostics.map((d) => d.code)]).toEqual([
        entries,
        4,
        ["guard-other-owner"],
      ]);
      const lists = box.requests().filter(({ path }) => path.startsWith("/triggers"));
      expect(lists.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /triggers"]);
    }
    expect(state()).toBe(before);
  });

  it("is told when another owner's inventory cannot be read", async () => {
    const { box, write, json } = await start(theirs);
    const head = box.appliance.find("triggers", "hopsync inventory: one");
    const script = String(head?.script).replace("sha256: ", "sha256: 0");
    box.appliance.edit("triggers", head?.id ?? -1, { script });
    for (const place of ["appliance", "{file: two.json}", "none"]) {
      write(`version: 1\nowner: two\ninventory: ${place}\nemail_groups: []\n`);
      const { code, diagnostics } = await json("plan");
      expect([place, code, diagnostics.map((d) => `${d.severity} ${d.code}`)]).toEqual([
        place,
        0,
        ["warning inventory-damaged"],
      ]);
    }
  });
});

describe("a change of the record alone", () => {
  it("needs nobody's approval", async () => {
    const { write, json } = await start("version: 1\ntags: [{name: a}]\n");
    write("version: 1\ntags: [{name: a, lifecycle: {prevent_destroy: true}}]\n");
    const applied = await json("apply");
    expect([applied.code, applied.changes, applied.inventory]).toEqual([0, [], true]);
    expect((await json("apply")).inventory).toBe(false);
  });
});

describe("adopting", () => {
  it("is shown, refused by --no-adopt, and asks nothing of the appliance where all is as declared", async () => {
    const { box, write, json } = await start("version: 1\ntags: [{name: mine}]\n");
    box.appliance.add("tags", { name: "found" });
    write("version: 1\ntags: [{name: mine}, {name: found}]\n");
    const refused = await json("plan", "--no-adopt");
    expect([refused.code, refused.diagnostics.map((d) => d.code)]).toEqual([4, ["guard-no-adopt"]]);
    box.clearRequests();
    const adopted = await json("apply", "--auto-approve");
    expect([adopted.code, adopted.summary.adopt]).toEqual([0, 1]);
    expect(writesOf(box).map(({ method, path }) => `${method} ${path.replace(/\d+$/, "N")}`)).toEqual([
      "PATCH /triggers/N",
    ]);
    write("version: 1\ntags: [{name: mine}]\n");
    expect((await json("apply", "--auto-approve")).code).toBe(0);
    expect(box.appliance.find("tags", "found")).toBeUndefined();
  });
});
