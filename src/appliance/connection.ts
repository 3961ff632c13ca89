/**
 * What to connect to: host, credentials and trust, checked once before the first request. Everything a
 * user can get wrong here is a HopsyncError with its own code; none of them shows a key or a secret.
 */
import { HopsyncError } from "../errors.ts";
import { type Credentials, parseCredentials, type Words, wordsOf } from "./credentials.ts";
import { type HttpProxy, type ProxyOptions, readProxy } from "./proxy.ts";
import { readTrust, type Trust, type TrustOptions } from "./trust.ts";

/** As the command line and the environment give it. */
export type ConnectionOptions = {
  readonly host: string;
  /** Loopback is reached without it. */
  readonly proxy?: ProxyOptions;
} & Credentials &
  TrustOptions;

export interface Host {
  /** `https://eda:8443`: scheme, host and port, nothing else. */
  readonly origin: string;
  /** Host and port as the user gave them. */
  readonly host: string;
}

export interface Connection extends Host {
  readonly trust: Trust;
  readonly proxy?: HttpProxy;
  /** A function, so that printing a connection never prints them. */
  readonly credentials: () => Credentials;
  readonly words: Words;
}

/** Checks the options and reads the CA file. Sends nothing. */
export async function readConnection(options: ConnectionOptions): Promise<Connection> {
  const host = parseHost(options.host);
  const credentials = parseCredentials(options);
  const trust = await readTrust(options, host.origin);
  const proxy = proxyOf(options.proxy, host.origin);
  const connection = { ...host, trust, credentials: () => credentials, words: wordsOf(credentials) };
  return proxy === undefined ? connection : { ...connection, proxy };
}

function proxyOf(options: ProxyOptions | undefined, origin: string): HttpProxy | undefined {
  if (options === undefined || isLoopback(new URL(origin).hostname)) return undefined;
  return readProxy(options, origin);
}

/** A name, `host:port`, `[v6]:port` or an https URL; plain http for loopback only. */
export function parseHost(text: string): Host {
  const trimmed = text.trim();
  const [, scheme = "https", authority = ""] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(trimmed) ?? [];
  const host = authority.replace(/\/$/, "");
  const fault = hostFault(scheme.toLowerCase(), host);
  if (fault !== undefined) throw badHost(fault);
  const origin = `${scheme.toLowerCase()}://${host}`;
  if (!URL.canParse(origin))
    throw badHost(`${JSON.stringify(host)} is not a host name, an address or host:port.`);
  const url = new URL(origin);
  if (url.port === "0") throw badHost("Port 0 cannot be connected to.");
  if (url.protocol === "http:" && !isLoopback(url.hostname)) throw clearText(host);
  return { origin: url.origin, host };
}

/** The text of a host that holds user info is never repeated, since that may be a password. */
function hostFault(scheme: string, host: string): string | undefined {
  if (scheme !== "https" && scheme !== "http") return `hopsync speaks https, not ${scheme}.`;
  if (host === "") return "The host is empty.";
  if (host.includes("@")) return "It holds a user name or password; only host and port belong there.";
  if (host.includes("?") || host.includes("#"))
    return "It holds a query or a fragment; only host and port belong there.";
  if (/[/\\]/.test(host)) return "It holds a path; hopsync adds /api/v1 itself.";
  if (/\s/.test(host)) return "It holds white space.";
  if (/^[^[]*:[^[]*:/.test(host))
    return "An IPv6 address stands in brackets: [2001:db8::1] or [2001:db8::1]:8443.";
  return undefined;
}

function badHost(fault: string): HopsyncError {
  return new HopsyncError("host", `The appliance's host cannot be used. ${fault}`, {
    hint: "Give a name, host:port, [IPv6]:port or an https URL without a path, for instance eda.example.com.",
  });
}

function clearText(host: string): HopsyncError {
  return new HopsyncError(
    "host",
    `http://${host} would carry a key or a secret over the network in clear; http is for this machine only.`,
    { hint: `Write https://${host}, and --fingerprint or --ca-file if its certificate is self-signed.` },
  );
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
