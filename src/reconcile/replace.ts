/**
 * Replacing what the API cannot change in place: a successor takes over everything, then the old object
 * goes. The successor has a new id.
 */
import { isObject } from "../json.ts";
import type { Cause, FieldChange, Json, JsonObject, LiveTarget } from "../model.ts";
import { masked, relationChange } from "./compare.ts";
import { base, type Circumstances, type Draft, type EntryOf, type LiveSubject, newLinks } from "./draft.ts";
import type { Match } from "./match.ts";
import {
  assignOperations,
  createOperation,
  deleteOperation,
  moveOperations,
  placeholder,
} from "./operations.ts";
import { combineCauses } from "./ownership.ts";
import { isPending } from "./resolve.ts";
import { incomingRelations, linkKey } from "./snapshot.ts";

interface MovedLinks {
  /** What the others call the relation. */
  readonly relation: string;
  readonly reverse: string;
  readonly linked: readonly LiveTarget[];
}

/**
 * The successor first, then its links, then everybody who was linked to the old object, and only then
 * the old object goes: at no moment does an alert watch nothing.
 */
export function draftReplace(subject: LiveSubject, circumstances: Circumstances): Draft {
  const { kind, resource, live, relations, record, fields } = subject;
  const create = createOperation(kind, resource, inheritedFields(subject));
  const differences = newLinks(relations);
  const cause = whyAnother(subject, circumstances);
  const moving = movedLinks(subject, circumstances, remains);
  return {
    ...base(resource),
    action: "replace",
    id: live.id,
    cause: combineCauses([cause, ...fields.map((field) => field.cause)]),
    ...(live.name === resource.name ? {} : { previousName: live.name }),
    ...(circumstances.ownership.kept && record === undefined ? { adopts: true as const } : {}),
    fields: [...variantChange(subject, create.body ?? {}, cause), ...fields],
    ...shownMoves(moving),
    ...droppedMembers(subject, circumstances),
    relations: differences.map((difference) => relationChange(difference, cause)),
    operations: [
      create,
      ...assignOperations(kind, placeholder(resource.address), differences),
      ...moving.flatMap(({ reverse, linked }) =>
        moveOperations(kind, placeholder(resource.address), live.id, reverse, linked),
      ),
      deleteOperation(kind, live.id),
    ],
  };
}

/** The end of an object whose successor an interrupted run has made: links that nobody declares move first. */
export function endReplaced(
  subject: LiveSubject,
  successor: Match,
  circumstances: Circumstances,
): Pick<Draft, "moved" | "operations"> {
  const { kind, live } = subject;
  const moving = movedLinks(subject, circumstances, leavesLink);
  const self = idOrPlaceholder(successor);
  return {
    ...shownMoves(moving),
    operations: [
      ...moving.flatMap(({ reverse, linked }) => moveOperations(kind, self, live.id, reverse, linked)),
      deleteOperation(kind, live.id),
    ],
  };
}

function idOrPlaceholder(match: Match): string {
  return match.live === undefined || isPending(match) ? placeholder(match.resource.address) : match.live.id;
}

function shownMoves(moving: readonly MovedLinks[]): Pick<Draft, "moved"> {
  const moved = moving.flatMap(({ relation, linked }) =>
    linked.map(({ address }) => ({ address, relation })),
  );
  return moved.length === 0 ? {} : { moved };
}

/** Live members that the successor does not list; what the appliance finds by rules are no members to lose. */
function droppedMembers(
  { kind, live, relations }: LiveSubject,
  { snapshot }: Circumstances,
): Pick<Draft, "dropped"> {
  const wanted = new Set(Object.values(relations).flatMap((list) => list.map(({ id }) => id)));
  const members = Object.keys(kind.relations)
    .flatMap((name) => snapshot.links.get(linkKey(kind.kind, live.id, name)) ?? [])
    .filter(({ id }) => !wanted.has(id));
  const labels = members.flatMap(({ address, label }) =>
    label === undefined ? [] : [[address, label] as const],
  );
  return members.length === 0
    ? {}
    : {
        dropped: {
          members: members.map(({ address }) => address).sort(),
          ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
        },
      };
}

/** Where what was applied makes the declared variant, it was the appliance that changed it. */
function whyAnother({ kind, resource, record }: LiveSubject, { ownership }: Circumstances): Cause {
  if (!ownership.kept) return null;
  if (record === undefined) return "manifest";
  const applied = kind.variant?.({
    fields: record.fields as JsonObject,
    relations: Object.keys(record.relations),
  });
  const declared = kind.variant?.({ fields: resource.fields, relations: Object.keys(resource.relations) });
  return applied === declared ? "drift" : "manifest";
}

/** Live values of fields that the manifest does not manage and that do not make the old variant. */
function inheritedFields({ kind, resource, live }: LiveSubject): JsonObject {
  const kept = Object.keys(kind.fields).filter((name) => {
    const value = live.fields[name];
    const blank =
      value === undefined ||
      value === null ||
      value === "" ||
      (isObject(value) && Object.keys(value).length === 0);
    return (
      !blank &&
      resource.fields[name] === undefined &&
      kind.variant?.({ fields: { [name]: value }, relations: [] }) === undefined
    );
  });
  return Object.fromEntries(kept.map((name) => [name, live.fields[name] as Json]));
}

function variantChange(
  { kind, resource, live }: LiveSubject,
  body: JsonObject,
  cause: Cause,
): readonly FieldChange[] {
  return Object.keys(kind.variantFields?.(undefined) ?? {}).map((name) =>
    masked(
      resource,
      { pointer: `/${name}`, before: live.fields[name] ?? null, after: body[name] ?? null },
      cause,
    ),
  );
}

type Moves = (entry: ReturnType<EntryOf>, relation: string) => boolean;

/** Links from others to the old object that are to be on the successor. */
function movedLinks(
  { kind, live }: LiveSubject,
  { snapshot, entryOf }: Circumstances,
  moves: Moves,
): readonly MovedLinks[] {
  return incomingRelations(kind).flatMap(({ from, name, reverse }) => {
    const linked = snapshot.incoming.get(linkKey(kind.kind, live.id, reverse)) ?? [];
    const moved = linked.filter(({ id }) => moves(entryOf(from.kind, id), name));
    return moved.length === 0 ? [] : [{ relation: name, reverse, linked: moved }];
  });
}

/**
 * Whether the object that has the link is there after the run. Also where it is to lose the link: it does so
 * with its own change, which can then give it another at the same moment.
 */
function remains(entry: ReturnType<EntryOf>): boolean {
  return entry?.resource.lifecycle.state !== "absent";
}

/** Whether the run leaves the link as it is, on whatever object. */
function leavesLink(entry: ReturnType<EntryOf>, relation: string): boolean {
  if (entry === undefined) return true;
  const { ignoreChanges } = entry.resource.lifecycle;
  return remains(entry) && (entry.relations[relation] === undefined || ignoreChanges.includes(relation));
}
