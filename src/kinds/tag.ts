/** Tags (guide 8.7 "Tag"): a name, and the devices that carry it. */
import type { Kind } from "./kind.ts";

export const tag: Kind = {
  kind: "tag",
  section: "tags",
  noun: "a tag",
  path: "/tags",
  nameField: "name",
  fields: {},
  relations: {
    devices: { doc: "The devices that carry the tag; the whole set.", to: "device", path: "devices" },
  },
  builtIn: () => false,
  builtInDeclarable: true,
};
