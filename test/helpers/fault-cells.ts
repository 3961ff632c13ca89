/**
 * The fault matrix as data: which requests a run sends, what can go wrong with one of them, and how the
 * client's policy (design §7) lets the run end then.
 */
import { isObject } from "../../src/json.ts";
import type { Json } from "../../src/model.ts";
import type { Fault, FaultEffect } from "../../src/sandbox/faults.ts";
import type { LoggedRequest } from "../../src/sandbox/server.ts";

type Entry = Readonly<Record<string, unknown>>;

// ---------------------------------------------------------------- the manifests

const DETECTION = { type: "detection", object_type: "device" };
const SCRIPT = { events: ["HTTP_RESPONSE"], script: "debug(1);" };
const daily = (name: string, end: number): Entry => ({ name, interval_type: "daily", start: 0, end });
const tagged = (name: string, tag: string): Entry => ({
  name,
  filter: { field: "tag", operator: "=", operand: tag },
});

/** All kinds and all relations, over names that people and other owners do not use here. */
export const FIRST: Entry = {
  version: 1,
  owner: "matrix",
  tags: [{ name: "t kept", devices: ["pay-gw-01", "10.1.0.7"] }, { name: "t going" }],
  device_groups: [
    { name: "g static", description: "one", devices: ["pay-gw-01", "10.1.0.7"] },
    tagged("g kept", "t kept"),
    tagged("g going", "t going"),
  ],
  email_groups: [
    { name: "e kept", email_addresses: ["a@example.com"] },
    { name: "e going", email_addresses: [] },
  ],
  exclusion_intervals: [daily("x kept", 3600), daily("x going", 3600)],
  alerts: [
    {
      name: "a kept",
      ...DETECTION,
      severity: 3,
      devices: ["pay-gw-01"],
      device_groups: ["g static", "g going"],
      email_groups: ["e kept"],
      exclusion_intervals: ["x kept"],
      applications: ["Online Shop"],
      networks: ["Core span"],
    },
    { name: "a going", ...DETECTION, device_groups: ["g kept"] },
  ],
  triggers: [{ name: "s kept", ...SCRIPT, device_groups: ["g kept"] }],
};

/** Of each kind something new, something changed and something gone, and links both ways. */
export const SECOND: Entry = {
  ...FIRST,
  tags: [
    { name: "t kept", devices: ["10.20.0.0/28", { discovery_id: "c12vf90qpg290000" }] },
    { name: "t new" },
  ],
  device_groups: [
    { name: "g static", description: "two", devices: ["10.1.0.7", { mac: "00:05:93:FF:FC:28" }] },
    { ...tagged("g kept", "t kept"), description: "two" },
    tagged("g new", "t new"),
  ],
  email_groups: [
    { name: "e kept", email_addresses: ["a@example.com", "b@example.com"] },
    { name: "e new", email_addresses: [] },
  ],
  exclusion_intervals: [daily("x kept", 7200), daily("x new", 3600)],
  alerts: [
    {
      name: "a kept",
      ...DETECTION,
      severity: 5,
      devices: ["10.1.0.7"],
      device_groups: ["g static", "g kept", "g new"],
      email_groups: [],
      exclusion_intervals: ["x kept", "x new"],
      applications: ["Online Shop", "All Activity"],
      networks: [],
    },
    { name: "a new", ...DETECTION, device_groups: ["g new"], email_groups: ["e new"] },
  ],
  triggers: [{ name: "s kept", ...SCRIPT, script: "debug(2);", device_groups: ["g new"] }],
};

// ---------------------------------------------------------------- the requests

/** What a run is at when it sends a request. */
export type Phase = "plan" | "announce" | "apply" | "record" | "verify";

export interface Kind {
  readonly name: string;
  readonly phase: Phase;
  readonly does: "read" | "create" | "change" | "tidy";
  /** The run that sends such requests: the first of an owner, or a later one. */
  readonly run: "first" | "second";
  readonly method: string;
  /** As a fault has it. */
  readonly path: string;
  /** How many of them are in the run, at least. */
  readonly count: 1 | 2 | 3;
  /** Among the requests of this method and path. */
  readonly is?: (body: Json | undefined) => boolean;
}

