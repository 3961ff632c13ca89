/**
 * Connections that are trusted before the first byte of a request, and so the key, is sent: undici
 * writes to a socket only after the connector has handed it over.
 */
import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { buildConnector } from "undici";
import type { Connection } from "./connection.ts";
import { endpointOf } from "./proxy.ts";
import type { Trust } from "./trust.ts";
import { openTunnel, type TunnelOptions } from "./tunnel.ts";

const MISMATCH = "HOPSYNC_PIN_MISMATCH";

/** Where connections go. */
type Way = Pick<Connection, "origin" | "proxy">;

/** Connections to the appliance, through its proxy where there is one. */
export function createConnector(
  { origin, proxy, trust }: Way & Pick<Connection, "trust">,
  options: TunnelOptions,
): buildConnector.connector {
  const open = createTrusting(trust, options.timeoutMs);
  if (proxy === undefined) return open;
  return (wanted, callback) => {
    openTunnel(proxy, origin, options).then(
      (httpSocket) => open({ ...wanted, httpSocket }, callback),
      (error: Error) => callback(error, null),
    );
  };
}

/** `rejectUnauthorized` is always stated, since NODE_TLS_REJECT_UNAUTHORIZED would decide otherwise. */
function createTrusting(trust: Trust, timeoutMs: number): buildConnector.connector {
  switch (trust.by) {
    case "system":
      return buildConnector({ rejectUnauthorized: true, timeout: timeoutMs });
    case "ca":
      return buildConnector({ rejectUnauthorized: true, ca: [...trust.certificates], timeout: timeoutMs });
    case "insecure":
      return buildConnector({ rejectUnauthorized: false, timeout: timeoutMs });
    case "fingerprint":
      return createPinnedConnector(trust.fingerprint, timeoutMs);
  }
}

/** Sessions are not resumed, so that every connection shows its certificate. */
function createPinnedConnector(pinned: string, timeoutMs: number): buildConnector.connector {
  const open = buildConnector({ rejectUnauthorized: false, maxCachedSessions: 0, timeout: timeoutMs });
  return (options, callback) => {
    open(options, (...[error, socket]) => {
      if (error !== null || socket === null) return callback(error ?? new Error("no socket"), null);
      const seen = leafFingerprint(socket as TLSSocket);
      if (seen === pinned) return callback(null, socket);
      socket.destroy();
      callback(Object.assign(new Error("pin mismatch"), { code: MISMATCH, seen: seen ?? "none" }), null);
    });
  };
}

/** The fingerprint that stood in place of the pinned one, when that is what failed. */
export function seenInsteadOfPin(error: unknown): string | undefined {
  const { code, seen } = error as { code?: unknown; seen?: unknown };
  return code === MISMATCH && typeof seen === "string" ? seen : undefined;
}

/** The certificate's fingerprint, from a handshake that sends nothing and is then closed. */
export async function fetchFingerprint(
  { origin, proxy }: Way,
  options: TunnelOptions,
): Promise<string | undefined> {
  const endpoint = endpointOf(origin);
  const way =
    proxy === undefined
      ? endpoint
      : await openTunnel(proxy, origin, options).then(
          (socket) => ({ socket }),
          () => undefined,
        );
  if (way === undefined) return undefined;
  return new Promise((resolve) => {
    const socket = connect({
      ...way,
      rejectUnauthorized: false,
      ...(isIP(endpoint.host) === 0 ? { servername: endpoint.host } : {}),
    });
    const finish = (fingerprint: string | undefined): void => {
      socket.destroy();
      resolve(fingerprint);
    };
    socket.setTimeout(options.timeoutMs, () => finish(undefined));
    socket.once("secureConnect", () => finish(leafFingerprint(socket)));
    socket.on("error", () => finish(undefined));
    socket.once("close", () => finish(undefined));
  });
}

function leafFingerprint(socket: TLSSocket): string | undefined {
  // Node answers an empty object when there is no certificate, whatever its types say.
  const raw: Buffer | undefined = socket.getPeerCertificate(false).raw;
  return raw === undefined ? undefined : `sha256:${createHash("sha256").update(raw).digest("hex")}`;
}
