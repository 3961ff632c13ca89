/** What only drift has in its text: who did it and when, and applied values that nobody can show. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import type { Attribution, Change } from "../../src/model.ts";
import { renderJson } from "../../src/render/document.ts";
import { planSchema } from "../../src/render/document-schema.ts";
import { renderPlan } from "../../src/render/plan-text.ts";
import { displayWidth } from "../../src/render/text-width.ts";
import { change, field, plain, planDocument } from "./documents.ts";

const isDocument = new Ajv2020({ strict: false }).compile(planSchema);

function text(...changes: readonly Change[]): readonly string[] {
  const document = { ...planDocument(changes), command: "drift" } as const;
  expect(isDocument(JSON.parse(renderJson(document))), JSON.stringify(isDocument.errors)).toBe(true);
  return renderPlan(document, plain, { showRequests: false }).split("\n");
}

const by = (user: string | null, minute = 31): Attribution => ({
  time: `2026-11-22T07:${minute}:59.999Z`,
  user,
  operation: "Modify",
  from: "audit log",
});

/** The lines between the heading of the change and its first field. */
function attributed(attribution: readonly Attribution[], more: Partial<Change> = {}): readonly string[] {
  const fields = [field("/severity", 5, 3, { cause: "drift" })];
  const lines = text(
    change("alert/A", more.action ?? "update", { cause: "drift", fields, attribution, ...more }),
  );
  const start = lines.findIndex((line) => line.includes("alert/A"));
  return lines.slice(
    start + 1,
    lines.findIndex((line) => line.startsWith("      severity")),
  );
}

describe("attribution", () => {
  it("is one line: when, by whom, what, and how that is known", () => {
    expect(attributed([by("jdoe")])).toEqual([
      "      changed 2026-11-22 07:31 UTC by jdoe: Modify (audit log)",
    ]);
    expect(attributed([{ ...by("jdoe"), operation: null }])).toEqual([
      "      changed 2026-11-22 07:31 UTC by jdoe (audit log)",
    ]);
    expect(attributed([by(null)])).toEqual(["      changed 2026-11-22 07:31 UTC: Modify (audit log)"]);
    const own: Attribution = { ...by(null), operation: null, from: "mod_time" };
    expect(attributed([own])).toEqual(["      last modified 2026-11-22 07:31 UTC"]);
    expect(attributed([])).toEqual([]);
  });

  it("of what is gone says who deleted it", () => {
    expect(attributed([by("jdoe")], { action: "create" })).toEqual([
      "      deleted 2026-11-22 07:31 UTC by jdoe: Modify (audit log)",
    ]);
  });

  it("lists several candidates, and counts those above five, within the width", () => {
    expect(attributed([by("a", 32), by("b")])).toEqual([
      "      changed, one of: 2026-11-22 07:32 UTC by a: Modify,",
      "      2026-11-22 07:31 UTC by b: Modify (audit log)",
    ]);
    const many = attributed(Array.from({ length: 9 }, (_, i) => by(`user${i}`, 40 - i)));
    expect(many.filter((line) => displayWidth(line) > 80)).toEqual([]);
    expect(many.map((line) => line.trim()).join(" ")).toContain("user4: Modify, 4 earlier (audit log)");
    expect(many.join(" ")).not.toContain("user5");
  });

  it("shows control characters as what they are", () => {
    const hostile = { ...by("j\u001b[2Jdoe\n"), operation: "Mod\u001bify\n" };
    expect(attributed([hostile]).join("\n")).not.toMatch(/\u001b|(doe|ify)\n/);
  });
});

describe("an applied value of which only a hash is kept", () => {
  const hashed = { cause: "conflict", hashed: true } as const;

  it("is said to be one, also of a script, a new object and a secret", () => {
    const fields = [
      field("/description", "by hand", undefined, hashed),
      field("/script", "one\ntwo\n", undefined, hashed),
      field("/key", "s3cret", undefined, { ...hashed, sensitive: true }),
    ];
    const lines = text(change("trigger/T", "update", { cause: "conflict", fields })).map((line) =>
      line.trim(),
    );
    expect(lines).toContain('description  "by hand"   → (only a hash is kept)');
    expect(lines).toContain("script       (3 lines)   → (only a hash is kept)");
    expect(lines).toContain("key          (sensitive) → (only a hash is kept)");
    const gone = text(
      change("trigger/T", "create", {
        cause: "conflict",
        fields: [field("/script", undefined, undefined, hashed)],
      }),
    );
    expect(gone).toContain("      script  (only a hash is kept)");
  });

  it("is said of links as well", () => {
    const relations = [{ relation: "devices", assign: [], unassign: [], ...hashed }];
    expect(text(change("tag/t", "update", { cause: "conflict", relations }))).toContain(
      "      devices  not as applied (only a hash is kept)",
    );
  });
});

describe("an object made anew", () => {
  it("is told so", () => {
    const heading = (cause: "drift" | "conflict") => text(change("tag/t", "adopt", { cause })).join("\n");
    expect(heading("drift")).toContain("deleted and made anew on the appliance");
    expect(heading("conflict")).toContain("changed here, deleted and made anew on the appliance");
  });
});
