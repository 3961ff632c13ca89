/** A report of an apply in which everything that has a name or a value is one of the given texts. */
import type { Action, Change, Diagnostic, Document, Result } from "../../src/model.ts";
import { toDocument } from "../../src/render/document.ts";
import { change, field, planOf, relation } from "./documents.ts";

export function hostileDocument(values: readonly string[]): Document {
  const at = (i: number): string => values[i % values.length] ?? "";
  const attribution = values.map((user) => ({
    time: user,
    user,
    operation: user,
    from: "audit log" as const,
  }));
  const one = (name: string, i: number): Change =>
    change(`alert/${name}`, (["update", "delete", "create", "replace", "rename"] as const)[i % 5] as Action, {
      id: at(i + 1),
      previousName: at(i + 1),
      cause: "drift",
      fields: [
        field(`/${at(i).replaceAll("~", "~0").replaceAll("/", "~1")}`, at(i + 1), at(i + 2)),
        field("/script", `${name}\nx\n${at(i + 1)}`, `${at(i + 2)}\nx\n${name}`),
        field("/list", [...values], [name, ...values.slice(1)]),
      ],
      relations: [
        relation(at(i), [`device/${name}`, `device/${at(i + 1)}`], [`tag/${at(i + 2)}`], {
          [`device/${name}`]: at(i + 3),
        }),
        relation(
          "many",
          [...values, ...values].map((v, k) => `device/${k}${v}`),
        ),
      ],
      released: [at(i)],
      aside: { address: `tag/${at(i)}`, name: at(i + 1) },
      moved: [{ address: `alert/${at(i)}`, relation: at(i + 1) }],
      dropped: { members: values.map((value) => `device/${value}`) },
      ...(i % 2 === 0 ? { attribution: attribution.slice(0, 1 + (i % 3)) } : {}),
      operations: [{ method: "PATCH", path: `/alerts/${name}`, body: { [at(i)]: at(i + 1) } }],
    });
  const changes = values.map(one);
  const diagnostics = values.map(
    (value, i): Diagnostic => ({
      severity: i % 2 === 0 ? "error" : "warning",
      code: value,
      summary: at(i + 1),
      detail: `${value}\n- ${at(i + 1)}\n  ${at(i + 2)}\n${at(i + 3)}`,
      address: `alert/${value}`,
      pointer: "/a",
      ...(i % 3 === 0
        ? {}
        : {
            source: { file: value, line: 1, column: 2 },
            related: [{ file: at(i + 1), line: 1, column: 1 }],
          }),
    }),
  );
  const results = changes.map(
    ({ address, action }, i): Result => ({
      address,
      action,
      ...((
        [
          { outcome: "applied" },
          { outcome: "failed", error: at(i) },
          { outcome: "blocked", blockedBy: `alert/${at(i)}` },
        ] as const
      )[i % 3] as Pick<Result, "outcome">),
    }),
  );
  return toDocument({
    command: "apply",
    exitCode: 3,
    version: "0.1.0",
    plan: planOf(changes, {
      target: { host: at(0), firmware: at(1), platform: at(2) },
      owner: at(3),
      digest: at(4),
      diagnostics,
    }),
    results,
    requests: { GET: 3, POST: 1 },
  });
}
