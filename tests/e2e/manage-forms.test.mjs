// Calendars, ladders and goals as forms: from click to what the engine does with them, files of holidays, two tabs, wrong input in
// every field, roles; and what good news there is.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { Browser, DESKTOP, PHONE } from "./lib/browser.mjs";
import { SECRET } from "./lib/broker.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { chain, done, errorOf, find, put } from "./lib/organisation.mjs";
import { run } from "./lib/process.mjs";
import { HttpReceiver } from "./lib/receivers.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { BIN, scenario } from "./lib/world.mjs";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A day of Jakarta. */
const day = (ahead) => new Date(Date.now() + 7 * HOUR + ahead * DAY).toISOString().slice(0, 10);
const compact = (text) => text.replaceAll("-", "");
const event = (...lines) => ["BEGIN:VEVENT", "UID:1", "DTSTAMP:20250101T000000Z", ...lines, "END:VEVENT"].join("\r\n");
const ics = (...events) => ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", ...events, "END:VCALENDAR", ""].join("\r\n");
const file = (text, name = "holidays.ics") => ({ name, mimeType: "text/calendar", buffer: Buffer.from(text) });
const alwaysOpen = (text) => text.replace('open: "07:00", close: "20:00"', 'open: "00:00", close: "24:00"');
const boss = (id, url, more = "") => `  - { id: ${id}, kind: http, url: "${url}/${id}", allow_private: true, body: "{{title}}", events: [unattended]${more} }\n`;
const openToday = async (session, place = "bandung-dago") => (await session.get(`/api/v1/today?place=${place}`)).open;

