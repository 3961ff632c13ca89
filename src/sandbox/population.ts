/** A new appliance: devices, what is built in, and a little history. The same options give the same value. */
import { HopsyncError } from "../errors.ts";
import type { JsonObject } from "../model.ts";
import {
  builtInAlerts,
  builtInApplications,
  builtInGroups,
  builtInNetworks,
  builtInTriggers,
  DEFAULT_EMAIL_GROUP,
} from "./built-ins.ts";
import { populateDevices } from "./device-population.ts";
import type { Generation } from "./generations.ts";
import type { SensorNode } from "./platforms.ts";
import type { AuditEntry, Contents } from "./state.ts";

export interface PopulationOptions {
  readonly generation: Generation;
  readonly seed: number;
  readonly devices: number;
  /** The clock that discovery and activity are relative to. */
  readonly now: number;
  /** The sensors of a console; none on a sensor. */
  readonly nodes: readonly SensorNode[];
  /** Devices have ids as the first sensor of a console would give them. */
  readonly wideIds: boolean;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** User-created groups of the guide's examples have ids from here. */
const FIRST_GROUP_ID = 151;

/** A console's share of one sensor, by its node. */
const WIDE: readonly number[] = [6];

/** As many as the addresses of one site can number. */
const MOST_DEVICES = 60_000;

export function populate(options: PopulationOptions): Contents {
  const { generation, seed, devices: count, now, nodes } = options;
  if (!Number.isSafeInteger(count) || count < 0 || count > MOST_DEVICES) {
    throw new HopsyncError("sandbox-devices", `The sandbox cannot have ${count} devices.`, {
      hint: `Choose a number from 0 to ${MOST_DEVICES}.`,
    });
  }
  const installed = now - 400 * DAY;
  const { devices, software } = populateDevices({ seed, count, now, nodes: numbersOf(options) });
  const [alerts, triggers] = [builtInAlerts(installed, generation), builtInTriggers(installed, generation)];
  const ids = (objects: readonly { readonly id: number }[]): readonly number[] => objects.map(({ id }) => id);
  return {
    collections: {
      tags: [],
      alerts,
      triggers,
      devicegroups: builtInGroups(installed, generation),
      emailgroups: [DEFAULT_EMAIL_GROUP],
      exclusionintervals: [],
      networks: builtInNetworks(installed, nodes),
      applications: builtInApplications(installed, nodes),
      devices,
    },
    links: {},
    builtIn: { alerts: ids(alerts), triggers: ids(triggers), emailgroups: [DEFAULT_EMAIL_GROUP.id] },
    nextIds: { devicegroups: FIRST_GROUP_ID },
    software,
    auditLog: history(now),
  };
}

/** The nodes that devices are found by. */
function numbersOf({ nodes, wideIds }: PopulationOptions): readonly number[] {
  const ids = nodes.map(({ id }) => id);
  return ids.length === 0 && wideIds ? WIDE : ids;
}

/** Newest first. */
function history(now: number): readonly AuditEntry[] {
  const past: readonly (readonly [hours: number, body: JsonObject])[] = [
    [3, { user: "admin", operation: "Login", details: "Logged in from 10.30.1.24", facility: "Web UI" }],
    [26, { user: "admin", operation: "Logout", details: "Logged out", facility: "Web UI" }],
    [27, { user: "admin", operation: "Modify", details: "running config saved", facility: "Administration" }],
    [28, { user: "admin", operation: "Login", details: "Logged in from 10.30.1.24", facility: "Web UI" }],
    [
      9600,
      { user: "setup", operation: "Login", details: "Logged in from 10.1.0.6", facility: "Administration" },
    ],
  ];
  return past.map(([hours, body], i) => {
    const time = now - hours * HOUR;
    return { id: past.length - i, occur_time: time, time: new Date(time).toISOString(), body };
  });
}
