// The words of this page with its numbers and dates, in both languages: a key that one lacks is a compile error.
import { useText } from "../kit.ts";
import type { Lang } from "../settings.ts";
import type { Text } from "../text.ts";
import { dayMs } from "../trends/days.ts";
import { en } from "./words-en.ts";
import { id } from "./words-id.ts";

export type Words = typeof en;
const WORDS: Record<Lang, Words> = { en, id };
const TAGS: Record<Lang, string> = { en: "en-GB", id: "id-ID" };

export interface Said extends Text {
  w: Words;
  day(day: string): string; // 17 Nov
  days(from: string, to: string): string; // 20 Oct – 16 Nov 2026
  stamp(ms: number): string; // 17 Nov, 12:04, by the clock of the place
  few(n: number): string; // two digits that say something: 0.62, 6.2, 62
}

const NUMERIC = { year: "numeric", month: "short", day: "numeric" } as const;

/** tz: of the place. */
export function useWords(tz = "UTC"): Said {
  const text = useText();
  const tag = TAGS[text.lang];
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, { timeZone: "UTC", ...options });
  const number = (digits: number) => new Intl.NumberFormat(tag, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const tidy = (said: string) => said.replace(/\s*\u2013\s*/, " \u2013 ");
  return {
    ...text,
    w: WORDS[text.lang],
    day: (each) => format({ day: "numeric", month: "short" }).format(dayMs(each)),
    days: (from, to) => (from === to ? format(NUMERIC).format(dayMs(from)) : tidy(format(NUMERIC).formatRange(dayMs(from), dayMs(to)))),
    stamp: (ms) => format({ timeZone: tz, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(ms),
    few: (n) => number(n < 1 ? 2 : n < 10 ? 1 : 0).format(n),
  };
}
