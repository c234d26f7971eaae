// What an alert says of itself, by kind.
import type { Alert } from "./api.ts";
import { pick, type Text } from "./text.ts";
import { minutesBetween } from "./format.ts";

export interface Said {
  kind: string; // "Promise not kept"
  headline: string;
  detail: string;
}

export function sayAlert(alert: Alert, now: number, { t, f, lang }: Text): Said {
  const kind = t.kind[alert.kind];
  const votes = alert.votes;
  const target = alert.target ?? 0;
  const name = alert.subject?.name ?? alert.place.name;
  switch (alert.kind) {
    case "change":
    case "standard":
      if (!votes || votes.share === null) return { kind, headline: kind, detail: "" };
      if (alert.kind === "change")
        return {
          kind,
          headline: `${t.satisfied} ${f.share(votes.share, 0)}, ${t.mark.change} ${f.percent(target)}`,
          detail: t.subChange(f.int(votes.unhappy), f.int(votes.n)),
        };
      return {
        kind,
        headline: t.headStandard(f.share(votes.share, 0), f.percent(target)),
        detail: t.subStandard(f.int(votes.unhappy), f.int(votes.n), f.percent(100 - target).replace("%", "")),
      };
    case "share":
      return {
        kind,
        headline: votes && votes.n ? t.headShare(f.int(votes.unhappy), f.int(votes.n), f.share(votes.unhappy / votes.n, 0)) : kind,
        detail: t.subShare(alert.boundary === ">", f.percent(target), f.span(alert.window ?? 0), f.int(alert.minN ?? 0)),
      };
    case "silence": {
      const span = f.span(alert.silentMin ?? minutesBetween(alert.since, now));
      return {
        kind,
        headline: t.headSilence(name, span),
        detail: alert.usualGapMin === null ? "" : t.subSilence(f.span(alert.usualGapMin)),
      };
    }
    case "offline":
      return {
        kind,
        headline: alert.lastHeard === null ? t.headOfflineNever(name) : t.headOffline(name, f.when(alert.lastHeard, now)),
        detail: t.subOffline,
      };
    case "coverage":
    case "clock":
    case "tamper":
    case "contact":
      return { kind, headline: name, detail: "" };
    default: // mood, run, count, index: what the rule is called says it best
      return { kind, headline: pick(alert.rule.name, lang), detail: t.subChange(f.int(votes?.unhappy ?? 0), f.int(votes?.n ?? 0)) };
  }
}

export function stateWord(alert: Alert, { t }: Text): string | null {
  switch (alert.state) {
    case "pending":
      return t.pending;
    case "recovering":
      return t.recovering;
    case "unknown":
      return t.noData;
    case "resolved":
      return alert.reopened ? t.reopened : t.resolved;
    default:
      return null;
  }
}

/** Ended alerts that are worked on again are shown as open ones. */
export const isOpen = (alert: Alert): boolean => alert.state !== "resolved" || alert.reopened !== null;
