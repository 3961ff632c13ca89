/** `hopsync demo`: the whole story on a simulated appliance, with each command as a user would type it. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT, HopsyncError } from "../../errors.ts";
import type { Style } from "../../render/style.ts";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";
import { ask } from "../ask.ts";
import type { Io } from "../io.ts";
import { packageFolder } from "../package-folder.ts";
import { run } from "../program.ts";
import { styleFor } from "../session.ts";

export interface DemoFlags {
  readonly pause: boolean;
  readonly color: boolean;
}

/** One screen: what happens, what somebody does beforehand, and the command that is typed. */
interface Screen {
  readonly title: string;
  readonly text: string;
  readonly before?: (stage: Stage) => Promise<void> | void;
  /** A command of the shell, shown with what it would print. */
  readonly shell?: string;
  readonly command?: readonly string[];
  /** What the command must end with; anything else is a bug of the demo. */
  readonly exitCode?: number;
}

interface Stage {
  readonly folder: string;
  readonly sandbox: Sandbox;
}

export async function demo(flags: DemoFlags, io: Io): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "hopsync-demo-"));
  const sandbox = await startSandbox();
  try {
    await cp(join(packageFolder(), "examples", "first-steps"), join(folder, "manifests"), {
      recursive: true,
    });
    return await tell({ folder, sandbox }, flags, io);
  } finally {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function tell(stage: Stage, flags: DemoFlags, io: Io): Promise<number> {
  const style = styleFor(io.stdout, flags, io);
  const env = { ...io.env, EXTRAHOP_HOST: stage.sandbox.url, EXTRAHOP_API_KEY: stage.sandbox.apiKey };
  const inside: Io = { ...io, env, cwd: stage.folder, stderr: io.stdout };
  for (const [i, screen] of SCREENS.entries()) {
    io.stdout.write(heading(screen, i, style));
    await screen.before?.(stage);
    const exitCode = await perform(screen, flags, style, inside);
    if (exitCode !== (screen.exitCode ?? EXIT.done)) {
      throw new HopsyncError("demo", `Step ${i + 1} ended with exit code ${exitCode}.`);
    }
    if (io.interrupted.aborted || !(await proceed(i, flags, io))) break;
  }
  return EXIT.done;
}

function heading({ title, text }: Screen, i: number, style: Style): string {
  return `\n${style.bold(`${i + 1}/${SCREENS.length}  ${title}`)}\n${text}\n\n`;
}

async function perform({ shell, command }: Screen, flags: DemoFlags, style: Style, io: Io): Promise<number> {
  if (shell !== undefined) {
    io.stdout.write(`${style.place(`$ ${shell}`)}\n${await readFile(join(io.cwd, MANIFEST), "utf8")}`);
  }
  if (command === undefined) return EXIT.done;
  io.stdout.write(`${style.place(`$ hopsync ${command.join(" ")}`)}\n`);
  const exitCode = await run([...command, ...(flags.color ? [] : ["--no-color"])], io);
  if (exitCode !== EXIT.done) io.stdout.write(style.dim(`(exit code ${exitCode})\n`));
  return exitCode;
}

async function proceed(i: number, flags: DemoFlags, io: Io): Promise<boolean> {
  if (!flags.pause || i === SCREENS.length - 1 || io.stdin.isTTY !== true || io.stdout.isTTY !== true)
    return true;
  return (await ask("\nEnter goes on, q ends: ", io)) !== "q";
}

const MANIFEST = join("manifests", "web.yaml");

/** Replaces a text that must be there, as an editor would; `toEnd` replaces all that follows as well. */
async function edit({ folder }: Stage, from: string, to: string, toEnd = false): Promise<void> {
  const path = join(folder, MANIFEST);
  const text = await readFile(path, "utf8");
  const at = text.indexOf(from);
  if (at < 0) throw new HopsyncError("demo", `${MANIFEST} does not hold ${JSON.stringify(from)}`);
  await writeFile(path, text.slice(0, at) + to + (toEnd ? "" : text.slice(at + from.length)));
}

/** Somebody takes an alert off a device group in the appliance's web interface. */
function unassignByHand({ sandbox: { appliance } }: Stage): void {
  const alert = appliance.find("alerts", "Web error ratio");
  const group = appliance.find("devicegroups", "Cardholder web servers");
  if (alert === undefined || group === undefined)
    throw new HopsyncError("demo", "The example was not applied.");
  appliance.unlink("alerts/devicegroups", alert.id, group.id, "jdoe");
}

const SCREENS: readonly Screen[] = [
  {
    title: "An appliance, and what it should be",
    text: "A simulated ExtraHop appliance with 600 devices is running on this machine. A manifest says how it\nshould be configured; names stand where the API wants ids.",
    shell: "cat manifests/web.yaml",
  },
  {
    title: "A typo never reaches the appliance",
    text: 'Somebody writes "severty". Manifests are checked before any request is sent.',
    before: (stage) => edit(stage, "severity: error", "severty: error"),
    command: ["validate"],
    exitCode: EXIT.error,
  },
  {
    title: "The plan",
    text: "Corrected. Now the manifest is compared with the appliance. Nothing is written yet.",
    before: (stage) => edit(stage, "severty: error", "severity: error"),
    command: ["plan"],
  },
  {
    title: "Apply",
    text: "The same plan, carried out, each object after those it refers to, and read again to see that it stayed.\nAt a terminal, apply asks first; --auto-approve answers for it, and --quiet leaves the plan out.",
    command: ["apply", "--auto-approve", "--quiet"],
  },
  {
    title: "Nothing left to do",
    text: "The second plan is empty, and it has only read.",
    command: ["plan"],
  },
  {
    title: "A click in the web interface",
    text: "At night somebody takes the alert off its device group: nobody would be woken any more. A scheduled job\nfinds out what was done, when and by whom, and its exit code says so.",
    before: unassignByHand,
    command: ["drift"],
    exitCode: EXIT.changes,
  },
  {
    title: "Healed",
    text: "One request puts it right.",
    command: ["apply", "--auto-approve", "--quiet"],
  },
  {
    title: "A reviewed change",
    text: "A pull request raises the limit. The reviewer sees the exact request that it will become.",
    before: (stage) => edit(stage, "operand: 0.05", "operand: 0.08"),
    command: ["plan", "--show-requests"],
  },
  {
    title: "Gone from Git, gone from the appliance",
    text: "The alert is removed from the manifest. hopsync knows what it applied, and deletes that and nothing else.",
    before: (stage) => edit(stage, "alerts:\n", "alerts: []\n", true),
    command: ["apply", "--auto-approve"],
  },
  {
    title: "Yours",
    text: [
      "For a real appliance, give its name and a key from its API Access page:",
      "",
      "  export EXTRAHOP_HOST=eda.example.com EXTRAHOP_API_KEY=…",
      "  hopsync plan",
      "",
      "plan only reads. A simulated appliance to play with starts with: hopsync sandbox",
    ].join("\n"),
  },
];
