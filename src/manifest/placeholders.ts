/**
 * `${env:NAME}` and `${var:name}` in texts of a manifest, `${each}` and `${each:key}` in those of an entry
 * with `for_each`. `$${` stands for `${` itself. A value that
 * is filled in is not looked at again. What comes from `env` is sensitive, and no message shows it.
 */

import { didYouMean } from "../diagnostics.ts";
import { isArray, isNested, isObject } from "../json.ts";
import type { Json, Secret } from "../model.ts";
import { caution, type Finding, failure } from "./codes.ts";

/** What placeholders are filled from. */
export interface Outside {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Texts; of a target also lists and mappings, which stand for a whole value. */
  readonly vars: Readonly<Record<string, Json>>;
}

export interface Filling extends Outside {
  /** The item of `for_each` that an entry is made for. */
  readonly each?: Json | undefined;
}

/** A filled text. */
export interface Filled {
  readonly text: string;
  /** Given where something came from `env`. */
  readonly secret?: Secret;
  /** The text was one placeholder and nothing else. */
  readonly whole: boolean;
}

/** `$${`, or `${` with the rest up to its brace, if it has one. */
const TOKEN = /\$\$\{|\$\{([^}\n]*)(\}?)/g;
const REFERENCE = /^(?:env:([A-Za-z_][A-Za-z0-9_]*)|var:([A-Za-z_][A-Za-z0-9_.-]*)|each(?::(.+))?)$/;

interface Part {
  readonly text: string;
  readonly template: string;
  readonly name?: string;
}

/** Whether a text has anything to fill in or to unescape. */
export function hasPlaceholder(text: string): boolean {
  return text.includes("${");
}

/** Whether a text holds a complete `${env:NAME}`. */
export function namesEnvironment(text: string): boolean {
  return [...text.matchAll(TOKEN)].some(
    ([token, inner = ""]) => token !== "$${" && REFERENCE.exec(inner)?.[1] !== undefined,
  );
}

/** The names of the variables that a text takes from `var`. */
export function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(TOKEN)].flatMap(([token, inner = ""]) =>
    token === "$${" ? [] : (REFERENCE.exec(inner)?.[2] ?? []),
  );
}

/** The list or mapping that a text stands for; undefined where it is a text. */
export function structureOf(written: string, { vars, each }: Filling): Json | undefined {
  const [, inner = "", rest] = /^\$\{([^}\n]*)\}(.*)$/s.exec(written) ?? [];
  const reference = rest === "" ? REFERENCE.exec(inner) : null;
  if (reference === null || reference[1] !== undefined) return undefined;
  const [, , variable, key] = reference;
  const value = variable === undefined ? itemValue(each, key) : ownValue(vars, variable);
  return isNested(value) ? value : undefined;
}

/** The number or boolean of an item that a text stands for; undefined where it is a text. */
export function itemScalar(written: string, { each }: Filling): number | boolean | undefined {
  const [whole, key] = /^\$\{each(?::([^}]+))?\}$/.exec(written) ?? [];
  const value = whole === undefined ? undefined : itemValue(each, key);
  return typeof value === "number" || typeof value === "boolean" ? value : undefined;
}

function itemValue(each: Json | undefined, key: string | undefined): Json | undefined {
  return key === undefined ? each : isObject(each) ? ownValue(each, key) : undefined;
}

function ownValue(values: Readonly<Record<string, Json>>, name: string): Json | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** Fills one text. `secrets` says whether `env` may be used where the text stands. */
export function fill(written: string, outside: Filling, secrets: boolean): Filled | readonly Finding[] {
  const parts: Part[] = [];
  const findings: Finding[] = [];
  let end = 0;
  for (const match of written.matchAll(TOKEN)) {
    parts.push(literal(written.slice(end, match.index)));
    const part = replacement(match, outside, secrets);
    if ("code" in part) findings.push(part);
    else parts.push(part);
    end = match.index + match[0].length;
  }
  parts.push(literal(written.slice(end)));
  const problems = [...findings, ...ambiguities(parts)];
  return problems.length > 0 ? problems : join(parts, written);
}

function literal(text: string): Part {
  return { text, template: text };
}

