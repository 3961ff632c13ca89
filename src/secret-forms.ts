/**
 * Secrets in texts that somebody else wrote, such as an appliance's answer that repeats what it was sent: as they
 * are, and in the forms in which they travel.
 */

/** Takes secrets out of a text. */
export type Mask = (text: string) => string;

export interface Secret {
  readonly value: string;
  /** What stands in its place. */
  readonly shown: string;
}

/** Shorter values would be found everywhere, and are no secrets. */
const MIN_SECRET = 4;
/** From here on a secret is long enough to be told from words in any case, and in base64 by its middle. */
const LONG = 8;

/** Takes the secrets, and each line of those of several, out of a text. */
export function createMask(secrets: readonly Secret[]): Mask {
  const parts = secrets.flatMap(partsOf).filter(({ value }) => value.length >= MIN_SECRET);
  // Longest first, so that none is cut by a shorter one that it contains.
  const finders = parts.sort((a, b) => b.value.length - a.value.length).flatMap(findersOf);
  return (text) => finders.reduce((rest, { form, shown }) => rest.replace(form, () => shown), text);
}

/** Longer ones are too much for one pattern, and are found piece by piece. */
const MAX_PIECE = 256;

function partsOf({ value, shown }: Secret): Secret[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const parts = [...new Set([value, value.trim(), ...lines])].flatMap(piecesOf);
  return parts.map((part) => ({ value: part, shown }));
}

function piecesOf(value: string): readonly string[] {
  const letters = Array.from(value);
  const count = Math.ceil(letters.length / MAX_PIECE);
  const size = Math.ceil(letters.length / count);
  return Array.from({ length: count }, (_, i) => letters.slice(i * size, (i + 1) * size).join(""));
}

interface Finder {
  readonly form: RegExp;
  readonly shown: string;
}

function findersOf({ value, shown }: Secret): Finder[] {
  const spelt = new RegExp(spelling(value), value.length < LONG ? "gu" : "giu");
  const coded = codedForms(value).sort((a, b) => b.length - a.length);
  return [spelt, ...coded.map((form) => new RegExp(literal(form), "g"))].map((form) => ({ form, shown }));
}

// ---------------------------------------------------------------- letter by letter

/** The secret; a long one also where somebody cut it off behind its first half. */
function spelling(value: string): string {
  // Backslashes in a row are one: each alone could be one to five, in more ways than can be tried.
  const letters = (value.match(/\\+|[^\\]/gu) ?? []).map(spellings);
  if (letters.length < 2 * LONG) return letters.join("");
  const half = Math.ceil(letters.length / 2);
  const rest = letters.slice(half).reduceRight((tail, letter) => `(?:${letter}${tail})?`, "");
  return letters.slice(0, half).join("") + rest;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "amp",
  "<": "lt",
  ">": "gt",
  '"': "quot",
  "'": "apos",
};
const CONTROLS: Readonly<Record<string, string>> = { "\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f" };

/** One character in JSON, once or twice, in a URL, a form, HTML or Markdown, or shown as an escape; letters and digits stand for themselves. */
function spellings(character: string): string {
  if (/[a-z0-9]/i.test(character)) return character;
  if (character.length > 1 && character.startsWith("\\")) {
    const { length } = character;
    return `(?:(?:${encodings("\\").join("|")}){${length}}|${String.raw`\\`}{${length},${5 * length}})`;
  }
  return `(?:${[
    ...encodings(character),
    // After what starts with the character itself, such as &amp;.
    String.raw`\\{0,4}${literal(character)}`,
  ].join("|")})`;
}

/** Those that do not end with the character itself. */
function encodings(character: string): readonly string[] {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const units = Array.from({ length: character.length }, (_, i) => {
    return String.raw`\\{1,4}u${anyCase(character.charCodeAt(i).toString(16).padStart(4, "0"))}`;
  });
  const bytes = [...Buffer.from(character)].map((byte) => `%${anyCase(byte.toString(16).padStart(2, "0"))}`);
  const named = [CONTROLS[character]].flatMap((name) =>
    name === undefined ? [] : [String.raw`\\{1,4}${name}`],
  );
  const entity = [ENTITIES[character]].flatMap((name) => (name === undefined ? [] : [`&${name};`]));
  return [
    ...(character === " " ? [String.raw`\+`] : []),
    ...named,
    ...entity,
    units.join(""),
    bytes.join(""),
    `&#0*${code};`,
    `&#[xX]0*${anyCase(hex)};`,
    String.raw`\\u\{0*${anyCase(hex)}\}`,
    ...(code <= 0xff ? [String.raw`\\x${anyCase(hex.padStart(2, "0"))}`] : []),
  ];
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

// ---------------------------------------------------------------- as a whole

function codedForms(value: string): string[] {
  const bytes = Buffer.from(value);
  const middles = [0, 1, 2].map((shift) => base64Middle(bytes, shift)).filter((form) => form.length >= LONG);
  const base64 = [bytes.toString("base64"), ...middles];
  const hex = bytes.toString("hex");
  const urlSafe = base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""));
  return [...new Set([...base64, ...urlSafe, hex, hex.toUpperCase()])];
}

/** Of the base64 of any text with the secret `shift` bytes after a group of three, what the secret alone decides. */
function base64Middle(secret: Buffer, shift: number): string {
  const bytes = Buffer.concat([Buffer.alloc(shift), secret]);
  const whole = bytes.length - (bytes.length % 3);
  return bytes.subarray(shift === 0 ? 0 : 3, whole).toString("base64");
}
