/**
 * The document of a command (design §6): put together from what the command has, and printed as
 * JSON. The JSON is a contract, described by document-schema.ts.
 */
import { sortDiagnostics } from "../diagnostics.ts";
import {
  type Action,
  type Attribution,
  type Change,
  type Command,
  type Diagnostic,
  type Document,
  type DroppedMembers,
  type Exported,
  type FieldChange,
  type FleetDocument,
  type InventoryReport,
  type Json,
  type JsonObject,
  type Manifest,
  type MovedAside,
  type MovedLink,
  type Operation,
  type Plan,
  type RelationChange,
  type RequestCounts,
  type Result,
  SENSITIVE,
  type Source,
  type Summary,
  type Target,
} from "../model.ts";
import { printableJson } from "./clean.ts";
import { inventoryJson } from "./inventory-document.ts";
import { requestEntries } from "./words.ts";

/** What a command has when it ends, however early that is. */
export interface DocumentParts {
  readonly command: Command;
  readonly exitCode: number;
  /** Of hopsync. */
  readonly version: string;
  readonly plan?: Plan | undefined;
  /** Known before a plan is, or without one. */
  readonly target?: Target | undefined;
  readonly owner?: string | undefined;
  readonly manifest?: Pick<Manifest, "digest"> | undefined;
  /** Besides those of the plan. */
  readonly diagnostics?: readonly Diagnostic[] | undefined;
  readonly results?: readonly Result[] | undefined;
  readonly exported?: Exported | undefined;
  readonly owned?: InventoryReport | undefined;
  readonly requests?: RequestCounts | undefined;
}

const ABOUT_INVENTORIES: ReadonlySet<Command> = new Set(["inventory show", "inventory repair", "forget"]);

const NO_CHANGES: Summary = {
  ...({ create: 0, adopt: 0, update: 0, rename: 0, replace: 0, delete: 0, release: 0 } satisfies Record<
    Action,
    0
  >),
  assign: 0,
  unassign: 0,
  unchanged: 0,
};

/** The document of a run; an `apply` has results in any case, if only none. */
export function toDocument(parts: DocumentParts): Document {
  const { plan } = parts;
  const results = parts.results ?? (parts.command === "apply" ? [] : undefined);
  return {
    format: 1,
    command: parts.command,
    exit_code: parts.exitCode,
    tool: { name: "hopsync", version: parts.version },
    target: plan?.target ?? parts.target ?? null,
    owner: plan?.owner ?? parts.owner ?? null,
    // Only some renderings show them, and of a large manifest each takes a tenth of a second.
    get digest() {
      return plan?.digest ?? null;
    },
    get manifest_digest() {
      return plan?.manifestDigest ?? parts.manifest?.digest() ?? null;
    },
    summary: plan?.summary ?? NO_CHANGES,
    inventory: plan?.inventory ?? false,
    changes: plan?.changes ?? [],
    diagnostics: sortDiagnostics([...(plan?.diagnostics ?? []), ...(parts.diagnostics ?? [])]),
    ...(results === undefined ? {} : { results }),
    ...(parts.command === "export" ? { exported: parts.exported ?? null } : {}),
    ...(ABOUT_INVENTORIES.has(parts.command) ? { owned: parts.owned ?? null } : {}),
    requests: parts.requests ?? {},
  };
}

/** The document as JSON text, indented, with a line break at the end. */
export function renderJson(document: Document): string {
  return print(documentJson(document));
}

/** The documents of several targets, by the targets' names, as one JSON text. */
export function renderFleetJson({ format, targets, exit_code, diagnostics }: FleetDocument): string {
  return print({
    format,
    targets: Object.fromEntries(targets.map(({ name, document }) => [name, documentJson(document)])),
    exit_code,
    diagnostics: diagnostics.map(diagnosticJson),
  });
}

function print(value: JsonObject): string {
  return `${printableJson(JSON.stringify(value, null, 2))}\n`;
}

