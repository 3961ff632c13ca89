/** Faults at a fifth of all requests, of every effect that leaves a client a chance to know the truth. */
import fc from "fast-check";
import type { Fault, FaultEffect } from "../../src/sandbox/faults.ts";
import { NAMES } from "./arbitrary.ts";

type When = Fault["when"];
type Weather = readonly (readonly [When, FaultEffect])[];

const SHARE = 0.2;
const METHODS = ["GET", "POST", "PATCH", "DELETE"];

/** What a client meets by repeating: reads always, writes where that is safe. */
const PASSING: Weather = [
  ["before", "reset"],
  ["after", "reset"],
  ["after", "truncate"],
  ["before", { status: 429 }],
  ["before", { status: 429, retryAfter: 1 }],
  ["before", { status: 502, body: "Bad Gateway" }],
  ["after", { status: 502, body: "Bad Gateway" }],
  ["before", { status: 503, retryAfterDate: 2 }],
  ["after", { status: 503 }],
  ["before", { status: 504 }],
  ["after", { status: 504 }],
  ["before", { delayMs: 2 }],
  ["after", { delayMs: 2 }],
];

/**
 * What ends a read, or is of writes only. Left out is what makes the appliance lie, since then no report can be
 * true: a refusal or a redirect of what was carried out, and a 404 of what is there.
 */
const FINAL: Weather = [
  ["before", { status: 500, body: { error_message: "internal" } }],
  ["after", { status: 500 }],
  ["before", { status: 400, body: { error_message: "bad" } }],
  ["before", { status: 401 }],
  ["before", { status: 403, body: { detail: "no" } }],
  ["before", { status: 409, body: { error_message: "busy" } }],
  ["before", { status: 422, body: { error_message: "unprocessable" } }],
  ["before", { status: 429, retryAfter: 3600 }],
  ["before", { html: "<html><title>Proxy</title></html>" }],
  ["after", { html: "<html><title>Proxy</title></html>" }],
  ["before", { redirect: "https://login.example.com/" }],
  ["after", "malformed"],
  ["after", "empty"],
  ["after", "no-location"],
  ["before", { lag: 2 }],
  ["before", { refuse: NAMES.slice(0, 3) }],
];

/** An answer that comes when nobody waits for it any more. */
export const LATE_MS = 150;
const LATE: Weather = [["after", { delayMs: LATE_MS }]];

export interface Season {
  readonly weather: Weather;
  /** Reads meet only what passes, so that runs come further. */
  readonly spared: boolean;
  readonly late: boolean;
  readonly seed: number;
}

export const arbitrarySeason: fc.Arbitrary<Season> = fc.record({
  weather: fc
    .tuple(fc.subarray([...PASSING], { minLength: 1 }), fc.subarray([...FINAL]))
    .map(([passing, final]) => [...passing, ...final]),
  spared: fc.boolean(),
  late: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  seed: fc.nat(),
});

/** Each request is hit with the same probability, whatever the effects are. */
export function faultsOf({ weather, spared, late }: Season): readonly Fault[] {
  const all = [...weather, ...(late ? LATE : [])];
  return METHODS.flatMap((method) => {
    const effects = method === "GET" && spared ? weather.filter((item) => PASSING.includes(item)) : all;
    const rate = 1 - (1 - SHARE) ** (1 / effects.length);
    return effects.map(([when, effect]) => ({ method, when, effect, rate }));
  });
}

/** Whether new objects may be missing in lists. */
export function lags({ weather }: Season): boolean {
  return weather.some(([, effect]) => typeof effect === "object" && "lag" in effect);
}
