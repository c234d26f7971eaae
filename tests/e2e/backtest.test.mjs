// Back-test: what a rule would have done, from the wire to API, shell and page, against a chart of the test's own.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { Browser, DESKTOP, PHONE } from "./lib/browser.mjs";
import { chart, firstAlarm } from "./lib/cusum.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { BIN, scenario } from "./lib/world.mjs";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const JAKARTA = 7 * HOUR;
const DAYS = 80;
const A_DAY = 24;
const BAD = [61, 33, 12]; // days ago on which half of the votes are unhappy
const VOTES = { dago: DAYS * A_DAY, bogor: DAYS * 6 };

const PLACES = `
    - { id: harapan, kind: org, name: Harapan Clinic, tz: Asia/Jakarta,
        hours: [ { days: daily, open: "00:00", close: "24:00" } ] }
    - { id: jawa-barat, kind: region, parent: harapan, name: Jawa Barat }
    - { id: bandung-dago, kind: branch, parent: jawa-barat, name: Bandung Dago }
    - { id: bogor, kind: branch, parent: jawa-barat, name: Bogor Pajajaran }
  kiosks:
    - { id: dago-entrance, name: Main entrance, place: bandung-dago }
    - { id: bogor-entrance, name: Main entrance, place: bogor }
`;

const today = () => Math.floor((Date.now() + JAKARTA) / DAY) * DAY; // of Jakarta, as if it were UTC
const day = (ago) => new Date(today() - ago * DAY).toISOString().slice(0, 10);
const at = (ago, minute) => today() - ago * DAY - JAKARTA + 8 * HOUR + minute * 60_000;

/** The votes of Dago, oldest first: one in 13 is unhappy, on bad days every other one. */
function votesOfDago() {
  const votes = [];
  for (let ago = DAYS; ago > 0; ago--) {
    for (let i = 0; i < A_DAY; i++) {
      const n = votes.length;
      votes.push({ at: at(ago, i * 25), unhappy: BAD.includes(ago) ? i % 2 === 0 : n % 13 === 5 });
    }
  }
  return votes;
}

async function chain(world) {
  const broker = await Broker.start(world, { users: ["aggregator", "dago-entrance", "bogor-entrance"] });
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, change: (text) => text.replace(/(?<=^ {2}places:\n)[^]*?(?=^ {2}surveys:)/m, PLACES.slice(1)) });
  const votes = votesOfDago();
  const press = async (id, branch, list) => {
    const kiosk = new ForeignKiosk({ port: broker.port, id, branch, secret: SECRET });
    world.own("foreign kiosk", () => kiosk.die());
    await kiosk.connect();
    await kiosk.synced;
    for (const vote of list) kiosk.press(vote.unhappy ? 1 : 5, { at: vote.at });
    await kiosk.settled(60_000);
    await kiosk.goodbye();
  };
  await press("dago-entrance", "bandung-dago", votes);
  await press("bogor-entrance", "bogor", Array.from({ length: VOTES.bogor }, (_, i) => ({ at: at(DAYS - Math.floor(i / 6), (i % 6) * 60), unhappy: false })));
  return { broker, aggregator, votes };
}

const PROMISE = "kind: standard, percent: 85, mash: 0 s";
const SHARP = "kind: standard, percent: 85, false_alarm_votes: 200, mash: 0 s";
const pathOf = (fields) => `/api/v1/backtest?${new URLSearchParams({ from: day(DAYS), to: day(1), late: "counted", ...fields })}`;

const ctl = (aggregator, ...args) => run(`${BIN}/puasctl`, ["--data", aggregator.data, ...args]);

