// One live stream a browser: windows at several places share it, and nobody who no longer looks, or who was signed in before, has one.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { Browser, Page } from "./lib/browser.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { Streams } from "./lib/streams.mjs";
import { waitFor, within } from "./lib/wait.mjs";
import { scenario } from "./lib/world.mjs";

const DAGO = "bandung-dago";
const CIMAHI = "cimahi";
const BOTH = `${DAGO} ${CIMAHI}`;
const five = (score) => Array(5).fill(score); // a step of the figures
const alarm = Array(10).fill(1); // breaks the promise: an alert, and two steps
const GONE_MS = 45_000; // 25 s of silence are missed signs of life; they are looked for every 10 s

/** Two branches with a kiosk each, and a proxy that knows the streams. */
async function system(world) {
  const broker = await Broker.start(world, { users: ["aggregator", "dago-entrance", "cimahi-entrance"] });
  const aggregator = await Aggregator.start(world, {
    brokerPort: broker.port,
    change: (text) => text.replace(/^ {2}kiosks:\n/m, `    - { id: ${CIMAHI}, kind: branch, parent: jawa-barat, name: Cimahi }\n$&    - { id: cimahi-entrance, name: Entrance, place: ${CIMAHI} }\n`),
  });
  const vote = async (branch, scores) => {
    const kiosk = kiosks[branch];
    for (const score of scores) kiosk.press(score);
    await kiosk.settled();
  };
  const kiosks = {};
  for (const [branch, id] of [[DAGO, "dago-entrance"], [CIMAHI, "cimahi-entrance"]]) {
    const kiosk = new ForeignKiosk({ port: broker.port, id, branch, secret: SECRET });
    world.own("foreign kiosk", () => kiosk.die());
    await kiosk.connect();
    await kiosk.synced;
    kiosks[branch] = kiosk;
    await vote(branch, five(5));
  }
  const streams = await Streams.start(world, aggregator.httpPort);
  const browser = await Browser.start(world);
  const at = (place, page) => `${streams.url}/?${page ? `page=${page}&` : ""}place=${place}`;
  const open = async (place, user = "admin", more = {}) => (await browser.open(at(place), more)).enter(user);
  /** Another window of the same browser; with no page named: today, live. */
  const beside = async (other, place, page) => {
    const fresh = new Page(await other.page.context().newPage(), streams.url);
    await fresh.page.goto(at(place, page));
    if (page === undefined) await fresh.live();
    return fresh;
  };
  const only = (...wanted) => waitFor(() => `streams of [${wanted.join("; ")}]; there are [${streams.places.join("; ")}]`, () => streams.places.join(";") === wanted.join(";"));
  return { aggregator, store: aggregator.store, streams, browser, vote, open, beside, only };
}
const shows = (page, n) => waitFor(async () => `${n} votes; it shows ${await page.number("score-n")}`, async () => (await page.number("score-n")) === n);
const hide = (page, yes) => page.page.evaluate((hidden) => {
  if (hidden) Object.defineProperty(document, "hidden", { value: true, configurable: true });
  else delete document.hidden; // as it is: closing hides, too
  document.dispatchEvent(new Event("visibilitychange"));
}, yes);
const asked = ({ streams }, place) => streams.asked.filter((each) => each === `/api/v1/today ${place}`).length;

