/** The store on a sandbox, over real HTTP. */
import { describe, expect, it } from "vitest";
import type { AppliancePort } from "../../src/appliance/port.ts";
import { createApplianceStore, locateInventories } from "../../src/inventory/appliance-store.ts";
import { encodeInventory } from "../../src/inventory/codec.ts";
import { readLocated } from "../../src/inventory/parts.ts";
import type { InventoryStore } from "../../src/inventory/store.ts";
import { inventoryCreateBody } from "../../src/kinds/inventory-object.ts";
import type { Inventory, JsonObject } from "../../src/model.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { connect, inventoryObjects, kill, storeOf } from "./appliance.ts";
import { entry, inventory, manyEntries } from "./inventories.ts";

const OWNER = "network-team";
const small = inventory([entry("alert/HTTP errors"), entry("tag/pci", { id: null })]);
const other = inventory([entry("alert/other")]);
/** In one object of this size `small` fits, and the `large` ones do not. */
const PART_BYTES = 3000;
const large = inventory(manyEntries(80, 1));
const larger = inventory(manyEntries(120, 2));

const names = (box: Sandbox): readonly unknown[] => inventoryObjects(box).map(({ name }) => name);
const writes = (box: Sandbox): readonly string[] =>
  box
    .requests()
    .filter(({ method }) => method !== "GET")
    .map(({ method }) => method);

async function read(port: AppliancePort, owner = OWNER): Promise<Inventory | undefined> {
  return (await storeOf(port, owner)).read();
}

describe("an inventory on the appliance", () => {
  it("is a disabled trigger of its own that does nothing, and is written with one request", async () => {
    const box = await sandbox({ devices: 0 });
    const port = await connect(box);
    const store = await storeOf(port, OWNER);
    expect(await store.read()).toBeUndefined();
    await store.write(small);
    expect(inventoryObjects(box)).toMatchObject([
      { name: "hopsync inventory: network-team", disabled: true, debug: false, apply_all: false },
    ]);
    expect(String(inventoryObjects(box)[0]?.script)).toMatch(
      /^\/\*\nhopsync inventory, format 1\n[^*]*\*\/\n$/,
    );
    await store.write(other);
    expect(writes(box)).toEqual(["POST", "PATCH"]);
    expect(await store.read()).toEqual(other);
    expect(await read(port)).toEqual(other);
  });

  it("is read from the list alone, and not written when nothing changed", async () => {
    const box = await sandbox({ devices: 0 });
    const port = await connect(box);
    for (const value of [small, large]) {
      await (await storeOf(port, OWNER, PART_BYTES)).write(value);
      const wires = await port.list("/triggers");
      box.clearRequests();
      const store = createApplianceStore(port, OWNER, locateInventories(wires).own(OWNER), {
        partBytes: PART_BYTES,
      });
      expect(await store.read()).toEqual(value);
      await store.write(value);
      expect(box.requests()).toEqual([]);
    }
  });

  it.each(["as-sent", "normalised"] as const)(
    "holds 5,000 entries with long names (scripts %s)",
    async (scriptText) => {
      const box = await sandbox({ devices: 0, quirks: { scriptText } });
      const port = await connect(box);
      const huge = inventory(manyEntries(5000));
      await (await storeOf(port, OWNER)).write(huge);
      expect(await read(port)).toEqual(huge);
      const sizes = inventoryObjects(box).map(({ script }) => String(script).length);
      expect(sizes.length).toBeGreaterThan(2);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(256 * 1024);
    },
  );

  it.each(["a */ b", "日本 🏷", "two\nlines", "x (2)", "/* */", "${x}"])(
    "can be owned by %j",
    async (owner) => {
      const box = await sandbox({ devices: 0 });
      const port = await connect(box);
      const value = { ...large, owner };
      await (await storeOf(port, owner, PART_BYTES)).write(value);
      expect(await read(port, owner)).toEqual(value);
      expect(new Set(names(box)).size).toBe(names(box).length);
    },
  );

  it("becomes several objects when it outgrows one, and one again, leaving nothing behind", async () => {
    const box = await sandbox({ devices: 0 });
    const port = await connect(box);
    const store = await storeOf(port, OWNER, PART_BYTES);
    const counts: number[] = [];
    for (const value of [small, large, larger, large, small]) {
      await store.write(value);
      expect(await read(port)).toEqual(value);
      counts.push(names(box).length);
      expect(
        Math.max(...inventoryObjects(box).map(({ script }) => String(script).length)),
      ).toBeLessThanOrEqual(PART_BYTES);
    }
    expect(counts[0]).toBe(1);
    expect(counts[1]).toBeGreaterThan(2);
    expect(counts[2]).toBeGreaterThan(counts[1] ?? 0);
    expect(counts.slice(3)).toEqual([counts[1], 1]);
  });

  it("is switched on and renamed by nobody for long", async () => {
    const box = await sandbox({ devices: 0 });
    const port = await connect(box);
    await (await storeOf(port, OWNER)).write(small);
    const id = Number(inventoryObjects(box)[0]?.id);
    box.appliance.edit("triggers", id, { disabled: false });
    await (await storeOf(port, OWNER)).write(other);
    expect(box.appliance.get("triggers", id)).toMatchObject({ disabled: true });
  });

  it("is written in the order in which it is asked for", async () => {
    const box = await sandbox({ devices: 0 });
    const port = await connect(box);
    const store = await storeOf(port, OWNER, PART_BYTES);
    await Promise.all([store.write(large), store.write(small), store.write(larger)]);
    expect(await read(port)).toEqual(larger);
    await expect(store.write({ ...small, owner: "other" })).rejects.toThrow(TypeError);
  });
});

