/** The HTTP side: connections, bodies, headers, faults and the log of requests. Knows nothing of the API. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { HopsyncError } from "../errors.ts";
import type { Json } from "../model.ts";
import type { Answer } from "./answer.ts";
import type { Certificate } from "./certificate.ts";
import { type IncomingRequest, pathBelow } from "./dispatch.ts";
import {
  delayOf,
  type Fault,
  type FaultEvent,
  type FaultScript,
  interruption,
  isLost,
  JSON_TYPE,
  replyOf,
  steeringOf,
} from "./faults.ts";

const MAX_BODY = 10 * 1024 * 1024;
/** Requests kept in the log; older ones are dropped. */
const MAX_LOG = 10_000;
const IDLE_SECONDS = 45;

export interface LoggedRequest {
  readonly method: string;
  /** Below /api/v1, with the query. */
  readonly path: string;
  /** Null while there is no answer, and when the connection ended without one. */
  readonly status: number | null;
  /** What the appliance itself made of it, whatever a fault then let through; null where it never got there. */
  readonly done: Done | null;
  /** The body, where it is JSON. */
  readonly body?: Json;
}

export interface Done {
  readonly status: number;
  /** Of a new object. */
  readonly location?: string;
}

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly certificate: Certificate | undefined;
  readonly requestsPerConnection: number;
  readonly createdContentType: string;
  /** Asked for with each request, so that it may be another one each time. */
  readonly faults: () => FaultScript;
  readonly onFault: (event: FaultEvent) => void;
  readonly answer: (request: IncomingRequest) => Answer;
}

export interface RunningServer {
  readonly port: number;
  readonly requests: () => readonly LoggedRequest[];
  readonly clearRequests: () => void;
  readonly close: () => Promise<void>;
}

/** Starts listening; rejects when the port or the host cannot be had. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const log = createLog();
  const stopping = new AbortController();
  const respond = responder(options, log, stopping.signal);
  const server = createListener(options.certificate, respond);
  server.keepAliveTimeout = IDLE_SECONDS * 1000;
  const port = await listen(server, options);
  return { port, requests: log.requests, clearRequests: log.clear, close: closer(server, stopping) };
}

function createListener(
  certificate: Certificate | undefined,
  respond: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  if (certificate === undefined) return createServer(respond);
  return createTlsServer({ cert: certificate.certificate, key: certificate.key }, respond);
}

function listen(server: Server, { host, port }: ServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      reject(
        new HopsyncError("sandbox-listen", `The sandbox cannot listen on ${host}:${port}.`, {
          hint: "Choose another port; 0 takes a free one.",
          cause,
        }),
      );
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Ends at once: open connections and running delays do not hold it up. */
function closer(server: Server, stopping: AbortController): () => Promise<void> {
  let closed: Promise<void> | undefined;
  return () => {
    closed ??= new Promise((resolve) => {
      stopping.abort();
      server.close(() => resolve());
      server.closeAllConnections();
    });
    return closed;
  };
}

/** A request in the log, which tells more of it as it goes on. */
interface OpenEntry {
  readonly done: (own: Answer) => void;
  readonly answered: (status: number) => void;
}

interface Log {
  readonly open: (method: string, path: string, body: Uint8Array) => OpenEntry;
  readonly requests: () => readonly LoggedRequest[];
  readonly clear: () => void;
}

/** Requests in the order of their arrival. */
function createLog(): Log {
  const entries: { request: LoggedRequest }[] = [];
  return {
    open: (method, path, bytes) => {
      const body = jsonOf(bytes);
      const content = body === undefined ? {} : { body };
      const entry: { request: LoggedRequest } = {
        request: { method, path, status: null, done: null, ...content },
      };
      entries.push(entry);
      if (entries.length > MAX_LOG) entries.shift();
      const add = (more: Partial<LoggedRequest>): void => {
        entry.request = { ...entry.request, ...more };
      };
      return { done: (own) => add({ done: doneOf(own) }), answered: (status) => add({ status }) };
    },
    requests: () => entries.map(({ request }) => request),
    clear: () => {
      entries.length = 0;
    },
  };
}

