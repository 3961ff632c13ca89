/** What relations point at: names and selectors of the manifest → objects of the snapshot. */
import { didYouMean } from "../diagnostics.ts";
import { findKind, kindNamed } from "../kinds/index.ts";
import { DEVICE, referenceTargets, selectorLack } from "../kinds/targets.ts";
import type { Address, Diagnostic, Id, Manifest, Pointer, Reference, Resource, Target } from "../model.ts";
import { selectorKey } from "./device-selectors.ts";
import { groupByName, type Match } from "./match.ts";
import { type NamedReference, type NamedTarget, namedBy } from "./named-targets.ts";
import { listed, notOnFirmware, problem } from "./problem.ts";
import { isSensitive } from "./secrets.ts";
import { mustReplace, type State } from "./snapshot.ts";

/** One end of a link that the manifest wants. */
export interface Resolved {
  readonly address: Address;
  /** The live id; null for an object that this run creates. */
  readonly id: Id | null;
  /** The object is created or replaced in this run: operations name it by address. */
  readonly pending: boolean;
  readonly label?: string;
}

export type ResolvedRelations = Readonly<Record<string, readonly Resolved[]>>;

/** The relations of one entry; what cannot be resolved is an error at its own place. */
export interface Resolution {
  readonly relations: ResolvedRelations;
  readonly diagnostics: readonly Diagnostic[];
}

type Answer = { readonly targets: readonly Resolved[] } | { readonly problem: Diagnostic };

/** Resolves every relation of an entry, given what all entries mean. */
export function createResolver(
  manifest: Manifest,
  matches: readonly Match[],
  state: State,
): (resource: Resource) => Resolution {
  const resolve = createReferenceResolver(manifest, matches, state);
  return (resource) => {
    const diagnostics: Diagnostic[] = [];
    const relations = Object.entries(resource.relations).map(([name, references]) => {
      const answers = references.map((reference) => resolve(resource, name, reference));
      diagnostics.push(...answers.flatMap((a) => ("problem" in a ? [a.problem] : [])));
      return [name, unique(answers.flatMap((a) => ("targets" in a ? a.targets : [])))] as const;
    });
    return { relations: Object.fromEntries(relations), diagnostics };
  };
}

/** Several selectors may find one device: it is one link. */
function unique(targets: readonly Resolved[]): readonly Resolved[] {
  return [...new Map(targets.map((target) => [target.id ?? target.address, target])).values()];
}

type ReferenceResolver = (resource: Resource, relation: string, reference: Reference) => Answer;

function createReferenceResolver(
  manifest: Manifest,
  matches: readonly Match[],
  state: State,
): ReferenceResolver {
  const names = createNameResolver(manifest, matches, state);
  return (resource, relation, reference) => {
    if (reference.to === "device") return resolveDevice(resource, reference, state);
    const to = kindNamed(resource.kind).relations[relation]?.to ?? relation;
    return findKind(to) !== undefined && reference.to === "name"
      ? names(resource, to, reference.name, reference.pointer)
      : resolveTarget(resource, to, reference, state);
  };
}

function unresolved(...args: Parameters<typeof problem>): { readonly problem: Diagnostic } {
  return { problem: problem(...args) };
}

// ---------------------------------------------------------------- names

type NameResolver = (resource: Resource, to: string, name: string, pointer: Pointer) => Answer;

function createNameResolver(manifest: Manifest, matches: readonly Match[], { objects }: State): NameResolver {
  const declared = new Map(matches.map((match) => [match.resource.address, match]));
  const addresses = new Set(manifest.resources.map((resource) => resource.address));
  const claimed = new Map(matches.map(({ resource, live }) => [`${resource.kind} ${live?.id}`, resource]));
  const live = new Map<string, ByName>([...objects].map(([k, list]) => [k, byName(list)]));
  return (resource, to, name, pointer) => {
    const own = declared.get(`${to}/${name}`);
    if (own !== undefined) return { targets: [fromMatch(own)] };
    if (addresses.has(`${to}/${name}`)) return { targets: [] }; // has an error of its own
    const named = live.get(to)?.get(name) ?? [];
    const [object, second] = named;
    if (object === undefined) {
      return noSuchObject(resource, to, name, pointer, [
        ...namesOf(manifest, to),
        ...(live.get(to)?.keys() ?? []),
      ]);
    }
    if (second !== undefined) return ambiguousReference(resource, to, name, pointer, named);
    const owner = claimed.get(`${to} ${object.id}`);
    if (owner !== undefined) return renamedReference(resource, name, pointer, owner);
    return { targets: [{ address: `${to}/${name}`, id: object.id, pending: false }] };
  };
}

