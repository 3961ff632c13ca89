/**
 * What the rest of hopsync may ask of an appliance. The only thing in this folder that reconcile/
 * knows; http.ts implements it.
 *
 * Paths are below /api/v1 and start with a slash. Ids are strings here and integers on the wire.
 * Every method rejects with an ApplianceError when the answer is anything but a complete success.
 */
import type { Id, JsonObject, RequestCounts, Target } from "../model.ts";

export type Query = Readonly<Record<string, string | number | boolean>>;

/** The body of a bulk assignment (guide 8.7, e.g. "POST /alerts/{id}/devicegroups"). */
export interface Assignment {
  readonly assign?: readonly Id[];
  readonly unassign?: readonly Id[];
}

/** How a new object is known again where the answer to its create was lost. */
export interface Recognition {
  /** Of the list of its collection. */
  readonly query?: Query;
  /** True for the new object; false for everything that was there before. */
  readonly isNew: (wire: JsonObject) => boolean;
}

export interface AppliancePort {
  /** Host and port as the user gave them. */
  readonly host: string;
  /** `GET /extrahop`; asked once, however often it is called. */
  target(): Promise<Target>;
  /** A list that the appliance returns whole. */
  list(path: string, query?: Query): Promise<readonly JsonObject[]>;
  /** A list that the appliance returns in pages: read to its end, each id once. */
  listPages(path: string, query?: Query): Promise<readonly JsonObject[]>;
  /** One object, or undefined when the appliance answers 404. */
  find(path: string): Promise<JsonObject | undefined>;
  /** `POST /devices/search` with this body, read to its end: a read, and repeated like one. */
  search(body: JsonObject): Promise<readonly JsonObject[]>;
  /**
   * Creates one object, and returns its id. Where nobody knows whether it was made it is looked for, and
   * sent again only where it surely was not; without `recognition` that is an error.
   */
  create(path: string, body: JsonObject, recognition?: Recognition): Promise<Id>;
  patch(path: string, body: JsonObject): Promise<void>;
  /**
   * Deletes. An object that is already gone is an error, since somebody else has deleted it; but not
   * where this call may have done so itself and lost the answer.
   */
  remove(path: string): Promise<void>;
  /** The error of what was not done names each id, with `nameOf` where there is one. */
  assign(path: string, body: Assignment, nameOf?: (id: Id) => string): Promise<void>;
  /** Waits until what is listed late may be listed; ends early when the run is stopped. */
  pause(ms: number): Promise<void>;
  /** Requests sent so far. */
  requests(): RequestCounts;
  close(): Promise<void>;
}
