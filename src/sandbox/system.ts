/**
 * What the appliance says about itself and the sensors of its console (guide 8.7 "ExtraHop", "Node" and
 * "Appliance"; shapes from the Swagger's `extrahop_*`, `Node` and `Appliance`).
 */
import type { JsonObject } from "../model.ts";
import { found, notFound } from "./answer.ts";
import type { Context, Handler } from "./context.ts";
import { nodesOf, platformName, SENSOR, type SensorNode } from "./platforms.ts";

/** When the sensors were connected. */
const ADDED = Date.UTC(2025, 0, 15);

export const readSystem: Handler = ({ generation, platform, hostname }) =>
  found({
    version: generation.version,
    platform: platformName(platform, generation),
    hostname,
    mgmt_ipaddr: "10.1.0.2",
    display_host: hostname,
    external_hostname: null,
  });

export const readVersion: Handler = ({ generation }) => found({ version: generation.version });

export const readPlatform: Handler = ({ generation, platform }) =>
  found({ platform: platformName(platform, generation) });

export const readEdition: Handler = () => found({ edition: "Enterprise" });

/** GET /nodes: the sensors of a console; a sensor has none. */
export const listNodes: Handler = (context) => found(nodesOf(context.platform).map(nodeObject(context)));

export const readNode: Handler = (context, { ids }) => {
  const node = nodesOf(context.platform).find(({ id }) => id === ids[0]);
  if (node === undefined) throw notFound();
  return found(nodeObject(context)(node));
};

/** A friendly name is a nickname that somebody gave; the sensor's host name stands beside it. */
function nodeObject({ generation }: Context): (node: SensorNode) => JsonObject {
  return ({ id, uuid, hostname, name }) => ({
    id,
    uuid,
    hostname,
    display_name: name,
    nickname: name,
    firmware_version: generation.version,
    license_status: "Nominal",
    product_key: `SANDBOX-${id}`,
    status_code: "ONLINE",
    status_message: "Online",
    enabled: true,
    ntp_sync: true,
    time_offset: 0,
    add_time: ADDED,
    time_added: ADDED,
  });
}

/** GET /appliances: what is connected and, on 9.8, the appliance itself as id 0. */
export const listAppliances: Handler = (context) => found(appliances(context));

export const readAppliance: Handler = (context, { ids }) => {
  const appliance = appliances(context).find(({ id }) => id === ids[0]);
  if (appliance === undefined) throw notFound();
  return found(appliance);
};

function appliances(context: Context): readonly JsonObject[] {
  const { generation, platform, hostname } = context;
  const own = { ...SENSOR, id: 0, hostname, name: hostname };
  const local = applianceObject(context, own, {
    connection_type: "local",
    platform: platformName(platform, generation),
    managed_by_local: false,
  });
  const sensors = nodesOf(platform).map((node) =>
    applianceObject(context, node, {
      connection_type: "direct",
      platform: "discover",
      managed_by_local: true,
    }),
  );
  return generation.localAppliance ? [local, ...sensors] : sensors;
}

function applianceObject(
  { generation }: Context,
  { id, uuid, hostname, name }: SensorNode,
  place: JsonObject,
): JsonObject {
  return {
    id,
    uuid,
    hostname,
    display_name: name,
    nickname: name,
    ...place,
    manages_local: false,
    data_access: true,
    fingerprint: null,
    firmware_version: generation.version,
    license_status: "Nominal",
    status_message: "Online",
    add_time: ADDED,
    sync_time: null,
    advanced_analysis_capacity: 10_000,
    total_capacity: 60_000,
    analysis_levels_managed: false,
  };
}
