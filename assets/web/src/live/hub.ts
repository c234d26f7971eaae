// The hub: holds the one event stream of this browser, for all windows that somebody sees. A browser opens only six connections an
// origin. It runs as a shared worker, or, where a browser has none, in the window itself: either way a window speaks to it
// over a port (line.ts). Invariants: no window, no stream; at most one stream; a window hears of its own place alone;
// what was opened before a window asked for a new one (somebody else signed in) tells nothing any more.
export type Link = "connecting" | "live" | "lost";

/** A window that is seen says where it looks, again and again; null: it looks no more. fresh: a stream that was opened before is of no
 * use, since session or network are others. */
export interface Look {
  place: string | null;
  fresh: boolean;
}

/** The answer to each look, and whenever it changes. rev: the newest of the place, while the link is live. */
export interface News {
  place: string;
  link: Link;
  rev: number | null;
}

const CONNECT_MS = 6_000; // "connecting" for longer than this is "lost"
const RETRY_MAX_MS = 15_000;
const SWEEP_MS = 10_000;
const SILENT_MS = 25_000; // a window says that it is there every 10 s: one that has not is gone
const PLACES_MAX = 16; // of a stream (aggregator/hub.h); windows at further places are not live

interface Seen {
  place: string;
  at: number; // performance.now() of its last word
}

class Hub {
  private readonly windows = new Map<MessagePort, Seen>();
  private link: Link = "connecting";
  private stream: EventSource | null = null;
  private places: string[] = []; // of the stream
  private greeted = false; // by it
  private revs = new Map<string, number>();
  private failures = 0;
  private connectTimer = 0;
  private retryTimer = 0;
  private sweepTimer = 0;

  join(port: MessagePort): void {
    port.onmessage = ({ data }: MessageEvent<Look>) => this.take(port, data);
  }

  private take(port: MessagePort, { place, fresh }: Look): void {
    const was = this.windows.get(port)?.place;
    if (place === null) this.windows.delete(port);
    else this.windows.set(port, { place, at: performance.now() });
    if (fresh) {
      this.close();
      this.revs.clear();
      if (this.link === "live") this.link = "connecting";
    }
    if (!this.windows.size) this.rest();
    else if (fresh || (place !== null && place !== was)) this.follow();
    this.tell(port);
  }

  private rest(): void {
    this.close();
    this.revs.clear();
    this.link = "connecting";
    clearInterval(this.sweepTimer);
    this.sweepTimer = 0;
  }

  /** Opens a stream of all places that are looked at, unless there is one. It tells of what nobody looks at any more until another is needed. */
  private follow(): void {
    const wanted = [...new Set([...this.windows.values()].map(({ place }) => place))];
    if (this.stream && wanted.every((place) => this.places.includes(place))) return;
    this.close();
    this.sweepTimer ||= setInterval(this.sweep, SWEEP_MS);
    this.places = wanted.slice(0, PLACES_MAX);
    this.stream = new EventSource(`/api/v1/live?${this.places.map((place) => `place=${encodeURIComponent(place)}`).join("&")}`);
    this.stream.onerror = this.lost;
    for (const kind of ["hello", "today", "alert"]) this.stream.addEventListener(kind, this.heard);
    this.connectTimer = setTimeout(this.lost, CONNECT_MS);
  }

  private close(): void {
    clearTimeout(this.connectTimer);
    clearTimeout(this.retryTimer);
    this.stream?.close();
    this.stream = null;
    this.greeted = false;
  }

  private heard = ({ type, data }: MessageEvent<string>): void => {
    // A stream of one place does not say which.
    const { rev = 0, place = this.places[0] ?? "", revs = { [place]: rev } } = JSON.parse(data) as { rev?: number; place?: string; revs?: Record<string, number> };
    if (type !== "hello") {
      this.revs.set(place, rev);
      return this.tellAll(place);
    }
    clearTimeout(this.connectTimer);
    this.greeted = true;
    this.failures = 0;
    this.link = "live";
    this.revs = new Map(Object.entries(revs));
    if (this.places.some((each) => !this.revs.has(each))) this.retry(RETRY_MAX_MS); // one that is not there, or not for this session: it may be later
    this.tellAll();
  };

  // Our own back-off, because EventSource gives up for good on an HTTP error and does not say which.
  private lost = (): void => {
    this.close();
    this.revs.clear();
    this.link = "lost";
    this.retry(Math.min(RETRY_MAX_MS, 1000 * 2 ** this.failures));
    this.failures += 1;
    this.tellAll();
  };

  private retry(ms: number): void {
    this.retryTimer = setTimeout(() => {
      this.close();
      this.follow();
    }, ms * (0.75 + Math.random() / 2));
  }

  private tellAll(place?: string): void {
    for (const [port, seen] of this.windows) if (place === undefined || seen.place === place) this.tell(port);
  }

  private tell(port: MessagePort): void {
    const place = this.windows.get(port)?.place;
    if (place === undefined) return;
    const rev = this.revs.get(place) ?? null;
    // While a stream with one more place is opened, the others stay live: hello tells what they miss.
    const link = this.link !== "live" || rev !== null ? this.link : this.greeted ? "lost" : "connecting";
    port.postMessage({ place, link, rev } satisfies News);
  }

  /** Forgets windows that have died without a word. What has slept with the machine comes back with its next one. */
  private sweep = (): void => {
    for (const [port, { at }] of this.windows) if (performance.now() - at > SILENT_MS) this.windows.delete(port);
    if (!this.windows.size) this.rest();
  };
}

const hub = new Hub();
addEventListener("connect", (event) => {
  const port = (event as MessageEvent).ports[0];
  if (port) hub.join(port);
});
