// This window's line to the hub of the browser (hub.ts). While the window is seen it says again and again where it looks, and each
// time the hub must answer: one that does not, because it has crashed or could not be loaded, is "lost", and called anew.
import { ENDED } from "../http.ts";
import type { Look, News } from "./hub.ts";

export type { Link, News } from "./hub.ts";

declare const HUB: string; // set by the build: of another program's hub, which may speak otherwise, a page wants nothing

const SIGN_MS = 10_000; // a sign of life; the hub forgets a window that is silent for 25 s
const DEAF_MS = 6_000;

interface Looking {
  place: string;
  tell: (news: News) => void;
  ask: () => unknown;
}

let port: MessagePort | null = null;
let looking: Looking | null = null;
let ended = false; // nobody is signed in
let signTimer = 0;
let deafTimer = 0;

function call(): MessagePort {
  try {
    return new SharedWorker("/live.js", HUB).port;
  } catch {
    // There is none in this browser, or not for this page: the hub is run here, for this window.
    const { port1, port2 } = new MessageChannel();
    import("./hub.ts").then(() => dispatchEvent(new MessageEvent("connect", { ports: [port2] })), () => undefined);
    return port1;
  }
}

function say(place: string | null, fresh = false): void {
  clearTimeout(signTimer);
  clearTimeout(deafTimer);
  if (!place && !fresh && !port) return;
  port ??= call();
  port.onmessage = heard;
  port.postMessage({ place, fresh } satisfies Look);
  if (!place) return;
  signTimer = window.setTimeout(sign, SIGN_MS);
  deafTimer = window.setTimeout(deaf, DEAF_MS);
}

function sign(fresh = false): void {
  say(looking && !ended && !document.hidden ? looking.place : null, fresh);
}

function heard({ data }: MessageEvent<News>): void {
  clearTimeout(deafTimer);
  if (data.place === looking?.place) looking.tell(data);
}

function deaf(): void {
  leave();
  port?.close();
  port = null;
  looking?.tell({ place: looking.place, link: "lost", rev: null });
  sign();
}

function leave(): void {
  say(null);
}

/** The stream that there is was opened in another session, or by a network that is gone: it is opened anew, or ended. */
export function renew(): void {
  sign(true);
}

/** While the window is seen, tells how live a place is and of each change, and asks for its figures whenever that may have been missed.
 * One place a window. Returns how to stop it. */
export function look(place: string, tell: (news: News) => void, ask: () => unknown): () => void {
  const mine = { place, tell, ask };
  looking = mine;
  sign();
  return () => {
    if (looking !== mine) return;
    looking = null;
    sign();
  };
}

function again(fresh = false): void {
  sign(fresh);
  if (!document.hidden) looking?.ask();
}

document.addEventListener("visibilitychange", () => again());
addEventListener("pageshow", () => again());
addEventListener("pagehide", leave);
addEventListener("offline", () => again()); // what is asked fails, and so says it
addEventListener("online", () => { // or signed in (app.tsx)
  ended = false;
  again(true);
});
addEventListener(ENDED, () => {
  ended = true;
  renew();
});
