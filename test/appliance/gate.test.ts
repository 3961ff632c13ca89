import { describe, expect, test } from "vitest";
import type { Answer } from "../../src/appliance/exchange.ts";
import { createGate } from "../../src/appliance/gate.ts";
import { connectTo, serve } from "./servers.ts";

const answer = (status: number): Answer => ({
  status,
  contentType: "",
  location: undefined,
  retryAfter: undefined,
  body: Buffer.alloc(0),
});

/** Runs rounds of requests through one gate, and notes how many of each were on their way at once. */
function counting(most: number) {
  const gate = createGate(most);
  let now = 0;
  return async (status: number, requests: number): Promise<number> => {
    let widest = 0;
    const task = async (): Promise<Answer> => {
      now += 1;
      widest = Math.max(widest, now);
      await new Promise(setImmediate);
      now -= 1;
      return answer(status);
    };
    await Promise.all(Array.from({ length: requests }, () => gate(task)));
    return widest;
  };
}

describe("requests at once", () => {
  test("are halved by a 429, once for all that were on their way", async () => {
    const widest = counting(8);
    expect(await widest(429, 8)).toBe(8);
    expect(await widest(200, 4)).toBe(4);
  });

  test("come back one by one, and to no more than was asked for", async () => {
    const widest = counting(8);
    await widest(429, 1);
    expect(await widest(200, 4)).toBe(4);
    expect(await widest(200, 5)).toBe(5);
    await widest(200, 100);
    expect(await widest(200, 20)).toBe(8);
  });

  test("are never less than one", async () => {
    const widest = counting(2);
    for (let i = 0; i < 5; i += 1) await widest(429, 2);
    expect(await widest(200, 2)).toBe(1);
    await widest(200, 3);
    expect(await widest(200, 4)).toBe(2);
  });

  test("are fewer over HTTP for a server that allows two at once, and all are answered", async () => {
    let open = 0;
    let refused = 0;
    const { origin } = await serve(async () => {
      open += 1;
      const tooMany = open > 2;
      if (tooMany) refused += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      open -= 1;
      return tooMany ? { status: 429 } : { body: [] };
    });
    const client = await connectTo(origin, { retries: 6 });
    await Promise.all(Array.from({ length: 60 }, () => client.list("/tags")));
    expect(client.requests()).toEqual({ GET: 60 + refused });
  });
});
