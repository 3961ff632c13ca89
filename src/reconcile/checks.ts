/** What the appliance would refuse, or would make useless, seen before anything is sent. */
import { equal, parsePointer, valueAt } from "../json.ts";
import { type Lack, lacksOf, writeBody } from "../kinds/dialect.ts";
import { DESCRIBED_FIRMWARE, isDescribed } from "../kinds/firmware.ts";
import { kindNamed } from "../kinds/index.ts";
import { missingOnCreate } from "../kinds/wire.ts";
import type { Diagnostic, JsonObject, LiveObject, Resource, Target } from "../model.ts";
import { templatedFields } from "../secrets.ts";
import { topField } from "./compare.ts";
import { type Draft, freesName, type Planned } from "./draft.ts";
import type { Match } from "./match.ts";
import { notOnFirmware, problem } from "./problem.ts";
import type { Snapshot } from "./snapshot.ts";

/** A warning where the firmware is none that the kinds describe. */
export function checkFirmware({ host, firmware }: Target): readonly Diagnostic[] {
  if (isDescribed(firmware)) return [];
  return [
    {
      severity: "warning",
      code: "unknown-firmware",
      summary: "The appliance's firmware is not one that hopsync knows",
      detail: `${host} runs ${firmware}; this version of hopsync describes firmware ${DESCRIBED_FIRMWARE}. What another firmware does not understand it refuses. Read the plan with care.`,
    },
  ];
}

/** What an entry declares and the appliance's firmware does not have. What is only sent on create is not, once it is live. */
export function checkPortability({ resource, live }: Match, target: Target): readonly Diagnostic[] {
  const { ignoreChanges, state } = resource.lifecycle;
  if (state === "absent") return [];
  const counts = (name: string): boolean => live === undefined || !ignoreChanges.includes(name);
  const fields = Object.fromEntries(Object.entries(resource.fields).filter(([name]) => counts(name)));
  const relations = Object.keys(resource.relations).filter(counts);
  const lacks = lacksOf(kindNamed(resource.kind), target.firmware, fields, relations);
  return [...lacks, ...movedSecrets(resource, target.firmware)].map((lack) =>
    problem(resource, lack.pointer, notOnFirmware(target, lack)),
  );
}

/** A secret is filled in where it is declared, so it cannot be in a value that the firmware writes another way. */
function movedSecrets(resource: Resource, firmware: string): readonly Lack[] {
  const secrets = Object.keys(resource.secrets);
  if (secrets.length === 0) return [];
  const templated = templatedFields(resource);
  const written = writeBody(kindNamed(resource.kind), firmware, templated);
  return secrets
    .filter((at) => !equal(valueAt(written, parsePointer(at)), valueAt(templated, parsePointer(at))))
    .map((at) => ({
      pointer: at,
      lacks: "where this is written in another form, into which a value from the environment cannot be put",
      instead: "Take the value from a variable, ${var:NAME}, if it is no secret.",
    }));
}

/** Errors in what the plan would make of its entries. */
export function checkPlanned(planned: readonly Planned[], snapshot: Snapshot): readonly Diagnostic[] {
  const names = liveNames(snapshot);
  const freed = freedNames(planned);
  return planned.flatMap((entry) => {
    const { resource, live, draft } = entry;
    if (draft === undefined || draft.action === "delete" || draft.action === "release") return [];
    return [
      ...missingFields(resource, live, draft),
      ...misplacedFields(resource, live),
      ...pinnedReplace(resource, draft),
      ...takenName(resource, draft, names, freed),
      ...builtInMark(resource, live, draft),
    ];
  });
}

/** What the object will hold. */
function future(resource: Resource, live: LiveObject | undefined): JsonObject {
  return { ...live?.fields, ...resource.fields };
}

/** Fields without which a new object cannot be made, or one that changes its type does nothing. */
function missingFields(
  resource: Resource,
  live: LiveObject | undefined,
  draft: Draft,
): readonly Diagnostic[] {
  const kind = kindNamed(resource.kind);
  const before = draft.action === "create" || live === undefined ? [] : missingOnCreate(kind, live.fields);
  const missing = missingOnCreate(kind, future(resource, live)).filter((name) => !before.includes(name));
  if (missing.length === 0) return [];
  const detail =
    live === undefined
      ? `${resource.address} does not exist yet, and ${kind.noun} cannot be made without: ${missing.join(", ")}. Add what is missing; if the object should exist already, check its name.`
      : `After this change ${resource.address} would lack ${missing.join(", ")} and do nothing. Add what is missing.`;
  return [
    problem(resource, "/name", {
      code: "missing-on-create",
      summary: "An object lacks a field that it needs",
      detail,
    }),
  ];
}

