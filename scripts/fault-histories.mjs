/**
 * Lives many histories with faults, a part after the other, and writes what came of it when all of them passed:
 *
 *     node scripts/fault-histories.mjs [COUNT [SEED]]
 */
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PART = 250;
const TEST = "test/reconcile/fault-histories.test.ts";
const root = fileURLToPath(new URL("..", import.meta.url));

const git = (...args) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();

function livePart(count, seed) {
  const { status } = spawnSync("npx", ["vitest", "run", TEST], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, HOPSYNC_FAULT_HISTORIES: String(count), HOPSYNC_FAULT_SEED: String(seed) },
  });
  return status === 0;
}

const histories = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000_000);
// What the tests of this commit say, and of nothing else.
if (git("status", "--porcelain") !== "") {
  console.error("There are changes that are not committed, so that no result would be of a commit.");
  process.exit(1);
}
const commit = git("rev-parse", "HEAD");
const started = Date.now();
for (let done = 0; done < histories; done += PART) {
  const count = Math.min(PART, histories - done);
  // Each part has the seed after that of the part before it.
  const passed = livePart(count, seed + done / PART);
  const minutes = Math.round((Date.now() - started) / 60_000);
  console.log(`${passed ? done + count : done} of ${histories} histories, ${minutes} min`);
  if (!passed) {
    console.error("No result is written. The seed and the history that failed are above.");
    process.exit(1);
  }
}
const result = {
  histories,
  passed: true,
  seed,
  date: new Date(started).toISOString(),
  seconds: Math.round((Date.now() - started) / 1000),
  commit,
};
writeFileSync(`${root}test/reconcile/fault-histories.result.json`, `${JSON.stringify(result, null, 2)}\n`);
