/**
 * Every shape that more than one folder uses. Imports nothing, holds no behaviour.
 *
 * Values here are read-only: each stage builds a new value from the one before it
 * (manifest → plan → report) and changes none.
 */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A JSON pointer (RFC 6901) into a manifest entry or a resource's fields; "" is the whole of it. */
export type Pointer = string;

/** `kind/name`, for instance `alert/HTTP errors`. Never a server id. */
export type Address = string;

/** A server id. A string, because a console's ids are wider than 32 bits; "0" is a valid one. */
export type Id = string;

// ---------------------------------------------------------------- diagnostics

/** A place in a file, 1-based. `excerpt` is the line as written, `length` how much of it is meant. */
export interface Source {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly excerpt?: string;
  readonly length?: number;
}

export type Severity = "error" | "warning";

/**
 * Something a person should know. `code` is stable and kebab-case; `summary` is a fixed text for the
 * code and holds no user data; `detail` says what was found, why it matters and what to do.
 */
export interface Diagnostic {
  readonly severity: Severity;
  readonly code: string;
  readonly summary: string;
  readonly detail: string;
  readonly address?: Address;
  readonly pointer?: Pointer;
  readonly source?: Source;
  /** Further places that belong to it, such as the other declaration of a duplicate. */
  readonly related?: readonly Source[];
}

// ---------------------------------------------------------------- manifest

/** A device selector (design §3). Exactly one of the keys that say what is looked for. */
export type DeviceSelector =
  | { readonly by: "ip" | "name" | "mac" | "discovery_id" | "id"; readonly value: string }
  | { readonly by: "filter"; readonly filter: JsonObject }
  | { readonly by: "search"; readonly type: string; readonly value: string };

/** What a relation of a manifest entry points at. */
export type Reference =
  | { readonly to: "name"; readonly name: string; readonly node?: string; readonly pointer: Pointer }
  | {
      readonly to: "discovery_id";
      readonly discoveryId: string;
      /** On a console the sensor whose object is meant, by its name or id; networks and applications only. */
      readonly node?: string;
      readonly pointer: Pointer;
    }
  | {
      readonly to: "device";
      readonly selector: DeviceSelector;
      /** Matching nothing is fine. */
      readonly optional: boolean;
      /** A name may match several devices. */
      readonly all: boolean;
      readonly pointer: Pointer;
      /** Where the selector stands when that is not the manifest itself (a row of a csv file). */
      readonly source?: Source;
    };

export interface Lifecycle {
  readonly preventDestroy: boolean;
  /** Field and relation names that are sent on create and never compared afterwards. */
  readonly ignoreChanges: readonly string[];
  /** Former names, newest first. */
  readonly renamedFrom: readonly string[];
  /** Pins one of several live objects of the same name. */
  readonly id: Id | null;
  readonly state: "present" | "absent";
}

/**
 * A field value that came, whole or in part, from the environment. The real value stands in
 * `Resource.fields`; everything that is shown, hashed or stored uses `template`.
 */
export interface Secret {
  /** The value as written, with `${env:NAME}` in place of what came from outside. */
  readonly template: string;
  /** The names that were replaced in `template`; any other `${…}` in it is literal text. */
  readonly names: readonly string[];
}

/** One entry of the manifest, in the API's own field names, units and value forms. */
export interface Resource {
  readonly address: Address;
  readonly kind: string;
  readonly name: string;
  /** Declared fields only (with the owner's defaults under them), without the name. */
  readonly fields: JsonObject;
  /** Declared relations only; each is the whole set. */
  readonly relations: Readonly<Record<string, readonly Reference[]>>;
  readonly lifecycle: Lifecycle;
  /** The manifest it stands in, from the base that `Scope` is relative to. */
  readonly file: string;
  /** By pointer into `fields`. */
  readonly secrets: Readonly<Record<Pointer, Secret>>;
  /** The place of a pointer into the entry as written, or of the nearest thing that contains it. */
  readonly at: (pointer: Pointer) => Source;
}

/** Where the record of what was applied is kept. A file's path is relative to the root. */
export type InventoryPlace =
  | { readonly kind: "appliance" }
  | { readonly kind: "none" }
  | { readonly kind: "file"; readonly path: string; readonly root: string };

