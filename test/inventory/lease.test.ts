import { describe, expect, it } from "vitest";
import type { AppliancePort } from "../../src/appliance/port.ts";
import { locateInventories } from "../../src/inventory/appliance-store.ts";
import { type Lease, type LeaseOptions, type StoredLease, takeLease } from "../../src/inventory/lease.ts";
import type { Quirks } from "../../src/sandbox/quirks.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { connect } from "./appliance.ts";

const START = Date.UTC(2026, 10, 1);
const MINUTE = 60_000;
let nonces = 0;

function options(given: Partial<LeaseOptions> = {}): LeaseOptions {
  nonces += 1;
  return {
    self: {
      holder: "jdoe@build-7",
      run: "https://ci.example/1",
      nonce: nonces.toString(16).padStart(32, "0"),
    },
    waitMs: 0,
    now: () => START,
    pause: async () => {},
    interrupted: () => false,
    isDead: async () => false,
    later: () => () => {},
    ...given,
  };
}

function leases(box: Sandbox): readonly string[] {
  return box.appliance
    .list("triggers")
    .filter(({ name }) => String(name).startsWith("hopsync lease: "))
    .map(({ script }) => String(script));
}

function held(taken: Lease | StoredLease): Lease {
  if ("since" in taken) throw new Error(`held by ${taken.nonce}`);
  return taken;
}

async function start(quirks: Partial<Quirks>): Promise<{ box: Sandbox; port: AppliancePort }> {
  const box = await sandbox({ quirks });
  return { box, port: await connect(box) };
}

describe.each<Partial<Quirks>>([{ duplicateNames: "refuse" }, { duplicateNames: "accept" }])(
  "a lease on an appliance with %j",
  (quirks) => {
    it("is on the appliance while it is held, says whose it is, and is gone afterwards", async () => {
      const { box, port } = await start(quirks);
      const lease = held(await takeLease(port, "net", options()));
      const [text = ""] = leases(box);
      expect(text).toContain('owner: "net"\nholder: "jdoe@build-7"\nrun: "https://ci.example/1"');
      expect(text).toContain("since: 2026-11-01T00:00:00.000Z\nuntil: 2026-11-01T00:02:00.000Z");
      // The firmware, whose form the lease has; the lease; the list that it must be in.
      expect(box.requests().map(({ method }) => method)).toEqual(["GET", "POST", "GET"]);
      expect(await lease.release()).toEqual([]);
      expect([leases(box), box.requests().length]).toEqual([[], 4]);
    });

    it("is nobody's trigger, and no inventory", async () => {
      const { port } = await start(quirks);
      const { listed } = held(await takeLease(port, "net", options()));
      const located = locateInventories(listed);
      const [lease] = listed.filter(({ name }) => name === "hopsync lease: net");
      expect([located.own("net"), located.ids.has(String(lease?.id))]).toEqual([undefined, true]);
    });

    it("is one run's alone, however many ask at once, and no other owner's affair", async () => {
      const { box, port } = await start(quirks);
      const other = held(await takeLease(port, "sec", options()));
      const takers = Array.from({ length: 6 }, () => takeLease(port, "net", options()));
      const taken = await Promise.all(takers);
      const winners = taken.filter((lease) => !("since" in lease));
      expect([winners.length, leases(box).length]).toEqual([1, 2]);
      for (const lease of [...winners.map(held), other]) await lease.release();
      expect(leases(box)).toEqual([]);
    });

    it("is waited for, in reads, until it is released", async () => {
      const { box, port } = await start(quirks);
      const first = held(await takeLease(port, "net", options()));
      const told: string[] = [];
      let pauses = 0;
      box.clearRequests();
      const second = await takeLease(
        port,
        "net",
        options({
          waitMs: 10 * MINUTE,
          onWait: ({ holder }) => told.push(holder),
          pause: async () => {
            pauses += 1;
            if (pauses === 3) await first.release();
          },
        }),
      );
      held(second);
      expect([told, pauses, leases(box).length]).toEqual([["jdoe@build-7"], 3, 1]);
      const tried = box.requests().filter(({ method }) => method === "POST");
      expect(tried.length).toBe(2);
    });

    it("is another's when all patience is at an end, or a person interrupts", async () => {
      const { box, port } = await start(quirks);
      const first = options();
      held(await takeLease(port, "net", first));
      let time = START;
      const pause = async (ms: number): Promise<void> => {
        time += ms;
      };
      const waiting = options({ waitMs: 5000, now: () => time, pause });
      expect(await takeLease(port, "net", waiting)).toMatchObject({ nonce: first.self.nonce, since: START });
      expect(time).toBe(START + 5000);
      const interrupted = options({ waitMs: 5000, interrupted: () => true });
      expect(await takeLease(port, "net", interrupted)).toMatchObject({ nonce: first.self.nonce });
      expect(leases(box).length).toBe(1);
    });

    it.each([
      ["its time is up", { now: () => START + 2 * MINUTE }],
      ["its process has ended", { isDead: async () => true }],
    ])("of a run that died is taken over when %s", async (_, given) => {
      const { box, port } = await start(quirks);
      held(await takeLease(port, "net", options()));
      const before = options({ now: () => START + 2 * MINUTE - 1 });
      expect(await takeLease(port, "net", before)).toHaveProperty("since");
      const lease = held(await takeLease(port, "net", options(given)));
      expect(leases(box).length).toBe(1);
      await lease.release();
      expect(leases(box)).toEqual([]);
    });

    it("is renewed while it is held, and lost when somebody removes it", async () => {
      const { box, port } = await start(quirks);
      const tasks: (() => void)[] = [];
      let time = START;
      const later = (ms: number, task: () => void) => {
        expect(ms).toBe(40_000);
        tasks.push(task);
        return () => {};
      };
      const lease = held(await takeLease(port, "net", options({ later, now: () => time })));
      time += 40_000;
      tasks.pop()?.();
      await expect.poll(() => tasks.length).toBe(1);
      expect([leases(box)[0]?.includes("until: 2026-11-01T00:02:40.000Z"), lease.lost.aborted]).toEqual([
        true,
        false,
      ]);
      const found = box.appliance.find("triggers", "hopsync lease: net");
      box.appliance.remove("triggers", found?.id ?? 0, "jdoe");
      tasks.pop()?.();
      await expect.poll(() => lease.lost.aborted).toBe(true);
      expect([await lease.release(), tasks]).toEqual([[], []]);
    });

    it("is found again where the answer to its create is lost", async () => {
      const { box, port } = await start(quirks);
      box.setFaults([{ method: "POST", path: "/triggers", nth: 1, when: "after", effect: "reset" }]);
      const lease = held(await takeLease(port, "net", options()));
      expect(leases(box).length).toBe(1);
      await lease.release();
      expect(leases(box)).toEqual([]);
    });
  },
);

