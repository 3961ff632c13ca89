/** The files of the base branch, beside the checkout of the pull request: only what differs is fetched. */
import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import type { Context } from "./context.ts";
import { blobName } from "./github-git.ts";
import type { GitHub, TreeFile } from "./port.ts";

/** What manifests are made of and name. */
const NAMED = /\.(ya?ml|js|csv|txt)$/i;
/** More files than this are no configuration of ours, and each costs a request. */
const MOST_FETCHED = 500;
/** The most that GitHub takes of one file. */
const MOST_BYTES = 100 * 1024 * 1024;

/** Its top, and the folder in it that stands for the working folder; undefined where too much differs. */
export async function checkOutBase(
  github: GitHub,
  { workspace, temp }: Context,
  sha: string,
  folder: string,
): Promise<{ readonly top: string; readonly folder: string } | undefined> {
  const top = mkdtempSync(join(temp, "hopsync-base-"));
  // What manifests are named from is the top of a work tree.
  mkdirSync(join(top, ".git"));
  const inside = posix.join(folder, "/");
  const prefix = inside === "./" || inside === "/" ? "" : inside;
  const wanted = (await github.files(sha)).filter(({ path }) => path.startsWith(prefix) && NAMED.test(path));
  const fetched = wanted.filter((file) => !isSame(file, workspace));
  if (fetched.length > MOST_FETCHED) return undefined;
  const texts = new Map<string, string>();
  for (const { path, sha: blob } of fetched) texts.set(path, await github.text(blob));
  for (const { path } of wanted) {
    const text = texts.get(path) ?? readFileSync(join(workspace, path));
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), text);
  }
  return { top, folder: join(top, folder) };
}

/** Whether the checkout has the same bytes, by the name that Git gives to them. */
function isSame({ path, sha }: TreeFile, workspace: string): boolean {
  const local = join(workspace, path);
  const stat = statSync(local, { throwIfNoEntry: false });
  // A link that a pull request has made may lead to anything.
  return stat?.isFile() === true && stat.size <= MOST_BYTES && blobName(readFileSync(local)) === sha;
}
