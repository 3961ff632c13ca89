/**
 * Who takes a lease, and how a later run on the same machine knows that this process has ended: by a file
 * among the temporary ones, named by the lease's nonce, that says which process wrote it. Where there is no
 * such file, as on any other machine, nothing is concluded.
 */
import { randomBytes } from "node:crypto";
import { readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { textOfFile } from "../bounded-file.ts";
import type { Holder } from "../inventory/lease.ts";
import type { Io } from "./io.ts";

export interface PresentHolder {
  readonly self: Holder;
  /** Whether the process that took the lease of this nonce ran on this machine and has ended. */
  readonly isDead: (nonce: string) => Promise<boolean>;
  /** Removes the file: the lease is on the appliance no more. */
  readonly end: () => void;
}

export function createHolder(env: Io["env"]): PresentHolder {
  const nonce = randomBytes(16).toString("hex");
  const file = markOf(nonce);
  try {
    writeFileSync(file, JSON.stringify(processOf(process.pid)), { flag: "wx", mode: 0o600 });
  } catch {
    // Without the file, a run after a crash waits until the lease has run out.
  }
  return {
    self: { holder: `${userName(env)}@${hostname()}`, run: runAddress(env), nonce },
    isDead: async (other) => hasEnded(other),
    end: () => rmSync(file, { force: true }),
  };
}

function markOf(nonce: string): string {
  return join(tmpdir(), `hopsync-lease-${nonce}.json`);
}

/** As the job's own page, where one of the usual variables names it. */
function runAddress(env: Io["env"]): string {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = env;
  if (server && repository && id) return `${server}/${repository}/actions/runs/${id}`;
  return env.CI_JOB_URL ?? env.BUILD_URL ?? `process ${process.pid}`;
}

function userName(env: Io["env"]): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name.
    return env.USER ?? "somebody";
  }
}

// ---------------------------------------------------------------- processes

/** What tells one process from all others on this machine. */
interface ProcessMark {
  readonly pid: number;
  /** Containers can share temporary files, and number their processes each for itself. */
  readonly space: string;
  /** Numbers are given again. */
  readonly started: string;
}

function processOf(pid: number): ProcessMark {
  return { pid, space: processSpace(), started: startOf(pid) };
}

/** Of Linux; empty elsewhere. */
function processSpace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

/** In ticks since the machine was started, the 22nd value of proc(5) `stat`; empty where that is not known. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function hasEnded(nonce: string): boolean {
  // It comes from the appliance, and becomes a part of a path.
  if (!/^[0-9a-f]{32}$/.test(nonce)) return false;
  const file = markOf(nonce);
  const mark = readMark(file);
  if (mark === undefined || mark.space !== processSpace()) return false;
  if (isRunning(mark.pid) && startOf(mark.pid) === mark.started) return false;
  rmSync(file, { force: true });
  return true;
}

const MARK_BYTES = 1024;

function readMark(file: string): ProcessMark | undefined {
  try {
    const text = textOfFile(file, MARK_BYTES) ?? "";
    const { pid, space, started } = JSON.parse(text) as Partial<ProcessMark>;
    if (!Number.isSafeInteger(pid) || typeof space !== "string" || typeof started !== "string")
      return undefined;
    return { pid: Number(pid), space, started };
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is one, of another user.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
