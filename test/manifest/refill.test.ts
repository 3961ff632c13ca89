/** Secrets of a sealed manifest, filled in again: the same resources as when it was loaded. */
import { describe, expect, it } from "vitest";
import { refill } from "../../src/manifest/refill.ts";
import type { Manifest } from "../../src/model.ts";
import { templatedFields } from "../../src/secrets.ts";
import { manifestOf } from "./workspace.ts";

const FILES = {
  "m.yaml": `version: 1
defaults: {alerts: {refire_interval: "\${env:REFIRE}"}}
alerts:
  - {name: friendly, severity: "\${env:SEVERITY}", interval_length: "\${env:LENGTH}", operand: "\${env:OPERAND}", notify_snmp: "\${env:FLAG}", cc: [a@b.c, "\${env:MAIL}"]}
  - {name: plain, severity: "\${env:NUMBER}", refire_interval: 5m, description: "$\${env:LITERAL} is \${env:FLAG}, \${env:NUMBER}"}
  - {name: gone, lifecycle: {state: absent}}
exclusion_intervals:
  - {name: daily, interval_type: daily, start: "\${env:START}", end: "\${env:END}"}
device_groups:
  - {name: g, filter: {operator: or, rules: [{field: vlan, operator: "=", operand: "\${env:NUMBER}"}, {field: name, operator: "=", operand: "\${env:MAIL}"}]}}
triggers:
  - {name: t, events: [TCP_PAYLOAD, "\${env:EVENT}"], script: {file: t.js, env: [MAIL]}, hints: {flowClientPortMin: "\${env:NUMBER}", flowServerString: "\${env:NUMBER}"}}
`,
  "t.js": "a('${env:MAIL}', '${env:OTHER}', `${b}`);\n",
};

const env = {
  ...{ REFIRE: "1h", SEVERITY: "critical", LENGTH: "30", OPERAND: "5e-2", FLAG: "true", MAIL: "x@y.z" },
  ...{ NUMBER: "3", START: "01:00", END: "00:00", EVENT: "UDP_PAYLOAD" },
};

const OTHER = {
  ...{ REFIRE: "300", SEVERITY: "7", LENGTH: "5m", OPERAND: "12", FLAG: "false", MAIL: "${env:FLAG}@$&.z" },
  ...{ NUMBER: "4", START: "02:00", END: "03:00", EVENT: "HTTP_REQUEST" },
};

async function sealed(values: Readonly<Record<string, string>>): Promise<Manifest> {
  const manifest = await manifestOf(FILES, { env: values });
  const resources = manifest.resources.map((r) => ({ ...r, fields: templatedFields(r) }));
  return { ...manifest, resources };
}

const fieldsOf = ({ resources }: Manifest): unknown =>
  resources.map(({ address, fields }) => [address, fields]);

describe("a sealed manifest", () => {
  it.each([
    ["the same values", env],
    ["other values", OTHER],
  ])("filled in with %s is what loading with them gives", async (_what, values) => {
    const { manifest, diagnostics } = refill(await sealed(env), values);
    expect(diagnostics).toEqual([]);
    expect(manifest && fieldsOf(manifest)).toEqual(fieldsOf(await manifestOf(FILES, { env: values })));
  });

  it.each<readonly [string, Readonly<Record<string, string | undefined>>, readonly string[]]>([
    ["missing", { START: undefined }, ["missing-variable exclusion_interval/daily /start"]],
    [
      "empty",
      { FLAG: "" },
      ["empty-variable alert/friendly /notify_snmp", "empty-variable alert/plain /description"],
    ],
    ["not one of the allowed", { SEVERITY: "sever3" }, ["bad-value alert/friendly /severity"]],
    ["of another type", { FLAG: "yes" }, ["bad-value alert/friendly /notify_snmp"]],
    ["of a bad form", { MAIL: "no address" }, ["bad-value alert/friendly /cc/1"]],
    ["no time", { END: "26:00" }, ["bad-value exclusion_interval/daily /end"]],
    ["in a list", { EVENT: "lower" }, ["bad-value trigger/t /events/1"]],
    ["from the defaults", { REFIRE: "7m" }, ["bad-value alert/friendly /refire_interval"]],
  ])("with a value that is %s says where, and not what", async (_what, wrong, expected) => {
    const { manifest, diagnostics } = refill(await sealed(env), { ...env, ...wrong });
    expect(manifest).toBeUndefined();
    expect(diagnostics.map((d) => `${d.code} ${d.address} ${d.pointer}`)).toEqual(expected);
    const value = Object.values(wrong)[0] ?? "";
    if (value !== "") expect(JSON.stringify(diagnostics)).not.toContain(value);
    for (const name of Object.keys(wrong)) expect(diagnostics[0]?.detail).toContain(name);
  });
});
