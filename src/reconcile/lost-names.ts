/**
 * Filters name objects, and the appliance does not follow them when such an object is renamed or deleted: a
 * group that names it is empty from then on, silently.
 */
import { kindNamed } from "../kinds/index.ts";
import type { Address, Diagnostic, JsonObject } from "../model.ts";
import { type Draft, freesName, type Planned } from "./draft.ts";
import { listed } from "./problem.ts";
import { isSensitive } from "./secrets.ts";
import type { Snapshot } from "./snapshot.ts";

type Ending = Planned & Required<Pick<Planned, "live" | "draft">>;

/** A warning for each name that this run takes away from filters, as far as the plan has read them. */
export function checkLostNames(planned: readonly Planned[], { objects }: Snapshot): readonly Diagnostic[] {
  const lost = lostNames(planned, objects);
  if (lost.size === 0) return [];
  const users = new Map<Address, string[]>();
  for (const { shown, names, declared } of namersAfter(planned, objects)) {
    for (const name of names) {
      // A declared name that is about to change is an error of its own.
      const told = declared && lost.get(name)?.draft.action !== "delete";
      if (lost.has(name) && !told) users.set(name, [...(users.get(name) ?? []), shown]);
    }
  }
  return [...users].flatMap(([name, shown]) => {
    const entry = lost.get(name);
    return entry === undefined ? [] : [lostName(entry, shown)];
  });
}

/** Live names that nothing has any more after the run, and the entries that end them. */
function lostNames(planned: readonly Planned[], objects: Snapshot["objects"]): ReadonlyMap<Address, Ending> {
  const ending = planned.filter(
    (entry): entry is Ending =>
      entry.live !== undefined && entry.draft !== undefined && freesName(entry.draft),
  );
  const freed = new Set(ending.map(({ resource, live }) => `${resource.kind} ${live.id}`));
  const lasting = new Set([
    ...[...objects].flatMap(([kind, list]) =>
      list.filter(({ id }) => !freed.has(`${kind} ${id}`)).map(({ name }) => `${kind}/${name}`),
    ),
    ...planned.filter(lasts).map(({ resource }) => resource.address),
  ]);
  const names = ending.map((entry) => [`${entry.resource.kind}/${entry.live.name}`, entry] as const);
  return new Map(names.filter(([name]) => !lasting.has(name)));
}

function lasts({ resource }: Planned): boolean {
  return resource.lifecycle.state === "present";
}

interface Namer {
  readonly shown: string;
  /** Addresses of what it names. */
  readonly names: readonly Address[];
  /** Whether the manifest names it. */
  readonly declared: boolean;
}

/** What names something after the run: declared entries, and live objects that no entry means. */
function namersAfter(planned: readonly Planned[], objects: Snapshot["objects"]): readonly Namer[] {
  const claimed = new Set(planned.map(({ resource, live }) => `${resource.kind} ${live?.id}`));
  const declared = planned.filter(lasts).map(({ resource, live }): Namer => {
    const { applies } = kindNamed(resource.kind);
    const kept = Object.entries(live?.fields ?? {}).filter(
      ([name]) => applies?.(name, resource.fields) ?? true,
    );
    const fields = { ...Object.fromEntries(kept), ...resource.fields };
    return {
      shown: resource.address,
      names: namedBy(resource.kind, fields, (at) => isSensitive(resource, at)),
      declared: (kindNamed(resource.kind).references?.(resource.fields) ?? []).length > 0,
    };
  });
  const others = [...objects].flatMap(([kind, list]) =>
    list
      .filter(({ id }) => !claimed.has(`${kind} ${id}`))
      .map(
        ({ id, name, fields }): Namer => ({
          shown: `${kind}/${name} (id ${id}, not declared)`,
          names: namedBy(kind, fields, () => false),
          declared: false,
        }),
      ),
  );
  return [...declared, ...others];
}

function namedBy(
  kind: string,
  fields: JsonObject,
  isHidden: (pointer: string) => boolean,
): readonly Address[] {
  const references = kindNamed(kind).references?.(fields) ?? [];
  return references
    .filter(({ pointer }) => !isHidden(pointer))
    .map((reference) => `${reference.kind}/${reference.name}`);
}

/** Groups named in one warning. */
const SHOWN = 5;

function lostName({ resource, live, draft }: Ending, users: readonly string[]): Diagnostic {
  const name = JSON.stringify(live.name);
  const becomes = draft.action === "delete" ? "is deleted" : `becomes ${JSON.stringify(resource.name)}`;
  return {
    severity: "warning",
    code: "filter-loses-name",
    summary: "A filter names what this run renames or deletes",
    detail: `${name} ${becomes} in this run, and these filters name it, so they will find nothing by it: ${listed(users, SHOWN)}. Change the filters as well, or keep the name.`,
    address: resource.address,
    ...whereOf(resource, draft),
  };
}

/** What is pruned stands in no file any more. */
function whereOf(resource: Planned["resource"], draft: Draft): Pick<Diagnostic, "pointer" | "source"> {
  const source = draft.action === "delete" ? undefined : resource.at("/name");
  return source === undefined ? {} : { pointer: "/name", source };
}
