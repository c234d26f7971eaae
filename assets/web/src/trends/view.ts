// What the address says of this page, and back: a link is a view. What goes without saying is not in the address.
import type { Visits } from "../api.ts";
import { addressOf } from "../kit.ts";
import { isDay, PRESETS, type By, type Period, type Preset } from "./days.ts";
import { readSource, sourceField, type Source } from "./source.tsx";

export const CARDS = ["line", "grid", "ranking", "reasons"] as const;
export type CardName = (typeof CARDS)[number];

export interface View {
  place: string;
  source: Source;
  question: string; // "": the usual one
  period: Preset | Period;
  by: By | null; // null: as fits the period
  index: boolean; // instead of the satisfied share
  compared: boolean; // with the period before
  marks: boolean; // what happened, on the line
  weekday: number | null; // only this one (0 = Sunday), in the line
  hour: number | null;
  volume: boolean; // votes in the hours of the week, instead of scores
  children: boolean; // rank the places right below, not all branches
  visits: Visits; // whose reasons
  reason: string | null; // how often this one is named, instead of votes: "why:wait"
  tables: CardName[]; // cards shown as tables
}

const oneOf = <T extends string>(value: string | null, list: readonly T[]): T | null => list.find((each) => each === value) ?? null;
const isReason = (value: string | null): value is string => value !== null && /^[a-z0-9-]+:[a-z0-9-]+$/.test(value);
const within = (value: string | null, most: number): number | null => (value !== null && /^\d{1,2}$/.test(value) && Number(value) <= most ? Number(value) : null);

export function readView(query: URLSearchParams, place: string): View {
  const reason = query.get("reason");
  const source = readSource(query);
  const from = query.get("from");
  const to = query.get("to");
  return {
    place,
    source,
    question: query.get("question") ?? "",
    period: isDay(from) && isDay(to) && from <= to ? { from, to } : (oneOf(query.get("period"), PRESETS) ?? "28d"),
    by: oneOf(query.get("by"), ["day", "week", "month"]),
    index: query.get("show") === "index",
    compared: query.get("before") !== "no",
    marks: query.get("marks") !== "no",
    weekday: within(query.get("weekday"), 6),
    hour: within(query.get("hour"), 23),
    volume: query.get("grid") === "votes",
    children: query.get("rank") === "children",
    visits: oneOf(query.get("visits"), ["happy", "all"]) ?? "unhappy",
    reason: isReason(reason) && source === "kiosks" ? reason : null,
    tables: CARDS.filter((name) => query.get("table")?.split(" ").includes(name)),
  };
}

export function viewAddress(view: View): string {
  const period = typeof view.period === "string" ? { period: view.period === "28d" ? "" : view.period } : view.period;
  const all = {
    place: view.place,
    source: sourceField(view.source) ?? "",
    question: view.question,
    ...period,
    by: view.by ?? "",
    show: view.index ? "index" : "",
    before: view.compared ? "" : "no",
    marks: view.marks ? "" : "no",
    weekday: view.weekday === null ? "" : String(view.weekday),
    hour: view.hour === null ? "" : String(view.hour),
    grid: view.volume ? "votes" : "",
    rank: view.children ? "children" : "",
    visits: view.visits === "unhappy" ? "" : view.visits,
    reason: view.reason ?? "",
    table: view.tables.join(" "),
  };
  return addressOf("trends", Object.fromEntries(Object.entries(all).filter(([, value]) => value !== "")));
}
