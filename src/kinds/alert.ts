/** Alerts (guide 8.7 "Alert", severity levels in "Alert severity levels"): threshold and detection. */
import type { Json, JsonObject } from "../model.ts";
import { checkAuthor, hasVendorAuthor } from "./author.ts";
import {
  author,
  DECIMAL_PATTERN,
  duration,
  emailAddresses,
  flag,
  plainDecimal,
  printDecimal,
  set,
  text,
} from "./fields.ts";
import type { Entry, Field, Kind, Problem } from "./kind.ts";

const SEVERITIES = ["emergency", "alert", "critical", "error", "warning", "notice", "info", "debug"];

/** Fields that the guide calls "only applicable to" one type of alert. */
const ONLY_FOR: Readonly<Record<string, string>> = {
  stat_name: "threshold",
  field_name: "threshold",
  field_name2: "threshold",
  field_op: "threshold",
  operator: "threshold",
  operand: "threshold",
  param: "threshold",
  param2: "threshold",
  interval_length: "threshold",
  units: "threshold",
  object_type: "detection",
  protocols: "detection",
  categories: "detection",
};

const NAMES = { type: "string", minLength: 1 };

const severity: Field = {
  doc: `How urgent the alert is: 0 to 7, or ${SEVERITIES.join(", ")}; 0 to 2 need action at once.`,
  schema: { enum: [...SEVERITIES, ...SEVERITIES.keys()] },
  parse: (value) => (typeof value === "string" ? SEVERITIES.indexOf(value) : value),
  print: (value) => (typeof value === "number" ? (SEVERITIES[value] ?? value) : value),
  initial: 3,
};

const operand: Field = {
  doc: "The number that the metric is compared with.",
  schema: { title: "a number such as 0.05", type: ["number", "string"], pattern: DECIMAL_PATTERN },
  parse: plainDecimal,
  print: printDecimal,
  normal: plainDecimal,
  requiredOnCreate: true,
};

/** The API's enumeration holds "/" and the text "null" (Swagger 9.8, Alert_CREATE). */
const fieldOp: Field = {
  doc: "`/` makes the condition a ratio of field_name to field_name2; null makes it none.",
  schema: { enum: ["/", "null"] },
  normal: (value) => (value === "null" || value === "" ? null : value),
  empty: "null",
};

/** A metric parameter: a key pattern or a data point, in the vendor's own form. */
function parameter(doc: string): Field {
  return { doc, schema: { type: "object" }, normal: withoutNulls, print: withoutNulls, empty: {} };
}

function withoutNulls(value: Json): Json {
  return value === null ? {} : Object.fromEntries(Object.entries(value).filter(([, v]) => v !== null));
}

/** A threshold alert cannot be without it. */
function conditionText(doc: string): Field {
  return { doc, schema: NAMES, requiredOnCreate: true };
}

function typeOf(fields: JsonObject): Json {
  return fields.type ?? "threshold";
}

function check({ fields, own }: Entry): readonly Problem[] {
  const type = typeOf(fields);
  const misplaced = own.filter((name) => (ONLY_FOR[name] ?? type) !== type);
  const foreign = misplaced.map(
    (name): Problem => ({
      severity: "error",
      code: "not-applicable",
      summary: "The field does not apply to this type of alert",
      detail: `${name} belongs to ${String(ONLY_FOR[name])} alerts; this one is of type ${String(type)}${
        fields.type === undefined ? " (the default)" : ""
      }. Remove ${name}, or set type: ${String(ONLY_FOR[name])}.`,
      pointer: `/${name}`,
    }),
  );
  const problems = [...checkAuthor(fields), ...foreign];
  return fields.field_op === "/" && isBlank(fields.field_name2)
    ? [...problems, ratioProblem(fields.field_name2 === undefined)]
    : problems;
}

function isBlank(value: Json | undefined): boolean {
  return value === undefined || value === null || value === "";
}

/** Only a warning where field_name2 is not managed: the appliance may have one. */
function ratioProblem(unmanaged: boolean): Problem {
  return {
    severity: unmanaged ? "warning" : "error",
    code: "ratio-needs-field",
    summary: "A ratio needs a second metric",
    detail:
      'field_op "/" divides field_name by field_name2, and field_name2 is not given. Add field_name2, or remove field_op.',
    pointer: "/field_op",
  };
}

export const alert: Kind = {
  kind: "alert",
  section: "alerts",
  noun: "an alert",
  path: "/alerts",
  nameField: "name",
  fields: {
    type: {
      doc: "What the alert watches.",
      schema: { enum: ["threshold", "detection"] },
      fill: "threshold",
      initial: "threshold",
      // Guide 8.7 has both types, the Swagger of 9.8 one.
      values: {
        detection: {
          since: "8",
          before: "9.8",
          instead:
            "Keep the alert out of what this target's manifests declare. From 9.8 on, notification rules take its place, which have no REST API.",
        },
      },
    },
    description: text("What the alert means and what to do."),
    author: author("Who made the alert."),
    disabled: flag("Whether the alert is off.", { initial: false }),
    apply_all: flag("Whether the alert watches every data source instead of assigned ones.", {
      fill: false,
      initial: false,
    }),
    severity,
    refire_interval: duration(
      "How long a condition must last before the alert is sent again.",
      [300, 600, 900, 1800, 3600, 7200, 14400],
    ),
    notify_snmp: flag("Whether an SNMP trap is sent.", { initial: true }),
    cc: emailAddresses("Addresses to notify beside the email groups; the whole set."),
    stat_name: conditionText("The statistic, such as extrahop.device.http_server."),
    field_name: conditionText("The metric of the statistic."),
    field_name2: text("The second metric, of a ratio."),
    field_op: fieldOp,
    operator: {
      doc: "How the metric is compared with operand.",
      schema: { enum: ["==", ">", "<", ">=", "<="] },
      requiredOnCreate: true,
    },
    operand,
    units: {
      doc: "The interval over which the condition is evaluated.",
      schema: { enum: ["none", "period", "1 sec", "1 min", "1 hr"] },
      initial: "none",
    },
    interval_length: {
      ...duration("The length of the interval that is evaluated.", [30, 60, 120, 300, 600, 900, 1200, 1800]),
      initial: 30,
    },
    param: parameter("The first parameter of the metric."),
    param2: parameter("The second parameter of the metric."),
    object_type: { doc: "What a detection alert watches.", schema: { enum: ["application", "device"] } },
    protocols: set("The protocols of a detection alert; the whole set.", NAMES),
    categories: set("The detection categories of a detection alert; the whole set.", NAMES),
  },
  relations: {
    applications: {
      doc: "Applications that are watched.",
      to: "application",
      path: "applications",
      reverse: "alerts",
    },
    device_groups: {
      doc: "Device groups that are watched.",
      to: "device_group",
      path: "devicegroups",
      reverse: "alerts",
    },
    devices: { doc: "Devices that are watched.", to: "device", path: "devices" },
    email_groups: { doc: "Who is told.", to: "email_group", path: "emailgroups" },
    exclusion_intervals: {
      doc: "When the alert is silent.",
      to: "exclusion_interval",
      path: "exclusionintervals",
    },
    networks: { doc: "Networks that are watched.", to: "network", path: "networks", reverse: "alerts" },
  },
  builtIn: hasVendorAuthor,
  builtInDeclarable: true,
  check,
  decidedBy: "type",
  applies: (name, fields) => (ONLY_FOR[name] ?? typeOf(fields)) === typeOf(fields),
};
