import { describe, expect, it } from "vitest";
import { ApplianceError } from "../../src/errors.ts";
import type { ApplyEvent, Change, JsonObject, Operation, Plan } from "../../src/model.ts";
import { applyPlan } from "../../src/reconcile/apply.ts";
import { fakePort } from "../helpers/builders.ts";

function change(address: string, requires: readonly string[], ...operations: readonly Operation[]): Change {
  const wave = requires.length + 1;
  return {
    address,
    action: "update",
    id: "1",
    wave,
    requires,
    cause: null,
    fields: [],
    relations: [],
    operations,
  };
}

function patch(path: string, body: JsonObject = {}): Operation {
  return { method: "PATCH", path, body };
}

async function apply(
  changes: readonly Change[],
  answer: (call: string, body?: unknown) => unknown = () => undefined,
  more: { signal?: AbortSignal; parallelism?: number; fields?: JsonObject } = {},
) {
  const { port, calls } = fakePort(answer);
  const events: ApplyEvent[] = [];
  const applied = await applyPlan({ changes } as Plan, port, {
    parallelism: more.parallelism ?? 4,
    onEvent: (event) => events.push(event),
    fieldsOf: () => more.fields ?? {},
    ...(more.signal === undefined ? {} : { signals: [more.signal] }),
  });
  const outcomes = applied.results.map((r) => [r.address, r.outcome, r.blockedBy ?? r.error?.split(":")[0]]);
  return { applied, calls, events, outcomes };
}

function refuse(path: string): (call: string) => unknown {
  return (call) => {
    if (call.endsWith(path)) throw new ApplianceError("refused", `[${call}]: 422 no`);
    return undefined;
  };
}

