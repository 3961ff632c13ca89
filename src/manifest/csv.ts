/** One column of a csv file, each cell with its place. */
import { type CsvError, parse } from "csv-parse/sync";
import { didYouMean } from "../diagnostics.ts";
import type { Source } from "../model.ts";
import { caution, type Finding, failure } from "./codes.ts";
import { type SourceText, sourceText } from "./source-text.ts";

const MAX_ROWS = 100_000;

export interface Cell {
  readonly text: string;
  readonly source: Source;
}

export interface Column {
  readonly cells: readonly Cell[];
  readonly findings: readonly (Finding & { readonly source?: Source })[];
}

/** A csv file that was read: its header and rows. */
export interface CsvTable {
  readonly source: SourceText;
  readonly rows: readonly Row[];
  readonly finding?: Finding & { readonly source: Source };
}

interface Row {
  readonly record: readonly string[];
  /** Where each cell starts in the text. */
  readonly starts: readonly number[];
}

/** Parses the text of a csv file: commas, quotes, blank lines skipped. */
export function readTable(file: string, text: string): CsvTable {
  const source = sourceText(file, text.replaceAll("\r\n", "\n"));
  try {
    const parsed: unknown = parse(source.text, {
      info: true,
      raw: true,
      trim: true,
      skip_empty_lines: true,
      record_delimiter: "\n",
      // Rows of other lengths are found below, where their places are known.
      relax_column_count: true,
      to: MAX_ROWS + 2,
    });
    return withEqualRows({ source, rows: placeRows(parsed as readonly Parsed[], source.text) });
  } catch (error) {
    const { code, lines } = error as CsvError & { lines?: number };
    const open = code === "CSV_QUOTE_NOT_CLOSED";
    const at = open ? lastOpenQuote(source.text) : startOfLine(source.text, lines ?? 1);
    return malformed(source, at, MALFORMED[code] ?? "The line cannot be read as a row of cells.");
  }
}

const STRAY_QUOTE = "A quote stands inside a cell that does not begin with one.";
const STRAY_TEXT = "A text stands between the closing quote of a cell and the next comma.";

/** By csv-parse's codes, of which one lacks the prefix of the others. */
const MALFORMED: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "The quote that opens here is not closed.",
  CSV_INVALID_CLOSING_QUOTE: STRAY_TEXT,
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: STRAY_TEXT,
  INVALID_OPENING_QUOTE: STRAY_QUOTE,
};

function malformed(source: SourceText, at: number, problem: string): CsvTable {
  const detail = `${problem} A cell that holds a comma or a quote stands in quotes, with "" for a quote in it. Nothing of the file was used.`;
  return { source, rows: [], finding: { ...failure("bad-csv", detail), source: source.place(at, Infinity) } };
}

/** The table, unless a row has more or fewer cells than the header. */
function withEqualRows(table: CsvTable): CsvTable {
  const width = table.rows[0]?.record.length ?? 0;
  const odd = table.rows.find(({ record }) => record.length !== width);
  if (odd === undefined) return table;
  const cells = `${odd.record.length} ${odd.record.length === 1 ? "cell" : "cells"}`;
  return malformed(table.source, odd.starts[0] ?? 0, `This row has ${cells}, and the header has ${width}.`);
}

/** The quote that an odd number of quotes leaves open. */
function lastOpenQuote(text: string): number {
  let open = -1;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) open = open < 0 ? at : -1;
  return Math.max(0, open);
}

interface Parsed {
  readonly record: readonly string[];
  readonly raw: string;
}

/** `raw` may begin with the line ends of skipped lines, and ends before its own. */
function placeRows(parsed: readonly Parsed[], text: string): readonly Row[] {
  const rows: Row[] = [];
  let at = 0;
  for (const { record, raw } of parsed) {
    const written = raw.replace(/^\n+/, "").replace(/\n$/, "");
    const start = Math.max(at, text.indexOf(written, at));
    rows.push({ record, starts: cellStarts(written).map((offset) => start + offset) });
    at = start + written.length;
  }
  return rows;
}

/** The offsets of a row's cells: after each comma outside quotes, past blanks. */
function cellStarts(row: string): readonly number[] {
  const starts: number[] = [0];
  let quoted = false;
  for (let i = 0; i < row.length; i += 1) {
    if (row[i] === '"') quoted = !quoted;
    else if (row[i] === "," && !quoted) starts.push(i + 1);
  }
  return starts.map((start) => start + (/^[ \t]*/.exec(row.slice(start))?.[0].length ?? 0));
}

function startOfLine(text: string, line: number): number {
  let at = 0;
  for (let i = 1; i < line; i += 1) {
    const next = text.indexOf("\n", at);
    if (next < 0) return at;
    at = next + 1;
  }
  return at;
}

/** The cells of a column. Rows without one are counted, since a gap in a list of hosts is rarely meant. */
export function readColumn(table: CsvTable, column: string, optional: boolean): Column {
  if (table.finding !== undefined) return { cells: [], findings: [table.finding] };
  const [header, ...rows] = table.rows;
  const index = findColumn(header?.record ?? [], column);
  if (typeof index !== "number") return { cells: [], findings: [{ ...index, source: headerPlace(table) }] };
  if (rows.length > MAX_ROWS) {
    return {
      cells: [],
      findings: [failure("csv-too-long", `It has more than ${MAX_ROWS} rows. Split it, or use a filter.`)],
    };
  }
  const cells = rows.flatMap((row) => cellOf(row, index, table.source));
  return {
    cells,
    findings: [...emptyCells(rows.length - cells.length), ...emptyTable(cells.length, column, optional)],
  };
}

function cellOf({ record, starts }: Row, index: number, source: SourceText): readonly Cell[] {
  const text = record[index] ?? "";
  const start = starts[index] ?? 0;
  return text === "" ? [] : [{ text, source: source.place(start, start + text.length) }];
}

function findColumn(header: readonly string[], column: string): number | Finding {
  const matches = header.flatMap((name, i) => (name === column ? [i] : []));
  const [index] = matches;
  if (matches.length > 1)
    return failure("csv-column", `The header has ${JSON.stringify(column)} more than once. Rename one.`);
  if (index !== undefined) return index;
  const names = header.length === 0 ? "it is empty" : `its first line has ${header.join(", ")}`;
  return failure(
    "csv-column",
    `There is no column ${JSON.stringify(column)}: ${names}.${didYouMean(column, header)}`,
  );
}

function headerPlace({ source, rows }: CsvTable): Source {
  const start = rows[0]?.starts[0] ?? 0;
  return source.place(start, Infinity);
}

function emptyCells(count: number): readonly Finding[] {
  if (count <= 0) return [];
  const detail =
    count === 1
      ? "1 row has nothing in this column and selects no device. Fill or remove it."
      : `${count} rows have nothing in this column and select no device. Fill or remove them.`;
  return [caution("csv-empty-cells", detail)];
}

function emptyTable(count: number, column: string, optional: boolean): readonly Finding[] {
  if (count > 0 || optional) return [];
  const detail = `No row has anything in the column ${JSON.stringify(column)}. Write \`optional: true\` beside csv if that is meant.`;
  return [failure("csv-empty", detail)];
}
