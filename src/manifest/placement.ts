/** What placeholders mean where a text stands: the kinds' fields take secrets, all else does not. */
import { kinds } from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";

/**
 * `secret`: both `env` and `var`. `plain`: only `var`. `literal`: the text stays as it is, since it is
 * a program's own text. `deferred`: it stays as it is until somebody needs it filled.
 */
export type Placement = "secret" | "plain" | "literal" | "deferred";

const bySection: ReadonlyMap<string, Kind> = new Map(kinds.map((kind) => [kind.section, kind]));

/** The kind whose entries a top-level key holds. */
export function kindOfSection(section: string | undefined): Kind | undefined {
  return bySection.get(section ?? "");
}

/** The kind and the path below the entry (or below the kind's defaults) that a document's path is in. */
export function entryPath(
  path: readonly string[],
): { kind: Kind; defaults: boolean; rest: readonly string[] } | undefined {
  const [first, second, ...rest] = path;
  const defaults = first === "defaults";
  const kind = kindOfSection(defaults ? second : first);
  return kind === undefined || second === undefined ? undefined : { kind, defaults, rest };
}

/** What a placeholder at this path of a document may do. */
export function placementOf(path: readonly string[]): Placement {
  const entry = entryPath(path);
  const [name = ""] = entry?.rest ?? [];
  const field =
    entry !== undefined && Object.hasOwn(entry.kind.fields, name) ? entry.kind.fields[name] : undefined;
  if (field === undefined || field.alias === true) return "plain";
  if (field.fromFile !== true) return "secret";
  return entry?.rest.length === 1 ? "literal" : "plain";
}
