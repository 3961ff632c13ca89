import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Document, isMap, isScalar, isSeq, type Node, parse, visit } from "yaml";
import { type Edit, editValue } from "../../src/manifest/edit.ts";
import { editText } from "../../src/manifest/edit-file.ts";
import type { Json } from "../../src/model.ts";

const NOTHING = { env: {}, vars: {} };

function edit(text: string, change: Edit, document = 0): string {
  const result = editText(text, new Map([[document, change]]), NOTHING);
  if (!("text" in result)) throw new Error(result.refusal);
  return result.text;
}

function refusal(text: string, change: Edit): string {
  const result = editText(text, new Map([[0, change]]), NOTHING);
  return "text" in result ? result.text : result.refusal;
}

const to = (value: Json): Edit => ({ to: value });
const keys = (edits: Readonly<Record<string, Edit | null>>): Edit => ({ keys: edits });
const items = (edits: Readonly<Record<number, Edit | null>>, ...added: Json[]): Edit => ({
  items: new Map(Object.entries(edits).map(([i, change]) => [Number(i), change])),
  added: added.map((item) => ({ item })),
});

const MANIFEST = `# The web team's alerts.
version: 1

alerts:
  # Paged at night.
  - name: 'Errors'   # see the runbook
    severity: 3      # agreed with the on-call team
    device_groups: [ Web, "DB" ]   # both tiers

  - name: Slow
    description: |
      First line
        second line

    email_groups:
      - Network   # the desk
      # and, until May:
      - Ops

triggers: []
`;

describe("an edit", () => {
  it("of a value leaves everything else as it is written", () => {
    const change = keys({ alerts: items({ 0: keys({ severity: to("critical") }) }) });
    expect(edit(MANIFEST, change)).toBe(MANIFEST.replace("severity: 3 ", "severity: critical "));
  });

  it("of lists takes out and adds items, between brackets and in lines", () => {
    const change = keys({
      alerts: items({
        0: keys({ device_groups: items({ 0: null }, "Mail: in, out") }),
        1: keys({ email_groups: items({ 0: null }, "Desk") }),
      }),
    });
    expect(edit(MANIFEST, change)).toBe(
      MANIFEST.replace('[ Web, "DB" ]', '[ "DB", "Mail: in, out" ]')
        .replace("      - Network   # the desk\n", "")
        .replace("      - Ops\n", "      - Ops\n      - Desk\n"),
    );
  });

  it("takes out an entry with its lines and one blank line", () => {
    const first = edit(MANIFEST, keys({ alerts: items({ 0: null }) }));
    expect(first).toBe(MANIFEST.replace(/ {2}- name: 'Errors'[\s\S]*?tiers\n\n/, ""));
    const last = edit(MANIFEST, keys({ alerts: items({ 1: null }) }));
    expect(last).toBe(MANIFEST.replace(/ {2}- name: Slow[\s\S]*?- Ops\n\n/, ""));
  });

  it("of every entry leaves an empty list, which says none on purpose", () => {
    const none = edit(MANIFEST, keys({ alerts: items({ 0: null, 1: null }) }));
    expect(none).toBe(
      "# The web team's alerts.\nversion: 1\n\nalerts: []\n  # Paged at night.\ntriggers: []\n",
    );
  });

  it("adds keys where the last one ends, and fills lists that were empty", () => {
    const change = keys({
      alerts: items({ 1: keys({ disabled: to(true) }) }),
      triggers: items({}, { name: "T", events: ["A"] }),
    });
    expect(edit(MANIFEST, change)).toBe(
      MANIFEST.replace("      - Ops\n", "      - Ops\n    disabled: true\n").replace(
        "triggers: []",
        "triggers: [{name: T, events: [A]}]",
      ),
    );
  });

  it("of a text with lines keeps it one, with its indentation", () => {
    const change = keys({ alerts: items({ 1: keys({ description: to("One\n  two\nthree\n") }) }) });
    expect(edit(MANIFEST, change)).toBe(
      MANIFEST.replace("      First line\n        second line\n", "      One\n        two\n      three\n"),
    );
  });

  it("keeps line ends, a missing last one, and the other documents of a file", () => {
    const text =
      "version: 1\r\nalerts:\r\n  - name: A\r\n    severity: 3 # c\r\n---\r\nversion: 1\r\ntags: [{name: a}]";
    const change = keys({ alerts: items({ 0: keys({ severity: to(2), disabled: to(true) }) }) });
    expect(edit(text, change)).toBe(text.replace("severity: 3 # c", "severity: 2 # c\r\n    disabled: true"));
    expect(edit(text, keys({ tags: items({}, { name: "b" }) }), 1)).toBe(
      text.replace("{name: a}", "{name: a}, {name: b}"),
    );
  });

  it("escapes what would be a placeholder, but not in a text that is taken as it is", () => {
    const text = "version: 1\ntriggers:\n  - name: T\n    description: d\n    script: s\n";
    const change = keys({ triggers: items({ 0: keys({ description: to("${x}"), script: to("`${x}`") }) }) });
    expect(edit(text, change)).toBe(text.replace(": d", () => ": $${x}").replace(": s", ': "`${x}`"'));
  });

  it("is refused where it would change other places, or cannot be said", () => {
    const shared = "a: &x {k: 1}\nb: *x\nc:\n  <<: *x\n  l: 1\nd: '${var:v}'\n";
    const vars = { env: {}, vars: { v: "w" } };
    const of = (change: Edit): unknown => editText(shared, new Map([[0, change]]), vars);
    expect(of(keys({ a: keys({ k: to(2) }) }))).toEqual({ refusal: "shared" });
    expect(of(keys({ a: null }))).toEqual({ refusal: "shared" });
    expect(of(keys({ c: keys({ k: null }) }))).toEqual({ refusal: "merged" });
    expect(of(keys({ d: to("x") }))).toEqual({ refusal: "placeholder" });
    expect(of(keys({ b: to({ k: 2 }) }))).toEqual({ text: shared.replace("b: *x", "b: {k: 2}") });
    expect(of(keys({ c: keys({ k: to(2) }) }))).toEqual({ text: shared.replace("l: 1", "l: 1\n  k: 2") });
  });

  it("that would not read back as meant is refused", () => {
    expect(refusal("a: !!str 5\n", keys({ a: to(6) }))).toBe("unclear");
  });
});