const COLLECTION = "/(tags|devicegroups|emailgroups|exclusionintervals|alerts)";

const READS: readonly Pick<Kind, "name" | "method" | "path" | "count">[] = [
  { name: "a list", count: 3, method: "GET", path: "/[a-z]+(\\?type=\\w+)?$" },
  { name: "a page", count: 2, method: "GET", path: "/(applications\\?|devicegroups/\\d+/devices\\?)" },
  { name: "a list of links", count: 3, method: "GET", path: "/\\w+/\\d+/(?!devices\\?)" },
];

function lists(side: "assign" | "unassign"): (body: Json | undefined) => boolean {
  return (body) => isObject(body) && body[side] !== undefined;
}

const IN_RUN = { run: "second", phase: "apply", count: 3 } as const;
const LINK = { does: "change", method: "POST", path: "/\\w+/\\d+/\\w+$" } as const;
const STORED = { path: "/triggers(/\\d+)?$", is: namesInventory } as const;

/** Whether the body of a write is that of an inventory; a DELETE has none. */
function namesInventory(body: Json | undefined): boolean {
  return body === undefined || (isObject(body) && String(body.name).startsWith("hopsync inventory: "));
}

const PLANNING = { run: "second", phase: "plan", does: "read" } as const;
const BEGINNING = { run: "first", phase: "announce", count: 1 } as const;

/** Every kind of request that hopsync sends to apply a manifest. */
const KINDS: readonly Kind[] = [
  { ...PLANNING, name: "the target", count: 1, method: "GET", path: "/extrahop$" },
  ...READS.map((read): Kind => ({ ...PLANNING, ...read })),
  { ...PLANNING, name: "a device search", count: 3, method: "POST", path: "/devices/search$" },
  { ...IN_RUN, name: "a create", does: "create", method: "POST", path: `${COLLECTION}$` },
  { ...IN_RUN, name: "a PATCH", does: "change", method: "PATCH", path: `${COLLECTION}/\\d+$` },
  { ...IN_RUN, name: "a DELETE", does: "change", method: "DELETE", path: `${COLLECTION}/\\d+$` },
  ...(["assign", "unassign"] as const).map(
    (side): Kind => ({ ...IN_RUN, ...LINK, name: `an ${side}`, is: lists(side) }),
  ),
  ...READS.map((read): Kind => ({ ...PLANNING, ...read, name: `${read.name}, to verify`, phase: "verify" })),
  ...(["announce", "record"] as const).flatMap((phase) => inventoryWrites(phase)),
  { ...BEGINNING, ...STORED, name: "the first inventory", does: "create", method: "POST" },
  { ...BEGINNING, name: "the look at the first inventory", does: "read", method: "GET", path: "/triggers$" },
];

function inventoryWrites(phase: "announce" | "record"): readonly Kind[] {
  const own = { ...STORED, run: "second", phase } as const;
  return [
    { ...own, name: `the inventory's part (${phase})`, count: 3, does: "create", method: "POST" },
    { ...own, name: `the inventory's switch (${phase})`, count: 1, does: "change", method: "PATCH" },
    { ...own, name: `the inventory's old part (${phase})`, count: 3, does: "tidy", method: "DELETE" },
  ];
}

// ---------------------------------------------------------------- the faults

/** Of what is linked or let go, at least one in each call. */
const SOME = ["pay-gw-01", "web-01", "g new", "e new", "e kept", "x new", "All Activity", "Core span"];
const OTHERS = ["core-gw", "jump-01", "jump-02", "g kept", "g going"];

