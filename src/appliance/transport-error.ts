/**
 * The error for a request that got no complete answer. An error of undici or Node is read for its
 * code only and never kept as a cause, since it can hold the request's headers or what was echoed.
 */
import { ApplianceError, type ApplianceErrorCode } from "../errors.ts";
import { sizeText } from "./bounds.ts";
import type { Words } from "./credentials.ts";
import type { Failure, Request } from "./exchange.ts";
import type { HttpProxy } from "./proxy.ts";
import { seenInsteadOfPin } from "./tls.ts";
import type { Trust } from "./trust.ts";
import { TunnelError } from "./tunnel.ts";

export interface TransportContext {
  readonly origin: string;
  readonly host: string;
  readonly trust: Trust;
  readonly proxy?: HttpProxy;
  readonly words: Words;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly attempt: number;
  /** An attempt before this one may have been carried out. */
  readonly mayBeDone: boolean;
  /** True when the deadline of the run, not a person, ended the request. */
  readonly deadlinePassed: boolean;
  readonly fetchFingerprint: () => Promise<string | undefined>;
}

interface Explanation {
  readonly code: ApplianceErrorCode;
  readonly text: string;
  readonly hint?: string;
}

/** Appended to the message of a write that may or may not have been done. */
export const UNKNOWN_OUTCOME =
  "Nobody knows whether it was done; run plan again to see what the appliance has.";

/** The error of a write that may have been done, whatever then went wrong. */
export function inDoubt(
  { code, message, method, path, status, hint }: ApplianceError,
  what: string = UNKNOWN_OUTCOME,
): ApplianceError {
  return new ApplianceError(code, `${message} ${what}`, {
    unknownOutcome: true,
    ...(method === undefined ? {} : { method }),
    ...(path === undefined ? {} : { path }),
    ...(status === undefined ? {} : { status }),
    ...(hint === undefined ? {} : { hint }),
  });
}

export async function transportError(
  request: Request,
  failure: Failure,
  context: TransportContext,
): Promise<ApplianceError> {
  const { code, text, hint } = await explain(failure, context);
  const unknownOutcome = !request.read && (failure.sent || context.mayBeDone);
  const tries = context.attempt > 1 ? ` (${context.attempt} attempts)` : "";
  const outcome = request.read ? "" : ` ${unknownOutcome ? UNKNOWN_OUTCOME : "Nothing was sent."}`;
  return new ApplianceError(code, `[${request.method}] ${request.path}: ${text}${tries}.${outcome}`, {
    method: request.method,
    path: request.path,
    unknownOutcome,
    ...(hint === undefined ? {} : { hint }),
  });
}

async function explain(failure: Failure, context: TransportContext): Promise<Explanation> {
  switch (failure.type) {
    case "timeout":
      return explainTimeout(failure.sent, context);
    case "aborted":
      return { code: "timeout", text: abortText(context) };
    case "too-large":
      return {
        code: "malformed",
        text: `the answer of ${context.host} is larger than the limit of ${sizeText(context.maxBodyBytes)}`,
        hint: "No list of an appliance is that large; check what answers at this address.",
      };
    case "broken":
      return explainError(failure, context);
  }
}

function abortText(context: TransportContext): string {
  return context.deadlinePassed
    ? `the deadline of the run passed before ${context.host} answered`
    : `interrupted before ${context.host} answered`;
}

function explainTimeout(sent: boolean, context: TransportContext): Explanation {
  const seconds = `within ${context.timeoutMs / 1000} s`;
  const hint = "Check that the appliance is up and that no firewall drops the traffic, or raise --timeout.";
  return sent
    ? { code: "timeout", text: `no complete answer from ${context.host} ${seconds}`, hint }
    : { code: "timeout", text: `no connection to ${context.host}${through(context.proxy)} ${seconds}`, hint };
}

async function explainError(
  failure: Extract<Failure, { type: "broken" }>,
  context: TransportContext,
): Promise<Explanation> {
  if (failure.error instanceof TunnelError && context.proxy !== undefined)
    return explainTunnel(failure.error, context.proxy, context.host);
  const code = errorCode(failure.error);
  const seen = seenInsteadOfPin(failure.error);
  if (seen !== undefined) return explainPin(seen, context);
  if (CERTIFICATE_CODES.test(code)) return explainCertificate(code, context);
  if (code.startsWith("ERR_SSL_") || code === "EPROTO") return explainProtocol(code, context);
  if (code.startsWith("HPE_") && !failure.answering) return explainParser(context);
  if (code === "UND_ERR_CONNECT_TIMEOUT") return explainTimeout(false, context);
  return explainSocket(code, failure.answering, context);
}

interface ErrorLike {
  readonly code?: unknown;
  readonly name?: unknown;
  readonly errors?: unknown;
  readonly cause?: unknown;
}

/** Node's or undici's code, also of an error that bundles one per address tried. */
function errorCode(error: unknown): string {
  const { code, name, errors, cause } = error as ErrorLike;
  if (typeof code === "string" && /^\w+$/.test(code)) return code;
  // undici gives its parser's errors a code for some faults only.
  if (name === "HTTPParserError") return "HPE_OTHER";
  const inner = Array.isArray(errors) ? errors[0] : cause;
  return typeof inner === "object" && inner !== null ? errorCode(inner) : "unknown error";
}

// ---------------------------------------------------------------- connections

