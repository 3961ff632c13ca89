/**
 * One command over several targets: each has a session of its own, whose output is collected, and there is
 * one report. What goes wrong with one target stops no other.
 */
import { setMaxListeners } from "node:events";
import { EXIT, HopsyncError } from "../errors.ts";
import type { Command, Diagnostic, Document, FleetDocument, FleetMember } from "../model.ts";
import { chooseTargets } from "../project/choose.ts";
import { loadProject } from "../project/load.ts";
import type { Project, ProjectTarget } from "../project/project.ts";
import { type Approve, approved, planDocument, requirePerson } from "./approval.ts";
import { ask } from "./ask.ts";
import { createFleetOutput, type FleetOutput } from "./fleet-output.ts";
import type { Io } from "./io.ts";
import { connects, interruption, type RunOptions, runSession, type Session } from "./session.ts";
import { chosenTarget, findProject, noProject } from "./target.ts";
import { createTurns } from "./turns.ts";

/** Targets at once; each of them has `--parallelism` requests. */
const TARGETS_AT_ONCE = 4;

/** From the worst to the best. */
const CODES: readonly number[] = [
  EXIT.interrupted,
  EXIT.terminated,
  EXIT.error,
  EXIT.partial,
  EXIT.stale,
  EXIT.refused,
  EXIT.changes,
  EXIT.done,
];

export type Body = (session: Session, approve: Approve) => Promise<number>;

/**
 * Runs the body of a command for the target that the flags name, or for each of several. `forOne` are the
 * options and arguments, as they were given, that make sense for one target only.
 */
export async function runTargets(
  command: Command,
  options: RunOptions,
  io: Io,
  body: Body,
  forOne: readonly (string | undefined)[] = [],
): Promise<number> {
  const names = namesOf(options);
  if (names === undefined) return runSession(command, options, io, (session) => body(session, approved));
  refuseForOne(options, forOne);
  const file = findProject(options, io);
  if (file === undefined) throw noProject("Several targets stand in a project file", io);
  const { project, diagnostics } = loadProject(file, io.cwd);
  const { targets, problems } =
    project === undefined ? { targets: [], problems: [] } : chooseTargets(project, names);
  const found = [...diagnostics, ...problems];
  if (project === undefined || problems.length > 0) {
    return createFleetOutput([], options, io).finish(fleetDocument([], found, EXIT.error));
  }
  return runFleet({ command, options, io, body, project, targets, diagnostics: found });
}

/** The names of several targets; undefined where one is meant. */
function namesOf({ target, allTargets }: RunOptions): readonly string[] | "all" | undefined {
  if (allTargets === true && target !== undefined) {
    throw new HopsyncError("usage", "--target and --all-targets say different things.", {
      hint: "Keep one of the two.",
    });
  }
  if (allTargets === true) return "all";
  if (target?.includes(",") !== true) return undefined;
  const names = target.split(",");
  if (names.every((name) => name !== "")) return names;
  throw new HopsyncError("usage", `--target ${target} holds an empty name.`, {
    hint: "Write the names with one comma between them, such as --target hq,branch.",
  });
}

/** One key, host or plan would go to appliances that it is not for. */
function refuseForOne(options: RunOptions, forOne: readonly (string | undefined)[]): void {
  const flags = Object.entries({
    "--host": options.host,
    "--api-key-file": options.apiKeyFile,
    "--client-id": options.clientId,
    "--client-secret-file": options.clientSecretFile,
    "--fingerprint": options.fingerprint,
  });
  const given = [...flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag])), ...forOne].filter(
    (text) => text !== undefined,
  );
  if (given.length === 0) return;
  throw new HopsyncError(
    "usage",
    `${given.join(", ")} ${given.length === 1 ? "is" : "are"} for one target, and several are named.`,
    { hint: "Name one with --target." },
  );
}

