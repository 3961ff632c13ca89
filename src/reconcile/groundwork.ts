/** What of a plan no link decides, so that it is found out while links are being read. Pure. */
import { kindNamed } from "../kinds/index.ts";
import type { Diagnostic, FieldChange, Manifest } from "../model.ts";
import type { Steps } from "../slices.ts";
import { checkPortability } from "./checks.ts";
import { compareFields } from "./compare.ts";
import { explainPart, type Prepared, recordOf } from "./draft.ts";
import type { Match } from "./match.ts";
import { recordedFields } from "./record.ts";
import { createResolver } from "./resolve.ts";
import type { MatchedState, State } from "./snapshot.ts";

export interface Groundwork {
  readonly entries: readonly Prepared[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Prepares every entry that means an object or is to make one, a step for each. */
export function* layGroundwork(
  manifest: Manifest,
  { state, matching: { matches, diagnostics } }: MatchedState,
): Steps<Groundwork> {
  const resolve = createResolver(manifest, matches, state);
  const found = [...diagnostics, ...state.inventory.diagnostics];
  const entries: Prepared[] = [];
  for (const match of matches) {
    const { relations, diagnostics: unresolved } = resolve(match.resource);
    found.push(...unresolved, ...checkPortability(match, state.target));
    entries.push({ ...match, relations, fields: comparedFields(match, state), ...knownFields(match, state) });
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

/** Not of secrets: a hash of one takes 0.1 s. Not of what is new: a plan does not ask for it. */
function knownFields({ resource }: Match, { inventory }: State): Pick<Prepared, "recorded"> {
  const { ownership } = inventory;
  const known = ownership.kept && ownership.entryAt(resource.address) !== undefined;
  const secret = Object.keys(resource.secrets).length > 0;
  if (!known || secret || resource.lifecycle.state === "absent") return {};
  return { recorded: recordedFields(resource, ownership) };
}
