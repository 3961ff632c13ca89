/** Entries → the files of a folder: a manifest per kind or per object, long texts beside them. */
import { kinds } from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";
import type { ExportedEntry, Json } from "../model.ts";
import { createFileNames } from "./file-names.ts";
import { fileText } from "./placeholders.ts";
import { writeManifest } from "./write.ts";

/** What one manifest of the folder holds. */
export type FileScope = "kind" | "object";

export interface ManifestText {
  /** Below the folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** The files of a folder with these entries, none of which has the path of another. */
export function layOutManifests(
  entries: readonly ExportedEntry[],
  scope: FileScope,
): readonly ManifestText[] {
  return kinds.flatMap((kind) => {
    const own = entries.filter((entry) => entry.kind === kind.kind);
    const fileName = createFileNames(kind.kind);
    const named = own.map((entry) => ({ entry, name: fileName(String(entry.value.name)) }));
    // A text stands in its section's folder: beside the manifest of its object, or below that of its kind.
    const prefix = scope === "kind" ? `${kind.section}/` : "";
    const split = named.map(({ entry, name }) => ({ name, ...takeTexts(kind, entry, name, prefix) }));
    const texts = split.flatMap((part) =>
      part.texts.map(({ path, text }) => ({ path: `${kind.section}/${path}`, text })),
    );
    const manifests =
      scope === "object"
        ? split.map(({ name, entry }) => ({
            path: `${kind.section}/${name}.yaml`,
            text: writeManifest([entry]),
          }))
        : [{ path: `${kind.section}.yaml`, text: writeManifest(split.map(({ entry }) => entry)) }];
    return own.length === 0 ? [] : [...manifests, ...texts];
  });
}

/** The entry with its texts as references to files, and these files in their folder. */
function takeTexts(
  kind: Kind,
  entry: ExportedEntry,
  name: string,
  prefix: string,
): { readonly entry: ExportedEntry; readonly texts: readonly ManifestText[] } {
  const taken = Object.entries(entry.value).flatMap(([field, value]) => {
    const { extension } = kind.fields[field] ?? {};
    return extension !== undefined && canBeFile(value) ? [{ field, text: value, extension }] : [];
  });
  const files = taken.map(({ field, text, extension }, i) => {
    return { field, text, path: i === 0 ? `${name}.${extension}` : `${name}.${field}.${extension}` };
  });
  const references = files.map(({ field, path }): [string, Json] => [field, { file: `${prefix}${path}` }]);
  return {
    entry: { ...entry, value: { ...entry.value, ...Object.fromEntries(references) } },
    texts: files.map(({ path, text }) => ({ path, text: fileText(text) })),
  };
}

const LARGEST = 1024 * 1024;

/** Whether the loader would read the text back from a file: no blank, binary or too large one, no mark at its start. */
function canBeFile(value: Json): value is string {
  if (typeof value !== "string") return false;
  const isText = !/\0|\p{Cs}|^\ufeff/u.test(value);
  return isText && value.trim() !== "" && Buffer.byteLength(value) <= LARGEST;
}
