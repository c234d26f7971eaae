// The pages under what the world does to them: very many places and none, ten thousand comments, two tabs, a network that fails and
// one that is slow, a session that ends while one types, no storage, a phone that is turned, names that are scripts.
import assert from "node:assert/strict";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { Browser, DESKTOP, Page, PHONE } from "./lib/browser.mjs";
import * as fleets from "./lib/fleet.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { scenario } from "./lib/world.mjs";

const mobile = { viewport: PHONE, isMobile: true, hasTouch: true };
const TURNED = { width: PHONE.height, height: PHONE.width };

/** One branch and a kiosk of the test's own. */
async function system(world, { votes = [], change } = {}) {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, change });
  const kiosk = new ForeignKiosk({ port: broker.port, id: "dago-entrance", branch: "bandung-dago", secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  const vote = async (scores) => {
    for (const score of scores) kiosk.press(score);
    await kiosk.settled();
  };
  await vote(votes);
  return { broker, aggregator, kiosk, vote, store: aggregator.store };
}
const alarm = Array(10).fill(1); // breaks the promise: an alert, and two steps of five
const param = (page, name) => new URL(page.page.url()).searchParams.get(name);
const still = (page) => waitFor("all cards to be filled", async () => (await page.page.locator('[aria-busy="true"]').count()) === 0);

/** Nothing is wider than the window, and no text is cut off that does not say so. */
async function fits(page, what) {
  const found = await page.page.evaluate(() => {
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    const cut = [...document.querySelectorAll("main :is(h1, h2, h3, p, b, th, td, button, a, li)")]
      .filter((each) => each.offsetParent && !each.closest(".vh, .scroll-x") && getComputedStyle(each).overflowX === "hidden" && getComputedStyle(each).textOverflow !== "ellipsis" && each.scrollWidth > each.clientWidth + 1)
      .map((each) => each.textContent.slice(0, 60));
    return { wide, cut };
  });
  assert.ok(found.wide <= 0, `${what}: ${found.wide} px too wide`);
  assert.deepEqual(found.cut, [], `${what}: cut off`);
}

scenario("200 branches: a place is found by its name, in the picker of today and of trends; ranking and lists stay within the page", async (world) => {
  const BRANCHES = 200;
  const { aggregator, fleet } = await fleets.start(world, `
seed: 7
days: 3
chain: { regions: 10, branches: ${BRANCHES}, kiosks: 1, hours: [ { days: daily, open: "00:00", close: "24:00" } ] }
votes: { a_day: 40 }
kiosk: { ${fleets.QUICK} }
`);
  const running = fleet();
  await running.ended;
  assert.equal(running.code, 0, running.lines.join("\n"));
  const places = (await (await Session.login(aggregator.url, "admin")).get("/api/v1/session")).places;
  const branches = places.filter(({ kind }) => kind === "branch");
  assert.equal(branches.length, BRANCHES);
  const last = branches[BRANCHES - 1];
  const region = places.find(({ id }) => id === last.parent);
  const browser = await Browser.start(world);
  for (const [name, more] of [["desktop", {}], ["phone", mobile]]) {
    const page = await browser.open(`${aggregator.url}/?place=${branches[0].id}`, more);
    await page.enter("admin");
    await fits(page, `today, ${name}`);
    await page.id("place-picker").click();
    await page.id("find").waitFor();
    await page.accessible(`search, ${name}`);
    assert.ok((await page.page.locator('[data-testid="find"] li').count()) <= 40, "not all at once");
    await page.id("find-text").fill(`${region.name} ${last.name}`.toUpperCase());
    await page.id(`find-${last.id}`).waitFor();
    await page.shot(`robust-search-${name}`);
    const box = await page.id("find").boundingBox();
    const { width, height } = more.viewport ?? DESKTOP;
    assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height, JSON.stringify(box));
    await page.id("find-text").fill("no such place");
    await waitFor("no place", async () => (await page.page.locator('[data-testid="find"] li').count()) === 0);
    await page.id("find-text").fill(last.id === last.name ? last.id : last.name);
    await page.id(`find-${last.id}`).click();
    await waitFor("the branch", async () => param(page, "place") === last.id && (await page.page.locator("h1").first().textContent()) === last.name);
    assert.equal(await page.id("find").count(), 0);
    await page.page.goBack();
    await waitFor("the one before", async () => param(page, "place") === branches[0].id);

    await page.page.goto(`${aggregator.url}/?page=trends`);
    await page.id("figure-votes").waitFor();
    await still(page);
    await fits(page, `trends, ${name}`);
    assert.ok((await page.id("card-ranking").locator("tbody tr").count()) < 40, "the ranking shows its ends");
    await page.id("rank-all").click();
    await waitFor("all of them", async () => (await page.id("card-ranking").locator("tbody tr").count()) === BRANCHES);
    await fits(page, `ranking of all, ${name}`);
    await page.id("trends-place").click();
    await page.id("find-text").fill(region.name);
    await page.id(`find-${region.id}`).click();
    await waitFor("the region", async () => param(page, "place") === region.id);
    for (const each of ["alerts", "report", "backtest", "manage", "poster"]) {
      await page.page.goto(`${aggregator.url}/?page=${each}`);
      await page.page.locator("h1").first().waitFor();
      await still(page);
      await fits(page, `${each}, ${name}`);
    }

    // Lists of what is managed are searched too, by what a thing lies in as well; the survey does not list hundreds of kiosks.
    const rows = (list) => page.id(list).locator("tbody tr").count();
    await page.page.goto(`${aggregator.url}/?page=manage`);
    await page.id("sieve").fill(`${region.name} ${last.id}`.toUpperCase());
    await waitFor("one place", async () => (await rows("places")) === 1);
    await page.id(`open-${last.id}`).click();
    await page.id("m-name").waitFor();
    await page.id("sieve").fill("no such place");
    await page.page.getByText("Nothing of the kind.").waitFor();
    await page.id("tab-kiosks").click();
    await page.id("kiosks").waitFor();
    await page.id("sieve").fill(last.name);
    await waitFor("its kiosk", async () => (await rows("kiosks")) >= 1 && (await rows("kiosks")) < 20);
    await page.accessible(`kiosks, ${name}`);
    await fits(page, `kiosks, ${name}`);
    await page.page.goto(`${aggregator.url}/?page=survey`);
    await page.id("kiosks-all").click();
    await waitFor("all of them", async () => (await page.page.locator('[data-testid="kiosks-here"] li').count()) > 100);
    page.clean();
  }
});

