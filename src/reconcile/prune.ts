/**
 * Owned objects that no entry means any more. Those whose manifest is part of this run are to be deleted;
 * everything else is left alone, with a warning, since bad or partial input must never delete.
 */
import { findKind } from "../kinds/index.ts";
import type { Diagnostic, InventoryEntry, Manifest, Resource, Scope } from "../model.ts";
import type { LiveObjects, Match } from "./match.ts";
import { kindOf, nameOf, type Ownership } from "./ownership.ts";

export interface Pruned {
  /** As if each stood in the manifest with `state: absent`. */
  readonly matches: readonly Match[];
  readonly diagnostics: readonly Diagnostic[];
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
  return {
    matches: mentioned.filter((entry) => !elsewhere.includes(entry)).map((entry) => absent(entry, objects)),
    diagnostics: [...warnUnmentioned(unmentioned), ...warnElsewhere(elsewhere)],
  };
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
function absent(entry: InventoryEntry, objects: LiveObjects): Match {
  const kind = kindOf(entry.address);
  const name = nameOf(entry.address);
  const live = (objects.get(kind) ?? []).find((o) =>
    entry.id === null ? o.name === name : o.id === entry.id,
  );
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
  return live === undefined ? { resource } : { resource, live };
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

function warnElsewhere(entries: readonly InventoryEntry[]): readonly Diagnostic[] {
  return [...new Set(entries.map(({ file }) => file))].sort().map((file) => {
    const addresses = entries.filter((entry) => entry.file === file).map(({ address }) => address);
    const shown =
      addresses.slice(0, 5).join(", ") + (addresses.length > 5 ? `, and ${addresses.length - 5} more` : "");
    return {
      severity: "warning",
      code: "declared-elsewhere",
      summary: "Owned objects whose manifest is not part of this run",
      detail: `${shown} came from ${file}, which this run does not read. They are left alone. To prune what was removed from it, include it in the paths.`,
    };
  });
}
