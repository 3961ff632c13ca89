/** Device selectors, csv files and references by name. */
import { describe, expect, it } from "vitest";
import { type Files, load, manifestOf, resourceOf, spots } from "./workspace.ts";

const devices = (list: string): string => `version: 1\ntags:\n  - name: t\n    devices: [${list}]\n`;

describe("bare strings", () => {
  const read: readonly (readonly [written: string, by: string, value: string])[] = [
    ["10.1.0.7", "ip", "10.1.0.7"],
    ["10.20.0.0/16", "ip", "10.20.0.0/16"],
    ["0.0.0.0/0", "ip", "0.0.0.0/0"],
    ["2001:DB8::1", "ip", "2001:db8::1"],
    ["2001:db8::/32", "ip", "2001:db8::/32"],
    ["::ffff:10.0.0.1", "ip", "::ffff:10.0.0.1"],
    ["00:05:93:ff:fc:28", "mac", "00:05:93:FF:FC:28"],
    ["00-05-93-FF-FC-28", "mac", "00:05:93:FF:FC:28"],
    ["0005.93ff.fc28", "mac", "00:05:93:FF:FC:28"],
    ["pay-gw-01", "name", "pay-gw-01"],
    ["web01.example.com", "name", "web01.example.com"],
    ["Device 1.2", "name", "Device 1.2"],
    ["12345", "name", "12345"],
    ["dead-beef", "name", "dead-beef"],
    ["a/b", "name", "a/b"],
  ];
  it.each(read)("%s is read as %s", async (written, by, value) => {
    const { relations } = await resourceOf(devices(`"${written}"`));
    expect(relations.devices).toEqual([
      { to: "device", selector: { by, value }, optional: false, all: false, pointer: "/devices/0" },
    ]);
  });

  const refused = [
    "10.1.2",
    "300.1.1.1",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/024",
    "10.0.0.0/8/8",
    "010.0.0.1",
    "10.0.0.1 ",
    "2001:db8::/129",
    "2001:db8:::1",
    "fe80::1%eth0",
    "00:05:93:ff:fc",
    "00-05-93-ff-fc",
    "00-05-93-ff-fc-28-01",
  ];
  it.each(refused)("%s is neither an address nor a name", async (written) => {
    expect(await spots(devices(`"${written}"`))).toEqual(["4:15 bad-address"]);
  });

  it("that a device really has as its name are written as {name: …}", async () => {
    const { relations } = await resourceOf(devices('{name: "10.1.2"}'));
    expect(relations.devices).toMatchObject([{ selector: { by: "name", value: "10.1.2" } }]);
  });

  const blocks: readonly (readonly [written: string, network: string])[] = [
    ["10.0.0.7/24", "10.0.0.0/24"],
    ["10.1.2.3/0", "0.0.0.0/0"],
    ["2001:db8::7/64", "2001:db8::/64"],
    ["2001:db8:1:2:3:4:5:6/33", "2001:db8::/33"],
  ];
  it.each(blocks)("%s warns that it means %s", async (written, network) => {
    const { diagnostics, manifest } = await load(devices(`"${written}"`));
    expect(diagnostics.map((d) => d.code)).toEqual(["host-bits"]);
    expect(diagnostics[0]?.detail).toContain(`the whole network ${network}.`);
    expect(manifest?.resources[0]?.relations.devices).toMatchObject([
      { selector: { by: "ip", value: network } },
    ]);
  });
});

