/** Which kinds of devices the sandbox's network has, how many of each, and what is known of them. */
import type { JsonObject } from "../model.ts";

/** Where a device's name was learned; "none" leaves the default name, made of vendor and MAC address. */
export type NameSource = "dns" | "dhcp" | "netbios" | "cdp" | "none";

export interface Profile {
  readonly role: string;
  /** Of 100 devices. */
  readonly share: number;
  readonly site: Site;
  /** Metric categories of its activity. */
  readonly activity: readonly string[];
  /** Names of vendors with the first half of their MAC addresses. */
  readonly vendors: readonly [Vendor, ...Vendor[]];
  readonly names: NameSource;
  /** Start of its names, which are numbered unless `shared`. */
  readonly prefix: string;
  /** Several devices have the same name, as phones and printers do. */
  readonly shared?: true;
  readonly software?: JsonObject;
  readonly model?: string;
}

export type Vendor = readonly [name: string, oui: string];

export interface Site {
  readonly code: string;
  /** The first two bytes of its IPv4 addresses. */
  readonly network: string;
  /** The first three groups of its IPv6 addresses, where it has any. */
  readonly network6?: string;
  readonly vlan: number;
}

const CORE: Site = { code: "core", network: "10.1", vlan: 1 };
const DATACENTER: Site = { code: "dc", network: "10.20", network6: "2001:db8:20", vlan: 20 };
const OFFICE: Site = { code: "hq", network: "10.30", network6: "2001:db8:30", vlan: 30 };
const CLINIC: Site = { code: "clinic", network: "10.40", vlan: 40 };
const VOICE: Site = { code: "voice", network: "10.50", vlan: 0 };

const VMWARE: Vendor = ["VMware", "00:50:56"];
const DELL: Vendor = ["Dell", "00:14:22"];
const CISCO: Vendor = ["Cisco", "00:1B:0D"];
const HP: Vendor = ["Hewlett Packard", "00:1F:29"];
const APPLE: Vendor = ["Apple", "00:1E:C2"];

function software(id: string, name: string, version: string): JsonObject {
  return { software_type: "OS", name, version, description: null, id };
}

const LINUX = software("ubuntu_20_04", "Ubuntu", "20.04");
const SERVER = software("windows_server_2019", "Windows Server", "2019");
const WINDOWS = software("windows_10", "Windows", "10");
const IOS = software("ios_14", "iOS", "14");

const WEB = ["http_server", "tcp", "ssl_server"];
const CLIENT = ["http_client", "dns_client", "tcp"];
const DIRECTORY = ["ldap_server", "kerberos_server", "dns_server"];

export const PROFILES: readonly Profile[] = [
  {
    role: "http_server",
    share: 18,
    site: DATACENTER,
    activity: WEB,
    vendors: [VMWARE, DELL],
    names: "dns",
    prefix: "web",
    software: LINUX,
  },
  {
    role: "db_server",
    share: 7,
    site: DATACENTER,
    activity: ["db_server", "tcp"],
    vendors: [VMWARE, HP],
    names: "dns",
    prefix: "db",
    software: LINUX,
  },
  {
    role: "file_server",
    share: 4,
    site: DATACENTER,
    activity: ["cifs_server", "nfs_server"],
    vendors: [HP],
    names: "netbios",
    prefix: "FS",
    software: SERVER,
  },
  {
    role: "domain_controller",
    share: 2,
    site: CORE,
    activity: DIRECTORY,
    vendors: [VMWARE],
    names: "netbios",
    prefix: "DC",
    software: SERVER,
  },
  {
    role: "dns_server",
    share: 2,
    site: CORE,
    activity: ["dns_server"],
    vendors: [VMWARE],
    names: "dns",
    prefix: "ns",
    software: LINUX,
  },
  {
    role: "dhcp_server",
    share: 1,
    site: CORE,
    activity: ["dhcp_server"],
    vendors: [VMWARE],
    names: "dns",
    prefix: "dhcp",
    software: LINUX,
  },
  {
    role: "load_balancer",
    share: 2,
    site: DATACENTER,
    activity: WEB,
    vendors: [["F5 Networks", "00:01:D7"]],
    names: "dns",
    prefix: "lb",
  },
  {
    role: "firewall",
    share: 1,
    site: CORE,
    activity: ["tcp"],
    vendors: [["Palo Alto Networks", "00:1B:17"]],
    names: "none",
    prefix: "fw",
  },
  {
    role: "gateway",
    share: 3,
    site: CORE,
    activity: ["net"],
    vendors: [CISCO],
    names: "cdp",
    prefix: "gw",
    model: "cisco_catalyst_3850",
  },
  {
    role: "wifi_ap",
    share: 2,
    site: OFFICE,
    activity: ["net"],
    vendors: [["Aruba Networks", "00:0B:86"]],
    names: "cdp",
    prefix: "ap",
  },
  {
    role: "web_proxy",
    share: 1,
    site: DATACENTER,
    activity: ["http_client", "http_server"],
    vendors: [VMWARE],
    names: "dns",
    prefix: "proxy",
    software: LINUX,
  },
  {
    role: "pc",
    share: 27,
    site: OFFICE,
    activity: CLIENT,
    vendors: [DELL, HP, ["Lenovo", "00:59:07"]],
    names: "netbios",
    prefix: "PC",
    software: WINDOWS,
  },
  {
    role: "mobile_device",
    share: 8,
    site: OFFICE,
    activity: CLIENT,
    vendors: [APPLE],
    names: "dhcp",
    prefix: "iphone",
    shared: true,
    software: IOS,
  },
  {
    role: "printer",
    share: 4,
    site: OFFICE,
    activity: ["tcp"],
    vendors: [HP, ["Xerox", "00:00:AA"]],
    names: "dhcp",
    prefix: "printer-lobby",
    shared: true,
  },
  {
    role: "ip_camera",
    share: 3,
    site: OFFICE,
    activity: ["rtp_source"],
    vendors: [["Axis Communications", "00:40:8C"]],
    names: "none",
    prefix: "cam",
  },
  {
    role: "voip_phone",
    share: 8,
    site: VOICE,
    activity: ["sip_client", "rtp_source"],
    vendors: [["Polycom", "00:04:F2"], CISCO],
    names: "none",
    prefix: "phone",
  },
  {
    role: "medical_device",
    share: 5,
    site: CLINIC,
    activity: ["dicom_client", "hl7_client"],
    vendors: [
      ["GE Healthcare", "00:00:F8"],
      ["Philips", "00:09:FB"],
    ],
    names: "none",
    prefix: "med",
  },
  {
    role: "other",
    share: 2,
    site: CLINIC,
    activity: ["tcp"],
    vendors: [DELL],
    names: "none",
    prefix: "other",
  },
];

/** The profile of devices that a fixed example stands for. */
export function profileOf(role: string): Profile {
  const profile = PROFILES.find((candidate) => candidate.role === role);
  if (profile === undefined) throw new RangeError(`no profile for ${role}`);
  return profile;
}
