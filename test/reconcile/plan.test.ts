import { describe, expect, it } from "vitest";
import type { JsonObject, Plan } from "../../src/model.ts";
import { planManifest } from "../../src/reconcile/plan.ts";
import {
  device,
  manifest,
  name,
  type ResourceParts,
  resource,
  type SnapshotParts,
  snapshot,
  target,
} from "../helpers/builders.ts";

const FILTER = { field: "tag", operator: "=", operand: "pci" };
const THRESHOLD = { stat_name: "s", field_name: "f", operator: ">", operand: "1" };

function group(id: number, more: JsonObject = {}): JsonObject {
  return { id, name: `g${id}`, dynamic: false, built_in: false, description: null, ...more };
}

function alertWire(id: number, more: JsonObject = {}): JsonObject {
  return { id, name: `a${id}`, author: "ops", type: "threshold", severity: 3, ...more };
}

function codes(plan: Plan): readonly string[] {
  return plan.diagnostics.map((d) => `${d.severity} ${d.code} ${d.source?.file}`);
}

/** `action address: METHOD path body`, in order. */
function operations(plan: Plan): readonly string[] {
  return plan.changes.flatMap(({ address, action, operations: list }) =>
    list.map(
      (o) =>
        `${action} ${address}: ${o.method} ${o.path}${o.body === undefined ? "" : ` ${JSON.stringify(o.body)}`}`,
    ),
  );
}

function planChanges(...of: Parameters<typeof planManifest>): Plan {
  return planManifest(...of).plan;
}

function planOne(address: string, parts: ResourceParts, live: SnapshotParts): Plan {
  return planChanges(manifest(resource(address, parts)), snapshot(live));
}

describe("an entry that is not live", () => {
  it("is created with the declared fields, the required ones, and its links to what is there", () => {
    const plan = planOne(
      "alert/A",
      { fields: { ...THRESHOLD, description: null }, relations: { email_groups: ["Mail"], networks: [] } },
      { objects: { email_group: [{ id: 7, group_name: "Mail" }] } },
    );
    expect(operations(plan)).toEqual([
      'create alert/A: POST /alerts {"name":"A","type":"threshold","description":"","apply_all":false,"stat_name":"s","field_name":"f","operator":">","operand":"1"}',
      'create alert/A: POST /alerts/<alert/A>/emailgroups {"assign":[7]}',
    ]);
    expect(plan.changes[0]).toMatchObject({ id: null, wave: 1, cause: null, requires: [] });
    expect(plan.summary).toMatchObject({ create: 1, assign: 1, unchanged: 0 });
  });

  it("is an error where it lacks what a new object needs", () => {
    const plan = planOne("email_group/M", { fields: {} }, { objects: { email_group: [] } });
    expect(codes(plan)).toEqual(["error missing-on-create email_group/M/name"]);
  });

  it("is nothing to do when it should be absent", () => {
    const plan = planOne("tag/t", { lifecycle: { state: "absent" } }, { objects: { tag: [] } });
    expect([plan.changes, plan.diagnostics]).toEqual([[], []]);
  });
});

