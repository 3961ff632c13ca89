/** What one repository holds. Issues and pull requests share their numbers. */
import { Objects } from "./objects.ts";

export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

export interface Ticket {
  readonly number: number;
  readonly id: number;
  title: string;
  body: string | null;
  state: "open" | "closed";
  readonly createdAt: string;
  updatedAt: string;
  labels: readonly string[];
  /** Of a pull request only. */
  readonly pull?: Pull;
}

export interface Pull {
  readonly headRef: string;
  headSha: string;
  /** `owner/name` of the repository that the branch is in; null when it was deleted. */
  readonly headRepository: string | null;
  readonly baseRef: string;
  mergedAt: string | null;
  /** While open: a merge that GitHub tried. */
  mergeSha: string;
}

export interface Comment {
  readonly id: number;
  readonly number: number;
  body: string;
  readonly by: string;
  readonly createdAt: string;
  updatedAt: string;
}

export class State {
  readonly objects: Objects = new Objects();
  /** By the name of the branch. */
  readonly branches: Map<string, string> = new Map();
  readonly tickets: Map<number, Ticket> = new Map();
  readonly comments: Map<number, Comment> = new Map();
  /** By the name in lower case. */
  readonly labels: Map<string, Label> = new Map();
  readonly owner: string;
  readonly name: string;
  readonly defaultBranch: string;
  /** Milliseconds that tests have put the clock forward. */
  offset: number = 0;
  #lastId = 2_400_000_000;
  #lastNumber = 0;

  constructor(repository: string, defaultBranch: string) {
    const [owner = "", name = ""] = repository.split("/");
    this.owner = owner;
    this.name = name;
    this.defaultBranch = defaultBranch;
  }

  get repository(): string {
    return `${this.owner}/${this.name}`;
  }

  now(): number {
    return Date.now() + this.offset;
  }

  time(): string {
    return new Date(this.now()).toISOString().replace(/\.\d+Z$/, "Z");
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  addComment(number: number, body: string, by: string): Comment {
    const time = this.time();
    const comment = { id: this.nextId(), number, body, by, createdAt: time, updatedAt: time };
    this.comments.set(comment.id, comment);
    return comment;
  }

  addTicket(ticket: Pick<Ticket, "title" | "body" | "labels"> & { readonly pull?: Pull }): Ticket {
    const time = this.time();
    const number = this.nextNumber();
    const added = {
      ...ticket,
      number,
      id: this.nextId(),
      state: "open" as const,
      createdAt: time,
      updatedAt: time,
    };
    this.tickets.set(number, added);
    return added;
  }

  addLabel(name: string, color: string = "ededed", description: string | null = null): Label {
    const label = { id: this.nextId(), name, color, description };
    this.labels.set(name.toLowerCase(), label);
    return label;
  }

  /** The merge that GitHub tries while a pull request is open. */
  tryMerge(baseRef: string, headSha: string): string {
    const base = this.branches.get(baseRef) ?? "";
    const tree = this.objects.mergedTree(base, headSha);
    return this.objects.addCommit({
      tree,
      parents: [base, headSha],
      message: "Merge tried",
      date: this.time(),
    });
  }
}
