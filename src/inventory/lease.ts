/**
 * The lease: the right to write for one owner on one appliance, kept there as an object of its own while a
 * run writes. The API has no compare-and-set, but it gives each new object a higher id:
 *
 *     create ─▶ list until ours is shown ─▶ none of a lower id is alive ─▶ ours, renewed until released
 *       │                               └─ one is ─▶ ours removed ─┐
 *       └─ refused, since the name is taken ───────────────────────┴─▶ wait until it is gone, or give up
 *
 * A lease is dead when its time is up, by clocks that must agree within a minute, or when its process is known
 * to have ended. Whoever finds a dead one removes it. A run whose own lease is gone starts nothing new and leaves the inventory as it is.
 */
import type { AppliancePort } from "../appliance/port.ts";
import { ApplianceError, errorDiagnostic, HopsyncError } from "../errors.ts";
import {
  INVENTORY_PATH,
  inventoryPatchBody,
  LEASE_TITLE,
  leaseCreateBody,
  leaseName,
  readLeaseObject,
} from "../kinds/inventory-object.ts";
import type { Diagnostic, Id, JsonObject } from "../model.ts";
import { FORMAT } from "./form.ts";
import { byId, lookUntil } from "./listed.ts";
import { quote, quoted, readHeader } from "./text.ts";

/** Who takes a lease. */
export interface Holder {
  /** A person and a machine, for people. */
  readonly holder: string;
  /** Where to look: the address of a job, or a process. */
  readonly run: string;
  /** Random: no two leases have the same. */
  readonly nonce: string;
}

/** A lease as the appliance has it. Times in milliseconds since the epoch. */
export interface StoredLease extends Holder {
  readonly id: Id;
  readonly since: number;
  readonly until: number;
}

export interface LeaseOptions {
  readonly self: Holder;
  /** How long to wait for another run, in milliseconds. */
  readonly waitMs: number;
  readonly now: () => number;
  /** Resolves early when a person interrupts. */
  readonly pause: (ms: number) => Promise<void>;
  readonly interrupted: () => boolean;
  /** Whether the process that took the lease of this nonce is known to have ended. */
  readonly isDead: (nonce: string) => Promise<boolean>;
  /** Another run has it: told once, before the first pause. */
  readonly onWait?: (lease: StoredLease) => void;
  /** Does something after so many milliseconds, unless it is called off by what this returns. */
  readonly later?: (ms: number, task: () => void) => () => void;
}

export interface Lease {
  /** What the list of INVENTORY_PATH had when the lease was taken. */
  readonly listed: readonly JsonObject[];
  /** Ends when it is not certain any more that no other run writes. */
  readonly lost: AbortSignal;
  /** Never rejects; a warning where the lease may still be there. */
  release(): Promise<readonly Diagnostic[]>;
}

/** How long a lease counts without being renewed: what a run that died can delay others by. */
const TTL_MS = 120_000;
const RENEW_MS = TTL_MS / 3;
/** Between looks for another run's lease: doubled each time, up to the longest. */
const FIRST_POLL_MS = 250;
const LONGEST_POLL_MS = 8_000;
/** Of a name that nobody is seen to have, before the last try. */
const MOST_REFUSALS = 2;

/** The lease; or the one that another run has, once all patience is at an end. */
export async function takeLease(
  port: AppliancePort,
  owner: string,
  options: LeaseOptions,
): Promise<Lease | StoredLease> {
  const { waitMs, now, pause, interrupted, onWait } = options;
  const giveUp = now() + waitMs;
  const taker = { port, owner, ...options };
  let told = false;
  for (;;) {
    const found = await attempt(taker);
    if (!("since" in found)) return found;
    let rival: StoredLease | undefined = found;
    for (let poll = FIRST_POLL_MS; rival !== undefined; poll = Math.min(poll * 2, LONGEST_POLL_MS)) {
      const left = giveUp - now();
      if (left <= 0 || interrupted()) return rival;
      if (!told) onWait?.(rival);
      told = true;
      await pause(Math.min(poll, left));
      rival = await firstAlive(taker, leasesIn(await port.list(INVENTORY_PATH), owner));
    }
  }
}