describe("a write that is killed", () => {
  const cases: readonly [string, Inventory | undefined, Inventory][] = [
    ["the first, of one part", undefined, small],
    ["the first, of several parts", undefined, large],
    ["several parts over several", large, larger],
    ["several parts over one", small, large],
    ["one part over several", large, small],
  ];
  it.each(cases)("leaves the old inventory or the new one, whole: %s", async (_, before, after) => {
    for (const answered of [true, false]) {
      for (let request = 1, done = false; !done; request += 1) {
        const box = await sandbox({ devices: 0 });
        const port = await connect(box);
        if (before !== undefined) await (await storeOf(port, OWNER, PART_BYTES)).write(before);
        const killer = kill(port, request, answered);
        await (await storeOf(killer.port, OWNER, PART_BYTES)).write(after).catch((error) => {
          if (!killer.killed()) throw error;
        });
        done = !killer.killed();
        const found = await read(port);
        expect([before, after]).toContainEqual(found);
        if (done) expect(found).toEqual(after);
        await (await storeOf(port, OWNER, PART_BYTES)).write(other);
        expect(await read(port)).toEqual(other);
        expect(names(box)).toEqual(["hopsync inventory: network-team"]);
        await box.close();
      }
    }
  });

  it("is made good by the next write of the same store", async () => {
    const box = await sandbox({ devices: 0 });
    const port = await connect(box);
    let dead = true;
    const flaky: AppliancePort = {
      ...port,
      patch: (path, body) => (dead ? Promise.reject(new Error("cut")) : port.patch(path, body)),
    };
    const store = await storeOf(flaky, OWNER, PART_BYTES);
    await store.write(small);
    await expect(store.write(large)).rejects.toThrow("cut");
    expect(await store.read()).toEqual(small);
    dead = false;
    await store.write(larger);
    expect(await read(port)).toEqual(larger);
    await store.write(other);
    expect(names(box)).toEqual(["hopsync inventory: network-team"]);
  });
});

