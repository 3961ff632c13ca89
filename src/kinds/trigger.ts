/** Triggers (guide 8.7 "Trigger"; hints from "Advanced trigger options"): scripts that run on events. */
import { suggest } from "../diagnostics.ts";
import { isArray, isObject, plainText, pointer } from "../json.ts";
import type { Json, JsonObject } from "../model.ts";
import { checkAuthor, hasVendorAuthor } from "./author.ts";
import type { Dialect } from "./dialect.ts";
import { author, filledSet, flag, text } from "./fields.ts";
import type { Entry, Field, JsonSchema, Kind, Problem } from "./kind.ts";

/** Events of the system itself: no device takes part, so assignments do nothing. */
const SYSTEM_EVENTS = [
  "ALERT_RECORD_COMMIT",
  "METRIC_CYCLE_BEGIN",
  "METRIC_CYCLE_END",
  "METRIC_RECORD_COMMIT",
  "NEW_APPLICATION",
  "NEW_DEVICE",
  "SESSION_EXPIRE",
  "TIMER_30SEC",
];

/** Known events, only to recognise misspellings: the set is open and grows with the firmware. */
const EVENTS = [
  ...SYSTEM_EVENTS,
  ...[
    "EXTERNAL_DATA",
    "REMOTE_RESPONSE",
    "ICMP_MESSAGE",
    "MODBUS_REQUEST",
    "MODBUS_RESPONSE",
    "MSMQ_MESSAGE",
  ],
  ...["FLOW_CLASSIFY", "FLOW_DETACH", "FLOW_RECORD", "FLOW_REPORT", "FLOW_TICK", "FLOW_TURN"],
  ...["TCP_CLOSE", "TCP_DESYNC", "TCP_OPEN", "TCP_PAYLOAD", "UDP_PAYLOAD"],
  ...["SSL_ALERT", "SSL_CLOSE", "SSL_HEARTBEAT", "SSL_OPEN", "SSL_PAYLOAD", "SSL_RECORD", "SSL_RENEGOTIATE"],
  ...["CIFS", "DB", "DHCP", "DNS", "HTTP", "KERBEROS", "LDAP", "NFS", "RDP", "RPC", "SIP", "SMTP"].flatMap(
    (p) => [`${p}_REQUEST`, `${p}_RESPONSE`],
  ),
  ...["ICA_AUTH", "ICA_CLOSE", "ICA_OPEN", "ICA_TICK", "RTP_TICK"],
];

/** Protocols with events of their own that are not listed here (facts §2.3). */
const FAMILIES = ["DHCP6", "DNP3", "FIX", "FTP", "SMPP", "SNMP", "SOCKS", "SSH", "TELNET", "WSMAN"];

const PAYLOAD = ["SSL_PAYLOAD", "TCP_PAYLOAD", "UDP_PAYLOAD"];
const STREAM = ["SSL_PAYLOAD", "TCP_PAYLOAD"];

interface Hint {
  readonly schema: JsonSchema;
  readonly doc: string;
  /** Events the option works with; `except` turns the list round. */
  readonly events: readonly string[];
  readonly except?: true;
}

const PORT = { type: "integer", minimum: 0, maximum: 65_535 };
const BYTES = { type: "integer", minimum: 0 };

const HINTS: Readonly<Record<string, Hint>> = {
  snaplen: {
    schema: PORT,
    doc: "Bytes to capture of each packet; 0 captures all.",
    events: [
      ...SYSTEM_EVENTS.filter((e) => e !== "METRIC_RECORD_COMMIT" && e !== "TIMER_30SEC"),
      "FLOW_REPORT",
    ],
    except: true,
  },
  payloadBytes: {
    schema: BYTES,
    doc: "Least number of payload bytes to buffer.",
    events: ["CIFS_REQUEST", "CIFS_RESPONSE", "HTTP_REQUEST", "HTTP_RESPONSE", "ICA_TICK"],
  },
  clipboardBytes: {
    schema: BYTES,
    doc: "Bytes to buffer of a Citrix clipboard transfer.",
    events: ["ICA_TICK"],
  },
  cycle: {
    schema: { type: "array", items: { enum: ["30sec", "5min", "1hr", "24hr"] } },
    doc: "Lengths of the metric cycle.",
    events: ["METRIC_CYCLE_BEGIN", "METRIC_CYCLE_END", "METRIC_RECORD_COMMIT"],
  },
  metricTypes: {
    schema: { type: "string" },
    doc: "Raw metric names such as extrahop.device.http_server, separated by commas.",
    events: ["ALERT_RECORD_COMMIT", "METRIC_RECORD_COMMIT"],
  },
  flowPayloadTurn: {
    schema: { type: "boolean" },
    doc: "Analyses the payload at each turn of a flow.",
    events: STREAM,
  },
  flowClientPortMin: { schema: PORT, doc: "Lowest client port; 0 is any.", events: PAYLOAD },
  flowClientPortMax: { schema: PORT, doc: "Highest client port.", events: PAYLOAD },
  flowClientBytes: { schema: BYTES, doc: "Client bytes to buffer.", events: STREAM },
  flowClientString: { schema: { type: "string" }, doc: "Client data to look for.", events: PAYLOAD },
  flowServerPortMin: { schema: PORT, doc: "Lowest server port; 0 is any.", events: PAYLOAD },
  flowServerPortMax: { schema: PORT, doc: "Highest server port.", events: PAYLOAD },
  flowServerBytes: { schema: BYTES, doc: "Server bytes to buffer.", events: STREAM },
  flowServerString: { schema: { type: "string" }, doc: "Server data to look for.", events: PAYLOAD },
  flowUdpAll: { schema: { type: "boolean" }, doc: "Captures every UDP datagram.", events: ["UDP_PAYLOAD"] },
  fireClassifyOnExpiration: {
    schema: { type: "boolean" },
    doc: "Runs the event also for flows that expire before they are classified.",
    events: ["FLOW_CLASSIFY"],
  },
};

