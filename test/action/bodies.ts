/** The bodies that several tests look at, by the names of their golden files. */
import { applyComment, type CommentOptions, outdated, planComment } from "../../src/action/comments.ts";
import { comparedDocument } from "../../src/action/compared.ts";
import {
  acceptClosed,
  acceptRequest,
  driftClosed,
  driftIssue,
  sightings,
} from "../../src/action/drift-issue.ts";
import { readMarker } from "../../src/action/marker.ts";
import { summary } from "../../src/action/summary.ts";
import type { Action, Attribution, Change, Diagnostic, Document, Manifest, Result } from "../../src/model.ts";
import { diffManifests } from "../../src/reconcile/manifest-diff.ts";
import { toDocument } from "../../src/render/document.ts";
import { device, manifest, resource } from "../helpers/builders.ts";
import {
  change,
  everyAction,
  field,
  HOSTILE,
  hostileChanges,
  planDocument,
  planOf,
  relation,
  reportDocument,
} from "../render/documents.ts";

const RUN: string = "https://github.com/example/network/actions/runs/4711";

export const WHERE: CommentOptions = {
  target: "hq",
  sha: "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
  runUrl: RUN,
  summaryUrl: `${RUN}#summary-1`,
};

const PLAN_FILE = { name: "plan-hq.json", url: `${RUN}/artifacts/12` } as const;

export const NOW: string = "2026-11-22T10:05:00Z";
const BEFORE = "2026-11-20T06:00:00Z";

export function driftDocument(changes: readonly Change[]): Document {
  return toDocument({ command: "drift", exitCode: 2, version: "0.1.0", plan: planOf(changes) });
}

function attributed(user: string): readonly Attribution[] {
  return [{ time: "2026-11-21T23:59:00Z", user, operation: "modify", from: "audit log" }];
}

function drifted(): readonly Change[] {
  return [
    change("alert/HTTP errors", "update", {
      cause: "drift",
      fields: [field("/severity", 5, 3, { cause: "drift" })],
      attribution: attributed("night-shift"),
    }),
    change("tag/pci", "create", { cause: "drift" }),
  ];
}

/** Names, values and people that are markup, mentions and worse. */
export function hostile(): readonly Change[] {
  const names = HOSTILE.filter((text) => text.length < 300);
  const actions: readonly Action[] = ["update", "delete", "create", "replace", "rename"];
  return names.map((name, i) => {
    const before = names[i - 1] ?? "";
    return change(`alert/${name}`, actions[i % actions.length] as Action, {
      cause: "drift",
      requires: i === 0 ? [] : [`alert/${before}`],
      fields: [
        field("/description", before, name),
        field("/script", `${name}\n${before}`, `${before}\n${name}`),
      ],
      relations: [relation("device_groups", [`device_group/${name}`], [`device_group/${before}`])],
      ...(i % 4 === 0 ? { attribution: attributed(name) } : {}),
    });
  });
}

const STALE: Diagnostic = {
  severity: "error",
  code: "other-plan",
  summary: "The plan is not the expected one",
  detail: "What was reviewed is not what would be done now. Make the plan anew and have it reviewed.",
};

function staleDocument(): Document {
  const [, ...others] = everyAction();
  const now = [...others.slice(0, -1), { ...change("alert/New one", "delete"), id: "99" }];
  const different = now.map((one) => (one.address === "alert/HTTP errors" ? { ...one, id: "17" } : one));
  return reportDocument(different, [], 5, [STALE]);
}

function failedDocument(): Document {
  const results = everyAction().map(
    ({ address, action }, i): Result =>
      i === 1
        ? { address, action, outcome: "failed", error: '[PATCH] /alerts/16: 422: no "field" @jdoe' }
        : { address, action, outcome: i > 6 ? "not_tried" : "applied" },
  );
  return reportDocument(everyAction(), results, 3);
}

function ordered(): readonly Change[] {
  const [first, ...rest] = everyAction();
  const orders: Readonly<Record<string, readonly string[]>> = {
    "alert/HTTP errors": ["device_group/Jump hosts", "email_group/Network on-call"],
    "alert/Old latency alert": ["alert/HTTP error ratio"],
  };
  return [first as Change, ...rest].map((one) => ({ ...one, requires: orders[one.address] ?? one.requires }));
}

// ---------------------------------------------------------------- manifests

const SCRIPT = "var limit = 500;\nif (HTTP.processingTime < limit) return;\ncommit();\n";

