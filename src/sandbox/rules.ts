/**
 * What each collection asks of an object beyond the types of its fields, and the form in which the server
 * keeps it. Checks see only what a request may get wrong; `complete` is idempotent.
 */
import { isArray, isObject } from "../json.ts";
import type { Json, JsonObject } from "../model.ts";
import { refusal } from "./answer.ts";
import { badValue, checkKeys } from "./bodies.ts";
import { type Collection, nameKey, type WireObject } from "./collections.ts";
import type { Context } from "./context.ts";
import { normalDecimal } from "./decimals.ts";
import type { Generation } from "./generations.ts";
import { checkGroup, completeGroup } from "./group-rules.ts";
import { checkHints, completeHints } from "./hints.ts";
import { nodesOf } from "./platforms.ts";
import { DETECTION_FIELDS } from "./schemas.ts";

/** A create or an update whose fields have been checked one by one. */
export interface Write {
  /** Null for a create. */
  readonly before: WireObject | null;
  readonly body: JsonObject;
  /** What the object would be. */
  readonly after: JsonObject;
}

export interface CollectionRules {
  /** Throws a refusal. */
  readonly check?: (context: Context, write: Write) => void;
  /** The fields as stored. */
  readonly complete?: (context: Context, write: Write) => JsonObject;
}

export const RULES: Readonly<Record<Collection, CollectionRules>> = {
  tags: {
    check: (context, write) =>
      refuseDuplicate(context, "tags", write, "The specified tag name already exists."),
  },
  alerts: { check: checkAlert, complete: completeAlert },
  triggers: { check: checkTrigger, complete: completeTrigger },
  devicegroups: { check: checkGroup, complete: completeGroup },
  emailgroups: { check: (_context, { body }) => checkAddresses("email_addresses", body.email_addresses) },
  exclusionintervals: { check: checkInterval },
  networks: {},
  applications: { check: checkApplication, complete: completeApplication },
  devices: { complete: completeDevice },
};

function refuseDuplicate(context: Context, collection: Collection, write: Write, message: string): void {
  const key = nameKey(collection);
  if (!(key in write.body)) return;
  const taken = context.state
    .list(collection)
    .some((other) => other.id !== write.before?.id && other[key] === write.body[key]);
  if (taken) throw refusal(422, message);
}

const THRESHOLD_ONLY: readonly string[] = [
  ...["stat_name", "field_name", "field_name2", "field_op", "operator", "operand"],
  ...["param", "param2", "interval_length", "units"],
];

function checkAlert(context: Context, write: Write): void {
  const { after, body } = write;
  const foreign = after.type === "threshold" ? DETECTION_FIELDS : THRESHOLD_ONLY;
  const misplaced = foreign.find((key) => key in body);
  if (misplaced !== undefined && context.quirks.otherTypeFields === "refuse") {
    throw refusal(422, `The ${misplaced} field is not applicable to ${String(after.type)} alerts.`);
  }
  const operand = body.operand;
  if (typeof operand === "string" && normalDecimal(operand) === undefined) {
    throw refusal(422, `The operand is not a number: ${operand}`);
  }
  checkAddresses("cc", body.cc);
  if (context.quirks.duplicateNames === "refuse") {
    refuseDuplicate(context, "alerts", write, "The specified alert name already exists.");
  }
}

/** A threshold alert has no keys of detection alerts; a detection alert has null for those of threshold alerts. */
function completeAlert(context: Context, { after }: Write): JsonObject {
  const fields = context.generation.schemas.alerts.fields;
  if (after.type === "detection") {
    const nulls = Object.fromEntries(THRESHOLD_ONLY.map((key) => [key, null]));
    const own = Object.fromEntries(
      DETECTION_FIELDS.map((key) => [key, after[key] ?? fields[key]?.initial ?? null]),
    );
    return { ...after, ...own, ...nulls };
  }
  const kept = Object.fromEntries(Object.entries(after).filter(([key]) => !DETECTION_FIELDS.includes(key)));
  const own = Object.fromEntries(
    THRESHOLD_ONLY.map((key) => [key, after[key] ?? fields[key]?.initial ?? null]),
  );
  const operand = own.operand;
  return {
    ...kept,
    ...own,
    operand: typeof operand === "string" ? operandText(context.generation, operand) : null,
  };
}

/** A number as the firmware answers it. */
export function operandText({ operandZero }: Generation, operand: string): string {
  const text = normalDecimal(operand) ?? operand;
  return operandZero === "dropped" ? text.replace(/^(-?)0\./, "$1.") : text;
}

function checkAddresses(key: string, addresses: Json | undefined): void {
  if (addresses === undefined || !isArray(addresses)) return;
  const wrong = addresses.find((address) => !/^[^\s@<>,;]+@[^\s@<>,;]+$/.test(String(address)));
  if (wrong !== undefined) throw refusal(422, `Invalid email address in the ${key} field: ${String(wrong)}`);
}

