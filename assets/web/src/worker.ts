// The service worker: shows messages of alerts, also while no page is open, and keeps what the pages are made of, so that
// without a network there is a page that says so. What the server tells of customers is never kept.
interface Shown { id: string; event: string; alert: string; title: string; body: string; url: string; lang: string }
interface Client { url: string; focus(): Promise<Client>; navigate(url: string): Promise<Client | null> }
type Waiting = Event & { waitUntil(p: Promise<unknown>): void };
const worker = self as unknown as {
  addEventListener(name: string, on: (event: never) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void>; matchAll(o: { type: "window"; includeUncontrolled: boolean }): Promise<Client[]>; openWindow(url: string): Promise<unknown> };
  registration: { showNotification(title: string, o: NotificationOptions & { renotify?: boolean; timestamp?: number }): Promise<void> };
  location: Location;
};

const KEPT = "puas-pages";
const FIRST = ["/", "/app.js", "/app.css", "/favicon.svg", "/manifest.webmanifest"];

worker.addEventListener("install", (event: Waiting) => {
  event.waitUntil(caches.open(KEPT).then((c) => c.addAll(FIRST)).then(() => worker.skipWaiting()));
});
worker.addEventListener("activate", (event: Waiting) => event.waitUntil(worker.clients.claim()));

// The network first: a new version of the server is never held up by what is kept.
worker.addEventListener("fetch", (event: Event & { request: Request; respondWith(r: Promise<Response>): void }) => {
  const { request } = event, url = new URL(request.url);
  const page = request.mode === "navigate" && url.pathname === "/";
  const file = /^\/[a-z]+\.(js|css|svg|webmanifest)$/.test(url.pathname);
  if (request.method !== "GET" || url.origin !== worker.location.origin || !(page || file)) return;
  const name = page ? "/" : url.pathname;
  event.respondWith(
    fetch(request).then(
      (answer) => {
        if (answer.ok) void caches.open(KEPT).then((c, copy = answer.clone()) => c.put(name, copy));
        return answer;
      },
      async (failure) => {
        const kept = await caches.match(name);
        if (kept) return kept;
        throw failure;
      },
    ),
  );
});

worker.addEventListener("push", (event: Waiting & { data: { json(): Shown } | null }) => {
  if (!event.data) return;
  const m = event.data.json();
  event.waitUntil(
    worker.registration.showNotification(m.title, {
      body: m.body,
      lang: m.lang,
      tag: m.alert || m.id, // the end of an alert takes the place of its raise, and a second delivery that of the first
      renotify: m.event === "raised" || m.event === "unattended",
      requireInteraction: m.event === "raised",
      icon: "/favicon.svg",
      data: m.url,
    }),
  );
});

worker.addEventListener("notificationclick", (event: Waiting & { notification: Notification }) => {
  const url = new URL(String(event.notification.data), worker.location.origin);
  event.notification.close();
  if (url.origin !== worker.location.origin) url.href = worker.location.origin; // public_url is another name of this server
  event.waitUntil(
    worker.clients.matchAll({ type: "window", includeUncontrolled: true }).then(async ([open]) => {
      if (!open) return worker.clients.openWindow(url.href);
      await open.focus();
      return open.url === url.href ? open : open.navigate(url.href);
    }),
  );
});
export {};
