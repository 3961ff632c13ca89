/**
 * Creates one object, and one only, over a network that loses answers. The API has no idempotency key, so
 * the list decides:
 *
 *     send ── outcome unknown ──▶ look, several times ── listed ──▶ take it
 *                                        └─ not listed, and the appliance is through with it
 *                                                 └──▶ send again, once ──▶ look again
 *
 * Not listed is no proof: an object may be listed only after a while (four seconds are the longest that
 * scripts in the field wait), and a request may still be carried out after its connection is closed. So the
 * looks go on for five seconds, and nothing is sent again while the appliance may still be at it (`isOver`).
 * After a second success the list is read until it shows that object. Where another one has come up by then,
 * the first attempt was carried out after all: that one is taken, and the second is removed, which is ours
 * for sure since the appliance has just told its id. Nothing else is ever removed; what stays in doubt is an
 * error, which names the ids where there are any.
 */
import { ApplianceError } from "../errors.ts";
import type { Id } from "../model.ts";
import { isOver } from "./retry.ts";
import type { Patience } from "./sender.ts";
import { inDoubt } from "./transport-error.ts";

export interface Creating {
  /** Of the collection, below /api/v1. */
  readonly path: string;
  readonly send: () => Promise<Id>;
  /** The ids of what may be the new object: of its name, and not there before. */
  readonly look: () => Promise<readonly Id[]>;
  readonly remove: (id: Id) => Promise<void>;
  readonly patience: Patience;
}

/** Before each look. */
const PAUSES_MS = [0, 500, 1500, 3000];

/** Resolves with the id of the only new object, whichever attempt made it. */
export async function createOne(creating: Creating): Promise<Id> {
  const first = await attempt(creating.send);
  if (!(first instanceof ApplianceError)) return first;
  if (!first.unknownOutcome) throw first;
  const made = await findLost(creating, first);
  if (made !== undefined) return made;
  if (!isOver(first) || creating.patience.ended()) throw notListed(first);
  const second = await attempt(creating.send);
  if (!(second instanceof ApplianceError)) return keepOne(creating, second);
  // Refused perhaps since the name is taken by now: by what the first attempt made.
  const late = await findLost(creating, second);
  if (late !== undefined) return late;
  throw notListed(second);
}

/** The new object, once it is listed; undefined when no look shows it. */
async function findLost(creating: Creating, lost: ApplianceError): Promise<Id | undefined> {
  const found = await attempt(() => lookUntil(creating, (ids) => ids.length > 0));
  if (found instanceof ApplianceError) throw inDoubt(lost, `It could not be looked for: ${found.message}`);
  if (found.length > 1) throw doubled(creating, found, "Which of them is of this run is not known.");
  return found[0];
}

/** The object that stays, after the appliance has confirmed a second attempt. */
async function keepOne(creating: Creating, second: Id): Promise<Id> {
  const others = (ids: readonly Id[]): readonly Id[] => ids.filter((id) => id !== second);
  const listed = await attempt(() => lookUntil(creating, (ids) => ids.length > 0));
  // The second was confirmed, so that it is there whether or not the list can be read.
  const [first, ...more] = listed instanceof ApplianceError ? [] : others(listed);
  if (first === undefined) return second;
  const all = [first, ...more, second];
  if (more.length > 0) throw doubled(creating, all, `This run made ${second}.`);
  const removed = await attempt(() => creating.remove(second));
  if (removed instanceof ApplianceError)
    throw doubled(creating, all, `This run made ${second} and could not remove it: ${removed.message}`);
  return first;
}

/** What the last look shows: the first one that shows enough, or that of the end of all patience. */
async function lookUntil(
  { look, patience }: Creating,
  isEnough: (ids: readonly Id[]) => boolean,
): Promise<readonly Id[]> {
  let found: readonly Id[] = [];
  for (const pause of PAUSES_MS) {
    if (pause > 0) {
      if (patience.ended()) break;
      await patience.pause(pause);
    }
    found = await look();
    if (isEnough(found)) break;
  }
  return found;
}

async function attempt<T>(call: () => Promise<T>): Promise<T | ApplianceError> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ApplianceError) return error;
    throw error;
  }
}

// ---------------------------------------------------------------- errors

function notListed(lost: ApplianceError): ApplianceError {
  return inDoubt(lost, "It was looked for and is not listed; it may be later.");
}

function doubled({ path }: Creating, ids: readonly Id[], what: string): ApplianceError {
  const message = `[POST] ${path}: the answer was lost, and there are several new objects of this name now: ${ids.join(", ")}. ${what}`;
  return new ApplianceError("doubled", message, {
    method: "POST",
    path,
    unknownOutcome: true,
    hint: "Delete all but one of them on the appliance, and run again.",
  });
}
