/** From a request's parts to an answer: the licence, the key or token, the route, its parameters, its body. */
import { MAX_DEPTH, shapeOf } from "../json.ts";
import type { Json } from "../model.ts";
import type { Access } from "./access.ts";
import { type Answer, invalidJson, Refusal, refusal } from "./answer.ts";
import type { Context } from "./context.ts";
import { type Steering, steeringOf } from "./faults.ts";
import { type Route, readQuery } from "./routes.ts";

const BASE = "/api/v1";
const TOKEN_PATH = "/oauth2/token";

export interface IncomingRequest {
  readonly method: string;
  /** As sent, with the query. */
  readonly target: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
  /** What faults make of it. */
  readonly steering?: Steering;
}

const UNSTEERED = steeringOf([]);

/** The path below /api/v1 with its query, or undefined for anything else. */
export function pathBelow(target: string): string | undefined {
  return target.startsWith(`${BASE}/`) ? target.slice(BASE.length) : undefined;
}

/** Answers a request; a refusal is an answer too, and a state that cannot be saved is a 500. */
export function dispatch(context: Context, access: Access, request: IncomingRequest): Answer {
  try {
    return answer(context, access, request);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    return { status: 500, body: { error_message: error instanceof Error ? error.message : String(error) } };
  }
}

function answer(context: Context, access: Access, request: IncomingRequest): Answer {
  if (access.grant !== undefined && request.target === TOKEN_PATH) return access.grant(request);
  const below = pathBelow(request.target);
  if (below === undefined) throw refusal(404, "There is no API at this path.");
  if (context.quirks.eula === "missing") {
    throw refusal(402, "The EULA has not been accepted for this appliance");
  }
  const account = access.authenticate(request.authorization);
  const [path = "", search = ""] = below.split(/\?(.*)/s);
  const { route, ids } = context.router.find(request.method, path);
  if (!route.reads && !account.writes) throw refusal(403, "The API key does not grant this operation.");
  const query = readQuery(route, new URLSearchParams(search));
  const { steering = UNSTEERED } = request;
  const call = { ids, query, body: readBody(route, request), user: account.user, steering };
  return context.shape(route.shows, route.handler(context, call));
}

/** The parsed body, or undefined when it is empty. The vendor's own scripts send JSON without a content type. */
function readBody(route: Route, { body, contentType }: IncomingRequest): Json | undefined {
  const wanted = route.method === "PATCH" || (route.method === "POST" && !route.path.endsWith("}"));
  if (body.length === 0) {
    if (wanted) throw invalidJson();
    return undefined;
  }
  if (contentType !== undefined && !/^application\/json\s*(?:;|$)/i.test(contentType)) {
    throw refusal(415, "The request body must be application/json.");
  }
  if (!wanted) throw refusal(400, "This operation takes no request body.");
  return parseJson(body);
}

function parseJson(body: Uint8Array): Json {
  if (shapeOf(body).depth > MAX_DEPTH) throw invalidJson();
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw invalidJson();
  }
}
