/**
 * One form for every firmware: what comes from an appliance is read into the newest form, and what goes to it is
 * written in its own. Kinds say as data where these differ; nothing else in hopsync asks for a version.
 */
import { equal } from "../json.ts";
import type { Json, JsonObject, Pointer } from "../model.ts";
import { isWithin, type Span, spanText } from "./firmware.ts";
import type { Kind } from "./kind.ts";
import { normalise } from "./wire.ts";

/** Guide 8.7 knows `direct_assignments_only`; before, what reaches an object is read with all that it inherits. */
export function readsDirectLinks(firmware: string): boolean {
  return isWithin(firmware, { since: "8" });
}

/** What one stretch of firmware lacks of an entry: `lacks` completes "the appliance runs 7.1, …". */
export interface Lack {
  readonly pointer: Pointer;
  readonly lacks: string;
  /** What to do, as sentences. */
  readonly instead: string;
}

/** A part of a kind that some firmware does not have. */
export interface Availability extends Span {
  /** What to do on another firmware, as sentences. */
  readonly instead: string;
}

/** Fields as a firmware wants them. What it has no form for stays as it is, and is told. */
export interface Written {
  readonly fields: JsonObject;
  readonly lacks: readonly Lack[];
}

/** How objects of a kind stand on the wire of one stretch of firmware, where that is not the newest form. */
export interface Dialect extends Span {
  /** In place of the kind's. */
  readonly listQuery?: Readonly<Record<string, string>>;
  /** The wire's form → the newest. Keys that both have may stay. */
  readonly read?: (wire: JsonObject) => JsonObject;
  /** The newest form, any part of it → the wire's. */
  readonly write?: (fields: JsonObject) => Written;
}

/** The newest first: what is written passes from the newest form to older ones, what is read the other way. */
function dialectsOf(kind: Kind, firmware: string): readonly Dialect[] {
  return (kind.dialects ?? []).filter((dialect) => isWithin(firmware, dialect));
}

/** Added to every GET of the collection. */
export function listQueryOf(kind: Kind, firmware: string): Kind["listQuery"] {
  return (
    dialectsOf(kind, firmware).find(({ listQuery }) => listQuery !== undefined)?.listQuery ?? kind.listQuery
  );
}

/** Reads live objects into the newest form. */
export function wireReader(kind: Kind, firmware: string): (wire: JsonObject) => JsonObject {
  const reads = dialectsOf(kind, firmware)
    .flatMap(({ read }) => (read === undefined ? [] : [read]))
    .toReversed();
  return (wire) => reads.reduce((fields, read) => read(fields), wire);
}

/** A body of a create or PATCH in the form of this firmware, without the empty values of fields that it lacks. */
export function writeBody(kind: Kind, firmware: string, body: JsonObject): JsonObject {
  return inDialect(kind, firmware, body).fields;
}

function inDialect(kind: Kind, firmware: string, body: JsonObject): Written {
  const known = Object.entries(body).filter(([name, value]) => {
    return !(isMissing(kind.fields[name]?.firmware, firmware) && isEmpty(kind, name, value));
  });
  const start: Written = { fields: Object.fromEntries(known), lacks: [] };
  return dialectsOf(kind, firmware).reduce((before, { write }) => {
    const written = write?.(before.fields) ?? { fields: before.fields, lacks: [] };
    return { fields: written.fields, lacks: [...before.lacks, ...written.lacks] };
  }, start);
}

/** What an entry declares and this firmware does not have. */
export function lacksOf(
  kind: Kind,
  firmware: string,
  fields: JsonObject,
  relations: readonly string[],
): readonly Lack[] {
  const missing = Object.entries(fields).flatMap(([name, value]) => {
    const field = kind.fields[name];
    if (isMissing(field?.firmware, firmware))
      return isEmpty(kind, name, value) ? [] : [lack(name, name, field?.firmware)];
    const values = typeof value === "string" ? field?.values?.[value] : undefined;
    return isMissing(values, firmware) ? [lack(name, `${name} ${JSON.stringify(value)}`, values)] : [];
  });
  const links = relations.flatMap((name) => {
    const { firmware: availability } = kind.relations[name] ?? {};
    return isMissing(availability, firmware) ? [lack(name, name, availability)] : [];
  });
  return [...missing, ...links, ...inDialect(kind, firmware, fields).lacks];
}

function isMissing(availability: Availability | undefined, firmware: string): availability is Availability {
  return availability !== undefined && !isWithin(firmware, availability);
}

function isEmpty(kind: Kind, name: string, value: Json): boolean {
  return equal(normalise(kind, name, value), normalise(kind, name, null));
}

function lack(name: string, what: string, availability: Availability | undefined): Lack {
  const span = availability === undefined ? "" : spanText(availability);
  return {
    pointer: `/${name}`,
    lacks: `which has no ${what}: firmware has it ${span}`,
    instead: availability?.instead ?? "",
  };
}
