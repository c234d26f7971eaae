// A series as charts draw it: where its days lie, its points, the span of its scale. Pure.
import type { TrendsSeries } from "../api.ts";
import { addDays, dayMs } from "./days.ts";
import { MIN_DOT_VOTES, pointsOf, type Measure, type Points } from "./figures.ts";

export const LINES = 5; // of a scale, about

export interface Dot extends Points {
  at: Date; // the middle of its period
  period: TrendsSeries["periods"][number];
}

export const beginOf = ({ from }: { from: string }, daysOn = 0): Date => new Date(dayMs(addDays(from, daysOn)));
export const middleOf = ({ from, to }: { from: string; to: string }, daysOn = 0): Date => new Date((beginOf({ from }, daysOn).getTime() + beginOf({ from: to }, daysOn + 1).getTime()) / 2);

export const dotsOf = ({ periods }: TrendsSeries, measure: Measure, daysOn = 0): Dot[] =>
  periods.flatMap((period) => {
    const points = pointsOf(period, measure);
    return points && period.n >= MIN_DOT_VOTES ? [{ ...points, at: middleOf(period, daysOn), period }] : [];
  });

/** Least and most of a scale, which may be cut (chart rule 7). */
export function spanOf(values: number[], measure: Measure): [least: number, most: number] {
  const end = measure === "nps" ? -100 : 0;
  if (!values.length) return [end, 100];
  const low = Math.max(end, Math.min(Math.min(...values), Math.max(...values) - 1));
  return [low, Math.max(...values, low + 1)];
}
