/** Rules between the entries of a run: each address once, no reference to what is to be absent. */
import { pointer } from "../json.ts";
import { kindNamed } from "../kinds/index.ts";
import { type Address, type Diagnostic, type Pointer, type Resource, SENSITIVE } from "../model.ts";
import { failure, report } from "./codes.ts";
import { type Entry, entryPlace } from "./context.ts";
import type { EachItem } from "./each.ts";

/** Entries that declare an address again. Entries that cannot be used otherwise count as well. */
export function findDuplicates(entries: readonly Entry[]): readonly Diagnostic[] {
  const first = new Map<Address, Entry>();
  const problems: Diagnostic[] = [];
  for (const entry of entries) {
    const { address } = entry;
    const known = address === undefined ? undefined : first.get(address);
    if (known !== undefined) problems.push(...duplicate(entry, known));
    else if (address !== undefined) first.set(address, entry);
  }
  return problems;
}

function duplicate(entry: Entry, first: Entry): readonly Diagnostic[] {
  const [item, before] = [entry, first].map(({ document, prefix }) => document.itemAt(prefix));
  if (item !== undefined) {
    // A name that could not be filled in is the same for each item, which is told already.
    const named = !entry.document.broken.has(`${entry.prefix}/name`);
    return named ? [duplicateItem(entry, first, item, before)] : [];
  }
  const detail = `${entry.address} is declared in two places, and only one can be meant. Remove one, or give it another name.`;
  const found = report(failure("duplicate-address", detail), {
    address: entry.address,
    pointer: "/name",
    source: entryPlace(entry, "/name"),
    related: [entryPlace(first, "/name")],
  });
  return [found];
}

function duplicateItem(
  entry: Entry,
  first: Entry,
  { number, value, source }: EachItem,
  before: EachItem | undefined,
): Diagnostic {
  const also = before === undefined ? "another entry" : `item ${before.number}`;
  const detail = `Item ${number} of for_each, ${JSON.stringify(value)}, makes ${entry.address}, and ${also} does too; only one can be meant. Remove one, or write \${each} into the name.`;
  return report(failure("duplicate-address", detail), {
    address: entry.address,
    pointer: "/name",
    source,
    related: [before?.source ?? entryPlace(first, "/name"), entryPlace(entry, "/name")],
  });
}

/** References to resources that the same manifest wants absent. */
export function findAbsentReferences(resources: readonly Resource[]): readonly Diagnostic[] {
  const absent = new Map(resources.filter((r) => r.lifecycle.state === "absent").map((r) => [r.address, r]));
  if (absent.size === 0) return [];
  return resources.flatMap((resource) =>
    namedAddresses(resource).flatMap(({ address, at }) => {
      const target = absent.get(address);
      return target === undefined ? [] : [refersToAbsent(resource, at, target)];
    }),
  );
}

function namedAddresses(resource: Resource): readonly { readonly address: Address; readonly at: Pointer }[] {
  const kind = kindNamed(resource.kind);
  const related = Object.entries(resource.relations).flatMap(([name, references]) =>
    references.flatMap((r) =>
      r.to === "name" ? [{ address: `${kind.relations[name]?.to}/${r.name}`, at: r.pointer }] : [],
    ),
  );
  const named = kind.references?.(resource.fields) ?? [];
  return [...related, ...named.map((r) => ({ address: `${r.kind}/${r.name}`, at: r.pointer }))];
}

function refersToAbsent(resource: Resource, at: Pointer, target: Resource): Diagnostic {
  const sensitive = Object.keys(resource.secrets).some(
    (secret) => secret === at || secret.startsWith(`${at}/`),
  );
  const named = sensitive ? `a resource ${SENSITIVE}` : target.address;
  const detail = `${named} is declared with \`state: absent\`, so it cannot be used here. Remove the reference, or the state.`;
  return report(failure("refers-to-absent", detail), {
    address: resource.address,
    pointer: at,
    source: resource.at(at),
    related: sensitive ? [] : [target.at("/lifecycle/state")],
  });
}

/** Former names that are declared as resources of their own. */
export function findFormerNames(resources: readonly Resource[]): readonly Diagnostic[] {
  const present = new Map(
    resources.filter((r) => r.lifecycle.state === "present").map((r) => [r.address, r]),
  );
  return resources.flatMap((resource) =>
    resource.lifecycle.renamedFrom.flatMap((former, i) => {
      const other = present.get(`${resource.kind}/${former}`);
      return other === undefined ? [] : [bothNames(resource, i, other)];
    }),
  );
}

function bothNames(resource: Resource, index: number, other: Resource): Diagnostic {
  const at = pointer("lifecycle", "renamed_from", index);
  const detail = `${other.address} is declared as well, so it cannot be the former name of ${resource.address}. Remove it, or this line of renamed_from. To pass names on or to exchange them, say by id which object each is to be, lifecycle: {id: …}; hopsync inventory show lists the ids.`;
  return report(failure("both-names-declared", detail), {
    address: resource.address,
    pointer: at,
    source: resource.at(at),
    related: [other.at("/name")],
  });
}
