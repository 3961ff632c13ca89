/** The kinds against the guide: fields copied by hand from the request bodies of guide 8.7. */
import { describe, expect, it } from "vitest";
import { kinds } from "../../src/kinds/index.ts";

const GUIDE: Readonly<
  Record<string, { readonly path: string; readonly fields: string; readonly relations: string }>
> = {
  tags: { path: "/tags", fields: "", relations: "devices" },
  device_groups: {
    path: "/devicegroups",
    // editors is the Swagger's, of 9.8.
    fields: "description editors field filter include_custom_devices value",
    relations: "devices",
  },
  email_groups: { path: "/emailgroups", fields: "email_addresses system_notifications", relations: "" },
  exclusion_intervals: {
    path: "/exclusionintervals",
    fields: "alert_apply_all author description end interval_type start trend_apply_all",
    relations: "",
  },
  alerts: {
    path: "/alerts",
    fields:
      "apply_all author categories cc description disabled field_name field_name2 field_op interval_length notify_snmp object_type operand operator param param2 protocols refire_interval severity stat_name type units",
    relations: "applications devicegroups devices emailgroups exclusionintervals networks",
  },
  triggers: {
    path: "/triggers",
    fields: "apply_all author debug description disabled event events hints script",
    relations: "devicegroups devices",
  },
};

describe("every kind", () => {
  it("is one of the guide's resources, and none is missing", () => {
    expect(kinds.map((kind) => kind.section).sort()).toEqual(Object.keys(GUIDE).sort());
  });

  it.each(kinds.map((kind) => [kind.section, kind] as const))(
    "%s has each writable field and relation",
    (section, kind) => {
      expect(kind.path).toBe(GUIDE[section]?.path);
      expect(Object.keys(kind.fields).sort().join(" ")).toBe(GUIDE[section]?.fields);
      expect(
        Object.values(kind.relations)
          .map((r) => r.path)
          .sort()
          .join(" "),
      ).toBe(GUIDE[section]?.relations);
    },
  );

  it("describes each field and relation in a sentence", () => {
    const docs = kinds.flatMap((k) =>
      [...Object.values(k.fields), ...Object.values(k.relations)].map(({ doc }) => doc),
    );
    expect(docs.filter((doc) => !/^[A-Z`].{10,}\.$/.test(doc))).toEqual([]);
  });
});
