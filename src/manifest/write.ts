/**
 * Entries → the text of a manifest, for people to read and for the loader to read back exactly: what
 * looks like another type is quoted, `${` is escaped, long texts stand as blocks, short lists in a line.
 */
import { Document, type Node, type Pair, Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import { isArray, isObject, pointer } from "../json.ts";
import { kinds } from "../kinds/index.ts";
import type { ExportedEntry, Json, ListItem, Pointer } from "../model.ts";
import { placementOf } from "./placement.ts";

/** What still counts as short: it stands in one line. */
const SHORT = 80;

/** The text of a manifest with these entries. */
export function writeManifest(entries: readonly ExportedEntry[]): string {
  const document = newDocument();
  const sections = kinds.flatMap(({ kind, section }): Section[] => {
    const own = entries.filter((entry) => entry.kind === kind);
    return own.length === 0 ? [] : [{ section, entries: own }];
  });
  const written = sections.map((section) => {
    const pair = createPair(document, section.section, writeSection(document, section));
    pair.key.spaceBefore = true;
    return pair;
  });
  document.contents = mapping(document, [
    createPair(document, "version", document.createNode(1)),
    ...written,
  ]);
  return print(document);
}

function print(document: Document): string {
  const text = document.toString({
    lineWidth: 0,
    flowCollectionPadding: false,
    singleQuote: false,
    blockQuote: "literal",
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
  });
  return text.replace(ESCAPABLE, escaped).replace(LOG_MARK, "#\\u0023");
}

/** How a part of a manifest is written. */
export interface PartForm {
  /** In one line, as it stands between brackets. */
  readonly flow: boolean;
  /** Nothing is replaced in texts, so that nothing is escaped. */
  readonly literal: boolean;
}

/** `key: value`, without a line break at the end; further lines are indented from the key. */
export function writePair(key: string, value: Json, { flow, literal }: PartForm): string {
  const document = newDocument();
  const node = writeValue(document, literal ? value : escapePlaceholders(value));
  const map = mapping(document, [createPair(document, key, node)]);
  map.flow = flow;
  document.contents = map;
  const text = print(document).replace(/\n$/, "");
  return flow ? text.slice(1, -1) : text;
}

/** `- item`, or without the dash between brackets, without a line break at the end. */
export function writeItem({ item, comment }: ListItem, { flow, literal }: PartForm): string {
  if (flow) return writePair("k", item, { flow, literal }).slice(3);
  const document = newDocument();
  const node = writeValue(document, literal ? item : escapePlaceholders(item));
  document.contents = sequence(document, [commented(node, comment)]);
  return print(document).replace(/\n$/, "");
}

function newDocument(): Document {
  return new Document(undefined, { schema: "core", compat: "yaml-1.1" });
}

interface Section {
  readonly section: string;
  readonly entries: readonly ExportedEntry[];
}

/** Entries that take several lines have an empty one between them. */
function writeSection(document: Document, { section, entries }: Section): Node {
  const spacious = entries.some(({ value }) => Object.keys(value).length > 1);
  const items = entries.map((entry, i) => {
    const fields = Object.entries(entry.value).map(([name, value]) => {
      const literal = placementOf([section, String(i), name]) === "literal";
      const comments = commentsBelow(entry.comments, pointer(name));
      return createPair(
        document,
        name,
        writeValue(document, literal ? value : escapePlaceholders(value), comments),
      );
    });
    const item = mapping(document, fields);
    if (spacious && i > 0) item.spaceBefore = true;
    return item;
  });
  return sequence(document, items);
}

function createPair(document: Document, key: string, value: Node): Pair<Scalar, Node> {
  return document.createPair(scalar(key), value) as Pair<Scalar, Node>;
}

function mapping(document: Document, pairs: readonly Pair<Scalar, Node>[]): YAMLMap {
  const map = document.createNode({}) as YAMLMap;
  map.items = [...pairs];
  return map;
}

function sequence(document: Document, items: readonly Node[]): YAMLSeq {
  const list = document.createNode([]) as YAMLSeq;
  list.items = [...items];
  return list;
}

/** Comments on the items of a list, by index. */
type Comments = ReadonlyMap<number, string>;

function commentsBelow(comments: Readonly<Record<Pointer, string>>, at: Pointer): Comments {
  const below = Object.entries(comments).filter(([p]) => p.startsWith(`${at}/`));
  return new Map(below.map(([p, text]) => [Number(p.slice(at.length + 1)), text]));
}

function writeValue(document: Document, value: Json, comments: Comments = new Map()): Node {
  if (!isArray(value) && !isObject(value)) {
    return typeof value === "string" ? scalar(value) : (document.createNode(value) as Node);
  }
  const node = isArray(value)
    ? sequence(
        document,
        value.map((item, i) => commented(writeValue(document, item), comments.get(i))),
      )
    : mapping(
        document,
        Object.entries(value).map(([key, item]) => createPair(document, key, writeValue(document, item))),
      );
  node.flow = comments.size === 0 && isShort(value);
  return node;
}

function isShort(value: Json): boolean {
  const json = JSON.stringify(value);
  return json.length <= SHORT && !json.includes("\\n");
}

/** A comment ends with its line, whatever the text behind it holds. */
function commented(node: Node, comment: string | undefined): Node {
  const text = comment?.replace(HIDDEN, " ").trim() ?? "";
  if (text !== "") node.comment = ` ${text}`;
  return node;
}

/** The loader takes `$${` for `${`. Keys are not looked at. */
function escapePlaceholders(value: Json): Json {
  if (typeof value === "string") return value.replaceAll("${", () => "$${");
  if (isArray(value)) return value.map(escapePlaceholders);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([k, v]): [string, Json] => [k, escapePlaceholders(v)]),
  );
}

// ---------------------------------------------------------------- texts

/** A joiner between the parts of an emoji is none of the characters that hide. */
const JOINER = String.raw`(?!\u200d\p{Extended_Pictographic})`;
const INVISIBLE = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?![ \u3000])\p{Zs}`;

/** Control and format characters, which would drive a terminal or be lost in an editor. */
const HIDDEN: RegExp = new RegExp(`${JOINER}(?:${INVISIBLE})`, "gu");

/** Those that the YAML text holds: they stand in double quotes only, where an escape means the same. */
const ESCAPABLE: RegExp = new RegExp(`(?![\\t\\n])${JOINER}(?:${INVISIBLE})`, "gu");

/** What the log of a CI takes for a command anywhere in a line; a text with one stands in double quotes. */
const LOG_MARK = /##(?=\w*\[)/g;

/** Plain texts that mean something to readers of YAML 1.1; whatever starts as a date is suspect to ours. */
const SPECIAL = /^(=|<<)$|^\d{4}-\d/;

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code > 0xffff ? `\\U${hex.padStart(8, "0")}` : `\\u${hex.padStart(4, "0")}`;
}

/** A text with lines stands as a block where a block holds it exactly; what hides is quoted. */
function scalar(text: string): Scalar {
  const node = new Scalar(text);
  const lines = /\n./s.test(text);
  const hidden = hides(lines ? text.replace(/[\t\n]/g, "") : text);
  if (hidden || SPECIAL.test(text) || LOG_COMMAND.test(text)) node.type = Scalar.QUOTE_DOUBLE;
  else if (lines) node.type = Scalar.BLOCK_LITERAL;
  return node;
}

function hides(text: string): boolean {
  return text.search(HIDDEN) >= 0;
}

/** What the log of a CI would take for a command, were the manifest printed into it. */
const LOG_COMMAND = /^[^\S\n\r\u2028\u2029]*::(?!:)|##(?=\w*\[)/m;
