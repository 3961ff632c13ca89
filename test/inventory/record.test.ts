import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matches, newSalt, record } from "../../src/inventory/record.ts";
import type { Json } from "../../src/model.ts";

const salt = newSalt();
const plain = { salt, sensitive: false };
const secret = { salt, sensitive: true };

describe("record", () => {
  it("keeps a value of up to 200 characters of JSON, and a hash of a longer one", () => {
    expect(record("x".repeat(198), plain)).toEqual({ value: "x".repeat(198) });
    expect(record("x".repeat(199), plain)).toEqual({ hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
  });

  it("keeps nothing but a slow hash of a sensitive value, however short", () => {
    expect(record("a", secret)).toEqual({ hash: expect.stringMatching(/^scrypt:[0-9a-f]{64}$/) });
    expect(record(null, secret)).toEqual({ hash: expect.stringMatching(/^scrypt:/) });
  });

  it("hashes by salt, in the form that stored inventories have", () => {
    const fixed = { salt: "00", sensitive: false };
    expect(record("x".repeat(199), fixed)).toEqual({
      hash: "sha256:bdc2f20fb1a144fa4f82c5f63f03d90246503379d7cd2c25b86c2a21d0f67d48",
    });
    expect(record("hunter2", { salt: "00", sensitive: true })).toEqual({
      hash: "scrypt:6065855eb47947ba63393ffa4a8353acdd097262bd4fec8fefd4a9679f62c604",
    });
    expect(record("x".repeat(199), { salt: "01", sensitive: false })).not.toEqual(
      record("x".repeat(199), fixed),
    );
    expect(newSalt()).not.toBe(newSalt());
  });
});

describe("matches", () => {
  it("knows every recorded value again, whatever the order of its keys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(matches(record(value as Json, plain), value as Json, salt)).toBe(true);
      }),
    );
    const [a, b] = [
      { x: 1, y: "z".repeat(200) },
      { y: "z".repeat(200), x: 1 },
    ];
    expect(matches(record(a, plain), b, salt)).toBe(true);
    expect(matches(record(a, secret), b, salt)).toBe(true);
  });

  it("tells other values, and the same value under another salt, apart", () => {
    const long = "x".repeat(300);
    expect(matches(record(3, plain), "3", salt)).toBe(false);
    expect(matches(record(null, plain), false, salt)).toBe(false);
    expect(matches(record(long, plain), `${long}y`, salt)).toBe(false);
    expect(matches(record(long, plain), long, newSalt())).toBe(false);
    expect(matches(record("a", secret), "b", salt)).toBe(false);
    expect(matches(record("a", secret), "a", newSalt())).toBe(false);
    expect(matches({ hash: "md5:00" }, "a", salt)).toBe(false);
  });
});
