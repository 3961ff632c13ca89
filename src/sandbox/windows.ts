/**
 * Times as the API takes them, and the window in which a device counts as active (guide 8.7 "GET /devices"
 * and "Supported time units").
 */
import type { Json } from "../model.ts";
import type { WireObject } from "./collections.ts";

const SECOND = 1000;
const DAY = 86_400 * SECOND;

/** Months and years have no stated length; 30 and 365 days here. */
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND,
  m: 60 * SECOND,
  h: 3600 * SECOND,
  d: DAY,
  w: 7 * DAY,
  M: 30 * DAY,
  y: 365 * DAY,
};

/**
 * Milliseconds since the epoch: 0 is now, a negative value is relative to now and may carry a unit.
 * Undefined when the text is no such time.
 */
export function parseMoment(text: string, now: number): number | undefined {
  const [, digits, unit] = /^(-?\d{1,15})(ms|[smhdwMy])?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const value = Number(digits);
  if (unit !== undefined && value >= 0) return undefined;
  if (value > 0) return value;
  return now + value * (UNITS[unit ?? "ms"] ?? 1);
}

/** A span of time, both ends included. */
export interface Window {
  readonly from: number;
  readonly until: number;
}

/**
 * The window of a request. Without limits it is this moment, so that what is inactive now is left out;
 * with an end alone it reaches back to the beginning.
 */
export function windowOf(from: number | undefined, until: number | undefined, now: number): Window {
  if (from === undefined) return { from: until === undefined ? now : 0, until: until ?? now };
  return { from, until: until ?? now };
}

/** `last_seen_time` is null while a device is active (Swagger 9.8, Device). */
export function lastSeen(device: WireObject, now: number): number {
  const time: Json | undefined = device.last_seen_time;
  return typeof time === "number" ? time : now;
}

/** Whether a device was active at some time of the window. */
export function activeWithin(device: WireObject, window: Window, now: number): boolean {
  const discovered = device.discover_time;
  return (
    lastSeen(device, now) >= window.from && (typeof discovered !== "number" || discovered <= window.until)
  );
}
