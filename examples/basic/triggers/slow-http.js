// Custom metric: counts slow responses of each server, in all and by path.
const SLOW_MS = 800;

// Aborted responses have no processing time.
if (HTTP.processingTime === null || isNaN(HTTP.processingTime)) return;
if (HTTP.processingTime < SLOW_MS) return;

const server = Flow.server.device;
if (server === null) return;

server.metricAddCount("slow_http_responses", 1);
server.metricAddDetailCount("slow_http_responses_by_path", HTTP.path || "(none)", 1);
server.metricAddDataset("slow_http_processing_time", HTTP.processingTime);
