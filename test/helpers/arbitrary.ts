/** Arbitrary manifests for property tests, as the YAML (JSON) that a user would write. */
import fc from "fast-check";

type Entry = Readonly<Record<string, unknown>>;

export const NAMES: readonly string[] = ["a", "b", "Web servers", "x/y", "<b>`|", "日本 🏷"];
const name = fc.constantFrom(...NAMES);
const text = fc.constantFrom("", "text", "two\nlines", "é <script> $${x}", "0");
const nullable = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const names = (pool: readonly string[]): fc.Arbitrary<readonly string[]> => fc.subarray([...pool]);

const address = fc.constantFrom("noc@example.com", "NOC@example.com", "a@b.c", "ops+1@example.org");
const mails = fc.uniqueArray(address, { selector: (a) => a.toLowerCase() });

const DEVICES: readonly unknown[] = [
  "pay-gw-01",
  "10.1.0.7",
  "10.20.0.0/28",
  { mac: "00:05:93:FF:FC:28" },
  { discovery_id: "c12vf90qpg290000" },
  { name: "printer-lobby", all: true },
  { ip: "192.0.2.1", optional: true },
];
const FOUND_BY_FILTER = { filter: { field: "role", operator: "=", operand: "gateway" } };

const leaf = fc.constantFrom<Entry>(
  { field: "role", operator: "=", operand: "http_server" },
  { field: "vlan", operator: "=", operand: 20 },
  { field: "is_critical", operator: "=", operand: true },
  { field: "ipaddr", operator: "!=", operand: "10.0.0.0/8" },
  { field: "name", operator: "~", operand: { value: "web.*", is_regex: true } },
  { field: "software", operator: "exists" },
);
const filters = fc.letrec<{ filter: Entry }>((tie) => ({
  filter: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.record({
      operator: fc.constantFrom("and", "or"),
      rules: fc.array(tie("filter"), { minLength: 1, maxLength: 3 }),
    }),
  ),
}));

/** A filter of a device group. */
export const filter: fc.Arbitrary<Entry> = filters.filter;

/** Filters that firmware before 8 can express. */
const olderFilter = fc.constantFrom<Entry>(
  { field: "role", operator: "=", operand: "http_server" },
  { field: "role", operator: "=", operand: "printer" },
  { field: "vlan", operator: "=", operand: 20 },
  { field: "ipaddr", operator: "=", operand: "10.0.0.0/12" },
  { field: "ipaddr", operator: "=", operand: "10.1.0.7" },
  { field: "name", operator: "~", operand: { value: "web.*", is_regex: true } },
  { field: "name", operator: "=", operand: { value: "web.*", is_regex: true } },
  { field: "name", operator: "startswith", operand: "web-" },
  { field: "tag", operator: "=", operand: "no tag of these" },
  { field: "vendor", operator: "=", operand: "x/y <b>`|" },
);

/** What a generation of firmware has. */
export interface Generation {
  /** Filters of groups are trees, and devices are selected by them. */
  readonly filters: boolean;
  readonly detections: boolean;
  /** Triggers have several events, and hints. */
  readonly hints: boolean;
}

const GENERATION_8: Generation = { filters: true, detections: true, hints: true };

function entries(arbitrary: fc.Arbitrary<Entry>, maxLength: number): fc.Arbitrary<readonly Entry[]> {
  const absent = name.map((n): Entry => ({ name: n, lifecycle: { state: "absent" } }));
  const any = fc.oneof({ arbitrary, weight: 4 }, { arbitrary: absent, weight: 1 });
  return fc.uniqueArray(any, { selector: (entry) => entry.name, maxLength });
}

type Fields = Readonly<Record<string, fc.Arbitrary<unknown>>>;

function partial(required: Fields, optional: Fields): fc.Arbitrary<Entry> {
  return fc
    .tuple(name, fc.record(required), fc.record(optional, { requiredKeys: [] }))
    .map(([n, must, may]) => ({ name: n, ...must, ...may }));
}

const tag = (devices: fc.Arbitrary<unknown>) => partial({}, { devices });

const deviceGroup = (devices: fc.Arbitrary<unknown>, filter: fc.Arbitrary<Entry>) =>
  fc.oneof(
    partial({ filter }, { description: nullable(text), include_custom_devices: fc.boolean() }),
    partial({ devices }, { description: text }),
    partial({ field: fc.constantFrom("name", "type"), value: fc.constantFrom("web", "/^db/") }, {}),
  );

const emailGroup = partial({ email_addresses: mails }, { system_notifications: fc.boolean() });

const interval = fc.oneof(
  partial(
    {
      interval_type: fc.constant("daily"),
      start: fc.nat(40_000),
      end: fc.integer({ min: 40_001, max: 86_400 }),
    },
    {
      description: nullable(text),
      author: nullable(text),
      alert_apply_all: fc.boolean(),
      trend_apply_all: fc.boolean(),
    },
  ),
  partial(
    {
      interval_type: fc.constant("onetime"),
      start: fc.constant("2027-01-01T00:00:00Z"),
      end: fc.constant(1_900_000_000),
    },
    {},
  ),
);

