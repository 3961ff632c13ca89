/** Texts for property tests of Markdown. */
import fc from "fast-check";
import { HOSTILE } from "./documents.ts";

const PIECES = [
  "`",
  "``",
  "|",
  "\\",
  "\n",
  " ",
  "@jdoe",
  "<",
  ">",
  "#1",
  "a",
  "-",
  "*",
  "$",
  '"',
  "{}",
  "[",
  "]",
  ".",
];

/** Any characters, and those that Markdown and GitHub make something of. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((parts) => parts.join("")),
);