type Named = { readonly id: Id; readonly name: string; readonly builtIn?: boolean };
type ByName = ReadonlyMap<string, readonly Named[]>;

function byName(list: readonly Named[]): ByName {
  return groupByName(list);
}

function fromMatch(match: Match): Resolved {
  return { address: match.resource.address, id: match.live?.id ?? null, pending: isPending(match) };
}

/** Whether the run creates the object that the entry will have. */
export function isPending({ resource, live }: Match): boolean {
  return live === undefined || mustReplace(kindNamed(resource.kind), resource, live);
}

function namesOf(manifest: Manifest, kind: string): readonly string[] {
  return manifest.resources.filter((r) => r.kind === kind).map((r) => r.name);
}

function nounOf(kind: string): string {
  return findKind(kind)?.noun ?? referenceTargets.find((target) => target.kind === kind)?.noun ?? kind;
}

function noSuchObject(
  resource: Resource,
  to: string,
  name: string,
  pointer: Pointer,
  candidates: readonly string[],
): Answer {
  const section = findKind(to)?.section;
  return unresolved(resource, pointer, {
    code: "no-such-object",
    summary: "The name refers to nothing",
    detail: `Neither the manifest nor the appliance has ${nounOf(to)} called ${JSON.stringify(name)}.${didYouMean(
      name,
      candidates,
    )}${section === undefined ? "" : ` Declare it under ${section}, or correct the name.`}`,
  });
}

function ambiguousReference(
  resource: Resource,
  to: string,
  name: string,
  pointer: Pointer,
  named: readonly Named[],
): Answer {
  const section = findKind(to)?.section;
  const own = named.find(({ builtIn }) => builtIn !== true);
  const remedy =
    section === undefined || own === undefined
      ? "Give them different names on the appliance, or refer to one by {discovery_id: …} where the kind has it."
      : `Rename one on the appliance, or declare the one that is meant under ${section} with lifecycle: {id: ${own.id}}.`;
  return unresolved(resource, pointer, {
    code: "ambiguous-reference",
    summary: "The name refers to several objects",
    detail: `${JSON.stringify(name)} is the name of ids ${named.map(({ id }) => id).join(", ")}. ${remedy}`,
  });
}

function renamedReference(
  resource: Resource,
  name: string,
  pointer: Pointer,
  owner: Resource,
): { readonly problem: Diagnostic } {
  return unresolved(resource, pointer, {
    code: "refers-to-former-name",
    summary: "The name is about to change",
    detail: `${JSON.stringify(name)} becomes ${JSON.stringify(owner.name)} in this run. Refer to it by the new name.`,
  });
}

// ---------------------------------------------------------------- networks and applications

function resolveTarget(
  resource: Resource,
  to: string,
  reference: NamedReference,
  { target, targets }: State,
): Answer {
  const listed = targets.get(to) ?? [];
  const [found, second] = namedBy(listed, reference);
  if (found === undefined) return noSuchTarget(resource, to, reference, target, listed);
  if (second !== undefined) return ambiguousTarget(resource, reference, namedBy(listed, reference));
  return { targets: [{ address: found.address, id: found.id, pending: false }] };
}

function noSuchTarget(
  resource: Resource,
  to: string,
  reference: NamedReference,
  { host }: Target,
  listed: readonly NamedTarget[],
): Answer {
  const { node, ...elsewhere } = reference;
  const others = node === undefined ? [] : namedBy(listed, elsewhere);
  if (others.length > 0) return notOnNode(resource, reference, host, others);
  if (reference.to === "name") {
    const names = listed.map(({ name }) => name);
    return noSuchObject(resource, to, reference.name, reference.pointer, names);
  }
  return unresolved(resource, reference.pointer, {
    code: "no-such-object",
    summary: "The name refers to nothing",
    detail: `The appliance has no ${to} with the discovery_id ${JSON.stringify(reference.discoveryId)}. It stands on the ${to}'s page in the appliance.`,
  });
}

/** It exists, and not there. */
function notOnNode(
  resource: Resource,
  { node = "", pointer }: NamedReference,
  host: string,
  others: readonly NamedTarget[],
): Answer {
  const nodes = others.flatMap((other) => other.node?.name ?? []);
  const detail =
    nodes.length === 0
      ? `${host} is no console, so what it has is on no node. Remove node for this target.`
      : `No node ${JSON.stringify(node)} has it; ${nodes.map((name) => JSON.stringify(name)).join(" and ")} ${nodes.length === 1 ? "has" : "have"}.${didYouMean(node, nodes)} Write one of these, or its id.`;
  return unresolved(resource, pointer, {
    code: "no-such-node",
    summary: "The node does not have what is named",
    detail,
  });
}

