/** What the YAML reader makes of texts, judged by another parser. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { isNested } from "../../src/json.ts";
import { sourceText } from "../../src/manifest/source-text.ts";
import { readValue } from "../../src/manifest/values.ts";
import { nodesIn, type YamlMap, type YamlNode } from "../../src/manifest/yaml-nodes.ts";
import { readYaml } from "../../src/manifest/yaml-text.ts";
import type { Json } from "../../src/model.ts";

const NOTHING = { env: {}, vars: {} };

/** The values of the documents of a text; undefined where something is wrong with it. */
function read(text: string): readonly Json[] | undefined {
  const source = sourceText("m.yaml", text);
  const { documents, problems } = readYaml(source);
  const values = documents.map((root) => readValue(root, source, NOTHING, () => "literal"));
  const wrong = problems.length + values.flatMap((value) => value.problems).length > 0;
  return wrong ? undefined : values.map(({ value }) => value);
}

function readByYaml(text: string): readonly Json[] | undefined {
  const documents = parseAllDocuments(text, {
    schema: "core",
    merge: true,
    uniqueKeys: false,
    logLevel: "error",
  });
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return undefined;
  try {
    return documents.map((document) => document.toJS({ maxAliasCount: -1 }));
  } catch {
    return undefined;
  }
}

const words = fc.string({
  unit: fc.constantFrom(..."ab1 :-#,[]{}'\"|>&*!?%@é日🏷\n\t\\."),
  maxLength: 12,
});
const values = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    words,
    fc.constantFrom<Json>(
      null,
      true,
      false,
      0,
      -7,
      1.5,
      1e21,
      "null",
      "~",
      "0x1f",
      "1e3",
      ".inf",
      "<<",
      "yes",
      "-",
      "",
    ),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(words, tie("value"), { maxKeys: 4 }),
  ),
})).value;

const styles = fc.record({
  collectionStyle: fc.constantFrom("any" as const, "flow" as const),
  defaultStringType: fc.constantFrom(
    "PLAIN" as const,
    "QUOTE_SINGLE" as const,
    "QUOTE_DOUBLE" as const,
    "BLOCK_LITERAL" as const,
    "BLOCK_FOLDED" as const,
  ),
  indentSeq: fc.boolean(),
  indent: fc.constantFrom(1, 2, 4),
  lineWidth: fc.constantFrom(0, 30),
});

const PIECES = [
  ..."ab17?:-,[]{}'\"|>#",
  ...[
    "a: ",
    "b: ",
    "- ",
    "? ",
    ": ",
    "\n",
    "\n",
    "\n  ",
    "\n    ",
    " # c\n",
    "&x ",
    "*x",
    "*x : ",
    "<<: *x",
    "!!str ",
    "!!int ",
    "---\n",
    "...\n",
    "|\n",
    ">-\n",
    "|+\n",
    "\r\n",
    "\t",
    " ",
  ],
];
const soups = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((pieces) => `${pieces.join("")}\n`);

const printed = fc
  .tuple(values, styles)
  .map(([value, style]) => stringify(value, { schema: "core", version: "1.2", ...style }));

/** Of empty documents, and of those that are one text with an indentation of its own, the parsers say different things. */
const filled = (documents: readonly Json[]): readonly Json[] => documents.filter(isNested);

const texts = fc.oneof(soups, printed);
/** Enough for every piece beside every other. */
const numRuns = 5000;

describe("a text that the reader takes", () => {
  it("has the values that another parser finds in it", () => {
    const property = fc.property(texts, (text) => {
      // At the start of a text one parser takes an indented marker for a marker, the other for a text.
      fc.pre(!/^[ \t]+---/.test(text));
      const [ours, theirs] = [read(text), readByYaml(text)];
      if (ours !== undefined && theirs !== undefined) expect(filled(ours)).toEqual(filled(theirs));
    });
    fc.assert(property, { numRuns });
  });

  it("has every part where its characters are", () => {
    const property = fc.property(texts, (text) => {
      const { documents } = readYaml(sourceText("m.yaml", text));
      for (const root of documents) for (const node of nodesIn(root)) checkRange(node, text);
    });
    fc.assert(property, { numRuns });
  });

  it("has aliases that stand for the anchor before them, and for none around them", () => {
    const property = fc.property(soups, (text) => {
      const nodes = readYaml(sourceText("m.yaml", text)).documents.flatMap((root) => [...nodesIn(root)]);
      for (const node of nodes) {
        if (node.type !== "alias" || node.target === undefined) continue;
        expect(node.target.start).toBeLessThan(node.start);
        expect([...nodesIn(node.target)]).not.toContain(node);
      }
    });
    fc.assert(property, { numRuns });
  });
});

function checkRange(node: YamlNode, text: string): void {
  const written = text.slice(node.start, node.end);
  for (const { start, end } of childrenOf(node)) {
    expect(start).toBeGreaterThanOrEqual(node.start);
    expect(end).toBeLessThanOrEqual(node.end);
  }
  if (node.type === "alias") expect(written).toBe(`*${node.name}`);
  else if (node.type === "list" && node.flow) expect(written).toMatch(/^\[.*\]$/s);
  else if (node.type === "map" && node.flow && !isBarePair(node, written))
    expect(written).toMatch(/^\{.*\}$/s);
  else if (node.type !== "scalar") expect(written).not.toMatch(/^\s/);
  else if (!node.plain) expect(written).toMatch(/^(?:["'].*["']|[|>].*)$/s);
  else if (!written.includes("\n")) expect(written).toBe(node.text);
}

/** `[a: b]` holds a mapping without braces of its own; in `[{a: 1}: b]` the first are those of the key. */
function isBarePair({ start, pairs: [first] }: YamlMap, written: string): boolean {
  return !written.startsWith("{") || first?.key.start === start;
}

function childrenOf(node: YamlNode): readonly YamlNode[] {
  if (node.type === "list") return node.items;
  return node.type === "map" ? node.pairs.flatMap(({ key, value }) => [key, value]) : [];
}
