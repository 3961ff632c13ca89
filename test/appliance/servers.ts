/** Small servers on port 0 of the loopback, closed when the test that started them ends. */
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import {
  type AddressInfo,
  createServer as createNetServer,
  type Server as NetServer,
  type Socket,
} from "node:net";
import { generate } from "selfsigned";
import { onTestFinished } from "vitest";
import { type ConnectionOptions, readConnection } from "../../src/appliance/connection.ts";
import { createAppliance } from "../../src/appliance/http.ts";
import type { AppliancePort } from "../../src/appliance/port.ts";
import type { ClientOptions } from "../../src/appliance/sender.ts";
import { ApplianceError, HopsyncError } from "../../src/errors.ts";

export const KEY = "f3a9Zk/Q+7c1=d2e4b6a8d0c1f3e5";

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes as they are; anything else as JSON. */
  readonly body?: unknown;
}

/** What to answer to the nth request (from 0); undefined cuts the connection without an answer. */
export type Script = (seen: Seen, index: number) => Reply | undefined | Promise<Reply | undefined>;

export interface TestServer {
  readonly port: number;
  readonly origin: string;
  readonly seen: readonly Seen[];
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Listens on the loopback until the test ends; connections end with it. */
export async function listen(server: NetServer): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

export async function serve(script: Script): Promise<TestServer> {
  const seen: Seen[] = [];
  const port = await listen(createServer(answerWith(script, seen)));
  return { port, origin: `http://127.0.0.1:${port}`, seen };
}

export async function serveTls(certificate: Certificate, script: Script): Promise<TestServer> {
  const seen: Seen[] = [];
  const port = await listen(createTlsServer(certificate, answerWith(script, seen)));
  return { port, origin: `https://127.0.0.1:${port}`, seen };
}

/** An address where nothing listens: its port was free a moment ago. */
export async function closedOrigin(): Promise<string> {
  const server = createNetServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

function answerWith(script: Script, seen: Seen[]): RequestListener {
  return async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one = {
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    const reply = await script(one, seen.push(one) - 1);
    if (reply === undefined) return void response.destroy();
    const { status = 200, headers = {}, body } = reply;
    const text =
      body === undefined || typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    response.writeHead(
      status,
      text === undefined ? headers : { "content-type": "application/json", ...headers },
    );
    response.end(text);
  };
}

/** A client of the server without pauses between attempts, closed when the test ends. */
export async function connectTo(
  host: string,
  client: Partial<ClientOptions> = {},
  connection: Partial<ConnectionOptions> = {},
): Promise<AppliancePort> {
  const options = { userAgent: "hopsync-test", sleep: async () => undefined, ...client };
  const port = createAppliance(await readConnection({ host, apiKey: KEY, ...connection }), options);
  onTestFinished(() => port.close());
  return port;
}

export async function certificateFor(ip: string, name = "eda.example.com"): Promise<Certificate> {
  const made = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: name },
          { type: 7, ip },
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}

/** The error of a call that must fail. */
export async function failureOf(call: Promise<unknown>): Promise<ApplianceError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ApplianceError) return error;
  throw new Error(`expected an ApplianceError, got ${String(error)}`);
}

/** The code of the HopsyncError that a call must throw, with its whole text. */
export async function refusalOf(call: () => unknown): Promise<{ code: string; text: string }> {
  try {
    await call();
  } catch (error) {
    if (error instanceof HopsyncError) {
      return { code: error.code, text: `${error.message} ${error.hint ?? ""}` };
    }
    throw error;
  }
  throw new Error("expected a HopsyncError, nothing was thrown");
}
