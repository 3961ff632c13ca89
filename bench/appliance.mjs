// A simulated appliance in a process of its own, so that it shares no event loop with what is measured. Told
// by its first message what to be; answers with its address, and lives until its parent ends it.
import { startSandbox } from "../lib/index.js";

/** What a large customer has beside what the manifest declares. */
function fill(appliance, { tags = 0, groups = 0, alerts = 0, triggers = 0 }) {
  const add = (collection, count, fields) =>
    Array.from({ length: count }, (_, i) => appliance.add(collection, fields(`Other ${collection} ${i}`)));
  add("tags", tags, (name) => ({ name }));
  const groupIds = add("devicegroups", groups, (name) => ({ name, dynamic: false }));
  const script = "// Nothing of ours.\n".repeat(100);
  const link = (collection, ids) => {
    for (const [i, id] of ids.entries()) {
      if (groupIds.length > 0)
        appliance.link(`${collection}/devicegroups`, id, groupIds[i % groupIds.length]);
    }
  };
  link(
    "triggers",
    add("triggers", triggers, (name) => ({ name, script, events: ["HTTP_REQUEST"], ...OFF })),
  );
  link(
    "alerts",
    add("alerts", alerts, (name) => ({ name, type: "threshold", ...CONDITION, apply_all: false })),
  );
}

const OFF = { disabled: true, debug: false, apply_all: false };
const CONDITION = { stat_name: "extrahop.device.tcp", field_name: "rto_out", operator: ">", operand: "5" };

process.once("message", async ({ devices, others, delayMs }) => {
  const sandbox = await startSandbox({ devices });
  fill(sandbox.appliance, others);
  if (delayMs > 0) sandbox.setFaults([{ when: "before", effect: { delayMs } }]);
  process.send({ host: sandbox.url, apiKey: sandbox.apiKey });
});
process.once("disconnect", () => process.exit());
