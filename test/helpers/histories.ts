/** What the people around hopsync do to an appliance: things of their own, and edits of what hopsync manages. */
import fc from "fast-check";
import type { JsonObject } from "../../src/model.ts";
import {
  type Collection,
  nameKey,
  nameOf,
  RELATIONS,
  type Relation,
  type WireObject,
} from "../../src/sandbox/collections.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { manifestsUpTo } from "./arbitrary.ts";

/** The sections of a manifest and where their objects are on the wire. */
export const MANAGED: readonly (readonly [string, Collection])[] = [
  ["tags", "tags"],
  ["device_groups", "devicegroups"],
  ["email_groups", "emailgroups"],
  ["exclusion_intervals", "exclusionintervals"],
  ["alerts", "alerts"],
  ["triggers", "triggers"],
];

/** `collection/id`. */
export type Key = string;

export function keysOf(box: Sandbox): readonly Key[] {
  return MANAGED.flatMap(([, collection]) =>
    box.appliance.list(collection).map(({ id }) => `${collection}/${id}`),
  );
}

/** Those of them that are there still. */
export function existing(box: Sandbox, keys: readonly Key[]): readonly Key[] {
  const all = new Set(keysOf(box));
  return keys.filter((key) => all.has(key));
}

function objectAt({ appliance }: Sandbox, key: Key): WireObject | undefined {
  const [collection, id] = key.split("/") as [Collection, string];
  return appliance.get(collection, Number(id));
}

/** Every byte of these objects and of the links that are theirs. */
export function stateOf(box: Sandbox, keys: readonly Key[]): Readonly<Record<Key, string>> {
  const linked = (key: Key): readonly unknown[] => {
    const [collection = "", id] = key.split("/");
    const own = RELATIONS.filter((relation) => relation.startsWith(`${collection}/`));
    return own.map((relation) => [relation, box.appliance.linked(relation, Number(id))]);
  };
  return Object.fromEntries(
    keys.map((key) => [key, JSON.stringify([objectAt(box, key) ?? "gone", linked(key)])]),
  );
}

const BYSTANDERS = ["a", "by hand"];

/** What no manifest declares, and as much of a name that some do: that is linked to nothing but a device. */
export function addBystanders({ appliance }: Sandbox): void {
  for (const name of BYSTANDERS) {
    const tag = appliance.add("tags", { name });
    const group = appliance.add("devicegroups", { name, dynamic: false });
    const mail = appliance.add("emailgroups", { group_name: name, email_addresses: ["x@example.com"] });
    const alert = appliance.add("alerts", {
      name,
      type: "threshold",
      stat_name: "extrahop.device.tcp",
      field_name: "rsp",
      operator: ">",
      operand: "1",
    });
    const trigger = appliance.add("triggers", { name, events: ["HTTP_REQUEST"], script: "// by hand" });
    const device = appliance.list("devices")[0]?.id ?? 0;
    appliance.link("tags/devices", tag, device);
    appliance.link("devicegroups/devices", group, device);
    if (name === "a") continue;
    appliance.link("alerts/devicegroups", alert, group);
    appliance.link("alerts/emailgroups", alert, mail);
    appliance.link("triggers/devicegroups", trigger, group);
  }
}

/** One thing that somebody does; the numbers choose among what there is at that moment. */
export interface Edit {
  readonly what: "field" | "rename" | "remove" | "link" | "unlink" | "add";
  readonly object: number;
  readonly value: number;
}

export const arbitraryEdit: fc.Arbitrary<Edit> = fc.record({
  what: fc.constantFrom("field", "field", "rename", "remove", "link", "unlink", "add"),
  object: fc.nat(1000),
  value: fc.nat(1000),
});

/** Values that the appliance's web interface could give, whatever the object is like otherwise. */
const EDITS: Readonly<Record<string, readonly JsonObject[]>> = {
  tags: [],
  devicegroups: [{ description: "by hand" }, { description: "" }],
  emailgroups: [{ email_addresses: ["by-hand@example.com"] }, { system_notifications: true }],
  exclusionintervals: [{ description: "by hand" }, { author: "jdoe" }, { alert_apply_all: true }],
  alerts: [
    { description: "by hand" },
    { severity: 5 },
    { disabled: true },
    { apply_all: true },
    { refire_interval: 600 },
    { cc: ["by-hand@example.com"] },
  ],
  triggers: [
    { description: "by hand" },
    { disabled: true },
    { script: "// by hand" },
    { events: ["DNS_REQUEST"] },
    { debug: true },
    { hints: { snaplen: 7 } },
  ],
};

