/** Lets so many requests through at once, and fewer for a while when the appliance answers 429. */
import type { ApplianceError } from "../errors.ts";
import type { Answer } from "./exchange.ts";
import { isTooMany, narrowed, widened } from "./retry.ts";

type Outcome = Answer | ApplianceError;

/** Runs a task as soon as there is room for it; in the order of the calls. */
export type Gate = (task: () => Promise<Outcome>) => Promise<Outcome>;

export function createGate(most: number): Gate {
  const waiting: (() => void)[] = [];
  let width = most;
  let running = 0;
  // Requests that were on their way when the width was halved say nothing of the new one.
  let halvings = 0;

  const admit = (): void => {
    while (running < Math.floor(width) && waiting.length > 0) {
      running += 1;
      waiting.shift()?.();
    }
  };
  const learn = (outcome: Outcome, before: number): void => {
    if (!isTooMany(outcome)) width = widened(width, most);
    else if (before === halvings) {
      width = narrowed(width);
      halvings += 1;
    }
  };
  return async (task) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      admit();
    });
    const before = halvings;
    try {
      const outcome = await task();
      learn(outcome, before);
      return outcome;
    } finally {
      running -= 1;
      admit();
    }
  };
}