interface FleetRun {
  readonly command: Command;
  readonly options: RunOptions;
  readonly io: Io;
  readonly body: Body;
  readonly project: Project;
  readonly targets: readonly ProjectTarget[];
  readonly diagnostics: readonly Diagnostic[];
}

async function runFleet(run: FleetRun): Promise<number> {
  const { options, io, targets, diagnostics } = run;
  const names = targets.map(({ name }) => name);
  const output = createFleetOutput(names, options, io);
  // Each target listens, which is no leak.
  setMaxListeners(0, io.interrupted);
  const documents = new Map<string, Document>();
  const gate = createGate(names, (plans) => {
    const left = names.filter((name) => (documents.get(name)?.exit_code ?? 0) !== 0);
    return askOnce(plans, left, output, io);
  });
  const turns = createTurns(TARGETS_AT_ONCE);
  const runs = targets.map((target) =>
    turns.take(async () => {
      const { name } = target;
      const approve: Approve = (session, { run: { plan } }) => {
        requirePerson(session, "The plan has changes");
        session.pause();
        return turns.rest(() => gate.arrive({ name, document: planDocument(plan) }));
      };
      const own = {
        ...output.begin(name),
        onDocument: (document: Document) => documents.set(name, document),
      };
      try {
        await runMember(run, target, own, approve);
      } finally {
        gate.ended(name);
        output.end(name);
      }
    }),
  );
  const ends = await Promise.allSettled(runs);
  const members = names.flatMap((name) => {
    const document = documents.get(name);
    return document === undefined ? [] : [{ name, document }];
  });
  const exitCode = await output.finish(fleetDocument(members, diagnostics));
  // A bug, which the others have nothing to do with.
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return exitCode;
}

function runMember(run: FleetRun, target: ProjectTarget, own: Io, approve: Approve): Promise<number> {
  const { command, options, io, body, project } = run;
  return runSession(
    command,
    options,
    own,
    async (session) => {
      const stopped = interruption(io);
      return stopped === undefined ? body(session, approve) : session.finish({ exitCode: stopped });
    },
    () => chosenTarget(project, target, options, connects(command), io),
  );
}

function fleetDocument(
  targets: readonly FleetMember[],
  diagnostics: readonly Diagnostic[],
  atLeast?: number,
): FleetDocument {
  const codes = targets.map(({ document }) => document.exit_code);
  const exitCode = atLeast ?? CODES.find((code) => codes.includes(code)) ?? EXIT.done;
  return { format: 1, targets, exit_code: exitCode, diagnostics };
}

/** Where those that have something to ask wait until all others have asked or ended. */
interface Gate {
  arrive(plan: FleetMember): Promise<boolean>;
  ended(name: string): void;
}

function createGate(
  names: readonly string[],
  answer: (plans: readonly FleetMember[]) => Promise<boolean>,
): Gate {
  const expected = new Set(names);
  const waiting = new Map<
    string,
    { readonly plan: FleetMember; readonly go: (yes: Promise<boolean>) => void }
  >();
  const settle = (name: string): void => {
    expected.delete(name);
    if (expected.size > 0 || waiting.size === 0) return;
    const here = names.flatMap((other) => waiting.get(other) ?? []);
    waiting.clear();
    const yes = answer(here.map(({ plan }) => plan));
    for (const { go } of here) go(yes);
  };
  return {
    arrive: (plan) =>
      new Promise((go) => {
        waiting.set(plan.name, { plan, go });
        settle(plan.name);
      }),
    ended: settle,
  };
}

/** One question for all plans, which are shown by now. */
async function askOnce(
  plans: readonly FleetMember[],
  left: readonly string[],
  output: FleetOutput,
  io: Io,
): Promise<boolean> {
  output.showAll();
  const question = output.question(plans, left);
  const yes = interruption(io) === undefined && (await ask(question, io)) === "yes";
  if (!yes) output.say("Nothing was applied.\n");
  return yes;
}
