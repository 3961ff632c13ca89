/**
 * Everything the simulated appliance remembers. Objects are the API's own answers and are replaced, never
 * changed; every write ends in `commit`, which appends to the audit log and lets the store save.
 */
import type { Json, JsonObject } from "../model.ts";
import { COLLECTIONS, type Collection, RELATIONS, type WireObject } from "./collections.ts";
import { type LinkLists, Links } from "./links.ts";

/** One entry of GET /auditlog. */
export interface AuditEntry extends WireObject {
  readonly occur_time: number;
  /** Deprecated by `occur_time`, and still answered. */
  readonly time: string;
  readonly body: JsonObject;
}

/** The whole of an appliance as a value: what a population makes and a state file holds. */
export interface Contents {
  readonly collections: Readonly<Record<Collection, readonly WireObject[]>>;
  readonly links: LinkLists;
  /** Ids of objects that cannot be deleted and that no field tells apart (alerts, triggers, email groups). */
  readonly builtIn: Readonly<Partial<Record<Collection, readonly number[]>>>;
  /** The id that the next object gets, where it is not one more than the highest. */
  readonly nextIds: Readonly<Partial<Record<Collection, number>>>;
  /** GET /devices/{id}/software, by device id. */
  readonly software: Readonly<Record<string, readonly JsonObject[]>>;
  /** Newest first. */
  readonly auditLog: readonly AuditEntry[];
}

/** The parts of the state that change independently; their revisions tell what to save again. */
export type Section = Collection | "links" | "auditLog";

export class ApplianceState {
  readonly links: Links;
  readonly now: () => number;
  /** Called after every commit. */
  onCommit: () => void = () => {};
  readonly #objects: Map<Collection, Map<number, WireObject>>;
  /** Every collection as a list, while it has not changed. */
  readonly #lists = new Map<Collection, readonly WireObject[]>();
  readonly #nextIds: Map<Collection, number>;
  readonly #builtIn: Contents["builtIn"];
  readonly #software: Contents["software"];
  /** Oldest first. */
  readonly #auditLog: AuditEntry[];
  /** How many list reads still leave an object out, by `<collection>/<id>`. */
  readonly #hidden = new Map<string, number>();
  readonly #revisions = new Map<Section, number>();

  constructor(contents: Contents, now: () => number) {
    this.now = now;
    this.links = new Links(contents.links);
    this.#objects = new Map(
      COLLECTIONS.map((name) => [name, new Map(contents.collections[name].map((o) => [o.id, o]))]),
    );
    this.#nextIds = new Map(COLLECTIONS.map((name) => [name, nextId(contents, name)]));
    this.#builtIn = contents.builtIn;
    this.#software = contents.software;
    this.#auditLog = contents.auditLog.toReversed();
  }

  /** The same list until the collection changes. */
  list(collection: Collection): readonly WireObject[] {
    const known = this.#lists.get(collection);
    if (known !== undefined) return known;
    const list = [...this.#in(collection).values()];
    this.#lists.set(collection, list);
    return list;
  }

  /** What a list answers: new objects may not be there yet (quirk `listLag`). */
  listed(collection: Collection): readonly WireObject[] {
    if (this.#hidden.size === 0) return this.list(collection);
    return this.list(collection).filter(({ id }) => {
      const key = `${collection}/${id}`;
      const reads = this.#hidden.get(key) ?? 0;
      if (reads > 1) this.#hidden.set(key, reads - 1);
      else this.#hidden.delete(key);
      return reads === 0;
    });
  }

  /** Leaves an object out of the next lists, so many of them. */
  hide(collection: Collection, id: number, reads: number): void {
    if (reads > 0) this.#hidden.set(`${collection}/${id}`, reads);
  }

  get(collection: Collection, id: number): WireObject | undefined {
    return this.#in(collection).get(id);
  }

  /** Stores a new object under the next id, or under one that its caller knows to be free. */
  insert(collection: Collection, fields: JsonObject, free?: number): WireObject {
    const id = free ?? this.#nextIds.get(collection) ?? 1;
    if (free === undefined) this.#nextIds.set(collection, id + 1);
    const object = { ...fields, id };
    this.replace(collection, object);
    return object;
  }

  replace(collection: Collection, object: WireObject): void {
    this.#in(collection).set(object.id, object);
    this.#touch(collection);
  }

  /** Removes an object with all its links. */
  remove(collection: Collection, id: number): void {
    for (const relation of RELATIONS) {
      const [first, second] = relation.split("/");
      if (first === collection) this.links.clear({ relation, reversed: false }, id);
      if (second === collection) this.links.clear({ relation, reversed: true }, id);
    }
    this.#in(collection).delete(id);
    this.#hidden.delete(`${collection}/${id}`);
    this.#touch(collection);
  }

  builtIn(collection: Collection, id: number): boolean {
    const listed = this.#builtIn[collection]?.includes(id) ?? false;
    return listed || this.get(collection, id)?.built_in === true;
  }

  software(device: number): readonly JsonObject[] {
    return this.#software[String(device)] ?? [];
  }

  /** A time for `mod_time` that is later than the one before, even when the clock stands still. */
  modTime(before: Json | undefined): number {
    return typeof before === "number" ? Math.max(this.now(), before + 1) : this.now();
  }

  /** Ends a write: notes who did what, and lets the store save. */
  commit(body: JsonObject): void {
    const time = this.now();
    const id = (this.#auditLog.at(-1)?.id ?? 0) + 1;
    this.#auditLog.push({ id, occur_time: time, time: new Date(time).toISOString(), body });
    this.#touch("auditLog");
    this.#touch("links");
    this.onCommit();
  }

  /** Newest first. */
  auditLog(): readonly AuditEntry[] {
    return this.#auditLog.toReversed();
  }

  revision(section: Section): number {
    return this.#revisions.get(section) ?? 0;
  }

  /** What no section covers, for the store. */
  remainder(): Pick<Contents, "builtIn" | "software" | "nextIds"> {
    return { builtIn: this.#builtIn, software: this.#software, nextIds: Object.fromEntries(this.#nextIds) };
  }

  #in(collection: Collection): Map<number, WireObject> {
    const objects = this.#objects.get(collection);
    if (objects === undefined) throw new TypeError(`no collection ${collection}`);
    return objects;
  }

  #touch(section: Section): void {
    if (section !== "links" && section !== "auditLog") this.#lists.delete(section);
    this.#revisions.set(section, this.revision(section) + 1);
  }
}

function nextId(contents: Contents, collection: Collection): number {
  const highest = contents.collections[collection].reduce((max, object) => Math.max(max, object.id), 0);
  return Math.max(contents.nextIds[collection] ?? 1, highest + 1);
}
