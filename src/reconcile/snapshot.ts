/**
 * Reads what decides the plan, and nothing else: one list per kind that the manifest has entries of
 * or refers to, devices by search, and the links of declared relations from the side that needs fewer
 * requests.
 *
 * Why nothing less decides it (routes: guide 8.7 and the Swagger of 9.8):
 *
 * - A list is one request, and no request answers for two kinds. Whether an object exists, and its fields,
 *   stand in its list alone; one GET for each object would be more from the second object on.
 * - No list and no object holds links: they are read from one of their ends, one request for each object
 *   there. For `n` declared objects and `m` targets, any of the `n·m` links may be there. Leave out one
 *   object and one target, and nothing has told of the link between these two: so either all objects or all
 *   targets are asked (a vertex cover of a complete bipartite graph is one of its sides), which is the
 *   smaller of `n` and `m`. No request covers two relations, so that each is decided by itself.
 * - Firmware before 8 tells from the targets' side only what an object inherits as well, so that objects are asked.
 *   From 8 on there are `/devicegroups/{id}/alerts` and `/triggers`, `/networks/{id}/alerts`
 *   and `/applications/{id}/alerts`. Email groups and exclusion intervals have no such route. Devices have, but
 *   every device of the appliance would have to be asked, also where entries name few: one of the others may
 *   carry a link that is to be removed. Nor does a search decide who carries a tag: the documents do not say
 *   how its operand compares names.
 * - The inventory saves no read: what it says was true after the last run, and a link that was removed by hand
 *   since is what a plan has to show. The same holds for `mod_time`, which no document says to change with links.
 * - Devices: as many literal selectors as one page surely answers are one search; networks, filters and free
 *   searches are one each, since only the appliance knows what they match.
 */
import pLimit from "p-limit";
import type { AppliancePort } from "../appliance/port.ts";
import { listQueryOf, readsDirectLinks, wireReader } from "../kinds/dialect.ts";
import { findKind, kindNamed, kinds } from "../kinds/index.ts";
import { INVENTORY_KIND } from "../kinds/inventory-object.ts";
import type { Kind, Relation } from "../kinds/kind.ts";
import { DEVICE, describeDevice, referenceTargets, stableId } from "../kinds/targets.ts";
import { fromWire, wireId } from "../kinds/wire.ts";
import type { Address, Id, JsonObject, LiveObject, LiveTarget, Manifest, Target } from "../model.ts";
import { SINCE_EVER, selectorKey } from "./device-selectors.ts";
import {
  deviceReferences,
  type SelectedDevices,
  selectDevices,
  selectorsOf,
  similarNames,
} from "./devices.ts";
import { type OpenedInventory, openInventory } from "./inventory.ts";
import type { LiveObjects, Match, Matching } from "./match.ts";
import { type NamedTarget, type NamedTargets, readTargets } from "./named-targets.ts";
import { matchAll } from "./prune.ts";

/** What is read, but for the links. */
export interface State {
  readonly target: Target;
  readonly inventory: Omit<OpenedInventory, "objects">;
  readonly objects: LiveObjects;
  /** By target kind; only those that the manifest refers to. */
  readonly targets: NamedTargets;
  readonly devices: SelectedDevices;
  /** Names of devices that are like those that were not found. */
  readonly similarNames: readonly string[];
}

export interface Snapshot extends State {
  /** Links of live objects by `linkKey`; only of declared relations. */
  readonly links: ReadonlyMap<string, readonly LiveTarget[]>;
  /** For objects that are replaced, or were about to be: who is linked to them, by `linkKey` of the other side. */
  readonly incoming: ReadonlyMap<string, readonly LiveTarget[]>;
}

export function linkKey(kind: string, id: string, relation: string): string {
  return `${kind} ${id} ${relation}`;
}

export interface SnapshotOptions {
  /** Links are read of these entries only. */
  readonly linksOf?: ReadonlySet<Address>;
  /** Answers of an earlier snapshot; selectors found there are not asked for again. */
  readonly devices?: SelectedDevices;
  /** Leaves all inventories unread: what is declared then counts as ours. */
  readonly unrecorded?: boolean;
  /** For a repair: a damaged inventory counts as none. */
  readonly damagedAsNone?: boolean;
}

