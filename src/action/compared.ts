/** What is said of manifests that are compared with those of another commit, while no appliance is read. */
import type { Document, Summary } from "../model.ts";
import { type DocumentParts, toDocument } from "../render/document.ts";
import { count } from "../render/words.ts";
import { commit } from "./body-parts.ts";

export interface Compared {
  /** The commit that the manifests are compared with; absent where its own cannot be read. */
  readonly base?: string | undefined;
}

/** The document of a `validate` with what the manifests change. */
export function comparedDocument(
  parts: Omit<DocumentParts, "command" | "plan">,
  changes: Pick<Document, "changes" | "summary"> | undefined,
): Document {
  return { ...toDocument({ ...parts, command: "validate" }), ...changes };
}

/** Paragraphs, first of all that this is no plan. */
export function comparedNotes(document: Document, { base }: Compared): readonly string[] {
  return [
    "**No appliance was read:** a pull request from a fork or from Dependabot is planned without secrets. This is what the manifests change, not what apply would do, since only a plan knows which objects exist and what has drifted.",
    comparison(document, base),
  ];
}

function comparison({ exit_code, changes, summary }: Document, base: string | undefined): string {
  if (exit_code !== 0) return "**Not compared with the base branch**, since the manifest is not valid.";
  if (base === undefined) return "**Not compared with the base branch:** its manifests cannot be read.";
  if (changes.length === 0)
    return `**Nothing changes** against ${commit(base)} (${count(summary.unchanged, "resource")}).`;
  return `**Against ${commit(base)}:** ${parts(summary).join(", ")}.`;
}

const WORDS = {
  create: "added",
  update: "changed",
  rename: "renamed",
  delete: "removed",
  unchanged: "unchanged",
};

function parts(summary: Summary): readonly string[] {
  return Object.entries(WORDS).flatMap(([action, word]) => {
    const number = summary[action as keyof typeof WORDS];
    return number === 0 ? [] : [action === "delete" ? `**${number} ${word}**` : `${number} ${word}`];
  });
}
