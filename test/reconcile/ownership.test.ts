/** What an inventory changes in a plan: adopting, pruning, causes, release, other owners. */
import { describe, expect, it } from "vitest";
import { record } from "../../src/inventory/record.ts";
import type { Inventory, InventoryPlace, Json, JsonObject, Manifest } from "../../src/model.ts";
import { refusals } from "../../src/reconcile/guards.ts";
import { createOwnership } from "../../src/reconcile/ownership.ts";
import { planManifest } from "../../src/reconcile/plan.ts";
import { NONE, settled } from "../../src/reconcile/record.ts";
import { alert, manifest, one, resource, type SnapshotParts, snapshot, target } from "../helpers/builders.ts";
import { entry, owned, SALT } from "../helpers/ownership.ts";

function plan(declared: Manifest, parts: SnapshotParts, inventory: InventoryPlace = { kind: "appliance" }) {
  const live = snapshot(parts);
  const planned = planManifest({ ...declared, inventory }, live);
  const guards = refusals({ ...planned, manifest: declared, snapshot: live }, {});
  const actions = planned.plan.changes.map((c) => `${c.action} ${c.address}`);
  return {
    ...planned.plan,
    actions,
    codes: planned.plan.diagnostics.map((d) => d.code),
    refused: guards.map((d) => d.code),
    live,
    planned,
  };
}

describe("an object that exists and is in no inventory", () => {
  it("is adopted, with or without differences", () => {
    const objects = { alert: [alert(1)] };
    const same = plan(one("alert/a1", { fields: { severity: 3 } }), { objects, ownership: owned() });
    expect(same.changes).toMatchObject([{ action: "adopt", adopts: true, fields: [], operations: [] }]);
    expect([same.summary.adopt, same.inventory]).toEqual([1, true]);
    const other = plan(one("alert/a1", { fields: { severity: 1 } }), { objects, ownership: owned() });
    expect(other.changes).toMatchObject([
      { action: "adopt", fields: [{ before: 3, after: 1, cause: "manifest" }] },
    ]);
  });

  it("is never deleted because nothing declares it", () => {
    expect(plan(manifest(), { objects: { alert: [alert(1)] }, ownership: owned() }).changes).toEqual([]);
  });

  it("that was announced before an interrupted create is ours already", () => {
    const announced = owned(entry("alert/a1", null));
    const found = plan(one("alert/a1", { fields: { severity: 3 } }), {
      objects: { alert: [alert(1)] },
      ownership: announced,
    });
    expect([found.changes, found.inventory]).toEqual([[], true]);
  });
});

describe("an object that was applied", () => {
  const ownership = owned(entry("alert/a1", "1"), entry("alert/a2", "2"));

  it("is never taken for another entry's because somebody swapped the names", () => {
    const swapped = { alert: [alert(1, { name: "a2" }), alert(2, { name: "a1" })] };
    const both = manifest(resource("alert/a1"), resource("alert/a2"));
    const { actions, codes } = plan(both, { objects: swapped, ownership });
    expect([actions, codes]).toEqual([["rename alert/a1", "rename alert/a2"], []]);
  });

  it("and lost its name to a new object is a question, not a guess", () => {
    const objects = { alert: [alert(1, { name: "by hand" }), alert(7, { name: "a1" })] };
    const { changes, codes } = plan(one("alert/a1"), { objects, ownership: owned(entry("alert/a1", "1")) });
    expect([changes, codes]).toEqual([[], ["applied-elsewhere"]]);
  });

  it("and renamed by hand can be declared by its new name", () => {
    const objects = { alert: [alert(1, { name: "new" }), alert(2)] };
    const { actions } = plan(manifest(resource("alert/new"), resource("alert/a2")), { objects, ownership });
    expect(actions).toEqual([]);
  });
});

