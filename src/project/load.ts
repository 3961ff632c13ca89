/**
 * A project file → its targets. Everything that can be judged without an environment is judged here, of
 * every target; what one target needs from outside is looked at only once it is chosen.
 */
import { dirname, resolve } from "node:path";
import { hasErrors, sortDiagnostics } from "../diagnostics.ts";
import { isArray, isObject, pointer } from "../json.ts";
import { failure, report } from "../manifest/codes.ts";
import { type ManifestDocument, readDocuments } from "../manifest/document.ts";
import { hasPlaceholder } from "../manifest/placeholders.ts";
import { isInside, readText } from "../manifest/text-file.ts";
import type { Diagnostic, Json, Pointer } from "../model.ts";
import { judgeTarget } from "./connection.ts";
import { judgeProject } from "./form.ts";
import { problem, withoutKeys } from "./problems.ts";
import type { Project, ProjectTarget } from "./project.ts";

const MAX_MEGABYTES = 1;
const DEFAULT_PATHS: readonly string[] = ["manifests"];
const NOTHING = { env: {}, vars: {} };

export interface LoadedProject {
  /** Present only where no diagnostic is an error. */
  readonly project?: Project;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a project file, named as a person sees it from `cwd`. Nothing that is in it throws. */
export function loadProject(shown: string, cwd: string): LoadedProject {
  const read = readText(resolve(cwd, shown), MAX_MEGABYTES);
  if (!("text" in read)) {
    return { diagnostics: [report(read, { source: { file: shown, line: 1, column: 1 } })] };
  }
  const folder = dirname(resolve(cwd, shown));
  const { document, problems } = readDocument(shown, read.path, read.text);
  const form = document === undefined ? [] : judgeProject(document);
  const targets = document === undefined ? [] : targetsOf(document, form);
  const judged = targets.flatMap((target) => [...judgeTarget(target), ...judgeTexts(target, folder)]);
  const diagnostics = sortDiagnostics([...problems, ...form, ...judged]).map(withoutKeys);
  if (document === undefined || hasErrors(diagnostics)) return { diagnostics };
  const targetsAt = document.keyAt("/targets");
  return { project: { shown, real: read.path, folder, targets, targetsAt }, diagnostics };
}

interface ReadProject {
  readonly document?: ManifestDocument;
  readonly problems: readonly Diagnostic[];
}

function readDocument(shown: string, real: string, text: string): ReadProject {
  const folder = dirname(real);
  const file = { shown, path: real, real, folder, roots: [folder], text };
  const { documents, problems } = readDocuments(file, NOTHING, () => "deferred");
  const [document, second] = documents;
  const told = problems.map((found) => (found.code === "empty-manifest" ? empty(found) : found));
  if (document === undefined) return { problems: told };
  if (second === undefined) return { document, problems: told };
  const detail = "Several targets stand under one `targets`, and a second document is not read. Remove it.";
  return {
    document,
    problems: [...told, problem("several-documents", detail, { source: second.valueAt("") })],
  };
}

function empty({ source }: Diagnostic): Diagnostic {
  const detail =
    "There is nothing in it but blanks and comments. Write `version: 1` and `targets`, or remove the file.";
  return problem("empty-project", detail, { source });
}

/** The targets with the values whose form is right, so that these can be judged beside those that are not. */
function targetsOf(document: ManifestDocument, form: readonly Diagnostic[]): readonly ProjectTarget[] {
  const wrong = new Set([...document.broken, ...form.flatMap(({ pointer: at }) => at ?? [])]);
  const isRight = (at: Pointer): boolean =>
    ![...wrong].some((other) => other === at || other.startsWith(`${at}/`));
  const targets = isObject(document.value) ? document.value.targets : undefined;
  return Object.entries(isObject(targets) ? targets : {}).map(([name, target]) => {
    const values = Object.entries(isObject(target) ? target : {});
    return {
      paths: DEFAULT_PATHS,
      overlays: [],
      vars: {},
      ...(Object.fromEntries(values.filter(([key]) => isRight(pointer("targets", name, key)))) as {
        host: string;
      }),
      name,
      at: (at) => document.valueAt(pointer("targets", name) + at),
    };
  });
}

function textsIn(value: Json, at: Pointer): readonly (readonly [Pointer, string])[] {
  if (typeof value === "string") return [[at, value]];
  const items = isArray(value) || isObject(value) ? Object.entries(value) : [];
  return items.flatMap(([key, item]) => textsIn(item, at + pointer(key)));
}

/** Paths and variables: they are shown and compared, so nothing sensitive and nothing from outside is in them. */
function judgeTexts({ paths, overlays, vars, at }: ProjectTarget, folder: string): readonly Diagnostic[] {
  const files = [
    ...paths.map((text, i) => [pointer("paths", i), text] as const),
    ...overlays.map((text, i) => [pointer("overlays", i), text] as const),
  ];
  const texts = [
    ...files,
    ...Object.entries(vars).flatMap(([name, value]) => textsIn(value, pointer("vars", name))),
  ];
  const outside = files.flatMap(([where, path]) => {
    if (isInside(resolve(folder, path), [folder])) return [];
    const detail = `${JSON.stringify(path)} leads outside the folder of the project file, and its manifests could name no files. Put the project file into a folder that holds both.`;
    return [report(failure("outside-root", detail), { source: at(where) })];
  });
  return [
    ...outside,
    ...texts
      .filter(([, text]) => hasPlaceholder(text))
      .map(([where]) => {
        const detail =
          "Placeholders are replaced in host, api_key and the other values of the connection only. Write the value itself; a secret belongs into the manifest, as ${env:NAME}.";
        return problem("placeholder-not-here", detail, { source: at(where) });
      }),
  ];
}