/** Fields without a meaning for the live object, which the manifest leaves what it is. */
function misplacedFields(resource: Resource, live: LiveObject | undefined): readonly Diagnostic[] {
  const { applies, decidedBy, noun } = kindNamed(resource.kind);
  if (applies === undefined || decidedBy === undefined || live === undefined) return [];
  if (resource.fields[decidedBy] !== undefined) return [];
  const whole = { ...resource.fields, [decidedBy]: live.fields[decidedBy] ?? null };
  return Object.keys(resource.fields)
    .filter((name) => !applies(name, whole))
    .flatMap((name) => {
      const detail = `On the appliance ${resource.address} (id ${live.id}) is ${noun} of ${decidedBy} ${String(live.fields[decidedBy])}, to which ${name} does not apply. Declare ${decidedBy} as well to change it, or remove ${name}.`;
      return [
        problem(resource, `/${name}`, {
          code: "not-applicable",
          summary: "The field does not apply to the live object",
          detail,
        }),
      ];
    });
}

/** The successor has another id, so the pin would point nowhere from the next run on. */
function pinnedReplace(resource: Resource, draft: Draft): readonly Diagnostic[] {
  if (draft.action !== "replace" || resource.lifecycle.id === null) return [];
  const detail = `${resource.address} must be made anew, since the API cannot turn it into what is declared, and would lose the id ${resource.lifecycle.id} that lifecycle.id pins. Remove lifecycle.id, or declare the new object under another name.`;
  return [
    problem(resource, "/lifecycle/id", {
      code: "replace-of-pinned",
      summary: "A pinned object cannot be replaced",
      detail,
    }),
  ];
}

type Names = ReadonlyMap<string, readonly LiveObject[]>;

function liveNames({ objects }: Snapshot): Names {
  const all = [...objects].flatMap(([kind, list]) =>
    list.map((object) => [`${kind}/${object.name}`, object] as const),
  );
  const names = new Map<string, LiveObject[]>();
  for (const [name, object] of all) names.set(name, [...(names.get(name) ?? []), object]);
  return names;
}

/** Live objects whose names this run gives up, as `kind id`. */
function freedNames(planned: readonly Planned[]): ReadonlySet<string> {
  return new Set(
    planned.flatMap(({ resource, live, draft }) =>
      draft !== undefined && freesName(draft) ? [`${resource.kind} ${live?.id}`] : [],
    ),
  );
}

/** A rename to a name that another live object keeps makes two of one name, or fails. */
function takenName(
  resource: Resource,
  draft: Draft,
  names: Names,
  freed: ReadonlySet<string>,
): readonly Diagnostic[] {
  if (draft.previousName === undefined || draft.action === "replace") return [];
  const holder = (names.get(resource.address) ?? []).find(
    ({ id }) => id !== draft.id && !freed.has(`${resource.kind} ${id}`),
  );
  if (holder === undefined) return [];
  const detail = `${JSON.stringify(draft.previousName)} (id ${draft.id}) would become ${JSON.stringify(resource.name)}, which is the name of id ${holder.id} already. Rename or delete that one first, or choose another name.`;
  return [
    problem(resource, "/name", {
      code: "both-names-live",
      summary: "Both the old and the new name exist",
      detail,
    }),
  ];
}

/** What tells built-in objects apart is not changed on them: they would lose their protection. */
function builtInMark(resource: Resource, live: LiveObject | undefined, draft: Draft): readonly Diagnostic[] {
  if (live?.builtIn !== true) return [];
  const kind = kindNamed(resource.kind);
  const changed = new Set(draft.fields.map(topField));
  const mark = [...changed].find(
    (name) => !kind.builtIn({ ...live.fields, [name]: resource.fields[name] ?? null }),
  );
  if (mark === undefined) return [];
  const detail = `${resource.address} (id ${live.id}) ships with the appliance, which ${mark} tells. Changing ${mark} would make it look like one of yours. Remove ${mark}.`;
  return [
    problem(resource, `/${mark}`, {
      code: "built-in-mark",
      summary: "A built-in object must stay recognisable",
      detail,
    }),
  ];
}
