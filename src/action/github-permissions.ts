/**
 * The permission that a request needs, as a workflow writes it. From the documents of each request
 * ("Fine-grained access tokens for ..."), which name more than one where either will do.
 */

const READ = "GET";

/** By the path below the repository. For what is both, an issue and a pull request, the likelier one first. */
const NEEDED: readonly (readonly [path: RegExp, area: string])[] = [
  [/^\/issues\/(?:\d+\/)?comments/, "pull-requests"],
  [/^\/(?:pulls|commits\/[^/]+\/pulls)\b/, "pull-requests"],
  [/^\/(?:issues|labels)\b/, "issues"],
  [/^\/git\//, "contents"],
];

/**
 * For people: "`issues: write`". GitHub names in `x-accepted-github-permissions` what it would have
 * accepted: sets divided by semicolons, of which any one will do.
 */
export function missingPermission(
  method: string,
  path: string,
  headers: Readonly<Record<string, unknown>> = {},
): string {
  const own = documented(method, path);
  const accepted = headers["x-accepted-github-permissions"];
  const sets = typeof accepted === "string" ? acceptedSets(accepted) : [];
  if (sets.length === 0) return own ?? "more permissions than it has";
  const likelierFirst = [...sets].sort((a, b) => Number(b === own) - Number(a === own));
  return likelierFirst.join(" or ");
}

function documented(method: string, path: string): string | undefined {
  const below = path.replace(/^\/(?:repos\/[^/]+\/[^/]+|repositories\/\d+)/, "");
  const area = NEEDED.find(([pattern]) => pattern.test(below))?.[1];
  return area === undefined ? undefined : `\`${area}: ${method === READ ? "read" : "write"}\``;
}

/** `issues=write; pull_requests=write` as workflows write it; whatever else is no permission is left out. */
function acceptedSets(header: string): readonly string[] {
  return header.split(";").flatMap((set) => {
    const parts = [...set.matchAll(/([a-z_]+)=(read|write|admin)/g)];
    const names = parts.map(([, area = "", access]) => `\`${area.replaceAll("_", "-")}: ${access}\``);
    return names.length === 0 ? [] : [names.join(" and ")];
  });
}
