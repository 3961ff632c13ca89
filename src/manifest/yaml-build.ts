/**
 * The events of the YAML parser → documents of nodes. Events say where words start and end; what they leave
 * open is found in the text between them, where only blanks, comments and marks can stand.
 */
import { COLLECTION_STYLE, EVENT_ID, type Event, getScalarValue, SCALAR_STYLE } from "js-yaml";
import {
  afterBlanks,
  type YamlAlias,
  type YamlList,
  type YamlMap,
  type YamlNode,
  type YamlPair,
  type YamlScalar,
  type YamlValue,
} from "./yaml-nodes.ts";
import { resolveTag, type TagHandles, tagHandles } from "./yaml-tags.ts";

export interface YamlDocument {
  readonly root: YamlNode;
  /** Where its `---` stands, or where it starts without one. */
  readonly start: number;
}

type EventOf<Id> = Extract<Event, { readonly type: Id }>;
type DocumentEvent = EventOf<typeof EVENT_ID.DOCUMENT>;
type ScalarEvent = EventOf<typeof EVENT_ID.SCALAR>;
type ListEvent = EventOf<typeof EVENT_ID.SEQUENCE>;
type MapEvent = EventOf<typeof EVENT_ID.MAPPING>;
type AliasEvent = EventOf<typeof EVENT_ID.ALIAS>;
type ValueEvent = ScalarEvent | ListEvent | MapEvent;

/** How far the events are read; it does not leave this file. */
interface Walk {
  readonly text: string;
  readonly events: readonly Event[];
  /** The index of the event that comes next. */
  next: number;
  /** Behind what was read last. */
  at: number;
  /** By name, of the document; undefined while what it names is being read. */
  anchors: Map<string, YamlValue | undefined>;
  handles: TagHandles;
}

/** The documents that the events of a text describe. */
export function buildDocuments(text: string, events: readonly Event[]): readonly YamlDocument[] {
  const walk: Walk = { text, events, next: 0, at: 0, anchors: new Map(), handles: tagHandles([]) };
  const documents: YamlDocument[] = [];
  while (walk.next < events.length) documents.push(readDocument(walk));
  return documents;
}

function readDocument(walk: Walk): YamlDocument {
  const event = take(walk) as DocumentEvent;
  const start = event.explicitStart ? markerAt(walk) : behindEnds(walk);
  walk.at = event.explicitStart ? start + 3 : start;
  walk.anchors = new Map();
  walk.handles = tagHandles(event.directives);
  const root = readNode(walk, "");
  walk.next += 1;
  return { root, start };
}

/** Behind the `...` of documents before. */
function behindEnds({ text, at }: Walk): number {
  let start = afterBlanks(text, at);
  while (text.startsWith("...", start)) start = afterBlanks(text, start + 3);
  return start;
}

/** The parser takes a marker at the start of the text also where blanks stand before it. */
function markerAt({ text, at }: Walk): number {
  const marker = /^[ \t]*---/gm;
  marker.lastIndex = at;
  return marker.exec(text) === null ? at : marker.lastIndex - 3;
}

function take(walk: Walk): Event {
  const event = walk.events[walk.next];
  if (event === undefined)
    throw new TypeError("the parser ends every document and collection that it begins");
  walk.next += 1;
  return event;
}

/** The mark that may stand before a node, besides blanks and comments; none before a document. */
type Mark = "-" | "?" | ":" | "";

function readNode(walk: Walk, mark: Mark): YamlNode {
  const event = take(walk);
  if (event.type === EVENT_ID.ALIAS) return readAlias(event, walk);
  if (event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP)
    throw new TypeError("the parser has a node wherever one can stand");
  const anchor = textOf(event.anchorStart, event.anchorEnd, walk);
  // An anchor around an alias names nothing yet.
  if (anchor !== undefined) walk.anchors.set(anchor, undefined);
  const node = readValue(event, mark, walk);
  // One of the same name inside of the node is the later one.
  if (anchor !== undefined && walk.anchors.get(anchor) === undefined) walk.anchors.set(anchor, node);
  return node;
}

function readValue(event: ValueEvent, mark: Mark, walk: Walk): YamlValue {
  if (event.type === EVENT_ID.SCALAR) return readScalar(event, mark, walk);
  return event.type === EVENT_ID.SEQUENCE ? readList(event, walk) : readMap(event, walk);
}

function readAlias({ anchorStart, anchorEnd }: AliasEvent, walk: Walk): YamlAlias {
  const name = walk.text.slice(anchorStart, anchorEnd);
  walk.at = anchorEnd;
  return { type: "alias", start: anchorStart - 1, end: anchorEnd, name, target: walk.anchors.get(name) };
}

