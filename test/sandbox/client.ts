/** A plain HTTP client for the tests of the sandbox: no retries, no interpretation. */
import { afterEach } from "vitest";
import type { Json } from "../../src/model.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../src/sandbox/sandbox.ts";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export type Client = (
  method: string,
  path: string,
  body?: Json,
  headers?: Record<string, string>,
) => Promise<Reply>;

/** A fixed clock: 2026-01-15T12:00:00Z. */
export const NOW = 1_768_478_400_000;

const running: Sandbox[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
});

/** A small sandbox with a clock that stands still; it is closed after the test. */
export async function open(options: SandboxOptions = {}): Promise<{ sandbox: Sandbox; call: Client }> {
  const sandbox = await startSandbox({ devices: 60, now: () => NOW, ...options });
  running.push(sandbox);
  return { sandbox, call: clientOf(sandbox.url, sandbox.apiKey) };
}

export function clientOf(url: string, key: string): Client {
  return async (method, path, body, headers = {}) => {
    const authorization = `ExtraHop apikey=${key}`;
    const content = body === undefined ? {} : { "content-type": "application/json" };
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization, ...content, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? "" : JSON.parse(text) };
  };
}

/** Creates and returns the id of the `location` header. */
export async function create(call: Client, collection: string, body: Json): Promise<number> {
  const { status, headers, body: answer } = await call("POST", `/${collection}`, body);
  if (status !== 201) throw new Error(`POST /${collection}: ${status} ${JSON.stringify(answer)}`);
  return Number(headers.get("location")?.split("/").at(-1));
}

export const ALERT = { name: "Errors", type: "threshold", apply_all: false } as const;
export const TRIGGER = {
  name: "Slow HTTP",
  script: "debug(1);\r\n",
  events: ["HTTP_RESPONSE", "HTTP_REQUEST"],
  disabled: false,
  debug: false,
  apply_all: false,
} as const;
export const INTERVAL = {
  name: "Night",
  interval_type: "daily",
  start: 3600,
  end: 7200,
  alert_apply_all: false,
  trend_apply_all: false,
} as const;
export const EMAIL_GROUP = {
  group_name: "On call",
  email_addresses: ["a@example.com", "b@example.com"],
  system_notifications: false,
} as const;
export const WEB_FILTER = { field: "role", operator: "=", operand: "http_server" } as const;
