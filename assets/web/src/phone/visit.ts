// One visit on this phone: what was answered, kept until the server has stored it, and sent again as often as it takes. The
// visit's number is drawn here, so that what arrives twice counts once. Storage may be forbidden: then it lasts as long as the page.
import type { Answer } from "./survey.ts";

export interface Visit {
  visit: string; // 32 hex digits
  at: number; // of its last answer
  lang: string;
  answers: Answer[];
  last: string | null; // the question that was answered or skipped last
  over: boolean; // nothing more is asked
  stored: number; // answers that the server has
}
export type Sent = "stored" | "offline" | "busy" | "ended" | "refused";

const KEPT_MS = 24 * 3_600_000; // an answer that could not be sent for so long is let go
const TIMEOUT_MS = 15_000;

const key = (token: string): string => `puas.q.${token}`;

const fresh = (): Visit => ({
  visit: Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(""),
  at: 0, lang: "", answers: [], last: null, over: false, stored: 0,
});

/** The one under way or over, else a new one. */
export function loadVisit(token: string, againMinutes: number): Visit {
  try {
    const kept = JSON.parse(localStorage.getItem(key(token)) ?? "null") as Visit | null;
    const age = kept ? Date.now() - kept.at : Infinity;
    if (kept && age >= 0 && age < (kept.stored < kept.answers.length ? KEPT_MS : againMinutes * 60_000)) return kept;
  } catch {
    // forbidden, or not ours
  }
  return fresh();
}

/** Without what was left to be called back in the first `n` answers: it stays on the phone no longer than until it was sent. */
export function forget(visit: Visit, n: number): Visit {
  const stays = ({ reach }: Answer, i: number): boolean => reach === undefined || i >= n;
  return { ...visit, answers: visit.answers.filter(stays), stored: visit.answers.slice(0, visit.stored).filter(stays).length };
}

export function saveVisit(token: string, visit: Visit): void {
  try {
    localStorage.setItem(key(token), JSON.stringify(visit));
  } catch {
    // private mode
  }
}

export async function send(token: string, { visit, lang, answers }: Visit): Promise<Sent> {
  const abort = new AbortController(); // older phones have no AbortSignal.timeout
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    const answer = await fetch(`/api/v1/phone/${token}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Puas": "1" },
      body: JSON.stringify({ visit, lang, answers }),
      credentials: "omit",
      cache: "no-store",
      keepalive: true, // goes on when the page is left
      signal: abort.signal,
    });
    if (answer.ok) return "stored";
    return answer.status === 404 ? "ended" : answer.status === 429 ? "busy" : answer.status < 500 ? "refused" : "offline";
  } catch {
    return "offline";
  } finally {
    clearTimeout(timer);
  }
}
