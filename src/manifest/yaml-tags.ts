/** The tags of YAML, written or meant: what type a value is of. */
import {
  boolCoreTag,
  type DocumentDirective,
  floatCoreTag,
  intCoreTag,
  NOT_RESOLVED,
  nullCoreTag,
} from "js-yaml";
import type { YamlScalar, YamlValue } from "./yaml-nodes.ts";

const PREFIX = "tag:yaml.org,2002:";

/** What the handles of a document stand for, such as `!!` or `!e!`. */
export type TagHandles = ReadonlyMap<string, string>;

export function tagHandles(directives: readonly DocumentDirective[]): TagHandles {
  const own = directives.flatMap((d) => ("handle" in d ? [[d.handle, d.prefix] as const] : []));
  return new Map([["!!", PREFIX], ...own]);
}

/** The tag that is written as `!!str`, `!own`, `!e!own` or `!<uri>`. */
export function resolveTag(written: string, handles: TagHandles): string {
  if (written.startsWith("!<")) return written.slice(2, -1);
  const [, handle = "", suffix = ""] = /^(!(?:[^!]*!)?)(.*)$/s.exec(written) ?? [];
  return (handles.get(handle) ?? handle) + suffix;
}

/** A tag as people write it. */
export function shownTag(tag: string): string {
  return tag.startsWith(PREFIX) ? `!!${tag.slice(PREFIX.length)}` : tag;
}

/** The tags of plain data by what they stand at; any other asks for a type that a manifest does not have. */
const PLAIN: Readonly<Record<YamlValue["type"], readonly string[]>> = {
  scalar: ["str", "int", "float", "bool", "null"],
  list: ["seq"],
  map: ["map"],
};

/** Whether the tag of a node is one of plain data, and one that such a node can have. */
export function isPlain({ type, tag }: YamlValue): boolean {
  return tag === undefined || PLAIN[type].some((name) => tag === PREFIX + name);
}

type Scalar = string | number | boolean | null;

/** In the order in which the core schema of YAML 1.2 tries them. */
const TYPES = [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag];
/** What may be another type than a text starts so, or is empty. */
const NO_TEXT = /^(?:$|[-+.0-9~nNtTfF])/;

/** The value of a scalar; undefined where its text is not of the type that its tag asks for. */
export function scalarValue({ text, plain, tag }: YamlScalar): Scalar | undefined {
  if (tag === undefined) return plain && NO_TEXT.test(text) ? implied(text) : text;
  if (tag === `${PREFIX}str`) return text;
  const value = TYPES.find(({ tagName }) => tagName === tag)?.resolve(text, true, tag);
  return value === NOT_RESOLVED ? undefined : (value as Scalar | undefined);
}

function implied(text: string): Scalar {
  for (const type of TYPES) {
    const value = type.resolve(text, false, type.tagName);
    if (value !== NOT_RESOLVED) return value as Scalar;
  }
  return text;
}
