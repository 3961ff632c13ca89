/** `command: plan` and `validate` on pull requests, as a runner would run them. */
import { readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { sealedPlanSchema } from "../../src/render/sealed-schema.ts";
import { folder } from "../helpers/folder.ts";
import { startGitHub } from "../helpers/github/index.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { FILES, hopsyncComments, MANIFEST, pullRequestEvent, runAction } from "./runner.ts";

const PLAN = { command: "plan", target: "hq" };

describe("command: plan", () => {
  it("comments once, in place, and leaves outputs, a summary and a sealed plan", async () => {
    const [box, github] = await Promise.all([sandbox({}), startGitHub()]);
    const request = github.openPullRequest({ files: FILES });
    const first = await runAction({
      inputs: PLAN,
      files: FILES,
      sandbox: box,
      github,
      event: pullRequestEvent(request),
    });
    expect([first.code, first.log]).toEqual([0, expect.stringContaining("2 to create")]);
    expect(first.outputs).toMatchObject({
      "has-changes": "true",
      "exit-code": "2",
      "create-count": "2",
      "delete-count": "0",
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      "comment-url": expect.stringContaining("#issuecomment"),
    });
    const sealed = JSON.parse(readFileSync(first.outputs["plan-file"] ?? "", "utf8"));
    expect(new Ajv2020({ strict: false }).validate(sealedPlanSchema, sealed)).toBe(true);
    expect(readFileSync(first.outputs["summary-file"] ?? "", "utf8")).toBe(first.summary);
    expect(first.summary).toContain("### Order");
    expect(hopsyncComments(github, request.number)).toEqual([expect.stringContaining("`alert/A`")]);

    const files = { "manifests/all.yaml": MANIFEST.replace("pci", "pos") };
    const headSha = github.push(request.number, files);
    const event = pullRequestEvent({ ...request, headSha });
    await runAction({ inputs: PLAN, files, sandbox: box, github, event });
    expect(hopsyncComments(github, request.number)).toEqual([expect.stringContaining("`tag/pos`")]);
  });

  it("finds its comment among 200, also edited, writes it anew where it was deleted, and believes no outsider's", async () => {
    const [box, github] = await Promise.all([sandbox({}), startGitHub()]);
    const request = github.openPullRequest({ files: FILES });
    const step = { inputs: PLAN, files: FILES, sandbox: box, github, event: pullRequestEvent(request) };
    for (let i = 0; i < 150; i += 1) github.addComment(request.number, `Comment ${i}`);
    await runAction(step);
    for (let i = 0; i < 50; i += 1) github.addComment(request.number, `More ${i}`);
    const [body = ""] = hopsyncComments(github, request.number);
    const own = github.comments(request.number).find((comment) => comment.body === body);
    github.editComment(own?.id ?? -1, (text) => `Please look!\n${text}\nI did.`.replaceAll("\n", "\r\n"));
    await runAction(step);
    expect(hopsyncComments(github, request.number)).toEqual([body]);
    github.deleteComment(own?.id ?? -1);
    github.addComment(request.number, body, "mallory");
    await runAction(step);
    const authors = github.comments(request.number).filter((c) => c.body === body);
    expect(authors.map(({ by }) => by)).toEqual(["mallory", "github-actions[bot]"]);
  });

  it("keeps a comment for each owner, and says in it what a guard refuses", async () => {
    const [box, github] = await Promise.all([sandbox({}), startGitHub()]);
    const step = { sandbox: box, github };
    const setUp = { command: "apply", target: "hq", expect: "none", comment: "false" };
    expect((await runAction({ ...step, inputs: setUp, files: FILES })).code).toBe(0);
    const files = { "manifests/all.yaml": MANIFEST.replace("{name: pci}", "") };
    const request = github.openPullRequest({ files });
    const event = pullRequestEvent(request);
    const refused = await runAction({ ...step, inputs: { ...PLAN, "max-deletes": "0" }, files, event });
    expect([refused.code, refused.outputs["exit-code"], refused.outputs["plan-file"]]).toEqual([1, "4", ""]);
    expect(refused.log).toMatch(/^::error::The plan was refused by a guard \(exit code 4\)/m);
    const other = { "manifests/all.yaml": "version: 1\nowner: soc\ntags: [{name: soc}]\n" };
    expect((await runAction({ ...step, inputs: PLAN, files: other, event })).code).toBe(0);
    expect(hopsyncComments(github, request.number)).toEqual([
      expect.stringContaining("**Refused:**"),
      expect.stringContaining("`tag/soc`"),
    ]);
  });

  it("marks what is of an older commit, also when that run ends last", async () => {
    const [box, github] = await Promise.all([sandbox({}), startGitHub()]);
    const request = github.openPullRequest({ files: FILES });
    const old = { inputs: PLAN, files: FILES, sandbox: box, github, event: pullRequestEvent(request) };
    await runAction(old);
    const files = { "manifests/all.yaml": MANIFEST.replace("severity: 3", "severity: 9") };
    const headSha = github.push(request.number, files);
    const event = pullRequestEvent({ ...request, headSha });
    const failed = await runAction({ ...old, files, event });
    expect([failed.code, failed.outputs["exit-code"]]).toEqual([1, "1"]);
    expect(failed.log).toMatch(/^::error title=[^\n]*,file=manifests\/all.yaml,line=5,col=\d+::/m);
    expect(hopsyncComments(github, request.number)).toEqual([expect.stringContaining("No plan was made")]);
    const late = await runAction(old);
    expect(late.log).toContain("its plan stays");
    expect(hopsyncComments(github, request.number)).toEqual([expect.stringContaining("No plan was made")]);
    const good = github.push(request.number, FILES);
    await runAction({ ...old, event: pullRequestEvent({ ...request, headSha: good }) });
    expect(hopsyncComments(github, request.number)).toEqual([expect.stringContaining("2 to create")]);
  });

  it("waits for GitHub's limits, and says so", async () => {
    const [box, github] = await Promise.all([sandbox({}), startGitHub()]);
    const request = github.openPullRequest({ files: FILES });
    const step = { inputs: PLAN, files: FILES, sandbox: box, github, event: pullRequestEvent(request) };
    github.limit({ kind: "secondary", seconds: 1 });
    const { code, log } = await runAction(step);
    expect([code, log]).toEqual([
      0,
      expect.stringMatching(
        /^GitHub takes no more requests for now: GET \/repos\/.*\/comments.* is sent again in 1 s\.$/m,
      ),
    ]);
    expect(hopsyncComments(github, request.number)).toHaveLength(1);
    const { github: _, ...tokenless } = step;
    const silent = await runAction(tokenless);
    expect([silent.code, silent.log]).toEqual([
      0,
      expect.stringMatching(/^::warning::There is no github-token/m),
    ]);
  });

  it("fails with the missing permission, after the outputs are set", async () => {
    const [box, github] = await Promise.all([
      sandbox({}),
      startGitHub({ permissions: { contents: "read", pull_requests: "read", issues: "read" } }),
    ]);
    const request = github.openPullRequest({ files: FILES });
    const event = pullRequestEvent(request);
    const { code, outputs, log } = await runAction({
      inputs: PLAN,
      files: FILES,
      sandbox: box,
      github,
      event,
    });
    expect([code, outputs["create-count"], outputs["comment-url"]]).toEqual([1, "2", undefined]);
    expect(log).toMatch(/^::error::.*pull-requests: write/m);
  });

  it("masks the key before anything is printed, prints it nowhere, and takes no command from a script", async () => {
    const [box, github] = await Promise.all([sandbox({}), startGitHub()]);
    const script = "// a\n::error::not ours\n  ::set-output name=digest::x\n";
    const files = {
      "manifests/all.yaml":
        "version: 1\ntriggers: [{name: T, events: [HTTP_REQUEST], script: {file: t.js, env: []}}]\n",
      "manifests/t.js": script,
    };
    const request = github.openPullRequest({ files });
    const step = { inputs: PLAN, files, sandbox: box, github, event: pullRequestEvent(request) };
    const { code, log, summary } = await runAction(step);
    expect(code).toBe(0);
    expect(log.startsWith(`::add-mask::${box.apiKey}\n`)).toBe(true);
    expect(log.split(box.apiKey)).toHaveLength(2);
    expect(log.split(github.token)).toHaveLength(2);
    expect(summary + hopsyncComments(github, request.number).join("")).not.toContain(box.apiKey);
    const stopped = [...log.matchAll(/^::stop-commands::(.*)\n([\s\S]*?)^::\1::$/gm)].map(([all]) => all);
    const heard = stopped.reduce((text, part) => text.replace(part, ""), log);
    expect(log).toContain("::error::not ours");
    expect(heard).not.toContain("not ours");
  });

  it("names every delete of a huge plan in the comment, and all of it in the summary", async () => {
    const [box, github] = await Promise.all([sandbox({}), startGitHub()]);
    const names = (count: number, word: string) =>
      Array.from({ length: count }, (_, i) => ({ name: `${word} ${i} <b>@all|\`#1` }));
    const manifest = (tags: unknown) => JSON.stringify({ version: 1, limits: { deletes: 5000 }, tags });
    const before = { "manifests/all.yaml": manifest(names(400, "old")) };
    const step = { sandbox: box, github };
    const applied = await runAction({
      ...step,
      inputs: { command: "apply", expect: "none", comment: "false" },
      files: before,
    });
    expect(applied.code, applied.log).toBe(0);
    const files = { "manifests/all.yaml": manifest(names(1600, "new")) };
    const request = github.openPullRequest({ files });
    const event = pullRequestEvent(request);
    const { outputs, summary } = await runAction({
      ...step,
      inputs: { ...PLAN, "max-deletes": "400" },
      files,
      event,
    });
    expect([outputs["create-count"], outputs["delete-count"]]).toEqual(["1600", "400"]);
    const [comment = ""] = hopsyncComments(github, request.number);
    expect(comment.length).toBeLessThanOrEqual(60_000);
    const missing = Array.from({ length: 400 }, (_, i) => `old ${i} <b>`).filter((n) => !comment.includes(n));
    expect(missing).toEqual([]);
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(1_048_576);
    expect(summary.split("| create |")).toHaveLength(1601);
  });

  it("masks what manifests take from the environment, each line of it too, and keys of a project file", async () => {
    const box = await sandbox({});
    const files = {
      "hopsync.yaml": `version: 1\ntargets: {hq: {host: "${box.url}", api_key_file: key.txt, paths: [m]}}\n`,
      "key.txt": `${box.apiKey}\n`,
      "m/all.yaml":
        "version: 1\ntriggers: [{name: T, events: [HTTP_REQUEST], script: {file: t.js, env: [HOOK, NO]}}]\n",
      "m/t.js": "var hook = `${env:HOOK}`, no = ${env:NO};\n",
    };
    const env = { HOOK: "first secret\nsecond secret\r\n", NO: "7", OTHER: "not a secret" };
    const { code, log } = await runAction({ inputs: PLAN, files, env });
    expect(code, log).toBe(0);
    const [masks = ""] = log.split("::stop-commands::");
    expect(masks.split("\n").sort()).toEqual([
      "",
      `::add-mask::${box.apiKey}`,
      "::add-mask::first secret",
      "::add-mask::first secret%0Asecond secret",
      "::add-mask::second secret",
    ]);
    expect(log.replace(masks, "")).not.toMatch(/first secret|second secret/);
  });

  it("masks an API key of several lines by line, before it is refused", async () => {
    const inputs = { ...PLAN, host: "eda.invalid", "api-key": "line-of-a-key\nanother-line" };
    const { code, log } = await runAction({ inputs, files: FILES });
    expect(code).toBe(1);
    const masks = ["line-of-a-key%0Aanother-line", "line-of-a-key", "another-line"];
    const head = masks.map((mask) => `::add-mask::${mask}\n`).join("");
    expect(log.startsWith(head)).toBe(true);
    expect(log.replace(head, "")).not.toMatch(/line-of-a-key|another-line/);
  });

  it.each([
    ["an input", { host: "HOST", "api-key": "KEY" }, {}],
    ["a client of the inputs", { host: "HOST", "client-id": "c", "client-secret": "KEY" }, {}],
    ["the environment", { host: "HOST" }, { EXTRAHOP_API_KEY: "KEY" }],
    ["a project file", {}, { HQ_API_KEY: "KEY" }],
  ])("of a fork uses no key, even where %s has one", async (_where, inputs, env) => {
    const [box, github] = await Promise.all([sandbox({}), startGitHub({ files: FILES })]);
    const filled = (texts: Readonly<Record<string, string>>) =>
      JSON.parse(JSON.stringify(texts).replace("HOST", box.url).replace('"KEY"', JSON.stringify(box.apiKey)));
    const targets = `{hq: {host: "${box.url}", api_key: "\${env:HQ_API_KEY}", paths: [manifests]}}`;
    const files = {
      ...FILES,
      ...("host" in inputs ? {} : { "hopsync.yaml": `version: 1\ntargets: ${targets}\n` }),
    };
    const request = github.openPullRequest({ files, fork: "stranger/network" });
    const event = pullRequestEvent(request, {
      baseSha: github.branch("main") ?? "",
      fork: "stranger/network",
    });
    const step = { files, github, event, env: filled(env) };
    const { code, summary, log } = await runAction({ ...step, inputs: { ...PLAN, ...filled(inputs) } });
    expect([code, box.requests()], log).toEqual([0, []]);
    expect(summary).toContain("No appliance was read");
    const apply = { command: "apply", target: "hq", expect: "none", ...filled(inputs) };
    const refused = await runAction({ ...step, inputs: apply });
    expect([refused.code, refused.log]).toEqual([
      1,
      expect.stringContaining("does not run on a pull request"),
    ]);
    expect(box.requests()).toEqual([]);
  });

  it.each(["manifests", "hopsync.yaml"])(
    "of a fork reads nothing outside the checkout (%s)",
    async (link) => {
      const github = await startGitHub();
      const event = pullRequestEvent(github.openPullRequest({ fork: "stranger/network" }), {
        fork: "stranger/network",
      });
      const outside = folder({
        "manifests/all.yaml": "version: 1\ntags: [{name: private}]\n",
        "hopsync.yaml": "private",
      });
      const workspace = folder({ ".git/HEAD": "ref: refs/heads/main\n", ...FILES });
      rmSync(join(workspace, link), { recursive: true, force: true });
      symlinkSync(join(outside, link), join(workspace, link));
      const { code, log, summary } = await runAction({
        inputs: { command: "plan" },
        workspace,
        github,
        event,
      });
      expect([code, log]).toEqual([1, expect.stringContaining(`${link} leads outside the files`)]);
      expect(log + summary).not.toContain("private");
    },
  );

  it("of a fork compares with the base whatever the working directory is called", async () => {
    const before = { "net/manifests/all.yaml": MANIFEST, "net/manifests/t.js": "// a script\n" };
    const github = await startGitHub({ files: before, permissions: { contents: "read" } });
    const event = (files: Readonly<Record<string, string>>) =>
      pullRequestEvent(github.openPullRequest({ files, fork: "stranger/network" }), {
        baseSha: github.branch("main") ?? "",
        fork: "stranger/network",
      });
    // A folder in the place of a file of the base.
    const files = {
      "net/manifests/all.yaml": MANIFEST.replace("pci", "pos"),
      "net/manifests/t.js/a.js": "// moved\n",
    };
    for (const given of [
      { "working-directory": "./net/" },
      { "working-directory": ".", path: "net/manifests" },
    ]) {
      const { code, log, summary } = await runAction({
        inputs: { ...PLAN, ...given },
        files,
        github,
        event: event(files),
      });
      expect(code, log).toBe(0);
      expect(summary).toContain("1 added, **1 removed**, 1 unchanged");
    }
  });

  it("of a fork checks and compares the manifests, and asks no appliance and for no permission", async () => {
    const github = await startGitHub({
      files: { ...FILES, "manifests/other.yaml": "version: 1\ntags: [{name: gone}]\n" },
      permissions: { contents: "read", pull_requests: "read" },
    });
    const baseSha = github.branch("main") ?? "";
    const files = {
      "manifests/all.yaml": MANIFEST.replace("severity: 3", "severity: 2").replace(
        "operand: 1",
        'operand: "${env:LIMIT}"',
      ),
    };
    const request = github.openPullRequest({ files, fork: "stranger/network" });
    const event = pullRequestEvent(request, { baseSha, fork: "stranger/network" });
    const { code, log, summary, outputs } = await runAction({
      inputs: { ...PLAN, host: "eda.invalid" },
      files,
      github,
      event,
    });
    expect([code, outputs["has-changes"], outputs["delete-count"]], log).toEqual([0, "true", "1"]);
    expect(summary).toContain("No appliance was read");
    expect(summary).toContain("`tag/gone`");
    expect(summary).toContain("`severity`");
    expect(github.comments(request.number)).toEqual([]);
    expect(github.requests().filter(({ method }) => method !== "GET")).toEqual([]);
  });
});

describe("an action of the cloud product", () => {
  it("plans and applies as the client of its inputs, masks the secret and leaves it nowhere", async () => {
    const client = { id: "tenant-client", secret: "s3cr3t/of+the=client" };
    const box = await sandbox({ platform: "cloud", client });
    const temp = folder({});
    const inputs = {
      host: box.url,
      "client-id": client.id,
      "client-secret": client.secret,
      comment: "false",
    };
    const step = { files: FILES, env: { RUNNER_TEMP: temp, EXTRAHOP_API_KEY: "left over" } };
    for (const more of [{ command: "plan" }, { command: "apply", expect: "none" }]) {
      const { code, log, outputs } = await runAction({ ...step, inputs: { ...inputs, ...more } });
      expect([code, outputs["create-count"]], log).toEqual([0, "2"]);
      expect(log.startsWith(`::add-mask::${client.secret}\n`)).toBe(true);
      expect(log.split(client.secret)).toHaveLength(2);
    }
    expect(box.appliance.find("tags", "pci")).toBeDefined();
    const left = readdirSync(temp, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const texts = left.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"));
    expect(texts.filter((text) => text.includes(client.secret))).toEqual([]);
  });

  it.each([
    [{ "client-id": "c" }, "--client-id is given without --client-secret-file."],
    [
      { "api-key": "key-1", "client-secret": "s-1" },
      "--api-key-file and --client-secret-file are both given.",
    ],
  ])("takes a whole client and no key beside it: %j", async (given, message) => {
    const inputs = { ...PLAN, host: "a.invalid", ...given } as Record<string, string>;
    const { code, log } = await runAction({ inputs, files: FILES });
    expect([code, log]).toEqual([1, expect.stringContaining(message)]);
  });
});

describe("an action that cannot begin", () => {
  it.each([
    [{ command: "aply" }, 'Input command: "aply" is none of validate, plan, apply, drift.'],
    [{ command: "plan", comment: "yes" }, 'Input comment: "yes" is neither true nor false.'],
    [{ command: "apply", expect: "yes" }, "Input expect"],
    [{ command: "drift", "drift-issue": "true" }, "Input github-token: It is empty"],
  ])("says which input is wrong: %j", async (inputs, message) => {
    const { code, log } = await runAction({ inputs: inputs as Record<string, string> });
    expect([code, log]).toEqual([1, expect.stringContaining(message)]);
    expect(log).not.toContain(" at ");
  });

  it("shows as many problems as GitHub does, the worst first, and counts the others", async () => {
    const wrapping = (i: number) => `  - {name: W${i}, interval_type: daily, start: "02:00", end: "01:00"}\n`;
    const many = (line: (i: number) => string) => Array.from({ length: 12 }, (_, i) => line(i)).join("");
    const warnings = `version: 1\nexclusion_intervals:\n${many(wrapping)}`;
    const errors = `version: 1\ntags:\n${many((i) => `  - {name: T${i}, nme: x}\n`)}`;
    const told = async (text: string) => {
      const { log } = await runAction({
        inputs: { command: "validate" },
        files: { "manifests/a.yaml": text },
      });
      return log.split("\n").filter((line) => /^::(error|warning)/.test(line));
    };
    const bad = await told(errors);
    expect(
      bad.slice(0, 7).every((line, i) => line.includes(`,file=manifests/a.yaml,line=${3 + i},col=`)),
    ).toBe(true);
    expect(bad.slice(7)).toEqual([
      "::error::5 more of these are in the summary of this job.",
      "::error::The validation failed (exit code 1): 12 errors.",
    ]);
    const fair = await told(warnings);
    expect(fair.filter((line) => line.includes(",line="))).toHaveLength(9);
    expect(fair.at(-1)).toBe("::warning::3 more of these are in the summary of this job.");
    expect(fair).toHaveLength(10);
  });

  it("validates without an appliance and without a token", async () => {
    const good = await runAction({ inputs: { command: "validate" }, files: FILES });
    expect([good.code, good.outputs["exit-code"]]).toEqual([0, "0"]);
    const files = { "manifests/all.yaml": MANIFEST.replace("severity", "severty") };
    const bad = await runAction({ inputs: { command: "validate" }, files });
    expect([bad.code, bad.log]).toEqual([1, expect.stringMatching(/^::error title=.*line=5/m)]);
  });
});
