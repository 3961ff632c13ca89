/**
 * Files → manifest: read, judge the form, apply the kinds' rules, compare entries with each other.
 * Every problem of every file is collected, and there is a manifest only where there is no error.
 */
import { hasErrors, sortDiagnostics } from "../diagnostics.ts";
import { isArray, isObject, once, pointer } from "../json.ts";
import { kinds } from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";
import type { Diagnostic, Manifest, Resource } from "../model.ts";
import { report } from "./codes.ts";
import { findAbsentReferences, findDuplicates, findFormerNames } from "./consistency.ts";
import type { Entry, Run } from "./context.ts";
import { manifestDigest } from "./digest.ts";
import { readDocuments } from "./document.ts";
import { type ReadManifests, readManifests } from "./files.ts";
import { type JudgedDocument, judgeForm } from "./form.ts";
import { type OverlayOptions, overlay } from "./overlay.ts";
import { buildResource, type NamedEntry } from "./resource.ts";
import { readSettings } from "./settings.ts";

export interface LoadOptions extends OverlayOptions {}

export interface LoadedManifest {
  /** Present only where no diagnostic is an error. */
  readonly manifest?: Manifest;
  /** The names that the manifests and overlays take from `var`. */
  readonly variables: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the manifest that files and folders hold together. Nothing that a person wrote or named
 * throws; it becomes a diagnostic.
 */
export async function loadManifest(paths: readonly string[], options: LoadOptions): Promise<LoadedManifest> {
  const { files, folders, problems, read, judged, entries, variables } = readEntries(paths, options);
  const run: Run = { outside: options, tables: new Map() };
  const { defaults, problems: settingProblems, ...settings } = readSettings(judged, run);
  const built = entries.flatMap((entry) =>
    isUsable(entry) ? [buildResource(entry, defaults.get(entry.kind.kind), run)] : [],
  );
  const resources = built.map(({ resource }) => resource);
  const found = distinct([
    ...problems,
    ...read.flatMap((file) => file.problems),
    ...judged.flatMap((document) => document.problems),
    ...settingProblems,
    ...built.flatMap((item) => item.problems),
    ...findDuplicates(entries),
    ...findAbsentReferences(resources),
    ...findFormerNames(resources),
  ]);
  const diagnostics = withoutFlood(found);
  return hasErrors(diagnostics)
    ? { variables, diagnostics }
    : {
        variables,
        diagnostics,
        manifest: {
          ...settings,
          ...toManifest(settings.owner, judged, resources),
          scope: { files: files.map(({ path }) => path), folders },
        },
      };
}

interface ReadEntries extends ReadManifests {
  readonly read: readonly ReturnType<typeof readDocuments>[];
  readonly judged: readonly JudgedDocument[];
  readonly entries: readonly ListedEntry[];
  readonly variables: ReadonlySet<string>;
}

/** Every entry that the paths hold, good or not, with the place where it stands. */
export function readEntries(paths: readonly string[], options: LoadOptions): ReadEntries {
  const found = readManifests(paths, options);
  const read = found.files.map((file) => readDocuments(file, options));
  const whole = !hasErrors([...found.problems, ...read.flatMap(({ problems }) => problems)]);
  const { documents, overlays, problems } = overlay(
    read.flatMap((file) => file.documents),
    found.files,
    options,
    whole,
  );
  const judged = documents.map(judgeForm);
  return {
    ...found,
    problems: [...found.problems, ...problems],
    read,
    judged,
    entries: judged.flatMap(listEntries),
    variables: new Set([...documents, ...overlays].flatMap((document) => [...document.variables])),
  };
}

export interface ListedEntry extends Entry {
  readonly usable: boolean;
}

function isUsable(entry: ListedEntry): entry is ListedEntry & NamedEntry {
  return entry.usable && entry.address !== undefined;
}

function listEntries(judged: JudgedDocument): readonly ListedEntry[] {
  return kinds.flatMap((kind) => {
    const section = judged.value[kind.section];
    return isArray(section) ? section.flatMap((value, i) => listEntry(judged, kind, i, value)) : [];
  });
}

function listEntry(
  judged: JudgedDocument,
  kind: Kind,
  index: number,
  value: unknown,
): readonly ListedEntry[] {
  if (!isObject(value)) return [];
  const name = Object.hasOwn(value, "name") ? value.name : undefined;
  const prefix = pointer(kind.section, index);
  const address = typeof name === "string" && name.trim() !== "" ? { address: `${kind.kind}/${name}` } : {};
  return [
    {
      kind,
      document: judged.document,
      prefix,
      value,
      usable: !["", prefix].some((at) => judged.unusable.has(at)),
      ...address,
    },
  ];
}

/** One problem seen from several entries, as in defaults or behind an alias, is one problem. */
function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return sortDiagnostics(diagnostics).filter(({ code, detail, source }) => {
    const key = JSON.stringify([code, detail, source?.file, source?.line, source?.column]);
    return !seen.has(key) && seen.add(key);
  });
}

/** Of one severity in one file; more of them are rarely read, and mostly of one cause. */
const MOST_PROBLEMS = 200;

/** The first problems of each file, and the number of the others. */
function withoutFlood(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const groups = new Map<string, Diagnostic[]>();
  const keyOf = ({ severity, source }: Diagnostic): string => `${severity} ${source?.file ?? ""}`;
  for (const diagnostic of diagnostics) {
    const group = groups.get(keyOf(diagnostic));
    if (group === undefined) groups.set(keyOf(diagnostic), [diagnostic]);
    else group.push(diagnostic);
  }
  const told = [...groups.values()].flatMap((group) => {
    const [next] = group.slice(MOST_PROBLEMS);
    return next === undefined ? group : [...group.slice(0, MOST_PROBLEMS), others(next, group.length)];
  });
  return sortDiagnostics(told);
}

function others({ severity, source }: Diagnostic, count: number): Diagnostic {
  const rest = count - MOST_PROBLEMS;
  const errors = rest === 1 ? `${severity} follows` : `${severity}s follow`;
  const detail = `${rest} more ${errors} from here on. Correct those that are told first.`;
  return report({ severity, code: "more-problems", detail }, { source });
}

function toManifest(
  owner: string,
  documents: readonly JudgedDocument[],
  resources: readonly Resource[],
): Pick<Manifest, "resources" | "kinds" | "digest"> {
  const mentioned = kinds.filter(({ section }) =>
    documents.some(({ value }) => Object.hasOwn(value, section)),
  );
  const names = mentioned.map(({ kind }) => kind);
  const order = new Map(names.map((kind, i) => [kind, i]));
  const sorted = resources.toSorted(
    (a, b) => (order.get(a.kind) ?? 0) - (order.get(b.kind) ?? 0) || (a.name < b.name ? -1 : 1),
  );
  return { resources: sorted, kinds: names, digest: once(() => manifestDigest(owner, names, sorted)) };
}