function join(parts: readonly Part[], written: string): Filled {
  const names = [...new Set(parts.flatMap((part) => part.name ?? []))];
  const text = parts.map((part) => part.text).join("");
  const whole = REFERENCE.test(written.slice(2, -1)) && written.startsWith("${");
  if (names.length === 0) return { text, whole };
  return { text, whole, secret: { template: parts.map((part) => part.template).join(""), names } };
}

/** A template tells a name from the same characters meant literally only by the name. */
function ambiguities(parts: readonly Part[]): readonly NamedFinding[] {
  const literalText = parts.map((part) => (part.name === undefined ? part.template : "\n")).join("");
  const names = new Set(parts.flatMap((part) => part.name ?? []));
  return [...names]
    .filter((name) => literalText.includes(`\${env:${name}}`))
    .map((name) => ({
      ...failure(
        "bad-placeholder",
        `One text holds \${env:${name}} both as a placeholder and as literal text. Split it, or use another variable.`,
      ),
      name,
    }));
}

function replacement(match: RegExpMatchArray, outside: Filling, secrets: boolean): Part | Finding {
  const [token, inner = "", brace = ""] = match;
  if (token === "$${") return literal("${");
  const reference = brace === "" ? null : REFERENCE.exec(inner);
  if (reference === null) return badPlaceholder(token, inner, brace !== "");
  const [, env, variable, key] = reference;
  if (variable !== undefined) return variableValue(variable, outside.vars);
  if (env === undefined) return eachValue(outside.each, key);
  if (!secrets) {
    return failure(
      "secret-not-allowed",
      `\${env:${env}} is sensitive and may stand only in the fields of an entry; names, references and settings are shown and compared. Use \${var:…} for what is not secret.`,
    );
  }
  const value = environmentValue(env, outside.env);
  return typeof value === "string" ? { text: value, template: `\${env:${env}}`, name: env } : value;
}

function variableValue(name: string, vars: Outside["vars"]): Part | Finding {
  const value = ownValue(vars, name);
  if (isNested(value)) {
    return failure(
      "structured-value",
      `The variable ${name} is a ${structureWord(value)}, which stands for a whole value and not for a part of a text. Write \${var:${name}} alone, or name a variable that is a text.`,
    );
  }
  if (value !== undefined) return literal(String(value));
  return failure(
    "missing-variable",
    `No variable ${JSON.stringify(name)} is given.${didYouMean(name, Object.keys(vars))} Give it with --var ${name}=value, or among the vars of the target.`,
  );
}

function structureWord(value: Json): string {
  return isArray(value) ? "list" : "mapping";
}

function eachValue(each: Json | undefined, key: string | undefined): Part | Finding {
  if (each === undefined) {
    const detail =
      "${each} stands for the item of for_each, and this entry has no for_each. Add one, or write $${ where the text itself is meant.";
    return failure("bad-placeholder", detail);
  }
  const value = itemValue(each, key);
  if (value === undefined || value === null) return noSuchKey(each, key ?? "");
  if (!isNested(value)) return literal(String(value));
  const keys =
    isObject(value) && key === undefined
      ? ` Write \${each:KEY}; there is ${Object.keys(value).join(", ")}.`
      : "";
  return failure(
    "structured-value",
    `${key === undefined ? "The item" : `${key} of the item`} is a ${structureWord(value)}, which stands for a whole value and not for a part of a text.${keys}`,
  );
}

function noSuchKey(each: Json, key: string): Finding {
  if (!isObject(each)) {
    return failure("unknown-item-key", `The item ${JSON.stringify(each)} has no keys. Write \${each}.`);
  }
  const keys = Object.keys(each).filter((name) => each[name] !== null);
  return failure(
    "unknown-item-key",
    `An item of for_each has no ${JSON.stringify(key)}.${didYouMean(key, keys)} It has ${keys.length === 0 ? "nothing" : keys.join(", ")}.`,
  );
}

/**
 * The value of a variable, which is never empty. Suggests only among names that begin alike: the environment
 * is nobody's business in a log.
 */
export function environmentValue(name: string, env: Outside["env"]): string | Finding {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value === "") {
    return failure(
      "empty-variable",
      `The environment variable ${name} is set and empty, as a secret that a pipeline does not provide is. Set it to its value.`,
    );
  }
  if (value !== undefined) return value;
  const prefix = name.split("_")[0]?.toUpperCase() ?? "";
  const similar = Object.keys(env).filter((key) => key.toUpperCase().startsWith(prefix));
  return failure(
    "missing-variable",
    `The environment variable ${name} is not set.${didYouMean(name, similar)} Set it where hopsync runs.`,
  );
}

