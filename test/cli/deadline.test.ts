/** An apply whose time is up while the appliance owes an answer: everything is cut at once, and told as it is. */
import { describe, expect, it, vi } from "vitest";
import { cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { gateway } from "../helpers/gateway.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { storedInventory } from "../inventory/appliance.ts";

const DEADLINE_MS = 7 * 60_000;

/** Lets the time of a run be over at any moment, without a clock: its timer is the only one of this length. */
function deadlines(): { readonly passed: () => void } {
  const { setTimeout: real } = globalThis;
  const tasks: (() => void)[] = [];
  const spy = vi.spyOn(globalThis, "setTimeout").mockImplementation(((task: () => void, ms?: number) => {
    if (ms === DEADLINE_MS) tasks.push(task);
    return real(task, ms);
  }) as typeof setTimeout);
  return {
    passed: () => {
      spy.mockRestore();
      tasks.at(-1)?.();
    },
  };
}

const manifest = (address: string): string => `version: 1
tags: [{name: a}]
email_groups: [{name: E, email_addresses: [${address}]}]
device_groups: [{name: G, filter: {field: tag, operator: "=", operand: a}}]
`;

/** Applies; the appliance never answers the first call that is held, at which moment the time is up. */
async function cut(held: RegExp, before: readonly string[] = []) {
  const box = await sandbox();
  const cwd = folder({ "manifests/a.yaml": manifest("new@example.com") });
  for (const text of before)
    expect(
      (await cli(["apply", "--auto-approve"], { sandbox: box, cwd: folder({ "manifests/a.yaml": text }) }))
        .code,
    ).toBe(0);
  const { passed } = deadlines();
  const calls: string[] = [];
  const { url } = await gateway(box, (method, path) => {
    calls.push(`${method} ${path.replace("/api/v1", "").replace(/\d+$/, "ID")}`);
    const holds = held.test(calls.at(-1) ?? "");
    if (holds) passed();
    return holds;
  });
  const argv = ["apply", "--auto-approve", "--format", "json", "--parallelism", "1", "--deadline", "7m"];
  const env = { EXTRAHOP_HOST: url, EXTRAHOP_API_KEY: box.apiKey };
  const ended = await cli(argv, { cwd, env });
  const document = documentOf(ended);
  return {
    box,
    calls,
    code: ended.code,
    stderr: ended.stderr,
    codes: document.diagnostics.map(({ severity, code }) => `${severity} ${code}`),
    results: (document.results ?? []) as readonly Readonly<Record<string, unknown>>[],
  };
}

describe("the deadline", () => {
  it.each([
    ["a create", /^POST \/emailgroups$/, []],
    [
      "a change",
      /^PATCH \/emailgroups\/ID$/,
      [manifest("old@example.com").replace(/\n(tags|device).*/g, "")],
    ],
  ] as const)("cuts %s that is never answered, whose outcome is then unknown", async (_, held, before) => {
    const { calls, code, stderr, codes, results } = await cut(held, before);
    expect(calls.at(-1)).toMatch(held);
    expect(code).toBe(3);
    expect(results.map(({ address, outcome, unknown }) => [address, outcome, unknown])).toEqual([
      ["tag/a", "applied", undefined],
      ["email_group/E", "failed", true],
      ["device_group/G", "not_tried", undefined],
    ]);
    expect(results[1]?.error).toMatch(/the deadline of the run passed .* Nobody knows whether it was done/);
    expect(stderr).toContain("! unknown");
    expect(codes).toEqual(["error timeout", "error timeout", "warning lease-not-released"]);
  });

  it("ends an apply whose first call may have been done as one that is done in part", async () => {
    const { box, calls, code, results } = await cut(/^POST \/tags$/);
    expect([calls.at(-1), code]).toEqual(["POST /tags", 3]);
    expect(results.map(({ outcome, unknown }) => [outcome, unknown])).toEqual([
      ["failed", true],
      ["not_tried", undefined],
      ["blocked", undefined],
    ]);
    // What may have been made is looked for by the next apply.
    const entries = storedInventory(box, "default")?.entries ?? [];
    expect(entries.map(({ address, id }) => [address, id])).toContainEqual(["tag/a", null]);
  });

  it("while the lease is taken is an error, and nothing else is written", async () => {
    const { calls, code, codes, stderr } = await cut(/^POST \/triggers$/);
    expect([calls.filter((call) => !call.startsWith("GET")), code, codes]).toEqual([
      ["POST /triggers"],
      1,
      ["error timeout"],
    ]);
    expect(stderr.replace(/\s+/g, " ")).toContain("Nobody knows whether it was done");
  });
});