describe("two runs that begin at once", () => {
  const bothWrite = async (
    a: InventoryStore,
    b: InventoryStore,
    values: readonly Inventory[],
  ): Promise<string[]> => {
    const [first = small, second = other] = values;
    const results = await Promise.allSettled([a.write(first), b.write(second)]);
    return results.map((result) => (result.status === "fulfilled" ? "won" : result.reason.code));
  };

  it.each([
    ["names may be there twice", { duplicateNames: "accept" }, [small, other]],
    ["names may not be there twice", { duplicateNames: "refuse" }, [small, other]],
    ["new objects are listed late", { duplicateNames: "accept", listLag: 2 }, [small, other]],
    ["they need several parts", { duplicateNames: "accept" }, [large, larger]],
    ["they need several parts, with names once", { duplicateNames: "refuse" }, [large, larger]],
  ] as const)("leave one inventory and tell the other run where %s", async (_, quirks, values) => {
    const box = await sandbox({ devices: 0, quirks });
    const [port, second] = [await connect(box), await connect(box)];
    const stores = [
      await storeOf(port, OWNER, PART_BYTES),
      await storeOf(second, OWNER, PART_BYTES),
    ] as const;
    const outcomes = await bothWrite(...stores, values);
    expect([...outcomes].sort()).toEqual(["inventory-conflict", "won"]);
    for (let i = 0; i < 3; i += 1) await port.list("/triggers");
    expect(await read(port)).toEqual(values[outcomes.indexOf("won")]);
    expect(names(box).filter((name) => name === `hopsync inventory: ${OWNER}`)).toHaveLength(1);
  });

  it("are decided by the lower id, whoever looks first", async () => {
    const box = await sandbox({ devices: 0, quirks: { duplicateNames: "accept" } });
    const port = await connect(box);
    const late = await storeOf(port, OWNER);
    const slow: AppliancePort = {
      ...port,
      list: async (path) => {
        await expect(late.write(other)).rejects.toMatchObject({ code: "inventory-conflict" });
        return port.list(path);
      },
    };
    await createApplianceStore(slow, OWNER, undefined).write(small);
    expect(await read(port)).toEqual(small);
    expect(names(box)).toHaveLength(1);
  });

  it.each(["accept", "refuse"] as const)(
    "leave no part of the one that withdraws (names twice: %s)",
    async (names2) => {
      const box = await sandbox({ devices: 0, quirks: { duplicateNames: names2 } });
      const port = await connect(box);
      const quick = await storeOf(port, OWNER);
      const overtaken: AppliancePort = {
        ...port,
        create: async (path, body) => {
          if (body.name === `hopsync inventory: ${OWNER}`) await quick.write(small);
          return port.create(path, body);
        },
      };
      const store = createApplianceStore(overtaken, OWNER, undefined, { partBytes: PART_BYTES });
      await expect(store.write(large)).rejects.toMatchObject({ code: "inventory-conflict" });
      expect(names(box)).toEqual([`hopsync inventory: ${OWNER}`]);
      expect(await read(port)).toEqual(small);
    },
  );

  it("compare their ids as numbers", () => {
    const head = (id: number, value: Inventory): JsonObject => ({
      id,
      ...inventoryCreateBody("8.7.1.2", `hopsync inventory: ${OWNER}`, encodeInventory(value)),
    });
    const located = locateInventories([head(100, other), head(99, small)]).own(OWNER);
    expect(located?.heads.map(({ id }) => id)).toEqual(["99", "100"]);
    expect(located === undefined ? undefined : readLocated(located)).toEqual(small);
  });

  it("leave two for a reader only where one was killed: the lower id counts, the next write removes the other", async () => {
    const box = await sandbox({ devices: 0, quirks: { duplicateNames: "accept" } });
    const port = await connect(box);
    await (await storeOf(port, OWNER)).write(small);
    const killer = kill(port, 2, false);
    const loser = createApplianceStore(killer.port, OWNER, undefined);
    await expect(loser.write(other)).rejects.toMatchObject({ code: "inventory-conflict" });
    expect(names(box)).toHaveLength(2);
    expect(await read(port)).toEqual(small);
    await (await storeOf(port, OWNER)).write(small);
    expect(names(box)).toHaveLength(1);
    expect(await read(port)).toEqual(small);
  });
});

