/**
 * A document as a page of HTML that stands alone, for a mail, a ticket or a browser: the Markdown of the document,
 * with the same arrangement. Only the marks that our Markdown has are read as such, so that everything else is text
 * whatever it holds, and the page forbids itself scripts and requests.
 */
import createMarkdownIt, { type MarkdownIt, type RendererRule, type Token } from "markdown-it";
import { htmlText } from "./markdown-escape.ts";
import { STYLESHEET } from "./stylesheet.ts";

const MARKS = ["backticks", "emphasis", "fence", "heading", "html_block", "list", "table"];
/** What `folded` opens and closes; in its line, code is all the markup there is. */
const FOLD = /^(?:<details>\n<summary>(?:[^<>]|<code>[^<>]*<\/code>)*<\/summary>|<\/details>)\n?$/;

/** Markdown of render/markdown and its like as a whole page. Ends with a line break. */
export function renderHtml(markdown: string): string {
  const parser = createParser();
  const tokens = parser.parse(markdown, {});
  const body = parser.renderer.render(tokens, parser.options, {});
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${htmlText(titleOf(tokens))}</title>
<style>
${STYLESHEET}</style>
</head>
<body>
${body}</body>
</html>
`;
}

function createParser(): MarkdownIt {
  const parser = createMarkdownIt("zero", { html: true }).enable(MARKS);
  Object.assign(parser.renderer.rules, {
    html_block: fold,
    fence: block,
    table_open: () => '<div class="wide"><table>\n',
    table_close: () => "</table></div>\n",
  });
  return parser;
}

const fold: RendererRule = (tokens, i) => {
  const content = tokens[i]?.content ?? "";
  return FOLD.test(content) ? content : `<p>${htmlText(content)}</p>\n`;
};

const block: RendererRule = (tokens, i) => {
  const { content = "", info = "" } = tokens[i] ?? {};
  const lines = content.split("\n").slice(0, -1);
  const shown = lines.map(info === "diff" ? diffLine : htmlText);
  // HTML drops a line break that stands first; this one, so that none of the text's is.
  return `<pre>\n${shown.map((line) => `${line}\n`).join("")}</pre>\n`;
};

function diffLine(line: string): string {
  const text = htmlText(line);
  if (line.startsWith("+")) return `<ins>${text}</ins>`;
  if (line.startsWith("-")) return `<del>${text}</del>`;
  return line.startsWith("@@") ? `<i>${text}</i>` : text;
}

/** What several targets are called, or what the first heading says. */
function titleOf(tokens: readonly Token[]): string {
  const headings = tokens.flatMap(({ type, tag }, i) =>
    type === "heading_open" ? [{ tag, text: textOf(tokens[i + 1]) }] : [],
  );
  const targets = headings.filter(({ tag }) => tag === "h1");
  const shown = targets.length > 0 ? targets : headings.slice(0, 1);
  return shown.map(({ text }) => text).join(", ");
}

function textOf(token: Token | undefined): string {
  return (token?.children ?? []).map(({ content }) => content).join("");
}
