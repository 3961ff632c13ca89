import { describe, expect, test } from "vitest";
import { createCleaner } from "../../src/appliance/text.ts";
import { createMask } from "../../src/secret-forms.ts";
import { KEY } from "./servers.ts";

const clean = createCleaner(createMask([{ value: KEY, shown: "(key)" }]));

describe("text from the appliance", () => {
  test("is shown without the white space around it and otherwise as it is", () => {
    expect(clean("  Ungültiger Name: „PCI“ 日本 😀 \n")).toBe("Ungültiger Name: „PCI“ 日本 😀");
  });

  test.each([
    ["a\u001b[31mb", "a\\u{001b}[31mb"],
    ["a\u009b2Jb", "a\\u{009b}2Jb"],
    ["a\u0000\u007fb", "a\\u{0000}\\u{007f}b"],
    ["a\r\n\tb", "a\\r\\n\\tb"],
    ["a\u202eb\u2066c\u200fd", "a\\u{202e}b\\u{2066}c\\u{200f}d"],
    ["a\u2028b\u2029c\ufeffd", "a\\u{2028}b\\u{2029}c\\u{feff}d"],
    ["a\ud800b", "a\\u{d800}b"],
    ["a\u{e0041}b", "a\\u{e0041}b"],
  ])("has what acts on a terminal made visible (%j)", (text, visible) => {
    expect(clean(text)).toBe(visible);
  });

  test("is clipped to 500 characters, counting a pair of surrogates as one", () => {
    expect(clean("x".repeat(500))).toBe("x".repeat(500));
    expect(clean("x".repeat(501))).toBe(`${"x".repeat(500)}…`);
    expect(clean("😀".repeat(500))).toBe("😀".repeat(500));
    expect(clean("😀".repeat(501))).toBe(`${"😀".repeat(500)}…`);
  });

  test.each([
    ["as it is", KEY],
    ["URL-encoded", encodeURIComponent(KEY)],
    ["as hex", Buffer.from(KEY).toString("hex")],
    ["as base64", Buffer.from(KEY).toString("base64")],
    ["as base64url", Buffer.from(KEY).toString("base64url")],
  ])("never holds the key %s", (_name, form) => {
    expect(clean(`before ${form} after`)).toBe("before (key) after");
  });

  test.each(["", "x", "xy", "ExtraHop apikey="])(
    "never holds the key in the base64 of %j and the key",
    (prefix) => {
      const whole = Buffer.from(prefix + KEY).toString("base64");
      const decoded = Buffer.from(clean(whole).replace("(key)", ""), "base64").toString("latin1");
      expect(decoded).not.toContain(KEY.slice(3, -3));
      expect(clean(whole)).toContain("(key)");
    },
  );

  test("loses the key before it is clipped, so that no part of it is left at the cut", () => {
    const shown = clean("x".repeat(495) + KEY);
    expect(shown).not.toContain(KEY.slice(0, 4));
  });
});
