/** `command: validate`: the manifests alone, with annotations. */
import { EXIT } from "../errors.ts";
import { annotate, setOutputs, setSummary } from "./outputs.ts";
import type { Run } from "./run.ts";
import { summary } from "./summary.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

export async function validate(run: Run): Promise<Verdict> {
  const { exitCode, document } = await run.hopsync("validate");
  setOutputs(document, exitCode);
  if (document !== undefined) {
    annotate(document.diagnostics, run.context, run.inputs.folder);
    setSummary(summary(document), run.context);
  }
  return verdictOf("The validation", exitCode, document, [EXIT.done]);
}
