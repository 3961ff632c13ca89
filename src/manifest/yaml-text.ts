/** Text → YAML documents, with what is wrong in the text itself. */
import { type Event, parseEvents, YAMLException } from "js-yaml";
import type { Diagnostic } from "../model.ts";
import { failure, report } from "./codes.ts";
import type { SourceText } from "./source-text.ts";
import { buildDocuments, type YamlDocument } from "./yaml-build.ts";
import { isEmpty, MAX_DEPTH, type YamlNode } from "./yaml-nodes.ts";
import { mistakesIn } from "./yaml-syntax.ts";

export interface YamlDocuments {
  /** Those that are well-formed and not empty. */
  readonly documents: readonly YamlNode[];
  readonly problems: readonly Diagnostic[];
}

/** Of files and their texts: the targets of a fleet read the same ones. Nodes may go whenever memory is needed. */
const known = new Map<string, WeakRef<YamlDocuments>>();
/** No project has more manifests that all targets share. */
const MOST_KNOWN = 1000;

/** Reads every document of a text. */
export function readYaml(source: SourceText): YamlDocuments {
  const key = `${source.file}\n${source.text}`;
  const before = known.get(key)?.deref();
  if (before !== undefined) return before;
  const read = readText(source);
  if (known.size === MOST_KNOWN) known.clear();
  known.set(key, new WeakRef(read));
  return read;
}

function readText(source: SourceText): YamlDocuments {
  const { text } = source;
  if (marksIn(text) > MAX_MARKS) return { documents: [], problems: [tooManyMarks(source)] };
  const events = parse(text);
  if ("reason" in events) return readRest(source, events);
  const documents = buildDocuments(text, events);
  if (documents.length === 0) return { documents: [], problems: [emptyManifest(source)] };
  return withoutEmpty(documents, source);
}

/** Why the parser stopped, and where it was then. */
interface Stop {
  readonly reason: string;
  readonly at: number;
}

function parse(text: string): readonly Event[] | Stop {
  try {
    return parseEvents(text, { maxDepth: MAX_DEPTH + 2 });
  } catch (error) {
    if (error instanceof YAMLException) return { reason: error.reason, at: error.mark?.position ?? 0 };
    // A tag of a million characters is too much for its regular expressions.
    if (error instanceof RangeError) return { reason: "a part of it is too long", at: 0 };
    throw error;
  }
}

/** The documents of a text besides those that are not well-formed. */
function readRest(source: SourceText, stop: Stop): YamlDocuments {
  const { problems, ranges } = mistakesIn(source);
  if (problems.length === 0) return { documents: [], problems: [unreadable(stop, source)] };
  const text = ranges.reduce(blanked, source.text);
  const events = parse(text);
  if ("reason" in events) return { documents: [], problems };
  const rest = withoutEmpty(
    buildDocuments(text, events).filter(
      ({ start }) => !ranges.some(([from, to]) => from <= start && start < to),
    ),
    source,
  );
  return { ...rest, problems: [...problems, ...rest.problems] };
}

/** Everything else stays at its place. */
function blanked(text: string, [start, end]: readonly [number, number]): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[^\n]/g, " ") + text.slice(end);
}

function unreadable({ reason, at }: Stop, source: SourceText): Diagnostic {
  const [hidden] = UNPRINTABLE.exec(source.text.slice(at, at + 2)) ?? [];
  const detail =
    hidden === undefined
      ? `The parser says: ${reason}. Correct it; nothing of this file was read.`
      : `Here stands the character ${codePoint(hidden)}, which nobody sees and which YAML does not allow. Remove it; where it is meant, write \\x or \\u and its number in double quotes.`;
  return report(failure("yaml-syntax", detail), { source: source.place(at, at + 1) });
}

/** At the start of a text. */
const UNPRINTABLE = /^[\p{Cc}\p{Cs}\ufffe\uffff]/u;

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function withoutEmpty(documents: readonly YamlDocument[], source: SourceText): YamlDocuments {
  const isWritten = ({ root }: YamlDocument): boolean =>
    !isEmpty(root) || (root.type !== "alias" && root.tag !== undefined);
  return {
    documents: documents.filter(isWritten).map(({ root }) => root),
    problems: documents
      .filter((document) => !isWritten(document))
      .map(({ start }) => emptyDocument(start, source)),
  };
}

function emptyManifest(source: SourceText): Diagnostic {
  const detail =
    "There is nothing in it but blanks and comments. Start with `version: 1`, or remove the file.";
  return report(failure("empty-manifest", detail), { source: source.place(0, 0) });
}

function emptyDocument(start: number, source: SourceText): Diagnostic {
  const detail =
    "A `---` starts a document, and nothing follows it. Start each document with `version: 1`, or remove the `---`.";
  return report(failure("empty-document", detail), { source: source.place(start, start + 3) });
}

/** Ten times what a manifest of 10,000 alerts has. What more of them can stand for would not fit into memory. */
const MAX_MARKS = 1_000_000;

/** At least half of the nodes that a text can have: each begins or ends with such a mark. */
function marksIn(text: string): number {
  if (text.length <= MAX_MARKS) return 0;
  let marks = 0;
  for (let at = 0; at < text.length; at += 1) marks += MARKS[text.charCodeAt(at)] ?? 0;
  return marks;
}

/** 1 at the code of each mark. */
const MARKS: Uint8Array = new Uint8Array(128);
for (const mark of "[{,:-?") MARKS[mark.charCodeAt(0)] = 1;

function tooManyMarks(source: SourceText): Diagnostic {
  const detail = `It has more than ${MAX_MARKS} brackets, commas, colons and dashes, and no more are read. Split it.`;
  return report(failure("file-too-large", detail), { source: source.place(0, 0) });
}
