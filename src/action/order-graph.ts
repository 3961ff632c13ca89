/** The order between changes as a Mermaid graph: an arrow leads from what must be done first. */
import type { Address, Change } from "../model.ts";
import { printable } from "../render/clean.ts";
import { fence } from "../render/markdown-escape.ts";
import { count, destroys } from "../render/words.ts";

/** GitHub draws up to 500 edges and 50,000 characters; a graph that people can read has fewer. */
const MOST = { nodes: 150, edges: 300, text: 40_000 } as const;
const MAX_LABEL = 60;

/** A heading and the graph, or why there is none. Empty for fewer than two changes. */
export function orderParts(changes: readonly Change[]): readonly string[] {
  if (changes.length < 2) return [];
  return ["### Order", ...graphParts(changes)];
}

function graphParts(changes: readonly Change[]): readonly string[] {
  const edges = edgesOf(changes);
  const linked = new Set(edges.flat());
  if (edges.length === 0) return ["No change waits for another."];
  const nodes = changes.filter(({ address }) => linked.has(address));
  const lines = graphLines(nodes, edges);
  const large = nodes.length > MOST.nodes || edges.length > MOST.edges || lines.join("\n").length > MOST.text;
  if (large)
    return [
      `Too large to be drawn: ${count(nodes.length, "change")} with ${edges.length} links between them.`,
    ];
  const alone = changes.length - nodes.length;
  return [
    fence("mermaid", lines),
    ...(alone === 0 ? [] : [`${count(alone, "more change")} ${alone === 1 ? "waits" : "wait"} for none.`]),
  ];
}

type Edge = readonly [first: Address, then: Address];

function edgesOf(changes: readonly Change[]): readonly Edge[] {
  const known = new Set(changes.map(({ address }) => address));
  return changes.flatMap(({ address, requires }) =>
    requires.filter((first) => known.has(first)).map((first): Edge => [first, address]),
  );
}

/** Nodes are numbered, so that a name stands nowhere but in its label. */
function graphLines(nodes: readonly Change[], edges: readonly Edge[]): readonly string[] {
  const numbers = new Map(nodes.map(({ address }, i) => [address, `n${i + 1}`]));
  return [
    "flowchart LR",
    ...nodes.map(({ address, action }) => {
      const style = destroys(action) ? ":::destroys" : "";
      return `  ${numbers.get(address)}["${action} ${label(address)}"]${style}`;
    }),
    ...edges.map(([first, then]) => `  ${numbers.get(first)} --> ${numbers.get(then)}`),
    "  classDef destroys stroke:#cf222e,stroke-width:3px",
  ];
}

/** Letters, digits and spaces; all else by its number, of which neither Mermaid nor HTML makes anything. */
function label(address: Address): string {
  const signs = [...printable(address)];
  const shown = signs.length > MAX_LABEL ? [...signs.slice(0, MAX_LABEL - 1), "…"] : signs;
  return shown
    .map((sign) => (/[\p{L}\p{M}\p{Nd} /_-]/u.test(sign) ? sign : `#${sign.codePointAt(0)};`))
    .join("");
}
