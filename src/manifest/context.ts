/** What reading one entry (or the defaults of one kind) needs to know and where its findings belong. */
import { pointer } from "../json.ts";
import type { Kind } from "../kinds/kind.ts";
import type { Address, Diagnostic, Json, JsonObject, Pointer, Source } from "../model.ts";
import { type Finding, report } from "./codes.ts";
import type { CsvTable } from "./csv.ts";
import type { ManifestDocument } from "./document.ts";
import type { Outside } from "./placeholders.ts";

/** What all entries of a run share. `tables` holds the csv files that were read, by their real path. */
export interface Run {
  readonly outside: Outside;
  readonly tables: Map<string, CsvTable>;
}

/** An entry as written, or the defaults of a kind. */
export interface Entry {
  readonly kind: Kind;
  readonly document: ManifestDocument;
  /** Of the entry in its document. */
  readonly prefix: Pointer;
  readonly value: JsonObject;
  /** Absent for defaults. */
  readonly address?: Address;
}

/** The place of a pointer into the entry; where it leads nowhere, the entry's name. */
export function entryPlace({ document, prefix }: Entry, at: Pointer): Source {
  const found = at !== "" && document.depthOf(prefix + at) > PREFIX_DEPTH;
  return document.valueAt(prefix + (found ? at : pointer("name")));
}

/** Whether the entry itself holds something at the first segment of the pointer. */
export function isWritten({ document, prefix }: Entry, at: Pointer): boolean {
  return document.depthOf(prefix + at) > PREFIX_DEPTH;
}

const PREFIX_DEPTH = 2;

/** A finding in an entry as a diagnostic; `source` where it is in another file. */
export function reportIn(
  entry: Entry,
  at: Pointer,
  finding: Finding & { readonly source?: Source },
): Diagnostic {
  const own = entryPlace(entry, at);
  const pointerIn = entry.address === undefined ? entry.prefix + at : at;
  return report(finding, {
    source: finding.source ?? own,
    address: entry.address,
    pointer: pointerIn,
    related: finding.source === undefined ? [] : [own],
  });
}

/** A text property of a mapping whose form is judged. */
export function textOf(value: JsonObject, key: string): string | undefined {
  const found: Json | undefined = Object.hasOwn(value, key) ? value[key] : undefined;
  return typeof found === "string" ? found : undefined;
}