/** A snapshot in the making. Both reject with an ApplianceError when any read fails: no list that could not be read is an empty one. */
export interface Reading {
  readonly snapshot: Promise<Snapshot>;
  /** There while links are still being read. */
  readonly matched: Promise<MatchedState>;
}

/** What is known before the links are. */
export interface MatchedState {
  readonly state: State;
  readonly matching: Matching;
}

/** The snapshot that a plan of this manifest needs. */
export async function takeSnapshot(
  port: AppliancePort,
  manifest: Manifest,
  options: SnapshotOptions = {},
): Promise<Snapshot> {
  return startReading(port, manifest, options).snapshot;
}

/** Takes a snapshot, and tells what is known of it while the rest is being read. */
export function startReading(
  port: AppliancePort,
  manifest: Manifest,
  options: SnapshotOptions = {},
): Reading {
  // First alone: a wrong host or key is then one clear error, not one per list.
  const target = port.target();
  const read = options.unrecorded === true ? { ...manifest, inventory: { kind: "none" as const } } : manifest;
  const wanted = whatToRead(read, options);
  // Lists are asked for first, and links do not wait for devices: there is always something to ask for.
  const lists = target.then((known) => readLists(port, known, read, wanted, options));
  const devices = target.then((known) => readDevices(port, known, manifest, options));
  const matched = Promise.all([lists, devices]).then(
    ([{ matching, ...listed }, selected]): MatchedState => ({ state: { ...listed, ...selected }, matching }),
  );
  const links = lists.then((listed) => readAllLinks(port, listed, options));
  return {
    matched,
    snapshot: Promise.all([matched, links]).then(([{ state }, linked]) => ({ ...state, ...linked })),
  };
}

type Listed = Omit<State, "devices" | "similarNames"> & Pick<MatchedState, "matching">;

async function readLists(
  port: AppliancePort,
  target: Target,
  manifest: Manifest,
  wanted: Wanted,
  options: SnapshotOptions,
): Promise<Listed> {
  const [lists, targets] = await Promise.all([
    readObjects(port, target, wanted.kinds),
    readTargets(port, wanted.targets, () => choosesNodes(manifest)),
  ]);
  const { objects, ...inventory } = await openInventory(port, manifest, lists, options);
  const matching = matchAll(manifest, objects, inventory.ownership);
  return { target, inventory, objects, targets, matching };
}

async function readDevices(
  port: AppliancePort,
  { firmware }: Target,
  manifest: Manifest,
  options: SnapshotOptions,
): Promise<Pick<State, "devices" | "similarNames">> {
  const known = options.devices ?? new Map();
  const unknown = selectorsOf(manifest).filter((selector) => !known.has(selectorKey(selector)));
  const devices = new Map([...known, ...(await selectDevices(port, firmware, unknown))]);
  const names = await similarNames(port, firmware, deviceReferences(manifest), devices);
  return { devices, similarNames: names };
}

async function readAllLinks(
  port: AppliancePort,
  { objects, targets, matching }: Listed,
  { linksOf }: SnapshotOptions,
): Promise<Pick<Snapshot, "links" | "incoming">> {
  const linked = matching.matches.filter(({ resource }) => linksOf?.has(resource.address) ?? true);
  const [links, incoming] = await Promise.all([
    readLinks(port, linkReads(linked), objects, targets),
    readIncoming(port, linked),
  ]);
  return { links, incoming };
}

/** Lists the managed kinds among these. */
export async function readObjects(
  port: AppliancePort,
  { firmware }: Target,
  wanted: ReadonlySet<string>,
): Promise<LiveObjects> {
  const lists = kinds
    .filter(({ kind }) => wanted.has(kind))
    .map(async (kind): Promise<[string, readonly LiveObject[]]> => {
      const list = await port.list(kind.path, listQueryOf(kind, firmware));
      const read = wireReader(kind, firmware);
      return [kind.kind, list.map((wire) => fromWire(kind, read(wire)))];
    });
  return new Map(await Promise.all(lists));
}

/** What lists are read of. */
interface Wanted {
  /** Kinds with entries, kinds that entries name something of, and those of what may have been applied. */
  readonly kinds: ReadonlySet<string>;
  /** What relations of entries lead to, of any kind. */
  readonly targets: ReadonlySet<string>;
}

