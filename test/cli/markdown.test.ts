/** --format markdown and html over real HTTP: stdout is the document, whatever happens, and nothing else. */
import { describe, expect, it } from "vitest";
import { renderHtml } from "../../src/render/html.ts";
import type { Fault } from "../../src/sandbox/faults.ts";
import { type CliResult, cli } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { expectGolden } from "../helpers/golden.ts";
import { sandbox } from "../helpers/sandbox.ts";

const MANIFEST = `version: 1
tags: [{name: pci}]
email_groups: [{name: On-call, email_addresses: [noc@example.com]}]
device_groups:
  - {name: Tagged, filter: {field: tag, operator: "=", operand: pci}}
alerts:
  - {name: A, severity: 3, stat_name: s, field_name: f, operator: ">", operand: 1, device_groups: [Tagged], email_groups: [On-call]}
`;

async function setup(faults: readonly Fault[] = []) {
  const box = await sandbox({ faults, devices: 40 });
  const cwd = folder({ "manifests/all.yaml": MANIFEST });
  const hopsync = (...argv: readonly string[]): Promise<CliResult> =>
    cli([...argv, "--format", "markdown"], { sandbox: box, cwd });
  const golden = (name: string, text: string): void => {
    expectGolden(`cli/${name}`, text.replaceAll(box.host, "eda-01"));
  };
  return { box, cwd, hopsync, golden };
}

describe("--format markdown", () => {
  it("reports an apply that failed in part; the plan is shown on stderr", async () => {
    const { hopsync, golden } = await setup([
      { method: "POST", path: "/devicegroups", nth: 1, when: "before", effect: { status: 500 } },
    ]);
    const { code, stdout, stderr } = await hopsync("apply", "--auto-approve", "--parallelism", "1");
    expect(code).toBe(3);
    expect(stderr).toContain("Plan for");
    golden("apply-failed.md", stdout);
  });

  it("shows what an owner has, lets go of it, and repairs the inventory", async () => {
    const { hopsync } = await setup();
    const heads = [];
    for (const argv of [
      ["apply", "--auto-approve"],
      ["apply", "--auto-approve"],
      ["inventory", "show"],
      ["inventory", "repair", "--auto-approve"],
      ["forget", "tag/pci", "--auto-approve"],
      ["forget", "tag/pci", "--auto-approve"],
      ["inventory", "repair", "--auto-approve"],
      ["validate"],
    ]) {
      const { code, stdout } = await hopsync(...argv);
      heads.push([argv.slice(0, 2).join(" "), code, /^(\*\*.*|Inventory of .* on )/m.exec(stdout)?.[1]]);
    }
    expect(heads).toMatchInlineSnapshot(`
      [
        [
          "apply --auto-approve",
          0,
          "**Applied:** 4 created, 2 links added. 24 requests.",
        ],
        [
          "apply --auto-approve",
          0,
          "**Nothing to apply.** The appliance matches the manifest (4 resources). 8 requests.",
        ],
        [
          "inventory show",
          0,
          "Inventory of owner default on ",
        ],
        [
          "inventory repair",
          0,
          "**Nothing to repair:** the inventory is what the manifest and the appliance say.",
        ],
        [
          "forget tag/pci",
          0,
          "**The inventory is written:** 3 objects, 1 given up.",
        ],
        [
          "forget tag/pci",
          1,
          "**Not done:** 1 error.",
        ],
        [
          "inventory repair",
          0,
          "**The inventory is written:** 4 objects.",
        ],
        [
          "validate",
          0,
          "**The manifest is valid.**",
        ],
      ]
    `);
  });

  it("fences an exported manifest", async () => {
    const { hopsync, box } = await setup();
    box.appliance.add("tags", { name: "```" });
    box.appliance.add("triggers", {
      name: "T",
      events: ["DNS_REQUEST"],
      script: "a;\n````\n```\n<details> @jdoe\n\tb;\n",
    });
    const { code, stdout } = await hopsync("export");
    const [, fence = "", manifest] = /^(`+)yaml\n([\s\S]*)\n\1$/m.exec(stdout) ?? [];
    const plain = await cli(["export"], { sandbox: box });
    expect([code, fence, `${manifest}\n`]).toEqual([0, "`````", plain.stdout]);
  });

  it.each([
    ["a word that is no command", ["frob"]],
    ["an unknown flag", ["plan", "--bogus"]],
    ["a missing host", ["plan"]],
    ["a missing manifest", ["validate", "nowhere"]],
    ["a missing plan", ["apply"]],
    ["a missing host of an export", ["export"]],
  ])("is a document of the error for %s", async (_what, argv) => {
    const options = { cwd: folder({ "manifests/a.yaml": MANIFEST }) };
    const { code, stdout } = await cli([...argv, "--format=markdown"], options);
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^## \w+\n\n[\s\S]*### 1 error\n\n- \*\*error\*\* /),
    ]);
    const page = await cli([...argv, "--format=html"], options);
    expect([page.code, page.stdout]).toEqual([1, renderHtml(stdout)]);
  });
});

describe("--format html", () => {
  it("is a page of the same, of one target and of several, with the same exit code and the same on stderr", async () => {
    const { box, cwd } = await setup();
    const project = folder({
      "hopsync.yaml": `version: 1\ntargets: {hq: {host: "${box.url}", api_key: ${box.apiKey}}, lost: {host: "${box.url}", api_key: wrong}}\n`,
      "manifests/all.yaml": MANIFEST,
    });
    for (const [argv, options] of [
      [["plan", "--show-requests", "--detailed-exitcode"], { sandbox: box, cwd }],
      [["validate"], { cwd }],
      [["export"], { sandbox: box, cwd }],
      [["drift"], { sandbox: box, cwd }],
      [["plan", "--all-targets"], { cwd: project }],
      [["plan", "--all-targets", "--target", "hq"], { cwd: project }],
      [["targets"], { cwd: project }],
    ] as const) {
      const [markdown, page] = [
        await cli([...argv, "--format", "markdown"], options),
        await cli([...argv, "--format", "html"], options),
      ];
      expect([argv, page]).toEqual([argv, { ...markdown, stdout: renderHtml(markdown.stdout) }]);
    }
  });
});
