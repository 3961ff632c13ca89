// The fewest requests that decide a clean plan, computed from the manifest alone and from no code of hopsync
// (why nothing less decides it: src/reconcile/snapshot.ts).

/** Literals in one search: its answer is then shorter than a page that the appliance may have cut. */
const BATCH = 99;

/** Over an appliance with these devices and so many groups and applications. */
export function leastRequests(manifest, { devices, groups, applications }) {
  const entries = Object.values(manifest).flat();
  const declaring = (section, relation) =>
    manifest[section].filter((entry) => entry[relation] !== undefined).length;
  const selectors = new Set(
    entries.flatMap(({ devices: list = [] }) => list.map((one) => JSON.stringify(one))),
  );
  const networks = [...selectors].filter((text) => text.includes("/"));
  const byId = [...selectors].filter((text) => text.startsWith("{"));
  const literals = selectors.size - networks.length - byId.length;
  const batches = (count) => Math.ceil(count / BATCH);
  const sections = Object.keys(manifest).length;
  const members = manifest.device_groups.flatMap(({ devices: list }) => (list === undefined ? [] : [list]));
  return (
    1 + // the target
    sections +
    1 + // applications, in pages
    batches(literals) +
    batches(byId.length) +
    sumOf(networks, (text) => pagesOf(countFound([JSON.parse(text)], devices))) +
    declaring("tags", "devices") +
    sumOf(members, (list) => pagesOf(countFound(list, devices))) +
    declaring("triggers", "devices") +
    declaring("alerts", "devices") +
    Math.min(declaring("triggers", "device_groups"), groups) +
    Math.min(declaring("alerts", "device_groups"), groups) +
    declaring("alerts", "email_groups") +
    declaring("alerts", "exclusion_intervals") +
    Math.min(declaring("alerts", "applications"), applications)
  );
}

function sumOf(list, number) {
  return list.reduce((sum, item) => sum + number(item), 0);
}

/** Pages that a list of so many takes: one of a hundred or more may have been cut, so another one is asked for. */
function pagesOf(count) {
  return count < 100 ? 1 : 1 + Math.ceil(count / 1000);
}

/** How many devices selectors of these find in all. */
function countFound(selectors, devices) {
  const prefixes = selectors.filter(isNetwork).map((network) => network.replace(/\d+\/24$/, ""));
  const named = new Set(selectors.map((selector) => selector.discovery_id ?? selector));
  return devices.filter(
    ({ ipaddr4, discovery_id: id }) =>
      named.has(ipaddr4) || named.has(id) || prefixes.some((prefix) => ipaddr4?.startsWith(prefix)),
  ).length;
}

function isNetwork(selector) {
  return typeof selector === "string" && selector.includes("/");
}