function whatToRead(manifest: Manifest, { unrecorded = false }: SnapshotOptions): Wanted {
  // What was applied may be gone from a section that is empty now.
  const mentioned = manifest.inventory.kind === "none" ? [] : manifest.kinds;
  const wanted = new Set([...mentioned, ...(unrecorded ? [] : [INVENTORY_KIND])]);
  const targets = new Set<string>();
  for (const { kind: name, fields, relations } of manifest.resources) {
    const kind = kindNamed(name);
    wanted.add(name);
    for (const reference of kind.references?.(fields) ?? []) wanted.add(reference.kind);
    for (const [relation, references] of Object.entries(relations)) {
      const to = kind.relations[relation]?.to;
      if (to !== undefined && references.length > 0) targets.add(to);
    }
  }
  return { kinds: new Set([...wanted, ...targets]), targets };
}

/** Whether some reference says whose network or application it means. */
function choosesNodes(manifest: Manifest): boolean {
  return manifest.resources.some(({ relations }) =>
    Object.values(relations).some((references) =>
      references.some((reference) => reference.to !== "device" && reference.node !== undefined),
    ),
  );
}

// ---------------------------------------------------------------- links

type Links = ReadonlyMap<string, readonly LiveTarget[]>;

/** Entries of one kind whose live objects' links of one relation are needed. */
export interface LinkRead {
  readonly kind: Kind;
  readonly name: string;
  readonly relation: Relation;
  readonly objects: readonly LiveObject[];
}

/** The links of these objects, by `linkKey`. */
export async function readLinks(
  port: AppliancePort,
  linkReads: readonly LinkRead[],
  objects: LiveObjects,
  targets: NamedTargets,
): Promise<Links> {
  const { firmware } = await port.target();
  const reads = linkReads.map((read) => {
    const others = objects.get(read.relation.to) ?? targets.get(read.relation.to);
    const fromOtherSide =
      readsDirectLinks(firmware) &&
      read.relation.reverse !== undefined &&
      others !== undefined &&
      others.length < read.objects.length;
    return fromOtherSide ? readReverse(port, read, others) : readForward(port, read, targets);
  });
  return new Map((await Promise.all(reads)).flat());
}

function linkReads(matches: readonly Match[]): readonly LinkRead[] {
  return kinds.flatMap((kind) =>
    Object.entries(kind.relations).flatMap(([name, relation]): LinkRead[] => {
      const objects = matches.flatMap(({ resource, live }) =>
        live !== undefined && needsLinks(kind, resource, name, live) ? [live] : [],
      );
      return objects.length === 0 ? [] : [{ kind, name, relation, objects }];
    }),
  );
}

/** Links are compared where they are declared and not ignored; of an object to be replaced, what it will lose is read. */
function needsLinks(kind: Kind, resource: Match["resource"], relation: string, live: LiveObject): boolean {
  if (resource.kind !== kind.kind || resource.lifecycle.state === "absent") return false;
  if (mustReplace(kind, resource, live)) {
    return kind.variant?.({ fields: {}, relations: [relation] }) === kind.liveVariant?.(live.fields);
  }
  return resource.relations[relation] !== undefined && !resource.lifecycle.ignoreChanges.includes(relation);
}

/** Whether live and declared differ in what cannot be changed in place. */
export function mustReplace(kind: Kind, resource: Match["resource"], live: LiveObject): boolean {
  if (kind.variant === undefined) return false;
  const { ignoreChanges } = resource.lifecycle;
  const compared = ([name]: readonly [string, unknown]): boolean => !ignoreChanges.includes(name);
  const fields = Object.fromEntries(Object.entries(resource.fields).filter(compared));
  const relations = Object.keys(resource.relations).filter((name) => !ignoreChanges.includes(name));
  const declared = kind.variant({ fields, relations });
  return declared !== undefined && declared !== kind.liveVariant?.(live.fields);
}

/** Requests of one relation that are made up and wait for their turn: more than are sent at once, far fewer than there are. */
const AT_HAND = 256;

type LinkEntry = readonly [string, readonly LiveTarget[]];