async function kioskAt(world, broker, id, branch) {
  const kiosk = new ForeignKiosk({ port: broker.port, id, branch, secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  return kiosk;
}

scenario("a calendar from the page: what is wrong beside its field, then the day is closed, open for an hour, as every week, over", async (world) => {
  const { url, store } = await chain(world, alwaysOpen);
  const admin = await Session.login(url, "admin");
  const always = [{ from: "00:00", to: "24:00" }];
  assert.deepEqual(await openToday(admin), always);
  const browser = await Browser.start(world);
  const page = await browser.open(`${url}/?page=manage&tab=calendars`);
  await page.login("admin");
  await page.id("new").click();
  await page.page.getByText("every week is the same").waitFor();

  // Wrong in every field; nothing is lost, and nothing is saved.
  await page.id("save").click();
  assert.match(await errorOf(page, "id"), /needed/);
  assert.match(await errorOf(page, "days"), /Add a day/);
  await page.id("m-id").fill("Hari Raya");
  await page.id("day-add").click();
  await waitFor("the new day to be where one types", () => page.page.evaluate(() => document.activeElement?.id === "m-days-0-name"));
  await page.id("m-days-0-name").fill("x".repeat(81));
  await page.id("m-days-0-kind").selectOption("hours");
  await page.id("save").click();
  assert.match(await errorOf(page, "id"), /a\u2013z/);
  assert.match(await errorOf(page, "days-0-name"), /80 letters/);
  assert.match(await errorOf(page, "days-0-from"), /Choose a day/);
  assert.match(await errorOf(page, "days-0-hours"), /07:00/);
  await page.id("m-id").fill("2027"); // an id of digits stays a text
  await page.id("m-days-0-name").fill("Hari Raya");
  await page.id("m-days-0-from").fill(day(0));
  await page.id("m-days-0-to").fill(day(-1));
  await page.id("m-open-0").fill("10:00");
  await page.id("m-close-0").fill("9:00");
  await page.id("save").click();
  assert.match(await errorOf(page, "days-0-to"), /Not before/);
  assert.match(await errorOf(page, "days-0-hours"), /before it closes/);
  for (const far of [day(400), "12027-01-01"]) {
    await page.id("m-days-0-to").fill(far);
    await page.id("save").click();
    assert.match(await errorOf(page, "days-0-to"), /a year/, far);
  }
  await page.id("m-days-0-to").fill("");
  await page.id("m-hours-add").click(); // twice at the same time: the server says so
  for (const i of [0, 1]) {
    await page.id(`m-open-${i}`).fill("10:00");
    await page.id(`m-close-${i}`).fill("11:00");
  }
  await page.id("save").click();
  assert.match(await errorOf(page, "days"), /do not overlap/);
  assert.equal(await page.id("m-days-0-name").inputValue(), "Hari Raya");
  assert.equal(await store.one("SELECT count(*) FROM special_day"), 0);

  // Closed today in the west, and there alone.
  await page.id("m-days-0-kind").selectOption("closed");
  await page.id("m-place").selectOption("jawa-barat");
  await page.id("uses").filter({ hasText: "1 branch has these days: Bandung Dago." }).waitFor();
  await page.id("dry").click();
  await page.id("preview").filter({ hasText: /days, new: .*Hari Raya: closed/ }).waitFor();
  assert.equal(await store.one("SELECT count(*) FROM special_day"), 0);
  await page.id("save").click();
  await page.id("row-2027").filter({ hasText: "Hari Raya: closed" }).waitFor();
  assert.deepEqual(await openToday(admin), []);
  assert.deepEqual(await openToday(admin, "malang"), always);
  assert.equal(await store.one("SELECT who || ' ' || kind || ' ' || id FROM config_change ORDER BY change_id DESC LIMIT 1"), "admin calendar 2027");
  assert.match(await store.one("SELECT detail FROM audit WHERE action = 'manage' AND subject = '2027'"), /^calendars: \+ calendar 2027: at jawa-barat/);

  // Open for an hour; its place shows it, and from where.
  await page.id("day-open-0").click();
  await page.id("m-days-0-kind").selectOption("hours");
  await page.id("m-open-0").fill("10:00");
  await page.id("m-close-0").fill("11:00");
  await page.id("save").click();
  await waitFor("the hours", async () => JSON.stringify(await openToday(admin)) === '[{"from":"10:00","to":"11:00"}]');
  await page.page.goto(`${url}/?page=manage&place=bandung-dago`);
  await page.id("days-ahead").filter({ hasText: /Hari Raya: Daily 10:00\u201311:00.*from Jawa Barat/ }).waitFor();
  await page.id("days-ahead").getByText("Hari Raya").click();
  await page.id("editor").filter({ hasText: "2027" }).waitFor();

  // A file: wrong, then looked at, then added, and saved as anything else.
  const choose = async (chosen) => page.id("m-file").setInputFiles(chosen);
  await choose(file("<html>no calendar</html>"));
  assert.match(await errorOf(page, "file"), /no iCalendar file/);
  await choose(file("x".repeat(900_001)));
  assert.match(await errorOf(page, "file"), /900 kB/);
  await choose(file(ics(
    event(`DTSTART;VALUE=DATE:${compact(day(0))}`, "SUMMARY:Hari Raya"),
    event(`DTSTART;VALUE=DATE:${compact(day(40))}`, `DTEND;VALUE=DATE:${compact(day(42))}`, "SUMMARY:Cuti bersama"),
    event(`DTSTART:${compact(day(50))}T080000Z`, "SUMMARY:a meeting"),
  )));
  await page.id("file-preview").filter({ hasText: /holidays\.ics adds 1 entry, closed:1 is here already\. 1 event has a time of day.*Cuti bersama: closed/ }).waitFor();
  await page.id("file-add").click();
  await page.id("save").click();
  await done(page, /saved/);
  await waitFor("both entries", async () => (await store.one("SELECT group_concat(name || ' ' || (to_day - from_day)) FROM (SELECT * FROM special_day ORDER BY position)")) === "Hari Raya 0,Cuti bersama 1");
  await choose(file(ics(event(`DTSTART;VALUE=DATE:${compact(day(60))}`, "RRULE:FREQ=DAILY;COUNT=201", "SUMMARY:Ramadan"))));
  await page.id("file-add").click();
  await page.id("save").click();
  assert.match(await errorOf(page, "days"), /200 entries/);

  // Two tabs: what each has added is there in the end.
  await page.page.reload();
  await page.id("typed-drop").click(); // what was typed is still there
  const other = await browser.open(`${url}/?page=manage&tab=calendars&id=2027`);
  await other.login("admin");
  for (const [tab, number, ahead] of [[page, 2, 70], [other, 2, 80]]) {
    await tab.id("day-add").click();
    await tab.id(`m-days-${number}-name`).fill(`In ${ahead} days`);
    await tab.id(`m-days-${number}-from`).fill(day(ahead));
  }
  await page.id("save").click();
  await done(page, /saved/);
  await other.id("save").click();
  await other.id("conflict").filter({ hasText: /days, new: .*In 70 days: closed/ }).waitFor();
  await other.id("save").click();
  await done(other, /saved/);
  assert.deepEqual((await store.query("SELECT name FROM special_day")).map(({ name }) => name).sort(), ["Cuti bersama", "Hari Raya", "In 70 days", "In 80 days"]);
  other.clean();

  // A nearer calendar takes a day back; without both it is every week again.
  await page.id("close").click();
  await page.id("new").click();
  await page.id("m-id").fill("dago");
  await page.id("m-place").selectOption("bandung-dago");
  await page.id("day-add").click();
  await page.id("m-days-0-from").fill(day(0));
  await page.id("m-days-0-kind").selectOption("usual");
  await page.id("save").click();
  await page.id("row-dago").filter({ hasText: "as every week" }).waitFor();
  assert.deepEqual(await openToday(admin), always);
  for (const id of ["dago", "2027"]) {
    await page.id(`open-${id}`).click();
    await page.id("end").click();
    await page.id("end-sure").click();
    await waitFor(`${id} to go`, async () => (await page.id(`row-${id}`).count()) === 0);
  }
  assert.equal(await store.one("SELECT count(*) FROM special_day"), 0);
  assert.deepEqual(await openToday(admin), always);
  page.clean();
});

scenario("calendars by API: who may, within which place; what a document says is what the page says", async (world) => {
  const { url, store, aggregator } = await chain(world);
  const [admin, west, manager, looker] = await Promise.all(["admin", "west", "manager", "looker"].map((user) => Session.login(url, user)));
  const national = { place: "harapan", days: [{ from: "2030-01-01", name: "Tahun Baru" }] };
  assert.equal((await put(admin, "calendars", "national", national)).status, 200);
  const there = await find(west, "calendars", "national");
  assert.deepEqual([there.mine, there.item.days], [false, [{ from: "2030-01-01", to: "2030-01-01", name: "Tahun Baru" }]]);
  for (const session of [manager, looker]) {
    assert.equal((await session.raw("GET", "/api/v1/manage/calendars")).status, 403);
    assert.equal((await put(session, "calendars", "mine", national)).status, 403);
    assert.equal((await session.raw("POST", "/api/v1/manage/calendar-file", { ics: ics() })).status, 403);
  }
  const own = { place: "jawa-barat", days: national.days };
  assert.equal((await put(west, "calendars", "west", own)).status, 200);
  const refused = [
    [west, "national", { ...national, days: [] }, there.version, 404],
    [west, "east", { ...own, place: "jawa-timur" }, "", 403, "place"],
    [west, "all", { ...own, place: "harapan" }, "", 403, "place"],
    [west, "west", own, "", 409, "id"],
    [admin, "west", own, "0123456789abcdef", 412],
    [admin, "new", { ...own, place: "nowhere" }, "", 422, "place"],
    [admin, "new", { ...own, days: [{ from: "2030-02-30" }] }, "", 422, "days"],
    [admin, "new", { ...own, days: [{ from: "2030-02-01", to: "2030-01-01" }] }, "", 422, "days"],
    [admin, "new", { ...own, days: [{ from: "2030-02-01", name: "x".repeat(81) }] }, "", 422, "days"],
    [admin, "new", { ...own, days: [{ from: "2030-02-01", hours: [{ days: "mon", open: "9", close: "10:00" }] }] }, "", 422, "days"],
    [admin, "new", { ...own, days: [{ from: "2030-02-01", usual: true, hours: [{ days: "mon", open: "09:00", close: "10:00" }] }] }, "", 422, "days"],
    [admin, "new", { ...own, days: Array.from({ length: 201 }, (_, i) => ({ from: day(i) })) }, "", 422, "days"],
  ];
  const before = await store.one("SELECT json_group_array(json_array(calendar, place_id, from_day, hours)) FROM special_day");
  for (const [session, id, item, version, status, field] of refused) {
    const answer = await put(session, "calendars", id, item, version);
    assert.deepEqual([answer.status, answer.field], [status, field], `${id}: ${answer.detail}`);
  }
  assert.equal(await store.one("SELECT json_group_array(json_array(calendar, place_id, from_day, hours)) FROM special_day"), before);
  // As many as there may be, each as long as it may be, are one request; a megabyte of strangers is not read.
  const hours = Array.from({ length: 4 }, (_, i) => ({ days: "daily", open: `0${i}:00`, close: `0${i}:30` }));
  assert.equal((await put(west, "calendars", "long", { place: "bandung-dago", days: Array.from({ length: 200 }, (_, i) => ({ from: day(i), name: "x".repeat(80), hours })) })).status, 200);
  const large = { ics: ics("X-NOTE:".padEnd(500_000, "x"), event(`DTSTART;VALUE=DATE:${compact(day(3))}`)) };
  assert.deepEqual((await (await west.raw("POST", "/api/v1/manage/calendar-file", large)).json()).days, [{ from: day(3), to: day(3), name: "" }]);
  assert.equal((await looker.raw("POST", "/api/v1/manage/calendar-file", large)).status, 413);
  assert.equal((await new Session(url).raw("POST", "/api/v1/manage/calendar-file", large)).status, 413);
  const ctl = (...args) => run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
  const exported = (await ctl("config", "export")).lines.join("\n");
  writeFileSync(world.path("same.yaml"), `${exported}\n`);
  assert.match((await ctl("config", "diff", world.path("same.yaml"))).lines.join("\n"), /no change/);
});

scenario("ladder and goal of a standard from the page: to the engine and to Improve, without ending what is open", async (world) => {
  const receiver = await HttpReceiver.start(world);
  const { url, store, broker, aggregator } = await chain(world, (text) => alwaysOpen(text).replace(/^times:/m, `channels:\n${boss("first", receiver.url)}${boss("second", receiver.url, ', quiet: [ { from: "22:00", to: "24:00" } ], quiet_for: [warning]')}times:`));
  const kiosk = await kioskAt(world, broker, "dago-entrance", "bandung-dago");
  for (let ago = 140; ago > 0; ago--) for (let i = 0; i < 5; i++) kiosk.press(i < 4 ? 5 : 1, { at: Date.now() - ago * DAY });
  await kiosk.settled(60_000);
  const admin = await Session.login(url, "admin");
  await waitFor("the figures", async () => !(await admin.get("/api/v1/trends/goal?place=bandung-dago")).building);
  const browser = await Browser.start(world);

  // Improve has no goal, and leads to the form.
  const page = await browser.open(`${url}/?page=improve&place=bandung-dago`);
  await page.login("admin");
  await page.id("card-goal").filter({ hasText: "No goal is set for the standard here" }).waitFor();
  await page.id("goal-form").click();
  await page.id("editor").waitFor();
  assert.match(page.page.url(), /page=manage&tab=standards&place=bandung-dago&id=satisfied-85/);

  // The ladder: wrong, then right.
  await page.id("m-escalation-add").click();
  await page.id("save").click();
  assert.match(await errorOf(page, "escalation-0-after"), /1 minute to 7 days/);
  assert.match(await errorOf(page, "escalation-0-channel"), /who is told/);
  for (const wrong of ["0", "1.5", "soon", "99999"]) {
    await page.id("m-escalation-0-after").fill(wrong);
    await page.id("save").click();
    assert.match(await errorOf(page, "escalation-0-after"), /1 minute to 7 days/, wrong);
  }
  await page.id("m-escalation-0-after").fill("10");
  await page.id("m-escalation-0-channel").selectOption("first");
  await page.id("m-escalation-add").click();
  await page.id("m-escalation-1-after").fill("2");
  await page.id("m-escalation-1-unit").selectOption("h");
  await page.id("m-escalation-1-channel").selectOption("second");
  await page.id("editor").filter({ hasText: "quiet Daily 22:00\u201324:00, for kiosks only" }).waitFor();

  // The goal: wrong, then what history says of it before it is saved.
  await page.id("m-goal-add").click();
  await page.id("save").click();
  assert.match(await errorOf(page, "goal"), /1 to 100/);
  await page.id("m-goal").fill("101");
  await page.id("m-goal_from").fill("");
  await page.id("m-goal_by").fill("");
  await page.id("save").click();
  for (const [field, text] of [["goal", /1 to 100/], ["goal_from", /Choose a day/], ["goal_by", /A day after/]]) assert.match(await errorOf(page, field), text);
  await page.id("m-goal").fill("99");
  await page.id("m-goal_from").fill(day(-20));
  await page.id("m-goal_by").fill(day(-21));
  await page.id("save").click();
  assert.match(await errorOf(page, "goal_by"), /A day after/);
  await page.id("m-goal_by").fill(day(1700));
  await page.id("save").click();
  assert.match(await errorOf(page, "goal_by"), /1,680 days/);
  await page.id("m-goal_by").fill(day(200));
  await page.id("goal-steps").filter({ hasText: "out of reach so far" }).waitFor();
  assert.equal(await store.one("SELECT body ->> '$.goal' FROM rule WHERE id = 'satisfied-85' AND to_ms IS NULL"), null);
  const ladder = await page.id("goal-steps").locator("tbody").textContent();
  await page.id("dry").click();
  await page.id("preview").filter({ hasText: /ladder, new: after 10 min, first.*ladder, new: after 2 h, second.*goal: nothing \u2192 99/s }).waitFor();

  // An alert that is open stays; the next one climbs.
  const alert = async () => store.query("SELECT a.id, rule_version AS version FROM alert a WHERE closed IS NULL AND kiosk_id = 0");
  for (let i = 0; i < 20; i++) kiosk.press(1);
  await kiosk.settled();
  const [open] = await waitFor("an alert", async () => ((await alert()).length ? alert() : null));
  await page.id("save").click();
  await done(page, /saved/);
  await page.id("row-satisfied-85").filter({ hasText: "version 1" }).waitFor();
  assert.deepEqual(await alert(), [open], "no new version: it goes on");
  const body = async (path) => store.one(`SELECT body -> '${path}' FROM rule WHERE id = 'satisfied-85' AND to_ms IS NULL`);
  assert.deepEqual(JSON.parse(await body("$.escalation")), [{ after_ms: 600_000, channel: "first" }, { after_ms: 7_200_000, channel: "second" }]);
  await admin.post(`/api/v1/alerts/${open.id}/resolve`, { comment: "" });
  for (let i = 0; i < 20; i++) kiosk.press(1);
  await kiosk.settled();
  const steps = () => store.query("SELECT step, channel, due - (SELECT raised FROM alert WHERE closed IS NULL AND kiosk_id = 0) AS after FROM escalation ORDER BY step");
  assert.deepEqual(await waitFor("the ladder", async () => ((await steps()).length ? steps() : null)), [{ step: 1, channel: "first", after: 600_000 }, { step: 2, channel: "second", after: 7_200_000 }]);
  assert.match(await store.one("SELECT detail FROM audit WHERE action = 'manage' AND subject = 'satisfied-85'"), /^standards: ~ standard satisfied-85/);

  // Improve shows the very same steps, and the way back; the back-test knows the rest.
  await page.page.goto(`${url}/?page=improve&place=bandung-dago`);
  await page.id("card-goal").filter({ hasText: "99% by" }).waitFor();
  const shown = await page.id("card-goal").locator("tbody").textContent();
  assert.ok((await (await admin.raw("GET", "/api/v1/trends/goal?place=bandung-dago")).json()).goal.steps.length > 1);
  await page.id("goal-form").filter({ hasText: "Change the goal" }).click();
  await page.id("m-goal").waitFor();
  assert.deepEqual([await page.id("m-goal").inputValue(), await page.id("m-goal_by").inputValue(), await page.id("m-escalation-1-after").inputValue()], ["99", day(200), "120"]);
  await waitFor("the steps", async () => (await page.id("goal-steps").locator("tbody").textContent()) === shown);
  assert.match(ladder, /out of reach/);
  assert.match(await page.id("test-link").getAttribute("href"), /page=backtest/);

  // Two tabs: a step of each.
  const now = await find(admin, "standards", "satisfied-85");
  assert.deepEqual(now.item.escalation, [{ after: "10 min", channel: "first" }, { after: "120 min", channel: "second" }]);
  await page.id("m-escalation-0-drop").click();
  assert.equal((await put(admin, "standards", "satisfied-85", { ...now.item, escalation: [...now.item.escalation, { after: "3 d", channel: "nowhere" }] }, now.version)).status, 200);
  await page.id("save").click();
  await page.id("conflict").filter({ hasText: /ladder, new: after 4320 min, nowhere/ }).waitFor();
  await page.id("editor").filter({ hasText: "There is no channel \u201cnowhere\u201d" }).waitFor();
  await page.id("m-goal-drop").click();
  await page.id("save").click();
  await done(page, /saved/);
  assert.deepEqual((JSON.parse(await body("$.escalation"))).map(({ channel }) => channel), ["second", "nowhere"]);
  assert.equal(await body("$.goal"), null);

  const told = await run(`${BIN}/puasctl`, ["--config", aggregator.file, "goal", "bandung-dago", "--goal", "99", "--goal_from", day(-20), "--goal_by", day(200)]);
  assert.match(told.lines.join("\n"), /out of reach/);

  // By API too: which field it is.
  const seen = await find(admin, "standards", "satisfied-85");
  for (const [change, field] of [
    [{ escalation: [{ after: "1 s", channel: "first" }] }, "escalation"], [{ escalation: Array(9).fill({ after: "1 min", channel: "first" }) }, "escalation"], [{ escalation: [{ after: "soon", channel: "first" }] }, "escalation"],
    [{ goal: 90 }, "goal"], [{ goal: 90, goal_from: day(1), goal_by: day(0) }, "goal"], [{ goal: 101, goal_from: day(0), goal_by: day(1) }, "goal"],
  ]) {
    const answer = await put(admin, "standards", "satisfied-85", { ...seen.item, ...change }, seen.version);
    assert.deepEqual([answer.status, answer.field], [422, field], JSON.stringify(change));
  }
  for (const [query, field] of [["goal=0", "goal"], ["goal=90", "goal_from"], [`goal=90&goal_from=${day(0)}`, "goal_by"], [`goal_by=${day(0)}`, "goal"], [`goal=90&goal_from=${day(0)}&goal_by=${day(1681)}`, "goal_by"]]) {
    const answer = await admin.raw("GET", `/api/v1/trends/goal?place=bandung-dago&${query}`);
    assert.deepEqual([answer.status, (await answer.json()).field], [422, field], query);
  }
  page.clean();
});

scenario("good news: on the day of the branch and on Improve, of what one may see, told once", async (world) => {
  const { url, broker, aggregator } = await chain(world);
  const kiosk = await kioskAt(world, broker, "dago-entrance", "bandung-dago");
  for (let i = 0; i < 1100; i++) kiosk.press(i % 50 ? 5 : 2, { at: Date.now() - 3 * DAY + i * 60_000 });
  await kiosk.settled(60_000);
  const admin = await Session.login(url, "admin");
  assert.deepEqual(await admin.get("/api/v1/praise?place=bandung-dago"), { praise: [], next: null });
  const browser = await Browser.start(world);
  const none = await browser.open(`${url}/?page=improve&place=bandung-dago`);
  await none.login("admin");
  await none.id("news").filter({ hasText: "Nothing yet" }).waitFor();
  none.clean();
  await aggregator.stop();
  await aggregator.up(); // a branch is looked at once a day, and after a start
  const praise = async (session, query = "") => (await session.get(`/api/v1/praise${query}`)).praise;
  const [one] = await waitFor("the milestone", async () => ((await praise(admin)).length ? praise(admin) : null));
  assert.deepEqual([one.kind, one.answers, one.share, one.by, one.place, one.rule], ["answers", 1000, null, null, { id: "bandung-dago", name: "Bandung Dago" }, null]);
  const [west, manager] = await Promise.all(["west", "manager"].map((user) => Session.login(url, user)));
  assert.equal((await praise(west)).length, 1);
  assert.equal((await praise(admin, "?place=jawa-timur")).length, 0);
  assert.equal((await manager.raw("GET", "/api/v1/praise?place=harapan")).status, 404, "above his place");
  assert.equal((await manager.raw("GET", "/api/v1/praise?limit=0")).status, 422);
  assert.equal((await new Session(url).raw("GET", "/api/v1/praise")).status, 401);
  const page = await browser.open(url);
  await page.enter("manager");
  await page.id("news").filter({ hasText: "1.000 jawaban" }).waitFor(); // he reads Indonesian
  await page.accessible("today with good news");
  await page.shot("page-today-news");
  await page.page.goto(`${url}/?page=improve&place=bandung-dago`);
  await page.id("news").filter({ hasText: "1.000 jawaban" }).waitFor();
  assert.equal(await page.id("goal-form").count(), 0, "head office sets goals");
  page.clean();
  const over = await browser.open(`${url}/?page=improve&place=jawa-barat`);
  await over.login("west");
  assert.match(await over.id("news-one").textContent(), /1,000 answersBandung Dago/);
  await over.accessible("improve with good news");
  over.clean();
});

scenario("the forms in both languages and themes on a desk and a phone; head office reads what holds from above", async (world) => {
  const { url, broker } = await chain(world, (text) => alwaysOpen(text).replace(/^times:/m, `channels:\n${boss("area-manager", "http://127.0.0.1:1")}${boss("director", "http://127.0.0.1:1", ', quiet: [ { from: "22:00", to: "24:00" } ]')}times:`));
  const kiosk = await kioskAt(world, broker, "dago-entrance", "bandung-dago");
  for (let ago = 140; ago > 0; ago--) for (let i = 0; i < 5; i++) kiosk.press(i < 4 ? 5 : 1, { at: Date.now() - ago * DAY });
  await kiosk.settled(60_000);
  const admin = await Session.login(url, "admin");
  const hours = [{ days: "daily", open: "09:00", close: "15:00" }];
  const days = [{ from: day(-40), name: "Hari Kartini" }, { from: day(12), to: day(41), name: "Ramadan", hours }, { from: day(42), to: day(43), name: "Idul Fitri" }, { from: day(60), name: "Hari Buruh Internasional" }, { from: day(90) }];
  assert.equal((await put(admin, "calendars", "national", { place: "harapan", days })).status, 200);
  assert.equal((await put(admin, "calendars", "dago-market", { place: "bandung-dago", days: [{ from: day(60), usual: true, name: "Buka" }] })).status, 200);
  const promise = await find(admin, "standards", "satisfied-85");
  const escalation = [{ after: "10 min", channel: "area-manager" }, { after: "1 h", channel: "director" }, { after: "2 h", channel: "gone" }];
  assert.equal((await put(admin, "standards", "satisfied-85", { ...promise.item, escalation, goal: 97, goal_from: day(-20), goal_by: day(340) }, promise.version)).status, 200);
  const browser = await Browser.start(world);

  const west = await browser.open(`${url}/?page=manage&tab=calendars&place=bandung-dago&id=national`);
  await west.login("west");
  await west.id("editor").filter({ hasText: /It is set at Harapan Clinic.*Ramadan: Daily 09:00\u201315:00/ }).waitFor();
  assert.equal(await west.id("save").count(), 0);
  west.clean();

  const views = {
    calendars: ["&tab=calendars&place=bandung-dago&id=national", async (page) => page.id("day-open-1").click()],
    standards: ["&tab=standards&id=satisfied-85", async (page) => page.id("goal-steps").waitFor()],
    places: ["&place=bandung-dago", async (page) => page.id("days-ahead").waitFor()],
    channels: ["&tab=channels", async (page) => page.id("channels").waitFor()],
  };
  for (const [name, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
    const page = await browser.open(`${url}/?page=manage`, { viewport });
    await page.login("admin");
    await page.id("nav-manage").waitFor();
    for (const [view, [more, ready]] of Object.entries(views)) {
      await page.page.goto(`${url}/?page=manage${more}`);
      await ready(page);
      for (const theme of ["light", "dark"]) {
        if ((await page.id("theme-switch").getAttribute("data-theme-now")) !== theme) await page.id("theme-switch").click();
        for (const lang of ["id", "en"]) {
          if ((await page.id("lang-switch").getAttribute("data-lang")) !== lang) await page.id("lang-switch").click();
          await waitFor(`the page in ${lang}`, async () => (await page.id("nav-manage").textContent()) === { id: "Kelola", en: "Manage" }[lang]);
          await page.accessible(`${view}, ${name}, ${theme}, ${lang}`);
          const wide = await page.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.ok(wide <= 0, `${view}, ${name}, ${lang}: ${wide} px too wide`);
          await page.shot(`page-manage-forms-${view}-${name}-${theme}-${lang}`);
        }
      }
      if (name === "phone") {
        const small = await page.page.locator("main :is(button, select, input, a)").evaluateAll((all) => all.map((each) => [each.textContent || each.id, Math.round(each.getBoundingClientRect().height)]).filter(([, height]) => height < 44));
        assert.deepEqual(small, [], `targets under 44 px: ${view}`);
      }
    }
    page.clean();
  }
}, { ms: 240_000 });
