// The figures of one screen, for weeks on end: asked for now and then, and at once when an event says that something changed (staff:
// a screen for customers gets no events, since they tell of alerts). What was shown stays until newer figures are here; the
// screen says when they are old. Once a night it is loaded anew, so that a browser that leaks and an old program go away.
import type { Wall } from "../api.ts";
import { getJson, look, useEffect, useState } from "../kit.ts";

export interface WallState {
  wall: Wall | null;
  at: number; // performance.now() when it came
  live: boolean;
  ended: boolean; // the link has expired or was taken back
  gone: boolean; // there is no such branch for who looks
}

const ASK_MS = 20_000;
const RETRY_MS = 5_000;
const OLD_MS = 65_000; // so long without an answer is not live
const NIGHT_HOUR = 3;
const RELOAD_AFTER_MS = 12 * 3_600_000;

export function useWall(place: string, audience: "staff" | "customers"): WallState {
  const [state, setState] = useState<WallState>({ wall: null, at: 0, live: false, ended: false, gone: false });
  useEffect(() => {
    const abort = new AbortController();
    const began = performance.now();
    let timer = 0;
    let busy = false;
    let again = false; // something changed while it was asked
    let leave: (() => void) | null = null;
    let told: number | null = null; // the newest revision, as the hub has told it; null: it hears of none now
    const path = `/api/v1/wall?place=${encodeURIComponent(place)}&for=${audience}`;

    const ask = async (): Promise<void> => {
      again = busy;
      if (busy) return;
      busy = true;
      clearTimeout(timer);
      const result = await getJson<Wall>(path, abort.signal);
      busy = false;
      if (abort.signal.aborted) return;
      if (result.ok) {
        setState({ wall: result.value, at: performance.now(), live: true, ended: false, gone: false });
        if (new Date().getHours() === NIGHT_HOUR && performance.now() - began > RELOAD_AFTER_MS) location.reload(); // the server answers
        listen();
      } else {
        const ended = result.failure.kind === "auth";
        const gone = result.failure.kind === "problem" && result.failure.status === 404;
        setState((was) => ({ ...was, ended, gone, live: !ended && was.live && performance.now() - was.at < OLD_MS && result.failure.kind !== "offline" }));
      }
      later(!result.ok ? RETRY_MS : again ? 0 : ASK_MS);
    };
    const later = (ms: number) => {
      clearTimeout(timer);
      timer = window.setTimeout(() => void ask(), ms);
    };
    const listen = () => {
      if (audience === "staff")
        leave ??= look(
          place,
          ({ rev }) => {
            if (rev !== told) void ask();
            told = rev;
          },
          ask,
        );
    };
    const offline = () => setState((was) => ({ ...was, live: false }));
    const online = () => void ask();
    addEventListener("offline", offline);
    addEventListener("online", online);
    void ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
      leave?.();
      removeEventListener("offline", offline);
      removeEventListener("online", online);
    };
  }, [place, audience]);
  return state;
}