const operand = fc.oneof(
  fc.integer({ min: -1000, max: 1_000_000 }),
  fc.constantFrom(".05", "0.050", "5e-2", "1.", "-0.0", "100"),
);

const shared = (devices: fc.Arbitrary<unknown>) => ({
  description: nullable(text),
  author: nullable(text),
  disabled: fc.boolean(),
  apply_all: fc.boolean(),
  severity: fc.constantFrom<unknown>(0, 7, "critical", "debug"),
  refire_interval: fc.constantFrom<unknown>(300, "1h", "14400s"),
  notify_snmp: fc.boolean(),
  cc: mails,
  devices,
  networks: names(["Capture 00:50:56:83:40:D5", "Core span"]),
  applications: names(["Online Shop", "All Activity"]),
});

const threshold = (devices: fc.Arbitrary<unknown>) =>
  partial(
    {
      type: fc.constant("threshold"),
      stat_name: fc.constantFrom("extrahop.device.tcp", "extrahop.device.http_server"),
      field_name: fc.constantFrom("rsp", "bytes"),
      operator: fc.constantFrom("==", ">", "<", ">=", "<="),
      operand,
    },
    {
      ...shared(devices),
      field_name2: nullable(text),
      field_op: fc.constantFrom(null, "null"),
      units: fc.constantFrom("none", "period", "1 sec", "1 min", "1 hr"),
      interval_length: fc.constantFrom<unknown>(30, "5m", "1800s"),
      param: nullable(fc.constantFrom({}, { dset_param: "median" })),
      param2: nullable(fc.constantFrom({}, { dset_param: "max" })),
    },
  );

const detection = (devices: fc.Arbitrary<unknown>) =>
  partial(
    { type: fc.constant("detection") },
    {
      ...shared(devices),
      object_type: fc.constantFrom("application", "device"),
      protocols: names(["udp", "dns", "http"]),
      categories: names(["sec.lateral", "sec.exfil"]),
    },
  );

const EVENTS = ["HTTP_REQUEST", "TCP_PAYLOAD", "UDP_PAYLOAD"];

const trigger = (devices: fc.Arbitrary<unknown>, several: boolean) =>
  partial(
    {
      events: fc.uniqueArray(fc.constantFrom(...EVENTS), { minLength: 1, maxLength: several ? 3 : 1 }),
      script: fc.constantFrom("debug(1);", "a\r\nb\n", "`${x}` </script>\n\n", "// 🏷"),
    },
    {
      description: nullable(text),
      author: nullable(text),
      disabled: fc.boolean(),
      debug: fc.boolean(),
      apply_all: fc.boolean(),
      hints: !several
        ? fc.constant({ snaplen: null })
        : fc.record(
            {
              snaplen: nullable(fc.integer({ min: 0, max: 65_535 })),
              payloadBytes: nullable(fc.nat(4096)),
              flowUdpAll: nullable(fc.boolean()),
              flowServerString: nullable(fc.constantFrom("HTTP", "x")),
              flowClientBytes: fc.integer({ min: 1, max: 4096 }),
            },
            { requiredKeys: [] },
          ),
      devices,
    },
  );

/** Relations by name: chosen among what the manifest declares as present. */
function linked(
  list: readonly Entry[],
  relation: string,
  pool: readonly Entry[],
  pick: number,
): readonly Entry[] {
  const present = pool.filter((entry) => entry.lifecycle === undefined).map((entry) => entry.name);
  return list.map((entry, i) => {
    const chosen = present.filter((_, k) => ((pick >> ((i + k) % 16)) & 1) === 1);
    return entry.lifecycle === undefined && (pick + i) % 3 !== 0 ? { ...entry, [relation]: chosen } : entry;
  });
}

/**
 * A valid manifest of version 1 over all kinds, with so many entries of each at most; names come from a
 * small pool, so that two manifests meet.
 */
export function manifestsUpTo(most: number, generation: Generation = GENERATION_8): fc.Arbitrary<Entry> {
  const selectors = fc.constantFrom(...DEVICES, ...(generation.filters ? [FOUND_BY_FILTER] : []));
  const devices = fc.uniqueArray(selectors, { maxLength: 3 });
  const alerts = generation.detections
    ? fc.oneof(threshold(devices), detection(devices))
    : threshold(devices);
  return fc
    .record({
      tags: entries(tag(devices), most),
      device_groups: entries(deviceGroup(devices, generation.filters ? filter : olderFilter), most),
      email_groups: entries(emailGroup, most),
      exclusion_intervals: entries(interval, most),
      alerts: entries(alerts, most),
      triggers: entries(trigger(devices, generation.hints), most),
      pick: fc.nat(65_535),
    })
    .map(({ pick, alerts, triggers, ...rest }) => {
      const grouped = linked(alerts, "device_groups", rest.device_groups, pick);
      const mailed = linked(grouped, "email_groups", rest.email_groups, pick + 1);
      return {
        version: 1,
        ...rest,
        alerts: linked(mailed, "exclusion_intervals", rest.exclusion_intervals, pick + 2),
        triggers: linked(triggers, "device_groups", rest.device_groups, pick + 3),
      };
    });
}

export const arbitraryManifest: fc.Arbitrary<Entry> = manifestsUpTo(4);
