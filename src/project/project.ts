/** A project file that has been read: its targets, as they are written. */
import type { Json, Pointer, Source } from "../model.ts";

/** What a person names to say which appliance is meant, with nothing filled in yet. */
export interface ProjectTarget {
  readonly name: string;
  readonly host: string;
  readonly api_key?: string;
  readonly api_key_file?: string;
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly client_secret_file?: string;
  readonly fingerprint?: string;
  readonly ca_file?: string;
  readonly insecure?: boolean;
  /** Relative to the project's folder. */
  readonly paths: readonly string[];
  /** Relative to the project's folder, in the order in which they are applied. */
  readonly overlays: readonly string[];
  readonly vars: Readonly<Record<string, Json>>;
  /** The place of a value, by its pointer below the target. */
  readonly at: (pointer: Pointer) => Source;
}

export interface Project {
  /** The file as it is shown. */
  readonly shown: string;
  /** The file as the system knows it, links resolved. */
  readonly real: string;
  /** The folder that its paths start from. */
  readonly folder: string;
  /** In the order of the file. */
  readonly targets: readonly ProjectTarget[];
  /** The place of the list of targets. */
  readonly targetsAt: Source;
}
