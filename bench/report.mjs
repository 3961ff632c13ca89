// Numbers of a bench → counts by type, a table, and what became of the targets.

const TYPES = [
  ["lists", /^GET \/[a-z]+$/],
  ["links", /^GET \/[a-z]+\/\d+\/[a-z]+$/],
  ["searches", /^POST \/devices\/search$/],
  ["creates", /^POST \/[a-z]+$/],
  ["assignments", /^POST \/[a-z]+\/\d+\/[a-z]+$/],
  ["updates", /^PATCH /],
  ["deletes", /^DELETE /],
];

export function countByType(requests) {
  const counts = {};
  for (const { method, path } of requests) {
    const text = `${method} ${path.replace("/api/v1", "").replace(/\?.*/, "")}`;
    const [type = "other"] = TYPES.find(([, pattern]) => pattern.test(text)) ?? [];
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}

export const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);

const seconds = (ms) => (ms / 1000).toFixed(2);
const times = (a, b) => `${(a / b).toFixed(2)}×`;

const COLUMNS = {
  resources: ({ resources }) => resources,
  devices: ({ devices }) => devices,
  "answer after": ({ delayMs }) => `${delayMs} ms`,
  "": ({ name }) => name,
  requests: ({ requests }) => total(requests),
  seconds: ({ hopsync }) => seconds(hopsync.ms),
  floor: ({ floor }) => seconds(floor.ms),
  "to the floor": ({ hopsync, floor }) => times(hopsync.ms, floor.ms),
  script: ({ script }) => (script ? seconds(script.ms) : ""),
  "faster than it": ({ hopsync, script }) => (script ? times(script.ms, hopsync.ms) : ""),
  "peak MB": ({ hopsync }) => Math.round(hopsync.maxRssMb),
};

/** Markdown, as it stands in README.md. */
export function tableOf({ date, node, cores, cpu, loads, runs, cases, verdicts }) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const load = loads.map(([minute]) => minute.toFixed(1)).join(" to ");
  return [
    `${date}, Node ${node}, ${cores} cores (${cpu}), load ${load}, the fastest of ${runs}`,
    "",
    line(Object.keys(COLUMNS)),
    line(Object.keys(COLUMNS).map(() => "---")),
    ...cases.map((one) => line(Object.values(COLUMNS).map((cell) => cell(one)))),
    "",
    ...verdicts.map(
      ({ what, value, limit, met }) => `${met ? "met   " : "MISSED"} ${what}: ${value} (${limit})`,
    ),
  ].join("\n");
}

const [LARGEST, SMALLER] = [5000, 500];

/** The targets, on the largest size with the most devices that was measured. */
export function verdictsOf(cases, delays) {
  const most = Math.max(...cases.map(({ devices }) => devices));
  const find = (resources, delayMs, name) =>
    cases.find(
      (c) => c.resources === resources && c.delayMs === delayMs && c.devices === most && c.name === name,
    );
  const clean = find(LARGEST, 0, "plan, clean");
  if (clean === undefined) return [];
  const megabytes = Math.max(...cases.map(({ hopsync }) => hopsync.maxRssMb));
  return [
    ...delays.flatMap((delayMs) => ratios(delayMs, (name) => find(LARGEST, delayMs, name))),
    verdict("requests of a clean plan", total(clean.requests), clean.minimum, "at most"),
    verdict("MB of memory at most", Math.round(megabytes), 400, "at most"),
    ...exponents(clean, find(SMALLER, 0, "plan, clean")),
  ];
}

function ratios(delayMs, find) {
  const [clean, first] = [find("plan, clean"), find("first apply")];
  if (clean === undefined || first === undefined) return [];
  const round = (value) => Number(value.toFixed(2));
  const at = `, answers after ${delayMs} ms`;
  return [
    verdict(`clean plan to its floor${at}`, round(clean.hopsync.ms / clean.floor.ms), 1.5, "at most"),
    verdict(`first apply to its floor${at}`, round(first.hopsync.ms / first.floor.ms), 1.3, "at most"),
    verdict(
      `clean plan faster than the script${at}`,
      round(clean.script.ms / clean.hopsync.ms),
      10,
      "at least",
    ),
  ];
}

/** Of time over size: 1 is linear. */
function exponents(larger, smaller) {
  if (smaller === undefined) return [];
  const exponent = Math.log(larger.hopsync.ms / smaller.hopsync.ms) / Math.log(LARGEST / SMALLER);
  return [verdict("exponent of time over size", Number(exponent.toFixed(2)), 1.15, "at most")];
}

function verdict(what, value, limit, bound) {
  const met = bound === "at most" ? value <= limit : value >= limit;
  return { what, value, limit: `${bound} ${limit}`, met };
}
