// Messages to browsers: subscribed by people, sealed for one browser, sent to a real server in the place of the browser
// maker's service; what it says of browsers that are gone; kills.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { Browser, PHONE } from "./lib/browser.mjs";
import { BrowserKey, claims } from "./lib/browser-key.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { run } from "./lib/process.mjs";
import { HttpReceiver } from "./lib/receivers.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { BIN, scenario } from "./lib/world.mjs";

const QUICK = "retry_min: 50 ms, retry_max: 400 ms, timeout: 5 s, per_minute: 600";

async function system(world, { answer, channel = `{ id: phones, kind: webpush, from: ops@example.org, allow_private: true, rules: [satisfied-85], ${QUICK} }` } = {}) {
  const broker = await Broker.start(world);
  const service = await HttpReceiver.start(world, answer ? { answer } : {});
  const aggregator = await Aggregator.start(world, {
    brokerPort: broker.port,
    change: (text) => (channel ? text.replace(/^times:/m, `channels:\n  - ${channel}\ntimes:`) : text),
  });
  const raise = async () => {
    const kiosk = new ForeignKiosk({ port: broker.port, id: "dago-entrance", branch: "bandung-dago", secret: SECRET });
    world.own("foreign kiosk", () => kiosk.die());
    await kiosk.connect();
    await kiosk.synced;
    for (let i = 0; i < 7; i++) {
      kiosk.press(1);
      await kiosk.settled();
    }
    return kiosk;
  };
  const browser = (name) => new BrowserKey(`${service.url}/send/${name}`);
  const to = (name) => (q) => q.path === `/send/${name}`;
  const settled = () => waitFor("all rows to be settled", async () => (await aggregator.store.one("SELECT count(*) FROM outgoing WHERE state = 0")) === 0);
  return { broker, service, aggregator, store: aggregator.store, raise, browser, to, settled };
}

scenario("a raise reaches the browsers of those who may see it, sealed, and its end takes its place", async (world) => {
  const s = await system(world);
  const [manager, admin] = await Promise.all([Session.login(s.aggregator.url), Session.login(s.aggregator.url, "admin")]);
  const { key, browsers } = await manager.get("/api/v1/webpush");
  assert.equal(Buffer.from(key, "base64url").length, 65);
  assert.deepEqual(browsers, []);
  assert.equal(statSync(`${s.aggregator.data}/push.key`).mode & 0o777, 0o600);
  const [phone, office] = [s.browser("phone"), s.browser("office")];
  await manager.post("/api/v1/webpush", phone.subscription("bandung-dago", "id"));
  await admin.post("/api/v1/webpush", office.subscription("harapan", "en"));
  const listed = (await manager.get("/api/v1/webpush")).browsers;
  assert.deepEqual(listed.map(({ service, place, lang }) => [service, place, lang]), [[new URL(s.service.url).host, "bandung-dago", "id"]]);
  await s.raise();
  const [at] = await s.service.arrived(1, s.to("phone"));
  const said = claims(at.headers.authorization, key);
  assert.deepEqual([said.aud, said.sub], [s.service.url, "mailto:ops@example.org"]);
  assert.ok(said.exp * 1000 > Date.now() && said.exp * 1000 < Date.now() + 86_400_000);
  assert.deepEqual([at.headers["content-encoding"], at.headers.urgency], ["aes128gcm", "high"]);
  assert.ok(Number(at.headers.ttl) > 3600);
  const message = phone.open(at.bytes);
  const alert = await s.store.one("SELECT id FROM alert WHERE closed IS NULL");
  assert.equal(at.headers.topic, alert);
  assert.deepEqual([message.event, message.alert, message.title, message.url, message.lang], ["raised", alert, "Bandung Dago: Janji tidak terpenuhi", "/?place=bandung-dago", "id"]);
  assert.match(message.body, /^Apa: Sedikitnya 85% puas di setiap pintu keluar\n/);
  const [there] = await s.service.arrived(1, s.to("office"));
  assert.equal(office.open(there.bytes).title, "Bandung Dago: Promise not kept");
  assert.throws(() => office.open(at.bytes), "it is sealed for the one browser");
  await manager.post(`/api/v1/alerts/${alert}/ack`, { comment: "on it", minutes: 30 });
  await manager.post(`/api/v1/alerts/${alert}/resolve`, { comment: "second counter" });
  const ended = await s.service.arrived(2, s.to("phone"));
  assert.deepEqual([phone.open(ended[1].bytes).event, ended[1].headers.topic, ended[1].headers.urgency], ["ended", alert, "normal"]);
  await s.settled();
  assert.deepEqual(await s.store.query("SELECT who, action FROM audit WHERE action LIKE 'webpush%' ORDER BY audit_id"), [{ who: "manager", action: "webpush-on" }, { who: "admin", action: "webpush-on" }]);
});

