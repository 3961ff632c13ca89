import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import type { Change, Diagnostic, Json, Result } from "../../src/model.ts";
import { renderFleetJson, renderJson, toDocument } from "../../src/render/document.ts";
import { planSchema, reportSchema } from "../../src/render/document-schema.ts";
import { fleetSchema } from "../../src/render/fleet-schema.ts";
import { expectGolden } from "../helpers/golden.ts";
import {
  causes,
  change,
  everyAction,
  field,
  hostileChanges,
  manyLinks,
  planDocument,
  planOf,
  replaced,
  reportDocument,
} from "./documents.ts";

const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: "log", allowUnionTypes: true });
const isPlan = ajv.compile(planSchema);
const isFleet = ajv.compile(fleetSchema);
const isReport = ajv.compile(reportSchema);

const warning: Diagnostic = {
  severity: "warning",
  code: "interval-wraps",
  summary: "The interval wraps",
  detail: "It ends before it begins.",
  address: "exclusion_interval/Night",
  pointer: "/end",
  source: { file: "manifests/b.yaml", line: 12, column: 5, excerpt: "  end: 01:00", length: 3 },
  related: [{ file: "manifests/b.yaml", line: 11, column: 5, excerpt: "  start: 02:00" }],
};

const error: Diagnostic = {
  severity: "error",
  code: "unauthorized",
  summary: "The appliance does not accept the API key",
  detail: "[GET] /extrahop: 401.",
};

const results: readonly Result[] = [
  { address: "alert/HTTP error ratio", action: "create", outcome: "failed", error: "[POST] /alerts: 422" },
  { address: "alert/HTTP errors", action: "update", outcome: "applied" },
  { address: "tag/pci", action: "adopt", outcome: "blocked", blockedBy: "alert/HTTP error ratio" },
  { address: "tag/printers", action: "adopt", outcome: "not_tried" },
  {
    address: "tag/pos",
    action: "adopt",
    outcome: "failed",
    error: "[PATCH] /tags/6: no answer",
    unknown: true,
  },
];

/** Everything optional is there once. */
function fullChange(): Change {
  return change("trigger/Slow HTTP", "rename", {
    previousName: "Slow web",
    requires: ["device_group/Web servers"],
    wave: 2,
    cause: "conflict",
    source: { file: "manifests/t.yaml", line: 3, column: 5, excerpt: "  - name: Slow HTTP", length: 4 },
    fields: [field("/script", "s3cret", "other s3cret", { sensitive: true, cause: "manifest" })],
    operations: [
      {
        method: "PATCH",
        path: "/triggers/21",
        body: { name: "Slow HTTP", script: "key = ${env:KEY}" },
        secrets: { "/script": ["KEY"] },
      },
    ],
  });
}

describe("renderJson", () => {
  it("prints a plan with every action", () => {
    const text = renderJson(planDocument([fullChange(), ...everyAction()], { diagnostics: [warning] }));
    expectGolden("render/plan.json", text);
    expect(isPlan(JSON.parse(text)), ajv.errorsText(isPlan.errors)).toBe(true);
  });

  it("prints what a replace moves and drops", () => {
    const text = renderJson(planDocument([replaced(1)]));
    expect((JSON.parse(text) as { changes: unknown[] }).changes[0]).toMatchObject({
      aside: { address: "device_group/Hosts", name: "Jump hosts (being renamed)" },
      moved: replaced().moved?.map(({ address, relation }) => ({ address, relation })),
      dropped: {
        members: ["device/c12vf90qpg290001", "device/unnamed"],
        labels: { "device/c12vf90qpg290001": "web-001 (10.1.2.1)" },
      },
    });
    expect(isPlan(JSON.parse(text)), ajv.errorsText(isPlan.errors)).toBe(true);
  });

  it("prints the causes of links, what is let go, what is taken over and the inventory", () => {
    const text = renderJson(planDocument(causes(), { inventory: true }));
    const parsed = JSON.parse(text) as { inventory: boolean; changes: Record<string, unknown>[] };
    expect(parsed.inventory).toBe(true);
    expect(parsed.changes[0]?.relations).toMatchObject(causes()[0]?.relations ?? []);
    expect(parsed.changes[1]).toMatchObject({ released: ["severity"] });
    expect(parsed.changes[3]).toMatchObject({ adopts: true });
    expect(isPlan(parsed), ajv.errorsText(isPlan.errors)).toBe(true);
  });

  it("prints an error without target as a document", () => {
    const failed = toDocument({ command: "plan", exitCode: 1, version: "0.1.0", diagnostics: [error] });
    const text = renderJson(failed);
    expectGolden("render/error.json", text);
    expect(isPlan(JSON.parse(text)), ajv.errorsText(isPlan.errors)).toBe(true);
  });

  it("prints a report with every outcome", () => {
    const text = renderJson(reportDocument([...everyAction().slice(0, 2)], results, 3));
    expectGolden("render/report.json", text);
    expect(isReport(JSON.parse(text)), ajv.errorsText(isReport.errors)).toBe(true);
  });

  it("prints a report of an apply that never began", () => {
    const text = renderJson(
      toDocument({ command: "apply", exitCode: 1, version: "0.1.0", diagnostics: [error] }),
    );
    expect(JSON.parse(text)).toMatchObject({ results: [], requests: {} });
    expect(isReport(JSON.parse(text)), ajv.errorsText(isReport.errors)).toBe(true);
  });

  it("prints names without a character that a terminal obeys, and loses none", () => {
    const text = renderJson(planDocument([...hostileChanges(), ...manyLinks()]));
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200f\u202e]/);
    expect(isPlan(JSON.parse(text)), ajv.errorsText(isPlan.errors)).toBe(true);
    const addresses = (JSON.parse(text) as { changes: { address: string }[] }).changes.map((c) => c.address);
    expect(addresses).toEqual([...hostileChanges(), ...manyLinks()].map((c) => c.address));
  });

  it("masks a sensitive value even when the data does not, and drops what is not in the contract", () => {
    const text = renderJson(planDocument([fullChange()], { diagnostics: [warning] }));
    expect(text).not.toContain("s3cret");
    expect(text).not.toContain("secrets");
    expect(text).not.toContain("excerpt");
    expect(text).not.toContain("length");
  });

  it("prints the same text for the same document", () => {
    expect(renderJson(planDocument(everyAction()))).toBe(renderJson(planDocument(everyAction())));
  });
});