scenario("back-test: alerts are those of a chart of the test's own, from API and shell alike; roles and wrong settings", async (world) => {
  const { aggregator, votes } = await chain(world);
  const admin = await Session.login(aggregator.url, "admin");
  const report = await admin.get(pathOf({ place: "harapan", a: PROMISE, b: SHARP }));
  assert.equal(report.votes, VOTES.dago + VOTES.bogor);
  assert.deepEqual([report.places, report.late, report.tz, report.days], [2, report.votes, "Asia/Jakarta", DAYS]);

  // The first alert of each, vote by vote.
  for (const [setting, arl] of [[report.settings[0], 5000], [report.settings[1], 200]]) {
    const points = chart(85, 0.1, arl);
    const own = firstAlarm(points, votes.map(({ unhappy }) => unhappy));
    const [first] = setting.alerts;
    assert.deepEqual([first.place.id, first.raised, first.since, first.votes, first.points, first.limit], ["bandung-dago", votes[own.at].at, votes[own.start].at, own.at - own.start + 1, own.points, points.limit]);
    assert.equal(first.minutes, (votes[own.at].at - votes[own.start].at) / 60_000);
    assert.deepEqual(setting.cost.parts, [points]);
    const { seen, curve } = setting.cost; // the fewer are satisfied the sooner it is seen; where both tell of a share they agree
    assert.ok(curve.length > 8 && curve.every(({ unhappy, votes }, i) => unhappy > 0.1 && (i === 0 || votes < curve[i - 1].votes)));
    for (const { unhappy, votes } of seen) for (const same of curve.filter((each) => Math.abs(each.unhappy - unhappy) < 1e-9)) assert.ok(Math.abs(same.votes - votes) < 1e-3);
    assert.ok(seen.some(({ unhappy }) => curve.some((each) => Math.abs(each.unhappy - unhappy) < 1e-9)));
    assert.ok(Math.abs(setting.expected.votes / arl - 1) < 0.1, `one false alarm in ${setting.expected.votes}`);
    assert.ok(setting.alerts.every(({ until, raised }) => until === null || until > raised));
    assert.ok(setting.inAlert > 0 && setting.inAlert < 0.5);
  }
  const days = report.settings[0].alerts.map(({ raised }) => Math.round((today() - Math.floor((raised + JAKARTA) / DAY) * DAY) / DAY));
  assert.deepEqual(days, BAD, "one alert on each bad day");
  assert.deepEqual(report.compare, { both: 3, first: 0, second: report.settings[1].count - 3 });

  // Live they came too late to be judged, and so they are left out if nothing else is said.
  const asLive = await admin.get(pathOf({ place: "harapan", a: PROMISE, late: "" }));
  assert.deepEqual([asLive.votes, asLive.late, asLive.settings[0].count], [0, VOTES.dago + VOTES.bogor, 0]);

  // The shell says the same; without a setting it is the promise in force.
  const json = await ctl(aggregator, "--json", "backtest", "harapan", PROMISE, SHARP, "--from", day(DAYS), "--late", "counted");
  assert.deepEqual(JSON.parse(json.lines.join("\n")), report);
  const table = await ctl(aggregator, "backtest", "harapan", "--from", day(DAYS), "--late", "counted");
  assert.equal(table.code, 0);
  const said = table.lines.join("\n");
  assert.match(said, /Harapan Clinic, .*2 places, 2400 votes/);
  assert.match(said, new RegExp(`bandung-dago +${day(61)} \\d\\d:\\d\\d`));
  assert.match(said, /one false alarm in +\d+ days, 5191 votes/);
  const help = await ctl(aggregator, "backtest", "--help");
  assert.match(help.lines.join("\n"), /backtest PLACE \[SETTING/);
  for (const [args, code, why] of [
    [["nowhere"], 1, /there is no place 'nowhere'/],
    [["harapan", "kind: standard, prcent: 3"], 2, /setting a: .*did you mean 'percent'/],
    [["harapan", "kind: offline, hold: 60 s"], 2, /setting a: hold: .* test more than that/],
    [["harapan", "kind: silence", "--late", "counted"], 2, /--late: a rule about kiosks is judged by what came/],
    [["harapan", PROMISE, PROMISE, PROMISE], 2, /two settings at most/],
    [["harapan", "--from", "yesterday"], 2, /--from: from is a day/],
    [["harapan", "--form", "2026-01-01"], 2, /--form is no option here/],
  ]) {
    const refused = await ctl(aggregator, "backtest", ...args);
    assert.equal(refused.code, code, `${args}: ${refused.lines}`);
    assert.match(refused.lines.join("\n"), why);
  }

  // A manager tests the own branch; nobody without signing in.
  const manager = await Session.login(aggregator.url, "manager");
  assert.equal((await manager.get(pathOf({ place: "bandung-dago", a: PROMISE }))).settings[0].count, 3);
  for (const place of ["bogor", "harapan", "nowhere", ""]) assert.equal((await manager.raw("GET", pathOf({ place, a: PROMISE }))).status, 404, place);
  assert.equal((await new Session(aggregator.url).raw("GET", pathOf({ place: "harapan" }))).status, 401);
  assert.equal((await admin.raw("POST", "/api/v1/backtest", {})).status, 405);
  for (const [fields, field, why] of [
    [{ a: "kind: share, percent: 20, resolve_percent: 30" }, "a", /must not be above/],
    [{ b: "no-such" }, "b", /no standard 'no-such'/],
    [{ to: day(0) }, "to", /at most/],
    [{ late: "yes" }, "late", /left-out or counted/],
  ]) {
    const answer = await admin.raw("GET", pathOf({ place: "harapan", ...fields }));
    assert.equal(answer.status, 422);
    const problem = await answer.json();
    assert.equal(problem.field, field);
    assert.match(problem.detail, why);
  }
});

const FAKETIME = ["x86_64-linux-gnu", "aarch64-linux-gnu", "arm-linux-gnueabihf"].map((arch) => `/usr/lib/${arch}/faketime/libfaketimeMT.so.1`).find(existsSync);
const SPEED = 60;

/** Three days ago, at sixty times the pace: a kiosk whose connection breaks, one that hangs, and a restart in between. Then today. */
async function daysAgo(world) {
  assert.ok(FAKETIME, "faketime is missing: make test-deps");
  const broker = await Broker.start(world, { users: ["aggregator", "dago-entrance", "bogor-entrance"] });
  const env = { LD_PRELOAD: FAKETIME, FAKETIME: `-3d x${SPEED}`, FAKETIME_DONT_FAKE_MONOTONIC: "1" };
  const change = (text) => text.replace(/(?<=^ {2}places:\n)[^]*?(?=^ {2}surveys:)/m, PLACES.slice(1));
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, change, env, times: { inhibit: "5 s" } });
  const { store } = aggregator;
  const join = async (id, branch) => {
    const kiosk = new ForeignKiosk({ port: broker.port, id, branch, secret: SECRET });
    world.own("foreign kiosk", () => kiosk.die());
    await kiosk.connect();
    await kiosk.synced;
    const beats = setInterval(() => kiosk.mute || kiosk.beat(), 10_000 / SPEED);
    world.own("heartbeats", () => clearInterval(beats));
    return kiosk;
  };
  const dago = await join("dago-entrance", "bandung-dago");
  const bogor = await join("bogor-entrance", "bogor");
  const alerts = () => store.query("SELECT k.id AS kiosk, since, raised, a.closed FROM alert a JOIN kiosk k USING(kiosk_id) ORDER BY raised, k.id");
  const ended = (n) => waitFor(`${n} alerts that are over`, async () => (await alerts()).filter(({ closed }) => closed).length === n);
  const open = () => waitFor("an open alert", async () => (await alerts()).some(({ closed }) => !closed));

  dago.client.stream.destroy(); // the broker publishes its will, and it comes again by itself
  await ended(1);
  bogor.mute = true; // it hangs: nobody says so
  await open();
  bogor.mute = false;
  await ended(2);
  await aggregator.stop();
  aggregator.env = { ...env, FAKETIME: `-62h x${SPEED}` };
  await aggregator.up();
  dago.mute = true;
  await open();
  dago.mute = false;
  await ended(3);
  await aggregator.stop();
  aggregator.env = {};
  await aggregator.up();
  return { aggregator, broker, live: await alerts() };
}