it("is waited for until the list shows it, and taken back where it never does", async () => {
  const { box, port } = await start({});
  box.setFaults([{ method: "POST", path: "/triggers", nth: 1, when: "before", effect: { lag: 2 } }]);
  await held(await takeLease(port, "net", options())).release();
  box.setFaults([{ method: "POST", path: "/triggers", nth: 1, when: "before", effect: { lag: 50 } }]);
  await expect(takeLease(port, "net", options())).rejects.toMatchObject({ code: "lease-not-kept" });
  expect(leases(box)).toEqual([]);
});

/** The port of a run that others are quicker than: something happens before one of its calls. */
function outrun(
  port: AppliancePort,
  call: "create" | "list" | "remove",
  nth: number,
  happens: () => Promise<unknown>,
): AppliancePort {
  let count = 0;
  const after = async <T>(name: typeof call, send: () => Promise<T>): Promise<T> => {
    if (name === call) count += 1;
    if (name === call && count === nth) await happens();
    return send();
  };
  return {
    ...port,
    create: (...given) => after("create", () => port.create(...given)),
    list: (...given) => after("list", () => port.list(...given)),
    remove: (path) => after("remove", () => port.remove(path)),
  };
}

describe("a dead lease that two runs find, where names are refused twice", () => {
  async function dead(): Promise<{ box: Sandbox; port: AppliancePort }> {
    const { box, port } = await start({ duplicateNames: "refuse" });
    held(await takeLease(port, "net", options()));
    return { box, port };
  }
  const later: Partial<LeaseOptions> = { now: () => START + 2 * MINUTE };

  it.each([
    ["after the slower one has removed it", "create", 2],
    ["before the slower one removes it", "remove", 1],
  ] as const)("is the quicker one's, %s, and the slower one waits", async (_, call, nth) => {
    const { box, port } = await dead();
    const quick = options(later);
    let lease: Lease | undefined;
    const slow = outrun(port, call, nth, async () => {
      lease = held(await takeLease(port, "net", quick));
    });
    const told: string[] = [];
    const waiting = options({
      waitMs: MINUTE,
      ...later,
      onWait: ({ nonce }) => told.push(nonce),
      pause: async () => void (await lease?.release()),
    });
    const second = held(await takeLease(slow, "net", waiting));
    expect([told, leases(box).length]).toEqual([[quick.self.nonce], 1]);
    expect(leases(box)[0]).toContain(waiting.self.nonce);
    await second.release();
    expect(leases(box)).toEqual([]);
  });

  it("is not waited for without patience", async () => {
    const { port } = await dead();
    const quick = options(later);
    const slow = outrun(port, "create", 2, () => takeLease(port, "net", quick));
    expect(await takeLease(slow, "net", options(later))).toMatchObject({ nonce: quick.self.nonce });
  });

  it("is taken by the slower one where the quicker one is through already", async () => {
    const { box, port } = await dead();
    let lease: Lease | undefined;
    const slow = outrun(port, "create", 2, async () => {
      lease = held(await takeLease(port, "net", options(later)));
    });
    // Between the refusal and the look at who has it.
    const slower = outrun(slow, "list", 2, async () => lease?.release());
    held(await takeLease(slower, "net", options(later)));
    expect(leases(box).length).toBe(1);
  });
});

it("that is refused for another reason is that error, soon", async () => {
  const { box, port } = await start({});
  const effect = { status: 422, body: { error_message: "No more triggers." } };
  box.setFaults([{ method: "POST", path: "/triggers", when: "before", effect }]);
  await expect(takeLease(port, "net", options({ waitMs: 10 * MINUTE }))).rejects.toThrow("No more triggers.");
  expect(box.requests().filter(({ method }) => method === "POST").length).toBe(3);
});

it("that could not be removed is a warning", async () => {
  const { box, port } = await start({});
  const lease = held(await takeLease(port, "net", options()));
  box.setFaults([{ method: "DELETE", when: "before", effect: { status: 403, body: {} } }]);
  expect(await lease.release()).toMatchObject([{ severity: "warning", code: "lease-not-released" }]);
});