scenario("no branch yet: every page says so and stands; the first branch is made in the browser and is there at once", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, {
    brokerPort: broker.port,
    change: (text) => text.replace(/^ {4}- \{ id: (jawa-barat|bandung-dago), .*\n/gm, "").replace(/^ {2}kiosks:\n.*\n/m, "").replace(/place: bandung-dago/g, "place: harapan"),
  });
  const browser = await Browser.start(world);
  for (const [name, more] of [["desktop", {}], ["phone", mobile]]) {
    const page = await browser.open(aggregator.url, more);
    await page.login("admin");
    await page.page.getByText("No branch yet").waitFor();
    await page.accessible(`today, ${name}`);
    for (const each of ["trends", "alerts", "report", "backtest", "poster", "manage", "manage&tab=kiosks", "manage&tab=standards", "manage&tab=users", "manage&tab=channels", "manage&tab=tokens", "manage&tab=log"]) {
      await page.page.goto(`${aggregator.url}/?page=${each}`);
      await page.page.locator("h1").first().waitFor();
      await still(page);
      await page.accessible(`${each}, ${name}`);
      await fits(page, `${each}, ${name}`);
    }
    await page.shot(`robust-empty-${name}`);
    page.clean();
  }
  const page = await browser.open(`${aggregator.url}/?page=manage`);
  await page.login("admin");
  await page.id("open-harapan").click();
  await page.id("new").click();
  await page.page.locator("#m-name").fill("Bandung Dago");
  await page.id("save").click();
  await waitFor("it in the store", async () => (await aggregator.store.one("SELECT name FROM place WHERE id = 'bandung-dago'")) === "Bandung Dago");
  await page.id("nav-today").click();
  await page.live();
  assert.equal(param(page, "place"), "bandung-dago");
  page.clean();
});

