/**
 * Order between changes: what must be done before what, as waves. A change's wave is one more than the
 * latest wave it waits for, so everything in one wave can run at once.
 */
import type { Address, Change } from "../model.ts";

export type Requirements = ReadonlyMap<Address, ReadonlySet<Address>>;

/**
 * The wave of each address, or the addresses of a cycle. A barrier is an address of its own that many
 * wait for and that waits for many; it takes no wave.
 */
export function planWaves(
  requirements: Requirements,
  barriers: ReadonlySet<Address> = new Set(),
): { readonly waves: ReadonlyMap<Address, number> } | { readonly cycle: readonly Address[] } {
  const waves = new Map<Address, number>();
  const path: Address[] = [];
  const visit = (address: Address): readonly Address[] | undefined => {
    if (waves.has(address)) return undefined;
    const start = path.indexOf(address);
    if (start >= 0) return path.slice(start).filter((member) => !barriers.has(member));
    path.push(address);
    let latest = 0;
    for (const required of requirements.get(address) ?? []) {
      const cycle = visit(required);
      if (cycle !== undefined) return cycle;
      latest = Math.max(latest, waves.get(required) ?? 0);
    }
    path.pop();
    waves.set(address, barriers.has(address) ? latest : latest + 1);
    return undefined;
  };
  for (const address of requirements.keys()) {
    const cycle = visit(address);
    if (cycle !== undefined) return { cycle };
  }
  return { waves };
}

/** By wave, then in the given order of kinds, then by address. */
export function sortChanges(
  changes: readonly Change[],
  rank: (address: Address) => number,
): readonly Change[] {
  return [...changes].sort(
    (a, b) => a.wave - b.wave || rank(a.address) - rank(b.address) || (a.address < b.address ? -1 : 1),
  );
}
