import { describe, expect, it } from "vitest";
import type { JsonObject, Resource } from "../../src/model.ts";
import { defaultMaxDeletes, refusals } from "../../src/reconcile/guards.ts";
import { planManifest } from "../../src/reconcile/plan.ts";
import { manifest, resource, snapshot } from "../helpers/builders.ts";

function refused(
  resources: readonly Resource[],
  objects: Readonly<Record<string, readonly JsonObject[]>>,
  maxDeletes?: number,
) {
  const declared = manifest(...resources);
  const live = snapshot({ objects });
  const guarded = { ...planManifest(declared, live), manifest: declared, snapshot: live };
  const found = refusals(guarded, maxDeletes === undefined ? {} : { maxDeletes });
  return found.map((d) => `${d.code} ${d.address ?? ""}`.trim());
}

const absent = (name: string, more = {}): Resource =>
  resource(`tag/${name}`, { lifecycle: { state: "absent", ...more } });
const tags = (count: number): JsonObject[] =>
  Array.from({ length: count }, (_, i) => ({ id: i, name: `t${i}` }));

describe("guards", () => {
  it("allow a fifth of what is managed to be deleted, at least 3 and at most 25", () => {
    expect([0, 3, 15, 16, 20, 100, 125, 1000].map(defaultMaxDeletes)).toEqual([3, 3, 3, 3, 4, 20, 25, 25]);
  });

  it("refuse more deletes than that, and take --max-deletes at its word, 0 included", () => {
    const four = [0, 1, 2, 3].map((i) => absent(`t${i}`));
    expect(refused(four, { tag: tags(4) })).toEqual(["guard-max-deletes"]);
    expect(refused(four, { tag: tags(4) }, 4)).toEqual([]);
    expect(refused(four.slice(0, 3), { tag: tags(4) })).toEqual([]);
    expect(refused(four.slice(0, 1), { tag: tags(4) }, 0)).toEqual(["guard-max-deletes"]);
  });

  it("count a replace as a delete, and protect from it", () => {
    const group = resource("device_group/G", {
      relations: { devices: [] },
      lifecycle: { preventDestroy: true },
    });
    const objects = { device_group: [{ id: 1, name: "G", dynamic: true }] };
    expect(refused([group], objects)).toEqual(["guard-prevent-destroy device_group/G"]);
    expect(refused([group], objects, 0)).toEqual([
      "guard-prevent-destroy device_group/G",
      "guard-max-deletes",
    ]);
  });

  it("protect from state: absent as well, and let other changes through", () => {
    expect(refused([absent("t0", { preventDestroy: true })], { tag: tags(1) })).toEqual([
      "guard-prevent-destroy tag/t0",
    ]);
    const changed = resource("email_group/M", {
      fields: { system_notifications: true },
      lifecycle: { preventDestroy: true },
    });
    expect(refused([changed], { email_group: [{ id: 4, group_name: "M" }] })).toEqual([]);
  });

  it("never delete what ships with the appliance", () => {
    const alert = resource("alert/Web", { lifecycle: { state: "absent" } });
    const mail = resource("email_group/Default", { lifecycle: { state: "absent" } });
    const objects = {
      alert: [{ id: 11, name: "Web", author: "ExtraHop" }],
      email_group: [{ id: 1, group_name: "Default" }],
    };
    expect(refused([alert, mail], objects)).toEqual([
      "guard-built-in alert/Web",
      "guard-built-in email_group/Default",
    ]);
  });
});
