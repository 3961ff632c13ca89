/**
 * What is wrong with a text that is not YAML. The reader stops at the first mistake, and says little of it; another
 * parser, which is slower and reads on, finds where it begins, and which documents it leaves whole.
 */
import { Composer, type CST, type Document, Lexer, Parser, type YAMLError } from "yaml";
import type { Diagnostic } from "../model.ts";
import { type Finding, failure, report } from "./codes.ts";
import type { SourceText } from "./source-text.ts";
import { MAX_DEPTH } from "./yaml-nodes.ts";

/** Words, marks and line ends; more would not fit into memory. */
const MAX_LEXEMES = 1_000_000;

export interface Mistakes {
  /** Of each document that is not well-formed, the first mistake: others follow from it. */
  readonly problems: readonly Diagnostic[];
  /** The ranges of these documents. */
  readonly ranges: readonly (readonly [start: number, end: number])[];
}

/** The mistakes in a text; none where this parser finds nothing wrong with it. */
export function mistakesIn(source: SourceText): Mistakes {
  const { text } = source;
  const tokens = readTokens(text);
  if ("code" in tokens) {
    const problem = report(tokens, { source: source.place(tokens.start, tokens.start) });
    return { problems: [problem], ranges: [[0, text.length]] };
  }
  const composer = new Composer({ schema: "core", prettyErrors: false, uniqueKeys: false });
  const documents = [...composer.compose(tokens, false, text.length)];
  const found = documents.flatMap((document, i) => {
    const error = firstError(document);
    if (error === undefined) return [];
    const range = [document.range[0], documents[i + 1]?.range[0] ?? text.length] as const;
    return [{ problem: syntaxError(error, source), range }];
  });
  return { problems: found.map(({ problem }) => problem), ranges: found.map(({ range }) => range) };
}

function firstError({ errors, warnings }: Document.Parsed): YAMLError | undefined {
  return [...errors, ...warnings]
    .filter((e) => e.code !== "TAG_RESOLVE_FAILED")
    .sort((a, b) => a.pos[0] - b.pos[0])[0];
}

const ADVICE: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "Indent with spaces.",
  BAD_INDENT: "Keys of one mapping start in the same column.",
  BLOCK_AS_IMPLICIT_KEY: "Check the indentation, and put a text that holds `: ` in quotes.",
  MULTILINE_IMPLICIT_KEY: "Check the indentation.",
  MISSING_CHAR: "Check for a missing bracket, colon or quote.",
  BAD_SCALAR_START: "Put the text in quotes.",
};

/** A key or an item at the start of a line. */
const ENTRY_LINE = /^[ \t]*(?!#)\S[^\n]*?:(?=\s|$)/;

/**
 * The parser takes a line that is indented too far for the rest of the value before it, and reports
 * where that value starts. The place is the first line after it that reads as an entry.
 */
function deeperLine(error: YAMLError, text: string): readonly [number, number] | undefined {
  if (error.code !== "BLOCK_AS_IMPLICIT_KEY") return undefined;
  const [head = "", ...lines] = text.slice(error.pos[0]).split("\n");
  if (/:(\s|$)/.test(head)) return undefined;
  const index = lines.findIndex((line) => ENTRY_LINE.test(line));
  if (index < 0) return undefined;
  const start = error.pos[0] + [head, ...lines.slice(0, index)].join("\n").length + 1;
  const indent = /^[ \t]*/.exec(lines[index] ?? "")?.[0].length ?? 0;
  return [start + indent, start + (ENTRY_LINE.exec(lines[index] ?? "")?.[0].length ?? 0)];
}

function syntaxError(error: YAMLError, source: SourceText): Diagnostic {
  const deeper = deeperLine(error, source.text);
  if (deeper !== undefined) {
    const detail =
      "This line is indented more than its neighbours, so it would continue the value that stands before it. Keys of one mapping start in the same column.";
    return report(failure("yaml-syntax", detail), {
      source: source.place(...deeper),
      related: [source.place(...error.pos)],
    });
  }
  const [start, end] = error.pos;
  if (start > 0 && source.text.startsWith("${", start - 1)) {
    const detail =
      "Between braces or brackets a `{` begins a mapping, also that of a `${…}`. Put the text that it stands in in quotes.";
    return report(failure("yaml-syntax", detail), { source: source.place(start - 1, end) });
  }
  const message = error.message.replace(/[.:]?$/, ".");
  const detail = `${message} ${ADVICE[error.code] ?? "Correct it; nothing of this document was read."}`;
  return report(failure("yaml-syntax", detail), { source: source.place(...error.pos) });
}

/** A collection below others: the document and so many collections stand above it. */
const DEEPEST = MAX_DEPTH + 2;

/** The tokens of all documents, or where and why the reading of them was given up. */
function readTokens(text: string): readonly CST.Token[] | (Finding & { readonly start: number }) {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    const deep = parser.stack[DEEPEST];
    if (deep !== undefined) return { ...tooDeep(), start: deep.offset };
    lexemes += 1;
    if (lexemes > MAX_LEXEMES) return [];
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

function tooDeep(): Finding {
  const detail = `Lists and mappings stand more than ${MAX_DEPTH} deep in each other. Check the brackets and the indentation.`;
  return failure("too-deep", detail);
}
