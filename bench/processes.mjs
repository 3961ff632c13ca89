// Starts what is measured and what it is measured against, each in a process of its own.
import { fork, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

export const HOPSYNC = here("../lib/hopsync.js");
export const FLOOR = here("floor.mjs");
export const SCRIPT = here("script.mjs");

/** Runs a body in a folder that is gone afterwards. */
export async function inFolder(body) {
  const folder = mkdtempSync(join(tmpdir(), "hopsync-bench-"));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a body with a new simulated appliance: `{devices, others}` of appliance.mjs. */
export async function withAppliance(options, body) {
  const child = fork(here("appliance.mjs"), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  try {
    const address = new Promise((resolve, reject) => {
      child.once("message", resolve);
      child.once("exit", (code) => reject(new Error(`the appliance ended with ${code}`)));
    });
    child.send(options);
    return await body(await address);
  } finally {
    child.kill();
  }
}

/**
 * Runs a program against an appliance to its end: milliseconds from its start to its exit, processor time, the
 * most memory it had at once, and with `record` its requests.
 */
export async function measure(args, { host, apiKey }, folder, { record = false, exitCode = 0 } = {}) {
  const [result, requests, log] = ["result.json", "requests.json", "log"].map((name) => join(folder, name));
  const env = {
    ...process.env,
    EXTRAHOP_HOST: host,
    EXTRAHOP_API_KEY: apiKey,
    BENCH_RESULT: result,
    ...(record ? { BENCH_REQUESTS: requests } : {}),
  };
  const output = openSync(log, "w");
  const started = performance.now();
  const child = spawn(process.execPath, ["--import", here("measure.mjs"), ...args], {
    env,
    cwd: folder,
    stdio: ["ignore", output, output],
  });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  const ms = performance.now() - started;
  if (code !== exitCode)
    throw new Error(`${args.join(" ")} ended with ${code}:\n${readFileSync(log, "utf8").slice(-2000)}`);
  const { cpuMs, maxRssKb } = JSON.parse(readFileSync(result, "utf8"));
  return { ms, cpuMs, maxRssMb: maxRssKb / 1024, ...(record ? { requests } : {}) };
}
