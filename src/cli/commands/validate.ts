/** `hopsync validate`: the manifest alone, without an appliance. */
import { EXIT } from "../../errors.ts";
import { renderValidation } from "../../render/validation-text.ts";
import { runTargets } from "../fleet.ts";
import type { Io } from "../io.ts";
import type { ManifestOptions, OutputOptions } from "../options.ts";

export async function validate(
  paths: readonly string[],
  options: OutputOptions & ManifestOptions,
  io: Io,
): Promise<number> {
  return runTargets("validate", options, io, async (session) => {
    const manifest = await session.load(paths, options);
    if (manifest === undefined) return session.finish({ exitCode: EXIT.error });
    return session.finish({ exitCode: EXIT.done, text: () => renderValidation(manifest) });
  });
}
