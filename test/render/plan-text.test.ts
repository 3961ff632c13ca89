import { describe, expect, it } from "vitest";
import type { Change, Document } from "../../src/model.ts";
import { toDocument } from "../../src/render/document.ts";
import { renderConfirmation, renderPlan } from "../../src/render/plan-text.ts";
import { createStyle } from "../../src/render/style.ts";
import { displayWidth } from "../../src/render/text-width.ts";
import { expectGolden } from "../helpers/golden.ts";
import {
  causes,
  change,
  devices,
  everyAction,
  field,
  hostileChanges,
  LONG_SCRIPT,
  longChanges,
  manyLinks,
  plain,
  planDocument,
  relation,
  replaced,
} from "./documents.ts";

const quiet = { showRequests: false } as const;

describe("renderPlan", () => {
  it("shows every action and cause at 80 columns", () => {
    const text = renderPlan(planDocument(everyAction(), { inventory: true }), plain, quiet);
    expectGolden("render/plan-80.txt", text);
  });

  it("uses the room of 200 columns", () => {
    const wide = createStyle({ color: false, width: 200 });
    expectGolden("render/plan-200.txt", renderPlan(planDocument(everyAction()), wide, quiet));
  });

  it("colours symbols, sides and names", () => {
    const color = createStyle({ color: true, width: 80 });
    const text = renderPlan(planDocument(everyAction()), color, quiet);
    expectGolden("render/plan-color.txt", text.replaceAll("\x1b", "␛"));
  });

  it("differs from the coloured text in nothing but colour", () => {
    const color = createStyle({ color: true, width: 80 });
    const document = planDocument([...everyAction(), ...hostileChanges(), ...manyLinks()]);
    const stripped = renderPlan(document, color, quiet).replaceAll(/\x1b\[[\d;]*m/g, "");
    expect(stripped).toBe(renderPlan(document, plain, quiet));
  });

  it("shows each request whole when asked to", () => {
    expectGolden(
      "render/plan-requests.txt",
      renderPlan(planDocument(everyAction()), plain, { showRequests: true }),
    );
  });

  it("makes hostile names harmless", () => {
    const text = renderPlan(planDocument(hostileChanges()), plain, { showRequests: true });
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200f\u202e]/);
    expectGolden("render/plan-hostile.txt", text);
  });

  it.each([80, 40])("wraps what is longer than a line of %i columns, and cuts nothing", (width) => {
    const style = createStyle({ color: false, width });
    const text = renderPlan(planDocument(longChanges()), style, quiet);
    expectGolden(`render/plan-long-${width}.txt`, text);
    expect(text.split("\n").filter((line) => /^ {6}/.test(line) && displayWidth(line) > width)).toEqual([]);
  });

  it("shows what a replace moves and drops", () => {
    const bare = change("tag/pci", "replace", { moved: [], dropped: { members: [] } });
    const changes = [replaced(), replaced(60), bare];
    expectGolden("render/plan-replace.txt", renderPlan(planDocument(changes), plain, quiet));
  });

  it("names 50 links, and one more rather than its count", () => {
    const { addresses, labels } = devices(52);
    const text = (number: number): string =>
      renderPlan(
        planDocument([
          change("tag/pci", "update", {
            relations: [relation("devices", addresses.slice(0, number), [], labels)],
          }),
        ]),
        plain,
        quiet,
      );
    expect(text(51)).toContain("web-051 (10.1.2.51)\n");
    expect(text(52)).not.toContain("web-051");
    expect(text(52).replaceAll(/\n +/g, " ")).toContain(
      "web-050 (10.1.2.50), … and 2 more (--format json names all)",
    );
  });

  it("counts many links and names the first", () => {
    expectGolden("render/plan-links.txt", renderPlan(planDocument(manyLinks()), plain, quiet));
  });

  it("says exactly how much of a very long script it does not show", () => {
    const lines = (word: string, number: number): string => `${word}\n`.repeat(number);
    const fields = [field("/script", lines("old", 401), lines("new", 450))];
    const text = renderPlan(planDocument([change("trigger/Long", "update", { fields })]), plain, quiet);
    expect(text.match(/- old/g)).toHaveLength(400);
    expect(text.match(/\+ new/g)).toHaveLength(400);
    expect(text).toContain("+450 lines, -401 lines");
    expect(text).toContain("… 1 removed line not shown (--format json shows all)\n");
    expect(text).toContain("… 50 added lines not shown (--format json shows all)\n");
  });

  it("shows every line of a script that comes or goes", () => {
    const changes = [
      change("trigger/New", "create", {
        fields: [field("/script", undefined, LONG_SCRIPT), field("/debug", undefined, false)],
      }),
      change("trigger/Old", "delete", { fields: [field("/script", LONG_SCRIPT, undefined)] }),
    ];
    expectGolden("render/plan-long-script.txt", renderPlan(planDocument(changes), plain, quiet));
  });

  it("shows one value where there is one, and both where a field comes or goes", () => {
    const fields = [
      field("/script", "first();\n\nlast();\n", null),
      field("/debug", true, undefined),
      field("/events", ["A", "B"], ["B", "A"]),
    ];
    const changes = [
      change("trigger/Cleared", "update", { fields }),
      change("trigger/Left alone", "release", { fields: fields.map(({ after: _, ...rest }) => rest) }),
      change("trigger/Gone", "delete", {
        cause: "drift",
        fields: fields.map(({ after: _, ...rest }) => rest),
      }),
      change("trigger/Back", "create", { cause: "conflict", fields: [field("/events", undefined, [])] }),
      change("email_group/Reordered", "adopt", {
        fields: [
          field("/email_addresses", Array(9).fill("noc@example.com"), Array(8).fill("noc@example.com")),
        ],
      }),
    ];
    expectGolden("render/plan-sides.txt", renderPlan(planDocument(changes), plain, quiet));
  });

  it("shows the causes of links, what is let go and what is taken over", () => {
    expectGolden("render/plan-causes.txt", renderPlan(planDocument(causes()), plain, quiet));
  });

  it("says that nothing changes", () => {
    expectGolden("render/plan-empty.txt", renderPlan(planDocument([]), plain, quiet));
  });

  it("says of the inventory only what apply would do", () => {
    const text = (changes: readonly Change[], command: Document["command"] = "plan"): string =>
      renderPlan({ ...planDocument(changes, { inventory: true }), command }, plain, quiet);
    expect(text([])).toContain(
      "No changes. The appliance matches the manifest (7 resources). The inventory is\nbrought up to date.\n",
    );
    expect(text([change("tag/pci", "create")])).toContain("\nThe inventory is written as well.\n");
    expect(text([], "drift")).not.toContain("inventory");
    expect(text([change("tag/pci", "create")], "drift")).not.toContain("inventory");
  });

  it("says that a guard refuses the plan, and shows it", () => {
    const refusal = {
      severity: "error",
      code: "too-many-deletes",
      summary: "Too many deletes",
      detail: "",
    } as const;
    const document = planDocument([change("alert/Old", "delete")], { diagnostics: [refusal] });
    expectGolden("render/plan-refused.txt", renderPlan(document, plain, quiet));
  });

  it("never takes a failed run for an empty plan", () => {
    const diagnostics = [
      { severity: "error", code: "unauthorized", summary: "Not allowed", detail: "" },
    ] as const;
    const failed = toDocument({ command: "plan", exitCode: 1, version: "0.1.0", diagnostics });
    expect(renderPlan(failed, plain, quiet)).toBe("No plan was made: 1 error.\n");
    const target = { host: "eda-01", firmware: "9.8.0", platform: "discover" };
    const later = toDocument({ command: "plan", exitCode: 1, version: "0.1.0", diagnostics, target });
    expect(renderPlan(later, plain, quiet)).toBe("No plan was made: 1 error.\n");
    const drift = { ...later, command: "drift" } as const;
    expect(renderPlan(drift, plain, quiet)).toBe("It is not known whether there is drift: 1 error.\n");
  });

  it.each(["adopt", "update", "rename", "replace", "delete", "release"] as const)(
    "says under which name the object of a %s is found",
    (action) => {
      const changes = [change("tag/vv2", action, { id: "2373", previousName: "vv1" })];
      const heading = renderPlan(planDocument(changes), plain, quiet).split("\n")[2];
      expect(heading).toMatch(new RegExp(`${action} +tag/vv2  \\(was "vv1"`));
      expect(heading?.includes("id 2373")).toBe(action === "delete" || action === "replace");
    },
  );

  it("says the former name once where a field shows it", () => {
    const fields = [field("/name", "vv1", "vv2")];
    const changes = [change("tag/vv2", "rename", { previousName: "vv1", fields })];
    expect(renderPlan(planDocument(changes), plain, quiet).match(/"vv1"/g)).toHaveLength(1);
  });

  it("words drift as drift", () => {
    const changes = [
      change("alert/Gone", "create", {
        cause: "drift",
        fields: [field("/severity", undefined, 3, { cause: "drift" })],
      }),
      change("alert/HTTP errors", "update", {
        cause: "drift",
        fields: [field("/severity", 5, 3, { cause: "drift" })],
      }),
    ];
    const drifted = { ...planDocument(changes), command: "drift" } as const;
    expectGolden("render/drift.txt", renderPlan(drifted, plain, quiet));
    const clean = { ...planDocument([]), command: "drift" } as const;
    expect(renderPlan(clean, plain, quiet)).toContain(
      "No drift. The appliance is as it was last applied (7 resources).",
    );
  });

  it.each([80, 100, 200])("keeps within %i columns what is not a name, a request or a digest", (width) => {
    const style = createStyle({ color: false, width });
    const lines = renderPlan(planDocument([...everyAction(), ...manyLinks()]), style, quiet).split("\n");
    expect(lines.filter((line) => displayWidth(line) > width)).toEqual([]);
  });

  it("masks a sensitive value even when the data does not", () => {
    const leak = change("trigger/T", "update", {
      fields: [field("/script", "s3cret\nx", "other\ns3cret", { sensitive: true })],
    });
    expect(renderPlan(planDocument([leak]), plain, quiet)).not.toContain("s3cret");
  });
});

describe("renderConfirmation", () => {
  it("counts what is destroyed and names the appliance", () => {
    expect(renderConfirmation(planDocument(everyAction()))).toBe(
      "Apply 10 changes (1 replace, 1 delete) to eda-01.example.com? Only 'yes' is accepted: ",
    );
    expect(renderConfirmation(planDocument([change("tag/pci", "create")]))).toBe(
      "Apply 1 change to eda-01.example.com? Only 'yes' is accepted: ",
    );
  });
});