// ---------------------------------------------------------------- any document

const texts = fc.constantFrom(
  "",
  "a",
  "b: c",
  "- x",
  "# no",
  "two\nlines",
  "end\n\n",
  " lead",
  "é 🏷",
  "null",
  "1",
  "${x}",
);
const scalar = fc.oneof<fc.Arbitrary<Json>[]>(texts, fc.integer(), fc.boolean(), fc.constant(null));
const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", maxDepth: 4 },
    scalar,
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom("a", "b", "c: d", "e"), tie("tree"), { maxKeys: 4 }),
  ),
}));
/** Plain objects, as a parser makes them. */
const plain = tree.map((value) => JSON.parse(JSON.stringify(value)) as Json);
const root = fc
  .dictionary(fc.constantFrom("a", "b", "c", "d"), plain, { minKeys: 1, maxKeys: 4 })
  .map((value) => ({ ...value }));

/** The value as somebody might write it: brackets here, lines there, comments anywhere. */
function write(value: Json, bits: readonly boolean[]): string {
  const document = new Document(value);
  let next = 0;
  const bit = (): boolean => bits[next++ % bits.length] ?? false;
  visit(document, {
    Node: (_, node: Node) => {
      if ((isMap(node) || isSeq(node)) && bit()) node.flow = true;
      if (isScalar(node) && typeof node.value === "string" && bit()) node.type = "QUOTE_SINGLE";
    },
  });
  const text = document.toString({ lineWidth: 0, indentSeq: bits[1] ?? true });
  const commentable = bits[0] === true && !JSON.stringify(value).includes("\\n");
  return commentable ? text.replace(/(?<=[^\n])\n/g, " # c\n") : text;
}

/** A value that differs in one place or a few. */
const changes = fc.array(fc.tuple(fc.nat(3), fc.constantFrom("set", "remove", "add"), plain), {
  minLength: 1,
  maxLength: 4,
});

function change(value: Json, depth: number, how: string, replacement: Json): Json {
  if (Array.isArray(value)) {
    const at = depth % Math.max(1, value.length);
    if (how === "add") return [...value, replacement];
    if (how === "remove") return value.filter((_, i) => i !== at);
    return value.map((item, i) => (i === at ? change(item, depth >> 1, how, replacement) : item));
  }
  if (typeof value === "object" && value !== null) {
    const names = Object.keys(value);
    const at = names[depth % Math.max(1, names.length)] ?? "a";
    if (how === "add") return { ...value, added: replacement };
    const rest = Object.entries(value).filter(([key]) => key !== at);
    if (how === "remove" && rest.length > 0) return Object.fromEntries(rest);
    const inner = (value as Record<string, Json>)[at] ?? null;
    return { ...value, [at]: change(inner, depth >> 1, "set", replacement) };
  }
  return replacement;
}

describe("any edit of any document", () => {
  it("reads back as what was meant", () => {
    fc.assert(
      fc.property(
        root,
        fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
        changes,
        (value, bits, edits) => {
          const text = write(value, bits);
          const current = parse(text) as Json;
          const wanted = edits.reduce<Json>((v, [depth, how, by]) => change(v, depth, how, by), current);
          const result = editText(text, new Map([[0, to(wanted)]]), NOTHING, () => "literal");
          if (!("text" in result)) throw new Error(`${result.refusal}\n${text}\n${JSON.stringify(wanted)}`);
          expect(parse(result.text)).toEqual(wanted);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("that changes nothing changes no character", () => {
    fc.assert(
      fc.property(root, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (value, bits) => {
        const text = write(value, bits);
        expect(edit(text, to(parse(text) as Json))).toBe(text);
      }),
      { numRuns: 100 },
    );
  });

  it("leads to the value that is announced", () => {
    expect(editValue({ a: [1, 2] }, keys({ a: items({ 0: null }, 3), b: to(1) }))).toEqual({
      a: [2, 3],
      b: 1,
    });
  });
});
