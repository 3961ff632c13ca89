/** Fits the sections of a document into a number of characters: the most important first, what is left out counted. */

/** Items that stand one below the other. */
export interface Section {
  readonly items: readonly string[];
  /** A shorter form of each, taken where not all of `items` fit: for what must not be missing. */
  readonly short?: readonly string[];
  /** The lines of one text: what comes after one that does not fit is left out as well. */
  readonly ordered?: true;
}

/** What of a section is shown. */
export interface Fitted {
  readonly shown: readonly string[];
  /** Whether these are of the short form. */
  readonly shortened: boolean;
  /** How many are not even in the short form. */
  readonly left: number;
}

/** Line breaks around an item. */
const BREAK = 2;
/** What a section has around its items: a heading, the lines of a fold or a block of code. */
const AROUND = 200;
/** No more than one part in so many is kept free for a later section with a short form. */
const SHARE = 4;

/** Each section as far as it fits, by name; those named first are served first. */
export function fitSections<Name extends string>(
  sections: Readonly<Record<Name, Section>>,
  order: readonly Name[],
  limit: number,
): Readonly<Record<Name, Fitted>> {
  let room = limit;
  const fitted = order.map((name, i): [Name, Fitted] => {
    const later = order.slice(i + 1).map((other) => Math.min(shortSize(sections[other]), limit / SHARE));
    const result = fit(sections[name], room - later.reduce((sum, size) => sum + size, 0));
    room -= size(result.shown);
    return [name, result];
  });
  return Object.fromEntries(fitted) as Record<Name, Fitted>;
}

function fit(section: Section, room: number): Fitted {
  const { items, short } = section;
  const shortened = short !== undefined && items.length > 0 && size(items) > room;
  const wanted = shortened ? short : items;
  const shown = taken(wanted, room, section.ordered === true);
  return { shown, shortened, left: wanted.length - shown.length };
}

/** Those that fit. One that does not makes way for the ones after it, or is the end. */
function taken(items: readonly string[], room: number, ends: boolean): readonly string[] {
  let left = room - AROUND;
  let ended = false;
  return items.filter((item) => {
    const fits = !ended && item.length + BREAK <= left;
    if (fits) left -= item.length + BREAK;
    else ended = ends;
    return fits;
  });
}

function size(items: readonly string[]): number {
  if (items.length === 0) return 0;
  return items.reduce((sum, item) => sum + item.length + BREAK, AROUND);
}

/** What a section takes at least, if it is to be complete in some form. */
function shortSize({ items, short }: Section): number {
  return short === undefined ? 0 : Math.min(size(items), size(short));
}
