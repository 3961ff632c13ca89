/**
 * The state file. Format 1 is one JSON object:
 *
 *     {"version": 1,
 *      "collections": {"tags": [{"id": 1, "mod_time": …, "name": "pci"}], "alerts": […], "devices": […], …},
 *      "links": {"tags/devices": {"1": [10180, 10181]}, "alerts/devicegroups": {…}, …},
 *      "built_in": {"alerts": [11], "emailgroups": [1]},
 *      "next_ids": {"alerts": 20},
 *      "software": {"10180": [{"id": "windows_10", …}]},
 *      "audit_log": [newest first]}
 *
 * A collection holds what its list answers (`GET /alerts`), so that recorded answers of a real appliance can
 * be put in by hand. Links are written from the first name of a relation. Everything but `version` and
 * `collections` may be left out, and so may a collection. A file that is not like this is an error.
 */
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { textOfFile } from "../bounded-file.ts";
import { HopsyncError } from "../errors.ts";
import { isArray, isObject } from "../json.ts";
import type { Json, JsonObject } from "../model.ts";
import { COLLECTIONS, type Collection, RELATIONS, type WireObject } from "./collections.ts";
import type { ApplianceState, AuditEntry, Contents, Section } from "./state.ts";

const VERSION = 1;
/** Some hundred thousand devices. */
const MAX_MEGABYTES = 256;

/** What a state file holds, or undefined when there is none yet. */
export function loadContents(file: string): Contents | undefined {
  if (!existsSync(file)) return undefined;
  const root = parse(file);
  if (root.version !== VERSION) {
    throw damaged(
      file,
      `its version is ${JSON.stringify(root.version ?? null)}, this sandbox reads ${VERSION}`,
    );
  }
  const collections = readCollections(file, part(file, root, "collections"));
  return {
    collections,
    links: readLinks(file, part(file, root, "links"), collections),
    builtIn:
      root.built_in === undefined ? guessBuiltIns(collections) : readIds(file, part(file, root, "built_in")),
    nextIds: readNumbers(file, part(file, root, "next_ids")),
    software: readSoftware(file, part(file, root, "software")),
    auditLog: readAuditLog(file, root.audit_log),
  };
}

function damaged(file: string, why: string): HopsyncError {
  return new HopsyncError("sandbox-state", `The sandbox's state file ${file} cannot be used: ${why}.`, {
    hint: "Repair the file, or move it away to start with a new appliance.",
  });
}

function parse(file: string): JsonObject {
  try {
    const text = textOfFile(file, MAX_MEGABYTES * 1024 * 1024);
    if (text === undefined) throw damaged(file, `it is no file of ${MAX_MEGABYTES} MB at most`);
    const root: Json = JSON.parse(text);
    if (isObject(root)) return root;
  } catch (cause) {
    if (cause instanceof HopsyncError) throw cause;
    if (!(cause instanceof SyntaxError))
      throw damaged(file, String(cause instanceof Error ? cause.message : cause));
  }
  throw damaged(file, "it is not a JSON object");
}

function part(file: string, root: JsonObject, key: string): JsonObject {
  const value = root[key];
  if (value === undefined && key !== "collections") return {};
  if (value !== undefined && isObject(value)) return value;
  throw damaged(file, `"${key}" is not an object`);
}

function readCollections(file: string, lists: JsonObject): Contents["collections"] {
  refuseUnknown(file, lists, COLLECTIONS, "collection");
  const entries = COLLECTIONS.map((name) => [name, readObjects(file, name, lists[name])] as const);
  return Object.fromEntries(entries) as Record<Collection, readonly WireObject[]>;
}

function readObjects(file: string, name: string, list: Json | undefined): readonly WireObject[] {
  if (list === undefined) return [];
  if (!isArray(list)) throw damaged(file, `"${name}" is not a list`);
  const objects = list.map((item) => {
    if (isWireObject(item)) return item;
    throw damaged(file, `"${name}" holds something without an integer id`);
  });
  if (new Set(objects.map(({ id }) => id)).size < objects.length)
    throw damaged(file, `"${name}" has an id twice`);
  return objects.toSorted((a, b) => a.id - b.id);
}

function isWireObject(value: Json): value is WireObject {
  return isObject(value) && Number.isSafeInteger(value.id) && Number(value.id) >= 0;
}

