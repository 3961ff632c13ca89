/** The command line. A factory: each call makes a new program, so that tests can run many at once. */
import { Command, CommanderError, Option } from "commander";
import { EXIT, errorDiagnostic, HopsyncError } from "../errors.ts";
import { kinds } from "../kinds/index.ts";
import type { Diagnostic, Document } from "../model.ts";
import { printableLines, withoutLogCommands } from "../render/clean.ts";
import { renderDiagnostics } from "../render/diagnostics.ts";
import { toDocument } from "../render/document.ts";
import { createStyle } from "../render/style.ts";
import { targetsDocument } from "../render/targets-document.ts";
import { VERSION } from "../version.ts";
import {
  type DocumentForms,
  documentForms,
  documentText,
  fleetForms,
  targetsForms,
} from "./document-text.ts";
import type { Io, OutputStream } from "./io.ts";
import {
  addConnectionOptions,
  addFleetOptions,
  addLeaseOption,
  addManifestOptions,
  addOutputOptions,
  addProjectOption,
  DOCUMENT_FORMATS,
  type DocumentFormat,
  integer,
  planDigest,
  port,
  positiveInteger,
  repeated,
} from "./options.ts";

/** Runs one command line (without node and script) and returns its exit code. */
export async function run(argv: readonly string[], given: Io): Promise<number> {
  const io: Io = { ...given, stdout: forLogs(given.stdout), stderr: forLogs(given.stderr) };
  let exitCode: number = EXIT.done;
  const program = createProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    // Help and version end this way too, with exit code 0; the text is already written.
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    const known = error instanceof CommanderError ? usageError(error) : error;
    if (!(known instanceof HopsyncError)) throw error;
    if (known !== error && wantedFormat(argv) === undefined) return EXIT.error;
    await finishEarly(known, argv, io);
    return EXIT.error;
  }
}

/** The same stream; no line of it is a command to who keeps it in a log. */
function forLogs(stream: OutputStream): OutputStream {
  return {
    write: (text) => stream.write(withoutLogCommands(text)),
    isTTY: stream.isTTY,
    get columns() {
      return stream.columns;
    },
  };
}

function usageError({ message }: CommanderError): HopsyncError {
  return new HopsyncError("usage", message.replace(/^error: /, ""), { hint: "Run with --help for usage." });
}

/** The format that a command line which could not be understood asked for, if it is one of a document. */
function wantedFormat(argv: readonly string[]): DocumentFormat | undefined {
  const asked = (format: DocumentFormat): boolean =>
    argv.some((word, i) => word === `--format=${format}` || (word === "--format" && argv[i + 1] === format));
  return DOCUMENT_FORMATS.find(asked);
}

/** Errors before any command runs: on stderr, and as a document where one was asked for. */
async function finishEarly(error: HopsyncError, argv: readonly string[], io: Io): Promise<void> {
  const diagnostics = [errorDiagnostic(error)];
  const format = wantedFormat(argv);
  if (format !== undefined) {
    const forms = argv[0] === "targets" ? noTargets(diagnostics) : noRun(diagnostics, argv);
    io.stdout.write(await documentText(format, forms));
    return;
  }
  const style = createStyle({ color: false, width: io.stderr.columns ?? 80 });
  io.stderr.write(renderDiagnostics(diagnostics, style));
}

function noRun(diagnostics: readonly Diagnostic[], argv: readonly string[]): DocumentForms {
  const command = COMMANDS.find((name) => name.split(" ").every((word) => argv.includes(word))) ?? "plan";
  const ofFleet = { format: 1, targets: [], exit_code: EXIT.error, diagnostics } as const;
  if (namesSeveral(argv)) return fleetForms(ofFleet);
  const document = toDocument({ command, exitCode: EXIT.error, version: VERSION, diagnostics });
  return documentForms(document);
}

function namesSeveral(argv: readonly string[]): boolean {
  const target = argv.find((word, i) => argv[i - 1] === "--target" || word.startsWith("--target="));
  return argv.includes("--all-targets") || target?.includes(",") === true;
}

