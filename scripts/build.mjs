// Builds lib/, which bin and exports of package.json point at.
import { bundle } from "./bundle.mjs";

await bundle("lib");
