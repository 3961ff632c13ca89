/** Drift is live against what was applied: each way in which an object can differ, and what is no drift. */
import { describe, expect, it } from "vitest";
import { record } from "../../src/inventory/record.ts";
import type { Json, JsonObject, Manifest } from "../../src/model.ts";
import { findDrift } from "../../src/reconcile/drift.ts";
import { createOwnership, type Ownership } from "../../src/reconcile/ownership.ts";
import {
  alert,
  manifest,
  name,
  one,
  resource,
  type SnapshotParts,
  snapshot,
  target,
} from "../helpers/builders.ts";
import { entry, owned, SALT } from "../helpers/ownership.ts";

function drift(declared: Manifest, parts: SnapshotParts) {
  const plan = findDrift(declared, snapshot(parts));
  return {
    ...plan,
    actions: plan.changes.map((c) => `${c.action} ${c.address} ${c.cause}`),
    codes: plan.diagnostics.map((d) => d.code),
  };
}

describe("a field", () => {
  const severity = (applied: Json, live: Json, declared: Json | undefined) =>
    drift(one("alert/a1", { fields: declared === undefined ? {} : { severity: declared } }), {
      objects: { alert: [alert(1, { severity: live })] },
      ownership: owned(entry("alert/a1", "1", { values: { severity: applied } })),
    });

  it("that was changed on the appliance has drifted from what was applied", () => {
    const { changes, actions } = severity(3, 5, 3);
    expect(actions).toEqual(["update alert/a1 drift"]);
    expect(changes[0]).toMatchObject({
      id: "1",
      fields: [{ pointer: "/severity", before: 5, after: 3, cause: "drift", sensitive: false }],
      operations: [],
      requires: [],
      source: { file: "alert/a1" },
    });
  });

  it("that the manifest has changed as well is in conflict, and shows what was applied, not what is declared", () => {
    expect(severity(3, 5, 1).changes).toMatchObject([
      { cause: "conflict", fields: [{ before: 5, after: 3, cause: "conflict" }] },
    ]);
  });

  it("that both changed to the same value has drifted, and nothing conflicts", () => {
    expect(severity(3, 5, 5).changes).toMatchObject([{ cause: "drift", fields: [{ before: 5, after: 3 }] }]);
  });

  it("that only the manifest has changed has not drifted", () => {
    expect(severity(3, 3, 1).changes).toEqual([]);
  });

  it("that the manifest has let go of, or ignores, has not drifted", () => {
    expect(severity(3, 5, undefined).changes).toEqual([]);
    const ignored = one("alert/a1", { fields: { severity: 3 }, lifecycle: { ignoreChanges: ["severity"] } });
    const parts = {
      objects: { alert: [alert(1, { severity: 5 })] },
      ownership: owned(entry("alert/a1", "1", { values: { severity: 3 } })),
    };
    expect(drift(ignored, parts).changes).toEqual([]);
  });

  it("that was never applied has not drifted", () => {
    const declared = one("alert/a1", { fields: { severity: 3, description: "new" } });
    const { changes, summary } = drift(declared, {
      objects: { alert: [alert(1, { description: "by hand" })] },
      ownership: owned(entry("alert/a1", "1", { values: { severity: 3 } })),
    });
    expect([changes, summary.unchanged]).toEqual([[], 1]);
  });

  it("is compared in its normal form", () => {
    const { changes } = drift(one("alert/a1", { fields: { operand: "0.05" } }), {
      objects: { alert: [alert(1, { operand: "0.050" })] },
      ownership: owned(entry("alert/a1", "1", { values: { operand: "0.05" } })),
    });
    expect(changes).toEqual([]);
  });

  it("whose keys are managed one by one is compared key by key", () => {
    const hints = { snaplen: 96, flowUdpAll: true };
    const { changes } = drift(one("trigger/T", { fields: { hints: { snaplen: 96 } } }), {
      objects: { trigger: [{ id: 1, name: "T", hints: { ...hints, snaplen: 64, payloadBytes: 1 } }] },
      ownership: owned(
        entry("trigger/T", "1", { values: { "hints/snaplen": 96, "hints/flowUdpAll": false } }),
      ),
    });
    expect(changes[0]?.fields).toMatchObject([{ pointer: "/hints/snaplen", before: 64, after: 96 }]);
  });

  it("is told at its deepest difference", () => {
    const rule = (operand: string) => ({ field: "role", operator: "=", operand });
    const { changes } = drift(one("device_group/G", { fields: { filter: rule("http_server") } }), {
      objects: { device_group: [{ id: 1, name: "G", dynamic: true, filter: rule("gateway") }] },
      ownership: owned(entry("device_group/G", "1", { values: { filter: rule("http_server") } })),
    });
    expect(changes[0]?.fields).toMatchObject([
      { pointer: "/filter/operand", before: "gateway", after: "http_server" },
    ]);
  });
});

