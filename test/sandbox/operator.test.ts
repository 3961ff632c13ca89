import { describe, expect, it } from "vitest";
import { ALERT, create, NOW, open } from "./client.ts";

describe("somebody at the web interface", () => {
  it("finds, adds, changes and removes objects, and the API shows it", async () => {
    const { sandbox, call } = await open();
    const { appliance } = sandbox;
    const id = appliance.add("alerts", { name: "By hand", cc: ["a@b.c"] });
    expect((await call("GET", `/alerts/${id}`)).body).toMatchObject({
      name: "By hand",
      author: "admin",
      severity: 3,
    });
    appliance.edit("alerts", id, { severity: 1, operand: ".5" });
    expect((await call("GET", `/alerts/${id}`)).body).toMatchObject({
      severity: 1,
      operand: "0.5",
      cc: ["a@b.c"],
    });
    expect(appliance.find("alerts", "By hand")?.id).toBe(id);
    expect(appliance.find("emailgroups", "Default")?.id).toBe(1);
    expect(appliance.find("devices", "web-01")?.id).toBe(2);
    expect(appliance.find("tags", "none")).toBeUndefined();
    appliance.remove("alerts", id);
    expect((await call("GET", `/alerts/${id}`)).status).toBe(404);
  });

  it("links and unlinks from both sides", async () => {
    const { sandbox, call } = await open();
    const { appliance } = sandbox;
    const tag = appliance.add("tags", { name: "pci" });
    appliance.link("tags/devices", tag, 2);
    appliance.link("devices/tags", 1, tag);
    expect(appliance.linked("tags/devices", tag)).toEqual([1, 2]);
    expect((await call("GET", `/tags/${tag}/devices`)).body).toHaveLength(2);
    appliance.unlink("devices/tags", 2, tag);
    expect(appliance.linked("devices/tags", 2)).toEqual([]);
    appliance.link("alerts/emailgroups", 11, 1);
    expect(appliance.linked("emailgroups/alerts", 1)).toEqual([11]);
  });

  it("may do what the API refuses, such as a second object of one name", async () => {
    const { sandbox, call } = await open();
    await create(call, "alerts", ALERT);
    sandbox.appliance.add("alerts", ALERT);
    expect(
      (await call("GET", "/alerts")).body.filter((a: { name: string }) => a.name === ALERT.name),
    ).toHaveLength(2);
  });

  it("is named in the audit log", async () => {
    const { sandbox, call } = await open();
    const { appliance } = sandbox;
    const tag = appliance.add("tags", { name: "pci" });
    appliance.edit("alerts", 16, { severity: 2, disabled: true }, "maria");
    appliance.link("tags/devices", tag, 2, "maria");
    appliance.remove("tags", tag, "tom");
    const entries = (await call("GET", "/auditlog?limit=4")).body.map(
      (entry: { body: unknown }) => entry.body,
    );
    expect(entries).toEqual([
      { user: "tom", operation: "Delete", details: 'tags/1 "pci"', facility: "Web UI" },
      { user: "maria", operation: "Assign", details: 'tags/1 "pci": devices (1)', facility: "Web UI" },
      {
        user: "maria",
        operation: "Modify",
        details: 'alerts/16 "DB Error Ratio - Yellow": severity, disabled',
        facility: "Web UI",
      },
      { user: "admin", operation: "Create", details: 'tags/1 "pci"', facility: "Web UI" },
    ]);
    expect((await call("GET", "/alerts/16")).body.mod_time).toBe(NOW);
  });

  it("is told when what it names is not there", async () => {
    const { sandbox } = await open();
    expect(() => sandbox.appliance.edit("tags", 7, {})).toThrow(RangeError);
    expect(() => sandbox.appliance.remove("tags", 7)).toThrow(RangeError);
    expect(() => sandbox.appliance.link("alerts/devices", 11, 98_765)).toThrow(RangeError);
    expect(() => sandbox.appliance.linked("tags/networks", 1)).toThrow(RangeError);
  });
});
