import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as {
  version: string;
};

const config: ReturnType<typeof defineConfig> = defineConfig({
  define: { __HOPSYNC_VERSION__: JSON.stringify(version) },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/helpers/bundle.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});

export default config;