scenario("windows at different places share one stream, and each hears of its own place alone; hidden and closed ones are not counted", async (world) => {
  const s = await system(world);
  const one = await s.open(DAGO);
  await s.only(DAGO);
  const two = await s.beside(one, CIMAHI);
  await s.only(BOTH);
  await one.live();
  const before = s.streams.opened;
  const three = await s.beside(one, DAGO);
  const wall = await s.beside(one, CIMAHI, "wall");
  await waitFor("the screen", async () => (await wall.id("wall-n").textContent()).includes("5"));
  await s.only(BOTH);
  assert.equal(s.streams.opened, before, "what is there already serves them, too");

  // Its own events only.
  const quiet = asked(s, DAGO);
  await s.vote(CIMAHI, five(4));
  await shows(two, 10);
  await waitFor("the screen", async () => (await wall.id("wall-n").textContent()).includes("10"));
  assert.deepEqual([asked(s, DAGO), await one.number("score-n")], [quiet, 5]);
  await s.vote(DAGO, alarm);
  await one.id("alert-card").first().waitFor();
  await three.id("alert-card").first().waitFor();
  await shows(one, 15);
  assert.equal(await two.id("alert-card").count(), 0);

  // A window at a place that is not there takes nothing from the others.
  const nowhere = await s.beside(one, "nowhere", "");
  await nowhere.page.locator("section.notice[role=alert]").waitFor();
  await s.only(`${BOTH} nowhere`);
  await s.vote(DAGO, five(5));
  await shows(one, 20);
  for (const each of [one, two]) await each.live();
  await nowhere.page.close({ runBeforeUnload: true });

  // Hidden: without a word more, and up to date when it is seen again.
  await wall.page.close();
  await hide(two, true);
  await s.vote(CIMAHI, five(4));
  await hide(one, true);
  await three.live();
  await waitFor("one stream", () => s.streams.open.size === 1);
  await hide(three, true);
  await s.only();
  assert.equal(await two.number("score-n"), 10);
  await hide(two, false);
  await shows(two, 15);
  await two.live();
  await s.only(CIMAHI);
  await hide(one, false);
  await s.only(BOTH);

  // Another place in the same window, another page, a closed window.
  await one.id("place-picker").selectOption(CIMAHI);
  await shows(one, 15);
  await one.live();
  await two.page.goto(`${s.streams.url}/?page=trends&place=${CIMAHI}`);
  await two.id("figure-votes").waitFor();
  await s.vote(CIMAHI, five(3));
  await shows(one, 20);
  await one.page.close({ runBeforeUnload: true }); // as a person closes it
  await s.only();
  await hide(three, false);
  await s.only(DAGO);
  await three.page.close(); // without a word: with the last window the hub goes, too
  await s.only();
  for (const [under, { most }] of s.streams.most) if (under === `/api/v1/today ${CIMAHI}`) assert.ok(most <= 2, `${most} requests of ${under} at once: one a window`);
  for (const each of [one, two, three, wall]) each.clean();
});

scenario("figures come once: one window asks for a place once when it is opened, and never twice at a time", async (world) => {
  const s = await system(world);
  const page = await s.open(DAGO);
  await waitFor("one request, unless the figures moved meanwhile", async () => {
    const before = asked(s, DAGO);
    await page.page.reload();
    await page.live();
    return asked(s, DAGO) - before === 1;
  });
  for (let i = 0; i < 4; i++) await s.vote(DAGO, five(4));
  await shows(page, 25);
  await page.page.reload();
  await shows(page, 25);
  await page.live();
  assert.equal(s.streams.most.get(`/api/v1/today ${DAGO}`).most, 1);
  page.clean();
});

scenario("a server that restarts, a network that is cut, a stream that is never answered: said in every window, and one stream again afterwards", async (world) => {
  const s = await system(world);
  const one = await s.open(DAGO);
  const two = await s.beside(one, CIMAHI);
  const both = (live) => Promise.all([one, two].map((each) => each.live(live, 30_000)));
  await s.aggregator.kill();
  await both(false);
  assert.equal(await one.number("score-n"), 5, "what was shown stays");
  await s.aggregator.up();
  await both(true);
  await s.only(BOTH);
  await s.vote(CIMAHI, five(4));
  await shows(two, 10);

  s.streams.cut();
  await both(false);
  await s.vote(DAGO, five(5));
  s.streams.heal();
  await both(true);
  await shows(one, 10);
  await s.only(BOTH);

  // A stream that hangs is not waited for; the figures come all the same.
  s.streams.cut();
  await both(false);
  s.streams.deafen();
  const three = new Page(await one.page.context().newPage(), s.streams.url);
  await three.page.goto(`${s.streams.url}/?place=${DAGO}`);
  await shows(three, 10);
  await three.live(false, 10_000);
  s.streams.heal();
  await both(true);
  await three.live(true, 30_000);
  await s.only(BOTH);

  // The browser says itself that it has no network.
  const context = one.page.context();
  await context.setOffline(true);
  await Promise.all([one, two, three].map((each) => each.live(false)));
  await context.setOffline(false);
  await Promise.all([one, two, three].map((each) => each.live()));
  await s.only(BOTH);
  for (const each of [one, two, three]) each.clean();
});

