import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changeHashes, differingChanges } from "../../src/action/differing.ts";
import { isSame, type Marker, readMarker, writeMarker } from "../../src/action/marker.ts";
import { change, everyAction, field, planDocument } from "../render/documents.ts";
import { anyText } from "../render/markdown-text.ts";

const texts = fc.dictionary(fc.oneof(anyText, fc.constantFrom("__proto__", "constructor", "7")), anyText, {
  maxKeys: 5,
});

const markers: fc.Arbitrary<Marker> = fc.record(
  {
    kind: fc.constantFrom("plan", "apply", "drift"),
    target: anyText,
    owner: anyText,
    sha: anyText,
    digest: anyText,
    since: anyText,
    changes: texts,
    seen: texts,
  },
  { requiredKeys: ["kind", "target", "owner"] },
);

const plan: Marker = { kind: "plan", target: "hq", owner: "network-team", sha: "0a1b2c3" };

function line(value: unknown, version = "v1"): string {
  return `<!-- hopsync:${version} ${Buffer.from(JSON.stringify(value)).toString("base64url")} -->`;
}

describe("a marker", () => {
  it("is read as it was written, at the end of any body and however GitHub breaks lines", () => {
    fc.assert(
      fc.property(markers, fc.string({ unit: "binary" }), (marker, text) => {
        const written = writeMarker(marker);
        expect(written).toMatch(/^<!-- hopsync:v1 [\w-]+ -->$/);
        const found = readMarker(`${text}\n\n${written}\r\n\n`);
        expect(JSON.stringify(found)).toBe(JSON.stringify(readMarker(written)));
        expect(found && writeMarker(found)).toBe(written);
        expect(found && isSame(found, marker)).toBe(true);
        expect(Object.entries(found?.seen ?? {}).sort()).toEqual(Object.entries(marker.seen ?? {}).sort());
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["nothing", ""],
    ["no marker", "text"],
    ["another version", line(plan, "v2")],
    ["a quoted one", `> ${line(plan)}`],
    ["an indented one", `x\n    ${line(plan)}`],
    ["one that is not last", `${line(plan)}\nthanks!`],
    ["one with something behind", `${line(plan)} x`],
    ["what is no base64url", "<!-- hopsync:v1 a+b/ -->"],
    ["what is no JSON", "<!-- hopsync:v1 YWJj -->"],
    ["a list", line([plan])],
    ["null", line(null)],
    ["an unknown kind", line({ ...plan, kind: "other" })],
    ["no owner", line({ kind: "plan", target: "hq" })],
    ["an owner of another type", line({ ...plan, owner: 7 })],
    ["a sha of another type", line({ ...plan, sha: null })],
    ["an unknown key", line({ ...plan, more: "x" })],
    ["another order of keys", line({ owner: "o", kind: "plan", target: "hq" })],
    [
      "a prototype",
      `<!-- hopsync:v1 ${Buffer.from('{"__proto__":{"kind":"plan","target":"a","owner":"b"}}').toString("base64url")} -->`,
    ],
    ["a list in place of hashes", line({ ...plan, changes: ["a"] })],
    ["a number for a hash", line({ ...plan, changes: { "tag/a": 1 } })],
    ["too long a list of hashes", line({ ...plan, changes: { "tag/a": "x".repeat(6000) } })],
  ])("is not found in %s", (_what, body) => {
    expect(readMarker(body)).toBeUndefined();
  });

  it("is never an error, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.base64String(), (text) => {
        readMarker(`<!-- hopsync:v1 ${text.replaceAll("=", "")} -->`);
      }),
    );
  });

  it("leaves out whole what is too long, and stays the same one for names that are", () => {
    const long = Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [`tag/${i}`, "2026-11-22T10:00:00Z"]),
    );
    const marker = { ...plan, owner: "o".repeat(70_000), changes: long, seen: long };
    const written = writeMarker(marker);
    expect(written.length).toBeLessThan(1000);
    const found = readMarker(written) as Marker;
    expect(found).not.toHaveProperty("changes");
    expect(found).not.toHaveProperty("seen");
    expect(isSame(found, marker)).toBe(true);
    expect(isSame(found, { ...marker, owner: "o".repeat(70_001) })).toBe(false);
  });

  it("is the same for one kind, target and owner", () => {
    expect(isSame(plan, { ...plan, sha: "other", digest: "d" })).toBe(true);
    for (const other of [{ kind: "apply" }, { target: "dc" }, { owner: "x" }] as const)
      expect(isSame(plan, { ...plan, ...other })).toBe(false);
  });
});

describe("differing changes", () => {
  const changes = everyAction();
  const hashes = changeHashes(planDocument(changes));

  it("are none where only causes, labels, sources and places in the order differ", () => {
    const told = changes.map((one) => ({
      ...one,
      cause: "conflict" as const,
      wave: 7,
      requires: ["tag/x"],
      source: { file: "elsewhere.yaml", line: 1, column: 1 },
      relations: one.relations.map((relation) => ({ ...relation, labels: { x: "y" } })),
    }));
    const now = changeHashes({ changes: told.toReversed() });
    expect(differingChanges(hashes, now)).toEqual({ gone: [], added: [], different: [] });
    expect(Object.values(hashes).filter((hash) => !/^[0-9a-f]{8}$/.test(hash))).toEqual([]);
  });

  it("are those that are gone, new, or do something else", () => {
    const [, second, ...rest] = changes;
    const other = { ...second, fields: [field("/severity", 5, 4)] } as (typeof changes)[number];
    const now = changeHashes({ changes: [other, ...rest, change("tag/constructor", "create")] });
    expect(differingChanges(hashes, now)).toEqual({
      gone: ["alert/HTTP error ratio"],
      added: ["tag/constructor"],
      different: ["alert/HTTP errors"],
    });
    expect(differingChanges({}, { constructor: "x" }).added).toEqual(["constructor"]);
  });
});