function readLinks(
  file: string,
  relations: JsonObject,
  collections: Contents["collections"],
): Contents["links"] {
  refuseUnknown(file, relations, RELATIONS, "relation");
  const known = Object.fromEntries(
    COLLECTIONS.map((name) => [name, new Set(collections[name].map(({ id }) => id))]),
  );
  for (const [relation, lists] of Object.entries(relations)) {
    const [first = "", second = ""] = relation.split("/");
    for (const [id, ids] of Object.entries(numberLists(file, relation, lists))) {
      const dangling = !known[first]?.has(Number(id)) || ids.some((other) => !known[second]?.has(other));
      if (dangling)
        throw damaged(file, `a link of "${relation}" names an object that is not there (from ${id})`);
    }
  }
  return Object.fromEntries(
    Object.entries(relations).map(([key, lists]) => [key, numberLists(file, key, lists)]),
  );
}

function numberLists(file: string, key: string, value: Json): Readonly<Record<string, readonly number[]>> {
  if (!isObject(value)) throw damaged(file, `"${key}" is not an object`);
  return Object.fromEntries(Object.entries(value).map(([id, list]) => [id, numbers(file, key, list)]));
}

function numbers(file: string, key: string, value: Json): readonly number[] {
  if (!isArray(value)) throw damaged(file, `"${key}" holds something that is not a list of ids`);
  return value.map((item) => number(file, key, item));
}

function number(file: string, key: string, value: Json): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw damaged(file, `"${key}" holds something that is not an integer`);
}

function readIds(file: string, value: JsonObject): Contents["builtIn"] {
  refuseUnknown(file, value, COLLECTIONS, "collection");
  return numberLists(file, "built_in", value);
}

/** What recorded answers tell: the vendor is the author, and email group 1 is the default one. */
function guessBuiltIns({ alerts, triggers }: Contents["collections"]): Contents["builtIn"] {
  const vendors = (objects: readonly WireObject[]): readonly number[] =>
    objects.filter(({ author }) => author === "ExtraHop").map(({ id }) => id);
  return { alerts: vendors(alerts), triggers: vendors(triggers), emailgroups: [1] };
}

function readNumbers(file: string, value: JsonObject): Contents["nextIds"] {
  refuseUnknown(file, value, COLLECTIONS, "collection");
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, number(file, "next_ids", item)]),
  );
}

function readSoftware(file: string, value: JsonObject): Contents["software"] {
  const entries = Object.entries(value).map(([id, list]) => {
    if (isArray(list) && list.every(isObject)) return [id, list] as const;
    throw damaged(file, '"software" holds something that is not a list of objects');
  });
  return Object.fromEntries(entries);
}

function readAuditLog(file: string, value: Json | undefined): readonly AuditEntry[] {
  if (value === undefined) return [];
  if (!isArray(value)) throw damaged(file, '"audit_log" is not a list');
  return value.map((entry) => {
    if (isAuditEntry(entry)) return entry;
    throw damaged(file, '"audit_log" holds something without id, occur_time and body');
  });
}

function isAuditEntry(value: Json): value is AuditEntry {
  return isWireObject(value) && Number.isSafeInteger(value.occur_time) && isObject(value.body ?? null);
}

function refuseUnknown(file: string, object: JsonObject, known: readonly string[], what: string): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown !== undefined) throw damaged(file, `there is no ${what} "${unknown}"`);
}

/**
 * A function that writes the state whole, by way of a temporary file. The text of a section is kept until the
 * section changes, since the devices are most of the file and seldom do.
 */
export function createSaver(file: string, state: ApplianceState): () => void {
  const texts = new Map<Section, { readonly revision: number; readonly text: string }>();
  const software = JSON.stringify(state.remainder().software);
  const section = (name: Section, value: () => unknown): string => {
    const kept = texts.get(name);
    const revision = state.revision(name);
    if (kept?.revision === revision) return kept.text;
    const text = JSON.stringify(value());
    texts.set(name, { revision, text });
    return text;
  };
  return () => {
    const collections = COLLECTIONS.map((name) => `"${name}":${section(name, () => state.list(name))}`);
    const { builtIn, nextIds } = state.remainder();
    const parts = [
      `"version":${VERSION}`,
      `"collections":{${collections.join(",\n")}}`,
      `"links":${section("links", () => state.links.lists())}`,
      `"built_in":${JSON.stringify(builtIn)}`,
      `"next_ids":${JSON.stringify(nextIds)}`,
      `"software":${software}`,
      `"audit_log":${section("auditLog", () => state.auditLog())}`,
    ];
    writeAtomically(file, `{${parts.join(",\n")}}\n`);
  };
}

function writeAtomically(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, file);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new HopsyncError("sandbox-state", `The sandbox cannot write its state file ${file}.`, {
      hint: "Check that the folder exists and can be written to.",
      cause,
    });
  }
}