interface Taker extends LeaseOptions {
  readonly port: AppliancePort;
  readonly owner: string;
}

/**
 * One try: ours, or the one that another run has. A name that is taken while nobody has it may be free by now, or
 * be that of a run which is not listed yet; refused again and again, it is refused for another reason.
 */
async function attempt(taker: Taker, refusals = 0): Promise<Lease | StoredLease> {
  const since = taker.now();
  const created = await create(taker, { since, until: since + TTL_MS });
  if (!(created instanceof ApplianceError)) return confirm(taker, created, since);
  const rival = await firstAlive(taker, leasesIn(await taker.port.list(INVENTORY_PATH), taker.owner));
  if (rival !== undefined) return rival;
  if (refusals === MOST_REFUSALS) throw created;
  if (refusals > 0) await taker.pause(FIRST_POLL_MS);
  return attempt(taker, refusals + 1);
}

/** What was created counts where no lease of a lower id is alive. */
async function confirm(taker: Taker, id: Id, since: number): Promise<Lease | StoredLease> {
  const { port, owner, pause } = taker;
  const listed = await lookUntil(
    () => port.list(INVENTORY_PATH),
    (wires) => leasesIn(wires, owner).some((lease) => lease.id === id),
    pause,
  );
  if (listed === undefined) {
    await removeLease(port, id);
    throw notListed(owner);
  }
  const leases = leasesIn(listed, owner);
  const earlier = leases.slice(
    0,
    leases.findIndex((lease) => lease.id === id),
  );
  const rival = await firstAlive(taker, earlier);
  if (rival === undefined) return hold(taker, id, since, listed);
  await removeLease(port, id);
  return rival;
}

/** The id; or the refusal, which may mean that the name is taken. */
async function create(taker: Taker, times: Times): Promise<Id | ApplianceError> {
  const { port, owner, self } = taker;
  const { firmware } = await port.target();
  const body = leaseCreateBody(firmware, leaseName(owner), leaseText(owner, self, times));
  const isNew = (wire: JsonObject): boolean => leasesIn([wire], owner)[0]?.nonce === self.nonce;
  try {
    return await port.create(INVENTORY_PATH, body, { isNew });
  } catch (error) {
    if (error instanceof ApplianceError && error.code === "refused" && !error.unknownOutcome) return error;
    throw error;
  }
}

/** The first of these that is alive; those before it are removed. */
async function firstAlive(taker: Taker, leases: readonly StoredLease[]): Promise<StoredLease | undefined> {
  for (const lease of leases) {
    const dead = lease.until <= taker.now() || (await taker.isDead(lease.nonce));
    if (!dead) return lease;
    await removeLease(taker.port, lease.id);
  }
  return undefined;
}

async function removeLease(port: AppliancePort, id: Id): Promise<void> {
  try {
    await port.remove(`${INVENTORY_PATH}/${id}`);
  } catch (error) {
    if (!(error instanceof ApplianceError) || error.status !== 404) throw error;
  }
}

// ---------------------------------------------------------------- holding

function hold(taker: Taker, id: Id, since: number, listed: readonly JsonObject[]): Lease {
  const { port, owner, self, now, later = timer } = taker;
  const lost = new AbortController();
  let until = since + TTL_MS;
  let callOff = (): void => {};
  let renewing: Promise<void> = Promise.resolve();

  const renew = async (): Promise<void> => {
    // A process that was suspended must not write before it has looked.
    if (now() >= until) lost.abort();
    const next = now() + TTL_MS;
    const text = leaseText(owner, self, { since, until: next });
    try {
      await port.patch(`${INVENTORY_PATH}/${id}`, inventoryPatchBody(leaseName(owner), text));
      until = next;
    } catch (error) {
      const gone = error instanceof ApplianceError && error.status === 404;
      if (gone || now() >= until) lost.abort();
    }
  };
  const schedule = (): void => {
    callOff = later(RENEW_MS, () => {
      renewing = renew().then(() => (lost.signal.aborted ? undefined : schedule()));
    });
  };
  schedule();

  return {
    listed,
    lost: lost.signal,
    async release() {
      callOff();
      await renewing;
      callOff();
      return removeLease(port, id).then(() => [], notReleased);
    },
  };
}

