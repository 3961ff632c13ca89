/**
 * The appliance over HTTP: each method of the port as a request, the answer it must get, and what of
 * the answer is returned.
 */
import type { Id, JsonObject, Target } from "../model.ts";
import {
  expectStatus,
  isMissing,
  notAnAppliance,
  type Reply,
  readList,
  readLocationId,
  readObject,
} from "./answer.ts";
import type { Connection } from "./connection.ts";
import { createOne } from "./create.ts";
import type { Request } from "./exchange.ts";
import { itemId, readPages } from "./paging.ts";
import type { AppliancePort, Query } from "./port.ts";
import { type ClientOptions, createSender, type Patience } from "./sender.ts";
import { assignmentJson } from "./wire-json.ts";

/** Opens nothing until the first request; `close` ends what is open. */
export function createAppliance(connection: Connection, options: ClientOptions): AppliancePort {
  const sender = createSender(connection, options);
  const { host } = connection;
  const { send } = sender;
  const get = (path: string, query: Query = {}, patience?: Patience): Promise<Reply> =>
    send({ method: "GET", path: path + queryText(query), read: true }, patience);
  const write = (method: "POST" | "PATCH" | "DELETE", path: string, body?: string): Promise<Reply> =>
    send({ method, path, read: false, ...(body === undefined ? {} : { body }) });
  const post = async (path: string, body: JsonObject, patience: Patience): Promise<Id> => {
    const request: Request = { method: "POST", path, read: false, once: true, body: JSON.stringify(body) };
    return readLocationId(expectStatus(await send(request, patience), 200, 201));
  };
  const remove = async (path: string): Promise<void> => {
    const reply = await write("DELETE", path);
    if (!(reply.mayBeDone && isMissing(reply))) expectStatus(reply, 200, 204);
  };

  let known: Promise<Target> | undefined;
  const target = (): Promise<Target> => {
    known ??= get("/extrahop")
      .then(readTarget)
      .catch((error: unknown) => {
        known = undefined;
        throw error;
      });
    return known;
  };

  return {
    host,
    target,
    list: async (path, query) => readList(expectStatus(await get(path, query), 200)),
    listPages: (path, query) =>
      readPages(async (limit, offset) => expectStatus(await get(path, { ...query, limit, offset }), 200)),
    async find(path) {
      const reply = await get(path);
      return isMissing(reply) ? undefined : readObject(expectStatus(reply, 200));
    },
    search: (body) =>
      readPages(async (limit, offset) => {
        const page = JSON.stringify({ ...body, limit, offset });
        return expectStatus(
          await send({ method: "POST", path: "/devices/search", body: page, read: true }),
          200,
        );
      }),
    create: async (path, body, recognition) => {
      const patience = sender.patience();
      if (recognition === undefined) return post(path, body, patience);
      return createOne({
        path,
        send: () => post(path, body, patience),
        look: async () => {
          const reply = expectStatus(await get(path, recognition.query, patience), 200);
          const found = readList(reply).filter(recognition.isNew);
          return found.map((wire) => itemId(reply, wire));
        },
        remove: (id) => remove(`${path}/${id}`),
        patience,
      });
    },
    async patch(path, body) {
      expectStatus(await write("PATCH", path, JSON.stringify(body)), 200, 204);
    },
    remove,
    async assign(path, body, nameOf) {
      const json = assignmentJson(body);
      if (json === undefined) return;
      const reply = await write("POST", path, json);
      expectStatus(nameOf === undefined ? reply : { ...reply, nameOf }, 200, 201, 204);
    },
    pause: (ms) => sender.patience().pause(ms),
    requests: sender.requests,
    close: sender.close,
  };
}

function readTarget(reply: Reply): Target {
  if (isMissing(reply))
    throw notAnAppliance(reply, `${reply.host} has no /api/v1/extrahop, which every appliance has.`);
  const { version, platform }: JsonObject = readObject(expectStatus(reply, 200));
  if (typeof version !== "string" || version === "") {
    throw notAnAppliance(reply, `${reply.host} tells no firmware version, as every appliance does.`);
  }
  return {
    host: reply.host,
    firmware: version,
    platform: typeof platform === "string" ? platform : "unknown",
  };
}

/** Spaces as %20: values such as `ip address` are not forms. */
function queryText(query: Query): string {
  const pairs = Object.entries(query).map(
    ([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`,
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}
