// The page Alerts: those of all places that one may see, open and over.
import assert from "node:assert/strict";
import { SECRET } from "./lib/broker.mjs";
import { Browser, DESKTOP, PHONE } from "./lib/browser.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { chain } from "./lib/organisation.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { scenario } from "./lib/world.mjs";

const OF = { "dago-entrance": "bandung-dago", "malang-entrance": "malang" };

/** An alert at each of two branches, in two time zones. */
async function alarmed(world) {
  const { url, broker, store } = await chain(world);
  for (const [i, [id, branch]] of Object.entries(OF).entries()) {
    const kiosk = new ForeignKiosk({ port: broker.port, id, branch, secret: SECRET });
    world.own("foreign kiosk", () => kiosk.die());
    await kiosk.connect();
    await kiosk.synced;
    for (let n = 0; n < 7; n++) {
      kiosk.press(1);
      await kiosk.settled();
    }
    await waitFor(`the alert of ${branch}`, async () => Number(await store.one("SELECT count(*) FROM alert WHERE closed IS NULL")) === i + 1);
  }
  return { url, store };
}

const rows = (page) => page.id("alert-row").evaluateAll((list) => list.map((each) => each.textContent.replace(/\s+/g, " ")));
const clock = (zone, at = Date.now()) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(at);

scenario("alerts of all places: whose they are, the way to the day, over with the votes behind; each sees their own", async (world) => {
  const { url, store } = await alarmed(world);
  const browser = await Browser.start(world);
  const page = await browser.open(`${url}/?page=alerts`);
  await page.login("admin");
  await waitFor("both", async () => (await page.id("alert-row").count()) === 2);
  assert.equal(await page.id("nav-alerts").textContent(), "Alerts2");
  const [malang, dago] = await rows(page); // newest first
  assert.match(dago, /Bandung Dago.*Nobody is on it yet/);
  const since = Number(await store.one("SELECT since / 900000 * 900000 FROM alert ORDER BY alert_id DESC"));
  assert.match(malang, new RegExp(`Malang Ijen . since (\\w+ \\d+ \\w+ )?${clock("Asia/Makassar", since)}`), "as the clock of the place");

  // To the branch's day, where one acts; back again it is said.
  await page.id("alert-day").filter({ hasText: "Bandung Dago" }).click();
  await page.live();
  await page.id("alert-ack").click();
  await page.id("alert-confirm").click();
  await waitFor("the acknowledgement", async () => (await store.one("SELECT count(*) FROM alert WHERE ack_by = 'admin'")) === 1);
  await page.page.goBack();
  const display = (await (await Session.login(url, "admin")).get("/api/v1/session")).user.display;
  await page.id("alert-row").filter({ hasText: `${display} is on it since` }).waitFor();

  // Given to somebody it is theirs; where it was taken until a time that is over, as while nothing is heard, it is nobody's.
  const admin = await Session.login(url, "admin");
  const first = await store.one("SELECT a.id FROM alert a JOIN place p USING(place_id) WHERE p.id = 'malang'");
  const malangs = page.id("alert-row").filter({ hasText: "Malang Ijen" });
  await admin.post(`/api/v1/alerts/${first}/assign`, { user: "admin" });
  await malangs.filter({ hasText: `Assigned to ${display}.` }).waitFor({ timeout: 25_000 });
  assert.doesNotMatch(await malangs.textContent(), /Nobody/);
  await admin.post(`/api/v1/alerts/${first}/assign`, { user: "" });
  await page.page.reload();
  await malangs.filter({ hasText: "Nobody is on it yet" }).waitFor();
  const late = `UPDATE alert SET ack_by = 'admin', ack_at = ${Date.now() - 7_200_000}, ack_until = ${Date.now() - 3_600_000} WHERE id = '${first}'`;
  assert.equal((await run("sqlite3", ["-cmd", ".timeout 5000", store.file, late])).code, 0);
  await page.page.reload();
  await malangs.filter({ hasText: "Nobody is on it yet" }).waitFor();

  // What somebody else ends goes from here by itself, and is found under those that are over.
  const west = await Session.login(url, "west");
  const id = await store.one("SELECT a.id FROM alert a JOIN place p USING(place_id) WHERE p.id = 'bandung-dago'");
  assert.equal((await west.raw("POST", `/api/v1/alerts/${id}/resolve`, { comment: "Loket dua dibuka" })).status, 204);
  await waitFor("one less", async () => (await page.id("alert-row").count()) === 1, 25_000);
  await waitFor("one less in the bar", async () => (await page.id("nav-alerts").textContent()) === "Alerts1");
  await page.id("alerts-state-closed").click();
  await page.id("alert-row").filter({ hasText: /Bandung Dago.*lasted \d+ min.*Closed at .* by Wati West/ }).waitFor();
  assert.match(page.page.url(), /page=alerts&place=harapan&state=closed/);
  await page.page.reload();
  await page.id("alert-votes").click();
  await page.id("alert-votes-dialog").locator("tbody tr").first().waitFor();
  await page.accessible("votes behind an alert that is over");
  await page.page.keyboard.press("Escape");

  // Worked on again it is among the open ones, until it is resolved.
  assert.equal((await west.raw("POST", `/api/v1/alerts/${id}/reopen`, { comment: "Antrean lagi" })).status, 204);
  await page.id("alerts-state-open").click();
  await page.id("alert-row").filter({ hasText: /Worked on again.*Bandung Dago/ }).waitFor();
  assert.equal((await west.get("/api/v1/session")).places.find((each) => each.id === "jawa-barat").openAlerts, 1);
  assert.equal((await west.raw("POST", `/api/v1/alerts/${id}/resolve`, { comment: "" })).status, 204);

  // A place, by picker and address; who runs one branch sees that one alone.
  await page.id("alerts-place").selectOption("jawa-barat");
  await page.page.getByRole("heading", { name: "No open alert" }).waitFor();
  page.clean();
  const manager = await browser.open(`${url}/?page=alerts&state=closed`);
  await manager.login("manager");
  await waitFor("theirs", async () => (await manager.id("alert-row").count()) === 1);
  assert.equal(await manager.id("alerts-place").count(), 0);
  assert.equal(await manager.id("nav-alerts").textContent(), "Peringatan", "none is open there");
  await manager.page.goto(`${url}/?page=alerts&place=malang`);
  await manager.page.getByRole("alert").filter({ hasText: /./ }).waitFor();
  manager.clean();

  // Many: by steps, each once.
  const copy = "INSERT INTO alert(id, rule_id, rule_version, place_id, kiosk_id, state, since, opened, raised, closed) SELECT a.id || '-' || n.value, rule_id, rule_version, place_id, kiosk_id, 'resolved', since - n.value * 3600000, opened, raised - n.value * 3600000, closed - n.value * 3600000 FROM alert a, generate_series(1, 40) n WHERE closed IS NOT NULL";
  assert.equal((await run("sqlite3", ["-cmd", ".timeout 5000", store.file, copy])).code, 0);
  await page.page.goto(`${url}/?page=alerts&state=closed`);
  await waitFor("the newest", async () => (await page.id("alert-row").count()) === 30);
  await page.id("alerts-older").click();
  await waitFor("all", async () => (await page.id("alert-row").count()) === 41);
  assert.equal(await page.id("alerts-older").count(), 0);
  const ids = () => page.id("alert-row").evaluateAll((list) => list.map((each) => each.dataset.alertId));
  assert.equal(new Set(await ids()).size, 41);
  // One comes: each of the others is still there. One is opened again: it goes.
  const come = `INSERT INTO alert(id, rule_id, rule_version, place_id, kiosk_id, state, since, opened, raised, closed) SELECT id || '-new', rule_id, rule_version, place_id, kiosk_id, 'resolved', since, opened, raised, closed FROM alert WHERE id = '${id}'; UPDATE alert SET closed = NULL WHERE id = '${id}-5'`;
  assert.equal((await run("sqlite3", ["-cmd", ".timeout 5000", store.file, come])).code, 0);
  await waitFor("the new one", async () => (await ids()).includes(`${id}-new`), 25_000);
  const now = await ids();
  assert.deepEqual([now.length, new Set(now).size, now.includes(`${id}-5`)], [41, 41, false]);
  page.clean();
});

