/** Texts that people write for a device: IP addresses, CIDR blocks, MAC addresses, names. */
import { isIP } from "node:net";
import type { DeviceSelector } from "../model.ts";
import { caution, type Finding, failure } from "./codes.ts";

/** What a text means, with what is questionable about it. */
export interface Reading {
  readonly selector: DeviceSelector;
  readonly findings: readonly Finding[];
}

const MAC_FORMS = [
  /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i,
  /^([0-9a-f]{2}-){5}[0-9a-f]{2}$/i,
  /^([0-9a-f]{4}\.){2}[0-9a-f]{4}$/i,
];

/** Texts that nobody would take for a name, and that a slip makes of an address. */
const LIKE_ADDRESS = [
  /^[0-9]+(\.[0-9]+)+\.?(\/[0-9]*)?$/,
  /^[0-9a-f]*(:[0-9a-f]*){2,}(%.*)?(\/[0-9]*)?$/i,
  /^([0-9a-f]{2}-){4,}[0-9a-f]{2}$/i,
];

/** A bare string: an address, CIDR block or MAC when it reads as one, else a name. */
export function readBare(text: string): Reading | Finding {
  const trimmed = text.trim();
  const reading = readIp(trimmed) ?? readMac(trimmed);
  if (reading !== undefined && trimmed === text) return reading;
  if (reading !== undefined || LIKE_ADDRESS.some((form) => form.test(trimmed)) || isBadBlock(trimmed)) {
    return badAddress(text, "an address, CIDR block or MAC");
  }
  return { selector: { by: "name", value: text }, findings: [] };
}

/** The text of an `ip` selector. */
export function readIpSelector(text: string): Reading | Finding {
  return readIp(text) ?? badAddress(text, "an address or CIDR block");
}

/** The text of a `mac` selector. */
export function readMacSelector(text: string): Reading | Finding {
  return readMac(text) ?? badAddress(text, "a MAC address such as 00:05:93:FF:FC:28");
}

function badAddress(text: string, expected: string): Finding {
  return failure(
    "bad-address",
    `${JSON.stringify(text)} is not ${expected}. Correct it, or write {name: ${JSON.stringify(text)}} if a device has this name.`,
  );
}

function readMac(text: string): Reading | undefined {
  if (!MAC_FORMS.some((form) => form.test(text))) return undefined;
  const digits = text.replace(/[^0-9a-f]/gi, "").toUpperCase();
  return { selector: { by: "mac", value: digits.replace(/..(?!$)/g, "$&:") }, findings: [] };
}

function readIp(text: string): Reading | undefined {
  const value = text.toLowerCase();
  const [address = "", prefix, more] = value.split("/");
  const bits = { 4: 32, 6: 128 }[isIP(address)];
  // A zone is a matter of one machine, not of a device's address.
  if (bits === undefined || address.includes("%") || more !== undefined) return undefined;
  if (prefix === undefined) return { selector: { by: "ip", value }, findings: [] };
  if (!/^(0|[1-9][0-9]{0,2})$/.test(prefix) || Number(prefix) > bits) return undefined;
  return readBlock(value, address, Number(prefix), bits);
}

/** An address with a prefix that is none. */
function isBadBlock(text: string): boolean {
  return isIP(text.split("/")[0] ?? "") !== 0;
}

/** The network itself is selected, since an appliance may refuse an address with host bits as a block. */
function readBlock(written: string, address: string, prefix: number, bits: number): Reading {
  const number = bits === 32 ? ipv4Number(address) : ipv6Number(address);
  const hostSize = BigInt(bits - prefix);
  const network = (number >> hostSize) << hostSize;
  if (network === number) return { selector: { by: "ip", value: written }, findings: [] };
  const block = `${bits === 32 ? ipv4Text(network) : ipv6Text(network)}/${prefix}`;
  const detail = `${written} means the whole network ${block}. Write ${block}, or the address without /${prefix}.`;
  return { selector: { by: "ip", value: block }, findings: [caution("host-bits", detail)] };
}

function ipv4Number(address: string): bigint {
  return address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function ipv4Text(number: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((number >> shift) & 255n)).join(".");
}

/** URL parsing writes any IPv6 form, one that ends as IPv4 included, in hexadecimal groups. */
function ipv6Number(address: string): bigint {
  const [left = "", right] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const groups = (text: string | undefined): readonly string[] =>
    text === undefined || text === "" ? [] : text.split(":");
  const [head, tail] = [groups(left), groups(right)];
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return [...head, ...zeros, ...tail].reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

function ipv6Text(number: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((number >> BigInt(112 - 16 * i)) & 65_535n).toString(16),
  );
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}
