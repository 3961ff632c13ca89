/** Git's objects in memory, with the hashes that Git gives them. */
import { createHash } from "node:crypto";

export interface TreeEntry {
  readonly mode: string;
  readonly type: "blob" | "tree" | "commit";
  readonly sha: string;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  /** ISO 8601 without fractions. */
  readonly date: string;
}

export const AUTHOR = { name: "github-actions[bot]", email: "actions@users.noreply.example" };

/** Blobs, trees (one level each, as Git has them) and commits by hash. */
export class Objects {
  readonly blobs: Map<string, Buffer> = new Map();
  readonly trees: Map<string, ReadonlyMap<string, TreeEntry>> = new Map();
  readonly commits: Map<string, Commit> = new Map();

  addBlob(content: Buffer): string {
    const sha = hash("blob", content);
    this.blobs.set(sha, content);
    return sha;
  }

  /** A tree of one level. */
  addTree(entries: ReadonlyMap<string, TreeEntry>): string {
    const key = ([name, { type }]: [string, TreeEntry]) => Buffer.from(type === "tree" ? `${name}/` : name);
    const sorted = [...entries].sort((a, b) => Buffer.compare(key(a), key(b)));
    const lines = sorted.map(([name, { mode, sha }]) =>
      Buffer.concat([Buffer.from(`${mode.replace(/^0/, "")} ${name}\0`), Buffer.from(sha, "hex")]),
    );
    const sha = hash("tree", Buffer.concat(lines));
    this.trees.set(sha, new Map(sorted));
    return sha;
  }

  /** The tree with these files put over it; whole paths. */
  withFiles(tree: string | undefined, files: ReadonlyMap<string, TreeEntry | undefined>): string {
    const entries = new Map(tree === undefined ? [] : this.trees.get(tree));
    const folders = new Map<string, Map<string, TreeEntry | undefined>>();
    for (const [path, entry] of files) {
      const slash = path.indexOf("/");
      const name = slash < 0 ? path : path.slice(0, slash);
      if (slash >= 0) folders.set(name, (folders.get(name) ?? new Map()).set(path.slice(slash + 1), entry));
      else if (entry === undefined) entries.delete(name);
      else entries.set(name, entry);
    }
    for (const [name, below] of folders) {
      const old = entries.get(name);
      const sha = this.withFiles(old?.type === "tree" ? old.sha : undefined, below);
      if (this.trees.get(sha)?.size === 0) entries.delete(name);
      else entries.set(name, { mode: "040000", type: "tree", sha });
    }
    return this.addTree(entries);
  }

  addCommit(commit: Omit<Commit, "sha">, sha?: string): string {
    const seconds = Date.parse(commit.date) / 1000;
    const person = `${AUTHOR.name} <${AUTHOR.email}> ${seconds} +0000`;
    const parents = commit.parents.map((parent) => `parent ${parent}\n`).join("");
    const text = `tree ${commit.tree}\n${parents}author ${person}\ncommitter ${person}\n\n${commit.message}`;
    const name = sha ?? hash("commit", Buffer.from(text));
    this.commits.set(name, { ...commit, sha: name });
    return name;
  }

  /** Everything below a tree, folders before what is in them. */
  walk(tree: string, folder: string = ""): readonly (TreeEntry & { readonly path: string })[] {
    return [...(this.trees.get(tree) ?? [])].flatMap(([name, entry]) => {
      const path = folder + name;
      const below = entry.type === "tree" ? this.walk(entry.sha, `${path}/`) : [];
      return [{ ...entry, path }, ...below];
    });
  }

  /** The tree of `base` with what `head` has changed since they parted; conflicts go to `head`. */
  mergedTree(base: string, head: string): string {
    const before = this.history(base);
    const common = [...this.history(head)].find((sha) => before.has(sha));
    const files = (sha: string | undefined) => {
      const entries = this.walk(this.commits.get(sha ?? "")?.tree ?? "").filter(
        ({ type }) => type !== "tree",
      );
      return new Map(entries.map((entry) => [entry.path, entry]));
    };
    const old = files(common);
    const changed = new Map<string, TreeEntry | undefined>(files(head));
    for (const [path, entry] of old) {
      if (!changed.has(path)) changed.set(path, undefined);
      else if (changed.get(path)?.sha === entry.sha && changed.get(path)?.mode === entry.mode)
        changed.delete(path);
    }
    return this.withFiles(this.commits.get(base)?.tree, changed);
  }

  /** The commit and all that led to it. */
  history(sha: string): ReadonlySet<string> {
    const seen = new Set<string>();
    const open = [sha];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...(this.commits.get(next)?.parents ?? []));
    }
    return seen;
  }
}

function hash(type: string, content: Buffer): string {
  return createHash("sha1").update(`${type} ${content.length}\0`).update(content).digest("hex");
}
