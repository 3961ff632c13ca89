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
 * for, as `(a+)+$` does; that is refused.
 */
export function withinTime<T>(act: () => T): T {
  room.act = act;
  try {
    return script.runInContext(room, { timeout: LONGEST_MS });
  } catch (error) {
    if (isTooMuch(error)) throw refusal(400, "The regular expression takes too long to match.");
    throw error;
  } finally {
    room.act = undefined;
  }
}

/** Out of time, or out of the room for ways still to try. The first comes from another realm. */
function isTooMuch(error: unknown): boolean {
  const { code } = Object(error) as { readonly code?: unknown };
  return code === "ERR_SCRIPT_EXECUTION_TIMEOUT" || error instanceof RangeError;
}
