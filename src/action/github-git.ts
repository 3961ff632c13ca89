/** Trees and commits by GitHub's Git database, so that nothing needs a clone with its history. */

import { createHash } from "node:crypto";
import type { Client, Repository } from "./github-client.ts";
import { isAlreadyThere } from "./github-error.ts";
import type { GitHub, TreeFile } from "./port.ts";

/** The name that Git gives to the bytes of a file. */
export function blobName(bytes: Uint8Array): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

const MODES = ["100644", "100755"] as const;
type Mode = (typeof MODES)[number];

interface File extends TreeFile {
  readonly mode: Mode;
}

/** The regular files of a commit or a tree: no links, no submodules. */
export async function readFiles(
  client: Client,
  at: Repository,
  sha: string,
  folder: string = "",
): Promise<readonly File[]> {
  const route = "GET /repos/{owner}/{repo}/git/trees/{tree_sha}";
  const whole = (await client.request(route, { ...at, tree_sha: sha, recursive: "1" })).data;
  if (!whole.truncated) return whole.tree.flatMap((entry) => fileOf(entry, folder));
  const { tree } = (await client.request(route, { ...at, tree_sha: sha })).data;
  const files: File[] = [];
  for (const entry of tree) {
    if (entry.type !== "tree") files.push(...fileOf(entry, folder));
    else files.push(...(await readFiles(client, at, entry.sha, `${folder}${entry.path}/`)));
  }
  return files;
}

interface Entry {
  readonly path: string;
  readonly mode: string;
  readonly sha: string;
}

function fileOf(entry: Entry, folder: string): readonly File[] {
  const mode = MODES.find((known) => known === entry.mode);
  return mode === undefined ? [] : [{ path: folder + entry.path, sha: entry.sha, mode }];
}

type Commit = Parameters<GitHub["commitTexts"]>[0];

export async function commitTexts(client: Client, at: Repository, commit: Commit): Promise<void> {
  const base = await client.request("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", {
    ...at,
    commit_sha: commit.parent,
  });
  const modes = new Map(
    (await readFiles(client, at, base.data.tree.sha)).map(({ path, mode }) => [path, mode]),
  );
  const tree = await client.request("POST /repos/{owner}/{repo}/git/trees", {
    ...at,
    base_tree: base.data.tree.sha,
    tree: commit.texts.map(({ path, text }) => {
      return { path, mode: modes.get(path) ?? "100644", type: "blob", content: text };
    }),
  });
  const made = await client.request("POST /repos/{owner}/{repo}/git/commits", {
    ...at,
    message: commit.message,
    tree: tree.data.sha,
    parents: [commit.parent],
  });
  await putBranch(client, at, commit.branch, made.data.sha);
}

/** Makes first and moves if it is there: asking before would leave time for another run to make it. */
async function putBranch(client: Client, at: Repository, branch: string, sha: string): Promise<void> {
  try {
    await client.request("POST /repos/{owner}/{repo}/git/refs", { ...at, ref: `refs/heads/${branch}`, sha });
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
    const route = "PATCH /repos/{owner}/{repo}/git/refs/{ref}";
    await client.request(route, { ...at, ref: `heads/${branch}`, sha, force: true });
  }
}