/** Each hint as it compares: numbers may be text (7.x), absent hints are null, lists have no order. */
function normalHints(value: Json): Json {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== null)
      .map(([name, v]) => [name, normalHint(name, v)]),
  );
}

/** The options that are set, in the order of the guide. */
function printHints(value: Json): Json {
  const normal = normalHints(value);
  const known = isObject(normal) ? normal : {};
  const names = [...new Set([...Object.keys(HINTS), ...Object.keys(known).sort()])];
  return Object.fromEntries(
    names.flatMap((name): [string, Json][] => (known[name] === undefined ? [] : [[name, known[name]]])),
  );
}

function normalHint(name: string, value: Json): Json {
  if (isArray(value)) return [...new Set(value.map(plainText))].sort();
  if (typeof value !== "string") return value;
  if (name === "metricTypes")
    return value
      .split(",")
      .map((part) => part.trim())
      .sort()
      .join(",");
  const isNumber = Object.hasOwn(HINTS, name) && HINTS[name]?.schema.type === "integer";
  return isNumber && /^\d{1,15}$/.test(value) ? Number(value) : value;
}

const hints: Field = {
  doc: "Advanced options, each for certain events. Options that are left out keep their live value.",
  schema: {
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries(
      Object.entries(HINTS).map(([name, { schema, doc }]) => [
        name,
        { anyOf: [schema, { type: "null" }], description: `${doc} null unsets it.` },
      ]),
    ),
  },
  normal: normalHints,
  print: printHints,
  merge: true,
  // Guide 5.2 has no word of them.
  firmware: { since: "7", instead: "Remove hints for this target." },
};

/** Docs of 9.6: a metric cycle has one length. */
const ONE_CYCLE: Dialect = {
  since: "9.6",
  write: (fields) => {
    const cycle = isObject(fields.hints) ? fields.hints.cycle : undefined;
    const other = isArray(cycle) ? cycle.filter((length) => length !== "30sec") : [];
    if (other.length === 0) return { fields, lacks: [] };
    const lacks = `whose metric cycles are 30sec and not ${other.join(", ")}`;
    return { fields, lacks: [{ pointer: "/hints/cycle", lacks, instead: "Write cycle: [30sec]." }] };
  },
};

/** Guide 7's table of options: `snaplen` is text, and the last one has another name. */
const OLDER_HINTS: Dialect = {
  before: "8",
  read: (wire) => {
    if (!isObject(wire.hints)) return wire;
    const { flowClassifyOnExpiration: expiration, ...rest } = wire.hints;
    return {
      ...wire,
      hints: expiration === undefined ? rest : { ...rest, fireClassifyOnExpiration: expiration },
    };
  },
  write: (fields) => {
    if (!isObject(fields.hints)) return { fields, lacks: [] };
    const { snaplen, fireClassifyOnExpiration: expiration, ...rest } = fields.hints;
    const hints = {
      ...(snaplen === undefined ? {} : { snaplen: snaplen === null ? null : String(snaplen) }),
      ...rest,
      ...(expiration === undefined ? {} : { flowClassifyOnExpiration: expiration }),
    };
    return { fields: { ...fields, hints }, lacks: [] };
  },
};

/** Guide 5.2 and the clients of its time: a trigger has one event. */
const ONE_EVENT: Dialect = {
  before: "7",
  read: (wire) => (typeof wire.event === "string" ? { ...wire, events: [wire.event] } : wire),
  write: (fields) => {
    const { events, ...rest } = fields;
    if (!isArray(events)) return { fields, lacks: [] };
    const [event, second] = events;
    if (event !== undefined && second === undefined) return { fields: { ...rest, event }, lacks: [] };
    const lacks = `whose triggers run on one event and not on ${events.length}`;
    const instead = "Declare a trigger for each event, under names of their own.";
    return { fields, lacks: [{ pointer: "/events", lacks, instead }] };
  },
};

/** Script text as it compares: appliances may store other line endings and a last newline more or less. */
function normalScript(value: Json): Json {
  if (typeof value !== "string") return value;
  const text = value.replaceAll("\r\n", "\n");
  // Not by a pattern, which would try every newline of a long run anew.
  let end = text.length;
  while (text[end - 1] === "\n") end -= 1;
  return text.slice(0, end);
}

