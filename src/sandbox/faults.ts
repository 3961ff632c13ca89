/** Scripted failures: which requests they hit, and what the client sees instead of the answer. */
import type { Json } from "../model.ts";
import { type Answer, Refusal } from "./answer.ts";
import { withinTime } from "./patterns.ts";
import { createRandom } from "./random.ts";

export type FaultEffect =
  /** Another answer. A string body is sent as plain text. */
  | {
      readonly status: number;
      readonly body?: Json;
      readonly headers?: Readonly<Record<string, string>>;
      /** Seconds, in the header of that name. */
      readonly retryAfter?: number;
      /** The same as a date: so many seconds from then. */
      readonly retryAfterDate?: number;
    }
  /** A page of a proxy or a wrong port, with status 200. */
  | { readonly html: string }
  /** Sent on to another place, with status 307. */
  | { readonly redirect: string }
  /** The connection ends without an answer. */
  | "reset"
  | OwnAnswerEffect
  | { readonly delayMs: number }
  /** A bulk assignment leaves these out, by id or name: 207, or 422 where nothing else was asked for. */
  | { readonly refuse: readonly (number | string)[] }
  /** A new object is missing in so many lists. */
  | { readonly lag: number };

/** The appliance's own answer, spoilt; so the request is always carried out. */
export type OwnAnswerEffect =
  /** Cut off in its middle, with the connection. */
  | "truncate"
  /** Complete, and no JSON. */
  | "malformed"
  /** Nothing, declared as JSON. */
  | "empty"
  /** A 201 that does not tell where the new object is. */
  | "no-location";

/** A value. Without `nth`, `every` and `rate` it hits each matching request. */
export interface Fault {
  readonly method?: string;
  /** A regular expression that matches from the start of the path below /api/v1, so a prefix is one too. */
  readonly path?: string;
  /** The only matching request to hit, or the only ones, from 1. */
  readonly nth?: number | readonly number[];
  /** Hits each matching request whose number is a multiple. */
  readonly every?: number;
  /** Hits this share of the matching requests by chance; 1 is all of them. */
  readonly rate?: number;
  /** Whether the appliance carries the request out first. */
  readonly when: "before" | "after";
  readonly effect: FaultEffect;
}

/** A request that a fault hits, for who watches. */
export interface FaultEvent {
  readonly method: string;
  /** Below /api/v1, with the query. */
  readonly path: string;
  readonly fault: Fault;
  /** The fault's place in the script, from 1. */
  readonly number: number;
}

/** The faults that hit the next request of this method and path; each call counts as a request. */
export type FaultScript = (method: string, path: string) => readonly FaultEvent[];

/** The same seed hits the same requests by chance. */
export function scriptFaults(faults: readonly Fault[], seed = 1): FaultScript {
  const armed = faults.map((fault, i) => {
    const isHit = hits(fault, seed + i * SEED_STEP);
    return { fault, matches: pathTest(fault.path), number: i + 1, isHit, seen: 0 };
  });
  return (method, path) =>
    armed.flatMap((entry) => {
      const { fault, number } = entry;
      if ((fault.method ?? method) !== method) return [];
      const matches = entry.matches(path);
      if (matches === "too long") return [{ method, path, number, fault: { ...fault, ...TOO_LONG } }];
      if (!matches) return [];
      entry.seen += 1;
      return entry.isHit(entry.seen) ? [{ method, path, fault, number }] : [];
    });
}

/** What comes of a request whose path could not be matched in time: nobody takes it for one that no fault hits. */
const TOO_LONG: Pick<Fault, "when" | "effect"> = {
  when: "before",
  effect: { status: 500, body: { error_message: "The path of this fault takes too long to match." } },
};