describe("applyPlan", () => {
  it("gives created objects' ids to paths and lists that name them", async () => {
    const address = "device_group/a $& <b>";
    const { calls } = await apply(
      [
        {
          ...change(address, [], { method: "POST", path: "/devicegroups", body: { name: "n" } }),
          action: "create",
          id: null,
        },
        change("alert/x", [address], {
          method: "POST",
          path: "/alerts/9/devicegroups",
          body: { assign: [`<${address}>`, 4], unassign: [0] },
        }),
        change(
          "self/y",
          [],
          { method: "POST", path: "/alerts", body: {} },
          { method: "POST", path: "/alerts/<self/y>/networks", body: { assign: [0] } },
        ),
      ],
      (call) => (call === "POST /devicegroups" ? "151" : call === "POST /alerts" ? "8" : undefined),
    );
    expect(calls).toContainEqual({
      call: "POST /alerts/9/devicegroups",
      body: { assign: ["151", "4"], unassign: ["0"] },
    });
    expect(calls).toContainEqual({ call: "POST /alerts/8/networks", body: { assign: ["0"], unassign: [] } });
  });

  it("starts a change only when all that it requires is applied", async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const order: string[] = [];
    const running = apply(
      [change("a", [], patch("/a")), change("b", [], patch("/b")), change("c", ["a", "b"], patch("/c"))],
      async (call) => {
        if (call === "PATCH /a") await gate;
        order.push(call);
        if (call === "PATCH /b") release();
      },
    );
    await running;
    expect(order).toEqual(["PATCH /b", "PATCH /a", "PATCH /c"]);
  });

  it("keeps no more changes in progress than it may", async () => {
    let now = 0;
    let most = 0;
    const changes = Array.from({ length: 12 }, (_, i) => change(`c${i}`, [], patch(`/${i}`)));
    await apply(
      changes,
      async () => {
        most = Math.max(most, ++now);
        await new Promise(setImmediate);
        now -= 1;
      },
      { parallelism: 3 },
    );
    expect(most).toBe(3);
  });

  it("blocks what needs a failed change, names the first cause, and goes on with the rest", async () => {
    const { outcomes, applied, events } = await apply(
      [
        change("a", [], patch("/a")),
        change("b", ["a"], patch("/b")),
        change("c", ["b"], patch("/c")),
        change("d", [], patch("/d")),
      ],
      refuse("/a"),
    );
    expect(outcomes).toEqual([
      ["a", "failed", "[PATCH /a]"],
      ["b", "blocked", "a"],
      ["c", "blocked", "a"],
      ["d", "applied", undefined],
    ]);
    expect(applied.operations).toBe(1);
    expect(events.filter((e) => e.type === "started").map((e) => e.change.address)).toEqual(["a", "d"]);
  });

  it("says how far a failed change came", async () => {
    const { applied } = await apply([change("a", [], patch("/1"), patch("/2"), patch("/3"))], refuse("/2"));
    expect(applied.results[0]?.error).toContain("(1 of its 3 operations were done before)");
    expect(applied.operations).toBe(1);
  });

  it("stops trying after an error that every request would meet", async () => {
    const { outcomes, calls } = await apply(
      [change("a", [], patch("/a")), change("b", ["a"], patch("/b")), change("c", [], patch("/c"))],
      () => {
        throw new ApplianceError("unauthorized", "401");
      },
      { parallelism: 1 },
    );
    expect(outcomes).toEqual([
      ["a", "failed", "401"],
      ["b", "blocked", "a"],
      ["c", "not_tried", undefined],
    ]);
    expect(calls).toHaveLength(1);
  });

  it("starts nothing new once interrupted, and lets the call in flight end", async () => {
    const controller = new AbortController();
    const { outcomes } = await apply(
      [change("a", [], patch("/a")), change("b", ["a"], patch("/b")), change("c", [], patch("/c"))],
      () => controller.abort("SIGINT"),
      { parallelism: 1, signal: controller.signal },
    );
    expect(outcomes).toEqual([
      ["a", "applied", undefined],
      ["b", "not_tried", undefined],
      ["c", "not_tried", undefined],
    ]);
  });

  it("stops in the middle of a change as well, and says how far it came", async () => {
    const controller = new AbortController();
    const { outcomes, applied } = await apply(
      [change("a", [], patch("/1"), patch("/2"))],
      () => controller.abort("SIGINT"),
      { signal: controller.signal },
    );
    expect(outcomes).toEqual([
      ["a", "failed", "The run was stopped. (1 of its 2 operations were done before)"],
    ]);
    expect(applied.operations).toBe(1);
  });

  it("goes on after a connection that broke in the middle of a write, and says that nobody knows", async () => {
    const { outcomes, applied } = await apply(
      [change("a", [], patch("/a")), change("b", [], patch("/b"))],
      (call) => {
        if (call === "PATCH /a") throw new ApplianceError("unreachable", "reset", { unknownOutcome: true });
      },
      { parallelism: 1 },
    );
    expect(outcomes).toEqual([
      ["a", "failed", "reset"],
      ["b", "applied", undefined],
    ]);
    expect(applied.results[0]?.unknown).toBe(true);
    expect(applied.operations).toBe(2);
  });

  it("counts a bulk assignment that was done in part as something done", async () => {
    const { applied } = await apply([change("a", [], patch("/a"))], () => {
      throw new ApplianceError("partial", "1 of 2", { status: 207 });
    });
    expect(applied.operations).toBe(1);
  });

  it("lets deletes wait for the deletes of earlier waves, whatever became of these", async () => {
    const gone = (address: string, wave: number): Change => ({
      ...change(address, []),
      action: "delete",
      wave,
      operations: [{ method: "DELETE", path: `/${address}` }],
    });
    const { calls, outcomes } = await apply([gone("a", 1), gone("b", 1), gone("c", 2)], refuse("/b"));
    expect(calls.map(({ call }) => call)).toEqual(["DELETE /a", "DELETE /b", "DELETE /c"]);
    expect(outcomes.map(([, outcome]) => outcome)).toEqual(["applied", "failed", "applied"]);
  });

  it("fills in secrets when it sends, and only there", async () => {
    const operation: Operation = {
      method: "PATCH",
      path: "/triggers/1",
      body: { script: "x ${env:HOOK}", description: "${env:HOOK}", hints: { a: ["${env:HOOK}"] } },
      secrets: { "/script": ["HOOK"], "/hints/a/0": ["HOOK"] },
    };
    const { calls } = await apply([change("t", [], operation)], undefined, {
      fields: { script: "x s3cr3t", description: "d", hints: { a: ["s3cr3t"] } },
    });
    expect(calls[0]?.body).toEqual({
      script: "x s3cr3t",
      description: "${env:HOOK}",
      hints: { a: ["s3cr3t"] },
    });
  });
});
