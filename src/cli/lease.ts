/** Writing while no other run of the same owner does. */
import { setTimeout as sleep } from "node:timers/promises";
import type { AppliancePort } from "../appliance/port.ts";
import { ApplianceError } from "../errors.ts";
import { type Lease, leaseHeld, type StoredLease, takeLease } from "../inventory/lease.ts";
import { printable } from "../render/clean.ts";
import { createHolder } from "./holder.ts";
import type { Session } from "./session.ts";

export interface LeaseFlags {
  /** How long to wait for another run, in milliseconds. */
  readonly lockTimeout: number;
}

/**
 * What the body returns; undefined where another run has the lease, which is noted, or a person interrupts
 * before it is taken. The time of the run begins when the lease is taken.
 */
export async function withLease<T>(
  session: Session,
  port: AppliancePort,
  owner: string,
  { lockTimeout }: LeaseFlags,
  body: (lease: Lease, deadline: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const { io } = session;
  const { self, isDead, end } = createHolder(io.env);
  session.startWriting();
  session.pause();
  // Where the lease may be left on the appliance, what tells the next run that this one has ended stays as well.
  let leaves = false;
  try {
    const taken = await takeLease(port, owner, {
      self,
      waitMs: lockTimeout,
      now: Date.now,
      pause: (ms) => sleep(ms, undefined, { signal: io.interrupted }).catch(() => undefined),
      interrupted: () => io.interrupted.aborted,
      isDead,
      onWait: (rival) => session.say(waiting(rival)),
    });
    if ("since" in taken) {
      session.note([leaseHeld(owner, taken)]);
      return undefined;
    }
    try {
      if (io.interrupted.aborted) return undefined;
      return await body(taken, session.startWriting());
    } finally {
      const problems = await taken.release();
      leaves = problems.length > 0;
      session.note(problems);
    }
  } catch (error) {
    leaves ||= error instanceof ApplianceError && error.unknownOutcome;
    throw error;
  } finally {
    if (!leaves) end();
  }
}

function waiting({ holder, run }: StoredLease): string {
  return `Waiting for another run: ${printable(`${holder} (${run})`)}\n`;
}
