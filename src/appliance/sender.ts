/**
 * Sends requests over one pool: at most so many at once, each attempt authorised, counted and reported,
 * repeated where that can help and cannot harm. Knows statuses only as far as a retry needs them.
 */
import { setMaxListeners } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { Pool } from "undici";
import { ApplianceError, type ApplianceErrorCode } from "../errors.ts";
import { once } from "../json.ts";
import type { Method, RequestCounts } from "../model.ts";
import type { Mask } from "../secret-forms.ts";
import type { Reply } from "./answer.ts";
import { type Authorisation, createAuthorisation } from "./authorisation.ts";
import { MAX_ANSWER_BYTES } from "./bounds.ts";
import type { Connection } from "./connection.ts";
import { refusesAuthorisation } from "./error-body.ts";
import { type Answer, exchange, type Request } from "./exchange.ts";
import { createGate } from "./gate.ts";
import { mayBeDone, retryDelay } from "./retry.ts";
import { createCleaner } from "./text.ts";
import { createConnector, fetchFingerprint } from "./tls.ts";
import { inDoubt, transportError } from "./transport-error.ts";

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
  /** Ends the pauses and repetitions of calls under way, and nothing in flight; later calls are not concerned. */
  readonly stop?: AbortSignal;
  /** Requests in flight at most; fewer for a while after a 429. */
  readonly parallelism?: number;
  /** Repetitions after the first attempt. */
  readonly retries?: number;
  /** Of an answer; it is refused while it arrives. */
  readonly maxBodyBytes?: number;
  /** Takes out of what the other side says what a body that was sent holds. */
  readonly mask?: Mask;
  readonly onRequest?: (event: RequestEvent) => void;
  /** 0 up to, but not including, 1. */
  readonly random?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds from any start, for the life of tokens; a clock that nobody sets. */
  readonly now?: () => number;
}

/** How long one call may go on trying: until the run ends, or is stopped while the call is under way. */
export interface Patience {
  ended(): boolean;
  /** Resolves early when it ends. */
  pause(ms: number): Promise<void>;
}

export interface Sender {
  /** The answer, whatever its status; rejects with an ApplianceError when there is none. */
  send(request: Request, patience?: Patience): Promise<Reply>;
  /** That of a call that begins now. */
  patience(): Patience;
  requests(): RequestCounts;
  close(): Promise<void>;
}

const DEFAULTS = {
  timeoutMs: 30_000,
  parallelism: 8,
  retries: 3,
  maxBodyBytes: MAX_ANSWER_BYTES,
} as const;

const FINGERPRINT_TIMEOUT_MS = 5_000;

interface Attempt {
  /** 1 for the first. */
  readonly number: number;
  /** One before it may have been carried out. */
  readonly mayBeDone: boolean;
}

type SendOnce = (request: Request, attempt: Attempt) => Promise<Answer | ApplianceError>;

/** With this `authorization` header. */
type SendAs = (request: Request, attempt: Attempt, header: string) => Promise<Answer | ApplianceError>;

/** Opens nothing until the first request; after `close` every request fails. */
export function createSender(connection: Connection, options: ClientOptions): Sender {
  const closed = new AbortController();
  const signal = anyOf([options.deadline, options.signal, closed.signal]);
  const pool = createPool(connection, options, signal);
  const counts = new Map<Method, number>();
  const gate = createGate(options.parallelism ?? DEFAULTS.parallelism);
  const sendAs = createAttempt(connection, options, pool, signal, (method) => {
    counts.set(method, (counts.get(method) ?? 0) + 1);
  });
  const patience = (): Patience => patienceOf(options, signal);
  const authorisation = createAuthorisation(connection.credentials(), {
    // For a request that has its turn already.
    ask: (request, header) => send(request, (asked, attempt) => sendAs(asked, attempt, header), patience()),
    now: options.now ?? (() => performance.now()),
  });
  const { mask = (text) => text } = options;
  const clean = createCleaner((text) => mask(authorisation.mask(text)));
  const { origin, host, words } = connection;
  const send = async (request: Request, once: SendOnce, given: Patience): Promise<Reply> => {
    const sent = await sendUntilFinal(request, once, options, given);
    return { request, ...sent, origin, host, words, clean };
  };
  const authorised = createAuthorised(authorisation, sendAs);
  const inTurn: SendOnce = (request, attempt) => gate(() => authorised(request, attempt));
  return {
    send: (request, given) => send(request, inTurn, given ?? patience()),
    patience,
    requests: () => Object.fromEntries(counts),
    async close() {
      closed.abort();
      await pool.destroy();
    },
  };
}

