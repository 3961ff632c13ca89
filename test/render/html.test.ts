import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderFleetMarkdown } from "../../src/render/fleet.ts";
import { renderHtml } from "../../src/render/html.ts";
import { renderMarkdown } from "../../src/render/markdown.ts";
import { expectGolden } from "../helpers/golden.ts";
import { change, everyAction, field, HOSTILE, longChanges, planDocument } from "./documents.ts";
import { hostileDocument } from "./hostile-document.ts";
import { elements, expectHarmlessPage, textOf, textsOf } from "./html-tree.ts";
import { anyText } from "./markdown-text.ts";
import { expectHarmless, type Node, nodes } from "./markdown-tree.ts";

const SUMMARY = /^<details>\n<summary>/;

function valuesOf(tree: Node, type: string): readonly string[] {
  return nodes(tree).flatMap((node) => (node.type === type ? [node.value ?? ""] : []));
}

describe("renderHtml", () => {
  it.each([
    ["plan.html", planDocument([...everyAction(), ...longChanges()])],
    ["hostile.html", hostileDocument([0, 3, 7, 8].map((i) => HOSTILE[i] ?? ""))],
  ])("looks like %s", (name, document) => {
    const page = renderHtml(renderMarkdown(document));
    expectHarmlessPage(page);
    expectGolden(`render/${name}`, page);
  });

  it("shows what the Markdown shows, and brings nothing alive from any value", () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1, maxLength: 6 }), fc.boolean(), (values, showRequests) => {
        const markdown = renderMarkdown(hostileDocument(values), { showRequests });
        const tree = expectHarmless(markdown);
        const body = expectHarmlessPage(renderHtml(markdown));
        const inSummaries = textsOf(body, "summary").length;
        expect(inSummaries).toBe(valuesOf(tree, "html").filter((text) => SUMMARY.test(text)).length);
        const spans = elements(body).filter(
          ({ tagName, parentNode }) =>
            tagName === "code" && (parentNode as { readonly tagName?: string } | null)?.tagName !== "summary",
        );
        expect(spans.map(textOf)).toEqual(valuesOf(tree, "inlineCode"));
        expect(textsOf(body, "pre").map((text) => text.replace(/\n$/, ""))).toEqual(valuesOf(tree, "code"));
      }),
      { numRuns: 30 },
    );
  });

  it("takes no markup but ours for markup, whatever it is given", () => {
    fc.assert(
      fc.property(fc.array(anyText), fc.constantFrom("\n", "\n\n", ""), (texts, between) => {
        const opened = ["<details>\n<summary>x</summary>", ...texts, "</details>"].join(between);
        for (const markdown of [texts.join(between), opened]) {
          const page = renderHtml(markdown);
          expect(page.match(/<(script|img|a|svg|iframe|style|link|meta|base|form)\b/gi)).toEqual([
            ...["<meta", "<meta", "<meta", "<style"],
          ]);
        }
      }),
    );
  });

  it("folds many details together, and each of them", () => {
    const changes = Array.from({ length: 30 }, (_, i) =>
      change(`alert/a${i}`, "create", { fields: [field("/severity", undefined, i)] }),
    );
    const body = expectHarmlessPage(renderHtml(renderMarkdown(planDocument(changes))));
    const details = elements(body).filter(({ tagName }) => tagName === "details");
    const depths = details.map((inner) => details.filter((outer) => elements(outer).includes(inner)).length);
    expect(depths).toEqual([1, ...changes.map(() => 2)]);
  });

  it("keeps an empty line that comes first in a block", () => {
    expect(textsOf(expectHarmlessPage(renderHtml("```text\n\na\n```\n")), "pre")).toEqual(["\na\n"]);
  });

  it("calls itself what it is about, and forbids itself scripts and requests", () => {
    const one = renderHtml(renderMarkdown(planDocument(everyAction())));
    expect(one).toContain("<title>Plan for eda-01.example.com</title>");
    expect(one).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    const targets = [{ name: "<hq>", document: planDocument(everyAction()) }];
    const several = renderFleetMarkdown({ format: 1, targets, exit_code: 0, diagnostics: [] });
    expect(renderHtml(several)).toContain("<title>&lt;hq&gt;, Targets</title>");
  });
});
