import { describe, expect, it } from "vitest";
import { diffText, limitRows } from "../../src/render/text-diff.ts";

/** Rows as `number sign text`. */
function rows(before: string, after: string): readonly string[] {
  return diffText(before, after).rows.map((r) => `${r.line ?? "_"}${r.sign}${r.text}`);
}

describe("diffText", () => {
  it("numbers each line on its own side and leaves out what is far away", () => {
    const lines = Array.from({ length: 12 }, (_, i) => `line ${i + 1}`);
    const after = lines.with(1, "second").toSpliced(11, 1);
    expect(rows(lines.join("\n"), after.join("\n"))).toEqual([
      "1 line 1",
      "2-line 2",
      "2+second",
      "3 line 3",
      "4 line 4",
      "_…",
      "10 line 10",
      "11 line 11",
      "12-line 12",
    ]);
  });

  it("counts what is added and removed", () => {
    expect(diffText("a\nb\n", "a\nc\nd\n")).toMatchObject({ added: 2, removed: 1 });
  });

  it("shows a text that begins or ends to exist whole", () => {
    expect(rows("", "a\nb")).toEqual(["1+a", "2+b"]);
    expect(rows("a\nb\n", "")).toEqual(["1-a", "2-b"]);
  });

  it("says which text lacks the line break at its end only when one does", () => {
    expect(rows("a\nb\n", "a\nb")).toEqual(["1 a", "2-b", "2+b", "_\\no line break at the end"]);
    expect(rows("a\nb", "a\nc")).toEqual(["1 a", "2-b", "2+c"]);
  });

  it("makes a difference in tabs and trailing spaces visible, and no other tab", () => {
    expect(rows("\ta\n\tb\n", "    a\n\tc \n")).toEqual(["1-\\ta", "2-    b", "1+    a", "2+    c·"]);
  });

  it("cleans lines of control characters", () => {
    expect(rows("a\n", "\x1b[2Ja\r\n")).toEqual(["1-a", "1+\\x1b[2Ja\\r"]);
  });

  it("gives up on an exact answer when two long texts have little in common", () => {
    const many = (word: string): string => Array.from({ length: 4000 }, (_, i) => `${word} ${i}\n`).join("");
    expect(diffText(many("a"), many("b"))).toMatchObject({ added: 4000, removed: 4000 });
  });
});

describe("limitRows", () => {
  const text = (word: string, number: number): string =>
    Array.from({ length: number }, (_, i) => `${word}${i + 1}\n`).join("");
  const limited = (before: string, after: string, limit: number): readonly string[] =>
    limitRows(diffText(before, after).rows, limit).map((r) => `${r.line ?? "_"}${r.sign}${r.text}`);

  it("leaves what is within the limit", () => {
    expect(limited(text("a", 2), text("b", 2), 2)).toEqual(["1-a1", "2-a2", "1+b1", "2+b2"]);
  });

  it("counts at its place what is left out, of either side", () => {
    expect(limited(text("a", 4), text("b", 3), 2)).toEqual([
      "1-a1",
      "2-a2",
      "_…2 removed lines not shown",
      "1+b1",
      "2+b2",
      "_…1 added line not shown",
    ]);
  });

  it("counts both sides where both are left out in one run", () => {
    const same = "same\n";
    expect(limited(`${same}a\n${same}c\n`, `${same}b\n${same}d\n`, 1)).toEqual([
      "1 same",
      "2-a",
      "2+b",
      "3 same",
      "_…1 added and 1 removed lines not shown",
    ]);
  });
});
