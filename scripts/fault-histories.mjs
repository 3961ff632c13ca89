/**
 * Lives many histories with faults, in parts and as many at once as there are cores, and writes what came of it
 * when all of them passed:
 *
 *     node scripts/fault-histories.mjs [COUNT [SEED]]
 */
import { execFile, execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pLimit from "p-limit";

const PART = 250;
const TEST = "test/reconcile/fault-histories.test.ts";
const root = fileURLToPath(new URL("..", import.meta.url));

const git = (...args) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();

/** Rejects with what the tests said where one failed. */
async function livePart(count, seed) {
  await promisify(execFile)("npx", ["vitest", "run", TEST], {
    cwd: root,
    env: { ...process.env, HOPSYNC_FAULT_HISTORIES: String(count), HOPSYNC_FAULT_SEED: String(seed) },
    maxBuffer: 64 * 1024 * 1024,
  });
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
const limit = pLimit(availableParallelism());
let done = 0;
// Each part has the seed after that of the part before it.
const parts = Array.from({ length: Math.ceil(histories / PART) }, (_, i) =>
  limit(async () => {
    const count = Math.min(PART, histories - i * PART);
    await livePart(count, seed + i);
    done += count;
    console.log(`${done} of ${histories} histories, ${Math.round((Date.now() - started) / 60_000)} min`);
  }),
);
try {
  await Promise.all(parts);
} catch ({ stdout, stderr }) {
  console.error(`${stdout}${stderr}\nNo result is written. The seed and the history that failed are above.`);
  process.exit(1);
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
