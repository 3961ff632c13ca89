/** A fault file → the values that a sandbox is started with. Every problem is a located diagnostic. */
import { dirname, resolve } from "node:path";
import { hasErrors, sortDiagnostics } from "../diagnostics.ts";
import { isArray, isObject, pointer } from "../json.ts";
import { type Finding, located, report } from "../manifest/codes.ts";
import { type ManifestDocument, readDocuments } from "../manifest/document.ts";
import { formCheck, isBelowBroken, sourceOf } from "../manifest/form.ts";
import { describe } from "../manifest/form-messages.ts";
import { readText } from "../manifest/text-file.ts";
import type { Diagnostic, Json, JsonObject, Source } from "../model.ts";
import type { Fault, FaultEffect } from "../sandbox/faults.ts";
import { CHOICES, OF_STATUS } from "./fault-schema.ts";
import { validator } from "./faults.validator.ts";

const MAX_MEGABYTES = 1;
const NOTHING = { env: {}, vars: {} };

export interface LoadedFaults {
  /** Present only where no diagnostic is an error. */
  readonly script?: { readonly faults: readonly Fault[]; readonly seed: number };
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a fault file, named as a person sees it from `cwd`. Nothing that is in it throws. */
export function loadFaults(shown: string, cwd: string): LoadedFaults {
  const read = readText(resolve(cwd, shown), MAX_MEGABYTES);
  if (!("text" in read)) {
    return { diagnostics: [report(ofFaultFile(read), { source: { file: shown, line: 1, column: 1 } })] };
  }
  const folder = dirname(read.path);
  const file = { shown, path: read.path, real: read.path, folder, roots: [folder], text: read.text };
  const { documents, problems } = readDocuments(file, NOTHING, () => "deferred");
  const [document, second] = documents;
  const found = [
    ...problems.map(inOwnWords),
    ...(document === undefined ? [] : judge(document)),
    ...(second === undefined ? [] : [severalDocuments(second)]),
  ];
  const diagnostics = sortDiagnostics(found);
  if (document === undefined || hasErrors(diagnostics)) return { diagnostics };
  return { script: scriptOf(document.value as unknown as FaultFile), diagnostics };
}

/** A file's problems are told in the words of manifests. */
function ofFaultFile(found: Finding): Finding {
  if (found.code !== "no-such-file") return found;
  return { ...found, detail: "No file has this name. Check the spelling, and the folder you are in." };
}

const SUMMARIES = {
  "empty-faults": "The fault file is empty",
  "several-documents": "A fault file is one document",
  "excluding-keys": "The keys exclude each other",
  "needless-key": "The key has no meaning here",
  "bad-pattern": "The path is not a regular expression",
  "slow-pattern": "The path may take too long to match",
  "unmatched-path": "No request has such a path",
} as const;

function problem(
  code: keyof typeof SUMMARIES,
  detail: string,
  source: Source | undefined,
  related: readonly Source[] = [],
): Diagnostic {
  return located({ severity: "error", code, summary: SUMMARIES[code], detail }, { source, related });
}

function inOwnWords(found: Diagnostic): Diagnostic {
  if (found.code !== "empty-manifest") return found;
  const detail = "There is nothing in it but blanks and comments. Write `version: 1` and `faults`.";
  return problem("empty-faults", detail, found.source);
}

function severalDocuments(second: ManifestDocument): Diagnostic {
  const detail = "All faults stand under one `faults`, and a second document is not read. Remove it.";
  return problem("several-documents", detail, second.valueAt(""));
}

// ---------------------------------------------------------------- judging

const check = formCheck(validator);

function judge(document: ManifestDocument): readonly Diagnostic[] {
  const errors = check(document.value).filter(
    // Of an effect each key that could stand there is missing to ajv; that one must is an error of its own.
    ({ keyword, pointer: at }) =>
      !(keyword === "required" && at.endsWith("/effect")) && !isBelowBroken(at, document.broken),
  );
  const form = errors.map((error) =>
    report(describe(error, { secrets: new Map() }), {
      source: sourceOf(error, document),
      pointer: error.pointer,
    }),
  );
  const value: Json = document.value;
  const faults = isObject(value) && isArray(value.faults) ? value.faults : [];
  return [...form, ...faults.flatMap((fault, i) => (isObject(fault) ? judgeFault(fault, i, document) : []))];
}

/** What the schema cannot say, or only in worse words. */
function judgeFault(fault: JsonObject, index: number, document: ManifestDocument): readonly Diagnostic[] {
  const keyAt = (...path: readonly string[]): Source => document.keyAt(pointer("faults", index, ...path));
  const effect: JsonObject = isObject(fault.effect) ? fault.effect : {};
  const spoils = typeof fault.effect === "string" && SPOILING.has(fault.effect);
  const steers = "refuse" in effect || "lag" in effect;
  const needless = OF_STATUS.filter((key) => key in effect && !("status" in effect));
  return [
    ...excluding(fault, CHOICES, "which requests it hits", keyAt),
    ...excluding(effect, ["retry_after", "retry_after_date"], "the pause", (key) => keyAt("effect", key)),
    ...needless.map((key) =>
      problem("needless-key", `${key} belongs to an answer with a status. Add status.`, keyAt("effect", key)),
    ),
    ...("when" in fault && (spoils || steers)
      ? [
          problem(
            "needless-key",
            "The request is always carried out with this effect. Remove when.",
            keyAt("when"),
          ),
        ]
      : []),
    ...badPattern(fault.path, document.valueAt(pointer("faults", index, "path"))),
  ];
}

/** Effects on the appliance's own answer. */
const SPOILING: ReadonlySet<string> = new Set(["truncate", "malformed", "empty", "no_location"]);

function excluding(
  value: JsonObject,
  keys: readonly string[],
  what: string,
  keyAt: (key: string) => Source,
): readonly Diagnostic[] {
  const given = keys.filter((key) => Object.hasOwn(value, key));
  const [first, second] = given;
  if (first === undefined || second === undefined) return [];
  const detail = `${given.join(" and ")} say different things about ${what}. Keep one.`;
  return [problem("excluding-keys", detail, keyAt(second), [keyAt(first)])];
}

function badPattern(path: Json | undefined, source: Source): readonly Diagnostic[] {
  if (typeof path !== "string") return [];
  try {
    new RegExp(path);
    return [...slowPattern(path, source), ...unmatchedPath(path, source)];
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^.*: /s, "") : String(error);
    return [problem("bad-pattern", `${why}. Put a \\ before what is meant as it stands.`, source)];
  }
}

