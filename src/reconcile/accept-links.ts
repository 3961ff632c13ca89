/** Links that were made and taken off by hand → items of an entry's list. */
import { pointer } from "../json.ts";
import { kindNamed, kinds } from "../kinds/index.ts";
import type {
  Address,
  Diagnostic,
  EntryEdit,
  ListEdit,
  ListItem,
  LiveObject,
  LiveTarget,
  Manifest,
  Pointer,
  Reference,
  RelationChange,
  Resource,
} from "../model.ts";
import { selectorKey } from "./device-selectors.ts";
import { type Named, type ReferenceWriter, referenceWriter } from "./export-references.ts";
import { namedBy } from "./named-targets.ts";
import { listed } from "./problem.ts";
import { linkKey, type Snapshot } from "./snapshot.ts";

export interface LinkWriter {
  readonly snapshot: Snapshot;
  readonly write: ReferenceWriter;
}

/** What links are written with: the names that the manifest declares and those that are live. */
export function linkWriter(manifest: Manifest, snapshot: Snapshot): LinkWriter {
  const chosen = kinds.flatMap((kind) =>
    (snapshot.objects.get(kind.kind) ?? []).flatMap((live) => {
      const declared = manifest.resources.some((r) => r.address === `${kind.kind}/${live.name}`);
      return declared ? [{ kind, live, pinned: false }] : [];
    }),
  );
  const named = new Map<string, readonly Named[]>([...snapshot.objects, ...snapshot.targets]);
  return { snapshot, write: referenceWriter(chosen, named) };
}

interface AcceptedLinks {
  readonly edits: readonly ListEdit[];
  readonly refused: readonly Diagnostic[];
}

type Refuse = (at: Pointer, why: string) => Diagnostic;

/** `change` is of drift: what it would assign was taken off by hand, and what it would unassign was added. */
export function acceptLinks(
  change: RelationChange,
  resource: Resource,
  live: LiveObject,
  writer: LinkWriter,
  refuse: Refuse,
): AcceptedLinks {
  const { relation } = change;
  const at = pointer(relation);
  const why = whyNot(change);
  if (why !== undefined) return { edits: [], refused: [refuse(at, why)] };
  const items = itemsOf(resource, relation, writer.snapshot);
  const gone = new Set(change.assign);
  const hit = items.filter(({ means }) => means.some((address) => gone.has(address)));
  const partly = hit.filter(({ means }) => means.some((address) => !gone.has(address)));
  const held = new Set(items.flatMap(({ means }) => means));
  const added = newLinks(change, resource, live, writer).filter(({ address }) => !held.has(address));
  const written = added.map(({ address, link, to }) => ({ address, ...writer.write(to, link) }));
  const unclear = written.filter((item) => !("item" in item)).map(({ address }) => address);
  const refused = [
    ...partly.map(({ at: item, means }) => refuse(item, alsoMeans(means, gone, change))),
    ...(unclear.length > 0 ? [refuse(at, ambiguous(unclear))] : []),
  ];
  if (refused.length > 0 || hit.length + written.length === 0) return { edits: [], refused };
  const fresh = written.flatMap((item): ListItem[] => {
    if (!("item" in item)) return [];
    return [{ item: item.item, ...(item.comment === undefined ? {} : { comment: item.comment }) }];
  });
  return {
    edits: [{ relation, removed: hit.map(({ index }) => index), renamed: {}, added: fresh }],
    refused,
  };
}

function whyNot({ relation, cause, hashed }: RelationChange): string | undefined {
  if (cause === "conflict") {
    return `${relation} were changed on the appliance, and the manifest was changed since the last apply as well. Decide which is right and edit the list by hand.`;
  }
  return hashed === true
    ? `Of the ${relation} only a hash is kept, so that it cannot be told which of them changed. Compare the list with hopsync export.`
    : undefined;
}

function alsoMeans(
  means: readonly Address[],
  gone: ReadonlySet<Address>,
  { labels = {} }: RelationChange,
): string {
  const off = means.filter((address) => gone.has(address));
  const others = means.length - off.length;
  const named = off.map((address) => labels[address] ?? address);
  return `${listed(named, SHOWN)} was unassigned on the appliance, and this selector also means ${others} other${others === 1 ? "" : "s"} that ${others === 1 ? "is" : "are"} still assigned. Write the selector so that it leaves out what is gone, or let apply assign it again.`;
}

function ambiguous(addresses: readonly Address[]): string {
  return `${listed(addresses, SHOWN)} was assigned on the appliance, where several have this name. Rename one on the appliance, or let apply unassign it.`;
}

/** Devices or objects named in a message. */
const SHOWN = 5;

/** An item of a list as written, with everything that it means on the appliance. */
interface Item {
  readonly index: number;
  readonly at: Pointer;
  readonly means: readonly Address[];
}

function itemsOf(resource: Resource, relation: string, snapshot: Snapshot): readonly Item[] {
  const to = kindNamed(resource.kind).relations[relation]?.to ?? relation;
  const items = new Map<number, Item>();
  for (const reference of resource.relations[relation] ?? []) {
    const index = Number(reference.pointer.slice(reference.pointer.lastIndexOf("/") + 1));
    const means = [...(items.get(index)?.means ?? []), ...meaningOf(reference, to, snapshot)];
    items.set(index, { index, at: reference.pointer, means });
  }
  return [...items.values()];
}

function meaningOf(reference: Reference, to: string, { devices, targets }: Snapshot): readonly Address[] {
  if (reference.to === "name" && reference.node === undefined) return [`${to}/${reference.name}`];
  const found: readonly LiveTarget[] =
    reference.to === "device"
      ? (devices.get(selectorKey(reference.selector)) ?? [])
      : namedBy(targets.get(to) ?? [], reference);
  return found.map(({ address }) => address);
}

interface NewLink {
  readonly address: Address;
  readonly to: string;
  readonly link: LiveTarget;
}

function newLinks(
  { relation, unassign }: RelationChange,
  { kind }: Resource,
  live: LiveObject,
  { snapshot }: LinkWriter,
): readonly NewLink[] {
  const to = kindNamed(kind).relations[relation]?.to ?? relation;
  const links = snapshot.links.get(linkKey(kind, live.id, relation)) ?? [];
  return unassign.flatMap((address) =>
    links.filter((link) => link.address === address).map((link) => ({ address, to, link })),
  );
}

/** Lists that call an object by the name that it has no more. */
export function renameReferences(manifest: Manifest, edits: readonly EntryEdit[]): readonly EntryEdit[] {
  const names = new Map(edits.flatMap(({ address, name }) => (name === undefined ? [] : [[address, name]])));
  if (names.size === 0) return [];
  return manifest.resources.flatMap((resource): EntryEdit[] => {
    const lists = Object.entries(resource.relations).flatMap(([relation, references]): ListEdit[] => {
      const to = kindNamed(resource.kind).relations[relation]?.to ?? relation;
      const renamed = references.flatMap((reference): [string, string][] => {
        const name = reference.to === "name" ? names.get(`${to}/${reference.name}`) : undefined;
        return name === undefined ? [] : [[reference.pointer.slice(relation.length + 2), name]];
      });
      if (renamed.length === 0) return [];
      return [{ relation, removed: [], renamed: Object.fromEntries(renamed), added: [] }];
    });
    return lists.length === 0 ? [] : [{ address: resource.address, fields: [], lists }];
  });
}
