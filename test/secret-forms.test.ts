import { describe, expect, it } from "vitest";
import { createMask } from "../src/secret-forms.ts";

const VALUE = `t0p/s3cret "ä'<&>_*\\ ok`;
const mask = createMask([{ value: VALUE, shown: "(it)" }]);

describe("a secret is taken out of a text", () => {
  it.each([
    ["as it is", VALUE],
    ["in another case", VALUE.toUpperCase()],
    ["in JSON", JSON.stringify(VALUE).slice(1, -1)],
    ["in JSON twice", JSON.stringify(JSON.stringify(VALUE)).slice(3, -3)],
    ["in JSON of Python", JSON.stringify(VALUE).slice(1, -1).replace("ä", "\\u00e4")],
    ["in JSON for HTML", JSON.stringify(VALUE).slice(1, -1).replace("<", "\\u003C").replace("&", "\\u0026")],
    ["in a URL", encodeURIComponent(VALUE)],
    ["in a URL of lower case", encodeURIComponent(VALUE).toLowerCase()],
    ["in a form", new URLSearchParams({ k: VALUE }).toString().slice(2)],
    ["in HTML", "t0p/s3cret &quot;ä&#39;&lt;&amp;&gt;_*\\ ok"],
    ["in HTML of numbers", "t0p&#x2F;s3cret &#34;&#228;&#039;&#60;&#38;&#62;_*\\ ok"],
    ["in Markdown", VALUE.replace(/[\\*_<>]/g, "\\$&")],
    ["in base64", Buffer.from(VALUE).toString("base64")],
    ["in base64 for URLs", Buffer.from(VALUE).toString("base64url")],
    ["in hex", Buffer.from(VALUE).toString("hex")],
    ["cut off behind its half", VALUE.slice(0, 15)],
  ])("%s", (_name, form) => {
    expect(mask(`before ${form} after`)).toBe("before (it) after");
  });

  it("as each line of several, with the end of lines that the text has", () => {
    const lines = createMask([{ value: "first line\nsecond\nab\n", shown: "(it)" }]);
    expect(lines("x first line\r\nsecond\r\nab y")).toBe("x (it)\r\n(it)\r\nab y");
    expect(lines("x first line\\nsecond\\nab y")).toBe("x (it) y");
  });

  it("the longest first, so that nothing is left of one that holds another", () => {
    const both = createMask([
      { value: "hunter", shown: "(a)" },
      { value: "hunter22", shown: "(b)" },
    ]);
    expect(both("hunter22 hunter")).toBe("(b) (a)");
  });

  it.each(["", "x", "no", "yes"])(
    "but not one of fewer than four characters (%j), which is in every text",
    (value) => {
      const text = "yes, no box: eXtra";
      expect(createMask([{ value, shown: "(it)" }])(text)).toBe(text);
    },
  );

  it("and one of few characters is told from words by its case", () => {
    expect(createMask([{ value: "Alert", shown: "(it)" }])("an alert, Alert")).toBe("an alert, (it)");
  });

  it("in time that grows with the text, whatever both hold", { timeout: 20_000 }, () => {
    for (const character of ["\\", "&", "%", "a", " ", "<"]) {
      const text = character.repeat(100_000);
      expect(createMask([{ value: `${character.repeat(40)}!`, shown: "(it)" }])(text)).not.toBe("");
    }
  });

  it("with backslashes in a row, in time for each text that has fewer and more", { timeout: 20_000 }, () => {
    const value = `${"\\".repeat(14)}z`;
    const inRow = createMask([{ value, shown: "(it)" }]);
    expect(inRow(`${"\\".repeat(60)}b`)).not.toContain("(it)");
    const forms = [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
    for (const form of forms) expect(inRow(`x ${form} y`)).toBe("x (it) y");
  });

  it("however long it is, piece by piece", () => {
    const value = Array.from({ length: 5_000 }, (_, i) => `${i}"ä`).join("");
    const masked = createMask([{ value, shown: "(it)" }])(`x ${JSON.stringify(value).slice(1, -1)} y`);
    expect(masked).toMatch(/^x (\(it\))+ y$/);
  });
});
