/** The list of a project's targets: as text, JSON and Markdown, and the schema of the JSON. */
import { sortDiagnostics } from "../diagnostics.ts";
import type { Diagnostic, JsonObject, ListedTarget, TargetsDocument } from "../model.ts";
import { printable, printableJson } from "./clean.ts";
import { diagnosticJson } from "./document.ts";
import { DEFINITIONS, listOf, record, text } from "./document-schema.ts";
import { diagnosticItem } from "./markdown-diagnostics.ts";
import { code, table } from "./markdown-escape.ts";
import { displayWidth, pad } from "./text-width.ts";

/** What the command has when it ends; without targets where the project file could not be read. */
export function targetsDocument(parts: {
  readonly exitCode: number;
  readonly version: string;
  readonly targets: readonly ListedTarget[] | null;
  readonly diagnostics: readonly Diagnostic[];
}): TargetsDocument {
  return {
    format: 1,
    command: "targets",
    exit_code: parts.exitCode,
    tool: { name: "hopsync", version: parts.version },
    targets: parts.targets,
    diagnostics: sortDiagnostics(parts.diagnostics),
  };
}

/** The document as JSON text, with a line break at the end. */
export function renderTargetsDocument(document: TargetsDocument): string {
  const { format, command, exit_code, tool, targets, diagnostics } = document;
  const value: JsonObject = {
    format,
    command,
    exit_code,
    tool: { name: tool.name, version: tool.version },
    targets: targets?.map(({ name, host, paths, overlays }) => ({ name, host, paths, overlays })) ?? null,
    diagnostics: diagnostics.map(diagnosticJson),
  };
  return `${printableJson(JSON.stringify(value, null, 2))}\n`;
}

/** A line of name, host, paths and overlays for each target. */
export function renderTargets({ targets }: TargetsDocument): string {
  const rows = (targets ?? []).map(({ name, host, paths, overlays }) => {
    const over = overlays.map((path) => `  + ${path}`);
    return [name, host, [paths.join(", "), ...over].join("")].map(printable);
  });
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => displayWidth(row[column] ?? ""))));
  return rows.map((row) => `${row.map((cell, i) => pad(cell, widths[i] ?? 0)).join("  ")}\n`).join("");
}

/** The document as Markdown, with a line break at the end. */
export function renderTargetsMarkdown({ targets, diagnostics }: TargetsDocument): string {
  const rows = (targets ?? []).map(({ name, host, paths, overlays }) => [
    ...[name, host, paths.join(", ")].map(code),
    overlays.map(code).join(", "),
  ]);
  const { head, rows: lines } = table(["target", "host", "paths", "overlays"], rows);
  const parts = [
    "## Targets",
    ...(rows.length === 0 ? [] : [[...head, ...lines].join("\n")]),
    ...diagnostics.map(diagnosticItem),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** What `targets` prints with `--format json`. */
export const targetsSchema: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:hopsync:schema:targets:1",
  title: "hopsync targets",
  ...record("The targets of a project file.", {
    format: { const: 1, description: "Changes only with an incompatible change of this document." },
    command: { const: "targets", description: "The command that printed it." },
    exit_code: { type: "integer", minimum: 0, description: "The exit code of the process." },
    tool: record("What printed it.", { name: { const: "hopsync" }, version: text("Its version.") }),
    targets: {
      anyOf: [{ type: "array", items: { $ref: "#/$defs/listed_target" } }, { type: "null" }],
      description: "In the order of the file; null when it could not be read, which is not the same as none.",
    },
    diagnostics: listOf("diagnostic", "Errors and warnings."),
  }),
  $defs: {
    listed_target: record("A target.", {
      name: text("What --target takes."),
      host: text("As written: an ${env:NAME} in it is not replaced."),
      paths: {
        type: "array",
        items: { type: "string" },
        description: "Files and folders with manifests, relative to the project file.",
      },
      overlays: {
        type: "array",
        items: { type: "string" },
        description: "Files with what the target has differently, in the order in which they are applied.",
      },
    }),
    diagnostic: DEFINITIONS.diagnostic ?? {},
    source: DEFINITIONS.source ?? {},
    address: DEFINITIONS.address ?? {},
  },
};
