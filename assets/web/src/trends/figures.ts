// What a figure of a report says: in points, whichever measure it is, and against the promise.
import type { Figure, Trends } from "../api.ts";
import type { Words } from "./words.ts";

export type Measure = "share" | "index" | "nps" | "named";
export type Verdict = "above" | "below" | "unclear";
export interface Points {
  value: number;
  lo: number;
  hi: number;
}

export const MIN_DOT_VOTES = 10; // under this the interval says nothing (chart rule 4)

/** A share in percent, an index of 0 to 100, NPS of -100 to 100; null: too few votes to tell. */
export function pointsOf(f: Figure, measure: Measure): Points | null {
  if (measure === "index" || measure === "nps") return f[measure] ?? null;
  const { share, lo, hi } = measure === "named" ? (f.named ?? {}) : f;
  return share == null || lo == null || hi == null ? null : { value: share * 100, lo: lo * 100, hi: hi * 100 };
}

export const isShare = (measure: Measure): boolean => measure === "share" || measure === "named";

/** Where a report is of a reason, all that it says is how often it is named. */
export const measureOf = (report: Trends | null, other: Measure): Measure => (report?.reason ? "named" : other);

/** The measure as a title: of a reason, which one. */
export const measureSaid = (measure: Measure, report: Trends | null, w: Words): string =>
  measure === "share" ? w.satisfied : measure === "named" ? w.namedBy(report?.reason ? labelOf(report.reason) : "") : w[measure];

/** Without words of the survey, its id with spaces. */
export const labelOf = ({ id, label }: { id: string; label: string }): string => {
  const plain = id.replace(/-/g, " ");
  return label === id ? plain.charAt(0).toUpperCase() + plain.slice(1) : label;
};

/** The promise is of the satisfied share: it says nothing of other measures. */
export const targetOf = (report: Trends, measure: Measure): number | null => (measure === "share" ? (report.promise?.target ?? null) : null);

export const verdictOf = (points: { lo: number; hi: number }, target: number | null): Verdict =>
  target === null ? "unclear" : points.lo > target ? "above" : points.hi < target ? "below" : "unclear";

/** Seven steps of the diverging scale: -9, -5, -1.5, +1.5, +4.5, +7.5 points around the middle. */
export function stepOf(value: number, middle: number): number {
  const edges = [-9, -5, -1.5, 1.5, 4.5, 7.5];
  return edges.filter((edge) => value - middle >= edge).length;
}
