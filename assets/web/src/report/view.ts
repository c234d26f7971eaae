// What the address says of this page, and back: a link is a report. What goes without saying is not in the address.
import { addressOf } from "../kit.ts";
import { isDay, PRESETS, type Period, type Preset } from "../trends/days.ts";
import { readSource, sourceField, type Source } from "../trends/source.tsx";

export type Kind = "place" | "skm";

export interface View {
  place: string;
  kind: Kind;
  source: Source; // of the report of a place
  period: Preset | Period;
  population: number | null; // people served: of the SKM report; null: not known
}

const USUAL: Preset = "last-month";
export const POPULATION_MAX = 1_000_000_000; // trends.h

export function readView(query: URLSearchParams, place: string): View {
  const from = query.get("from");
  const to = query.get("to");
  const period = query.get("period");
  const population = Number(query.get("population"));
  return {
    place,
    kind: query.get("kind") === "skm" ? "skm" : "place",
    source: readSource(query),
    period: isDay(from) && isDay(to) && from <= to ? { from, to } : (PRESETS.find((each) => each === period) ?? USUAL),
    population: Number.isInteger(population) && population >= 1 && population <= POPULATION_MAX ? population : null,
  };
}

export function viewAddress({ place, kind, source, period, population }: View): string {
  const days = typeof period === "string" ? { period: period === USUAL ? "" : period } : period;
  const all = { place, kind: kind === "place" ? "" : kind, source: sourceField(source) ?? "", ...days, population: population === null ? "" : String(population) };
  return addressOf("report", Object.fromEntries(Object.entries(all).filter(([, value]) => value !== "")));
}