describe("an owned object that is declared no more", () => {
  const ownership = owned(entry("alert/a1", "1"), entry("alert/a2", "2"));
  const objects = { alert: [alert(1), alert(2), alert(3)] };
  const rest: Manifest = { ...one("alert/a2"), kinds: ["alert"] };

  it("is deleted, and nothing else", () => {
    const { actions, changes } = plan(rest, { objects, ownership });
    expect(actions).toEqual(["delete alert/a1"]);
    expect(changes[0]?.operations).toEqual([{ method: "DELETE", path: "/alerts/1" }]);
  });

  it("is left alone, with a warning, where only its name tells that it is ours", () => {
    const announced = owned(entry("alert/a1", null), entry("alert/a2", "2"));
    const { changes, codes } = plan(rest, { objects, ownership: announced });
    expect([changes, codes]).toEqual([[], ["not-certainly-ours"]]);
    expect(plan(rest, { objects: { alert: [alert(2)] }, ownership: announced }).codes).toEqual([]);
  });

  it("is one of many that an interrupted run leaves: one warning tells of all, and how to be sure of them", () => {
    const ids = [11, 12, 13, 14, 15, 16];
    const announced = owned(...ids.map((id) => entry(`alert/a${id}`, null)), entry("alert/a2", "2"));
    const objects = { alert: [alert(2), ...ids.map((id) => alert(id))] };
    const { changes, diagnostics } = plan(rest, { objects, ownership: announced });
    expect([changes, diagnostics.map((d) => d.code)]).toEqual([[], ["not-certainly-ours"]]);
    expect(diagnostics[0]?.detail).toContain(
      "alert/a11, alert/a12, alert/a13, alert/a14, alert/a15, and 1 more",
    );

    const back = manifest(
      rest.resources[0] ?? resource("alert/a2"),
      ...ids.map((id) => resource(`alert/a${id}`)),
    );
    const { planned, changes: none } = plan(back, { objects, ownership: announced });
    expect(none).toEqual([]);
    const sure = settled(announced.inventory, planned.planned, announced, [], NONE, 1);
    expect(plan(rest, { objects, ownership: owned(...sure.entries) }).actions).toEqual(
      ids.map((id) => `delete alert/a${id}`),
    );
  });

  it("is left alone where a file remembers its id under another name", () => {
    const place = { kind: "file", path: "i.json", root: "/" } as const;
    const renamed = { alert: [alert(1, { name: "somebody's" }), alert(2)] };
    const { changes, codes } = plan(rest, { objects: renamed, ownership }, place);
    expect([changes, codes]).toEqual([[], ["not-certainly-ours"]]);
    expect(plan(rest, { objects, ownership }, place).actions).toEqual(["delete alert/a1"]);
  });

  it("is deleted by the word of a file under a name that only a run that ended can have given or found", () => {
    const place = { kind: "file", path: "i.json", root: "/" } as const;
    const aside = { alert: [alert(1, { name: "a1 (being renamed)" }), alert(2)] };
    expect(plan(rest, { objects: aside, ownership }, place).actions).toEqual(["delete alert/a1"]);
    const found = { ...entry("alert/a1 (replaced 1)", "1"), replaced: { name: "by hand", owned: true } };
    const replaced = owned(found, entry("alert/a2", "2"));
    const called = (name: string) =>
      plan(rest, { objects: { alert: [alert(1, { name }), alert(2)] }, ownership: replaced }, place);
    expect(called("by hand").actions).toEqual(["delete alert/a1 (replaced 1)"]);
    expect(called("a1").codes).toEqual(["not-certainly-ours"]);
  });

  it("is left as it was found where it was only to be adopted by a replace that never came to be", () => {
    const found = { ...entry("alert/a1 (replaced 1)", "1"), replaced: { name: "a1", owned: false } };
    const announced = owned(entry("alert/a1", null), found, entry("alert/a2", "2"));
    const reverted = plan(rest, { objects, ownership: announced });
    expect([reverted.changes, reverted.inventory, reverted.codes]).toEqual([[], true, []]);
    const made = { alert: [...objects.alert, alert(7, { name: "a1" })] };
    const both = manifest(resource("alert/a1"), resource("alert/a2"));
    expect(plan(both, { objects: made, ownership: announced }).changes).toMatchObject([
      { action: "delete", id: "1" },
    ]);
  });

  it("is found by its id, whatever it is called by now", () => {
    const renamed = { alert: [alert(1, { name: "by hand" }), alert(2)] };
    expect(plan(rest, { objects: renamed, ownership }).changes).toMatchObject([
      { action: "delete", id: "1", previousName: "by hand" },
    ]);
  });

  it("and already gone is forgotten without a change", () => {
    const { changes, inventory } = plan(rest, { objects: { alert: [alert(2)] }, ownership });
    expect([changes, inventory]).toEqual([[], true]);
  });

  it("is left alone, with a warning, where no file mentions its kind", () => {
    const { changes, codes } = plan(
      { ...manifest(), kinds: ["tag"] },
      { objects: { ...objects, tag: [] }, ownership },
    );
    expect([changes, codes]).toEqual([[], ["kind-not-mentioned"]]);
    const none = plan({ ...manifest(), kinds: ["alert"] }, { objects, ownership });
    expect(none.actions).toEqual(["delete alert/a1", "delete alert/a2"]);
  });

  it("is left alone, with a warning, where its file is not part of the run", () => {
    const elsewhere = owned(entry("alert/a1", "1", { file: "other/x.yaml" }), entry("alert/a2", "2"));
    const { changes, codes } = plan(rest, { objects, ownership: elsewhere });
    expect([changes, codes]).toEqual([[], ["declared-elsewhere"]]);
    const covering: Manifest = { ...rest, scope: { files: [], folders: ["other"] } };
    expect(plan(covering, { objects, ownership: elsewhere }).actions).toEqual(["delete alert/a1"]);
  });

  it("is only released where it is built in", () => {
    const builtIn = { alert: [alert(1, { author: "ExtraHop" }), alert(2)] };
    const adopted = owned(entry("alert/a1", "1", { adopted: true }), entry("alert/a2", "2"));
    const { changes, refused } = plan(rest, { objects: builtIn, ownership: adopted });
    expect(changes).toMatchObject([{ action: "release", operations: [] }]);
    expect(refused).toEqual([]);
  });

  it("stays protected when the whole entry is removed", () => {
    const kept = owned(entry("alert/a1", "1", { preventDestroy: true }), entry("alert/a2", "2"));
    expect(plan(rest, { objects, ownership: kept }).refused).toEqual(["guard-prevent-destroy"]);
  });

  it("is no reason to delete for a manifest that has nothing else of its owner", () => {
    const stranger: Manifest = { ...one("alert/stranger"), kinds: ["alert"] };
    const { actions, refused, planned, live } = plan(stranger, { objects, ownership });
    expect(actions).toEqual(["delete alert/a1", "delete alert/a2", "create alert/stranger"]);
    expect(refused).toEqual(["guard-other-manifest"]);
    const told = { ...planned, manifest: stranger, snapshot: live };
    expect(refusals(told, { maxDeletes: 2 })).toEqual([]);
    expect(plan(rest, { objects, ownership }).refused).toEqual([]);
  });

  it("counts for the limit of deletes", () => {
    const many = Array.from({ length: 10 }, (_, i) => i + 10);
    const all = owned(...many.map((id) => entry(`alert/a${id}`, String(id))));
    const emptied: Manifest = { ...manifest(), kinds: ["alert"] };
    const objectsOf = { alert: many.map((id) => alert(id)) };
    expect(plan(emptied, { objects: objectsOf, ownership: all }).refused).toEqual(["guard-max-deletes"]);
    expect(plan({ ...emptied, maxDeletes: 10 }, { objects: objectsOf, ownership: all }).refused).toEqual([]);
  });

  it("counts for a limit of what is on the appliance still, not of what was there once", () => {
    const ids = Array.from({ length: 20 }, (_, i) => i + 10);
    const all = owned(...ids.map((id) => entry(`alert/a${id}`, String(id))));
    const refusedWith = (live: readonly number[]) =>
      plan(
        { ...manifest(...ids.slice(4).map((id) => resource(`alert/a${id}`))), kinds: ["alert"] },
        { objects: { alert: live.map((id) => alert(id)) }, ownership: all },
      ).refused;
    expect(refusedWith(ids)).toEqual([]);
    expect(refusedWith(ids.slice(0, 19))).toEqual(["guard-max-deletes"]);
  });
});

