/** What a repair makes of a manifest and the live objects, and what a forget leaves. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { record } from "../../src/inventory/record.ts";
import type { Inventory, InventoryEntry, JsonObject, Manifest } from "../../src/model.ts";
import { forgetEntries } from "../../src/reconcile/forget.ts";
import { createOwnership } from "../../src/reconcile/ownership.ts";
import { planManifest } from "../../src/reconcile/plan.ts";
import { repair } from "../../src/reconcile/repair.ts";
import { manifest, resource, type SnapshotParts, snapshot, target } from "../helpers/builders.ts";

const SALT = "c2FsdA==";

function entry(address: string, id: string | null, more: Partial<InventoryEntry> = {}): InventoryEntry {
  return {
    address,
    id,
    file: "manifests/test.yaml",
    fields: {},
    relations: {},
    preventDestroy: false,
    adopted: false,
    ...more,
  };
}

function inventory(entries: readonly InventoryEntry[], owner = "test"): Inventory {
  const sorted = [...entries].sort((a, b) => (a.address < b.address ? -1 : 1));
  return { owner, salt: SALT, appliedAt: 7, entries: sorted };
}

interface Before {
  readonly own?: readonly InventoryEntry[];
  readonly others?: readonly Inventory[];
}

function repaired(declared: Manifest, parts: SnapshotParts, { own = [], others = [] }: Before = {}) {
  const ownership = createOwnership(inventory(own), others, true);
  const whole: Manifest = { ...declared, inventory: { kind: "appliance" } };
  const { planned } = planManifest(whole, snapshot({ ...parts, ownership }));
  return repair(whole, planned, ownership);
}

const tag = (id: number, name = `t${id}`): JsonObject => ({ id, name });
const alert = (id: number, more: JsonObject = {}): JsonObject => ({
  id,
  name: `a${id}`,
  author: "ops",
  ...more,
});
const addresses = (entries: readonly InventoryEntry[]) => entries.map(({ address }) => address);

describe("a repair", () => {
  it("records what is declared of each object that exists, and nothing of what does not", () => {
    const declared = manifest(
      resource("alert/a1", {
        fields: { severity: 1 },
        relations: { email_groups: ["g"] },
        lifecycle: { preventDestroy: true },
      }),
      resource("alert/new", { fields: { severity: 1 } }),
    );
    const { inventory: after, ...rest } = repaired(declared, {
      objects: { alert: [alert(1, { severity: 5 }), alert(2)], email_group: [{ id: 3, group_name: "g" }] },
      links: { "alert/1/email_groups": [target("email_group/other", "4")] },
    });
    expect(after.entries).toEqual([
      entry("alert/a1", "1", {
        fields: { severity: record(1, { salt: SALT, sensitive: false }) },
        relations: { email_groups: { value: ["3"] } },
        preventDestroy: true,
        adopted: true,
      }),
    ]);
    expect([addresses(rest.gained), rest.givenUp, rest.differs, rest.diagnostics]).toEqual([
      ["alert/a1"],
      [],
      true,
      [],
    ]);
    expect([after.owner, after.salt, after.appliedAt]).toEqual(["test", SALT, 7]);
  });

  it("keeps hashes of secrets only", () => {
    const secret = { "/description": { template: "${env:S}", names: ["S"] } };
    const declared = manifest(resource("alert/a1", { fields: { description: "hunter2" }, secrets: secret }));
    const { inventory: after } = repaired(declared, { objects: { alert: [alert(1)] } });
    expect(JSON.stringify(after)).not.toContain("hunter2");
    expect(after.entries[0]?.fields.description).toHaveProperty("hash");
  });

  it("keeps from the old inventory who made an object, and finds it under its new name", () => {
    const declared = manifest(
      ...["tag/t1", "tag/t2", "tag/t3", "tag/t4"].map((address) => resource(address)),
    );
    const { inventory: after, gained } = repaired(
      declared,
      { objects: { tag: [tag(1), tag(2), tag(3), tag(4, "renamed by hand")] } },
      {
        own: [
          entry("tag/t1", "1"),
          entry("tag/t2", "2", { adopted: true }),
          entry("tag/t3", null),
          entry("tag/t4", "4"),
        ],
      },
    );
    expect(after.entries.map(({ address, id, adopted }) => [address, id, adopted])).toEqual([
      ["tag/t1", "1", false],
      ["tag/t2", "2", true],
      ["tag/t3", "3", false],
      ["tag/t4", "4", false],
    ]);
    expect(addresses(gained)).toEqual(["tag/t3"]);
  });

  it("gives up what is not declared, not live, or applied from another file", () => {
    const elsewhere = entry("tag/t3", "3", { file: "elsewhere.yaml" });
    const own = [
      entry("alert/a1", "1"),
      entry("tag/gone", "9"),
      entry("tag/t2", "2"),
      elsewhere,
      entry("tag/t1", "1"),
    ];
    const { inventory: after, givenUp } = repaired(
      manifest(resource("tag/t1"), resource("tag/gone")),
      { objects: { tag: [tag(1), tag(2), tag(3)], alert: [alert(1)] } },
      { own },
    );
    expect(addresses(after.entries)).toEqual(["tag/t1"]);
    expect(addresses(givenUp)).toEqual(["alert/a1", "tag/gone", "tag/t2", "tag/t3"]);
  });

  it("leaves the protection of what must not exist, and takes over nothing of that sort", () => {
    const absent = { lifecycle: { state: "absent" } } as const;
    const own = [entry("tag/t1", "1", { preventDestroy: true })];
    const { inventory: after, differs } = repaired(
      manifest(resource("tag/t1", absent), resource("tag/t2", absent)),
      { objects: { tag: [tag(1), tag(2)] } },
      { own },
    );
    expect([after.entries, differs]).toEqual([own, false]);
  });

  it("never takes what another owner has", () => {
    const { inventory: after, diagnostics } = repaired(
      manifest(resource("tag/t1"), resource("tag/t2")),
      { objects: { tag: [tag(1), tag(2)] } },
      { own: [entry("tag/t1", "1")], others: [inventory([entry("tag/x", "1")], "them")] },
    );
    expect(addresses(after.entries)).toEqual(["tag/t2"]);
    expect(diagnostics).toMatchObject([{ severity: "warning", code: "owned-by-other", address: "tag/t1" }]);
  });

  it("of any old inventory owns exactly the declared objects that exist, and a second one changes nothing", () => {
    const ids = fc.subarray([1, 2, 3, 4, 5, 6]);
    const old = fc
      .subarray([1, 2, 3, 4, 5, 6])
      .chain((some) =>
        fc.tuple(
          ...some.map((n) =>
            fc
              .record({ adopted: fc.boolean(), preventDestroy: fc.boolean(), confirmed: fc.boolean() })
              .map(({ confirmed, ...more }) => entry(`tag/t${n}`, confirmed ? String(n) : null, more)),
          ),
        ),
      );
    fc.assert(
      fc.property(ids, ids, ids, old, (declared, live, foreign, own) => {
        const wanted = manifest(...declared.map((n) => resource(`tag/t${n}`)));
        const parts = { objects: { tag: live.map((n) => tag(n)) } };
        const others = [
          inventory(
            foreign.map((n) => entry(`tag/t${n}`, String(n))),
            "them",
          ),
        ];
        const first = repaired(wanted, parts, { own, others });
        const expected = declared.filter((n) => live.includes(n) && !foreign.includes(n));
        expect(first.inventory.entries.map(({ id }) => id)).toEqual(expected.map(String));
        const again = repaired(wanted, parts, { own: first.inventory.entries, others });
        expect([again.inventory, again.differs, again.gained, again.givenUp]).toEqual([
          first.inventory,
          false,
          [],
          [],
        ]);
      }),
    );
  });
});

describe("a forget", () => {
  const before = inventory([entry("alert/pci", "1"), entry("tag/pci", "2"), entry("tag/t1", "3")]);

  it("removes the entries that are named, each once, and leaves the others as they were", () => {
    const {
      inventory: after,
      givenUp,
      diagnostics,
    } = forgetEntries(before, ["tag/t1", "tag/t1", "alert/pci"]);
    expect(after).toEqual({ ...before, entries: [entry("tag/pci", "2")] });
    expect([addresses(givenUp), diagnostics]).toEqual([["alert/pci", "tag/t1"], []]);
  });

  it.each([
    ["tag/t2", 'Did you mean "tag/t1"?'],
    ["pci", 'Did you mean "alert/pci" or "tag/pci"?'],
    ["__proto__", 'has no "__proto__". `hopsync'],
  ])("of %s is an error that says what may be meant", (address, text) => {
    const { diagnostics } = forgetEntries(before, [address]);
    expect(diagnostics).toMatchObject([{ severity: "error", code: "not-owned" }]);
    expect(diagnostics[0]?.detail).toContain(text);
  });
});
