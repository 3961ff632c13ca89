/** Whole-file comparison with test/golden/. UPDATE_GOLDEN=1 writes the files instead; read them like code. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";

const GOLDEN: string = join(import.meta.dirname, "..", "golden");

/** Fails unless the text is, to the byte, the file of that name below test/golden/. */
export function expectGolden(name: string, text: string): void {
  const file = join(GOLDEN, name);
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(text, `test/golden/${name}`).toBe(readFileSync(file, "utf8"));
}