scenario("back-test of kiosks: the alerts are those that were raised live, from API, shell and page", async (world) => {
  const { aggregator, live } = await daysAgo(world);
  assert.deepEqual(live.map(({ kiosk }) => kiosk), ["dago-entrance", "bogor-entrance", "dago-entrance"]);
  const admin = await Session.login(aggregator.url, "admin");
  const path = (fields) => pathOf({ place: "harapan", from: day(5), late: "", ...fields });
  const report = await admin.get(path({ a: "offline", b: "kind: offline, hold: 2 min" }));
  for (const setting of report.settings) {
    assert.deepEqual(setting.alerts.map(({ kiosk, since, raised, until }) => ({ kiosk: kiosk.id, since, raised, closed: until })), live);
    assert.deepEqual(setting.expected, { aMonth: 0, votes: null, days: null, learning: 0 });
  }
  assert.deepEqual([report.compare.both, report.compare.first, report.compare.second], [3, 0, 0]);
  const known = new Date(live[0].since + JAKARTA).toISOString().slice(0, 10);
  assert.deepEqual(report.kiosks, { count: 2, from: known });
  assert.ok(report.standards.some(({ id }) => id === "offline"));
  // Quiet for hours was none, but a broken connection says so at once. One branch alone: its own. All clocks were wrong.
  assert.deepEqual((await admin.get(path({ a: "kind: offline, hold: 3 h" }))).settings[0].alerts.map(({ raised }) => raised), [live[0].raised]);
  assert.equal((await admin.get(path({ place: "bogor", a: "offline" }))).settings[0].count, 1);
  const facts = await admin.get(path({ a: "kind: clock, hold: 30 s", b: "kind: silence" }));
  assert.deepEqual(facts.settings.map(({ count, expected }) => [count > 0, expected.learning]), [[true, 0], [false, 2]]);

  const told = await ctl(aggregator, "backtest", "harapan", "offline", "--from", day(5));
  assert.equal(told.code, 0);
  assert.match(told.lines.join("\n"), new RegExp(`kiosks are known from ${known}`));
  assert.equal(told.lines.filter((line) => /(dago|bogor)-entrance .* not heard of/.test(line)).length, 3, told.lines.join("\n"));
  assert.match(told.lines.join("\n"), /one false alarm in +never by chance/);

  const page = await (await Browser.start(world)).open(`${aggregator.url}/?${new URLSearchParams({ page: "backtest", place: "harapan" })}`, { viewport: DESKTOP });
  await page.login("admin");
  await page.id("kind-a-offline").click();
  await verdict(page, /^3 alerts in 90 days/);
  assert.match(await page.id("kiosks-from").textContent(), /^What kiosks did is known from \d+ \w+ on; days before are left out/);
  assert.match(await page.id("price-a").textContent(), /^No false alarm by chance/);
  const rows = await page.id("card-alerts").locator("tbody tr").evaluateAll((list) => list.map((row) => [...row.children].map((cell) => cell.textContent)));
  assert.deepEqual(rows.map(([, , place, , , why]) => [place, why]), live.map(({ kiosk }) => [`${kiosk === "dago-entrance" ? "Bandung Dago" : "Bogor Pajajaran"}, Main entrance`, "not heard of"]));
  await page.id("hold-a").fill("180");
  await page.id("hold-a").press("Enter");
  await verdict(page, /^1 alert in 90 days/);
  await page.id("hold-a").fill("1");
  await page.id("hold-a").press("Enter");
  await page.page.locator("#error-a").filter({ hasText: "90 s" }).waitFor();
  await page.id("kind-a-silence").click();
  await waitFor("what silence costs", async () => /week of votes/.test(await page.id("price-a").textContent()));
  assert.equal(param(page, "a"), "kind: silence, probability: 0.001");
  await page.id("with").click();
  await page.id("kind-b-tamper").click();
  await verdict(page, /^0 alerts with B, 0 with A/);
  for (const lang of ["id", "en"]) {
    if ((await page.id("lang-switch").getAttribute("data-lang")) !== lang) await page.id("lang-switch").click();
    await page.id("kind-a-offline").click();
    await verdict(page, { id: /^0 peringatan dengan B, 3 dengan A/, en: /^0 alerts with B, 3 with A/ }[lang]);
    await page.accessible(`kiosks, ${lang}`);
    await page.shot(`page-backtest-kiosks-${lang}`);
  }
  page.clean();

  // A kiosk that moves counts where it stands, since then.
  const { lines } = await ctl(aggregator, "config", "export");
  const moved = world.path("moved.yaml");
  writeFileSync(moved, lines.join("\n").replace(/(id: bogor-entrance[^]*?place: )"bogor"/, "$1\"bandung-dago\""));
  const applied = await run(`${BIN}/puasctl`, ["--config", aggregator.file, "config", "apply", moved]);
  assert.equal(applied.code, 0, applied.lines.join("\n"));
  assert.deepEqual(await aggregator.store.query("SELECT what FROM presence JOIN kiosk k USING(kiosk_id) WHERE k.id = 'bogor-entrance' ORDER BY presence_id DESC LIMIT 1"), [{ what: 6 }]);
  const after = await admin.get(path({ place: "bandung-dago", a: "offline" }));
  assert.deepEqual([after.kiosks.count, after.settings[0].alerts.map(({ kiosk }) => kiosk.id)], [2, ["dago-entrance", "dago-entrance"]]);
});

