/** Whose inventory is meant, and where it is kept: as the manifests say, or an owner's on the appliance. */
import { HopsyncError } from "../errors.ts";
import type { Manifest } from "../model.ts";
import type { ConnectionFlags, ManifestOptions, OutputOptions } from "./options.ts";
import type { Session } from "./session.ts";

export interface InventoryFlags extends OutputOptions, ManifestOptions, ConnectionFlags {
  /** Instead of manifests. */
  readonly owner?: string;
}

/** Undefined when the manifests have errors, which `finish` then shows. */
export async function chooseOwner(
  session: Session,
  paths: readonly string[],
  options: InventoryFlags,
): Promise<Pick<Manifest, "owner" | "inventory"> | undefined> {
  const { owner } = options;
  if (owner === undefined) return session.load(paths, options);
  if (paths.length > 0) {
    throw new HopsyncError("usage", "Both manifests and --owner say whose inventory is meant.", {
      hint: "Name manifests, or use --owner without them for an inventory on the appliance.",
    });
  }
  return { owner, inventory: { kind: "appliance" } };
}
