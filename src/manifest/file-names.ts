/** Names of objects as names of files: safe on every system, and no two the same on any of them. */

/** Characters, so that 4 bytes each and an ending still make a name of less than 255 bytes. */
const LONGEST = 50;

/** Names that Windows keeps for devices, whatever the ending. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/;

/** Gives each name a file name of its own, without an ending; `fallback` is for names without a letter. */
export function createFileNames(fallback: string): (name: string) => string {
  const taken = new Set<string>();
  return (name) => {
    const base = safeName(name, fallback);
    let free = base;
    for (let n = 2; taken.has(free); n += 1) free = `${base}-${n}`;
    taken.add(free);
    return free;
  };
}

/** Lower case, since some systems take `A` and `a` for one name; letters and digits of any script. */
function safeName(name: string, fallback: string): string {
  const words = name
    .normalize("NFC")
    .toLowerCase()
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}\p{N}_]+/gu, "-");
  const short = [...words]
    .slice(0, LONGEST)
    .join("")
    .replace(/^-+|-+$/g, "");
  if (short === "") return fallback;
  return RESERVED.test(short) ? `${short}-` : short;
}
