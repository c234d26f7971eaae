// What the address says of this page, and back: a link is a test. What goes without saying is not in the address.
import { addressOf } from "../kit.ts";
import { isDay, type Period } from "../trends/days.ts";

export const SPANS = ["28d", "90d", "365d"] as const;
export type Span = (typeof SPANS)[number];

export interface View {
  place: string;
  period: Span | Period;
  a: string; // settings as the API takes them; "": the promise in force
  b: string; // "": none to compare with
  of: string; // the standard that a setting may be taken over into; "": a new one
  late: boolean; // votes that came late count too
}

export function readView(query: URLSearchParams, place: string): View {
  const from = query.get("from");
  const to = query.get("to");
  const span = query.get("period");
  return {
    place,
    period: isDay(from) && isDay(to) && from <= to ? { from, to } : (SPANS.find((each) => each === span) ?? "90d"),
    a: query.get("a") ?? "",
    b: query.get("b") ?? "",
    of: query.get("of") ?? "",
    late: query.get("late") === "counted",
  };
}

export function viewAddress({ place, period, a, b, of, late }: View): string {
  const days = typeof period === "string" ? { period: period === "90d" ? "" : period } : period;
  const all = { place, ...days, a, b, of, late: late ? "counted" : "" };
  return addressOf("backtest", Object.fromEntries(Object.entries(all).filter(([, value]) => value !== "")));
}