describe("a value of which only a hash is kept", () => {
  const long = "x".repeat(300);
  const script = (live: string, declared: string) =>
    drift(one("trigger/T", { fields: { script: declared } }), {
      objects: { trigger: [{ id: 1, name: "T", script: live }] },
      ownership: owned(entry("trigger/T", "1", { values: { script: long } })),
    }).changes;

  it("is the declared one, where that is what was applied", () => {
    expect(script("y", long)).toMatchObject([{ cause: "drift", fields: [{ before: "y", after: long }] }]);
    expect(script("y", long)[0]?.fields[0]).not.toHaveProperty("hashed");
    expect(script(long, "z")).toEqual([]);
  });

  it("is said to be unknown where the manifest has another by now", () => {
    expect(script("y", "z")).toMatchObject([{ cause: "conflict" }]);
    expect(script("y", "z")[0]?.fields).toEqual([
      { pointer: "/script", before: "y", cause: "conflict", sensitive: false, hashed: true },
    ]);
  });
});

describe("a secret", () => {
  const secrets = { "/script": { template: "${env:KEY}", names: ["KEY"] } };
  const ownership = owned(
    entry("trigger/T", "1", { fields: { script: record("s3cret", { salt: SALT, sensitive: true }) } }),
  );
  const parts = (live: string): SnapshotParts => ({
    objects: { trigger: [{ id: 1, name: "T", script: live }] },
    ownership,
  });
  const masked = { before: "(sensitive)", sensitive: true };

  it("is recognised by its hash, and masked on both sides", () => {
    const declared = one("trigger/T", { fields: { script: "s3cret" }, secrets });
    expect(drift(declared, parts("s3cret")).changes).toEqual([]);
    const { changes } = drift(declared, parts("other s3cret"));
    expect(changes).toMatchObject([{ cause: "drift", fields: [{ ...masked, after: "(sensitive)" }] }]);
    expect(JSON.stringify(changes)).not.toContain("s3cret");
  });

  it("is masked as well where the manifest has changed it, calls it none any more, or has removed it", () => {
    for (const declared of [
      one("trigger/T", { fields: { script: "rotated" }, secrets }),
      one("trigger/T", { fields: { script: "plain" } }),
      { ...manifest(), kinds: ["trigger"] },
    ]) {
      const { changes } = drift(declared, parts("other s3cret"));
      expect(changes).toMatchObject([{ cause: "conflict", fields: [{ ...masked, hashed: true }] }]);
      expect(JSON.stringify(changes)).not.toContain("s3cret");
    }
  });

  it("that is one now is not shown from a record of when it was none", () => {
    const plain = owned(entry("trigger/T", "1", { values: { script: "s3cret" } }));
    const { changes } = drift(one("trigger/T", { fields: { script: "s3cret" }, secrets }), {
      ...parts("by hand"),
      ownership: plain,
    });
    expect(changes[0]?.fields).toMatchObject([{ ...masked, after: "(sensitive)" }]);
  });
});