describe("an entry that is live", () => {
  it("is unchanged, without operations, where every declared field means the same", () => {
    const live = alertWire(0, { operand: ".05", cc: ["B@x", "a@x"], field_op: null, notify_snmp: true });
    const fields = { operand: "0.05", cc: ["a@x", "b@x"], field_op: "null", description: null };
    const plan = planOne("alert/a0", { fields }, { objects: { alert: [live] } });
    expect([plan.changes, plan.summary.unchanged]).toEqual([[], 1]);
  });

  it("gets a PATCH of exactly the changed fields, and the plan shows the deepest difference", () => {
    const live = {
      id: 4,
      name: "T",
      script: "a",
      events: ["X_Y"],
      hints: { snaplen: 96, payloadBytes: null },
    };
    const plan = planOne(
      "trigger/T",
      { fields: { script: "a\n", hints: { payloadBytes: 5 } } },
      { objects: { trigger: [live] } },
    );
    expect(operations(plan)).toEqual([
      'update trigger/T: PATCH /triggers/4 {"hints":{"snaplen":96,"payloadBytes":5}}',
    ]);
    expect(plan.changes[0]?.fields).toEqual([
      { pointer: "/hints/payloadBytes", after: 5, cause: null, sensitive: false },
    ]);
  });

  it("keeps what lifecycle.ignore_changes names, fields and relations", () => {
    const parts = {
      fields: { severity: 1, description: "new" },
      relations: { networks: ["N"] },
      lifecycle: { ignoreChanges: ["severity", "networks"] },
    };
    const plan = planOne("alert/a1", parts, {
      objects: { alert: [alertWire(1)] },
      targets: { network: [{ id: "0", address: "network/N", name: "N" }] },
    });
    expect(operations(plan)).toEqual(['update alert/a1: PATCH /alerts/1 {"description":"new"}']);
  });

  it("has its links changed by one call that adds and removes, id 0 included", () => {
    const plan = planOne(
      "alert/a1",
      { relations: { networks: ["N", "P"] } },
      {
        objects: { alert: [alertWire(1)] },
        targets: {
          network: [
            { id: "0", address: "network/N", name: "N" },
            { id: "2", address: "network/P", name: "P" },
          ],
        },
        links: { "alert/1/networks": [target("network/O", "1"), target("network/P", "2")] },
      },
    );
    expect(operations(plan)).toEqual([
      'update alert/a1: POST /alerts/1/networks {"assign":[0],"unassign":[1]}',
    ]);
    expect(plan.changes[0]?.relations).toEqual([
      { relation: "networks", assign: ["network/N"], unassign: ["network/O"], cause: null },
    ]);
    expect(plan.summary).toMatchObject({ update: 1, assign: 1, unassign: 1 });
  });

  it("is deleted when it should be absent, found by name or by pinned id", () => {
    const objects = {
      tag: [
        { id: 1, name: "t" },
        { id: 2, name: "t" },
      ],
    };
    const pinned = planOne("tag/t", { lifecycle: { state: "absent", id: "2" } }, { objects });
    expect(operations(pinned)).toEqual(["delete tag/t: DELETE /tags/2"]);
    expect(codes(planOne("tag/t", { lifecycle: { state: "absent" } }, { objects }))).toEqual([
      "error ambiguous-name tag/t/name",
    ]);
  });

  it("that should be absent is never another one than the entry names", () => {
    const objects = {
      tag: [
        { id: 1, name: "one" },
        { id: 2, name: "two" },
      ],
    };
    const pinned = planOne("tag/two", { lifecycle: { state: "absent", id: "1" } }, { objects });
    expect(codes(pinned)).toEqual(["error absent-other-name tag/two/lifecycle/id"]);
    const former = planOne("tag/new", { lifecycle: { state: "absent", renamedFrom: ["one"] } }, { objects });
    expect([former.changes, codes(former)]).toEqual([[], []]);
    const both = { state: "absent" as const, id: "1", renamedFrom: ["one"] };
    const known = planOne("tag/new", { lifecycle: both }, { objects });
    expect(known.changes).toMatchObject([{ action: "delete", id: "1", previousName: "one" }]);
  });

  it("of another type than declared fields need is an error before anything is sent", () => {
    const detection = alertWire(1, { type: "detection", object_type: "device" });
    const objects = { alert: [detection, alertWire(2)] };
    const condition = planOne("alert/a1", { fields: { severity: 1, operand: "5" } }, { objects });
    expect(codes(condition)).toEqual(["error not-applicable alert/a1/operand"]);
    const turned = planOne("alert/a1", { fields: { type: "threshold", operand: "5" } }, { objects });
    expect(codes(turned)).toEqual(["error missing-on-create alert/a1/name"]);
    expect(turned.diagnostics[0]?.detail).toContain("stat_name, field_name, operator");
    expect(codes(planOne("alert/a2", { fields: { severity: 1 } }, { objects }))).toEqual([]);
  });

  it("that ships with the appliance keeps what tells so", () => {
    const objects = { alert: [alertWire(11, { author: "ExtraHop", name: "Web" })] };
    expect(codes(planOne("alert/Web", { fields: { author: "me" } }, { objects }))).toEqual([
      "error built-in-mark alert/Web/author",
    ]);
  });

  it("of several with its name must be pinned", () => {
    const objects = { device_group: [group(1, { name: "G" }), group(2, { name: "G" })] };
    expect(codes(planOne("device_group/G", {}, { objects }))).toEqual([
      "error ambiguous-name device_group/G/name",
    ]);
    const pinned = planOne(
      "device_group/G",
      { fields: { description: "x" }, lifecycle: { id: "2" } },
      { objects },
    );
    expect(operations(pinned)).toEqual(['update device_group/G: PATCH /devicegroups/2 {"description":"x"}']);
  });

  it("cannot be a built-in device group, but can be a built-in alert", () => {
    const objects = {
      device_group: [group(1, { name: "HTTP Servers", built_in: true, dynamic: true })],
      alert: [alertWire(11, { author: "ExtraHop", name: "Web", disabled: false })],
    };
    expect(codes(planOne("device_group/HTTP Servers", {}, { objects }))).toEqual([
      "error built-in device_group/HTTP Servers/name",
    ]);
    const disabled = planOne("alert/Web", { fields: { disabled: true } }, { objects });
    expect(operations(disabled)).toEqual(['update alert/Web: PATCH /alerts/11 {"disabled":true}']);
  });
});

