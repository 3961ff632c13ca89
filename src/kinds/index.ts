/** The only list of kinds. */
import { alert } from "./alert.ts";
import { deviceGroup } from "./device-group.ts";
import { emailGroup } from "./email-group.ts";
import { exclusionInterval } from "./exclusion-interval.ts";
import type { Kind } from "./kind.ts";
import { tag } from "./tag.ts";
import { trigger } from "./trigger.ts";

/** In the order in which manifests, exports and schemas show them. */
export const kinds: readonly Kind[] = [tag, deviceGroup, emailGroup, exclusionInterval, alert, trigger];

const byName = new Map(kinds.map((k) => [k.kind, k]));

/** The kind of this name; asking for one that does not exist is a bug. */
export function kindNamed(name: string): Kind {
  const kind = byName.get(name);
  if (kind === undefined) throw new TypeError(`no kind ${name}`);
  return kind;
}

/** The kind of this name, or undefined for targets that are not managed. */
export function findKind(name: string): Kind | undefined {
  return byName.get(name);
}
