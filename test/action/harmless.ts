/** Bodies for GitHub without what the action itself writes besides the renderers: its links, note and marker. */
import { expect } from "vitest";
import { expectHarmless, type Node } from "../render/markdown-tree.ts";

const LINK = /\[(This run|job summary|`[^`]*`)\]\(https:\/\/github\.com\/[\w/%.#-]+\)/g;
const NOTE =
  /^> \[!WARNING\]\n> This is of commit `[0-9a-f]{7}`\. The pull request is at `[0-9a-f]{7}` now\.\n\n/;
const MARKER = /\n\n<!-- hopsync:v1 [\w-]+ -->$/;

/** Fails where anything is alive in the body that is none of these. Returns the tree of the rest. */
export function expectHarmlessBody(body: string): Node {
  const rest = body.replace(NOTE, "").replace(MARKER, "").replace(LINK, "link");
  expect(rest).not.toContain("hopsync:v1");
  return expectHarmless(rest);
}