function noTargets(diagnostics: readonly Diagnostic[]): DocumentForms {
  const document = targetsDocument({ exitCode: EXIT.error, version: VERSION, targets: null, diagnostics });
  return targetsForms(document);
}

const COMMANDS: readonly Document["command"][] = [
  "validate",
  "plan",
  "apply",
  "drift",
  "export",
  "inventory show",
  "inventory repair",
  "forget",
];

type Finished = (exitCode: number) => void;

function createProgram(io: Io, finished: Finished): Command {
  const program = new Command("hopsync")
    .description("Keeps the configuration of ExtraHop appliances in Git: declare, plan, apply, verify.")
    .version(VERSION, "--version", "print the version")
    .helpOption("--help", "print help")
    .helpCommand("help [command]", "print help for a command")
    .showHelpAfterError("Run with --help for usage.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(printableLines(text).join("\n")),
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
    });
  const commands = [
    addValidate,
    addPlan,
    addApply,
    addDrift,
    addExport,
    addInventory,
    addForget,
    addTargets,
    addSandbox,
    addDemo,
  ];
  for (const add of commands) add(program, io, finished);
  return program;
}

/** A subcommand, with the settings of the program that commander does not inherit by itself. */
function subcommand(program: Command, nameAndArguments: string, description: string): Command {
  return program.command(nameAndArguments).description(description).helpOption("--help", "print help");
}

const PATHS = "files or folders with manifests; those of the target, or ./manifests, when not given";
const PATHS_OR_PLAN = `${PATHS}; or one file of plan --out`;

function addValidate(program: Command, io: Io, finished: Finished): void {
  const command = subcommand(program, "validate", "check manifests, offline").argument("[paths...]", PATHS);
  addOutputOptions(addFleetOptions(command)).action(async (paths, options) => {
    const { validate } = await import("./commands/validate.ts");
    finished(await validate(paths, options, io));
  });
}

function addPlanOptions(command: Command, paths = PATHS): Command {
  const planned = command
    .argument("[paths...]", paths)
    .option("--show-requests", "print every request that apply would send")
    .option("--max-deletes <n>", "deletes and replaces that are allowed", integer)
    .option("--no-adopt", "refuse to take over objects that exist and are not owned");
  return addOutputOptions(addFleetOptions(addConnectionOptions(planned)));
}

function addPlan(program: Command, io: Io, finished: Finished): void {
  addPlanOptions(subcommand(program, "plan", "show what apply would do"))
    .option("--detailed-exitcode", "exit 2 when apply would do something")
    .option("--out <file>", "seal the plan in this .json file, to apply exactly that")
    .action(async (paths, options) => {
      const { plan } = await import("./commands/plan.ts");
      finished(await plan(paths, options, io));
    });
}

function addApply(program: Command, io: Io, finished: Finished): void {
  const command = subcommand(program, "apply", "make the appliance match the manifests");
  addLeaseOption(addPlanOptions(command, PATHS_OR_PLAN))
    .option("--auto-approve", "apply without asking")
    .option("--expect <digest>", "apply without asking if the plan has this digest, else exit 5", planDigest)
    .action(async (paths, options) => {
      const { apply } = await import("./commands/apply.ts");
      finished(await apply(paths, options, io));
    });
}

function addDrift(program: Command, io: Io, finished: Finished): void {
  const command = subcommand(program, "drift", "show what changed on the appliance since the last apply");
  addOutputOptions(addFleetOptions(addConnectionOptions(command.argument("[paths...]", PATHS)))).action(
    async (paths, options) => {
      const { drift } = await import("./commands/drift.ts");
      finished(await drift(paths, options, io));
    },
  );
}

