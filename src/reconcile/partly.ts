/**
 * What a change has done that failed in its middle, so that the inventory says what is true of it: what of
 * it succeeded counts as applied, and what nobody knows has no record, so that it is never called drift.
 */
import { ApplianceError } from "../errors.ts";
import { record } from "../inventory/record.ts";
import { isArray } from "../json.ts";
import { kindNamed } from "../kinds/index.ts";
import type { Id, InventoryEntry, Json, JsonObject, Operation, Recorded } from "../model.ts";
import type { Planned } from "./draft.ts";
import { recordedLinks } from "./draft.ts";
import { linkKey, type Snapshot } from "./snapshot.ts";

/** Operations as they were sent: with ids in place of names. */
export interface PartlyDone {
  /** Of a bulk assignment that was done in part: that part. */
  readonly done: readonly Operation[];
  /** Nobody knows whether it was done. */
  readonly open?: Operation;
}

const ACTIONS = ["assign", "unassign"] as const;
type Action = (typeof ACTIONS)[number];

/** What an operation that failed has done all the same. */
export function partOf(sent: Operation, error: unknown): PartlyDone {
  if (!(error instanceof ApplianceError)) return { done: [] };
  if (error.unknownOutcome) return { done: [], open: sent };
  if (error.status !== 207) return { done: [] };
  const asked = new Set(
    ACTIONS.flatMap((action) => idsOf(sent.body?.[action]).map((id) => `${action} ${id}`)),
  );
  const failed = new Set(error.failures.map(({ action, id }) => `${action} ${id}`));
  // A 207 that does not say what of it failed leaves open what was done.
  if (failed.size === 0 || ![...failed].every((one) => asked.has(one))) return { done: [], open: sent };
  const succeeded = (action: Action): Json =>
    idsOf(sent.body?.[action])
      .filter((id) => !failed.has(`${action} ${id}`))
      .map(String);
  return { done: [{ ...sent, body: { assign: succeeded("assign"), unassign: succeeded("unassign") } }] };
}

function idsOf(list: Json | undefined): readonly Id[] {
  return isArray(list) ? list.map(String) : [];
}

/** What is told of an object that was changed in part. */
export interface PartlyRecorded {
  /** As the inventory has it before, with the object's id. */
  readonly before: InventoryEntry;
  /** As if all had been done. */
  readonly whole: InventoryEntry;
  readonly planned: Planned;
  readonly partly: PartlyDone;
  readonly links: Snapshot["links"];
  readonly salt: string;
}

export function partlyApplied({
  before,
  whole,
  planned,
  partly,
  links,
  salt,
}: PartlyRecorded): InventoryEntry {
  const kind = kindNamed(planned.resource.kind);
  const own = `${kind.path}/${before.id}`;
  const sets = ({ method, path }: Operation): boolean =>
    (method === "PATCH" && path === own) || (method === "POST" && path === kind.path);
  const fields = bodyKeys(partly.done.filter(sets));
  const openFields = bodyKeys([partly.open ?? []].flat().filter(sets));
  const created = partly.done.some(({ method, path }) => method === "POST" && path === kind.path);
  const relations = Object.entries(kind.relations).flatMap(([name, { path }]): [string, Recorded][] => {
    const linking = ({ path: at }: Operation): boolean => at === `${own}/${path}`;
    const calls = partly.done.filter(linking);
    const recorded = before.relations[name];
    if (partly.open !== undefined && linking(partly.open)) return [];
    if (calls.length === 0 || whole.relations[name] === undefined)
      return recorded === undefined ? [] : [[name, recorded]];
    const live = created ? [] : (links.get(linkKey(kind.kind, before.id ?? "", name)) ?? []);
    const linked = calls.reduce(applyLinks, new Set(live.map(({ id }) => id)));
    return [[name, record(recordedLinks([...linked].map((id) => ({ id }))), { salt, sensitive: false })]];
  });
  return {
    ...before,
    fields: {
      ...withoutParts(before.fields, openFields),
      ...onlyParts(whole.fields, created ? undefined : fields),
    },
    relations: Object.fromEntries(relations),
  };
}

function applyLinks(linked: ReadonlySet<Id>, { body }: Operation): ReadonlySet<Id> {
  const gone = new Set(idsOf(body?.unassign));
  return new Set([...[...linked].filter((id) => !gone.has(id)), ...idsOf(body?.assign)]);
}

function bodyKeys(operations: readonly Operation[]): ReadonlySet<string> {
  return new Set(operations.flatMap(({ body = {} as JsonObject }) => Object.keys(body)));
}

type Parts = Readonly<Record<string, Recorded>>;

/** A part is a field, or a key of one: `hints/snaplen`. */
function withoutParts(parts: Parts, fields: ReadonlySet<string>): Parts {
  return Object.fromEntries(Object.entries(parts).filter(([part]) => !fields.has(topOf(part))));
}

function onlyParts(parts: Parts, fields: ReadonlySet<string> | undefined): Parts {
  if (fields === undefined) return parts;
  return Object.fromEntries(Object.entries(parts).filter(([part]) => fields.has(topOf(part))));
}

function topOf(part: string): string {
  return part.split("/")[0] ?? part;
}
