// The live figures of one branch: a server-sent event says that something changed, /today says what.
// Invariants: never two requests at once; at most one waits; what was shown stays until newer figures are here;
// hidden pages hold no stream (a browser opens only six connections an origin).
import { useEffect, useRef, useState } from "preact/hooks";
import type { Today } from "./api.ts";
import { getJson, type Failure } from "./http.ts";

export type Link = "connecting" | "live" | "lost";

export interface FeedState {
  today: Today | null;
  receivedAt: number; // performance.now() when `today` arrived: together with today.now it gives the server's time
  failure: Failure | null; // of the last request; the figures above stay
  link: Link;
}

const CHECK_MS = 30_000; // a dead network sends no error: ask now and then
const CONNECT_MS = 6_000; // "connecting" for longer than this is "lost"
const RETRY_MAX_MS = 15_000;

const EMPTY: FeedState = { today: null, receivedAt: 0, failure: null, link: "connecting" };

class Feed {
  private state = EMPTY;
  private stream: EventSource | null = null;
  private abort = new AbortController();
  private busy = false;
  private again = false;
  private failures = 0;
  private retryTimer = 0;
  private connectTimer = 0;
  private checkTimer = 0;
  private stopped = false;

  constructor(private readonly place: string, private readonly changed: (state: FeedState) => void) {}

  start(): void {
    document.addEventListener("visibilitychange", this.seen);
    addEventListener("offline", this.lost);
    addEventListener("online", this.resume);
    addEventListener("pagehide", this.pause);
    addEventListener("pageshow", this.seen);
    this.seen();
  }

  stop(): void {
    this.stopped = true;
    this.pause();
    this.abort.abort();
    document.removeEventListener("visibilitychange", this.seen);
    removeEventListener("offline", this.lost);
    removeEventListener("online", this.resume);
    removeEventListener("pagehide", this.pause);
    removeEventListener("pageshow", this.seen);
  }

  refresh = async (): Promise<void> => {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    do {
      this.again = false;
      const path = `/api/v1/today?place=${encodeURIComponent(this.place)}`;
      const result = await getJson<Today>(path, this.abort.signal);
      if (this.stopped) return;
      if (result.ok) this.set({ today: result.value, receivedAt: performance.now(), failure: null });
      else {
        this.set({ failure: result.failure });
        if (result.failure.kind === "offline") this.lost();
        break;
      }
    } while (this.again);
    this.busy = false;
  };

  private set(part: Partial<FeedState>): void {
    this.state = { ...this.state, ...part };
    if (!this.stopped) this.changed(this.state);
  }

  private seen = (): void => {
    if (document.hidden) this.pause();
    else if (!this.stream) this.resume();
  };

  private pause = (): void => {
    this.close();
    clearTimeout(this.retryTimer);
    clearInterval(this.checkTimer);
    this.checkTimer = 0;
    if (this.state.link === "live") this.set({ link: "connecting" });
  };

  private resume = (): void => {
    if (this.stopped || document.hidden) return;
    this.open();
    void this.refresh();
    clearInterval(this.checkTimer);
    this.checkTimer = window.setInterval(() => void this.refresh(), CHECK_MS);
  };

  private open(): void {
    this.close();
    clearTimeout(this.retryTimer);
    const stream = new EventSource(`/api/v1/live?place=${encodeURIComponent(this.place)}`);
    this.stream = stream;
    this.connectTimer = window.setTimeout(this.lost, CONNECT_MS);
    stream.addEventListener("hello", (event) => {
      clearTimeout(this.connectTimer);
      this.failures = 0;
      this.set({ link: "live" });
      this.news(event);
    });
    stream.addEventListener("today", this.news);
    stream.addEventListener("alert", this.news);
    stream.onerror = this.lost;
  }

  private close(): void {
    clearTimeout(this.connectTimer);
    this.stream?.close();
    this.stream = null;
  }

  private news = (event: MessageEvent<string>): void => {
    if (revOf(event.data) !== this.state.today?.rev || this.busy) void this.refresh();
  };

  // Our own back-off, because EventSource gives up for good on an HTTP error and does not say which.
  private lost = (): void => {
    this.close();
    this.set({ link: "lost" });
    clearTimeout(this.retryTimer);
    if (this.stopped || document.hidden) return;
    const wait = Math.min(RETRY_MAX_MS, 1000 * 2 ** this.failures) * (0.75 + Math.random() / 2);
    this.failures += 1;
    this.retryTimer = window.setTimeout(this.resume, wait);
  };
}

function revOf(data: string): number {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" && value !== null && "rev" in value ? Number(value.rev) : NaN;
  } catch {
    return NaN;
  }
}

export function useFeed(place: string): FeedState & { refresh: () => Promise<void> } {
  const [state, setState] = useState(EMPTY);
  const feed = useRef<Feed | null>(null);
  useEffect(() => {
    setState(EMPTY);
    const mine = new Feed(place, setState);
    feed.current = mine;
    mine.start();
    return () => mine.stop();
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
