/** A sandbox that ends with its test. */
import { onTestFinished } from "vitest";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../src/sandbox/sandbox.ts";

/** A fixed clock, so that the same seed gives the same appliance in every run. */
const NOW = Date.UTC(2026, 10, 1);

export async function sandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const started = await startSandbox({
    now: () => NOW,
    apiKey: "0123456789abcdef0123456789abcdef",
    ...options,
  });
  onTestFinished(() => started.close());
  return started;
}
