/** Builders of the values that renderers read, and the plans that several tests look at. */
import type {
  Action,
  Cause,
  Change,
  Diagnostic,
  Document,
  FieldChange,
  Json,
  Plan,
  RelationChange,
  Result,
  Summary,
} from "../../src/model.ts";
import { toDocument } from "../../src/render/document.ts";
import { createStyle, type Style } from "../../src/render/style.ts";

export const plain: Style = createStyle({ color: false, width: 80 });

export function change(address: string, action: Action, more: Partial<Change> = {}): Change {
  return {
    address,
    action,
    id: action === "create" ? null : "16",
    wave: 1,
    requires: [],
    cause: null,
    fields: [],
    relations: [],
    operations: [],
    ...more,
  };
}

/** `undefined` on a side leaves it out. */
export function field(
  pointer: string,
  before: Json | undefined,
  after: Json | undefined,
  more: Partial<FieldChange> = {},
): FieldChange {
  return {
    pointer,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    cause: null,
    sensitive: false,
    ...more,
  };
}

export function summarize(changes: readonly Change[], unchanged = 7): Summary {
  const of = (action: Action): number => changes.filter((c) => c.action === action).length;
  const links = (key: "assign" | "unassign"): number =>
    changes.flatMap((c) => c.relations).reduce((sum, r) => sum + r[key].length, 0);
  return {
    create: of("create"),
    adopt: of("adopt"),
    update: of("update"),
    rename: of("rename"),
    replace: of("replace"),
    delete: of("delete"),
    release: of("release"),
    assign: links("assign"),
    unassign: links("unassign"),
    unchanged,
  };
}

export function planOf(changes: readonly Change[], more: Partial<Plan> = {}): Plan {
  return {
    target: { host: "eda-01.example.com", firmware: "8.7.1.2", platform: "discover" },
    owner: "network-team",
    manifestDigest: `sha256:${"b".repeat(64)}`,
    digest: `sha256:${"a".repeat(64)}`,
    summary: summarize(changes),
    inventory: false,
    changes,
    diagnostics: [],
    ...more,
  };
}

export function planDocument(changes: readonly Change[], more: Partial<Plan> = {}): Document {
  return toDocument({
    command: "plan",
    exitCode: changes.length === 0 ? 0 : 2,
    version: "0.1.0",
    plan: planOf(changes, more),
    requests: { GET: 14 },
  });
}

export function reportDocument(
  changes: readonly Change[],
  results: readonly Result[],
  exitCode = 0,
  diagnostics: readonly Diagnostic[] = [],
): Document {
  const requests = results.length === 0 ? { GET: 14 } : { GET: 25, POST: 4, PATCH: 2 };
  return toDocument({
    command: "apply",
    exitCode,
    version: "0.1.0",
    plan: planOf(changes, { diagnostics }),
    results,
    requests,
  });
}

export function relation(
  name: string,
  assign: readonly string[],
  unassign: readonly string[] = [],
  labels?: Readonly<Record<string, string>>,
): RelationChange {
  return { relation: name, assign, unassign, cause: null, ...(labels === undefined ? {} : { labels }) };
}

/** `number` devices with a label each. */
export function devices(number: number): {
  readonly addresses: string[];
  readonly labels: Record<string, string>;
} {
  const names = Array.from({ length: number }, (_, i) => String(i + 1).padStart(3, "0"));
  return {
    addresses: names.map((n) => `device/c12vf90qpg290${n}`),
    labels: Object.fromEntries(
      names.map((n) => [`device/c12vf90qpg290${n}`, `web-${n} (10.1.2.${Number(n)})`]),
    ),
  };
}

const OLD_SCRIPT = `// Slow HTTP responses
var limit = 500;

if (HTTP.processingTime < limit) {
\treturn;
}

Device.metricAddCount("slow_http", 1);
debug("slow: " + HTTP.uri);
commitDetail();
// end
`;

