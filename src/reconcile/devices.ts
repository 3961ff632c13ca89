/**
 * Device selectors → devices (design §3), over every device the appliance has ever seen. How they are asked for
 * depends on the firmware; literal selectors are asked for many at once.
 */
import type { AppliancePort } from "../appliance/port.ts";
import { isWithin } from "../kinds/firmware.ts";
import { describeDevice, deviceName, FILTER_SEARCH, selectorLack } from "../kinds/targets.ts";
import { wireId } from "../kinds/wire.ts";
import type { DeviceSelector, JsonObject, LiveTarget, Manifest, Reference } from "../model.ts";
import {
  type DeviceAnswer,
  type DeviceLookup,
  isNetwork,
  LITERALS,
  listByType,
  literalsOf,
  selectorKey,
} from "./device-selectors.ts";
import { BY_FILTER } from "./devices-by-filter.ts";
import { BY_TYPE } from "./devices-by-type.ts";

/** What each selector matches, by `selectorKey`. */
export type SelectedDevices = ReadonlyMap<string, readonly LiveTarget[]>;

function lookupOf(firmware: string): DeviceLookup {
  return isWithin(firmware, FILTER_SEARCH) ? BY_FILTER : BY_TYPE;
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

/**
 * Asks the appliance for what each selector matches; a selector that matches nothing has an empty list, and one
 * that the firmware cannot answer none, which is an error of its own.
 */
export async function selectDevices(
  port: AppliancePort,
  firmware: string,
  selectors: readonly DeviceSelector[],
): Promise<SelectedDevices> {
  const lookup = lookupOf(firmware);
  const possible = selectors.filter((selector) => selectorLack(selector, firmware) === undefined);
  const batches = LITERALS.flatMap((literal) =>
    lookup
      .inBatches(literalsOf(possible, literal))
      .map((batch) => lookup.findLiterals(port, literal, batch).then(targetsOf)),
  );
  const single = possible.flatMap((selector) => {
    const answer = askOne(port, lookup, selector);
    return answer === undefined ? [] : [answer.then((found) => targetsOf([[selectorKey(selector), found]]))];
  });
  return new Map((await Promise.all([...batches, ...single])).flat());
}

/** What is kept of devices, as soon as they are there: searches may find tens of thousands of them. */
function targetsOf(answer: DeviceAnswer): readonly (readonly [string, readonly LiveTarget[]])[] {
  return answer.map(([key, wires]) => [key, wires.map(toTarget)]);
}

function toTarget(wire: JsonObject): LiveTarget {
  return { id: wireId(wire, "/devices"), ...describeDevice(wire) };
}

/** Selectors that stand alone, one request each: an id, a network, a filter and a free search. */
function askOne(
  port: AppliancePort,
  { findNetwork, findByFilter }: DeviceLookup,
  selector: DeviceSelector,
): Promise<readonly JsonObject[]> | undefined {
  switch (selector.by) {
    case "id":
      return port.find(`/devices/${selector.value}`).then((device) => (device === undefined ? [] : [device]));
    case "ip":
      return isNetwork(selector) ? findNetwork(port, selector.value) : undefined;
    case "filter":
      return findByFilter?.(port, selector.filter);
    case "search":
      return listByType(port, selector.type, selector.value);
    default:
      return undefined;
  }
}

/** Names that are looked up for suggestions in one run; more are hardly slips. */
const MAX_SUGGESTIONS = 5;

/**
 * Names of devices that begin like those that were not found, to suggest one of them. Asked only when the
 * run cannot go on anyway.
 */
export async function similarNames(
  port: AppliancePort,
  firmware: string,
  references: readonly Extract<Reference, { to: "device" }>[],
  found: SelectedDevices,
): Promise<readonly string[]> {
  const missing = references.flatMap(({ selector, optional }) =>
    selector.by === "name" && !optional && found.get(selectorKey(selector))?.length === 0
      ? [selector.value]
      : [],
  );
  const { findBegunWith } = lookupOf(firmware);
  const searches = [...new Set(missing)]
    .slice(0, MAX_SUGGESTIONS)
    .map((name) => findBegunWith(port, name.slice(0, Math.ceil(name.length / 2))));
  return (await Promise.all(searches)).flat().flatMap((wire) => deviceName(wire) ?? []);
}