describe("a rename", () => {
  it("is a PATCH of the name, by former name or by pinned id", () => {
    const objects = { tag: [{ id: 1, name: "old" }] };
    const former = planOne("tag/new", { lifecycle: { renamedFrom: ["older", "old"] } }, { objects });
    expect(operations(former)).toEqual(['rename tag/new: PATCH /tags/1 {"name":"new"}']);
    expect(former.changes[0]).toMatchObject({ id: "1", previousName: "old", fields: [] });
    const pinned = planOne("tag/new", { lifecycle: { id: "1" } }, { objects });
    expect(operations(pinned)).toEqual(operations(former));
  });

  it("is nothing to do when it is done, and an error when both names are live", () => {
    const parts = { lifecycle: { renamedFrom: ["old"] } };
    expect(planOne("tag/new", parts, { objects: { tag: [{ id: 1, name: "new" }] } }).changes).toEqual([]);
    const both = {
      tag: [
        { id: 1, name: "new" },
        { id: 2, name: "old" },
      ],
    };
    expect(codes(planOne("tag/new", parts, { objects: both }))).toEqual([
      "error both-names-live tag/new/lifecycle/renamed_from",
    ]);
  });

  it("of email groups uses the wire's own key", () => {
    const plan = planOne(
      "email_group/new",
      { lifecycle: { id: "5" } },
      { objects: { email_group: [{ id: 5, group_name: "old" }] } },
    );
    expect(operations(plan)).toEqual(['rename email_group/new: PATCH /emailgroups/5 {"group_name":"new"}']);
  });

  it("comes before the create that takes the old name, by pin or by former name", () => {
    const plan = planChanges(
      manifest(resource("tag/a"), resource("tag/b", { lifecycle: { id: "1" } })),
      snapshot({ objects: { tag: [{ id: 1, name: "a" }] } }),
    );
    expect(codes(plan)).toEqual([]);
    expect(plan.changes.map((c) => [c.wave, c.action, c.address, c.requires])).toEqual([
      [1, "rename", "tag/b", []],
      [2, "create", "tag/a", ["tag/b"]],
    ]);
    const chain = planChanges(
      manifest(
        resource("tag/b", { lifecycle: { renamedFrom: ["a"] } }),
        resource("tag/c", { lifecycle: { id: "2" } }),
      ),
      snapshot({
        objects: {
          tag: [
            { id: 1, name: "a" },
            { id: 2, name: "b" },
          ],
        },
      }),
    );
    expect(codes(chain)).toEqual([]);
    expect(chain.changes.map((c) => c.address)).toEqual(["tag/c", "tag/b"]);
  });

  it("to a name that another object keeps is an error", () => {
    const tags = {
      tag: [
        { id: 1, name: "a" },
        { id: 2, name: "b" },
      ],
    };
    const taken = planOne("tag/b", { lifecycle: { id: "1" } }, { objects: tags });
    expect(codes(taken)).toEqual(["error both-names-live tag/b/name"]);
  });

  it("of objects that exchange their names moves one aside first, under a name that nobody has", () => {
    const swapped = planChanges(
      manifest(resource("tag/b", { lifecycle: { id: "1" } }), resource("tag/a", { lifecycle: { id: "2" } })),
      snapshot({
        objects: {
          tag: [
            { id: 1, name: "a" },
            { id: 2, name: "b" },
            { id: 3, name: "a (being renamed)" },
          ],
        },
      }),
    );
    expect(codes(swapped)).toEqual([]);
    const aside = "a (being renamed) (being renamed)";
    expect(operations(swapped)).toEqual([
      `rename tag/a: PATCH /tags/1 {"name":"${aside}"}`,
      'rename tag/a: PATCH /tags/2 {"name":"a"}',
      'rename tag/b: PATCH /tags/1 {"name":"b"}',
    ]);
    expect(swapped.changes).toMatchObject([
      { wave: 1, requires: [], aside: { address: "tag/b", name: aside } },
      { wave: 2, requires: ["tag/a"] },
    ]);
    expect(swapped.changes[1]).not.toHaveProperty("aside");
  });

  it("of three that pass their names round, and of two more who wait for them, is one order", () => {
    const pinned = (to: string, id: number) =>
      resource(`email_group/${to}`, { lifecycle: { id: String(id) } });
    const round = planChanges(
      manifest(pinned("b", 1), pinned("c", 2), pinned("a", 3), pinned("e", 4), pinned("f", 5)),
      snapshot({
        objects: { email_group: ["a", "b", "c", "d", "e"].map((n, i) => ({ id: i + 1, group_name: n })) },
      }),
    );
    expect(codes(round)).toEqual([]);
    expect(operations(round)).toEqual([
      'rename email_group/a: PATCH /emailgroups/1 {"group_name":"a (being renamed)"}',
      'rename email_group/a: PATCH /emailgroups/3 {"group_name":"a"}',
      'rename email_group/f: PATCH /emailgroups/5 {"group_name":"f"}',
      'rename email_group/c: PATCH /emailgroups/2 {"group_name":"c"}',
      'rename email_group/e: PATCH /emailgroups/4 {"group_name":"e"}',
      'rename email_group/b: PATCH /emailgroups/1 {"group_name":"b"}',
    ]);
  });

  it("of a tag that a filter still names by its old name is an error", () => {
    const plan = planChanges(
      manifest(
        resource("tag/new", { lifecycle: { renamedFrom: ["pci"] } }),
        resource("device_group/G", { fields: { filter: FILTER } }),
      ),
      snapshot({ objects: { tag: [{ id: 1, name: "pci" }], device_group: [] } }),
    );
    expect(codes(plan)).toEqual(["error refers-to-former-name device_group/G/filter/operand"]);
  });

  it("of a tag tells of every filter that is not carried along, and so does its end", () => {
    const objects = {
      tag: [{ id: 1, name: "pci" }],
      device_group: [
        group(7, { dynamic: true, filter: FILTER }),
        group(8, { dynamic: true, filter: FILTER }),
        group(9, { dynamic: true, filter: { ...FILTER, operand: "other" } }),
      ],
    };
    const carried = resource("device_group/g7", { fields: { filter: { ...FILTER, operand: "new" } } });
    const renamed = resource("tag/new", { lifecycle: { renamedFrom: ["pci"] } });
    const ends = resource("tag/pci", { lifecycle: { state: "absent" } });
    const undeclared = resource("device_group/g7", { fields: { description: "" } });
    const warned = (...resources: readonly ReturnType<typeof resource>[]) =>
      planChanges(manifest(...resources), snapshot({ objects })).diagnostics.map((d) => [d.code, d.detail]);
    expect(warned(renamed, carried)).toEqual([
      [
        "filter-loses-name",
        '"pci" becomes "new" in this run, and these filters name it, so they will find nothing by it: device_group/g8 (id 8, not declared). Change the filters as well, or keep the name.',
      ],
    ]);
    expect(warned(ends, undeclared)).toEqual([
      [
        "filter-loses-name",
        '"pci" is deleted in this run, and these filters name it, so they will find nothing by it: device_group/g7, device_group/g8 (id 8, not declared). Change the filters as well, or keep the name.',
      ],
    ]);
    const gone = [7, 8].map((id) => resource(`device_group/g${id}`, { lifecycle: { state: "absent" } }));
    expect(warned(ends, ...gone)).toEqual([]);
    // The name stays live.
    expect(warned(resource("tag/pci"), undeclared)).toEqual([]);
  });

  it("makes references to the old name an error", () => {
    const plan = planChanges(
      manifest(
        resource("email_group/new", { lifecycle: { renamedFrom: ["old"] } }),
        resource("alert/a1", { relations: { email_groups: ["old"] } }),
      ),
      snapshot({ objects: { email_group: [{ id: 5, group_name: "old" }], alert: [alertWire(1)] } }),
    );
    expect(codes(plan)).toEqual(["error refers-to-former-name alert/a1/email_groups/0"]);
  });
});