describe("the cause of a difference", () => {
  const cause = (applied: Json, live: Json, declared: Json) => {
    const ownership = owned(entry("alert/a1", "1", { values: { severity: applied } }));
    const { changes } = plan(one("alert/a1", { fields: { severity: declared } }), {
      objects: { alert: [alert(1, { severity: live })] },
      ownership,
    });
    return [changes[0]?.cause, changes[0]?.fields[0]?.cause];
  };

  it("is the manifest, drift or both, by what was applied last", () => {
    expect(cause(3, 3, 1)).toEqual(["manifest", "manifest"]);
    expect(cause(1, 3, 1)).toEqual(["drift", "drift"]);
    expect(cause(2, 3, 1)).toEqual(["conflict", "conflict"]);
  });

  it("is told of links as well", () => {
    const links = (applied: readonly string[], live: readonly string[]) => {
      const ownership = owned(entry("alert/a1", "1", { links: { email_groups: applied } }));
      const declared = one("alert/a1", { relations: { email_groups: ["M"] } });
      const { changes } = plan(declared, {
        objects: {
          alert: [alert(1)],
          email_group: [
            { id: 5, group_name: "M" },
            { id: 6, group_name: "N" },
          ],
        },
        links: { "alert/1/email_groups": live.map((id) => target(`email_group/${id}`, id)) },
        ownership,
      });
      return changes[0]?.relations[0]?.cause;
    };
    expect([links(["5"], []), links([], []), links(["6"], [])]).toEqual(["drift", "manifest", "conflict"]);
  });

  it("of a missing object is that somebody deleted it", () => {
    const parts = { fields: { type: "detection", severity: 3 } };
    const missing = (severity: number) =>
      plan(one("alert/a1", parts), {
        objects: { alert: [] },
        ownership: owned(entry("alert/a1", "1", { values: { type: "detection", severity } })),
      }).changes[0]?.cause;
    expect([missing(3), missing(4)]).toEqual(["drift", "conflict"]);
    expect(
      plan(one("alert/a1", parts), { objects: { alert: [] }, ownership: owned() }).changes[0]?.cause,
    ).toBe("manifest");
  });

  it("of another name is who gave it", () => {
    const byHand = plan(one("tag/t"), {
      objects: { tag: [{ id: 1, name: "x" }] },
      ownership: owned(entry("tag/t", "1")),
    });
    expect(byHand.changes).toMatchObject([{ action: "rename", previousName: "x", cause: "drift" }]);
    const here = plan(one("tag/new", { lifecycle: { renamedFrom: ["t"] } }), {
      objects: { tag: [{ id: 1, name: "t" }] },
      ownership: owned(entry("tag/t", "1")),
    });
    expect(here.changes).toMatchObject([{ action: "rename", previousName: "t", cause: "manifest" }]);
    expect(here.actions).toEqual(["rename tag/new"]);
  });
});

