/** What is suggested for a word that is not known. */
import { describe, expect, it } from "vitest";
import { didYouMean, suggest } from "../src/diagnostics.ts";

const ALERT_OPERATORS = ["==", ">", "<", ">=", "<="];
const FILTER_OPERATORS = [">", "<", "<=", ">=", "=", "!=", "startswith", "~", "!~", "exists", "and", "or"];

describe("a suggestion", () => {
  const cases: readonly (readonly [
    word: string,
    candidates: readonly string[],
    meant: string | undefined,
  ])[] = [
    ["sevrity", ["severity", "type"], "severity"],
    ["ERROR", ["error", "warning"], "error"],
    ["nmae", ["name", "mac"], "name"],
    ["something", ["severity"], undefined],
    ["=>", ALERT_OPERATORS, ">="],
    ["=", ALERT_OPERATORS, "=="],
    ["==", FILTER_OPERATORS, "="],
    ["=!", FILTER_OPERATORS, "!="],
    [">>", FILTER_OPERATORS, ">"],
    ["<>", FILTER_OPERATORS, undefined],
    ["!", ALERT_OPERATORS, undefined],
    ["startwith", FILTER_OPERATORS, "startswith"],
    ["ro", FILTER_OPERATORS, "or"],
    ["7m", ["1m", "2m", "30s"], undefined],
    ["31m", ["30m", "1h"], undefined],
    ["30 m", ["30m", "1h"], "30m"],
    ["301", ["300", "3600"], undefined],
    ["8", ["0", "7"], undefined],
    ["pay-gw-1", ["pay-gw-01", "db-01"], "pay-gw-01"],
  ];
  it.each(cases)("for %s among %j is %s", (word, candidates, meant) => {
    expect(suggest(word, candidates)).toBe(meant);
  });

  it("is a sentence that ends another one", () => {
    expect(didYouMean("tgas", ["tags"])).toBe(' Did you mean "tags"?');
    expect(didYouMean("x", [])).toBe("");
  });
});
