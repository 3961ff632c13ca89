/** What the action asks of GitHub. Every method rejects with a GitHubError. */

/** A comment on a pull request or an issue. */
export interface Comment {
  readonly id: number;
  readonly body: string;
  /** For people. */
  readonly url: string;
  /** By an app that is installed, or by somebody who belongs to the repository: anybody may write comments. */
  readonly trusted: boolean;
  readonly byApp: boolean;
}

export interface PullRequest {
  readonly number: number;
  readonly url: string;
  readonly state: "open" | "closed";
  readonly merged: boolean;
  /** The commit that was merged, once it was. */
  readonly mergeSha: string | null;
  readonly headSha: string;
  readonly headBranch: string;
  readonly baseBranch: string;
}

export interface Issue {
  readonly number: number;
  readonly url: string;
  readonly title: string;
  readonly body: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** A file of a commit. */
export interface TreeFile {
  /** From the top of the repository, with slashes. */
  readonly path: string;
  readonly sha: string;
}

export interface NewText {
  readonly path: string;
  readonly text: string;
}

/** One repository. Lists are whole: every page is read. */
export interface GitHub {
  /** Oldest first. */
  comments(number: number): Promise<readonly Comment[]>;
  addComment(number: number, body: string): Promise<Comment>;
  editComment(id: number, body: string): Promise<void>;

  pullRequest(number: number): Promise<PullRequest>;
  /** Those that a commit belongs to or was merged by. */
  pullRequestsOf(sha: string): Promise<readonly PullRequest[]>;
  /** The open one from this branch of the repository itself. */
  openPullRequest(headBranch: string): Promise<PullRequest | undefined>;
  addPullRequest(request: {
    readonly title: string;
    readonly body: string;
    readonly head: string;
    readonly base: string;
  }): Promise<PullRequest>;
  editPullRequest(
    number: number,
    change: { readonly title?: string; readonly body?: string; readonly state?: "open" | "closed" },
  ): Promise<void>;

  /** Open issues with the label; pull requests are none. */
  openIssues(label: string): Promise<readonly Issue[]>;
  /** Labels that do not exist are made. */
  addIssue(issue: {
    readonly title: string;
    readonly body: string;
    readonly labels: readonly string[];
  }): Promise<Issue>;
  editIssue(
    number: number,
    change: { readonly title?: string; readonly body?: string; readonly state?: "open" | "closed" },
  ): Promise<void>;

  /** The commit that a branch is at; undefined where there is no such branch. */
  branchSha(branch: string): Promise<string | undefined>;
  /** Every file of a commit. */
  files(sha: string): Promise<readonly TreeFile[]>;
  /** The text of a file of a tree. */
  text(blobSha: string): Promise<string>;
  /** Makes the branch, or moves it, to one commit on top of `parent` with these texts. Modes are kept. */
  commitTexts(commit: {
    readonly branch: string;
    readonly parent: string;
    readonly message: string;
    readonly texts: readonly NewText[];
  }): Promise<void>;
}