describe("links", () => {
  const groups = [
    { id: 5, group_name: "M" },
    { id: 6, group_name: "N" },
  ];
  const linked = (applied: Json, live: readonly string[], declared: readonly string[], more = groups) =>
    drift(one("alert/a1", { relations: { email_groups: [...declared] } }), {
      objects: { alert: [alert(1)], email_group: more },
      links: {
        "alert/1/email_groups": live.map((id) => target(`email_group/${id === "5" ? "M" : "N"}`, id)),
      },
      ownership: owned(entry("alert/a1", "1", { links: { email_groups: applied } })),
    }).changes;

  it("that were added and removed by hand are told as what would undo it", () => {
    expect(linked(["5"], ["6"], ["M"])).toMatchObject([
      {
        action: "update",
        cause: "drift",
        relations: [
          {
            relation: "email_groups",
            assign: ["email_group/M"],
            unassign: ["email_group/N"],
            cause: "drift",
          },
        ],
      },
    ]);
  });

  it("that the manifest has changed as well are in conflict; the same change on both sides is drift", () => {
    expect(linked(["5"], [], ["N"])).toMatchObject([
      { cause: "conflict", relations: [{ assign: ["email_group/M"], unassign: [] }] },
    ]);
    expect(linked(["5"], ["6"], ["N"])).toMatchObject([{ cause: "drift" }]);
    expect(linked(["5"], ["5"], ["N"])).toEqual([]);
  });

  it("to what is gone and nobody's are told by id, and blame nobody's manifest", () => {
    expect(linked(["5"], [], ["M"], groups.slice(1))).toMatchObject([
      { cause: "drift", relations: [{ assign: ["email_group/(id 5)"], unassign: [] }] },
    ]);
  });

  it("to an object of ours that is gone keep its name", () => {
    const declared = manifest(
      resource("email_group/M"),
      resource("alert/a1", { relations: { email_groups: [name("M", "/email_groups/0")] } }),
    );
    const { actions, changes } = drift(declared, {
      objects: { alert: [alert(1)], email_group: [] },
      ownership: owned(
        entry("alert/a1", "1", { links: { email_groups: ["5"] } }),
        entry("email_group/M", "5"),
      ),
    });
    expect(actions).toEqual(["create email_group/M drift", "update alert/a1 drift"]);
    expect(changes[1]?.relations).toMatchObject([{ assign: ["email_group/M"], unassign: [] }]);
  });

  it("of which only a hash is kept are told from the manifest, or else as unknown", () => {
    const many = Array.from({ length: 60 }, (_, i) => ({ id: 100 + i, group_name: `G${i}` }));
    const ids = many.map(({ id }) => String(id));
    const all = many.map(({ group_name }) => group_name);
    expect(linked(ids, [], all, many)[0]?.relations[0]?.assign).toHaveLength(60);
    expect(linked(ids, [], all.slice(1), many)[0]?.relations).toEqual([
      { relation: "email_groups", assign: [], unassign: [], cause: "conflict", hashed: true },
    ]);
    expect(linked(ids, ids, all.slice(1), many)).toEqual([]);
  });

  it("that the manifest no longer declares have not drifted", () => {
    const { changes } = drift(one("alert/a1"), {
      objects: { alert: [alert(1)] },
      ownership: owned(entry("alert/a1", "1", { links: { email_groups: ["5"] } })),
    });
    expect(changes).toEqual([]);
  });
});

