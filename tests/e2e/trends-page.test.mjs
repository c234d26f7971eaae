// The trends page in a real browser, over votes that are counted here by hand: figures, address, keys, tables, files, states.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { Browser, DESKTOP, PHONE } from "./lib/browser.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { run } from "./lib/process.mjs";
import { waitFor } from "./lib/wait.mjs";
import { scenario } from "./lib/world.mjs";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const JAKARTA = 7 * HOUR;
const DAYS = 28;
const FORMULA = "=1+1 Surabaya";

const PLACES = `
    - { id: harapan, kind: org, name: Harapan Clinic, tz: Asia/Jakarta,
        hours: [ { days: daily, open: "00:00", close: "24:00" } ] }
    - { id: jawa-barat, kind: region, parent: harapan, name: Jawa Barat }
    - { id: jawa-timur, kind: region, parent: harapan, name: Jawa Timur }
    - { id: bandung-dago, kind: branch, parent: jawa-barat, name: Bandung Dago }
    - { id: bogor, kind: branch, parent: jawa-barat, name: Bogor Pajajaran }
    - { id: surabaya, kind: branch, parent: jawa-timur, name: "${FORMULA}" }
  kiosks:
    - { id: dago-entrance, name: Main entrance, place: bandung-dago }
    - { id: bogor-entrance, name: Main entrance, place: bogor }
    - { id: surabaya-entrance, name: Main entrance, place: surabaya }
`;
// A day of each branch: happy, unhappy, at this hour. Dago was worse in the four weeks before; Surabaya has four votes in all.
const BRANCHES = [
  { id: "bandung-dago", kiosk: "dago-entrance", hour: 10, now: [9, 1], before: [8, 2] },
  { id: "bogor", kiosk: "bogor-entrance", hour: 12, now: [7, 3], before: [7, 3] },
];
const SURABAYA = 4;

const today = () => Math.floor((Date.now() + JAKARTA) / DAY) * DAY; // of Jakarta, as if it were UTC
const day = (ago) => new Date(today() - ago * DAY).toISOString().slice(0, 10);
const at = (ago, hour) => today() - ago * DAY + hour * HOUR - JAKARTA + HOUR / 2;

async function chain(world, { weeks = 8 } = {}) {
  const broker = await Broker.start(world, { users: ["aggregator", ...BRANCHES.map(({ kiosk }) => kiosk), "surabaya-entrance"] });
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, change: (text) => text.replace(/(?<=^ {2}places:\n)[^]*?(?=^ {2}surveys:)/m, PLACES.slice(1)) });
  const press = async (id, branch, votes) => {
    const kiosk = new ForeignKiosk({ port: broker.port, id, branch, secret: SECRET });
    world.own("foreign kiosk", () => kiosk.die());
    await kiosk.connect();
    await kiosk.synced;
    votes(kiosk);
    await kiosk.settled(60_000);
    await kiosk.goodbye();
  };
  for (const { id, kiosk, hour, now, before } of BRANCHES)
    await press(kiosk, id, (k) => {
      for (let ago = weeks * 7; ago > 0; ago--) {
        const [happy, unhappy] = ago > DAYS ? before : now;
        for (let i = 0; i < happy; i++) k.press(5, { at: at(ago, hour) });
        let last;
        for (let i = 0; i < unhappy; i++) last = k.press(1, { at: at(ago, hour) });
        if (ago <= DAYS) k.press(undefined, { type: "choice", question: "why", options: [ago % 4 ? "wait" : "opening-hours"], visit: last.seq, score: undefined, of: undefined, at: at(ago, hour) });
      }
    });
  await press("surabaya-entrance", "surabaya", (k) => {
    for (let i = 1; i <= SURABAYA; i++) k.press(5, { at: at(i, 10) });
  });
  return { broker, aggregator };
}

