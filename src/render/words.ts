/** The words of the output: one symbol, verb and participle per action, counts, causes, field names. */
import { parsePointer } from "../json.ts";
import type {
  Action,
  Address,
  Cause,
  Change,
  Document,
  Method,
  Outcome,
  Pointer,
  RequestCounts,
  Result,
  Summary,
} from "../model.ts";
import { printable } from "./clean.ts";
import type { Paint, Style } from "./style.ts";

export const ACTIONS: readonly Action[] = [
  "create",
  "adopt",
  "update",
  "rename",
  "replace",
  "delete",
  "release",
];

export const SYMBOLS: Readonly<Record<Action, string>> = {
  create: "+",
  adopt: "=",
  update: "~",
  rename: ">",
  replace: "-/+",
  delete: "-",
  release: "<",
};

export const DOING: Readonly<Record<Action, string>> = {
  create: "creating",
  adopt: "adopting",
  update: "updating",
  rename: "renaming",
  replace: "replacing",
  delete: "deleting",
  release: "releasing",
};

export const DONE: Readonly<Record<Action, string>> = {
  create: "created",
  adopt: "adopted",
  update: "updated",
  rename: "renamed",
  replace: "replaced",
  delete: "deleted",
  release: "released",
};

/** What became of a change; of a failed one it may be that nobody knows. */
export type Fate = Outcome | "unknown";

export const FATES: Readonly<Record<Fate, string>> = {
  applied: "applied",
  failed: "failed",
  unknown: "unknown",
  blocked: "blocked",
  not_tried: "not tried",
};

export function fateOf({ outcome, unknown }: Result): Fate {
  return outcome === "failed" && unknown === true ? "unknown" : outcome;
}

const METHODS: readonly Method[] = ["GET", "POST", "PATCH", "DELETE"];

/** Whether the object is gone afterwards. */
export function destroys(action: Action): boolean {
  return action === "delete" || action === "replace";
}

export function actionPaint(action: Action, style: Style): Paint {
  if (destroys(action)) return style.removed;
  if (action === "create") return style.added;
  return action === "update" ? style.changed : style.moved;
}

/** `1 link`, `2 links`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** `1 to create, 2 to update`, `3 links to add`, `7 unchanged`; what is zero is left out. */
export function summaryParts(summary: Summary): readonly string[] {
  const actions = ACTIONS.filter((a) => summary[a] > 0).map((a) => `${summary[a]} to ${a}`);
  const { assign, unassign, unchanged } = summary;
  const links = [
    ...(assign > 0 ? [`${count(assign, "link")} to add`] : []),
    ...(unassign > 0 ? [`${assign > 0 ? unassign : count(unassign, "link")} to remove`] : []),
  ];
  const parts = [actions.join(", "), links.join(", "), unchanged > 0 ? `${unchanged} unchanged` : ""];
  return parts.filter((part) => part !== "");
}

export function requestTotal(requests: RequestCounts): number {
  return METHODS.reduce((sum, method) => sum + (requests[method] ?? 0), 0);
}

/** The methods that were used, with their counts, in a fixed order. */
export function requestEntries(requests: RequestCounts): readonly (readonly [Method, number])[] {
  return METHODS.flatMap((method) => {
    const sent = requests[method] ?? 0;
    return sent > 0 ? [[method, sent] as const] : [];
  });
}

/** The same for a run that only read: the one POST that reads is the search for devices. */
export function readsText(requests: RequestCounts): string {
  const parts = requestEntries(requests).map(([method, sent]) =>
    method === "POST" ? `${sent} POST (device search)` : `${sent} ${method}`,
  );
  return parts.length === 0 ? "" : `${count(requestTotal(requests), "request")}: ${parts.join(", ")}`;
}

export function fieldCauseText(cause: Cause): string | null {
  if (cause === "manifest") return "changed here";
  if (cause === "drift") return "changed on the appliance";
  return cause === "conflict" ? "changed here and on the appliance" : null;
}

const MADE_ANEW = "deleted and made anew on the appliance";

/** Whether the changes of a document are drift: live on the left, what was applied on the right. */
export function showsDrift({ command, exported }: Document): boolean {
  return command === "drift" || exported?.accepted !== undefined;
}

/** Why a change is there, or null where its action says it already or nothing is known. */
export function changeCauseText(change: Change): string | null {
  const { action, cause } = change;
  if (action === "adopt" && (cause === "drift" || cause === "conflict")) {
    return cause === "drift" ? MADE_ANEW : `changed here, ${MADE_ANEW}`;
  }
  if (action !== "create" && action !== "delete") return fieldCauseText(cause);
  if (cause === null || cause === "manifest") return null;
  if (action === "delete") return "changed on the appliance since the last apply";
  return cause === "drift" ? "deleted on the appliance" : "changed here, deleted on the appliance";
}

/** What there is to say of a change besides its cause; former names and ids are set by the functions given. */
export function changeNotes(
  change: Change,
  show: { readonly name: (name: string) => string; readonly id: (id: string) => string },
): readonly string[] {
  const { action, previousName } = change;
  const named = change.fields.some((f) => f.pointer === "/name" && f.before === previousName);
  const bare = change.fields.length === 0 && change.relations.length === 0;
  return [
    ...(previousName === undefined || named ? [] : [`was ${show.name(previousName)}`]),
    ...(destroys(action) && change.id !== null ? [`id ${show.id(change.id)}`] : []),
    ...(change.adopts && action !== "adopt" ? ["adopts it"] : []),
    ...(action === "adopt" && bare ? ["already as declared"] : []),
    ...(action === "release" ? ["left as it is, no longer managed"] : []),
  ];
}

/** What destroys objects stands first; otherwise the order stays. */
export function destroyedFirst(changes: readonly Change[]): readonly Change[] {
  return [
    ...changes.filter(({ action }) => destroys(action)),
    ...changes.filter(({ action }) => !destroys(action)),
  ];
}

/** `/filter/operand` as people write it: `filter.operand`; a key that is no plain word is quoted. */
export function fieldPath(pointer: Pointer): string {
  const segments = parsePointer(pointer).map((s) => (/^[\w-]+$/.test(s) ? s : JSON.stringify(printable(s))));
  return segments.length === 0 ? "(all)" : segments.join(".");
}

/** The name in an address. A kind holds no slash, a name may. */
export function nameOf(address: Address): string {
  return address.slice(address.indexOf("/") + 1);
}
