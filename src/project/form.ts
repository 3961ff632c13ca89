/** The form of a project file, judged by its schema: every problem as a located diagnostic. */
import { isObject, parsePointer, pointer } from "../json.ts";
import { report } from "../manifest/codes.ts";
import type { ManifestDocument } from "../manifest/document.ts";
import { formCheck, isBelowBroken, sourceOf } from "../manifest/form.ts";
import { describe } from "../manifest/form-messages.ts";
import type { SchemaError } from "../manifest/schema-errors.ts";
import type { Diagnostic, JsonObject, Source } from "../model.ts";
import { type ProjectCode, problem } from "./problems.ts";
import { validator } from "./project.validator.ts";
import { EXCLUSIVE, TOGETHER } from "./schema.ts";

const check = formCheck(validator);

/** What is wrong with the form of the document. */
export function judgeProject(document: ManifestDocument): readonly Diagnostic[] {
  const errors = check(document.value).filter(
    // One rule of several keys is one error to ajv, wherever it is broken; `together` tells each.
    ({ keyword, pointer: at }) => keyword !== "not" && !isBelowBroken(at, document.broken),
  );
  return [
    ...errors.map((error) => formProblem(error, document)),
    ...targetsOf(document).flatMap((target) => together(target, document)),
  ];
}

function formProblem(error: SchemaError, document: ManifestDocument): Diagnostic {
  const place = { source: sourceOf(error, document), pointer: error.pointer };
  const own = ownWords(error);
  if (own !== undefined) return problem(...own, place);
  return report(describe(error, { secrets: new Map() }), place);
}

/** The code and words of what is particular to a project file. */
function ownWords({ keyword, pointer: at }: SchemaError): readonly [ProjectCode, string] | undefined {
  const path = parsePointer(at);
  const key = path.at(-1) ?? "";
  if (keyword === "minProperties") {
    return ["no-targets", "Name an appliance: `targets: {hq: {host: eda-hq.example.com}}`."];
  }
  if (path.length === 3 && (key === "api_key" || key === "client_secret")) {
    return [SECRET_CODES[key], "It is a text. Write the name of a variable that holds it: ${env:NAME}."];
  }
  if (keyword !== "additionalProperties") return undefined;
  if (path.length === 2) return ["bad-target-name", `${JSON.stringify(key)} is no name. ${NAME_RULE}`];
  if (path.length !== 4) return undefined;
  return ["bad-variable-name", `\${var:${key}} is no placeholder. ${VARIABLE_RULE}`];
}

/** What the schema says of these would show them. */
const SECRET_CODES = { api_key: "api-key", client_secret: "client-secret" } as const;

const NAME_RULE =
  "A target's name starts with a letter or digit; letters, digits, dots, dashes and underscores may follow.";
const VARIABLE_RULE =
  "A variable's name starts with a letter or underscore; letters, digits, dots, dashes and underscores may follow.";

interface NamedTarget {
  readonly name: string;
  readonly value: JsonObject;
}

function targetsOf({ value }: ManifestDocument): readonly NamedTarget[] {
  const targets = isObject(value) && isObject(value.targets) ? Object.entries(value.targets) : [];
  return targets.flatMap(([name, target]) => (isObject(target) ? [{ name, value: target }] : []));
}

/** Keys that stand beside others which say the opposite, and those that lack the other half. */
function together({ name, value }: NamedTarget, document: ManifestDocument): readonly Diagnostic[] {
  const place = (key: string): Source => document.keyAt(pointer("targets", name, key));
  const has = (key: string): boolean => Object.hasOwn(value, key);
  const excluding = EXCLUSIVE.flatMap((keys) => {
    const given = keys.filter(has);
    const [first, second] = given.map(place);
    if (first === undefined || second === undefined) return [];
    const detail = `${given.join(" and ")} say different things about target ${name}. Keep one.`;
    return [problem("excluding-keys", detail, { source: second, related: [first] })];
  });
  const halves = Object.entries(TOGETHER)
    .filter(([key, others]) => has(key) && !others.some(has))
    .map(([key, others]) => {
      const detail = `${key} needs ${others.join(" or ")} beside it.`;
      return problem("half-client", detail, { source: place(key) });
    });
  return [...excluding, ...halves];
}
