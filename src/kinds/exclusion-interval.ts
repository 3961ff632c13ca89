/**
 * Exclusion intervals (guide 8.7 "Exclusion intervals"): times at which alerts stay silent. The API
 * counts seconds: from midnight (daily), from Monday midnight (weekly), from the epoch (onetime).
 */
import type { Json, JsonObject } from "../model.ts";
import { author, flag, text } from "./fields.ts";
import type { Entry, Kind, Problem } from "./kind.ts";

const DAY = 86_400;
const WEEK = 7 * DAY;
const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const TYPES = ["onetime", "weekly", "daily"];

/** Days and weeks are circles: midnight at their end is the whole length, not 0. */
const LENGTH: Readonly<Record<string, number>> = { daily: DAY, weekly: WEEK };

const FORMS: Readonly<Record<string, string>> = {
  daily: '"01:30" or "01:30:00", up to "24:00" as an end',
  weekly: '"sat 18:00", the day as mon, tue, wed, thu, fri, sat or sun',
  onetime: "2027-01-16T18:00:00Z, with Z or an offset such as +01:00",
};

/** Seconds from midnight; "24:00" is the end of the day. */
function parseClock(value: string): number | undefined {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(value);
  if (match === null) return undefined;
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  const total = hours * 3600 + minutes * 60 + seconds;
  return minutes < 60 && seconds < 60 && total <= DAY ? total : undefined;
}

function parseWeekly(value: string): number | undefined {
  const match = /^([a-z]+)\s+(\S+)$/i.exec(value);
  const clock = match === null ? undefined : parseClock(match[2] ?? "");
  const day = WEEKDAYS.findIndex((name) => weekdayMatches(match?.[1] ?? "", name));
  return clock === undefined || day < 0 ? undefined : day * DAY + clock;
}

function weekdayMatches(written: string, name: string): boolean {
  const full = {
    mon: "monday",
    tue: "tuesday",
    wed: "wednesday",
    thu: "thursday",
    fri: "friday",
    sat: "saturday",
    sun: "sunday",
  }[name];
  const lower = written.toLowerCase();
  return lower === name || lower === full;
}

function parseDate(value: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?\s?(Z|[+-]\d{2}:\d{2})$/i.exec(
    value,
  );
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = "00", zone = "Z"] = match;
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone.toUpperCase()}`);
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number.isNaN(milliseconds) || Number(day) > lastDay ? undefined : milliseconds / 1000;
}

const PARSERS: Readonly<Record<string, (value: string) => number | undefined>> = {
  daily: parseClock,
  weekly: parseWeekly,
  onetime: parseDate,
};

function parseTimes(fields: JsonObject): { fields: JsonObject; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const times = ["start", "end"].flatMap((name): [string, Json][] => {
    const value = fields[name];
    if (typeof value !== "string") return [];
    const seconds = toSeconds(name, value, fields.interval_type);
    if (typeof seconds === "number") return [[name, seconds]];
    problems.push(seconds);
    return [];
  });
  return { fields: { ...fields, ...Object.fromEntries(times) }, problems };
}

function toSeconds(name: string, value: string, type: Json | undefined): number | Problem {
  const problem = (code: string, summary: string, detail: string): Problem => ({
    severity: "error",
    code,
    summary,
    detail,
    pointer: `/${name}`,
  });
  if (typeof type !== "string") {
    return problem(
      "time-needs-type",
      "A clock time needs an interval_type",
      `${JSON.stringify(value)} means different seconds in a daily, a weekly and a onetime interval. Add interval_type to this entry.`,
    );
  }
  const seconds = PARSERS[type]?.(value.trim());
  if (seconds === undefined) {
    return problem(
      "bad-time",
      "Not a time of this kind of interval",
      `${JSON.stringify(value)} is no time for a ${type} interval. Write ${FORMS[type] ?? "an integer"}, or the seconds as an integer.`,
    );
  }
  return name === "end" && seconds === 0 ? (LENGTH[type] ?? seconds) : seconds;
}

function printTimes(fields: JsonObject): JsonObject {
  const times = ["start", "end"].flatMap((name): [string, Json][] => {
    const value = fields[name];
    const text = typeof value === "number" ? timeText(value, fields.interval_type) : undefined;
    // Some seconds have no text of their own, such as 0 as an end.
    return text === undefined || toSeconds(name, text, fields.interval_type) !== value ? [] : [[name, text]];
  });
  return { ...fields, ...Object.fromEntries(times) };
}

/** The second of the interval's day, of its week or since the epoch as people write it. */
function timeText(seconds: number, type: Json | undefined): string | undefined {
  if (!Number.isSafeInteger(seconds) || seconds < 0) return undefined;
  if (type === "daily") return clockText(seconds);
  if (type === "onetime") {
    const date = new Date(seconds * 1000);
    return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace(".000Z", "Z");
  }
  return `${WEEKDAYS[Math.floor(seconds / DAY) % WEEKDAYS.length]} ${clockText(seconds % DAY)}`;
}

function clockText(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const parts = rest === 0 ? [hours, minutes] : [hours, minutes, rest];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

function check({ fields }: Entry): readonly Problem[] {
  const { start, end, interval_type: type } = fields;
  const ranges = ["start", "end"].flatMap((name) => checkRange(name, fields[name], type));
  if (ranges.length > 0 || typeof start !== "number" || typeof end !== "number" || start < end) return ranges;
  if (type === "onetime" || start === end) {
    return [
      {
        severity: "error",
        code: "interval-empty",
        summary: "The interval ends before it starts",
        detail: `It starts at second ${start} and ends at second ${end}, so it would never silence anything. Swap or correct start and end.`,
        pointer: "/end",
      },
    ];
  }
  return [
    {
      severity: "warning",
      code: "interval-wraps",
      summary: "The interval runs past its end",
      detail: `It ends (second ${end}) before it starts (second ${start}). It is sent as written; the vendor does not document whether such an interval runs over midnight. Two intervals, one on each side, are certain.`,
      pointer: "/end",
    },
  ];
}

function checkRange(name: string, value: Json | undefined, type: Json | undefined): readonly Problem[] {
  const limit = typeof type === "string" ? LENGTH[type] : undefined;
  if (typeof value !== "number" || limit === undefined || value <= limit) return [];
  return [
    {
      severity: "error",
      code: "time-out-of-range",
      summary: "The time is outside the interval's day or week",
      detail: `${name} of a ${String(type)} interval is at most ${limit} seconds; this is ${value}. Write ${FORMS[String(type)]}.`,
      pointer: `/${name}`,
    },
  ];
}

function timeField(doc: string): Kind["fields"][string] {
  return {
    doc: `${doc} A clock time for the interval_type, or seconds.`,
    schema: { type: ["integer", "string"], minimum: 0 },
    requiredOnCreate: true,
  };
}

export const exclusionInterval: Kind = {
  kind: "exclusion_interval",
  section: "exclusion_intervals",
  noun: "an exclusion interval",
  path: "/exclusionintervals",
  nameField: "name",
  fields: {
    description: text("What the interval is for."),
    author: author("Who made the interval."),
    interval_type: { doc: "How often the interval comes.", schema: { enum: TYPES }, fill: "onetime" },
    start: timeField("When silence begins."),
    end: timeField("When silence ends."),
    alert_apply_all: flag("Whether the interval silences every alert.", { fill: false, initial: false }),
    trend_apply_all: flag("Whether the interval silences every trend.", { fill: false, initial: false }),
  },
  relations: {},
  builtIn: () => false,
  builtInDeclarable: true,
  parse: parseTimes,
  print: printTimes,
  check,
};
