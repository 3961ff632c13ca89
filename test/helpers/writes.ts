/** What a run wrote: its requests but reads, and but those of its own lease. */
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import type { LoggedRequest } from "../../src/sandbox/server.ts";

export function writesOf(box: Sandbox): readonly LoggedRequest[] {
  const writes = box.requests().filter(({ method, path }) => method !== "GET" && path !== "/devices/search");
  const leases = new Set(
    writes.filter(createsLease).map(({ done }) => done?.location?.replace(/^.*\/triggers\//, "/triggers/")),
  );
  return writes.filter((request) => !createsLease(request) && !leases.has(request.path));
}

function createsLease({ method, path, body }: LoggedRequest): boolean {
  return method === "POST" && path === "/triggers" && JSON.stringify(body).includes('"hopsync lease: ');
}
