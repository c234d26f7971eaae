// Numbers and local days as people of a language write them.
import type { Lang } from "../settings.ts";
import { dayMs } from "./days.ts";
import { isShare, type Measure } from "./figures.ts";

export interface Numbers {
  one(n: number): string; // 86.9
  signed(n: number): string; // +1.7
  range(lo: number, hi: number): string; // 86.5–87.3
  measure(n: number, measure: Measure): string; // 86.9%, 74.2, +42.0
  day(day: string): string; // 17 Nov
  month(day: string): string; // Nov 2026
  days(from: string, to: string): string; // 20 Oct – 16 Nov 2026
  shortWeekday(weekday: number): string; // Mon
}

const MAKE = Object.fromEntries((["en", "id"] as const).map((lang) => [lang, makeNumbers(lang)])) as Record<Lang, Numbers>;

function makeNumbers(lang: Lang): Numbers {
  const tag = lang === "en" ? "en-GB" : "id-ID";
  const decimal = new Intl.NumberFormat(tag, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const dates = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, { timeZone: "UTC", ...options });
  const day = dates({ day: "numeric", month: "short" });
  const month = dates({ month: "short", year: "numeric" });
  const full = dates({ day: "numeric", month: "short", year: "numeric" });
  const weekday = dates({ weekday: "short" });
  const one = (n: number) => decimal.format(Math.abs(n) < 0.05 ? 0 : n).replace(/^-/, "\u2212");
  const signed = (n: number) => (n >= 0.05 ? `+${one(n)}` : one(n));
  return {
    one,
    signed,
    range: (lo, hi) => (lo < 0 ? `${one(lo)} … ${one(hi)}` : `${one(lo)}\u2013${one(hi)}`),
    measure: (n, measure) => (isShare(measure) ? `${one(n)}%` : measure === "nps" ? signed(n) : one(n)),
    day: (text) => day.format(dayMs(text)),
    month: (text) => month.format(dayMs(text)),
    days: (from, to) => (from === to ? full.format(dayMs(from)) : full.formatRange(dayMs(from), dayMs(to)).replace(/\s*\u2013\s*/, " \u2013 ")),
    shortWeekday: (n) => weekday.format(Date.UTC(2023, 0, 1 + n)),
  };
}

export const numbersOf = (lang: Lang): Numbers => MAKE[lang];
