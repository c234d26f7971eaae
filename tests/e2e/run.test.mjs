// What a person types: `make run`'s script, and puasctl.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Aggregator } from "./lib/aggregator.mjs";
import { answers, Broker, SECRET, sbin } from "./lib/broker.mjs";
import { Browser } from "./lib/browser.mjs";
import { MouseScreen } from "./lib/display.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { query, Store } from "./lib/store.mjs";
import { waitFor } from "./lib/wait.mjs";
import { BIN, freePorts, ROOT, scenario } from "./lib/world.mjs";

const SCRIPT = `${ROOT}/assets/run/run`;

function start(world, env) {
  return world.process("make run", SCRIPT, [], { env: { ...sbin(), BIN, VAR: world.path("var"), WAYLAND_DISPLAY: "", ...env } });
}
async function ready(system) {
  await system.line(/^Ctrl-C stops everything/, { ms: 40_000 });
  const page = system.find(/Manager's page\s+(http:\S+)/)[1];
  const [, user, password] = system.find(/log in as\s+(\w+)\s+password\s+(\w+)/);
  return { page: page.replace(/\/$/, ""), user, password };
}

scenario("make run: a kiosk in a window, the page, a restart with its data, one at a time, an orderly end", async (world) => {
  const screen = await MouseScreen.start(world);
  mkdirSync(world.path("var")); // ports of its own, as if kept from an earlier start: no other system here can answer for it
  for (const [i, port] of (await freePorts(2)).entries()) writeFileSync(world.path(["var/port-broker", "var/port-http"][i]), `${port}\n`);
  let system = start(world, { KIOSK: "window", DISPLAY: screen.display, FULLSCREEN: "1" });
  const first = await ready(system);
  const log = () => readFileSync(world.path("var/log/kiosk.log"), "utf8");
  await waitFor("the kiosk's question", () => / screen name=question /.test(log()));
  const [, x, y] = log().match(/ target id=face-5 x=(\d+) y=(\d+) /);
  await screen.tap(Number(x), Number(y));
  await waitFor("the question why", () => / screen name=choice /.test(log()));
  const [, left, top] = log().match(/ target id=option-staff x=(\d+) y=(\d+) /);
  await waitFor("the thanks", async () => {
    await screen.tap(Number(left), Number(top)); // a touch too soon after the face is not taken
    return / screen name=thanks /.test(log());
  });
  const store = new Store(world.path("var/aggregator/puas.db"));
  await waitFor("face and reason in the store", async () => (await store.count()) === 2, 20_000);
  assert.match(readFileSync(world.path("var/log/aggregator.log"), "utf8"), / control_ready /, "the broker has its plugin");
  const page = await (await Browser.start(world)).open(first.page);
  await page.login(first.user, first.password);
  await page.live();

  const second = start(world, { KIOSK: "none" });
  await second.ended;
  assert.equal(second.code, 1);
  assert.match(second.lines.join("\n"), /runs already: http/);

  assert.equal(await system.stop("SIGINT", 20_000), 0);
  assert.match(system.lines.join("\n"), /has stopped/);
  assert.match(log(), / puas-kiosk info stopped/);
  assert.equal(await answers(Number(new URL(first.page).port)), false);

  system = start(world, { KIOSK: "none" });
  const again = await ready(system);
  assert.deepEqual(again, first, "the same address and passwords");
  const manager = await Session.login(again.page, again.user, again.password);
  assert.equal((await manager.today()).place.id, "bandung-dago");
  assert.equal(await store.count(), 2);
  assert.equal(await system.stop("SIGINT", 20_000), 0);
});

scenario("make run without a display offers a virtual one, with a password", async (world) => {
  const system = start(world, { KIOSK: "window", DISPLAY: "" });
  await ready(system);
  assert.match(system.lines.join("\n"), /no display here/i);
  const [, port, password] = system.find(/vncviewer 127\.0\.0\.1::(\d+)\s+password\s+(\w+)/);
  assert.ok(await answers(Number(port)));
  assert.equal(password.length, 8);
  await waitFor("the kiosk's question", () => / screen name=question /.test(readFileSync(world.path("var/log/kiosk.log"), "utf8")));
  assert.equal(await system.stop("SIGINT", 20_000), 0);
});

async function system(world) {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const kiosk = new ForeignKiosk({ port: broker.port, id: "dago-entrance", branch: "bandung-dago", secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  for (let i = 0; i < 20; i++) kiosk.press(1 + (i % 3));
  await kiosk.settled();
  const ctl = async (...args) => {
    const p = await run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
    return { code: p.code, text: p.lines.join("\n") };
  };
  return { aggregator, kiosk, ctl, store: aggregator.store };
}

scenario("puasctl: status, kiosks, alerts, recount", async (world) => {
  const { aggregator, ctl, store } = await system(world);
  const status = await ctl("--json", "status");
  assert.equal(status.code, 0, status.text);
  assert.match(status.text, /20/);
  const kiosks = JSON.parse((await ctl("--json", "kiosks")).text);
  assert.equal(JSON.stringify(kiosks).includes("dago-entrance"), true);
  const alerts = JSON.parse((await ctl("--json", "alerts")).text);
  assert.ok(JSON.stringify(alerts).includes(await store.one("SELECT id FROM alert LIMIT 1")));
  assert.equal((await ctl("recount")).code, 0);
  await aggregator.stop();
  assert.equal((await ctl("status")).code, 1);
  await run("sqlite3", [store.file, "UPDATE tally SET c1 = c1 + 1"]);
  const differs = await ctl("recount");
  assert.equal(differs.code, 1);
  assert.match(differs.text, /bandung-dago|1 /);
});

scenario("puasctl: a backup while it runs can be restored", async (world) => {
  const { aggregator, kiosk, ctl, store } = await system(world);
  const copy = world.path("copy.db");
  const done = await ctl("backup", copy);
  assert.equal(done.code, 0, done.text);
  assert.deepEqual(await query(copy, "SELECT count(*) AS n FROM event"), [{ n: 20 }]);
  assert.notEqual((await ctl("backup", copy)).code, 0, "a backup is never overwritten");
  for (let i = 0; i < 5; i++) kiosk.press(5);
  await kiosk.settled();
  await aggregator.stop();
  for (const tail of ["-wal", "-shm"]) assert.equal(existsSync(store.file + tail), false, `an orderly end leaves no ${tail}`);
  copyFileSync(copy, store.file);
  await aggregator.up();
  await waitFor("what the backup lacks", async () => (await store.count()) === 25);
});

scenario("puasctl: configuration out, compared, changed and in again", async (world) => {
  const { aggregator, ctl, store } = await system(world);
  const out = await ctl("config", "export");
  assert.equal(out.code, 0, out.text);
  const file = world.path("org.yaml");
  writeFileSync(file, `${out.text}\n`);
  const same = await ctl("config", "diff", file);
  assert.equal(same.code, 0, same.text);
  writeFileSync(file, `${out.text.replace(/percent: 85/, "percent: 90")}\n`);
  const diff = await ctl("config", "diff", file);
  assert.match(diff.text, /satisfied-85/);
  const applied = await ctl("config", "apply", file);
  assert.equal(applied.code, 0, applied.text);
  assert.deepEqual(await store.query("SELECT version, to_ms IS NULL AS now FROM rule WHERE id = 'satisfied-85' ORDER BY version"), [{ version: 1, now: 0 }, { version: 2, now: 1 }]);
  assert.equal(await store.one("SELECT count(*) FROM config_change WHERE id = 'satisfied-85' AND who <> 'seed'"), 1);
  // Holidays come in, go out as they came, and close the place.
  const today = new Intl.DateTimeFormat("sv", { timeZone: "Asia/Jakarta" }).format(Date.now());
  const manager = await Session.login(aggregator.url);
  const open = async () => (await manager.today()).open;
  assert.deepEqual(await open(), [{ from: "00:00", to: "24:00" }]);
  const holidays = `calendars:
  - id: national
    place: harapan
    days:
      - { from: ${today}, name: Hari Raya }
      - { from: 2030-01-05, to: 2030-02-03, name: Ramadan, hours: [ { days: mon-thu, open: "08:00", close: "15:00" }, { days: fri, open: "08:00", close: "11:30" } ] }
      - { from: 2030-01-10, usual: true }`;
  writeFileSync(file, `${(await ctl("config", "export")).text}\n${holidays}\n`);
  const closed = await ctl("config", "apply", file);
  assert.equal(closed.code, 0, closed.text);
  assert.match(closed.text, new RegExp(`\\+ calendar national: at harapan; ${today} to ${today} "Hari Raya" closed; 2030-01-05 to 2030-02-03 "Ramadan" 0;1 08:00-15:00`));
  assert.deepEqual(await open(), []);
  writeFileSync(file, `${(await ctl("config", "export")).text}\n`);
  assert.match((await ctl("config", "diff", file)).text, /^no change/);
  // The same from an iCalendar file: another calendar beside it, then in its own place.
  const compact = today.replaceAll("-", ""), ics = world.path("libur.ics");
  const event = (name, from, more = "") => `BEGIN:VEVENT\r\nUID:${name}\r\nDTSTAMP:20250101T000000Z\r\nDTSTART;VALUE=DATE:${from}\r\n${more}SUMMARY:${name}\r\nEND:VEVENT\r\n`;
  writeFileSync(ics, `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a//b//EN\r\n${event('Cuti "bersama"', compact)}${event("Hari Buruh", "20200501", "RRULE:FREQ=YEARLY\r\n")}END:VCALENDAR\r\n`);
  const shop = await ctl("calendar", ics, "--place", "bandung-dago", "--id", "shop", "--preview");
  assert.match(shop.text, new RegExp(`\\+ calendar shop: at bandung-dago; ${today} to ${today} "Cuti .?"?bersama`));
  assert.equal(await store.one("SELECT count(*) FROM special_day WHERE calendar = 'shop'"), 0, "only a preview");
  assert.equal((await ctl("calendar", ics, "--place", "harapan", "--id", "national")).code, 0);
  assert.deepEqual((await store.query("SELECT DISTINCT calendar, hours FROM special_day")), [{ calendar: "national", hours: "" }], "what it held before is gone");
  assert.ok((await store.one("SELECT count(*) FROM special_day WHERE name = 'Hari Buruh'")) >= 3);
  assert.match((await ctl("calendar", ics, "--place", "harapan", "--id", "national")).text, /^no change/);
  assert.equal((await ctl("calendar", file, "--place", "harapan", "--id", "national")).code, 1, "no iCalendar file");
  assert.equal((await ctl("calendar", ics, "--place", "nowhere", "--id", "national")).code, 1);
  writeFileSync(file, `${out.text.replace(/percent: 85/, "percnt: 85")}\n`);
  const wrong = await ctl("config", "apply", file);
  assert.notEqual(wrong.code, 0);
  assert.match(wrong.text, /org\.yaml:\d+:\d+: .*percnt.*did you mean 'percent'/);
});
