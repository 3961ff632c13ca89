/** A gateway before a sandbox, which holds requests back until they are let through. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";

export interface Gateway {
  readonly url: string;
  /** Lets through what is held. */
  release(): void;
}

/** Each request for which `hold` is true waits. */
export async function gateway(
  box: Sandbox,
  hold: (method: string, url: string) => boolean,
): Promise<Gateway> {
  const released = new AbortController();
  const wait = (): Promise<void> =>
    new Promise((resolve) => {
      if (released.signal.aborted) resolve();
      released.signal.addEventListener("abort", () => resolve());
    });
  const server = createServer((request, response) => {
    const { method = "GET", url = "/" } = request;
    const pass = async (): Promise<void> => {
      const body = await bodyOf(request);
      if (hold(method, url)) await wait();
      const answer = await fetch(`${box.url}${url}`, {
        method,
        headers: { authorization: String(request.headers.authorization), "content-type": "application/json" },
        ...(body === "" ? {} : { body }),
      });
      const headers = ["content-type", "location"].flatMap((name) => {
        const value = answer.headers.get(name);
        return value === null ? [] : [[name, value] as const];
      });
      response.writeHead(answer.status, Object.fromEntries(headers)).end(await answer.text());
    };
    pass().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    release: () => released.abort(),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of request) chunks.push(String(chunk));
  return chunks.join("");
}
