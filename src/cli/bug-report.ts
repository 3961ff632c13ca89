/**
 * What is printed about an error that no code expected: enough to find it, and nothing of the environment or
 * of key files, since nobody knows what such an error's message holds.
 */
import { printableLines } from "../render/clean.ts";
import { createMask } from "../secret-forms.ts";
import { VERSION } from "../version.ts";

const MAX_MESSAGE = 2_000;

/** `secrets` are those that the environment does not hold. */
export function bugReport(
  error: unknown,
  env: Readonly<Record<string, string | undefined>>,
  secrets: readonly string[] = [],
): string {
  const mask = createMask([
    ...secrets.map((value) => ({ value, shown: "(secret)" })),
    ...Object.entries(env).map(([name, value = ""]) => ({ value, shown: `${"$"}{env:${name}}` })),
  ]);
  const { name, message, frames } = partsOf(error);
  const said = mask(`${name}: ${message}`.slice(0, MAX_MESSAGE));
  const lines = [`hopsync ${VERSION} met a bug of its own. Please report this:`, said, ...frames];
  return lines
    .flatMap((line) => printableLines(line))
    .join("\n")
    .concat("\n");
}

interface Parts {
  readonly name: string;
  readonly message: string;
  /** Places in the code, which hold no data. */
  readonly frames: readonly string[];
}

function partsOf(error: unknown): Parts {
  if (!(error instanceof Error)) return { name: "thrown", message: String(error), frames: [] };
  const { name, message, stack = "" } = error;
  const places = stack.slice(stack.indexOf(message) + message.length).split("\n");
  return { name, message, frames: places.filter((line) => /^\s+at /.test(line)) };
}
