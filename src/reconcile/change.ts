/** What becomes of one entry: its action, differences and operations. Pure. */
import { kindNamed } from "../kinds/index.ts";
import type { Cause, InventoryEntry, LiveTarget, RelationChange, Resource } from "../model.ts";
import {
  compareRelation,
  createdFields,
  declaredParts,
  type LiveLink,
  type RelationDifference,
  relationChange,
  topField,
} from "./compare.ts";
import {
  base,
  type Circumstances,
  type Draft,
  explainedRelation,
  type LiveSubject,
  newLinks,
  type PreparedEntry,
  recordOf,
  type Subject,
} from "./draft.ts";
import {
  assignOperations,
  createOperation,
  deleteOperation,
  patchOperation,
  placeholder,
} from "./operations.ts";
import { causeOf, combineCauses, nameOf, successorAddress } from "./ownership.ts";
import { draftReplace, endReplaced } from "./replace.ts";
import { isPending } from "./resolve.ts";
import { linkKey, mustReplace } from "./snapshot.ts";

/** The change that this entry needs; undefined when there is nothing to do. */
export function draftChange(entry: PreparedEntry, circumstances: Circumstances): Draft | undefined {
  const { resource, live } = entry;
  const kind = kindNamed(resource.kind);
  const subject: Subject = { ...entry, kind, record: recordOf(circumstances.ownership, resource, live) };
  const absent = resource.lifecycle.state === "absent";
  if (!isLive(subject)) return absent ? undefined : draftCreate(subject, circumstances);
  if (absent) return draftEnd(subject, circumstances);
  return mustReplace(kind, resource, subject.live)
    ? draftReplace(subject, circumstances)
    : draftUpdate(subject, circumstances);
}

function isLive(subject: Subject): subject is LiveSubject {
  return subject.live !== undefined;
}

/** A delete; an adopted built-in goes back to how it was found: nobody's. */
function draftEnd(subject: LiveSubject, circumstances: Circumstances): Draft {
  const { kind, resource, live, record, successor } = subject;
  const { ownership } = circumstances;
  const common = {
    ...base(resource),
    id: live.id,
    ...(live.name === resource.name ? {} : { previousName: live.name }),
    cause: ownership.kept ? ("manifest" as const) : null,
    fields: [],
    relations: [],
  };
  if (live.builtIn && record !== undefined) return { ...common, action: "release", operations: [] };
  return successor === undefined
    ? { ...common, action: "delete", operations: [deleteOperation(kind, live.id)] }
    : { ...common, action: "delete", ...endReplaced(subject, successor, circumstances) };
}

function draftCreate(subject: Subject, circumstances: Circumstances): Draft {
  const { kind, resource, relations } = subject;
  const create = createOperation(kind, resource);
  const differences = newLinks(relations);
  const cause = whyMissing(subject, circumstances);
  return {
    ...base(resource),
    action: "create",
    id: null,
    cause,
    fields: createdFields(resource, create.body ?? {}, kind.nameField, cause),
    relations: differences.map((difference) => relationChange(difference, cause)),
    operations: [create, ...assignOperations(kind, placeholder(resource.address), differences)],
  };
}

/** An object that was applied and is gone was deleted on the appliance; the manifest may have changed since, too. */
function whyMissing({ kind, resource, record }: Subject, { ownership }: Circumstances): Cause {
  if (!ownership.kept) return null;
  if (record === undefined || record.id === null) return "manifest";
  const parts = declaredParts(kind, resource, {});
  const same = parts.every(({ part, declared }) => {
    const recorded = record.fields[part];
    return recorded !== undefined && causeOf(ownership, recorded, declared, declared) === "manifest";
  });
  return same ? "drift" : "conflict";
}

function draftUpdate(subject: LiveSubject, circumstances: Circumstances): Draft | undefined {
  const { kind, resource, live, record, fields } = subject;
  const links = linkChanges(subject, circumstances);
  const differences = links.map(({ difference }) => difference);
  const patch = patchOperation(kind, resource, live, [...new Set(fields.map(topField))]);
  const adopts = circumstances.ownership.kept && record === undefined;
  const released = record === undefined ? [] : releasedParts(resource, record);
  const changes = patch !== undefined || differences.length > 0;
  if (!changes && !adopts && released.length === 0) return undefined;
  const renamed = live.name !== resource.name;
  const shown = links.map(({ change }) => change);
  const causes = [...fields, ...shown].map(({ cause }) => cause);
  return {
    ...base(resource),
    action: renamed ? "rename" : adopts ? "adopt" : changes ? "update" : "release",
    id: live.id,
    cause: combineCauses([...(renamed ? [whyRenamed(subject, circumstances)] : []), ...causes]),
    ...(renamed ? { previousName: live.name } : {}),
    ...(adopts ? { adopts } : {}),
    ...(released.length === 0 ? {} : { released }),
    fields,
    relations: shown,
    operations: [...(patch === undefined ? [] : [patch]), ...assignOperations(kind, live.id, differences)],
  };
}

interface LinkChange {
  readonly difference: RelationDifference;
  readonly change: RelationChange;
}

function linkChanges(
  { kind, resource, live, relations, record }: LiveSubject,
  circumstances: Circumstances,
): readonly LinkChange[] {
  return Object.entries(relations).flatMap(([name, wanted]): LinkChange[] => {
    if (resource.lifecycle.ignoreChanges.includes(name)) return [];
    const linked = (circumstances.snapshot.links.get(linkKey(kind.kind, live.id, name)) ?? []).map((link) =>
      liveLink(kind.relations[name]?.to ?? "", link, circumstances),
    );
    const difference = compareRelation(name, wanted, linked);
    if (difference === undefined) return [];
    return [{ difference, change: explainedRelation(circumstances, record, difference, linked, wanted) }];
  });
}

/** A link to what the run replaces is on the successor by the time that this change comes. */
function liveLink(to: string, link: LiveTarget, { entryOf }: Circumstances): LiveLink {
  const entry = entryOf(to, link.id);
  if (entry === undefined || entry.resource.lifecycle.state === "absent" || !isPending(entry)) return link;
  return { ...link, successor: entry.resource.address };
}

/** The name was given on the appliance where the object was applied under the declared one. */
function whyRenamed({ resource, live, record }: LiveSubject, { ownership }: Circumstances): Cause {
  if (!ownership.kept) return null;
  if (record === undefined) return "manifest";
  if (record.address === resource.address) return "drift";
  const applied = nameOf(successorAddress(record) ?? record.address);
  return applied === live.name ? "manifest" : "conflict";
}

/** What was applied and is declared no more: fields, keys of fields, relations. */
function releasedParts(resource: Resource, record: InventoryEntry): readonly string[] {
  const declares = (part: string): boolean => {
    const [name = "", key] = part.split("/");
    const value = resource.fields[name];
    if (value === undefined || key === undefined) return value !== undefined;
    return typeof value === "object" && value !== null && Object.hasOwn(value, key);
  };
  return [
    ...Object.keys(record.fields).filter((part) => !declares(part)),
    ...Object.keys(record.relations).filter((name) => resource.relations[name] === undefined),
  ].sort();
}