function at<T>(list: readonly T[], pick: number): T | undefined {
  return list[pick % Math.max(1, list.length)];
}

/** Does it to one of these objects, as jdoe; nothing where there is nothing to do it to. */
export function perform(
  box: Sandbox,
  { what, object, value }: Edit,
  number: number,
  mine: readonly Key[],
): void {
  const { appliance } = box;
  if (what === "add") {
    appliance.add("tags", { name: `added ${number}` }, "jdoe");
    return;
  }
  const key = at(mine, object);
  if (key === undefined) return;
  const [collection, digits] = key.split("/") as [Collection, string];
  const id = Number(digits);
  if (what === "remove") appliance.remove(collection, id, "jdoe");
  else if (what === "rename")
    appliance.edit(collection, id, { [nameKey(collection)]: `renamed ${number}` }, "jdoe");
  else if (what === "field") appliance.edit(collection, id, at(EDITS[collection] ?? [], value) ?? {}, "jdoe");
  else changeLink(box, what, collection, id, value);
}

/** Gives the first two of these that are of one kind each other's name, as jdoe. */
export function exchangeNames(box: Sandbox, keys: readonly Key[]): void {
  const collectionOf = (key: Key | undefined): Collection => key?.split("/")[0] as Collection;
  const first = keys.find((key, i) => collectionOf(key) === collectionOf(keys[i + 1]));
  const second = first === undefined ? undefined : keys[keys.indexOf(first) + 1];
  if (first === undefined || second === undefined) return;
  const collection = collectionOf(first);
  const [one, two] = [first, second].map((key) => Number(key.split("/")[1])) as [number, number];
  const name = (id: number): string => nameOf(collection, box.appliance.get(collection, id) ?? { id });
  const [former, latter] = [name(one), name(two)];
  const steps = [
    [one, "aside"],
    [two, former],
    [one, latter],
  ] as const;
  for (const [id, given] of steps)
    box.appliance.edit(collection, id, { [nameKey(collection)]: given }, "jdoe");
}

function changeLink(
  box: Sandbox,
  what: "link" | "unlink",
  collection: Collection,
  id: number,
  value: number,
): void {
  const { appliance } = box;
  const relation = at(
    RELATIONS.filter((name) => linkable(box, name, collection, id)),
    value,
  );
  if (relation === undefined) return;
  const linked = appliance.linked(relation, id);
  const all = appliance.list(relation.split("/")[1] as Collection).map((other) => other.id);
  const other = at(
    what === "unlink" ? linked : all.filter((candidate) => !linked.includes(candidate)),
    value,
  );
  if (other !== undefined) appliance[what](relation, id, other, "jdoe");
}

/** A dynamic group has no members of its own. */
function linkable({ appliance }: Sandbox, relation: Relation, collection: Collection, id: number): boolean {
  if (!relation.startsWith(`${collection}/`)) return false;
  return collection !== "devicegroups" || appliance.get(collection, id)?.dynamic === false;
}

type Entry = Readonly<Record<string, unknown>>;
const REFERENCES = ["device_groups", "email_groups", "exclusion_intervals"];

/** The manifest under another owner, with its settings, each of its own names with a word before it. */
export function ofOwner(owner: string, manifest: Entry, prefix = "", settings: Entry = {}): Entry {
  const named = (name: unknown): string => `${prefix}${String(name)}`;
  const entry = (value: Entry): Entry => {
    const references = REFERENCES.flatMap((relation) => {
      const names = value[relation];
      return Array.isArray(names) ? [[relation, names.map(named)] as const] : [];
    });
    return { ...value, name: named(value.name), ...Object.fromEntries(references) };
  };
  const sections = MANAGED.map(
    ([section]) => [section, ((manifest[section] ?? []) as Entry[]).map(entry)] as const,
  );
  return { version: 1, owner, ...settings, ...Object.fromEntries(sections) };
}

/** A manifest of device groups alone. */
export function groupsOf(...groups: readonly Entry[]): Entry {
  return {
    version: 1,
    tags: [],
    device_groups: groups,
    email_groups: [],
    exclusion_intervals: [],
    alerts: [],
    triggers: [],
  };
}