/** A template with the values of its names; they are not looked at again. */
export function withValues({ template, names }: Secret, env: Outside["env"]): string {
  return template.replace(/\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}/g, (token, name: string) =>
    names.includes(name) ? (env[name] ?? token) : token,
  );
}

function badPlaceholder(token: string, inner: string, closed: boolean): Finding {
  const shown = token.length > 60 ? `${token.slice(0, 60)}…` : token;
  const name = /^(env|var|each)[.:_\s]*(.*)$/i.exec(inner.trim());
  const [, source = "", rest = ""] = name ?? [];
  const meant =
    /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(rest) && inner !== rest
      ? ` Did you mean \${${source.toLowerCase()}:${rest}}?`
      : "";
  const what = closed ? "is no placeholder" : "is not closed by a brace";
  return failure(
    "bad-placeholder",
    `${shown} ${what}.${meant} Known are \${env:NAME} and \${var:name}; write $\${ where the text itself is meant.`,
  );
}

/** A finding about one environment variable. */
export type NamedFinding = Finding & { readonly name: string };

/** The text of a file with the variables filled in that its manifest lists. */
export interface FilledFile {
  readonly filled: Filled;
  /** About listed names. */
  readonly findings: readonly NamedFinding[];
  /** About names that the file holds and the manifest does not list, with where the first one stands. */
  readonly unlisted: readonly (Finding & { readonly start: number; readonly end: number })[];
}

/** `${env:NAME}`, or `$${env:NAME}` for the text itself; any other `${…}` is the file's own. */
const FILE_TOKEN = /(\$?)\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** The text of a file that is read as this one where no variable is listed. */
export function fileText(text: string): string {
  return text.replace(FILE_TOKEN, (token, extra: string) => (extra === "" ? token : `$${token}`));
}

/** Fills the listed environment variables into the text of a file; all else in it is literal. */
export function fillFile(text: string, names: readonly string[], env: Outside["env"]): FilledFile {
  const listed = [...new Set(names)];
  const tokens = [...text.matchAll(FILE_TOKEN)];
  const plain = tokens.filter(([, extra]) => extra === "");
  const held = new Set(plain.map(([, , name = ""]) => name));
  const values = new Map(
    listed.filter((name) => held.has(name)).map((name) => [name, environmentValue(name, env)]),
  );
  const parts = fileParts(text, tokens, values);
  const missing = [...values].flatMap(([name, value]) =>
    typeof value === "string" ? [] : [{ ...value, name }],
  );
  const unused = listed.filter((name) => !held.has(name)).map((name) => ({ ...unusedName(name), name }));
  const unlisted = [...held]
    .filter((name) => !listed.includes(name))
    .map((name) => {
      const start = plain.find(([, , other]) => other === name)?.index ?? 0;
      return { ...unlistedName(name, listed), start, end: start + `\${env:${name}}`.length };
    });
  return {
    filled: join(parts, text),
    findings: [...missing, ...ambiguities(parts), ...unused],
    unlisted,
  };
}

function fileParts(
  text: string,
  tokens: readonly RegExpMatchArray[],
  values: ReadonlyMap<string, string | Finding>,
): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const token of tokens) {
    const [written, extra, name = ""] = token;
    const value = extra === "" ? values.get(name) : undefined;
    parts.push(literal(text.slice(end, token.index)));
    parts.push(
      typeof value === "string"
        ? { text: value, template: written, name }
        : literal(written.slice(extra === "" ? 0 : 1)),
    );
    end = (token.index ?? 0) + written.length;
  }
  return [...parts, literal(text.slice(end))];
}

function unlistedName(name: string, listed: readonly string[]): Finding {
  return caution(
    "unlisted-variable",
    `The file holds \${env:${name}}, and env does not list ${name}, so the script has it as written.${didYouMean(name, listed)} Add ${name} to env, or write $\${env:${name}} in the file where the text itself is meant.`,
  );
}

function unusedName(name: string): Finding {
  return caution(
    "unused-variable",
    `The file does not hold \${env:${name}}, so ${name} is not filled in anywhere. Remove it from env, or check the spelling in the file.`,
  );
}