describe("an object that was deleted on the appliance", () => {
  const parts = { objects: { alert: [] as JsonObject[] } };
  const applied = { severity: 3, description: null };

  it("is a create, with everything that was applied", () => {
    const { changes } = drift(one("alert/a1", { fields: applied }), {
      ...parts,
      ownership: owned(entry("alert/a1", "1", { values: applied })),
    });
    expect(changes).toEqual([
      {
        address: "alert/a1",
        action: "create",
        id: null,
        wave: 1,
        requires: [],
        cause: "drift",
        fields: [{ pointer: "/severity", after: 3, cause: "drift", sensitive: false }],
        relations: [],
        operations: [],
        source: { file: "alert/a1", line: 1, column: 1 },
      },
    ]);
  });

  it("is in conflict where the manifest has changed or removed it meanwhile", () => {
    const ownership = owned(entry("alert/a1", "1", { values: applied }));
    const changed = one("alert/a1", { fields: { ...applied, severity: 1 } });
    expect(drift(changed, { ...parts, ownership }).actions).toEqual(["create alert/a1 conflict"]);
    const removed: Manifest = { ...manifest(), kinds: ["alert"] };
    expect(drift(removed, { ...parts, ownership }).actions).toEqual(["create alert/a1 conflict"]);
  });

  it("was not there to be deleted where it was announced only, or left behind by a replace", () => {
    const ownership = owned(entry("alert/a1", null), entry("alert/a1 (replaced 7)", "7"));
    const { actions, summary } = drift(one("alert/a1"), { ...parts, ownership });
    expect([actions, summary.unchanged]).toEqual([[], 0]);
  });

  it("and made anew under its name is an adopt, compared with what was applied", () => {
    const { changes } = drift(one("alert/a1", { fields: { severity: 3 } }), {
      objects: { alert: [alert(9, { name: "a1", severity: 4 })] },
      ownership: owned(entry("alert/a1", "1", { values: { severity: 3 } })),
    });
    expect(changes).toMatchObject([
      { action: "adopt", id: "9", cause: "drift", fields: [{ before: 4, after: 3 }] },
    ]);
  });

  it("is gone all the same where its name is another owner's by now", () => {
    const ours = owned(entry("alert/a1", "1")).inventory;
    const other = { ...ours, owner: "other", entries: [entry("alert/a1", "9")] };
    const ownership = createOwnership(ours, [other], true);
    const objects = { alert: [alert(9, { name: "a1" })] };
    expect(drift(one("alert/a1"), { objects, ownership }).actions).toEqual(["create alert/a1 drift"]);
  });
});

describe("another name", () => {
  const objects = (name: string) => ({ tag: [{ id: 1, name }] });
  const ownership = owned(entry("tag/t", "1"));
  const renamed = one("tag/new", { lifecycle: { renamedFrom: ["t"] } });

  it("given on the appliance is drift", () => {
    expect(drift(one("tag/t"), { objects: objects("x"), ownership }).changes).toMatchObject([
      { address: "tag/t", action: "rename", previousName: "x", cause: "drift", fields: [] },
    ]);
  });

  it("that only the manifest gives is none", () => {
    expect(drift(renamed, { objects: objects("t"), ownership }).changes).toEqual([]);
  });

  it("that the manifest gives as well is drift; a third one is a conflict", () => {
    expect(drift(renamed, { objects: objects("new"), ownership }).actions).toEqual(["rename tag/t drift"]);
    const pinned = one("tag/new", { lifecycle: { id: "1" } });
    expect(drift(pinned, { objects: objects("x"), ownership }).actions).toEqual(["rename tag/t conflict"]);
  });

  it("swapped between two objects is two renames", () => {
    const swapped = {
      tag: [
        { id: 1, name: "u" },
        { id: 2, name: "t" },
      ],
    };
    const both = owned(entry("tag/t", "1"), entry("tag/u", "2"));
    const declared = manifest(resource("tag/t"), resource("tag/u"));
    expect(drift(declared, { objects: swapped, ownership: both }).actions).toEqual([
      "rename tag/t drift",
      "rename tag/u drift",
    ]);
  });
});

