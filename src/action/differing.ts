/** How the changes of a reviewed plan and of the plan of now differ, by a short hash of each. */
import { digest } from "../json.ts";
import type { Address, Document } from "../model.ts";
import { essence } from "../reconcile/digest.ts";

const PREFIX = "sha256:".length;
/** Enough to tell what differs; whether anything does, the plan's digest says. */
const DIGITS = 8;

/** The start of a digest over what would be done to each object, whoever tells it and why. */
export function changeHashes({ changes }: Pick<Document, "changes">): Readonly<Record<Address, string>> {
  return Object.fromEntries(
    changes.map((change) => [change.address, digest(essence(change)).slice(PREFIX, PREFIX + DIGITS)]),
  );
}

/** Addresses, each list sorted. */
export interface Differing {
  /** Reviewed, and not planned any more. */
  readonly gone: readonly Address[];
  /** Not reviewed. */
  readonly added: readonly Address[];
  /** Reviewed as something else. */
  readonly different: readonly Address[];
}

/** Both by address, as `changeHashes` makes them. */
export function differingChanges(
  reviewed: Readonly<Record<Address, string>>,
  now: Readonly<Record<Address, string>>,
): Differing {
  const [before, after] = [Object.keys(reviewed).sort(), Object.keys(now).sort()];
  return {
    gone: before.filter((address) => !Object.hasOwn(now, address)),
    added: after.filter((address) => !Object.hasOwn(reviewed, address)),
    different: after.filter(
      (address) => Object.hasOwn(reviewed, address) && reviewed[address] !== now[address],
    ),
  };
}
