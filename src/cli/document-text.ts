/** A document in the format that was asked for. */
import type { DocumentFormat } from "./options.ts";

/** How a document is rendered; HTML is made of its Markdown. */
export interface DocumentForms {
  readonly json: () => string;
  readonly markdown: () => string;
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
