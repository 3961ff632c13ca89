import { describe, expect, test } from "vitest";
import { createBody, sizeText } from "../../src/appliance/bounds.ts";

describe("a body", () => {
  test.each([0, 1, 7, 40_000])("is what came, in pieces of %i bytes", (length) => {
    const body = createBody();
    const pieces = Array.from({ length: 9 }, (_, i) => Buffer.alloc(length, 0x61 + i));
    for (const piece of pieces) {
      body.add(piece);
      piece.fill(0);
    }
    expect(body.size()).toBe(9 * length);
    expect(body.bytes().toString()).toBe("abcdefghi".replace(/./g, (letter) => letter.repeat(length)));
  });
});

test("a size is told in megabytes where it is so many", () => {
  expect([sizeText(64 * 1024 * 1024), sizeText(1000)]).toEqual(["64 MB", "1000 bytes"]);
});
