/** The HTTP side: who may ask, limits, faults, pages and the log of requests. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { listen } from "../../appliance/servers.ts";
import { missing, type Reply, refused } from "./replies.ts";
import { type Access, type Area, type Call, ROUTES, type Route, type Settings } from "./routes.ts";
import type { State } from "./state.ts";

export type Permissions = Readonly<Partial<Record<Area, Access>>>;

export interface LoggedRequest {
  readonly method: string;
  /** Below the address of the API, with the query. */
  readonly path: string;
  /** Null when the connection ended without an answer. */
  readonly status: number | null;
  readonly body: unknown;
}

/** From the request after the next `after` ones on, for `seconds` by the clock of the stand-in. */
export interface Limit {
  readonly kind: "primary" | "secondary";
  readonly after?: number;
  readonly seconds: number;
  /** GitHub answers both. */
  readonly status?: 403 | 429;
  /** Whether a secondary limit has `retry-after`; GitHub does not always send it. */
  readonly told?: boolean;
}

/** For the next `times` requests that match. */
export interface Fault {
  readonly method?: string;
  /** Found in the path with its query. */
  readonly path?: string | RegExp;
  /** A status to answer, the connection cut, or half of the answer sent. */
  readonly effect: 500 | 502 | 503 | 504 | "reset" | "truncate";
  /** Whether what was asked is done all the same. */
  readonly when?: "before" | "after";
  readonly times?: number;
}

export interface ServerState {
  readonly state: State;
  readonly token: string;
  permissions: Permissions;
  readonly prefix: string;
  readonly settings: Settings;
  readonly log: LoggedRequest[];
  readonly limits: { limit: Limit; left: number; until: number | undefined }[];
  readonly faults: { fault: Fault; left: number }[];
  /** Where it listens; set once it does. */
  origin: string;
}

const REPOSITORY_ID = 1296269;
const HOURLY = 1000;

/** Listens on a free port until the test ends. */
export async function startServer(server: ServerState): Promise<void> {
  server.origin = `http://127.0.0.1:${await listen(createServer(listener(server)))}`;
}

function listener(server: ServerState): RequestListener {
  return (request, response) => {
    exchange(server, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  };
}

async function exchange(
  server: ServerState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const method = request.method ?? "GET";
  const target = request.url ?? "/";
  const path = target.startsWith(server.prefix) ? target.slice(server.prefix.length) : target;
  const fault = takeFault(server, method, path);
  const skipped = fault !== undefined && fault.effect !== "truncate" && fault.when !== "after";
  const own = skipped ? undefined : answer(server, request, path, text);
  const reply = typeof fault?.effect === "number" ? refused(fault.effect, "Server Error") : own;
  const status = fault?.effect === "reset" ? null : (reply?.status ?? null);
  server.log.push({ method, path, status, body: jsonOf(text) });
  if (status === null || reply === undefined) request.socket.destroy();
  else send(server, response, paged(server, path, reply), fault?.effect === "truncate");
}

function takeFault({ faults }: ServerState, method: string, path: string): Fault | undefined {
  const next = faults.find(({ fault, left }) => {
    if (left === 0 || (fault.method ?? method) !== method) return false;
    return typeof fault.path === "string" ? path.includes(fault.path) : (fault.path?.test(path) ?? true);
  });
  if (next !== undefined) next.left -= 1;
  return next?.fault;
}

/** In GitHub's order: the token, limits, the repository, the permission, then the request itself. */
function answer(server: ServerState, request: IncomingMessage, path: string, text: string): Reply {
  const [, sent] = /^(?:token|bearer) (.*)$/i.exec(request.headers.authorization ?? "") ?? [];
  if (request.headers["user-agent"] === undefined)
    return refused(403, "Request forbidden by administrative rules.");
  if (sent !== undefined && sent !== server.token) return refused(401, "Bad credentials");
  const limit = limitReply(server);
  if (limit !== undefined) return limit;
  const below = belowRepository(server.state, path);
  if (below === undefined || sent === undefined) return missing();
  const found = findRoute(request.method ?? "GET", below);
  if (found === undefined) return missing();
  const body = jsonOf(text);
  if (text !== "" && body === undefined) return refused(400, "Problems parsing JSON");
  return permitted(server, found, below, (body ?? {}) as Call["body"]);
}

interface Found {
  readonly route: Route;
  readonly parts: Readonly<Record<string, string>>;
}

function permitted(server: ServerState, { route, parts }: Found, below: string, body: Call["body"]): Reply {
  const { state, settings, permissions } = server;
  const call: Call = {
    state,
    settings,
    body,
    at: { api: server.origin + server.prefix, web: server.origin },
    query: new URL(below, "http://x").searchParams,
    part: (name) => parts[name] ?? "",
  };
  const areas = route.narrow?.(call) ?? route.areas;
  const may = areas.some((area) => covers(permissions[area] ?? "none", route.access));
  const accepted = route.areas.map((area) => `${area}=${route.access}`).join("; ");
  const reply = may ? route.answer(call) : refused(403, "Resource not accessible by integration");
  return { ...reply, headers: { "x-accepted-github-permissions": accepted, ...reply.headers } };
}

function covers(has: Access, needs: "read" | "write"): boolean {
  return has === "write" || has === needs;
}

/** Names are compared without case; links of lists have the number of the repository instead. */
function belowRepository(state: State, path: string): string | undefined {
  const [, owner, name, named] = /^\/repos\/([^/]+)\/([^/?]+)(.*)$/.exec(path) ?? [];
  if (named !== undefined)
    return `${owner}/${name}`.toLowerCase() === state.repository.toLowerCase() ? named : undefined;
  const [, id, numbered] = /^\/repositories\/(\d+)(.*)$/.exec(path) ?? [];
  return Number(id) === REPOSITORY_ID ? numbered : undefined;
}

/** A part takes slashes only where they are encoded, but for references. */
function findRoute(method: string, below: string): Found | undefined {
  const path = below.replace(/\?.*$/, "");
  for (const route of ROUTES) {
    const pattern = route.path.replace(/\{(ref)\}/, "(?<$1>.+)").replace(/\{(\w+)\}/g, "(?<$1>[^/]+)");
    const match = route.method === method ? new RegExp(`^${pattern}$`).exec(path) : null;
    if (match === null) continue;
    const parts = Object.entries(match.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]);
    return { route, parts: Object.fromEntries(parts) };
  }
  return undefined;
}

