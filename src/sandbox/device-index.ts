/**
 * Finds devices by a value that they have, so that a search among tens of thousands need not look at each. An
 * index belongs to one list, which is never changed: another list has another index.
 */
import { addressRange, v4Number } from "./addresses.ts";
import type { WireObject } from "./collections.ts";

export interface DeviceIndex {
  /** The devices whose column has this text, whatever its case, in the list's order. */
  readonly withText: (column: string, text: string) => readonly WireObject[];
  /** The devices whose IPv4 address is this or in this CIDR block; undefined for any other operand. */
  readonly withAddress: (operand: string) => readonly WireObject[] | undefined;
}

const INDEXES = new WeakMap<readonly WireObject[], DeviceIndex>();

export function indexOf(devices: readonly WireObject[]): DeviceIndex {
  const known = INDEXES.get(devices);
  if (known !== undefined) return known;
  const index = createIndex(devices);
  INDEXES.set(devices, index);
  return index;
}

/** Columns are read when they are first asked for. */
function createIndex(devices: readonly WireObject[]): DeviceIndex {
  const columns = new Map<string, ReadonlyMap<string, readonly WireObject[]>>();
  let addresses: readonly Addressed[] | undefined;
  return {
    withText: (name, text) => {
      const column = columns.get(name) ?? readColumn(devices, name);
      columns.set(name, column);
      return column.get(text.toLowerCase()) ?? [];
    },
    withAddress: (operand) => {
      const range = addressRange(operand);
      if (range === undefined) return undefined;
      addresses ??= readAddresses(devices);
      return between(addresses, range.first, range.last).toSorted((a, b) => a.id - b.id);
    },
  };
}

function readColumn(
  devices: readonly WireObject[],
  column: string,
): ReadonlyMap<string, readonly WireObject[]> {
  const found = new Map<string, WireObject[]>();
  for (const device of devices) {
    const value = device[column];
    if (typeof value !== "string") continue;
    const same = found.get(value.toLowerCase());
    if (same === undefined) found.set(value.toLowerCase(), [device]);
    else same.push(device);
  }
  return found;
}

interface Addressed {
  readonly address: number;
  readonly device: WireObject;
}

/** By address. */
function readAddresses(devices: readonly WireObject[]): readonly Addressed[] {
  return devices
    .flatMap((device) => {
      const { ipaddr4 } = device;
      return typeof ipaddr4 === "string" ? [{ address: v4Number(ipaddr4), device }] : [];
    })
    .sort((a, b) => a.address - b.address);
}

function between(addresses: readonly Addressed[], first: number, last: number): readonly WireObject[] {
  const found: WireObject[] = [];
  for (let i = lowerBound(addresses, first); i < addresses.length; i += 1) {
    const entry = addresses[i];
    if (entry === undefined || entry.address > last) break;
    found.push(entry.device);
  }
  return found;
}

/** The place of the first address that is not below. */
function lowerBound(addresses: readonly Addressed[], least: number): number {
  let [low, high] = [0, addresses.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((addresses[middle]?.address ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