describe("renderFleetJson", () => {
  it("prints one document per target with the exit code of the run", () => {
    const targets = [
      { name: "hq", document: planDocument([]) },
      { name: "branch", document: planDocument(manyLinks()) },
    ];
    const text = renderFleetJson({ format: 1, targets, exit_code: 2, diagnostics: [warning] });
    const parsed = JSON.parse(text) as { targets: Record<string, Json> };
    expect(parsed).toMatchObject({ format: 1, exit_code: 2, diagnostics: [{ code: warning.code }] });
    expect(parsed.targets.hq).toEqual(JSON.parse(renderJson(planDocument([]))));
    expect(isFleet(parsed), ajv.errorsText(isFleet.errors)).toBe(true);
    expect(isFleet({ ...parsed, targets: { hq: { format: 1 } } })).toBe(false);
  });
});

describe("toDocument", () => {
  it("sorts the plan's diagnostics together with the others", () => {
    const plan = planOf([], { diagnostics: [warning] });
    const document = toDocument({
      command: "plan",
      exitCode: 4,
      version: "0.1.0",
      plan,
      diagnostics: [error],
    });
    expect(document.diagnostics.map((d) => d.code)).toEqual(["unauthorized", "interval-wraps"]);
  });

  it("keeps what is known when there is no plan", () => {
    const target = { host: "eda-01", firmware: "9.8.0", platform: "discover" };
    const parts = {
      command: "plan",
      exitCode: 1,
      version: "0.1.0",
      target,
      owner: "me",
      manifest: { digest: () => "sha256:1" },
    } as const;
    expect(toDocument(parts)).toMatchObject({
      target,
      owner: "me",
      manifest_digest: "sha256:1",
      digest: null,
      changes: [],
    });
    expect(toDocument(parts)).not.toHaveProperty("results");
  });
});

describe("the schemas", () => {
  const good = (): Record<string, unknown> =>
    JSON.parse(renderJson(planDocument(everyAction()))) as Record<string, unknown>;

  it.each(Object.keys(good()))("require %s", (key) => {
    const { [key]: _, ...rest } = good();
    expect(isPlan(rest)).toBe(false);
  });

  it("allow no other key, anywhere", () => {
    expect(isPlan({ ...good(), extra: 1 })).toBe(false);
    const nested = { ...good(), changes: [{ ...(good().changes as object[])[0], previousName: "x" }] };
    expect(isPlan(nested)).toBe(false);
  });

  it("tell a plan from a report", () => {
    expect(isReport(good())).toBe(false);
    expect(isPlan(JSON.parse(renderJson(reportDocument([], [], 0))))).toBe(false);
  });

  it("check the documents of several targets", () => {
    expect(isPlan({ format: 1, targets: { hq: { format: 1 } }, exit_code: 0 })).toBe(false);
    expect(isPlan({ format: 1, targets: {} })).toBe(false);
  });
});
