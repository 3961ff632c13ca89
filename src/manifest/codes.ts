/**
 * The codes of everything that can be wrong with a manifest, each with its fixed summary. Codes are
 * stable: other programs read them. What a kind finds wrong brings its own code and summary.
 */
import type { Address, Diagnostic, Pointer, Severity, Source } from "../model.ts";

const SUMMARIES = {
  // Paths and files
  "no-such-path": "There is no such file or folder",
  "no-manifests": "No manifest was found",
  "unreadable-file": "The file cannot be read",
  "not-a-file": "This is not a file",
  "no-such-file": "There is no such file",
  "file-too-large": "The file is too large",
  "not-utf8": "The file is not UTF-8 text",
  "outside-root": "The file is outside the manifest's root",
  "empty-file": "The file is empty",
  "more-problems": "There are more problems than are told",
  // YAML
  "empty-manifest": "The manifest is empty",
  "empty-document": "The document is empty",
  "yaml-syntax": "The file is not valid YAML",
  "duplicate-key": "The key stands twice in one mapping",
  "bad-key": "The key is not a plain text",
  "custom-tag": "The YAML tag is not supported",
  "unknown-alias": "The alias has no anchor",
  "too-many-aliases": "The aliases expand to too much",
  "bad-merge": "Only a mapping can be merged",
  "too-deep": "The nesting is too deep",
  "inexact-number": "The number cannot be held exactly",
  // Values from outside
  "bad-placeholder": "The placeholder is not a valid one",
  "missing-variable": "The variable is not set",
  "empty-variable": "The variable is empty",
  "unused-variable": "The variable is not used in the file",
  "unlisted-variable": "The file holds a variable that is not listed",
  "secret-not-allowed": "A sensitive value cannot stand here",
  "structured-value": "A list or mapping cannot be a part of a text",
  "unknown-item-key": "The item of for_each does not have the key",
  "placeholder-not-replaced": "Inline text is taken as it is",
  // Form
  "unknown-key": "The key is not known",
  "missing-key": "A required key is missing",
  "wrong-type": "The value has the wrong type",
  "bad-value": "The value is not one of the allowed values",
  "bad-format": "The value does not have the expected form",
  "out-of-range": "The number is out of range",
  "empty-text": "The text is empty",
  "empty-list": "The list is empty",
  "too-many-items": "The list has too many items",
  "empty-section": "The section is empty",
  "bad-version": "The file's version is not supported",
  "name-not-text": "The name is not a text",
  "not-clearable": "The field cannot be cleared",
  "not-applicable-here": "The key cannot stand beside the others",
  "one-of-keys": "Exactly one of several keys is needed",
  "absent-with-fields": "An absent resource has no fields",
  // Entries made by for_each
  "bad-for-each": "The list of for_each cannot be used",
  "for-each-too-long": "for_each would make too many entries",
  // References
  "bad-address": "This is neither an address nor a name",
  "host-bits": "The network's address has host bits set",
  "duplicate-reference": "The list names something twice",
  "bad-csv": "The csv file is not well-formed",
  "csv-column": "The csv file does not have the column",
  "csv-empty": "The csv file has no rows",
  "csv-empty-cells": "The csv file has rows with an empty cell",
  "csv-too-long": "The csv file has too many rows",
  // Overlays
  "overlay-is-manifest": "The overlay is a manifest as well",
  "overlay-unused": "The overlay changes what no manifest declares",
  "patch-failed": "The patch does not apply",
  "patch-test-failed": "The test of the patch fails",
  // Exports
  "not-declarable": "A manifest cannot hold this value",
  // Between entries and files
  "duplicate-address": "The resource is declared twice",
  "stated-twice": "The setting is stated twice, differently",
  "refers-to-absent": "The reference is to a resource that is to be absent",
  "both-names-declared": "The former name is declared as well",
} as const;

/** A code of this folder; the summary follows from it. */
export type Code = keyof typeof SUMMARIES;

/** Where a problem is and whose it is. */
export interface Place {
  readonly source?: Source | undefined;
  readonly address?: Address | undefined;
  readonly pointer?: Pointer | undefined;
  readonly related?: readonly Source[] | undefined;
}

/** A code with its detail, before it is known where it belongs. */
export interface Finding {
  readonly severity: Severity;
  readonly code: Code;
  readonly detail: string;
}

/** A finding that stops the run. */
export function failure(code: Code, detail: string): Finding {
  return { severity: "error", code, detail };
}

/** A finding that does not stop the run. */
export function caution(code: Code, detail: string): Finding {
  return { severity: "warning", code, detail };
}

/** The diagnostic of a finding at a place. */
export function report(finding: Finding, place: Place): Diagnostic {
  return located({ ...finding, summary: SUMMARIES[finding.code] }, place);
}

/** A diagnostic with the parts of a place that are known. */
export function located(
  problem: Pick<Diagnostic, "severity" | "code" | "summary" | "detail">,
  place: Place,
): Diagnostic {
  const { severity, code, summary, detail } = problem;
  return {
    severity,
    code,
    summary,
    detail,
    ...(place.address === undefined ? {} : { address: place.address }),
    ...(place.pointer === undefined ? {} : { pointer: place.pointer }),
    ...(place.source === undefined ? {} : { source: place.source }),
    ...(place.related === undefined || place.related.length === 0 ? {} : { related: place.related }),
  };
}
