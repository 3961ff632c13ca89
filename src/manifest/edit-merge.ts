/** Several edits of one value as one. */
import type { Edit, KeyEdits } from "./edit.ts";

/** Of two that cannot be one, such as a new value and one of its keys, the later counts. */
export function mergeEdits(edits: readonly Edit[]): Edit {
  return edits.reduce((a, b) => merge(a, b) ?? b);
}

/** A removal wins: what is gone needs no change. */
function merge(a: Edit | null, b: Edit | null): Edit | null {
  if (a === null || b === null) return null;
  if ("keys" in a && "keys" in b) return { keys: mergeKeys(a.keys, b.keys) };
  if ("items" in a && "items" in b) {
    const items = new Map(a.items);
    for (const [i, edit] of b.items) {
      const known = items.get(i);
      items.set(i, known === undefined ? edit : merge(known, edit));
    }
    return { items, added: [...a.added, ...b.added] };
  }
  return b;
}

function mergeKeys(a: KeyEdits, b: KeyEdits): KeyEdits {
  const both = Object.entries(b).map(([key, edit]): [string, Edit | null] => {
    const known = a[key];
    return [key, known === undefined ? edit : merge(known, edit)];
  });
  return { ...a, ...Object.fromEntries(both) };
}
