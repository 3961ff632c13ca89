// Device classification: files each TLS server under the version that it agreed on, so that a
// dashboard lists who still accepts TLS 1.0 and 1.1 before an auditor does.
const CLASSES = { 768: "SSL 3.0", 769: "TLS 1.0", 770: "TLS 1.1", 771: "TLS 1.2", 772: "TLS 1.3" };
const OLDEST_ACCEPTABLE = 771;

const server = Flow.server.device;
if (server === null || SSL.version === null) return;

const version = CLASSES[SSL.version] || "unknown (" + SSL.version + ")";
server.metricAddDetailCount("tls_class", version, 1);

if (SSL.version < OLDEST_ACCEPTABLE) {
  server.metricAddCount("tls_outdated", 1);
  Application("Outdated TLS").metricAddDetailCount("outdated_by_host", SSL.host || Flow.server.ipaddr, 1);
}