describe("a replace", () => {
  it("is not made for the sake of what is ignored", () => {
    const parts = { fields: { filter: FILTER, description: "d" }, lifecycle: { ignoreChanges: ["filter"] } };
    const plan = planOne("device_group/g7", parts, {
      objects: { device_group: [group(7)], tag: [{ id: 1, name: "pci" }] },
    });
    expect(operations(plan)).toEqual(['update device_group/g7: PATCH /devicegroups/7 {"description":"d"}']);
  });

  it("says which members are lost and whose links move", () => {
    const plan = planOne(
      "device_group/G",
      { fields: { filter: { field: "role", operator: "=", operand: "pc" } } },
      {
        objects: { device_group: [group(7, { name: "G" })] },
        links: { "device_group/7/devices": [target("device/w", "70", "web (10.0.0.1)")] },
        incoming: { "device_group/7/alerts": [target("alert/other", "9")] },
      },
    );
    expect(plan.changes[0]).toMatchObject({
      action: "replace",
      dropped: { members: ["device/w"], labels: { "device/w": "web (10.0.0.1)" } },
      moved: [{ address: "alert/other", relation: "device_groups" }],
    });
  });

  const live = group(7, { name: "G", dynamic: true, filter: FILTER, description: "kept" });
  const web = device({ by: "name", value: "web" });
  const parts: SnapshotParts = {
    objects: { device_group: [live], alert: [alertWire(1), alertWire(2)], trigger: [] },
    devices: [[{ by: "name", value: "web" }, [target("device/w", "70", "web")]]],
    incoming: {
      "device_group/7/alerts": [target("alert/a1", "1"), target("alert/a2", "2"), target("alert/other", "9")],
      "device_group/7/triggers": [target("trigger/t", "3")],
    },
    links: {
      "alert/1/device_groups": [target("device_group/G", "7")],
      "alert/2/device_groups": [target("device_group/G", "7")],
    },
  };
  const static_ = resource("device_group/G", { relations: { devices: [web] } });

  it("creates the successor, links it, moves everybody's links, and deletes last", () => {
    const plan = planChanges(
      manifest(static_, resource("alert/a1", { relations: { device_groups: ["G"] } })),
      snapshot(parts),
    );
    expect(operations(plan)).toEqual([
      'replace device_group/G: POST /devicegroups {"name":"G","description":"kept","dynamic":false}',
      'replace device_group/G: POST /devicegroups/<device_group/G>/devices {"assign":[70]}',
      'replace device_group/G: POST /devicegroups/<device_group/G>/alerts {"assign":[1,2,9]}',
      'replace device_group/G: POST /devicegroups/7/alerts {"unassign":[1,2,9]}',
      'replace device_group/G: POST /devicegroups/<device_group/G>/triggers {"assign":[3]}',
      'replace device_group/G: POST /devicegroups/7/triggers {"unassign":[3]}',
      "replace device_group/G: DELETE /devicegroups/7",
    ]);
    expect(plan.changes[0]?.fields).toMatchObject([{ pointer: "/dynamic", before: true, after: false }]);
  });

  it("moves a link that the same run removes like any other, so that its removal never waits for it", () => {
    const plan = planChanges(
      manifest(static_, resource("alert/a2", { relations: { device_groups: [] } })),
      snapshot(parts),
    );
    expect(plan.changes.map((c) => [c.wave, c.address, c.requires])).toEqual([
      [1, "device_group/G", []],
      [2, "alert/a2", ["device_group/G"]],
    ]);
    expect(plan.changes[1]?.relations).toMatchObject([{ assign: [], unassign: ["device_group/G"] }]);
    expect(operations(plan).filter((line) => line.includes("alerts"))).toEqual([
      'replace device_group/G: POST /devicegroups/<device_group/G>/alerts {"assign":[1,2,9]}',
      'replace device_group/G: POST /devicegroups/7/alerts {"unassign":[1,2,9]}',
      'update alert/a2: POST /alerts/2/devicegroups {"unassign":["<device_group/G>"]}',
    ]);
  });

  it("does not move a link of an object that the same run deletes", () => {
    const absent = resource("alert/a2", { lifecycle: { state: "absent" } });
    expect(operations(planChanges(manifest(static_, absent), snapshot(parts)))).toContain(
      'replace device_group/G: POST /devicegroups/<device_group/G>/alerts {"assign":[1,9]}',
    );
  });

  it("assigns the successor, not the old object, where a link is new", () => {
    const fresh = { ...parts, links: { "alert/1/device_groups": [] } };
    const plan = planChanges(
      manifest(static_, resource("alert/a1", { relations: { device_groups: ["G"] } })),
      snapshot(fresh),
    );
    expect(operations(plan)).toContain(
      'update alert/a1: POST /alerts/1/devicegroups {"assign":["<device_group/G>"]}',
    );
    expect(plan.changes.map((c) => c.address)).toEqual(["device_group/G", "alert/a1"]);
  });

  it("is impossible for a pinned object, whose id would end", () => {
    const pinned = resource("device_group/G", { relations: { devices: [web] }, lifecycle: { id: "7" } });
    expect(codes(planChanges(manifest(pinned), snapshot(parts)))).toEqual([
      "error replace-of-pinned device_group/G/lifecycle/id",
    ]);
  });
});

