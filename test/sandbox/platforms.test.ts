/** A console and the cloud product, on every firmware that has them. */
import { describe, expect, it } from "vitest";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { ALERT, type Client, create, NOW, open } from "./client.ts";

const NODE = 2 ** 32;

interface Numbered {
  readonly id: number;
  readonly node_id: number | null;
}

describe.each(["5.2", "7", "8.7", "9.8"])("a console on %s", (firmware) => {
  const console = () => open({ firmware, platform: "console", devices: 300 });

  it("says what it is, and which sensors it has", async () => {
    const { call } = await console();
    expect((await call("GET", "/extrahop")).body.platform).toBe("command");
    expect((await call("GET", "/extrahop/platform")).body).toEqual({ platform: "command" });
    const nodes = (await call("GET", "/nodes")).body;
    expect(
      nodes.map(({ id, display_name }: { id: number; display_name: string }) => [id, display_name]),
    ).toEqual([
      [6, "Data center"],
      [7, "Headquarters"],
    ]);
    expect((await call("GET", "/nodes/7")).body).toEqual(nodes[1]);
    expect((await call("GET", "/nodes/5")).status).toBe(404);
  });

  it.each(["devices", "networks", "applications"])("has %s of both sensors, with their ids", async (path) => {
    const { call } = await console();
    const paged = path === "networks" ? "" : "?limit=1000&active_from=1";
    const objects: readonly Numbered[] = (await call("GET", `/${path}${paged}`)).body;
    expect(new Set(objects.map(({ node_id }) => node_id))).toEqual(new Set([6, 7]));
    for (const { id, node_id } of objects) expect(Math.floor(id / NODE)).toBe(node_id);
    expect(objects.map(({ id }) => id)).toEqual(objects.map(({ id }) => id).sort((a, b) => a - b));
    const first = objects.find(({ node_id }) => node_id === 6);
    expect(first?.id).toBe(6 * NODE + (path === "networks" ? 0 : 1));
    expect((await call("GET", `/${path}/${first?.id}`)).body).toMatchObject({ id: first?.id });
  });

  it("has networks and applications of one name on both", async () => {
    const { call } = await console();
    const names = async (path: string, key: string): Promise<readonly string[]> =>
      (await call("GET", path)).body.map((object: Record<string, string>) => object[key]);
    expect((await names("/networks", "name")).filter((name) => name === "Core span")).toHaveLength(2);
    const applications = await names("/applications", "display_name");
    expect(applications.filter((name) => name === "All Activity")).toHaveLength(2);
    expect(applications.filter((name) => name === "Online Shop")).toHaveLength(1);
  });

  it("assigns by wide ids", async () => {
    const { call } = await console();
    const alert = await create(call, "alerts", ALERT);
    const [tag, device] = [await create(call, "tags", { name: "a" }), 7 * NODE + 1];
    expect((await call("POST", `/tags/${tag}/devices`, { assign: [device] })).status).toBe(204);
    expect((await call("GET", `/tags/${tag}/devices`)).body).toMatchObject([{ id: device, node_id: 7 }]);
    expect((await call("POST", `/alerts/${alert}/networks/${7 * NODE}`)).status).toBe(204);
    expect((await call("GET", `/alerts/${alert}/networks`)).body).toMatchObject([{ id: 7 * NODE }]);
  });

  it("finds the members of a group by node", async () => {
    const { call } = await console();
    const [, node] = (await call("GET", "/nodes")).body;
    const body = { name: "hq", dynamic: true, field: "node", value: node.uuid };
    const group = await create(call, "devicegroups", body);
    const members: readonly Numbered[] = (
      await call("GET", `/devicegroups/${group}/devices?active_from=1&limit=1000`)
    ).body;
    expect(members.length).toBeGreaterThan(50);
    for (const { node_id } of members) expect(node_id).toBe(7);
  });

  it("creates applications for a sensor or for itself", async () => {
    const { call } = await console();
    const key = ["5.2", "7"].includes(firmware) ? "extrahop_id" : "discovery_id";
    const application = (id: string): Record<string, string> => ({ [key]: id, display_name: id });
    expect(await create(call, "applications", { ...application("a"), node_id: 7 })).toBe(7 * NODE + 2);
    expect(await create(call, "applications", { ...application("a"), node_id: 6 })).toBe(6 * NODE + 5);
    expect(await create(call, "applications", application("a"))).toBe(1);
    expect(await create(call, "applications", application("b"))).toBe(2);
    expect((await call("POST", "/applications", { ...application("a"), node_id: 7 })).status).toBe(422);
    expect((await call("POST", "/applications", { ...application("c"), node_id: 9 })).status).toBe(422);
    expect((await call("GET", "/applications/1")).body.node_id).toBeNull();
  });
});

