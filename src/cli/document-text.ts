/** A document in the format that was asked for. */
import type { Document, FleetDocument, TargetsDocument } from "../model.ts";
import { renderFleetJson, renderJson } from "../render/document.ts";
import { renderFleetMarkdown } from "../render/fleet.ts";
import { renderMarkdown } from "../render/markdown.ts";
import { renderTargetsDocument, renderTargetsMarkdown } from "../render/targets-document.ts";
import type { DocumentFormat, OutputOptions } from "./options.ts";

/** How a document is rendered; HTML is made of its Markdown. */
export interface DocumentForms {
  readonly json: () => string;
  readonly markdown: () => string;
}

type Shown = Pick<OutputOptions, "showRequests">;

/** Of one target. */
export function documentForms(document: Document, options: Shown = {}): DocumentForms {
  return { json: () => renderJson(document), markdown: () => renderMarkdown(document, options) };
}

/** Of several targets. */
export function fleetForms(document: FleetDocument, options: Shown = {}): DocumentForms {
  return { json: () => renderFleetJson(document), markdown: () => renderFleetMarkdown(document, options) };
}

/** Of the list of targets. */
export function targetsForms(document: TargetsDocument): DocumentForms {
  return { json: () => renderTargetsDocument(document), markdown: () => renderTargetsMarkdown(document) };
}

/** The whole text, with a line break at its end. What reads Markdown is loaded by whoever wants a page. */
export async function documentText(
  format: DocumentFormat,
  { json, markdown }: DocumentForms,
): Promise<string> {
  if (format === "json") return json();
  if (format === "markdown") return markdown();
  const { renderHtml } = await import("../render/html.ts");
  return renderHtml(markdown());
}