async function open(world, aggregator, query, { user = "admin", ...more } = {}) {
  const page = await (await Browser.start(world)).open(`${aggregator.url}/?page=trends${query}`, more);
  await page.login(user);
  await shown(page, "votes");
  return page;
}

const shown = (page, figure) => page.id(`figure-${figure}`).waitFor();
const figure = (page, name, want) => waitFor(async () => `${name} to be ${want}, it is ${await page.id(`figure-${name}`).textContent()}`, async () => (await page.id(`figure-${name}`).textContent()) === want);
const leave = (page) => page.page.evaluate(() => document.activeElement?.blur()); // the field: letters are typed there
const param = (page, name) => new URL(page.page.url()).searchParams.get(name);
const still = (page) => waitFor("all cards to be filled", async () => (await page.page.locator('[aria-busy="true"]').count()) === 0);
const rows = (page, card) => page.id(`card-${card}`).locator("tbody tr").evaluateAll((list) => list.map((row) => [...row.children].map((cell) => cell.textContent)));

async function csv(page, card) {
  const [download] = await Promise.all([page.page.waitForEvent("download"), page.id(`csv-${card}`).click()]);
  const text = readFileSync(await download.path(), "utf8");
  return { name: download.suggestedFilename(), text, lines: text.replace("\uFEFF", "").trimEnd().split("\r\n") };
}

const NOW = { n: DAYS * 20 + SURABAYA, good: DAYS * 16 + SURABAYA };
const percent = (good, n) => `${((good / n) * 100).toFixed(1)}%`;

scenario("trends page: the figures are those that were counted, in charts, tables and files", async (world) => {
  const { aggregator } = await chain(world);
  const page = await open(world, aggregator, "");
  await still(page);
  await figure(page, "share", percent(NOW.good, NOW.n));
  await figure(page, "votes", String(NOW.n));
  await figure(page, "kept", "1 of 2"); // Dago is surely above 85 %, Bogor surely below, Surabaya cannot be told
  const short = await page.id("figures").textContent();
  const difference = ((NOW.good / NOW.n - 15 / 20) * 100).toFixed(1);
  assert.match(short, new RegExp(`\\+${difference.replace(".", "\\.")} points, \\+\\d`), "a change whose interval is above zero");
  assert.match(short, new RegExp(`${DAYS * 20} in the days before`));
  assert.match(short, /1 below · 0 cannot tell/);

  // When, why, who.
  const weekday = new Date(today() - DAY).getUTCDay();
  assert.deepEqual([...new Set(await page.id("card-grid").locator("svg text.s0").allTextContents())], ["70"], "what the cells far below the promise say");
  assert.match(await page.id(`cell-${weekday}-12`).getAttribute("aria-label"), /70\.0%.*40 votes/);
  assert.match(await page.id("worst-hours").textContent(), /^7 hours of the week are surely below the promise: 50% of the votes, 75% of the unhappy ones/);
  assert.match(await page.id("below").textContent(), /^Below the promise beyond chance: 1 of 2\./);
  assert.deepEqual((await rows(page, "ranking")).map(([rank, name, , share, n]) => [rank, name, share, n]), [
    ["1", "Bandung Dago", (await rows(page, "ranking"))[0][3], String(DAYS * 10)],
    ["2", "Bogor Pajajaran below the promise", (await rows(page, "ranking"))[1][3], String(DAYS * 10)],
    ["–", FORMULA, "–", String(SURABAYA)],
  ]);
  assert.deepEqual((await rows(page, "reasons")).filter((row) => row.length === 4).map(([name, , share, running]) => [name, share, running]), [["Long wait", "75%", "75%"], ["Opening hours", "25%", "100%"]]);
  await page.id("visits-happy").click();
  await waitFor("no reasons of happy visits", async () => /No reasons/.test(await page.id("card-reasons").textContent()));
  await page.id("visits-unhappy").click();

  // The same as tables and files.
  await page.page.keyboard.press("v");
  await page.id("card-line").locator("table.data").waitFor();
  const line = await rows(page, "line");
  assert.equal(line.length, DAYS);
  const last = line[DAYS - 1];
  assert.deepEqual([last[1], last[4], last[5]], [((17 / 21) * 100).toFixed(1), "21", "75.0"]);
  await page.accessible("all as tables");
  const file = await csv(page, "line");
  assert.equal(file.name, `puas-trend-harapan-${day(DAYS)}-${day(1)}.csv`);
  assert.equal(file.lines.length, DAYS + 1);
  assert.match(file.lines[DAYS], new RegExp(`^${day(1)},80\\.9524,[\\d.]+,[\\d.]+,21,75$`));
  const ranking = await csv(page, "ranking");
  assert.match(ranking.text, /^\uFEFFBranch,Rank,/);
  assert.ok(ranking.lines.some((text) => text.startsWith(`'${FORMULA},–,,,,4`)), ranking.text);
  assert.ok((await csv(page, "grid")).lines.some((text) => /,10\u201311,90,/.test(text)));
  await page.id("lang-switch").click(); // Indonesian spreadsheets read semicolons and decimal commas
  await waitFor("Indonesian", async () => (await page.page.getAttribute("html", "lang")) === "id");
  assert.match((await csv(page, "line")).lines[DAYS], new RegExp(`^${day(1)};80,9524;`));
  page.clean();
});

