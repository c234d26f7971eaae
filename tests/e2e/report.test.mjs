// Reports over answers that are counted here by hand: the page, on paper, and as a spreadsheet that another program reads.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { Browser, DESKTOP, PHONE } from "./lib/browser.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { run } from "./lib/process.mjs";
import { certificate, MailReceiver, readMail } from "./lib/receivers.mjs";
import { Session } from "./lib/session.mjs";
import { readBook } from "./lib/sheet.mjs";
import { waitFor } from "./lib/wait.mjs";
import { BIN, scenario, SHOTS } from "./lib/world.mjs";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const JAKARTA = 7 * HOUR;
const DAYS = 4;
const FORMULA = "=1+1 Surabaya";
const PLACES = `
    - { id: harapan, kind: org, name: Harapan Clinic, tz: Asia/Jakarta,
        hours: [ { days: daily, open: "00:00", close: "24:00" } ] }
    - { id: jawa-barat, kind: region, parent: harapan, name: Jawa Barat }
    - { id: bandung-dago, kind: branch, parent: jawa-barat, name: Bandung Dago }
    - { id: bogor, kind: branch, parent: jawa-barat, name: Bogor Pajajaran }
    - { id: surabaya, kind: branch, parent: harapan, name: "${FORMULA}" }
  kiosks:
    - { id: dago-entrance, name: Main entrance, place: bandung-dago }
    - { id: bogor-entrance, name: Main entrance, place: bogor }
    - { id: surabaya-entrance, name: Main entrance, place: surabaya }
`;
// A day of each branch. skm: what each respondent answers to u1 .. u9.
const BRANCHES = [
  { id: "bandung-dago", kiosk: "dago-entrance", happy: 19, unhappy: 1, respondents: 20, skm: [4, 3, 3, 3, 3, 3, 3, 3, 3] },
  { id: "bogor", kiosk: "bogor-entrance", happy: 10, unhappy: 10, respondents: 10, skm: [2, 2, 2, 2, 2, 2, 2, 2, 2] },
];
const IKM = { dago: 25 * (28 / 9), all: 25 * ((2 * (28 / 9) + 2) / 3) };

const today = () => Math.floor((Date.now() + JAKARTA) / DAY) * DAY; // of Jakarta, as if it were UTC
const day = (ago) => new Date(today() - ago * DAY).toISOString().slice(0, 10);
const at = (ago, hour) => today() - ago * DAY + hour * HOUR - JAKARTA + HOUR / 2;
const period = () => `from=${day(DAYS)}&to=${day(1)}`;

async function chain(world, more = (text) => text) {
  const broker = await Broker.start(world, { users: ["aggregator", ...BRANCHES.map(({ kiosk }) => kiosk), "surabaya-entrance"] });
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, change: (text) => more(text.replace(/(?<=^ {2}places:\n)[^]*?(?=^ {2}surveys:)/m, PLACES.slice(1))) });
  for (const { id, kiosk, happy, unhappy, respondents, skm } of BRANCHES) {
    const k = new ForeignKiosk({ port: broker.port, id: kiosk, branch: id, secret: SECRET });
    world.own("foreign kiosk", () => k.die());
    await k.connect();
    await k.synced;
    for (let ago = DAYS; ago > 0; ago--) {
      for (let i = 0; i < happy; i++) k.press(5, { at: at(ago, 10) });
      for (let i = 0; i < unhappy; i++) {
        const { seq } = k.press(1, { at: at(ago, 12) });
        k.press(undefined, { type: "choice", question: "why", options: [i % 4 ? "wait" : "opening-hours"], visit: seq, score: undefined, of: undefined, at: at(ago, 12) });
      }
      for (let i = 0; i < respondents; i++) skm.forEach((score, e) => k.press(score, { question: `u${e + 1}`, of: 4, at: at(ago, 11) }));
    }
    await k.settled(60_000);
    await k.goodbye();
  }
  return { broker, aggregator };
}

