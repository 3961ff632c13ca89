/**
 * How much of an answer is read. What answers may be anything, so an answer that would not fit into
 * memory ends in an error before it is there, or before it becomes values.
 */
import { MAX_PARTS } from "../json.ts";

const MEGABYTE = 1024 * 1024;

/** Of one answer. A list of 10,000 alerts has about 10 MB. */
export const MAX_ANSWER_BYTES: number = 64 * MEGABYTE;

export interface ListLimits {
  readonly bytes: number;
  readonly parts: number;
}

/** Of a list, in however many pages; its parts are those of one answer, too. */
export const LIST_LIMITS: ListLimits = { bytes: 4 * MAX_ANSWER_BYTES, parts: MAX_PARTS };

/** `64 MB`, or `1000 bytes` where it is no round number of them. */
export function sizeText(bytes: number): string {
  return bytes % MEGABYTE === 0 ? `${bytes / MEGABYTE} MB` : `${bytes} bytes`;
}

/** Collects the pieces of a body. They are copied: a piece of one byte would hold on to a whole read. */
export interface Body {
  readonly size: () => number;
  readonly add: (piece: Uint8Array) => void;
  readonly bytes: () => Buffer;
}

const NOTHING = Buffer.alloc(0);

export function createBody(): Body {
  let held: Buffer = NOTHING;
  let size = 0;
  return {
    size: () => size,
    add: (piece) => {
      const needed = size + piece.length;
      if (size === 0) {
        // Most answers are one piece, and a small one is copied to where other small ones are.
        held = Buffer.from(piece);
      } else if (needed > held.length) {
        const grown = Buffer.alloc(Math.max(needed, 2 * held.length));
        held.copy(grown, 0, 0, size);
        grown.set(piece, size);
        held = grown;
      } else held.set(piece, size);
      size = needed;
    },
    bytes: () => held.subarray(0, size),
  };
}
