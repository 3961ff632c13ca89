import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyComment, outdated, planComment } from "../../src/action/comments.ts";
import { comparedDocument } from "../../src/action/compared.ts";
import { driftIssue, sightings } from "../../src/action/drift-issue.ts";
import { isSame, type Marker, readMarker } from "../../src/action/marker.ts";
import { summary } from "../../src/action/summary.ts";
import type { Action, Change } from "../../src/model.ts";
import { expectGolden } from "../helpers/golden.ts";
import { change, everyAction, field, HOSTILE, planDocument, reportDocument } from "../render/documents.ts";
import { anyText } from "../render/markdown-text.ts";
import { bodies, diffDocument, driftDocument, NOW, WHERE } from "./bodies.ts";
import { expectHarmlessBody } from "./harmless.ts";

describe("a body", () => {
  it.each(Object.entries(bodies()))("looks like %s", (name, text) => {
    expectHarmlessBody(text);
    expectGolden(`action/${name}`, `${text.trimEnd()}\n`);
  });

  it("is harmless whatever the names of target, owner, people and addresses are", () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 4, maxLength: 6 }), (values) => {
        const at = (i: number): string => values[i % values.length] ?? "";
        const changes = values.map((name, i) =>
          change(`alert/${name}`, i % 2 === 0 ? "update" : "delete", {
            fields: [field("/a", at(i + 1), name)],
          }),
        );
        const plan = { ...planDocument(changes), owner: at(2) };
        const where = { ...WHERE, target: at(0), sha: at(1) };
        const comment = planComment({ ...plan, owner: null }, { ...where, owner: at(3) });
        expectHarmlessBody(comment);
        const found = readMarker(comment);
        expect(found && isSame(found, { kind: "plan", target: at(0), owner: at(3) })).toBe(true);
        const seen = Object.fromEntries(changes.map(({ address }, i) => [address, at(i)]));
        const issue = driftIssue(driftDocument(changes), { ...where, now: at(1), since: at(2), seen });
        expectHarmlessBody(issue.body);
        expect(Buffer.from(issue.title + issue.body + comment).toString()).toBe(
          issue.title + issue.body + comment,
        );
        expect(issue.title).not.toMatch(/[@#`<>:\n\r]/);
        const reviewed = { kind: "plan", target: "", owner: "", changes: seen } as const;
        expectHarmlessBody(applyComment({ ...plan, command: "apply", exit_code: 5 }, { ...where, reviewed }));
        expectHarmlessBody(summary(plan, where));
      }),
      { numRuns: 10 },
    );
  });
});

describe("links", () => {
  it.each([
    [
      "other letters",
      "https://a.example/日😀\ud800",
      "[This run](https://a.example/%E6%97%A5%F0%9F%98%80%EF%BF%BD)",
    ],
    ["a script", "javascript:alert(1)", "This run"],
    ["nothing", "no address", "This run"],
    [
      "hostile signs",
      'https://a.example/b c?d=(e)&f=[g]"<h>`i`|j\\k@l',
      "[This run](https://a.example/b%20c?d=%28e%29&f=%5Bg%5D%22%3Ch%3E%60i%60%7Cj%5Ck%40l)",
    ],
    ["very much", `https://a.example/${"x".repeat(3000)}`, "This run"],
  ])("to %s are harmless", (_what, runUrl, markdown) => {
    const body = planComment(planDocument([]), { target: "hq", sha: "0a1b2c3", runUrl });
    expect(body.split("\n\n").at(-2)).toBe(markdown);
  });
});

describe("an outdated comment", () => {
  const comment = planComment(planDocument(everyAction()), WHERE);

  it("says of which commit it is, once, and keeps its marker", () => {
    const once = outdated(comment, { sha: "b".repeat(40) });
    expect(once.endsWith(comment)).toBe(true);
    expect(outdated(once, { sha: "b".repeat(40) })).toBe(once);
    expect(outdated(once.replaceAll("\n", "\r\n"), { sha: "c".repeat(40) }).split(/\r?\n/)).toEqual(
      once.replace("bbbbbbb", "ccccccc").split("\n"),
    );
    expect(readMarker(once)).toEqual(readMarker(comment));
  });
});

describe("an apply's comment", () => {
  it("tells what differs from the reviewed plan only where that was the reason", () => {
    const reviewed = readMarker(planComment(planDocument(everyAction()), WHERE)) as Marker;
    const same = applyComment(reportDocument(everyAction(), [], 5), { ...WHERE, reviewed });
    expect(same).not.toContain("differs");
    const other = applyComment(reportDocument([], [], 1), { ...WHERE, reviewed });
    expect(other).not.toContain("differs");
  });
});

