/** Pages of a list: 100 objects unless asked for more, no total, and an order by id. */
import type { Quirks } from "./quirks.ts";

/** The default of `limit` (Swagger). */
export const PAGE_SIZE = 100;

export interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** The page of a query, whose numbers the route has checked. */
export function pageOf(query: Readonly<Record<string, string>>): Page {
  return { limit: Number(query.limit ?? PAGE_SIZE), offset: Number(query.offset ?? 0) };
}

export function page<T>(quirks: Quirks, items: readonly T[], { limit, offset }: Page): readonly T[] {
  return items.slice(offset, offset + Math.min(limit, quirks.pageCap ?? limit));
}

/** The page of what passes the test; items after the page are not looked at. */
export function takePage<T>(
  quirks: Quirks,
  items: readonly T[],
  { limit, offset }: Page,
  test: (item: T) => boolean,
): readonly T[] {
  const most = Math.min(limit, quirks.pageCap ?? limit);
  const taken: T[] = [];
  let skipped = 0;
  for (const item of items) {
    if (taken.length >= most) break;
    if (!test(item)) continue;
    if (skipped < offset) skipped += 1;
    else taken.push(item);
  }
  return taken;
}
