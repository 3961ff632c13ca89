/** Text → YAML documents, with what is wrong in the text itself. */
import { Composer, type CST, type Document, Lexer, type ParsedNode, Parser, type YAMLError } from "yaml";
import type { Diagnostic } from "../model.ts";
import { type Finding, failure, report } from "./codes.ts";
import type { SourceText } from "./source-text.ts";

/** Deeper than any manifest needs, and far from what the recursion over nodes can take. */
export const MAX_DEPTH = 64;

/** Words, marks and line ends: ten times what a manifest of 10,000 alerts has. More would not fit into memory. */
const MAX_PARTS = 1_000_000;

export interface YamlDocuments {
  /** Those that are well-formed and not empty. */
  readonly documents: readonly ParsedNode[];
  readonly problems: readonly Diagnostic[];
}

/** Of files and their texts: the targets of a fleet read the same ones. Nodes may go whenever memory is needed. */
const known = new Map<string, WeakRef<YamlDocuments>>();
/** No project has more manifests that all targets share. */
const MOST_KNOWN = 1000;

/**
 * Reads every document of a text. Of one document's syntax errors only the first is told: others follow
 * from it. `keepTokens` is for edits, which need to know where dashes and colons stand.
 */
export function readYaml(source: SourceText, keepTokens = false): YamlDocuments {
  if (keepTokens) return parseYaml(source, true);
  const key = `${source.file}\n${source.text}`;
  const before = known.get(key)?.deref();
  if (before !== undefined) return before;
  const read = parseYaml(source, false);
  if (known.size === MOST_KNOWN) known.clear();
  known.set(key, new WeakRef(read));
  return read;
}

function parseYaml(source: SourceText, keepTokens: boolean): YamlDocuments {
  const tokens = readTokens(source.text);
  if ("code" in tokens) {
    return {
      documents: [],
      problems: [report(tokens, { source: source.place(tokens.start, tokens.start) })],
    };
  }
  // Duplicate keys and tags are judged where values are made, with both places and better words.
  const composer = new Composer({
    schema: "core",
    prettyErrors: false,
    uniqueKeys: false,
    keepSourceTokens: keepTokens,
  });
  const documents = [...composer.compose(tokens, false, source.text.length)];
  if (documents.length === 0) {
    const detail =
      "There is nothing in it but blanks and comments. Start with `version: 1`, or remove the file.";
    return {
      documents: [],
      problems: [report(failure("empty-manifest", detail), { source: source.place(0, 0) })],
    };
  }
  const read = documents.map((document) => readDocument(document, source));
  return {
    documents: read.flatMap((item) => ("range" in item ? [item] : [])),
    problems: read.flatMap((item) => ("range" in item ? [] : [item])),
  };
}

function readDocument(document: Document.Parsed, source: SourceText): ParsedNode | Diagnostic {
  const error = [...document.errors, ...document.warnings]
    .filter((e) => e.code !== "TAG_RESOLVE_FAILED")
    .sort((a, b) => a.pos[0] - b.pos[0])[0];
  if (error !== undefined) return syntaxError(error, source);
  const { contents } = document;
  if (contents !== null && (contents.range[0] !== contents.range[1] || contents.tag !== undefined))
    return contents;
  const at = documentStart(document, source.text);
  const detail =
    "A `---` starts a document, and nothing follows it. Start each document with `version: 1`, or remove the `---`.";
  return report(failure("empty-document", detail), { source: source.place(at, at + 3) });
}

/** The `---` of an empty document, or the place where the document would be. */
function documentStart(document: Document.Parsed, text: string): number {
  const marker = text.lastIndexOf("---", document.contents?.range[0]);
  return marker >= 0 ? marker : document.range[0];
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
  let parts = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    const deep = parser.stack[DEEPEST];
    if (deep !== undefined) return { ...tooDeep(), start: deep.offset };
    parts += 1;
    if (parts > MAX_PARTS) return { ...tooManyParts(), start: parser.offset };
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

function tooDeep(): Finding {
  const detail = `Lists and mappings stand more than ${MAX_DEPTH} deep in each other. Check the brackets and the indentation.`;
  return failure("too-deep", detail);
}

function tooManyParts(): Finding {
  const detail = `Up to here it has more than ${MAX_PARTS} words, marks and line ends, and no more are read. Split it.`;
  return failure("file-too-large", detail);
}
