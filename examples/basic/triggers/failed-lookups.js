// Record: one entry for each name that does not exist, with who asked for it. Servers look up the same
// few names all day; a burst of unknown ones is a wrong configuration or malware that searches its master.
const NXDOMAIN = 3;

if (DNS.errorNum !== NXDOMAIN || DNS.qname === null) return;

// Reverse lookups of addresses without a name are everyday noise.
if (DNS.qname.endsWith(".in-addr.arpa") || DNS.qname.endsWith(".ip6.arpa")) return;

commitRecord("dns_failed_lookup", {
  qname: DNS.qname,
  qtype: DNS.qtype,
  client: Flow.client.ipaddr,
  server: Flow.server.ipaddr,
});
Application("Failed DNS lookups").metricAddDetailCount("failed_lookups_by_client", Flow.client.ipaddr, 1);
