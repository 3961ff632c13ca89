/**
 * One request and its answer over the pool, read in pieces and bounded in time and size. Never
 * rejects: what went wrong is a value, which says whether the request can have reached the appliance.
 */
import type { Dispatcher } from "undici";
import type { Method } from "../model.ts";
import { createBody } from "./bounds.ts";

export interface Request {
  readonly method: Method;
  /** Below /api/v1, with the query. */
  readonly path: string;
  /** The path is below the host itself. */
  readonly outside?: true;
  readonly body?: string;
  /** Of the body; JSON when not given. */
  readonly type?: string;
  /** Changes nothing on the appliance, so that its outcome is always known. */
  readonly read: boolean;
  /** A create: carried out twice it makes two objects, so that it is never sent again blindly. */
  readonly once?: true;
}

export interface Answer {
  readonly status: number;
  /** Without parameters, in lower case; "" when the appliance gives none. */
  readonly contentType: string;
  readonly location: string | undefined;
  readonly retryAfter: string | undefined;
  readonly body: Buffer;
}

export type Failure = {
  /** False only when not a byte of the request can have left. */
  readonly sent: boolean;
} & (
  | { readonly type: "timeout" | "aborted" | "too-large" }
  | { readonly type: "broken"; readonly answering: boolean; readonly error: unknown }
);

export type Exchange = { readonly answer: Answer } | { readonly failure: Failure };

export interface Bounds {
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly signal: AbortSignal;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Sends once. The body's size is checked while it arrives, so that memory stays bounded. */
export function exchange(
  pool: Dispatcher,
  request: Request,
  headers: Readonly<Record<string, string>>,
  bounds: Bounds,
): Promise<Exchange> {
  return new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | undefined;
    let settled = false;
    let answer: Answer | undefined;
    const body = createBody();

    const settle = (result: Exchange): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      bounds.signal.removeEventListener("abort", onAbort);
      resolve(result);
      if ("failure" in result) controller?.abort(new Error("given up"));
    };
    const fail = (type: "timeout" | "aborted" | "too-large"): void =>
      settle({ failure: { type, sent: controller !== undefined } });
    const onAbort = (): void => fail("aborted");
    const timer = setTimeout(() => fail("timeout"), bounds.timeoutMs);
    if (bounds.signal.aborted) return fail("aborted");
    bounds.signal.addEventListener("abort", onAbort, { once: true });

    pool.dispatch(dispatchOptions(request, headers), {
      // Called when a connection stands and the request is about to be written to it.
      onRequestStart(started) {
        if (settled) started.abort(new Error("given up"));
        else controller = started;
      },
      onResponseStart(_controller, status, answerHeaders) {
        if (status < 200) return;
        answer = readHead(status, answerHeaders);
        if (Number(single(answerHeaders["content-length"])) > bounds.maxBodyBytes) fail("too-large");
      },
      onResponseData(_controller, chunk) {
        if (body.size() + chunk.length > bounds.maxBodyBytes) fail("too-large");
        else if (!settled) body.add(chunk);
      },
      onResponseEnd() {
        if (answer !== undefined) settle({ answer: { ...answer, body: body.bytes() } });
      },
      onResponseError(_controller, error) {
        const sent = controller !== undefined;
        settle({ failure: { type: "broken", sent, answering: answer !== undefined, error } });
      },
    });
  });
}

function dispatchOptions(
  request: Request,
  headers: Readonly<Record<string, string>>,
): Dispatcher.DispatchOptions {
  const { method, path, outside, body, type = "application/json" } = request;
  const all = body === undefined ? headers : { ...headers, "content-type": type };
  return { method, path: outside ? path : `/api/v1${path}`, headers: { ...all }, body: body ?? null };
}

function readHead(status: number, headers: Headers): Answer {
  const [contentType = ""] = (single(headers["content-type"]) ?? "").split(";");
  return {
    status,
    contentType: contentType.trim().toLowerCase(),
    location: single(headers.location),
    retryAfter: single(headers["retry-after"]),
    body: Buffer.alloc(0),
  };
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
