/** One manifest on every generation of firmware, on a sensor and on a console. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Sandbox, SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { sandbox } from "../helpers/sandbox.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/every-firmware", import.meta.url));

const GENERATIONS = ["5.2", "7", "8.7", "9.8"];
const PLATFORMS = ["sensor", "console"] as const;
const APPLIANCES = GENERATIONS.flatMap((firmware) => PLATFORMS.map((platform) => ({ firmware, platform })));

async function applied(options: SandboxOptions): Promise<Sandbox> {
  const box = await sandbox({ devices: 80, ...options });
  const { code, stdout } = await cli(["apply", EXAMPLE, "--auto-approve", "--format", "json"], {
    sandbox: box,
  });
  expect([code, documentOf({ code, stdout, stderr: "" }).diagnostics]).toEqual([0, []]);
  return box;
}

async function plan(box: Sandbox, path: string = EXAMPLE, cwd = process.cwd()) {
  return documentOf(await cli(["plan", path, "--format", "json"], { sandbox: box, cwd }));
}

describe.each(APPLIANCES)("the example for every firmware, on $firmware $platform", (options) => {
  it("applies, and then plans empty and has not drifted", async () => {
    const box = await applied(options);
    const planned = await plan(box);
    expect([planned.changes, planned.diagnostics, planned.inventory]).toEqual([[], [], false]);
    const drift = await cli(["drift", EXAMPLE, "--format", "json"], { sandbox: box });
    expect([drift.code, documentOf(drift).changes]).toEqual([0, []]);
  });

  it("is exported as what leads to the same export elsewhere", async () => {
    const box = await applied(options);
    const first = await cli(["export"], { sandbox: box });
    const cwd = folder();
    writeFileSync(join(cwd, "out.yaml"), first.stdout);
    expect((await plan(box, "out.yaml", cwd)).changes.flatMap(({ operations }) => operations)).toEqual([]);
    const other = await sandbox({ devices: 80, ...options });
    const copied = await cli(["apply", "out.yaml", "--auto-approve"], { sandbox: other, cwd });
    expect([copied.code, copied.stderr]).toEqual([0, expect.anything()]);
    expect((await cli(["export"], { sandbox: other })).stdout).toBe(first.stdout);
  });
});
