/** For any manifest and any edits by hand: what is accepted is what is live, and a plan of it is empty. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Document, isMap, isSeq, type Node, visit } from "yaml";
import { readConnection } from "../../src/appliance/connection.ts";
import { createAppliance } from "../../src/appliance/http.ts";
import type { AppliancePort } from "../../src/appliance/port.ts";
import { acceptRun } from "../../src/cli/accept-run.ts";
import { loadManifest } from "../../src/manifest/load.ts";
import type { Manifest } from "../../src/model.ts";
import { applyRun, planRun } from "../../src/reconcile/run.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { arbitraryManifest } from "../helpers/arbitrary.ts";
import { folder } from "../helpers/folder.ts";
import { addBystanders, arbitraryEdit, keysOf, nameAt, perform, stateOf } from "../helpers/histories.ts";
import { runsOf } from "../helpers/whole.ts";

/** More in a longer search: HOPSYNC_RUNS=1000 npx vitest run test/cli/accept-run.test.ts */
const RUNS = runsOf("HOPSYNC_RUNS", 40, 15);

const LOAD = { env: {}, vars: {} };

async function load(path: string): Promise<Manifest> {
  const { manifest, diagnostics } = await loadManifest([path], LOAD);
  if (manifest === undefined) throw new Error(JSON.stringify(diagnostics, null, 1));
  return manifest;
}

/** Brackets here and lines there, with a comment before every other entry. */
function write(content: unknown, style: number): string {
  const document = new Document(content);
  let next = style;
  visit(document, {
    Node: (_, node: Node) => {
      next = (next * 31 + 7) % 1009;
      if ((isMap(node) || isSeq(node)) && next % 3 === 0) node.flow = true;
      else if (isMap(node) && next % 3 === 1) node.commentBefore = ` note ${next}`;
    },
  });
  return document.toString({ lineWidth: 0 });
}

async function apply(port: AppliancePort, manifest: Manifest): Promise<void> {
  const run = await planRun(port, manifest, { maxDeletes: 1000 });
  const options = { parallelism: 4, onEvent: () => {}, now: Date.now };
  const { exitCode } = await applyRun(port, manifest, run, options);
  expect([run.exitCode, exitCode]).toEqual([0, 0]);
}

describe("accepted drift", () => {
  it("says what is live, wherever it is not refused", async () => {
    const path = join(folder(), "manifest.yaml");
    const edits = fc.array(arbitraryEdit, { minLength: 1, maxLength: 5 });
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(arbitraryManifest, edits, fc.nat(1000), async (content, byHand, style) => {
        const sandbox = await startSandbox({ devices: 60 });
        const connection = await readConnection({ host: sandbox.url, apiKey: sandbox.apiKey });
        const port = createAppliance(connection, { userAgent: "test" });
        try {
          const before = new Set(keysOf(sandbox));
          writeFileSync(path, write(content, style));
          const manifest = await load(path);
          await apply(port, manifest);
          if (manifest.resources.every(({ lifecycle }) => lifecycle.state === "absent")) return;
          const mine = keysOf(sandbox)
            .filter((key) => !before.has(key))
            .filter((key) => !nameAt(sandbox, key).includes("hopsync inventory"));
          addBystanders(sandbox);
          byHand.forEach((edit, i) => {
            const there = new Set(keysOf(sandbox));
            perform(
              sandbox,
              edit,
              i,
              mine.filter((key) => there.has(key)),
            );
          });
          const live = stateOf(sandbox, keysOf(sandbox));
          const run = await acceptRun(port, manifest, [path], LOAD);
          expect(stateOf(sandbox, keysOf(sandbox))).toEqual(live);
          const codes = new Set(
            run.diagnostics.filter((d) => d.severity === "error").map(({ code }) => code),
          );
          expect([...codes].filter((code) => !KNOWN.includes(code))).toEqual([]);
          for (const { real, after } of run.files) writeFileSync(real, after);
          const { plan } = await planRun(port, await load(path));
          // What must not exist is not what drifted: others may have made it. What was made anew is adopted.
          const planned = plan.changes
            .filter(({ action, operations }) => action !== "delete" && operations.length > 0)
            .map(({ address }) => address);
          expect(planned.filter((address) => run.accepted.includes(address))).toEqual([]);
          if (run.exitCode === 0) expect(planned).toEqual([]);
          accepted += run.accepted.length;
        } finally {
          await port.close();
          await sandbox.close();
        }
      }),
      { numRuns: RUNS },
    );
    expect(accepted).toBeGreaterThan(RUNS / 4);
  }, 3_600_000);
});

/** What a person must decide: refusals, and names that the appliance has twice by now. */
const KNOWN = ["not-accepted", "ambiguous-name", "ambiguous-reference", "applied-elsewhere"];
