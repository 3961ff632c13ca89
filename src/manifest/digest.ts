/** The digest of a manifest: what is declared, sensitive values as their templates. */
import { digest } from "../json.ts";
import type { JsonObject, Resource } from "../model.ts";
import { templatedFields } from "../secrets.ts";
import { referenceKey } from "./references.ts";

/** sha256 over everything declared. The order of files, entries, keys and references does not count. */
export function manifestDigest(
  owner: string,
  kinds: readonly string[],
  resources: readonly Resource[],
): string {
  return digest({ owner, kinds, resources: resources.map(declaration) });
}

function declaration(resource: Resource): JsonObject {
  const { address, relations, lifecycle, secrets } = resource;
  const sets = Object.entries(relations).map(
    ([name, list]) => [name, list.map(referenceKey).sort()] as const,
  );
  return {
    address,
    fields: templatedFields(resource),
    secrets: Object.fromEntries(Object.entries(secrets).map(([at, { names }]) => [at, [...names].sort()])),
    relations: Object.fromEntries(sets),
    lifecycle: { ...lifecycle, ignoreChanges: [...lifecycle.ignoreChanges].sort() },
  };
}
