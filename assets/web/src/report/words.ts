// The words of this page beside those of trends, in both languages: a key that one lacks is a compile error.
import type { Lang } from "../settings.ts";
import { useWords, type Said as TrendsSaid } from "../trends/words.ts";
import { en } from "./words-en.ts";
import { id } from "./words-id.ts";

export type Words = typeof en;
const WORDS: Record<Lang, Words> = { en, id };
const TWO = Object.fromEntries((["en", "id"] as const).map((lang) => [lang, new Intl.NumberFormat(lang === "en" ? "en-GB" : "id-ID", { minimumFractionDigits: 2, maximumFractionDigits: 2 })])) as Record<Lang, Intl.NumberFormat>;

export interface Said extends TrendsSaid {
  r: Words;
  two(n: number): string; // 81.25: the classes of the IKM are of two decimals
}

export function useReportWords(): Said {
  const said = useWords();
  return { ...said, r: WORDS[said.lang], two: (n) => TWO[said.lang].format(n) };
}
