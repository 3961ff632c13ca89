/**
 * Device selectors → devices (design §3), over every device the appliance has ever seen. Literal
 * selectors are asked for in batches, since one search answers many of them.
 */
import { isIP } from "node:net";
import type { AppliancePort } from "../appliance/port.ts";
import { canonicalJson } from "../json.ts";
import { describeDevice } from "../kinds/targets.ts";
import { wireId } from "../kinds/wire.ts";
import type { DeviceSelector, JsonObject, LiveTarget, Manifest, Reference } from "../model.ts";

/** What each selector matches, by `selectorKey`. */
export type SelectedDevices = ReadonlyMap<string, readonly LiveTarget[]>;

/** Milliseconds since the epoch: from the first device on, not only those active now. */
export const SINCE_EVER = 1;

/** Rules in one search. The vendor documents no limit; this keeps a request well under 10 kB. */
const BATCH = 100;

type Literal = Extract<DeviceSelector, { value: string; by: "ip" | "name" | "mac" | "discovery_id" | "id" }>;

/** Equal selectors have equal keys. */
export function selectorKey(selector: DeviceSelector): string {
  return canonicalJson({ ...selector });
}

/** Every reference to devices in the manifest. */
export function deviceReferences(manifest: Manifest): readonly Extract<Reference, { to: "device" }>[] {
  return manifest.resources.flatMap((resource) =>
    Object.values(resource.relations).flatMap((references) =>
      references.flatMap((reference) => (reference.to === "device" ? [reference] : [])),
    ),
  );
}

/** Every selector of the manifest, once. */
export function selectorsOf(manifest: Manifest): readonly DeviceSelector[] {
  const all = deviceReferences(manifest).map(({ selector }) => selector);
  return [...new Map(all.map((selector) => [selectorKey(selector), selector])).values()];
}

/** Asks the appliance for what each selector matches; a selector that matches nothing has an empty list. */
export async function selectDevices(
  port: AppliancePort,
  selectors: readonly DeviceSelector[],
): Promise<SelectedDevices> {
  const batches = Object.values(LITERALS).flatMap((literal) =>
    inBatches(selectors.filter((s): s is Literal => s.by === literal.by && !isNetwork(s))).map((batch) =>
      searchBatch(port, literal, batch),
    ),
  );
  const single = selectors.flatMap((selector) => {
    const answer = askOne(port, selector);
    return answer === undefined ? [] : [answer.then((devices): Answer => [[selectorKey(selector), devices]])];
  });
  return new Map(
    (await Promise.all([...batches, ...single])).flat().map(([key, wires]) => [key, wires.map(toTarget)]),
  );
}

type Answer = readonly (readonly [string, readonly JsonObject[]])[];

function toTarget(wire: JsonObject): LiveTarget {
  return { id: wireId(wire, "/devices"), ...describeDevice(wire) };
}

/** Selectors that stand alone, one request each: an id, a network, a filter and a free search. */
function askOne(port: AppliancePort, selector: DeviceSelector): Promise<readonly JsonObject[]> | undefined {
  switch (selector.by) {
    case "id":
      return port.find(`/devices/${selector.value}`).then((device) => (device === undefined ? [] : [device]));
    case "ip":
      return isNetwork(selector) ? port.search(ipFilter(selector.value)) : undefined;
    case "filter":
      return port.search({ active_from: SINCE_EVER, filter: selector.filter });
    case "search":
      return port.listPages("/devices", {
        active_from: SINCE_EVER,
        search_type: selector.type,
        value: selector.value,
      });
    default:
      return undefined;
  }
}

function ipFilter(operand: string): JsonObject {
  return { active_from: SINCE_EVER, filter: { field: "ipaddr", operator: "=", operand } };
}

interface LiteralSearch {
  readonly by: Literal["by"];
  /** The filter field that finds it (guide 8.7 "Operand values for device search"). */
  readonly field: string;
  /** The value of a device that equals the selector's value, in the form of `normal`. */
  readonly valueOf: (device: JsonObject) => readonly unknown[];
  readonly normal: (value: string) => string;
  /**
   * Whether the appliance may find devices by values they do not show, such as a second IP address.
   * Then a batch is split while a device is there for no visible reason, or a selector found nothing
   * although devices were found that may be its.
   */
  readonly hiddenValues: boolean;
}