function checkTrigger(context: Context, write: Write): void {
  const { body } = write;
  const named = [...(isArray(body.events) ? body.events : []), body.event ?? []].flat();
  const wrong = named.find((event) => !/^[A-Z][A-Z0-9_]+$/.test(String(event)));
  if (wrong !== undefined) throw badValue(context.quirks, "events", wrong);
  if (isArray(body.events) && body.events.length === 0)
    throw refusal(422, "The events field cannot be empty.");
  if (isObject(body.hints)) checkHints(context.generation.hints, body.hints, context.quirks);
  if (context.quirks.duplicateNames === "refuse") {
    refuseDuplicate(context, "triggers", write, "The specified trigger name already exists.");
  }
}

/** `event` is deprecated, echoes the first of `events`, and stands for them where it is sent alone. */
function completeTrigger(context: Context, { body, after }: Write): JsonObject {
  const alone = typeof body.event === "string" && !("events" in body);
  const events = alone ? [body.event ?? ""] : isArray(after.events) ? after.events : [];
  const script = String(after.script ?? "");
  return {
    ...after,
    events,
    event: events[0] ?? null,
    hints: completeHints(context.generation.hints, isObject(after.hints) ? after.hints : {}),
    script: context.quirks.scriptText === "normalised" ? normalScript(script) : script,
  };
}

function normalScript(script: string): string {
  const lines = script.replaceAll("\r\n", "\n");
  return lines.endsWith("\n") ? lines : `${lines}\n`;
}

/** Seconds from midnight and from Monday's midnight; a onetime interval counts from the epoch. */
const INTERVAL_END: Readonly<Record<string, number>> = {
  daily: 86_400,
  weekly: 604_800,
  onetime: Number.MAX_SAFE_INTEGER,
};

function checkInterval(_context: Context, { after }: Write): void {
  const limit = INTERVAL_END[String(after.interval_type)] ?? 0;
  for (const key of ["start", "end"]) {
    const value = Number(after[key]);
    if (value < 0 || value > limit) throw refusal(422, `The ${key} field must be between 0 and ${limit}.`);
  }
  if (after.start === after.end) throw refusal(422, "The start and end fields cannot be equal.");
}

function checkApplication(context: Context, write: Write): void {
  const { body, before } = write;
  checkNode(context, body.node_id);
  if (isArray(body.criteria)) for (const criterion of body.criteria) checkCriterion(context, criterion);
  const id = body.discovery_id ?? body.extrahop_id;
  const node = body.node_id ?? null;
  const taken = context.state
    .list("applications")
    .some((other) => other.discovery_id === id && (other.node_id ?? null) === node);
  if (before === null && taken) throw refusal(422, "The specified discovery ID already exists.");
}

function checkNode({ platform }: Context, node: Json | undefined): void {
  if (node === undefined) return;
  if (platform === "sensor") throw refusal(422, "The node_id field is valid only on a Command appliance.");
  if (!nodesOf(platform).some(({ id }) => id === node)) {
    throw refusal(422, `There is no node with the id ${String(node)}.`);
  }
}

/** `extrahop_id` is the older name of `discovery_id`. */
function completeApplication(_context: Context, { after }: Write): JsonObject {
  const id = after.discovery_id ?? after.extrahop_id ?? null;
  return { ...after, discovery_id: id, extrahop_id: id, criteria: after.criteria ?? [] };
}

function checkCriterion(context: Context, criterion: Json): void {
  if (!isObject(criterion)) throw refusal(400, "A criterion must be an object.");
  checkKeys(criterion, ["protocol_default", "sources", "protocols"], "criterion");
  const { protocol_default: fallback, sources } = criterion;
  if (fallback === undefined || sources === undefined) {
    throw refusal(422, "A criterion requires protocol_default and sources.");
  }
  if (fallback !== "any" && fallback !== "none") throw badValue(context.quirks, "protocol_default", fallback);
  if (!isArray(sources)) throw refusal(400, "The sources of a criterion must be an array.");
  for (const source of sources) checkSource(context, source);
}

function checkSource(context: Context, source: Json): void {
  if (!isObject(source)) throw refusal(400, "A source must be an object.");
  checkKeys(source, ["type", "id"], "source");
  const { type, id } = source;
  if (type !== "device" && type !== "device_group") throw badValue(context.quirks, "type", type ?? null);
  if (typeof id !== "number" || !Number.isSafeInteger(id))
    throw refusal(400, "The id of a source must be an integer.");
  if (context.state.get(type === "device" ? "devices" : "devicegroups", id) === undefined) {
    throw refusal(422, `There is no ${type} with the id ${id}.`);
  }
}

/** What a user sets on a device shows in the fields that everybody reads. */
function completeDevice(context: Context, { body, after }: Write): JsonObject {
  const custom = after.custom_name;
  const names = [custom, after.dns_name, after.dhcp_name, after.netbios_name, after.cdp_name];
  const display = names.find((name) => typeof name === "string" && name !== "") ?? after.default_name ?? null;
  const made = Boolean(after.custom_make) || Boolean(after.custom_model);
  return {
    ...after,
    ...("custom_name" in body ? { display_name: display } : {}),
    ...("custom_type" in body ? { custom_type: after.custom_type ?? "", role: role(after) } : {}),
    ...("custom_criticality" in body ? { critical: after.custom_criticality === "critical" } : {}),
    model_override: made ? "Custom" : null,
    user_mod_time: context.state.modTime(after.user_mod_time),
  };
}

function role(device: JsonObject): Json {
  return device.custom_type || (device.auto_role ?? null);
}
