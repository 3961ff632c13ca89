/** The self-signed certificate that every appliance ships with. */
import { X509Certificate } from "node:crypto";
import { generate } from "selfsigned";

export interface Certificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  /** `sha256:` and 64 lower-case hex digits, over the DER form. */
  readonly fingerprint: string;
}

const DAY = 86_400_000;

/** A new certificate for loopback, valid from yesterday for ten years. */
export async function createCertificate(hostname: string): Promise<Certificate> {
  const { cert, private: key } = await generate([{ name: "commonName", value: hostname }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() - DAY),
    notAfterDate: new Date(Date.now() + 3650 * DAY),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 2, value: hostname },
          { type: 7, ip: "127.0.0.1" },
          { type: 7, ip: "::1" },
        ],
      },
    ],
  });
  const digest = new X509Certificate(cert).fingerprint256.replaceAll(":", "").toLowerCase();
  return { certificate: cert, key, fingerprint: `sha256:${digest}` };
}
