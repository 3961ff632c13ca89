/**
 * What requests are authorised with: the API key of an appliance, or the client of the cloud product, to which
 * tokens are issued; and how messages speak of either. No message shows a key or a secret.
 */
import { HopsyncError } from "../errors.ts";

export interface ApiKey {
  readonly apiKey: string;
}

export interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

export type Credentials = ApiKey | Client;

/** What must not be shown. */
export function secretOf(credentials: Credentials): string {
  return "apiKey" in credentials ? credentials.apiKey : credentials.clientSecret;
}

/** One word each: what one source gives, or what it calls them. */
export interface Given<T> {
  readonly apiKey: T;
  readonly clientId: T;
  readonly clientSecret: T;
}

/** The credentials that one source gives, if any. Two sorts, or half a client, are an error that names them. */
export function chooseCredentials(
  { apiKey, clientId, clientSecret }: Given<string | undefined>,
  names: Given<string>,
): Credentials | undefined {
  const client = [clientId, clientSecret];
  if (client.every((part) => part === undefined)) return apiKey === undefined ? undefined : { apiKey };
  if (apiKey !== undefined) {
    const other = clientId === undefined ? names.clientSecret : names.clientId;
    throw new HopsyncError("two-credentials", `${names.apiKey} and ${other} are both given.`, {
      hint: "An appliance takes an API key, the cloud product a client id and its secret. Keep one of the two.",
    });
  }
  if (clientId !== undefined && clientSecret !== undefined) return { clientId, clientSecret };
  const [given, missing] =
    clientId === undefined ? [names.clientSecret, names.clientId] : [names.clientId, names.clientSecret];
  throw new HopsyncError("half-client", `${given} is given without ${missing}.`, {
    hint: "The cloud product takes both, from the same source.",
  });
}

export function parseCredentials(given: Credentials): Credentials {
  return "apiKey" in given
    ? { apiKey: parseApiKey(given.apiKey) }
    : { clientId: parseClientId(given.clientId), clientSecret: parseClientSecret(given.clientSecret) };
}

export function parseApiKey(text: string): string {
  const source = "It comes from EXTRAHOP_API_KEY, --api-key-file or the project file.";
  return parseWord(text, "API key", { code: "api-key", source });
}

export function parseClientId(text: string): string {
  const source = "It comes from EXTRAHOP_CLIENT_ID, --client-id or the project file.";
  const id = parseWord(text, "client id", { code: "client-id", source });
  if (!id.includes(":")) return id;
  // It stands before a colon (RFC 7617 §2).
  throw new HopsyncError("client-id", "The client id holds a colon, so it cannot stand in a request.", {
    hint: `${source} Give the id alone, without the secret.`,
  });
}

export function parseClientSecret(text: string): string {
  const source = "It comes from EXTRAHOP_CLIENT_SECRET, --client-secret-file or the project file.";
  return parseWord(text, "client secret", { code: "client-secret", source });
}

/** What is read from files ends in a newline; what is left must fit into one header, unchanged. */
function parseWord(
  text: string,
  what: string,
  { code, source }: { readonly code: string; readonly source: string },
): string {
  const word = text.trim();
  if (word === "") throw new HopsyncError(code, `The ${what} is empty.`, { hint: source });
  if (isHeaderWord(word)) return word;
  throw new HopsyncError(
    code,
    `The ${what} holds white space, a control character or a letter outside ASCII, so it cannot stand in a request.`,
    { hint: `${source} It is one word; look for a second line or a quote that came with it.` },
  );
}

/** Whether a text can stand in a header as it is. */
export function isHeaderWord(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

// ---------------------------------------------------------------- words

/** How messages speak of what a request is authorised with. */
export interface Words {
  /** What must not get into wrong hands. */
  readonly secret: string;
  /** Of an answer that refuses it. */
  readonly refused: string;
  /** Where it comes from, and what may be wrong with it. */
  readonly sources: string;
  /** What has, or has not, the right to do something. */
  readonly holder: string;
  /** Where its rights come from. */
  readonly rights: string;
}

const KEY_WORDS: Words = {
  secret: "API key",
  refused: "the appliance does not accept the API key.",
  sources:
    "Keys are made on the appliance (API Access) and belong to it alone; check EXTRAHOP_API_KEY, --api-key-file or the project file. The cloud product takes a client id and secret in place of a key.",
  holder: "API key",
  rights: "A key has the rights of the user who made it; writing needs full write privileges.",
};

const CLIENT_WORDS: Words = {
  secret: "client secret",
  refused: "the cloud product does not accept the client.",
  sources:
    "Clients are made in the cloud product (API Access) and belong to one tenant, whose host is TENANT.api.cloud.extrahop.com; check EXTRAHOP_CLIENT_ID and EXTRAHOP_CLIENT_SECRET, --client-id and --client-secret-file, or the project file.",
  holder: "client",
  rights: "A client has the rights that it was made with; writing needs full write privileges.",
};

export function wordsOf(credentials: Credentials): Words {
  return "apiKey" in credentials ? KEY_WORDS : CLIENT_WORDS;
}
