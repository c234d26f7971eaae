// What was done and what came of it: the log by API and page, letters on trends, the goal, thanks, the model, the own people.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { Browser, DESKTOP, PHONE } from "./lib/browser.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { BIN, scenario } from "./lib/world.mjs";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const JAKARTA = 7 * HOUR;

const PLACES = `
    - { id: harapan, kind: org, name: Harapan Clinic, tz: Asia/Jakarta,
        hours: [ { days: daily, open: "00:00", close: "24:00" } ] }
    - { id: jawa-barat, kind: region, parent: harapan, name: Jawa Barat }
    - { id: bandung-dago, kind: branch, parent: jawa-barat, name: Bandung Dago }
    - { id: bogor, kind: branch, parent: jawa-barat, name: Bogor Pajajaran }
    - { id: surabaya, kind: branch, parent: harapan, name: Surabaya Darmo }
  kiosks:
    - { id: dago-entrance, name: Main entrance, place: bandung-dago }
    - { id: bogor-entrance, name: Main entrance, place: bogor }
    - { id: surabaya-entrance, name: Main entrance, place: surabaya }
`;
const LOOKER = `    - { name: looker, display: Lia Looker, role: viewer, place: harapan, lang: en, password_file: @dir@/secrets/manager }
`;
// Happy and unhappy votes a day: in the four weeks before, and since. A counter more in Dago; the others go on as they were.
const CHANGED = 28; // days ago
const BRANCHES = [
  { id: "bandung-dago", kiosk: "dago-entrance", before: [8, 4], now: [19, 1].map((n) => Math.round(n * 0.6)) },
  { id: "bogor", kiosk: "bogor-entrance", before: [9, 3], now: [9, 3] },
  { id: "surabaya", kiosk: "surabaya-entrance", before: [9, 3], now: [9, 3] },
];

const today = () => Math.floor((Date.now() + JAKARTA) / DAY) * DAY; // of Jakarta, as if it were UTC
const day = (ago) => new Date(today() - ago * DAY).toISOString().slice(0, 10);
const at = (ago, hour) => today() - ago * DAY + hour * HOUR - JAKARTA + HOUR / 2;

async function chain(world, { weeks = 8 } = {}) {
  const broker = await Broker.start(world, { users: ["aggregator", ...BRANCHES.map(({ kiosk }) => kiosk)] });
  const goal = `      goal: 95\n      goal_from: ${day(CHANGED)}\n      goal_by: ${day(-400)}\n`;
  const aggregator = await Aggregator.start(world, {
    brokerPort: broker.port,
    change: (text) => `${text.replace(/(?<=^ {2}places:\n)[^]*?(?=^ {2}surveys:)/m, PLACES.slice(1)).replace(/(?<=^ {6}percent: 85\n)/m, goal).trimEnd()}\n${LOOKER.replaceAll("@dir@", world.dir)}`,
  });
  for (const { id, kiosk, before, now } of BRANCHES) {
    await visit(world, broker, kiosk, id, (k) => {
      for (let ago = weeks * 7; ago > 0; ago--) {
        const [happy, unhappy] = ago > CHANGED ? before : now;
        for (let i = 0; i < happy + unhappy; i++) k.press(i < happy ? 5 : 1, { at: at(ago, 10) });
      }
    });
  }
  return { broker, aggregator };
}

