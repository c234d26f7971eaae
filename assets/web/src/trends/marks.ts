// What happened, by the step of the line in which it did: a letter each. Pure.
import type { TrendsMark, TrendsSeries } from "../api.ts";

export interface MarkGroup {
  letter: string;
  from: string; // the step
  to: string;
  marks: TrendsMark[];
}

/** A, B ... Z, AA, AB ... */
export const letterOf = (i: number): string => (i < 26 ? "" : letterOf(Math.floor(i / 26) - 1)) + String.fromCharCode(65 + (i % 26));

export function groupMarks(marks: TrendsMark[], periods: TrendsSeries["periods"]): MarkGroup[] {
  return periods
    .map(({ from, to }) => ({ from, to, marks: marks.filter(({ day }) => from <= day && day <= to) }))
    .filter((group) => group.marks.length > 0)
    .map((group, i) => ({ letter: letterOf(i), ...group }));
}

const APART_PX = 20; // between two letters in a row
export const ROW_PX = 20;

/** The row of each letter, so that none covers another: 0 is the lowest. `xs` ascend. */
export function rowsOf(xs: number[]): number[] {
  const ends: number[] = [];
  return xs.map((x) => {
    const free = ends.findIndex((end) => x - end >= APART_PX);
    const row = free < 0 ? ends.length : free;
    ends[row] = x;
    return row;
  });
}
