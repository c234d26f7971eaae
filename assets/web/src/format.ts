// Numbers, dates and spans of time as people of the language write them, in the time zone of the place.
// Shares come in as 0..1 and go out in percent; ranges use an en dash, negative numbers a minus sign.
import type { Lang } from "./settings.ts";
import type { Messages } from "./locales/en.ts";

const TAGS: Record<Lang, string> = { en: "en-GB", id: "id-ID" };
const MINUTE_MS = 60_000;

export interface Format {
  int(n: number): string;
  /** 0.766 -> "76.6%"; `digits` after the decimal mark at most, none for a whole number when digits is 0 */
  share(share: number, digits?: number): string;
  /** 85 -> "85%" */
  percent(percent: number): string;
  /** 0.705, 0.818 -> "70.5–81.8" */
  range(lo: number, hi: number, digits?: number): string;
  time(ms: number): string;
  /** the time, with its day when it is not the day of `now` */
  when(ms: number, now: number): string;
  date(ms: number): string;
  shortDate(ms: number): string;
  hour(hour: number): string;
  /** "07:00" of the wire -> "07.00" */
  clock(hhmm: string): string;
  /** "WIB"; empty where it goes without saying */
  zone(ms: number): string;
  weekday(day: number): string;
  span(minutes: number): string;
}

export function makeFormat(lang: Lang, tz: string, t: Messages): Format {
  const tag = TAGS[lang];
  const zoned = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, { timeZone: tz, ...options });
  const whole = new Intl.NumberFormat(tag, { maximumFractionDigits: 0 });
  const upToOne = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 });
  const fixed = (digits: number) =>
    new Intl.NumberFormat(tag, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const time = zoned({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const date = zoned({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const shortDate = zoned({ weekday: "short", day: "numeric", month: "short" });
  const zone = zoned({ timeZoneName: "short" });
  const minus = (text: string) => text.replace(/^-/, "\u2212");
  const tidy = (text: string) => text.replace(/,/g, lang === "en" ? "" : ","); // "Tuesday 17 November", "Selasa, 17 November"

  return {
    int: (n) => minus(whole.format(n)),
    share: (share, digits = 1) => `${minus(fixed(digits).format(share * 100))}%`,
    percent: (percent) => `${minus(upToOne.format(percent))}%`,
    range: (lo, hi, digits = 1) => `${fixed(digits).format(lo * 100)}\u2013${fixed(digits).format(hi * 100)}`,
    time: (ms) => time.format(ms),
    when: (ms, now) =>
      shortDate.format(ms) === shortDate.format(now) ? time.format(ms) : `${tidy(shortDate.format(ms))} ${time.format(ms)}`,
    date: (ms) => tidy(date.format(ms)),
    shortDate: (ms) => tidy(shortDate.format(ms)),
    hour: (hour) => String(hour).padStart(2, "0"),
    clock: (hhmm) => (lang === "id" ? hhmm.replace(":", ".") : hhmm),
    zone: (ms) => {
      const name = zone.formatToParts(ms).find((part) => part.type === "timeZoneName")?.value ?? "";
      const here = Intl.DateTimeFormat().resolvedOptions().timeZone === tz;
      return here && name.startsWith("GMT") ? "" : name;
    },
    weekday: (day) => new Intl.DateTimeFormat(tag, { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2023, 0, 1 + day)),
    span: (minutes) => {
      const whole_ = Math.max(0, Math.round(minutes));
      if (whole_ < 120) return t.minutes(whole_);
      if (whole_ < 48 * 60) return t.hoursMinutes(Math.floor(whole_ / 60), whole_ % 60);
      return t.days(Math.round(whole_ / 1440));
    },
  };
}

export const minutesBetween = (from: number, to: number): number => (to - from) / MINUTE_MS;
