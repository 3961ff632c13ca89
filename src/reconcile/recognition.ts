/** How an object that this run creates is known again, where the answer to its create was lost. */
import type { Recognition } from "../appliance/port.ts";
import { listQueryOf } from "../kinds/dialect.ts";
import { kindNamed } from "../kinds/index.ts";
import { wireId } from "../kinds/wire.ts";
import type { Address, JsonObject } from "../model.ts";
import { kindOf } from "./ownership.ts";
import type { Snapshot } from "./snapshot.ts";

export type Recognise = (address: Address, body: JsonObject) => Recognition;

/** By its name, among what the snapshot does not have. */
export function createRecogniser({ objects, target }: Pick<Snapshot, "objects" | "target">): Recognise {
  const before = new Map([...objects].map(([kind, list]) => [kind, new Set(list.map(({ id }) => id))]));
  return (address, body) => {
    const kind = kindNamed(kindOf(address));
    const { path, nameField } = kind;
    const query = listQueryOf(kind, target.firmware);
    return {
      ...(query === undefined ? {} : { query }),
      isNew: (wire) =>
        wire[nameField] === body[nameField] && before.get(kind.kind)?.has(wireId(wire, path)) !== true,
    };
  };
}
