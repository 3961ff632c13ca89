/** How an object that this run creates is known again, where the answer to its create was lost. */
import type { Recognition } from "../appliance/port.ts";
import { kindNamed } from "../kinds/index.ts";
import { wireId } from "../kinds/wire.ts";
import type { Address, JsonObject } from "../model.ts";
import { kindOf } from "./ownership.ts";
import type { Snapshot } from "./snapshot.ts";

export type Recognise = (address: Address, body: JsonObject) => Recognition;

/** By its name, among what the snapshot does not have. */
export function createRecogniser({ objects }: Pick<Snapshot, "objects">): Recognise {
  return (address, body) => {
    const { kind, path, nameField, listQuery } = kindNamed(kindOf(address));
    const known = new Set(objects.get(kind)?.map(({ id }) => id));
    return {
      ...(listQuery === undefined ? {} : { query: listQuery }),
      isNew: (wire) => wire[nameField] === body[nameField] && !known.has(wireId(wire, path)),
    };
  };
}