describe("selectors", () => {
  it("say by their key what is looked for", async () => {
    const { relations } = await resourceOf(
      devices(
        '{ip: 10.0.0.0/8, optional: true}, {name: x, all: true}, {mac: 0005.93ff.fc28}, {discovery_id: d1}, {id: 5}, {id: "007"}, ' +
          '{filter: {field: role, operator: "=", operand: db}}, {search: {type: ip address, value: 10.0.0.1}}',
      ),
    );
    const flags = { to: "device", optional: false, all: false };
    expect(relations.devices).toEqual([
      { ...flags, optional: true, selector: { by: "ip", value: "10.0.0.0/8" }, pointer: "/devices/0" },
      { ...flags, all: true, selector: { by: "name", value: "x" }, pointer: "/devices/1" },
      { ...flags, selector: { by: "mac", value: "00:05:93:FF:FC:28" }, pointer: "/devices/2" },
      { ...flags, selector: { by: "discovery_id", value: "d1" }, pointer: "/devices/3" },
      { ...flags, selector: { by: "id", value: "5" }, pointer: "/devices/4" },
      { ...flags, selector: { by: "id", value: "7" }, pointer: "/devices/5" },
      {
        ...flags,
        selector: { by: "filter", filter: { field: "role", operator: "=", operand: "db" } },
        pointer: "/devices/6",
      },
      { ...flags, selector: { by: "search", type: "ip address", value: "10.0.0.1" }, pointer: "/devices/7" },
    ]);
  });

  const cases: readonly (readonly [written: string, expected: readonly string[]])[] = [
    ["{ip: web01}", ["4:15 bad-address"]],
    ["{ip: 00:05:93:ff:fc:28}", ["4:15 bad-address"]],
    ["{mac: 10.0.0.1}", ["4:15 bad-address"]],
    ["{}", ["4:15 one-of-keys"]],
    ["{optional: true}", ["4:15 one-of-keys"]],
    ["{ip: 10.0.0.1, name: x}", ["4:15 one-of-keys"]],
    ["{nmae: x}", ["4:16 unknown-key"]],
    ["{name: 5}", ["4:22 wrong-type"]],
    ["{id: x}", ["4:20 bad-format"]],
    ["{name: x, all: 1}", ["4:30 wrong-type"]],
    ["{search: {type: nam, value: x}}", ["4:31 bad-value"]],
    ["{search: {type: name}}", ["4:24 missing-key"]],
    ["{csv: {file: x.csv}}", ["4:21 missing-key"]],
    ["5", ["4:15 wrong-type"]],
    ['""', ["4:15 empty-text"]],
    ["[a]", ["4:15 wrong-type"]],
  ];
  it.each(cases)("%s is refused", async (written, expected) => {
    expect(await spots(devices(written))).toEqual(expected);
  });

  it("that repeat another are counted once, with a warning", async () => {
    const { manifest, diagnostics } = await load(
      devices("00-05-93-ff-fc-28, b, {mac: 0005.93ff.fc28}, {name: b}, {name: b, all: true}"),
    );
    expect(diagnostics.map(({ code, pointer }) => [code, pointer])).toEqual([
      ["duplicate-reference", "/devices/2"],
      ["duplicate-reference", "/devices/3"],
    ]);
    expect(manifest?.resources[0]?.relations.devices?.map((r) => r.pointer)).toEqual([
      "/devices/0",
      "/devices/1",
      "/devices/4",
    ]);
  });
});

describe("names", () => {
  const groups = (list: string): string => `version: 1\nalerts:\n  - name: a\n    ${list}\n`;

  it("are references as they stand", async () => {
    const { relations } = await resourceOf(groups("device_groups: [G, 10.0.0.1]\n    email_groups: []"));
    expect(relations).toEqual({
      device_groups: [
        { to: "name", name: "G", pointer: "/device_groups/0" },
        { to: "name", name: "10.0.0.1", pointer: "/device_groups/1" },
      ],
      email_groups: [],
    });
  });

  it("of applications can be discovery ids", async () => {
    const { relations } = await resourceOf(groups("applications: [A, {discovery_id: d}]"));
    expect(relations.applications).toEqual([
      { to: "name", name: "A", pointer: "/applications/0" },
      { to: "discovery_id", discoveryId: "d", pointer: "/applications/1" },
    ]);
    expect(await spots(groups("networks: [{discovery_id: d}]"))).toEqual(["4:17 unknown-key"]);
  });

  it("of networks and applications can say on which node of a console", async () => {
    const written =
      "networks: [{name: N, node: HQ}, {name: N}]\n    applications: [{discovery_id: d, node: 7}]";
    expect((await resourceOf(groups(written))).relations).toMatchObject({
      networks: [
        { to: "name", name: "N", node: "HQ" },
        { to: "name", name: "N" },
      ],
      applications: [{ to: "discovery_id", discoveryId: "d", node: "7" }],
    });
    expect(await spots(groups("networks: [{node: HQ}]"))).toEqual(["4:16 one-of-keys"]);
    expect(await spots(groups("applications: [{name: A, discovery_id: d}]"))).toEqual(["4:20 one-of-keys"]);
    expect(await spots(groups("device_groups: [{name: G, node: HQ}]"))).toEqual(["4:21 wrong-type"]);
  });

  it("that stand there twice are a warning at the second", async () => {
    expect(await spots(groups("device_groups: [G, H, G]"))).toEqual(["4:27 warning duplicate-reference"]);
  });
});

