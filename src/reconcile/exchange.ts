/**
 * Names that go round: each object of a ring takes the name that the next one has, so no order of renames
 * alone comes to an end. One of each ring first gives the object that has its name another one, and that
 * object gets its own later, by its own change. A run that ends in between leaves it under that name, and
 * the next run knows it by its id.
 */
import { kindNamed } from "../kinds/index.ts";
import type { Operation } from "../model.ts";
import { type Draft, freesName, type Planned } from "./draft.ts";
import type { LiveObjects, Match } from "./match.ts";

type Taker = Planned & Required<Pick<Match, "live">> & { readonly draft: Draft };

/** The same entries; where names go round, with what breaks the ring. */
export function breakRings(planned: readonly Planned[], objects: LiveObjects): readonly Planned[] {
  const takers = planned.filter((entry): entry is Taker => isTaker(entry));
  const byLiveName = new Map(takers.map((entry) => [`${entry.resource.kind}/${entry.live.name}`, entry]));
  const holderOf = ({ draft }: Taker): Taker | undefined => byLiveName.get(draft.address);
  const broken = new Map(
    ringsOf(takers, holderOf).map((ring): [Planned, Planned] => {
      const first = ring.reduce((a, b) => (a.draft.address < b.draft.address ? a : b));
      return [first, afterMovingAside(first, holderOf(first) ?? first, planned, objects)];
    }),
  );
  return planned.map((entry) => broken.get(entry) ?? entry);
}

/** Whether the object, or its successor, gets another name than the live one. */
function isTaker({ live, draft }: Planned): boolean {
  return live !== undefined && draft !== undefined && draft.action !== "delete" && freesName(draft);
}

/** Where each points to one other at most: the entries that come back to themselves. */
function ringsOf(
  entries: readonly Taker[],
  next: (entry: Taker) => Taker | undefined,
): readonly (readonly Taker[])[] {
  const seen = new Set<Taker>();
  return entries.flatMap((start) => {
    const path: Taker[] = [];
    let at: Taker | undefined = start;
    for (; at !== undefined && !seen.has(at); at = next(at)) {
      seen.add(at);
      path.push(at);
    }
    const from = at === undefined ? -1 : path.indexOf(at);
    return from < 0 ? [] : [path.slice(from)];
  });
}

function afterMovingAside(
  entry: Taker,
  holder: Taker,
  planned: readonly Planned[],
  objects: LiveObjects,
): Planned {
  const kind = kindNamed(entry.resource.kind);
  const name = freeName(holder.live.name, [
    ...(objects.get(kind.kind) ?? []).map((object) => object.name),
    ...planned.filter(({ resource }) => resource.kind === kind.kind).map(({ resource }) => resource.name),
  ]);
  const moveAside: Operation = {
    method: "PATCH",
    path: `${kind.path}/${holder.live.id}`,
    body: { [kind.nameField]: name },
  };
  const { draft } = entry;
  const aside = { address: holder.draft.address, name };
  return { ...entry, draft: { ...draft, aside, operations: [moveAside, ...draft.operations] } };
}

const ASIDE = " (being renamed)";

/** Whether a run that ended in between has given the object its name. */
export function isMovedAside(name: string): boolean {
  return name.endsWith(ASIDE);
}

function freeName(name: string, taken: readonly string[]): string {
  const free = `${name}${ASIDE}`;
  return taken.includes(free) ? freeName(free, taken) : free;
}
