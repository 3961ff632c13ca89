/** A console: two sensors, with networks and applications of the same names. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Sandbox, SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { sandbox } from "../helpers/sandbox.ts";

const ALERT = {
  name: "A",
  stat_name: "extrahop.capture.net",
  field_name: "bytes",
  operator: ">",
  operand: 1,
};

const NODE = 2 ** 32;

async function open(options: SandboxOptions = {}): Promise<Sandbox> {
  return sandbox({ devices: 20, platform: "console", ...options });
}

async function run(box: Sandbox, command: string, relations: object, inventory = "none") {
  const cwd = folder();
  writeFileSync(
    join(cwd, "m.yaml"),
    JSON.stringify({ version: 1, inventory, alerts: [{ ...ALERT, ...relations }] }),
  );
  const flags = command === "apply" ? ["--auto-approve"] : [];
  return documentOf(await cli([command, "m.yaml", "--format", "json", ...flags], { sandbox: box, cwd }));
}

describe.each(["5.2", "8.7"])("names on a console of %s", (firmware) => {
  it("that several sensors have are an error that lists them, and the sensor chooses one", async () => {
    const box = await open({ firmware });
    const { diagnostics } = await run(box, "plan", {
      networks: ["Core span"],
      applications: ["All Activity"],
    });
    expect(diagnostics.map(({ code, detail }) => [code, detail])).toEqual([
      [
        "ambiguous-reference",
        '"Core span" is on the nodes "Data center" and "Headquarters". Say which one is meant: {name: "Core span", node: "Data center"}.',
      ],
      [
        "ambiguous-reference",
        '"All Activity" is on the nodes "Data center" and "Headquarters". Say which one is meant: {name: "All Activity", node: "Data center"}.',
      ],
    ]);
    const chosen = {
      networks: [{ name: "Core span", node: "Headquarters" }],
      applications: [{ discovery_id: "_capture", node: 7 }],
    };
    await run(box, "apply", chosen);
    const id = box.appliance.find("alerts", "A")?.id ?? -1;
    expect(box.appliance.linked("alerts/networks", id)).toEqual([7 * NODE + 1]);
    expect(box.appliance.linked("alerts/applications", id)).toEqual([7 * NODE + 1]);
    expect((await run(box, "plan", chosen)).changes).toEqual([]);
  });

  it("tell namesakes apart in plans and in exports", async () => {
    const box = await open({ firmware });
    await run(box, "apply", { networks: [{ name: "Core span", node: "6" }] });
    const planned = await run(box, "plan", { networks: [{ name: "Core span", node: "Headquarters" }] });
    expect(planned.changes[0]?.relations).toMatchObject([
      { assign: ["network/Core span (Headquarters)"], unassign: ["network/Core span (Data center)"] },
    ]);
    const { stdout } = await cli(["export", "--kind", "alerts"], { sandbox: box });
    expect(stdout).toContain("networks: [{name: Core span, node: Data center}]");
  });

  it("on a node that does not have it are an error, as is a node of a sensor", async () => {
    const networks = [{ name: "Core span", node: "Headquater" }];
    const { diagnostics } = await run(await open({ firmware }), "plan", { networks });
    expect(diagnostics).toMatchObject([
      {
        code: "no-such-node",
        detail:
          'No node "Headquater" has it; "Data center" and "Headquarters" have. Did you mean "Headquarters"? Write one of these, or its id.',
      },
    ]);
    const sensor = await open({ firmware, platform: "sensor" });
    const alone = await run(sensor, "plan", { networks });
    expect(alone.diagnostics).toMatchObject([
      { code: "no-such-node", detail: expect.stringContaining("is no console") },
    ]);
  });

  it("cost a read of the nodes only where several have one", async () => {
    const box = await open({ firmware });
    const paths = async (relations: object): Promise<readonly string[]> => {
      box.clearRequests();
      await run(box, "plan", relations);
      return box.requests().map(({ path }) => path.replace(/\?.*/, ""));
    };
    expect(await paths({ devices: ["pay-gw-01"] })).not.toContain("/nodes");
    expect((await paths({ networks: ["Core span"] })).filter((path) => path === "/nodes")).toHaveLength(1);
  });
});
