/** What sessions side by side print: kept until it can be shown in order, below a heading for each target. */
import type { FleetDocument, FleetMember } from "../model.ts";
import { renderDiagnostics } from "../render/diagnostics.ts";
import { renderFleetConfirmation, renderFleetTable, renderHeading } from "../render/fleet.ts";
import { createStatusLine } from "../render/progress.ts";
import { count } from "../render/words.ts";
import { documentText, fleetForms } from "./document-text.ts";
import type { Io, OutputStream } from "./io.ts";
import type { OutputOptions } from "./options.ts";
import { isRewritable, styleFor } from "./session.ts";

export interface FleetOutput {
  /** What the session of this target sees of the process. */
  begin(name: string): Io;
  end(name: string): void;
  /** Shows what all have to show by now. */
  showAll(): void;
  question(plans: readonly FleetMember[], left: readonly string[]): string;
  /** For people, on stderr; nothing with --quiet. */
  say(text: string): void;
  /** Prints what is left, and the report; returns its exit code. */
  finish(document: FleetDocument): Promise<number>;
}

type Stream = "stdout" | "stderr";

interface Shown {
  readonly pieces: { readonly stream: Stream; readonly text: string }[];
  ended: boolean;
  begun: boolean;
}

export function createFleetOutput(names: readonly string[], options: OutputOptions, io: Io): FleetOutput {
  const targets = new Map(names.map((name): [string, Shown] => [name, newTarget()]));
  const style = styleFor(io.stderr, options, io);
  const write = (text: string): void => void io.stderr.write(text);
  const status = createStatusLine({ write, isTTY: isRewritable(io, options) && !options.quiet, style });
  const show = (all: boolean): void => {
    status.clear();
    for (const [name, target] of targets) {
      if (!all && !target.ended) break;
      print(name, target.pieces.splice(0), options, io);
    }
  };
  const progress = (): void => status.show(statusText(targets));
  return {
    begin: (name) => {
      const target = targets.get(name) ?? newTarget();
      target.begun = true;
      progress();
      return collecting(target, options, io, (text) => {
        status.clear();
        write(`${renderHeading(name, style)}${text}\n`);
        progress();
      });
    },
    end: (name) => {
      const target = targets.get(name);
      if (target !== undefined) target.ended = true;
      show(false);
      progress();
    },
    showAll: () => show(true),
    question: renderFleetConfirmation,
    say: (text) => {
      if (!options.quiet) write(text);
    },
    finish: async (document) => {
      show(true);
      await printReport(document, options, io);
      return document.exit_code;
    },
  };
}

function newTarget(): Shown {
  return { pieces: [], ended: false, begun: false };
}

function statusText(targets: ReadonlyMap<string, Shown>): string {
  const ended = [...targets.values()].filter((target) => target.ended).length;
  const running = [...targets].filter(([, target]) => target.begun && !target.ended).map(([name]) => name);
  return `${ended} of ${count(targets.size, "target")} finished · ${running.join(", ")}`;
}

/** A session's document of another format than text is printed as a part of the report. */
function collecting(target: Shown, { format }: OutputOptions, io: Io, now: (text: string) => void): Io {
  const into = (stream: Stream, wanted: boolean): OutputStream => ({
    write: (text) => wanted && target.pieces.push({ stream, text }),
    isTTY: io[stream].isTTY,
    get columns() {
      return io[stream].columns;
    },
    collected: true,
  });
  return {
    ...io,
    stdout: into("stdout", format === "text"),
    stderr: Object.assign(into("stderr", true), { now }),
  };
}

/** Each stream says whose its lines are; on a terminal, where both are one, once is enough. */
function print(name: string, pieces: Shown["pieces"], options: OutputOptions, io: Io): void {
  const [first] = pieces;
  if (first === undefined) return;
  const used = new Set(pieces.map(({ stream }) => stream));
  const together = io.stdout.isTTY === true && io.stderr.isTTY === true;
  const headed = together ? new Set([first.stream]) : used;
  for (const stream of headed) io[stream].write(renderHeading(name, styleFor(io[stream], options, io)));
  for (const { stream, text } of pieces) io[stream].write(text);
  for (const stream of headed) io[stream].write("\n");
}

async function printReport(document: FleetDocument, options: OutputOptions, io: Io): Promise<void> {
  const { format, quiet } = options;
  if (format !== "text") {
    io.stdout.write(await documentText(format, fleetForms(document, options)));
  } else if (document.targets.length > 0)
    io.stdout.write(renderFleetTable(document, styleFor(io.stdout, options, io)));
  const told = quiet
    ? document.diagnostics.filter(({ severity }) => severity === "error")
    : document.diagnostics;
  io.stderr.write(renderDiagnostics(told, styleFor(io.stderr, options, io)));
}
