import { describe, expect, it } from "vitest";
import type { ApplyEvent, Result } from "../../src/model.ts";
import { createProgress } from "../../src/render/progress.ts";
import { createStyle } from "../../src/render/style.ts";
import { expectGolden } from "../helpers/golden.ts";
import { everyAction, hostileChanges, plain } from "./documents.ts";

const changes = [...everyAction(), hostileChanges()[0]!];

function finish(index: number, result: Partial<Result> = {}): ApplyEvent {
  const change = changes[index]!;
  const { address, action } = change;
  return { type: "finished", change, result: { address, action, outcome: "applied", ...result } };
}

/** Two changes at once, then the others one by one, with each outcome. */
function events(): readonly ApplyEvent[] {
  const started = changes.map((change): ApplyEvent => ({ type: "started", change }));
  return [
    started[0]!,
    started[1]!,
    finish(0),
    finish(1, { outcome: "failed", error: "[PATCH] /alerts/16: 422 no such\nfield" }),
    finish(2, { outcome: "blocked", blockedBy: "alert/HTTP errors" }),
    ...[3, 4, 5, 6, 8].flatMap((i) => [started[i]!, finish(i)]),
    finish(7, { outcome: "failed", error: "[PATCH] /tags/4: no answer", unknown: true }),
    finish(9, { outcome: "not_tried" }),
    started[10]!,
    finish(10),
  ];
}

function run(isTTY: boolean, width = 80): string {
  const written: string[] = [];
  const style = createStyle({ color: false, width });
  const progress = createProgress({ write: (text) => written.push(text), isTTY, style });
  progress.reading(1);
  progress.reading(14);
  for (const event of events()) progress.event(event);
  progress.done();
  progress.done();
  return written.join("");
}

/** What a terminal shows in the end, given that lines are only ever rewritten from the first column. */
function screen(output: string): readonly string[] {
  return output.split("\n").map((line) => line.split("\r\x1b[2K").at(-1) ?? "");
}

describe("createProgress", () => {
  it("writes one plain line per finished change where nothing can be rewritten", () => {
    expectGolden("render/progress-pipe.txt", run(false));
  });

  it("rewrites one status line on a terminal", () => {
    expectGolden("render/progress-terminal.txt", run(true).replaceAll("\x1b", "␛").replaceAll("\r", "␍\n"));
  });

  it("leaves on a terminal what it leaves in a pipe", () => {
    expect(screen(run(true))).toEqual(run(false).split("\n"));
  });

  it("never fills the last column with the status", () => {
    const status = run(true, 40)
      .split(/\r\x1b\[2K|\n/)
      .filter((line) => /finished ·|Reading/.test(line));
    expect(status.length).toBeGreaterThan(5);
    expect(status.filter((line) => line.length > 39)).toEqual([]);
  });

  it("erases nothing when it has shown nothing", () => {
    const written: string[] = [];
    createProgress({ write: (text) => written.push(text), isTTY: true, style: plain }).done();
    expect(written).toEqual([]);
  });
});
