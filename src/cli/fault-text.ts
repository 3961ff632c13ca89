/** One line for each request that a fault hits. */
import { STATUS_CODES } from "node:http";
import { printable } from "../render/clean.ts";
import type { Fault, FaultEffect, FaultEvent } from "../sandbox/faults.ts";

/** `fault 2: POST /alerts: 503 Service Unavailable, not carried out`. */
export function faultLine({ method, path, fault, number }: FaultEvent): string {
  return printable(`fault ${number}: ${method} ${path}: ${wordsOf(fault)}`);
}

function wordsOf({ effect, when }: Fault): string {
  const reached = when === "before" ? "not carried out" : "carried out";
  if (typeof effect === "string") return effect === "reset" ? `reset, ${reached}` : SPOILT[effect];
  if ("delayMs" in effect) {
    return `${effect.delayMs} ms late, ${when === "before" ? "the request" : "the answer"}`;
  }
  if ("refuse" in effect) return `refuses ${effect.refuse.join(", ")}`;
  if ("lag" in effect) return `what it makes is missing in the next ${effect.lag} lists`;
  return `${answerWords(effect)}, ${reached}`;
}

const SPOILT: Readonly<Record<Exclude<FaultEffect & string, "reset">, string>> = {
  truncate: "carried out, and the answer cut off",
  malformed: "carried out, and the answer no JSON",
  empty: "carried out, and the answer empty",
  "no-location": "carried out, and the answer without a location",
};

function answerWords(
  effect: Extract<FaultEffect, { status: number } | { html: string } | { redirect: string }>,
): string {
  if ("html" in effect) return "a web page";
  if ("redirect" in effect) return `sent on to ${effect.redirect}`;
  const { status, retryAfter, retryAfterDate } = effect;
  const pause = retryAfter ?? retryAfterDate;
  const asked = pause === undefined ? "" : ` (Retry-After: ${pause} s)`;
  return `${status} ${STATUS_CODES[status] ?? ""}`.trim() + asked;
}
