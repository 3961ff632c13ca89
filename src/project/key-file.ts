/** Whether others on the machine can read a key or a secret, and what to type so that they cannot. */
import { statSync } from "node:fs";

/** Bits of the group and of everybody else to read. */
const OTHERS_READ = 0o044;

/** What to tell about the file; undefined where only its owner can read it, or no mode bits say who can. */
export function openKeyFile(
  path: string,
  shown: string,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  const stat = platform === "win32" ? undefined : statSync(path, { throwIfNoEntry: false });
  // A pipe, such as <(pass show key), is gone before anybody else could open it.
  if (stat === undefined || !stat.isFile() || (stat.mode & OTHERS_READ) === 0) return undefined;
  const mode = (stat.mode & 0o777).toString(8).padStart(3, "0");
  return `${shown} has mode ${mode}, so others on this machine can read it. Type: chmod 600 ${quoted(shown)}`;
}

/** A name as a POSIX shell reads it. */
function quoted(name: string): string {
  const named = name.startsWith("-") ? `./${name}` : name;
  return /^[\w./-]+$/.test(named) ? named : `'${named.replaceAll("'", String.raw`'\''`)}'`;
}
