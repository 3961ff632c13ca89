/** All that a command sees of the process it runs in, so that tests can run commands in-process. */

import type { Document } from "../model.ts";

export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  /** What is written is printed later, with that of others: no line of it can be rewritten. */
  readonly collected?: true;
  /** Where the rest is collected: prints at once what must not wait. */
  readonly now?: (text: string) => void;
}

export interface Io {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted by the first SIGINT or SIGTERM; its reason is the signal's name. */
  readonly interrupted: AbortSignal;
  /** Hears of each key and secret that a file gives, which `env` may not hold. */
  readonly onSecret?: (secret: string) => void;
  /** Hears of what a command found and did, as a value, beside what is printed. */
  readonly onDocument?: (document: Document) => void;
}