const NEW_SCRIPT = OLD_SCRIPT.replace("limit = 500", "limit = 250")
  .replace("commitDetail();\n", "")
  .replace("// end\n", "// end \nRemote.HTTP.post(target, body);\n");

export const LONG_SCRIPT: string = Array.from(
  { length: 60 },
  (_, i) => `metric.add("request_${i}", ${i});\n`,
).join("");

function destroyed(): readonly Change[] {
  return [
    change("alert/Old latency alert", "delete", {
      id: "12",
      fields: [
        field("/severity", 5, undefined),
        field("/description", "Nobody looks at this any more", undefined),
      ],
      relations: [relation("device_groups", [], ["device_group/Web servers"])],
      operations: [{ method: "DELETE", path: "/alerts/12" }],
    }),
    change("device_group/Jump hosts", "replace", {
      id: "7",
      cause: "manifest",
      fields: [field("/dynamic", true, false, { cause: "manifest" })],
      operations: [
        { method: "POST", path: "/devicegroups", body: { name: "Jump hosts", dynamic: false } },
        { method: "DELETE", path: "/devicegroups/7" },
      ],
    }),
  ];
}

function created(): Change {
  return change("alert/HTTP error ratio", "create", {
    wave: 2,
    requires: ["device_group/Jump hosts"],
    cause: "manifest",
    fields: [
      field("/type", undefined, "threshold", { cause: "manifest" }),
      field("/severity", undefined, 3, { cause: "manifest" }),
      field("/stat_name", undefined, "extrahop.device.http_server", { cause: "manifest" }),
      field("/operand", undefined, "0.05", { cause: "manifest" }),
      field(
        "/description",
        undefined,
        `Errors per response.${" More than one in twenty is bad.".repeat(3)}`,
        {
          cause: "manifest",
        },
      ),
      field(
        "/filter",
        undefined,
        {
          operator: "and",
          rules: [
            { field: "role", operator: "=", operand: "http_server" },
            { field: "tag", operator: "=", operand: "pci" },
          ],
        },
        { cause: "manifest" },
      ),
    ],
    relations: [relation("device_groups", ["device_group/Web servers", "device_group/Jump hosts"])],
    operations: [
      { method: "POST", path: "/alerts", body: { name: "HTTP error ratio", severity: 3, operand: "0.05" } },
      {
        method: "POST",
        path: "/alerts/<alert/HTTP error ratio>/devicegroups",
        body: { assign: [31, "<device_group/Jump hosts>"] },
      },
    ],
  });
}

function updated(): readonly Change[] {
  return [
    change("alert/HTTP errors", "update", {
      cause: "drift",
      fields: [
        field("/severity", 5, 3, { cause: "drift" }),
        field("/operator", "==", ">", { cause: "manifest" }),
        field("/interval_length", undefined, 300, { cause: "drift" }),
        field("/notify_snmp", true, null, { cause: "conflict" }),
      ],
      operations: [{ method: "PATCH", path: "/alerts/16", body: { severity: 3, operator: ">" } }],
    }),
    change("email_group/Network on-call", "update", {
      id: "3",
      cause: "conflict",
      fields: [
        field(
          "/email_addresses",
          ["noc@example.com", "night-shift@example.com", "old-colleague@example.com"],
          ["noc@example.com", "night-shift@example.com", "new-colleague@example.com"],
          { cause: "conflict" },
        ),
      ],
      operations: [
        {
          method: "PATCH",
          path: "/emailgroups/3",
          body: {
            email_addresses: ["noc@example.com", "night-shift@example.com", "new-colleague@example.com"],
          },
        },
      ],
    }),
    change("trigger/Slow HTTP", "rename", {
      id: "21",
      cause: "manifest",
      previousName: "Slow web",
      fields: [
        field("/name", "Slow web", "Slow HTTP", { cause: "manifest" }),
        field("/description", `${"A".repeat(70)} before`, `${"A".repeat(70)} after`, { cause: "manifest" }),
        field("/hints/secret_of_the_remote_target", "(sensitive)", "(sensitive)", {
          cause: "manifest",
          sensitive: true,
        }),
        field("/script", OLD_SCRIPT, NEW_SCRIPT, { cause: "manifest" }),
      ],
      operations: [{ method: "PATCH", path: "/triggers/21", body: { name: "Slow HTTP" } }],
    }),
  ];
}