/** On several nodes, or several on one. */
function ambiguousTarget(
  resource: Resource,
  reference: NamedReference,
  found: readonly NamedTarget[],
): Answer {
  const { pointer } = reference;
  const written =
    reference.to === "name" ? { name: reference.name } : { discovery_id: reference.discoveryId };
  const nodes = [...new Set(found.flatMap(({ node }) => node?.name ?? []))];
  if (nodes.length < found.length) {
    return ambiguousReference(resource, "", Object.values(written).join(""), pointer, found);
  }
  const [[key, value] = []] = Object.entries(written);
  const example = `{${key}: ${JSON.stringify(value)}, node: ${JSON.stringify(nodes[0])}}`;
  return unresolved(resource, pointer, {
    code: "ambiguous-reference",
    summary: "The name refers to several objects",
    detail: `${JSON.stringify(value)} is on the nodes ${nodes.map((name) => JSON.stringify(name)).join(" and ")}. Say which one is meant: ${example}.`,
  });
}

// ---------------------------------------------------------------- devices

type DeviceReference = Extract<Reference, { to: "device" }>;

/** Devices shown in a message about too many. */
const SHOWN = 5;

function resolveDevice(resource: Resource, reference: DeviceReference, state: State): Answer {
  const { selector, pointer, optional, all, source } = reference;
  const lack = selectorLack(selector, state.target.firmware);
  if (lack !== undefined) {
    return unresolved(resource, pointer + lack.pointer, notOnFirmware(state.target, lack), source);
  }
  const found = state.devices.get(selectorKey(selector)) ?? [];
  const what = describeSelector(reference);
  if (found.length === 0 && !optional) {
    const text = {
      code: "no-such-device",
      summary: "The selector matches no device",
      detail: `${state.target.host} has never seen a device with ${what}.${
        selector.by === "name" ? didYouMean(selector.value, state.similarNames) : ""
      } Correct the selector, or write it as {…, optional: true} if the device may be missing.`,
    };
    return unresolved(resource, pointer, text, source);
  }
  if (selector.by === "name" && found.length > 1 && !all) {
    const named = found.map(({ label, address }) => `${label} ${address.slice(DEVICE.length + 1)}`);
    const text = {
      code: "ambiguous-device",
      summary: "The name matches several devices",
      detail: `${found.length} devices have ${what}: ${listed(named, SHOWN)}. Select one by {discovery_id: …}, or take them all with {name: …, all: true}.`,
    };
    return unresolved(resource, pointer, text, source);
  }
  return { targets: found.map((device) => ({ ...device, pending: false })) };
}

function describeSelector({ selector }: DeviceReference): string {
  if (selector.by === "filter") return "the properties of this filter";
  if (selector.by === "search") return `${selector.type} ${JSON.stringify(selector.value)}`;
  return `the ${selector.by} ${JSON.stringify(selector.value)}`;
}

/** Tags that filters name and that neither exist nor will: the group would be empty, silently. */
export function checkNamedReferences(
  manifest: Manifest,
  matches: readonly Match[],
  { objects }: State,
): readonly Diagnostic[] {
  const declared = new Set(manifest.resources.map((resource) => resource.address));
  const renamed = new Map(
    matches.flatMap(({ resource, live }) =>
      live === undefined || live.name === resource.name
        ? []
        : [[`${resource.kind}/${live.name}`, resource] as const],
    ),
  );
  return manifest.resources.flatMap((resource) => {
    const references = kindNamed(resource.kind).references?.(resource.fields) ?? [];
    return references.flatMap(({ kind, name, pointer }): Diagnostic[] => {
      // A name from the environment is shown nowhere, not even as missing.
      if (declared.has(`${kind}/${name}`) || isSensitive(resource, pointer)) return [];
      const owner = renamed.get(`${kind}/${name}`);
      if (owner !== undefined) return [renamedReference(resource, name, pointer, owner).problem];
      const live = objects.get(kind) ?? [];
      if (live.some((object) => object.name === name)) return [];
      return [
        {
          severity: "warning",
          code: "names-nothing",
          summary: "The filter names what does not exist",
          detail: `Neither the manifest nor the appliance has ${nounOf(kind)} called ${JSON.stringify(
            name,
          )}, so nothing will match.${didYouMean(name, [...namesOf(manifest, kind), ...live.map((o) => o.name)])}`,
          address: resource.address,
          pointer,
          source: resource.at(pointer),
        },
      ];
    });
  });
}