scenario("10,000 comments come in steps; the page keeps a bounded number and finds the newest again", async (world) => {
  const { aggregator, kiosk } = await system(world);
  const COMMENTS = 10_000;
  for (let i = 1; i <= COMMENTS; i++) {
    if (i % 100 === 1) kiosk.press(5);
    kiosk.press(undefined, { type: "text", question: "comment", text: `Kata ke-${i}`, visit: 1, score: undefined, of: undefined });
  }
  for (let i = 0; i < 5; i++) kiosk.press(5);
  await kiosk.settled(90_000);
  const page = await (await (await Browser.start(world)).open(aggregator.url, mobile)).enter();
  const words = page.id("card-comments").locator("li > p:first-child");
  await waitFor("the newest", async () => (await words.first().textContent()) === `Kata ke-${COMMENTS}`);
  assert.equal(await words.count(), 6);
  const more = async (last) => {
    await page.id("comments-more").click();
    await waitFor(`the words of ${last}`, async () => (await words.last().textContent()) === `Kata ke-${last}`);
  };
  for (let n = 20; n <= 300; n += 20) await more(COMMENTS - n + 1);
  assert.equal(await words.count(), 200);
  assert.equal(await words.first().textContent(), `Kata ke-${COMMENTS - 100}`);
  assert.ok((await page.page.evaluate(() => document.querySelectorAll("*").length)) < 2000);
  await fits(page, "comments");
  await page.id("comments-newest").click();
  await waitFor("the newest again", async () => (await words.count()) === 6 && (await words.first().textContent()) === `Kata ke-${COMMENTS}`);
  page.clean();
});

scenario("two tabs and a manager's phone: what one of them does is on the others without a reload", async (world) => {
  const { aggregator, vote } = await system(world, { votes: alarm });
  const browser = await Browser.start(world);
  const one = await (await browser.open(aggregator.url)).enter();
  const two = new Page(await one.page.context().newPage(), aggregator.url);
  await two.page.goto(aggregator.url);
  await two.live();
  const phone = await (await browser.open(aggregator.url, mobile)).enter();
  for (const each of [one, two, phone]) await each.id("alert-card").waitFor();
  await phone.id("alert-ack").tap();
  await phone.id("alert-comment-input").fill("Saya ke sana");
  await phone.id("alert-confirm").tap();
  for (const each of [one, two]) await waitFor("the acknowledgement", async () => (await each.id("alert-card").getAttribute("data-state")) === "acknowledged");
  // Words being typed in one tab stay while the other acts.
  await two.id("alert-comment").click();
  await two.id("alert-comment-input").fill("Setengah kalimat");
  await one.id("alert-resolve").click();
  await one.id("alert-comment-input").fill("Loket dua dibuka");
  await one.id("alert-confirm").click();
  for (const each of [two, phone]) await waitFor("the end", async () => (await each.id("alert-card").getAttribute("data-state")) === "resolved" && /Loket dua dibuka/.test(await each.id("alert-card").textContent()));
  await two.id("alert-reopen").click();
  assert.equal(await two.id("alert-comment-input").inputValue(), "Setengah kalimat");
  // Tabs of a browser share a stream, which it has while one of them is seen; seen again they are live, with what has happened meanwhile.
  const streams = async () => Number(/^puas_pages_live (\d+)$/m.exec(await (await fetch(`${aggregator.url}/metrics`)).text())[1]);
  const hide = (page, yes) => page.page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, yes);
  await waitFor("a stream for each browser", async () => (await streams()) === 2);
  await hide(one, true);
  await vote([5, 5, 5, 5, 5]);
  await waitFor("the votes where it is seen", async () => (await two.number("score-n")) === 15);
  await hide(two, true);
  await waitFor("one stream less", async () => (await streams()) === 1, 40_000); // the server finds out when it writes to it
  assert.equal(await one.number("score-n"), 10);
  for (const each of [one, two]) await hide(each, false);
  for (const each of [one, two]) await each.live();
  await waitFor("the votes here too", async () => (await one.number("score-n")) === 15 && (await streams()) === 2);
  for (const each of [one, two, phone]) each.clean();
});

