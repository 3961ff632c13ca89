/** Fields: live ⇄ last applied. Of some values only a hash is kept, and secrets are shown on neither side. */
import { matches, wasSensitive } from "../inventory/record.ts";
import { equal, isObject, pointer } from "../json.ts";
import type { Kind } from "../kinds/kind.ts";
import { normalise } from "../kinds/wire.ts";
import {
  type FieldChange,
  type Json,
  type Pointer,
  type Recorded,
  type Resource,
  SENSITIVE,
} from "../model.ts";
import { type AppliedEntry, since } from "./applied.ts";
import { declaredParts, differences, shownDifference } from "./compare.ts";
import { isSensitive } from "./secrets.ts";

/** One recorded part, with its live value and the one that is declared now, where one is. */
interface RecordedPart {
  readonly pointer: Pointer;
  readonly recorded: Recorded;
  readonly live: Json;
  readonly declared: Json | undefined;
}

/** Every recorded field that is not as it was applied, at its deepest differences. */
export function fieldDrift(kind: Kind, applied: AppliedEntry, salt: string): readonly FieldChange[] {
  return recordedParts(kind, applied).flatMap((part) =>
    matches(part.recorded, part.live, salt) ? [] : partDrift(part, applied.resource, salt),
  );
}

/** In the order of the kind's fields. What a manifest has let go of is not managed any more, and left out. */
function recordedParts(kind: Kind, { entry, resource, live }: AppliedEntry): readonly RecordedPart[] {
  const parts = resource === undefined ? [] : declaredParts(kind, resource, {});
  const declared = new Map(parts.map(({ part, declared }) => [part, declared]));
  return Object.keys(kind.fields).flatMap((name) => {
    const value = live === undefined ? null : normalise(kind, name, live.fields[name]);
    return Object.entries(entry.fields).flatMap(([part, recorded]): RecordedPart[] => {
      const key = part.startsWith(`${name}/`) ? part.slice(name.length + 1) : undefined;
      const letGo = resource !== undefined && !declared.has(part);
      if ((part !== name && key === undefined) || letGo) return [];
      const liveValue = key === undefined ? value : isObject(value) ? (value[key] ?? null) : null;
      const at = key === undefined ? pointer(name) : pointer(name, key);
      return [{ pointer: at, recorded, live: liveValue, declared: declared.get(part) }];
    });
  });
}

function partDrift(part: RecordedPart, resource: Resource | undefined, salt: string): readonly FieldChange[] {
  const { recorded, live, declared } = part;
  const unchanged = declared !== undefined && matches(recorded, declared, salt);
  const cause = since(unchanged || equal(declared, live));
  const known = "value" in recorded ? recorded.value : unchanged ? declared : undefined;
  const secret = resource !== undefined && isSensitive(resource, part.pointer);
  if (known === undefined) {
    const sensitive = secret || wasSensitive(recorded);
    const before = live === null ? {} : { before: sensitive ? SENSITIVE : live };
    return [{ pointer: part.pointer, ...before, cause, sensitive, hashed: true }];
  }
  // Where the manifest does not tell which of it is secret any more, all of it is.
  const sensitive = (at: Pointer): boolean =>
    resource !== undefined && secret ? isSensitive(resource, at) : wasSensitive(recorded);
  return differences(live, known, part.pointer).map((difference) =>
    shownDifference(difference, sensitive(difference.pointer), cause),
  );
}
