// In a build, the code that ajv makes of a schema stands in the place of each file named *.validator.ts, with the
// same export: src/manifest/validator.ts.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";
import { build } from "esbuild";

/** An esbuild plugin. */
export const validators = {
  name: "validators",
  setup({ onLoad, initialOptions: { absWorkingDir } }) {
    onLoad({ filter: /\.validator\.ts$/ }, async ({ path }) => {
      const { schema, OPTIONS } = await load(
        `export { schema } from ${JSON.stringify(path)}; export { OPTIONS } from "./src/manifest/validator.ts";`,
        absWorkingDir,
      );
      const ajv = new Ajv2020({ ...OPTIONS, code: { source: true, esm: true, optimize: 1 } });
      return {
        contents: asModule(standalone.default(ajv, ajv.compile(schema()))),
        resolveDir: dirname(path),
      };
    });
  },
};

/** What a module of TypeScript exports. */
async function load(contents, resolveDir) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir, loader: "ts" },
    bundle: true,
    format: "cjs",
    platform: "node",
    packages: "external",
    write: false,
  });
  const [{ text }] = outputFiles;
  const module = { exports: {} };
  new Function("module", "require", text)(module, createRequire(import.meta.url));
  return module.exports;
}

/** ajv writes `require` also where it is told to write a module. */
function asModule(code) {
  let imports = "";
  const body = code.replace(/require\("([^"]+)"\)/g, (_call, name) => {
    const local = `required${imports.length}`;
    imports += `import ${local} from "${name}.js";\n`;
    return local;
  });
  return `${imports}${body}\nexport const validator = () => validate;\n`;
}
