/**
 * How much of an answer is read. What answers may be anything, so an answer that would not fit into
 * memory ends in an error before it is there, or before it becomes values.
 */

const MEGABYTE = 1024 * 1024;

/** Of one answer. A list of 10,000 alerts has about 10 MB. */
export const MAX_ANSWER_BYTES: number = 64 * MEGABYTE;

export interface ListLimits {
  readonly bytes: number;
  /** Objects and lists, also those within others: each takes memory, however few bytes it has. */
  readonly parts: number;
}

/** Of a list, in however many pages; its parts are those of one answer, too. */
export const LIST_LIMITS: ListLimits = { bytes: 4 * MAX_ANSWER_BYTES, parts: 2_000_000 };

/** Objects and lists that stand in each other. What comes after this recurses over values. */
export const MAX_DEPTH = 100;

/** `64 MB`, or `1000 bytes` where it is no round number of them. */
export function sizeText(bytes: number): string {
  return bytes % MEGABYTE === 0 ? `${bytes / MEGABYTE} MB` : `${bytes} bytes`;
}

export interface Shape {
  /** Objects and lists. */
  readonly parts: number;
  readonly depth: number;
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** The shape of what valid JSON in UTF-8 holds, without making values of it. */
export function shapeOf(json: Uint8Array): Shape {
  let [parts, depth, open, quoted] = [0, 0, 0, false];
  for (let i = 0; i < json.length; i += 1) {
    const byte = json[i] ?? 0;
    if (byte === QUOTE) quoted = !quoted;
    else if (quoted) i += byte === BACKSLASH ? 1 : 0;
    else if (OPENING.has(byte)) {
      parts += 1;
      open += 1;
      depth = Math.max(depth, open);
    } else if (CLOSING.has(byte)) open -= 1;
  }
  return { parts, depth };
}

/** Collects the pieces of a body. They are copied: a piece of one byte would hold on to a whole read. */
export interface Body {
  readonly size: () => number;
  readonly add: (piece: Uint8Array) => void;
  readonly bytes: () => Buffer;
}

const FIRST_BYTES = 16 * 1024;

export function createBody(): Body {
  let held = Buffer.alloc(0);
  let size = 0;
  return {
    size: () => size,
    add: (piece) => {
      const needed = size + piece.length;
      if (needed > held.length) {
        const grown = Buffer.alloc(Math.max(needed, 2 * held.length, FIRST_BYTES));
        held.copy(grown, 0, 0, size);
        held = grown;
      }
      held.set(piece, size);
      size = needed;
    },
    bytes: () => held.subarray(0, size),
  };
}