const EFFECTS: readonly (readonly [string, FaultEffect])[] = [
  ["429", { status: 429 }],
  ["429 for 7 seconds", { status: 429, retryAfter: 7 }],
  ["429 until a date", { status: 429, retryAfterDate: 7 }],
  ["429 for an hour", { status: 429, retryAfter: 3600 }],
  ["500", { status: 500, body: { error_message: "Internal error" } }],
  ["502", { status: 502 }],
  ["503", { status: 503, body: "restarting" }],
  ["504", { status: 504 }],
  ["reset", "reset"],
  ["truncate", "truncate"],
  ["malformed", "malformed"],
  ["empty", "empty"],
  ["no-location", "no-location"],
  ["html", { html: "<html><title>Login</title></html>" }],
  ["redirect", { redirect: "https://login.example.com/" }],
  ["delay", { delayMs: 600_000 }],
  ["refuse one", { refuse: SOME }],
  ["refuse all", { refuse: [...SOME, ...OTHERS] }],
  ["lag", { lag: 2 }],
  ["long lag", { lag: 40 }],
];

/** The first of its kind, one in the middle, the last, or each from the first on. */
export type Position = "first" | "middle" | "last" | "all";

export interface Cell {
  readonly name: string;
  readonly kind: Kind;
  readonly effect: string;
  readonly when: Fault["when"];
  readonly position: Position;
  readonly fault: (nth: readonly number[]) => Fault;
}

const OWN_ANSWER = new Set(["truncate", "malformed", "empty", "no-location"]);
const LIFTED_429 = new Set(["429", "429 for 7 seconds", "429 until a date"]);
/** Says that the request was not carried out, so that nobody says it of one that was. */
const MEANS_NOT_DONE = new Set([...LIFTED_429, "429 for an hour", "redirect"]);

function timesOf({ does }: Kind, effect: string): readonly Fault["when"][] {
  if (OWN_ANSWER.has(effect)) return ["after"];
  // Whoever reads sees no difference.
  const once = does === "read" || MEANS_NOT_DONE.has(effect) || /refuse|lag/.test(effect);
  return once ? ["before"] : ["before", "after"];
}

function concerns({ name, does }: Kind, effect: string): boolean {
  if (effect.startsWith("refuse")) return name === "an assign" || name === "an unassign";
  return does === "create" || !/lag|no-location/.test(effect);
}

const POSITIONS: Readonly<Record<Kind["count"], readonly Position[]>> = {
  1: ["first", "all"],
  2: ["first", "last", "all"],
  3: ["first", "middle", "last", "all"],
};

/** Four timeouts take too long, and are four resets to the client. */
function positionsOf({ count }: Kind, effect: string): readonly Position[] {
  return POSITIONS[count].filter((position) => position !== "all" || effect !== "delay");
}

/** The cells of each kind and effect. */
const GROUPS: readonly (readonly Cell[])[] = KINDS.flatMap((kind) =>
  EFFECTS.filter(([effect]) => concerns(kind, effect)).map(([name, effect]) => {
    const { method, path } = kind;
    return timesOf(kind, name).flatMap((when) =>
      positionsOf(kind, name).map(
        (position): Cell => ({
          name: `${position} ${kind.name}: ${name}, ${when}`,
          kind,
          effect: name,
          when,
          position,
          fault: (nth) => ({ method, path, nth, when, effect }),
        }),
      ),
    );
  }),
);

/** One cell in so many; which ones differs from one kind of request and effect to the next. */
export function someCells(oneIn: number): readonly Cell[] {
  return GROUPS.flatMap((cells, number) => cells.filter((_, i) => (i + number) % oneIn === 0));
}

type Logged = readonly LoggedRequest[];

/** What a run that went well was at with each of its requests. */
function phasesOf(log: Logged): readonly Phase[] {
  const isWrite = ({ method, path }: LoggedRequest): boolean =>
    method !== "GET" && path !== "/devices/search";
  const isStored = ({ path, body }: LoggedRequest): boolean =>
    path.startsWith("/triggers") && namesInventory(body);
  const isOperation = (request: LoggedRequest): boolean => isWrite(request) && !isStored(request);
  const ends = [log.findIndex(isWrite), log.findIndex(isOperation), log.findLastIndex(isOperation) + 1];
  const [plan = 0, announce = 0, apply = 0] = ends;
  const record = log.findLastIndex(isWrite) + 1;
  return log.map((_, i) =>
    i < plan ? "plan" : i < announce ? "announce" : i < apply ? "apply" : i < record ? "record" : "verify",
  );
}

