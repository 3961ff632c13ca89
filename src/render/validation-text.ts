/** What `validate` says of a manifest without errors. */
import type { Manifest } from "../model.ts";

/** `The manifest is valid: 12 resources, owner "network-team".` */
export function renderValidation({ resources, owner }: Pick<Manifest, "resources" | "owner">): string {
  const noun = resources.length === 1 ? "resource" : "resources";
  return `The manifest is valid: ${resources.length} ${noun}, owner ${JSON.stringify(owner)}.\n`;
}