scenario("a network that goes and comes back: said, nothing typed is lost, figures catch up; trends ask again by themselves", async (world) => {
  const { aggregator, vote, store } = await system(world, { votes: alarm });
  const browser = await Browser.start(world);
  const page = await (await browser.open(aggregator.url, mobile)).enter();
  const trends = await browser.open(`${aggregator.url}/?page=trends`);
  await trends.login("admin");
  await trends.id("figure-votes").waitFor();
  const offline = (yes) => Promise.all([page, trends].map((each) => each.page.context().setOffline(yes)));
  await page.id("alert-ack").tap();
  await page.id("alert-comment-input").fill("Saya ke sana");
  await offline(true);
  await page.live(false);
  await page.id("alert-confirm").tap();
  await page.page.locator(".action-form .error").getByText(/./).waitFor();
  assert.equal(await page.id("alert-comment-input").inputValue(), "Saya ke sana");
  await trends.id("by-week").click();
  await trends.id("trends-period").selectOption("90d");
  await trends.page.locator('[role="alert"]').first().waitFor();
  await vote([5, 5, 5, 5, 5]);
  await offline(false);
  await page.live();
  await waitFor("the figures", async () => (await page.number("score-n")) === 15);
  await page.id("alert-confirm").tap();
  await waitFor("the acknowledgement", async () => (await store.one("SELECT ack_by FROM alert")) === "manager");
  await waitFor("trends without a word of failure", async () => (await trends.page.locator('[role="alert"]:not(:empty)').count()) === 0);
  await still(trends);
  page.clean();
});

scenario("a session that ends while one types: the page waits behind the sign-in, with the words, the dialog and the form as they were", async (world) => {
  const { aggregator, store } = await system(world, { votes: alarm });
  const browser = await Browser.start(world);
  const end = (user) => run("sqlite3", ["-cmd", ".timeout 5000", store.file, `DELETE FROM session WHERE user_id = (SELECT user_id FROM user WHERE name = '${user}')`]);

  // A comment on an alert.
  const page = await (await browser.open(aggregator.url, mobile)).enter();
  await page.id("alert-comment").tap();
  await page.id("alert-comment-input").fill("Loket dua dibuka");
  assert.equal((await end("manager")).code, 0);
  await page.id("alert-confirm").tap();
  await page.id("login-user").waitFor();
  await page.accessible("signing in again");
  await page.shot("robust-session-ended");
  await page.login("manager", "wrong");
  await waitFor("the refusal", async () => (await page.id("login-password").getAttribute("aria-invalid")) === "true");
  await page.enter();
  assert.equal(await page.id("alert-comment-input").inputValue(), "Loket dua dibuka");
  await page.id("alert-confirm").tap();
  await waitFor("the comment", async () => (await store.one("SELECT text FROM alert_log WHERE action = 'comment'")) === "Loket dua dibuka");

  // In a dialog that takes every press.
  await page.id("alert-more").tap();
  await page.id("silence-reason").fill("Renovasi");
  assert.equal((await end("manager")).code, 0);
  await page.id("silence").tap();
  await page.id("login-user").waitFor();
  await page.page.keyboard.press("Escape");
  await page.page.keyboard.press("Escape");
  await page.enter();
  assert.equal(await page.id("silence-reason").inputValue(), "Renovasi");
  await page.id("silence").tap();
  await waitFor("the silence", async () => (await store.one("SELECT reason FROM silence")) === "Renovasi");

  // A form of Manage; somebody else who signs in does not find it.
  const office = await browser.open(`${aggregator.url}/?page=manage&place=bandung-dago`);
  await office.login("admin");
  const name = office.page.locator("#m-name");
  for (const [user, kept] of [["admin", true], ["manager", false]]) {
    await name.fill("Bandung Dago 2");
    assert.equal((await end("admin")).code, 0);
    await office.id("dry").click();
    await office.login(user);
    if (kept) {
      await waitFor("the form", () => name.isVisible());
      assert.equal(await name.inputValue(), "Bandung Dago 2");
      await office.id("dry").click();
      await office.page.getByText("Bandung Dago 2").first().waitFor();
    } else await waitFor("no form", async () => (await office.id("account").count()) === 1 && (await name.count()) === 0);
  }
  // Who signs out leaves nothing behind.
  await page.page.keyboard.press("Escape");
  await page.id("account").tap();
  await page.id("sign-out").tap();
  await page.id("login-user").waitFor();
  assert.equal(await page.id("alert-card").count(), 0);
  for (const each of [page, office]) each.clean();
});

