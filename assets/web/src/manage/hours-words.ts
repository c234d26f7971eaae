// Words of opening hours, in both languages: a key that one lacks is a compile error.
import type { Lang } from "../settings.ts";
import type { Span } from "./items.ts";

const names = (of: Record<string, string>) => (days: string): string => days.replace(/[a-z]+/g, (day) => of[day] ?? day).replace(/-/g, "\u2013").replace(/,/g, ", ");
const lineOf = (days: (days: string) => string, time: (at: string) => string) => (spans: Span[]): string => spans.map((each) => `${days(each.days)} ${time(each.open)}\u2013${time(each.close)}`).join(", ");
const english = names({ daily: "Daily", mon: "Mon", tue: "Tue", wed: "Wed", thu: "Thu", fri: "Fri", sat: "Sat", sun: "Sun" });
const indonesian = names({ daily: "Setiap hari", mon: "Sen", tue: "Sel", wed: "Rab", thu: "Kam", fri: "Jum", sat: "Sab", sun: "Min" });

const en = {
  hours: "Opening hours",
  days: english,
  line: lineOf(english, (at) => at),
  daysOf: (n: number) => `Days of span ${n}`,
  opensOf: (n: number) => `Span ${n} opens at`,
  closesOf: (n: number) => `Span ${n} closes at`,
  drop: "Remove",
  dropSpan: (n: number) => `Remove span ${n}`,
  add: "Add hours",
};
export type HoursWords = typeof en;
const id: HoursWords = {
  hours: "Jam buka",
  days: indonesian,
  line: lineOf(indonesian, (at) => at.replace(":", ".")),
  daysOf: (n) => `Hari rentang ${n}`,
  opensOf: (n) => `Rentang ${n} buka pukul`,
  closesOf: (n) => `Rentang ${n} tutup pukul`,
  drop: "Hapus",
  dropSpan: (n) => `Hapus rentang ${n}`,
  add: "Tambah jam",
};
export const HOURS: Record<Lang, HoursWords> = { en, id };
