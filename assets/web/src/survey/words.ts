// The words of this page with its times, in both languages: a key that one lacks is a compile error.
import { useText } from "../kit.ts";
import type { Lang } from "../settings.ts";
import type { Text } from "../text.ts";
import { en } from "./words-en.ts";
import { id } from "./words-id.ts";

export type Words = typeof en;
const WORDS: Record<Lang, Words> = { en, id };
const TAGS: Record<Lang, string> = { en: "en-GB", id: "id-ID" };

export interface Said extends Text {
  w: Words;
  stamp(ms: number, zone: string): string; // 17 Nov 2026, 12:04
  languageName(code: string): string;
}

export function useSurveyWords(): Said {
  const text = useText();
  const tag = TAGS[text.lang];
  const names = new Intl.DisplayNames(tag, { type: "language", fallback: "code" });
  return {
    ...text,
    w: WORDS[text.lang],
    stamp: (ms, timeZone) => new Intl.DateTimeFormat(tag, { timeZone, year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(ms),
    languageName: (code) => {
      try {
        return names.of(code) ?? code;
      } catch {
        return code; // no code at all
      }
    },
  };
}
