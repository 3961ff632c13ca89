import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openKeyFile } from "../../src/project/key-file.ts";
import { cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { sandbox } from "../helpers/sandbox.ts";

/** A key file of this mode. */
function keyFile(mode: number, name = "key"): string {
  const path = join(folder({ [name]: "s3cr3t-key" }), name);
  chmodSync(path, mode);
  return path;
}

describe.skipIf(process.platform === "win32")("a key file", () => {
  it.each([0o600, 0o400, 0o700, 0o622])("of mode %o is its owner's", (mode) => {
    expect(openKeyFile(keyFile(mode), "key")).toBeUndefined();
  });

  it.each([0o644, 0o640, 0o604, 0o777])("of mode %o is told, with what to type", (mode) => {
    const told = openKeyFile(keyFile(mode), "keys/hq.key") ?? "";
    expect(told).toContain(`mode ${mode.toString(8)}`);
    expect(told).toMatch(/Type: chmod 600 keys\/hq\.key$/);
    expect(told).not.toContain("s3cr3t");
  });

  it.each([
    ["a key", "'a key'"],
    ["it's$(x)", "'it'\\''s$(x)'"],
    ["-key", "./-key"],
  ])("named %s is quoted for the shell", (name, typed) => {
    expect(openKeyFile(keyFile(0o644, name), name)).toMatch(new RegExp(`chmod 600 ${literal(typed)}$`));
  });

  it("is not judged where modes say nothing, nor where there is none", () => {
    expect(openKeyFile(keyFile(0o644), "key", "win32")).toBeUndefined();
    expect(openKeyFile("/dev/null", "/dev/null")).toBeUndefined();
    expect(openKeyFile("no-such-file", "no-such-file")).toBeUndefined();
  });
});

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

describe.skipIf(process.platform === "win32")("a command", () => {
  const MANIFEST = { "manifests/a.yaml": "version: 1\ntags: [{name: pci}]\n" };

  it("warns of a key file of --api-key-file and of the project file, and goes on", async () => {
    const box = await sandbox({ devices: 10 });
    const project = `version: 1\ntargets: {hq: {host: "${box.url}", api_key_file: key, paths: [manifests]}}\n`;
    for (const [argv, files] of [
      [["--host", box.url, "--api-key-file", "key"], {}],
      [[], { "hopsync.yaml": project }],
    ] as const) {
      const cwd = folder({ ...MANIFEST, ...files, key: `${box.apiKey}\n` });
      chmodSync(join(cwd, "key"), 0o640);
      const open = documentOf(await cli(["plan", "--format", "json", ...argv], { cwd }));
      expect([open.exit_code, open.diagnostics.map(({ code, severity }) => `${severity} ${code}`)]).toEqual([
        0,
        ["warning key-file-open"],
      ]);
      expect(open.diagnostics[0]?.detail).toContain("chmod 600 key");
      chmodSync(join(cwd, "key"), 0o600);
      expect(documentOf(await cli(["plan", "--format", "json", ...argv], { cwd })).diagnostics).toEqual([]);
    }
  });

  it("reads no more of a key file than a key can have", async () => {
    const endless = await cli(["plan", "--host", "localhost", "--api-key-file", "/dev/zero"], {
      cwd: folder(MANIFEST),
    });
    expect([endless.code, endless.stderr]).toEqual([1, expect.stringContaining("error[api-key]")]);
  });
});