describe("the appliances", () => {
  const ids = async (call: Client): Promise<readonly number[]> =>
    (await call("GET", "/appliances")).body.map(({ id }: { id: number }) => id);

  it("of a console are its sensors, and on 9.8 itself", async () => {
    for (const [firmware, expected] of [
      ["7", [6, 7]],
      ["8.7", [6, 7]],
      ["9.8", [0, 6, 7]],
    ] as const) {
      const { call } = await open({ firmware, platform: "console", devices: 0 });
      expect(await ids(call), firmware).toEqual(expected);
      expect((await call("GET", "/appliances/6")).body).toMatchObject({
        platform: "discover",
        display_name: "Data center",
      });
    }
    const { call } = await open({ firmware: "5.2", platform: "console", devices: 0 });
    expect((await call("GET", "/appliances")).status).toBe(404);
  });

  it("of a sensor are itself on 9.8, and it has no nodes", async () => {
    const { call } = await open({ firmware: "9.8", devices: 0 });
    expect((await call("GET", "/appliances")).body).toMatchObject([
      { id: 0, platform: "discover", connection_type: "local" },
    ]);
    expect((await call("GET", "/nodes")).body).toEqual([]);
    expect((await call("GET", "/appliances/6")).status).toBe(404);
    expect(await ids((await open({ devices: 0 })).call)).toEqual([]);
  });
});

it("has examples' names once on a console, so that they can be used there", async () => {
  const { sandbox } = await open({ platform: "console", devices: 600 });
  for (const name of ["pay-gw-01", "web-01", "core-gw", "jump-01", "jump-02"]) {
    const found = sandbox.appliance.list("devices").filter((device) => device.display_name === name);
    expect(found, name).toHaveLength(1);
  }
});

