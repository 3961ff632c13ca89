/** Reading files that others may have made: never more of one than it may hold. */
import { createReadStream, readFileSync, statSync } from "node:fs";

/** The bytes of a file, a pipe or a device; undefined where there are more. Rejects as the system does. */
export async function readAtMost(file: string, mostBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(file, { end: mostBytes })) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  return bytes.length <= mostBytes ? bytes : undefined;
}

/** The text; undefined where it has more bytes, or is no file, which may have no end. Throws as the system does. */
export function textOfFile(file: string, mostBytes: number): string | undefined {
  const stat = statSync(file);
  return stat.isFile() && stat.size <= mostBytes ? readFileSync(file, "utf8") : undefined;
}
