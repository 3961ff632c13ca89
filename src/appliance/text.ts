/**
 * Text that the other side wrote, made fit to be shown: without keys, secrets and tokens in any form they
 * could be echoed in, without characters that act on a terminal, and not longer than a paragraph.
 */

import type { Mask } from "../secret-forms.ts";

/** Cleans one text from the appliance. */
export type Clean = (text: string) => string;

const MAX_LENGTH = 500;
const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Controls (C0, C1), formats (bidi overrides, zero width), lone surrogates, line separators. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** `mask` takes out the secrets that the other side may repeat. */
export function createCleaner(mask: Mask): Clean {
  // Before it is cut: a part of a secret is not recognised as one.
  return (text) => clip(makeVisible(mask(text.trim())));
}

function makeVisible(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16).padStart(4, "0");
    return NAMED[character] ?? `\\u{${hex}}`;
  });
}

/** Counts code points, so that no pair of surrogates is cut. */
function clip(text: string): string {
  const characters = Array.from(text.slice(0, 2 * MAX_LENGTH + 2));
  return characters.length <= MAX_LENGTH ? text : `${characters.slice(0, MAX_LENGTH).join("")}…`;
}
