// The words of this page with the numbers and dates of trends, in both languages: a key that one lacks is a compile error.
import type { Lang } from "../settings.ts";
import { useWords, type Said } from "../trends/words.ts";
import { en } from "./words-en.ts";
import { id } from "./words-id.ts";

export type ImproveWords = typeof en;
const WORDS: Record<Lang, ImproveWords> = { en, id };

export interface ImproveSaid extends Said {
  i: ImproveWords;
  money(n: number): string; // 1,250,000: in whatever money the assumption was
  year(day: string): string; // 17 Nov 2026
}

/** Two digits that say something: a model knows no more. */
const rounded = (n: number): number => {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, Math.abs(n)))) - 1);
  return Math.round(n / step) * step;
};

export function useImproveWords(): ImproveSaid {
  const said = useWords();
  return { ...said, i: WORDS[said.lang], money: (n) => said.f.int(rounded(n)), year: (day) => said.num.days(day, day) };
}
