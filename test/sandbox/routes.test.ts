import { describe, expect, it } from "vitest";
import { generationOf } from "../../src/sandbox/generations.ts";
import { DEFAULT_QUIRKS } from "../../src/sandbox/quirks.ts";
import { routesOf } from "../../src/sandbox/routes.ts";
import { open } from "./client.ts";

/** Guide 8.7, tables of operations: G, P, U and D stand for GET, POST, PATCH and DELETE. */
const GUIDE = `
/extrahop G | /extrahop/version G | /extrahop/platform G | /extrahop/edition G | /auditlog G
/nodes G | /nodes/{} G | /appliances G | /appliances/{} G
/tags GP | /tags/{} GUD | /tags/{}/devices GP | /tags/{}/devices/{} PD
/alerts GP | /alerts/{} GUD | /alerts/{}/stats G
/alerts/{}/applications GP | /alerts/{}/applications/{} PD
/alerts/{}/devicegroups GP | /alerts/{}/devicegroups/{} PD
/alerts/{}/devices GP | /alerts/{}/devices/{} PD
/alerts/{}/emailgroups GP | /alerts/{}/emailgroups/{} PD
/alerts/{}/exclusionintervals GP | /alerts/{}/exclusionintervals/{} PD
/alerts/{}/networks GP | /alerts/{}/networks/{} PD
/triggers GP | /triggers/{} GUD
/triggers/{}/devicegroups GP | /triggers/{}/devicegroups/{} PD
/triggers/{}/devices GP | /triggers/{}/devices/{} PD
/devicegroups GP | /devicegroups/{} GUD
/devicegroups/{}/alerts GP | /devicegroups/{}/alerts/{} PD
/devicegroups/{}/devices GP | /devicegroups/{}/devices/{} PD
/devicegroups/{}/triggers GP | /devicegroups/{}/triggers/{} PD
/emailgroups GP | /emailgroups/{} GUD
/exclusionintervals GP | /exclusionintervals/{} GUD
/networks G | /networks/{} GU | /networks/{}/alerts GP | /networks/{}/alerts/{} PD
/applications GP | /applications/{} GU | /applications/{}/alerts GP | /applications/{}/alerts/{} PD
/devices G | /devices/search P | /devices/{} GU
/devices/{}/software G | /devices/{}/ipaddr G | /devices/{}/dnsnames G
/devices/{}/alerts GP | /devices/{}/alerts/{} PD
/devices/{}/devicegroups GP | /devices/{}/devicegroups/{} PD
/devices/{}/tags GP | /devices/{}/tags/{} PD
/devices/{}/triggers GP | /devices/{}/triggers/{} PD
`;

const METHODS: Readonly<Record<string, string>> = { G: "GET", P: "POST", U: "PATCH", D: "DELETE" };

const EXPECTED = GUIDE.trim()
  .split(/\s*[|\n]\s*/)
  .flatMap((entry) => {
    const [path = "", letters = ""] = entry.split(" ");
    return [...letters].map((letter) => `${METHODS[letter]} ${path}`);
  });

const AFTER_7 = ["/devices/search", "/devices/{}/software", "/devices/{}/ipaddr", "/devices/{}/dnsnames"];

/** Guide 7's tables have these of guide 8.7's routes; guide 5.2 names resources only. */
const EXPECTED_7 = EXPECTED.filter((entry) => {
  const [, path = ""] = entry.split(" ");
  return !["/extrahop/edition", ...AFTER_7].includes(path);
});

const ROUTES_OF: Readonly<Record<string, readonly string[]>> = {
  "5.2": EXPECTED_7.filter((entry) => !entry.includes("/appliances")),
  "7": EXPECTED_7,
  "8.7": EXPECTED,
  "9.8": EXPECTED.map((entry) => (entry.endsWith("/ipaddr") ? `${entry}s` : entry)),
};

describe.each(Object.entries(ROUTES_OF))("on %s", (firmware, expected) => {
  it("are those of the documents, no more and no fewer", () => {
    const routes = routesOf(generationOf(firmware, DEFAULT_QUIRKS));
    const names = new Set(routes.map(({ method, path }) => `${method} ${path}`));
    expect([...names].sort()).toEqual([...expected].sort());
  });

  it("answer over HTTP, those with an unknown id with a 404 of their own", async () => {
    const { call } = await open({ firmware, devices: 0 });
    for (const entry of expected) {
      const [method = "", path = ""] = entry.split(" ");
      const body = method === "POST" || method === "PATCH" ? {} : undefined;
      const single = path.endsWith("}") && method === "POST";
      const reply = await call(method, path.replaceAll("{}", "98765"), single ? undefined : body);
      if (path.includes("{}")) {
        expect(reply, entry).toMatchObject({
          status: 404,
          body: { error_message: "Requested resource could not be found" },
        });
      } else if (method === "GET" || path === "/devices/search") expect(reply.status, entry).toBe(200);
      else expect(reply.status, entry).toBe(422);
    }
  });

  it("have no others: a path of another firmware is a 404", async () => {
    const { call } = await open({ firmware, devices: 0 });
    const known = new Set(expected.map((entry) => entry.split(" ")[1]));
    const foreign = ["/appliances", "/extrahop/edition", "/devices/{}/ipaddrs", ...AFTER_7].filter(
      (path) => !known.has(path),
    );
    for (const path of foreign) {
      const method = path === "/devices/search" ? "POST" : "GET";
      const reply = await call(method, path.replaceAll("{}", "1"), method === "POST" ? {} : undefined);
      expect(reply.body.error_message, path).toMatch(/^There is no resource at/);
    }
  });
});
