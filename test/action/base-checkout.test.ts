import { readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkOutBase } from "../../src/action/base-checkout.ts";
import type { Context } from "../../src/action/context.ts";
import { blobName } from "../../src/action/github-git.ts";
import type { GitHub } from "../../src/action/port.ts";
import { folder } from "../helpers/folder.ts";

it("reads nothing of the checkout that no file of the base can be as large as", async () => {
  const workspace = folder({ "m/same.yaml": "a: 1\n", "m/large.yaml": "" });
  // More than Node reads into memory at once; a hole, which takes no room on the disk.
  truncateSync(join(workspace, "m/large.yaml"), 2 ** 31 + 1);
  const fetched: string[] = [];
  const github = {
    files: async () => [
      { path: "m/same.yaml", sha: blobName(Buffer.from("a: 1\n")) },
      { path: "m/large.yaml", sha: "1".repeat(40) },
    ],
    text: async (sha: string) => {
      fetched.push(sha);
      return "b: 2\n";
    },
  } as unknown as GitHub;
  const temp = folder({});
  const base = await checkOutBase(github, { workspace, temp } as Context, "main", "m");
  expect(fetched).toEqual(["1".repeat(40)]);
  expect(
    ["same", "large"].map((name) => readFileSync(join(base?.folder ?? "", `${name}.yaml`), "utf8")),
  ).toEqual(["a: 1\n", "b: 2\n"]);
});