describe("csv files", () => {
  const files = (csv: string | Uint8Array, extra = ""): Files => ({
    "m.yaml": devices(`x, {csv: {file: sub/hosts.csv, column: ip}${extra}}`),
    "sub/hosts.csv": csv,
  });

  it("select a device with each cell, at the place of the cell", async () => {
    const csv = '\uFEFFname,ip\r\na, 10.0.0.1\r\n\r\n"b, c","00-05-93-ff-fc-28"\r\nd,web01\r\n';
    const { relations } = await resourceOf(files(csv, ", optional: true, all: true"));
    const source = (line: number, column: number, length: number, excerpt: string): object => ({
      file: "sub/hosts.csv",
      line,
      column,
      length,
      excerpt,
    });
    const flags = { to: "device", optional: true, all: true, pointer: "/devices/1" };
    expect(relations.devices?.slice(1)).toEqual([
      { ...flags, selector: { by: "ip", value: "10.0.0.1" }, source: source(2, 4, 8, "a, 10.0.0.1") },
      {
        ...flags,
        selector: { by: "mac", value: "00:05:93:FF:FC:28" },
        source: source(4, 8, 17, '"b, c","00-05-93-ff-fc-28"'),
      },
      { ...flags, selector: { by: "name", value: "web01" }, source: source(5, 3, 5, "d,web01") },
    ]);
  });

  it("keep their places after a cell of several lines", async () => {
    const { diagnostics } = await load(files('note,ip\n"a\nb",10.0.0.1\nc,10.1.2\n'));
    expect(diagnostics[0]).toMatchObject({ code: "bad-address", source: { line: 4, column: 3 } });
  });

  it("have bad cells told there, with the selector beside", async () => {
    const { diagnostics } = await load(files("ip\n10.0.0.0/33\n"));
    expect(diagnostics).toMatchObject([
      {
        code: "bad-address",
        address: "tag/t",
        pointer: "/devices/1",
        source: { file: "sub/hosts.csv", line: 2, column: 1 },
        related: [{ file: "m.yaml", line: 4, column: 18 }],
      },
    ]);
  });

  const file = "4:31";
  const cases: readonly (readonly [
    title: string,
    csv: string,
    extra: string,
    expected: readonly string[],
  ])[] = [
    ["without the column", "name,ipp\na,10.0.0.1\n", "", ["sub/hosts.csv:1:1 csv-column"]],
    ["with the column twice", "ip,ip\na,10.0.0.1\n", "", ["sub/hosts.csv:1:1 csv-column"]],
    ["of no bytes", "", "", ["sub/hosts.csv:1:1 csv-column"]],
    ["without rows", "ip\n", "", [`${file} csv-empty`]],
    ["without rows, where that is fine", "ip\n", ", optional: true", []],
    ["with empty cells, once", "ip,n\n,a\n10.0.0.1,b\n,c\n", "", [`${file} warning csv-empty-cells`]],
    [
      "with nothing but empty cells",
      "ip,n\n,a\n",
      "",
      [`${file} csv-empty`, `${file} warning csv-empty-cells`],
    ],
    ["with rows of several lengths", "ip,n\n10.0.0.1\n", "", ["sub/hosts.csv:2:1 bad-csv"]],
    ["with an open quote", 'ip,n\n10.0.0.1,"a\nb\nc\n', "", ["sub/hosts.csv:2:10 bad-csv"]],
    ["with a longer row after a long cell", 'ip,n\n\n"a\nb",c,d\n', "", ["sub/hosts.csv:3:1 bad-csv"]],
    ["with a text after a quote", 'ip,n\n\n"a"b,c\n', "", ["sub/hosts.csv:3:1 bad-csv"]],
    ["with a device twice", "ip\na\nb\na\na\n", "", ["sub/hosts.csv:4:1 warning duplicate-reference"]],
  ];
  it.each(cases)("%s are told", async (_title, csv, extra, expected) => {
    expect(await spots(files(csv, extra), { paths: ["m.yaml"] })).toEqual(expected);
  });

  const malformed: readonly (readonly [csv: string, words: string])[] = [
    ["ip,n\n10.0.0.1\n", "This row has 1 cell, and the header has 2."],
    ["ip,n\na,b,c\n", "This row has 3 cells, and the header has 2."],
    ['ip,n\na,"b\n', "The quote that opens here is not closed."],
    ['ip,n\n"a"b,c\n', "A text stands between the closing quote of a cell and the next comma."],
    ['ip,n\nab"c,d\n', "A quote stands inside a cell that does not begin with one."],
  ];
  it.each(malformed)("that are malformed are told in plain words: %j", async (csv, words) => {
    const { diagnostics } = await load(files(csv));
    expect(diagnostics.map((d) => d.detail.startsWith(`${words} `))).toEqual([true]);
  });

  it("with a row that lacks a cell say it in the singular", async () => {
    const detail = async (csv: string): Promise<string> =>
      (await load(files(csv))).diagnostics[0]?.detail ?? "";
    expect(await detail("ip,n\na,b\n,c\n")).toMatch(
      /^1 row has nothing in this column and selects no device\./,
    );
    expect(await detail("ip,n\na,b\n,c\n,d\n")).toMatch(/^2 rows have .* and select no device\./);
  });

  it("suggest the column that was meant", async () => {
    const { diagnostics } = await load(files("name,ipp\na,10.0.0.1\n"));
    expect(diagnostics[0]?.detail).toContain('Did you mean "ipp"?');
  });

  it("may be long, not endless", async () => {
    const rows = (count: number): string =>
      `ip\n${Array.from({ length: count }, (_, i) => `d${i}\n`).join("")}`;
    expect((await resourceOf(files(rows(100_000)))).relations.devices).toHaveLength(100_001);
    expect(await spots(files(rows(100_001)))).toEqual([`${file} csv-too-long`]);
    expect(await spots(files(new Uint8Array(10 * 1024 * 1024 + 1).fill(0x61)))).toEqual([
      `${file} file-too-large`,
    ]);
  });

  it("must be readable and inside the root", async () => {
    expect(await spots(files(new Uint8Array([0xff])))).toEqual([`${file} not-utf8`]);
    expect(await spots(devices("{csv: {file: ../x.csv, column: ip}}"))).toEqual(["4:28 outside-root"]);
    expect(await spots(devices("{csv: {file: x.csv, column: ip}}"))).toEqual(["4:28 no-such-file"]);
  });

  it("of one name serve several entries", async () => {
    const { resources } = await manifestOf({
      "m.yaml": `version: 1\ntags:\n${["a", "b"].map((c) => `  - {name: ${c}, devices: [{csv: {file: h.csv, column: ${c}}}]}\n`).join("")}`,
      "h.csv": "a,b\nx,y\n",
    });
    expect(resources.map((r) => r.relations.devices)).toMatchObject([
      [{ selector: { value: "x" } }],
      [{ selector: { value: "y" } }],
    ]);
  });
});
