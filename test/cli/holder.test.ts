import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createHolder } from "../../src/cli/holder.ts";

function markOf(nonce: string): string {
  return join(tmpdir(), `hopsync-lease-${nonce}.json`);
}

/** A holder, and what its file says. */
function holder(env: Readonly<Record<string, string>> = {}) {
  const present = createHolder(env);
  onTestFinished(() => present.end());
  const file = markOf(present.self.nonce);
  return { ...present, file, mark: JSON.parse(readFileSync(file, "utf8")) };
}

describe("who holds a lease", () => {
  it("is a person at a machine, with the address of the job where there is one", () => {
    expect(holder().self).toMatchObject({
      holder: expect.stringMatching(/^.+@.+$/),
      run: `process ${process.pid}`,
      nonce: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    const github = {
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_REPOSITORY: "acme/network",
      GITHUB_RUN_ID: "7",
    };
    expect(holder(github).self.run).toBe("https://github.com/acme/network/actions/runs/7");
    expect(holder({ CI_JOB_URL: "https://gitlab/1" }).self.run).toBe("https://gitlab/1");
    expect(holder({ BUILD_URL: "https://jenkins/1" }).self.run).toBe("https://jenkins/1");
  });
});

describe("a process that holds a lease", () => {
  it("is known to run while it runs, and leaves nothing behind", async () => {
    const { self, isDead, end, file } = holder();
    expect([await isDead(self.nonce), existsSync(file)]).toEqual([false, true]);
    end();
    expect([await isDead(self.nonce), existsSync(file)]).toEqual([false, false]);
  });

  it("is known to have ended, and its file is removed", async () => {
    const { isDead, mark } = holder();
    const { pid } = spawnSync(process.execPath, ["-e", "0"]);
    const nonce = `${"0".repeat(31)}1`;
    const file = markOf(nonce);
    onTestFinished(() => rmSync(file, { force: true }));
    writeFileSync(file, JSON.stringify({ ...mark, pid }));
    expect([await isDead(nonce), existsSync(file)]).toEqual([true, false]);
  });

  it("is another one where its number was given again", async () => {
    const { self, isDead, mark, file } = holder();
    writeFileSync(file, JSON.stringify({ ...mark, started: `${mark.started}0` }));
    expect(await isDead(self.nonce)).toBe(true);
  });

  it.each([
    ["in another container", (mark: object) => JSON.stringify({ ...mark, pid: 2 ** 30, space: "pid:[1]" })],
    ["of a file that is damaged", () => "{"],
    ["of a file that says something else", () => '{"pid": "1"}'],
    [
      "of a file that is too large to be one",
      (mark: object) => JSON.stringify({ ...mark, pid: 2 ** 30 }).padEnd(5000),
    ],
  ])("is not judged %s", async (_, text) => {
    const { self, isDead, mark, file } = holder();
    writeFileSync(file, text(mark));
    expect(await isDead(self.nonce)).toBe(false);
  });

  it("is not judged by a nonce that is a path", async () => {
    const { isDead } = holder();
    expect(await isDead("../../etc/passwd")).toBe(false);
  });
});
