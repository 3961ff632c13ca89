/**
 * When a request to GitHub is sent again, and after how long. As GitHub's "Best practices for using the
 * REST API" ask: after `retry-after`, after `x-ratelimit-reset`, else after a minute, then longer.
 */
import type { RequestError } from "@octokit/request-error";

/** All waits of one run together: a job that waits longer blocks others and is better run again later. */
const LONGEST_MS = 5 * 60_000;
const RETRIES = 3;
const FIRST_MS = 1000;
const UNTOLD_MS = 60_000;
/** The last moment that a Date can hold: headers may say anything. */
const LATEST = 8.64e15;

export interface Pause {
  readonly reason: "rate-limit" | "secondary-rate-limit" | "no-answer";
  readonly milliseconds: number;
}

/** A pause, or that none is worth it: `until` is when the limit ends. */
export type Verdict = { readonly pause: Pause } | { readonly until: Date } | undefined;

/** Judges the failures of one client; its waits add up. */
export function createPatience(): (error: RequestError, attempt: number, repeatable: boolean) => Verdict {
  let waited = 0;
  return (error, attempt, repeatable) => {
    const pause = limitPause(error, attempt) ?? retryPause(error, attempt, repeatable);
    if (pause === undefined) return undefined;
    if (pause.reason !== "no-answer" && waited + pause.milliseconds > LONGEST_MS)
      return { until: new Date(Math.min(LATEST, serverTime(error) + pause.milliseconds)) };
    waited += pause.milliseconds;
    return { pause };
  };
}

/** Limits refuse before anything is done, so even what must not be sent twice may be sent again. */
function limitPause({ status, message, response }: RequestError, attempt: number): Pause | undefined {
  if (response === undefined || (status !== 403 && status !== 429)) return undefined;
  const { headers } = response;
  const asked = Number(headers["retry-after"]);
  if (headers["retry-after"] !== undefined && asked >= 0)
    return { reason: "secondary-rate-limit", milliseconds: asked * 1000 };
  if (headers["x-ratelimit-remaining"] === "0")
    return { reason: "rate-limit", milliseconds: untilReset(headers) };
  if (status !== 429 && !/secondary rate limit/i.test(message)) return undefined;
  return { reason: "secondary-rate-limit", milliseconds: UNTOLD_MS * 2 ** (attempt - 1) };
}

function retryPause({ response }: RequestError, attempt: number, repeatable: boolean): Pause | undefined {
  if (!repeatable || attempt > RETRIES) return undefined;
  if (response !== undefined && response.status < 500) return undefined;
  return { reason: "no-answer", milliseconds: FIRST_MS * 2 ** (attempt - 1) };
}

type Headers = NonNullable<RequestError["response"]>["headers"];

/** A second more than to the reset, which is given in whole seconds. */
function untilReset(headers: Headers): number {
  const reset = Number(headers["x-ratelimit-reset"]) * 1000;
  return Number.isNaN(reset) ? UNTOLD_MS : Math.max(0, reset - timeOf(headers)) + 1000;
}

function serverTime({ response }: RequestError): number {
  return timeOf(response?.headers ?? {});
}

/** By GitHub's clock: that of a runner may be wrong. */
function timeOf(headers: Headers): number {
  const date = Date.parse(headers.date ?? "");
  return Number.isNaN(date) ? Date.now() : date;
}
