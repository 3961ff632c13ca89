/** Which files are read, and what is wrong with those that cannot be. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inFolder, load, loadIn, manifestOf, spot, spots } from "./workspace.ts";

const tag = (name: string): string => `version: 1\ntags: [{name: ${name}}]\n`;

describe("paths", () => {
  it("stand for the manifests in a folder and its subfolders, dot folders and node_modules left out", async () => {
    const files = {
      "b.yaml": tag("b"),
      "a.yml": tag("a"),
      "c/d/e.YAML": tag("e"),
      ".git/x.yaml": tag("x"),
      "node_modules/y.yaml": tag("y"),
      "readme.md": "no manifest",
    };
    expect((await manifestOf(files)).resources.map((r) => r.name)).toEqual(["a", "b", "e"]);
  });

  it("may name a file of any name", async () => {
    expect((await manifestOf({ hosts: tag("a") }, { paths: ["hosts"] })).resources).toHaveLength(1);
  });

  it("name one file twice and it is read once", async () => {
    await inFolder({ "m/a.yaml": tag("a") }, async (folder) => {
      symlinkSync(join(folder, "m/a.yaml"), join(folder, "m/link.yaml"));
      symlinkSync(join(folder, "m"), join(folder, "linked"));
      const { manifest } = await loadIn(folder, { paths: ["m/a.yaml", "m", "./m/../m", "linked"] });
      expect(manifest?.resources.map((r) => r.name)).toEqual(["a"]);
    });
  });

  it("lead round in a circle and end", async () => {
    await inFolder({ "m/a.yaml": tag("a") }, async (folder) => {
      symlinkSync(join(folder, "m"), join(folder, "m/again"));
      expect((await loadIn(folder, { paths: ["m"] })).manifest?.resources).toHaveLength(1);
    });
  });

  it("are shown as they were given", async () => {
    await inFolder({ "m/a.yaml": "version: 1\nalert: []\n" }, async (folder) => {
      const file = async (path: string): Promise<string | undefined> =>
        (await loadIn(folder, { paths: [path] })).diagnostics[0]?.source?.file;
      expect(await file("m")).toBe("m/a.yaml");
      expect(await file("m/a.yaml")).toBe("m/a.yaml");
      expect(await file(join(folder, "m"))).toBe(join(folder, "m/a.yaml"));
    });
  });

  const missing: readonly (readonly [title: string, path: string])[] = [
    ["nothing", "nope"],
    ["something below a file", "a.yaml/b"],
    ["a pattern", "*.yaml"],
    ["a folder that is none", "nope/"],
    ["the empty text", ""],
    ["blanks", " \t"],
  ];
  it.each(missing)("that name %s are errors without a place", async (_title, path) => {
    expect(await spots({ "a.yaml": tag("a") }, { paths: [path] })).toEqual(["no-such-path"]);
    expect(await spots({ "a.yaml": tag("a") }, { paths: [path, "a.yaml"] })).toEqual(["no-such-path"]);
  });

  it("with a NUL character do not throw", async () => {
    expect(await spots({ "a.yaml": tag("a") }, { paths: ["a\0b"] })).toEqual(["unreadable-file"]);
  });

  it("to a folder without manifests are errors, and so are no paths", async () => {
    expect(await spots({ "a/readme.md": "" }, { paths: ["a"] })).toEqual(["no-manifests"]);
    expect(await spots({ "a.yaml": tag("a") }, { paths: [] })).toEqual(["no-manifests"]);
  });

  it("to a link that leads nowhere are errors", async () => {
    await inFolder({ "m/a.yaml": tag("a") }, async (folder) => {
      symlinkSync(join(folder, "gone.yaml"), join(folder, "m/b.yaml"));
      const { diagnostics } = await loadIn(folder, { paths: ["m"] });
      expect(diagnostics.map(spot)).toEqual(["no-such-path"]);
    });
  });

  it("to a folder in a folder that cannot be looked into are errors, never an empty folder", async () => {
    await inFolder({ "m/a.yaml": tag("a") }, async (folder) => {
      symlinkSync(join(folder, "gone"), join(folder, "m/team"));
      const { manifest, diagnostics } = await loadIn(folder, { paths: ["m"] });
      expect([manifest, diagnostics.map(spot)]).toEqual([undefined, ["no-such-path"]]);
    });
  });

  it("to a link out of the folder are errors, unless the link itself is named", async () => {
    await inFolder({ "other/a.yaml": tag("a"), "m/b.yaml": tag("b") }, async (folder) => {
      symlinkSync(join(folder, "other/a.yaml"), join(folder, "m/a.yaml"));
      const found = await loadIn(folder, { paths: ["m"] });
      expect(found.diagnostics.map(spot)).toEqual(["m/a.yaml:1:1 outside-root"]);
      expect((await loadIn(folder, { paths: ["m/a.yaml"] })).manifest?.resources).toHaveLength(1);
    });
  });
});

describe("contents", () => {
  const cases: readonly (readonly [title: string, content: string | Uint8Array, expected: string])[] = [
    ["bytes that are not UTF-8", new Uint8Array([0x76, 0xff, 0xfe, 0x80]), "1:1 not-utf8"],
    ["UTF-16", new Uint8Array([0xff, 0xfe, 0x76, 0x00]), "1:1 not-utf8"],
    ["a NUL byte", "version: 1\nowner: \0\n", "1:1 not-utf8"],
    ["more than 10 MB", new Uint8Array(10 * 1024 * 1024 + 1).fill(0x20), "1:1 file-too-large"],
  ];
  it.each(cases)("of %s are refused", async (_title, content, expected) => {
    expect(await spots({ "m.yaml": content })).toEqual([expected]);
  });

  it("of all files are told in one run, sorted", async () => {
    const files = { "b.yaml": "alerts:\n", "a.yaml": "version: 1\nalert: []\nversion: 1\n", "c.yaml": "" };
    expect(await spots(files)).toEqual([
      "a.yaml:2:1 unknown-key",
      "a.yaml:3:1 duplicate-key",
      "b.yaml:1:1 empty-section",
      "b.yaml:1:1 missing-key",
      "c.yaml:1:1 empty-manifest",
    ]);
  });
});

describe("files that a manifest names", () => {
  const trigger = (script: string): string => `version: 1\ntriggers:\n  - name: t\n    script: ${script}\n`;

  it("are relative to the manifest", async () => {
    const files = { "m/deep/a.yaml": trigger("{file: s/x.js}"), "m/deep/s/x.js": "debug(1);\n" };
    expect((await manifestOf(files, { paths: ["m"] })).resources[0]?.fields).toEqual({
      script: "debug(1);\n",
    });
  });

  const scripts = { "m/a.yaml": trigger("{file: ../x.js}"), "x.js": "debug(1);" };
  it("stay inside the path given", async () => {
    expect(await spots(scripts, { paths: ["m"] })).toEqual(["m/a.yaml:4:20 outside-root"]);
    expect(await spots(scripts, { paths: ["m/a.yaml"] })).toEqual(["m/a.yaml:4:20 outside-root"]);
    expect(await spots(scripts, { paths: ["."] })).toEqual([]);
    expect(await spots(scripts, { paths: ["m/a.yaml", "."] })).toEqual([]);
  });

  it("stay inside the root, where one is given", async () => {
    expect(await spots(scripts, { paths: ["m"], root: "." })).toEqual([]);
    expect(await spots(scripts, { paths: ["."], root: "m" })).toEqual(["m/a.yaml:4:20 outside-root"]);
  });

  it("stay inside when they are links", async () => {
    await inFolder({ "m/a.yaml": trigger("{file: x.js}"), "x.js": "debug(1);" }, async (folder) => {
      symlinkSync(join(folder, "x.js"), join(folder, "m/x.js"));
      const { diagnostics } = await loadIn(folder, { paths: ["m"] });
      expect(diagnostics.map(spot)).toEqual(["m/a.yaml:4:20 outside-root"]);
    });
  });

  it("outside are told with what the root is", async () => {
    const { diagnostics } = await load(scripts, { paths: ["m"] });
    expect(diagnostics[0]?.detail).toContain(
      "the root (the folder of the path given, or of the project file). A manifest reads",
    );
  });

  it("outside are not even looked for", async () => {
    const said = await spots({ "m/a.yaml": trigger("{file: ../nope.js}") }, { paths: ["m"] });
    expect(said).toEqual(["m/a.yaml:4:20 outside-root"]);
    expect(await spots({ "m/a.yaml": trigger("{file: /etc/passwd}") }, { paths: ["m"] })).toEqual([
      "m/a.yaml:4:20 outside-root",
    ]);
  });

  it("must be readable text of a sensible size", async () => {
    const file = async (content: string | Uint8Array): Promise<readonly string[]> =>
      spots({ "m.yaml": trigger("{file: x.js}"), "x.js": content });
    expect(await file(new Uint8Array([0xff]))).toEqual(["4:20 not-utf8"]);
    expect(await file("x".repeat(1024 * 1024 + 1))).toEqual(["4:20 file-too-large"]);
    expect(await file(" \n")).toEqual(["4:20 empty-file"]);
    expect(await spots(trigger("{file: x.js}"))).toEqual(["4:20 no-such-file"]);
    expect(await spots(trigger('{file: "a\\0b"}'))).toEqual(["4:20 no-such-file"]);
  });

  it("must be files", async () => {
    await inFolder({ "m.yaml": trigger("{file: x.js}") }, async (folder) => {
      mkdirSync(join(folder, "x.js"));
      writeFileSync(join(folder, "x.js/y"), "");
      expect((await loadIn(folder, { paths: ["m.yaml"] })).diagnostics.map(spot)).toEqual([
        "4:20 not-a-file",
      ]);
    });
  });

  it("are not read for an entry that is wrong anyway", async () => {
    const { diagnostics } = await load(`${trigger("{file: nope.js}")}    evnts: [X]\n`);
    expect(diagnostics.map(spot)).toEqual(["5:5 unknown-key"]);
  });
});
