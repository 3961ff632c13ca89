/**
 * What the inventory keeps of a value: the value itself where it is short, else only what it takes to
 * recognise it. The prefix of a hash says how it was made, so that a stored one can always be checked.
 */
import { createHash, randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import { canonicalJson } from "../json.ts";
import type { Json, Recorded } from "../model.ts";

/** Of the canonical JSON; what is longer is hashed. */
const LONGEST_VALUE = 200;

/**
 * About 0.1 s and 32 MB a value: a short secret cannot be guessed from the inventory, which everybody
 * who reads the appliance's configuration sees, and a run with some dozens of them stays quick. Fixed:
 * other numbers make other hashes, and need another prefix.
 */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;
const SCRYPT_BYTES = 32;

export interface RecordOptions {
  readonly salt: string;
  /** What came from the environment: never kept, and hashed so that it cannot be guessed. */
  readonly sensitive: boolean;
}

/** What to keep of a value in its comparable form. */
export function record(value: Json, { salt, sensitive }: RecordOptions): Recorded {
  if (sensitive) return { hash: secretHash(value, salt) };
  if (typeof value === "number" || typeof value === "boolean") return { value };
  const text = canonicalJson(value);
  return text.length <= LONGEST_VALUE ? { value } : { hash: plainHash(text, salt) };
}

/** Whether this value was recorded. */
export function matches(recorded: Recorded, value: Json, salt: string): boolean {
  const text = canonicalJson(value);
  if ("value" in recorded) return canonicalJson(recorded.value) === text;
  const hash = wasSensitive(recorded) ? scryptHash(text, salt) : plainHash(text, salt);
  const [a, b] = [Buffer.from(hash), Buffer.from(recorded.hash)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Whether the value was sensitive when it was recorded. */
export function wasSensitive(recorded: Recorded): boolean {
  return "hash" in recorded && recorded.hash.startsWith("scrypt:");
}

/** What it takes to recognise a secret, and not enough to guess it. */
export function secretHash(value: Json, salt: string): string {
  return scryptHash(canonicalJson(value), salt);
}

/** For a new inventory. */
export function newSalt(): string {
  return randomBytes(16).toString("hex");
}

function plainHash(text: string, salt: string): string {
  return `sha256:${createHash("sha256").update(salt).update(text).digest("hex")}`;
}

/** A plan, its verification and its record ask for the same few values again and again. */
const known = new Map<string, string>();

function scryptHash(text: string, salt: string): string {
  const key = JSON.stringify([salt, text]);
  const hash = known.get(key) ?? `scrypt:${scryptSync(text, salt, SCRYPT_BYTES, SCRYPT).toString("hex")}`;
  known.set(key, hash);
  return hash;
}
