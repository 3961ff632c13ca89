/**
 * Makes text from a manifest or an appliance safe to print. Whatever a terminal would obey or hide
 * (control characters, escape sequences, direction marks, zero-width characters) becomes a visible
 * escape, so that no name can move the cursor, recolour a plan or look like another name.
 */

/** An emoji may hold joiners and variation selectors; anywhere else these two are hidden characters. */
const EMOJI = String.raw`\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?(?:\u200d\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?)*|[0-9#*]\ufe0f\u20e3`;

/** Control, format, surrogate, line separator and ignorable characters; every space but two. */
const HIDDEN = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?![ \u3000])\p{Zs}`;

const EMOJI_OR_HIDDEN: RegExp = new RegExp(`(${EMOJI})|${HIDDEN}`, "gu");

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** One line of text with every hidden character as an escape: `\n`, `\x1b`, `\u202e`, `\u{e0061}`. */
export function printable(text: string): string {
  return text.replace(EMOJI_OR_HIDDEN, (match, emoji?: string) => emoji ?? NAMED[match] ?? escaped(match));
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
}

/** Lines that belong together, each printable; the line breaks stay. */
export function printableLines(text: string): readonly string[] {
  return text.split(/\r?\n/u).map(printable);
}

/** What the runners of GitHub, Azure and TeamCity take for a command anywhere in a line: `##[…]`, `##vso[…]`. */
const LOG_COMMAND = /##(?=\w*\[)/g;
/** What GitHub's runner does at the start of one. Three colons are none. */
const LOG_COMMAND_LINE = /^([^\S\n\r\u2028\u2029]*):(?=:(?!:))/gm;

/** Whole lines of output in which the log of a CI finds no command, whatever a script or a name in them says. */
export function withoutLogCommands(text: string): string {
  return text.replace(LOG_COMMAND_LINE, "$1\\x3a").replace(LOG_COMMAND, "#\\x23");
}

/**
 * JSON text with the hidden characters of its strings as JSON escapes: the same value to a program,
 * harmless on a terminal. Line breaks are kept, since they can only stand between values.
 */
export function printableJson(json: string): string {
  return json.replace(LOG_COMMAND, "#\\u0023").replace(EMOJI_OR_HIDDEN, (match, emoji?: string) => {
    if (emoji !== undefined || match === "\n") return match;
    return Array.from({ length: match.length }, (_, i) => {
      return `\\u${match.charCodeAt(i).toString(16).padStart(4, "0")}`;
    }).join("");
  });
}
