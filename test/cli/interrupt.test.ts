/** A signal at any moment of an apply: what is under way ends, what was done is recorded and told. */
import { describe, expect, it } from "vitest";
import type { Fault } from "../../src/sandbox/faults.ts";
import type { LoggedRequest } from "../../src/sandbox/server.ts";
import { cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { storedInventory } from "../inventory/appliance.ts";

const MANIFEST = `version: 1
tags: [{name: pci}, {name: pos}]
device_groups: [{name: Tagged, filter: {field: tag, operator: "=", operand: pci}}]
`;

/** A pause that no test waits for. */
const LONG: Fault["effect"] = { status: 503, retryAfter: 60 };
const BUSY: Fault["effect"] = { status: 503 };
const TOO_MANY: Fault["effect"] = { status: 429, retryAfter: 60 };

interface Setup {
  readonly faults?: readonly Fault[];
  /** The interrupt comes with the first text on either stream that has this. */
  readonly at: string | RegExp;
  readonly typed?: string;
  readonly signal?: "SIGINT" | "SIGTERM";
}

async function interrupted({ faults = [], at, typed, signal = "SIGINT" }: Setup) {
  const box = await sandbox({ faults });
  const cwd = folder({ "manifests/all.yaml": MANIFEST });
  const controller = new AbortController();
  const listen = (text: string): void => {
    if (text.search(at) >= 0) controller.abort(signal);
  };
  const argv = ["apply", "--verbose", "--parallelism", "1", "--format", "json"];
  const result = await cli([...argv, ...(typed === undefined ? ["--auto-approve"] : [])], {
    sandbox: box,
    cwd,
    interrupted: controller.signal,
    onStderr: listen,
    ...(typed === undefined ? {} : { typed }),
  });
  const document = documentOf(result);
  const results = document.results as readonly { address: string; outcome: string; error?: string }[];
  return {
    box,
    code: result.code,
    stderr: result.stderr,
    document,
    results,
    outcomes: results.map(({ address, outcome }) => `${address} ${outcome}`),
    writes: box.requests().filter(({ method }) => method !== "GET"),
    /** What is there of hopsync's own, the lease among it. */
    left: box.appliance.list("triggers").filter(({ name }) => String(name).startsWith("hopsync ")),
    recorded: (storedInventory(box, "default")?.entries ?? []).map(
      ({ address, id }) => `${address} ${id === null ? "announced" : "known"}`,
    ),
  };
}

function line({ method, path }: LoggedRequest): string {
  return `${method} ${path}`;
}

describe("an interrupt", () => {
  it("ends a pause between two attempts of a change, and what was done is recorded", async () => {
    const { code, outcomes, results, writes, recorded } = await interrupted({
      faults: [{ method: "POST", path: "/tags", nth: 2, when: "before", effect: LONG }],
      at: "POST /tags 503",
    });
    expect(code).toBe(130);
    expect(outcomes).toEqual(["tag/pci applied", "tag/pos failed", "device_group/Tagged not_tried"]);
    expect(results[1]?.error).toContain("503");
    expect(writes.map(line).filter((call) => call === "POST /tags")).toHaveLength(2);
    expect(recorded).toEqual(["device_group/Tagged announced", "tag/pci known", "tag/pos announced"]);
  });

  it("ends the looks for a create whose answer was lost", async () => {
    const { code, outcomes, writes } = await interrupted({
      faults: [
        { method: "POST", path: "/tags", nth: 1, when: "before", effect: "reset" },
        { method: "GET", path: "/tags", nth: [2, 3, 4], when: "before", effect: LONG },
      ],
      at: "GET /tags 503",
    });
    expect(code).toBe(130);
    expect(outcomes).toEqual(["tag/pci failed", "tag/pos not_tried", "device_group/Tagged blocked"]);
    expect(writes.map(line).filter((call) => call === "POST /tags")).toHaveLength(1);
  });

  it("does not keep the inventory from being written, which repeats what it must", async () => {
    const { code, outcomes, recorded, document } = await interrupted({
      faults: [{ method: "PATCH", path: "/triggers", nth: 1, when: "before", effect: BUSY }],
      at: "PATCH /triggers",
    });
    expect([code, document.diagnostics]).toEqual([130, []]);
    expect(outcomes).toEqual(["tag/pci applied", "tag/pos applied", "device_group/Tagged applied"]);
    expect(recorded).toEqual(["device_group/Tagged known", "tag/pci known", "tag/pos known"]);
  });

  it("ends the verification at once, and what was applied is reported", async () => {
    const { code, outcomes, document, recorded } = await interrupted({
      faults: [{ method: "GET", path: "/devicegroups", nth: 2, when: "before", effect: LONG }],
      at: /GET \/devicegroups\S* 503/,
      signal: "SIGTERM",
    });
    expect([code, document.diagnostics]).toEqual([143, []]);
    expect(outcomes).toEqual(["tag/pci applied", "tag/pos applied", "device_group/Tagged applied"]);
    expect(recorded).toEqual(["device_group/Tagged known", "tag/pci known", "tag/pos known"]);
  });

  it("while it reads ends a pause at once, and nothing is written", async () => {
    const { code, writes } = await interrupted({
      faults: [{ method: "GET", path: "/tags", nth: 1, when: "before", effect: LONG }],
      at: "GET /tags 503",
      signal: "SIGTERM",
    });
    expect([code, writes]).toEqual([143, []]);
  });

  it("is a no where it comes before the question", async () => {
    const { code, writes, stderr } = await interrupted({ typed: "yes\n", at: "to create" });
    expect([code, writes]).toEqual([130, []]);
    expect(stderr).not.toContain("Only 'yes'");
  });

  it("while it takes the lease gives it back, and nothing else is written", async () => {
    const { code, results, left } = await interrupted({
      faults: [{ method: "POST", path: "/triggers", nth: 1, when: "before", effect: TOO_MANY }],
      at: "POST /triggers 429",
    });
    expect([code, results, left]).toEqual([130, [], []]);
  });

  it("says what happens next, and why the inventory could not be written", async () => {
    const { code, stderr, document, results, left } = await interrupted({
      faults: [{ method: "POST", path: "/triggers", nth: 2, when: "before", effect: TOO_MANY }],
      at: "POST /triggers 429",
    });
    expect([code, results, left]).toEqual([130, [], []]);
    expect(stderr).toContain("Interrupted: what is under way ends first, then comes the report.");
    expect(document.diagnostics).toMatchObject([{ code: "refused" }]);
  });
});
