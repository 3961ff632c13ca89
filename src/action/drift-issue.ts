/** The issue of a target's drift: opened, brought up to date in place, closed when there is none. */
import type { Address, Document } from "../model.ts";
import { moment } from "../render/markdown-change.ts";
import { bodyOf, factsOf, links, MAX_BODY, ownerOf, shortName, titleName, type Where } from "./body-parts.ts";
import type { Marker } from "./marker.ts";

/** When drift was first seen, ISO 8601. */
export interface Sightings {
  /** Any at all, since there was last none. */
  readonly since: string;
  /** Each difference; absent where that was not remembered. */
  readonly seen?: Readonly<Record<Address, string>>;
}

/** The first sightings of the differences of now. `previous` is the marker of the open issue. */
export function sightings(
  previous: Marker | undefined,
  { changes }: Pick<Document, "changes">,
  now: string,
): Sightings {
  const since = previous?.since ?? now;
  const seen: Sightings["seen"] = previous === undefined ? {} : previous.seen;
  // A marker that had no room for them does not tell old ones from new ones.
  if (seen === undefined) return { since };
  const first = (address: Address): string =>
    (Object.hasOwn(seen, address) ? seen[address] : undefined) ?? now;
  return { since, seen: Object.fromEntries(changes.map(({ address }) => [address, first(address)])) };
}

export interface DriftOptions extends Where {
  /** ISO 8601. */
  readonly now: string;
  readonly limit?: number | undefined;
}

export function driftIssue(
  document: Document,
  options: DriftOptions & Partial<Sightings>,
): { readonly title: string; readonly body: string } {
  const { target, now, since = now, seen, limit = MAX_BODY } = options;
  const owner = ownerOf(document, options);
  const first = seen === undefined ? {} : { seen };
  const marker = { kind: "drift", target, owner, since, ...first } as const;
  const notes = [`**First seen** ${moment(since)} · **last seen** ${moment(now)}`];
  return {
    title: `Drift on ${titleName(target)}${owner === "" ? "" : ` (${titleName(owner)})`}`,
    body: bodyOf(
      document,
      { limit, facts: factsOf(document, options), notes, firstSeen: seen ?? {} },
      [ANSWERS, links(options)],
      marker,
    ),
  };
}

const ANSWERS = [
  "### What to do",
  "",
  "- `hopsync apply` puts back what was applied last, or what the manifests say by now.",
  "- `hopsync export --drift` writes what the appliance has into the manifests: commit it, and apply records it.",
  "- This issue is closed by the first run that finds no drift.",
].join("\n");

/** The comment with which the issue is closed. */
export function driftClosed(options: DriftOptions & Partial<Pick<Sightings, "since">>): string {
  const { target, now, since } = options;
  const lasted = since === undefined ? "" : ` It was first seen ${moment(since)}.`;
  return [
    `**No drift on ${shortName(target)} any more**, as of ${moment(now)}. The appliance is as it was last applied.${lasted}`,
    links(options),
  ].join("\n\n");
}

/** The pull request that accepts the drift; `document` is of the acceptance. */
export function acceptRequest(
  document: Document,
  options: Where & { readonly limit?: number | undefined },
): { readonly title: string; readonly body: string } {
  const { target, limit = MAX_BODY } = options;
  const owner = ownerOf(document, options);
  return {
    title: `Accept drift on ${titleName(target)}${owner === "" ? "" : ` (${titleName(owner)})`}`,
    body: bodyOf(document, { limit, facts: factsOf(document, options) }, [MERGING, links(options)]),
  };
}

/** The comment with which that pull request is closed. */
export function acceptClosed(options: DriftOptions): string {
  const { target, now } = options;
  return [
    `**Nothing to accept on ${shortName(target)} any more**, as of ${moment(now)}: the appliance does not differ in what this proposes.`,
    links(options),
  ].join("\n\n");
}

/** GitHub starts nothing by itself for what a workflow's own token made. */
const MERGING = [
  "Merged, the manifests say what stands left of each arrow, without what was deleted by hand, and the next apply records it. Closed, the next apply does what the table says and so undoes it.",
  "Apply takes a reviewed plan only. Where none appears below, approve its workflow, or close this and open it again.",
].join("\n\n");
