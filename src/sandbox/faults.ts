/** Scripted failures: which requests they hit, and what the client sees instead of the answer. */
import type { Json } from "../model.ts";
import type { Answer } from "./answer.ts";

export type FaultEffect =
  /** Another answer. A string body is sent as plain text. */
  | {
      readonly status: number;
      readonly body?: Json;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** A page of a proxy or a wrong port, with status 200. */
  | { readonly html: string }
  /** The connection ends without an answer. */
  | "reset"
  /** The appliance's own answer, cut off in its middle; the request is always carried out. */
  | "truncate"
  | { readonly delayMs: number };

/** A value. Without `nth` and `every` it hits each matching request. */
export interface Fault {
  readonly method?: string;
  /** A regular expression that matches from the start of the path below /api/v1, so a prefix is one too. */
  readonly path?: string;
  /** The only matching request to hit, from 1. */
  readonly nth?: number;
  /** Hits each matching request whose number is a multiple. */
  readonly every?: number;
  /** Whether the appliance carries the request out first. */
  readonly when: "before" | "after";
  readonly effect: FaultEffect;
}

/** The faults that hit the next request of this method and path; each call counts as a request. */
export type FaultScript = (method: string, path: string) => readonly Fault[];

export function scriptFaults(faults: readonly Fault[]): FaultScript {
  const armed = faults.map((fault) => ({ fault, path: new RegExp(`^(?:${fault.path ?? ""})`), seen: 0 }));
  return (method, path) =>
    armed.flatMap((entry) => {
      const { fault } = entry;
      if ((fault.method ?? method) !== method || !entry.path.test(path)) return [];
      entry.seen += 1;
      return isHit(fault, entry.seen) ? [fault] : [];
    });
}

function isHit(fault: Fault, number: number): boolean {
  if (fault.nth !== undefined) return number === fault.nth;
  return fault.every === undefined || number % fault.every === 0;
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

/** The first fault that replaces the answer. */
export function interruption(faults: readonly Fault[]): Fault | undefined {
  return faults.find(({ effect }) => typeof effect === "string" || !("delayMs" in effect));
}

/** The answer that a fault gives; undefined for one that breaks the connection. */
export function faultAnswer(effect: FaultEffect): (Answer & { readonly text?: string }) | undefined {
  if (typeof effect === "string" || "delayMs" in effect) return undefined;
  if ("html" in effect) {
    return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, text: effect.html };
  }
  const { status, headers = {}, body } = effect;
  if (typeof body === "string") return { status, headers, text: body };
  return body === undefined ? { status, headers } : { status, headers, body };
}
