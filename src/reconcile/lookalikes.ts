/**
 * A delete and a create that look like one object under a new name: then the id and everything assigned to
 * it would be lost for want of one line.
 */
import { matches } from "../inventory/record.ts";
import { kindNamed } from "../kinds/index.ts";
import type { Diagnostic, InventoryEntry } from "../model.ts";
import { declaredParts } from "./compare.ts";
import { type Planned, recordedLinks } from "./draft.ts";
import type { Ownership } from "./ownership.ts";

/** How much of what was applied must be declared again, of an object that has anything to compare. */
const SHARE = 0.8;

/** A warning for each pair that is alike to nothing else, with the line that makes it a rename. */
export function checkLookalikes(planned: readonly Planned[], ownership: Ownership): readonly Diagnostic[] {
  const ended = planned.flatMap(({ resource, live, draft }) => {
    const record = live === undefined ? undefined : ownership.entryOf(resource.kind, live.id);
    return draft?.action === "delete" && record !== undefined ? [{ resource, record }] : [];
  });
  const created = planned.filter(({ draft }) => draft?.action === "create");
  const pairs = created.flatMap((entry) =>
    ended
      .filter(({ resource }) => resource.kind === entry.resource.kind)
      .filter(({ record }) => isAlike(entry, record, ownership.inventory.salt))
      .map(({ resource: former }) => ({ entry, former })),
  );
  const isSure = ({ entry, former }: (typeof pairs)[number]): boolean =>
    pairs.filter((pair) => pair.entry === entry || pair.former === former).length === 1;
  return pairs.filter(isSure).map(({ entry, former }) => lookalike(entry, former.name));
}

function isAlike({ resource, relations }: Planned, record: InventoryEntry, salt: string): boolean {
  const fields = declaredParts(kindNamed(resource.kind), resource, {}).map(
    ({ part, declared }) => [record.fields[part], declared] as const,
  );
  const links = Object.entries(relations).map(
    ([name, wanted]) => [record.relations[name], recordedLinks(wanted)] as const,
  );
  const parts = [...fields, ...links];
  const same = parts.filter(
    ([recorded, declared]) => recorded !== undefined && matches(recorded, declared, salt),
  );
  const most = Math.max(
    parts.length,
    Object.keys(record.fields).length + Object.keys(record.relations).length,
  );
  return same.length > 0 && same.length >= most * SHARE;
}

function lookalike({ resource }: Planned, former: string): Diagnostic {
  return {
    severity: "warning",
    code: "looks-like-rename",
    summary: "A delete and a create look like a rename",
    detail: `${resource.address} is declared almost as ${JSON.stringify(former)} was, which is deleted. If it is the same object, keep its id and everything assigned to it: add lifecycle: {renamed_from: ${JSON.stringify(former)}}.`,
    address: resource.address,
    pointer: "/name",
    source: resource.at("/name"),
  };
}
