/** Small values of the model for tests: resources, manifests, live objects, snapshots, a port in memory. */
import type { AppliancePort } from "../../src/appliance/port.ts";
import { createNoStore } from "../../src/inventory/store.ts";
import { kindNamed, kinds } from "../../src/kinds/index.ts";
import { fromWire } from "../../src/kinds/wire.ts";
import type {
  DeviceSelector,
  Id,
  JsonObject,
  Lifecycle,
  LiveTarget,
  Manifest,
  Reference,
  Resource,
} from "../../src/model.ts";
import { selectorKey } from "../../src/reconcile/device-selectors.ts";
import type { SelectedDevices } from "../../src/reconcile/devices.ts";
import type { NamedTarget } from "../../src/reconcile/named-targets.ts";
import { type Ownership, UNRECORDED } from "../../src/reconcile/ownership.ts";
import { linkKey, type Snapshot } from "../../src/reconcile/snapshot.ts";

const LIFECYCLE: Lifecycle = {
  preventDestroy: false,
  ignoreChanges: [],
  renamedFrom: [],
  id: null,
  state: "present",
};

export interface ResourceParts {
  readonly fields?: JsonObject;
  readonly relations?: Readonly<Record<string, readonly (string | Reference)[]>>;
  readonly lifecycle?: Partial<Lifecycle>;
  readonly secrets?: Resource["secrets"];
}

/** `resource("tag/pci", {…})`; plain strings in relations are names. */
export function resource(address: string, parts: ResourceParts = {}): Resource {
  const [kind = "", ...rest] = address.split("/");
  const named = Object.entries(parts.relations ?? {}).map(([relation, references]) => [
    relation,
    references.map((r, i): Reference => (typeof r === "string" ? name(r, `/${relation}/${i}`) : r)),
  ]);
  return {
    address,
    kind,
    name: rest.join("/"),
    fields: parts.fields ?? {},
    relations: Object.fromEntries(named),
    lifecycle: { ...LIFECYCLE, ...parts.lifecycle },
    file: "manifests/test.yaml",
    secrets: parts.secrets ?? {},
    at: (pointer) => ({ file: `${address}${pointer}`, line: 1, column: 1 }),
  };
}

export function name(text: string, pointer = ""): Reference {
  return { to: "name", name: text, pointer };
}

export function device(
  selector: DeviceSelector,
  flags: { optional?: boolean; all?: boolean } = {},
): Reference {
  return {
    to: "device",
    selector,
    optional: flags.optional ?? false,
    all: flags.all ?? false,
    pointer: "/devices/0",
  };
}

export function manifest(...resources: readonly Resource[]): Manifest {
  const order = new Map(kinds.map((kind, i) => [kind.kind, i]));
  const sorted = [...resources].sort(
    (a, b) => (order.get(a.kind) ?? 0) - (order.get(b.kind) ?? 0) || (a.name < b.name ? -1 : 1),
  );
  const used = [...new Set(sorted.map((r) => r.kind))];
  return {
    owner: "test",
    inventory: { kind: "none" },
    maxDeletes: null,
    scope: { files: ["manifests/test.yaml"], folders: [] },
    resources: sorted,
    kinds: used,
    digest: () => "sha256:manifest",
  };
}

export function one(address: string, parts: ResourceParts = {}): Manifest {
  return manifest(resource(address, parts));
}

/** A live alert as the API has it, named by its id. */
export function alert(id: number, more: JsonObject = {}): JsonObject {
  return { id, name: `a${id}`, author: "ops", severity: 3, ...more };
}

export interface SnapshotParts {
  /** Wire objects by kind. */
  readonly objects?: Readonly<Record<string, readonly JsonObject[]>>;
  readonly targets?: Readonly<Record<string, readonly NamedTarget[]>>;
  /** `alert/16/device_groups` → what is linked. */
  readonly links?: Readonly<Record<string, readonly LiveTarget[]>>;
  readonly incoming?: Readonly<Record<string, readonly LiveTarget[]>>;
  readonly ownership?: Ownership;
  readonly similarNames?: readonly string[];
  readonly devices?: readonly (readonly [DeviceSelector, readonly LiveTarget[]])[];
}

export function snapshot(parts: SnapshotParts = {}): Snapshot {
  const lists = Object.entries(parts.objects ?? {}).map(([kind, wires]) => {
    return [kind, wires.map((wire) => fromWire(kindNamed(kind), wire))] as const;
  });
  return {
    target: { host: "eda", firmware: "8.7.1.2", platform: "discover" },
    objects: new Map(lists),
    inventory: {
      store: createNoStore(),
      ownership: parts.ownership ?? UNRECORDED,
      diagnostics: [],
    },
    targets: new Map(Object.entries(parts.targets ?? {})),
    similarNames: parts.similarNames ?? [],
    links: keyed(parts.links),
    incoming: keyed(parts.incoming),
    devices: new Map((parts.devices ?? []).map(([s, d]) => [selectorKey(s), d])) as SelectedDevices,
  };
}

function keyed(links: SnapshotParts["links"] = {}): Snapshot["links"] {
  return new Map(
    Object.entries(links).map(([path, targets]) => {
      const [kind = "", id = "", relation = ""] = path.split("/");
      return [linkKey(kind, id, relation), targets];
    }),
  );
}

export function target(address: string, id: Id, label?: string): LiveTarget {
  return { id, address, ...(label === undefined ? {} : { label }) };
}

/** One call of the port, as `METHOD path`, with its body. */
export interface Call {
  readonly call: string;
  readonly body?: unknown;
}

/** A port that answers from a function and remembers what it was asked; what is not answered is empty. */
export function fakePort(answer: (call: string, body?: unknown) => unknown = () => undefined): {
  readonly port: AppliancePort;
  readonly calls: Call[];
} {
  const calls: Call[] = [];
  const ask = async (call: string, body?: unknown): Promise<unknown> => {
    calls.push(body === undefined ? { call } : { call, body });
    return answer(call, body);
  };
  const query = (q: object = {}): string => {
    const text = new URLSearchParams(
      Object.entries(q).map(([k, v]): [string, string] => [k, String(v)]),
    ).toString();
    return text === "" ? "" : `?${text}`;
  };
  const list = async (call: string, body?: unknown): Promise<readonly JsonObject[]> =>
    ((await ask(call, body)) as readonly JsonObject[] | undefined) ?? [];
  let next = 100;
  const port: AppliancePort = {
    host: "eda",
    target: async () => ({ host: "eda", firmware: "8.7.1.2", platform: "discover" }),
    list: (path, q) => list(`GET ${path}${query(q)}`),
    listPages: (path, q) => list(`GET ${path}${query(q)}`),
    find: async (path) => (await ask(`GET ${path}`)) as JsonObject | undefined,
    search: (body) => list("POST /devices/search", body),
    create: async (path, body) => String((await ask(`POST ${path}`, body)) ?? next++),
    patch: async (path, body) => void (await ask(`PATCH ${path}`, body)),
    remove: async (path) => void (await ask(`DELETE ${path}`)),
    assign: async (path, body) => void (await ask(`POST ${path}`, body)),
    pause: async () => {},
    requests: () => ({}),
    close: async () => {},
  };
  return { port, calls };
}
