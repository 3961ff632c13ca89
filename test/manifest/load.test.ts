/** Documents of a run together: merging, duplicates, settings, the digest. */
import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { setImmediate as later } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../src/model.ts";
import { type Files, inFolder, load, loadIn, manifestOf, spot, spots } from "./workspace.ts";

/** The places that belong to a diagnostic, the main one first. */
function places({ source, related = [] }: Diagnostic): readonly string[] {
  return [source, ...related].map((s) => `${s?.file}:${s?.line}:${s?.column}`);
}

/** Throws away what nothing holds. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  await later();
  runInNewContext("gc")();
  setFlagsFromString("--no-expose-gc");
}

describe("resources", () => {
  it("know their places also when the nodes of the text are long gone", async () => {
    const text = [
      "version: 1",
      "tags: [{name: t}]",
      "---",
      "version: 1",
      "alerts:",
      "  - &base {name: a, severity: 3}",
      "  - {<<: *base, name: b}",
      "  - name: c",
      "    cc: &cc [x@example.com]",
      "  - {name: d, cc: *cc}",
    ].join("\n");
    const { resources } = await manifestOf(text);
    const asked = ["", "/name", "/severity", "/cc", "/cc/0"];
    const placesNow = () => resources.map(({ at }) => asked.map((pointer) => at(pointer)));
    const before = placesNow();
    await collectGarbage();
    expect(placesNow()).toEqual(before);
    expect(before[2]?.[2]).toMatchObject({ line: 6, column: 31 });
  });

  it("are sorted by kind, then by name", async () => {
    const { resources, kinds, owner } = await manifestOf({
      "a.yaml": "version: 1\ntriggers: [{name: z}]\nalerts: [{name: b}, {name: a}]\n",
      "b.yaml": "version: 1\ntags: [{name: t}]\n---\nversion: 1\nalerts: [{name: B}]\nnetworks: []\n".replace(
        "networks: []\n",
        "",
      ),
    });
    expect(resources.map((r) => r.address)).toEqual(["tag/t", "alert/B", "alert/a", "alert/b", "trigger/z"]);
    expect(kinds).toEqual(["tag", "alert", "trigger"]);
    expect(owner).toBe("default");
  });

  it("know their files, from the top of the Git work tree", async () => {
    const files = {
      ".git/HEAD": "",
      "team/manifests/a.yaml": one,
      "team/manifests/sub/b.yaml": "version: 1\ntags: []\n",
    };
    await inFolder(files, async (folder) => {
      const fromTop = await loadIn(folder, { paths: ["team/manifests"] });
      const fromInside = await loadIn(join(folder, "team"), { paths: ["manifests/a.yaml", "manifests/sub"] });
      expect(fromTop.manifest?.resources[0]?.file).toBe("team/manifests/a.yaml");
      expect(fromTop.manifest?.scope).toEqual({
        files: ["team/manifests/a.yaml", "team/manifests/sub/b.yaml"],
        folders: ["team/manifests"],
      });
      expect(fromInside.manifest?.resources[0]?.file).toBe("team/manifests/a.yaml");
      expect(fromInside.manifest?.scope.folders).toEqual(["team/manifests/sub"]);
      const root = join(folder, "team");
      const away = await loadIn(tmpdir(), { paths: [join(root, "manifests")], root });
      expect(away.manifest?.scope).toEqual(fromTop.manifest?.scope);
    });
  });

  it("know their files from the root where there is no work tree, so that two folders never share names", async () => {
    await inFolder({ "a.yaml": one }, async (folder) => {
      const { manifest } = await loadIn(folder, { paths: ["."] });
      expect(manifest?.scope.folders).not.toContain("");
      expect(manifest?.resources[0]?.file).toBe(`${manifest?.scope.folders[0]}/a.yaml`);
      expect(join(parse(folder).root, manifest?.resources[0]?.file ?? "")).toBe(
        join(realpathSync(folder), "a.yaml"),
      );
    });
  });

  it("may be none, and the kind is mentioned all the same", async () => {
    expect(await manifestOf("version: 1\nalerts: []\n")).toMatchObject({ resources: [], kinds: ["alert"] });
  });

  const one = "version: 1\ntags: [{name: x}]\n";
  const duplicates: readonly (readonly [title: string, files: Files, expected: readonly string[]])[] = [
    [
      "one list",
      { "a.yaml": "version: 1\ntags:\n  - name: x\n  - name: x\n" },
      ["a.yaml:4:11", "a.yaml:3:11"],
    ],
    ["two files", { "a.yaml": one, "b.yaml": one }, ["b.yaml:2:15", "a.yaml:2:15"]],
    ["two documents", { "a.yaml": `${one}---\n${one}` }, ["a.yaml:5:15", "a.yaml:2:15"]],
  ];
  it.each(duplicates)(
    "of one address in %s are an error that shows both places",
    async (_title, files, expected) => {
      const { diagnostics } = await load(files);
      expect(diagnostics.map((d) => d.code)).toEqual(["duplicate-address"]);
      expect(diagnostics.flatMap(places)).toEqual(expected);
    },
  );

  it("of one address are told beside what else is wrong with them", async () => {
    expect(await spots("version: 1\nalerts: [{name: a}, {name: a, sevrity: 1}]\n")).toEqual([
      "2:28 duplicate-address",
      "2:31 unknown-key",
    ]);
  });

  it("of one name and two kinds are two", async () => {
    expect(
      (await manifestOf("version: 1\ntags: [{name: x}]\nalerts: [{name: x}, {name: X}]\n")).resources,
    ).toHaveLength(3);
  });
});

describe("settings", () => {
  const two = (a: string, b: string): Files => ({
    "a.yaml": `version: 1\n${a}\n`,
    "b.yaml": `version: 1\n${b}\n`,
  });

  it("may be stated twice when they are equal", async () => {
    expect((await manifestOf(two("owner: x", "owner: x"))).owner).toBe("x");
    expect(
      await spots(
        two(
          "defaults: {alerts: {severity: error, disabled: true}}",
          "defaults: {alerts: {disabled: true, severity: 3}}",
        ),
      ),
    ).toEqual([]);
  });

  const cases: readonly (readonly [a: string, b: string, places: readonly string[]])[] = [
    ["owner: x", "owner: y", ["b.yaml:2:8", "a.yaml:2:8"]],
    ["defaults: {alerts: {severity: 3}}", "defaults: {alerts: {severity: 4}}", ["b.yaml:2:1", "a.yaml:2:1"]],
    [
      "defaults: {alerts: {severity: 3}}",
      "defaults: {triggers: {debug: true}}",
      ["b.yaml:2:1", "a.yaml:2:1"],
    ],
  ];
  it.each(cases)("%s and %s contradict each other", async (a, b, expected) => {
    const { diagnostics } = await load(two(a, b));
    expect(diagnostics.map((d) => d.code)).toEqual(["stated-twice"]);
    expect(diagnostics.flatMap(places)).toEqual(expected);
  });
});

describe("references between entries", () => {
  const cases: readonly (readonly [title: string, yaml: string, expected: readonly string[]])[] = [
    [
      "a relation to what is to be absent",
      "email_groups: [{name: g, lifecycle: {state: absent}}]\nalerts: [{name: a, email_groups: [h, g]}]",
      ["3:38 refers-to-absent"],
    ],
    [
      "a field that names what is to be absent",
      'tags: [{name: t, lifecycle: {state: absent}}]\ndevice_groups: [{name: g, filter: {operator: "=", field: tag, operand: t}}]',
      ["3:72 refers-to-absent"],
    ],
    ["a relation to what is not declared", "alerts: [{name: a, email_groups: [h]}]", []],
    [
      "an absent thing that refers to nothing",
      "email_groups: [{name: g, lifecycle: {state: absent}}]\nalerts: [{name: a, lifecycle: {state: absent}}]",
      [],
    ],
    [
      "a former name that is declared",
      "tags:\n  - {name: a}\n  - {name: b, lifecycle: {renamed_from: [c, a]}}",
      ["4:45 both-names-declared"],
    ],
    [
      "a former name that is one's own",
      "tags: [{name: a, lifecycle: {renamed_from: a}}]",
      ["2:44 both-names-declared"],
    ],
    [
      "a former name that is to be absent",
      "tags: [{name: a, lifecycle: {state: absent}}, {name: b, lifecycle: {renamed_from: a}}]",
      [],
    ],
    [
      "a former name of another kind",
      "tags: [{name: a}]\nalerts: [{name: b, lifecycle: {renamed_from: a}}]",
      [],
    ],
  ];
  it.each(cases)("are judged: %s", async (_title, yaml, expected) => {
    expect(await spots(`version: 1\n${yaml}\n`)).toEqual(expected);
  });
});

describe("the digest", () => {
  const digest = async (files: Files | string, env = "s"): Promise<string> =>
    (await manifestOf(files, { env: { S: env } })).digest();
  const base = `version: 1
owner: o
tags:
  - {name: t, devices: [a, 10.0.0.1]}
alerts:
  - {name: a, severity: error, interval_length: 5m, description: "\${env:S}", lifecycle: {ignore_changes: [cc, units]}}
`;

  it("does not depend on writing, order or files", async () => {
    const split = {
      "z.yaml": "# c\nversion: 1\nowner: o\ntags: [{devices: [{ip: 10.0.0.1}, {name: a}], name: t}]\n",
      "b/c.yaml": `version: 1
alerts: [{lifecycle: {ignore_changes: [units, cc], state: present}, description: "\${env:S}", interval_length: 300, severity: 3, name: a}]
`,
    };
    expect(await digest(split)).toBe(await digest(base));
  });

  it("does not depend on the value of a secret", async () => {
    expect(await digest(base, "other")).toBe(await digest(base));
  });

  it("does not depend on whether csv names the devices", async () => {
    expect(
      await digest({
        "m.yaml": base.replace("[a, 10.0.0.1]", "[{csv: {file: h.csv, column: d}}]"),
        "h.csv": "d\n10.0.0.1\na\n",
      }),
    ).toBe(await digest(base));
  });

  const changes: readonly (readonly [from: string, to: string])[] = [
    ["owner: o", "owner: p"],
    ["severity: error", "severity: alert"],
    ["[a, 10.0.0.1]", "[a]"],
    ["[a, 10.0.0.1]", "[{name: a, optional: true}, 10.0.0.1]"],
    ["${env:S}", "${env:S}!"],
    ["[cc, units]", "[cc]"],
    ["{name: a, severity", "{name: b, severity"],
    ["owner: o", "owner: o\ntriggers: []"],
  ];
  it.each(changes)("depends on what is declared: %s → %s", async (from, to) => {
    expect(await digest(base.replace(from, () => to))).not.toBe(await digest(base));
  });

  it("tells a secret from the same text meant literally", async () => {
    expect(await digest(base.replace("${env:S}", () => "$${env:S}"))).not.toBe(await digest(base));
  });
});

describe("anything at all", () => {
  async function neverThrows(content: string | Uint8Array): Promise<void> {
    const { manifest, diagnostics } = await load({ "m.yaml": content });
    expect(diagnostics.some((d) => d.severity === "error")).toBe(manifest === undefined);
    for (const { source } of diagnostics)
      if (source !== undefined) expect(source.line * source.column).toBeGreaterThan(0);
  }

  it("in bytes is a manifest or errors", async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), neverThrows), { numRuns: 150 });
  });

  it("in text is a manifest or errors", async () => {
    const bits = fc.constantFrom(
      ..."\n\n  -:{}[]&*!|>'\"#%@`,?~$<".split(""),
      "version: 1\n",
      "alerts:",
      "- name: a",
      "<<: *a",
      "&a ",
      "${env:X}",
      "---\n",
      "\t",
    );
    const text = fc.array(
      fc.oneof({ weight: 4, arbitrary: bits }, fc.string({ unit: "binary", maxLength: 5 })),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(text, (parts) => neverThrows(parts.join(""))),
      { numRuns: 300 },
    );
  });

  it("as values in the places of a manifest is a manifest or errors", async () => {
    const key = fc.constantFrom(
      "name",
      "severity",
      "filter",
      "devices",
      "lifecycle",
      "script",
      "events",
      "hints",
      "start",
      "csv",
      "file",
      "__proto__",
      "owner",
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.constantFrom<unknown>(
          null,
          true,
          0,
          -1,
          1.5,
          "",
          "x",
          "error",
          "10.0.0.1/8",
          "${var:v}",
          "${env:E}",
          "../x",
        ),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(key, tie("value"), { maxKeys: 4 }),
      ),
    }));
    const section = fc.constantFrom(
      "tags",
      "alerts",
      "triggers",
      "device_groups",
      "email_groups",
      "exclusion_intervals",
      "defaults",
      "owner",
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(section, value, { maxKeys: 4 }), (manifest) =>
        neverThrows(JSON.stringify({ version: 1, ...manifest })),
      ),
      { numRuns: 300 },
    );
  });

  it("valid, split over files in any order, has the same digest", async () => {
    const entries = Array.from({ length: 6 }, (_, i): readonly (readonly [string, string])[] => [
      ["tags", `{name: t${i}, devices: [d${i}, "10.0.0.${i}"]}`],
      ["alerts", `{name: a${i}, severity: ${i}, email_groups: [e${i}]}`],
      ["email_groups", `{name: e${i}, email_addresses: [x@y]}`],
    ]).flat();
    const write = (part: readonly (readonly [string, string])[]): string =>
      part.map(([section, entry]) => `---\nversion: 1\n${section}: [${entry}]\n`).join("") || "version: 1\n";
    const whole = (await manifestOf(write(entries))).digest();
    const all = { minLength: entries.length, maxLength: entries.length };
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...entries], all),
        fc.integer({ min: 0, max: entries.length }),
        async (order, cut) =>
          inFolder(
            { "a/1.yaml": write(order.slice(0, cut)), "b/0.yaml": write(order.slice(cut)) },
            async (folder) => {
              expect((await loadIn(folder, { paths: ["b", "a"] })).manifest?.digest()).toBe(whole);
            },
          ),
      ),
      { numRuns: 25 },
    );
  });
});

describe("many problems", () => {
  const wrong = (count: number): string => `version: 1\ntags:\n${"  - {nme: x}\n".repeat(count)}`;

  it("of one file are told up to a number, then counted", async () => {
    const { diagnostics } = await load({ "a.yaml": wrong(203), "b.yaml": wrong(200), "c.yaml": "" });
    const said = diagnostics.map(spot);
    expect(said).toHaveLength(402);
    expect(said.slice(199, 202)).toEqual([
      "a.yaml:202:6 unknown-key",
      "a.yaml:203:6 more-problems",
      "b.yaml:3:6 unknown-key",
    ]);
    expect(diagnostics[200]?.detail).toMatch(/^3 more errors follow from here on\./);
    expect(said.at(-1)).toBe("c.yaml:1:1 empty-manifest");
  });

  it("never hide an error behind warnings", async () => {
    const names = Array.from({ length: 250 }, (_, i) => `"10.0.${i}.7/24"`).join(", ");
    const text = `version: 1\ntags:\n  - {name: a, devices: [${names}]}\n  - {name: b, color: x}\n`;
    const { diagnostics, manifest } = await load(text);
    expect(manifest).toBeUndefined();
    expect(diagnostics.map((d) => d.code)).toEqual([
      ...Array.from({ length: 200 }, () => "host-bits"),
      "more-problems",
      "unknown-key",
    ]);
    expect(diagnostics[200]).toMatchObject({ severity: "warning" });
  });
});
