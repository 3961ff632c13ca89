/**
 * Drift → what the manifest's entries must say to agree with the appliance. Pure. What a person changed
 * in the manifest as well, and what comes from outside of it, is left to people.
 */
import { NOT_ACCEPTED } from "../diagnostics.ts";
import { parsePointer, pointer } from "../json.ts";
import { kindNamed } from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";
import { normalise } from "../kinds/wire.ts";
import type {
  Change,
  Diagnostic,
  EntryEdit,
  FieldChange,
  FieldEdit,
  JsonObject,
  LiveObject,
  Manifest,
  Pointer,
  Resource,
} from "../model.ts";
import { acceptLinks, type LinkWriter, linkWriter, renameReferences } from "./accept-links.ts";
import { type AppliedEntry, appliedEntries } from "./applied.ts";
import { friendlyFields } from "./export-entry.ts";
import { nameOf } from "./ownership.ts";
import { problem } from "./problem.ts";
import type { Snapshot } from "./snapshot.ts";

export interface Acceptance {
  readonly edits: readonly EntryEdit[];
  /** What must be decided by a person, one error each. */
  readonly refused: readonly Diagnostic[];
}

/** What `findDrift` found in this snapshot, as edits. */
export function acceptDrift(manifest: Manifest, changes: readonly Change[], snapshot: Snapshot): Acceptance {
  const { compared } = appliedEntries(manifest, snapshot);
  const applied = new Map(compared.map((item) => [item.entry.address, item]));
  const write = linkWriter(manifest, snapshot);
  const accepted = changes.flatMap((change): Acceptance[] => {
    const found = applied.get(change.address);
    return found === undefined ? [] : [acceptChange(change, found, write)];
  });
  const edits = accepted.flatMap((acceptance) => acceptance.edits);
  return {
    edits: [...edits, ...renameReferences(manifest, edits)],
    refused: accepted.flatMap(({ refused }) => refused),
  };
}

function acceptChange(
  change: Change,
  { resource, live, entry }: AppliedEntry,
  write: LinkWriter,
): Acceptance {
  if (resource === undefined) {
    const agreed = [{ address: change.address, fields: [], lists: [] }];
    return live === undefined ? { edits: agreed, refused: [] } : { edits: [], refused: [undeclared(change)] };
  }
  const refuse = (at: Pointer, why: string): Diagnostic => refusal(resource, at, why);
  if (live === undefined) {
    return change.cause === "conflict"
      ? { edits: [], refused: [refuse("/name", `${change.address} is gone from the appliance, and ${BOTH}`)] }
      : { edits: [{ address: resource.address, remove: true, fields: [], lists: [] }], refused: [] };
  }
  if (change.action === "replace") {
    return { edits: [], refused: [refuse("/name", ANOTHER_VARIANT)] };
  }
  const renamed = live.name !== nameOf(entry.address) && live.name !== resource.name;
  const name = renamed && resource.name === nameOf(entry.address) ? { name: live.name } : {};
  const fields = acceptFields(change, resource, live, refuse);
  const lists = change.relations.map((relation) => acceptLinks(relation, resource, live, write, refuse));
  return {
    edits: [
      {
        address: resource.address,
        ...name,
        fields: fields.edits,
        lists: lists.flatMap(({ edits }) => edits),
      },
    ],
    refused: [
      ...(renamed && !("name" in name) ? [refuse("/name", `The name: ${BOTH}`)] : []),
      ...fields.refused,
      ...lists.flatMap(({ refused }) => refused),
    ],
  };
}

const BOTH =
  "the manifest was changed since the last apply as well. Decide which is right and edit it by hand.";

const ANOTHER_VARIANT =
  "The object was made another one (static or dynamic), which takes another entry. Copy it from hopsync export, or let apply replace the object.";

function refusal(resource: Resource, at: Pointer, detail: string): Diagnostic {
  const { code, summary } = NOT_ACCEPTED;
  return problem(resource, at, { code, summary, detail });
}

function undeclared({ address }: Change): Diagnostic {
  const detail = `${address} was changed on the appliance, and the manifest has it no more: there is no entry to write it into. apply deletes the object; to keep it, restore the entry or run hopsync forget.`;
  return { ...NOT_ACCEPTED, detail, address };
}

type Refuse = (at: Pointer, why: string) => Diagnostic;

function acceptFields(
  { fields }: Change,
  resource: Resource,
  live: LiveObject,
  refuse: Refuse,
): { readonly edits: readonly FieldEdit[]; readonly refused: readonly Diagnostic[] } {
  const kind = kindNamed(resource.kind);
  const shown = friendlyFields(kind, fieldsOf(kind, live));
  const parts = [...new Set(fields.map((field) => partOf(kind, field)))];
  const decided = parts.map((part) => {
    const own = fields.filter((field) => partOf(kind, field) === part);
    return { part, why: whyNot(own) ?? whyUnsayable(kind, part, live) };
  });
  return {
    edits: decided.flatMap(({ part, why }) =>
      why === undefined ? [fieldEdit(kind, part, live, shown)] : [],
    ),
    refused: decided.flatMap(({ part, why }) => (why === undefined ? [] : [refuse(part, why)])),
  };
}

/** What is compared and written as a whole: a field, or a key of one whose keys are managed one by one. */
function partOf(kind: Kind, { pointer: at }: FieldChange): Pointer {
  const [name = "", ...rest] = parsePointer(at);
  return pointer(name, ...(kind.fields[name]?.merge === true ? rest.slice(0, 1) : []));
}

function whyNot(fields: readonly FieldChange[]): string | undefined {
  const [first] = fields;
  const name = parsePointer(first?.pointer ?? "")[0];
  if (fields.some(({ sensitive }) => sensitive)) {
    return `${name} holds a value from the environment, which is in no file. Change the variable, or let apply write it again.`;
  }
  return fields.some(({ cause }) => cause === "conflict")
    ? `${name} was changed on the appliance, and ${BOTH}`
    : undefined;
}

/** Nothing is live, and a manifest has no word for that. */
function whyUnsayable(kind: Kind, part: Pointer, live: LiveObject): string | undefined {
  const [name = "", key] = parsePointer(part);
  const said = normalise(kind, name, live.fields[name]) !== null || kind.fields[name]?.empty !== undefined;
  return said || key !== undefined
    ? undefined
    : `The appliance has no ${name} any more, and a manifest can only leave it out. Remove the key to let go of it, or let apply write it again.`;
}

function fieldEdit(kind: Kind, part: Pointer, live: LiveObject, shown: JsonObject): FieldEdit {
  const [name = "", key] = parsePointer(part);
  const whole = live.fields[name] ?? null;
  if (key !== undefined) {
    const value = typeof whole === "object" && whole !== null ? ((whole as JsonObject)[key] ?? null) : null;
    return { pointer: part, value, shown: value };
  }
  if (normalise(kind, name, whole) === null) {
    const empty = kind.fields[name]?.empty ?? null;
    return { pointer: part, value: empty, shown: empty };
  }
  return { pointer: part, value: whole, shown: shown[name] ?? whole };
}

function fieldsOf(kind: Kind, live: LiveObject): JsonObject {
  return Object.fromEntries(Object.entries(live.fields).filter(([name]) => Object.hasOwn(kind.fields, name)));
}
