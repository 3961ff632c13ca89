/**
 * Sealed changes against a plan made just now: what is no longer the same, object by object, in words.
 * A change must be the same in every respect but why it is there. Pure.
 */
import { equal, overlap } from "../json.ts";
import {
  type Address,
  type Change,
  type Diagnostic,
  type FieldChange,
  type Json,
  type Plan,
  type Pointer,
  type RelationChange,
  SENSITIVE,
} from "../model.ts";
import { bareOperations, essence } from "./digest.ts";
import { nameOf } from "./ownership.ts";
import { type PreImages, preImages } from "./pre-image.ts";
import { listed } from "./problem.ts";
import type { PlannedRun } from "./run.ts";

export interface Staleness {
  /** One per object whose change is not the sealed one any more. */
  readonly stale: readonly Diagnostic[];
  /** Nothing is left to do of it: it was applied, or everything became as it wants in another way. */
  readonly done: boolean;
}

/** Compares a sealed plan, and what its objects were, with a run that was planned just now. */
export function staleness({ changes, digest }: Plan, images: PreImages, now: PlannedRun): Staleness {
  const fresh = new Map(now.plan.changes.map((change) => [change.address, change]));
  const fault = new Map(
    now.plan.diagnostics
      .filter(({ severity }) => severity === "error")
      .map((diagnostic) => [diagnostic.address, diagnostic]),
  );
  const touched = now.plan.changes.filter(({ address }) => images[address] !== undefined);
  const live = preImages(touched, now.planned, now.snapshot, digest);
  const stale = changes.flatMap((change): Diagnostic[] => {
    const { address } = change;
    const error = fault.get(address);
    const found =
      error === undefined
        ? differences(change, fresh.get(address), changedParts(images[address], live[address]))
        : [`it cannot be planned any more: ${error.detail}`];
    return found.length === 0 ? [] : [staleChange(change, found)];
  });
  const done = changes.every(({ address }) => !fresh.has(address) && !fault.has(address));
  return { stale: done ? [] : stale, done };
}

function staleChange({ address, action, id, source }: Change, found: readonly string[]): Diagnostic {
  const lines = found.map((line) => `- ${line}`).join("\n");
  const object = id === null ? address : `${address} (id ${id})`;
  return {
    severity: "error",
    code: "stale-plan",
    summary: "The object is not as it was when the plan was made",
    detail: `The plan was to ${action} ${object}. Since then:\n${lines}\nMake the plan anew and have it reviewed.`,
    address,
    ...(source === undefined ? {} : { source }),
  };
}

type Image = Readonly<Record<Pointer, string>>;

/** The parts that were something else when the plan was made. */
function changedParts(before: Image = {}, now: Image = {}): readonly Pointer[] {
  return Object.keys(before).filter((at) => now[at] !== undefined && now[at] !== before[at]);
}

function differences(
  sealed: Change,
  now: Change | undefined,
  changed: readonly Pointer[],
): readonly string[] {
  if (now === undefined) return [nothingLeft(sealed)];
  const told = identityDifferences(sealed, now);
  // What else differs follows from another action.
  if (sealed.action !== now.action && (isWhole(sealed) || isWhole(now))) return told;
  const parts = [
    ...told,
    ...fieldDifferences(sealed.fields, now.fields),
    ...relationDifferences(sealed.relations, now.relations),
    ...listDifferences("links that move to the successor", movedOf(sealed), movedOf(now)),
    ...listDifferences("members that are dropped", sealed.dropped?.members, now.dropped?.members),
    ...listDifferences("fields that are released", sealed.released, now.released),
    ...hiddenDifferences(sealed, now, changed),
  ];
  if (parts.length > 0 || equal(essence(sealed), essence(now))) return parts;
  return requestDifferences(sealed, now);
}

/** Whether the change begins or ends an object. */
function isWhole({ action }: Change): boolean {
  return action === "create" || action === "replace" || action === "delete";
}

/** Parts that no line is about, as of an object that is to be deleted, or of which both values are masked. */
function hiddenDifferences(sealed: Change, now: Change, changed: readonly Pointer[]): readonly string[] {
  const shown = [
    ...differingFields(sealed.fields, now.fields),
    ...[...sealed.relations, ...now.relations].map(({ relation }) => `/${relation}`),
  ];
  return changed
    .filter((at) => !shown.some((other) => overlap(at, other)))
    .map((at) => `${fieldName(at)} has another value than when the plan was made`);
}

function nothingLeft({ action }: Change): string {
  return action === "delete"
    ? "it is gone already"
    : "it is as the plan wants it already, so nothing is left to do";
}

function identityDifferences(sealed: Change, now: Change): readonly string[] {
  const [then, today] = [liveName(sealed), liveName(now)];
  return [
    ...(sealed.action === now.action ? [] : [actionDifference(sealed, now)]),
    ...(sealed.id === null || now.id === null || sealed.id === now.id
      ? []
      : [`its id was ${sealed.id} when the plan was made, is ${now.id} now`]),
    ...(then === today || now.id === null
      ? []
      : [`its name was ${show(then)} when the plan was made, is ${show(today)} now`]),
    ...(sealed.action !== now.action || sealed.adopts === now.adopts
      ? []
      : [now.adopts === true ? "it is in no inventory any more" : "it is in the inventory already"]),
  ];
}

function actionDifference(sealed: Change, now: Change): string {
  if (now.id === null) return `it is gone, so that a plan would ${now.action} it now`;
  return sealed.id === null
    ? `it exists (id ${now.id}), so that a plan would ${now.action} it now`
    : `a plan would ${now.action} it now`;
}