/**
 * What a run covers: its manifest files, and the folders that it reads whole. Paths with forward slashes,
 * relative to the top of the Git work tree (or to the working folder where there is none).
 */
export interface Scope {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

export interface Manifest {
  readonly owner: string;
  readonly inventory: InventoryPlace;
  /** Deletes and replaces that the owner allows in one run; null where the default counts. */
  readonly maxDeletes: number | null;
  readonly scope: Scope;
  readonly resources: readonly Resource[];
  /** The kinds that some file mentions, also with an empty list. */
  readonly kinds: readonly string[];
  /** sha256 over everything declared, secrets as their templates. Computed when it is asked for: few runs show it. */
  readonly digest: () => string;
}

// ---------------------------------------------------------------- appliance

/** One appliance, as `GET /extrahop` describes it. */
export interface Target {
  readonly host: string;
  readonly firmware: string;
  readonly platform: string;
}

/** A live object. `fields` is what the API answered, in its own form, the id and name among it. */
export interface LiveObject {
  readonly id: Id;
  readonly name: string;
  readonly builtIn: boolean;
  readonly fields: JsonObject;
}

/** What a relation can point at besides managed kinds, as needed to name it. */
export interface LiveTarget {
  readonly id: Id;
  /** `device/<discovery_id>`, `network/<name>`, `application/<display_name>` or `<kind>/<name>`. */
  readonly address: Address;
  /** What a person would call it, where the address does not tell (a device's name and IP address). */
  readonly label?: string;
  /** The appliance's own identifier that never changes, where it has one. */
  readonly discoveryId?: string;
}

// ---------------------------------------------------------------- export

/** A live object as a manifest's entry: name, fields and relations in the form that people write. */
export interface ExportedEntry {
  readonly kind: string;
  readonly address: Address;
  readonly value: JsonObject;
  /** For people, by pointer into `value`: who the device behind an identifier is. */
  readonly comments: Readonly<Record<Pointer, string>>;
}

/** What an export wrote. */
export interface Exported {
  /** Entries by the section of the manifest that they are in. */
  readonly objects: Readonly<Record<string, number>>;
  /** Files written, as the folder was named; empty where the manifest is on stdout. */
  readonly files: readonly string[];
  /** Of accepted drift: the entries whose every difference is in the files now. */
  readonly accepted?: readonly Address[];
  /** The manifest itself, where it is in no file. */
  readonly manifest?: string;
}

// ---------------------------------------------------------------- accepting drift

/** What an entry of a manifest must say to agree with the appliance. What it does not name stays as it is. */
export interface EntryEdit {
  readonly address: Address;
  /** The object is gone, and the entry with it. */
  readonly remove?: true;
  readonly name?: string;
  readonly fields: readonly FieldEdit[];
  readonly lists: readonly ListEdit[];
}

export interface FieldEdit {
  /** A field, or a key of one whose keys are managed one by one. */
  readonly pointer: Pointer;
  /** In the API's form; null where the appliance has nothing. */
  readonly value: Json;
  /** The same as people write it. */
  readonly shown: Json;
}

/** Of a relation's list, by the index of an item as written. */
export interface ListEdit {
  readonly relation: string;
  readonly removed: readonly number[];
  readonly renamed: Readonly<Record<number, string>>;
  readonly added: readonly ListItem[];
}

/** `comment` is for people: who the device behind an identifier is. */
export interface ListItem {
  readonly item: Json;
  readonly comment?: string;
}

// ---------------------------------------------------------------- inventory

/** What was applied of one field or relation: its comparable value, or a salted hash of it where it is long or sensitive. */
export type Recorded = { readonly value: Json } | { readonly hash: string };

/** One object that an owner manages on one appliance. */
export interface InventoryEntry {
  /** As last applied. */
  readonly address: Address;
  /** Null: announced before its create, not confirmed yet. */
  readonly id: Id | null;
  /** The manifest it came from, relative to the root, with forward slashes. */
  readonly file: string;
  readonly fields: Readonly<Record<string, Recorded>>;
  /** Values are sorted lists of ids. */
  readonly relations: Readonly<Record<string, Recorded>>;
  readonly preventDestroy: boolean;
  /** It existed before hopsync managed it. */
  readonly adopted: boolean;
  /** Of an object that a run was about to replace: what it was called then, and whether the owner had it before. */
  readonly replaced?: { readonly name: string; readonly owned: boolean };
}

/** What an owner has applied to one appliance. */
export interface Inventory {
  readonly owner: string;
  /** Goes into every hash of this inventory. */
  readonly salt: string;
  /** Milliseconds since the epoch. */
  readonly appliedAt: number | null;
  /** Sorted by address, each address once. */
  readonly entries: readonly InventoryEntry[];
}

/** What a command tells of an inventory: as it is stored, or as the command leaves it, or would. */
export interface InventoryReport extends Pick<Inventory, "appliedAt" | "entries"> {
  readonly place: "appliance" | "file";
  /** The path of the file, or the ids of the objects that hold it, the main one first. */
  readonly keptIn?: readonly string[];
  /** What was stored; entries of a damaged or newer one are not known. */
  readonly found: "whole" | "none" | "damaged" | "newer";
  readonly written: boolean;
  /** Entries whose objects were not in it before, and those whose objects are in it no more. */
  readonly gained?: readonly InventoryEntry[];
  readonly givenUp?: readonly InventoryEntry[];
  readonly others?: readonly { readonly owner: string; readonly objects: number }[];
}

// ---------------------------------------------------------------- plan

export type Action = "create" | "adopt" | "update" | "rename" | "replace" | "delete" | "release";

/** Why live and declared differ; null where there is no record of the last apply to tell. */
export type Cause = "manifest" | "drift" | "conflict" | null;

/** What a sensitive value is shown as, on both sides. */
export const SENSITIVE = "(sensitive)";

export interface FieldChange {
  /** The deepest difference; arrays count as one value. */
  readonly pointer: Pointer;
  /** Absent where the object or the value does not exist before or after. */
  readonly before?: Json;
  readonly after?: Json;
  readonly cause: Cause;
  readonly sensitive: boolean;
  /** Of drift: only a hash is kept of what was applied, so that `after` is absent. */
  readonly hashed?: true;
}

export interface RelationChange {
  readonly relation: string;
  readonly assign: readonly Address[];
  readonly unassign: readonly Address[];
  readonly cause: Cause;
  /** Names for people, by address, where the address does not tell. */
  readonly labels?: Readonly<Record<Address, string>>;
  /** Of drift: only a hash is kept of the links that were applied, so that both lists are empty. */
  readonly hashed?: true;
}

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/**
 * One HTTP call. `<kind/name>` stands for the id of an object that this run creates: as a whole
 * segment of `path`, or as a whole string in the `assign` and `unassign` lists of `body`.
 */
export interface Operation {
  readonly method: Exclude<Method, "GET">;
  readonly path: string;
  readonly body?: JsonObject;
  /** Pointers into `body` that hold a secret's template, with the names to fill in. */
  readonly secrets?: Readonly<Record<Pointer, readonly string[]>>;
}

export interface MovedAside {
  /** The change whose object it is. */
  readonly address: Address;
  /** What the object is called until then. */
  readonly name: string;
}

export interface MovedLink {
  /** The object that has the link. */
  readonly address: Address;
  /** Of that object. */
  readonly relation: string;
}

export interface DroppedMembers extends Pick<RelationChange, "labels"> {
  readonly members: readonly Address[];
}

/** Who may have changed an object on the appliance, and when. */
export interface Attribution {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Null where the source does not tell. */
  readonly user: string | null;
  readonly operation: string | null;
  readonly from: "audit log" | "mod_time";
}

export interface Change {
  readonly address: Address;
  readonly action: Action;
  /** Null for a create. */
  readonly id: Id | null;
  /** 1 for what can start at once, else one more than the latest of `requires`. */
  readonly wave: number;
  /** Changes of this plan that must be done before this one. */
  readonly requires: readonly Address[];
  readonly cause: Cause;
  /** The live name, where it is not the one in the address. */
  readonly previousName?: string;
  /** Where names are exchanged: an object that this change gives another name first, until its own change comes. */
  readonly aside?: MovedAside;
  /** The live object was in no inventory and is taken over; said outright by the action `adopt`. */
  readonly adopts?: true;
  readonly fields: readonly FieldChange[];
  readonly relations: readonly RelationChange[];
  /** Fields and relations that were applied and are no longer declared: left as they are, unmanaged. */
  readonly released?: readonly string[];
  /** Links of other objects that are moved from a replaced object, or one left by an interrupted replace, to its successor. */
  readonly moved?: readonly MovedLink[];
  /** Members that a replaced object had and its successor does not list. */
  readonly dropped?: DroppedMembers;
  /** Of drift: newest first; of several, any may be the one. */
  readonly attribution?: readonly Attribution[];
  /** In this order, one after the other. */
  readonly operations: readonly Operation[];
  readonly source?: Source;
}

/** Resources by action; `assign` and `unassign` count links. */
export type Summary = Readonly<Record<Action | "assign" | "unassign" | "unchanged", number>>;

/** A value: sorted, JSON-serialisable, holding no secret and no clock. */
export interface Plan {
  readonly target: Target;
  readonly owner: string;
  readonly manifestDigest: string;
  /** sha256 over what would be done. */
  readonly digest: string;
  readonly summary: Summary;
  /** Whether apply writes the inventory, which may be without any change. Its writes are no operations. */
  readonly inventory: boolean;
  readonly changes: readonly Change[];
  readonly diagnostics: readonly Diagnostic[];
}

// ---------------------------------------------------------------- apply

export type Outcome = "applied" | "failed" | "blocked" | "not_tried";

export interface Result {
  readonly address: Address;
  readonly action: Action;
  readonly outcome: Outcome;
  readonly error?: string;
  /** The failed change that this one needed. */
  readonly blockedBy?: Address;
  /** It failed after a write was sent, and nobody knows whether that was done. */
  readonly unknown?: true;
}

export type ApplyEvent =
  | { readonly type: "started"; readonly change: Change }
  | { readonly type: "finished"; readonly change: Change; readonly result: Result };

/** Requests sent, by method, retries included. */
export type RequestCounts = Readonly<Partial<Record<Method, number>>>;

// ---------------------------------------------------------------- documents

export type InventoryCommand = "inventory show" | "inventory repair" | "forget";
export type Command = "validate" | "plan" | "apply" | "drift" | "export" | InventoryCommand;

/** What a command prints as JSON (design §6), and what every renderer reads. */
export interface Document {
  readonly format: 1;
  readonly command: Command;
  readonly exit_code: number;
  readonly tool: { readonly name: "hopsync"; readonly version: string };
  readonly target: Target | null;
  readonly owner: string | null;
  readonly digest: string | null;
  readonly manifest_digest: string | null;
  readonly summary: Summary;
  readonly inventory: boolean;
  readonly changes: readonly Change[];
  readonly diagnostics: readonly Diagnostic[];
  readonly results?: readonly Result[];
  /** Of an export; null when nothing was exported. */
  readonly exported?: Exported | null;
  /** Of `inventory show`, `inventory repair` and `forget`; null when no inventory was looked for. */
  readonly owned?: InventoryReport | null;
  readonly requests: RequestCounts;
}

/** What a command over several targets prints as JSON. */
export interface FleetDocument {
  readonly format: 1;
  /** In the order of the project file. */
  readonly targets: readonly FleetMember[];
  readonly exit_code: number;
  /** Of the project file and the command line; what is wrong with one target alone is in its document. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface FleetMember {
  /** In the project file. */
  readonly name: string;
  readonly document: Document;
}

/** A target as a project file names it. */
export interface ListedTarget {
  readonly name: string;
  /** As written. */
  readonly host: string;
  readonly paths: readonly string[];
  readonly overlays: readonly string[];
}

/** What `targets` prints as JSON. */
export interface TargetsDocument {
  readonly format: 1;
  readonly command: "targets";
  readonly exit_code: number;
  readonly tool: Document["tool"];
  /** Null where the project file could not be read. */
  readonly targets: readonly ListedTarget[] | null;
  readonly diagnostics: readonly Diagnostic[];
}
