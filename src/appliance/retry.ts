/**
 * When a request is sent again, and after how long. Pure.
 *
 *     read, PATCH, DELETE, assignment   after a broken connection, a timeout, 429, 502, 503, 504
 *     create                            only where it was surely not carried out: never sent, or 429
 *
 * A create that may have been carried out is looked for first; create.ts has the rest of that.
 */
import { ApplianceError } from "../errors.ts";
import type { Answer, Request } from "./exchange.ts";

const TOO_MANY = 429;
const STATUSES = new Set([TOO_MANY, 502, 503, 504]);
const FIRST_MS = 500;
const CAP_MS = 10_000;
/** An appliance that asks for a longer pause is taken at its word: the run stops. */
const LONGEST_RETRY_AFTER_MS = 60_000;

export interface Clock {
  /** 0 up to, but not including, 1. */
  readonly random: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The pause before a request is sent again, or undefined when its outcome is final. */
export function retryDelay(
  request: Request,
  outcome: Answer | ApplianceError,
  attempt: number,
  clock: Clock,
): number | undefined {
  if (request.once === true && mayBeDone(request, outcome)) return undefined;
  if (outcome instanceof ApplianceError) {
    const transient = outcome.code === "unreachable" || outcome.code === "timeout";
    return transient ? backoff(attempt, clock) : undefined;
  }
  if (!STATUSES.has(outcome.status)) return undefined;
  const asked = parseRetryAfter(outcome.retryAfter, clock);
  // A pause that is over already may be one of another clock.
  if (asked === undefined || asked <= 0) return backoff(attempt, clock);
  return asked <= LONGEST_RETRY_AFTER_MS ? asked : undefined;
}

/** Whether this attempt of a write may have been carried out, whatever came back. */
export function mayBeDone(request: Request, outcome: Answer | ApplianceError): boolean {
  if (request.read) return false;
  return outcome instanceof ApplianceError ? outcome.unknownOutcome : leavesOutcomeOpen(outcome.status);
}

/** A refusal means not done and 207 tells what was; a broken success or a failed server tells nothing. */
export function leavesOutcomeOpen(status: number): boolean {
  return (status < 300 && status !== 207) || status >= 500;
}

/**
 * Whether the appliance is through with a create whose outcome is unknown, so that an object which is not
 * listed by now was not made: the connection is closed, or a gateway says that it is down. After a timeout
 * (or a gateway's, 504) it may still be at it. A 500 would come again, as it would for a read, and a success
 * that cannot be read is still one: both are only looked for.
 */
export function isOver({ code, status }: ApplianceError): boolean {
  return code === "unreachable" || status === 502 || status === 503;
}

/** Doubles up to a cap, less up to half of it by chance, so that many runs do not return in step. */
function backoff(attempt: number, clock: Clock): number {
  const full = Math.min(CAP_MS, FIRST_MS * 2 ** (attempt - 1));
  return Math.round(full * (1 - clock.random() / 2));
}

/**
 * Seconds or an HTTP date (RFC 9110 §10.2.3); undefined when it is neither. Some servers send a fraction,
 * which Date.parse would take for a date long ago, as it does most texts with a number.
 */
function parseRetryAfter(text: string | undefined, clock: Clock): number | undefined {
  if (text === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(text)) return Math.ceil(Number(text) * 1000);
  const date = /GMT\s*$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : date - clock.now();
}

// ---------------------------------------------------------------- requests at once

/** Whether the appliance says that too much is asked of it at once. */
export function isTooMany(outcome: Answer | ApplianceError): boolean {
  return !(outcome instanceof ApplianceError) && outcome.status === TOO_MANY;
}

/** Half as many at once after a 429, one at least. */
export function narrowed(width: number): number {
  return Math.max(1, Math.floor(width) / 2);
}

/** One more at once for every `width` answers without a 429, up to what was asked for. */
export function widened(width: number, most: number): number {
  return Math.min(most, width + 1 / Math.floor(width));
}