async function readForward(
  port: AppliancePort,
  read: LinkRead,
  targets: NamedTargets,
): Promise<readonly LinkEntry[]> {
  const { to } = read.relation;
  const addresses = new Map((targets.get(to) ?? []).map(({ id, address }) => [id, address]));
  return pLimit(AT_HAND).map(read.objects, async (object): Promise<LinkEntry> => {
    const path = `${read.kind.path}/${object.id}/${read.relation.path}`;
    const wires = await (read.relation.windowed
      ? port.listPages(path, { active_from: SINCE_EVER })
      : port.list(path));
    const linked = wires.map((wire) => {
      const link = linkTarget(to, wire, path);
      return { ...link, address: addresses.get(link.id) ?? link.address };
    });
    return [linkKey(read.kind.kind, object.id, read.name), linked];
  });
}

function linkTarget(to: string, wire: JsonObject, path: string): LiveTarget {
  if (to === DEVICE) return { id: wireId(wire, path), ...describeDevice(wire), ...discoveryIdOf(wire) };
  const nameField =
    findKind(to)?.nameField ?? referenceTargets.find((target) => target.kind === to)?.nameField;
  return { id: wireId(wire, path), address: `${to}/${String(wire[nameField ?? "name"] ?? "")}` };
}

function discoveryIdOf(wire: JsonObject): Pick<LiveTarget, "discoveryId"> {
  const id = stableId(wire);
  return id === undefined ? {} : { discoveryId: id };
}

/** Asks each target which objects are linked to it, and turns the answers round. */
async function readReverse(
  port: AppliancePort,
  read: LinkRead,
  others: readonly (LiveObject | NamedTarget)[],
): Promise<readonly LinkEntry[]> {
  const { to, reverse } = read.relation;
  const base = findKind(to)?.path ?? referenceTargets.find((target) => target.kind === to)?.path;
  const links = new Map<string, LiveTarget[]>(read.objects.map((object) => [object.id, []]));
  await pLimit(AT_HAND).map(others, async (other) => {
    const path = `${base}/${other.id}/${reverse}`;
    for (const wire of await port.list(path, { direct_assignments_only: true })) {
      const address = "address" in other ? other.address : `${to}/${other.name}`;
      links.get(wireId(wire, path))?.push({ id: other.id, address });
    }
  });
  return [...links].map(([id, linked]) => [linkKey(read.kind.kind, id, read.name), linked]);
}

/** Whoever is linked to an object that is replaced has to be linked to its successor. */
async function readIncoming(port: AppliancePort, matches: readonly Match[]): Promise<Links> {
  const { firmware } = await port.target();
  const reads = matches.flatMap(({ resource, live, successor }) => {
    const kind = kindNamed(resource.kind);
    const present = resource.lifecycle.state === "present";
    if (live === undefined || (present ? !mustReplace(kind, resource, live) : successor === undefined))
      return [];
    return incomingRelations(kind).map(async ({ from, name, reverse }): Promise<LinkEntry> => {
      const path = `${kind.path}/${live.id}/${reverse}`;
      const wires = readsDirectLinks(firmware)
        ? await port.list(path, { direct_assignments_only: true })
        : await readDirect(port, from, name, live.id, await port.list(path));
      return [linkKey(kind.kind, live.id, reverse), wires.map((wire) => linkTarget(from.kind, wire, path))];
    });
  });
  return new Map(await Promise.all(reads));
}

/** Of what reaches an object, inherited or not, what itself says that it is linked to it. */
async function readDirect(
  port: AppliancePort,
  from: Kind,
  relation: string,
  id: Id,
  wires: readonly JsonObject[],
): Promise<readonly JsonObject[]> {
  const direct = wires.map(async (wire) => {
    const path = `${from.path}/${wireId(wire, from.path)}/${from.relations[relation]?.path}`;
    const linked = await port.list(path);
    return linked.some((other) => wireId(other, path) === id);
  });
  const isDirect = await Promise.all(direct);
  return wires.filter((_, i) => isDirect[i]);
}

/** Relations of other kinds that point at this kind and can be read and written from its side. */
export function incomingRelations(
  to: Kind,
): readonly { readonly from: Kind; readonly name: string; readonly reverse: string }[] {
  return kinds.flatMap((from) =>
    Object.entries(from.relations).flatMap(([name, { to: target, reverse }]) =>
      target === to.kind && reverse !== undefined ? [{ from, name, reverse }] : [],
    ),
  );
}