describe("order", () => {
  it("puts what is created before whoever names or links it", () => {
    const plan = planChanges(
      manifest(
        resource("alert/A", { fields: THRESHOLD, relations: { device_groups: ["G"], email_groups: ["M"] } }),
        resource("device_group/G", { fields: { filter: FILTER } }),
        resource("email_group/M", { fields: { email_addresses: [] } }),
        resource("tag/pci"),
      ),
      snapshot({ objects: { alert: [], device_group: [], email_group: [], tag: [] } }),
    );
    expect(plan.changes.map((c) => `${c.wave} ${c.address}`)).toEqual([
      "1 tag/pci",
      "1 email_group/M",
      "2 device_group/G",
      "3 alert/A",
    ]);
    expect(plan.changes[3]?.operations[1]?.body).toEqual({ assign: ["<device_group/G>"] });
  });

  it("deletes what refers before what is referred to, and after links to it are gone", () => {
    const absent = { lifecycle: { state: "absent" as const } };
    const plan = planChanges(
      manifest(
        resource("tag/pci", absent),
        resource("device_group/G", absent),
        resource("email_group/M", absent),
        resource("alert/a1", absent),
        resource("alert/a2", { relations: { email_groups: [] } }),
      ),
      snapshot({
        objects: {
          tag: [{ id: 1, name: "pci" }],
          device_group: [group(2, { name: "G", dynamic: true, filter: FILTER })],
          email_group: [{ id: 3, group_name: "M" }],
          alert: [alertWire(1), alertWire(2)],
        },
        links: { "alert/2/email_groups": [target("email_group/M", "3")] },
      }),
    );
    expect(plan.changes.map((c) => `${c.wave} ${c.action} ${c.address}`)).toEqual([
      "1 delete alert/a1",
      "1 update alert/a2",
      "2 delete device_group/G",
      "2 delete email_group/M",
      "3 delete tag/pci",
    ]);
  });
});