scenario("trends page: every choice is in the address: links, back and reload show the same; clicks and keys choose", async (world) => {
  const { aggregator } = await chain(world);
  const page = await open(world, aggregator, "");
  const { keyboard } = page.page;
  await figure(page, "share", percent(NOW.good, NOW.n));

  // A branch of the ranking opens it; Back returns.
  await page.id("rank-bandung-dago").locator("button").click();
  await figure(page, "share", "90.0%");
  assert.equal(param(page, "place"), "bandung-dago");
  assert.equal(await page.id("card-ranking").count(), 0, "nothing is ranked within a branch");
  await page.page.goBack();
  await figure(page, "share", percent(NOW.good, NOW.n));

  // A cell of the grid is the only one in the line; x is all again.
  const weekday = new Date(today() - DAY).getUTCDay();
  await page.id(`cell-${weekday}-12`).click();
  await page.id("only").waitFor();
  assert.deepEqual([param(page, "weekday"), param(page, "hour")], [String(weekday), "12"]);
  await page.id("by-week").click();
  await page.id("table-line").click();
  const votes = async () => (await rows(page, "line")).reduce((sum, row) => sum + Number(row[4]), 0);
  await waitFor("four times ten votes", async () => (await votes()) === 40);
  await page.page.reload();
  await waitFor("the same after a reload", async () => (await page.id("only").count()) === 1 && (await votes()) === 40);
  assert.equal(param(page, "table"), "line");
  await keyboard.press("x");
  await waitFor("all hours", async () => (await votes()) === NOW.n);
  assert.equal(param(page, "weekday"), null);

  // A period of the table opens it.
  await keyboard.press("d");
  await waitFor("days", async () => (await rows(page, "line")).length === DAYS);
  await page.id("card-line").locator("tbody th button").first().click();
  await figure(page, "votes", "20");
  assert.deepEqual([param(page, "from"), param(page, "to")], [day(DAYS), day(DAYS)]);
  await keyboard.press("j");
  await waitFor("the day before", async () => param(page, "from") === day(DAYS + 1));
  await page.id("trends-to").fill(day(DAYS - 1));
  await figure(page, "votes", "60");
  await page.id("trends-to").fill(day(-5)); // not over yet: said beside it, and the last day that is, is taken
  await page.page.locator("#error-own-days").filter({ hasText: "Only days that are over" }).waitFor();
  await waitFor("yesterday", async () => (await page.id("trends-to").inputValue()) === day(1));
  await page.id("trends-to").fill(day(DAYS - 1));
  await waitFor("nothing wrong any more", async () => (await page.page.locator("#error-own-days").textContent()) === "");
  await figure(page, "votes", "60");
  await leave(page);

  // Keys: periods, comparison, index, volume, parent, places, help.
  await keyboard.press("1");
  await figure(page, "votes", String(7 * 20 + SURABAYA));
  await keyboard.press("3");
  await figure(page, "votes", (56 * 20 + SURABAYA).toLocaleString("en"));
  await keyboard.press("2");
  for (const [key, name, value] of [["c", "before", "no"], ["i", "show", "index"], ["g", "grid", "votes"], ["m", "by", "month"]]) {
    await keyboard.press(key);
    await waitFor(`${name}=${value} after ${key}`, async () => param(page, name) === value);
  }
  await page.id("trends-place").selectOption("bogor");
  await figure(page, "share", "70.0%");
  await leave(page);
  await keyboard.press("u");
  await waitFor("the region", async () => param(page, "place") === "jawa-barat");
  await keyboard.press("p");
  assert.equal(await page.page.evaluate(() => document.activeElement?.dataset.testid), "trends-place");
  await leave(page);
  await keyboard.press("?");
  await page.id("keys-panel").waitFor();
  await page.accessible("the keys");
  await page.id("keys-on").uncheck();
  await keyboard.press("Escape");
  await waitFor("the panel to be gone", async () => (await page.id("keys-panel").count()) === 0);
  await leave(page);
  await keyboard.press("1");
  await keyboard.press("?");
  assert.equal(await page.id("keys-panel").count(), 0, "no letter does anything");
  await page.id("trends-keys").click();
  await page.id("keys-panel").waitFor();
  assert.equal(param(page, "period"), null);
  await keyboard.press("Escape");

  // To today and back by the bar above.
  await page.id("nav-today").click();
  await page.live();
  await page.page.goBack();
  await shown(page, "votes");
  assert.equal(param(page, "place"), "jawa-barat");
  page.clean();
});