const param = (page, name) => new URL(page.page.url()).searchParams.get(name);
const still = (page) => waitFor("the test to end", async () => (await page.page.locator('[aria-busy="true"]').count()) === 0);
const verdict = (page, want) => waitFor(async () => `the verdict to match ${want}, it is '${await page.id("verdict").textContent()}'`, async () => want.test(await page.id("verdict").textContent()));

scenario("back-test page: settings, verdict, price, alerts and address", async (world) => {
  const { aggregator } = await chain(world);
  const page = await (await Browser.start(world)).open(`${aggregator.url}/?page=backtest`);
  await page.login("admin");

  // All votes came late: said, and counted at a click.
  await verdict(page, /^No votes in these days/);
  assert.match(await page.id("late").textContent(), /2,400 votes came late/);
  await page.id("late-switch").click();
  await verdict(page, /^3 alerts in 90 days/);
  assert.equal(param(page, "late"), "counted");
  assert.match(await page.id("price-a").textContent(), /^About 1 false alarm in \d+ days5,191 votes, while 10% of them are unhappyAn unhappy vote adds 17 points, a happy one repays 3\. Alert at 117/);
  const rows = await page.id("card-alerts").locator("tbody tr").evaluateAll((list) => list.map((row) => [...row.children].map((cell) => cell.textContent)));
  assert.deepEqual(rows.map(([, , place]) => place), ["Bandung Dago", "Bandung Dago", "Bandung Dago"]);
  assert.ok(rows.every((row) => /^\d+ of \d+ unhappy, 1[1-3]\d points of 117$/.test(row[5])), JSON.stringify(rows));

  // A second setting begins as the first; made sharper, it costs more.
  await page.id("with").click();
  await verdict(page, /^3 alerts with B, 3 with A/);
  await page.id("votes-b").fill("200");
  await page.id("votes-b").press("Enter");
  await waitFor("another price", async () => /^About 1 false alarm in \d{1,2} days/.test(await page.id("price-b").textContent()));
  assert.match(param(page, "b"), /false_alarm_votes: 200/);
  await waitFor("both curves", async () => (await page.id("card-curve").locator(".curve path").count()) === 2);
  assert.match(await page.id("card-curve").locator("svg").first().getAttribute("aria-label"), /A: .*70% satisfied, 34 votes.*B: .*70% satisfied, \d+ votes/);
  assert.equal(await page.page.locator(".alert-mark .alone").count(), 0);

  // A share of few votes raises many alerts, and nobody can say how many of them are false.
  await page.id("kind-b-share").click();
  await waitFor("no price of a share", async () => /not known/.test(await page.id("price-b").textContent()));
  for (const [field, value] of [["percent", "30"], ["window", "120"], ["least", "3"]]) {
    await page.id(`${field}-b`).fill(value);
    await page.id(`${field}-b`).press("Enter");
    await waitFor(`${field} in the address`, async () => param(page, "b").includes(`: ${value}`));
  }
  await waitFor("more alerts with B", async () => Number((await page.id("verdict").textContent()).match(/^(\d+) alerts with B, 3 with A/)?.[1] ?? 0) > 3);
  await still(page);
  assert.match(await page.id("card-result").textContent(), /Both see 3; 0 only A, \d+ only B/);
  assert.ok((await page.page.locator(".alert-mark .alone").count()) > 0);

  // A link is a test; Back goes back.
  const shown = await page.id("verdict").textContent();
  await page.page.reload();
  await verdict(page, new RegExp(`^${shown}$`));
  await page.page.goBack();
  await waitFor("the votes needed before", async () => (await page.id("least-b").inputValue()) === "4");
  await page.page.goForward();
  await verdict(page, new RegExp(`^${shown}$`));
  const [download] = await Promise.all([page.page.waitForEvent("download"), page.id("csv-alerts").click()]);
  const file = readFileSync(await download.path(), "utf8").replace("\uFEFF", "").trimEnd().split("\r\n");
  assert.equal(file[0], "Alert,Until,Setting,Place,Votes to it,Minutes,Why");
  assert.equal(file.length, 1 + 3 + Number(shown.match(/^\d+/)[0]));

  // What is wrong stands beside its field, and what was shown stays.
  await page.id("percent-b").fill("140");
  await page.id("percent-b").press("Enter");
  await page.page.locator("#error-b").filter({ hasText: "percent" }).waitFor();
  assert.match(await page.id("verdict").textContent(), /alerts? with B/);
  await page.id("kind-b-change").click();
  await waitFor("what is learned", async () => /More than 900 votes|usual/.test(await page.id("price-b").textContent()));
  await page.id("without").click();
  await verdict(page, /^3 alerts in 90 days/);

  // Another place, other days.
  await page.id("test-place").selectOption("bogor");
  await verdict(page, /^0 alerts in 90 days/);
  assert.match(await page.id("card-alerts").textContent(), /No alerts/);
  await page.id("test-place").selectOption("bandung-dago");
  await page.id("test-period").selectOption("28d");
  await verdict(page, /^1 alert in 28 days/);
  await page.id("test-period").selectOption("own");
  await page.id("test-from").fill(day(40));
  await verdict(page, /^2 alerts in 40 days/);
  page.clean();
});

