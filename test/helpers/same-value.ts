/** Whether two values of a field mean the same to the appliance. */
import { equal } from "../../src/json.ts";
import type { Kind } from "../../src/kinds/kind.ts";
import { normalise } from "../../src/kinds/wire.ts";
import type { Json } from "../../src/model.ts";

export function sameValue(kind: Kind, name: string, a: Json | undefined, b: Json | undefined): boolean {
  return equal(normalise(kind, name, a), normalise(kind, name, b));
}
