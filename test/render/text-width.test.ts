import { describe, expect, it } from "vitest";
import { cut, displayWidth, fold, graphemes, join, pad, wrap, wrapAll } from "../../src/render/text-width.ts";

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

describe("graphemes", () => {
  it("keeps together what is one character, beside ASCII or not", () => {
    expect(graphemes("ab1\ufe0f\u20e3e\u0301 👨‍👩‍👧#x日本")).toEqual([
      "a",
      "b",
      "1\ufe0f\u20e3",
      "e\u0301",
      " ",
      "👨‍👩‍👧",
      "#",
      "x",
      "日",
      "本",
    ]);
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

describe("fold", () => {
  it.each([
    ["fits", 4, ["fits"]],
    ["abcdefgh", 3, ["abc", "def", "gh"]],
    ["日本語", 5, ["日本", "語"]],
    ["a👨‍👩‍👧b", 2, ["a", "👨‍👩‍👧", "b"]],
    ["日", 1, ["日"]],
    ["", 5, [""]],
  ])("breaks %j into pieces of %i columns", (text, width, pieces) => {
    expect(fold(text, width)).toEqual(pieces);
  });

  it("ends a piece before the spaces near its end, and only there", () => {
    expect(fold("abcdef  gh ij", 8)).toEqual(["abcdef", "  gh ij"]);
    expect(fold("ab cdefghij", 9)).toEqual(["ab cdefgh", "ij"]);
    expect(fold("abcdefghi jk", 9)).toEqual(["abcdefghi", " jk"]);
  });

  it("loses no character", () => {
    const text = "  var  a = '日本語 😀'; // é\u0301 and   more";
    for (let width = 1; width < 40; width += 1) expect(fold(text, width).join("")).toBe(text);
  });
});

describe("wrapAll", () => {
  it("breaks between items, else at single spaces, else with a mark", () => {
    expect(wrapAll(["one", "two words", "abcdefghijklm", "x"], ", ", 8)).toEqual([
      "one,",
      "two",
      "words,",
      "abcdef",
      "↳ghijkl",
      "↳m, x",
    ]);
  });

  it("never breaks at several spaces, which a line break would hide", () => {
    expect(wrapAll(["aa b  c dd"], ", ", 6)).toEqual(["aa", "b  c", "dd"]);
  });

  it("keeps within the width and loses nothing", () => {
    const items = ["a", '"b c"', `"${"d".repeat(30)} e"`, "日本語".repeat(5)];
    for (let width = 4; width < 60; width += 1) {
      const lines = wrapAll(items, ", ", width);
      expect(lines.filter((line) => displayWidth(line) > width)).toEqual([]);
      expect(lines.join(" ").replaceAll(" ↳", "")).toBe(items.join(", "));
    }
  });
});
