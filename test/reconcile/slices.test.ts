import { expect, test } from "vitest";
import { atOnce, inSlices, type Steps } from "../../src/reconcile/slices.ts";

const MS = 3;

/** Tells of each step, which takes longer than a slice. */
function* work(log: string[]): Steps<string> {
  for (const step of ["first", "second"]) {
    for (const end = performance.now() + MS; performance.now() < end; );
    log.push(step);
    yield;
  }
  return "done";
}

test("what else is due has its turn between slices, and not where all is done at once", async () => {
  const [together, apart]: [string[], string[]] = [[], []];
  expect(atOnce(work(together))).toBe("done");
  expect(together).toEqual(["first", "second"]);
  setTimeout(() => apart.push("other"), 0);
  expect(await inSlices(work(apart))).toBe("done");
  expect(apart).toEqual(["first", "other", "second"]);
});
