/**
 * The permission that a request needs, as a workflow writes it. From the documents of each request
 * ("Fine-grained access tokens for ..."), which name two where either will do.
 */

/** By the path below the repository. Where the documents take either of two, the one that is sure to do. */
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
  const names = sets.map((set) => set.join(" and "));
  return names.sort((a, b) => Number(b === own) - Number(a === own)).join(" or ");
}

function documented(method: string, path: string): string | undefined {
  const below = path.replace(/^\/(?:repos\/[^/]+\/[^/]+|repositories\/\d+)/, "");
  const area = NEEDED.find(([pattern]) => pattern.test(below))?.[1];
  return area === undefined ? undefined : `\`${area}: ${method === "GET" ? "read" : "write"}\``;
}

/** As workflows write them. A set that asks for more than another is left out: `contents=write,workflows=write`. */
function acceptedSets(header: string): readonly (readonly string[])[] {
  const sets = header.split(";").map((set) => {
    const parts = [...set.matchAll(/([a-z_]+)=(read|write|admin)/g)];
    return parts.map(([, area = "", access]) => `\`${area.replaceAll("_", "-")}: ${access}\``);
  });
  const named = sets.filter((set) => set.length > 0);
  return named.filter(
    (set) => !named.some((less) => less.length < set.length && less.every((one) => set.includes(one))),
  );
}
