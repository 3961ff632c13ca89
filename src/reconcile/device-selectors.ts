/** What device selectors look for and what devices show of it; how one firmware or another is asked is not here. */
import { isIP } from "node:net";
import type { AppliancePort } from "../appliance/port.ts";
import { canonicalJson, computedOnce } from "../json.ts";
import { deviceName, stableId } from "../kinds/targets.ts";
import type { DeviceSelector, JsonObject } from "../model.ts";

/** Milliseconds since the epoch: from the first device on, not only those active now. */
export const SINCE_EVER = 1;

/** Equal selectors have equal keys. Of manifests with tens of thousands, hardly any is more than one value. */
export function selectorKey(selector: DeviceSelector): string {
  if (selector.by === "filter" || selector.by === "search") return nestedKey(selector);
  return `${selector.by} ${selector.value}`;
}

const nestedKey: (selector: DeviceSelector) => string = computedOnce((selector) =>
  canonicalJson({ ...selector }),
);

/** Devices by `selectorKey` of what found them. */
export type DeviceAnswer = readonly (readonly [string, readonly JsonObject[]])[];

/** How one generation of firmware is asked for devices. */
export interface DeviceLookup {
  /** As many as are asked for at once. */
  readonly inBatches: (literals: readonly Literal[]) => readonly (readonly Literal[])[];
  readonly findLiterals: (
    port: AppliancePort,
    literal: LiteralSearch,
    batch: readonly Literal[],
  ) => Promise<DeviceAnswer>;
  readonly findNetwork: Find<string>;
  /** Where the firmware knows filters. */
  readonly findByFilter?: Find<JsonObject>;
  /** The devices whose names begin so. */
  readonly findBegunWith: Find<string>;
}

type Find<T> = (port: AppliancePort, sought: T) => Promise<readonly JsonObject[]>;

/** `GET /devices` with a search type and a value: a literal, or a regular expression. */
export function listByType(port: AppliancePort, type: string, value: string): Promise<readonly JsonObject[]> {
  return port.listPages("/devices", { active_from: SINCE_EVER, search_type: type, value });
}

/** A selector of one value; an address may also be a network. */
export type Literal = Extract<
  DeviceSelector,
  { value: string; by: "ip" | "name" | "mac" | "discovery_id" | "id" }
>;

export function isNetwork(selector: DeviceSelector): boolean {
  return selector.by === "ip" && selector.value.includes("/");
}

/** Those of the selectors that name one value of this sort. */
export function literalsOf(
  selectors: readonly DeviceSelector[],
  { by }: Pick<LiteralSearch, "by">,
): readonly Literal[] {
  return selectors.filter((selector): selector is Literal => selector.by === by && !isNetwork(selector));
}

export interface LiteralSearch {
  readonly by: Literal["by"];
  /** The filter field that finds it (guide 8.7 "Operand values for device search"). */
  readonly field: string;
  /** The search type that finds it, where there are no filters. */
  readonly type: string;
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

export const LITERALS: readonly LiteralSearch[] = [
  {
    by: "ip",
    field: "ipaddr",
    type: "ip address",
    valueOf: (device) => [device.ipaddr4, device.ipaddr6],
    normal: plainAddress,
    hiddenValues: true,
  },
  {
    by: "mac",
    field: "macaddr",
    type: "mac address",
    valueOf: (device) => [device.macaddr],
    normal: (value) => value.toUpperCase(),
    hiddenValues: true,
  },
  {
    by: "name",
    field: "name",
    type: "name",
    valueOf: (device) => [deviceName(device)],
    normal: (value) => value,
    hiddenValues: false,
  },
  {
    by: "discovery_id",
    field: "discovery_id",
    type: "any",
    valueOf: (device) => [stableId(device)],
    normal: (value) => value,
    hiddenValues: false,
  },
];

/** The one spelling of an IP address: `2001:DB8:0::1` is `2001:db8::1`. */
function plainAddress(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

/** Devices by the values of theirs that a selector can name, in the form of `normal`. */
export function indexByValue(
  literal: LiteralSearch,
  devices: readonly JsonObject[],
): ReadonlyMap<string, JsonObject[]> {
  const index = new Map<string, JsonObject[]>();
  for (const device of devices) {
    for (const value of literal.valueOf(device)) {
      if (typeof value !== "string" || value === "") continue;
      const key = literal.normal(value);
      const known = index.get(key);
      if (known === undefined) index.set(key, [device]);
      else known.push(device);
    }
  }
  return index;
}