function taken(): readonly Change[] {
  return [
    change("alert/Disk full", "adopt", {
      id: "0",
      fields: [field("/severity", 5, 3)],
      operations: [{ method: "PATCH", path: "/alerts/0", body: { severity: 3 } }],
    }),
    change("tag/pci", "adopt", { id: "4" }),
    change("tag/printers", "adopt", { id: "5" }),
    change("alert/Built-in flood", "release", { id: "2" }),
  ];
}

/** Every action and every cause, long values and a script. */
export function everyAction(): readonly Change[] {
  return [created(), ...updated(), ...destroyed(), ...taken()];
}

/** A group made anew: alerts go over to the successor, devices stay behind. */
export function replaced(members = 4): Change {
  const { addresses, labels } = devices(members);
  return change("device_group/Jump hosts", "replace", {
    id: "7",
    previousName: "Hosts",
    aside: { address: "device_group/Hosts", name: "Jump hosts (being renamed)" },
    fields: [field("/dynamic", false, true)],
    moved: [
      { address: "alert/hand", relation: "device_groups" },
      { address: "trigger/HTTP Slow Responses", relation: "device_groups" },
      { address: "trigger/One, two", relation: "device_groups" },
      { address: "trigger/One, two", relation: "other_groups" },
    ],
    dropped: { members: [...addresses, "device/unnamed"], labels },
    operations: [
      { method: "POST", path: "/devicegroups", body: { name: "Jump hosts", dynamic: true } },
      { method: "DELETE", path: "/devicegroups/7" },
    ],
  });
}

/** Links with a cause of their own, fields let go, objects taken over with a change. */
export function causes(): readonly Change[] {
  const linked = (cause: Cause, number: number): RelationChange => ({
    ...relation(
      "device_groups",
      Array.from({ length: number }, (_, i) => `device_group/Web servers ${i + 1}`),
      ["device_group/Old"],
    ),
    cause,
  });
  return [
    change("alert/Both", "update", {
      cause: "conflict",
      fields: [field("/severity", 5, 3, { cause: "manifest" })],
      relations: [
        linked("drift", 3),
        { ...relation("email_groups", ["email_group/On-call"]), cause: "manifest" },
        { ...relation("networks", ["network/A"]), cause: "conflict" },
        {
          ...relation("applications", [`application/${"A long name ".repeat(3)}of an application`]),
          cause: "drift",
        },
      ],
    }),
    change("alert/Let go", "update", { cause: "manifest", released: ["severity"] }),
    change("alert/Let go more", "update", {
      cause: "manifest",
      fields: [field("/operand", 1, 2, { cause: "manifest" })],
      released: ["severity", "description", "refire_interval", "notify_snmp", "interval_length", "units"],
    }),
    change("alert/Taken", "update", { adopts: true, fields: [field("/severity", 5, 3)] }),
    change("alert/Taken and renamed", "rename", { adopts: true, cause: "manifest", previousName: "Found" }),
    change("tag/pci", "adopt", { adopts: true }),
    change("tag/pos", "replace", { adopts: true, previousName: "POS" }),
  ];
}

/** Names and values that try to drive a terminal, to break a table or to look like another. */
export function hostileChanges(): readonly Change[] {
  const sequence = "\x1b[2J\x1b[31mred\x07";
  return [
    change(`alert/${sequence}`, "update", {
      fields: [field("/description", "line\r\nbreak", "\u202ereversed\u202c")],
    }),
    change("alert/two\nlines\tand a tab", "delete"),
    change("alert/| **bold** `code` <b>html</b> [link](http://x) |", "update", {
      fields: [field("/a~1b c", 1, 2), field("/filter/rules", [{ field: "\u200b" }], [])],
    }),
    change("device_group/😀 日本語 👨‍👩‍👧 zero\u200bwidth no\u00a0break", "update", {
      cause: "drift",
      fields: [field("/description", "😀 before", "after 日本語"), field("/name", "a", "\u0000")],
      relations: [
        relation("devices", ["device/a, b", "device/x\ud800y", "device/ "], ["device/c"], {
          "device/c": `c ${sequence}`,
        }),
      ],
    }),
    change("tag/مرحبا \u200fRTL", "create", { fields: [field("/name", undefined, "e\u0301 \u{e0061}")] }),
  ];
}

