/** Which live object each manifest entry means: by pinned id, by name, or by a former name. */
import { kindNamed } from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";
import type { Diagnostic, LiveObject, Manifest, Resource } from "../model.ts";

/** One entry and its live object; without `live` the object does not exist. */
export interface Match {
  readonly resource: Resource;
  readonly live?: LiveObject;
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
export function matchResources(manifest: Manifest, objects: LiveObjects): Matching {
  const names = new Map([...objects].map(([kind, list]) => [kind, groupByName(list)]));
  const diagnostics: Diagnostic[] = [];
  const matches = manifest.resources.flatMap((resource): Match[] => {
    const found = findLive(resource, objects.get(resource.kind) ?? [], names.get(resource.kind) ?? new Map());
    if (!("code" in found)) return [{ resource, ...found }];
    diagnostics.push(found);
    return [];
  });
  return { matches, diagnostics: [...diagnostics, ...claimedTwice(matches)] };
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

function findLive(
  resource: Resource,
  list: readonly LiveObject[],
  byName: ReadonlyMap<string, readonly LiveObject[]>,
): Found {
  const { id, renamedFrom, state } = resource.lifecycle;
  if (id !== null) {
    const live = list.find((object) => object.id === id);
    return live !== undefined ? { live } : state === "absent" ? {} : missingPin(resource);
  }
  const kind = kindNamed(resource.kind);
  const current = choose(resource, kind, byName.get(resource.name) ?? [], resource.name);
  if ("code" in current || current.live !== undefined) return withoutFormer(resource, current, byName);
  const former = renamedFrom.find((name) => byName.has(name));
  return former === undefined ? {} : choose(resource, kind, byName.get(former) ?? [], former);
}

/** One object out of those that carry the name. Where built-ins cannot be declared, they do not count. */
function choose(resource: Resource, kind: Kind, named: readonly LiveObject[], name: string): Found {
  const eligible = kind.builtInDeclarable ? named : named.filter((object) => !object.builtIn);
  const [only, second] = eligible;
  if (second !== undefined) return ambiguous(resource, name, eligible);
  if (only === undefined && named.length > 0) return builtIn(resource, kind);
  return only === undefined ? {} : { live: only };
}

/** An object under the new name and one under a former name cannot be the same object. */
function withoutFormer(
  resource: Resource,
  current: Found,
  byName: ReadonlyMap<string, readonly LiveObject[]>,
): Found {
  const former = resource.lifecycle.renamedFrom.find((name) => byName.has(name));
  if ("code" in current || former === undefined) return current;
  return problem(
    resource,
    "/lifecycle/renamed_from",
    "both-names-live",
    "Both the old and the new name exist",
    `${JSON.stringify(former)} (id ${ids(byName.get(former) ?? [])}) and ${JSON.stringify(resource.name)} (id ${
      current.live?.id
    }) both exist on the appliance, so one cannot become the other. Delete one of them, or remove renamed_from.`,
  );
}

function problem(
  resource: Resource,
  pointer: string,
  code: string,
  summary: string,
  detail: string,
): Diagnostic {
  return {
    severity: "error",
    code,
    summary,
    detail,
    address: resource.address,
    pointer,
    source: resource.at(pointer),
  };
}

function missingPin(resource: Resource): Diagnostic {
  return problem(
    resource,
    "/lifecycle/id",
    "no-such-id",
    "The pinned object does not exist",
    `No object of ${kindNamed(resource.kind).path} has id ${resource.lifecycle.id}. Correct lifecycle.id, or remove it to find or create the object by name.`,
  );
}

function ids(objects: readonly LiveObject[]): string {
  return objects.map((object) => object.id).join(", ");
}

function ambiguous(resource: Resource, name: string, objects: readonly LiveObject[]): Diagnostic {
  return problem(
    resource,
    "/name",
    "ambiguous-name",
    "Several live objects have this name",
    `${JSON.stringify(name)} is the name of ${objects.length} objects of ${kindNamed(resource.kind).path}: ids ${ids(
      objects,
    )}. Say which one is meant: lifecycle: {id: ${objects[0]?.id}}`,
  );
}

function builtIn(resource: Resource, kind: Kind): Diagnostic {
  return problem(
    resource,
    "/name",
    "built-in",
    "A built-in object cannot be declared",
    `${JSON.stringify(resource.name)} ships with the appliance and ${kind.noun} that does cannot be changed. Refer to it by name where it is needed, or declare your own under another name.`,
  );
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
    const text = problem(
      resource,
      "/lifecycle",
      "claimed-twice",
      "Two entries mean the same live object",
      detail,
    );
    return [{ ...text, related: [first.at("")] }];
  });
}