scenario("alerts page: both themes and languages, desktop and phone: no barrier, nothing too wide", async (world) => {
  const { url } = await alarmed(world);
  const browser = await Browser.start(world);
  for (const [name, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
    const page = await browser.open(`${url}/?page=alerts`, { viewport });
    await page.login("admin");
    await waitFor("both", async () => (await page.id("alert-row").count()) === 2);
    for (const theme of ["light", "dark"]) {
      if ((await page.id("theme-switch").getAttribute("data-theme-now")) !== theme) await page.id("theme-switch").click();
      for (const lang of ["id", "en"]) {
        if ((await page.id("lang-switch").getAttribute("data-lang")) !== lang) await page.id("lang-switch").click();
        await waitFor(`the page in ${lang}`, async () => (await page.page.locator("h1").textContent()) === { id: "Peringatan", en: "Alerts" }[lang]);
        await page.accessible(`alerts, ${name}, ${theme}, ${lang}`);
        const wide = await page.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wide <= 0, `${name}, ${lang}: ${wide} px too wide`);
        await page.shot(`page-alerts-${name}-${theme}-${lang}`);
      }
    }
    if (name === "phone") {
      const small = await page.page.locator("main :is(button, select, a)").evaluateAll((list) => list.map((each) => [each.textContent, Math.round(each.getBoundingClientRect().height)]).filter(([, height]) => height < 44));
      assert.deepEqual(small, [], "targets under 44 px");
    }
    page.clean();
  }
});
