// Local days as the wire has them, "2026-11-17", and the periods one chooses by name. Pure: yesterday comes from outside.
export const PRESETS = ["7d", "28d", "90d", "365d", "month", "last-month", "year"] as const;
export type Preset = (typeof PRESETS)[number];
export type By = "day" | "week" | "month";

export const DAYS_MAX = 1100; // of a report (trends.h)
const DAY_MS = 86_400_000;
const PATTERN = /^\d{4}-\d\d-\d\d$/;

/** Midnight UTC of the day: for formats, which are told UTC too. */
export const dayMs = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export const isDay = (text: string | null): text is string => text !== null && PATTERN.test(text) && !Number.isNaN(dayMs(text)) && dayOf(dayMs(text)) === text;
export const addDays = (day: string, n: number): string => dayOf(dayMs(day) + n * DAY_MS);
/** Both counted. */
export const countDays = (from: string, to: string): number => Math.round((dayMs(to) - dayMs(from)) / DAY_MS) + 1;

export interface Period {
  from: string;
  to: string;
}

export function presetDays(preset: Preset, yesterday: string): Period {
  const back = /^(\d+)d$/.exec(preset);
  if (back) return { from: addDays(yesterday, 1 - Number(back[1])), to: yesterday };
  const first = `${yesterday.slice(0, 8)}01`;
  if (preset === "month") return { from: first, to: yesterday };
  if (preset === "year") return { from: `${yesterday.slice(0, 5)}01-01`, to: yesterday };
  const end = addDays(first, -1);
  return { from: `${end.slice(0, 8)}01`, to: end };
}

/** What can be told of the days that were asked for. */
export function clampDays({ from, to }: Period, yesterday: string): Period {
  const end = to < yesterday ? to : yesterday;
  const begin = from < end ? from : end;
  const least = addDays(end, 1 - DAYS_MAX);
  return { from: begin > least ? begin : least, to: end };
}

/** As many days right before. */
export const daysBefore = ({ from, to }: Period): Period => ({ from: addDays(from, -countDays(from, to)), to: addDays(from, -1) });

/** Later by as many days as there are, or earlier. */
export const shiftDays = ({ from, to }: Period, by: number): Period => {
  const n = countDays(from, to) * by;
  return { from: addDays(from, n), to: addDays(to, n) };
};

/** So that a line has between a dozen and some dozens of points. */
export function usualBy({ from, to }: Period): By {
  const n = countDays(from, to);
  return n <= 45 ? "day" : n <= 270 ? "week" : "month";
}