describe("an inventory that cannot be trusted", () => {
  const script = (box: Sandbox, at = 0): string => String(inventoryObjects(box)[at]?.script);
  const edit = (box: Sandbox, fields: JsonObject, at = 0): void =>
    box.appliance.edit("triggers", Number(inventoryObjects(box)[at]?.id), fields);

  async function written(value: Inventory): Promise<{ box: Sandbox; port: AppliancePort }> {
    const box = await sandbox({ devices: 0 });
    const port = await connect(box);
    await (await storeOf(port, OWNER, PART_BYTES)).write(value);
    return { box, port };
  }

  const changes: readonly [string, Inventory, (box: Sandbox) => void][] = [
    ["cut off", small, (box) => edit(box, { script: script(box).slice(0, 500) })],
    ["edited", small, (box) => edit(box, { script: script(box).replace(/\n\n./, "\n\nZ") })],
    [
      "a part of another name cut off",
      large,
      (box) => edit(box, { name: "x", script: script(box, 1).slice(0, 900) }, 1),
    ],
    ["a part cut off", large, (box) => edit(box, { script: script(box, 1).slice(0, 900) }, 1)],
    [
      "a part deleted",
      large,
      (box) => box.appliance.remove("triggers", Number(inventoryObjects(box)[1]?.id)),
    ],
    ["a part that is somebody's own now", large, (box) => edit(box, { script: "debug(1)" }, 1)],
  ];
  it.each(changes)("stops a read and is repaired by a write: %s", async (_, value, change) => {
    const { box, port } = await written(value);
    change(box);
    const store = await storeOf(port, OWNER, PART_BYTES);
    await expect(store.read()).rejects.toMatchObject({
      code: "inventory-damaged",
      hint: expect.stringContaining("hopsync inventory repair"),
    });
    await store.write(other);
    expect(await read(port)).toEqual(other);
  });

  const part = (box: Sandbox, place: number): JsonObject | undefined =>
    inventoryObjects(box).find((object) => String(object.script).includes(`\npart: ${place} of `));

  it.each<[string, (box: Sandbox, port: AppliancePort) => Promise<string>]>([
    ["another place", async (box) => String(part(box, 2)?.script)],
    [
      "an earlier generation",
      async (box, port) => {
        const earlier = String(part(box, 1)?.script);
        const store = await storeOf(port, OWNER, PART_BYTES);
        for (const value of [larger, large]) await store.write(value);
        return earlier;
      },
    ],
    ["another owner", async (box) => String(part(box, 1)?.script).replace(OWNER, "other-team")],
  ])("says which object is wrong when a part is that of %s", async (_, change) => {
    const { box, port } = await written(large);
    const changed = await change(box, port);
    const id = Number(part(box, 1)?.id);
    box.appliance.edit("triggers", id, { script: changed });
    await expect(read(port)).rejects.toMatchObject({
      code: "inventory-damaged",
      message: expect.stringContaining(`object ${id} `),
    });
  });

  it("is not written over when a newer hopsync wrote it", async () => {
    const { box, port } = await written(small);
    const text = script(box).replace("format 1", "format 2");
    edit(box, { script: text });
    const store = await storeOf(port, OWNER);
    await expect(store.read()).rejects.toMatchObject({ code: "inventory-newer" });
    await expect(store.write(other)).rejects.toMatchObject({ code: "inventory-newer" });
    expect(script(box)).toBe(text);
  });

  it("is given up at once when the appliance keeps another text or does not list it", async () => {
    const box = await sandbox({ devices: 0 });
    const port = await connect(box);
    const cutting: AppliancePort = {
      ...port,
      create: (path, body) => port.create(path, { ...body, script: String(body.script).slice(0, 400) }),
    };
    const hiding: AppliancePort = { ...port, list: async () => [] };
    for (const strange of [cutting, hiding]) {
      const store = createApplianceStore(strange, OWNER, undefined, { pause: async () => {} });
      await expect(store.write(small)).rejects.toMatchObject({ code: "inventory-not-kept" });
      expect(names(box)).toEqual([]);
    }
  });
});

