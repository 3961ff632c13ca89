/** Markdown as GitHub's flavour reads it, by a parser that is not ours, with what hostile text would bring into it. */

import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { expect } from "vitest";

/** A node of mdast, as far as these tests look. */
export interface Node {
  readonly type: string;
  readonly value?: string;
  readonly lang?: string | null;
  readonly depth?: number;
  readonly children?: readonly Node[];
}

/** What we write; anything else in the tree came out of a value. */
const OURS = new Set([
  ...["root", "paragraph", "heading", "text", "inlineCode", "strong", "code", "html"],
  ...["table", "tableRow", "tableCell", "list", "listItem"],
]);

const HTML = /^(<details>\n<summary>([\w +(),-]|<code>[^<>]*<\/code>)*<\/summary>|<\/details>)$/;

/** What GitHub turns into mentions, references, links, emoji or formulas, or a parser into markup. */
const LIVE = /[@#<>[\]|`$*_~\\&/]|www\.|:\w+:|gh-\d|[0-9a-f]{7}|[\p{Cc}\p{Cf}]/iu;

export function parse(markdown: string): Node {
  return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }) as Node;
}

export function nodes(tree: Node): readonly Node[] {
  return [tree, ...(tree.children ?? []).flatMap(nodes)];
}

export function textOf(node: Node): string {
  return node.value ?? (node.children ?? []).map(textOf).join("");
}

/** Fails where anything in the document is alive that we did not write. Returns its tree. */
export function expectHarmless(markdown: string): Node {
  const tree = parse(markdown);
  const all = nodes(tree);
  expect(all.map(({ type }) => type).filter((type) => !OURS.has(type))).toEqual([]);
  const html = all.flatMap((node) => (node.type === "html" ? [node.value ?? ""] : []));
  expect(html.filter((value) => !HTML.test(value))).toEqual([]);
  const opened = html.filter((value) => value.startsWith("<details>"));
  expect(html).toHaveLength(2 * opened.length);
  const text = all.flatMap((node) => (node.type === "text" ? [node.value ?? ""] : []));
  expect(text.filter((value) => LIVE.test(value.replaceAll(/\n|\+\d| \/ |-\/\+/g, " ")))).toEqual([]);
  return tree;
}

/** The cells of each table, row by row. */
export function tables(tree: Node): readonly (readonly (readonly Node[])[])[] {
  return nodes(tree)
    .filter(({ type }) => type === "table")
    .map((table) => (table.children ?? []).map((row) => row.children ?? []));
}