function createPool(connection: Connection, options: ClientOptions, signal: AbortSignal): Pool {
  const { timeoutMs, parallelism } = { ...DEFAULTS, ...options };
  return new Pool(connection.origin, {
    connections: parallelism,
    connect: createConnector(connection, { timeoutMs, signal }),
    // One clock per attempt, in exchange.ts, covers these.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function anyOf(signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const signal = AbortSignal.any(signals.filter((given) => given !== undefined));
  // Every request in flight or pausing listens; more than ten of them are no leak.
  setMaxListeners(0, signal);
  return signal;
}

/**
 * One attempt, with a token that is valid when its turn comes; and once more with a new one where the answer
 * refuses the token, which proves that nothing was carried out.
 */
function createAuthorised(authorisation: Authorisation, sendAs: SendAs): SendOnce {
  return async (request, attempt) => {
    try {
      const header = await authorisation.header();
      const outcome = await sendAs(request, attempt, header);
      if (outcome instanceof ApplianceError || !refusesAuthorisation(outcome)) return outcome;
      const renewed = await authorisation.renewed(header);
      return renewed === undefined ? outcome : await sendAs(request, attempt, renewed);
    } catch (error) {
      // Thrown, not returned: the token was asked for as often as may be.
      throw attempt.mayBeDone && error instanceof ApplianceError ? inDoubt(error) : error;
    }
  };
}

/** One attempt: announced to `onStart`, sent, and reported as an event. */
function createAttempt(
  connection: Connection,
  options: ClientOptions,
  pool: Pool,
  signal: AbortSignal,
  onStart: (method: Method) => void,
): SendAs {
  const { timeoutMs, maxBodyBytes } = { ...DEFAULTS, ...options };
  const headers = { accept: "application/json", "user-agent": options.userAgent };
  const seenFingerprint = once(() =>
    fetchFingerprint(connection, { timeoutMs: Math.min(timeoutMs, FINGERPRINT_TIMEOUT_MS), signal }),
  );
  return async (request, { number: attempt, mayBeDone }, authorization) => {
    const { method, path } = request;
    const started = performance.now();
    if (!signal.aborted) onStart(method);
    const all = { ...headers, authorization };
    const result = await exchange(pool, request, all, { timeoutMs, maxBodyBytes, signal });
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
      mayBeDone,
      deadlinePassed: options.deadline?.aborted ?? false,
      fetchFingerprint: seenFingerprint,
    });
    options.onRequest?.({ ...event, error: error.code });
    return error;
  };
}

/** Repeats a request while its outcome may pass; the pause holds no place among the requests in flight. */
async function sendUntilFinal(
  request: Request,
  send: SendOnce,
  options: ClientOptions,
  patience: Patience,
): Promise<Pick<Reply, "answer" | "mayBeDone">> {
  const { random = Math.random } = options;
  const { retries } = { ...DEFAULTS, ...options };
  let open = false;
  for (let number = 1; ; number += 1) {
    const outcome = await send(request, { number, mayBeDone: open });
    const again = number <= retries && !patience.ended();
    const delay = again ? retryDelay(request, outcome, number, { random, now: Date.now }) : undefined;
    if (delay === undefined) {
      if (outcome instanceof ApplianceError) throw outcome;
      return { answer: outcome, mayBeDone: open };
    }
    open ||= mayBeDone(request, outcome);
    await patience.pause(delay);
  }
}

function patienceOf({ stop, sleep = sleepUntil }: ClientOptions, signal: AbortSignal): Patience {
  const stops = stop === undefined || stop.aborted ? [signal] : [signal, stop];
  return {
    ended: () => stops.some(({ aborted }) => aborted),
    pause: (ms) => sleep(ms, AbortSignal.any(stops)),
  };
}

/** Resolves early when the signal ends; the next attempt then says so. */
async function sleepUntil(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => undefined);
}
