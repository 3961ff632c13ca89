/** What of a plan no link decides, so that it is found out while links are being read. Pure. */
import { kindNamed } from "../kinds/index.ts";
import type { Diagnostic, FieldChange, Manifest } from "../model.ts";
import { checkPortability } from "./checks.ts";
import { compareFields } from "./compare.ts";
import { explainPart, type PreparedEntry, recordOf } from "./draft.ts";
import type { Match } from "./match.ts";
import { entryFor, NONE } from "./record.ts";
import { createResolver } from "./resolve.ts";
import type { Steps } from "./slices.ts";
import type { MatchedState, State } from "./snapshot.ts";

export interface Groundwork {
  readonly entries: readonly PreparedEntry[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Prepares every entry that means an object or is to make one, a step for each. */
export function* layGroundwork(
  manifest: Manifest,
  { state, matching: { matches, diagnostics } }: MatchedState,
): Steps<Groundwork> {
  const resolve = createResolver(manifest, matches, state);
  const found = [...diagnostics, ...state.inventory.diagnostics];
  const entries: PreparedEntry[] = [];
  for (const match of matches) {
    const { relations, diagnostics: unresolved } = resolve(match.resource);
    found.push(...unresolved, ...checkPortability(match, state.target));
    const entry = { ...match, relations, fields: comparedFields(match, state) };
    entries.push(isRecorded(match, state) ? withRecord(entry, state) : entry);
    yield;
  }
  return { entries, diagnostics: found };
}

function comparedFields({ resource, live }: Match, { inventory }: State): readonly FieldChange[] {
  if (live === undefined || resource.lifecycle.state === "absent") return [];
  const { ownership } = inventory;
  const record = recordOf(ownership, resource, live);
  return compareFields(kindNamed(resource.kind), resource, live, record, explainPart(ownership, record));
}

/** Whether a plan without changes will ask what the inventory is to say. Not of secrets: a hash of one takes 0.1 s. */
function isRecorded({ resource }: Match, { inventory }: State): boolean {
  const { kept, entryAt } = inventory.ownership;
  const { lifecycle, secrets, address } = resource;
  return (
    kept &&
    lifecycle.state === "present" &&
    Object.keys(secrets).length === 0 &&
    entryAt(address) !== undefined
  );
}

function withRecord(entry: PreparedEntry, { inventory }: State): PreparedEntry {
  return { ...entry, recorded: entryFor(entry, inventory.ownership, NONE) };
}
