/** Which live object each manifest entry means: by pinned id, by name, by the id it had, or by a former name. */
import { kindNamed } from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";
import type { Address, Diagnostic, Id, LiveObject, Manifest, Resource } from "../model.ts";
import { type Ownership, successorAddress } from "./ownership.ts";
import { problem } from "./problem.ts";

/** One entry and its live object; without `live` the object does not exist. */
export interface Match {
  readonly resource: Resource;
  readonly live?: LiveObject;
  /** Of an object that an interrupted run was about to replace: what took its address. */
  readonly successor?: Match;
}

export interface Matching {
  readonly matches: readonly Match[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Live objects by kind; only kinds that were listed. */
export type LiveObjects = ReadonlyMap<string, readonly LiveObject[]>;

/**
 * Pairs every entry with its live object. An entry with an error is left out of `matches`: nothing
 * can be planned for it.
 */
export function matchResources(manifest: Manifest, objects: LiveObjects, ownership: Ownership): Matching {
  const pinned = new Map(
    manifest.resources.flatMap(({ kind, address, lifecycle: { id } }) =>
      id === null ? [] : [[`${kind} ${id}`, address]],
    ),
  );
  const lookups = new Map([...objects].map(([kind, list]) => [kind, createLookup(kind, list, ownership)]));
  const nothing = createLookup("", [], ownership);
  const diagnostics: Diagnostic[] = [];
  const declared = new Set(manifest.resources.map(({ address }) => address));
  const matches = manifest.resources.flatMap((resource): Match[] => {
    const { kind, address } = resource;
    const other = ({ id }: LiveObject): Address | undefined => {
      const applied = ownership.entryOf(kind, id)?.address;
      return applied === address ? undefined : applied;
    };
    const isOther = (of: Address | undefined): boolean =>
      of !== undefined && of !== address && declared.has(of);
    const { list, byId, byName, replaced } = lookups.get(kind) ?? nothing;
    const found = findLive(resource, {
      list,
      byId: (id) => (id === null ? undefined : byId.get(id)),
      // What another entry pins is that entry's, whatever its name is.
      named: (name) =>
        (byName.get(name) ?? []).filter(({ id }) => (pinned.get(`${kind} ${id}`) ?? address) === address),
      applied: ownership.entryAt(address)?.id ?? null,
      appliedAs: (name) => ownership.entryAt(`${kind}/${name}`)?.id ?? null,
      isTaken: (object) => [other(object), successorOf(kind, object, ownership)].some(isOther),
      isFree: (object) => other(object) === undefined,
      replaced: replaced.get(address),
      isReplaced: (object) => successorOf(kind, object, ownership) !== undefined,
    });
    if (!("code" in found)) return [{ resource, ...found }];
    diagnostics.push(found);
    return [];
  });
  return { matches, diagnostics: [...diagnostics, ...claimedTwice(matches)] };
}

/** The objects of one kind by what entries ask for; an appliance has thousands of them. */
interface Lookup {
  readonly list: readonly LiveObject[];
  readonly byId: ReadonlyMap<Id, LiveObject>;
  readonly byName: ReadonlyMap<string, readonly LiveObject[]>;
  /** What an interrupted run was about to replace, by the address of its successor; the first of several. */
  readonly replaced: ReadonlyMap<Address, LiveObject>;
}

function createLookup(kind: string, list: readonly LiveObject[], ownership: Ownership): Lookup {
  const replaced = list.flatMap((object) => {
    const successor = successorOf(kind, object, ownership);
    return successor === undefined ? [] : [[successor, object] as const];
  });
  return {
    list,
    byId: new Map(list.toReversed().map((object) => [object.id, object])),
    byName: groupByName(list),
    // Of several with one key a map keeps the last.
    replaced: new Map(replaced.toReversed()),
  };
}

/** The address of what an interrupted run was about to put in the object's place. */
function successorOf(kind: string, { id }: LiveObject, ownership: Ownership): Address | undefined {
  const applied = ownership.entryOf(kind, id);
  return applied === undefined ? undefined : successorAddress(applied);
}

/** Where one entry's object is looked for. */
interface Candidates {
  readonly list: readonly LiveObject[];
  readonly byId: (id: Id | null) => LiveObject | undefined;
  readonly named: (name: string) => readonly LiveObject[];
  /** The id that the entry's address was last applied to. */
  readonly applied: Id | null;
  /** The id that the address with another name was last applied to. */
  readonly appliedAs: (name: string) => Id | null;
  /** Whether an object is what another entry was applied to, or what one is about to replace. */
  readonly isTaken: (object: LiveObject) => boolean;
  /** Whether an object was never applied under another address. */
  readonly isFree: (object: LiveObject) => boolean;
  /** What an interrupted run was about to replace by the entry's object. */
  readonly replaced: LiveObject | undefined;
  readonly isReplaced: (object: LiveObject) => boolean;
}

export function groupByName<T extends { readonly name: string }>(
  list: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const object of list) {
    const group = groups.get(object.name);
    if (group === undefined) groups.set(object.name, [object]);
    else group.push(object);
  }
  return groups;
}

type Found = Pick<Match, "live"> | Diagnostic;

function findLive(resource: Resource, candidates: Candidates): Found {
  const { id, state } = resource.lifecycle;
  if (id !== null) return findPinned(resource, id, candidates);
  const current = choose(resource, resource.name, candidates);
  const applied = candidates.byId(candidates.applied);
  if ("code" in current) return current;
  if (current.live !== undefined) {
    return applied === undefined || applied.id === current.live.id
      ? withoutFormer(resource, current, candidates)
      : appliedElsewhere(resource, applied, current.live);
  }
  // Renamed on the appliance: it is still the object that was applied, or was about to be replaced.
  const known = applied ?? candidates.replaced;
  if (known !== undefined) return { live: known };
  // What must not exist is named by its own name, so that nothing else is deleted in its place.
  return state === "absent" ? {} : findFormer(resource, candidates);
}

/** The object that was applied under a former name, whatever it is called by now, else one that has such a name. */
function findFormer(resource: Resource, candidates: Candidates): Found {
  const former = formerName(resource, candidates);
  const named = former === undefined ? {} : choose(resource, former, { ...candidates, isTaken: () => false });
  const applied = formerApplied(resource, candidates);
  if (applied === undefined || "code" in named) return named;
  return named.live === undefined || named.live.id === applied.id
    ? { live: applied }
    : appliedElsewhere(resource, applied, named.live);
}

function findPinned(resource: Resource, id: Id, { byId, applied }: Candidates): Found {
  const { state, renamedFrom } = resource.lifecycle;
  const live = byId(id);
  if (live === undefined) return state === "absent" ? {} : missingPin(resource);
  const known = [resource.name, ...renamedFrom].includes(live.name) || id === applied;
  return state === "absent" && !known ? otherName(resource, live) : { live };
}

function formerName({ lifecycle }: Resource, { named }: Candidates): string | undefined {
  return lifecycle.renamedFrom.find((name) => named(name).length > 0);
}

function formerApplied({ lifecycle }: Resource, { list, appliedAs }: Candidates): LiveObject | undefined {
  if (lifecycle.renamedFrom.length === 0) return undefined;
  const ids = new Set(lifecycle.renamedFrom.map(appliedAs));
  return list.find(({ id }) => ids.has(id));
}

/**
 * One object out of those that carry the name: the one that was applied, else the only one. Where
 * built-ins cannot be declared, they do not count, and never what another entry was applied to. What was
 * applied under an address that is declared no more has got a new one, unless there is something else. What
 * was about to be replaced comes last.
 */
function choose(
  resource: Resource,
  name: string,
  { named: find, applied, isTaken, isFree, isReplaced }: Candidates,
): Found {
  const kind = kindNamed(resource.kind);
  const named = find(name);
  const declarable = kind.builtInDeclarable ? named : named.filter((object) => !object.builtIn);
  const possible = declarable.filter((object) => !isTaken(object));
  const free = possible.filter(isFree);
  const lasting = possible.filter((object) => !isReplaced(object));
  const eligible = [free, lasting].find((list) => list.length > 0) ?? possible;
  const known = eligible.find((object) => object.id === applied);
  if (known !== undefined) return { live: known };
  const [only, second] = eligible;
  if (second !== undefined) return ambiguous(resource, name, eligible);
  if (only === undefined && named.length > 0 && declarable.length === 0) return builtIn(resource, kind);
  return only === undefined ? {} : { live: only };
}

/**
 * An object under the new name and one that is or was under a former name cannot be the same object. What an
 * interrupted run was about to replace by the first is no other object: it is about to go.
 */
function withoutFormer(resource: Resource, current: Found, candidates: Candidates): Found {
  const { state, renamedFrom } = resource.lifecycle;
  if ("code" in current || state === "absent" || renamedFrom.length === 0) return current;
  const applied = formerApplied(resource, candidates);
  const name = formerName(resource, candidates);
  const former =
    name === undefined ? [applied].filter((object) => object !== undefined) : candidates.named(name);
  const same = [current.live?.id, candidates.replaced?.id];
  if (former.every(({ id }) => same.includes(id))) return current;
  return problem(resource, "/lifecycle/renamed_from", {
    code: "both-names-live",
    summary: "Both the old and the new name exist",
    detail: `${JSON.stringify(name ?? applied?.name)} (id ${ids(former)}) and ${JSON.stringify(resource.name)} (id ${
      current.live?.id
    }) both exist on the appliance, so one cannot become the other. Delete one of them, or remove renamed_from.`,
  });
}

function missingPin(resource: Resource): Diagnostic {
  return problem(resource, "/lifecycle/id", {
    code: "no-such-id",
    summary: "The pinned object does not exist",
    detail: `No object of ${kindNamed(resource.kind).path} has id ${resource.lifecycle.id}. Correct lifecycle.id, or remove it to find or create the object by name.`,
  });
}

/** The object that was applied has another name now, and another object has the name. */
function appliedElsewhere(resource: Resource, applied: LiveObject, named: LiveObject): Diagnostic {
  return problem(resource, "/name", {
    code: "applied-elsewhere",
    summary: "The object that was applied has lost its name to another",
    detail: `What was applied is id ${applied.id}, which is called ${JSON.stringify(applied.name)} now, and id ${named.id} is called ${JSON.stringify(named.name)}. Give them their names back on the appliance, or say which one is meant: lifecycle: {id: ${applied.id}} calls it ${JSON.stringify(resource.name)}, lifecycle: {id: ${named.id}} takes the other.`,
  });
}

function otherName(resource: Resource, live: LiveObject): Diagnostic {
  return problem(resource, "/lifecycle/id", {
    code: "absent-other-name",
    summary: "The pinned object has another name",
    detail: `Id ${live.id} of ${kindNamed(resource.kind).path} is called ${JSON.stringify(live.name)}, not ${JSON.stringify(
      resource.name,
    )}, so it is not deleted. Correct the name or lifecycle.id; a former name can stand in renamed_from.`,
  });
}

function ids(objects: readonly LiveObject[]): string {
  return objects.map((object) => object.id).join(", ");
}

function ambiguous(resource: Resource, name: string, objects: readonly LiveObject[]): Diagnostic {
  return problem(resource, "/name", {
    code: "ambiguous-name",
    summary: "Several live objects have this name",
    detail: `${JSON.stringify(name)} is the name of ${objects.length} objects of ${kindNamed(resource.kind).path}: ids ${ids(
      objects,
    )}. Say which one is meant: lifecycle: {id: ${objects[0]?.id}}`,
  });
}

function builtIn(resource: Resource, kind: Kind): Diagnostic {
  return problem(resource, "/name", {
    code: "built-in",
    summary: "A built-in object cannot be declared",
    detail: `${JSON.stringify(resource.name)} ships with the appliance and ${kind.noun} that does cannot be changed. Refer to it by name where it is needed, or declare your own under another name.`,
  });
}

/** Two entries for one object would undo each other in every run. */
function claimedTwice(matches: readonly Match[]): readonly Diagnostic[] {
  const claims = new Map<string, Resource>();
  return matches.flatMap(({ resource, live }): Diagnostic[] => {
    if (live === undefined) return [];
    const key = `${resource.kind} ${live.id}`;
    const first = claims.get(key);
    claims.set(key, first ?? resource);
    if (first === undefined) return [];
    const detail = `${first.address} and ${resource.address} both mean the live object with id ${live.id} (${JSON.stringify(
      live.name,
    )}). Correct lifecycle.id or renamed_from of one of them.`;
    const text = problem(resource, "/lifecycle", {
      code: "claimed-twice",
      summary: "Two entries mean the same live object",
      detail,
    });
    return [{ ...text, related: [first.at("")] }];
  });
}
