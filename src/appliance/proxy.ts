/**
 * Which proxy leads to an appliance. What a person sets for curl, Git and Terraform counts here as well: a proxy for
 * https, and what is reached without it. Whatever cannot be used is a HopsyncError that shows no password.
 */
import { BlockList, isIP } from "node:net";
import { HopsyncError } from "../errors.ts";

/** As the environment gives it. */
export interface ProxyOptions {
  /** `http://proxy:3128`, with user and password or without; http where there is no scheme. */
  readonly url: string;
  /** Names, domains, addresses and networks that are reached without it, with commas between them; `*` is all. */
  readonly except?: string;
  /** The variable that holds the address, for messages. */
  readonly variable: string;
}

export interface HttpProxy {
  /** `http://proxy:3128`: scheme, host and port, nothing else. */
  readonly origin: string;
  /** Host and port, for messages. */
  readonly host: string;
  readonly variable: string;
  /** Of the header that says who asks; a function, so that printing a proxy never prints a password. */
  readonly authorization: () => string | undefined;
}

/** Where an https origin is. */
export interface Endpoint {
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
}

/** Port 443 where the origin names none. */
export function endpointOf(origin: string): Endpoint {
  const { hostname, port } = new URL(origin);
  return { host: unbracketed(hostname), port: port === "" ? 443 : Number(port) };
}

/** The proxy for an origin; undefined where that is reached without it. */
export function readProxy(
  { url, except = "", variable }: ProxyOptions,
  origin: string,
): HttpProxy | undefined {
  if (isExcepted(endpointOf(origin), except)) return undefined;
  const text = url.trim();
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(whole)) throw badProxy(variable, "does not hold the address of a proxy");
  const { protocol, origin: own, host, username, password } = new URL(whole);
  if (protocol !== "http:" && protocol !== "https:")
    throw badProxy(variable, "names neither an http nor an https proxy, and hopsync speaks no other");
  const header = basic(variable, username, password);
  return { origin: own, host, variable, authorization: () => header };
}

function basic(variable: string, username: string, password: string): string | undefined {
  if (username === "") return undefined;
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(pair).toString("base64")}`;
  } catch {
    throw badProxy(variable, "holds a user or a password with a % that stands for nothing");
  }
}

function badProxy(variable: string, fault: string): HopsyncError {
  return new HopsyncError("proxy-address", `${variable} ${fault}.`, {
    hint: "Write it as http://proxy.example.com:3128, or add the appliance to NO_PROXY. A % in a password is %25.",
  });
}

// ---------------------------------------------------------------- what is reached without it

function isExcepted({ host, port }: Endpoint, except: string): boolean {
  const entries = except.toLowerCase().split(/[\s,]+/);
  return entries.some((entry) => covers(entry, host, String(port)));
}

function covers(entry: string, name: string, port: string): boolean {
  if (entry === "*") return true;
  const { host, ofPort = port } = parseEntry(entry);
  if (host === "" || ofPort !== port) return false;
  if (isIP(name) !== 0) return coversAddress(host, name);
  const domain = host.replace(/^\*?\./, "");
  return name === domain || name.endsWith(`.${domain}`);
}

/** A colon stands before a port, unless the entry is an IPv6 address without brackets. */
function parseEntry(entry: string): { readonly host: string; readonly ofPort?: string } {
  const [, host, ofPort] = /^([^:]*|\[.*\]):(\d+)$/.exec(entry) ?? [];
  if (host === undefined || ofPort === undefined) return { host: unbracketed(entry) };
  return { host: unbracketed(host), ofPort };
}

function unbracketed(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}

/** An address or a network, as `10.0.0.0/8`. */
function coversAddress(entry: string, address: string): boolean {
  const [, network = "", length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
  const [family, most] = isIP(address) === 4 ? (["ipv4", 32] as const) : (["ipv6", 128] as const);
  const bits = Number(length ?? most);
  if (isIP(network) !== isIP(address) || bits > most) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family);
  return list.check(address, family);
}
