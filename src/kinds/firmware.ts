/** Versions of firmware: parsed into integers, never compared as text. */

/** `[8, 7, 1, 2]` for `8.7.1.2`. */
export type Version = readonly number[];

/** A stretch of versions; without `since` from the first on, without `before` to the newest. */
export interface Span {
  readonly since?: string;
  readonly before?: string;
}

/**
 * What the kinds describe, from the vendor's guides of 5.2, 7 and 8.7 and the Swagger of 9.8. Numbers go on with
 * 25 after 9, and what is managed here is the same up to 26.3.
 */
const DESCRIBED: readonly Span[] = [
  { since: "5.2", before: "5.3" },
  { since: "7", before: "10" },
  { since: "25", before: "26.4" },
];

/** The same in words, for messages. */
export const DESCRIBED_FIRMWARE = "5.2, 7, 8, 9, 25 and 26 up to 26.3";

/** Newer than anything: what no version can be told from counts as the newest generation. */
const NEWEST: Version = [Number.POSITIVE_INFINITY];

/** The version at the beginning of a text; undefined where there is none. */
export function parseVersion(text: string): Version | undefined {
  const match = /^\d{1,9}(?:\.\d{1,9}){0,7}/.exec(text.trim());
  return match === null ? undefined : match[0].split(".").map(Number);
}

/** A run asks for the same few versions for each field of each entry. */
const known = new Map<string, Version>();

function versionOf(text: string): Version {
  const version = known.get(text) ?? parseVersion(text) ?? NEWEST;
  known.set(text, version);
  return version;
}

/** Missing parts count as 0: 9.8 is 9.8.0.0. */
export function compareVersions(a: Version, b: Version): number {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const [left, right] = [a[i] ?? 0, b[i] ?? 0];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

/** Whether this firmware, as the appliance tells it, is in the stretch. */
export function isWithin(firmware: string, { since, before }: Span): boolean {
  const version = versionOf(firmware);
  const order = (bound: string): number => compareVersions(version, versionOf(bound));
  return (since === undefined || order(since) >= 0) && (before === undefined || order(before) < 0);
}

/** Whether the kinds say how this firmware is spoken to. */
export function isDescribed(firmware: string): boolean {
  return parseVersion(firmware) !== undefined && DESCRIBED.some((span) => isWithin(firmware, span));
}

/** `from 8 on`, `before 9.8`, `from 8 on and before 9.8`. */
export function spanText({ since, before }: Span): string {
  const parts = [
    ...(since === undefined ? [] : [`from ${since} on`]),
    ...(before === undefined ? [] : [`before ${before}`]),
  ];
  return parts.join(" and ");
}
