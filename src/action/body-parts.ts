/** What the bodies of comments and issues have in common. Every value goes through render/markdown-escape. */

import type { Document } from "../model.ts";
import { printable } from "../render/clean.ts";
import { type MarkdownOptions, renderMarkdown } from "../render/markdown.ts";
import { code } from "../render/markdown-escape.ts";
import { type Marker, writeMarker } from "./marker.ts";

/** The API takes 65,536 characters; the rest is room for the note of an outdated plan. */
export const MAX_BODY = 60_000;

/** A file that can be fetched. */
export interface NamedLink {
  readonly name: string;
  readonly url: string;
}

/** Of what a body tells, and where there is more. */
export interface Where {
  /** As the project calls it. */
  readonly target: string;
  /** The run of the workflow. */
  readonly runUrl: string;
  readonly summaryUrl?: string | undefined;
  /** Known where the document does not tell, as when its manifest has errors. */
  readonly owner?: string | undefined;
}

/** A longer name is cut, where identity is the marker's matter. */
const MAX_NAME = 200;
const SHORT_SHA = 7;

/** A name as code, its end cut off where it is very long. */
export function shortName(text: string): string {
  return code(text.length > MAX_NAME ? `${text.slice(0, MAX_NAME)}…` : text);
}

export function commit(sha: string): string {
  return code(sha.slice(0, SHORT_SHA));
}

export function ownerOf(document: Document, { owner }: Pick<Where, "owner">): string {
  return document.owner ?? owner ?? "";
}

/** The facts beside those that the document has. */
export function factsOf(document: Document, where: Omit<Where, "runUrl">, sha?: string): readonly string[] {
  const { owner, target } = where;
  return [
    ...(document.owner === null && owner !== undefined ? [`Owner ${shortName(owner)}`] : []),
    `Target ${shortName(target)}`,
    ...(sha === undefined ? [] : [`Commit ${commit(sha)}`]),
  ];
}

const MAX_URL = 2000;

/** A link whose text is Markdown already; the text alone where the address is none of the web. */
export function link(text: string, url: string): string {
  if (url.length > MAX_URL || !URL.canParse(url)) return text;
  const { protocol, href } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") return text;
  const safe = href.replace(/[^\w:/?#%=&.~+,;-]/g, (sign) =>
    encodeURIComponent(sign).replace(/[()!'*]/g, hex),
  );
  return `[${text}](${safe})`;
}

function hex(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Where to look for more, in one line. */
export function links({ runUrl, summaryUrl }: Where, files: readonly NamedLink[] = []): string {
  const all = [
    link("This run", runUrl),
    ...(summaryUrl === undefined ? [] : [link("job summary", summaryUrl)]),
    ...files.map(({ name, url }) => link(shortName(name), url)),
  ];
  return all.join(" · ");
}

/** The document, with paragraphs and the marker under it, within a number of characters. */
export function bodyOf(
  document: Document,
  { limit, ...options }: MarkdownOptions & { readonly limit: number },
  below: readonly string[],
  marker?: Marker,
): string {
  const end = [...below, ...(marker === undefined ? [] : [writeMarker(marker)])].join("\n\n");
  return `${renderMarkdown(document, { ...options, limit: limit - end.length - 1 })}\n${end}`;
}

/** Signs that titles show as they are, and that GitHub might still make something of, each with its wide twin. */
const LIVE: Readonly<Record<string, string>> = {
  "@": "＠",
  "#": "＃",
  "`": "＇",
  "<": "＜",
  ">": "＞",
  ":": "：",
};
const MAX_TITLE_NAME = 100;

/** A name in the title of an issue or pull request, which knows no code. */
export function titleName(text: string): string {
  const shown = [...printable(text)].map((sign) => LIVE[sign] ?? sign);
  if (shown.length <= MAX_TITLE_NAME) return shown.join("");
  return `${shown.slice(0, MAX_TITLE_NAME).join("").trim()}…`;
}
