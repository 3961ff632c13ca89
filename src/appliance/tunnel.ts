/**
 * Connections through a proxy (RFC 9110 §9.3.6). The proxy is told the appliance's name and port and nothing else:
 * TLS, and with it the key, is between here and the appliance.
 */
import { request as requestByHttp } from "node:http";
import { request as requestByHttps } from "node:https";
import type { Socket } from "node:net";
import { endpointOf, type HttpProxy } from "./proxy.ts";

/** The proxy could not be reached, or refused; it was sent no byte of a request to the appliance. */
export class TunnelError extends Error {
  /** Of the proxy's answer, if there was one. */
  readonly status: number | undefined;
  /** Why there was none: Node's code. */
  readonly reason: string;

  constructor(status: number | undefined, reason: string) {
    super("no tunnel");
    this.status = status;
    this.reason = reason;
  }
}

export interface TunnelOptions {
  readonly timeoutMs: number;
  /** Gives up. */
  readonly signal: AbortSignal;
}

/** A socket that ends at the host of an https origin; rejects with a TunnelError. */
export function openTunnel(proxy: HttpProxy, origin: string, options: TunnelOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const asked = ask(proxy, origin, options);
    asked.once("connect", ({ statusCode = 0 }, socket, head) => {
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        reject(new TunnelError(statusCode, ""));
        return;
      }
      (socket as Socket).setTimeout(0);
      if (head.length > 0) socket.unshift(head);
      resolve(socket as Socket);
    });
    asked.once("timeout", () => asked.destroy(Object.assign(new Error("late"), { code: "ETIMEDOUT" })));
    asked.once("error", ({ code = "unknown error" }: NodeJS.ErrnoException) => {
      reject(new TunnelError(undefined, code));
    });
    asked.end();
  });
}

function ask({ origin: proxy, authorization }: HttpProxy, origin: string, options: TunnelOptions) {
  const target = `${new URL(origin).hostname}:${endpointOf(origin).port}`;
  const credentials = authorization();
  const { timeoutMs: timeout, signal } = options;
  const headers = {
    host: target,
    ...(credentials === undefined ? {} : { "proxy-authorization": credentials }),
  };
  const request = { method: "CONNECT", path: target, headers, agent: false, timeout, signal } as const;
  // Stated, since NODE_TLS_REJECT_UNAUTHORIZED would decide otherwise.
  return proxy.startsWith("https:")
    ? requestByHttps(proxy, { ...request, rejectUnauthorized: true })
    : requestByHttp(proxy, request);
}