function doneOf({ status, headers }: Answer): Done {
  const location = headers?.location;
  return { status, ...(location === undefined ? {} : { location }) };
}

function jsonOf(bytes: Uint8Array): Json | undefined {
  try {
    return bytes.length === 0 ? undefined : JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function responder(
  options: ServerOptions,
  log: Log,
  stopping: AbortSignal,
): (request: IncomingMessage, response: ServerResponse) => void {
  const connections = new WeakMap<Socket, number>();
  return (request, response) => {
    const served = (connections.get(request.socket) ?? 0) + 1;
    connections.set(request.socket, served);
    setHeaders(response, options.requestsPerConnection - served);
    exchange(options, log, stopping, request, response).catch(() => response.destroy());
  };
}

/** The headers of every answer; the connection ends with the last request that it may carry. */
function setHeaders(response: ServerResponse, left: number): void {
  response.setHeader("server", "Apache");
  response.setHeader("via", "1.1 localhost");
  response.setHeader("connection", left > 0 ? "keep-alive" : "close");
  if (left > 0) response.setHeader("keep-alive", `timeout=${IDLE_SECONDS}, max=${left}`);
}

async function exchange(
  options: ServerOptions,
  log: Log,
  stopping: AbortSignal,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const incoming = await receive(request);
  const below = pathBelow(incoming?.target ?? request.url ?? "") ?? request.url ?? "";
  const method = request.method ?? "GET";
  const entry = log.open(method, below, incoming?.body ?? new Uint8Array());
  const events = options.faults()(method, below);
  for (const event of events) options.onFault(event);
  const faults = events.map(({ fault }) => fault);
  const fault = interruption(faults);
  await pause(delayOf(faults, "before"), stopping);
  const own = isLost(fault) ? undefined : answerOf(options, incoming, faults);
  if (own !== undefined) entry.done(own);
  await pause(delayOf(faults, "after"), stopping);
  const reply = replyOf(fault, own);
  if (reply === undefined) {
    request.socket.destroy();
    return;
  }
  entry.answered(reply.status);
  send(response, reply, options.createdContentType, fault?.effect === "truncate");
}

async function pause(milliseconds: number, stopping: AbortSignal): Promise<void> {
  if (milliseconds > 0) await sleep(milliseconds, undefined, { signal: stopping });
}

/** The request with its body, or undefined when the body is too large. What is too much is read and dropped. */
async function receive(request: IncomingMessage): Promise<IncomingRequest | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (size > MAX_BODY) return undefined;
  return {
    method: request.method ?? "GET",
    target: request.url ?? "/",
    authorization: request.headers.authorization,
    contentType: request.headers["content-type"],
    body: Buffer.concat(chunks),
  };
}

function answerOf(
  options: ServerOptions,
  request: IncomingRequest | undefined,
  faults: readonly Fault[],
): Answer {
  if (request === undefined)
    return { status: 413, body: { error_message: "The request body is too large." } };
  return options.answer({ ...request, steering: steeringOf(faults) });
}

function send(response: ServerResponse, reply: Answer, createdContentType: string, truncated: boolean): void {
  const text = reply.text ?? (reply.body === undefined ? "" : JSON.stringify(reply.body));
  const bytes = Buffer.from(text);
  const type = reply.contentType ?? typeOf(reply, createdContentType);
  response.statusCode = reply.status;
  if (type !== undefined) response.setHeader("content-type", type);
  if (reply.status !== 204) response.setHeader("content-length", bytes.length);
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  if (!truncated) response.end(bytes);
  else if (bytes.length < 2) response.destroy();
  else response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}

function typeOf(reply: Answer, createdContentType: string): string | undefined {
  if (reply.body !== undefined) return JSON_TYPE;
  return reply.status === 201 ? createdContentType : undefined;
}
