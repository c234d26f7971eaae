// The manager's page in a real browser, and its API.
import assert from "node:assert/strict";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { Browser, DESKTOP, PHONE } from "./lib/browser.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { scenario } from "./lib/world.mjs";

const WORDS = { id: /Per jam/, en: /hour/i }; // of the card of hours

async function system(world, { votes = [], change } = {}) {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, change });
  const kiosk = new ForeignKiosk({ port: broker.port, id: "dago-entrance", branch: "bandung-dago", secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  for (const score of votes) kiosk.press(score);
  await kiosk.settled();
  return { broker, aggregator, kiosk, store: aggregator.store };
}

const breach = Array.from({ length: 40 }, (_, i) => [1, 5, 2, 1, 4][i % 5]);

scenario("signing in: wrong and right, out again; the address stays", async (world) => {
  const { aggregator } = await system(world);
  const page = await (await Browser.start(world)).open(`${aggregator.url}/?place=bandung-dago`);
  await page.login("manager", "wrong");
  await waitFor("the refusal", async () => (await page.id("login-password").getAttribute("aria-invalid")) === "true");
  assert.equal(await page.id("login-user").inputValue(), "manager", "what was typed stays");
  await page.id("login-password").fill("");
  await page.id("login-submit").click();
  assert.equal(await page.id("live-state").count(), 0);
  await page.enter();
  assert.match(page.page.url(), /place=bandung-dago/);
  await page.page.reload();
  await page.live(); // the session lives on
  // The menu is closed by Escape, which leads back to its button, and by going on.
  await page.id("account").focus();
  await page.page.keyboard.press("Enter");
  await page.id("to-poster").focus();
  await page.page.keyboard.press("Escape");
  assert.deepEqual([await page.id("sign-out").count(), await page.page.evaluate(() => document.activeElement.dataset.testid)], [0, "account"]);
  await page.page.keyboard.press("Enter");
  await page.id("sign-out").waitFor();
  await page.page.keyboard.press("Shift+Tab");
  await page.id("sign-out").waitFor({ state: "detached" });
  await page.id("account").click();
  await page.id("sign-out").click();
  await page.id("login-user").waitFor();
  await page.page.reload();
  await page.id("login-user").waitFor();
  page.clean();
});

scenario("both languages, both themes, desktop and phone: no barrier, nothing cut off, no request elsewhere", async (world) => {
  const { aggregator } = await system(world, { votes: breach });
  const browser = await Browser.start(world);
  for (const [name, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
    const page = await browser.open(aggregator.url, { viewport, isMobile: name === "phone", hasTouch: name === "phone" });
    await page.id("login-user").waitFor();
    await page.accessible(`sign-in, ${name}`);
    await page.shot(`page-login-${name}`);
    await page.enter();
    await page.id("alert-card").first().waitFor();
    for (const theme of ["light", "dark"]) {
      if ((await page.id("theme-switch").getAttribute("data-theme-now")) !== theme) await page.id("theme-switch").click();
      for (const lang of ["id", "en"]) {
        if ((await page.id("lang-switch").getAttribute("data-lang")) !== lang) await page.id("lang-switch").click();
        await waitFor(`the page in ${lang}`, async () => (await page.page.getAttribute("html", "lang")) === lang && WORDS[lang].test(await page.page.textContent("body")));
        await page.accessible(`${name}, ${theme}, ${lang}`);
        const wide = await page.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wide <= 0, `${name}, ${theme}, ${lang}: ${wide} px too wide`);
        await page.shot(`page-today-${name}-${theme}-${lang}`);
      }
    }
    page.clean();
  }
});

scenario("the page says when it is not live, and is live again after the aggregator's return", async (world) => {
  const { aggregator, kiosk } = await system(world, { votes: [5, 5, 5, 5, 5] });
  const page = await (await (await Browser.start(world)).open(aggregator.url)).enter();
  await page.page.evaluate(() => (globalThis.neverReloaded = true));
  assert.equal(await page.number("score-n"), 5);
  await aggregator.kill();
  await page.live(false);
  assert.equal(await page.number("score-n"), 5, "what was shown stays");
  await page.shot("page-not-live");
  await aggregator.up();
  await page.live(true, 30_000);
  await kiosk.synced;
  for (let i = 0; i < 5; i++) kiosk.press(4);
  await kiosk.settled();
  await waitFor("the new figures", async () => (await page.number("score-n")) === 10);
  assert.equal(await page.page.evaluate(() => globalThis.neverReloaded), true);
  page.clean();
});

scenario("figures move in steps of five votes: four more change nothing", async (world) => {
  const { aggregator, kiosk } = await system(world, { votes: [5, 4, 5, 4, 5] });
  const manager = await Session.login(aggregator.url);
  await waitFor("the first step", async () => (await manager.today()).score.n === 5);
  const before = await manager.today();
  for (const score of [1, 1, 1, 1]) {
    kiosk.press(score);
    await kiosk.settled();
  }
  const within = await manager.today();
  for (const part of ["score", "tally", "asOf", "lastVote", "reasons"]) assert.deepEqual(within[part], before[part], `${part} has moved within a step`);
  kiosk.press(2);
  await kiosk.settled();
  await waitFor("the second step", async () => (await manager.today()).score.n === 10);
  const after = await manager.today();
  assert.deepEqual(after.tally.map(({ n }) => n), [3, 2, 0, 1, 4]);
  assert.equal(after.score.good, 5);
});

scenario("a script in a comment is text", async (world) => {
  const { aggregator, store } = await system(world, { votes: breach });
  const page = await (await (await Browser.start(world)).open(aggregator.url)).enter();
  const evil = `<img src=x onerror="window.hit=1"><script>window.hit=1</script>"'&{{7*7}} \u202Eevil`;
  await page.id("alert-comment").first().click();
  await page.id("alert-comment-input").fill(evil);
  await page.id("alert-confirm").click();
  await waitFor("the comment in the store", async () => (await store.one("SELECT count(*) FROM alert_log WHERE action = 'comment'")) === 1);
  assert.equal(await store.one("SELECT text FROM alert_log WHERE action = 'comment'"), evil);
  await waitFor("the comment in the page", async () => (await page.id("alert-card").first().textContent()).includes("<img src=x"));
  assert.equal(await page.page.evaluate(() => globalThis.hit), undefined);
  page.clean();
});

scenario("the server's headers and its refusals", async (world) => {
  const { aggregator } = await system(world, { votes: breach });
  const stranger = new Session(aggregator.url);
  const front = await stranger.raw("GET", "/");
  const csp = front.headers.get("content-security-policy");
  assert.match(csp, /default-src 'none'/);
  assert.doesNotMatch(csp, /unsafe|\*/);
  assert.match(csp, /frame-ancestors 'none'/);
  assert.equal(front.headers.get("x-content-type-options"), "nosniff");
  for (const path of ["/api/v1/session", "/api/v1/today?place=bandung-dago", "/api/v1/live?place=bandung-dago"]) assert.equal((await stranger.raw("GET", path)).status, 401, path);
  for (const path of ["/nothing", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/api/v1/nothing"]) assert.ok([401, 404].includes((await stranger.raw("GET", path)).status), path);

  const manager = await Session.login(aggregator.url);
  assert.match(manager.setCookie, /HttpOnly/i);
  assert.match(manager.setCookie, /SameSite=Strict/i);
  const [alert] = (await manager.today()).alerts;
  const path = `/api/v1/alerts/${alert.id}/ack`;
  assert.ok([400, 403].includes((await manager.raw("POST", path, { comment: "x" }, {})).status), "a cross-site form could do this");
  for (const [body, what] of [["{", "broken JSON"], [{ comment: 7 }, "a number for a text"], [{ comment: "x", minutes: 4 }, "4 minutes"], [{ comment: "x", minutes: 1441 }, "1441 minutes"], [{ comment: "x".repeat(5000) }, "a long text"]]) {
    const answer = await manager.raw("POST", path, body);
    assert.ok([400, 413, 422].includes(answer.status), `${what}: ${answer.status}`);
    assert.match(answer.headers.get("content-type"), /application\/problem\+json/, what);
  }
  assert.equal((await manager.today()).alerts[0].state, "firing", "none of these did anything");
  assert.equal((await manager.raw("POST", "/api/v1/alerts/no-such/ack", { comment: "" })).status, 404);
  assert.ok([403, 404].includes((await manager.raw("GET", "/api/v1/today?place=nowhere")).status));
  assert.ok([400, 404, 405].includes((await manager.raw("DELETE", path)).status));
  await manager.post("/api/v1/logout", {});
  assert.equal((await manager.raw("GET", "/api/v1/session")).status, 401);
});

scenario("guessing passwords is slowed down", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const stranger = new Session(aggregator.url);
  let refused = null;
  for (let i = 0; i < 30 && !refused; i++) {
    const answer = await stranger.raw("POST", "/api/v1/login", { user: "manager", password: `guess ${i}` });
    if (answer.status === 429) refused = answer;
    else assert.equal(answer.status, 401);
  }
  assert.ok(refused, "30 guesses in a row were let through");
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  assert.equal((await stranger.raw("POST", "/api/v1/login", { user: "admin", password: SECRET })).status, 204, "other users may sign in");
});
