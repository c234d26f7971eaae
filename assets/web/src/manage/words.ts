// The words of this page with its times, in both languages: a key that one lacks is a compile error. Times are by the clock of
// who looks: what is managed lies in several zones.
import { useText } from "../kit.ts";
import type { Lang } from "../settings.ts";
import type { Text } from "../text.ts";
import { en } from "./words-en.ts";
import { id } from "./words-id.ts";

export type Words = typeof en;
const WORDS: Record<Lang, Words> = { en, id };
const TAGS: Record<Lang, string> = { en: "en-GB", id: "id-ID" };
const MINUTE_MS = 60_000;

export interface Said extends Text {
  w: Words;
  stamp(ms: number): string; // 17 Nov 2026, 12:04
  ago(ms: number): string; // 3 minutes ago
}

export function useManageWords(): Said {
  const text = useText();
  const tag = TAGS[text.lang];
  const stamps = new Intl.DateTimeFormat(tag, { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const since = new Intl.RelativeTimeFormat(tag, { numeric: "auto" });
  return {
    ...text,
    w: WORDS[text.lang],
    stamp: (ms) => stamps.format(ms),
    ago: (ms) => {
      const minutes = Math.round((ms - Date.now()) / MINUTE_MS);
      return minutes > -60 ? since.format(Math.min(minutes, 0), "minute") : minutes > -2880 ? since.format(Math.round(minutes / 60), "hour") : since.format(Math.round(minutes / 1440), "day");
    },
  };
}
