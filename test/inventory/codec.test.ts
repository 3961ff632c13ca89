import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HopsyncError } from "../../src/errors.ts";
import { decodeInventory, encodeInventory } from "../../src/inventory/codec.ts";
import { inventoryScript, readInventoryObject } from "../../src/kinds/inventory-object.ts";
import type { Inventory } from "../../src/model.ts";
import { arbitraryInventory, entry, inventory } from "./inventories.ts";

const sample = inventory([
  entry("alert/HTTP errors"),
  entry("tag/pci", { id: null, fields: {}, relations: {} }),
]);

/** The error's code, or the inventory. */
function outcome(text: string): string | Inventory {
  try {
    return decodeInventory(text);
  } catch (error) {
    if (error instanceof HopsyncError) return error.code;
    throw error;
  }
}

function formOf(text: string): Record<string, unknown> {
  return JSON.parse(gunzipSync(Buffer.from(text.split("\n\n")[1] ?? "", "base64")).toString());
}

/** A text with a right checksum over any content. */
function textOf(content: string | Uint8Array, owner = "network-team"): string {
  const header = `hopsync inventory, format 1\nowner: ${JSON.stringify(owner)}\nsha256: `;
  return `${header}${createHash("sha256").update(content).digest("hex")}\n\n${gzipSync(content).toString("base64")}`;
}

describe("the text of an inventory", () => {
  it("tells a person what it is, whose, and what not to do", () => {
    const [header = "", body = ""] = encodeInventory(sample).split("\n\n");
    expect(header.split("\n")).toEqual([
      "hopsync inventory, format 1",
      'owner: "network-team"',
      "What hopsync last applied here for this owner: 2 objects.",
      "Do not edit it. `hopsync inventory show` prints it, `hopsync inventory repair` makes it anew.",
      expect.stringMatching(/^sha256: [0-9a-f]{64}$/),
    ]);
    expect(Math.max(...body.split("\n").map((line) => line.length))).toBe(100);
    expect(formOf(encodeInventory(sample))).toEqual({
      format: 1,
      owner: "network-team",
      salt: sample.salt,
      applied_at: 1_800_000_000_000,
      entries: [
        {
          address: "alert/HTTP errors",
          id: "16",
          file: "manifests/alerts.yaml",
          fields: { severity: { value: 3 }, description: { hash: `sha256:${"ab".repeat(32)}` } },
          relations: { device_groups: { value: ["7", "12"] } },
          prevent_destroy: false,
          adopted: false,
        },
        {
          address: "tag/pci",
          id: null,
          file: "manifests/alerts.yaml",
          fields: {},
          relations: {},
          prevent_destroy: false,
          adopted: false,
        },
      ],
    });
  });

  it("reads back as the inventory, also out of a script whose line ends were changed", () => {
    fc.assert(
      fc.property(arbitraryInventory, (any) => {
        const text = encodeInventory(any);
        expect(text).toMatch(/^[\n -~]+$/);
        expect(decodeInventory(text)).toEqual(any);
        const script = inventoryScript(text).replaceAll("\n", "\r\n");
        const found = readInventoryObject({ id: 1, name: `hopsync inventory: ${any.owner}`, script });
        expect(found).toEqual({
          id: "1",
          name: `hopsync inventory: ${any.owner}`,
          owner: any.owner,
          part: false,
          text,
        });
      }),
    );
  });

  it("is the same for the same inventory, whatever the order of keys", () => {
    const [first] = sample.entries;
    const turned = Object.fromEntries(Object.entries(first?.fields ?? {}).reverse());
    const same = inventory([{ ...entry("alert/HTTP errors"), fields: turned }, ...sample.entries.slice(1)]);
    expect(Object.keys(same.entries[0]?.fields ?? {})).not.toEqual(Object.keys(first?.fields ?? {}));
    expect(encodeInventory(same)).toBe(encodeInventory(sample));
    // The operating system in a gzip header, which zlib fills in otherwise.
    expect(Buffer.from(encodeInventory(sample).split("\n\n")[1] ?? "", "base64")[9]).toBe(255);
  });

  it.each([
    ["an entry twice", { ...sample, entries: [entry("tag/a"), entry("tag/a")] }],
    ["entries out of order", { ...sample, entries: [entry("tag/b"), entry("tag/a")] }],
    ["an id that is none", inventory([entry("tag/a", { id: "1a" })])],
    ["a kind that does not exist", inventory([entry("nothing/a")])],
  ])("is not made of %s", (_, wrong) => {
    expect(() => encodeInventory(wrong)).toThrow(TypeError);
  });
});

