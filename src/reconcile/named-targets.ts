/**
 * What manifests can refer to and not manage, by name: networks and applications. On a console each belongs to
 * the sensor that has it, its node, and several nodes may have one of the same name.
 */
import type { AppliancePort } from "../appliance/port.ts";
import { NODES_PATH, nodeName, type ReferenceTarget, referenceTargets, stableId } from "../kinds/targets.ts";
import { wireId } from "../kinds/wire.ts";
import type { Id, JsonObject, LiveTarget, Reference } from "../model.ts";
import { groupByName } from "./match.ts";

/** A sensor that a console has. */
export interface Node {
  readonly id: Id;
  readonly name: string;
}

export interface NamedTarget extends LiveTarget {
  readonly name: string;
  /** Whose it is, where that had to be told. */
  readonly node?: Node;
}

/** By target kind. */
export type NamedTargets = ReadonlyMap<string, readonly NamedTarget[]>;

/** A target whose node is known by its id only. */
type Listed = NamedTarget & { readonly nodeId?: Id };

/**
 * Lists the targets of the wanted kinds. Where a name is on several nodes, or `byNode` says that references
 * choose among them, the nodes are read as well, and addresses of namesakes name theirs.
 */
export async function readTargets(
  port: AppliancePort,
  wanted: ReadonlySet<string>,
  byNode: () => boolean = () => false,
): Promise<NamedTargets> {
  const lists = referenceTargets
    .filter(({ kind }) => wanted.has(kind))
    .map(async (target): Promise<[string, readonly Listed[]]> => {
      const read = target.paged
        ? port.listPages(target.path, target.query)
        : port.list(target.path, target.query);
      return [target.kind, (await read).map((wire) => listedTarget(target, wire))];
    });
  const listed = await Promise.all(lists);
  const ofNodes = listed.some(([, targets]) => targets.some(({ nodeId }) => nodeId !== undefined));
  const told = ofNodes && (byNode() || listed.some(([, targets]) => onSeveralNodes(targets).size > 0));
  const nodes = told ? await readNodes(port) : undefined;
  return new Map(listed.map(([kind, targets]) => [kind, withNodes(targets, nodes)]));
}

function listedTarget(target: ReferenceTarget, wire: JsonObject): Listed {
  const name = String(wire[target.nameField] ?? "");
  const discoveryId = stableId(wire);
  return {
    id: wireId(wire, target.path),
    address: `${target.kind}/${name}`,
    name,
    ...(discoveryId === undefined ? {} : { discoveryId }),
    ...(typeof wire.node_id === "number" ? { nodeId: String(wire.node_id) } : {}),
  };
}

async function readNodes(port: AppliancePort): Promise<ReadonlyMap<Id, Node>> {
  const nodes = (await port.list(NODES_PATH)).map((wire): Node => {
    const id = wireId(wire, NODES_PATH);
    return { id, name: nodeName(wire) ?? id };
  });
  return new Map(nodes.map((node) => [node.id, node]));
}

/** The names that more than one node has. */
function onSeveralNodes(targets: readonly Listed[]): ReadonlySet<string> {
  const several = [...groupByName(targets)].filter(
    ([, named]) => new Set(named.map(({ nodeId }) => nodeId)).size > 1,
  );
  return new Set(several.map(([name]) => name));
}

function withNodes(
  targets: readonly Listed[],
  nodes: ReadonlyMap<Id, Node> | undefined,
): readonly NamedTarget[] {
  if (nodes === undefined) return targets.map(({ nodeId: _, ...target }) => target);
  const several = onSeveralNodes(targets);
  return targets.map(({ nodeId, ...target }): NamedTarget => {
    if (nodeId === undefined) return target;
    const node = nodes.get(nodeId) ?? { id: nodeId, name: nodeId };
    const address = several.has(target.name) ? `${target.address} (${node.name})` : target.address;
    return { ...target, address, node };
  });
}

/** A reference to a network or an application. */
export type NamedReference = Exclude<Reference, { readonly to: "device" }>;

/** What a reference means: one target, or more where it does not tell them apart. */
export function namedBy(targets: readonly NamedTarget[], reference: NamedReference): readonly NamedTarget[] {
  const meant = targets.filter((target) =>
    reference.to === "name" ? target.name === reference.name : target.discoveryId === reference.discoveryId,
  );
  return onNode(meant, reference.node);
}

/** Those of a node, by its name or else by its id; all where none is said. */
function onNode(targets: readonly NamedTarget[], node: string | undefined): readonly NamedTarget[] {
  if (node === undefined) return targets;
  const named = targets.filter((target) => target.node?.name === node);
  return named.length > 0 ? named : targets.filter((target) => target.node?.id === node);
}