scenario("back-test page: both themes and languages, desktop, tablet and phone: no barrier, nothing too wide", async (world) => {
  const { aggregator } = await chain(world);
  const browser = await Browser.start(world);
  const query = new URLSearchParams({ page: "backtest", late: "counted", place: "bandung-dago", a: PROMISE, b: SHARP });
  for (const [name, viewport] of [["desktop", DESKTOP], ["tablet", { width: 900, height: 1100 }], ["phone", PHONE]]) {
    const page = await browser.open(`${aggregator.url}/?${query}`, { viewport, isMobile: name === "phone", hasTouch: name === "phone" });
    await page.login("admin");
    await page.id("verdict").waitFor();
    for (const theme of ["light", "dark"]) {
      if ((await page.id("theme-switch").getAttribute("data-theme-now")) !== theme) await page.id("theme-switch").click();
      for (const lang of ["id", "en"]) {
        if ((await page.id("lang-switch").getAttribute("data-lang")) !== lang) await page.id("lang-switch").click();
        await waitFor(`the page in ${lang}`, async () => (await page.id("nav-backtest").textContent()) === { id: "Uji aturan", en: "Back-test" }[lang]);
        await still(page);
        await page.accessible(`${name}, ${theme}, ${lang}`);
        const wide = await page.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wide <= 0, `${name}, ${theme}, ${lang}: ${wide} px too wide`);
        await page.shot(`page-backtest-${name}-${theme}-${lang}`);
      }
    }
    if (name === "phone") {
      const small = await page.page.locator("main :is(button, select, input:not([type=checkbox])), nav a").evaluateAll((list) =>
        list.filter((each) => each.offsetParent).map((each) => [each.dataset.testid ?? each.textContent, each.getBoundingClientRect()]).filter(([, box]) => box.height < 43.5).map(([text, box]) => `${text}: ${box.height}`));
      assert.deepEqual(small, [], "targets under 44 px");
    }
    page.clean();
  }
});