describe("an inventory that somebody renamed", () => {
  const rename = (box: Sandbox, from: string, to: string): void =>
    box.appliance.edit("triggers", box.appliance.find("triggers", from)?.id ?? -1, { name: to });
  const NAME = `hopsync inventory: ${OWNER}`;
  const stored = (box: Sandbox): readonly JsonObject[] =>
    box.appliance.list("triggers").filter(({ script }) => String(script).includes("hopsync inventory"));

  it.each([
    ["anything", small],
    ["hopsync inventory: b", small],
    ["hopsync inventory", large],
  ])("to %j is never the same as none, and is itself again once it is renamed back", async (to, value) => {
    const box = await sandbox({ devices: 0 });
    const port = await connect(box);
    await (await storeOf(port, OWNER, PART_BYTES)).write(value);
    const id = box.appliance.find("triggers", NAME)?.id;
    rename(box, NAME, to);
    const before = stored(box);
    const store = await storeOf(port, OWNER);
    const renamed = {
      code: "inventory-renamed",
      message: expect.stringContaining(`object ${id} (${JSON.stringify(to)})`),
      hint: expect.stringContaining(JSON.stringify(NAME)),
    };
    await expect(store.read()).rejects.toMatchObject(renamed);
    await expect(store.write(other)).rejects.toMatchObject(renamed);
    expect(stored(box)).toEqual(before);
    expect([...locateInventories(await port.list("/triggers")).ids].sort()).toEqual(
      before.map((object) => String(object.id)).sort(),
    );
    rename(box, to, NAME);
    expect(await read(port)).toEqual(value);
  });

  it("and deleted then is a first run", async () => {
    const box = await sandbox({ devices: 0 });
    const port = await connect(box);
    await (await storeOf(port, OWNER)).write(small);
    rename(box, NAME, "x");
    box.appliance.remove("triggers", box.appliance.find("triggers", "x")?.id ?? -1);
    expect(await read(port)).toBeUndefined();
  });

  it("still tells other owners what is not theirs, with a warning", async () => {
    const box = await sandbox({ devices: 0 });
    const port = await connect(box);
    await (await storeOf(port, OWNER, PART_BYTES)).write(large);
    rename(box, NAME, "x");
    const located = locateInventories(await port.list("/triggers"));
    expect(located.others("another")).toEqual([large]);
    expect(located.warnings("another")).toMatchObject([{ severity: "warning", code: "inventory-renamed" }]);
  });

  it("in a part is read as before, and the part goes with the next write", async () => {
    const box = await sandbox({ devices: 0 });
    const port = await connect(box);
    await (await storeOf(port, OWNER, PART_BYTES)).write(large);
    rename(box, `${NAME} (2)`, "x");
    rename(box, `${NAME} (3)`, "hopsync inventory: b (3)");
    expect(await read(port)).toEqual(large);
    expect(locateInventories(await port.list("/triggers")).ids.size).toBe(stored(box).length);
    await (await storeOf(port, OWNER, PART_BYTES)).write(small);
    expect(stored(box).map(({ name }) => name)).toEqual([NAME]);
  });
});

