/**
 * Colours and the width of the output, decided once and passed down. Nothing below render/ knows of
 * either; without colour every function here returns its text as it is.
 */

export type Paint = (text: string) => string;

export interface Style {
  readonly color: boolean;
  /** Columns to lay out for. */
  readonly width: number;
  readonly added: Paint;
  readonly removed: Paint;
  readonly changed: Paint;
  readonly moved: Paint;
  readonly warning: Paint;
  readonly error: Paint;
  readonly place: Paint;
  readonly bold: Paint;
  readonly dim: Paint;
}

/** Narrower than this, alignment costs more than it gives. */
const MIN_WIDTH = 40;

export function createStyle(options: { readonly color: boolean; readonly width: number }): Style {
  const sgr =
    (open: string, close: string): Paint =>
    (text) =>
      options.color && text !== "" ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return {
    color: options.color,
    width: Math.max(MIN_WIDTH, options.width),
    added: sgr("32", "39"),
    removed: sgr("31", "39"),
    changed: sgr("33", "39"),
    moved: sgr("36", "39"),
    warning: sgr("1;33", "22;39"),
    error: sgr("1;31", "22;39"),
    place: sgr("34", "39"),
    bold: sgr("1", "22"),
    dim: sgr("2", "22"),
  };
}

/** What a paint was given. Exact for printable text, which holds no escape sequence of its own. */
export function unpainted(text: string): string {
  return text.replace(/\x1b\[[\d;]*m/g, "");
}

/**
 * Whether to colour, by the first of these that says anything: the flag, NO_COLOR, FORCE_COLOR,
 * TERM=dumb, whether it is a terminal. Empty variables say nothing (no-color.org, force-color.org).
 */
export function wantsColor(options: {
  readonly isTTY: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly noColorFlag: boolean;
}): boolean {
  const { env } = options;
  if (options.noColorFlag || (env.NO_COLOR ?? "") !== "") return false;
  const force = env.FORCE_COLOR ?? "";
  if (force !== "") return force !== "0" && force !== "false";
  return env.TERM !== "dumb" && options.isTTY;
}
