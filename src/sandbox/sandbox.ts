/**
 * A simulated ExtraHop appliance over real HTTP or HTTPS. It is written from the vendor's documents and shares
 * nothing with the client, so that it can tell the client that it is wrong.
 */
import { randomBytes } from "node:crypto";
import { type Access, type Account, type Client, keyAccess, tokenAccess } from "./access.ts";
import { createCertificate } from "./certificate.ts";
import type { Context } from "./context.ts";
import { dispatch } from "./dispatch.ts";
import { type Fault, type FaultEvent, scriptFaults } from "./faults.ts";
import { type Generation, generationOf } from "./generations.ts";
import { createOperator, type Operator } from "./operator.ts";
import { checkPlatform, nodesOf, type Platform } from "./platforms.ts";
import { populate } from "./population.ts";
import { DEFAULT_QUIRKS, type Quirks } from "./quirks.ts";
import { createRouter, routesOf } from "./routes.ts";
import { type LoggedRequest, type RunningServer, startServer } from "./server.ts";
import { createShaper } from "./shapes.ts";
import { ApplianceState, type Contents } from "./state.ts";
import { createSaver, loadContents } from "./store.ts";

export interface SandboxOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** 5.2, 7, 8.7 or 9.8, or a full version of one of these lines; default 8.7. */
  readonly firmware?: string;
  /** Default sensor. A console has two sensors; the cloud product has clients in place of keys. */
  readonly platform?: Platform;
  /** HTTPS with a new self-signed certificate. */
  readonly tls?: boolean;
  /** How many devices; default 600. A few fixed ones are always there. */
  readonly devices?: number;
  /** The same seed and clock give the same appliance. Default 1. */
  readonly seed?: number;
  /** The key with full rights; a random one by default. */
  readonly apiKey?: string;
  /** The client of the cloud product with full rights; a random one by default. */
  readonly client?: Client;
  /** Seconds that an access token of the cloud product lives; default 1799. */
  readonly tokenLife?: number;
  /** Loaded when it exists, and written after every write (format: store.ts). */
  readonly stateFile?: string;
  /** What it begins with where there is no state file; a population made from `seed` by default. */
  readonly contents?: Contents;
  readonly quirks?: Partial<Quirks>;
  readonly faults?: readonly Fault[];
  /** Of what faults hit by chance. Default 1. */
  readonly faultSeed?: number;
  /** Hears of each request that a fault hits. */
  readonly onFault?: (event: FaultEvent) => void;
  /** Milliseconds since the epoch; default the system's clock. */
  readonly now?: () => number;
}

export interface Sandbox {
  readonly url: string;
  /** Host and port. */
  readonly host: string;
  readonly platform: Platform;
  /** May do everything. Its user is "setup". The cloud product knows no keys, and refuses these. */
  readonly apiKey: string;
  /** May read only; writes are answered with 403. */
  readonly limitedApiKey: string;
  /** The cloud product's: may do everything, and may read only. */
  readonly client: Client;
  readonly limitedClient: Client;
  /** PEM, with `tls`. */
  readonly certificate?: string;
  /** `sha256:` and 64 lower-case hex digits, with `tls`. */
  readonly fingerprint?: string;
  /** The requests so far, in the order of their arrival. */
  requests(): readonly LoggedRequest[];
  clearRequests(): void;
  /** From now on these hit, counted anew; none ends them. */
  setFaults(faults: readonly Fault[], seed?: number): void;
  /** Ends the access tokens so far, before their time. */
  revokeTokens(): void;
  /** What somebody at the appliance's web interface sees and does. */
  readonly appliance: Operator;
  /** Ends at once, open connections included. */
  close(): Promise<void>;
}

const HOSTNAME = "extrahop-sandbox";