scenario("Back goes through the views, page by page and place by place, and Forward returns", async (world) => {
  const { aggregator } = await system(world, { votes: [5, 5, 5, 5, 5], change: (text) => text.replace(/^ {2}kiosks:\n/m, "    - { id: cimahi, kind: branch, parent: jawa-barat, name: Cimahi }\n$&") });
  const page = await (await (await Browser.start(world)).open(aggregator.url)).enter("admin");
  const heading = (want) => waitFor(async () => `the heading ${want}; it is ${await page.page.locator("h1").first().textContent()}`, async () => (await page.page.locator("h1").first().textContent()) === want);
  const first = await page.page.locator("h1").first().textContent();
  const second = first === "Cimahi" ? "Bandung Dago" : "Cimahi";
  await page.id("place-picker").selectOption({ label: second });
  await heading(second);
  const steps = [[first], [second], ["Trends", "nav-trends"], ["Back-test", "nav-backtest"], ["Manage", "nav-manage"]];
  for (const [want, nav] of steps.slice(2)) {
    await page.id(nav).click();
    await heading(want);
  }
  await page.id("tab-kiosks").click();
  await waitFor("the tab", async () => param(page, "tab") === "kiosks");
  for (const [want] of [["Manage"], ...steps.slice(0, 4).reverse()]) {
    await page.page.goBack();
    await heading(want);
  }
  await page.live();
  for (const [want] of steps.slice(1)) {
    await page.page.goForward();
    await heading(want);
  }
  page.clean();
});

scenario("a slow network (400 kbit/s, 400 ms): the first figures are shown and nothing jumps when the rest arrives", async (world) => {
  const { aggregator } = await system(world, { votes: [5, 5, 4, 4, 1, 5, 5, 4, 5, 5] });
  const browser = await Browser.start(world);
  for (const user of ["manager", "admin"]) {
    const page = await browser.open(aggregator.url, mobile);
    await page.enter(user);
    const cdp = await page.page.context().newCDPSession(page.page);
    await cdp.send("Network.enable");
    await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
    await cdp.send("Network.emulateNetworkConditions", { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 });
    await page.page.addInitScript(() => {
      globalThis.shifts = [];
      new PerformanceObserver((list) => list.getEntries().forEach((each) => globalThis.shifts.push({ value: each.value, what: each.sources.map(({ node }) => node?.className || node?.nodeName) }))).observe({ type: "layout-shift", buffered: true });
    });
    for (const path of user === "manager" ? ["/"] : ["/?page=trends&place=bandung-dago", "/?page=report&place=bandung-dago", "/?page=backtest&place=bandung-dago"]) {
      await page.page.goto(aggregator.url + path, { timeout: 60_000 });
      if (path === "/") {
        await waitFor("the score", async () => (await page.number("score-n")) === 10, 30_000);
        await page.id("card-comments").waitFor();
        await page.live();
      } else await waitFor("the page to be filled", async () => (await page.page.locator("main h1").count()) === 1 && (await page.page.locator('[aria-busy="true"]').count()) === 0, 60_000);
      const shifts = await page.page.evaluate(() => globalThis.shifts);
      const sum = shifts.reduce((all, { value }) => all + value, 0);
      assert.ok(sum < 0.1, `${path}: ${sum.toFixed(3)} of layout shift: ${JSON.stringify(shifts)}`);
    }
    page.clean();
  }
});

