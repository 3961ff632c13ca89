/** Devices by `POST /devices/search`, which firmware has from 8 on: one search answers many selectors. */
import type { AppliancePort } from "../appliance/port.ts";
import type { JsonObject } from "../model.ts";
import {
  type DeviceAnswer,
  type DeviceLookup,
  indexByValue,
  type Literal,
  type LiteralSearch,
  SINCE_EVER,
  selectorKey,
} from "./device-selectors.ts";

/**
 * Rules in one search. The vendor documents no limit; this keeps a request well under 10 kB. With a hundred
 * of them the answer would be as long as a page that may have been cut, and ask for a second one.
 */
const BATCH = 99;

export const BY_FILTER: DeviceLookup = {
  inBatches: (literals) =>
    Array.from({ length: Math.ceil(literals.length / BATCH) }, (_, i) =>
      literals.slice(i * BATCH, (i + 1) * BATCH),
    ),
  findLiterals: searchBatch,
  findNetwork: (port, operand) => search(port, { field: "ipaddr", operator: "=", operand }),
  findByFilter: search,
  findBegunWith: (port, operand) => search(port, { field: "name", operator: "startswith", operand }),
};

function search(port: AppliancePort, filter: JsonObject): Promise<readonly JsonObject[]> {
  return port.search({ active_from: SINCE_EVER, filter });
}

async function searchBatch(
  port: AppliancePort,
  literal: LiteralSearch,
  batch: readonly Literal[],
): Promise<DeviceAnswer> {
  const rules = batch.map(({ value }) => ({ field: literal.field, operator: "=", operand: value }));
  const [rule] = rules;
  if (rule === undefined) return [];
  const filter = rules.length === 1 ? rule : { operator: "or", rules };
  const found = await search(port, filter);
  if (literal.hiddenValues && batch.length === 1)
    return batch.map((selector) => [selectorKey(selector), found]);
  const index = indexByValue(literal, found);
  const answer = batch.map((s): DeviceAnswer[number] => [
    selectorKey(s),
    index.get(literal.normal(s.value)) ?? [],
  ]);
  return literal.hiddenValues && !isExplained(answer, found) ? searchHalves(port, literal, batch) : answer;
}

function isExplained(answer: DeviceAnswer, found: readonly JsonObject[]): boolean {
  const explained = new Set(answer.flatMap(([, devices]) => devices));
  return (
    explained.size === found.length &&
    (found.length === 0 || answer.every(([, devices]) => devices.length > 0))
  );
}

async function searchHalves(
  port: AppliancePort,
  literal: LiteralSearch,
  batch: readonly Literal[],
): Promise<DeviceAnswer> {
  const half = Math.ceil(batch.length / 2);
  const halves = [batch.slice(0, half), batch.slice(half)];
  return (await Promise.all(halves.map((part) => searchBatch(port, literal, part)))).flat();
}
