/** Where anchors stand in a document, so that each alias finds the one before it. */
import { isAlias, type Node, visit } from "yaml";

/** Whether a node stands inside another one. */
export function contains(outer: Node, inner: Node): boolean {
  return startOf(outer) <= startOf(inner) && (inner.range?.[1] ?? 0) <= (outer.range?.[1] ?? -1);
}

/** Where a node starts in the text. */
export function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** Every anchored node by its anchor, in the order of the text. */
export function collectAnchors(root: Node, text: string): ReadonlyMap<string, readonly Node[]> {
  const anchors = new Map<string, Node[]>();
  const keep = (_: unknown, node: Node): void => {
    if (isAlias(node) || node.anchor === undefined) return;
    const known = anchors.get(node.anchor);
    if (known === undefined) anchors.set(node.anchor, [node]);
    else known.push(node);
  };
  if (text.includes("&")) visit(root, { Scalar: keep, Map: keep, Seq: keep });
  return anchors;
}
