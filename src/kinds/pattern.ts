/**
 * Regular expressions as firmware before 8 knows devices by them (guides 5.2 and 7: `10.20.0.[0-9]+` for a
 * subnet). Only what every dialect of them has is written: groups, alternatives and classes.
 */
import { isIP } from "node:net";

const SPECIAL = /[\\^$.*+?()[\]{}|/]/g;

/** A pattern that matches this text alone. */
export function escapePattern(text: string): string {
  return text.replace(SPECIAL, "\\$&");
}

/** The text of a pattern that `escapePattern` made; undefined for any other. */
export function unescapePattern(pattern: string): string | undefined {
  const text = pattern.replace(/\\(.)/gs, "$1");
  return escapePattern(text) === pattern ? text : undefined;
}

/** Any of these texts, whole. */
export function anyOf(texts: readonly string[]): string {
  return `^(${texts.map(escapePattern).join("|")})$`;
}

const OCTET = "[0-9]+";

/**
 * Every address of a network, whole. Exact for IPv4; for IPv6, which has several spellings, all that begin with
 * the groups that are written in each of them, so that what is found has to be looked at.
 */
export function networkPattern(cidr: string): string {
  const [address = "", length = ""] = cidr.split("/");
  return isIP(address) === 4 ? ipv4Pattern(address, Number(length)) : ipv6Pattern(address, Number(length));
}

function ipv4Pattern(address: string, length: number): string {
  const octets = address.split(".").map((octet, i): string => {
    const bits = Math.min(8, Math.max(0, length - 8 * i));
    if (bits === 0) return OCTET;
    const size = 2 ** (8 - bits);
    const first = Math.floor(Number(octet) / size) * size;
    return size === 1 ? octet : `(${Array.from({ length: size }, (_, k) => first + k).join("|")})`;
  });
  return `^${octets.join("\\.")}$`;
}

function ipv6Pattern(address: string, length: number): string {
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split(":");
  const whole = groups.slice(0, Math.floor(length / 16));
  const end = whole.findIndex((group) => group === "" || group === "0");
  const sure = end === -1 ? whole : whole.slice(0, end);
  return `^${sure.map((group) => `${group}:`).join("")}.*:.*$`;
}

/** The network that `networkPattern` made this of, for IPv4; undefined for any other pattern. */
export function patternNetwork(pattern: string): string | undefined {
  const parts = pattern.slice(1, -1).split("\\.");
  const sizes = parts.map((part) => (part === OCTET ? 256 : part.split("|").length));
  const address = parts
    .map((part) => (part === OCTET ? 0 : Number.parseInt(part.replace("(", ""), 10)))
    .join(".");
  const length = sizes.reduce((bits, size) => bits + 8 - Math.log2(size), 0);
  const cidr = `${address}/${length}`;
  const isNetwork = isIP(address) === 4 && Number.isInteger(length) && length < 32;
  return isNetwork && ipv4Pattern(address, length) === pattern ? cidr : undefined;
}
