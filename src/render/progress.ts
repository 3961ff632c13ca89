/**
 * Progress of a run. On a terminal one status line is rewritten in place, and each finished change
 * leaves a line above it; elsewhere there are only the lines of finished changes. Holds no timer.
 */
import type { ApplyEvent, Change, Result } from "../model.ts";
import { printable } from "./clean.ts";
import type { Style } from "./style.ts";
import { cut } from "./text-width.ts";
import { actionPaint, count, DOING, DONE, FATES, fateOf, SYMBOLS } from "./words.ts";

export interface Progress {
  /** The appliance is being read; so many requests were sent by now. */
  readonly reading: (requests: number) => void;
  readonly event: (event: ApplyEvent) => void;
  /** Removes the status line. Safe to call more than once. */
  readonly done: () => void;
}

export interface ProgressOptions {
  readonly write: (text: string) => void;
  /** Whether the output can rewrite a line: a terminal that is not dumb. */
  readonly isTTY: boolean;
  readonly style: Style;
}

const SYMBOL_WIDTH = 3;
const WORD_WIDTH = 9;
/** Back to the first column, and erase the line. */
const CLEAR = "\r\x1b[2K";

/** One line that is rewritten in place; nothing where that is not possible. */
export interface StatusLine {
  readonly show: (text: string) => void;
  /** Safe to call more than once. */
  readonly clear: () => void;
}

export function createStatusLine({ write, isTTY, style }: ProgressOptions): StatusLine {
  let shown = false;
  return {
    show: (text) => {
      if (!isTTY) return;
      // The last column stays free: a full line would wrap, and could not be erased.
      write(`${CLEAR}${style.dim(cut(text, style.width - 1))}`);
      shown = true;
    },
    clear: () => {
      if (shown) write(CLEAR);
      shown = false;
    },
  };
}

export function createProgress(options: ProgressOptions): Progress {
  const { write, style } = options;
  const running = new Map<string, Change>();
  const { show: status, clear } = createStatusLine(options);
  let finished = 0;

  return {
    reading: (requests) => status(`Reading the appliance: ${count(requests, "request")}`),
    event: (event) => {
      if (event.type === "started") {
        running.set(event.change.address, event.change);
      } else {
        running.delete(event.change.address);
        finished += 1;
        clear();
        write(`${finishedLine(event.change, event.result, style)}\n`);
      }
      if (running.size > 0) status(runningText(finished, [...running.values()]));
    },
    done: clear,
  };
}

function runningText(finished: number, running: readonly Change[]): string {
  const changes = running.map((change) => `${DOING[change.action]} ${printable(change.address)}`);
  return `${count(finished, "change")} finished · ${changes.join(", ")}`;
}

function finishedLine(change: Change, result: Result, style: Style): string {
  const address = printable(change.address);
  if (result.outcome === "applied") {
    const start = `${SYMBOLS[change.action].padStart(SYMBOL_WIDTH)} ${DONE[change.action].padEnd(WORD_WIDTH)}`;
    return `${actionPaint(change.action, style)(start)}  ${address}`;
  }
  const word = FATES[fateOf(result)];
  const start = `${(result.outcome === "failed" ? "!" : "").padStart(SYMBOL_WIDTH)} ${word.padEnd(WORD_WIDTH)}`;
  const paint = result.outcome === "failed" ? style.error : style.warning;
  return `${paint(start)}  ${change.action} ${address}${reason(result)}`;
}

function reason(result: Result): string {
  if (result.error !== undefined) return `: ${printable(result.error)}`;
  return result.blockedBy === undefined ? "" : ` (needs ${printable(result.blockedBy)})`;
}
