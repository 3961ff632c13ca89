/** One comment or issue per target and owner, found again by the marker in it. */
import { HopsyncError } from "../errors.ts";
import { outdated } from "./comments.ts";
import { findMarker, isSame, type Marker, readMarker } from "./marker.ts";
import type { Comment, GitHub } from "./port.ts";

export interface Marked extends Comment {
  readonly marker: Marker;
  /** False where somebody wrote below the marker: such a comment is written over, and proves nothing. */
  readonly whole: boolean;
}

/** The comments that hopsync wrote, oldest first. A marker in anybody else's comment means nothing. */
export async function markedComments(github: GitHub, number: number): Promise<readonly Marked[]> {
  const comments = await github.comments(number);
  return comments.flatMap((comment): Marked[] => {
    const { body, trusted, byApp } = comment;
    const last = trusted ? readMarker(body) : undefined;
    const marker = last ?? (byApp ? findMarker(body) : undefined);
    return marker === undefined ? [] : [{ ...comment, marker, whole: last !== undefined }];
  });
}

/** Writes the comment into the place of the one before it; where that was deleted, anew. */
export async function stick(github: GitHub, number: number, body: string): Promise<string> {
  const marker = readMarker(body);
  if (marker === undefined) throw new HopsyncError("bug", "A comment without a marker is never found again.");
  const known = knownAs(marker, await markedComments(github, number));
  if (known === undefined) return (await github.addComment(number, body)).url;
  if (known.body !== body) await github.editComment(known.id, body);
  return known.url;
}

/** A manifest that cannot be read has no owner: its comment takes the place of the last one, and is followed by one. */
function knownAs(marker: Marker, comments: readonly Marked[]): Marked | undefined {
  const same = comments.findLast((comment) => isSame(comment.marker, marker));
  const nameless = (other: Marker): boolean => [marker.owner, other.owner].includes("");
  return (
    same ??
    comments.findLast(
      (comment) => nameless(comment.marker) && isSame({ ...comment.marker, owner: marker.owner }, marker),
    )
  );
}

/** Marks plans of this target that are of another commit, so that nobody approves them. Others have jobs of their own. */
export async function markOutdated(
  github: GitHub,
  number: number,
  target: string,
  sha: string,
): Promise<void> {
  for (const { id, body, marker } of await markedComments(github, number)) {
    const old = marker.kind === "plan" && marker.target === target && marker.sha !== sha;
    const marked = old ? outdated(body, { sha }) : body;
    if (marked !== body) await github.editComment(id, marked);
  }
}
