/**
 * Text that the other side wrote, made fit to be shown: without the API key in any form it could be
 * echoed in, without characters that act on a terminal, and not longer than a paragraph.
 */

/** Cleans one text from the appliance. */
export type Clean = (text: string) => string;

const MAX_LENGTH = 500;
const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Controls (C0, C1), formats (bidi overrides, zero width), lone surrogates, line separators. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

export function createCleaner(apiKey: string): Clean {
  const forms = echoForms(apiKey);
  return (text) =>
    clip(makeVisible(forms.reduce((rest, form) => rest.replaceAll(form, "(key)"), text.trim())));
}

/** Longest first, so that no form is cut by a shorter one it contains. */
function echoForms(apiKey: string): readonly string[] {
  const base64 = [0, 1, 2].map((shift) => base64Core(apiKey, shift)).filter((form) => form.length >= 8);
  const forms = [
    apiKey,
    encodeURIComponent(apiKey),
    JSON.stringify(apiKey).slice(1, -1),
    Buffer.from(apiKey).toString("base64"),
    Buffer.from(apiKey).toString("base64url"),
    Buffer.from(apiKey).toString("hex"),
    ...base64,
    ...base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_")),
  ];
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

/** The part of the base64 of any text with the key `shift` bytes after a group of three that the key alone decides. */
function base64Core(apiKey: string, shift: number): string {
  const bytes = Buffer.from("\0".repeat(shift) + apiKey);
  const whole = bytes.length - (bytes.length % 3);
  return bytes
    .subarray(shift === 0 ? 0 : 3, whole)
    .toString("base64")
    .replace(/=+$/, "");
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