/** What a person copies from elsewhere, or forgets the slash of. */
function unmatchedPath(path: string, source: Source): readonly Diagnostic[] {
  const [, below] = /^\^?(?:https?:\/\/[^/]*)?\/api\/v1(.*)$/s.exec(path) ?? [];
  if (below === undefined && !/^\^?\w/.test(path)) return [];
  const detail =
    below === undefined
      ? "Every path starts with a slash, and the expression matches from there. Write /alerts, or .*alerts for any path with it."
      : `A path is what stands below /api/v1. Write ${below === "" ? "/alerts, or no path for all" : below}.`;
  return [problem("unmatched-path", detail, source)];
}

/** Longer than any path of the API. */
const LONGEST_PATH = 1000;

function slowPattern(path: string, source: Source): readonly Diagnostic[] {
  if (path.length > LONGEST_PATH) {
    const detail = `It has ${path.length} characters, and ${LONGEST_PATH} are allowed. Split it into several faults.`;
    return [problem("slow-pattern", detail, source)];
  }
  if (!repeatsChoices(path)) return [];
  const detail =
    "A group that repeats has a repetition or a choice in it, so one text can match in too many ways. Write a single repetition: .* for (.+)*, [a-z/]+ for ([a-z]+|/)+.";
  return [problem("slow-pattern", detail, source)];
}

const CHOICE = /[*+?|]|\{\d+,/;
const REPEATED_CHOICE = /\([^()]*(?:[*+?|]|\{\d+,)[^()]*\)[*+{]/;

/** Whether a repeated group can itself match in several ways, as `(a+)+` and `(a|b)*` can. */
function repeatsChoices(pattern: string): boolean {
  // Escaped signs and classes hold no group, and what follows `(?` chooses nothing.
  const plain = pattern.replace(/\\.|\[(?:\\.|[^\]\\])*\]/gs, "x").replace(/\(\?/g, "(");
  const isRepeated = (text: string): boolean => {
    if (REPEATED_CHOICE.test(text)) return true;
    const outer = text.replace(/\(([^()]*)\)/g, (_group, inner) => (CHOICE.test(inner) ? "?" : "x"));
    return outer !== text && isRepeated(outer);
  };
  return isRepeated(plain);
}

// ---------------------------------------------------------------- values

/** The file as the schema lets it through. */
interface FaultFile {
  readonly seed?: number;
  readonly faults: readonly (Omit<Fault, "when" | "effect"> & {
    readonly when?: Fault["when"];
    readonly effect: WrittenEffect;
  })[];
}

type WrittenEffect =
  | "reset"
  | "truncate"
  | "malformed"
  | "empty"
  | "no_location"
  | "html"
  | {
      readonly status?: number;
      readonly body?: Json;
      readonly headers?: Readonly<Record<string, string>>;
      readonly retry_after?: number;
      readonly retry_after_date?: number;
      readonly html?: string;
      readonly redirect?: string;
      readonly delay_ms?: number;
      readonly refuse?: readonly (number | string)[];
      readonly lag?: number;
    };

function scriptOf({ faults, seed = 1 }: FaultFile): Required<LoadedFaults>["script"] {
  return {
    seed,
    faults: faults.map(({ effect, when = "before", ...rest }) => ({
      ...rest,
      when,
      effect: effectOf(effect),
    })),
  };
}

const PAGE = "<!doctype html><html><head><title>Sign in</title></head><body>Sign in</body></html>";

function effectOf(written: WrittenEffect): FaultEffect {
  if (written === "html") return { html: PAGE };
  if (written === "no_location") return "no-location";
  if (typeof written === "string") return written;
  const { status, retry_after: retryAfter, retry_after_date: retryAfterDate, delay_ms: delayMs } = written;
  if (status === undefined) {
    return (delayMs === undefined ? written : { delayMs }) as FaultEffect;
  }
  return {
    status,
    ...(written.body === undefined ? {} : { body: written.body }),
    ...(written.headers === undefined ? {} : { headers: written.headers }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(retryAfterDate === undefined ? {} : { retryAfterDate }),
  };
}
