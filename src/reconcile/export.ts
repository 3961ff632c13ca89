/**
 * Live → manifest entries: the lists of the wanted kinds, what their relations point at, and every link
 * of what is exported. A plan of the entries is empty; whatever cannot be said so is left out, with a
 * warning.
 */
import type { AppliancePort } from "../appliance/port.ts";
import { kinds } from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";
import type { Diagnostic, ExportedEntry, Id, LiveObject, Target } from "../model.ts";
import { type Chosen, exportEntry, isManageable } from "./export-entry.ts";
import { type Named, referenceWriter } from "./export-references.ts";
import { groupByName, type LiveObjects } from "./match.ts";
import { readTargets } from "./named-targets.ts";
import { type LinkRead, readLinks, readObjects } from "./snapshot.ts";

export interface ExportOptions {
  /** Names of kinds; all where absent. */
  readonly kinds?: readonly string[];
  /** Also the objects that ship with the appliance, of kinds whose built-ins can be declared. */
  readonly builtIns?: boolean;
  /** Given the lists, says which objects are no affair of this export. They may still be referred to. */
  readonly leaveOut?: (objects: LiveObjects) => (kind: string, id: Id) => boolean;
}

export interface LiveExport {
  readonly target: Target;
  /** By kind, then by name. */
  readonly entries: readonly ExportedEntry[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads an appliance as manifest entries. Sends no request that writes. */
export async function exportLive(port: AppliancePort, options: ExportOptions = {}): Promise<LiveExport> {
  const target = await port.target();
  const wanted = kinds.filter(({ kind }) => options.kinds?.includes(kind) ?? true);
  const own = await readObjects(port, target, new Set(wanted.map(({ kind }) => kind)));
  const isLeftOut = options.leaveOut?.(own) ?? (() => false);
  const choices = wanted.map((kind) => choose(kind, own.get(kind.kind) ?? [], options, isLeftOut));
  const chosen = choices.flatMap((choice) => choice.chosen);
  const reads = linkReads(chosen);
  const referred = new Set(reads.map(({ relation }) => relation.to));
  const [others, targets] = await Promise.all([
    readObjects(port, target, new Set([...referred].filter((kind) => !own.has(kind)))),
    readTargets(port, referred),
  ]);
  const objects: LiveObjects = new Map([...own, ...others]);
  const links = await readLinks(port, reads, objects, targets);
  const named = new Map<string, readonly Named[]>([...objects, ...targets]);
  const write = referenceWriter(chosen, named);
  const exported = chosen.map((object) => exportEntry(object, links, write, target.firmware));
  return {
    target,
    entries: exported.map(({ entry }) => entry),
    diagnostics: [
      ...choices.flatMap(({ diagnostics }) => diagnostics),
      ...exported.flatMap(({ diagnostics }) => diagnostics),
    ],
  };
}

interface Choice {
  readonly chosen: readonly Chosen[];
  readonly diagnostics: readonly Diagnostic[];
}

/** One object of each name. What else carries the name counts, exported or not: a plan would meet it. */
function choose(
  kind: Kind,
  live: readonly LiveObject[],
  { builtIns = false }: ExportOptions,
  isLeftOut: (kind: string, id: Id) => boolean,
): Choice {
  const declarable = kind.builtInDeclarable ? live : live.filter(({ builtIn }) => !builtIn);
  const choices = [...groupByName(declarable)].map(([name, named]): Choice => {
    const candidates = named
      .filter((object) => (builtIns || !object.builtIn) && !isLeftOut(kind.kind, object.id))
      .toSorted((a, b) => Number(a.id) - Number(b.id));
    const [first, ...rest] = candidates;
    if (first === undefined) return { chosen: [], diagnostics: [] };
    const pinned = named.length > 1;
    const ids = named.filter(({ id }) => id !== first.id).map(({ id }) => id);
    return {
      chosen: [{ kind, live: first, pinned }],
      diagnostics: pinned ? [ambiguousName(kind, name, first.id, ids, rest.length)] : [],
    };
  });
  return {
    chosen: choices
      .flatMap((choice) => choice.chosen)
      .toSorted((a, b) => (a.live.name < b.live.name ? -1 : 1)),
    diagnostics: choices.flatMap(({ diagnostics }) => diagnostics),
  };
}

function ambiguousName(kind: Kind, name: string, id: Id, others: readonly Id[], lost: number): Diagnostic {
  const left = lost === 0 ? "" : ` The other${lost === 1 ? " is" : "s are"} left out.`;
  return {
    severity: "warning",
    code: "ambiguous-name",
    summary: "Several live objects have this name",
    detail: `${JSON.stringify(name)} is the name of ids ${[id, ...others].join(", ")} of ${kind.path}. The entry means id ${id} and holds for this appliance only.${left} Rename one on the appliance and export again.`,
    address: `${kind.kind}/${name}`,
  };
}

/** Every relation that objects of a kind can have, each in full. */
function linkReads(chosen: readonly Chosen[]): readonly LinkRead[] {
  return kinds.flatMap((kind) =>
    Object.entries(kind.relations).flatMap(([name, relation]): LinkRead[] => {
      const objects = chosen
        .filter((object) => object.kind === kind && isManageable(kind, object.live, { relation: name }))
        .map(({ live }) => live);
      return objects.length === 0 ? [] : [{ kind, name, relation, objects }];
    }),
  );
}
