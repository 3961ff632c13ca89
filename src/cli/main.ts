#!/usr/bin/env node
/** The process: arguments, signals, exit code. The only place that ends it. */
import { VERSION } from "../version.ts";
import type { Io, OutputStream } from "./io.ts";

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

function interruptible(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(SIGNALS[signal]);
      controller.abort(signal);
    });
  }
  return controller.signal;
}

/**
 * A reader that goes away, such as head, or a full disk costs output and nothing else: an apply that has
 * begun goes on to its end, and the exit code stays what it would be.
 */
function lossy(stream: NodeJS.WriteStream): OutputStream {
  let lost = false;
  stream.on("error", () => {
    lost = true;
  });
  return {
    write: (text) => lost || stream.write(text),
    isTTY: stream.isTTY,
    get columns() {
      return stream.columns;
    },
  };
}

/** Of key files, for the report of a bug. */
const secrets: string[] = [];

function processIo(): Io {
  return {
    stdin: process.stdin,
    stdout: lossy(process.stdout),
    stderr: lossy(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    interrupted: interruptible(),
    onSecret: (secret) => secrets.push(secret),
  };
}

async function main(argv: readonly string[]): Promise<void> {
  if (argv.length === 1 && argv[0] === "--version") {
    // Before anything is loaded: editors and scripts ask this often.
    process.stdout.write(`${VERSION}\n`);
    return;
  }
  const { run } = await import("./program.ts");
  process.exitCode = await run(argv, processIo());
}

async function reportBug(error: unknown): Promise<void> {
  const { bugReport } = await import("./bug-report.ts");
  process.stderr.write(bugReport(error, process.env, secrets));
  process.exitCode = 1;
}

// What escapes every promise would be printed by Node itself, with all that its message holds.
process.on("uncaughtException", (error) => void reportBug(error).finally(() => process.exit(1)));
main(process.argv.slice(2)).catch(reportBug);
