import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFileStore } from "../../src/inventory/file-store.ts";
import type { InventoryStore } from "../../src/inventory/store.ts";
import { digest } from "../../src/json.ts";
import type { Inventory, Json } from "../../src/model.ts";
import { folder } from "../helpers/folder.ts";
import { arbitraryInventory, entry, inventory } from "./inventories.ts";

const sample = inventory([entry("alert/a"), entry("tag/b", { id: null })]);
const OWNER = sample.owner;

const storeOf = (path: string, root: string, owner = OWNER, target = "hq"): InventoryStore =>
  createFileStore({ path, root, owner, target });

/** A root whose state/hq.json holds the sample. */
async function written(): Promise<string> {
  const root = folder();
  await storeOf("state/hq.json", root).write(sample);
  return root;
}

const read = (root: string, path = "state/hq.json", owner = OWNER): Promise<Inventory | undefined> =>
  storeOf(path, root, owner).read();

describe("an inventory file", () => {
  it("that does not exist is a first run", async () => {
    expect(await read(folder())).toBeUndefined();
  });

  it("gives back what was written, over what was there", async () => {
    const root = folder();
    await fc.assert(
      fc.asyncProperty(arbitraryInventory, async (any) => {
        await storeOf("a.json", root, any.owner).write(any);
        expect(await read(root, "a.json", any.owner)).toEqual(any);
      }),
      { numRuns: 50 },
    );
    expect(readdirSync(root)).toEqual(["a.json"]);
  });

  it("shows in a repository what changed, and belongs to its user alone", async () => {
    const root = await written();
    const text = readFileSync(join(root, "state/hq.json"), "utf8");
    const { checksum, ...rest } = JSON.parse(text) as Record<string, Json>;
    expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, 2)}\n`);
    expect(checksum).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(rest).toMatchObject({
      format: 1,
      owner: OWNER,
      about: expect.stringContaining("hopsync inventory"),
    });
    expect(statSync(join(root, "state/hq.json")).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(root, "state"))).toEqual(["hq.json"]);
  });

  it("is the same text for the same inventory, and not written again then", async () => {
    const root = await written();
    const before = statSync(join(root, "state/hq.json"));
    const turned = Object.fromEntries(Object.entries(sample.entries[0]?.fields ?? {}).reverse());
    const same = inventory([entry("alert/a", { fields: turned }), ...sample.entries.slice(1)]);
    await storeOf("state/hq.json", root).write(same);
    expect(statSync(join(root, "state/hq.json")).ino).toBe(before.ino);
  });

  it("may have other line ends, as Git makes them", async () => {
    const root = await written();
    const path = join(root, "state/hq.json");
    writeFileSync(path, readFileSync(path, "utf8").replaceAll("\n", "\r\n"));
    expect(await read(root)).toEqual(sample);
  });
});

describe("an inventory file that cannot be trusted", () => {
  const conflict = (text: string): string => `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> main\n`;
  it.each<[string, (text: string) => string]>([
    ["empty", () => ""],
    ["cut off", (text) => text.slice(0, -20)],
    ["edited by hand", (text) => text.replace('"16"', '"17"')],
    ["merged with markers", conflict],
    ["a list", () => "[]"],
    ["without its checksum", (text) => text.replace(/,\s*"checksum": "[^"]*"/, "")],
  ])("is damaged: %s", async (_, change) => {
    const root = await written();
    const path = join(root, "state/hq.json");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, change(text));
    expect(readFileSync(path, "utf8")).not.toBe(text);
    await expect(read(root)).rejects.toMatchObject({
      code: "inventory-damaged",
      message: expect.stringContaining("state/hq.json"),
      hint: expect.stringContaining("hopsync inventory repair"),
    });
  });

  it("is not ours when another owner's stands in its place, damaged or not", async () => {
    const root = await written();
    await expect(read(root, "state/hq.json", "other")).rejects.toMatchObject({
      code: "inventory-other-owner",
    });
    writeFileSync(join(root, "a.json"), JSON.stringify({ format: 1, owner: OWNER }));
    await expect(read(root, "a.json", "other")).rejects.toMatchObject({ code: "inventory-other-owner" });
  });

  it("is of a newer hopsync by its format alone", async () => {
    const root = folder({ "a.json": '{"format": 2}' });
    await expect(read(root, "a.json")).rejects.toMatchObject({ code: "inventory-newer" });
  });

  it("is read as strictly as any other where its checksum fits", async () => {
    const form = { format: 1, owner: OWNER, salt: "00", applied_at: null, entries: [{ address: "tag/a" }] };
    const root = folder({ "a.json": JSON.stringify({ ...form, checksum: digest(form) }) });
    await expect(read(root, "a.json")).rejects.toMatchObject({ code: "inventory-damaged" });
  });

  it("is not used for another owner's inventory", async () => {
    await expect(storeOf("a.json", folder(), "other").write(sample)).rejects.toThrow(TypeError);
  });
});

describe("an inventory file of another appliance", () => {
  const branch = (root: string): InventoryStore => storeOf("state/hq.json", root, OWNER, "branch");
  const otherTarget = {
    code: "inventory-other-target",
    message: expect.stringMatching(/applied to hq.*this run is for branch/),
  };

  it("is neither read nor written over", async () => {
    const root = await written();
    await expect(branch(root).read()).rejects.toMatchObject(otherTarget);
    await expect(branch(root).write(sample)).rejects.toMatchObject(otherTarget);
    expect(await read(root)).toEqual(sample);
  });

  it("is not written over where both have found none", async () => {
    const root = folder();
    const late = branch(root);
    expect(await late.read()).toBeUndefined();
    await storeOf("state/hq.json", root).write(sample);
    await expect(late.write(sample)).rejects.toMatchObject(otherTarget);
  });

  it("is one of two that are written at once", async () => {
    const root = folder();
    const writes = [storeOf("state/hq.json", root).write(sample), branch(root).write(sample)];
    const ends = await Promise.allSettled(writes);
    expect(ends).toMatchObject([{ status: "fulfilled" }, { status: "rejected", reason: otherTarget }]);
  });

  it("can be given its new name by hand, and is this one's where it names none", async () => {
    const root = await written();
    const file = join(root, "state/hq.json");
    const { target, ...rest } = JSON.parse(readFileSync(file, "utf8")) as Record<string, Json>;
    expect(target).toBe("hq");
    writeFileSync(file, JSON.stringify({ ...rest, target: "branch" }));
    expect(await branch(root).read()).toEqual(sample);
    writeFileSync(file, JSON.stringify(rest));
    expect(await branch(root).read()).toEqual(sample);
  });
});

describe("the path of an inventory file", () => {
  it.each([
    "",
    ".",
    "..",
    "../a.json",
    "x/../../a.json",
    "/etc/a.json",
    "a\0.json",
    "sub",
    "file.txt/a.json",
  ])("is refused: %j", async (path) => {
    const root = join(folder({ "root/sub/x": "", "root/file.txt": "" }), "root");
    const store = storeOf(path, root);
    await expect(store.read()).rejects.toMatchObject({ code: "inventory-file" });
    await expect(store.write(sample)).rejects.toMatchObject({ code: "inventory-file" });
    expect(readdirSync(join(root, ".."))).toEqual(["root"]);
    expect(readdirSync(root).sort()).toEqual(["file.txt", "sub"]);
  });

  it.each([
    ["a folder outside", "../outside", "link/a.json"],
    ["a file outside", "../outside/x", "link"],
    ["nothing", "../nothing", "link"],
    ["nothing, as a folder", "../nothing", "link/a.json"],
  ])("is refused where a link in it leads to %s", async (_, target, path) => {
    const base = folder({ "root/x": "", "outside/x": "kept" });
    symlinkSync(target, join(base, "root/link"));
    const store = storeOf(path, join(base, "root"));
    await expect(store.read()).rejects.toMatchObject({ code: "inventory-file" });
    await expect(store.write(sample)).rejects.toMatchObject({ code: "inventory-file" });
    expect(readFileSync(join(base, "outside/x"), "utf8")).toBe("kept");
    expect(readdirSync(base).sort()).toEqual(["outside", "root"]);
  });

  it("may be a link inside the root, which stays one", async () => {
    const root = folder({ "real/old.json": "" });
    symlinkSync("real/new.json", join(root, "dangling.json"));
    mkdirSync(join(root, "folder"));
    symlinkSync("../real", join(root, "folder/link"));
    await storeOf("folder/link/a.json", root).write(sample);
    symlinkSync("real/a.json", join(root, "a.json"));
    await storeOf("a.json", root).write({ ...sample, appliedAt: 1 });
    expect(lstatSync(join(root, "a.json")).isSymbolicLink()).toBe(true);
    expect(await read(root, "real/a.json")).toEqual({ ...sample, appliedAt: 1 });
  });
});