function pathTest(source = ""): (path: string) => boolean | "too long" {
  const pattern = new RegExp(`^(?:${source})`);
  // With a single choice or repetition there is little to try, so it need not be watched.
  const isSimple = (source.match(/[*+?{|]/g) ?? []).length < 2;
  if (isSimple) return (path) => pattern.test(path);
  return (path) => {
    try {
      return withinTime(() => pattern.test(path));
    } catch (error) {
      if (error instanceof Refusal) return "too long";
      throw error;
    }
  };
}

/** Far apart, so that the faults of a script do not hit the same requests. */
const SEED_STEP = 0x9e3779b9;
const FINE = 2 ** 32;

function hits({ nth, every, rate }: Fault, seed: number): (number: number) => boolean {
  const random = createRandom(seed);
  return (number) => {
    const byChance = rate === undefined || random.below(FINE) < rate * FINE;
    if (nth !== undefined) return [nth].flat().includes(number) && byChance;
    return (every === undefined || number % every === 0) && byChance;
  };
}

/** Milliseconds to wait before, or after, the request is carried out. */
export function delayOf(faults: readonly Fault[], when: Fault["when"]): number {
  return faults
    .filter((fault) => fault.when === when)
    .reduce(
      (sum, { effect }) => sum + (typeof effect === "object" && "delayMs" in effect ? effect.delayMs : 0),
      0,
    );
}

/** What faults make the appliance itself do otherwise. */
export interface Steering {
  /** Ids and names, as texts, of what cannot be assigned. */
  readonly refused: ReadonlySet<string>;
  /** How many lists leave a new object out. */
  readonly lag: number;
}

export function steeringOf(faults: readonly Fault[]): Steering {
  const effects = faults.map(({ effect }) => effect).filter((effect) => typeof effect === "object");
  return {
    refused: new Set(effects.flatMap((effect) => ("refuse" in effect ? effect.refuse.map(String) : []))),
    lag: Math.max(0, ...effects.map((effect) => ("lag" in effect ? effect.lag : 0))),
  };
}

/** The first fault that replaces or spoils the answer. */
export function interruption(faults: readonly Fault[]): Fault | undefined {
  return faults.find(
    ({ effect }) =>
      typeof effect === "string" || !("delayMs" in effect || "refuse" in effect || "lag" in effect),
  );
}

/** Whether the request never reaches the appliance. */
export function isLost(fault: Fault | undefined): boolean {
  return fault?.when === "before" && !OWN_ANSWER.has(fault.effect);
}

const OWN_ANSWER: ReadonlySet<FaultEffect> = new Set<OwnAnswerEffect>([
  "truncate",
  "malformed",
  "empty",
  "no-location",
]);

/** What the client gets of the appliance's own answer; undefined where the connection breaks. */
export function replyOf(fault: Fault | undefined, own: Answer | undefined): Answer | undefined {
  if (fault === undefined) return own;
  const { effect } = fault;
  if (typeof effect === "object") return otherAnswer(effect);
  if (own === undefined || effect === "reset") return undefined;
  const { body, text: _text, ...rest } = own;
  // A 204 can have no body, nor a type of one.
  const status = own.status === 204 ? 200 : own.status;
  switch (effect) {
    case "truncate":
      return own;
    case "malformed":
      return { ...rest, status, text: `${JSON.stringify(body ?? {}).slice(0, -1)},`, contentType: JSON_TYPE };
    case "empty":
      return { ...rest, status, text: "", contentType: JSON_TYPE };
    case "no-location": {
      const { location: _dropped, ...headers } = own.headers ?? {};
      return { ...own, headers };
    }
  }
}

export const JSON_TYPE = "application/json; charset=utf-8";

function otherAnswer(effect: Exclude<FaultEffect, string>): Answer | undefined {
  if ("html" in effect) return { status: 200, text: effect.html, contentType: "text/html; charset=utf-8" };
  if ("redirect" in effect) return { status: 307, headers: { location: effect.redirect } };
  if (!("status" in effect)) return undefined;
  const { status, body } = effect;
  const headers = { ...retryHeader(effect), ...effect.headers };
  if (typeof body === "string") {
    return { status, headers, text: body, contentType: "text/plain; charset=utf-8" };
  }
  return body === undefined ? { status, headers } : { status, headers, body };
}

function retryHeader(effect: {
  readonly retryAfter?: number;
  readonly retryAfterDate?: number;
}): Readonly<Record<string, string>> {
  const { retryAfter, retryAfterDate } = effect;
  if (retryAfter !== undefined) return { "retry-after": String(retryAfter) };
  if (retryAfterDate === undefined) return {};
  return { "retry-after": new Date(Date.now() + retryAfterDate * 1000).toUTCString() };
}
