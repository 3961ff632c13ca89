/**
 * What the objects that a plan touches were when it was made, as hashes by field and relation. A change
 * shows what it changes; this tells as well when something else of an object that is to be deleted is
 * another one meanwhile. What is sensitive is hashed so that it cannot be guessed.
 */
import { secretHash, wasSensitive } from "../inventory/record.ts";
import { digest, pointer } from "../json.ts";
import { kindNamed } from "../kinds/index.ts";
import { normalise } from "../kinds/wire.ts";
import type { Address, Change, Json, LiveObject, Pointer } from "../model.ts";
import { declaredParts } from "./compare.ts";
import { type Planned, recordedLinks } from "./draft.ts";
import type { Ownership } from "./ownership.ts";
import { isSensitive } from "./secrets.ts";
import { linkKey, type Snapshot } from "./snapshot.ts";

/** By address, then by pointer. */
export type PreImages = Readonly<Record<Address, Readonly<Record<Pointer, string>>>>;

/** The pre-images of the live objects that these changes touch; the salt is for what is sensitive. */
export function preImages(
  changes: readonly Change[],
  planned: readonly Planned[],
  snapshot: Snapshot,
  salt: string,
): PreImages {
  const entries = new Map(planned.map((entry) => [entry.resource.address, entry]));
  const images = changes.flatMap((change) => {
    const entry = entries.get(change.address);
    if (entry?.live === undefined) return [];
    const { address } = change;
    const secret = recordedSecrets(entry, entry.live, snapshot.inventory.ownership);
    const parts = [...fieldsOf(change, entry, entry.live), ...linksOf(change, entry, entry.live, snapshot)];
    const hashes = parts.map(([at, value]) => {
      const sensitive = isSensitive(entry.resource, at) || secret.has(at);
      return [at, sensitive ? secretHash([address, at, value], salt) : digest([address, at, value])] as const;
    });
    return [[address, Object.fromEntries(hashes)] as const];
  });
  return Object.fromEntries(images);
}

type Parts = readonly (readonly [Pointer, Json])[];

/** Declared fields; all of them where the object ends. */
function fieldsOf(change: Change, { resource }: Planned, live: LiveObject): Parts {
  const kind = kindNamed(resource.kind);
  return isEnd(change)
    ? Object.keys(kind.fields).map((name) => [pointer(name), normalise(kind, name, live.fields[name])])
    : declaredParts(kind, resource, live.fields).map((part) => [part.pointer, part.live]);
}

function isEnd({ action }: Change): boolean {
  return action === "delete" || action === "replace";
}

/** Fields that were sensitive when they were applied; an entry that is gone cannot say so any more. */
function recordedSecrets(
  { resource }: Planned,
  live: LiveObject,
  ownership: Ownership,
): ReadonlySet<Pointer> {
  const recorded = Object.entries(ownership.entryOf(resource.kind, live.id)?.fields ?? {});
  const secret = recorded.filter(([, value]) => wasSensitive(value));
  return new Set(secret.flatMap(([part]) => [`/${part}`, pointer(part.split("/")[0] ?? "")]));
}

/** Declared relations, but those that the appliance may change while the object stays. */
function linksOf(change: Change, { resource }: Planned, live: LiveObject, snapshot: Snapshot): Parts {
  const { ignoreChanges } = resource.lifecycle;
  return Object.keys(resource.relations).flatMap((name) => {
    const linked = snapshot.links.get(linkKey(resource.kind, live.id, name));
    const counts = linked !== undefined && (isEnd(change) || !ignoreChanges.includes(name));
    return counts ? [[pointer(name), recordedLinks(linked)] as const] : [];
  });
}