function liveName({ previousName, address }: Change): string {
  return previousName ?? nameOf(address);
}

function fieldAt(list: readonly FieldChange[], at: Pointer): FieldChange | undefined {
  return list.find(({ pointer }) => pointer === at);
}

function pointersOf(sealed: readonly FieldChange[], now: readonly FieldChange[]): readonly Pointer[] {
  return [...new Set([...sealed, ...now].map(({ pointer }) => pointer))];
}

/** Where the two plans do not say the same. */
function differingFields(sealed: readonly FieldChange[], now: readonly FieldChange[]): readonly Pointer[] {
  return pointersOf(sealed, now).filter((at) => {
    const [was, is] = [fieldAt(sealed, at), fieldAt(now, at)];
    return was === undefined || is === undefined || !isSame(was, is);
  });
}

function fieldDifferences(sealed: readonly FieldChange[], now: readonly FieldChange[]): readonly string[] {
  const pointers = pointersOf(sealed, now);
  // Where one plan looks deeper than the other, nothing is known of the other side.
  const nested = (at: Pointer): boolean => pointers.some((other) => other !== at && overlap(at, other));
  return differingFields(sealed, now).map((pointer): string => {
    const [was, is] = [fieldAt(sealed, pointer), fieldAt(now, pointer)];
    const sides = nested(pointer)
      ? [before(was), before(is)]
      : [before(was) ?? after(is), before(is) ?? after(was)];
    const [then, today] = sides;
    const wanted = was !== undefined && is !== undefined && after(was) !== after(is);
    const words = [
      ...(then === undefined ? [] : [`was ${then} when the plan was made`]),
      ...(today === undefined ? [] : [`is ${today} now`]),
      ...(wanted ? [`would become ${after(is)} instead of ${after(was)}`] : []),
    ];
    return `${fieldName(pointer)} ${words.join(", ")}`;
  });
}

function isSame(a: FieldChange, b: FieldChange): boolean {
  return equal(a.before, b.before) && equal(a.after, b.after) && a.sensitive === b.sensitive;
}

/** The live value; what is not planned to change is what is declared. */
function before(field: FieldChange | undefined): string | undefined {
  if (field === undefined) return undefined;
  return field.before === SENSITIVE && field.sensitive ? "another value (sensitive)" : show(field.before);
}

function after(field: FieldChange | undefined): string | undefined {
  if (field === undefined) return undefined;
  return field.sensitive ? "as declared (sensitive)" : show(field.after);
}

function relationDifferences(
  sealed: readonly RelationChange[],
  now: readonly RelationChange[],
): readonly string[] {
  const of = (list: readonly RelationChange[], name: string): RelationChange | undefined =>
    list.find(({ relation }) => relation === name);
  return [...new Set([...sealed, ...now].map(({ relation }) => relation))].flatMap((name) => {
    const [was, is] = [of(sealed, name), of(now, name)];
    const labels = { ...was?.labels, ...is?.labels };
    return [
      ...linkDifferences(`${name}: links to add`, was?.assign, is?.assign, labels),
      ...linkDifferences(`${name}: links to remove`, was?.unassign, is?.unassign, labels),
    ];
  });
}

function linkDifferences(
  what: string,
  was: readonly Address[] = [],
  is: readonly Address[] = [],
  labels: Readonly<Record<Address, string>>,
): readonly string[] {
  const named = (list: readonly Address[]): readonly string[] =>
    list.map((address) => (labels[address] === undefined ? address : `${labels[address]} (${address})`));
  return listDifferences(what, named(was), named(is));
}

/** Items in one message before the rest is only counted. */
const SHOWN = 10;

function listDifferences(
  what: string,
  was: readonly string[] = [],
  is: readonly string[] = [],
): readonly string[] {
  const [before, after] = [new Set(was), new Set(is)];
  const gone = was.filter((item) => !after.has(item));
  const fresh = is.filter((item) => !before.has(item));
  const parts = [
    ...(gone.length === 0 ? [] : [`no longer ${listed(gone, SHOWN)}`]),
    ...(fresh.length === 0 ? [] : [`now also ${listed(fresh, SHOWN)}`]),
  ];
  return parts.length === 0 ? [] : [`${what}: ${parts.join("; ")}`];
}

function movedOf({ moved = [] }: Change): readonly string[] {
  return moved.map(({ address, relation }) => `${relation} of ${address}`);
}

/** What is sent along and is no difference by itself, such as options that are not declared. */
function requestDifferences(sealed: Change, now: Change): readonly string[] {
  const [was, is] = [bareOperations(sealed.operations), bareOperations(now.operations)];
  const lines = is.flatMap((operation, i) => {
    const before = was[i];
    const keys = Object.keys({ ...before?.body, ...operation.body });
    const other = keys.filter((key) => !equal(before?.body?.[key], operation.body?.[key]));
    const same = before?.method === operation.method && before.path === operation.path;
    if (same && other.length === 0 && equal(before.secrets, operation.secrets)) return [];
    const what = !same || other.length === 0 ? "" : ` with another value of ${other.join(", ")}`;
    return [`its request would be ${operation.method} ${operation.path}${what}`];
  });
  return lines.length > 0 ? lines : ["its requests would be fewer"];
}

/** As people call a field. */
function fieldName(at: Pointer): string {
  return at.slice(1).replaceAll("/", ".");
}

/** Longer values are cut. */
const LONGEST = 200;

function show(value: Json | undefined): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
