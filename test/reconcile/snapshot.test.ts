import { describe, expect, it } from "vitest";
import type { Resource } from "../../src/model.ts";
import { takeSnapshot } from "../../src/reconcile/snapshot.ts";
import { device, fakePort, manifest, resource } from "../helpers/builders.ts";

type Resources = readonly Resource[];

async function requests(
  resources: Resources,
  answers: Readonly<Record<string, unknown>>,
): Promise<readonly string[]> {
  const { port, calls } = fakePort((call) => answers[call]);
  await takeSnapshot(port, manifest(...resources));
  return calls.map(({ call }) => call).sort();
}

/** What other owners have is told by the list that inventories are in. */
const OWNERS = "GET /triggers";

const ALERTS = [1, 2, 3].map((id) => ({ id, name: `a${id}`, author: "ops" }));
const NETWORKS = [
  { id: 0, name: "N" },
  { id: 1, name: "P" },
];

describe("takeSnapshot", () => {
  it("reads nothing of what no entry needs", async () => {
    expect(await requests([], {})).toEqual([OWNERS]);
    const absent = resource("tag/t", { lifecycle: { state: "absent" } });
    expect(await requests([absent], {})).toEqual(["GET /tags", OWNERS]);
    const { port, calls } = fakePort();
    await takeSnapshot(port, manifest(absent), { unrecorded: true });
    expect(calls).toEqual([{ call: "GET /tags" }]);
  });

  it("reads one list per kind that has entries or is referred to, and links of live objects only", async () => {
    const sent = await requests(
      [
        resource("alert/a1", { relations: { email_groups: ["M"], devices: [] } }),
        resource("alert/new", { relations: { email_groups: ["M"] } }),
        resource("device_group/G", { fields: { filter: { field: "tag", operator: "=", operand: "t" } } }),
      ],
      { "GET /alerts": ALERTS, "GET /emailgroups": [{ id: 5, group_name: "M" }] },
    );
    expect(sent).toEqual([
      "GET /alerts",
      "GET /alerts/1/devices",
      "GET /alerts/1/emailgroups",
      "GET /devicegroups?type=all",
      "GET /emailgroups",
      "GET /tags",
      OWNERS,
    ]);
  });

  it("reads links from the side with fewer objects, and finds the same", async () => {
    const three = ALERTS.map(({ name }) => resource(`alert/${name}`, { relations: { networks: ["N"] } }));
    const answers = {
      "GET /alerts": ALERTS,
      "GET /networks": NETWORKS,
      "GET /networks/0/alerts?direct_assignments_only=true": [{ id: 1 }, { id: 3 }, { id: 99 }],
      "GET /networks/1/alerts?direct_assignments_only=true": [{ id: 3 }],
      [OWNERS]: [],
    };
    const { port, calls } = fakePort((call) => answers[call as keyof typeof answers]);
    const { links } = await takeSnapshot(port, manifest(...three));
    expect(calls.map(({ call }) => call).sort()).toEqual(Object.keys(answers).sort());
    const linked = [...links].map(([key, list]) => [key, list.map((l) => l.address).sort()]);
    expect(linked).toEqual([
      ["alert 1 networks", ["network/N"]],
      ["alert 2 networks", []],
      ["alert 3 networks", ["network/N", "network/P"]],
    ]);
    expect(await requests(three.slice(0, 2), answers)).toEqual([
      "GET /alerts",
      "GET /alerts/1/networks",
      "GET /alerts/2/networks",
      "GET /networks",
      OWNERS,
    ]);
  });

  it.each([
    [5000, 500],
    [500, 5000],
    [40, 40],
  ])(
    "asks the smaller of two sides, with %i alerts and %i groups, and alerts where only they tell",
    async (n, m) => {
      const list = (count: number) => Array.from({ length: count }, (_, id) => ({ id, name: `o${id}` }));
      const alerts = list(n).map(({ name }) =>
        resource(`alert/${name}`, { relations: { device_groups: ["o1"], email_groups: ["M"] } }),
      );
      const sent = await requests(alerts, {
        "GET /alerts": list(n),
        "GET /devicegroups?type=all": list(m),
        "GET /emailgroups": [{ id: 5, group_name: "M" }],
      });
      const lists = ["GET /alerts", "GET /devicegroups?type=all", "GET /emailgroups", OWNERS].length;
      expect(sent.length).toBe(lists + Math.min(n, m) + n);
    },
  );

  it("asks the objects, however few devices they name: any other device may have a link", async () => {
    const one = device({ by: "id", value: "7" });
    const three = ALERTS.map(({ name }) => resource(`alert/${name}`, { relations: { devices: [one] } }));
    const sent = await requests(three, { "GET /alerts": ALERTS, "GET /devices/7": { id: 7 } });
    expect(sent).toEqual([
      "GET /alerts",
      ...ALERTS.map(({ id }) => `GET /alerts/${id}/devices`),
      "GET /devices/7",
      OWNERS,
    ]);
  });

  it("reads members of a static group in pages and from the beginning of time", async () => {
    const group = resource("device_group/G", { relations: { devices: [] } });
    const answers = { "GET /devicegroups?type=all": [{ id: 7, name: "G", dynamic: false }] };
    expect(await requests([group], answers)).toContain("GET /devicegroups/7/devices?active_from=1");
  });

  it("of a group to be replaced reads who is linked to it, not its members", async () => {
    const group = resource("device_group/G", { relations: { devices: [] } });
    const answers = { "GET /devicegroups?type=all": [{ id: 7, name: "G", dynamic: true }] };
    expect(await requests([group], answers)).toEqual([
      "GET /devicegroups/7/alerts?direct_assignments_only=true",
      "GET /devicegroups/7/triggers?direct_assignments_only=true",
      "GET /devicegroups?type=all",
      OWNERS,
    ]);
  });

  it("looks for similar names only where a device that must be there was not found", async () => {
    const named = (optional: boolean) =>
      resource("tag/t", {
        relations: { devices: [device({ by: "name", value: "pay-gw-02" }, { optional })] },
      });
    const filters: unknown[] = [];
    const { port } = fakePort((call, body) => {
      if (call !== "POST /devices/search") return undefined;
      const { filter } = body as { filter: { operator: string; operand: string } };
      filters.push([filter.operator, filter.operand]);
      return filter.operator === "startswith" ? [{ id: 1, display_name: "pay-gw-01" }] : [];
    });
    expect((await takeSnapshot(port, manifest(named(true)))).similarNames).toEqual([]);
    expect((await takeSnapshot(port, manifest(named(false)))).similarNames).toEqual(["pay-gw-01"]);
    expect(filters).toEqual([
      ["=", "pay-gw-02"],
      ["=", "pay-gw-02"],
      ["startswith", "pay-g"],
    ]);
  });

  it("does not take a list that failed, or an object without id or name, for an empty appliance", async () => {
    const failing = fakePort(() => {
      throw new Error("500");
    });
    await expect(takeSnapshot(failing.port, manifest(resource("tag/t")))).rejects.toThrow("500");
    for (const wire of [{ name: "x" }, { id: "1", name: "x" }, { id: 1.5, name: "x" }, { id: 1 }]) {
      const odd = fakePort(() => [wire]);
      await expect(takeSnapshot(odd.port, manifest(resource("tag/t")))).rejects.toMatchObject({
        code: "malformed",
      });
    }
  });
});
