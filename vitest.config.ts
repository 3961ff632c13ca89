import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as {
  version: string;
};

/** Short files that take long: started last, they would run alone in the end. */
const LONGEST =
  /test\/(reconcile\/(fault-matrix|(fault-)?histories|(drift-)?convergence)|cli\/kill)\.test\.ts$/;

/** Vitest goes by the size of files where no run before tells how long they take. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLongest = ({ moduleId }: TestSpecification): boolean => LONGEST.test(moduleId);
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))];
  }
}

const config: ReturnType<typeof defineConfig> = defineConfig({
  define: { __HOPSYNC_VERSION__: JSON.stringify(version) },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/helpers/bundle.ts"],
    // By default one core stays idle; one worker more than cores works while others wait for answers.
    maxWorkers: availableParallelism() + 1,
    // Loading every module anew for each file took a third of the time. So no file may leave anything behind
    // in modules, globals or the environment.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // Only what hangs ends here: a machine that does other work as well may take many times as long.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});

export default config;
