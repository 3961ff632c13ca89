/** Errors in what an entry asks for, located in it, and lists in their texts. */
import type { Lack } from "../kinds/dialect.ts";
import type { Diagnostic, Pointer, Resource, Target } from "../model.ts";

/** What is wrong, in the words of a `Diagnostic`. */
export type ProblemText = Pick<Diagnostic, "code" | "summary" | "detail">;

/** An error at a place of the entry; `source` where it stands elsewhere, as in a csv file. */
export function problem(
  resource: Resource,
  pointer: Pointer,
  text: ProblemText,
  source: Diagnostic["source"] = resource.at(pointer),
): Diagnostic {
  return {
    severity: "error",
    ...text,
    address: resource.address,
    pointer,
    ...(source === undefined ? {} : { source }),
  };
}

/** What a manifest asks of an appliance whose firmware cannot do it. */
export function notOnFirmware(
  { host, firmware }: Target,
  { lacks, instead }: Omit<Lack, "pointer">,
): ProblemText {
  return {
    code: "not-on-firmware",
    summary: "The appliance's firmware does not have this",
    detail: `${host} runs firmware ${firmware}, ${lacks}. ${instead}`,
  };
}

/** The first items by name, and how many more there are. */
export function listed(items: readonly string[], shown: number): string {
  const more = items.length > shown ? `, and ${items.length - shown} more` : "";
  return items.slice(0, shown).join(", ") + more;
}
