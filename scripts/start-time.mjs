// Compares how long `hopsync --version` takes with `node -e 0`. Each is run alternately, and the fastest run
// of each counts: whatever else the machine does only makes runs slower. Fails above twice the time.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const RUNS = 25;
const LIMIT = 2;
const hopsync = fileURLToPath(new URL("../lib/hopsync.js", import.meta.url));

function milliseconds(args) {
  const start = process.hrtime.bigint();
  const { status } = spawnSync(process.execPath, args, { stdio: "ignore" });
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}`);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

const node = [];
const version = [];
for (let i = 0; i < RUNS; i += 1) {
  node.push(milliseconds(["-e", "0"]));
  version.push(milliseconds([hopsync, "--version"]));
}
const [floor, ours] = [Math.min(...node), Math.min(...version)];
const ratio = ours / floor;
console.log(
  `hopsync --version: ${ours.toFixed(1)} ms, node -e 0: ${floor.toFixed(1)} ms, ratio ${ratio.toFixed(2)} (at most ${LIMIT})`,
);
if (ratio > LIMIT) process.exitCode = 1;