scenario("windows that crash are forgotten, and a hub that crashes is called anew", async (world) => {
  const s = await system(world);
  const one = await s.open(DAGO);
  const two = await s.beside(one, CIMAHI);
  await s.only(BOTH);
  const devtools = await two.page.context().newCDPSession(two.page);
  const crashed = within("the crash", new Promise((done) => two.page.once("crash", done)));
  devtools.send("Page.crash").catch(() => {}); // it never answers
  await crashed;
  // As long as the hub takes it for one that is seen, there is a stream; then none, since the other is hidden.
  await hide(one, true);
  await waitFor("the crashed window to be forgotten", () => s.streams.open.size === 0, GONE_MS);
  await hide(one, false);
  await one.live(true, 30_000);
  await s.only(DAGO);

  const root = await s.browser.browser.newBrowserCDPSession();
  const { targetInfos } = await root.send("Target.getTargets");
  const hubs = targetInfos.filter(({ type, url }) => type === "shared_worker" && url === `${s.streams.url}/live.js`);
  assert.equal(hubs.length, 1, JSON.stringify(targetInfos));
  await one.page.evaluate(() => { // it may be said for a moment only
    const state = document.querySelector('[data-testid="live-state"]');
    new MutationObserver(() => (globalThis.notLive ||= state.dataset.live === "false")).observe(state, { attributes: true });
  });
  await root.send("Target.closeTarget", { targetId: hubs[0].targetId });
  await s.only();
  await waitFor("another hub", () => s.streams.places.join() === DAGO, 30_000);
  assert.equal(await one.page.evaluate(() => globalThis.notLive), true);
  await one.live();
  await s.vote(DAGO, five(5));
  await shows(one, 10);
  one.clean();
}, { ms: 180_000 });

scenario("a stream ends with its session: who signs out, whose session ends, who signs in as somebody else", async (world) => {
  const s = await system(world);
  const end = (user) => run("sqlite3", ["-cmd", ".timeout 5000", s.store.file, `DELETE FROM session WHERE user_id = (SELECT user_id FROM user WHERE name = '${user}')`]);
  const of = (cookie) => [...s.streams.open].filter((each) => each.cookie.includes(cookie)).length;
  const cookie = async (page) => (await page.page.context().cookies()).find(({ httpOnly }) => httpOnly)?.value;
  const one = await s.open(DAGO);
  const two = await s.beside(one, DAGO);
  const office = await s.beside(one, DAGO, "manage");
  const first = await cookie(one);
  assert.equal(of(first), 1);

  // Signed out in a window that looks at no place: none of the others goes on.
  await office.id("places").waitFor();
  await office.id("account").click();
  await office.id("sign-out").click();
  await s.only();
  // Somebody else, in the same browser: the stream is his, for the windows that still show the former's page as well.
  await office.login("manager");
  await s.only(DAGO);
  const second = await cookie(one);
  assert.notEqual(second, first);
  assert.deepEqual([of(first), of(second)], [0, 1]);
  await one.live();

  // It ends by itself: no stream, until the same person is back.
  await two.page.close();
  await office.page.close();
  assert.equal((await end("manager")).code, 0);
  await hide(one, true);
  await s.only();
  await hide(one, false);
  await one.id("login-user").waitFor();
  assert.deepEqual(s.streams.places, []);
  await one.enter("manager");
  await s.only(DAGO);
  assert.equal(of(await cookie(one)), 1);
  one.clean();
});

scenario("a browser without shared workers: the same hub runs in the window", async (world) => {
  const s = await system(world);
  const context = await s.browser.browser.newContext({ locale: "en-GB", timezoneId: "Asia/Jakarta" });
  world.own("browser page", () => context.close());
  await context.addInitScript(() => delete globalThis.SharedWorker);
  const one = new Page(await context.newPage(), s.streams.url);
  await one.page.goto(`${s.streams.url}/?place=${DAGO}`);
  await one.enter("admin");
  await s.only(DAGO);
  const two = await s.beside(one, CIMAHI);
  await s.only(DAGO, CIMAHI);
  await s.vote(DAGO, five(4));
  await shows(one, 10);
  await hide(two, true);
  await s.only(DAGO);
  await hide(two, false);
  await s.only(DAGO, CIMAHI);
  await s.aggregator.kill();
  await Promise.all([one, two].map((each) => each.live(false)));
  await s.aggregator.up();
  await Promise.all([one, two].map((each) => each.live(true, 30_000)));
  await two.page.close();
  await s.only(DAGO);
  await one.id("account").click();
  await one.id("sign-out").click();
  await s.only();
  for (const each of [one, two]) each.clean();
});

scenario("a page calls the hub of its own version only", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const [page, hub] = await Promise.all(["/app.js", "/live.js"].map(async (path) => (await fetch(aggregator.url + path)).text()));
  const name = /new SharedWorker\("\/live\.js","(\w+)"\)/.exec(page)[1];
  assert.equal(name, createHash("sha256").update(hub).digest("hex").slice(0, name.length));
});