scenario("a browser that is gone is forgotten, one whose service is down gets it later, the others get it once", async (world) => {
  let down = true;
  const s = await system(world, { answer: ({ path }) => ({ status: path.endsWith("gone") ? 410 : path.endsWith("late") && down ? 503 : 201 }) });
  const manager = await Session.login(s.aggregator.url);
  for (const name of ["gone", "late", "here"]) await manager.post("/api/v1/webpush", s.browser(name).subscription("bandung-dago"));
  await s.raise();
  await s.service.arrived(3, s.to("late"));
  down = false;
  await s.settled();
  assert.equal(s.service.requests.filter(s.to("here")).length, 1);
  assert.equal(s.service.requests.filter(s.to("gone")).length, 1);
  assert.deepEqual((await s.store.query("SELECT endpoint FROM webpush ORDER BY 1")).map((r) => r.endpoint.split("/").pop()), ["here", "late"]);
  assert.equal(await s.store.one("SELECT count(*) FROM outgoing WHERE state = 1"), 1);
  assert.equal(await s.store.one("SELECT count(*) FROM audit WHERE action = 'webpush-off' AND who = 'system'"), 1);
});

scenario("killed before the service has answered: it comes again under the same name, and is shown once", async (world) => {
  let answers = false;
  const s = await system(world, { answer: () => (answers ? { status: 201 } : null) });
  const manager = await Session.login(s.aggregator.url), phone = s.browser("phone");
  await manager.post("/api/v1/webpush", phone.subscription("bandung-dago"));
  await s.raise();
  await s.service.arrived(1);
  await s.aggregator.kill();
  answers = true;
  await s.aggregator.up();
  await s.settled();
  assert.ok(s.service.requests.length >= 2);
  assert.equal(new Set(s.service.requests.map((q) => `${phone.open(q.bytes).id} ${q.headers.topic}`)).size, 1);
});

scenario("who may subscribe what, and what is no subscription", async (world) => {
  const s = await system(world);
  const [manager, admin] = await Promise.all([Session.login(s.aggregator.url), Session.login(s.aggregator.url, "admin")]);
  const phone = s.browser("phone"), good = phone.subscription("bandung-dago");
  const wrong = [
    [{ ...good, endpoint: "" }, 422, "endpoint"], [{ ...good, endpoint: `https://a/${"x".repeat(1000)}` }, 422, "endpoint"],
    [{ ...good, endpoint: "ftp://example.org/x" }, 422], [{ ...good, keys: undefined }, 422, "keys.p256dh"],
    [{ ...good, keys: { ...good.keys, p256dh: Buffer.alloc(65, 4).toString("base64url") } }, 422, "keys.p256dh"],
    [{ ...good, keys: { ...good.keys, auth: "short" } }, 422, "keys.auth"], [{ ...good, place: undefined }, 422, "place"],
    [{ ...good, place: "harapan" }, 404], [{ ...good, place: "nowhere" }, 404], ["no json", 422],
  ];
  for (const [body, status, field] of wrong) {
    const answer = await manager.raw("POST", "/api/v1/webpush", body);
    assert.equal(answer.status, status, JSON.stringify(body));
    if (field) assert.equal((await answer.json()).field, field);
  }
  assert.equal((await new Session(s.aggregator.url).raw("POST", "/api/v1/webpush", good)).status, 401);
  await manager.post("/api/v1/webpush", good);
  assert.equal((await admin.raw("POST", "/api/v1/webpush/end", { endpoint: phone.endpoint })).status, 404, "somebody else's");
  // A test goes to the browsers of whoever asks.
  assert.equal((await admin.raw("POST", "/api/v1/channels/phones/test", {})).status, 202);
  await waitFor("the test to be given up", async () => (await s.store.query("SELECT state, reply FROM outgoing"))[0]?.state === 2);
  assert.match(await s.store.one("SELECT reply FROM outgoing"), /^no browser of admin gets messages/);
  await admin.post("/api/v1/webpush", s.browser("office").subscription("harapan"));
  assert.equal((await admin.raw("POST", "/api/v1/channels/phones/test", {})).status, 202);
  await s.service.arrived(1, s.to("office"));
  assert.equal(s.service.requests.length, 1);
  // The eleventh takes the place of the oldest.
  for (let i = 0; i < 10; i++) await manager.post("/api/v1/webpush", s.browser(`more-${i}`).subscription("bandung-dago"));
  const { browsers } = await manager.get("/api/v1/webpush");
  assert.equal(browsers.length, 10);
  assert.equal(await s.store.one(`SELECT count(*) FROM webpush WHERE endpoint = '${phone.endpoint}'`), 0);
  await manager.post("/api/v1/webpush/end", { endpoint: s.browser("more-3").endpoint });
  assert.equal((await manager.get("/api/v1/webpush")).browsers.length, 9);
  const { lines } = await run("sqlite3", [`${s.aggregator.data}/puas.db`, "PRAGMA integrity_check"]);
  assert.deepEqual(lines, ["ok"]);
});

