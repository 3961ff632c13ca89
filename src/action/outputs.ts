/** What a run leaves for later steps and for people: outputs, annotations, the summary. */
import { appendFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { error, setOutput, warning } from "@actions/core";
import { EXIT } from "../errors.ts";
import type { Action, Diagnostic, Document } from "../model.ts";
import { printable, printableLines } from "../render/clean.ts";
import type { Context } from "./context.ts";

const COUNTED: readonly Action[] = ["create", "update", "adopt", "rename", "replace", "delete", "release"];

/** Sets what a document says; `exitCode` as the command line would have it with `--detailed-exitcode`. */
export function setOutputs(document: Document | undefined, exitCode: number): void {
  setOutput("exit-code", exitCode);
  setOutput("has-changes", String((document?.changes.length ?? 0) > 0));
  for (const action of COUNTED) setOutput(`${action}-count`, document?.summary[action] ?? 0);
  setOutput("digest", document?.digest ?? "");
}

/** The exit code of a plan that was made, with `--detailed-exitcode`. */
export function detailed(exitCode: number, document: Document | undefined): number {
  return exitCode === EXIT.done && (document?.changes.length ?? 0) > 0 ? EXIT.changes : exitCode;
}

/** GitHub shows ten of a kind in one step: two errors more are what the job failed of, and why it could not be told. */
const MOST = { error: 8, warning: 10 } as const;

/** Problems at their places in the changed files, errors first. */
export function annotate(diagnostics: readonly Diagnostic[], context: Context, folder: string): void {
  for (const [severity, tell] of [
    ["error", error],
    ["warning", warning],
  ] as const) {
    const found = diagnostics.filter((diagnostic) => diagnostic.severity === severity);
    const shown = found.length > MOST[severity] ? found.slice(0, MOST[severity] - 1) : found;
    for (const { summary, detail, address, source } of shown) {
      const text = address === undefined ? detail : `${address}: ${detail}`;
      tell(printableLines(text).join("\n"), {
        title: summary,
        ...(source === undefined ? {} : placeOf(source, context, folder)),
      });
    }
    const left = found.length - shown.length;
    if (left > 0) tell(`${left} more of these are in the summary of this job.`);
  }
}

/** Files are named from the top of the repository. */
function placeOf(
  { file, line, column }: NonNullable<Diagnostic["source"]>,
  { workspace }: Context,
  folder: string,
): { readonly file: string; readonly startLine: number; readonly startColumn: number } {
  const path = relative(workspace, resolve(workspace, folder, file)).replaceAll("\\", "/");
  return { file: printable(path), startLine: line, startColumn: column };
}

/** Adds to the job's summary, and keeps the same in a file for later steps. */
export function setSummary(markdown: string, { temp, summaryFile }: Context): void {
  const file = join(temp, "hopsync-summary.md");
  writeFileSync(file, markdown);
  setOutput("summary-file", file);
  if (summaryFile !== undefined) appendFileSync(summaryFile, markdown);
}
