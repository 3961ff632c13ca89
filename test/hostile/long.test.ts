/**
 * Long texts where patterns look at them. Work that grows with the square of the length takes minutes for
 * these, and the limit of a test ends it; work that grows with the length takes no time worth telling.
 */
import { describe, expect, it } from "vitest";
import { titleName } from "../../src/action/body-parts.ts";
import { decodeInventory } from "../../src/inventory/codec.ts";
import { readHeader } from "../../src/inventory/text.ts";
import { DECIMAL_PATTERN, plainDecimal } from "../../src/kinds/fields.ts";
import { kindNamed } from "../../src/kinds/index.ts";
import { readBare } from "../../src/manifest/addresses.ts";
import { readTable } from "../../src/manifest/csv.ts";
import { fill, fillFile } from "../../src/manifest/placeholders.ts";
import { sourceText } from "../../src/manifest/source-text.ts";
import { writePair } from "../../src/manifest/write.ts";
import { readYaml } from "../../src/manifest/yaml-text.ts";
import { printable, printableJson, withoutLogCommands } from "../../src/render/clean.ts";
import { code, fence, prose, table } from "../../src/render/markdown-escape.ts";
import { diffText } from "../../src/render/text-diff.ts";
import { displayWidth, fold, graphemes } from "../../src/render/text-width.ts";
import { normalDecimal } from "../../src/sandbox/decimals.ts";

const LENGTH = 300_000;

function long(part: string, end = ""): string {
  return part.repeat(Math.ceil(LENGTH / part.length)) + end;
}

const nothing = { env: {}, vars: {} };

const CASES: readonly (readonly [what: string, act: () => unknown])[] = [
  ["spaces in a changed line", () => diffText(long(" ", "x"), long(" ", "y"))],
  ["newlines in a script", () => kindNamed("trigger").fields.script?.normal?.(long("\n", "x"))],
  ["backslashes in a cell", () => table(["a"], [[long("\\")]])],
  ["digits that are no decimal", () => new RegExp(DECIMAL_PATTERN, "u").test(long("0", "x"))],
  ["digits as a decimal", () => plainDecimal(long("1", "x"))],
  ["noughts in an operand", () => normalDecimal(long("0", "1"))],
  ["noughts behind a point", () => normalDecimal(`.${long("0", "1")}`)],
  ["text without spaces", () => displayWidth(long("日"))],
  ["Cyrillic words", () => fold(long("д "), 80)],
  ["flags", () => graphemes(long("🇩🇪"))],
  ["emoji of several parts", () => graphemes(long("👨‍👩‍👧"))],
  ["accents on one letter", () => graphemes(long("\u0301"))],
  ["backticks", () => code(long("` "))],
  ["backticks of a script", () => fence("js", [long("`")])],
  ["open brackets in prose", () => prose(long("{ [ \" ' "))],
  ["punctuation in prose", () => prose(long("a.,;:!?"))],
  ["hidden characters", () => printable(long("\u202e\u200b"))],
  ["hidden characters in JSON", () => printableJson(long("\u200d"))],
  ["line ends of old machines in a log", () => withoutLogCommands(long("\r"))],
  ["line ends of Unicode in a log", () => withoutLogCommands(long("\u2028"))],
  ["line ends of old machines for YAML", () => writePair("k", long("\r"), { flow: false, literal: false })],
  ["a title of an issue", () => titleName(long("@\u202e"))],
  ["placeholders that are not closed", () => fill(long("${"), nothing, true)],
  ["placeholders of a file that are not closed", () => fillFile(long("$${env:A"), ["A"], {})],
  ["blank lines in an inventory", () => readHeader(long("\n \t"), "hopsync inventory")],
  ["something of an address", () => readBare(long("1."))],
  ["something of an IPv6 address", () => readBare(long(":1", "%/"))],
  ["a text for YAML", () => writePair("k", long("a\n\n "), { flow: false, literal: false })],
  ["a text for YAML in one line", () => writePair("k", long('"\\'), { flow: true, literal: false })],
  ["open brackets in YAML", () => readYaml(sourceText("f", long("[")))],
  ["dashes in YAML", () => readYaml(sourceText("f", long("- ")))],
  ["quotes in csv", () => readTable("f", long('"'))],
];

describe("a long text takes no longer than it is", () => {
  it.each(CASES)(
    "%s",
    (_what, act) => {
      act();
    },
    20_000,
  );

  it("of an inventory that is none is refused", () => {
    expect(() => decodeInventory(`hopsync inventory, format 1\n\n${long("A=")}`)).toThrow(
      /cut off or changed/,
    );
  });
});

describe("graphemes", () => {
  it("are the same wherever a long text is cut", () => {
    const parts = ["a", "日", "👨‍👩‍👧", "👍🏽", "e\u0301", "🇩🇪", "\r\n", "각", "क्षि", "\ud83d", "x"];
    for (let shift = 0; shift < 12; shift += 1) {
      const text = "y".repeat(shift) + parts.join("").repeat(150);
      const whole = [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)];
      expect(graphemes(text)).toEqual(whole.map(({ segment }) => segment));
    }
  });
});

describe("a number's text", () => {
  const decimal = new RegExp(DECIMAL_PATTERN, "u");
  it.each(["0", "5.", ".5", "0.05", "-1e3", "+.5E-12", "007"])("%s is one", (text) => {
    expect(decimal.test(text)).toBe(true);
  });
  it.each(["", ".", "-", "1e", "1e400", "0x1", "NaN", "Infinity", "1_000", "１"])("%s is none", (text) => {
    expect(decimal.test(text)).toBe(false);
  });
});
