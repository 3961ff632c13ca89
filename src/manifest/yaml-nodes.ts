/** The parts of a YAML document, each with the range of the text that it takes. */

/** Deeper than any manifest needs, and far from what the recursion over nodes can take. */
export const MAX_DEPTH = 64;

/** What every part has. Its range is without the anchor and tag before it; of a block it ends with the last part. */
interface Part {
  readonly start: number;
  readonly end: number;
}

/** What stands before a value. */
interface Properties {
  /** Whether aliases can stand for it. */
  readonly anchored: boolean;
  /** As YAML names it: `tag:yaml.org,2002:str` for `!!str`. */
  readonly tag: string | undefined;
  /** Where the tag stands; -1 without one. */
  readonly tagStart: number;
}

export interface YamlScalar extends Part, Properties {
  readonly type: "scalar";
  readonly text: string;
  /** Neither in quotes nor a block: the text may be a number or a word of YAML. */
  readonly plain: boolean;
}

export interface YamlList extends Part, Properties {
  readonly type: "list";
  /** Between brackets. */
  readonly flow: boolean;
  readonly items: readonly YamlNode[];
}

export interface YamlMap extends Part, Properties {
  readonly type: "map";
  /** Between brackets. */
  readonly flow: boolean;
  readonly pairs: readonly YamlPair[];
}

/** A value that is not written is an empty scalar behind its key. */
export interface YamlPair {
  readonly key: YamlNode;
  readonly value: YamlNode;
}

export interface YamlAlias extends Part {
  readonly type: "alias";
  readonly name: string;
  /** The last anchor of that name before the alias; undefined where there is none, or where it is around the alias. */
  readonly target: YamlValue | undefined;
}

export type YamlValue = YamlScalar | YamlList | YamlMap;
export type YamlNode = YamlValue | YamlAlias;

/** What a node stands for; undefined of an alias that stands for nothing. */
export function resolved(node: YamlNode): YamlValue | undefined {
  return node.type === "alias" ? node.target : node;
}

/** A value that is not written at all. */
export function isEmpty({ start, end }: YamlNode): boolean {
  return start === end;
}

/** `<<` as a key, where it is not in quotes. */
export function isMergeKey(key: YamlNode): boolean {
  return key.type === "scalar" && key.text === "<<" && key.plain;
}

/** The text of a key; the numbers and words of YAML count as their text. */
export function keyText(key: YamlNode): string | undefined {
  return key.type === "scalar" ? key.text : undefined;
}

/** A node with all that it holds. What an alias stands for is not in it. */
export function* nodesIn(node: YamlNode): Generator<YamlNode> {
  yield node;
  if (node.type === "list") for (const item of node.items) yield* nodesIn(item);
  if (node.type !== "map") return;
  for (const { key, value } of node.pairs) {
    yield* nodesIn(key);
    yield* nodesIn(value);
  }
}

/** Where the next mark or word stands: behind blanks, line ends and comments. */
export function afterBlanks(text: string, from: number): number {
  let at = from;
  let comment = false;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LINE_FEED || code === RETURN) comment = false;
    else if (code === HASH) comment = true;
    else if (!comment && code !== SPACE && code !== TAB) break;
  }
  return at;
}

const [HASH, SPACE, TAB, LINE_FEED, RETURN] = [0x23, 0x20, 0x09, 0x0a, 0x0d] as const;
