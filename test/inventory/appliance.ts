/** A port to a sandbox, stores over it, and a port whose process is killed. */
import { onTestFinished } from "vitest";
import { readConnection } from "../../src/appliance/connection.ts";
import { createAppliance } from "../../src/appliance/http.ts";
import type { AppliancePort } from "../../src/appliance/port.ts";
import { createApplianceStore, locateInventories } from "../../src/inventory/appliance-store.ts";
import { readLocated } from "../../src/inventory/parts.ts";
import type { InventoryStore } from "../../src/inventory/store.ts";
import type { Inventory, JsonObject } from "../../src/model.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";

export async function connect(box: Sandbox): Promise<AppliancePort> {
  const connection = await readConnection({ host: box.url, apiKey: box.apiKey });
  const port = createAppliance(connection, { userAgent: "test" });
  onTestFinished(() => port.close());
  return port;
}

/** A store as a new run makes it: from the list. */
export async function storeOf(
  port: AppliancePort,
  owner: string,
  partBytes?: number,
): Promise<InventoryStore> {
  const located = locateInventories(await port.list("/triggers")).own(owner);
  return createApplianceStore(port, owner, located, {
    pause: async () => {},
    ...(partBytes === undefined ? {} : { partBytes }),
  });
}

/** What an owner's inventory on the appliance says. */
export function storedInventory(box: Sandbox, owner: string): Inventory | undefined {
  const located = locateInventories(box.appliance.list("triggers")).own(owner);
  return located === undefined ? undefined : readLocated(located);
}

/** What the appliance's own web interface shows of inventories, by id. */
export function inventoryObjects(box: Sandbox): readonly JsonObject[] {
  return box.appliance
    .list("triggers")
    .filter(({ name }) => String(name).startsWith("hopsync inventory: "))
    .sort((a, b) => Number(a.id) - Number(b.id));
}

/** Whether a trigger of this name is an inventory or a lease. */
export function isOwnName(name: string): boolean {
  return /^hopsync (inventory|lease): /.test(name);
}

/** The same, and leases. */
export function ownObjects(box: Sandbox): readonly JsonObject[] {
  return box.appliance.list("triggers").filter(({ name }) => isOwnName(String(name)));
}

/**
 * A port whose process ends with its nth write: before it is sent, or after the appliance has carried it
 * out. Nothing works afterwards.
 */
export function kill(
  port: AppliancePort,
  nth: number,
  carriedOut: boolean,
): { readonly port: AppliancePort; readonly killed: () => boolean } {
  let count = 0;
  let killed = false;
  const guard = async <T>(isWrite: boolean, send: () => Promise<T>): Promise<T> => {
    if (isWrite) count += 1;
    if (!killed && isWrite && count === nth) {
      killed = true;
      if (carriedOut) await send();
    }
    if (killed) throw new Error("killed");
    return send();
  };
  return {
    port: {
      ...port,
      list: (path, query) => guard(false, () => port.list(path, query)),
      create: (path, body) => guard(true, () => port.create(path, body)),
      patch: (path, body) => guard(true, () => port.patch(path, body)),
      remove: (path) => guard(true, () => port.remove(path)),
      assign: (path, body) => guard(true, () => port.assign(path, body)),
    },
    killed: () => killed,
  };
}