function limitReply(server: ServerState): Reply | undefined {
  const now = server.state.now();
  for (const entry of server.limits) {
    if (entry.until === undefined && entry.left > 0) entry.left -= 1;
    else entry.until ??= now + entry.limit.seconds * 1000;
    if (entry.until !== undefined && entry.until > now) return limited(entry.limit, entry.until, now);
  }
  return undefined;
}

const LIMITS = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api";

function limited({ kind, status = 403, told = true }: Limit, until: number, now: number): Reply {
  if (kind === "primary") {
    const reply = refused(status, "API rate limit exceeded for installation ID 1.", LIMITS);
    const reset = String(Math.ceil(until / 1000));
    return { ...reply, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset } };
  }
  const message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
  const reply = refused(status, message, `${LIMITS}#about-secondary-rate-limits`);
  return told ? { ...reply, headers: { "retry-after": String(Math.ceil((until - now) / 1000)) } } : reply;
}

/** One page of a list, with links to the others. */
function paged(server: ServerState, path: string, reply: Reply): Reply {
  if (reply.list === undefined) return reply;
  const url = new URL(path, "http://x");
  const size = Math.min(100, Math.max(1, Number(url.searchParams.get("per_page") ?? 30) || 30));
  const page = Math.max(1, Number(url.searchParams.get("page") ?? 1) || 1);
  const last = Math.max(1, Math.ceil(reply.list.length / size));
  const below = belowRepository(server.state, url.pathname) ?? "";
  const link = (to: number, rel: string) => {
    url.searchParams.set("page", String(to));
    const at = `${server.origin}${server.prefix}/repositories/${REPOSITORY_ID}${below}?${url.searchParams}`;
    return `<${at}>; rel="${rel}"`;
  };
  const before = page > 1 ? [link(page - 1, "prev")] : [];
  const after = page < last ? [link(page + 1, "next"), link(last, "last")] : [];
  const links = [...before, ...after, ...(page > 1 ? [link(1, "first")] : [])];
  const body = reply.list.slice((page - 1) * size, page * size);
  const headers = links.length === 0 ? {} : { link: links.join(", ") };
  return { status: reply.status, headers: { ...reply.headers, ...headers }, body };
}

function send(server: ServerState, response: ServerResponse, reply: Reply, half: boolean): void {
  const bytes = Buffer.from(reply.body === undefined ? "" : JSON.stringify(reply.body));
  const now = server.state.now();
  response.writeHead(reply.status, {
    date: new Date(now).toUTCString(),
    "content-type": "application/json; charset=utf-8",
    "content-length": bytes.length,
    "x-github-media-type": "github.v3; format=json",
    "x-github-api-version-selected": "2022-11-28",
    "x-github-request-id": `0400:${server.log.length}`,
    "x-ratelimit-limit": String(HOURLY),
    "x-ratelimit-remaining": String(Math.max(1, HOURLY - server.log.length)),
    "x-ratelimit-used": String(server.log.length),
    "x-ratelimit-reset": String(Math.ceil(now / 1000) + 3600),
    "x-ratelimit-resource": "core",
    ...reply.headers,
  });
  if (half) response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  else response.end(bytes);
}

function jsonOf(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