describe("beside an inventory", () => {
  it("a trigger of the user with such a name is the user's, and keeps a first inventory from being made", async () => {
    const box = await sandbox({ devices: 0 });
    const port = await connect(box);
    const own = {
      name: `hopsync inventory: ${OWNER}`,
      script: "// hopsync inventory, format 1",
      events: ["HTTP_REQUEST"],
    };
    const id = box.appliance.add("triggers", own);
    box.appliance.add("triggers", { ...own, name: "notes", script: "/* hopsync inventory, format 1 */" });
    const located = locateInventories(await port.list("/triggers"));
    expect([...located.ids]).toEqual([]);
    const store = createApplianceStore(port, OWNER, located.own(OWNER));
    await expect(store.read()).rejects.toMatchObject({ code: "inventory-blocked" });
    await expect(store.write(small)).rejects.toMatchObject({ code: "inventory-blocked" });
    await (await storeOf(port, "another")).write({ ...small, owner: "another" });
    expect(box.appliance.get("triggers", id)).toMatchObject(own);
  });

  it("a trigger of the user with the name of a part is left alone", async () => {
    const box = await sandbox({ devices: 0 });
    const port = await connect(box);
    const own = { name: `hopsync inventory: ${OWNER} (2)`, script: "debug(1)", events: ["HTTP_REQUEST"] };
    const id = box.appliance.add("triggers", own);
    await (await storeOf(port, OWNER, PART_BYTES)).write(large);
    await (await storeOf(port, OWNER, PART_BYTES)).write(small);
    expect(await read(port)).toEqual(small);
    expect(box.appliance.get("triggers", id)).toMatchObject(own);
  });

  it("a part of another owner's keeps its name, which an owner can have as well", async () => {
    const box = await sandbox({ devices: 0 });
    const port = await connect(box);
    await (await storeOf(port, OWNER, PART_BYTES)).write(large);
    const before = inventoryObjects(box);
    const store = await storeOf(port, `${OWNER} (2)`);
    await expect(store.read()).rejects.toMatchObject({ code: "inventory-blocked" });
    const written = store.write({ ...small, owner: `${OWNER} (2)` });
    await expect(written).rejects.toMatchObject({ code: "inventory-blocked" });
    expect(inventoryObjects(box)).toEqual(before);
  });

  it("a copy that somebody made under another name is not read and not removed", async () => {
    const box = await sandbox({ devices: 0 });
    const port = await connect(box);
    await (await storeOf(port, OWNER)).write(small);
    const [head] = inventoryObjects(box);
    const copies = [`${head?.name} copy`, "Copy of it"].map((name) => ({
      ...{ name, script: String(head?.script), events: ["SESSION_EXPIRE"] },
    }));
    const ids = copies.map((copy) => box.appliance.add("triggers", copy));
    await (await storeOf(port, OWNER)).write(other);
    expect(await read(port)).toEqual(other);
    expect(ids.map((id) => box.appliance.get("triggers", id))).toMatchObject(copies);
    // Nobody's own trigger: it is neither exported nor matched.
    const located = locateInventories(await port.list("/triggers"));
    expect([...located.ids].sort()).toEqual([String(head?.id), ...ids.map(String)].sort());
    expect(located.others("another")).toEqual([other]);
  });

  it("those of other owners are read, or warned of when damaged, and never touched", async () => {
    const box = await sandbox({ devices: 0 });
    const port = await connect(box);
    const owned = (owner: string): Inventory => ({ ...large, owner });
    for (const owner of ["b (2)", "b", "c", "d"]) {
      await (await storeOf(port, owner, PART_BYTES)).write(owned(owner));
    }
    const find = (name: string): JsonObject | undefined => box.appliance.find("triggers", name);
    const damagedId = Number(find("hopsync inventory: c")?.id);
    box.appliance.edit("triggers", damagedId, { script: "/* hopsync inventory, format 1" });
    const newerHead = find("hopsync inventory: d");
    box.appliance.edit("triggers", Number(newerHead?.id), {
      script: String(newerHead?.script).replace("format 1", "format 9"),
    });
    const foreign = inventoryObjects(box);
    const located = locateInventories(await port.list("/triggers"));
    expect(located.own(OWNER)).toBeUndefined();
    expect(located.others(OWNER)).toEqual([owned("b"), owned("b (2)")]);
    expect(located.others("b")).toEqual([owned("b (2)")]);
    expect(located.warnings(OWNER)).toMatchObject([
      { severity: "warning", code: "inventory-damaged", detail: expect.stringContaining('"c"') },
      { severity: "warning", code: "inventory-newer", detail: expect.stringContaining('"d"') },
    ]);
    expect([...located.ids].sort()).toEqual(foreign.map(({ id }) => String(id)).sort());
    const store = await storeOf(port, OWNER, PART_BYTES);
    await store.write(large);
    await store.write(small);
    expect(inventoryObjects(box).filter(({ name }) => name !== `hopsync inventory: ${OWNER}`)).toEqual(
      foreign,
    );
  });
});