describe("a device group that is static instead of dynamic, or the reverse", () => {
  const filter = { field: "role", operator: "=", operand: "gateway" };

  it("is a replace that says so", () => {
    const { changes } = drift(one("device_group/G", { fields: { filter } }), {
      objects: { device_group: [{ id: 1, name: "G", dynamic: false }] },
      ownership: owned(entry("device_group/G", "1", { values: { filter } })),
    });
    expect(changes).toMatchObject([
      {
        action: "replace",
        cause: "drift",
        fields: [
          { pointer: "/dynamic", before: false, after: true },
          { pointer: "/filter", after: filter },
        ],
      },
    ]);
  });

  it("misses the members that were applied", () => {
    const selector = { by: "ip", value: "10.0.0.1" } as const;
    const found = target("device/d1", "77", "web (10.0.0.1)");
    const reference = { to: "device", selector, optional: false, all: false, pointer: "/devices/0" } as const;
    const { changes } = drift(one("device_group/G", { relations: { devices: [reference] } }), {
      objects: { device_group: [{ id: 1, name: "G", dynamic: true, filter }] },
      devices: [[selector, [found]]],
      ownership: owned(entry("device_group/G", "1", { links: { devices: ["77"] } })),
    });
    expect(changes).toMatchObject([
      {
        action: "replace",
        fields: [{ pointer: "/dynamic", before: true, after: false }],
        relations: [{ assign: ["device/d1"], labels: { "device/d1": "web (10.0.0.1)" } }],
      },
    ]);
  });

  it("is none where only the manifest wants another", () => {
    const ownership = owned(entry("device_group/G", "1", { values: { filter } }));
    const objects = { device_group: [{ id: 1, name: "G", dynamic: true, filter }] };
    expect(
      drift(one("device_group/G", { relations: { devices: [] } }), { objects, ownership }).changes,
    ).toEqual([]);
  });
});

describe("an owned object that the manifest has no more", () => {
  const ownership = owned(
    entry("alert/a1", "1", { values: { severity: 3 }, links: { email_groups: ["5"] } }),
  );
  const parts = (severity: number): SnapshotParts => ({
    objects: { alert: [alert(1, { severity })] },
    links: { "alert/1/email_groups": [] },
    ownership,
  });
  const removed: Manifest = { ...manifest(), kinds: ["alert"] };

  it("and that was changed on the appliance is in conflict: apply would delete it", () => {
    expect(drift(removed, parts(5)).changes).toMatchObject([
      {
        action: "update",
        cause: "conflict",
        fields: [{ before: 5, after: 3, cause: "conflict" }],
        relations: [{ assign: ["email_group/(id 5)"], cause: "conflict" }],
      },
    ]);
    const absent = one("alert/a1", { lifecycle: { state: "absent" } });
    expect(drift(absent, parts(5)).actions).toEqual(["update alert/a1 conflict"]);
  });

  it("and that was not changed has not drifted", () => {
    const linked = { "alert/1/email_groups": [target("email_group/M", "5")] };
    expect(drift(removed, { ...parts(3), links: linked }).changes).toEqual([]);
  });

  it("is not compared, with a warning, where this run does not cover its file or kind", () => {
    const elsewhere = owned(entry("alert/a1", "1", { file: "other/x.yaml", values: { severity: 3 } }));
    const uncovered = drift(removed, { ...parts(5), ownership: elsewhere });
    expect([uncovered.changes, uncovered.codes]).toEqual([[], ["not-compared"]]);
    const unmentioned = drift({ ...manifest(), kinds: ["tag"] }, { ...parts(5), objects: { tag: [] } });
    expect([unmentioned.changes, unmentioned.codes]).toEqual([[], ["not-compared"]]);
  });
});

describe("objects that are not ours", () => {
  it("never drift", () => {
    const objects = { alert: [alert(1, { severity: 5 }), alert(2)] };
    const declared = one("alert/a1", { fields: { severity: 3 } });
    expect(drift(declared, { objects, ownership: owned() }).changes).toEqual([]);
  });
});

describe("the digest of drift", () => {
  const found = (live: number, ownership: Ownership) =>
    drift(one("alert/a1", { fields: { severity: 3 } }), {
      objects: { alert: [alert(1, { severity: live })] },
      ownership,
    }).digest;

  it("is the same for the same drift, and another for another", () => {
    const ownership = owned(entry("alert/a1", "1", { values: { severity: 3 } }));
    expect(found(5, ownership)).toBe(found(5, ownership));
    expect(found(5, ownership)).not.toBe(found(4, ownership));
  });
});
