/** The comments on a pull request: its plan, and what became of it. */
import type { Document } from "../model.ts";
import { code, table } from "../render/markdown-escape.ts";
import { fitSections } from "../render/markdown-limit.ts";
import { count } from "../render/words.ts";
import {
  bodyOf,
  commit,
  factsOf,
  links,
  MAX_BODY,
  type NamedLink,
  ownerOf,
  type Where,
} from "./body-parts.ts";
import { changeHashes, differingChanges } from "./differing.ts";
import { findMarker, type Marker } from "./marker.ts";

export interface CommentOptions extends Where {
  /** The commit that the document is of. */
  readonly sha: string;
  readonly limit?: number | undefined;
}

export interface PlanCommentOptions extends CommentOptions {
  /** The sealed plan, uploaded. */
  readonly planFile?: NamedLink | undefined;
}

/** The sticky comment of a plan. */
export function planComment(document: Document, options: PlanCommentOptions): string {
  const { sha, limit = MAX_BODY, planFile } = options;
  const below = [links(options, planFile === undefined ? [] : [planFile]), ...promise(document)];
  const facts = factsOf(document, options, sha);
  const planned = document.digest === null ? {} : { changes: changeHashes(document) };
  const marker = { ...markerOf("plan", document, options), ...planned };
  return bodyOf(document, { limit, facts }, below, marker);
}

/** Only of a plan that apply would run. */
function promise({ digest, changes, diagnostics }: Document): readonly string[] {
  const refused = diagnostics.some(({ severity }) => severity === "error");
  if (digest === null || changes.length === 0 || refused) return [];
  return ["After the merge, apply runs exactly the plan of this digest, or nothing."];
}

function markerOf(kind: Marker["kind"], document: Document, options: CommentOptions): Marker {
  const { target, sha } = options;
  const digest = document.digest === null ? {} : { digest: document.digest };
  return { kind, target, owner: ownerOf(document, options), sha, ...digest };
}

// ---------------------------------------------------------------- outdated

const OUTDATED = /^> \[!WARNING\]\r?\n> This is of [^\n]*\n\s*/;

/** A comment's body with the note that the pull request has moved on. Marked again, only the commit changes. */
export function outdated(body: string, { sha: now }: { readonly sha: string }): string {
  const of = findMarker(body)?.sha;
  const which = of === undefined ? "an earlier commit" : `commit ${commit(of)}`;
  const note = `> [!WARNING]\n> This is of ${which}. The pull request is at ${commit(now)} now.`;
  return `${note}\n\n${body.replace(OUTDATED, "")}`;
}

// ---------------------------------------------------------------- apply

/** The exit code of a plan that is not the reviewed one. */
const EXIT_STALE = 5;
/** No more than one part in so many of a comment is for what differs. */
const SHARE = 4;

export interface ApplyCommentOptions extends CommentOptions {
  /** The marker of the comment with the plan that was reviewed. */
  readonly reviewed?: Marker | undefined;
}

/** The report of an apply; where it refused another plan than the reviewed one, how they differ. */
export function applyComment(document: Document, options: ApplyCommentOptions): string {
  const { sha, limit = MAX_BODY, reviewed } = options;
  const notes = differenceParts(document, reviewed, limit / SHARE);
  const facts = factsOf(document, options, sha);
  return bodyOf(document, { limit, facts, notes }, [links(options)], markerOf("apply", document, options));
}

/** How a plan that was refused differs from the reviewed one. */
export function differenceParts(
  document: Document,
  reviewed: Marker | undefined,
  room: number,
): readonly string[] {
  if (document.exit_code !== EXIT_STALE) return [];
  if (reviewed?.changes === undefined)
    return ["How it differs from the reviewed plan is not known: the comment of that plan does not tell."];
  const { gone, added, different } = differingChanges(reviewed.changes, changeHashes(document));
  const { head, rows } = table(
    ["since the review", "address"],
    [
      ...added.map((address) => ["**new**", code(address)]),
      ...different.map((address) => ["**different**", code(address)]),
      ...gone.map((address) => ["no longer planned", code(address)]),
    ],
  );
  if (rows.length === 0) return [];
  const { shown, left } = fitSections({ rows: { items: rows } }, ["rows"], room).rows;
  const more =
    left === 0 ? [] : [`And ${count(left, "more change")} that ${left === 1 ? "differs" : "differ"}.`];
  return [
    "### What differs from the reviewed plan",
    ...(shown.length === 0 ? [] : [[...head, ...shown].join("\n")]),
    ...more,
  ];
}
