/**
 * Devices by `GET /devices`, as firmware before 8 has it: a search type, and a value that is a literal or a
 * regular expression. A value stands in the address of the request, so many literals are asked for as one
 * expression, and whatever is answered is looked at again here: nothing tells how exactly an appliance compares.
 */
import { BlockList, isIP } from "node:net";
import type { AppliancePort } from "../appliance/port.ts";
import { anyOf, escapePattern, networkPattern } from "../kinds/pattern.ts";
import type { JsonObject } from "../model.ts";
import {
  type DeviceAnswer,
  type DeviceLookup,
  indexByValue,
  type Literal,
  type LiteralSearch,
  listByType,
  selectorKey,
} from "./device-selectors.ts";

/** Characters of an expression as it travels: servers refuse lines of more than some 8,000. */
const MOST = 4000;

export const BY_TYPE: DeviceLookup = {
  inBatches,
  findLiterals,
  findNetwork,
  findBegunWith: (port, text) => listByType(port, "name", `^${escapePattern(text)}.*$`),
};

async function findLiterals(
  port: AppliancePort,
  literal: LiteralSearch,
  batch: readonly Literal[],
): Promise<DeviceAnswer> {
  const found = await listByType(port, literal.type, anyOf(batch.map(({ value }) => literal.normal(value))));
  const index = indexByValue(literal, found);
  return batch.map((selector) => [selectorKey(selector), index.get(literal.normal(selector.value)) ?? []]);
}

/** As many as fit into one request. */
function inBatches(literals: readonly Literal[]): readonly (readonly Literal[])[] {
  const batches: Literal[][] = [];
  let left = 0;
  for (const literal of literals) {
    const length = encodeURIComponent(`${escapePattern(literal.value)}|`).length;
    if (length > left) {
      batches.push([]);
      left = MOST;
    }
    batches.at(-1)?.push(literal);
    left -= length;
  }
  return batches;
}

async function findNetwork(port: AppliancePort, cidr: string): Promise<readonly JsonObject[]> {
  const [address = "", length] = cidr.split("/");
  const network = new BlockList();
  network.addSubnet(address, Number(length), familyOf(address));
  const found = await listByType(port, "ip address", networkPattern(cidr));
  return found.filter(({ ipaddr4, ipaddr6 }) =>
    [ipaddr4, ipaddr6].some(
      (value) => typeof value === "string" && isIP(value) !== 0 && network.check(value, familyOf(value)),
    ),
  );
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}
