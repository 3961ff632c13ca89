import { describe, expect, test } from "vitest";
import { wordsOf } from "../../src/appliance/credentials.ts";
import type { Failure } from "../../src/appliance/exchange.ts";
import { type TransportContext, transportError } from "../../src/appliance/transport-error.ts";
import { KEY } from "./servers.ts";

const CONTEXT: TransportContext = {
  origin: "https://eda",
  host: "eda",
  trust: { by: "system" },
  words: wordsOf({ apiKey: KEY }),
  timeoutMs: 30_000,
  maxBodyBytes: 1000,
  attempt: 1,
  mayBeDone: false,
  deadlinePassed: false,
  fetchFingerprint: async () => undefined,
};

const broken = (error: object, answering = false): Failure => ({
  type: "broken",
  sent: answering,
  answering,
  error: Object.assign(new Error(`ExtraHop apikey=${KEY}`), error),
});

const explain = (failure: Failure, context: Partial<TransportContext> = {}) =>
  transportError({ method: "GET", path: "/tags", read: true }, failure, { ...CONTEXT, ...context });

describe("an error of the network", () => {
  test.each([
    ["ENOTFOUND", "unreachable", "does not exist"],
    ["EAI_AGAIN", "unreachable", "could not be looked up"],
    ["ECONNREFUSED", "unreachable", "was refused"],
    ["EHOSTUNREACH", "unreachable", "no route"],
    ["ENETUNREACH", "unreachable", "no network"],
    ["ETIMEDOUT", "unreachable", "did not accept a connection in time"],
    ["ECONNRESET", "unreachable", "closed the connection without an answer"],
    ["UND_ERR_SOCKET", "unreachable", "closed the connection without an answer"],
    ["UND_ERR_CONNECT_TIMEOUT", "timeout", "no connection to eda within 30 s"],
    ["EWHATEVER", "unreachable", "EWHATEVER"],
    ["CERT_HAS_EXPIRED", "tls", "has expired"],
    ["CERT_NOT_YET_VALID", "tls", "not valid yet"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "tls", "a CA that is not trusted here"],
    ["CERT_REVOKED", "tls", "is not trusted"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "tls", "does not speak TLS"],
    ["EPROTO", "tls", "does not speak TLS"],
    ["HPE_INVALID_CONSTANT", "not-an-appliance", "does not speak HTTP"],
  ])("%s is %s, in a sentence of its own and without a cause", async (code, expected, sentence) => {
    const error = await explain(broken({ code }));
    expect(error.code).toBe(expected);
    expect(error.message).toContain(sentence);
    expect(error.cause).toBeUndefined();
    expect(error.message).not.toContain(KEY);
  });

  test("is read from the addresses that were tried", async () => {
    const error = await explain(broken({ code: undefined, errors: [{ code: "EHOSTUNREACH" }] }));
    expect(error.message).toContain("EHOSTUNREACH");
  });

  test.each(["ECONNRESET", "HPE_INVALID_EOF_STATE"])(
    "%s after the answer began broke it off",
    async (code) => {
      const error = await explain(broken({ code }, true));
      expect(error.code).toBe("unreachable");
      expect(error.message).toContain("in the middle of the answer");
    },
  );

  test("that is a certificate without a fingerprint to show still has a hint", async () => {
    const { hint } = await explain(broken({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" }));
    expect(hint).toMatch(/--ca-file.*--fingerprint/);
  });
});
