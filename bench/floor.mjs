// The floor: the requests of a recorded run, so many at once, and nothing else. No faster way to send them from
// one process is known: no answer is read, no list waited for.
import { readFileSync } from "node:fs";
import { Pool } from "undici";

const [file, parallelism] = process.argv.slice(2);
const { EXTRAHOP_HOST, EXTRAHOP_API_KEY } = process.env;
const pool = new Pool(EXTRAHOP_HOST, { connections: Number(parallelism) });
const headers = { authorization: `ExtraHop apikey=${EXTRAHOP_API_KEY}`, accept: "application/json" };
const withBody = { ...headers, "content-type": "application/json" };
const requests = JSON.parse(readFileSync(file, "utf8"));
let next = 0;
let refused = 0;

function send({ method, path, body }) {
  return new Promise((resolve, reject) => {
    pool.dispatch(
      { method, path, body, headers: body === null ? headers : withBody },
      {
        onRequestStart: () => {},
        onResponseStart: (_controller, status) => {
          if (status >= 300) refused += 1;
        },
        onResponseData: () => {},
        onResponseEnd: resolve,
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}

async function worker() {
  while (next < requests.length) {
    next += 1;
    await send(requests[next - 1]);
  }
}

await Promise.all(Array.from({ length: Number(parallelism) }, worker));
await pool.close();
// Ids of a replayed create may differ from the recorded ones.
if (refused > requests.length / 50) throw new Error(`${refused} of ${requests.length} requests were refused`);