function textOf(start: number, end: number, { text }: Walk): string | undefined {
  return start < 0 ? undefined : text.slice(start, end);
}

function tagOf({ tagStart, tagEnd }: ValueEvent, walk: Walk): string | undefined {
  const written = textOf(tagStart, tagEnd, walk);
  return written === undefined ? undefined : resolveTag(written, walk.handles);
}

// ---------------------------------------------------------------- scalars

function readScalar(event: ScalarEvent, mark: Mark, walk: Walk): YamlScalar {
  const start = scalarStart(event, mark, walk);
  walk.at = scalarEnd(event, start);
  return {
    type: "scalar",
    start,
    end: walk.at,
    text: getScalarValue(walk.text, event),
    plain: event.style === SCALAR_STYLE.PLAIN,
    anchored: event.anchorStart >= 0,
    tag: tagOf(event, walk),
    tagStart: event.tagStart,
  };
}

function scalarStart(event: ScalarEvent, mark: Mark, walk: Walk): number {
  if (event.valueStart < 0) return emptyAt(event, mark, walk);
  if (isQuoted(event)) return event.valueStart - 1;
  return event.style === SCALAR_STYLE.PLAIN ? event.valueStart : blockStart(event, walk);
}

function scalarEnd(event: ScalarEvent, start: number): number {
  if (event.valueStart < 0) return start;
  return isQuoted(event) ? event.valueEnd + 1 : event.valueEnd;
}

function isQuoted({ style }: ScalarEvent): boolean {
  return style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED;
}

/** Where a value would stand that is not written: behind its mark, anchor or tag. */
function emptyAt(event: ScalarEvent, mark: Mark, { text, at }: Walk): number {
  const properties = propertiesEnd(event);
  if (properties >= 0) return properties;
  const next = afterBlanks(text, at);
  if (text[next] === mark) return next + 1;
  return mark === "?" ? next : at;
}

/** Where the `|` or `>` of a block stands: its event starts with the line after it. */
function blockStart(event: ScalarEvent, { text, at }: Walk): number {
  const properties = propertiesEnd(event);
  const next = afterBlanks(text, Math.max(properties, at));
  return text[next] === "|" || text[next] === ">" ? next : afterBlanks(text, next + 1);
}

function propertiesEnd({ anchorEnd, tagEnd }: ScalarEvent): number {
  return Math.max(anchorEnd, tagEnd);
}

// ---------------------------------------------------------------- collections

function readList(event: ListEvent, walk: Walk): YamlList {
  const flow = event.style === COLLECTION_STYLE.FLOW;
  walk.at = flow ? event.start + 1 : event.start;
  const items: YamlNode[] = [];
  while (!ends(walk)) items.push(readNode(walk, "-"));
  if (flow) walk.at = behindBracket(walk, "]");
  return {
    type: "list",
    start: event.start,
    end: walk.at,
    items,
    flow,
    anchored: event.anchorStart >= 0,
    tag: tagOf(event, walk),
    tagStart: event.tagStart,
  };
}

function readMap(event: MapEvent, walk: Walk): YamlMap {
  const flow = event.style === COLLECTION_STYLE.FLOW;
  const braces = flow && hasBraces(event, walk);
  walk.at = braces ? event.start + 1 : event.start;
  const pairs: YamlPair[] = [];
  while (!ends(walk)) pairs.push({ key: readNode(walk, "?"), value: readNode(walk, ":") });
  if (braces) walk.at = behindBracket(walk, "}");
  return {
    type: "map",
    start: event.start,
    end: walk.at,
    pairs,
    flow,
    anchored: event.anchorStart >= 0,
    tag: tagOf(event, walk),
    tagStart: event.tagStart,
  };
}

/** `[a: b]` has a mapping without braces, and in `[{a: 1}: b]` the brace is that of its key. */
function hasBraces({ start }: MapEvent, { text, events, next }: Walk): boolean {
  const first = events[next];
  return text[start] === "{" && !(first?.type === EVENT_ID.MAPPING && first.start === start);
}

/** Takes the end of the collection, where it comes next. */
function ends(walk: Walk): boolean {
  const end = walk.events[walk.next]?.type === EVENT_ID.POP;
  if (end) walk.next += 1;
  return end;
}

function behindBracket({ text, at }: Walk, bracket: string): number {
  let next = afterBlanks(text, at);
  while (text[next] === "," || text[next] === ":" || text[next] === "?") next = afterBlanks(text, next + 1);
  return text[next] === bracket ? next + 1 : at;
}