/** Starts a simulated appliance; rejects on an unknown firmware, a damaged state file or a taken port. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = "127.0.0.1", port = 0, tls = false } = options;
  const context = createContext(options);
  const credentials: Credentials = {
    apiKey: options.apiKey ?? newSecret(),
    limitedApiKey: newSecret(),
    client: options.client ?? newClient(),
    limitedClient: newClient(),
  };
  const access = createAccess(context, options, credentials);
  const certificate = tls ? await createCertificate(HOSTNAME) : undefined;
  let faults = scriptFaults(options.faults ?? [], options.faultSeed);
  const server = await startServer({
    host,
    port,
    certificate,
    requestsPerConnection: context.quirks.requestsPerConnection,
    createdContentType: CREATED_TYPES[context.quirks.createdContentType],
    faults: () => faults,
    onFault: options.onFault ?? ((): void => {}),
    answer: (request) => dispatch(context, access, request),
  });
  const tlsParts = certificate && {
    certificate: certificate.certificate,
    fingerprint: certificate.fingerprint,
  };
  return {
    ...addressOf(host, server, tls),
    platform: context.platform,
    ...credentials,
    ...tlsParts,
    ...controls(server),
    setFaults: (next, seed) => {
      faults = scriptFaults(next, seed);
    },
    revokeTokens: access.revoke,
    appliance: createOperator(context),
  };
}

const CREATED_TYPES: Readonly<Record<Quirks["createdContentType"], string>> = {
  text: "text/plain; charset=utf-8",
  json: "application/json; charset=utf-8",
};

type Credentials = Pick<Sandbox, "apiKey" | "limitedApiKey" | "client" | "limitedClient">;

const FULL: Account = { user: "setup", writes: true };
const LIMITED: Account = { user: "analyst", writes: false };

function createAccess(context: Context, options: SandboxOptions, credentials: Credentials): Access {
  const { apiKey, limitedApiKey, client, limitedClient } = credentials;
  if (context.platform !== "cloud") {
    return keyAccess(
      new Map([
        [limitedApiKey, LIMITED],
        [apiKey, FULL],
      ]),
    );
  }
  return tokenAccess({
    clients: [
      { client, account: FULL },
      { client: limitedClient, account: LIMITED },
    ],
    life: options.tokenLife ?? 1799,
    now: context.state.now,
    expired: context.quirks.expiredToken,
  });
}

function createContext(options: SandboxOptions): Context {
  const { firmware = "8.7", platform = "sensor", stateFile, now = Date.now } = options;
  const quirks = { ...DEFAULT_QUIRKS, ...options.quirks };
  const generation = generationOf(firmware, quirks);
  checkPlatform(platform, generation);
  const stored = stateFile === undefined ? undefined : loadContents(stateFile);
  const state = new ApplianceState(stored ?? newContents(options, generation, quirks, now), now);
  if (stateFile !== undefined) {
    state.onCommit = createSaver(stateFile, state);
    if (stored === undefined) state.onCommit();
  }
  const router = createRouter(routesOf(generation));
  return { state, generation, router, shape: createShaper(generation), platform, quirks, hostname: HOSTNAME };
}

function newContents(
  { contents, devices = 600, seed = 1, platform = "sensor" }: SandboxOptions,
  generation: Generation,
  { deviceIds }: Quirks,
  now: () => number,
): Contents {
  const nodes = nodesOf(platform);
  return (
    contents ?? populate({ generation, seed, devices, now: now(), nodes, wideIds: deviceIds === "wide" })
  );
}

/** As long as the guide's example of a key. */
function newSecret(): string {
  return randomBytes(16).toString("hex");
}

function newClient(): Client {
  return { id: randomBytes(8).toString("hex"), secret: newSecret() };
}

function addressOf(host: string, server: RunningServer, tls: boolean): Pick<Sandbox, "url" | "host"> {
  const address = `${host.includes(":") ? `[${host}]` : host}:${server.port}`;
  return { host: address, url: `${tls ? "https" : "http"}://${address}` };
}

function controls(server: RunningServer): Pick<Sandbox, "requests" | "clearRequests" | "close"> {
  return { requests: server.requests, clearRequests: server.clearRequests, close: server.close };
}