scenario("a browser that keeps nothing: every page works without storage and service worker", async (world) => {
  const { aggregator } = await system(world, { votes: alarm });
  const admin = await Session.login(aggregator.url, "admin");
  const code = await (await admin.raw("POST", "/api/v1/phones", { place: "bandung-dago" })).json();
  const browser = await Browser.start(world);
  const page = await browser.open("about:blank");
  page.origin = aggregator.url;
  await page.page.addInitScript(() => {
    const refuse = { get() { throw new DOMException("The operation is insecure.", "SecurityError"); } };
    for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) Object.defineProperty(globalThis, name, refuse);
    const never = () => Promise.reject(new DOMException("The user denied permission to use Service Worker.", "SecurityError"));
    Object.defineProperty(Navigator.prototype, "serviceWorker", { get: () => ({ register: never, getRegistration: never, ready: new Promise(() => {}) }) });
  });
  await page.page.goto(aggregator.url);
  await page.enter("admin");
  const theme = await page.page.evaluate(() => document.documentElement.dataset.theme);
  await page.id("theme-switch").click();
  await waitFor("the other theme", async () => (await page.page.evaluate(() => document.documentElement.dataset.theme)) !== theme);
  await page.id("lang-switch").click();
  await waitFor("the other language", async () => (await page.page.getAttribute("html", "lang")) === "id");
  await page.id("account").click();
  await page.id("sign-out").waitFor();
  await page.page.keyboard.press("Escape");
  await page.id("nav-trends").click();
  await page.id("figure-votes").waitFor();
  await page.page.keyboard.press("?");
  await page.id("keys-on").uncheck();
  for (const each of ["alerts", "report", "backtest", "manage", "poster"]) {
    await page.page.goto(`${aggregator.url}/?page=${each}`);
    await page.page.locator("h1").first().waitFor();
    await still(page);
  }
  await page.page.goto(aggregator.url + code.path);
  await page.page.locator("button").first().waitFor();
  page.clean();
});

scenario("a phone that is turned: what is typed stays, charts follow, nothing is too wide", async (world) => {
  const { aggregator } = await system(world, { votes: alarm });
  const browser = await Browser.start(world);
  const page = await (await browser.open(aggregator.url, mobile)).enter("admin");
  await page.id("alert-comment").tap();
  await page.id("alert-comment-input").fill("Setengah kalimat");
  const pages = ["", "?page=trends&place=bandung-dago", "?page=report&place=bandung-dago", "?page=alerts&state=closed", "?page=manage", "?page=backtest&place=bandung-dago"];
  for (const path of pages) {
    if (path) await page.page.goto(`${aggregator.url}/${path}`);
    await page.page.locator("h1").first().waitFor();
    await still(page);
    for (const viewport of [TURNED, PHONE, { width: 320, height: 568 }, PHONE]) {
      await page.page.setViewportSize(viewport);
      await waitFor(
        async () => `charts to be no wider than ${viewport.width}: ${await page.page.locator("main svg").evaluateAll((all) => all.map((each) => each.getBoundingClientRect().right))}`,
        async () => (await page.page.locator("main svg").evaluateAll((all) => Math.max(0, ...all.map((each) => (each.closest(".scroll-x") ? 0 : each.getBoundingClientRect().right))))) <= viewport.width,
      );
      await fits(page, `${path}, ${viewport.width} px`);
    }
    if (!path) assert.equal(await page.id("alert-comment-input").inputValue(), "Setengah kalimat");
  }
  page.clean();
});