scenario("the API: a stream of several places, each as far as one may see it", async (world) => {
  const s = await system(world);
  const url = s.aggregator.url;
  const [admin, manager] = await Promise.all(["admin", "manager"].map((user) => Session.login(url, user)));
  const listen = async (session, query, headers = {}) => {
    const stop = new AbortController();
    world.own("stream", () => stop.abort());
    const answer = await fetch(`${url}/api/v1/live?${query}`, { headers: { Cookie: session.cookie, ...headers }, signal: stop.signal });
    assert.equal(answer.status, 200, await (answer.status === 200 ? "" : answer.text()));
    const said = { text: "", ended: false };
    (async () => {
      for await (const bytes of answer.body) said.text += Buffer.from(bytes).toString();
      said.ended = true;
    })().catch(() => {});
    await waitFor("hello", () => said.text.includes("\n\n"));
    return said;
  };
  const places = (...list) => list.map((place) => `place=${place}`).join("&");
  const rev = async (place) => (await admin.today(place)).rev;
  const [dago, cimahi] = [await rev(DAGO), await rev(CIMAHI)];
  const hello = (said) => JSON.parse(/^event: hello\ndata: (.*)$/m.exec(said.text)[1]);

  const single = await listen(manager, places(DAGO));
  assert.equal(single.text, `retry: 2000\nid: ${dago}\nevent: hello\ndata: {"rev":${dago}}\n\n`, "as it always was");
  const back = await listen(manager, places(DAGO), { "Last-Event-ID": "0" });
  await waitFor("what was missed", () => back.text.includes(`id: ${dago}\nevent: today\ndata: {"rev":${dago}}`));
  const both = await listen(admin, places(DAGO, CIMAHI, DAGO), { "Last-Event-ID": "0" });
  assert.deepEqual(hello(both), { revs: { [DAGO]: dago, [CIMAHI]: cimahi } });
  const scoped = await listen(manager, places(CIMAHI, "nowhere", DAGO));
  assert.deepEqual(hello(scoped), { revs: { [DAGO]: dago } }, "what one may not see is left out, as if it were not there");
  await s.vote(CIMAHI, alarm);
  await waitFor("its event", () => /^event: alert\ndata: \{"rev":\d+,"place":"cimahi","id":"[^"]+","state":"firing"\}$/m.test(both.text) && /^event: today\ndata: \{"rev":\d+,"place":"cimahi"\}$/m.test(both.text));
  assert.ok(!/"place":"bandung-dago"/.test(both.text));
  await s.vote(DAGO, five(5));
  await waitFor("the other's", () => [both, scoped].every(({ text }) => /^event: today\ndata: \{"rev":\d+,"place":"bandung-dago"\}$/m.test(text)) && /^event: today\ndata: \{"rev":\d+\}$/m.test(single.text));
  assert.ok(!/cimahi/.test(scoped.text + single.text));

  const status = async (session, query) => (await session.raw("GET", `/api/v1/live?${query}`)).status;
  assert.equal(await status(manager, places(CIMAHI)), 404);
  assert.equal(await status(manager, places(CIMAHI, "nowhere")), 404);
  assert.equal(await status(manager, ""), 404);
  assert.deepEqual(Object.keys(hello(await listen(admin, places(...Array(16).fill(DAGO)))).revs), [DAGO]);
  const many = await admin.raw("GET", `/api/v1/live?${places(...Array(17).fill(DAGO))}`);
  assert.deepEqual([many.status, (await many.json()).field], [422, "place"]);

  // It ends, at the next sign of life, when its session does, or what it tells of is no longer to be seen.
  const token = async (place) => (await admin.raw("POST", "/api/v1/tokens", { name: `of-${place}`, place, role: "viewer", days: 1 })).json();
  const [kept, revoked] = [await token(DAGO), await token(CIMAHI)];
  const program = ({ token: text }, place) => listen({ cookie: "" }, places(place), { Authorization: `Bearer ${text}` });
  const [goes, stays] = [await program(revoked, CIMAHI), await program(kept, DAGO)];
  await admin.post(`/api/v1/tokens/of-${CIMAHI}/revoke`, {});
  await manager.post("/api/v1/logout", {});
  await waitFor("their end", () => [goes, single, back, scoped].every(({ ended }) => ended), 45_000);
  await waitFor("a sign of life", () => [stays, both].every(({ text }) => /^: still here$/m.test(text)), 25_000);
  assert.deepEqual([stays.ended, both.ended], [false, false]);
});
