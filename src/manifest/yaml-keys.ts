/** The keys of YAML mappings. */
import { isScalar } from "yaml";

/** `<<` as a key, where it is not in quotes. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === "<<" && key.type === "PLAIN";
}

/** The text of a key; the numbers and words of YAML count as their text. */
export function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  return typeof key.value === "string" ? key.value : (key.source ?? String(key.value));
}
