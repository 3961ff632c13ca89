/**
 * Whom to believe to be the appliance: the system's CAs, the CAs of a file and no others (as curl
 * --cacert does), one pinned certificate, or anybody. A setting that cannot be used is an error,
 * never a weaker check.
 */
import { X509Certificate } from "node:crypto";
import { readAtMost } from "../bounded-file.ts";
import { HopsyncError } from "../errors.ts";
import type { Words } from "./credentials.ts";

export type Trust =
  | { readonly by: "system" }
  | { readonly by: "ca"; readonly certificates: readonly string[] }
  /** `sha256:` and 64 lower-case hex digits, of the leaf certificate. */
  | { readonly by: "fingerprint"; readonly fingerprint: string }
  | { readonly by: "insecure" };

export interface TrustOptions {
  readonly caFile?: string;
  readonly fingerprint?: string;
  readonly insecure?: boolean;
}

/** What a caller prints when `insecure` is chosen. */
export function insecureWarning({ host, words }: { host: string; words: Words }): string {
  return `The certificate of ${host} is not checked: whoever answers there receives the ${words.secret}. Use --fingerprint or --ca-file instead.`;
}

/** One of the three options at most; the CA file is read and parsed here. */
export async function readTrust(options: TrustOptions, origin: string): Promise<Trust> {
  const { caFile, fingerprint, insecure = false } = options;
  const given = [
    ...(caFile === undefined ? [] : ["a CA file"]),
    ...(fingerprint === undefined ? [] : ["a fingerprint"]),
    ...(insecure ? ["insecure"] : []),
  ];
  if (given.length > 1) throw contradiction(given);
  if (origin.startsWith("http:") && !insecure && given.length === 1) throw withoutTls(given.join());
  if (caFile !== undefined) return { by: "ca", certificates: await readCertificates(caFile) };
  if (fingerprint !== undefined) return { by: "fingerprint", fingerprint: parseFingerprint(fingerprint) };
  return { by: insecure ? "insecure" : "system" };
}

function contradiction(given: readonly string[]): HopsyncError {
  return new HopsyncError("tls-options", `These exclude each other: ${given.join(", ")}.`, {
    hint: "Keep one. A fingerprint is the strictest: it needs no CA, and no name in the certificate.",
  });
}

function withoutTls(given: string): HopsyncError {
  return new HopsyncError("tls-options", `The host is an http URL, where ${given} has no effect.`, {
    hint: "Write https, or leave the option out.",
  });
}

/** Accepts `sha256:` and 64 hex digits in either case, colons between them or not. */
export function parseFingerprint(text: string): string {
  const [, hex = ""] = /^sha256:([0-9a-f:]+)$/i.exec(text.trim()) ?? [];
  const digits = hex.replaceAll(":", "").toLowerCase();
  if (digits.length === 64) return `sha256:${digits}`;
  throw new HopsyncError(
    "fingerprint",
    `${JSON.stringify(text)} is not a fingerprint: "sha256:" and 64 hex digits are expected, with or without colons.`,
    { hint: "On a copy of the certificate: openssl x509 -noout -fingerprint -sha256 -in public.cer" },
  );
}

/** The CAs of a whole system have a tenth of it. */
const CA_MEGABYTES = 4;

async function readCertificates(file: string): Promise<readonly string[]> {
  const bytes = await readAtMost(file, CA_MEGABYTES * 1024 * 1024).catch((error: NodeJS.ErrnoException) => {
    throw badCaFile(file, `cannot be read (${error.code ?? error.message})`);
  });
  if (bytes === undefined) throw badCaFile(file, `is larger than ${CA_MEGABYTES} MB`);
  const blocks =
    bytes.toString("utf8").match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw badCaFile(file, "holds no certificate in PEM form");
  for (const [index, block] of blocks.entries()) {
    if (!isCertificate(block)) throw badCaFile(file, `holds a damaged certificate (number ${index + 1})`);
  }
  return blocks;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function badCaFile(file: string, fault: string): HopsyncError {
  return new HopsyncError(
    "ca-file",
    `The CA file ${JSON.stringify(file)} ${fault}, so the appliance's certificate cannot be checked.`,
    { hint: 'Give a PEM file with one or more "BEGIN CERTIFICATE" blocks.' },
  );
}
