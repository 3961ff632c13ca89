/** What the appliance answers, and the refusals its documents declare. */
import type { Json } from "../model.ts";

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent for an empty body. */
  readonly body?: Json;
  /** Sent in place of the body, as plain text unless `contentType` says otherwise. */
  readonly text?: string;
  readonly contentType?: string;
}

/** Thrown anywhere below a route to end the request with an error answer. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(status: number, body: Json, answer: Answer = { status, body }) {
    super(`refused with ${status}`);
    this.name = "Refusal";
    this.answer = answer;
  }

  /** In plain text, as some proxies before the API refuse. */
  static text(status: number, text: string): Refusal {
    return new Refusal(status, text, { status, text, contentType: "text/plain; charset=utf-8" });
  }
}

/** A refusal in the shape that the Swagger declares for errors. */
export function refusal(status: number, message: string): Refusal {
  return new Refusal(status, { error_message: message });
}

export function notFound(): Refusal {
  return refusal(404, "Requested resource could not be found");
}

/** The one error that is recorded in another shape: a body that is not JSON. */
export function invalidJson(): Refusal {
  return new Refusal(400, {
    type: "invalid_request",
    detail: "The JSON payload specified in the request is invalid.",
  });
}

export const DONE: Answer = { status: 204 };

export function found(body: Json): Answer {
  return { status: 200, body };
}
