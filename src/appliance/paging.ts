/**
 * Reading a list to its end where an appliance answers in pages: no total is ever given and the
 * order may change between two pages, so pages are asked for until one is surely short, and ids count once.
 */
import { partsOf } from "../json.ts";
import type { JsonObject } from "../model.ts";
import { malformed, type Reply, readList } from "./answer.ts";
import { LIST_LIMITS, type ListLimits, sizeText } from "./bounds.ts";

const PAGE_SIZE = 1000;
/**
 * The documented default page size. A server may grant less than was asked for, and no document says how
 * much; but hardly less than this, so only a page below it is the last one for sure.
 */
const SURE_SIZE = 100;

export type FetchPage = (limit: number, offset: number) => Promise<Reply>;

/** Every object of the list, each id once. A page that brings nothing new is an error, not the end. */
export async function readPages(
  fetchPage: FetchPage,
  limits: ListLimits = LIST_LIMITS,
): Promise<readonly JsonObject[]> {
  const byId = new Map<string, JsonObject>();
  const bounded = createScale(limits);
  for (let offset = 0; ; ) {
    const reply = await fetchPage(PAGE_SIZE, offset);
    const page = readList(reply);
    bounded(reply, page);
    const before = byId.size;
    for (const item of page) {
      const id = itemId(reply, item);
      if (!byId.has(id)) byId.set(id, item);
    }
    if (page.length > 0 && byId.size === before) {
      throw malformed(reply, "a page repeats only what came before, so the list cannot be read to its end");
    }
    offset += page.length;
    if (isLastPage(page.length)) return [...byId.values()];
  }
}

/** Throws where the pages so far are more than is read: a list may go on for ever. */
function createScale(limits: ListLimits): (reply: Reply, page: readonly JsonObject[]) => void {
  let [bytes, parts] = [0, 0];
  return (reply, page) => {
    bytes += reply.answer.body.length;
    parts += partsOf(page);
    if (bytes <= limits.bytes && parts <= limits.parts) return;
    const most = `${sizeText(limits.bytes)} or ${limits.parts} objects`;
    throw malformed(
      reply,
      `the list goes on and on: its pages so far are more than ${most}, and no more are read`,
    );
  };
}

function isLastPage(length: number): boolean {
  return length < SURE_SIZE;
}

/** The id of an object of a list. */
export function itemId(reply: Reply, { id }: JsonObject): string {
  if (typeof id === "number" || (typeof id === "string" && id !== "")) return String(id);
  throw malformed(reply, "the list holds an object without an id");
}
