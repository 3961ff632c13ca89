/** Regular expressions that come from outside: what they match is found within a time, or not at all. */
import { createContext, Script } from "node:vm";
import { refusal } from "./answer.ts";

/** A search of 50,000 devices takes a tenth of it. */
const LONGEST_MS = 1000;

/** A regular expression that a request brings, or undefined when it is none. */
export function compilePattern(source: string, flags = ""): RegExp | undefined {
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}

/** Only a script can be ended in the middle of a match. */
const script = new Script("act()");
const room = createContext({ act: undefined });

/**
 * What `act` returns, which may match but must change nothing. Some expressions try more ways than there is time
 * for, as `(a+)+$` does; that is refused. On a busy machine time passes without work, and does not count.
 */
export function withinTime<T>(act: () => T): T {
  const before = process.cpuUsage();
  for (;;) {
    try {
      return run(act);
    } catch (error) {
      if (isOutOfTime(error) && process.cpuUsage(before).user / 1000 < LONGEST_MS / 2) continue;
      if (!isOutOfTime(error) && !isOutOfRoom(error)) throw error;
      throw refusal(400, "The regular expression takes too long to match.");
    }
  }
}

function run<T>(act: () => T): T {
  room.act = act;
  try {
    return script.runInContext(room, { timeout: LONGEST_MS });
  } finally {
    room.act = undefined;
  }
}

function isOutOfTime(error: unknown): boolean {
  return (Object(error) as { readonly code?: unknown }).code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}

/** For the ways that are still to be tried. */
function isOutOfRoom(error: unknown): boolean {
  return error instanceof RangeError;
}
