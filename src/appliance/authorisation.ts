/**
 * The `authorization` header of every request: an API key's, always the same, or that of an access token of
 * the cloud product (OAuth 2.0 client credentials, RFC 6749 §4.4; facts §5). One token serves all requests; it
 * is replaced a while before it ends, and when the product refuses it, since clocks differ and tokens can be
 * revoked. Whoever needs one while it is being asked for waits for the same answer.
 */
import { ApplianceError } from "../errors.ts";
import type { Json, JsonObject } from "../model.ts";
import { createMask, type Mask } from "../secret-forms.ts";
import {
  expectStatus,
  isMissing,
  malformed,
  notAnAppliance,
  type Reply,
  readObject,
  unauthorized,
} from "./answer.ts";
import { type Client, type Credentials, isHeaderWord } from "./credentials.ts";
import { expectsHttps, isWebPage } from "./error-body.ts";
import type { Answer, Request } from "./exchange.ts";

export interface Authorisation {
  /** For a request that is sent now. Rejects with an ApplianceError where no token is to be had. */
  header(): Promise<string>;
  /** In place of one that was refused; undefined where there is no other. */
  renewed(refused: string): Promise<string> | undefined;
  /** Takes key, secret and tokens out of a text, old tokens included. */
  readonly mask: Mask;
}

export interface TokenSource {
  /** Sends a request with this header, as often as a read may be sent. */
  readonly ask: (request: Request, header: string) => Promise<Reply>;
  /** Milliseconds from any start; a clock that nobody sets. */
  readonly now: () => number;
}

export function createAuthorisation(credentials: Credentials, source: TokenSource): Authorisation {
  return "apiKey" in credentials ? byKey(credentials.apiKey) : byToken(credentials, source);
}

function byKey(apiKey: string): Authorisation {
  const header = Promise.resolve(`ExtraHop apikey=${apiKey}`);
  const mask = createMask([{ value: apiKey, shown: "(key)" }]);
  return { header: () => header, renewed: () => undefined, mask };
}

interface Token {
  readonly header: string;
  /** From then on another one is asked for. */
  readonly until: number;
}

function byToken(client: Client, { ask, now }: TokenSource): Authorisation {
  const pair = Buffer.from(`${client.clientId}:${client.clientSecret}`).toString("base64");
  const secrets = [client.clientSecret, pair].map((value) => ({ value, shown: "(secret)" }));
  const masks = [createMask(secrets)];
  let token: Token | undefined;
  let asking: Promise<Token> | undefined;

  const fetchToken = async (): Promise<Token> => {
    const asked = now();
    try {
      const { text, lifeMs } = readToken(await ask(TOKEN_REQUEST, `Basic ${pair}`));
      masks.push(createMask([{ value: text, shown: "(token)" }]));
      token = { header: `Bearer ${text}`, until: asked + lifeMs - Math.min(EARLY_MS, lifeMs / 10) };
      asking = undefined;
      return token;
    } catch (error) {
      // A client that is refused stays refused, and asking on could lock it.
      if (!(error instanceof ApplianceError && error.code === "unauthorized")) asking = undefined;
      throw error;
    }
  };
  const renew = async (): Promise<string> => {
    asking ??= fetchToken();
    return (await asking).header;
  };
  return {
    header: async () => (token !== undefined && now() < token.until ? token.header : renew()),
    // Another request may have got a new one meanwhile.
    renewed: async (refused) => (token !== undefined && token.header !== refused ? token.header : renew()),
    mask: (text) => masks.reduce((rest, mask) => mask(rest), text),
  };
}

const EARLY_MS = 60_000;
/** Where no life, or none that can be believed, is told: shorter than any that was met in the field. */
const DEFAULT_LIFE_S = 600;
const LONGEST_LIFE_S = 24 * 3600;
const MAX_LENGTH = 16 * 1024;

const TOKEN_REQUEST: Request = {
  method: "POST",
  path: "/oauth2/token",
  outside: true,
  type: "application/x-www-form-urlencoded",
  body: "grant_type=client_credentials",
  read: true,
};

function readToken(reply: Reply): { readonly text: string; readonly lifeMs: number } {
  const { access_token: text, token_type: type = "bearer", expires_in: life } = readGrant(reply);
  if (typeof type !== "string" || type.toLowerCase() !== "bearer")
    throw malformed(reply, "the token is not a bearer token");
  if (typeof text !== "string" || text.length > MAX_LENGTH || !isHeaderWord(text))
    throw malformed(reply, "it holds no access token that can stand in a request");
  return { text, lifeMs: lifeOf(life) * 1000 };
}

function readGrant(reply: Reply): JsonObject {
  const { status } = reply.answer;
  if (isMissing(reply)) {
    const what = `${reply.host} has no /oauth2/token, as the cloud product has; an appliance takes an API key.`;
    throw notAnAppliance(reply, what);
  }
  // The request is always the same, so that what is refused is the client (RFC 6749 §5.2).
  if ([400, 401, 403].includes(status) && !isOfAnother(reply.answer)) throw unauthorized(reply);
  return readObject(expectStatus(reply, 200));
}

/** Whether the cloud product cannot have given this answer. */
function isOfAnother(answer: Answer): boolean {
  return isWebPage(answer) || expectsHttps(answer);
}

/** Seconds; texts of digits are met as well. */
function lifeOf(told: Json | undefined): number {
  const seconds = typeof told === "string" && /^\d+$/.test(told) ? Number(told) : told;
  const credible = typeof seconds === "number" && seconds >= 1 && seconds <= LONGEST_LIFE_S;
  return credible ? seconds : DEFAULT_LIFE_S;
}
