import { expect, it } from "vitest";
import { ROUTES } from "../../src/sandbox/routes.ts";
import { open } from "./client.ts";

/** Guide 8.7, tables of operations: G, P, U and D stand for GET, POST, PATCH and DELETE. */
const GUIDE = `
/extrahop G | /extrahop/version G | /extrahop/platform G | /extrahop/edition G | /auditlog G
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

it("are those of the guide, no more and no fewer", () => {
  const routes = new Set(ROUTES.map(({ method, path }) => `${method} ${path}`));
  expect([...routes].sort()).toEqual([...EXPECTED].sort());
});

it("answer over HTTP, those with an unknown id with a 404 of their own", async () => {
  const { call } = await open();
  for (const entry of EXPECTED) {
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