/** The numbers of the requests that the fault is to hit, among those that it matches in a run that goes well. */
export function numbersOf({ kind, position }: Cell, log: Logged): readonly number[] {
  const { method, path, phase, count, is = () => true } = kind;
  const phases = phasesOf(log);
  const numbers = log
    .map((request, i) => ({ ...request, phase: phases[i] }))
    .filter((request) => request.method === method && new RegExp(`^(?:${path})`).test(request.path))
    .flatMap((request, i) => (request.phase === phase && is(request.body) ? [i + 1] : []));
  if (numbers.length < count) throw new RangeError(`there are only ${numbers.length} of ${kind.name}`);
  const [first = 0] = numbers;
  if (position === "all") return Array.from({ length: 1000 }, (_, i) => first + i);
  const place = { first: 0, middle: Math.floor((numbers.length - 1) / 2), last: numbers.length - 1 }[
    position
  ];
  return [numbers[place] ?? 0];
}

// ---------------------------------------------------------------- the rule

/** What becomes of the request that is hit. */
export type Fate =
  | "done"
  /** Nothing of it was done, or only what the report says. */
  | "failed"
  | "unknown"
  /** As failed, and nothing further is tried. */
  | "hopeless"
  /** Done, and not to be seen by who verifies. */
  | "unseen";

const TRANSIENT = new Set([...LIFTED_429, "502", "503", "504", "reset", "truncate", "delay"]);

export function fateOf(cell: Cell): Fate {
  const { kind, effect, position } = cell;
  if (kind.does === "create") return fateOfCreate(cell);
  if (kind.does === "read") {
    return TRANSIENT.has(effect) && position !== "all" ? "done" : "failed";
  }
  if (effect === "malformed" || effect === "empty") return "done";
  if (effect === "redirect") return "hopeless";
  if (effect.startsWith("refuse")) return "failed";
  if (TRANSIENT.has(effect) && position !== "all") return "done";
  return effect.startsWith("429") ? "failed" : "unknown";
}

/** A create that may have been carried out is looked for, and sent again only where it surely was not. */
function fateOfCreate({ effect, when, position }: Cell): Fate {
  if (effect === "long lag") return "unseen";
  if (effect === "redirect") return "hopeless";
  if (effect.startsWith("429")) return LIFTED_429.has(effect) && position !== "all" ? "done" : "failed";
  if (when === "after" || effect === "lag") return "done";
  return ["502", "503", "reset"].includes(effect) && position !== "all" ? "done" : "unknown";
}

/** How a run ends. */
export type End =
  | "whole"
  /** Planning fails. */
  | "not planned"
  /** The inventory cannot be written first, so that nothing else is. */
  | "not begun"
  /** All is applied; what comes afterwards fails. */
  | "applied, with an error"
  | "partly applied";

export function endOf({ kind }: Cell, fate: Fate): End {
  const { phase, does, run } = kind;
  // Old parts are removed by the next write; new ones are known by their ids.
  const harmless = does === "tidy" || (fate === "unseen" && phase !== "apply" && run === "second");
  if (fate === "done" || harmless) return "whole";
  switch (phase) {
    case "plan":
      return "not planned";
    case "announce":
      return "not begun";
    case "apply":
      return fate === "unseen" ? "applied, with an error" : "partly applied";
    default:
      return "applied, with an error";
  }
}

const CODES: Readonly<Record<string, string>> = {
  reset: "unreachable",
  truncate: "unreachable",
  delay: "timeout",
  malformed: "malformed",
  empty: "malformed",
  html: "not-an-appliance",
  redirect: "redirected",
};

/** The code of the error that a cell ends a run with. */
export function codeOf({ kind, effect }: Cell): string {
  if (effect === "long lag") return kind.phase === "announce" ? "inventory-not-kept" : "not-kept";
  return CODES[effect] ?? "refused";
}
