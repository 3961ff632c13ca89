import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printable, printableJson, printableLines } from "../../src/render/clean.ts";

describe("printable", () => {
  it.each([
    ["a line break", "a\r\nb", "a\\r\\nb"],
    ["a tab", "a\tb", "a\\tb"],
    ["an escape sequence", "\x1b[31mred", "\\x1b[31mred"],
    ["a C1 control", "\x9b2J", "\\x9b2J"],
    ["a direction override", "\u202egpj.exe", "\\u202egpj.exe"],
    ["a direction isolate", "\u2066x\u2069", "\\u2066x\\u2069"],
    ["a direction mark", "\u200fx", "\\u200fx"],
    ["a zero-width space", "a\u200bb", "a\\u200bb"],
    ["a byte order mark", "\ufeffa", "\\ufeffa"],
    ["a soft hyphen", "a\u00adb", "a\\xadb"],
    ["an invisible letter", "a\u3164", "a\\u3164"],
    ["a no-break space", "a\u00a0b", "a\\xa0b"],
    ["a line separator", "a\u2028b", "a\\u2028b"],
    ["a tag character", "a\u{e0061}", "a\\u{e0061}"],
    ["half a surrogate pair", "a\ud800b", "a\\ud800b"],
    ["a joiner between letters", "a\u200db", "a\\u200db"],
    ["a variation selector on a letter", "a\ufe0f", "a\\ufe0f"],
  ])("makes %s visible", (_what, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it.each(["plain text", "naïve e\u0301", "日本語　全角", "مرحبا", "😀 👍🏽 👨‍👩‍👧 ❤️ 1️⃣ 🇩🇪", "back\\slash"])(
    "leaves %j as it is",
    (text) => {
      expect(printable(text)).toBe(text);
    },
  );

  it("leaves no control or format character in any text, but in an emoji", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const shown = printable(text).replaceAll(
          /(?<=\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)[\u200d\ufe0f]/gu,
          "",
        );
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it("changes nothing the second time", () => {
    const once = printable("\x1b\u202e\n👨‍👩‍👧\u200d");
    expect(printable(once)).toBe(once);
  });
});

describe("printableLines", () => {
  it("keeps the line breaks and cleans each line", () => {
    expect(printableLines("a\x07\r\n  b\nc")).toEqual(["a\\x07", "  b", "c"]);
  });
});

describe("printableJson", () => {
  it("hides nothing and means the same", () => {
    const value = { "k\u202e": ["\u200b\x9b\u{e0061}", "👨‍👩‍👧 日本語", "line\nbreak"] };
    const text = printableJson(JSON.stringify(value, null, 2));
    expect(text).not.toMatch(/[\u202e\u200b\x9b\u{e0061}]/u);
    expect(text).toContain("👨‍👩‍👧 日本語");
    expect(JSON.parse(text)).toEqual(value);
  });
});