const LITERALS: readonly LiteralSearch[] = [
  {
    by: "ip",
    field: "ipaddr",
    valueOf: (device) => [device.ipaddr4, device.ipaddr6],
    normal: plainAddress,
    hiddenValues: true,
  },
  {
    by: "mac",
    field: "macaddr",
    valueOf: (device) => [device.macaddr],
    normal: (value) => value.toUpperCase(),
    hiddenValues: true,
  },
  {
    by: "name",
    field: "name",
    valueOf: (d) => [d.display_name],
    normal: (value) => value,
    hiddenValues: false,
  },
  {
    by: "discovery_id",
    field: "discovery_id",
    valueOf: (device) => [device.discovery_id],
    normal: (value) => value,
    hiddenValues: false,
  },
];

/** The one spelling of an IP address: `2001:DB8:0::1` is `2001:db8::1`. */
function plainAddress(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

function isNetwork(selector: DeviceSelector): boolean {
  return selector.by === "ip" && selector.value.includes("/");
}

function inBatches<T>(items: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / BATCH) }, (_, i) =>
    items.slice(i * BATCH, (i + 1) * BATCH),
  );
}

async function searchBatch(
  port: AppliancePort,
  literal: LiteralSearch,
  batch: readonly Literal[],
): Promise<Answer> {
  const rules = batch.map(({ value }) => ({ field: literal.field, operator: "=", operand: value }));
  const [rule] = rules;
  if (rule === undefined) return [];
  const filter = rules.length === 1 ? rule : { operator: "or", rules };
  const found = await port.search({ active_from: SINCE_EVER, filter });
  if (literal.hiddenValues && batch.length === 1)
    return batch.map((selector) => [selectorKey(selector), found]);
  const index = indexByValue(literal, found);
  const answer = batch.map((s): Answer[number] => [selectorKey(s), index.get(literal.normal(s.value)) ?? []]);
  return literal.hiddenValues && !isExplained(answer, found) ? searchHalves(port, literal, batch) : answer;
}

function isExplained(answer: Answer, found: readonly JsonObject[]): boolean {
  const explained = new Set(answer.flatMap(([, devices]) => devices));
  return (
    explained.size === found.length &&
    (found.length === 0 || answer.every(([, devices]) => devices.length > 0))
  );
}

function indexByValue(
  literal: LiteralSearch,
  devices: readonly JsonObject[],
): ReadonlyMap<string, JsonObject[]> {
  const index = new Map<string, JsonObject[]>();
  for (const device of devices) {
    for (const value of literal.valueOf(device)) {
      if (typeof value !== "string" || value === "") continue;
      const key = literal.normal(value);
      index.set(key, [...(index.get(key) ?? []), device]);
    }
  }
  return index;
}

async function searchHalves(
  port: AppliancePort,
  literal: LiteralSearch,
  batch: readonly Literal[],
): Promise<Answer> {
  const half = Math.ceil(batch.length / 2);
  const halves = [batch.slice(0, half), batch.slice(half)];
  return (await Promise.all(halves.map((part) => searchBatch(port, literal, part)))).flat();
}

/** Names that are looked up for suggestions in one run; more are hardly slips. */
const MAX_SUGGESTIONS = 5;

/**
 * Names of devices that begin like those that were not found, to suggest one of them. Asked only when the
 * run cannot go on anyway.
 */
export async function similarNames(
  port: AppliancePort,
  references: readonly Extract<Reference, { to: "device" }>[],
  found: SelectedDevices,
): Promise<readonly string[]> {
  const missing = references.flatMap(({ selector, optional }) =>
    selector.by === "name" && !optional && found.get(selectorKey(selector))?.length === 0
      ? [selector.value]
      : [],
  );
  const searches = [...new Set(missing)].slice(0, MAX_SUGGESTIONS).map((name) => {
    const operand = name.slice(0, Math.ceil(name.length / 2));
    return port.search({
      active_from: SINCE_EVER,
      filter: { field: "name", operator: "startswith", operand },
    });
  });
  const wires = (await Promise.all(searches)).flat();
  return wires.flatMap(({ display_name: name }) => (typeof name === "string" ? [name] : []));
}