// Dago named waiting on 21 of 28 days, Bogor on as many; each day one unhappy visit said why. Before that nobody was asked.
scenario("trends page: a reason that is pressed is the filter: figures, line, ranking, files; by link, Back, shared, on a phone", async (world) => {
  const { aggregator } = await chain(world);
  const page = await open(world, aggregator, "&before=no&marks=no");
  const { keyboard } = page.page;
  await still(page);
  await page.id("reason-wait").click();
  await figure(page, "named", "75.0%");
  assert.equal(param(page, "reason"), "why:wait");
  await still(page);
  await figure(page, "votes", String(2 * DAYS)); // visits that said why
  assert.match(await page.id("figures").textContent(), /“Long wait” named.*of unhappy visits that gave a reason/);
  assert.match(await page.id("only-reason").textContent(), /“Long wait”: unhappy/);
  assert.match(await page.id("card-line").locator("h2").textContent(), /^“Long wait” named, by day/);
  assert.equal(await page.id("show-index").count(), 0, "there is no index of a reason");
  assert.equal(await page.id("card-grid").count(), 0, "hours are told of a branch");
  assert.match(await page.id("reason-note").textContent(), /Hours of the week are told of a branch/);
  assert.equal(await page.id("reason-wait").getAttribute("aria-pressed"), "true");
  assert.equal(await page.page.locator(".promise").count(), 0, "the promise says nothing of reasons");
  await page.accessible("a reason");

  // Not told below thirty: each branch has 28. A region is the sum of its branches.
  const ranked = async () => (await rows(page, "ranking")).map(([rank, name, , share, n]) => [rank, name, share, n]);
  assert.deepEqual((await ranked()).map(([rank, , share, n]) => [rank, share, n]), [["–", "–", String(DAYS)], ["–", "–", String(DAYS)], ["–", "–", "0"]]);
  assert.match(await page.id("card-ranking").locator("h2").textContent(), /^Branches, by “Long wait” named/);
  await page.id("rank-children").click();
  await waitFor("the region, told", async () => JSON.stringify((await ranked()).map(([rank, name, , n]) => [rank, name, n])) === JSON.stringify([["1", "Jawa Barat", String(2 * DAYS)], ["–", "Jawa Timur", "0"]]));

  // As a table and as files; each says what it is of.
  await page.id("by-week").click();
  await page.id("table-line").click();
  await waitFor("weeks", async () => (await rows(page, "line")).length <= 5 && (await rows(page, "line")).reduce((sum, row) => sum + Number(row[4]), 0) === 2 * DAYS);
  const file = await csv(page, "line");
  assert.equal(file.name, `puas-trend-why-wait-harapan-${day(DAYS)}-${day(1)}.csv`);
  assert.match(file.lines[0], /^Days,“Long wait” named,95% from,95% to,Answers$/);
  const sheet = await page.page.evaluate(async (path) => (await fetch(path)).text(), (await page.id("xlsx-line").getAttribute("href")).replace("series.xlsx", "series.csv"));
  assert.match(sheet, /From,To,Reason,Visits,Named it,"Named it, %",95% from,95% to,Votes/);
  assert.match(sheet, /Long wait,Unhappy/);
  assert.doesNotMatch(sheet, /Satisfied/);

  // The address is the view: reload, Back, the chip, the key, the other visits.
  await page.page.reload();
  await figure(page, "named", "75.0%");
  await page.page.goBack();
  await page.id("visits-all").click();
  await waitFor("all visits", async () => /of visits that gave a reason/.test(await page.id("figures").textContent()));
  await figure(page, "satisfied", "0.0%"); // of those who named it, all were unhappy
  await page.id("visits-unhappy").click();
  await page.id("reason-opening-hours").click();
  await figure(page, "named", "25.0%");
  await page.id("only-reason").click();
  await figure(page, "share", percent(NOW.good, NOW.n));
  assert.equal(param(page, "reason"), null);
  await page.page.goBack();
  await figure(page, "named", "25.0%");
  await keyboard.press("x");
  await figure(page, "share", percent(NOW.good, NOW.n));
  await page.id("reason-wait").focus();
  await keyboard.press("Enter");
  await figure(page, "named", "75.0%");
  await keyboard.press("Enter"); // once more: none
  await figure(page, "share", percent(NOW.good, NOW.n));
  await page.id("reason-wait").locator("xpath=ancestor::tr").locator("td").first().click(); // its bar
  await figure(page, "named", "75.0%");

  // A branch, compared with days of which nothing is known; a link without a login, in Indonesian.
  await page.id("trends-place").selectOption("bogor");
  await page.id("trends-compare").selectOption("yes");
  await waitFor("no comparison", async () => /too few votes/.test(await page.id("figures").textContent()));
  await still(page);
  assert.match(await page.id("card-grid").locator("h2").textContent(), /^Hour by weekday, “Long wait” named/);
  const weekday = new Date(today() - DAY).getUTCDay();
  assert.match(await page.id(`cell-${weekday}-12`).getAttribute("aria-label"), /4 answers/);
  await page.id(`cell-${weekday}-12`).click();
  await page.id("only").waitFor();
  await page.id("table-line").click();
  await waitFor("that hour of four weeks", async () => (await rows(page, "line")).reduce((sum, row) => sum + Number(row[4]), 0) === 4);
  assert.deepEqual([param(page, "reason"), param(page, "hour")], ["why:wait", "12"]);
  await page.accessible("an hour of a reason");
  await page.id("trends-place").selectOption("harapan");
  await still(page);
  assert.equal(await page.id("only").count(), 0);
  await page.id("share").click();
  await page.id("share-make").click();
  const url = await page.id("share-url").inputValue();
  const browser = await Browser.start(world);
  const guest = await browser.open(url, { viewport: PHONE, isMobile: true, hasTouch: true });
  await figure(guest, "named", "75.0%");
  await guest.id("lang-switch").click();
  await figure(guest, "named", "75,0%");
  await waitFor("the reason in Indonesian", async () => /^“(?!Long wait)[^”]+”: tidak puas\./.test(await guest.id("only-reason").textContent()));
  await still(guest);
  const wide = await guest.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${wide} px too wide`);
  for (const theme of ["light", "dark"]) {
    if ((await guest.id("theme-switch").getAttribute("data-theme-now")) !== theme) await guest.id("theme-switch").click();
    await guest.accessible(`a reason on a phone, ${theme}`);
    await guest.shot(`page-trends-reason-phone-${theme}`);
  }
  await guest.id("only-reason").click();
  await guest.id("figure-share").waitFor();
  guest.clean();

  page.clean();

  // A link that names what nobody ever named says so, and the filter can be taken away.
  await page.page.goto(`${aggregator.url}/?page=trends&reason=why:never`);
  await page.id("card-line").getByRole("alert").filter({ hasText: "nobody ever named that reason" }).waitFor();
  await page.id("only-reason").click();
  await figure(page, "share", percent(NOW.good, NOW.n));
});

scenario("trends page: both themes and languages, desktop and phone: no barrier, nothing too wide", async (world) => {
  const { aggregator } = await chain(world, { weeks: 4 });
  const browser = await Browser.start(world);
  for (const [name, viewport] of [["desktop", DESKTOP], ["tablet", { width: 900, height: 1100 }], ["phone", PHONE]]) {
    const page = await browser.open(`${aggregator.url}/?page=trends`, { viewport, isMobile: name === "phone", hasTouch: name === "phone" });
    await page.login("admin");
    await shown(page, "votes");
    for (const theme of ["light", "dark"]) {
      if ((await page.id("theme-switch").getAttribute("data-theme-now")) !== theme) await page.id("theme-switch").click();
      for (const lang of ["id", "en"]) {
        if ((await page.id("lang-switch").getAttribute("data-lang")) !== lang) await page.id("lang-switch").click();
        await waitFor(`the page in ${lang}`, async () => (await page.id("nav-trends").textContent()) === { id: "Tren", en: "Trends" }[lang]);
        await still(page);
        await page.accessible(`${name}, ${theme}, ${lang}`);
        const wide = await page.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wide <= 0, `${name}, ${theme}, ${lang}: ${wide} px too wide`);
        const paper = await page.page.evaluate(() => ["beforeprint", "afterprint"].map((event) => (dispatchEvent(new Event(event)), document.documentElement.dataset.theme)));
        assert.deepEqual(paper, ["light", theme], "paper is white");
        await page.shot(`page-trends-${name}-${theme}-${lang}`);
      }
    }
    if (name === "phone") {
      const small = await page.page.locator("main :is(button, select, input), nav a").evaluateAll((list) =>
        list.filter((each) => each.offsetParent).map((each) => [each.textContent, each.getBoundingClientRect()]).filter(([, box]) => box.height < 43.5).map(([text, box]) => `${text}: ${box.height}`));
      assert.deepEqual(small, [], "targets under 44 px");
      await page.id("share").click();
      await page.id("share-make").waitFor();
    }
    page.clean();
  }
});

scenario("trends page: charts by mouse and keyboard; drawn anew in another width and language, not in another theme; refused nothing", async (world) => {
  const { aggregator } = await chain(world, { weeks: 4 });
  const page = await open(world, aggregator, "");
  const { keyboard } = page.page;
  await still(page);
  const grid = page.id("card-grid").locator(".plot");
  const held = () => page.page.evaluate(() => document.activeElement?.dataset.key ?? "");
  const key = async (name, want) => {
    await keyboard.press(name);
    assert.equal(await held(), want, name);
  };

  // One stop of the tab key in each chart; arrows lead on, and what is pressed keeps the focus.
  for (const card of ["line", "grid"]) assert.equal(await page.id(`card-${card}`).locator('[data-key][tabindex="0"]').count(), 1, card);
  const names = await page.page.locator("main [data-key]").evaluateAll((list) => list.map((each) => [each.getAttribute("role"), each.getAttribute("aria-label") ?? ""]));
  assert.ok(names.length > DAYS + 14 && names.every(([role, name]) => role === "button" && name.length > 3), JSON.stringify(names.filter(([, name]) => name.length <= 3)));
  await page.id("cell-1-12").focus();
  await key("ArrowDown", "cell-2-12");
  await key("ArrowUp", "cell-1-12");
  await key("ArrowUp", "cell--12"); // twelve o'clock of every day
  await key("ArrowRight", "cell--12"); // no later hour has votes
  assert.equal(await grid.locator('[data-key][tabindex="0"]').getAttribute("data-key"), "cell--12");
  await keyboard.press("Enter");
  await waitFor("twelve o'clock only", async () => param(page, "hour") === "12" && (await page.id("cell--12").getAttribute("aria-pressed")) === "true");
  await still(page);
  assert.equal(await held(), "cell--12", "the focus stays in the chart that is drawn anew");
  await key(" ", "cell--12");
  await waitFor("all hours", async () => param(page, "hour") === null && (await page.id("cell--12").getAttribute("aria-pressed")) === "false");
  await page.id(`cell-${new Date(today() - DAY).getUTCDay()}-`).click();
  await page.id("only").waitFor();

  // The same element in another theme; another one, of another width and language. One report draws this line, so that none arrives late.
  await page.page.goto(`${aggregator.url}/?page=trends&before=no&marks=no`);
  await shown(page, "votes");
  await page.page.locator(".line-chart svg").waitFor();
  await still(page);
  const mark = () => page.page.locator(".line-chart svg").evaluate((svg) => { svg.dataset.seen = "yes"; });
  const seen = async () => (await page.page.locator('.line-chart svg[data-seen="yes"]').count()) === 1;
  const ink = () => page.page.locator(".line-chart .line path").evaluate((path) => getComputedStyle(path).stroke);
  await mark();
  const light = await ink();
  await page.id("theme-switch").click();
  await waitFor("another colour", async () => (await ink()) !== light);
  assert.ok(await seen());
  await page.page.setViewportSize({ width: 1200, height: 900 });
  await waitFor("a narrower chart", async () => !(await seen()));
  const fits = () => page.page.locator(".line-chart").evaluate((box) => box.clientWidth === Number(box.querySelector("svg").getAttribute("width")));
  await waitFor("it to fit", fits);
  await mark();
  await page.id("lang-switch").click();
  await waitFor("it in Indonesian", async () => !(await seen()) && /janji|promise/.test(await page.page.locator(".line-chart").textContent()) && (await page.id("nav-trends").textContent()) === "Tren");
  const wide = () => page.page.locator(".line-chart svg").getAttribute("viewBox");
  const screen = await wide();
  await page.page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await waitFor("it for paper", async () => (await wide()).startsWith("0 0 900 "));
  await page.page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await waitFor("it for the screen again", async () => (await wide()) === screen);
  assert.equal(await page.page.locator(".line-chart svg").count(), 1);
  assert.equal(await page.page.locator("main style").count(), 0, "the style sheet of the drawing library is not in the page");

  // A day of the line opens it.
  await page.id(`period-${day(3)}`).click();
  await waitFor("that day", async () => param(page, "from") === day(3) && param(page, "to") === day(3));
  await still(page);
  page.clean();
});

scenario("trends page: without what draws the charts their tables are shown, and why", async (world) => {
  const { aggregator } = await chain(world, { weeks: 4 });
  const browser = await Browser.start(world);
  const page = await browser.open(`${aggregator.url}/?page=trends`, { serviceWorkers: "block" }); // they would fetch past the next line
  await page.page.route("**/plot.js", (route) => route.abort());
  await page.login("admin");
  await shown(page, "votes");
  await still(page);
  for (const card of ["line", "grid", "reasons", "ranking"]) {
    assert.match(await page.id(`card-${card}`).getByRole("alert").textContent(), /Charts could not be loaded/, card);
    assert.ok((await rows(page, card)).length > 1, card);
  }
  assert.equal((await rows(page, "line")).length, DAYS);
  await page.accessible("no charts");
  for (const [name, path] of [["report", "?page=report&kind=place&place=harapan"], ["backtest", "?page=backtest&place=harapan"]]) {
    await page.page.goto(`${aggregator.url}/${path}`);
    await page.page.getByRole("alert").filter({ hasText: "Charts could not be loaded" }).waitFor();
    assert.ok((await page.page.locator("table.data").first().locator("tbody tr").count()) > 1, name);
    await page.accessible(`no charts: ${name}`);
  }
  await page.page.unroute("**/plot.js");
  await page.page.goto(`${aggregator.url}/?page=trends`);
  await page.page.locator(".line-chart svg").waitFor();
  page.clean();
});

scenario("trends page: empty, few, unknown, cut off; a manager sees the own branch only; others do not load it", async (world) => {
  const { aggregator } = await chain(world, { weeks: 4 });
  const page = await open(world, aggregator, `&from=${day(400)}&to=${day(390)}`);
  await still(page);
  assert.match(await page.id("card-line").textContent(), /No votes in these days/);
  await figure(page, "votes", "0");
  await page.accessible("no votes");
  await page.id("trends-place").selectOption("surabaya");
  await page.id("trends-period").selectOption("28d");
  await figure(page, "votes", String(SURABAYA));
  assert.match(await page.id("figures").textContent(), /too few votes, 30 are needed/);
  assert.equal(await page.id("figure-share").textContent(), "–");

  // Votes that are not here are told: as if the kiosk had been there for two months and had lost twelve.
  assert.equal(await page.id("coverage").count(), 0);
  const before = `- ${60 * DAY}`;
  const lost = await run("sqlite3", ["-cmd", ".timeout 5000", aggregator.store.file, `UPDATE assignment SET from_ms = from_ms ${before}; UPDATE epoch SET born = born ${before}, lost = 12 WHERE kiosk_id = (SELECT kiosk_id FROM kiosk WHERE id = 'surabaya-entrance')`]);
  assert.equal(lost.code, 0, lost.lines.join("\n"));
  await page.page.reload();
  await page.id("coverage").waitFor();
  assert.match(await page.id("coverage").textContent(), /12 are lost\./);
  assert.doesNotMatch(await page.id("figures").textContent(), /100% in/);
  await page.accessible("incomplete");

  await aggregator.kill();
  await page.id("trends-period").selectOption("7d");
  await page.id("card-line").getByRole("alert").waitFor();
  await figure(page, "votes", String(SURABAYA)); // what was shown stays, and says what it is
  assert.match(await page.id("figures").getByRole("alert").textContent(), /Still shown: =1\+1 Surabaya, \d/);
  await aggregator.up();
  await page.id("card-line").getByRole("alert").getByRole("button").click();
  await waitFor("the line again", async () => (await page.id("card-line").getByRole("alert").count()) === 0);
  page.clean();

  // Within the scope only: one place, no choice; the chain is not told.
  const browser = await Browser.start(world);
  const own = await browser.open(aggregator.url);
  const files = [];
  own.page.on("request", (request) => files.push(new URL(request.url()).pathname));
  await own.enter("manager");
  assert.deepEqual(files.filter((name) => /^\/(trends|plot)/.test(name)), [], "the today page waits for no chart");
  await own.id("nav-trends").click();
  await figure(own, "share", "90,0%");
  assert.equal(await own.id("trends-place").count(), 0);
  await own.page.goto(`${aggregator.url}/?page=trends&place=harapan`);
  await own.page.getByRole("alert").filter({ hasText: "harapan" }).waitFor();
  own.clean();
});
