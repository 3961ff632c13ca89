import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printable } from "../../src/render/clean.ts";
import {
  code,
  fence,
  folded,
  htmlCode,
  prose,
  table,
  visibleLines,
} from "../../src/render/markdown-escape.ts";
import { anyText } from "./markdown-text.ts";
import { expectHarmless, nodes, parse, tables, textOf } from "./markdown-tree.ts";

const RUNS = { numRuns: 60 } as const;

describe("code", () => {
  it.each([
    ["plain", "a b", "`a b`"],
    ["nothing", "", '`""`'],
    ["backticks within", "a`b``c", "```a`b``c```"],
    ["a backtick at the end", "a`", "`` a` ``"],
    ["spaces at both ends", " a ", "`  a  `"],
    ["spaces alone", "  ", "`  `"],
    ["a line break", "a\nb", "`a\\nb`"],
    ["a direction override", "\u202ea", "`\\u202ea`"],
  ])("shows %s", (_what, value, markdown) => {
    expect(code(value)).toBe(markdown);
  });

  it("is one code span that holds the very text, whatever it is", () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const [paragraph] = parse(`x ${code(value)} y`).children ?? [];
        expect(paragraph?.children?.map(({ type }) => type)).toEqual(["text", "inlineCode", "text"]);
        expect(paragraph?.children?.[1]?.value).toBe(value === "" ? '""' : printable(value));
      }),
      RUNS,
    );
  });

  it("needs no fence longer than GitHub reads", () => {
    const runs = Array.from({ length: 85 }, (_, i) => "`".repeat(i + 1));
    expect(code(runs.at(-1) ?? "")).toMatch(/^` `{85} `$/);
    expect(code(runs.join(" "))).toMatch(/^`\\x60 (\\x60| )*`$/);
  });
});

describe("prose", () => {
  it.each([
    ["Nothing was applied.", "Nothing was applied."],
    ["[GET] /extrahop: 401. Check EXTRAHOP_API_KEY.", "`[GET] /extrahop`: 401. Check `EXTRAHOP_API_KEY`."],
    ['Did you mean "Core span"?', 'Did you mean "Core span"?'],
    ['There is no "a & @b" here', 'There is no `"a & @b"` here'],
    ["needs a_b, c_d, and e", "needs `a_b`, `c_d`, and e"],
    ["write {name: x, all: true}.", "write `{name: x, all: true}`."],
    ["1. not a list", "`1`. not a list"],
    ["ask @jdoe about #12 or a/b#3, deadbeef", "ask `@jdoe` about `#12` or `a/b#3`, `deadbeef`"],
    [
      "see https://x.example, www.x.example :smile: $x$",
      "see `https://x.example`, `www.x.example :smile`: `$x$`",
    ],
    ["", ""],
  ])("leaves plain words of %j and puts the rest in code", (sentence, markdown) => {
    expect(prose(sentence)).toBe(markdown);
  });

  it("is harmless whatever it is, also at the start of a line", () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const [block, ...more] = expectHarmless(prose(`${a} word ${b}`)).children ?? [];
        expect([block?.type, more]).toEqual(["paragraph", []]);
      }),
      RUNS,
    );
  });
});

describe("table", () => {
  it("keeps rows and columns apart whatever is in them, and leaves out empty columns", () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const { head, rows } = table(
          ["one", "none", "two"],
          [
            [code(a), "", prose(b)],
            ["x", "", code(b)],
          ],
        );
        const [parsed, ...others] = tables(expectHarmless([...head, ...rows].join("\n")));
        expect(others).toEqual([]);
        expect(parsed?.map((row) => row.length)).toEqual([2, 2, 2]);
        const shown = [a, b].map((value) => (value === "" ? '""' : printable(value)));
        const [first, second] = shown.map((value) => value.replaceAll(/(?<=\\)\|/g, "\\x7c"));
        const spans = [parsed?.[1]?.[0], parsed?.[2]?.[1]].map((cell) => cell?.children);
        expect(spans).toMatchObject([
          [{ type: "inlineCode", value: first }],
          [{ type: "inlineCode", value: second }],
        ]);
      }),
      RUNS,
    );
  });
});

describe("fence and fold", () => {
  it("hold lines that cannot close them, and summaries that are nothing but text", () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 4 }), anyText, (values, name) => {
        const lines = values.flatMap(visibleLines);
        const tree = expectHarmless(folded(`update ${htmlCode(name)}`, `${fence("yaml", lines)}\n\nend`));
        expect(nodes(tree).filter(({ type }) => type === "code")).toMatchObject([
          { lang: "yaml", value: lines.join("\n") },
        ]);
        expect(tree.children?.map(({ type }) => type)).toEqual(["html", "code", "paragraph", "html"]);
        expect(textOf(tree.children?.[2] ?? tree)).toBe("end");
      }),
      RUNS,
    );
  });

  it("count what would need a fence that is too long", () => {
    expect(fence("text", ["`".repeat(300)])).toBe("```text\n\\x60{300}\n```");
    expect(fence("text", ["  ````", "+ `````"])).toBe("`````text\n  ````\n+ `````\n`````");
  });
});
