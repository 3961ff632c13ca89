/** What a runner starts. */
import { run } from "./main.ts";

await run();
