/**
 * Every route of the appliance: method, path, the query parameters that the guides document for it, and what
 * answers it. A path that is here with another method only is a 405, any other a 404; among those are the
 * guides' activity, dashboard, page, VLAN and whitelist routes and POST /triggers/externaldata, which the sandbox
 * leaves out.
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
import type { Generation } from "./generations.ts";
import {
  listApplications,
  listDeviceGroups,
  listReaching,
  listStatistics,
  readApplication,
} from "./lists.ts";
import { createObject, deleteObject, listObjects, readObject, updateObject } from "./objects.ts";
import type { Schemas } from "./schemas.ts";
import {
  listAppliances,
  listNodes,
  readAppliance,
  readEdition,
  readNode,
  readPlatform,
  readSystem,
  readVersion,
} from "./system.ts";

/** `time` may be negative and have a unit, `moment` is milliseconds since the epoch, `offset` may be negative. */
export type Parameter = "integer" | "boolean" | "time" | "moment" | "offset" | "string";

export type Query = Readonly<Record<string, Parameter>>;

export interface Route {
  readonly method: string;
  /** Segments below /api/v1; `{}` is an id. */
  readonly path: string;
  readonly query: Query;
  readonly handler: Handler;
  /** True for a POST that reads, which a key without write rights may send. */
  readonly reads: boolean;
  /** What the objects of its answer are. */
  readonly shows?: Collection;
}

export interface Router {
  /** The route of a request with the ids in its path, or a refusal. */
  readonly find: (method: string, path: string) => { readonly route: Route; readonly ids: readonly number[] };
}

const PAGE = { limit: "integer", offset: "integer" } as const;
const WINDOW = { active_from: "time", active_until: "time" } as const;
const SEARCH = { search_type: "string", value: "string" } as const;
const SPAN = { from: "moment", until: "moment" } as const;
const DIRECT = { direct_assignments_only: "boolean" } as const;

function get(path: string, handler: Handler, query: Query = {}): Route {
  return { method: "GET", path, query, handler, reads: true };
}

function show(shows: Collection, route: Route): Route {
  return { ...route, shows };
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
  get("/nodes", listNodes),
  get("/nodes/{}", readNode),
  get("/appliances", listAppliances),
  get("/appliances/{}", readAppliance),
  get("/auditlog", listAuditLog, PAGE),
  show("devices", get("/devices", listDevices, { ...PAGE, ...WINDOW, ...SEARCH })),
  show("devices", { ...write("POST", "/devices/search", searchDevices), reads: true }),
  show("devicegroups", get("/devices/{}/devicegroups", listGroups, WINDOW)),
  get("/devices/{}/software", listSoftware, SPAN),
  get("/devices/{}/ipaddr", listAddresses, SPAN),
  get("/devices/{}/ipaddrs", listAddresses, SPAN),
  get("/devices/{}/dnsnames", listDnsNames, SPAN),
  show(
    "devicegroups",
    get("/devicegroups", listDeviceGroups, {
      since: "moment",
      all: "boolean",
      name: "string",
      type: "string",
    }),
  ),
  show("devices", get("/devicegroups/{}/devices", listMembers, { ...PAGE, ...WINDOW })),
  show(
    "applications",
    get("/applications", listApplications, {
      ...PAGE,
      ...SEARCH,
      active_from: "offset",
      active_until: "offset",
    }),
  ),
  show("applications", get("/applications/{}", readApplication, { include_criteria: "boolean" })),
  get("/alerts/{}/stats", listStatistics),
];

function collectionRoutes(schemas: Schemas, collection: Collection): readonly Route[] {
  const { creatable, deletable } = schemas[collection];
  const item = `/${collection}/{}`;
  return [
    show(collection, get(`/${collection}`, listObjects(collection))),
    show(collection, get(item, readObject(collection))),
    write("PATCH", item, updateObject(collection)),
    ...(creatable ? [write("POST", `/${collection}`, createObject(collection))] : []),
    ...(deletable ? [write("DELETE", item, deleteObject(collection))] : []),
  ];
}

function sideRoutes(side: Side): readonly Route[] {
  const path = `/${side.parent}/{}/${side.child}`;
  const inherits = side.reversed && (side.child === "alerts" || side.child === "triggers");
  return [
    show(side.child, inherits ? get(path, listReaching(side), DIRECT) : get(path, listAssigned(side))),
    write("POST", path, assignMany(side)),
    write("POST", `${path}/{}`, changeOne(side, "assign")),
    write("DELETE", `${path}/{}`, changeOne(side, "unassign")),
  ];
}

/** The routes of a generation. The first of a method and path counts, so that the special ones come first. */
export function routesOf({ schemas, missing, parameters }: Generation): readonly Route[] {
  const all = [
    ...SPECIAL,
    ...COLLECTIONS.flatMap((collection) => collectionRoutes(schemas, collection)),
    ...SIDES.flatMap(sideRoutes),
  ];
  return all
    .filter(({ path }) => !missing.includes(path))
    .map((route) =>
      route.method === "GET" ? { ...route, query: parameters[route.path] ?? route.query } : route,
    );
}

const ID = /^(?:0|[1-9]\d{0,15})$/;

export function createRouter(routes: readonly Route[]): Router {
  const byPath = new Map<string, Map<string, Route>>();
  for (const route of routes) {
    const methods = byPath.get(route.path) ?? new Map<string, Route>();
    if (!methods.has(route.method)) methods.set(route.method, route);
    byPath.set(route.path, methods);
  }
  return {
    find: (method, path) => {
      const segments = path.split("/");
      const pattern = segments.map((segment) => (ID.test(segment) ? "{}" : segment)).join("/");
      const methods = byPath.get(pattern);
      if (methods === undefined) throw refusal(404, `There is no resource at ${path}.`);
      const route = methods.get(method);
      if (route === undefined) throw refusal(405, `The method ${method} is not allowed for ${path}.`);
      return { route, ids: segments.filter((segment) => ID.test(segment)).map(Number) };
    },
  };
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
