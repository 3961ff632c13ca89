/** The author that marks the alerts and triggers which ship with an appliance (facts §2.2). */
import type { JsonObject } from "../model.ts";
import type { Problem } from "./kind.ts";

const VENDOR = "ExtraHop";

/** Whether a live or declared object says that it ships with the appliance. */
export function hasVendorAuthor(fields: JsonObject): boolean {
  return fields.author === VENDOR;
}

/** An object declared with this author would count as built-in from then on. */
export function checkAuthor(fields: JsonObject): readonly Problem[] {
  if (!hasVendorAuthor(fields)) return [];
  return [
    {
      severity: "error",
      code: "reserved-author",
      summary: "The author is reserved for built-in objects",
      detail: `author: ${VENDOR} marks what ships with the appliance, and such an object can never be deleted. Name another author, or remove the line: the author is then left as it is.`,
      pointer: "/author",
    },
  ];
}