const text = (page, id) => page.id(id).textContent();
const filled = (page) => waitFor("the report to be filled", async () => (await page.page.locator('[data-testid="report"][aria-busy="false"] .foot').count()) === 1);
const rows = (page, id) => page.id(id).locator("tbody tr").evaluateAll((list) => list.map((row) => [...row.children].map((cell) => cell.textContent)));

async function open(world, aggregator, query, more = {}) {
  const page = await (await Browser.start(world)).open(`${aggregator.url}/?page=report${query}`, more);
  await page.login("admin");
  await filled(page);
  return page;
}

async function saved(page, id, world, name) {
  const [download] = await Promise.all([page.page.waitForEvent("download"), page.id(id).click()]);
  await download.saveAs(world.path(name));
  return { name: download.suggestedFilename(), file: world.path(name) };
}

const cells = (sheet) => sheet.map((row) => row.map(([, value]) => value));
const upright = (sheet) => Object.fromEntries(sheet.map(([[, name], cell]) => [name, cell]));

scenario("report: the SKM of a unit, with class, sample, nine elements, units, method; the same in the spreadsheet; the address holds it", async (world) => {
  const { aggregator } = await chain(world);
  const page = await open(world, aggregator, `&kind=skm&place=bandung-dago&${period()}&population=100`);
  assert.equal(await text(page, "report-unit"), "Bandung Dago");
  assert.equal(await text(page, "skm-index"), IKM.dago.toFixed(2)); // 77.78
  assert.equal(await text(page, "skm-class"), "B: Good");
  assert.equal(await text(page, "skm-respondents"), String(DAYS * 20));
  assert.match(await text(page, "skm-sample"), /^The sample of 80 is reached\. People served: 100\.$/);
  assert.deepEqual((await rows(page, "skm-elements")).map(([name, , mean, value, n]) => [name, mean, value, n]).slice(0, 2), [["U1Requirements", "4.00", "100.00", "80"], ["U2Procedure", "3.00", "75.00", "80"]]);
  assert.equal((await rows(page, "skm-elements")).length, 9);
  assert.match(await page.page.locator(".foot").textContent(), /Permenpan RB No\. 14 of 2017.*Krejcie and Morgan/s);
  assert.match(await text(page, "report-coverage"), /^All [\d,]+ answers of these days are in\./);

  // A larger population asks for more; the address says so, and Back goes back.
  await page.id("population").fill("1000");
  await page.page.keyboard.press("Enter");
  await waitFor("the larger sample", async () => /The sample of 278 is not reached: 198 are lacking/.test(await text(page, "skm-sample")));
  assert.equal(new URL(page.page.url()).searchParams.get("population"), "1000");
  await page.id("population").fill("0.5");
  await page.page.keyboard.press("Enter");
  await page.page.locator("#error-population").filter({ hasText: "A whole number" }).waitFor();
  assert.deepEqual([await page.id("population").inputValue(), new URL(page.page.url()).searchParams.get("population")], ["0.5", "1000"]);
  await page.id("population").fill("1000");
  await page.page.keyboard.press("Enter");
  await waitFor("nothing wrong any more", async () => (await page.page.locator("#error-population").textContent()) === "");
  await page.id("report-place").selectOption("jawa-barat");
  await waitFor("both branches", async () => (await page.id("skm-index").count()) === 1 && (await text(page, "skm-index")) === IKM.all.toFixed(2));
  assert.deepEqual((await rows(page, "skm-units")).map(([name, , index, grade, n]) => [name, index, grade, n]), [["Bandung Dago", "77.78", "B · Good", "80"], ["Bogor Pajajaran", "50.00", "D · Not good", "40"]]);

  const { name, file } = await saved(page, "report-xlsx", world, "skm.xlsx");
  assert.equal(name, `puas-skm-jawa-barat-${day(DAYS)}-${day(1)}.xlsx`);
  const book = await readBook(file);
  assert.deepEqual(Object.keys(book), ["IKM", "Nine elements", "Units below"]);
  const short = upright(book.IKM);
  assert.deepEqual([short["IKM value"][0], Number(short["IKM value"][1]).toFixed(6)], ["n", IKM.all.toFixed(6)]);
  assert.deepEqual([short.Class, short.Performance, short["Sample reached"], short.Basis], [["s", "C"], ["s", "Less good"], ["s", "No"], ["s", "Permenpan RB 14/2017"]]);
  assert.deepEqual(short.From, ["d", `${day(DAYS)} 00:00:00`]);
  assert.equal(book["Nine elements"].length, 10);
  assert.deepEqual(cells(book["Units below"])[1].slice(0, 1), ["Bandung Dago"]);
  await page.id("lang-switch").click();
  await waitFor("Indonesian", async () => (await page.page.getAttribute("html", "lang")) === "id");
  await filled(page);
  const csv = await saved(page, "report-csv", world, "skm.csv");
  const lines = readFileSync(csv.file, "utf8").split("\r\n");
  assert.equal(lines[0], "\uFEFFIKM");
  assert.ok(lines.includes("Dasar;Permenpan RB 14/2017"));
  assert.ok(lines.some((line) => /^Bandung Dago;77,7778;/.test(line)), lines.join("\n"));
  await page.page.goBack();
  await waitFor("the branch again", async () => (await text(page, "report-unit")) === "Bandung Dago");

  await page.page.goto(`${aggregator.url}/?page=report&kind=skm&place=surabaya&${period()}`);
  await page.id("skm-none").waitFor();
  assert.match(await text(page, "skm-none"), /Tidak ada jawaban SKM/);
  page.clean();
});