scenario("names that are scripts: of places, kiosks, people, reasons, standards, in what is offered to customers; no page makes an element of them", async (world) => {
  const evil = (n) => `<img src=x onerror=hit${n}()><b>${n}</b>`;
  const change = (text) =>
    text
      .replace("name: Harapan Clinic", `name: "${evil(1)}"`)
      .replace("name: Jawa Barat", `name: "${evil(2)}"`)
      .replace("name: Bandung Dago", `name: "${evil(3)}"`)
      .replace("name: Main entrance", `name: "${evil(4)}"`)
      .replace("display: Sari Wulandari", `display: "${evil(5)}"`)
      .replace("display: Head office", `display: "${evil(6)}"`)
      .replace("id: Antrean lama", `id: "${evil(7)}"`).replace("en: Long wait", `en: "${evil(7)}"`)
      .replace("en: At least 85% satisfied at every exit", `en: "${evil(8)}"`).replace("id: Sedikitnya 85% puas di setiap pintu keluar", `id: "${evil(8)}"`);
  const { aggregator, kiosk, store } = await system(world, { change });
  for (let i = 0; i < 40; i++) {
    const { seq } = kiosk.press(1, { at: Date.now() - 86_400_000 });
    kiosk.press(undefined, { type: "choice", question: "why", options: ["wait"], visit: seq, score: undefined, of: undefined, at: Date.now() - 86_400_000 });
  }
  for (let i = 0; i < 10; i++) {
    const { seq } = kiosk.press(1);
    kiosk.press(undefined, { type: "choice", question: "why", options: ["wait"], visit: seq, score: undefined, of: undefined });
  }
  await kiosk.settled();
  const manager = await Session.login(aggregator.url);
  const id = await waitFor("the alert", () => store.one("SELECT id FROM alert WHERE closed IS NULL AND kiosk_id = 0"));
  await manager.post(`/api/v1/alerts/${id}/ack`, { comment: evil(9) });
  await manager.post(`/api/v1/alerts/${id}/resolve`, { comment: evil(10) });
  await manager.post(`/api/v1/alerts/${id}/reopen`, { comment: evil(11) });
  await manager.post(`/api/v1/alerts/${id}/offer`, { lang: "id", text: evil(12) });
  await manager.post(`/api/v1/alerts/${id}/offer`, { lang: "en", text: evil(12) });
  const admin = await Session.login(aggregator.url, "admin");
  assert.equal((await admin.raw("POST", "/api/v1/phones", { place: "bandung-dago" })).status, 201);
  const page = await (await (await Browser.start(world)).open(aggregator.url)).enter("admin");
  const seen = new Set();
  const look = async (what) => {
    await still(page);
    assert.equal(await page.page.locator('img[src="x"], [onerror]').count(), 0, what);
    for (const [, n] of (await page.page.content()).matchAll(/&lt;img src=x onerror=hit(\d+)\(\)&gt;/g)) seen.add(Number(n));
  };
  await page.id("alert-card").first().waitFor();
  await waitFor("the reason", async () => (await page.page.textContent("body")).includes(evil(7)));
  await page.page.locator(".comments button.link").first().click(); // the earlier ones
  await look("today");
  await page.id("alert-more").first().click();
  await page.id("alert-people").waitFor();
  await waitFor("the people", async () => (await page.id("assign-user").locator("option").count()) > 1);
  await look("the people of an alert");
  await page.page.keyboard.press("Escape");
  await page.id("account").click();
  await page.id("sign-out").waitFor();
  await look("the account");
  for (const path of ["alerts", "alerts&state=closed", "trends&table=line,grid,reasons,ranking", "trends", "report&kind=place", "report&kind=skm", "backtest&place=bandung-dago", "poster&place=bandung-dago", "wall&place=bandung-dago", "board&place=bandung-dago",
    "manage", "manage&place=bandung-dago", "manage&tab=kiosks", "manage&tab=standards", "manage&tab=standards&id=satisfied-85", "manage&tab=users", "manage&tab=channels", "manage&tab=tokens", "manage&tab=log"]) {
    await page.page.goto(`${aggregator.url}/?page=${path}`);
    await page.page.locator("h1, [data-testid]").first().waitFor();
    await waitFor(`words on ${path}`, async () => (await page.page.textContent("body")).includes("<img"));
    await look(path);
  }
  for (let n = 1; n <= 12; n++) assert.ok(seen.has(n), `${n} was nowhere: ${[...seen]}`);
  page.clean();
});
