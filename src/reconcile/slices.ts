/** Long work in steps, so that answers which come meanwhile are taken as soon as they are there. */
import { setTimeout } from "node:timers/promises";

/** Work that may be interrupted wherever it yields. */
export type Steps<T> = Generator<undefined, T>;

/** Far less than an answer takes. */
const SLICE_MS = 1;

/** Does the work without a pause. */
export function atOnce<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/** Does the work a slice at a time; between two slices whatever else is due has its turn. */
export async function inSlices<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const end = performance.now() + SLICE_MS;
    do {
      const step = steps.next();
      if (step.done === true) return step.value;
    } while (performance.now() < end);
    // An immediate would come before those that send what is to be sent next.
    await setTimeout(0);
  }
}