/** Texts that would be markup, links, mentions, references or the end of something on GitHub. */
export const HOSTILE: readonly string[] = [
  "@jdoe and @org/team",
  "#12 GH-12 owner/repo#1 owner/repo@deadbeef",
  "a5c3785ed8d6a35868bc169f07e40e889087fd2e",
  "https://evil.example www.evil.example mailto:a@evil.example a@evil.example",
  "![x](https://evil.example/x.png) [a]: https://evil.example [^1]",
  "<script>alert(1)</script> <img src=x> <a href=x>",
  "<!-- hidden --> -->",
  "</code></summary></details>",
  "a | b \\| c \\\\| d",
  "`a` ``b`` ```",
  "```\n# head\n~~~\n| a |\n| - |",
  "- [ ] item",
  "1. item",
  "> quote",
  "***",
  "===",
  "\\",
  "\\`",
  "&lt;b&gt; &#64;jdoe",
  ":smile: $x^2$ $`x`$ ~~gone~~ __init__",
  " ",
  "",
  "\u202egpj.exe \u200b\x1b[31m\x00",
  "line\r\nbreak\tand tab",
  "日本語 مرحبا 👨‍👩‍👧",
  "x".repeat(300),
];

const RULES = [
  { field: "role", operator: "=", operand: "http_server" },
  { field: "software", operator: "=", operand: "nginx behind the load balancer of the second site" },
  { field: "tag", operator: "=", operand: "pci" },
];

/** Values, lists and lines that are longer than a line of output. */
export function longChanges(): readonly Change[] {
  const line = 'Remote.HTTP("siem").post({path: "/slow", payload: JSON.stringify({uri: HTTP.uri, ms: t})});';
  const prose = (first: string, last: string): string =>
    `${first} responses per minute of the web servers in both sites, without those of the health checks that the load balancer sends. ${last} looks at it.`;
  return [
    change("alert/Two regions", "update", {
      cause: "drift",
      fields: [
        field("/description", prose("Slow", "Nobody"), prose("Failed", "The night shift"), {
          cause: "manifest",
        }),
        field("/filter/rules", RULES, [...RULES.slice(0, 2), { ...RULES[2], operand: "pos" } as Json], {
          cause: "drift",
        }),
        field(
          "/cc",
          ["a@example.com"],
          Array.from({ length: 16 }, (_, i) => `person-${i + 1}@example.com`),
        ),
        field("/stat_name", undefined, `extrahop.device.${"very_".repeat(14)}long`),
      ],
    }),
    change("trigger/Minified", "create", {
      fields: [
        field("/events", undefined, [
          "HTTP_REQUEST",
          "HTTP_RESPONSE",
          "SSL_OPEN",
          "SSL_CLOSE",
          "DNS_RESPONSE",
        ]),
        field("/script", undefined, `// ${line} ${line}\n${"x".repeat(150)}\nexit();\n`),
      ],
    }),
    change("trigger/One line", "update", {
      fields: [
        field(
          "/script",
          `a();\n${line} // first\n${line}\nb();\n`,
          `a();\n${line} // other\n${line}\nc();\n`,
        ),
      ],
    }),
  ];
}

/** One group that gains 200 devices and loses 14. */
export function manyLinks(): readonly Change[] {
  const { addresses, labels } = devices(214);
  return [
    change("device_group/Web servers", "update", {
      cause: "manifest",
      relations: [relation("devices", addresses.slice(0, 200), addresses.slice(200), labels)],
    }),
  ];
}