describe("the cloud product", () => {
  let time = NOW;
  const cloud = async (options = {}): Promise<Sandbox> => {
    time = NOW;
    return (await open({ platform: "cloud", devices: 0, now: () => time, ...options })).sandbox;
  };
  const FORM = { "content-type": "application/x-www-form-urlencoded" };
  const basic = ({ id, secret }: { id: string; secret: string }): string =>
    `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
  const ask = (sandbox: Sandbox, body: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${sandbox.url}/oauth2/token`, { method: "POST", body, headers: { ...FORM, ...headers } });
  const GRANT = "grant_type=client_credentials";
  const tokenOf = async (sandbox: Sandbox, client = sandbox.client): Promise<string> => {
    const reply = await ask(sandbox, GRANT, { authorization: basic(client) });
    return ((await reply.json()) as { access_token: string }).access_token;
  };
  const read = (sandbox: Sandbox, authorization: string, path = "/tags"): Promise<Response> =>
    fetch(`${sandbox.url}/api/v1${path}`, { headers: { authorization } });

  it("gives a token for a client's id and secret, by HTTP Basic or in the form", async () => {
    const sandbox = await cloud();
    const { id, secret } = sandbox.client;
    for (const [body, headers] of [
      [GRANT, { authorization: basic(sandbox.client) }],
      [`${GRANT}&client_id=${id}&client_secret=${secret}`, {}],
    ] as const) {
      const reply = await ask(sandbox, body, headers);
      const token = (await reply.json()) as Record<string, unknown>;
      expect([reply.status, token]).toEqual([
        200,
        { access_token: expect.any(String), token_type: "Bearer", expires_in: 1799 },
      ]);
      expect((await read(sandbox, `Bearer ${token.access_token}`)).status).toBe(200);
    }
  });

  it("refuses a wrong client, another grant and another form", async () => {
    const sandbox = await cloud();
    const authorization = basic(sandbox.client);
    const answers = await Promise.all([
      ask(sandbox, GRANT, { authorization: basic({ id: sandbox.client.id, secret: "x" }) }),
      ask(sandbox, GRANT, {}),
      ask(sandbox, "grant_type=password", { authorization }),
      ask(sandbox, "", { authorization }),
      ask(sandbox, GRANT, { authorization, "content-type": "application/json" }),
    ]);
    const found = await Promise.all(answers.map(async (reply) => [reply.status, await reply.json()]));
    expect(found).toEqual([
      [401, { error: "invalid_client" }],
      [401, { error: "invalid_client" }],
      [400, { error: "unsupported_grant_type" }],
      [400, { error: "invalid_request" }],
      [400, { error: "invalid_request" }],
    ]);
    expect((await fetch(`${sandbox.url}/oauth2/token`)).status).toBe(405);
  });

  it("knows no keys, and no token that it did not give", async () => {
    const sandbox = await cloud();
    for (const authorization of [`ExtraHop apikey=${sandbox.apiKey}`, "", "Bearer x", "Bearer "]) {
      expect((await read(sandbox, authorization)).status, authorization).toBe(401);
    }
    const reply = await read(sandbox, "Bearer x");
    expect(await reply.json()).toEqual({ error_message: "Invalid access token" });
  });

  it.each([
    ["400", 400, "text/plain; charset=utf-8", "The access token is invalid."],
    ["401", 401, "application/json; charset=utf-8", '{"error_message":"Invalid access token"}'],
  ] as const)("answers an expired token with the quirk %s", async (expiredToken, status, type, text) => {
    const sandbox = await cloud({ tokenLife: 60, quirks: { expiredToken } });
    const authorization = `Bearer ${await tokenOf(sandbox)}`;
    time += 59_999;
    expect((await read(sandbox, authorization)).status).toBe(200);
    time += 1;
    const reply = await read(sandbox, authorization);
    expect([reply.status, reply.headers.get("content-type"), await reply.text()]).toEqual([
      status,
      type,
      text,
    ]);
    const renewed = `Bearer ${await tokenOf(sandbox)}`;
    expect((await read(sandbox, renewed)).status).toBe(200);
    sandbox.revokeTokens();
    expect((await read(sandbox, renewed)).status).toBe(status);
  });

  it("lets a limited client read only", async () => {
    const sandbox = await cloud();
    const authorization = `Bearer ${await tokenOf(sandbox, sandbox.limitedClient)}`;
    const body = JSON.stringify({ name: "a" });
    const headers = { authorization, "content-type": "application/json" };
    expect((await read(sandbox, authorization)).status).toBe(200);
    expect((await fetch(`${sandbox.url}/api/v1/tags`, { method: "POST", body, headers })).status).toBe(403);
  });

  it("takes the client that it is given, is a console, and logs no secret", async () => {
    const client = { id: "app", secret: "s:e" };
    const sandbox = await cloud({ client });
    const authorization = `Bearer ${await tokenOf(sandbox)}`;
    const nodes = await (await read(sandbox, authorization, "/nodes")).json();
    expect(nodes).toHaveLength(2);
    const [first, second] = sandbox.requests();
    expect(first).toEqual({ method: "POST", path: "/oauth2/token", status: 200, done: { status: 200 } });
    expect(second).toMatchObject({ method: "GET", path: "/nodes", status: 200 });
  });

  it("is as old as 8.7 at most, and a platform must be one", async () => {
    for (const firmware of ["5.2", "7"]) {
      await expect(open({ firmware, platform: "cloud" })).rejects.toMatchObject({ code: "sandbox-platform" });
    }
    await expect(open({ platform: "mainframe" as "cloud" })).rejects.toMatchObject({
      code: "sandbox-platform",
      hint: "It knows sensor, console, cloud.",
    });
  });

  it("has no token endpoint on an appliance", async () => {
    const { sandbox } = await open({ devices: 0 });
    expect((await ask(sandbox, GRANT, { authorization: basic(sandbox.client) })).status).toBe(404);
  });
});
