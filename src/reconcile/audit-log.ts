/**
 * The appliance's audit log, as far as it tells of drift: what is newer than the owner's last record. The
 * texts in it are free (facts §2.10), so all that is relied on are the time, the user and what is named.
 */
import type { AppliancePort } from "../appliance/port.ts";
import { ApplianceError } from "../errors.ts";
import { isArray, isObject } from "../json.ts";
import { inventoryName } from "../kinds/inventory-object.ts";
import type { Diagnostic, Json, JsonObject, Manifest } from "../model.ts";

export interface AuditEntry {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly user: string | null;
  readonly operation: string | null;
  /** From where, such as the web interface or the API. */
  readonly facility: string | null;
  /** Every text of the entry's body. */
  readonly text: string;
}

export interface AuditLog {
  /** Newest first; all of them after the last record. */
  readonly entries: readonly AuditEntry[];
  /** When that was: by the appliance's clock where the log tells, else by ours. */
  readonly since: number;
  /** The entry of the last record, where the log has it: it shows who hopsync is here. */
  readonly recorded?: AuditEntry;
}

const PAGE = 500;
/** More are not read. */
const MOST = 2000;
/** A server may grant less than was asked for, but hardly less than its default of 100. */
const SURE_SIZE = 100;

/** Never fails: without a log nobody knows who it was, and the drift is told all the same. */
export async function readAuditLog(
  port: AppliancePort,
  { owner, inventory }: Pick<Manifest, "owner" | "inventory">,
  appliedAt: number,
): Promise<{ readonly log: AuditLog; readonly diagnostics: readonly Diagnostic[] }> {
  const isRecord = inventory.kind === "appliance" ? namesInventory(owner) : (): boolean => false;
  try {
    const { entries, whole } = await readEntries(port, appliedAt, isRecord);
    return { log: afterRecord(entries, appliedAt, isRecord), diagnostics: whole ? [] : [tooLong()] };
  } catch (error) {
    if (!(error instanceof ApplianceError)) throw error;
    return { log: { entries: [], since: appliedAt }, diagnostics: [unreadable(error)] };
  }
}

/** Whether an entry is of a write of the owner's inventory. */
type IsRecord = (entry: AuditEntry) => boolean;

interface Read {
  readonly entries: readonly AuditEntry[];
  /** Whether it reaches back to the last record. */
  readonly whole: boolean;
}

/** What is written meanwhile moves entries to the next page, so each id counts once. */
async function readEntries(port: AppliancePort, appliedAt: number, isRecord: IsRecord): Promise<Read> {
  const byId = new Map<string, AuditEntry>();
  for (let offset = 0; offset < MOST; ) {
    const page = await port.list("/auditlog", { limit: PAGE, offset });
    for (const wire of page) {
      const entry = readEntry(wire);
      if (entry !== undefined) byId.set(String(wire.id), entry);
    }
    offset += page.length;
    const entries = [...byId.values()];
    const reached = entries.some((entry) => entry.time <= appliedAt || isRecord(entry));
    if (reached || page.length < SURE_SIZE) return { entries, whole: true };
  }
  return { entries: [...byId.values()], whole: false };
}

function readEntry({ occur_time: time, body }: JsonObject): AuditEntry | undefined {
  if (typeof time !== "number" || !Number.isFinite(new Date(time).getTime()) || !isObject(body))
    return undefined;
  const said = (key: string): string | null => {
    const value = body[key];
    return typeof value === "string" && value !== "" ? value : null;
  };
  const { user: _user, operation: _operation, ...rest } = body;
  return {
    time,
    user: said("user"),
    operation: said("operation"),
    facility: said("facility"),
    text: textsOf(rest).join("\n"),
  };
}

function textsOf(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  if (isArray(value)) return value.flatMap(textsOf);
  return isObject(value) ? Object.values(value).flatMap(textsOf) : [];
}

/** Writing the inventory is the last thing that an apply does. */
function namesInventory(owner: string): IsRecord {
  const name = JSON.stringify(inventoryName(owner));
  return ({ text }) => text.includes(name);
}

/** The order of the log is exact where clocks are not. */
function afterRecord(entries: readonly AuditEntry[], appliedAt: number, isRecord: IsRecord): AuditLog {
  const at = entries.findIndex(isRecord);
  const recorded = entries[at];
  return recorded === undefined
    ? { entries: entries.filter(({ time }) => time > appliedAt), since: appliedAt }
    : { entries: entries.slice(0, at), since: recorded.time, recorded };
}

function unreadable({ status, code }: ApplianceError): Diagnostic {
  return {
    severity: "warning",
    code: "no-audit-log",
    summary: "The audit log cannot be read",
    detail: `[GET] /auditlog ended with ${status ?? code}, so nothing tells who changed what. When it was is told where the object says it.`,
  };
}

function tooLong(): Diagnostic {
  return {
    severity: "warning",
    code: "audit-log-long",
    summary: "Not all of the audit log was read",
    detail: `More than ${MOST} entries are newer than the last apply. Who changed what is told from the newest ${MOST}; earlier changes by others are possible.`,
  };
}