scenario("a server without such a channel says so", async (world) => {
  const s = await system(world, { channel: null });
  const manager = await Session.login(s.aggregator.url);
  assert.equal((await manager.get("/api/v1/webpush")).key, null);
  const answer = await manager.raw("POST", "/api/v1/webpush", s.browser("phone").subscription("bandung-dago"));
  assert.equal(answer.status, 409);
  assert.match((await answer.json()).detail, /no channel of the kind webpush/);
});

// The service of Chromium's maker is out of reach here: what it hands to the browser is handed over by the browser's own
// debugger, after the subscription has been made with keys of the test's. All else is the real thing.
scenario("switched on in the page, shown by the browser, replaced by the end; and a page without a network", async (world) => {
  const s = await system(world);
  const browser = await Browser.start(world);
  const phone = s.browser("phone");
  const page = await browser.open(`${s.aggregator.url}/?place=bandung-dago`, { viewport: PHONE, locale: "id-ID" });
  const context = page.page.context();
  await context.grantPermissions(["notifications"]);
  await page.page.evaluate((made) => {
    let current = null;
    PushManager.prototype.getSubscription = async () => current;
    PushManager.prototype.subscribe = async (options) => {
      const key = btoa(String.fromCharCode(...new Uint8Array(options.applicationServerKey))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
      current = { endpoint: made.endpoint, toJSON: () => made, unsubscribe: async () => ((current = null), true) };
      globalThis.subscribedWith = key;
      return current;
    };
  }, phone.subscription());
  await page.enter();
  const { key } = await (await Session.login(s.aggregator.url)).get("/api/v1/webpush");
  await page.id("account").click();
  await waitFor("the switch", async () => (await page.id("push").getAttribute("data-state")) === "off");
  await page.accessible("the switch");
  await page.shot("push-off");
  await page.id("push-switch").click();
  await waitFor("it to be on", async () => (await page.id("push").getAttribute("data-state")) === "on");
  assert.match(await page.id("push").textContent(), /Peringatan Bandung Dago sampai di sini/);
  assert.equal(await page.page.evaluate(() => globalThis.subscribedWith), key);
  await page.shot("push-on");
  assert.deepEqual(await s.store.query("SELECT who, endpoint, lang FROM webpush"), [{ who: "manager", endpoint: phone.endpoint, lang: "id" }]);

  const cdp = await context.newCDPSession(page.page);
  const registrations = new Promise((done) => cdp.on("ServiceWorker.workerRegistrationUpdated", (e) => e.registrations.length && done(e.registrations)));
  await cdp.send("ServiceWorker.enable");
  const [{ registrationId }] = await registrations;
  const deliver = (request) => cdp.send("ServiceWorker.deliverPushMessage", { origin: s.aggregator.url, registrationId, data: JSON.stringify(phone.open(request.bytes)) });
  const shown = () => page.page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title, tag, data, lang }) => ({ title, tag, data, lang })));
  await s.raise();
  const [raised] = await s.service.arrived(1);
  await deliver(raised);
  await deliver(raised); // once more, as after a kill
  const alert = await s.store.one("SELECT id FROM alert WHERE closed IS NULL");
  const first = { title: "Bandung Dago: Janji tidak terpenuhi", tag: alert, data: "/?place=bandung-dago", lang: "id" };
  await waitFor("one message to be shown", async () => JSON.stringify(await shown()) === JSON.stringify([first]));
  const manager = await Session.login(s.aggregator.url);
  await manager.post(`/api/v1/alerts/${alert}/ack`, { comment: "", minutes: 30 });
  await manager.post(`/api/v1/alerts/${alert}/resolve`, { comment: "second counter" });
  await deliver((await s.service.arrived(2))[1]);
  await waitFor("its end in its place", async () => (await shown()).length === 1 && (await shown())[0].title !== first.title);

  await page.id("push-switch").click();
  await waitFor("it to be off", async () => (await page.id("push").getAttribute("data-state")) === "off");
  assert.equal(await s.store.one("SELECT count(*) FROM webpush"), 0);

  // Without a network there is still a page, and it says that the server is out of reach.
  await s.aggregator.kill();
  await page.page.reload();
  await waitFor("the page to say so", async () => /tidak (dapat|bisa)|Coba lagi/i.test((await page.page.textContent("body")) ?? ""));
  assert.deepEqual(await page.page.evaluate(async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map((r) => new URL(r.url).pathname)))).flat().filter((path) => path.startsWith("/api"))), [], "nothing of customers is kept");
  page.clean();
});
