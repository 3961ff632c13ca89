/**
 * The hidden last line of what the action writes on GitHub. By it a later run finds its own comment or
 * issue again, and knows what that is about. Anyone may write such a line: callers ask who wrote it.
 */
import { digest, isObject } from "../json.ts";
import type { Address, JsonObject } from "../model.ts";

const KINDS = ["plan", "apply", "drift"] as const;

export interface Marker {
  readonly kind: (typeof KINDS)[number];
  /** As the project calls it. */
  readonly target: string;
  readonly owner: string;
  /** The commit that it is of. */
  readonly sha?: string;
  /** Of the plan. */
  readonly digest?: string;
  /** A short hash of each planned change. */
  readonly changes?: Readonly<Record<Address, string>>;
  /** Of drift: when any was first seen, ISO 8601. */
  readonly since?: string;
  /** Of drift: when each difference was first seen, ISO 8601. */
  readonly seen?: Readonly<Record<Address, string>>;
}

/** Longer ones are left out whole: half of one would read as if the rest were new. In bytes of JSON. */
const MOST = { changes: 6_000, seen: 12_000 } as const;

/** The line. What is too long is left out of it. */
export function writeMarker(marker: Marker): string {
  const { kind, target, owner, sha, digest: of, since } = marker;
  const value = {
    kind,
    ...{ target: identity(target), owner: identity(owner) },
    ...{ sha: sha && identity(sha), digest: of && identity(of), since: since && identity(since) },
    ...{ changes: unlessLong(marker, "changes"), seen: unlessLong(marker, "seen") },
  };
  return `<!-- hopsync:v1 ${Buffer.from(JSON.stringify(value)).toString("base64url")} -->`;
}

function unlessLong(marker: Marker, key: keyof typeof MOST): Marker[typeof key] {
  return Buffer.byteLength(JSON.stringify(marker[key] ?? {})) > MOST[key] ? undefined : marker[key];
}

const LONGEST = 200;

/** A text that is too long to be kept stands as its digest. */
function identity(text: string): string {
  return text.length > LONGEST ? digest(text) : text;
}

/** The marker of a body; undefined where its last line that is not empty is none that `writeMarker` writes. */
export function readMarker(body: string): Marker | undefined {
  const last = body.trimEnd().split("\n").at(-1) ?? "";
  const text = /^<!-- hopsync:v1 ([\w-]+) -->$/.exec(last)?.[1] ?? "";
  const value = parsed(Buffer.from(text, "base64url"));
  if (value === undefined || !isMarker(value)) return undefined;
  return writeMarker(value) === last ? value : undefined;
}

/** The marker of a body that somebody may have written below, which is no proof of who wrote the marker. */
export function findMarker(body: string): Marker | undefined {
  const line = body.split("\n").findLast((one) => readMarker(one) !== undefined);
  return line === undefined ? undefined : readMarker(line);
}

function parsed(bytes: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Unknown keys are found when it is written again. */
function isMarker(value: JsonObject): value is JsonObject & Marker {
  const own = (key: string): unknown => (Object.hasOwn(value, key) ? value[key] : undefined);
  const isText = (key: string): boolean => typeof own(key) === "string";
  const mayBe = (key: string, test: (found: unknown) => boolean): boolean =>
    own(key) === undefined || test(own(key));
  return (
    KINDS.some((kind) => kind === own("kind")) &&
    ["target", "owner"].every(isText) &&
    ["sha", "digest", "since"].every((key) => mayBe(key, () => isText(key))) &&
    ["changes", "seen"].every((key) => mayBe(key, isTexts))
  );
}

function isTexts(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((item) => typeof item === "string");
}

/** Whether both are of one kind, target and owner. */
export function isSame(a: Marker, b: Marker): boolean {
  const [one, other] = [a, b].map(({ kind, target, owner }) => [kind, identity(target), identity(owner)]);
  return JSON.stringify(one) === JSON.stringify(other);
}