/** Each key is written out, so that what is added to the model does not slip into the contract. */
function documentJson(document: Document): JsonObject {
  return {
    format: document.format,
    command: document.command,
    exit_code: document.exit_code,
    tool: { name: document.tool.name, version: document.tool.version },
    target: document.target === null ? null : targetJson(document.target),
    owner: document.owner,
    digest: document.digest,
    manifest_digest: document.manifest_digest,
    summary: summaryJson(document.summary),
    inventory: document.inventory,
    changes: document.changes.map(changeJson),
    diagnostics: document.diagnostics.map(diagnosticJson),
    ...(document.results === undefined ? {} : { results: document.results.map(resultJson) }),
    ...given("exported", document.exported && exportedJson(document.exported)),
    ...given("owned", document.owned && inventoryJson(document.owned)),
    requests: Object.fromEntries(requestEntries(document.requests)),
  };
}

function targetJson({ host, firmware, platform }: Target): JsonObject {
  return { host, firmware, platform };
}

function summaryJson(summary: Summary): JsonObject {
  const {
    create,
    adopt,
    update,
    rename,
    replace,
    delete: deletes,
    release,
    assign,
    unassign,
    unchanged,
  } = summary;
  return { create, adopt, update, rename, replace, delete: deletes, release, assign, unassign, unchanged };
}

function changeJson(change: Change): JsonObject {
  return {
    address: change.address,
    action: change.action,
    id: change.id,
    wave: change.wave,
    requires: change.requires,
    cause: change.cause,
    ...given("previous_name", change.previousName),
    ...given("aside", change.aside && asideJson(change.aside)),
    ...given("adopts", change.adopts),
    fields: change.fields.map(fieldJson),
    relations: change.relations.map(relationJson),
    ...given("released", change.released),
    ...given("moved", change.moved?.map(movedJson)),
    ...given("dropped", change.dropped && droppedJson(change.dropped)),
    ...given("attribution", change.attribution?.map(attributionJson)),
    operations: change.operations.map(operationJson),
    ...given("source", change.source && sourceJson(change.source)),
  };
}

/** Masked data holds no sensitive value; this does not rely on it. */
function fieldJson(field: FieldChange): JsonObject {
  const shown = (value: Json | undefined): Json | undefined =>
    field.sensitive && value !== undefined ? SENSITIVE : value;
  return {
    pointer: field.pointer,
    ...given("before", shown(field.before)),
    ...given("after", shown(field.after)),
    cause: field.cause,
    sensitive: field.sensitive,
    ...given("hashed", field.hashed),
  };
}

function relationJson(relation: RelationChange): JsonObject {
  return {
    relation: relation.relation,
    assign: relation.assign,
    unassign: relation.unassign,
    cause: relation.cause,
    ...given("labels", relation.labels),
    ...given("hashed", relation.hashed),
  };
}

function asideJson({ address, name }: MovedAside): JsonObject {
  return { address, name };
}

function movedJson({ address, relation }: MovedLink): JsonObject {
  return { address, relation };
}

function droppedJson({ members, labels }: DroppedMembers): JsonObject {
  return { members, ...given("labels", labels) };
}

function attributionJson({ time, user, operation, from }: Attribution): JsonObject {
  return { time, user, operation, from };
}

function operationJson({ method, path, body }: Operation): JsonObject {
  return { method, path, ...given("body", body) };
}

export function diagnosticJson(diagnostic: Diagnostic): JsonObject {
  const { severity, code, summary, detail, address, pointer, source, related } = diagnostic;
  return {
    severity,
    code,
    summary,
    detail,
    ...given("address", address),
    ...given("pointer", pointer),
    ...given("source", source && sourceJson(source)),
    ...given("related", related?.map(sourceJson)),
  };
}

function sourceJson({ file, line, column }: Source): JsonObject {
  return { file, line, column };
}

function resultJson({ address, action, outcome, error, unknown, blockedBy }: Result): JsonObject {
  return {
    address,
    action,
    outcome,
    ...given("error", error),
    ...given("unknown", unknown),
    ...given("blocked_by", blockedBy),
  };
}

function exportedJson({ objects, files, accepted, manifest }: Exported): JsonObject {
  return { objects, files, ...given("accepted", accepted), ...given("manifest", manifest) };
}

function given(key: string, value: Json | undefined): JsonObject {
  return value === undefined ? {} : { [key]: value };
}
