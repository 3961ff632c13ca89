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
  return (
    1 + // the target
    sections +
    1 + // applications, in pages
    batches(literals) +
    batches(byId.length) +
    networks.reduce((sum, text) => sum + pagesOf(JSON.parse(text), devices), 0) +
    declaring("tags", "devices") +
    declaring("device_groups", "devices") +
    declaring("triggers", "devices") +
    declaring("alerts", "devices") +
    Math.min(declaring("triggers", "device_groups"), groups) +
    Math.min(declaring("alerts", "device_groups"), groups) +
    declaring("alerts", "email_groups") +
    declaring("alerts", "exclusion_intervals") +
    Math.min(declaring("alerts", "applications"), applications)
  );
}

/** A page of a hundred may have been cut, so one more is asked for. */
function pagesOf(network, devices) {
  const prefix = network.replace(/\d+\/24$/, "");
  const found = devices.filter(({ ipaddr4 }) => ipaddr4?.startsWith(prefix)).length;
  return found < 100 ? 1 : 2;
}