describe("an entry with a former name", () => {
  const ownership = owned(entry("tag/old", "1"));
  const tags = (...names: readonly string[]) => ({
    objects: { tag: names.map((name, i) => ({ id: i + 1, name })) },
    ownership,
  });
  const renamed: Manifest = {
    ...one("tag/new", { lifecycle: { renamedFrom: ["older", "old"] } }),
    kinds: ["tag"],
  };

  it("keeps the object that was applied under it, whatever somebody called it since", () => {
    const { changes, codes } = plan(renamed, tags("by hand"));
    expect(changes).toMatchObject([
      { action: "rename", id: "1", previousName: "by hand", cause: "conflict" },
    ]);
    expect(codes).toEqual([]);
    expect(plan(renamed, tags("new")).actions).toEqual([]);
  });

  it("is a question where another object has one of the names by now", () => {
    expect(plan(renamed, tags("by hand", "old")).codes).toEqual(["applied-elsewhere"]);
    expect(plan(renamed, tags("by hand", "new")).codes).toEqual(["both-names-live"]);
  });

  it("deletes what was applied under it where it must not exist", () => {
    const absent = one("tag/new", { lifecycle: { renamedFrom: ["old"], state: "absent" } });
    expect(plan({ ...absent, kinds: ["tag"] }, tags("by hand")).actions).toEqual(["delete tag/old"]);
  });
});

describe("a delete and a create that look like one object", () => {
  const values = { type: "detection", severity: 3, object_type: "device" };
  const ownership = owned(entry("alert/old", "1", { values }));
  const codesFor = (fields: JsonObject) =>
    plan(
      { ...one("alert/new", { fields }), kinds: ["alert"] },
      { objects: { alert: [alert(1, { name: "old" })] }, ownership },
    ).codes;

  it("are pointed out, with the line that keeps the id", () => {
    expect(codesFor(values)).toEqual(["looks-like-rename"]);
    expect(codesFor({ ...values, severity: 5 })).toEqual([]);
    expect(codesFor({ type: "detection" })).toEqual([]);
  });

  it("are not pointed out where either could be another's", () => {
    const two = {
      ...manifest(resource("alert/new", { fields: values }), resource("alert/newer", { fields: values })),
      kinds: ["alert"],
    };
    const { codes } = plan(two, { objects: { alert: [alert(1, { name: "old" })] }, ownership });
    expect(codes).toEqual([]);
  });

  it("are a rename with that line, and no delete", () => {
    const declared = one("alert/new", { fields: values, lifecycle: { renamedFrom: ["old"] } });
    const { actions, codes } = plan(declared, {
      objects: { alert: [alert(1, { name: "old", ...values })] },
      ownership,
    });
    expect([actions, codes]).toEqual([["rename alert/new"], []]);
  });
});