const UNREACHABLE: Readonly<Record<string, readonly [text: string, hint: string]>> = {
  ENOTFOUND: [
    "the name does not exist",
    "Check the spelling of the host and the DNS server of this machine.",
  ],
  EAI_AGAIN: [
    "the name could not be looked up",
    "The DNS server did not answer; check this machine's network.",
  ],
  ECONNREFUSED: [
    "the connection was refused",
    "The machine is up, but nothing listens on this port; check the port.",
  ],
  EHOSTUNREACH: ["there is no route to it", "Check the address, the network and the VPN of this machine."],
  ENETUNREACH: ["there is no network to it", "Check the network and the VPN of this machine."],
  ETIMEDOUT: [
    "it did not accept a connection in time",
    "A firewall may drop the traffic; check the address.",
  ],
};

const CLOSED = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "UND_ERR_SOCKET"]);

function explainSocket(code: string, answering: boolean, context: TransportContext): Explanation {
  const [text, hint] = UNREACHABLE[code] ?? [];
  if (text !== undefined && hint !== undefined) {
    return { code: "unreachable", text: `cannot reach ${context.host}: ${text} (${code})`, hint };
  }
  if (answering) {
    const broken = `the connection to ${context.host} broke off in the middle of the answer (${code})`;
    return { code: "unreachable", text: broken, hint: "Something between here and the appliance cut it." };
  }
  if (!CLOSED.has(code)) return { code: "unreachable", text: `cannot reach ${context.host} (${code})` };
  return {
    code: "unreachable",
    text: `${context.host} closed the connection without an answer (${code})`,
    hint: context.origin.startsWith("http:")
      ? `It may expect https; try https://${context.host}.`
      : "It may be restarting, or a proxy or firewall in between may have cut the connection.",
  };
}

// ---------------------------------------------------------------- proxies

function through(proxy: HttpProxy | undefined): string {
  return proxy === undefined ? "" : ` through ${nameOf(proxy)}`;
}

function nameOf({ host, variable }: HttpProxy): string {
  return `the proxy ${host} (${variable})`;
}

/** A gateway's failure may pass. */
const PASSING = new Set([502, 503, 504]);

function explainTunnel({ status, reason }: TunnelError, proxy: HttpProxy, host: string): Explanation {
  const around = `If this machine reaches ${host} without the proxy, add it to NO_PROXY.`;
  if (status === undefined) {
    const [text = "there is no connection", hint = ""] = UNREACHABLE[reason] ?? [];
    const what = `cannot reach ${nameOf(proxy)}: ${text} (${reason})`;
    return { code: "unreachable", text: what, hint: `${hint} ${around}`.trim() };
  }
  if (status === 407) return { code: "proxy", ...explainProxyUser(proxy) };
  const text = `${nameOf(proxy)} opens no connection to ${host}: it answers ${status}`;
  return { code: PASSING.has(status) ? "unreachable" : "proxy", text, hint: around };
}

function explainProxyUser(proxy: HttpProxy): Omit<Explanation, "code"> {
  const given = proxy.authorization() !== undefined;
  return {
    text: `${nameOf(proxy)} ${given ? "does not accept the user and password" : "wants a user and a password"} (407)`,
    hint: `Write them into ${proxy.variable} as ${proxy.origin.replace("://", "://USER:PASSWORD@")}.`,
  };
}

function explainParser(context: TransportContext): Explanation {
  return {
    code: "not-an-appliance",
    text: `what answers at ${context.host} does not speak HTTP as an appliance does`,
    hint: "Check host and port.",
  };
}

// ---------------------------------------------------------------- certificates

/** OpenSSL's verification results as Node names them, and Node's own check of the name. */
const CERTIFICATE_CODES =
  /^(CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_MISMATCH|ERROR_IN_C|ERR_TLS_CERT_)/;

const CERTIFICATE_FAULTS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "is signed by a CA that is not trusted here",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "is signed by a CA that is not trusted here",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "is signed by a CA that is not trusted here",
  UNABLE_TO_GET_ISSUER_CERT: "is signed by a CA that is not trusted here",
  CERT_HAS_EXPIRED: "has expired",
  CERT_NOT_YET_VALID: "is not valid yet (or this machine's clock is wrong)",
  ERR_TLS_CERT_ALTNAME_INVALID: "was issued for another name",
  HOSTNAME_MISMATCH: "was issued for another name",
};

async function explainCertificate(code: string, context: TransportContext): Promise<Explanation> {
  const fault = CERTIFICATE_FAULTS[code] ?? "is not trusted";
  const seen = await context.fetchFingerprint();
  const pin =
    seen === undefined
      ? "--fingerprint"
      : `--fingerprint ${seen} (what was seen; check it on the appliance before you trust it)`;
  return {
    code: "tls",
    text: `the certificate of ${context.host} ${fault} (${code}); the ${context.words.secret} was not sent`,
    hint: `Trust its CA with --ca-file, or this one certificate with ${pin}.`,
  };
}

function explainPin(seen: string, context: TransportContext): Explanation {
  const pinned = context.trust.by === "fingerprint" ? context.trust.fingerprint : "none";
  return {
    code: "tls",
    text: `${context.host} shows the certificate ${seen}, not the pinned ${pinned}; the ${context.words.secret} was not sent`,
    hint: "If the certificate was renewed, compare the new fingerprint on the appliance and pin it; if not, somebody else answers.",
  };
}

function explainProtocol(code: string, context: TransportContext): Explanation {
  return {
    code: "tls",
    text: `${context.host} does not speak TLS as expected (${code}); the ${context.words.secret} was not sent`,
    hint: "The port may be one for plain http; an appliance serves its API by https, on port 443 by default.",
  };
}
