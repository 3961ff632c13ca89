/**
 * The bodies with hostile names in a real browser, their HTML not sanitised: what is smuggled in comes alive.
 * HOPSYNC_SCREENSHOTS names a folder for pictures of them.
 */
import { existsSync } from "node:fs";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Change } from "../../src/model.ts";
import { printable } from "../../src/render/clean.ts";
import { destroyedFirst } from "../../src/render/words.ts";
import { hostileChanges } from "../render/documents.ts";
import { bodies, hostile } from "./bodies.ts";

const CHROMIUM = "/usr/bin/chromium";
const ARGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync", "--no-first-run"],
];

/** What Markdown as we write it becomes. */
const OURS = [
  ..."html head style body h2 h3 p strong code pre blockquote ul li a details summary".split(" "),
  ..."table thead tbody tr th td".split(" "),
];
const STYLE =
  "table{border-collapse:collapse} th,td{border:1px solid #888;padding:4px} body{font:14px sans-serif}";

/** What a page is made of and what it did. */
interface Seen {
  readonly tags: readonly string[];
  readonly attributes: readonly string[];
  readonly links: readonly string[];
  /** The texts of the cells of each table, by row. */
  readonly tables: readonly (readonly (readonly string[])[])[];
  /** Requests, dialogs, console messages and errors. */
  readonly events: readonly string[];
}

/** A page that tells of all that happens in it, and lets nothing out. */
async function watched(browser: Browser, events: string[]): Promise<Page> {
  const page = await browser.newPage();
  page.on("dialog", (dialog) => {
    events.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => events.push(`console ${message.text()}`));
  page.on("pageerror", (error) => events.push(`error ${error.message}`));
  await page.route("**/*", (route) => {
    events.push(`request ${route.request().url()}`);
    return route.abort();
  });
  return page;
}

function toHtml(markdown: string): string {
  const html = micromark(markdown, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
  });
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${html}`;
}

/** Runs in the page; text, since these tests know no types of a browser. */
const INSPECT = `(() => {
  const all = [...document.body.querySelectorAll("*")];
  return {
    tags: [...new Set(all.map((element) => element.localName))],
    attributes: [...new Set(all.flatMap((element) => element.getAttributeNames()))],
    links: [...document.links].map(({ href }) => href),
    tables: [...document.querySelectorAll("table")].map((table) =>
      [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent))),
  };
})()`;

/** How an address stands in a cell; a bar after a backslash is the one thing that no table can hold. */
function shown({ address }: Change): string {
  return printable(address).replaceAll(/(?<=\\)\|/g, "\\x7c");
}

const HOSTILE_BODIES: Readonly<Record<string, readonly Change[]>> = {
  "plan-hostile.md": [...hostile(), ...hostileChanges()],
  "drift-hostile.md": hostile(),
  "summary-hostile.md": hostile(),
};

describe.skipIf(!existsSync(CHROMIUM))("in Chromium", () => {
  let browser: Browser;
  let page: Page;
  const events: string[] = [];

  beforeAll(async () => {
    const { chromium } = await import("playwright-core");
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
    page = await watched(browser, events);
  });
  afterAll(() => browser?.close());

  async function look(markdown: string): Promise<Seen> {
    events.length = 0;
    await page.setContent(toHtml(markdown));
    return { ...(await page.evaluate<Omit<Seen, "events">>(INSPECT)), events: [...events] };
  }

  it.each(Object.entries(bodies()))("%s is made of what we write, and does nothing", async (name, body) => {
    const { tags, attributes, links, tables, events } = await look(body);
    const folder = process.env.HOPSYNC_SCREENSHOTS;
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
    expect(events).toEqual([]);
    expect(tags.filter((tag) => !OURS.includes(tag))).toEqual([]);
    expect(attributes.filter((attribute) => !["href", "class"].includes(attribute))).toEqual([]);
    expect(links.filter((link) => !link.startsWith("https://github.com/example/network/"))).toEqual([]);
    for (const rows of tables) expect(rows.map((row) => row.length)).toEqual(rows.map(() => rows[0]?.length));
  });

  it.each(Object.entries(HOSTILE_BODIES))(
    "%s has a row for each change, with its very name",
    async (name, changes) => {
      const [[head, ...rows] = []] = (await look(bodies()[name] ?? "")).tables;
      expect(head?.slice(0, 3)).toEqual(["action", "address", "what changes"]);
      expect(rows.map((row) => row[1])).toEqual(destroyedFirst(changes).map(shown));
    },
  );

  it("would find out what is smuggled in", async () => {
    const evil = "<img src=x onerror='alert(1)'>\n\nhttps://evil.example\n\n| a |\n| - |\n| 1 | 2 |\n";
    const { tags, attributes, links, events } = await look(evil);
    expect(tags).toContain("img");
    expect(attributes).toContain("onerror");
    expect(links).toEqual(["https://evil.example/"]);
    expect(events).toEqual(["dialog 1"]);
  });
});
