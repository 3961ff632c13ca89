/** Questions on a terminal. The question goes to stderr: stdout is the document. */
import { createInterface } from "node:readline";
import type { Io } from "./io.ts";

/** The line that was typed, trimmed; "" when input ends or the run is interrupted instead. */
export function ask(question: string, io: Io): Promise<string> {
  return new Promise((resolve) => {
    if (io.interrupted.aborted) return resolve("");
    const reader = createInterface({ input: io.stdin, terminal: false });
    const end = (line: string): void => {
      io.interrupted.removeEventListener("abort", stop);
      resolve(line.trim());
      reader.close();
    };
    const stop = (): void => end("");
    io.interrupted.addEventListener("abort", stop);
    reader.once("line", end);
    reader.once("close", stop);
    io.stderr.write(question);
  });
}
