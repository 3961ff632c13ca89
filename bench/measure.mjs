// Loaded before what is measured (node --import): at its end writes what it took to the file BENCH_RESULT, and
// with BENCH_REQUESTS each request that undici was given to that file, in their order.
import { subscribe } from "node:diagnostics_channel";
import { writeFileSync } from "node:fs";

const { BENCH_RESULT, BENCH_REQUESTS } = process.env;
const requests = [];
if (BENCH_REQUESTS !== undefined) {
  subscribe("undici:request:create", ({ request: { method, path, body } }) => {
    requests.push({ method, path, body: body === null ? null : Buffer.from(body).toString() });
  });
}
process.once("exit", () => {
  const { user, system } = process.cpuUsage();
  const { maxRSS } = process.resourceUsage();
  writeFileSync(BENCH_RESULT, JSON.stringify({ cpuMs: (user + system) / 1000, maxRssKb: maxRSS }));
  if (BENCH_REQUESTS !== undefined) writeFileSync(BENCH_REQUESTS, JSON.stringify(requests));
});
