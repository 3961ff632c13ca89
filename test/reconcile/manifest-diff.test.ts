import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/model.ts";
import { diffManifests, type ManifestDifference } from "../../src/reconcile/manifest-diff.ts";
import { device, manifest, resource } from "../helpers/builders.ts";
import { manifestOf } from "../manifest/workspace.ts";

function brief({ changes }: ManifestDifference): readonly string[] {
  return changes.map(({ action, address }) => `${action} ${address}`);
}

const alert = (severity: number, more: object = {}): Manifest =>
  manifest(resource("alert/A", { fields: { severity, ...more } }));

describe("diffManifests", () => {
  it("finds no difference between what means the same", async () => {
    const head = await manifestOf(`version: 1
alerts:
  - {name: A, severity: error, operand: 0.50, cc: [b@example.com, a@example.com], email_groups: [x, y]}
email_groups: [{name: x}, {name: y}]
`);
    const base = await manifestOf(`version: 1
email_groups: [{name: y}, {name: x}]
alerts:
  - {name: A, email_groups: [y, x], operand: "0.5", cc: [a@example.com, B@example.com], severity: 3}
`);
    expect(diffManifests(base, head)).toMatchObject({ changes: [], summary: { unchanged: 3, create: 0 } });
  });

  it("finds entries that are added, removed, changed and renamed", () => {
    const base = manifest(
      resource("tag/old"),
      resource("tag/gone"),
      resource("alert/A", { fields: { severity: 3 } }),
      resource("tag/same"),
    );
    const renamed = resource("tag/new", { lifecycle: { renamedFrom: ["older", "old"] } });
    const head = manifest(
      resource("tag/added"),
      renamed,
      resource("alert/A", { fields: { severity: 5 } }),
      resource("tag/same"),
    );
    const difference = diffManifests(base, head);
    expect(brief(difference)).toEqual([
      "delete tag/gone",
      "create tag/added",
      "rename tag/new",
      "update alert/A",
    ]);
    expect(difference.changes[2]).toMatchObject({ previousName: "old", id: null, operations: [] });
    expect(difference.changes[3]?.fields).toMatchObject([{ pointer: "/severity", before: 3, after: 5 }]);
    expect(difference.summary).toMatchObject({ create: 1, update: 1, rename: 1, delete: 1, unchanged: 1 });
  });

  it("takes an entry for a new one where its former name is still declared", () => {
    const base = manifest(resource("tag/old"));
    const head = manifest(resource("tag/old"), resource("tag/new", { lifecycle: { renamedFrom: ["old"] } }));
    expect(brief(diffManifests(base, head))).toEqual(["create tag/new"]);
  });

  it("calls everything new where there was no manifest", () => {
    expect(brief(diffManifests(undefined, alert(3)))).toEqual(["create alert/A"]);
    expect(brief(diffManifests(alert(3), manifest()))).toEqual(["delete alert/A"]);
  });

  it("goes to the deepest difference, and tells a cleared field from an undeclared one", () => {
    const group = (operand: string): Manifest =>
      manifest(resource("device_group/G", { fields: { filter: { field: "name", operator: "=", operand } } }));
    const [change] = diffManifests(group("a"), group("b")).changes;
    expect(change?.fields).toMatchObject([{ pointer: "/filter/operand", before: "a", after: "b" }]);
    const cleared = diffManifests(alert(3), alert(3, { description: null, disabled: true })).changes[0];
    expect(cleared?.fields).toMatchObject([
      { pointer: "/description", after: null },
      { pointer: "/disabled", after: true },
    ]);
  });

  it("shows a secret on neither side, whichever side has it", () => {
    const hints = (key: string, names: readonly string[]): Manifest => {
      const secrets =
        names.length === 0 ? {} : { "/hints/key": { template: `\${env:${names.join()}}`, names } };
      return manifest(resource("trigger/T", { fields: { hints: { key } }, secrets }));
    };
    const [plain, one, other] = [
      hints("s3cret-plain", []),
      hints("s3cret-1", ["A"]),
      hints("s3cret-2", ["B"]),
    ];
    expect(diffManifests(one, hints("s3cret-3", ["A"])).changes).toEqual([]);
    for (const [base, head] of [
      [plain, one],
      [one, other],
      [one, plain],
      [undefined, one],
      [one, manifest()],
    ] as const) {
      const text = JSON.stringify(diffManifests(base, head));
      expect(text).toContain("(sensitive)");
      expect(text).not.toContain("s3cret");
      expect(text).not.toContain("env:");
    }
  });

  it("tells relations by what is listed", () => {
    const group = (...devices: Parameters<typeof device>[]): Manifest =>
      manifest(
        resource("device_group/G", { relations: { devices: devices.map((given) => device(...given)) } }),
      );
    const base = group([{ by: "ip", value: "10.0.0.1" }], [{ by: "name", value: "web" }]);
    const filter = { field: "role", operator: "=", operand: "x" };
    const head = group(
      [{ by: "ip", value: "10.0.0.1" }],
      [{ by: "name", value: "web" }, { all: true }],
      [{ by: "filter", filter }, { optional: true }],
      [{ by: "search", type: "vlan", value: "7" }],
    );
    expect(diffManifests(base, head).changes[0]?.relations).toEqual([
      {
        relation: "devices",
        assign: [
          'device/{filter: {field: "role", operator: "=", operand: "x"}, optional: true}',
          'device/{name: "web", all: true}',
          'device/{search: {type: "vlan", value: "7"}}',
        ],
        unassign: ['device/{name: "web"}'],
        cause: null,
      },
    ]);
  });

  it("tells an empty list from none, and links that are let go from links that are taken away", () => {
    const linked = (relations: Readonly<Record<string, readonly string[]>>): Manifest =>
      manifest(resource("alert/A", { relations }));
    const [none, empty, one] = [linked({}), linked({ networks: [] }), linked({ networks: ["n"] })];
    const of = (base: Manifest, head: Manifest): unknown => diffManifests(base, head).changes[0];
    const removed = [{ relation: "networks", assign: [], unassign: ["network/n"] }];
    expect(of(none, empty)).toMatchObject({ fields: [{ pointer: "/networks", after: [] }], relations: [] });
    expect(of(empty, none)).toMatchObject({ fields: [{ pointer: "/networks", before: [] }] });
    expect(of(one, empty)).toMatchObject({ fields: [], relations: removed });
    expect(of(one, empty)).not.toHaveProperty("released");
    expect(of(one, none)).toMatchObject({ fields: [], relations: removed, released: ["networks"] });
  });

  it("shows what changes in lifecycle, owner, limits and inventory", () => {
    const base = {
      ...manifest(resource("tag/a", { lifecycle: { preventDestroy: true, ignoreChanges: ["x"] } })),
      inventory: { kind: "file", path: "state/i.json", root: "/one" } as const,
    };
    const head = {
      ...manifest(resource("tag/a", { lifecycle: { state: "absent", id: "7", ignoreChanges: ["x"] } })),
      owner: "other",
      maxDeletes: 0,
      inventory: { kind: "appliance" } as const,
    };
    const [settings, entry] = diffManifests(base, head).changes;
    expect(settings).toMatchObject({
      address: "manifest",
      fields: [
        { pointer: "/inventory", before: { file: "state/i.json" }, after: "appliance" },
        { pointer: "/limits/deletes", after: 0 },
        { pointer: "/owner", before: "test", after: "other" },
      ],
    });
    expect(entry?.fields.map(({ pointer, before, after }) => [pointer, before, after])).toEqual([
      ["/lifecycle/id", undefined, "7"],
      ["/lifecycle/prevent_destroy", true, undefined],
      ["/lifecycle/state", undefined, "absent"],
    ]);
    const elsewhere = { ...base, inventory: { ...base.inventory, root: "/two" } };
    expect(diffManifests(base, elsewhere).changes).toEqual([]);
  });
});
