/** What the appliance says about itself (guide 8.7 "ExtraHop"; shapes from the Swagger's `extrahop_*`). */
import { found } from "./answer.ts";
import type { Handler } from "./context.ts";

export const readSystem: Handler = ({ generation, hostname }) =>
  found({
    version: generation.version,
    platform: generation.sensor,
    hostname,
    mgmt_ipaddr: "10.1.0.2",
    display_host: hostname,
    external_hostname: null,
  });

export const readVersion: Handler = ({ generation }) => found({ version: generation.version });

export const readPlatform: Handler = ({ generation }) => found({ platform: generation.sensor });

export const readEdition: Handler = () => found({ edition: "Enterprise" });
