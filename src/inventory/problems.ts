/** What can be wrong with an inventory, each with what to do about it. `what` names the inventory. */
import { HopsyncError } from "../errors.ts";

const REPAIR =
  "Nothing was changed. `hopsync inventory repair` replaces it by what the manifest declares and finds live; it deletes nothing.";

/** It is there and cannot be trusted: never the same as none. */
export function damaged(what: string, why: string, cause?: unknown): HopsyncError {
  return new HopsyncError(
    "inventory-damaged",
    `${what} is damaged: ${why}. It tells what may be deleted, so nothing is done without it.`,
    { hint: REPAIR, cause },
  );
}

/** It was written by a hopsync that knows more than this one. */
export function newer(what: string, why: string): HopsyncError {
  return new HopsyncError("inventory-newer", `${what} was written by a newer hopsync: ${why}.`, {
    hint: "Nothing was changed. Use that version or a later one; this one would lose what it cannot read.",
  });
}

/** The object that an owner's inventory would be is there, and holds none. */
export function blocked(owner: string, name: string): HopsyncError {
  return new HopsyncError(
    "inventory-blocked",
    `The inventory of owner ${JSON.stringify(owner)} belongs into an object named ${JSON.stringify(name)}. The appliance has another one of that name: somebody's own, an inventory whose script was replaced, or a part of another owner's.`,
    { hint: "Rename or delete it if nobody needs it under that name, or choose another owner." },
  );
}

/** The owner's inventory is there under another name: deleted by hand it would be a first run, and it is not. */
export function renamed(
  owner: string,
  name: string,
  found: readonly { readonly id: string; readonly name: string }[],
): HopsyncError {
  const objects = found.map((object) => `object ${object.id} (${JSON.stringify(object.name)})`);
  const which = objects.length === 1 ? "it" : "the one that is right";
  return new HopsyncError(
    "inventory-renamed",
    `The inventory of owner ${JSON.stringify(owner)} has another name on the appliance: ${objects.join(", ")}. It tells what may be deleted, so nothing is done without it.`,
    {
      hint: `Nothing was changed. Rename ${which} back to ${JSON.stringify(name)} by hand. Or delete ${objects.length === 1 ? "it" : "all of them"} to begin anew: the next apply then adopts what the manifest declares and deletes nothing.`,
    },
  );
}

/** Two runs began at once, and this one withdraws. */
export function conflict(owner: string, cause?: unknown): HopsyncError {
  return new HopsyncError(
    "inventory-conflict",
    `Another run of owner ${JSON.stringify(owner)} has just begun on this appliance and wrote the inventory first. This run applied nothing and took its own inventory back.`,
    { hint: "Wait until the other run is done, then run again.", cause },
  );
}
