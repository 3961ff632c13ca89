/** When a read is repeated, and after how long. Writes never come here. */
import { ApplianceError } from "../errors.ts";
import type { Answer } from "./exchange.ts";

const STATUSES = new Set([429, 502, 503, 504]);
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

/** The pause before a read is sent again, or undefined when its outcome is final. */
export function retryDelay(
  outcome: Answer | ApplianceError,
  attempt: number,
  clock: Clock,
): number | undefined {
  if (outcome instanceof ApplianceError) {
    const transient = outcome.code === "unreachable" || outcome.code === "timeout";
    return transient ? backoff(attempt, clock) : undefined;
  }
  if (!STATUSES.has(outcome.status)) return undefined;
  const asked = parseRetryAfter(outcome.retryAfter, clock);
  if (asked === undefined) return backoff(attempt, clock);
  return asked <= LONGEST_RETRY_AFTER_MS ? asked : undefined;
}

/** Doubles up to a cap, less up to half of it by chance, so that many runs do not return in step. */
function backoff(attempt: number, clock: Clock): number {
  const full = Math.min(CAP_MS, FIRST_MS * 2 ** (attempt - 1));
  return Math.round(full * (1 - clock.random() / 2));
}

/** Seconds or an HTTP date (RFC 9110 §10.2.3); undefined when it is neither. */
function parseRetryAfter(text: string | undefined, clock: Clock): number | undefined {
  if (text === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock.now());
}
