// A series as a table: what the line shows, one row a period.
import type { TrendsSeries } from "../api.ts";
import { word, type Table } from "./csv.ts";
import { addDays, countDays, type By } from "./days.ts";
import { measureSaid, pointsOf, type Measure } from "./figures.ts";
import type { Said } from "./words.ts";

export function periodSaid(from: string, to: string, by: By, { num }: Said): string {
  return by === "day" ? num.day(from) : by === "month" && from.endsWith("-01") ? num.month(from) : num.days(from, to);
}

/** The period of the days before that lies as far from their begin. */
function periodBefore(series: TrendsSeries, before: TrendsSeries, i: number): TrendsSeries["periods"][number] | null {
  const here = series.periods[i];
  if (!here) return null;
  const day = addDays(before.from, countDays(series.from, here.from) - 1);
  return before.periods.find(({ from, to }) => from <= day && day <= to) ?? null;
}

interface More {
  before?: TrendsSeries | null;
  happened?: (from: string) => string; // in the period that begins then
}

export function lineTable(series: TrendsSeries, measure: Measure, open: (from: string, to: string) => void, said: Said, { before, happened }: More = {}): Table {
  const { w, f, num } = said;
  const name = measureSaid(measure, series, w);
  const by = series.by as By;
  return {
    columns: [{ name: w.date }, { name, number: true }, { name: w.from95, number: true }, { name: w.to95, number: true }, { name: measure === "named" ? w.answers : w.votes, number: true }, ...(before ? [{ name: w.valueBefore, number: true }] : []), ...(happened ? [{ name: w.marks.title }] : [])],
    rows: series.periods.map((period, i) => {
      const points = pointsOf(period, measure);
      const then = before && periodBefore(series, before, i);
      const old = then && pointsOf(then, measure);
      const value = (n: number | undefined) => ({ text: n === undefined ? "–" : num.one(n), value: n ?? null });
      return [
        { text: periodSaid(period.from, period.to, by, said), value: period.from, open: () => open(period.from, period.to) },
        value(points?.value), value(points?.lo), value(points?.hi),
        { text: f.int(period.n), value: period.n },
        ...(before ? [value(old?.value)] : []),
        ...(happened ? [word(happened(period.from))] : []),
      ];
    }),
  };
}