describe("what was applied as a secret", () => {
  it("is shown as one also where the manifest has a plain value by now", () => {
    const fields = { script: record("s3cret", { salt: SALT, sensitive: true }) };
    const { changes } = plan(one("trigger/T", { fields: { script: "plain" } }), {
      objects: { trigger: [{ id: 1, name: "T", script: "s3cret" }] },
      ownership: owned(entry("trigger/T", "1", { fields })),
    });
    expect(changes).toMatchObject([
      { fields: [{ before: "(sensitive)", after: "(sensitive)", sensitive: true, cause: "manifest" }] },
    ]);
  });
});

describe("a field that is declared no more", () => {
  it("is released: shown, left as it is, and recorded no longer", () => {
    const ownership = owned(
      entry("alert/a1", "1", { values: { severity: 3, description: "x" }, links: { networks: [] } }),
    );
    const { changes, inventory } = plan(one("alert/a1", { fields: { severity: 3 } }), {
      objects: { alert: [alert(1)] },
      ownership,
    });
    expect(changes).toMatchObject([
      { action: "release", released: ["description", "networks"], operations: [] },
    ]);
    expect(inventory).toBe(true);
  });

  it("may be one key of an object", () => {
    const ownership = owned(
      entry("trigger/T", "1", { values: { "hints/snaplen": 96, "hints/flowUdpAll": true } }),
    );
    const live = { id: 1, name: "T", hints: { snaplen: 96, flowUdpAll: true } };
    const { changes } = plan(one("trigger/T", { fields: { hints: { snaplen: 96 } } }), {
      objects: { trigger: [live] },
      ownership,
    });
    expect(changes).toMatchObject([{ action: "release", released: ["hints/flowUdpAll"] }]);
  });
});

describe("another owner's object", () => {
  const other: Inventory = { owner: "other", salt: SALT, appliedAt: 1, entries: [entry("alert/a1", "1")] };
  const ownership = createOwnership(
    { owner: "test", salt: SALT, appliedAt: null, entries: [] },
    [other],
    true,
  );

  it("is neither adopted, changed nor deleted", () => {
    for (const parts of [{ fields: { severity: 1 } }, { lifecycle: { state: "absent" as const } }]) {
      expect(plan(one("alert/a1", parts), { objects: { alert: [alert(1)] }, ownership }).refused).toEqual([
        "guard-other-owner",
      ]);
    }
  });
});

describe("an owned object that was renamed on the appliance", () => {
  it("is deleted only when nobody refers to it by its new name any more", () => {
    const { changes } = plan(
      { ...one("alert/a1", { relations: { email_groups: [] } }), kinds: ["alert", "email_group"] },
      {
        objects: { alert: [alert(1)], email_group: [{ id: 3, group_name: "renamed" }] },
        links: { "alert/1/email_groups": [target("email_group/renamed", "3")] },
        ownership: owned(entry("alert/a1", "1"), entry("email_group/Ops", "3")),
      },
    );
    expect(changes.map(({ action, address, requires }) => [action, address, requires])).toEqual([
      ["update", "alert/a1", []],
      ["delete", "email_group/Ops", ["alert/a1"]],
    ]);
  });
});

describe("a change that leaves the record as it is", () => {
  it("is recorded for its time", () => {
    const applied = entry("alert/a1", "1", { values: { severity: 3 } });
    const parts = { objects: { alert: [alert(1, { severity: 5 })] } };
    const declared = one("alert/a1", { fields: { severity: 3 } });
    const healed = plan(declared, { ...parts, ownership: owned(applied) });
    expect([healed.actions, healed.inventory]).toEqual([["update alert/a1"], true]);
    expect(plan(declared, parts).inventory).toBe(false);
  });
});

describe("nothing changed", () => {
  it("is an empty plan, and no write of the inventory", () => {
    const applied = entry("alert/a1", "1", { values: { severity: 3 } });
    const { changes, inventory } = plan(one("alert/a1", { fields: { severity: 3 } }), {
      objects: { alert: [alert(1)] },
      ownership: owned(applied),
    });
    expect([changes, inventory]).toEqual([[], false]);
  });
});