describe("first sightings", () => {
  const first = "2026-11-20T06:00:00Z";
  const [a, b] = [change("tag/a", "create"), change("tag/b", "create")];

  it("are kept from run to run, and forgotten with the difference", () => {
    const marker = (changes: readonly Change[], now: string, previous?: Marker): Marker => {
      const document = driftDocument(changes);
      const { body } = driftIssue(document, { ...WHERE, now, ...sightings(previous, document, now) });
      return readMarker(body) as Marker;
    };
    const one = marker([a], first);
    const two = marker([a, b], NOW, one);
    expect(two).toMatchObject({ since: first, seen: { "tag/a": first, "tag/b": NOW } });
    expect(marker([b], "2026-12-01T00:00:00Z", two)).toMatchObject({ since: first, seen: { "tag/b": NOW } });
    expect(marker([b], "2026-12-01T00:00:00Z", two).seen).not.toHaveProperty("tag/a");
  });

  it("are not made up where the marker had no room for them", () => {
    const without = { kind: "drift", target: "hq", owner: "o", since: first } as const;
    expect(sightings(without, { changes: [a] }, NOW)).toEqual({ since: first });
    const document = driftDocument([a, b]);
    const { body } = driftIssue(document, { ...WHERE, now: NOW, ...sightings(without, document, NOW) });
    expect(readMarker(body)).toMatchObject({ since: first });
    expect(readMarker(body)).not.toHaveProperty("seen");
    expect(body).not.toContain("| first seen");
  });
});

// ---------------------------------------------------------------- sizes

const ACTIONS: readonly Action[] = ["update", "delete", "create", "replace"];

/** Thousands of changes whose names are 200 characters of something hostile. */
function many(number: number): readonly Change[] {
  return Array.from({ length: number }, (_, i) => {
    const name = `${i} ${HOSTILE[i % HOSTILE.length]?.repeat(200)}`.padEnd(200, "日😀").slice(0, 200);
    return change(`alert/${name}`, ACTIONS[i % ACTIONS.length] as Action, {
      fields: [field("/description", "日本語 ".repeat(40), `${name} after`)],
      requires: [],
    });
  });
}

describe("a limit", () => {
  const changes = many(2000);
  const hashes = Object.fromEntries(changes.map(({ address }) => [`${address}?`, "00000000"]));

  it("is kept by every body, with what destroys named or counted", () => {
    const plan = planDocument(changes);
    const long = { ...WHERE, target: "t".repeat(50_000), sha: "s".repeat(50_000), owner: "o".repeat(50_000) };
    const reviewed = { kind: "plan", target: "", owner: "", changes: hashes } as const;
    const drift = driftDocument(changes);
    const all = [
      planComment({ ...plan, owner: long.owner }, long),
      applyComment({ ...plan, command: "apply", results: [], exit_code: 5 }, { ...WHERE, reviewed }),
      driftIssue(drift, { ...WHERE, now: NOW, ...sightings(undefined, drift, NOW) }).body,
    ];
    expect(all.filter((body) => body.length > 60_000)).toEqual([]);
    for (const body of all) {
      const named = body.match(/^(- {3}|-\/\+ )alert\//gm)?.length ?? 0;
      expect(named).toBeGreaterThan(50);
      expect(body).toContain(`${1000 - named} of these names`);
      expect(readMarker(body)).toBeDefined();
    }
    // To parse all of them takes seconds.
    expectHarmlessBody(all[1] ?? "");
    expect(outdated(all[0] ?? "", { sha: WHERE.sha }).length).toBeLessThan(65_536);
    expect(readMarker(all[0] ?? "")).not.toHaveProperty("changes");
    expect(readMarker(all[2] ?? "")).not.toHaveProperty("seen");
  });

  it("of 60,000 characters has the names of 2,000 deletes", () => {
    const deletes = Array.from({ length: 2000 }, (_, i) => change(`alert/Old alert ${i}`, "delete"));
    const body = planComment(planDocument(deletes), WHERE);
    expect(body.length).toBeLessThanOrEqual(60_000);
    const named = [...body.matchAll(/^- {3}(alert\/Old alert \d+)$/gm)].map(([, address]) => address);
    expect(named.sort()).toEqual(deletes.map(({ address }) => address).sort());
  });

  it("of a summary is one of bytes", () => {
    const text = summary(planDocument(changes), WHERE);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_000_000);
    expect(Buffer.byteLength(text)).toBeGreaterThan(800_000);
    expect(text.match(/^\| \*\*(delete|replace)\*\* /gm)).toHaveLength(1000);
    const small = summary(planDocument(changes.slice(0, 200)), { ...WHERE, limit: 30_000 });
    expect(Buffer.byteLength(small)).toBeLessThanOrEqual(30_000);
  });

  it("that is not reached leaves out nothing", () => {
    expect(Object.values(bodies()).filter((text) => text.includes("Left out"))).toEqual([]);
  });
});

describe("a comparison", () => {
  it("says that it is none where it is none", () => {
    const parts = { version: "0.1.0", owner: "network-team" };
    const compared = { base: WHERE.sha };
    const invalid = summary(comparedDocument({ ...parts, exitCode: 1 }, undefined), { compared });
    expect(invalid).toContain("**Not compared with the base branch**, since the manifest is not valid.");
    const valid = comparedDocument({ ...parts, exitCode: 0 }, undefined);
    expect(summary(valid, { compared: {} })).toContain("its manifests cannot be read");
    const none = { ...diffDocument(), changes: [] };
    expect(summary(none, { compared })).toContain("**Nothing changes** against `0a1b2c3`");
  });
});

describe("the title of an issue", () => {
  it("is cut between characters, and names both", () => {
    const document = { ...driftDocument([]), owner: `a${"😀".repeat(200)}` };
    const { title } = driftIssue(document, { ...WHERE, now: NOW });
    expect(title).toBe(`Drift on hq (a${"😀".repeat(99)}…)`);
  });
});
