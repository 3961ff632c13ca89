/**
 * What a kind is: data and pure functions, in one file per kind. Shared code asks a kind for its
 * properties and never for its name.
 *
 * Three value forms exist, and each field says how to get from one to the next:
 * what people write (`5m`, `critical`) ─ parse → the API's form (300, 2) ─ normal → a form in which
 * equal values are equal (decimals, sets, case), used only to compare. `print` is the way back.
 */
import type { Json, JsonObject, Pointer, Severity } from "../model.ts";
import type { Availability, Dialect } from "./dialect.ts";

export type JsonSchema = { readonly [keyword: string]: unknown };

export interface Field {
  /** One sentence for the schema, with the unit; shown by editors. */
  readonly doc: string;
  /**
   * What the manifest accepts, friendly forms included. `null` is added where `empty` is given. Where it
   * has a `pattern`, `title` says what that is in words, with an example: messages show it instead.
   */
  readonly schema: JsonSchema;
  /** Friendly form → API form. Called with values that the schema accepts. */
  readonly parse?: (value: Json) => Json;
  /**
   * API form → what an export shows: friendly where `parse` knows the form, lists in an order of their
   * own. `parse` of it compares as equal to the value.
   */
  readonly print?: (value: Json) => Json;
  /** API form, declared or live → comparable form. Idempotent; null for what counts as absent. */
  readonly normal?: (value: Json) => Json;
  /** Sent on create when not declared, since the API requires the field (its documented default). */
  readonly fill?: Json;
  /** What a new object has when nobody says (documented); an export leaves such a value out. */
  readonly initial?: Json;
  /** The appliance chooses a value when a create has none, so that an export says also an empty one. */
  readonly chosenOnCreate?: true;
  /** A create without it is an error, where it applies: the object could not be made, or would do nothing. */
  readonly requiredOnCreate?: true;
  /** What a declared `null` is sent as in a PATCH. Without it the field cannot be cleared. */
  readonly empty?: Json;
  /** An object whose keys are managed one by one: live keys that are not declared are kept. */
  readonly merge?: true;
  /** The manifest may give `{file, env}` in place of the text. */
  readonly fromFile?: true;
  /** How the file ends that an export puts the text into, where it can come from one. */
  readonly extension?: string;
  /** Only a way to write another field; the kind's `parse` removes it. */
  readonly alias?: true;
  /** The firmware that has the field; all has where this is absent. */
  readonly firmware?: Availability;
  /** The same of single values out of an enumeration. */
  readonly values?: Readonly<Record<string, Availability>>;
}

/** What a relation points at. `device` is chosen by selectors, all others by name. */
export interface Relation {
  readonly doc: string;
  /** `device`, another target of targets.ts, or the name of a managed kind. */
  readonly to: string;
  /** Below the object: `/alerts/{id}/<path>`. */
  readonly path: string;
  /** Read with `active_from` and in pages, since the API shows active members only and 100 of them. */
  readonly windowed?: true;
  /**
   * The same links from the target's side, `/<target>/{id}/<reverse>?direct_assignments_only=true`,
   * for when there are fewer targets than objects.
   */
  readonly reverse?: string;
  /** The firmware that has the relation; all has where this is absent. */
  readonly firmware?: Availability;
}

/** A problem in one entry, located by a pointer into it. */
export interface Problem {
  readonly severity: Severity;
  readonly code: string;
  readonly summary: string;
  readonly detail: string;
  readonly pointer: Pointer;
}

/** Another resource that a field names. */
export interface NamedReference {
  readonly kind: string;
  readonly name: string;
  readonly pointer: Pointer;
}

/** One entry as the kind sees it after `parse`: defaults merged, relations by name only. */
export interface Entry {
  readonly fields: JsonObject;
  readonly relations: readonly string[];
  /** Fields that stand in the entry itself, not in `defaults`. */
  readonly own: readonly string[];
}

export interface Kind {
  /** In addresses: `alert`. */
  readonly kind: string;
  /** In manifests: `alerts`. */
  readonly section: string;
  /** For people: `an alert`. */
  readonly noun: string;
  /** Collection below /api/v1: `/alerts`. */
  readonly path: string;
  /** Added to every GET of the collection. */
  readonly listQuery?: Readonly<Record<string, string>>;
  /** How other firmware than the newest writes these objects; the newest first. */
  readonly dialects?: readonly Dialect[];
  /** The wire's key for the name. */
  readonly nameField: "name" | "group_name";
  readonly fields: Readonly<Record<string, Field>>;
  readonly relations: Readonly<Record<string, Relation>>;
  /** Whether a live object ships with the appliance: it is never deleted. */
  readonly builtIn: (wire: JsonObject) => boolean;
  /** Whether a manifest may declare a built-in, to change it. */
  readonly builtInDeclarable: boolean;
  /** Rules between fields and relations. */
  readonly check?: (entry: Entry) => readonly Problem[];
  /** Friendly forms that need a second field to be understood; runs after each field's `parse`. */
  readonly parse?: (fields: JsonObject) => {
    readonly fields: JsonObject;
    readonly problems: readonly Problem[];
  };
  /** The inverse of `parse`; runs before each field's `print`. */
  readonly print?: (fields: JsonObject) => JsonObject;
  /**
   * What cannot be changed in place, as a word (`static`, `dynamic`); undefined where the entry does
   * not say. Live and declared words that differ mean: replace.
   */
  readonly variant?: (entry: Pick<Entry, "fields" | "relations">) => string | undefined;
  /** The variant of a live object. */
  readonly liveVariant?: (fields: JsonObject) => string;
  /** Fields that follow from the variant, sent on create. */
  readonly variantFields?: (variant: string | undefined) => JsonObject;
  /** The field that decides which others apply, where the manifest may leave it to the appliance. */
  readonly decidedBy?: string;
  /** Whether a field has a meaning beside the others; all have where this is absent. */
  readonly applies?: (name: string, fields: JsonObject) => boolean;
  /** Resources of other kinds that fields name. */
  readonly references?: (fields: JsonObject) => readonly NamedReference[];
}