scenario("report: a place against its promise, with reasons and ranking; its sheets hold the same, and no formula", async (world) => {
  const { aggregator } = await chain(world);
  const page = await open(world, aggregator, `&${period()}`);
  await waitFor("the ranking", async () => (await page.id("report-ranking").count()) === 1);
  const n = DAYS * 40;
  assert.equal(await text(page, "report-value"), "72.5%");
  assert.equal(await text(page, "report-votes"), String(n));
  assert.match(await text(page, "report-verdict"), /^72\.5% satisfied: /);
  assert.deepEqual((await rows(page, "report-ranking")).map(([rank, name, , , , votes]) => [rank, name, votes]), [["1", "Bandung Dago", "80"], ["2", "Bogor Pajajaran", "80"], ["–", FORMULA, "0"]]);
  assert.equal((await rows(page, "report-reasons"))[0][0], "Long wait");

  const { file } = await saved(page, "report-xlsx", world, "report.xlsx");
  const book = await readBook(file);
  assert.deepEqual(Object.keys(book), ["Summary", "Breaches found late", "Trend", "Reasons, unhappy", "Reasons, happy", "Reasons, all", "Ranking", "Expected and perceived", "Coverage"]);
  assert.deepEqual(upright(book.Summary).Votes, ["n", String(n)]);
  assert.deepEqual(upright(book.Summary)["Satisfied, %"], ["n", "72.5"]);
  assert.equal(book.Trend.length, DAYS + 1);
  const places = book.Ranking[0].findIndex(([, value]) => value === "Place");
  assert.deepEqual(book.Ranking[3][places], ["s", FORMULA]); // a text, as it was given
  assert.ok(Object.values(book).flat(2).every(([type]) => type !== "f"), "no cell is a formula");

  // What is seen on the trends page, card by card; and the way here and back.
  await page.id("to-trends").click();
  await page.id("figure-votes").waitFor();
  for (const [card, sheet] of [["line", "Trend"], ["grid", "Hours of the week"], ["reasons", "Reasons, unhappy"], ["ranking", "Ranking"]]) {
    assert.ok((await readBook((await saved(page, `xlsx-${card}`, world, `${card}.xlsx`)).file))[sheet].length > 1, card);
  }
  await page.id("to-report").click();
  await filled(page);
  assert.equal(new URL(page.page.url()).searchParams.get("from"), day(DAYS));

  // Each report by itself, over the API; what is wrong is said as for JSON.
  const session = await Session.login(aggregator.url, "admin");
  for (const report of ["series", "grid", "ranking", "reasons", "compare", "skm", "coverage", "gaps", "scores", "segments", "late", "report"]) {
    const answer = await session.raw("GET", `/api/v1/trends/${report}.xlsx?place=harapan&${period()}&lang=en`);
    assert.equal(answer.status, 200, report);
    assert.equal(answer.headers.get("content-type"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    writeFileSync(world.path(`${report}.xlsx`), Buffer.from(await answer.arrayBuffer()));
    assert.ok(Object.keys(await readBook(world.path(`${report}.xlsx`))).length > 0);
  }
  const csv = await (await session.raw("GET", `/api/v1/trends/ranking.csv?place=harapan&${period()}&lang=en`)).text();
  assert.match(csv, new RegExp(`\\r\\n,'${FORMULA.replace("+", "\\+")},surabaya,0`));
  for (const [status, path] of [[404, "weather.xlsx?place=harapan"], [404, "series.xlsx?place=nowhere"], [404, "series.pdf?place=harapan"], [422, "series.csv?place=harapan&from=soon"]]) {
    assert.equal((await session.raw("GET", `/api/v1/trends/${path}`)).status, status, path);
  }
  assert.equal((await new Session(aggregator.url).raw("GET", "/api/v1/trends/series.xlsx?place=harapan")).status, 401);
  assert.equal((await (await Session.login(aggregator.url)).raw("GET", "/api/v1/trends/series.xlsx?place=bogor")).status, 404, "a manager sees the own branch");
  page.clean();
});

scenario("report: a breach that came to light late is told the morning after, on the page and in the mail's sheets", async (world) => {
  const { aggregator } = await chain(world);
  // As if all of it had come a day earlier: in a pack all times are told from that of its first arrival.
  await run("sqlite3", [aggregator.store.file, `PRAGMA busy_timeout = 5000; UPDATE pack SET arrived = arrived - ${DAY}`]);
  const page = await open(world, aggregator, `&from=${day(1)}&to=${day(1)}`);
  await page.id("report-late").waitFor();
  const told = await rows(page, "report-late");
  assert.ok(told.length > 0 && told.every(([, place]) => place === "Bogor Pajajaran"), JSON.stringify(told));
  assert.match(told[0][0], /12:30$/);
  assert.match(told[0][3], /^\d+ of \d+$/);
  const sheet = (await readBook((await saved(page, "report-xlsx", world, "late.xlsx")).file))["Breaches found late"];
  assert.equal(sheet.length, told.length + 1);
  await page.shot("page-report-late");
  page.clean();
});

scenario("report: both kinds, themes and languages, desktop and phone: no barrier, nothing too wide; on paper it is white and A4", async (world) => {
  const { aggregator } = await chain(world);
  const browser = await Browser.start(world);
  mkdirSync(SHOTS, { recursive: true });
  for (const [name, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
    const page = await browser.open(`${aggregator.url}/?page=report`, { viewport, isMobile: name === "phone", hasTouch: name === "phone" });
    await page.login("admin");
    await filled(page);
    for (const [kind, place] of [["place", "harapan"], ["skm", "jawa-barat"]]) {
      await page.page.goto(`${aggregator.url}/?page=report&kind=${kind}&place=${place}&${period()}`);
      for (const theme of ["light", "dark"]) {
        await page.id("theme-switch").waitFor();
        if ((await page.id("theme-switch").getAttribute("data-theme-now")) !== theme) await page.id("theme-switch").click();
        for (const lang of ["id", "en"]) {
          if ((await page.id("lang-switch").getAttribute("data-lang")) !== lang) await page.id("lang-switch").click();
          await waitFor(`the page in ${lang}`, async () => (await page.id("nav-trends").textContent()) === { id: "Tren", en: "Trends" }[lang]);
          await filled(page);
          await page.accessible(`${kind}, ${name}, ${theme}, ${lang}`);
          const wide = await page.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.ok(wide <= 0, `${kind}, ${name}, ${theme}, ${lang}: ${wide} px too wide`);
          await page.shot(`page-report-${kind}-${name}-${theme}-${lang}`);
        }
      }
      if (name === "phone") {
        const small = await page.page.locator("main :is(button, select, input, a), nav a").evaluateAll((list) =>
          list.filter((each) => each.offsetParent).map((each) => [each.textContent, each.getBoundingClientRect()]).filter(([, box]) => box.height < 43.5).map(([label, box]) => `${label}: ${box.height}`));
        assert.deepEqual(small, [], "targets under 44 px");
      } else {
        const paper = await page.page.evaluate(() => ["beforeprint", "afterprint"].map((event) => (dispatchEvent(new Event(event)), document.documentElement.dataset.theme)));
        assert.deepEqual(paper, ["light", "dark"], "paper is white");
        const pdf = await page.page.pdf({ preferCSSPageSize: true, printBackground: true });
        assert.match(pdf.toString("latin1"), /\/MediaBox \[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/, "A4");
        writeFileSync(join(SHOTS, `report-${kind}.pdf`), pdf);
        assert.equal(pdf.toString("latin1").match(/\/Type \/Page\b/g).length, 1, `${kind}: one sheet of paper`);
        await page.page.emulateMedia({ media: "print" });
        await page.page.evaluate(() => dispatchEvent(new Event("beforeprint")));
        await page.page.setViewportSize({ width: 673, height: 1009 }); // A4 within its margins
        await page.shot(`page-report-${kind}-paper`);
        await page.page.emulateMedia({ media: null });
        await page.page.setViewportSize(viewport);
      }
    }
    page.clean();
  }
});

scenario("share: a link shows its place and what is below without a login, and nothing else; it is taken back, it ends", async (world) => {
  const { aggregator } = await chain(world);
  const page = await open(world, aggregator, `&place=jawa-barat&${period()}`);
  await page.id("share").click();
  await page.id("share-panel").waitFor();
  await page.id("share-days").selectOption("7");
  await page.id("share-make").click();
  await page.id("share-url").waitFor();
  await page.accessible("sharing");
  const url = await page.id("share-url").inputValue();
  assert.match(url, /\/s\/[0-9a-f]{32}$/);
  const token = url.slice(-32);
  for (const file of [aggregator.store.file, `${aggregator.store.file}-wal`]) assert.ok(!readFileSync(file, "latin1").includes(token), "only its hash is stored");

  // Without a login: the view, its spreadsheet, both its branches; no way to what is elsewhere.
  const guest = await (await Browser.start(world)).open(url);
  await filled(guest);
  assert.equal(await text(guest, "report-unit"), "Jawa Barat");
  assert.equal(await guest.id("share").count() + await guest.id("account").count() + await guest.id("nav-today").count(), 0);
  assert.ok((await readBook((await saved(guest, "report-xlsx", world, "shared.xlsx")).file)).Summary);
  await guest.id("report-place").selectOption("bogor");
  await waitFor("the branch", async () => (await text(guest, "report-unit")) === "Bogor Pajajaran");
  await guest.accessible("by a link");
  guest.clean();

  const answer = await new Session(aggregator.url).raw("GET", `/s/${token}`);
  assert.equal(answer.status, 303);
  assert.match(answer.headers.get("set-cookie"), /^puas-share=[0-9a-f]{32}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=6047\d\d$/);
  assert.match(answer.headers.get("location"), /^\/\?page=report&place=jawa-barat&from=/);
  const shared = new Session(aggregator.url, answer.headers.get("set-cookie").split(";")[0]);
  const session = await shared.get("/api/v1/session");
  assert.deepEqual([session.user.name, session.places.map(({ id }) => id)], ["", ["jawa-barat", "bandung-dago", "bogor"]]);
  assert.equal((await shared.get(`/api/v1/trends/series?place=bogor&${period()}`)).total.n, 80);
  for (const place of ["harapan", "surabaya"]) assert.equal((await shared.raw("GET", `/api/v1/trends/series?place=${place}`)).status, 404, place);
  for (const path of ["today?place=bogor", "verdicts?place=bogor", "comments?place=bogor", "backtest?place=bogor", "export?place=bogor", "live?place=bogor", "shares", "channels", "status", "alerts/x/votes"])
    assert.equal((await shared.raw("GET", `/api/v1/${path}`)).status, 401, path);
  for (const path of ["shares", "shares/1/revoke", "alerts/x/ack", "alerts/x/comment"]) assert.equal((await shared.raw("POST", `/api/v1/${path}`, { path: "/?page=report&place=bogor", comment: "x" })).status, 401, path);

  // Who may: within one's own scope, no viewer; and only views of trends and reports.
  const admin = await Session.login(aggregator.url, "admin");
  const manager = await Session.login(aggregator.url);
  const make = (who, path, days) => who.raw("POST", "/api/v1/shares", { path, days });
  for (const [field, path, days] of [["path", "https://example.org/", 7], ["path", "/?page=today&place=bogor", 7], ["path", "/?page=report", 7], ["path", "/?page=report&place=bogor\r\nX: y", 7], ["path", `/?page=report&place=bogor&x=${"y".repeat(500)}`, 7], ["days", "/?page=report&place=bogor", 0], ["days", "/?page=report&place=bogor", 367]]) {
    const refused = await make(admin, path, days);
    assert.deepEqual([refused.status, (await refused.json()).field], [422, field], path);
  }
  assert.equal((await make(manager, "/?page=report&place=bogor", 7)).status, 404);
  const own = await make(manager, "/?page=trends&place=bandung-dago", 366);
  assert.equal(own.status, 201);
  const { id: theirs } = await own.json();
  assert.deepEqual((await manager.get("/api/v1/shares")).shares.map(({ id, by }) => [id, by]), [[theirs, "manager"]]);
  const [mine] = (await admin.get("/api/v1/shares")).shares.filter(({ by }) => by === "admin");
  assert.equal((await manager.raw("POST", `/api/v1/shares/${mine.id}/revoke`, {})).status, 404);

  await page.id(`share-end-${mine.id}`).click();
  await waitFor("it to be gone from the list", async () => (await page.id("share-list").count()) === 0);
  assert.equal((await shared.raw("GET", `/api/v1/trends/series?place=bogor&${period()}`)).status, 401);
  assert.equal((await new Session(aggregator.url).raw("GET", `/s/${token}`)).status, 404);
  assert.equal((await new Session(aggregator.url).raw("GET", `/s/${"0".repeat(32)}`)).status, 404);
  assert.equal(await aggregator.store.one("SELECT group_concat(who || ' ' || action) FROM (SELECT * FROM audit WHERE action LIKE 'share%' ORDER BY audit_id)"), "admin share-open,manager share-open,admin share-end");
  page.clean();
});

const channel = (world, receiver, tls) => `channels:\n  - { id: office, kind: email, url: "smtps://localhost:${receiver.port}", user: ${MailReceiver.USER}, secret_file: ${world.path("secrets", "mail")}, from: puas@example.org, to: [nobody@example.org], ca_file: ${tls.cert}, rules: [none], retry_min: 50 ms, retry_max: 100 ms, per_minute: 600 }\n`;
const mailing = (more) => `  - { channel: office, at: 0, ${more} }\n`;

scenario("mailing: daily, weekly and monthly reports, once to each address, in its language, with the spreadsheet; after days without us the newest one only", async (world) => {
  const tls = await certificate(world);
  const receiver = await MailReceiver.start(world, { tls });
  const { aggregator } = await chain(world);
  await aggregator.stop();
  writeFileSync(world.path("secrets", "mail"), `${MailReceiver.PASSWORD}\n`);
  const plain = readFileSync(aggregator.file, "utf8");
  const settings = (list) => writeFileSync(aggregator.file, plain.replace(/^http:$/m, "http:\n  public_url: https://puas.example.org").replace(/^times:/m, `${channel(world, receiver, tls)}mailings:\n${list}times:`));
  const daily = mailing("id: day, place: bandung-dago, every: daily, to: [sari@example.org, budi@example.org]");
  settings(daily + mailing("id: skm, place: harapan, every: daily, report: skm, lang: en, to: [head@example.org]") + mailing("id: month, place: harapan, every: monthly, to: [month@example.org]") + mailing("id: week, place: harapan, every: weekly, to: [week@example.org]"));
  await aggregator.up();
  await receiver.arrived(5);
  await waitFor("all of them to be settled", async () => (await aggregator.store.one("SELECT count(*) FROM outgoing WHERE state = 1 AND event = 6")) === 5);

  const of = (address) => receiver.mails.filter(({ to }) => to.includes(address));
  const [mail] = of("sari@example.org");
  assert.deepEqual([mail.from, mail.to, mail.secure], ["puas@example.org", ["sari@example.org"], true]);
  const { headers, parts } = readMail(mail.text);
  assert.match(headers.subject, /^Laporan Bandung Dago, \d+ \w{3} \d{4}$/);
  assert.equal(headers.to, "<sari@example.org>");
  assert.match(headers["list-unsubscribe"], /^<https:\/\/puas\.example\.org\/u\/[0-9a-f]{32}>$/);
  assert.equal(headers["list-unsubscribe-post"], "List-Unsubscribe=One-Click");
  assert.deepEqual(parts.map(({ type }) => type), ["text/plain", "text/html", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"]);
  assert.match(parts[0].text, /Puas, %: 95,0/);
  assert.match(parts[1].text, /<td align="right">95,0<\/td>/);
  assert.match(parts[1].text, new RegExp(`href="https://puas\\.example\\.org/\\?page=report&amp;place=bandung-dago&amp;from=${day(1)}&amp;to=${day(1)}"`));
  writeFileSync(world.path("mail.xlsx"), Buffer.from(parts[2].text, "base64"));
  assert.deepEqual(upright((await readBook(world.path("mail.xlsx"))).Ringkasan).Suara, ["n", "20"]);
  assert.match(readMail(of("head@example.org")[0].text).parts[0].text, /IKM value: 68\.52/);
  const spans = await aggregator.store.query("SELECT mailing, from_day AS f, to_day AS t FROM mailing_sent WHERE mailing IN ('week', 'month') ORDER BY mailing");
  const utc = (n) => new Date(n * DAY);
  assert.deepEqual([utc(spans[0].f).getUTCDate(), utc(spans[0].t + 1).getUTCDate(), utc(spans[1].f).getUTCDay(), spans[1].t - spans[1].f], [1, 1, 1, 6]);
  assert.ok(spans.every(({ t }) => utc(t + 1).getTime() <= today()));

  // A look at it; strangers do not.
  const admin = await Session.login(aggregator.url, "admin");
  const preview = await admin.raw("GET", "/api/v1/mailings/skm/preview");
  assert.deepEqual([preview.status, preview.headers.get("content-type")], [200, "text/html; charset=utf-8"]);
  assert.match(await preview.text(), /Permenpan RB 14\/2017/);
  assert.match(await (await admin.raw("GET", "/api/v1/mailings/skm/preview?lang=id")).text(), /Nilai IKM/);
  assert.equal((await admin.raw("GET", "/api/v1/mailings/skm/preview?lang=fr")).status, 422);
  assert.equal((await admin.raw("GET", "/api/v1/mailings/none/preview")).status, 404);
  assert.equal((await (await Session.login(aggregator.url)).raw("GET", "/api/v1/mailings/skm/preview")).status, 403);

  // Budi wants no more of it. A look at the link ends nothing.
  const stop = readMail(of("budi@example.org")[0].text).headers["list-unsubscribe"].slice(1, -1).replace("https://puas.example.org", aggregator.url);
  assert.match(await (await fetch(stop)).text(), /<form method="post">/);
  const reader = await (await Browser.start(world)).open(stop, { viewport: PHONE });
  for (const [theme, colour] of [["dark", "rgb(12, 19, 34)"], ["light", "rgb(243, 246, 251)"]]) {
    await reader.page.emulateMedia({ colorScheme: theme });
    assert.equal(await reader.page.evaluate(() => getComputedStyle(document.body).backgroundColor), colour, theme);
    await reader.accessible(`the end of a report by mail, ${theme}`);
    await reader.shot(`page-unsubscribe-${theme}`);
  }
  assert.equal(await reader.page.locator("[lang=en]").count(), 2, "in English too");
  assert.equal(await aggregator.store.one("SELECT count(*) FROM mailing_recipient WHERE stopped IS NOT NULL"), 0);
  await reader.page.getByRole("button").click(); // by hand; mail programs do the same by one request, as often as they like
  await reader.page.getByText("This report will not be sent any more.").waitFor();
  await reader.accessible("ended");
  reader.clean();
  assert.equal((await fetch(stop, { method: "POST", body: "List-Unsubscribe=One-Click", headers: { "Content-Type": "application/x-www-form-urlencoded" } })).status, 200);
  assert.equal((await fetch(`${aggregator.url}/u/${"0".repeat(32)}`, { method: "POST" })).status, 404);

  // The list says who gets what, how far, and who has ended it; each can be looked at in both languages.
  const { mailings } = await admin.get("/api/v1/mailings");
  const [days] = mailings.filter(({ id }) => id === "day");
  assert.deepEqual([mailings.map(({ id }) => id), days.place, days.every, days.channel], [["day", "skm", "month", "week"], { id: "bandung-dago", name: "Bandung Dago" }, "daily", "office"]);
  assert.deepEqual(days.readers.map(({ address, through, ended }) => [address, through, ended > 0]), [["sari@example.org", day(1), false], ["budi@example.org", day(1), true]]);
  const page = await (await Browser.start(world)).open(`${aggregator.url}/?page=manage&tab=mailings`);
  await page.login("admin");
  for (const viewport of [DESKTOP, PHONE]) {
    await page.page.setViewportSize(viewport);
    assert.match(await page.id("reader-budi@example.org").textContent(), /ended it/);
    assert.match(await page.id("reader-sari@example.org").textContent(), /sent up to \w{3} \d+ \w+/);
    await page.accessible(`mailings, ${viewport.width}`);
    await page.shot(`page-mailings-${viewport.width}`);
  }
  for (const [lang, words] of [["id", "Unsur"], ["en", "Nine elements"]]) {
    const [preview] = await Promise.all([page.page.context().waitForEvent("page"), page.id(`preview-skm-${lang}`).click()]);
    await preview.getByText(words).first().waitFor();
    await preview.screenshot({ path: join(SHOTS, `page-preview-${lang}.png`) });
  }

  // As if we had been away for three days: one mail, of yesterday, and none to Budi. Killed and started again: no other.
  await aggregator.stop();
  assert.equal((await run("sqlite3", [aggregator.store.file, "UPDATE mailing_sent SET to_day = to_day - 3, from_day = from_day - 3, id = 'old' || id WHERE mailing = 'day'; UPDATE outgoing SET id = 'old' || id; INSERT INTO rollup_due SELECT place_id, -1000000, 0 FROM place"])).code, 0);
  await aggregator.up();
  await receiver.arrived(6);
  const at = (event) => aggregator.process.lines.findIndex((line) => line.includes(` ${event}`));
  assert.ok(at("rollups_due") >= 0 && at("rollups_built") > at("rollups_due") && at("mailing_due") > at("rollups_built"), "not while its days are still being counted");
  await waitFor("it to be settled", async () => (await aggregator.store.one("SELECT count(*) FROM outgoing WHERE state = 1")) === 6);
  await aggregator.kill();
  await aggregator.up();
  assert.deepEqual([receiver.mails.length, of("sari@example.org").length, of("budi@example.org").length], [6, 2, 1]);
  assert.equal(await aggregator.store.one("SELECT count(*) FROM outgoing"), 6);

  // What is wrong with the settings is said, with its place.
  for (const [bad, what] of [["id: x, place: harapan, every: daily, to: [nobody]", /mailing 'x': to is a list of mail addresses/], ["id: x, place: harapan, every: hourly, to: [a@example.org]", /every/]]) {
    settings(mailing(bad));
    const checked = await run(`${BIN}/puas-aggregator`, ["--config", aggregator.file, "--check-config"]);
    assert.notEqual(checked.code, 0);
    assert.match(checked.lines.join("\n"), what);
  }
});