async function visit(world, broker, id, branch, votes) {
  const kiosk = new ForeignKiosk({ port: broker.port, id, branch, secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  votes(kiosk);
  await kiosk.settled(60_000);
  await kiosk.goodbye();
}

const COUNTER = { place: "bandung-dago", kind: "change", what: "A second counter opens at noon", why: "The queue at noon was the reason named most", day: day(CHANGED) };
const json = async (answer) => ({ status: answer.status, ...(await answer.json().catch(() => ({}))) });
const write = async (session, entry) => json(await session.raw("POST", "/api/v1/improvements", entry));
const log = async (session, place = "bandung-dago") => (await session.get(`/api/v1/improvements?place=${place}`)).improvements;

async function open(world, aggregator, query, { user = "admin", ...more } = {}) {
  const page = await (await Browser.start(world)).open(`${aggregator.url}/?page=improve${query}`, more);
  await page.login(user);
  await page.id("card-log").waitFor();
  return page;
}
const param = (page, name) => new URL(page.page.url()).searchParams.get(name);
const still = (page) => waitFor("all cards to be filled", async () => (await page.page.locator('[aria-busy="true"]').count()) === 0);
const says = (page, name, want) => waitFor(async () => `${name} to say ${want}, it says: ${await page.id(name).first().textContent()}`, async () => want.test(await page.id(name).first().textContent({ timeout: 3000 })));

scenario("improvement log: written, changed and taken back by who may, never lost, on record", async (world) => {
  const { aggregator } = await chain(world, { weeks: 0 });
  const { url, store } = aggregator;
  const [admin, manager, looker] = await Promise.all(["admin", "manager", "looker"].map((name) => Session.login(url, name)));
  const made = await write(manager, COUNTER);
  assert.equal(made.status, 201);
  assert.equal((await write(looker, COUNTER)).status, 403);
  assert.equal((await write(manager, { ...COUNTER, place: "bogor" })).status, 404);
  assert.equal((await write(admin, { ...COUNTER, place: "harapan", what: "Training for all", kind: "training" })).status, 201);

  // What is wrong is named with its field; nothing is stored.
  for (const [field, value] of [["kind", "party"], ["what", "  "], ["what", "x".repeat(1001)], ["why", ""], ["day", "2026-02-30"], ["day", day(-400)], ["day", "1999-12-31"], ["place", "No place"]]) {
    const answer = await write(admin, { ...COUNTER, [field]: value });
    assert.deepEqual([answer.status, answer.field], [422, field], `${field}: ${value.slice(0, 20)}`);
  }
  assert.equal((await write(admin, { ...COUNTER, what: "x".repeat(1000), place: "surabaya" })).status, 201, "at the limit");

  // A place tells what is above it too, and who may change it; a branch beside it does not see it.
  const seen = await log(manager);
  assert.deepEqual(seen.map(({ place, mine, by }) => [place.id, mine, by]).sort(), [["bandung-dago", true, seen.find(({ mine }) => mine).by], ["harapan", false, seen.find(({ mine }) => !mine).by]]);
  assert.deepEqual((await log(admin, "bogor")).map(({ what }) => what), ["Training for all"]);
  assert.equal((await manager.raw("GET", "/api/v1/improvements?place=bogor")).status, 404);

  // Changed: the earlier words stay. Who has seen an older revision overwrites nobody.
  const { place: _, ...fields } = COUNTER;
  const edit = (session, revision, more = {}) => session.raw("POST", `/api/v1/improvements/${made.id}/edit`, { ...fields, ...more, revision });
  assert.equal((await edit(looker, 1)).status, 403);
  assert.equal((await edit(manager, 1, { what: "Two counters at noon" })).status, 204);
  const stale = await json(await edit(admin, 1, { what: "Something else" }));
  assert.deepEqual([stale.status, stale.type], [412, "urn:puas:problem:changed"]);
  const [other] = (await log(admin)).filter(({ place }) => place.id === "harapan");
  assert.equal((await manager.raw("POST", `/api/v1/improvements/${other.id}/withdraw`, { revision: 1 })).status, 404, "above the own place: to be read only");
  const entry = (await log(manager)).find(({ id }) => id === made.id);
  assert.deepEqual([entry.what, entry.revision, entry.history.map(({ what }) => what)], ["Two counters at noon", 2, [COUNTER.what]]);

  // Taken back: it stays, marked; nothing more can be done to it. A restart knows all of it.
  assert.equal((await manager.raw("POST", `/api/v1/improvements/${made.id}/withdraw`, { revision: 2 })).status, 204);
  assert.equal((await edit(manager, 3)).status, 404);
  await aggregator.kill();
  await aggregator.up();
  const after = (await log(await Session.login(url, "manager"))).find(({ id }) => id === made.id);
  assert.deepEqual([after.withdrawn, after.what, after.history.length], [true, "Two counters at noon", 2]);
  const audit = (await store.query("SELECT who, subject, detail FROM audit WHERE action = 'improvement' ORDER BY audit_id")).filter(({ detail }) => detail.startsWith(`${made.id}`));
  assert.deepEqual(audit.map(({ who, subject, detail }) => [who, subject, detail]), [
    ["manager", "bandung-dago", `${made.id}: ${COUNTER.what}`],
    ["manager", "bandung-dago", `${made.id}: Two counters at noon`],
    ["manager", "bandung-dago", `${made.id} withdrawn: Two counters at noon`],
  ]);
});

scenario("improve page: from writing down a change to its effect, on the page and on trends", async (world) => {
  const { aggregator } = await chain(world);
  const page = await open(world, aggregator, "&place=bandung-dago");
  // Wrong input: beside the field, nothing lost.
  await page.id("entry-new").click();
  await page.id("i-what").fill(COUNTER.what);
  await page.id("entry-save").click();
  await waitFor("what is wrong beside its field", async () => /Say why/.test(await page.page.locator("#error-why").textContent()));
  assert.equal(await page.page.evaluate(() => document.activeElement.id), "i-why");
  await page.id("i-why").fill(COUNTER.why);
  await page.id("i-day").fill("1999-01-01");
  await page.id("entry-save").click();
  await waitFor("the server's word beside the day", async () => /2000/.test(await page.page.locator("#error-day").textContent()));
  assert.equal(await page.id("i-what").inputValue(), COUNTER.what);
  await page.id("i-day").fill(COUNTER.day);
  await page.accessible("the form");
  await page.id("entry-save").click();
  await says(page, "card-log", new RegExp(COUNTER.what));

  // Before and after: 66.7 -> 91.7 %, with its interval; against branches where nothing changed, chosen in the address.
  await says(page, "outcome", /\+25\.0 \(\+\d+\.\d to \+\d+\.\d\) points.*before and after.*66\.7% before, 91\.7% after/);
  await page.id("controls").click();
  await page.id("control-surabaya").click();
  await says(page, "outcome", /\+25\.0 .*against 1 branch without it/);
  assert.equal(param(page, "control"), "surabaya");
  await page.page.reload();
  await says(page, "outcome", /against 1 branch without it/);
  await page.page.goBack();
  await says(page, "outcome", /nothing to compare with/);

  // The goal: steps by date, with what is out of reach flagged.
  await says(page, "card-goal", /Goal: 95% by .*91\.7% in the last four weeks.*From 66\.7%/);
  await says(page, "progress", /^88% of the way$/);
  assert.ok((await page.page.locator(".ladder tbody tr").count()) > 3);

  // On trends the change has a letter, in table and file too; whether they are shown is in the address.
  await page.page.goto(`${aggregator.url}/?page=trends&place=bandung-dago&period=90d`);
  await says(page, "marks", new RegExp(`A.*${COUNTER.what}.*\\+25\\.0`));
  await page.page.locator(".line-chart .event text").first().waitFor();
  await page.id("table-line").click();
  await page.page.locator("table.data", { hasText: `A: ${COUNTER.what} +25.0` }).waitFor();
  await page.accessible("letters on trends");
  const [download] = await Promise.all([page.page.waitForEvent("download"), page.id("csv-line").click()]);
  assert.match(readFileSync(await download.path(), "utf8"), new RegExp(`A: ${COUNTER.what} \\+25\\.0`));
  await page.id("marks-shown").click();
  await page.id("marks").waitFor({ state: "detached" });
  assert.equal(param(page, "marks"), "no");
  await page.page.keyboard.press("e");
  await page.id("marks").locator("a").first().click(); // from the letter to the log
  await says(page, "card-log", new RegExp(COUNTER.what));
  page.clean();
});

scenario("improve page: two writers, a change taken back, who may only look", async (world) => {
  const { aggregator } = await chain(world, { weeks: 1 });
  const manager = await Session.login(aggregator.url, "manager");
  const { id } = await write(manager, COUNTER);
  const { place: _, ...fields } = COUNTER;
  const page = await open(world, aggregator, "&place=bandung-dago");
  await page.id(`edit-${id}`).click();
  await page.id("i-what").fill("Mine");
  assert.equal((await manager.raw("POST", `/api/v1/improvements/${id}/edit`, { ...fields, what: "Theirs", revision: 1 })).status, 204);
  await page.id("entry-save").click();
  await says(page, "form-error", /Somebody has changed it/);
  assert.equal(await page.id("i-what").inputValue(), "Mine");
  await waitFor("the second save", async () => {
    await page.id("entry-save").click({ timeout: 1000 }).catch(() => {});
    return (await log(manager))[0].what === "Mine";
  });
  await page.id(`withdraw-${id}`).click();
  await page.id(`withdraw-sure-${id}`).click();
  await says(page, `entry-${id}`, / · taken back/);
  assert.deepEqual((await log(manager))[0].history.map(({ what }) => what), ["Mine", "Theirs", COUNTER.what]);
  assert.deepEqual((await manager.get(`/api/v1/trends/marks?place=bandung-dago&from=${day(40)}&to=${day(1)}`)).marks, [], "a change that was taken back has no letter");
  page.clean();

  const reader = await open(world, aggregator, "&place=bandung-dago", { user: "looker" });
  await says(reader, `entry-${id}`, /Mine/);
  assert.equal(await reader.id("entry-new").count(), 0);
  reader.clean();
});

scenario("improve page: thanks to branches that surely stand out; a model that moves with its assumptions, in the address", async (world) => {
  const { aggregator } = await chain(world);
  const page = await open(world, aggregator, "&period=28d");
  await says(page, "thanks", /^Surely above the promise: Bandung Dago\.$/);
  assert.match(await page.id("card-recognition").textContent(), /Branches only, never people/);
  await says(page, "cost", /Fill in the first two/);

  // 36 votes a day, 7 of them unhappy: 13,140 x 19.4 % x 10 % x 1,000.
  const take = async (name, value) => {
    await page.id(`i-${name}`).fill(value);
    await page.id(`i-${name}`).press("Tab");
  };
  await take("leaves", "10");
  await take("value", "1,000");
  await says(page, "cost", /about 260,000 a year.*to.*range of the unhappy share alone.*13,140 visits × 19\.4%/);
  assert.deepEqual([param(page, "leaves"), param(page, "value")], ["10", "1000"]);
  await take("leaves", "20");
  await says(page, "cost", /about 510,000 a year/);
  await take("visits", "26280");
  await says(page, "cost", /about 1,000,000 a year/);
  await take("leaves", "120"); // wrong: beside the field, and the result stays what the address says
  await waitFor("what is wrong", async () => /0 to 100/.test(await page.page.locator("#error-leaves").textContent()));
  assert.equal(await page.id("i-leaves").inputValue(), "120");
  assert.equal(param(page, "leaves"), "20");
  await page.id("lang-switch").click();
  await says(page, "cost", /sekitar 1\.000\.000 setahun/);
  assert.equal(await page.id("i-visits").inputValue(), "26.280");
  page.clean();
});

scenario("the own people: asked apart, in no figure of customers, hidden under five answers", async (world) => {
  const { aggregator, broker } = await chain(world, { weeks: 1 });
  const admin = await Session.login(aggregator.url, "admin");
  const ctl = (...args) => run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
  writeFileSync(world.path("team.yaml"), "survey: { id: team, version: 1, audience: staff, questions: [ { id: overall, type: faces, of: 5 }, { id: tools, type: faces, of: 5 }, { id: why, type: choice, options: [ { id: wait }, { id: staff } ] }, { id: words, type: text } ] }\n");
  const pushed = await ctl("push", world.path("team.yaml"), "--kiosk", "bogor-entrance");
  assert.equal(pushed.code, 0, pushed.lines.join("\n"));
  const week = `from=${day(7)}&to=${day(1)}`;
  const customers = async () => {
    const reports = ["series", "grid", "reasons", "compare", "scores", "segments", "ranking", "coverage"].map((name) => admin.get(`/api/v1/trends/${name}?place=harapan&${week}`));
    const { score, tally, alerts, reasons, hours } = await admin.get("/api/v1/today?place=bogor");
    return { reports: (await Promise.all(reports)).map(({ coverage, stored, known, periods, ...report }) => ({ ...report, periods: periods?.map(({ stored: _s, known: _k, ready: _r, kiosks: _q, ...each }) => each) })), today: { score, tally, alerts, reasons, hours }, comments: (await admin.get("/api/v1/comments?place=bogor")).comments };
  };
  const before = await customers();

  // Last month seven of them, and four another question; today and yesterday many more, all unhappy, one after the other.
  const month = new Date(Date.UTC(new Date(today()).getUTCFullYear(), new Date(today()).getUTCMonth() - 1, 10, 3));
  const staff = { survey: "team" };
  await visit(world, broker, "bogor-entrance", "bogor", (k) => {
    for (let i = 0; i < 7; i++) {
      const first = k.press(i < 6 ? 5 : 1, { at: month.getTime() + i * HOUR, ...staff });
      if (i < 4) k.press(1, { at: month.getTime() + i * HOUR + 1000, question: "tools", visit: first.seq, ...staff });
    }
    for (let i = 0; i < 40; i++) {
      const then = { ...staff, at: i < 20 ? at(1, 10) : Date.now() };
      const { seq } = k.press(1, then);
      k.press(undefined, { type: "choice", question: "why", options: ["wait"], visit: seq, score: undefined, of: undefined, ...then });
      k.press(undefined, { type: "text", question: "words", text: "The coffee is cold", visit: seq, score: undefined, of: undefined, ...then });
    }
  });
  assert.equal(await aggregator.store.one("SELECT count(*) FROM event WHERE flags & 64"), 7 + 4 + 120);
  assert.deepEqual(await customers(), before, "what the own people say is in no figure of customers");
  assert.equal(await aggregator.store.one("SELECT count(*) FROM alert"), 0);
  const recount = await ctl("recount");
  assert.equal(recount.code, 0, recount.lines.join("\n"));

  // Their own view: whole months, five answers at least; not by other days, and not by a link.
  const own = await admin.get("/api/v1/trends/staff?place=jawa-barat");
  assert.equal(own.months.length, 12);
  const of = (question) => own.questions.find((each) => each.question === question).months[11];
  assert.deepEqual([of("overall").n, of("overall").good, of("tools")], [7, 6, { hidden: true }]);
  const apart = await json(await admin.raw("GET", `/api/v1/trends/series?place=bogor&segment=audience:staff&${week}`));
  assert.deepEqual([apart.status, apart.field], [422, "segment"]);
  const csv = await (await admin.raw("GET", `/api/v1/export?place=bogor&format=csv&from=${day(1)}&to=${day(1)}`)).text();
  assert.match(csv, /staff/);

  const page = await open(world, aggregator, "&place=bogor");
  const name = month.toISOString().slice(0, 7);
  await says(page, `staff-${name}-overall`, /85\.7%.*7$/);
  await says(page, `staff-${name}-tools`, /fewer than 5/);
  await page.accessible("the own people");
  page.clean();
});

scenario("improve page: both themes and languages, desktop and phone: no barrier, nothing too wide", async (world) => {
  const { aggregator } = await chain(world);
  const manager = await Session.login(aggregator.url, "admin");
  await write(manager, COUNTER);
  await write(manager, { ...COUNTER, place: "harapan", kind: "training", what: "Two days of training for the front desk", why: "Explanations were unclear in June", day: day(12) });
  await write(manager, { ...COUNTER, kind: "other", what: "Road works before the door", why: "Fewer people come in", day: day(5) });
  await write(manager, { ...COUNTER, kind: "campaign", what: "Queue numbers by message", why: "Nobody likes to stand", day: day(2) });
  const browser = await Browser.start(world);
  for (const [name, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
    for (const [which, query] of [["improve", "page=improve&place=harapan&period=28d&control=bogor,surabaya&leaves=10&value=1500000"], ["improve-branch", "page=improve&place=bandung-dago"], ["trends-marks", "page=trends&place=bandung-dago&period=90d"]]) {
      const page = await browser.open(`${aggregator.url}/?${query}`, { viewport, isMobile: name === "phone", hasTouch: name === "phone" });
      await page.login("admin");
      await page.id(which === "trends-marks" ? "marks" : "entry-new").waitFor();
      for (const theme of ["light", "dark"]) {
        if ((await page.id("theme-switch").getAttribute("data-theme-now")) !== theme) await page.id("theme-switch").click();
        for (const lang of ["en", "id"]) {
          if ((await page.page.getAttribute("html", "lang")) !== lang) await page.id("lang-switch").click();
          await still(page);
          await waitFor("every effect to be told", async () => !/…/.test((await page.page.locator(".effect-said").allTextContents()).join()));
          await page.accessible(`${which}, ${name}, ${theme}, ${lang}`);
          const wide = await page.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(wide <= 0, `${which}, ${name}, ${theme}, ${lang}: ${wide} px too wide`);
          await page.shot(`page-${which}-${name}-${theme}-${lang}`);
        }
      }
      page.clean();
    }
  }
});
