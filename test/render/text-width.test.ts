import { describe, expect, it } from "vitest";
import { cut, cutPair, displayWidth, join, pad, wrap } from "../../src/render/text-width.ts";

describe("displayWidth", () => {
  it.each([
    ["abc", 3],
    ["", 0],
    ["e\u0301", 1],
    ["日本語", 6],
    ["ｆｕｌｌ", 8],
    ["ﾊﾝｶｸ", 4],
    ["한국", 4],
    ["😀", 2],
    ["👨‍👩‍👧", 2],
    ["👍🏽", 2],
    ["❤️", 2],
    ["🇩🇪", 2],
    ["مرحبا", 5],
    ["→…·", 3],
    ["\u{20000}", 2],
  ])("measures %j as %i columns", (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe("cut", () => {
  it.each([
    ["fits", 4, "fits"],
    ["too long", 5, "too …"],
    ["日本語", 4, "日…"],
    ["a👨‍👩‍👧b", 3, "a…"],
    ["a👨‍👩‍👧b", 4, "a👨‍👩‍👧b"],
    ["e\u0301e\u0301e\u0301", 2, "e\u0301…"],
  ])("cuts %j to %i columns without breaking a character", (text, width, expected) => {
    expect(cut(text, width)).toBe(expected);
    expect(displayWidth(cut(text, width))).toBeLessThanOrEqual(width);
  });
});

describe("cutPair", () => {
  it("leaves a pair that fits", () => {
    expect(cutPair("abc", "abd", 3)).toEqual(["abc", "abd"]);
  });

  it("keeps the first difference in sight", () => {
    const [a, b] = cutPair(
      `${"x".repeat(100)}left${"y".repeat(100)}`,
      `${"x".repeat(100)}right${"y".repeat(100)}`,
      30,
    );
    expect(a).toBe(`…${"x".repeat(10)}left${"y".repeat(14)}…`);
    expect(b).toBe(`…${"x".repeat(10)}right${"y".repeat(13)}…`);
  });

  it("uses the whole width for a difference at the end", () => {
    expect(cutPair(`${"x".repeat(50)}1`, `${"x".repeat(50)}2`, 10)).toEqual(["…xxxxxxxx1", "…xxxxxxxx2"]);
  });

  it("shows the start when the difference is there", () => {
    expect(cutPair("a".repeat(20), "b".repeat(20), 5)).toEqual(["aaaa…", "bbbb…"]);
  });
});

describe("pad", () => {
  it("counts columns, not characters", () => {
    expect(pad("日本", 6)).toBe("日本  ");
    expect(pad("longer", 3)).toBe("longer");
  });
});

describe("wrap", () => {
  it("breaks at spaces and keeps the indentation", () => {
    expect(wrap("  one two three four", 10)).toEqual(["  one two", "  three", "  four"]);
  });

  it("leaves a word that is too wide whole", () => {
    expect(wrap("a https://example.com/very/long b", 10)).toEqual([
      "a",
      "https://example.com/very/long",
      "b",
    ]);
  });

  it("gives one empty line for an empty text", () => {
    expect(wrap("", 10)).toEqual([""]);
  });
});

describe("join", () => {
  it("counts the comma that ends a line", () => {
    expect(join(["aaaa", "bbbb", "cc"], ", ", 11)).toEqual(["aaaa, bbbb,", "cc"]);
    expect(join(["aaaa", "bbbb", "cc"], ", ", 10)).toEqual(["aaaa,", "bbbb, cc"]);
    expect(join([], ", ", 10)).toEqual([]);
  });
});
