/**
 * What to connect to: host, API key and trust, checked once before the first request. Everything a
 * user can get wrong here is a HopsyncError with its own code; none of them shows the key.
 */
import { HopsyncError } from "../errors.ts";
import { readTrust, type Trust } from "./trust.ts";

/** As the command line and the environment give it. */
export interface ConnectionOptions {
  readonly host: string;
  readonly apiKey: string;
  readonly caFile?: string;
  readonly fingerprint?: string;
  readonly insecure?: boolean;
}

export interface Host {
  /** `https://eda:8443`: scheme, host and port, nothing else. */
  readonly origin: string;
  /** Host and port as the user gave them. */
  readonly host: string;
}

export interface Connection extends Host {
  readonly trust: Trust;
  /** A function, so that printing a connection never prints the key. */
  readonly apiKey: () => string;
}

/** Checks the options and reads the CA file. Sends nothing. */
export async function readConnection(options: ConnectionOptions): Promise<Connection> {
  const host = parseHost(options.host);
  const apiKey = parseApiKey(options.apiKey);
  const trust = await readTrust(options, host.origin);
  return { ...host, trust, apiKey: () => apiKey };
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
  if (host.includes("@")) return "It holds a user name or password; an appliance takes an API key only.";
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
    `http://${host} would carry the API key over the network in clear; http is for this machine only.`,
    { hint: `Write https://${host}, and --fingerprint or --ca-file if its certificate is self-signed.` },
  );
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Keys read from files end in a newline; what is left must fit into one header, unchanged. */
export function parseApiKey(text: string): string {
  const key = text.trim();
  const source = "It comes from EXTRAHOP_API_KEY, --api-key-file or the project file.";
  if (key === "") throw new HopsyncError("api-key", "The API key is empty.", { hint: source });
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new HopsyncError(
      "api-key",
      "The API key holds white space, a control character or a letter outside ASCII, so it cannot stand in a request.",
      { hint: `${source} A key is one word; look for a second line or a quote that came with it.` },
    );
  }
  return key;
}
