/**
 * Device groups (guide 8.7 "Device group"; `editors` from the Swagger of 9.8): dynamic by a filter (or by the older field and value), or
 * static with members. PATCH has no `dynamic`, so one cannot become the other in place.
 */
import type { JsonObject } from "../model.ts";
import type { Dialect } from "./dialect.ts";
import { flag, set, text } from "./fields.ts";
import { fieldsOf9, filterTags, NO_FIELD_OF_9, normalFilter, printFilter } from "./filter.ts";
import type { Entry, Kind, NamedReference, Problem } from "./kind.ts";
import { filterAsOlderRule, olderRuleAsFilter } from "./older-rule.ts";

const DYNAMIC_FIELDS = ["filter", "field", "value"];

/** The search types of the older form. */
const FIELDS = [
  "any",
  "name",
  "ip address",
  "mac address",
  "vendor",
  "type",
  "tag",
  "vlan",
  "activity",
  "node",
  "discover time",
];

function isDynamic(fields: JsonObject): boolean {
  return DYNAMIC_FIELDS.some((name) => fields[name] !== undefined);
}

function check({ fields, relations }: Entry): readonly Problem[] {
  const problems: Problem[] = [];
  const conflict = (pointer: string, summary: string, detail: string): void => {
    problems.push({ severity: "error", code: "group-kind-conflict", summary, detail, pointer });
  };
  const dynamic = DYNAMIC_FIELDS.find((name) => fields[name] !== undefined);
  if (dynamic !== undefined && relations.includes("devices")) {
    conflict(
      "/devices",
      "A device group is either dynamic or static",
      `This group has both ${dynamic} (dynamic: the appliance finds the members) and devices (static: the members are listed). Remove one of them.`,
    );
  }
  if (fields.filter !== undefined && (fields.field !== undefined || fields.value !== undefined)) {
    conflict(
      "/filter",
      "A device group has one kind of rule",
      "filter replaces the older field and value; declare one form. Remove field and value.",
    );
  }
  if ((fields.field === undefined) !== (fields.value === undefined) && fields.field !== "any") {
    const [present, missing] = fields.field === undefined ? ["value", "field"] : ["field", "value"];
    conflict(
      `/${present}`,
      "field and value belong together",
      `This group has ${present} without ${missing}. Add ${missing}, or use filter instead.`,
    );
  }
  return problems;
}

/** An appliance may show the older form of a rule beside the filter, and what declares that has no filter. */
function applies(name: string, { filter, field }: JsonObject): boolean {
  if (name === "filter") return filter !== undefined || field === undefined;
  return filter === undefined || filter === null || (name !== "field" && name !== "value");
}

function references(fields: JsonObject): readonly NamedReference[] {
  const value = fields.value;
  const ruled = fields.filter !== undefined && fields.filter !== null;
  const older =
    !ruled && fields.field === "tag" && typeof value === "string" && !value.startsWith("/")
      ? [{ kind: "tag", name: value, pointer: "/value" }]
      : [];
  return [...filterTags(fields.filter, "/filter"), ...older];
}

/** Filters compare by localities and ids from 9 on (Swagger 9.8, group_filter); before 8 there are none. */
const BEFORE_LOCALITIES: Dialect = {
  since: "8",
  before: "9",
  write: (fields) => {
    const lacks = fieldsOf9(fields.filter, "/filter").map((at) => ({ pointer: at, ...NO_LOCALITIES }));
    return { fields, lacks };
  },
};

const NO_LOCALITIES = {
  lacks: NO_FIELD_OF_9,
  instead: "Use another field, or declare another group for this target.",
};

/** Guides 5.2 and 7: groups have the older form of a rule only, and are listed with `all` in place of `type`. */
const BEFORE_FILTERS: Dialect = {
  before: "8",
  listQuery: { all: "true" },
  read: (wire) => {
    const { field, value } = wire;
    if (typeof field !== "string" || typeof value !== "string") return wire;
    return { ...wire, filter: olderRuleAsFilter({ field, value }) ?? null };
  },
  write: (fields) => {
    const { filter, ...rest } = fields;
    if (filter === undefined || filter === null) return { fields, lacks: [] };
    const rule = filterAsOlderRule(filter);
    if (rule !== undefined) return { fields: { ...rest, ...rule }, lacks: [] };
    return { fields, lacks: [{ pointer: "/filter", ...NO_OLDER_RULE }] };
  },
};

const NO_OLDER_RULE = {
  lacks: "whose groups have one field and value and no filter: this filter has no such form",
  instead:
    "Use one rule, and no not: name, vendor, tag, activity or node with =, startswith or ~, macaddr, role or vlan with =, or ipaddr with an address or an IPv4 network; or declare another group for this target.",
};

export const deviceGroup: Kind = {
  kind: "device_group",
  section: "device_groups",
  noun: "a device group",
  path: "/devicegroups",
  listQuery: { type: "all" },
  dialects: [BEFORE_LOCALITIES, BEFORE_FILTERS],
  nameField: "name",
  fields: {
    description: text("What the group is for."),
    filter: {
      doc: "Makes the group dynamic: the devices that match this filter.",
      schema: { $ref: "#/$defs/filter" },
      normal: normalFilter,
      print: printFilter,
    },
    field: {
      doc: "Older form of a dynamic group: the property that value is compared with.",
      schema: { enum: FIELDS },
    },
    value: {
      doc: "Older form of a dynamic group: a literal, or a regular expression between slashes.",
      schema: { type: "string" },
    },
    editors: {
      ...set("The users who may edit the group; the whole set.", { type: "string", minLength: 1 }),
      initial: [],
      // Swagger 9.8, device_group; no guide has it.
      firmware: { since: "9", instead: "Remove editors for this target." },
    },
    include_custom_devices: flag("Whether custom devices can be members (deprecated by the vendor).", {
      initial: true,
    }),
  },
  relations: {
    devices: {
      doc: "Makes the group static: exactly these devices.",
      to: "device",
      path: "devices",
      windowed: true,
    },
  },
  builtIn: (wire) => wire.built_in === true,
  builtInDeclarable: false,
  check,
  applies,
  variant: ({ fields, relations }) =>
    relations.includes("devices") ? "static" : isDynamic(fields) ? "dynamic" : undefined,
  liveVariant: (wire) => (wire.dynamic === true ? "dynamic" : "static"),
  variantFields: (variant) => ({ dynamic: variant === "dynamic" }),
  references,
};
