/** The inventory over a network that loses answers: one inventory in the end, and never another run's. */
import { describe, expect, it, onTestFinished } from "vitest";
import { readConnection } from "../../src/appliance/connection.ts";
import { createAppliance } from "../../src/appliance/http.ts";
import type { Inventory } from "../../src/model.ts";
import type { Fault, FaultEffect } from "../../src/sandbox/faults.ts";
import type { Quirks } from "../../src/sandbox/quirks.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { inventoryObjects, storeOf } from "./appliance.ts";
import { entry, inventory, manyEntries } from "./inventories.ts";

const OWNER = "network-team";
const small = inventory([entry("alert/HTTP errors")]);
const other = inventory([entry("alert/other")]);
const large = inventory(manyEntries(80, 1));
const PART_BYTES = 3000;

async function setup(faults: readonly Fault[], quirks: Partial<Quirks> = {}) {
  const box = await sandbox({ devices: 0, faults, quirks });
  const connection = await readConnection({ host: box.url, apiKey: box.apiKey });
  const port = createAppliance(connection, { userAgent: "test", sleep: async () => undefined });
  onTestFinished(() => port.close());
  const heads = () => inventoryObjects(box).filter(({ name }) => name === `hopsync inventory: ${OWNER}`);
  const stored = async () => (await storeOf(port, OWNER, PART_BYTES)).read();
  return { box, port, heads, stored };
}

const post = (nth: number, when: Fault["when"], effect: FaultEffect): Fault => ({
  method: "POST",
  path: "/triggers$",
  nth,
  when,
  effect,
});

describe.each(["refuse", "accept"] as const)("where names that are taken are %sd", (duplicateNames) => {
  const writes: readonly (readonly [string, Inventory, number])[] = [
    ["a first inventory", small, 1],
    ["a part", large, 2],
    ["the head of several parts", large, 0],
  ];

  it.each(writes)("the lost create of %s leads to one inventory", async (_name, value, nth) => {
    const parts = (await wholeWrite(value)).length;
    for (const when of ["before", "after"] as const) {
      for (const effect of ["reset", { status: 503 }] as const) {
        const { port, heads, stored, box } = await setup([post(nth || parts, when, effect)], {
          duplicateNames,
        });
        await (await storeOf(port, OWNER, PART_BYTES)).write(value);
        expect([when, effect, heads().length, await stored()]).toEqual([when, effect, 1, value]);
        expect(inventoryObjects(box)).toHaveLength(parts);
      }
    }
  });

  it.each([1, 3, 4, 6])("so does one that is listed only after %i reads", async (listLag) => {
    const { port, heads, stored } = await setup([post(1, "after", "reset")], { duplicateNames, listLag });
    const written = await (await storeOf(port, OWNER)).write(small).then(
      () => "written",
      () => "not written",
    );
    if (written === "not written") await (await storeOf(port, OWNER)).write(small).catch(() => undefined);
    for (let i = 0; i < listLag; i += 1) await port.list("/triggers");
    await (await storeOf(port, OWNER)).write(other);
    expect([heads().length, await stored()]).toEqual([1, other]);
  });
});

/** What one write leaves on an appliance. */
async function wholeWrite(value: Inventory) {
  const { port, box } = await setup([]);
  await (await storeOf(port, OWNER, PART_BYTES)).write(value);
  return inventoryObjects(box);
}

it("a lost create is not taken for that of another run that has just begun", async () => {
  const { port, heads, stored } = await setup([post(2, "before", "reset")]);
  const [theirs, ours] = [await storeOf(port, OWNER), await storeOf(port, OWNER)];
  await theirs.write(other);
  await expect(ours.write(small)).rejects.toMatchObject({ unknownOutcome: true });
  expect([heads().length, await stored()]).toEqual([1, other]);
});

it("a switch whose answer is lost is sent again", async () => {
  const patch: Fault = { method: "PATCH", nth: 1, when: "after", effect: "reset" };
  const { port, heads, stored, box } = await setup([patch]);
  const store = await storeOf(port, OWNER);
  await store.write(small);
  await store.write(other);
  expect([heads().length, await stored()]).toEqual([1, other]);
  expect(box.requests().filter(({ method }) => method === "PATCH")).toHaveLength(2);
});
