/** Octokit as the action uses it: through a proxy where there is one, patient, and with errors for people. */
import { Octokit } from "@octokit/core";
import { type PaginateInterface, paginateRest } from "@octokit/plugin-paginate-rest";
import { RequestError } from "@octokit/request-error";
import { EnvHttpProxyAgent, fetch } from "undici";
import { type Asked, createExplain, GitHubError } from "./github-error.ts";
import { createPatience, type Pause } from "./github-wait.ts";

const TIMEOUT_MS = 60_000;
/** The newest that every supported GitHub Enterprise Server knows. */
const API_VERSION = "2022-11-28";

export interface ClientOptions {
  /** GITHUB_API_URL. */
  readonly apiUrl: string;
  readonly token: string;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Called before each pause, with the request that will be sent again after it. */
  readonly onWait: (pause: Pause, request: string) => void;
}

export type Client = Octokit & { readonly paginate: PaginateInterface };

/** What requests are about, as their paths have it. */
export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

/** Every request rejects with a GitHubError. */
export function createClient(options: ClientOptions): Client {
  const quiet = () => undefined;
  const baseUrl = options.apiUrl.replace(/\/+$/, "");
  const PagingOctokit = Octokit.plugin(paginateRest);
  const client: Client = new PagingOctokit({
    auth: options.token,
    baseUrl,
    userAgent: "hopsync",
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    request: { fetch: proxyingFetch() },
  });
  const patiently = createSender(options);
  client.hook.wrap("request", (request, parameters) => {
    const { method, url } = client.request.endpoint(parameters);
    parameters.headers["x-github-api-version"] = API_VERSION;
    const path = url.startsWith(baseUrl) ? url.slice(baseUrl.length) : url;
    return patiently({ method, path, repeatable: isRepeatable(method, path) }, async () => {
      const answer = await request(parameters);
      if (answer.status === 204 || typeof answer.data === "object") return answer;
      // Octokit takes half an answer for a text, and no text for an empty list.
      throw new RequestError("The answer is not whole.", 502, {
        request: client.request.endpoint(parameters),
      });
    });
  });
  return client;
}

/** Objects and references of Git and labels are the same however often they are made. */
function isRepeatable(method: string, path: string): boolean {
  return method !== "POST" || /^\/repos\/[^/]+\/[^/]+\/(?:git\/|labels$)/.test(path);
}

/** Sends until there is an answer that counts. */
function createSender(options: ClientOptions): <T>(asked: Asked, send: () => Promise<T>) => Promise<T> {
  const explain = createExplain(options.token);
  const judge = createPatience();
  return async (asked, send) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send();
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        const verdict = judge(error, attempt, asked.repeatable);
        if (verdict === undefined) throw explain(error, asked);
        if ("until" in verdict) throw limited(verdict.until, asked, error.status);
        options.onWait(verdict.pause, `${asked.method} ${asked.path}`);
        await options.sleep(verdict.pause.milliseconds);
      }
    }
  };
}

function limited(until: Date, { method, path }: Asked, status: number): GitHubError {
  const time = until.toISOString().replace(/\.\d+Z$/, "Z");
  return new GitHubError("github-rate-limit", `GitHub takes no more requests of this token until ${time}.`, {
    method,
    path,
    status,
    hint: "Run the job again after that.",
  });
}

/** Runners of one's own often reach GitHub through a proxy only, which Node.js 20 does not look for by itself. */
function proxyingFetch(): typeof fetch {
  const dispatcher = new EnvHttpProxyAgent({ headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  return (address, init) => fetch(address, { ...init, dispatcher });
}
