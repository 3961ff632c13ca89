/** The links of one appliance, readable from both sides. */
import { RELATIONS, type Relation, type Side } from "./collections.ts";

/** Links as the state file holds them: first id (as text) to second ids, per relation. */
export type LinkLists = Readonly<Partial<Record<Relation, Readonly<Record<string, readonly number[]>>>>>;

type Index = Map<number, Set<number>>;

const NONE: ReadonlySet<number> = new Set();

export class Links {
  readonly #forward = new Map<Relation, Index>(RELATIONS.map((relation) => [relation, new Map()]));
  readonly #backward = new Map<Relation, Index>(RELATIONS.map((relation) => [relation, new Map()]));

  constructor(lists: LinkLists) {
    for (const relation of RELATIONS) {
      for (const [first, seconds] of Object.entries(lists[relation] ?? {})) {
        for (const second of seconds) this.#add(relation, Number(first), second);
      }
    }
  }

  /** The ids linked to a parent, as the side sees it. */
  of(side: Pick<Side, "relation" | "reversed">, parent: number): ReadonlySet<number> {
    const index = (side.reversed ? this.#backward : this.#forward).get(side.relation);
    return index?.get(parent) ?? NONE;
  }

  add(side: Pick<Side, "relation" | "reversed">, parent: number, child: number): void {
    const [first, second] = side.reversed ? [child, parent] : [parent, child];
    this.#add(side.relation, first, second);
  }

  remove(side: Pick<Side, "relation" | "reversed">, parent: number, child: number): void {
    const [first, second] = side.reversed ? [child, parent] : [parent, child];
    this.#forward.get(side.relation)?.get(first)?.delete(second);
    this.#backward.get(side.relation)?.get(second)?.delete(first);
  }

  /** Removes everything that is linked to a parent. */
  clear(side: Pick<Side, "relation" | "reversed">, parent: number): void {
    for (const child of [...this.of(side, parent)]) this.remove(side, parent, child);
  }

  lists(): LinkLists {
    return Object.fromEntries(
      RELATIONS.map((relation) => [relation, listsOf(this.#forward.get(relation) ?? new Map())]),
    );
  }

  #add(relation: Relation, first: number, second: number): void {
    insert(this.#forward.get(relation), first, second);
    insert(this.#backward.get(relation), second, first);
  }
}

function insert(index: Index | undefined, key: number, value: number): void {
  const values = index?.get(key);
  if (values === undefined) index?.set(key, new Set([value]));
  else values.add(value);
}

function listsOf(index: Index): Record<string, readonly number[]> {
  const filled = [...index].filter(([, values]) => values.size > 0);
  return Object.fromEntries(filled.map(([key, values]) => [String(key), [...values].sort((a, b) => a - b)]));
}
