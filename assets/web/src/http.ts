// Requests to the aggregator. Every outcome is a value: nothing here throws, nothing redirects.
import type { Problem } from "./api.ts";

export type Failure =
  | { kind: "offline" } // no answer: network, server down, or no answer in time
  | { kind: "auth" } // 401
  | { kind: "limited"; seconds: number } // 429
  | { kind: "problem"; status: number; detail: string; english: string; field: string }; // english: as the server says it

export type Result<T> = { ok: true; value: T } | { ok: false; failure: Failure };

export const ENDED = "puas-ended"; // an event of the window: the session is over; an answer was 401, whoever asked, or somebody has signed out

const TIMEOUT_MS = 15_000; // longer than any answer takes, shorter than a person's patience
const RETRY_DEFAULT_S = 30;

export function getJson<T>(path: string, signal?: AbortSignal): Promise<Result<T>> {
  return request<T>(path, { method: "GET" }, signal);
}

/** null where the answer has no body */
export function postJson<T = null>(path: string, body: object): Promise<Result<T>> {
  const headers = { "Content-Type": "application/json", "X-Puas": "1" };
  return request<T>(path, { method: "POST", headers, body: JSON.stringify(body) });
}

async function request<T>(path: string, init: RequestInit, outer?: AbortSignal): Promise<Result<T>> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  const stop = () => abort.abort();
  outer?.addEventListener("abort", stop);
  try {
    const answer = await fetch(path, { ...init, cache: "no-store", credentials: "same-origin", signal: abort.signal });
    if (!answer.ok) return { ok: false, failure: await failureOf(answer) };
    return { ok: true, value: (answer.status === 204 ? null : await answer.json()) as T };
  } catch {
    return { ok: false, failure: { kind: "offline" } };
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener("abort", stop);
  }
}

async function failureOf(answer: Response): Promise<Failure> {
  if (answer.status === 401) {
    dispatchEvent(new Event(ENDED));
    return { kind: "auth" };
  }
  if (answer.status === 429) {
    const seconds = Number(answer.headers.get("Retry-After"));
    return { kind: "limited", seconds: seconds > 0 ? Math.ceil(seconds) : RETRY_DEFAULT_S };
  }
  const { detail: english = `HTTP ${answer.status}`, field = "" } = (await answer.json().catch(() => ({}))) as Partial<Problem>;
  return { kind: "problem", status: answer.status, detail: await inWords(english), english, field };
}

/** What the server says, in the language of the page. */
export async function inWords(english: string): Promise<string> {
  if (document.documentElement.lang !== "id") return english;
  const said = await import("./refusals/said.ts").catch(() => null);
  return said ? said.inIndonesian(english) : english;
}