/** A manifest and the one after it, which is another one or renames some of the first one's entries. */
export const manifestPairs: fc.Arbitrary<readonly [Entry, Entry]> = fc
  .tuple(manifestsUpTo(2), manifestsUpTo(2), fc.option(fc.nat(5)))
  .map(([first, second, pick]) => [first, pick === null ? second : withRenames(first, second, pick)]);

/**
 * The manifest after another one, in which new entries are some of those that are there no more, by `renamed_from`.
 * None of them has a name of somebody else's, which would be a question.
 */
function withRenames(before: Entry, after: Entry, pick: number): Entry {
  const sections = MANAGED.map(([section]) => {
    const [old, now] = [before, after].map((manifest) => (manifest[section] ?? []) as Entry[]) as [
      Entry[],
      Entry[],
    ];
    const gone = old.filter((entry) => isPresent(entry) && !now.some(({ name }) => name === entry.name));
    const entries = now.map((entry, i) => {
      const isNew = isPresent(entry) && !old.some(({ name }) => name === entry.name);
      if (!isNew || BYSTANDERS.includes(String(entry.name)) || gone.length === 0) return entry;
      const [from] = gone.splice((pick + i) % gone.length, 1);
      return { ...entry, lifecycle: { renamed_from: from?.name } };
    });
    return [section, entries] as const;
  });
  return { ...after, ...Object.fromEntries(sections) };
}

function isPresent({ lifecycle }: Entry): boolean {
  return (lifecycle as { readonly state?: string } | undefined)?.state !== "absent";
}

/** What `collection name` becomes by `renamed_from`. */
export function declaredRenames(manifest: Entry): ReadonlyMap<string, string> {
  const renames = MANAGED.flatMap(([section, collection]) =>
    ((manifest[section] ?? []) as Entry[]).flatMap(({ name, lifecycle }) => {
      const { renamed_from: from } = (lifecycle ?? {}) as { readonly renamed_from?: string };
      return from === undefined ? [] : [[`${collection} ${from}`, `${collection} ${String(name)}`] as const];
    }),
  );
  return new Map(renames);
}

/** `collection name` of each entry; without those that must not exist when `present` is asked for. */
export function declaredNames(manifest: Entry, which: "all" | "present"): readonly string[] {
  return MANAGED.flatMap(([section, collection]) =>
    ((manifest[section] ?? []) as Entry[])
      .filter((entry) => which === "all" || isPresent(entry))
      .map(({ name }) => `${collection} ${String(name)}`),
  );
}

/** An alert of nobody's, linked to all of these that are device groups. */
export function addWatcher({ appliance }: Sandbox, keys: readonly Key[]): Key {
  const watcher = appliance.add("alerts", { name: "added watcher", type: "detection" }, "jdoe");
  for (const key of keys) {
    const [collection, id] = key.split("/");
    if (collection === "devicegroups") appliance.link("alerts/devicegroups", watcher, Number(id), "jdoe");
  }
  return `alerts/${watcher}`;
}

/** The names of the device groups that an alert or trigger watches; none for anything else. */
export function watchedBy({ appliance }: Sandbox, key: Key): readonly string[] {
  const [collection, id] = key.split("/");
  const relation = RELATIONS.find((name) => name === `${collection}/devicegroups`);
  const groups = relation === undefined ? [] : appliance.linked(relation, Number(id));
  return groups.map((group) => `devicegroups ${String(appliance.get("devicegroups", group)?.name)}`).sort();
}

/** Of these, what watches some device group now. */
export function watching(box: Sandbox, keys: readonly Key[]): readonly Key[] {
  return keys.filter((key) => watchedBy(box, key).length > 0);
}

/** `collection name` of each entry that is declared to watch some device group. */
export function declaredWatching(manifest: Entry): readonly string[] {
  return MANAGED.flatMap(([section, collection]) =>
    ((manifest[section] ?? []) as Entry[])
      .filter(({ device_groups: groups }) => Array.isArray(groups) && groups.length > 0)
      .map(({ name }) => `${collection} ${String(name)}`),
  );
}

/** `collection name` of an object. */
export function nameAt(box: Sandbox, key: Key): string {
  const [collection] = key.split("/") as [Collection];
  return `${collection} ${nameOf(collection, objectAt(box, key) ?? {})}`;
}
