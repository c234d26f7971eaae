// Screens in a branch, opened by a link without a login: for the staff room, and for customers, who see no alert, comment or kiosk.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { Browser, DESKTOP } from "./lib/browser.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { ASSETS, BIN, scenario } from "./lib/world.mjs";

const PLACE = "bandung-dago";
const SCREENS = { landscape: { width: 1920, height: 1080 }, portrait: { width: 1080, height: 1920 } };

async function system(world) {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  assert.equal((await run(`${BIN}/puasctl`, ["--config", aggregator.file, "push", `${ASSETS}/surveys/everyday.yaml`, "--place", PLACE])).code, 0);
  const kiosk = new ForeignKiosk({ port: broker.port, id: "dago-entrance", branch: PLACE, secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  const manager = await Session.login(aggregator.url);
  const share = async (page, more = "") => {
    const made = await manager.raw("POST", "/api/v1/shares", { path: `/?page=${page}&place=${PLACE}${more}`, days: 3 });
    assert.equal(made.status, 201);
    return made.json();
  };
  const vote = async (scores) => {
    for (const score of scores) kiosk.press(score);
    await kiosk.settled();
  };
  return { broker, aggregator, kiosk, manager, share, vote };
}

// A cookie as the link leaves it.
async function byLink(url, link) {
  const opened = await new Session(url).raw("GET", link);
  assert.equal(opened.status, 303);
  return new Session(url, opened.headers.get("set-cookie").split(";")[0]);
}

const shown = (page, id) => page.id(id).textContent();

scenario("wall: a link to a screen reads what that screen shows, and nothing else", async (world) => {
  const { aggregator, manager, share, vote, kiosk } = await system(world);
  const { url } = aggregator;
  const { seq } = kiosk.press(1);
  kiosk.press(undefined, { type: "text", question: "comment", text: "Kata rahasia", visit: seq, score: undefined, of: undefined });
  await vote(Array(14).fill(1));
  await waitFor("an alert", async () => (await manager.today()).alerts.some(({ kind }) => kind === "standard"));
  const [wall, board, report] = [await share("wall"), await share("board"), await share("report")];
  const [staff, public_, reader] = [await byLink(url, wall.url), await byLink(url, board.url), await byLink(url, report.url)];
  const get = (session, path) => session.raw("GET", `/api/v1/${path}`);
  const place = `place=${PLACE}`;
  for (const [session, path, status] of [
    [staff, `wall?${place}`, 200], [staff, "session", 200], [staff, `today?${place}`, 401], [staff, `trends/series?${place}`, 401], [staff, `comments?${place}`, 401], [staff, "wall?place=harapan", 404], [staff, `wall?${place}&for=all`, 422],
    [public_, `wall?${place}`, 200], [public_, "session", 200], [public_, `live?${place}`, 403], [public_, `today?${place}`, 401], [public_, `trends/series?${place}`, 401], [public_, `alerts?${place}`, 401],
    [reader, `wall?${place}`, 401], [reader, `live?${place}`, 401], [reader, `trends/series?${place}`, 200],
    [new Session(url), `wall?${place}`, 401], [manager, `wall?${place}&for=customers`, 200],
  ]) assert.equal((await get(session, path)).status, status, path);
  assert.equal((await staff.raw("POST", "/api/v1/phones", { place: PLACE })).status, 401, "a screen changes nothing");

  const inside = await staff.get(`/api/v1/wall?${place}`);
  assert.equal(inside.staff.alerts.filter(({ kind }) => kind === "standard").length, 1);
  assert.deepEqual(inside.staff.kiosks.map(({ id }) => id), ["dago-entrance"]);
  for (const path of [`wall?${place}`, `wall?${place}&for=staff`]) { // whatever it asks for
    const text = await (await get(public_, path)).text();
    assert.equal(JSON.parse(text).staff, null);
    assert.ok(!/alert|kiosk|Kata rahasia|dago-entrance|satisfied-85/.test(text), text);
  }
  assert.ok(!(await (await get(staff, `wall?${place}`)).text()).includes("Kata rahasia"));
  assert.ok((await public_.get("/api/v1/session")).places.every(({ openAlerts }) => openAlerts === 0));
  // Figures move in the steps of today.
  assert.equal((await public_.get(`/api/v1/wall?${place}`)).score.n, (await manager.today()).score.n);
  await manager.post(`/api/v1/shares/${board.id}/revoke`, {});
  assert.equal((await get(public_, `wall?${place}`)).status, 401);
});

scenario("wall: a bad day is said, with what is done about it; live, over a restart of the aggregator and without a network", async (world) => {
  const { aggregator, manager, share, vote } = await system(world);
  const { url } = await share("wall", "&lang=en");
  await vote([...Array(70).fill(5), ...Array(30).fill(1)]);
  const alert = await waitFor("an alert", async () => (await manager.today()).alerts.find(({ kind }) => kind === "standard"));
  const page = await (await Browser.start(world)).open(aggregator.url + url, { viewport: SCREENS.landscape, reducedMotion: "reduce" });
  await waitFor("all votes", async () => (await shown(page, "wall-n")) === "satisfied, of 100 votes", 30_000);
  assert.equal(await shown(page, "wall-score"), "70%");
  assert.equal(await shown(page, "wall-n"), "satisfied, of 100 votes");
  assert.match(await shown(page, "wall-verdict"), /^Not as promised yet\./);
  assert.equal(await page.id("wall-alert").first().waitFor().then(() => page.id("wall-alerts").count()), 1, "what is urgent comes first");
  await page.shot("wall-alerts");
  assert.deepEqual(await page.page.locator(".wall .panel").evaluateAll((list) => list.filter((e) => e.scrollHeight > e.clientHeight + 4).map((e) => e.className)), []);
  await page.accessible("open alerts");
  await manager.post(`/api/v1/alerts/${alert.id}/ack`, { comment: "" });
  await waitFor("somebody to be on it", async () => /Not as promised yet\. We are working on it\./.test(await shown(page, "wall-verdict")));
  // What is only offered stays inside; what the kiosks tell is told here, until it is taken back.
  await manager.post(`/api/v1/alerts/${alert.id}/offer`, { lang: "en", text: "Counter 3 opened at noon" });
  assert.deepEqual((await manager.get(`/api/v1/wall?place=${PLACE}`)).told, []);
  const words = { said: { en: "One waits for long" }, did: { en: "Counter 3 opened at noon" } };
  const told = await (await manager.raw("POST", `/api/v1/alerts/${alert.id}/tell`, { ...words, days: 7 })).json();
  await waitFor("what was done", async () => /Done: Counter 3 opened at noon/.test(await shown(page, "wall-verdict")), 40_000);
  await page.page.getByRole("button", { name: "Part 1" }).click();
  assert.match(await page.id("wall-did").first().textContent(), /One waits for long.*Counter 3 opened at noon/);
  await page.shot("wall-bad-day");
  assert.match(await page.id("wall-did").nth(1).textContent(), /The queue at lunch is too long.*a third counter is open/);
  assert.deepEqual((await (await byLink(aggregator.url, (await share("board")).url)).get(`/api/v1/wall?place=${PLACE}`)).told.map(({ said, did }) => ({ said, did })), [words]);
  await manager.post(`/api/v1/told/${told.id}/end`, {});
  assert.deepEqual((await manager.get(`/api/v1/wall?place=${PLACE}`)).told, []);

  await aggregator.kill();
  await waitFor("it to say that it is not live", async () => (await page.id("wall-live").getAttribute("data-live")) === "false");
  assert.match(await shown(page, "wall-live"), /^Not live: as of \d\d:\d\d$/);
  assert.equal(await shown(page, "wall-score"), "70%", "what was shown stays");
  await aggregator.up();
  await waitFor("it to be live again", async () => (await page.id("wall-live").getAttribute("data-live")) === "true", 40_000);
  await page.page.context().setOffline(true);
  await waitFor("the lost network to be noticed", async () => (await page.id("wall-live").getAttribute("data-live")) === "false");
  await page.page.context().setOffline(false);
  await waitFor("it to be live again", async () => (await page.id("wall-live").getAttribute("data-live")) === "true");
  page.clean();
});

scenario("wall: both screens, upright and lying, both languages and themes: accessible, large, and all of it in sight; parts take turns", async (world) => {
  const { aggregator, manager, share, vote } = await system(world);
  await vote([1, 1, 2, 2, 3, 3, 4, 4, 4, 4, ...Array(20).fill(5)]);
  await waitFor("the steps", async () => (await manager.today()).score.n === 30);
  const browser = await Browser.start(world);
  for (const [kind, lang, colorScheme] of [["board", "id", "light"], ["board", "en", "dark"], ["wall", "en", "light"], ["wall", "id", "dark"]]) {
    const { url } = await share(kind, `&lang=${lang}`);
    for (const [form, viewport] of Object.entries(SCREENS)) {
      const page = await browser.open(aggregator.url + url, { viewport, colorScheme, reducedMotion: "reduce" });
      await page.id("wall-score").waitFor();
      const what = `${kind}-${form}-${lang}`;
      for (let part = 0, all = Math.max(1, await page.page.locator(".wall nav button:not(.hold)").count()); part < all; part++) {
        if (all > 1) await page.page.locator(".wall nav button").nth(part).click();
        await page.accessible(`${what}, part ${part}`);
        const cut = await page.page.locator(".wall, .wall .panel, .wall .top p, .wall strong").evaluateAll((list) => list.filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 || e.scrollHeight > e.clientHeight + 4 && e.matches(".wall, .panel")).map((e) => `${e.className} ${e.textContent.slice(0, 60)} ${e.scrollHeight}>${e.clientHeight}`));
        assert.deepEqual(cut, [], `${what}, part ${part}: nothing is cut`);
        const small = await page.page.locator(".wall :is(p, span, strong, small, h1, h2, h3, q, b):visible").evaluateAll((list) => list.filter((e) => !e.closest(".vh, nav") && e.textContent.trim() && parseFloat(getComputedStyle(e).fontSize) < 21.9).map((e) => e.textContent));
        assert.deepEqual(small, [], `${what}: letters that nobody reads from five metres`);
        await page.shot(`wall-${what}-${part}`);
      }
      page.clean();
    }
  }
  // Words as long as they may be, and many: each has its place.
  const long = (n) => `${"Antrean di loket pendaftaran terlalu panjang menjelang siang, ".repeat(4).slice(0, 180)} ${n}`;
  const messages = Array.from({ length: 5 }, (_, i) => `  - { said: { id: "${long(i)}" }, did: { id: "${long(i)}" } }`).join("\n");
  writeFileSync(world.path("long.yaml"), readFileSync(`${ASSETS}/surveys/everyday.yaml`, "utf8").replace(/(?<=^messages:\n)(?: .*\n)+/m, `${messages}\n`));
  assert.equal((await run(`${BIN}/puasctl`, ["--config", aggregator.file, "push", world.path("long.yaml"), "--place", PLACE])).code, 0);
  const crowded = await browser.open(aggregator.url + (await share("board", "&lang=id")).url, { viewport: SCREENS.landscape, reducedMotion: "reduce" });
  await crowded.id("wall-did").first().waitFor();
  const seen = [];
  for (let part = 0; part < (await crowded.page.locator(".wall nav button:not(.hold)").count()); part++) {
    await crowded.page.locator(".wall nav button").nth(part).click();
    seen.push(...(await crowded.id("wall-did").locator("strong").allTextContents()));
    assert.deepEqual(await crowded.page.locator(".wall .panel").evaluateAll((list) => list.filter((e) => e.scrollHeight > e.clientHeight + 4).map((e) => e.className)), []);
  }
  assert.equal(seen.length, 5);
  crowded.clean();
  // Without that wish the parts take turns by themselves, until somebody holds them.
  const { url } = await share("wall", "&lang=en");
  const page = await browser.open(aggregator.url + url, { viewport: DESKTOP });
  await page.id("wall-score").waitFor();
  const turn = () => page.page.locator(".wall .turn").textContent();
  const first = await turn();
  await waitFor("the next part", async () => (await turn()) !== first, 25_000);
  await page.id("wall-hold").click();
  assert.equal(await shown(page, "wall-hold"), "Go on");
  page.clean();
  // A screen of no such branch says so, instead of connecting for ever.
  const nowhere = await browser.open(`${aggregator.url}/?page=wall&place=nowhere&lang=en`);
  await nowhere.login();
  await nowhere.page.getByRole("heading", { name: "This branch is not here" }).waitFor();
  await nowhere.accessible("a screen of no branch");
  nowhere.clean();
});