function check({ fields, relations }: Entry): readonly Problem[] {
  const events = isArray(fields.events) ? fields.events.map(String) : undefined;
  const problems = [...checkAuthor(fields), ...checkBytes(fields.hints)];
  if (events === undefined) return problems;
  return [
    ...problems,
    ...checkEventNames(events),
    ...checkHints(fields.hints, events),
    ...checkAssignments(events, relations),
  ];
}

function checkEventNames(events: readonly string[]): readonly Problem[] {
  return events.flatMap((event, i): readonly Problem[] => {
    const known = EVENTS.includes(event) || FAMILIES.some((family) => event.startsWith(`${family}_`));
    const meant = known ? undefined : suggest(event, EVENTS);
    if (meant === undefined) return [];
    return [
      {
        severity: "warning",
        code: "unknown-event",
        summary: "The event is not a known one",
        detail: `${event} is no event that hopsync knows. Did you mean ${meant}? A trigger on an event that never comes never runs.`,
        pointer: pointer("events", i),
      },
    ];
  });
}

function checkHints(value: Json | undefined, events: readonly string[]): readonly Problem[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, set]): readonly Problem[] => {
    const hint = HINTS[name];
    if (
      hint === undefined ||
      set === null ||
      events.some((e) => hint.events.includes(e) !== (hint.except ?? false))
    )
      return [];
    return [
      {
        severity: "warning",
        code: "hint-without-event",
        summary: "The option does nothing with these events",
        detail: `${name} works ${hint.except ? "with every event except" : "with"} ${hint.events.join(", ")}; this trigger runs on ${events.join(", ")}. Remove the option, or check the events.`,
        pointer: pointer("hints", name),
      },
    ];
  });
}

/** The guide's table: client and server bytes cannot both be 0. */
function checkBytes(value: Json | undefined): readonly Problem[] {
  if (!isObject(value) || value.flowClientBytes !== 0 || value.flowServerBytes !== 0) return [];
  return [
    {
      severity: "error",
      code: "hint-bytes-zero",
      summary: "Client and server bytes cannot both be 0",
      detail:
        "flowClientBytes and flowServerBytes are both 0, so there would be nothing to read. Give one of them a size.",
      pointer: "/hints/flowServerBytes",
    },
  ];
}

function checkAssignments(events: readonly string[], relations: readonly string[]): readonly Problem[] {
  const [relation] = relations;
  const named = `${events.join(", ")} ${events.length === 1 ? "is an event" : "are events"}`;
  if (relation === undefined || !events.every((event) => SYSTEM_EVENTS.includes(event))) return [];
  return [
    {
      severity: "warning",
      code: "assignment-without-effect",
      summary: "The trigger's events concern no device",
      detail: `${named} of the appliance itself, so assigning devices or device groups does nothing. Remove ${relations.join(" and ")}.`,
      pointer: pointer(relation),
    },
  ];
}

/** The deprecated single `event` is the same as `events` with one item; the API echoes both. */
function parseEvent(fields: JsonObject): { fields: JsonObject; problems: readonly Problem[] } {
  const { event, ...rest } = fields;
  if (event === undefined) return { fields, problems: [] };
  if (rest.events === undefined) return { fields: { ...rest, events: [event] }, problems: [] };
  return {
    fields: rest,
    problems: [
      {
        severity: "error",
        code: "event-and-events",
        summary: "event and events say the same thing",
        detail: "event is the vendor's former name for a single entry of events. Remove event.",
        pointer: "/event",
      },
    ],
  };
}

const EVENT_NAME = { title: "an event such as HTTP_REQUEST", type: "string", pattern: "^[A-Z][A-Z0-9_]+$" };

export const trigger: Kind = {
  kind: "trigger",
  section: "triggers",
  noun: "a trigger",
  path: "/triggers",
  dialects: [ONE_CYCLE, OLDER_HINTS, ONE_EVENT],
  nameField: "name",
  fields: {
    description: text("What the trigger does."),
    author: author("Who made the trigger."),
    script: {
      doc: "The JavaScript: inline, or {file, env} with the names of environment variables to fill in.",
      schema: { type: "string", minLength: 1 },
      normal: normalScript,
      requiredOnCreate: true,
      fromFile: true,
      extension: "js",
    },
    event: { doc: "Deprecated by the vendor: use events.", schema: EVENT_NAME, alias: true },
    events: {
      ...filledSet("The events that run the script; the whole set.", EVENT_NAME),
      requiredOnCreate: true,
    },
    hints,
    disabled: flag("Whether the trigger is off.", { fill: false, initial: false }),
    debug: flag("Whether debug output is kept.", { fill: false, initial: false }),
    apply_all: flag("Whether the trigger runs for every device instead of assigned ones.", {
      fill: false,
      initial: false,
    }),
  },
  relations: {
    device_groups: {
      doc: "Device groups it runs for.",
      to: "device_group",
      path: "devicegroups",
      reverse: "triggers",
    },
    devices: { doc: "Devices it runs for.", to: "device", path: "devices" },
  },
  builtIn: hasVendorAuthor,
  builtInDeclarable: true,
  parse: parseEvent,
  check,
};