/** Keeps no process alive. */
function timer(ms: number, task: () => void): () => void {
  const started = setTimeout(task, ms);
  started.unref();
  return () => clearTimeout(started);
}

function notReleased(error: unknown): readonly Diagnostic[] {
  if (!(error instanceof HopsyncError)) throw error;
  const { detail } = errorDiagnostic(error);
  return [
    {
      severity: "warning",
      code: "lease-not-released",
      summary: "The lease may still be on the appliance",
      detail: `It counts for ${TTL_MS / 60_000} minutes at most; until then other machines wait for it. ${detail}`,
    },
  ];
}

// ---------------------------------------------------------------- text

type Times = Pick<StoredLease, "since" | "until">;

function leaseText(owner: string, { holder, run, nonce }: Holder, { since, until }: Times): string {
  return [
    `${LEASE_TITLE}, format ${FORMAT}`,
    `owner: ${quote(owner)}`,
    `holder: ${quote(holder)}`,
    `run: ${quote(run)}`,
    `since: ${new Date(since).toISOString()}`,
    `until: ${new Date(until).toISOString()}`,
    `nonce: ${nonce}`,
  ].join("\n");
}

/** The leases of this owner in a list, by ascending id. One that cannot be read has no time left. */
function leasesIn(wires: readonly JsonObject[], owner: string): readonly StoredLease[] {
  return wires
    .flatMap((wire) => readLeaseObject(wire) ?? [])
    .flatMap(({ id, text }): StoredLease[] => {
      const header = readHeader(text, LEASE_TITLE);
      if (quoted(header, "owner") !== owner) return [];
      const time = (key: string): number => Date.parse(header?.values.get(key) ?? "") || 0;
      return [
        {
          id,
          holder: quoted(header, "holder") ?? "somebody",
          run: quoted(header, "run") ?? "an unknown run",
          nonce: header?.values.get("nonce") ?? "",
          since: time("since"),
          until: time("until"),
        },
      ];
    })
    .sort(byId);
}

// ---------------------------------------------------------------- problems

function notListed(owner: string): HopsyncError {
  return new HopsyncError(
    "lease-not-kept",
    `The appliance accepted the lease of owner ${JSON.stringify(owner)} and does not list it, so that other runs would not see it. It was removed again, and nothing else was written.`,
    { hint: "Run again. If this stays so, look at the triggers of the appliance and at the key's rights." },
  );
}

/** Why nothing was written: another run does. */
export function leaseHeld(owner: string, { holder, run, since, until }: StoredLease): Diagnostic {
  return {
    severity: "error",
    code: "lease-held",
    summary: "Another run is writing",
    detail: `${holder} has the lease of owner ${JSON.stringify(owner)} on this appliance since ${utc(since)} (${run}), until ${utc(until)} if it is not renewed. Nothing was written. Run again then, or let --lock-timeout 5m wait for it. If that run is over for certain, delete the trigger ${JSON.stringify(leaseName(owner))}.`,
  };
}

/** Why a run stopped in its middle. */
export function leaseLost(owner: string): Diagnostic {
  return {
    severity: "error",
    code: "lease-lost",
    summary: "The lease was lost during the run",
    detail: `The lease of owner ${JSON.stringify(owner)} was removed or ran out, so that another run may be writing. Nothing more was written, the inventory included: what this run created is taken over by the next apply. Run again.`,
  };
}

function utc(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
