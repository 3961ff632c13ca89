/** Objects in the order of their creation, and waiting until a new object is in its list: one that does not show it yet may not show another's either. */

import type { Id } from "../model.ts";

/** Ascending: an appliance gives each new object a higher id. */
export function byId(a: { readonly id: Id }, b: { readonly id: Id }): number {
  return a.id.length - b.id.length || (a.id < b.id ? -1 : 1);
}

const LOOKS = 5;
/** The longer before each further look. */
const PAUSE_MS = 200;

/** The first answer that shows it; undefined where none of several does. */
export async function lookUntil<T>(
  look: () => Promise<T>,
  shows: (found: T) => boolean,
  pause: (ms: number) => Promise<void>,
): Promise<T | undefined> {
  for (let number = 1; number <= LOOKS; number += 1) {
    const found = await look();
    if (shows(found)) return found;
    if (number < LOOKS) await pause(number * PAUSE_MS);
  }
  return undefined;
}