describe("references", () => {
  it("to nothing are errors with a suggestion; to several objects as well", () => {
    const plan = planOne(
      "alert/a1",
      { relations: { email_groups: ["Nework", "Twin"], networks: ["x"] } },
      {
        objects: {
          alert: [alertWire(1)],
          email_group: [
            { id: 2, group_name: "Network" },
            { id: 3, group_name: "Twin" },
            { id: 4, group_name: "Twin" },
          ],
        },
        targets: { network: [] },
      },
    );
    expect(codes(plan)).toEqual([
      "error no-such-object alert/a1/email_groups/0",
      "error ambiguous-reference alert/a1/email_groups/1",
      "error no-such-object alert/a1/networks/0",
    ]);
    expect(plan.diagnostics[0]?.detail).toContain('Did you mean "Network"?');
  });

  it("to applications go by display name or by discovery id", () => {
    const reference = { to: "discovery_id", discoveryId: "_capture", pointer: "/applications/0" } as const;
    const plan = planOne(
      "alert/a1",
      { relations: { applications: [reference, name("Shop", "/applications/1")] } },
      {
        objects: { alert: [alertWire(1)] },
        targets: {
          application: [
            { id: "1", address: "application/All Activity", name: "All Activity", discoveryId: "_capture" },
            { id: "5", address: "application/Shop", name: "Shop", discoveryId: "shop" },
          ],
        },
      },
    );
    expect(operations(plan)).toEqual(['update alert/a1: POST /alerts/1/applications {"assign":[1,5]}']);
  });

  it("to a name of a built-in and of an own object is ambiguous, and the way out is the own one", () => {
    const groups = [group(1, { name: "G", built_in: true, dynamic: true }), group(9, { name: "G" })];
    const objects = { alert: [alertWire(1)], device_group: groups };
    const plan = planOne("alert/a1", { relations: { device_groups: ["G"] } }, { objects });
    expect(codes(plan)).toEqual(["error ambiguous-reference alert/a1/device_groups/0"]);
    expect(plan.diagnostics[0]?.detail).toContain("lifecycle: {id: 9}");
  });

  it("to an application that nobody has are errors, and several to one object are one link", () => {
    const reference = (discoveryId: string) =>
      ({ to: "discovery_id", discoveryId, pointer: "/applications/0" }) as const;
    const applications = [{ id: "5", address: "application/Shop", name: "Shop", discoveryId: "shop" }];
    const live = { objects: { alert: [alertWire(1)] }, targets: { application: applications } };
    const none = planOne("alert/a1", { relations: { applications: [reference("other")] } }, live);
    expect(codes(none)).toEqual(["error no-such-object alert/a1/applications/0"]);
    const twice = planOne(
      "alert/a1",
      { relations: { applications: [reference("shop"), name("Shop")] } },
      live,
    );
    expect(operations(twice)).toEqual(['update alert/a1: POST /alerts/1/applications {"assign":[5]}']);
  });

  it("to devices must match something, and one device where a name is meant", () => {
    const twin = { by: "name", value: "twin" } as const;
    const none = { by: "ip", value: "10.9.9.9" } as const;
    const devices = [
      [twin, [target("device/1", "1", "twin"), target("device/2", "2", "twin")]],
      [none, []],
    ] as const;
    const objects = { tag: [{ id: 1, name: "t" }] };
    const strict = planOne(
      "tag/t",
      { relations: { devices: [device(twin), device(none)] } },
      { objects, devices },
    );
    expect([...codes(strict)].sort()).toEqual([
      "error ambiguous-device tag/t/devices/0",
      "error no-such-device tag/t/devices/0",
    ]);
    const lenient = planOne(
      "tag/t",
      { relations: { devices: [device(twin, { all: true }), device(none, { optional: true })] } },
      { objects, devices },
    );
    expect(operations(lenient)).toEqual(['update tag/t: POST /tags/1/devices {"assign":[1,2]}']);
  });

  it("of filters to missing tags are warnings", () => {
    const plan = planOne(
      "device_group/G",
      { fields: { filter: FILTER } },
      {
        objects: {
          device_group: [group(1, { name: "G", dynamic: true, filter: FILTER })],
          tag: [{ id: 1, name: "PCI" }],
        },
      },
    );
    expect(codes(plan)).toEqual(["warning names-nothing device_group/G/filter/operand"]);
    expect(plan.diagnostics[0]?.detail).toContain('Did you mean "PCI"?');
  });
});

