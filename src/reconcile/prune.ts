/**
 * Owned objects that no entry means any more. Those whose manifest is part of this run are to be deleted;
 * everything else is left alone, with a warning, since bad or partial input must never delete.
 */
import { findKind } from "../kinds/index.ts";
import type { Diagnostic, InventoryEntry, LiveObject, Manifest, Resource, Scope } from "../model.ts";
import { isMovedAside } from "./exchange.ts";
import { type LiveObjects, type Match, type Matching, matchResources } from "./match.ts";
import { kindOf, nameOf, type Ownership, successorAddress } from "./ownership.ts";
import { listed } from "./problem.ts";

export interface Pruned {
  /** As if each stood in the manifest with `state: absent`. */
  readonly matches: readonly Match[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What every entry means, and what is to be pruned. */
export function matchAll(manifest: Manifest, objects: LiveObjects, ownership: Ownership): Matching {
  const declared = matchResources(manifest, objects, ownership);
  const pruned = pruneUndeclared(manifest, ownership, declared.matches, objects);
  return {
    matches: [...declared.matches, ...pruned.matches],
    diagnostics: [...declared.diagnostics, ...pruned.diagnostics],
  };
}

/** What to prune, given what the manifest's own entries were matched with. */
export function pruneUndeclared(
  manifest: Manifest,
  ownership: Ownership,
  matches: readonly Match[],
  objects: LiveObjects,
): Pruned {
  const undeclared = undeclaredEntries(manifest, ownership, matches);
  const unmentioned = undeclared.filter(({ address }) => !manifest.kinds.includes(kindOf(address)));
  const mentioned = undeclared.filter((entry) => !unmentioned.includes(entry));
  const elsewhere = mentioned.filter((entry) => !isCovered(manifest.scope, entry.file));
  const covered = mentioned.filter((entry) => !elsewhere.includes(entry));
  const found = covered.map((entry) => {
    const successor = successorOf(entry, ownership, matches);
    const live = liveOf(entry, objects, ownership);
    // What was to be adopted by a replace, and is not any more, stays nobody's.
    const nobodys = entry.replaced?.owned === false && successor === undefined;
    return nobodys && !isEnded(manifest, entry, live) ? { entry, successor } : { entry, successor, live };
  });
  const doubtful = found.flatMap(({ entry, live }): Doubtful[] =>
    live !== undefined && isDoubtful(manifest, entry, live) ? [{ entry, live }] : [],
  );
  const doubted = new Set(doubtful.map(({ entry }) => entry));
  return {
    matches: found
      .filter(({ entry }) => !doubted.has(entry))
      .map(({ entry, live, successor }) => absent(entry, live, successor)),
    diagnostics: [...warnUnmentioned(unmentioned), ...warnElsewhere(elsewhere), ...warnDoubtful(doubtful)],
  };
}

/** Whether nothing may exist that is called as the object is, which was to be replaced. */
function isEnded({ resources }: Manifest, entry: InventoryEntry, live: LiveObject | undefined): boolean {
  const address = successorAddress(entry);
  return resources.some(
    ({ address: at, name, lifecycle }) =>
      at === address && lifecycle.state === "absent" && name === live?.name,
  );
}

/** An entry that is declared no more, and an object that may be its. */
interface Doubtful {
  readonly entry: InventoryEntry;
  readonly live: LiveObject;
}

/** Entries of the inventory that neither an address nor an object of the manifest stands for. */
function undeclaredEntries(
  manifest: Manifest,
  { inventory }: Ownership,
  matches: readonly Match[],
): readonly InventoryEntry[] {
  const declared = new Set(manifest.resources.map(({ address }) => address));
  const claimed = new Set(matches.map(({ resource, live }) => `${resource.kind} ${live?.id}`));
  return inventory.entries.filter(
    ({ address, id }) => !declared.has(address) && !claimed.has(`${kindOf(address)} ${id}`),
  );
}

/** Whether the run would have seen the entry, had it still stood in its file. */
export function isCovered({ files, folders }: Scope, file: string): boolean {
  return files.includes(file) || folders.some((folder) => folder === "" || file.startsWith(`${folder}/`));
}

/** An object announced before its create has no id yet: the interrupted run may have created its name. */
function liveOf(
  { address, id }: InventoryEntry,
  objects: LiveObjects,
  ownership: Ownership,
): LiveObject | undefined {
  const kind = kindOf(address);
  const list = objects.get(kind) ?? [];
  if (id !== null) return list.find((object) => object.id === id);
  return list.find(
    (object) => object.name === nameOf(address) && ownership.entryOf(kind, object.id) === undefined,
  );
}

/**
 * Whether the object may be somebody else's: a name alone proves nothing, nor does an id that a file
 * remembers, which may have been written for another appliance. A name that only runs give proves it ours.
 */
function isDoubtful({ inventory }: Manifest, entry: InventoryEntry, { name }: LiveObject): boolean {
  const known = entry.replaced?.name ?? nameOf(entry.address);
  return entry.id === null || (inventory.kind === "file" && name !== known && !isMovedAside(name));
}

/** What is declared in the place of an object that an interrupted run was about to replace, by address or by object. */
function successorOf(
  entry: InventoryEntry,
  ownership: Ownership,
  matches: readonly Match[],
): Match | undefined {
  const address = successorAddress(entry);
  if (address === undefined) return undefined;
  const id = ownership.entryAt(address)?.id;
  const kind = kindOf(address);
  return matches.find(
    ({ resource, live }) =>
      live !== undefined &&
      resource.lifecycle.state === "present" &&
      (resource.address === address || (resource.kind === kind && live.id === id)),
  );
}

function absent(entry: InventoryEntry, live: LiveObject | undefined, successor: Match | undefined): Match {
  const kind = kindOf(entry.address);
  const name = nameOf(entry.address);
  const resource: Resource = {
    address: entry.address,
    kind,
    name,
    fields: {},
    relations: {},
    lifecycle: {
      preventDestroy: entry.preventDestroy,
      ignoreChanges: [],
      renamedFrom: [],
      id: entry.id,
      state: "absent",
    },
    file: entry.file,
    secrets: {},
    at: () => ({ file: entry.file, line: 1, column: 1 }),
  };
  if (live === undefined) return { resource };
  return successor === undefined ? { resource, live } : { resource, live, successor };
}

function warnUnmentioned(entries: readonly InventoryEntry[]): readonly Diagnostic[] {
  const kinds = new Set(entries.map(({ address }) => kindOf(address)));
  return [...kinds].map((name) => {
    const count = entries.filter(({ address }) => kindOf(address) === name).length;
    const section = findKind(name)?.section ?? name;
    return {
      severity: "warning",
      code: "kind-not-mentioned",
      summary: "Owned objects of a kind that no file mentions",
      detail: `This owner has ${count} of ${section} on the appliance, and no manifest of this run mentions ${section}. They are left alone. To delete them, write \`${section}: []\`.`,
    };
  });
}

/** One each, unless an interrupted run leaves many. */
function warnDoubtful(doubtful: readonly Doubtful[]): readonly Diagnostic[] {
  const announced = doubtful.filter(({ entry }) => entry.id === null);
  if (announced.length <= SHOWN) return doubtful.map(warnOneDoubtful);
  const addresses = announced.map(({ entry }) => entry.address);
  const many = notCertain(
    `An interrupted run was about to create ${listed(addresses, SHOWN)}; what is called so may be what it created, or somebody else's. To make sure of them and delete them, apply once with their entries back in the manifest, then without. Or delete by hand what is not needed, and run \`hopsync forget\` with its address; \`hopsync inventory show\` lists them, without an id.`,
  );
  const others = doubtful.filter(({ entry }) => entry.id !== null);
  return [many, ...others.map(warnOneDoubtful)];
}

function warnOneDoubtful({ entry: { address, id }, live }: Doubtful): Diagnostic {
  const found = `id ${live.id}, called ${JSON.stringify(live.name)},`;
  const why =
    id === null
      ? `An interrupted run was about to create ${address}; ${found} may be what it created, or somebody else's.`
      : `The inventory file says that ${address} has id ${id}; ${found} may be another object, of another appliance or restored.`;
  const remedy = "Delete it by hand if it is not needed, then run `hopsync forget` with this address.";
  return { ...notCertain(`${why} ${remedy}`), address };
}

function notCertain(detail: string): Diagnostic {
  return {
    severity: "warning",
    code: "not-certainly-ours",
    summary: "An object that may not be ours is not deleted",
    detail,
  };
}

/** Entries named in a warning. */
const SHOWN = 5;

function warnElsewhere(entries: readonly InventoryEntry[]): readonly Diagnostic[] {
  return [...new Set(entries.map(({ file }) => file))].sort().map((file) => {
    const addresses = entries.filter((entry) => entry.file === file).map(({ address }) => address);
    return {
      severity: "warning",
      code: "declared-elsewhere",
      summary: "Owned objects whose manifest is not part of this run",
      detail: `${listed(addresses, SHOWN)} came from ${file}, which this run does not read. They are left alone. To prune what was removed from it, include its folder in the paths; where the folder has moved since, declare them with lifecycle: {state: absent}.`,
    };
  });
}
