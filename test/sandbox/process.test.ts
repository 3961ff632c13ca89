import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterEach, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "hopsync-sandbox-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Leaves a kept-alive connection and a running delay behind, and then has nothing left to do but close. */
const SCRIPT = `
import { connect } from "node:net";
import { startSandbox } from "SANDBOX";
async function main() {
  const faults = [{ path: "/alerts", when: "before", then: { delayMs: 3600000 } }];
  const sandbox = await startSandbox({ devices: 10, faults });
  const port = Number(sandbox.host.split(":")[1]);
  const socket = connect(port, "127.0.0.1");
  await new Promise((resolve) => {
    socket.once("data", resolve);
    socket.write("GET /api/v1/tags HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n");
  });
  socket.write("GET /api/v1/alerts HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n");
  while (sandbox.requests().length < 2) await new Promise((resolve) => setImmediate(resolve));
  await sandbox.close();
}
main().then(() => console.log("closed"));
`;

it("lets a process end by itself once it is closed", async () => {
  const entry = join(folder, "entry.mjs");
  const outfile = join(folder, "entry.cjs");
  writeFileSync(entry, SCRIPT.replace("SANDBOX", join(process.cwd(), "src/sandbox/sandbox.ts")));
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    logLevel: "silent",
  });
  const child = spawn(process.execPath, [outfile], { timeout: 20_000, stdio: ["ignore", "pipe", "ignore"] });
  let output = "";
  child.stdout.on("data", (data) => {
    output += String(data);
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.on("close", (...ended) => resolve(ended));
  });
  expect([code, signal, output]).toEqual([0, null, "closed\n"]);
});
