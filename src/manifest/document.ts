/** One YAML document of a manifest file: its value, and the place of every part of it. */
import { parsePointer, pointer } from "../json.ts";
import type { Diagnostic, Pointer, Source } from "../model.ts";
import { type EachItem, FOR_EACH } from "./each.ts";
import type { ManifestFile } from "./files.ts";
import type { Outside } from "./placeholders.ts";
import { type Placement, placementOf } from "./placement.ts";
import { type SourceText, sourceText } from "./source-text.ts";
import { type DocumentValue, readValue } from "./values.ts";
import { isEmpty, isMergeKey, keyText, resolved, type YamlNode, type YamlPair } from "./yaml-nodes.ts";
import { readYaml } from "./yaml-text.ts";

export interface ManifestDocument extends DocumentValue {
  readonly file: ManifestFile;
  /** Among the documents of its file. */
  readonly index: number;
  /** The place of a value, or of the nearest one that contains it. */
  readonly valueAt: (pointer: Pointer) => Source;
  /** The place of a key, or of the nearest value that contains it. */
  readonly keyAt: (pointer: Pointer) => Source;
  /** How many segments of a pointer lead somewhere. */
  readonly depthOf: (pointer: Pointer) => number;
  /** The text of a value as it stands in the file, with its quotes. */
  readonly written: (pointer: Pointer) => string;
  /** The file that holds a value, from which files that it names are looked up. */
  readonly fileAt: (pointer: Pointer) => ManifestFile;
  /** Why a value cannot be changed where it would stand in the file, and what says it; undefined where it can. */
  readonly notOwn: (pointer: Pointer) => NotOwn | undefined;
  /** The item of `for_each` that the entry at this pointer is made for. */
  readonly itemAt: (prefix: Pointer) => EachItem | undefined;
  /** The pointer of an entry as it is written, where `for_each` makes several of one. */
  readonly writtenAt: (prefix: Pointer) => Pointer;
}

/** What says a value in place of the text of its entry. */
export interface NotOwn {
  readonly why: "overlay" | "generated";
  readonly source: Source;
}

/** The documents of a file that can be read, and what is wrong with it. */
export function readDocuments(
  file: ManifestFile,
  outside: Outside,
  placement: (path: readonly string[]) => Placement = placementOf,
): { readonly documents: readonly ManifestDocument[]; readonly problems: readonly Diagnostic[] } {
  const source = sourceText(file.shown, file.text);
  const yaml = readYaml(source);
  const documents = yaml.documents.map((root, i) =>
    readDocument(root, i, file, source, { outside, placement }),
  );
  return { documents, problems: [...yaml.problems, ...documents.flatMap((d) => d.problems)] };
}

/** What placeholders are filled from, and what they may do where. */
interface Filling {
  readonly outside: Outside;
  readonly placement: (path: readonly string[]) => Placement;
}

function readDocument(
  root: YamlNode,
  index: number,
  file: ManifestFile,
  source: SourceText,
  { outside, placement }: Filling,
): ManifestDocument {
  const content = readValue(root, source, outside, placement, true);
  const nodes = keptWhileUsed(root, () => {
    const again = readYaml(source).documents[index];
    if (again === undefined) throw new TypeError(`document ${index} of ${source.file} was there before`);
    return again;
  });
  const writtenAt = (at: Pointer): Pointer => writtenPointer(at, content);
  const find = (at: Pointer): Spot => findNode(nodes(), parsePointer(writtenAt(at)));
  const place = ({ start, end }: YamlNode): Source => source.place(start, end);
  return {
    ...content,
    file,
    index,
    valueAt: (at) => {
      const { value, key } = find(at);
      return place(isEmpty(value) ? (key ?? value) : value);
    },
    keyAt: (at) => {
      const spot = find(at);
      return place(spot.depth === parsePointer(at).length ? (spot.key ?? spot.value) : spot.value);
    },
    depthOf: (at) => find(at).depth,
    written: (at) => {
      const { start, end } = find(at).value;
      return source.text.slice(start, end);
    },
    fileAt: () => file,
    notOwn: (at) => {
      const [section = "", index = ""] = parsePointer(at);
      const item = itemOf(at, content);
      return item && { why: "generated", source: place(find(pointer(section, index, FOR_EACH)).value) };
    },
    itemAt: (prefix) => itemOf(prefix, content),
    writtenAt,
  };
}

/**
 * Nodes take far more memory than the text they stand for, and only problems ask for places: after reading they
 * may go, and are made anew from the same text when asked for.
 */
function keptWhileUsed(first: YamlNode, make: () => YamlNode): () => YamlNode {
  let kept = new WeakRef(first);
  return () => {
    const nodes = kept.deref() ?? make();
    kept = new WeakRef(nodes);
    return nodes;
  };
}

type Made = Pick<DocumentValue, "made">;

function itemOf(at: Pointer, { made }: Made): EachItem | undefined {
  const [section = "", index] = parsePointer(at);
  return made.get(section)?.[Number(index)]?.item;
}

function writtenPointer(at: Pointer, { made }: Made): Pointer {
  if (made.size === 0) return at;
  const [section = "", index, ...rest] = parsePointer(at);
  const origins = made.get(section);
  if (origins === undefined || index === undefined) return at;
  return pointer(section, origins[Number(index)]?.index ?? index, ...rest);
}

interface Spot {
  readonly value: YamlNode;
  readonly key?: YamlNode;
  readonly depth: number;
}

/** The node that a path leads to, as far as it leads. An alias itself is the place, not its target. */
function findNode(root: YamlNode, path: readonly string[]): Spot {
  let spot: Spot = { value: root, depth: 0 };
  for (const segment of path) {
    const next = child(resolved(spot.value), segment);
    if (next === undefined) return spot;
    spot = { ...next, depth: spot.depth + 1 };
  }
  return spot;
}

function child(
  node: YamlNode | undefined,
  segment: string,
  seen: Set<YamlNode> = new Set(),
): Omit<Spot, "depth"> | undefined {
  if (node?.type === "list") {
    const item = node.items[Number(segment)];
    return item === undefined ? undefined : { value: item };
  }
  if (node?.type !== "map" || seen.has(node)) return undefined;
  seen.add(node);
  return (
    node.pairs.find(({ key }) => keyText(key) === segment && !isMergeKey(key)) ??
    mergedChild(node.pairs, segment, seen)
  );
}

function mergedChild(
  pairs: readonly YamlPair[],
  segment: string,
  seen: Set<YamlNode>,
): Omit<Spot, "depth"> | undefined {
  const merged = pairs.filter(({ key }) => isMergeKey(key)).map(({ value }) => resolved(value));
  return merged
    .flatMap((value) => (value?.type === "list" ? value.items : value === undefined ? [] : [value]))
    .map((value) => child(resolved(value), segment, seen))
    .find((spot) => spot !== undefined);
}
