/**
 * Sends requests over one pool: at most so many at once, each attempt counted and reported, reads
 * repeated where that can help, writes sent once. Knows statuses only as far as a retry needs them.
 */
import { setMaxListeners } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import pLimit from "p-limit";
import { Pool } from "undici";
import { ApplianceError, type ApplianceErrorCode } from "../errors.ts";
import type { Method, RequestCounts } from "../model.ts";
import type { Connection } from "./connection.ts";
import { type Answer, exchange, type Request } from "./exchange.ts";
import { retryDelay } from "./retry.ts";
import { createConnector, fetchFingerprint } from "./tls.ts";
import { transportError } from "./transport-error.ts";

/** One attempt of one request, for progress and --verbose: neither headers nor bodies. */
export interface RequestEvent {
  readonly method: Method;
  readonly path: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly ms: number;
  /** Absent when there was no complete answer. */
  readonly status?: number;
  readonly error?: ApplianceErrorCode;
}

export interface ClientOptions {
  readonly userAgent: string;
  /** For one attempt, from its start to the last byte of the answer. */
  readonly timeoutMs?: number;
  /** Ends when the run's time is up. */
  readonly deadline?: AbortSignal;
  /** Ends when a person interrupts. */
  readonly signal?: AbortSignal;
  /** Requests in flight at most. */
  readonly parallelism?: number;
  /** Repetitions of a read after its first attempt. */
  readonly retries?: number;
  readonly maxBodyBytes?: number;
  readonly onRequest?: (event: RequestEvent) => void;
  /** 0 up to, but not including, 1. */
  readonly random?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Sender {
  /** The answer, whatever its status; rejects with an ApplianceError when there is none. */
  send(request: Request): Promise<Answer>;
  requests(): RequestCounts;
  close(): Promise<void>;
}

const DEFAULTS = {
  timeoutMs: 30_000,
  parallelism: 8,
  retries: 3,
  maxBodyBytes: 200 * 1024 * 1024,
} as const;

const FINGERPRINT_TIMEOUT_MS = 5_000;

type Attempt = (request: Request, attempt: number) => Promise<Answer | ApplianceError>;

/** Opens nothing until the first request; after `close` every request fails. */
export function createSender(connection: Connection, options: ClientOptions): Sender {
  const { timeoutMs, parallelism } = { ...DEFAULTS, ...options };
  const pool = new Pool(connection.origin, {
    connections: parallelism,
    connect: createConnector(connection.trust, timeoutMs),
    // One clock per attempt, in exchange.ts, covers these.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const closed = new AbortController();
  const signals = [options.deadline, options.signal, closed.signal];
  const signal = AbortSignal.any(signals.filter((given) => given !== undefined));
  // Every request in flight or pausing listens; more than ten of them are no leak.
  setMaxListeners(0, signal);
  const counts = new Map<Method, number>();
  const limit = pLimit(parallelism);
  const sendOnce = createAttempt(connection, options, pool, signal, (method) => {
    counts.set(method, (counts.get(method) ?? 0) + 1);
  });
  const attempt: Attempt = (request, number) => limit(sendOnce, request, number);
  return {
    send: (request) => sendUntilFinal(request, attempt, options, signal),
    requests: () => Object.fromEntries(counts),
    async close() {
      closed.abort();
      await pool.destroy();
    },
  };
}

/** One attempt: announced to `onStart`, sent, and reported as an event. */
function createAttempt(
  connection: Connection,
  options: ClientOptions,
  pool: Pool,
  signal: AbortSignal,
  onStart: (method: Method) => void,
): Attempt {
  const { timeoutMs, maxBodyBytes } = { ...DEFAULTS, ...options };
  const headers = {
    authorization: `ExtraHop apikey=${connection.apiKey()}`,
    accept: "application/json",
    "user-agent": options.userAgent,
  };
  const seenFingerprint = once(() =>
    fetchFingerprint(connection.origin, Math.min(timeoutMs, FINGERPRINT_TIMEOUT_MS)),
  );
  return async (request, attempt) => {
    const { method, path } = request;
    const started = performance.now();
    if (!signal.aborted) onStart(method);
    const result = await exchange(pool, request, headers, { timeoutMs, maxBodyBytes, signal });
    const event = { method, path, attempt, ms: Math.round(performance.now() - started) };
    if ("answer" in result) {
      options.onRequest?.({ ...event, status: result.answer.status });
      return result.answer;
    }
    const error = await transportError(request, result.failure, {
      ...connection,
      timeoutMs,
      maxBodyBytes,
      attempt,
      deadlinePassed: options.deadline?.aborted ?? false,
      fetchFingerprint: seenFingerprint,
    });
    options.onRequest?.({ ...event, error: error.code });
    return error;
  };
}

/** Repeats a read while its outcome may pass; the pause holds no place among the requests in flight. */
async function sendUntilFinal(
  request: Request,
  attempt: Attempt,
  options: ClientOptions,
  signal: AbortSignal,
): Promise<Answer> {
  const { random = Math.random, sleep = sleepUntil } = options;
  const { retries } = { ...DEFAULTS, ...options };
  for (let number = 1; ; number += 1) {
    const outcome = await attempt(request, number);
    const again = request.read && number <= retries && !signal.aborted;
    const delay = again ? retryDelay(outcome, number, { random, now: Date.now }) : undefined;
    if (delay !== undefined) await sleep(delay, signal);
    else if (outcome instanceof ApplianceError) throw outcome;
    else return outcome;
  }
}

function once<T>(compute: () => T): () => T {
  let result: { readonly value: T } | undefined;
  return () => {
    result ??= { value: compute() };
    return result.value;
  };
}

/** Resolves early when the signal ends; the next attempt then says so. */
async function sleepUntil(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => undefined);
}
