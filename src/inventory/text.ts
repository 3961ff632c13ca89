/**
 * The texts that inventories are made of: a title, some lines for people, some of the form `key: value`,
 * an empty line, a body. ASCII only and without the end of a comment, whatever an owner is called.
 */
import type { Json } from "../model.ts";

/** The lines before the body. */
export interface Header {
  readonly format: number;
  readonly values: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The header and body of a text; undefined where it does not begin as one with this title. */
export function readHeader(text: string, title: string): Header | undefined {
  const [head = "", ...rest] = text.split(/\n[ \t]*\n/);
  const [first = "", ...lines] = head.split("\n").map((line) => line.trim());
  const format = first.startsWith(`${title}, format `) ? first.slice(title.length + 9) : "";
  if (!/^\d{1,9}$/.test(format)) return undefined;
  const pairs = lines.flatMap((line): [string, string][] => {
    const [, key, value] = /^([a-z0-9]+): (.*)$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[key, value]];
  });
  return { format: Number(format), values: new Map(pairs), body: rest.join("\n\n") };
}

/** The value of a line that `quote` wrote; undefined where it is anything else. */
export function quoted(header: Header | undefined, key: string): string | undefined {
  try {
    const value: Json = JSON.parse(header?.values.get(key) ?? "null");
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A text as JSON in ASCII: nothing in it can end a line, or the comment that it stands in. */
export function quote(text: string): string {
  return JSON.stringify(text)
    .replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replaceAll("*/", "*\\/");
}
