/** IP addresses and CIDR blocks as filter operands. */
import { BlockList, isIPv4, isIPv6 } from "node:net";

export type AddressTest = (address: string) => boolean;

/** What an `ipaddr` operand matches, or undefined when it is neither an address nor a CIDR block. */
export function addressTest(operand: string): AddressTest | undefined {
  const [address = "", length, ...rest] = operand.split("/");
  if (rest.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return undefined;
  if (isIPv4(address)) return v4Test(address, Number(length ?? 32));
  return isIPv6(address) ? v6Test(address, Number(length ?? 128)) : undefined;
}

/** By integer: a BlockList costs microseconds per address, too much for every device of a large network. */
function v4Test(network: string, length: number): AddressTest | undefined {
  if (length > 32) return undefined;
  const shift = 2 ** (32 - length);
  const wanted = Math.floor(v4Number(network) / shift);
  return (address) => isV4Like(address) && Math.floor(v4Number(address) / shift) === wanted;
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

function v4Number(address: string): number {
  let value = 0;
  for (const part of address.split(".")) value = value * 256 + Number(part);
  return value;
}
