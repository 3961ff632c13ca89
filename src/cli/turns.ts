/** So many at once, in the order in which they ask. */
export interface Turns {
  /** Waits for a turn, acts, and lets the next one have it. */
  take<T>(act: () => Promise<T>): Promise<T>;
  /** Within a turn: lets others go on while `act` waits for something, then waits for a turn again. */
  rest<T>(act: () => Promise<T>): Promise<T>;
}

export function createTurns(most: number): Turns {
  const waiting: (() => void)[] = [];
  let free = most;
  const enter = async (): Promise<void> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    take: (act) => enter().then(act).finally(leave),
    rest: (act) => {
      leave();
      return act().finally(enter);
    },
  };
}
