import { describe, expect, it } from "vitest";
import { createStyle, wantsColor } from "../../src/render/style.ts";

describe("wantsColor", () => {
  it.each([
    ["a terminal", true, { TERM: "xterm" }, false, true],
    ["a pipe", false, { TERM: "xterm" }, false, false],
    ["a dumb terminal", true, { TERM: "dumb" }, false, false],
    ["NO_COLOR", true, { NO_COLOR: "1" }, false, false],
    ["an empty NO_COLOR", true, { NO_COLOR: "" }, false, true],
    ["FORCE_COLOR in a pipe", false, { FORCE_COLOR: "1" }, false, true],
    ["FORCE_COLOR on a dumb terminal", true, { FORCE_COLOR: "1", TERM: "dumb" }, false, true],
    ["FORCE_COLOR=0 on a terminal", true, { FORCE_COLOR: "0" }, false, false],
    ["FORCE_COLOR=false on a terminal", true, { FORCE_COLOR: "false" }, false, false],
    ["both variables", true, { NO_COLOR: "1", FORCE_COLOR: "1" }, false, false],
    ["the flag against FORCE_COLOR", true, { FORCE_COLOR: "1" }, true, false],
  ])("decides for %s", (_what, isTTY, env, noColorFlag, expected) => {
    expect(wantsColor({ isTTY, env, noColorFlag })).toBe(expected);
  });
});

describe("createStyle", () => {
  it("paints with codes that end what they began", () => {
    const style = createStyle({ color: true, width: 80 });
    expect(style.added("x")).toBe("\x1b[32mx\x1b[39m");
    expect(style.error("x")).toBe("\x1b[1;31mx\x1b[22;39m");
    expect(style.dim("")).toBe("");
  });

  it("paints nothing without colour", () => {
    expect(createStyle({ color: false, width: 80 }).error("x")).toBe("x");
  });

  it("does not lay out for less than 40 columns", () => {
    expect(createStyle({ color: false, width: 0 }).width).toBe(40);
  });
});
