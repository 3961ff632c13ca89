/** What the apply of a sealed plan begins with: read it, fill in its secrets, connect, plan anew, compare. */
import { EXIT, HopsyncError } from "../errors.ts";
import { planRun } from "../reconcile/run.ts";
import { unseal } from "../reconcile/sealed.ts";
import { isPlanFile, readPlanFile } from "./plan-file.ts";
import { type PlanFlags, type Prepared, planText } from "./prepare.ts";
import type { Session } from "./session.ts";

/** The sealed plan among the paths; undefined where they are manifests. Both together are a usage error. */
export function planFileOf(paths: readonly string[], cwd: string): string | undefined {
  const file = paths.find((path) => isPlanFile(path, cwd));
  if (file !== undefined && paths.length > 1) {
    throw new HopsyncError("usage", `${file} is a sealed plan, and a sealed plan is applied alone.`, {
      hint: "Name the plan and nothing else: the manifests are in it.",
    });
  }
  return file;
}

/** What is to be applied; or the exit code, when there is nothing to apply and all is said. */
export async function prepareSealed(
  session: Session,
  file: string,
  options: PlanFlags & { readonly expect?: string },
): Promise<Prepared | number> {
  if (options.var !== undefined || options.expect !== undefined)
    throw new HopsyncError("usage", "--var and --expect are for manifests; a sealed plan says it all.");
  const sealed = readPlanFile(file, session.io.cwd);
  const manifest = await session.refill(sealed.manifest);
  if (manifest === undefined) return session.finish({ exitCode: EXIT.error, target: sealed.plan.target });
  const port = await session.connect(options);
  checkHost(sealed.plan.target.host, port.host);
  const prepare = async (): Promise<Prepared | number> => {
    const now = await planRun(port, manifest);
    checkPlatform(sealed.plan.target.platform, now.plan.target.platform);
    const { run, stale, done } = unseal(sealed, manifest, now, options);
    if (done) {
      session.say("Nothing is left to do: everything is as this plan wants it.\n");
      return session.finish({ exitCode: EXIT.done, target: run.plan.target });
    }
    session.note(stale.length > 0 ? stale : run.refusals);
    if (stale.length > 0) {
      const code = await session.finish({ exitCode: EXIT.stale, plan: run.plan });
      session.say("The plan is stale. Nothing was applied.\n");
      return code;
    }
    return { manifest, port, run, text: planText(options), again: prepare };
  };
  return prepare();
}

/** Before anything is sent. */
function checkHost(sealed: string, host: string): void {
  if (originOf(sealed) === originOf(host)) return;
  throw new HopsyncError("plan-target", `The plan was made for ${sealed}, and this run is for ${host}.`, {
    hint: "Nothing was sent. Apply it to the appliance that it was made for, or make a plan for this one.",
  });
}

/** `EDA` and `eda:443` are the same host. */
function originOf(host: string): string {
  return URL.canParse(`https://${host}`) ? new URL(`https://${host}`).host : host;
}

function checkPlatform(sealed: string, platform: string): void {
  if (sealed === platform) return;
  throw new HopsyncError(
    "plan-target",
    `The plan was made for a ${sealed} appliance, and a ${platform} appliance answers under its name.`,
    { hint: "Nothing was written. Check the host, and make the plan anew." },
  );
}
