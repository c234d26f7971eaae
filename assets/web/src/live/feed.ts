// The live figures of one branch: the hub says that something changed, /today says what.
// Invariants: never two requests at once; at most one waits; what was shown stays until newer figures are here;
// a window that nobody sees asks for nothing.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Today } from "../api.ts";
import { getJson, type Failure } from "../http.ts";
import { look, renew, type Link, type News } from "./line.ts";

export interface FeedState {
  today: Today | null;
  receivedAt: number; // performance.now() when `today` arrived: together with today.now it gives the server's time
  failure: Failure | null; // of the last request; the figures above stay
  link: Link;
}

const CHECK_MS = 30_000; // a dead network sends no error: ask now and then

const EMPTY: FeedState = { today: null, receivedAt: 0, failure: null, link: "connecting" };

interface Feed {
  refresh: () => Promise<void>;
  stop: () => void;
}

function follow(place: string, changed: (state: FeedState) => void): Feed {
  const abort = new AbortController();
  let state = EMPTY;
  let link: Link = "connecting"; // of the stream
  let busy = false;
  let told: number | null = null; // a revision, while busy
  let leave: (() => void) | null = null;

  const set = (part: Partial<FeedState>): void => {
    const next = { ...state, ...part };
    state = { ...next, link: next.failure?.kind === "offline" ? "lost" : link };
    changed(state);
  };
  const news = (said: News): void => {
    const back = said.link === "live" && link !== "live" && state.failure;
    link = said.link;
    set({});
    if (busy) told = said.rev;
    else if (back || (link === "live" && said.rev !== state.today?.rev)) void refresh();
  };
  const refresh = async (): Promise<void> => {
    if (busy) {
      told = NaN; // whatever is here then
      return;
    }
    busy = true;
    do {
      told = null;
      const result = await getJson<Today>(`/api/v1/today?place=${encodeURIComponent(place)}`, abort.signal);
      if (abort.signal.aborted) return;
      if (result.ok) set({ today: result.value, receivedAt: performance.now(), failure: null });
      else {
        if (result.failure.kind === "offline" && state.failure?.kind !== "offline") renew();
        set({ failure: result.failure });
      }
    } while (told !== null && told !== state.today?.rev);
    busy = false;
    leave ??= look(place, news, refresh); // after the first figures, which the stream must not delay
  };
  const timer = setInterval(() => document.hidden || refresh(), CHECK_MS);
  if (document.hidden) leave = look(place, news, refresh);
  else void refresh();
  return {
    refresh,
    stop: () => {
      clearInterval(timer);
      abort.abort();
      leave?.();
    },
  };
}

export function useFeed(place: string): FeedState & { refresh: () => Promise<void> } {
  const [state, setState] = useState(EMPTY);
  const feed = useRef<Feed | null>(null);
  useEffect(() => {
    setState(EMPTY);
    const mine = (feed.current = follow(place, setState));
    return mine.stop;
  }, [place]);
  const current = state.today && state.today.place.id !== place ? EMPTY : state;
  return { ...current, refresh: () => feed.current?.refresh() ?? Promise.resolve() };
}

/** The server's time, renewed when its minute changes. */
export function useServerNow(serverNow: number, receivedAt: number): number {
  const [, tick] = useState(0);
  const now = serverNow + performance.now() - receivedAt;
  useEffect(() => {
    const timer = setTimeout(() => tick((n) => n + 1), 60_000 - (now % 60_000) + 50);
    return () => clearTimeout(timer);
  });
  return now;
}
