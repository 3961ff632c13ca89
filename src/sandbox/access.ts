/**
 * Who may do what: by API key on an appliance, by access token on the cloud product (facts: OAuth 2 client
 * credentials, `POST /oauth2/token`; the error texts are those that working clients look for).
 */
import { randomBytes } from "node:crypto";
import type { Json } from "../model.ts";
import { type Answer, found, Refusal, refusal } from "./answer.ts";
import type { Quirks } from "./quirks.ts";

/** The user of a request, and whether it may write. */
export interface Account {
  readonly user: string;
  readonly writes: boolean;
}

export interface Access {
  /** The account of a request's `authorization` header, or a refusal. */
  readonly authenticate: (authorization: string | undefined) => Account;
  /** Answers POST /oauth2/token; absent where there are keys. */
  readonly grant?: (request: TokenRequest) => Answer;
  /** Ends every token so far. */
  readonly revoke: () => void;
}

export interface TokenRequest {
  readonly method: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

export function keyAccess(accounts: ReadonlyMap<string, Account>): Access {
  return {
    authenticate: (authorization) => {
      const key = /^ExtraHop apikey=(\S+)$/.exec(authorization ?? "")?.[1];
      const account = key === undefined ? undefined : accounts.get(key);
      if (account === undefined) throw refusal(401, "API key is missing or invalid");
      return account;
    },
    revoke: () => {},
  };
}

/** What a client of the cloud product authenticates with. */
export interface Client {
  readonly id: string;
  readonly secret: string;
}

export interface TokenOptions {
  readonly clients: readonly { readonly client: Client; readonly account: Account }[];
  /** Seconds. */
  readonly life: number;
  readonly now: () => number;
  readonly expired: Quirks["expiredToken"];
}

interface Token {
  readonly account: Account;
  readonly ends: number;
}

export function tokenAccess({ clients, life, now, expired }: TokenOptions): Access {
  const tokens = new Map<string, Token>();
  const issue = (account: Account): Answer => {
    const text = randomBytes(24).toString("base64url");
    tokens.set(text, { account, ends: now() + life * 1000 });
    return found({ access_token: text, token_type: "Bearer", expires_in: life });
  };
  return {
    authenticate: (authorization) => {
      const text = /^Bearer (\S+)$/.exec(authorization ?? "")?.[1];
      if (text === undefined) throw refusal(401, "Error getting user from bearer token");
      const token = tokens.get(text);
      if (token === undefined) throw refusal(401, "Invalid access token");
      if (token.ends <= now()) throw EXPIRED[expired]();
      return token.account;
    },
    grant: (request) => {
      const { id, secret } = credentialsOf(request);
      const known = clients.find(({ client }) => client.id === id && client.secret === secret);
      if (known === undefined) throw oauthError(401, "invalid_client");
      return issue(known.account);
    },
    revoke: () => {
      for (const [text, token] of tokens) tokens.set(text, { ...token, ends: Number.NEGATIVE_INFINITY });
    },
  };
}

const EXPIRED: Readonly<Record<Quirks["expiredToken"], () => Refusal>> = {
  "401": () => refusal(401, "Invalid access token"),
  "400": () => Refusal.text(400, "The access token is invalid."),
};

/** HTTP Basic, or both in the form: clients in the field do either. */
function credentialsOf({ method, authorization, contentType, body }: TokenRequest): Client {
  if (method !== "POST") throw refusal(405, `The method ${method} is not allowed for /oauth2/token.`);
  const isForm = /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(contentType ?? "");
  const form = new URLSearchParams(isForm ? new TextDecoder().decode(body) : "");
  const type = form.get("grant_type");
  if (type === null) throw oauthError(400, "invalid_request");
  if (type !== "client_credentials") throw oauthError(400, "unsupported_grant_type");
  const basic = /^Basic (\S+)$/i.exec(authorization ?? "")?.[1];
  if (basic === undefined) {
    return { id: form.get("client_id") ?? "", secret: form.get("client_secret") ?? "" };
  }
  const [id = "", secret = ""] = Buffer.from(basic, "base64").toString("utf8").split(/:(.*)/s);
  return { id, secret };
}

function oauthError(status: number, error: string): Refusal {
  const body: Json = { error };
  return new Refusal(status, body);
}