describe("a text that was changed", () => {
  it("is damaged wherever one character is another, or some are missing, unless nothing is lost by it", () => {
    const text = encodeInventory(sample);
    const at = fc.nat(text.length - 1);
    const change = fc.oneof(
      fc
        .tuple(at, fc.string({ minLength: 1, maxLength: 1 }))
        .map(([i, c]) => text.slice(0, i) + c + text.slice(i + 1)),
      fc.tuple(at, fc.integer({ min: 1, max: 30 })).map(([i, n]) => text.slice(0, i) + text.slice(i + n)),
      at.map((i) => text.slice(0, i)),
    );
    fc.assert(
      fc.property(change, (changed) => {
        const result = outcome(changed);
        if (typeof result === "string") expect(result).toMatch(/^inventory-(damaged|newer)$/);
        else expect(result).toEqual(sample);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["nothing", ""],
    ["no text of ours", "var a = 1;"],
    ["a cut body", encodeInventory(sample).slice(0, -8)],
    ["no body", encodeInventory(sample).split("\n\n")[0] ?? ""],
    ["a format that is no number", encodeInventory(sample).replace("format 1", "format one")],
    ["a format before the first", encodeInventory(sample).replace("format 1", "format 0")],
    ["another owner in its header", encodeInventory(sample).replace("network-team", "other-team")],
    ["an owner that is no text", encodeInventory(sample).replace('"network-team"', "7")],
    ["bytes that are not JSON", textOf("{")],
    ["more than any inventory", textOf(Buffer.alloc(65 * 2 ** 20, " "))],
  ])("is damaged: %s", (_, text) => {
    expect(outcome(text)).toBe("inventory-damaged");
  });

  it("is damaged when its content is another whole one, zipped anew", () => {
    const [header] = encodeInventory(sample).split("\n\n");
    const [, body] = encodeInventory({ ...sample, appliedAt: 1 }).split("\n\n");
    expect(outcome(`${header}\n\n${body}`)).toBe("inventory-damaged");
  });

  it("is of a newer hopsync where its title, its content or a kind in it says so", () => {
    const form = formOf(encodeInventory(sample));
    const foreign = { ...(form.entries as object[])[0], address: "dashboard/a" };
    expect(outcome(encodeInventory(sample).replace("format 1", "format 2").slice(0, 60))).toBe(
      "inventory-newer",
    );
    expect(outcome(textOf(JSON.stringify({ ...form, format: 2, more: true })))).toBe("inventory-newer");
    expect(outcome(textOf(JSON.stringify({ ...form, entries: [foreign] })))).toBe("inventory-newer");
    expect(outcome(textOf(JSON.stringify(form)))).toEqual(sample);
  });
});

describe("the stored form", () => {
  const form = formOf(encodeInventory(sample));
  const [first] = form.entries as Record<string, unknown>[];
  const changed = (part: Record<string, unknown>): unknown => ({ ...form, entries: [{ ...first, ...part }] });

  it.each<[string, unknown]>([
    ["a list", []],
    ["null", null],
    ["a text as format", { ...form, format: "1" }],
    ["an unknown key", { ...form, extra: 1 }],
    ["a missing key", { ...form, salt: undefined }],
    ["no owner", { ...form, owner: "" }],
    ["a salt that is no text", { ...form, salt: 5 }],
    ["a time in the past of time", { ...form, applied_at: -1 }],
    ["a time that is no number", { ...form, applied_at: "now" }],
    ["entries that are no list", { ...form, entries: {} }],
    ["an entry that is no object", { ...form, entries: [1] }],
    ["an entry twice", { ...form, entries: [first, first] }],
    ["entries out of order", { ...form, entries: [...(form.entries as unknown[])].reverse() }],
    ["an unknown key of an entry", changed({ extra: 1 })],
    ["a key of an entry missing", changed({ adopted: undefined })],
    ["an address without a name", changed({ address: "alert/" })],
    ["an address without a kind", changed({ address: "/x" })],
    ["an id that is a number", changed({ id: 16 })],
    ["an id that is not all digits", changed({ id: "16 " })],
    ["a file that is no text", changed({ file: null })],
    ["a flag that is a text", changed({ prevent_destroy: "false" })],
    ["a former name that is no text", changed({ replaced: { name: null, owned: true } })],
    ["what was replaced without a name", changed({ replaced: { owned: true } })],
    ["what was replaced and may be ours", changed({ replaced: { name: "a", owned: "yes" } })],
    ["fields that are a list", changed({ fields: [] })],
    ["a record that is neither", changed({ fields: { a: {} } })],
    ["a record that is both", changed({ fields: { a: { value: 1, hash: `sha256:${"0".repeat(64)}` } } })],
    ["a hash of an unknown sort", changed({ fields: { a: { hash: "md5:00" } } })],
    ["a relation that is no record", changed({ relations: { a: ["1"] } })],
  ])("is refused as damaged: %s", (_, wrong) => {
    expect(outcome(textOf(JSON.stringify(wrong)))).toBe("inventory-damaged");
  });

  it("keeps keys that mean something to JavaScript as plain keys", () => {
    const fields = JSON.parse('{"__proto__": {"value": {"__proto__": 1}}, "constructor": {"value": 2}}');
    const read = outcome(textOf(JSON.stringify(changed({ fields })))) as Inventory;
    expect(Object.keys(read.entries[0]?.fields ?? {}).sort()).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(read.entries[0]?.fields)).toBe(Object.prototype);
  });
});