function base(): Manifest {
  return manifest(
    resource("alert/HTTP errors", { fields: { severity: 3 }, lifecycle: { preventDestroy: true } }),
    resource("alert/Old alert", { fields: { severity: 5 } }),
    resource("trigger/Slow web", {
      fields: { script: SCRIPT, hints: { key: "s3cret" } },
      secrets: { "/hints/key": { template: "${env:KEY}", names: ["KEY"] } },
    }),
    resource("device_group/Web", { relations: { devices: [device({ by: "ip", value: "10.0.0.1" })] } }),
    resource("tag/pci"),
  );
}

function head(): Manifest {
  const changed = manifest(
    resource("alert/HTTP errors", { fields: { severity: 2, description: "@oncall <b>looks</b>" } }),
    resource("alert/a | b `c` @team", { fields: { severity: 5 } }),
    resource("trigger/Slow HTTP", {
      fields: { script: SCRIPT.replace("500", "250"), hints: { key: "s3cret" } },
      secrets: { "/hints/key": { template: "${env:OTHER}", names: ["OTHER"] } },
      lifecycle: { renamedFrom: ["Slow web"] },
    }),
    resource("device_group/Web", {
      relations: { devices: [device({ by: "name", value: "web-1 | <x>" }, { optional: true })] },
    }),
    resource("tag/pci"),
  );
  return { ...changed, owner: "network-team" };
}

export function diffDocument(): Document {
  const parts = { exitCode: 0, version: "0.1.0", owner: "network-team" };
  return comparedDocument(parts, diffManifests(base(), head()));
}

const BASE = "fedcba9876543210fedcba9876543210fedcba98";

/** Each body by the name of its golden file. */
export function bodies(): Readonly<Record<string, string>> {
  const plan = planDocument(everyAction(), { inventory: true });
  const comment = planComment(plan, { ...WHERE, planFile: PLAN_FILE });
  const applied = everyAction().map(
    ({ address, action }): Result => ({ address, action, outcome: "applied" }),
  );
  const previous = readMarker(
    driftIssue(driftDocument(drifted().slice(0, 1)), {
      ...WHERE,
      now: BEFORE,
      ...sightings(undefined, driftDocument(drifted().slice(0, 1)), BEFORE),
    }).body,
  );
  const drift = driftDocument(drifted());
  const issue = driftIssue(drift, { ...WHERE, now: NOW, ...sightings(previous, drift, NOW) });
  const accept = acceptRequest(
    {
      ...drift,
      command: "export",
      exported: {
        objects: { alerts: 1, tags: 1 },
        files: ["manifests/alerts.yaml", "manifests/tags.yaml"],
        accepted: drift.changes.map(({ address }) => address),
      },
    },
    WHERE,
  );
  const evil = driftIssue(driftDocument(hostile()), {
    ...WHERE,
    target: "@jdoe #1 `x` <b>",
    now: NOW,
    ...sightings(undefined, driftDocument(hostile()), NOW),
  });
  return {
    "plan.md": comment,
    "plan-outdated.md": outdated(comment, { sha: BASE }),
    "plan-unreachable.md": planComment(
      toDocument({ command: "plan", exitCode: 1, version: "0.1.0", diagnostics: [STALE] }),
      { ...WHERE, owner: "network-team" },
    ),
    "plan-hostile.md": planComment(planDocument([...hostile(), ...hostileChanges()]), {
      ...WHERE,
      target: "@jdoe | `x`",
      planFile: { name: "](https://evil.example)", url: `${RUN}/a b)<c>"@jdoe` },
    }),
    "apply.md": applyComment(reportDocument(everyAction(), applied), WHERE),
    "apply-failed.md": applyComment(failedDocument(), WHERE),
    "apply-stale.md": applyComment(staleDocument(), { ...WHERE, reviewed: readMarker(comment) }),
    "apply-stale-unknown.md": applyComment(staleDocument(), WHERE),
    "drift.md": `${issue.title}\n\n${issue.body}`,
    "drift-hostile.md": `${evil.title}\n\n${evil.body}`,
    "drift-closed.md": driftClosed({ ...WHERE, now: NOW, since: BEFORE }),
    "accept.md": `${accept.title}\n\n${accept.body}`,
    "accept-closed.md": acceptClosed({ ...WHERE, now: NOW }),
    "summary.md": summary(planDocument(ordered()), WHERE),
    "summary-hostile.md": summary(planDocument(hostile()), WHERE),
    "summary-diff.md": summary(diffDocument(), { ...WHERE, compared: { base: BASE } }),
  };
}
