/** `hopsync targets`: the targets of the project file, for people and for the matrix of a workflow. */
import { parseHost } from "../../appliance/connection.ts";
import { EXIT, errorDiagnostic } from "../../errors.ts";
import { hasPlaceholder } from "../../manifest/placeholders.ts";
import type { Diagnostic, ListedTarget, TargetsDocument } from "../../model.ts";
import { loadProject } from "../../project/load.ts";
import type { Project, ProjectTarget } from "../../project/project.ts";
import { renderDiagnostics } from "../../render/diagnostics.ts";
import { renderTargets, targetsDocument } from "../../render/targets-document.ts";
import { VERSION } from "../../version.ts";
import { documentText, targetsForms } from "../document-text.ts";
import type { Io } from "../io.ts";
import type { Format, OutputOptions, TargetFlags } from "../options.ts";
import { styleFor } from "../session.ts";
import { findProject, noProject } from "../target.ts";

/** Needs no environment: what the file says is all that is told. Returns the exit code. */
export async function targets(options: OutputOptions & TargetFlags, io: Io): Promise<number> {
  const { project, diagnostics } = read(options, io);
  const document = targetsDocument({
    exitCode: project === undefined ? EXIT.error : EXIT.done,
    version: VERSION,
    targets: project?.targets.map(listed) ?? null,
    diagnostics,
  });
  io.stdout.write(await textOf(document, options.format));
  const told = options.quiet ? diagnostics.filter(({ severity }) => severity === "error") : diagnostics;
  io.stderr.write(renderDiagnostics(told, styleFor(io.stderr, options, io)));
  return document.exit_code;
}

async function textOf(document: TargetsDocument, format: Format): Promise<string> {
  if (format === "text") return renderTargets(document);
  return documentText(format, targetsForms(document));
}

function read(
  options: TargetFlags,
  io: Io,
): { readonly project?: Project; readonly diagnostics: readonly Diagnostic[] } {
  const file = findProject(options, io);
  if (file !== undefined) return loadProject(file, io.cwd);
  return { diagnostics: [errorDiagnostic(noProject("Targets stand in a project file", io))] };
}

/** The host as every other document has it. */
function listed({ name, host, paths, overlays }: ProjectTarget): ListedTarget {
  return { name, host: hasPlaceholder(host) ? host : parseHost(host).host, paths, overlays };
}
