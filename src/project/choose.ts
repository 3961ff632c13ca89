/** Which target of a project a run is for, and which manifests it reads. */
import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { didYouMean } from "../diagnostics.ts";
import { pointer } from "../json.ts";
import { failure, report } from "../manifest/codes.ts";
import type { OverlayPath } from "../manifest/overlay.ts";
import type { Diagnostic } from "../model.ts";
import { problem, withoutKeys } from "./problems.ts";
import type { Project, ProjectTarget } from "./project.ts";

/** The target of that name, or the only one; else what a person has to say. */
export function chooseTarget(project: Project, name: string | undefined): ProjectTarget | Diagnostic {
  const names = project.targets.map((target) => target.name);
  const [only, second] = project.targets;
  const place = { source: project.targetsAt };
  if (name === undefined) {
    if (only !== undefined && second === undefined) return only;
    const detail = `${project.shown} has several targets: ${names.join(", ")}. Choose one with --target.`;
    return withoutKeys(problem("needs-target", detail, place));
  }
  if (name.includes(",")) {
    const detail = `${name} names several targets, and this command is for one. Run it once for each.`;
    return withoutKeys(problem("unknown-target", detail, place));
  }
  const found = project.targets.find((target) => target.name === name);
  return found ?? unknownTarget(project, name);
}

/** The targets of these names in the order of the file, or all of them; and names that are none. */
export function chooseTargets(
  project: Project,
  names: readonly string[] | "all",
): { readonly targets: readonly ProjectTarget[]; readonly problems: readonly Diagnostic[] } {
  if (names === "all") return { targets: project.targets, problems: [] };
  const known = new Set(project.targets.map(({ name }) => name));
  return {
    targets: project.targets.filter(({ name }) => names.includes(name)),
    problems: names.filter((name) => !known.has(name)).map((name) => unknownTarget(project, name)),
  };
}

function unknownTarget(project: Project, name: string): Diagnostic {
  const names = project.targets.map((target) => target.name);
  const place = { source: project.targetsAt };
  const guess = didYouMean(name, names);
  const detail = `${project.shown} has no target ${JSON.stringify(name)}.${guess} It has: ${names.join(", ")}.`;
  return withoutKeys(problem("unknown-target", detail, place));
}

/** The variables of a target that none of its manifests takes. */
export function unusedVariables(
  { name, vars, at }: ProjectTarget,
  used: ReadonlySet<string>,
): readonly Diagnostic[] {
  return Object.keys(vars)
    .filter((variable) => !used.has(variable))
    .map((variable) => {
      const detail = `No manifest and no overlay of target ${name} holds \${var:${variable}}.${didYouMean(variable, used)} Remove the variable, or correct its name.`;
      return withoutKeys(
        problem("unused-target-variable", detail, { source: at(pointer("vars", variable)) }, "warning"),
      );
    });
}

/** The target's paths or overlays as they are named from `cwd`, and those that lead nowhere. */
export function filesOfTarget(
  { folder }: Project,
  target: ProjectTarget,
  key: "paths" | "overlays",
  cwd: string,
): { readonly files: readonly OverlayPath[]; readonly problems: readonly Diagnostic[] } {
  const files = target[key].map((written, i) => ({ written, source: target.at(pointer(key, i)) }));
  const missing = files.flatMap(({ written, source }) => {
    if (existsSync(resolve(folder, written))) return [];
    const detail = `${written} is neither a file nor a folder beside the project file. Check the spelling.`;
    return [report(failure("no-such-path", detail), { source })];
  });
  return {
    files: files.map(({ written, source }) => ({
      path: relative(cwd, resolve(folder, written)) || ".",
      source,
    })),
    problems: missing.map(withoutKeys),
  };
}