describe("secrets", () => {
  it("in names of tags are not told, also where there is no such tag", () => {
    const filter = { field: "tag", operator: "=", operand: "s3cr3t-tag" };
    const parts = {
      fields: { filter },
      secrets: { "/filter/operand": { template: "${env:TAG}", names: ["TAG"] } },
    };
    const plan = planOne("device_group/G", parts, {
      objects: { device_group: [], tag: [{ id: 1, name: "s3cr3t-tug" }] },
    });
    expect(JSON.stringify(plan)).not.toContain("s3cr3t");
  });

  const secrets = { "/script": { template: "post('${env:HOOK}')", names: ["HOOK"] } };
  const fields = { script: "post('s3cr3t')", events: ["HTTP_REQUEST"] };

  it("stand in the plan as templates and are masked on both sides", () => {
    const live = { id: 1, name: "T", script: "post('former-s3cr3t')", events: ["HTTP_REQUEST"] };
    const plan = planOne("trigger/T", { fields, secrets }, { objects: { trigger: [live] } });
    expect(JSON.stringify(plan)).not.toContain("s3cr3t");
    expect(plan.changes[0]?.fields).toEqual([
      { pointer: "/script", before: "(sensitive)", after: "(sensitive)", cause: null, sensitive: true },
    ]);
    expect(plan.changes[0]?.operations).toEqual([
      {
        method: "PATCH",
        path: "/triggers/1",
        body: { script: "post('${env:HOOK}')" },
        secrets: { "/script": ["HOOK"] },
      },
    ]);
  });

  it("that did not change are no change", () => {
    const live = { id: 1, name: "T", script: "post('s3cr3t')", events: ["HTTP_REQUEST"] };
    expect(planOne("trigger/T", { fields, secrets }, { objects: { trigger: [live] } }).changes).toEqual([]);
  });
});

