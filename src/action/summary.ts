/** The summary of a job: the whole document and the order of its changes, within a number of bytes. */
import type { Document } from "../model.ts";
import { type MarkdownOptions, renderMarkdown } from "../render/markdown.ts";
import { factsOf } from "./body-parts.ts";
import { type Compared, comparedNotes } from "./compared.ts";
import { orderParts } from "./order-graph.ts";

/** GitHub takes 1 MiB of one step. */
export const MAX_SUMMARY = 1_000_000;

export interface SummaryOptions {
  /** In bytes of UTF-8. */
  readonly limit?: number | undefined;
  /** Draw the order of the changes. */
  readonly mermaid?: boolean | undefined;
  readonly target?: string | undefined;
  readonly sha?: string | undefined;
  /** Paragraphs of Markdown below the outcome. */
  readonly notes?: readonly string[] | undefined;
  /** Where no appliance was read. */
  readonly compared?: Compared | undefined;
}

export function summary(document: Document, options: SummaryOptions = {}): string {
  const { limit = MAX_SUMMARY, mermaid = true, target, sha, notes = [], compared } = options;
  const order = mermaid && compared === undefined ? orderParts(document.changes) : [];
  const end = order.length === 0 ? "" : `\n${order.join("\n\n")}\n`;
  const facts = target === undefined ? [] : factsOf(document, { target }, sha);
  const below = compared === undefined ? notes : [...notes, ...comparedNotes(document, compared)];
  return `${withinBytes(document, { facts, notes: below }, limit - bytes(end))}${end}`;
}

/** As many characters as fit: what takes more bytes than characters is found out by trying. */
function withinBytes(document: Document, options: MarkdownOptions, room: number): string {
  let limit = Number.POSITIVE_INFINITY;
  let text = renderMarkdown(document, options);
  while (bytes(text) > room && limit > 0) {
    limit = Math.floor((Math.min(text.length, limit) * room) / bytes(text));
    text = renderMarkdown(document, { ...options, limit });
  }
  return text;
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
