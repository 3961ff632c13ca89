/** The text of a manifest file with changes in some of its documents, proven by reading it again. */
import { equal } from "../json.ts";
import type { Json } from "../model.ts";
import { type Edit, editDocument, editValue, type Refusal } from "./edit.ts";
import { splice } from "./edit-text.ts";
import type { Outside } from "./placeholders.ts";
import { type Placement, placementOf } from "./placement.ts";
import { sourceText } from "./source-text.ts";
import { readValue } from "./values.ts";
import { nodesIn, resolved, type YamlNode } from "./yaml-nodes.ts";
import { readYaml } from "./yaml-text.ts";

/** `unclear`: the edited text would not read back as what was meant. */
export type EditedText = { readonly text: string } | { readonly refusal: Refusal | "unclear" };

/** Edits by the index of the document in the file. Either all of them are made or none. */
export function editText(
  text: string,
  edits: ReadonlyMap<number, Edit>,
  outside: Outside,
  placement: (path: readonly string[]) => Placement = placementOf,
): EditedText {
  const ended = text.endsWith("\n") ? text : `${text}\n`;
  const read = (of: string): readonly Read[] => readAll(of, outside, placement);
  const documents = read(ended);
  const results = documents.map(({ root, value }, i) => {
    const edit = edits.get(i);
    if (edit === undefined) return [];
    return editDocument(root, value, edit, { text: ended, shared: sharedIn(root), placement });
  });
  const refusal = results.find((result) => typeof result === "string");
  if (refusal !== undefined) return { refusal };
  const spliced = splice(
    ended,
    withLineEnds(
      results.flatMap((r) => (typeof r === "string" ? [] : r)),
      text,
    ),
  );
  const values = read(spliced).map(({ value }) => value);
  const meant = documents.map(({ value }, i): Json => {
    const edit = edits.get(i);
    return edit === undefined ? value : editValue(value, edit);
  });
  if (!equal(values, meant)) return { refusal: "unclear" };
  return { text: text.endsWith("\n") ? spliced : spliced.replace(/\n$/, "") };
}

type Read = ReturnType<typeof readValue> & { readonly root: Parameters<typeof readValue>[0] };

function readAll(
  text: string,
  outside: Outside,
  placement: (path: readonly string[]) => Placement,
): readonly Read[] {
  const source = sourceText("", text);
  return readYaml(source).documents.map((root) => ({
    root,
    ...readValue(root, source, outside, placement),
  }));
}

/** What aliases stand for. */
function sharedIn(root: YamlNode): ReadonlySet<YamlNode> {
  return new Set([...nodesIn(root)].flatMap((node) => (node.type === "alias" ? (resolved(node) ?? []) : [])));
}

/** New lines end as those of the file do. */
function withLineEnds<T extends { readonly text: string }>(
  splices: readonly T[],
  text: string,
): readonly T[] {
  if (!text.includes("\r\n")) return splices;
  return splices.map((piece) => ({ ...piece, text: piece.text.replace(/\r?\n/g, "\r\n") }));
}