describe("firmware", () => {
  it.each([
    ["8.7.1.2", []],
    ["5.2.3.1234", []],
    ["7.1.0", []],
    ["8.9.0", []],
    ["9.3.0.1319", []],
    ["25.4.1", []],
    ["26.3.0.1", []],
    ["26.4", ["unknown-firmware"]],
    ["10.0", ["unknown-firmware"]],
    ["6.2.1", ["unknown-firmware"]],
    ["5.10", ["unknown-firmware"]],
    ["4.1", ["unknown-firmware"]],
    ["", ["unknown-firmware"]],
    ["unstable", ["unknown-firmware"]],
  ])("%s is met with %j", (firmware, expected) => {
    const live = snapshot();
    const plan = planChanges(manifest(), { ...live, target: { ...live.target, firmware } });
    expect(plan.diagnostics.map((d) => d.code)).toEqual(expected);
  });
});

describe("a plan", () => {
  it("is a value: it survives JSON, and the digest tells what would be done, not where it stands in a file", () => {
    const live = { objects: { alert: [alertWire(1)] } };
    const plan = planOne("alert/a1", { fields: { severity: 1 } }, live);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    const moved = resource("alert/a1", { fields: { severity: 1 } });
    const again = planChanges(
      manifest({ ...moved, at: () => ({ file: "elsewhere", line: 9, column: 9 }) }),
      snapshot(live),
    );
    expect(again.digest).toBe(plan.digest);
    expect(planOne("alert/a1", { fields: { severity: 2 } }, live).digest).not.toBe(plan.digest);
  });

  it("splits the links of one relation into calls of at most 1000 ids", () => {
    const many = Array.from({ length: 1500 }, (_, i) => target(`device/d${i}`, String(i)));
    const selector = { by: "ip", value: "10.0.0.0/8" } as const;
    const plan = planOne(
      "tag/t",
      { relations: { devices: [device(selector)] } },
      {
        objects: { tag: [{ id: 1, name: "t" }] },
        devices: [[selector, many]],
        links: { "tag/1/devices": [target("device/x", "9999")] },
      },
    );
    const sizes = plan.changes[0]?.operations.map(({ body }) => [
      (body?.assign as readonly unknown[] | undefined)?.length,
      (body?.unassign as readonly unknown[] | undefined)?.length,
    ]);
    expect(sizes).toEqual([
      [1000, undefined],
      [500, 1],
    ]);
  });
});
