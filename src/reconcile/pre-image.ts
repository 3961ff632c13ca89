/**
 * What the objects that a plan touches were when it was made, as hashes by field and relation. A change
 * shows what it changes; this tells as well when something else of an object that is to be deleted is
 * another one meanwhile.
 */
import { digest, pointer } from "../json.ts";
import { kindNamed } from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";
import { normalise } from "../kinds/wire.ts";
import type { Address, Change, Json, LiveObject, Pointer } from "../model.ts";
import { declaredParts } from "./compare.ts";
import { type Planned, recordedLinks } from "./draft.ts";
import type { Ownership } from "./ownership.ts";
import { isSensitive } from "./secrets.ts";
import { linkKey, type Snapshot } from "./snapshot.ts";

/** By address, then by pointer. What is sensitive is not in it. */
export type PreImages = Readonly<Record<Address, Readonly<Record<Pointer, string>>>>;

/** The pre-images of the live objects that these changes touch. */
export function preImages(
  changes: readonly Change[],
  planned: readonly Planned[],
  snapshot: Snapshot,
): PreImages {
  const entries = new Map(planned.map((entry) => [entry.resource.address, entry]));
  const images = changes.flatMap((change) => {
    const entry = entries.get(change.address);
    if (entry?.live === undefined) return [];
    const parts = [...fieldsOf(change, entry, entry.live, snapshot), ...linksOf(entry, entry.live, snapshot)];
    const { address } = change;
    const hashes = parts.map(([at, value]) => [at, digest([address, at, value])] as const);
    return [[address, Object.fromEntries(hashes)] as const];
  });
  return Object.fromEntries(images);
}

type Parts = readonly (readonly [Pointer, Json])[];

/** Declared fields; all of them where the object ends. */
function fieldsOf(change: Change, { resource }: Planned, live: LiveObject, snapshot: Snapshot): Parts {
  const kind = kindNamed(resource.kind);
  const ends = change.action === "delete" || change.action === "replace";
  const parts: Parts = ends
    ? Object.keys(kind.fields).map((name) => [pointer(name), normalise(kind, name, live.fields[name])])
    : declaredParts(kind, resource, live.fields).map((part) => [part.pointer, part.live]);
  const secret = recordedSecrets(kind, live, snapshot.inventory.ownership);
  return parts.filter(([at]) => !isSensitive(resource, at) && !secret.has(at));
}

/** Fields that were sensitive when they were applied; an entry that is gone cannot say so any more. */
function recordedSecrets(kind: Kind, live: LiveObject, ownership: Ownership): ReadonlySet<Pointer> {
  const recorded = Object.entries(ownership.entryOf(kind.kind, live.id)?.fields ?? {});
  const secret = recorded.filter(([, value]) => "hash" in value && value.hash.startsWith("scrypt:"));
  return new Set(secret.flatMap(([part]) => [`/${part}`, pointer(part.split("/")[0] ?? "")]));
}

function linksOf({ resource }: Planned, live: LiveObject, snapshot: Snapshot): Parts {
  return Object.keys(resource.relations).flatMap((name) => {
    const linked = snapshot.links.get(linkKey(resource.kind, live.id, name));
    return linked === undefined ? [] : [[pointer(name), recordedLinks(linked)] as const];
  });
}
