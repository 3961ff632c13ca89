/** Whether a person at the terminal approves what was just shown. */
import { HopsyncError } from "../errors.ts";
import { ask } from "./ask.ts";
import type { Session } from "./session.ts";

/** Asks; where nobody is at a terminal to answer, that is an error. Anything but `yes` is a no. */
export async function approves(session: Session, what: string, question: string): Promise<boolean> {
  const { io } = session;
  if (io.stdin.isTTY !== true) {
    throw new HopsyncError("not-approved", `${what}, and nobody is at a terminal to approve it.`, {
      hint: "Nothing was written. Read what is shown and run again with --auto-approve.",
    });
  }
  session.pause();
  return (await ask(question, io)) === "yes";
}