function addExport(program: Command, io: Io, finished: Finished): void {
  const command = subcommand(program, "export", "write what the appliance has as manifests")
    .argument("[paths...]", `with --drift: ${PATHS}`)
    .option(
      "--drift",
      "write what changed on the appliance since the last apply into the manifests, in place",
    )
    .option("--out <folder>", "write files into this folder; without it, one manifest to stdout")
    .addOption(
      new Option("--kind <section...>", "only these kinds; repeatable").choices(kinds.map((k) => k.section)),
    )
    .addOption(
      new Option("--one-file-per <scope>", "what one manifest holds (default: kind)").choices([
        "kind",
        "object",
      ]),
    )
    .option("--built-ins", "also alerts, triggers and groups that ship with the appliance")
    .option("--owner <name>", "leave out what other owners have")
    .option("--overwrite", "replace files that exist");
  addOutputOptions(addManifestOptions(addConnectionOptions(command))).action(async (paths, options) => {
    const { drift, ...flags } = options;
    if (drift === true) {
      const { accept } = await import("./commands/accept.ts");
      finished(await accept(paths, flags, io));
    } else {
      const { exportManifests } = await import("./commands/export.ts");
      finished(await exportManifests(paths, flags, io));
    }
  });
}

const OWNER = "whose inventory on the appliance, without manifests";

function addInventory(program: Command, io: Io, finished: Finished): void {
  const inventory = subcommand(program, "inventory", "see or repair the record of what was applied");
  const show = subcommand(inventory, "show", "print what the owner has on the appliance")
    .argument("[paths...]", PATHS)
    .option("--owner <name>", OWNER);
  addOutputOptions(addFleetOptions(addConnectionOptions(show))).action(async (paths, options) => {
    const { showInventory } = await import("./commands/inventory.ts");
    finished(await showInventory(paths, options, io));
  });
  const repair = subcommand(inventory, "repair", "replace it by what the manifests declare and find live")
    .argument("[paths...]", PATHS)
    .option("--auto-approve", "write without asking");
  addOutputOptions(addManifestOptions(addConnectionOptions(addLeaseOption(repair)))).action(
    async (paths, options) => {
      const { repairInventory } = await import("./commands/inventory.ts");
      finished(await repairInventory(paths, options, io));
    },
  );
}

function addForget(program: Command, io: Io, finished: Finished): void {
  const command = subcommand(program, "forget", "let go of objects without deleting them")
    .argument("<addresses...>", "kind and name, as plans show them")
    .option(
      "--path <path>",
      "manifests that say whose inventory; repeatable (default: ./manifests)",
      repeated,
    )
    .option("--owner <name>", OWNER)
    .option("--auto-approve", "write without asking");
  addOutputOptions(addManifestOptions(addConnectionOptions(addLeaseOption(command)))).action(
    async (addresses, options) => {
      const { forget } = await import("./commands/forget.ts");
      finished(await forget(addresses, options, io));
    },
  );
}

function addTargets(program: Command, io: Io, finished: Finished): void {
  const command = subcommand(program, "targets", "list the targets of the project file, offline");
  addOutputOptions(addProjectOption(command)).action(async (options) => {
    const { targets } = await import("./commands/targets.ts");
    finished(await targets(options, io));
  });
}

function addSandbox(program: Command, io: Io, finished: Finished): void {
  subcommand(program, "sandbox", "run a simulated appliance until interrupted")
    .option("--port <n>", "the port to listen on; 0 takes a free one", port, 8700)
    .option("--firmware <version>", "the firmware to simulate: 5.2, 7, 8.7 or 9.8", "8.7")
    .option("--platform <name>", "sensor, console (two sensors) or cloud (OAuth)", "sensor")
    .option("--tls", "speak https, with a self-signed certificate")
    .option("--devices <n>", "devices on the network", positiveInteger, 600)
    .option("--seed <n>", "another population for another number", integer, 1)
    .option("--state <file>", "keep the state in this file")
    .option("--faults <file>", "let go wrong what this file says, to rehearse")
    .action(async (options) => {
      const { sandbox } = await import("./commands/sandbox.ts");
      finished(await sandbox(options, io));
    });
}

function addDemo(program: Command, io: Io, finished: Finished): void {
  subcommand(program, "demo", "see the whole story on a simulated appliance")
    .option("--no-pause", "do not wait for Enter between the steps")
    .option("--no-color", "no colours, also on a terminal (as does NO_COLOR)")
    .action(async (options) => {
      const { demo } = await import("./commands/demo.ts");
      finished(await demo(options, io));
    });
}
