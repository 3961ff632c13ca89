/** IP addresses and CIDR blocks as filter operands. */
import { BlockList, isIPv4, isIPv6 } from "node:net";

export type AddressTest = (address: string) => boolean;

/** What an `ipaddr` operand matches, or undefined when it is neither an address nor a CIDR block. */
export function addressTest(operand: string): AddressTest | undefined {
  const [address = "", length, ...rest] = operand.split("/");
  if (rest.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return undefined;
  if (isIPv4(address)) return v4Test(operand);
  return isIPv6(address) ? v6Test(address, Number(length ?? 128)) : undefined;
}

/** The first and the last address of an IPv4 operand, or undefined for any other. */
export function addressRange(operand: string): { readonly first: number; readonly last: number } | undefined {
  const [address = "", length = "32", ...rest] = operand.split("/");
  if (rest.length > 0 || !isIPv4(address) || !/^\d{1,2}$/.test(length) || Number(length) > 32)
    return undefined;
  const size = 2 ** (32 - Number(length));
  const first = Math.floor(v4Number(address) / size) * size;
  return { first, last: first + size - 1 };
}

/** By integer: a BlockList costs microseconds per address, too much for every device of a large network. */
function v4Test(operand: string): AddressTest | undefined {
  const range = addressRange(operand);
  if (range === undefined) return undefined;
  return (address) => {
    if (!isV4Like(address)) return false;
    const number = v4Number(address);
    return number >= range.first && number <= range.last;
  };
}

function v6Test(network: string, length: number): AddressTest | undefined {
  if (length > 128) return undefined;
  const block = new BlockList();
  block.addSubnet(network, length, "ipv6");
  return (address) => address.includes(":") && block.check(address, "ipv6");
}

function isV4Like(address: string): boolean {
  return address !== "" && !address.includes(":");
}

/** An IPv4 address as an integer. */
export function v4Number(address: string): number {
  let value = 0;
  for (const part of address.split(".")) value = value * 256 + Number(part);
  return value;
}
