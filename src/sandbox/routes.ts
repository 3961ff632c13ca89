/**
 * Every route of the appliance: method, path, the query parameters that the guide documents for it, and what
 * answers it. A path that is here with another method only is a 405, any other a 404; among those are the
 * guide's activity, dashboard and VLAN reads and POST /triggers/externaldata, which the sandbox leaves out.
 */
import { refusal } from "./answer.ts";
import { assignMany, changeOne, listAssigned } from "./assignments.ts";
import { COLLECTIONS, type Collection, SIDES, type Side } from "./collections.ts";
import type { Handler } from "./context.ts";
import {
  listAddresses,
  listAuditLog,
  listDevices,
  listDnsNames,
  listGroups,
  listMembers,
  listSoftware,
  searchDevices,
} from "./devices.ts";
import {
  listApplications,
  listDeviceGroups,
  listReaching,
  listStatistics,
  readApplication,
} from "./lists.ts";
import { createObject, deleteObject, listObjects, readObject, updateObject } from "./objects.ts";
import { SCHEMAS } from "./schemas.ts";
import { readEdition, readPlatform, readSystem, readVersion } from "./system.ts";

/** `time` may be negative and have a unit, `moment` is milliseconds since the epoch, `offset` may be negative. */
type Parameter = "integer" | "boolean" | "time" | "moment" | "offset" | "string";

export interface Route {
  readonly method: string;
  /** Segments below /api/v1; `{}` is an id. */
  readonly path: string;
  readonly query: Readonly<Record<string, Parameter>>;
  readonly handler: Handler;
  /** True for a POST that reads, which a key without write rights may send. */
  readonly reads: boolean;
}

const PAGE = { limit: "integer", offset: "integer" } as const;
const WINDOW = { active_from: "time", active_until: "time" } as const;
const SEARCH = { search_type: "string", value: "string" } as const;
const SPAN = { from: "moment", until: "moment" } as const;
const DIRECT = { direct_assignments_only: "boolean" } as const;

function get(path: string, handler: Handler, query: Route["query"] = {}): Route {
  return { method: "GET", path, query, handler, reads: true };
}

function write(method: "POST" | "PATCH" | "DELETE", path: string, handler: Handler): Route {
  return { method, path, query: {}, handler, reads: false };
}

/** The reads that differ from the collection's plain ones. */
const SPECIAL: readonly Route[] = [
  get("/extrahop", readSystem),
  get("/extrahop/version", readVersion),
  get("/extrahop/platform", readPlatform),
  get("/extrahop/edition", readEdition),
  get("/auditlog", listAuditLog, PAGE),
  get("/devices", listDevices, { ...PAGE, ...WINDOW, ...SEARCH }),
  { ...write("POST", "/devices/search", searchDevices), reads: true },
  get("/devices/{}/devicegroups", listGroups, WINDOW),
  get("/devices/{}/software", listSoftware, SPAN),
  get("/devices/{}/ipaddr", listAddresses, SPAN),
  get("/devices/{}/dnsnames", listDnsNames, SPAN),
  get("/devicegroups", listDeviceGroups, { since: "moment", all: "boolean", name: "string", type: "string" }),
  get("/devicegroups/{}/devices", listMembers, { ...PAGE, ...WINDOW }),
  get("/applications", listApplications, {
    ...PAGE,
    ...SEARCH,
    active_from: "offset",
    active_until: "offset",
  }),
  get("/applications/{}", readApplication, { include_criteria: "boolean" }),
  get("/alerts/{}/stats", listStatistics),
];

function collectionRoutes(collection: Collection): readonly Route[] {
  const { creatable, deletable } = SCHEMAS[collection];
  const item = `/${collection}/{}`;
  return [
    get(`/${collection}`, listObjects(collection)),
    get(item, readObject(collection)),
    write("PATCH", item, updateObject(collection)),
    ...(creatable ? [write("POST", `/${collection}`, createObject(collection))] : []),
    ...(deletable ? [write("DELETE", item, deleteObject(collection))] : []),
  ];
}

function sideRoutes(side: Side): readonly Route[] {
  const path = `/${side.parent}/{}/${side.child}`;
  const inherits = side.reversed && (side.child === "alerts" || side.child === "triggers");
  return [
    inherits ? get(path, listReaching(side), DIRECT) : get(path, listAssigned(side)),
    write("POST", path, assignMany(side)),
    write("POST", `${path}/{}`, changeOne(side, "assign")),
    write("DELETE", `${path}/{}`, changeOne(side, "unassign")),
  ];
}

/** The first route of a method and path counts, so that the special ones come first. */
export const ROUTES: readonly Route[] = [
  ...SPECIAL,
  ...COLLECTIONS.flatMap(collectionRoutes),
  ...SIDES.flatMap(sideRoutes),
];

const BY_PATH = new Map<string, Map<string, Route>>();
for (const route of ROUTES) {
  const methods = BY_PATH.get(route.path) ?? new Map<string, Route>();
  if (!methods.has(route.method)) methods.set(route.method, route);
  BY_PATH.set(route.path, methods);
}

const ID = /^(?:0|[1-9]\d{0,15})$/;

/** The route of a request with the ids in its path, or a refusal. */
export function findRoute(
  method: string,
  path: string,
): { readonly route: Route; readonly ids: readonly number[] } {
  const segments = path.split("/");
  const pattern = segments.map((segment) => (ID.test(segment) ? "{}" : segment)).join("/");
  const methods = BY_PATH.get(pattern);
  if (methods === undefined) throw refusal(404, `There is no resource at ${path}.`);
  const route = methods.get(method);
  if (route === undefined) throw refusal(405, `The method ${method} is not allowed for ${path}.`);
  return { route, ids: segments.filter((segment) => ID.test(segment)).map(Number) };
}

const PARAMETERS: Readonly<Record<Parameter, RegExp>> = {
  integer: /^\d{1,15}$/,
  boolean: /^(?:true|false)$/,
  time: /^-?\d{1,15}(?:ms|[smhdwMy])?$/,
  moment: /^\d{1,15}$/,
  offset: /^-?\d{1,15}$/,
  string: /^.*$/s,
};

/** The query of a request; refuses parameters that the route does not document. */
export function readQuery(route: Route, search: URLSearchParams): Readonly<Record<string, string>> {
  const query: Record<string, string> = {};
  for (const [key, value] of search) {
    const type = Object.hasOwn(route.query, key) ? route.query[key] : undefined;
    if (type === undefined) throw refusal(400, `Unknown parameter: ${key}`);
    if (key in query) throw refusal(400, `The ${key} parameter is given twice.`);
    if (!PARAMETERS[type].test(value)) throw refusal(400, `Invalid value for the ${key} parameter: ${value}`);
    query[key] = value;
  }
  return query;
}
