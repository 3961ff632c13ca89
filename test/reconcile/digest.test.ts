/** The digest of a plan: the same for whoever does the same, another one for anything else. */
import { describe, expect, it } from "vitest";
import type { Change, Operation } from "../../src/model.ts";
import { planDigest } from "../../src/reconcile/digest.ts";

const CHANGE: Change = {
  address: "alert/A",
  action: "update",
  id: "16",
  wave: 1,
  requires: ["device_group/G"],
  cause: "manifest",
  fields: [
    { pointer: "/severity", before: 5, after: 3, cause: "manifest", sensitive: false },
    { pointer: "/param", before: "(sensitive)", after: "(sensitive)", cause: "drift", sensitive: true },
  ],
  relations: [
    {
      relation: "devices",
      assign: ["device/b", "device/a"],
      unassign: ["device/c"],
      cause: null,
      labels: { "device/a": "web-1 10.0.0.1" },
    },
  ],
  dropped: { members: ["device/z"], labels: { "device/z": "old" } },
  moved: [
    { address: "alert/B", relation: "device_groups" },
    { address: "alert/C", relation: "device_groups" },
  ],
  operations: [
    {
      method: "PATCH",
      path: "/alerts/16",
      body: { severity: 3, param: "${env:P}" },
      secrets: { "/param": ["P"] },
    },
    { method: "POST", path: "/alerts/16/devices", body: { assign: [2, 1], unassign: [3] } },
  ],
  source: { file: "a.yaml", line: 1, column: 1 },
};

const OTHER: Change = { ...CHANGE, address: "tag/t", id: "1", relations: [], operations: [] };

const of = (...changes: readonly Change[]): string => planDigest("o", changes);
const [patch, assign] = CHANGE.operations as [Operation, Operation];

describe("the digest of a plan", () => {
  it.each<readonly [string, readonly Change[]]>([
    [
      "where an entry stands",
      [{ ...CHANGE, source: { file: "/elsewhere/b.yaml", line: 9, column: 9 } }, OTHER],
    ],
    [
      "why it is done",
      [
        {
          ...CHANGE,
          cause: "conflict",
          fields: CHANGE.fields.map((field) => ({ ...field, cause: null })),
          relations: CHANGE.relations.map((relation) => ({ ...relation, cause: "drift" as const })),
        },
        OTHER,
      ],
    ],
    [
      "what devices are called, and in which order that puts them",
      [
        {
          ...CHANGE,
          relations: CHANGE.relations.map(({ labels: _, ...relation }) => ({
            ...relation,
            assign: relation.assign.toReversed(),
          })),
          dropped: { members: ["device/z"] },
          operations: [patch, { ...assign, body: { assign: [1, 2], unassign: [3] } }],
        },
        OTHER,
      ],
    ],
    [
      "the order of keys and lists",
      [
        OTHER,
        { ...CHANGE, fields: CHANGE.fields.toReversed(), moved: (CHANGE.moved ?? []).toReversed(), wave: 2 },
      ],
    ],
    [
      "how links are spread over calls",
      [
        {
          ...CHANGE,
          operations: [
            patch,
            { ...assign, body: { assign: [1] } },
            { ...assign, body: { assign: [2], unassign: [3] } },
          ],
        },
        OTHER,
      ],
    ],
  ])("does not depend on %s", (_what, changes) => {
    expect(of(...changes)).toBe(of(CHANGE, OTHER));
  });

  it.each<readonly [string, Partial<Change>]>([
    ["the object's id", { id: "17" }],
    ["the action", { action: "adopt" }],
    ["the live name", { previousName: "X" }],
    ["taking over", { adopts: true }],
    ["what is released", { released: ["severity"] }],
    ["what a replace moves", { moved: [{ address: "alert/B", relation: "device_groups" }] }],
    ["whom a replace drops", { dropped: { members: [] } }],
    ["the value before", { fields: CHANGE.fields.map((f) => (f.before === 5 ? { ...f, before: 4 } : f)) }],
    ["whether a sensitive value changes", { fields: CHANGE.fields.slice(0, 1) }],
    ["the links", { relations: CHANGE.relations.map((r) => ({ ...r, unassign: [] })) }],
    ["the requests", { operations: [{ ...patch, path: "/alerts/17" }, assign] }],
    ["the linked ids", { operations: [patch, { ...assign, body: { assign: [2, 1], unassign: [4] } }] }],
    [
      "a secret's template",
      {
        operations: [
          { ...patch, body: { severity: 3, param: "${env:Q}" }, secrets: { "/param": ["Q"] } },
          assign,
        ],
      },
    ],
    ["whether a text is a template", { operations: [{ ...patch, secrets: {} }, assign] }],
  ])("depends on %s", (_what, more) => {
    expect(of({ ...CHANGE, ...more }, OTHER)).not.toBe(of(CHANGE, OTHER));
  });

  it("depends on the owner and on every change", () => {
    expect(planDigest("p", [CHANGE])).not.toBe(of(CHANGE));
    expect(of(CHANGE)).not.toBe(of(CHANGE, OTHER));
    expect(of(CHANGE)).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});
