/** A page as browsers read it, by a parser that is not ours, with what hostile text would bring into it. */
import { type DefaultTreeAdapterMap, type ParserError, parse as parseHtml } from "parse5";
import { expect } from "vitest";

type Node = DefaultTreeAdapterMap["node"];
type Element = DefaultTreeAdapterMap["element"];

/** What we write into the body; anything else came out of a value. */
const OURS = new Set([
  ...["body", "h1", "h2", "h3", "p", "strong", "code", "pre", "ins", "del", "i", "ul", "li"],
  ...["div", "table", "thead", "tbody", "tr", "th", "td", "details", "summary"],
]);

/** Fails where a page is no valid HTML, or where anything in it is alive that we did not write. Returns its body. */
export function expectHarmlessPage(page: string): Element {
  const errors: ParserError[] = [];
  const tree = parseHtml(page, { onParseError: (error) => errors.push(error) });
  // A character that HTML would rather not see, such as U+FFFE, is text all the same.
  const codes = errors.map(({ code }): string => code);
  expect(codes.filter((code) => code !== "noncharacter-in-input-stream")).toEqual([]);
  const body = elements(tree).find(({ tagName }) => tagName === "body");
  if (body === undefined) throw new Error("the page has no body");
  const inside = elements(body);
  expect(inside.map(({ tagName }) => tagName).filter((name) => !OURS.has(name))).toEqual([]);
  const attributes = inside.flatMap(({ attrs }) => attrs.map(({ name, value }) => `${name}=${value}`));
  expect(attributes.filter((attribute) => attribute !== "class=wide")).toEqual([]);
  return body;
}

export function elements(node: Node): readonly Element[] {
  const own = "tagName" in node ? [node] : [];
  return [...own, ...("childNodes" in node ? node.childNodes.flatMap(elements) : [])];
}

/** The texts of all elements of a name. */
export function textsOf(root: Node, tagName: string): readonly string[] {
  return elements(root)
    .filter((element) => element.tagName === tagName)
    .map(textOf);
}

export function textOf(node: Node): string {
  if ("value" in node) return node.value;
  return "childNodes" in node ? node.childNodes.map(textOf).join("") : "";
}
