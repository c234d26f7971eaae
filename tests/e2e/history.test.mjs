// History in and out: exports, erasure, retention, imports, from the wire and the shell.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Aggregator } from "./lib/aggregator.mjs";
import { Browser, PHONE } from "./lib/browser.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { TouchScreen } from "./lib/display.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { Kiosk } from "./lib/kiosk.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { readBook } from "./lib/sheet.mjs";
import { query } from "./lib/store.mjs";
import { waitFor } from "./lib/wait.mjs";
import { ASSETS, BIN, scenario } from "./lib/world.mjs";

const DAY = 86_400_000;
const ID = "dago-entrance";
const FAKETIME = ["x86_64-linux-gnu", "aarch64-linux-gnu", "arm-linux-gnueabihf"].map((arch) => `/usr/lib/${arch}/faketime/libfaketimeMT.so.1`).find(existsSync);

async function start(world, options = {}) {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, ...options });
  const kiosk = new ForeignKiosk({ port: broker.port, id: ID, branch: "bandung-dago", secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  const ctl = async (code, ...args) => {
    const p = await run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
    assert.equal(p.code, code, `${args.join(" ")}: ${p.lines.join("\n")}`);
    return p.lines.join("\n");
  };
  return { broker, aggregator, kiosk, ctl };
}

const words = (kiosk, text, more = {}) => kiosk.press(undefined, { type: "text", question: "say", text, score: undefined, of: undefined, ...more });

scenario("export: the answers of days that are over, as CSV, JSON and XLSX, over HTTP and from the shell; no cell is a formula", async (world) => {
  const { aggregator, kiosk, ctl } = await start(world);
  const at = Date.now() - 2 * DAY;
  const evil = '=HYPERLINK("http://x","y")';
  kiosk.press(4, { at });
  words(kiosk, evil, { visit: 1, at });
  words(kiosk, "murah, \"baik\"", { visit: 1, at });
  kiosk.press(5); // today
  await kiosk.settled();

  const session = await Session.login(aggregator.url);
  const get = (query) => session.raw("GET", `/api/v1/export?${query}`);
  const csv = await get("");
  assert.equal(csv.status, 200);
  assert.equal(csv.headers.get("content-type"), "text/csv; charset=utf-8");
  assert.match(csv.headers.get("content-disposition"), /^attachment; filename="puas-answers.csv"$/);
  const text = await csv.text();
  const lines = text.trimEnd().split("\r\n");
  assert.equal(lines.length, 4);
  assert.match(lines[2], /,"'=HYPERLINK\(""http:\/\/x"",""y""\)",/);
  assert.match(lines[3], /,"murah, ""baik""",/);

  const json = await (await get("format=json&place=bandung-dago")).json();
  assert.deepEqual(json.map((r) => [r.kind, r.score, r.of, r.comment, r.counted, r.remarks]), [
    ["rating", 4, 5, undefined, true, "late"], ["text", undefined, undefined, evil, true, "late"],
    ["text", undefined, undefined, 'murah, "baik"', true, "late"]]);
  assert.equal(new Date(json[0].utc).getTime(), Math.floor(at / 1000) * 1000);
  assert.equal(new Date(`${json[0].local}Z`) - new Date(json[0].utc), 7 * 3_600_000);
  assert.equal(json[1].visit, `${ID}/${kiosk.epoch.epoch}/1`);
  assert.equal((await (await get("format=json&question=say")).json()).length, 2);

  // The shell writes the same.
  for (const format of ["csv", "json", "xlsx"]) {
    assert.match(await ctl(0, "export", format, "-o", world.path(`answers.${format}`)), /3 answers/);
  }
  assert.equal(await ctl(0, "export", "csv"), `${text}3 answers`);
  const [rows] = Object.values(await readBook(world.path("answers.xlsx")));
  assert.equal(rows.length, 4);
  const column = (name) => rows[0].findIndex(([, value]) => value === name);
  assert.deepEqual(rows[2][column("comment")], ["s", evil]); // a text, as it was given
  assert.deepEqual(rows[1][column("score")], ["n", "4"]);
  assert.equal(rows[1][column("local")][0], "d");
  assert.equal(rows[1][column("local")][1], json[0].local.replace("T", " "));

  for (const [field, query] of [["format", "format=pdf"], ["to", "to=2999-01-01"], ["from", "from=soon"], ["question", "question=never"]]) {
    const refused = await get(query);
    assert.equal(refused.status, 422);
    assert.equal((await refused.json()).field, field);
  }
  assert.equal((await get("place=nowhere")).status, 404);
  assert.equal((await new Session(aggregator.url).raw("GET", "/api/v1/export")).status, 401);
  const head = await session.raw("HEAD", "/api/v1/export?format=xlsx");
  assert.equal(head.status, 200);
  assert.match(await ctl(2, "export", "pdf"), /csv\|json\|xlsx/);
  await ctl(2, "export", "csv", "--to", "2999-01-01");
  await ctl(1, "export", "csv", "--place", "nowhere");
  await ctl(1, "export", "csv", "-o", "/nowhere/file.csv");
});

const filesBelow = (folder) => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((f) => f.isFile()).map((f) => join(f.path, f.name));
const holds = (folder, needle) => filesBelow(folder).filter((file) => readFileSync(file, "latin1").includes(needle));

scenario("erase: words leave store and kiosk to the last byte, also a kiosk that comes later, and again after a restore", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const { store } = aggregator;
  const screen = await TouchScreen.start(world);
  const survey = "survey:\n  id: service\n  version: 1\n  questions:\n    - { id: overall, type: faces, of: 5 }\n    - { id: words, type: text }\n";
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, survey, times: { settle_step: "0 s" } });
  const ctl = async (code, ...args) => {
    const p = await run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
    assert.equal(p.code, code, `${args.join(" ")}: ${p.lines.join("\n")}`);
    return p.lines.join("\n");
  };
  const say = async (...keys) => {
    const from = kiosk.process.mark();
    await kiosk.answer("face-1", "text");
    for (const key of keys) await kiosk.touch(key);
    await kiosk.answer("done", "thanks");
    await kiosk.process.line(/ screen name=question /, { from });
    await kiosk.drained();
  };
  const z = "key-20", x = "key-21", g = "key-14", h = "key-15";
  await say(z, g, z, g, z, g);
  await say(x, h, x, h, x, h);
  const [one, two] = await store.query("SELECT k.id || '/' || lower(hex(p.epoch)) || '/' || e.visit AS key, json_extract(body, '$.text') AS text FROM event e JOIN epoch p USING(epoch_id) JOIN kiosk k USING(kiosk_id) WHERE e.kind = 2 ORDER BY e.seq");
  assert.deepEqual([one.text, two.text], ["zgzgzg", "xhxhxh"]);
  for (const folder of [kiosk.state, aggregator.data]) assert.notDeepEqual(holds(folder, "zgzgzg"), []);
  const backup = world.path("before.db");
  await ctl(0, "backup", backup);

  assert.match(await ctl(0, "erase", "--visit", one.key), /erased; its score stays; 2 answers/);
  await kiosk.process.line(/ erased visit=1 rows=1/);
  await waitFor("no byte of it anywhere", () => [kiosk.state, aggregator.data].every((folder) => holds(folder, "zgzgzg").length === 0));
  const told = () => waitFor("the kiosk to confirm", async () => (await store.one("SELECT count(*) FROM erasure WHERE told IS NULL")) === 0);
  await told();
  assert.match(await ctl(0, "erase", "list"), /words +\d+ s ago/);
  assert.equal(await store.one("SELECT sum(c1) FROM tally"), 2); // both scores stand
  assert.equal(await store.one("SELECT count(*) FROM audit WHERE action = 'erase' AND subject = 'dago-entrance'"), 1);
  assert.match(readFileSync(join(aggregator.data, "erasures.log"), "utf8"), /^dago-entrance [0-9a-f]{32} 1 words \d+\n$/);

  // Sent again, it is neither another answer nor a conflict.
  await ctl(0, "command", "dago-entrance", "resend");
  await kiosk.drained();
  assert.equal(await store.count(), 4);
  assert.deepEqual(await store.quarantine(), []);
  await ctl(1, "erase", "--visit", `dago-entrance/${"0".repeat(32)}/1`);
  await ctl(2, "erase", "--visit", "dago-entrance/1");

  // Yesterday's store is put back: it is erased again, here and on the kiosk.
  await aggregator.stop();
  for (const tail of ["-wal", "-shm"]) rmSync(store.file + tail, { force: true });
  copyFileSync(backup, store.file);
  assert.notDeepEqual(holds(aggregator.data, "zgzgzg"), []);
  await aggregator.up();
  assert.ok(aggregator.process.find(/ erased_again erasures=1 answers=2/));
  await waitFor("no byte of it here again", () => holds(aggregator.data, "zgzgzg").length === 0);
  await told();
  await kiosk.drained();
  assert.equal(await store.count(), 4);
  assert.match(await ctl(0, "recount"), / 0 differences/);

  // A kiosk that is away is told when it is back; with the score, its vote is counted no more on either side.
  await kiosk.process.stop();
  assert.match(await ctl(0, "--json", "erase", "--visit", two.key, "--score-too"), /"answers":2/);
  assert.equal(await store.one("SELECT sum(c1) FROM tally"), 1);
  assert.notDeepEqual(holds(kiosk.state, "xhxhxh"), []);
  await kiosk.up();
  await told();
  assert.deepEqual(holds(kiosk.state, "xhxhxh"), []);
  assert.equal((await query(`${kiosk.state}/outbox.db`, "SELECT sum(v1) AS n FROM epoch"))[0].n, 1);
  await waitFor("no byte of it here", () => holds(aggregator.data, "xhxhxh").length === 0);
  assert.match(await ctl(0, "recount"), / 0 differences/);
  await ctl(1, "erase", "--contact", "0812 3456"); // nobody has left it
});

scenario("retention: words and answers of long ago go, counts stay and are still proven, what is sent again is acknowledged and not stored", async (world) => {
  const broker = await Broker.start(world);
  // Ten days ago by the aggregator's clock; then today.
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, env: { LD_PRELOAD: FAKETIME, FAKETIME: "-10d", FAKETIME_DONT_FAKE_MONOTONIC: "1" } });
  assert.ok(FAKETIME, "faketime is missing: make test-deps");
  const { store } = aggregator;
  const kiosk = new ForeignKiosk({ port: broker.port, id: ID, branch: "bandung-dago", secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  kiosk.press(4, { at: Date.now() - 10 * DAY });
  words(kiosk, "geheimnis", { visit: 1, at: Date.now() - 10 * DAY });
  await kiosk.settled();
  const ctl = async (code, ...args) => {
    const p = await run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
    assert.equal(p.code, code, `${args.join(" ")}: ${p.lines.join("\n")}`);
    return p.lines.join("\n");
  };
  const kept = JSON.parse(await ctl(0, "--json", "retention"));
  assert.deepEqual(kept.map((k) => [k.kind, k.days, k.stored, k.due, k.next ?? null]), [["contacts", 365, 0, 0, null], ["comments", 0, 1, 0, null], ["raw", 0, 2, 0, null], ["rollups", 0, 1, 0, null]]);
  const again = async (retention, env = {}) => {
    await aggregator.stop();
    const text = readFileSync(aggregator.file, "utf8").replace(/^retention: .*\n/m, "").replace(/^seed:/m, `retention: ${retention}\nseed:`);
    writeFileSync(aggregator.file, text);
    aggregator.env = env;
    await aggregator.up();
    await kiosk.settled();
  };
  await again("{ comments_days: 5 }");
  await waitFor("no byte of the words", () => holds(aggregator.data, "geheimnis").length === 0);
  kiosk.press(5); // the newest ones are never deleted
  await kiosk.settled();
  assert.equal(await store.count(), 3);
  await again("{ comments_days: 5, raw_days: 7 }");
  await waitFor("no answer of long ago", async () => (await store.count()) === 1);
  assert.match(await ctl(0, "retention"), /answers +7 days +1 /);
  assert.match(await ctl(0, "recount"), /have been deleted[^]*1 votes recounted, 0 differences/);
  assert.match(await ctl(0, "recount", "--repair"), /made anew/);
  await waitFor("all places to be built", async () => (await store.one("SELECT count(*) FROM rollup_due")) === 0);
  assert.deepEqual(await store.query("SELECT sum(c4) AS c4, sum(c5) AS c5 FROM day_tally WHERE place_id = 1"), [{ c4: 1, c5: 1 }]);

  // Sent again: acknowledged, and not there.
  for (const row of kiosk.epoch.rows.values()) row.state = "pending";
  await kiosk.settled();
  assert.equal(await store.count(), 1);
  await again("{ raw_days: 7 }");
  for (const row of kiosk.epoch.rows.values()) row.state = "pending";
  await kiosk.settled();
  assert.equal(await store.count(), 1);
  assert.equal(await store.one("SELECT sum(c4) FROM tally"), 1);
});

scenario("retention from the page: what would go is said before it goes for ever, and it goes at once; it stays chosen over a restart, and can be left to aggregator.yaml again", async (world) => {
  assert.ok(FAKETIME, "faketime is missing: make test-deps");
  const past = { LD_PRELOAD: FAKETIME, FAKETIME: "-10d", FAKETIME_DONT_FAKE_MONOTONIC: "1" };
  const { aggregator, kiosk, ctl } = await start(world, { env: past });
  const { store, url } = aggregator;
  kiosk.press(4, { at: Date.now() - 10 * DAY });
  words(kiosk, "geheimnis", { visit: 1, at: Date.now() - 10 * DAY });
  await kiosk.settled();
  await aggregator.stop();
  aggregator.env = {};
  await aggregator.up();
  kiosk.press(5);
  await kiosk.settled();
  const page = await (await Browser.start(world)).open(`${url}/?page=manage&tab=log`);
  await page.login("admin");
  await page.id("kept-change").click();

  // Wrong: said beside the field.
  const wrong = async (field, text, says) => {
    await page.id(`m-${field}`).fill(text);
    await page.id("kept-look").click();
    await waitFor(`${says} beside ${field}`, async () => says.test(await page.page.locator(`#error-${field}`).textContent()));
    assert.equal(await page.id("kept-loss").count(), 0);
  };
  await wrong("contactsDays", "0", /1 to 365/);
  await wrong("contactsDays", "", /1 to 365/);
  await page.id("m-contactsDays").fill("90");
  await wrong("commentsDays", "soon", /whole number/);
  await wrong("commentsDays", "40000", /36500/);
  await page.id("m-commentsDays").fill("20");
  await page.id("m-rawDays").fill("");
  await page.id("kept-look").click();
  await page.id("kept-loss").filter({ hasText: /^Words from before .* go\. For ever/ }).waitFor();

  // What is typed anew is looked at anew; nothing has gone so far.
  await page.id("m-commentsDays").fill("5");
  assert.equal(await page.id("kept-save").count(), 0);
  await page.id("m-rawDays").fill("7");
  await page.id("kept-look").click();
  await page.id("kept-loss").filter({ hasText: "About 2 single answers" }).waitFor();
  for (const viewport of [undefined, PHONE]) {
    if (viewport) await page.page.setViewportSize(viewport);
    await page.accessible("how long what is kept");
    await page.shot(`page-retention-${viewport ? "phone" : "desktop"}`);
  }
  assert.equal(await store.count(), 3);
  await page.id("kept-save").click();
  await page.id("kept").filter({ hasText: /As chosen here.*90 days.*5 days.*7 days/ }).waitFor();
  await waitFor("no answer of long ago", async () => (await store.count()) === 1);
  await waitFor("no byte of the words", () => holds(aggregator.data, "geheimnis").length === 0);
  assert.equal(await store.one("SELECT sum(c4) FROM tally"), 1); // counts stay
  assert.match(await ctl(0, "retention"), /answers +7 days +1 /);
  assert.equal(await store.one("SELECT who || ': ' || detail FROM audit WHERE action = 'retention'"), "admin: 365 0 0 -> 90 5 7");

  // Over a restart; back to aggregator.yaml.
  await aggregator.stop();
  await aggregator.up();
  const admin = await Session.login(url, "admin");
  const days = async () => {
    const { contactsDays, commentsDays, rawDays, chosen } = await admin.get("/api/v1/manage/retention");
    return [contactsDays, commentsDays, rawDays, chosen];
  };
  assert.deepEqual(await days(), [90, 5, 7, true]);
  await page.page.reload();
  await page.id("kept-change").click();
  await page.id("kept-back").click();
  await page.id("kept").filter({ hasText: /As aggregator\.yaml says\./ }).waitFor();
  assert.deepEqual(await days(), [365, 0, 0, false]);
  for (const user of ["manager"]) assert.equal((await (await Session.login(url, user)).raw("POST", "/api/v1/manage/retention", { chosen: false })).status, 403, user);
  page.clean();
});

const rowsOf = (n, day) => Array.from({ length: n }, (_, i) => `${day} ${String(8 + (i % 10)).padStart(2, "0")}:15:00;Bandung Dago;${["very positive", "positive", "negative", "very negative"][i % 4]};${i % 4 > 1 ? '"Waiting time; Staff"' : ""};${i === 3 ? '"Lama, ""sekali"";\nya"' : ""}`);

scenario("import: history of another system by a map: previewed, stored once in its own days, no alert, undone without a trace", async (world) => {
  const { aggregator, kiosk, ctl } = await start(world);
  const { store } = aggregator;
  for (const score of [5, 4, 1]) kiosk.press(score, { at: Date.now() - 3 * DAY });
  await kiosk.settled();
  const day = new Date(Date.now() - 400 * DAY).toISOString().slice(0, 10);
  const file = world.path("feedback.csv");
  const map = join(ASSETS, "imports/happy-or-not.yaml");
  const lines = ["\ufeffLocal time;Location;Button;Follow-up option;Open feedback", ...rowsOf(600, day)];
  const bad = [`${day} 25:00:00;Bandung Dago;positive;;`, `${day} 09:00:00;Elsewhere;positive;;`, `${day} 09:00:00;Bandung Dago;so\u001b[2J so;;`, `${new Intl.DateTimeFormat("sv", { timeZone: "Asia/Jakarta" }).format(Date.now())} 00:00:00;Bandung Dago;positive;;`];
  writeFileSync(file, Buffer.concat([Buffer.from([...lines, ...bad, ""].join("\r\n")), Buffer.from(`${day} 09:00:00;Bandung Dago;positive;;\xff\r\n`, "latin1")]));

  const before = await store.query("SELECT * FROM day_tally ORDER BY 1, 2, 3, 4");
  const preview = await ctl(0, "import", file, "--map", map, "--preview");
  assert.match(preview, new RegExp(`line 2: ${day}T01:15:00Z bandung-dago overall 4 of 4`));
  assert.match(preview, /line 4: .* overall 2 of 4 because of wait, staff/);
  assert.match(preview, new RegExp(`bandung-dago +${day} +4 +150 +150 +150 +150`));
  assert.match(preview, /feedback.csv:603: column 'Local time': '.* 25:00:00' is no time of the form/);
  assert.match(preview, /feedback.csv:604: column 'Location': 'Elsewhere' is no place/);
  assert.match(preview, /feedback.csv:605: column 'Button': 'so\?\[2J so' is not in score.map/);
  assert.match(preview, /feedback.csv:606: column 'Local time': .* is of a day that is not over/);
  assert.match(preview, /feedback.csv:607: is not UTF-8/);
  assert.match(preview, /600 rows would be stored, 5 rejected; nothing was/);
  assert.equal(await store.count(), 3);

  assert.match(await ctl(0, "import", file, "--map", map), /import 1: 901 answers stored, 5 rows rejected/);
  assert.match(await ctl(0, "import", file, "--map", map), /imported by this map before, as 1/);
  assert.match(await ctl(0, "import", "list"), new RegExp(`1 +feedback.csv .* stored +901 +5 +${day} +${day}`));
  assert.equal(await store.count("import"), 901);
  assert.equal(await store.one("SELECT count(*) FROM event e JOIN import USING(epoch_id) WHERE flags & 1 = 0"), 0); // all late
  assert.match(await ctl(0, "recount"), /603 votes recounted, 0 differences/);
  const session = await Session.login(aggregator.url);
  const series = await session.get(`/api/v1/trends/series?place=bandung-dago&from=${day}&to=${day}`);
  assert.equal(series.total.n, 600);
  const reasons = await session.get(`/api/v1/trends/reasons?place=bandung-dago&from=${day}&to=${day}`);
  assert.deepEqual(reasons.questions[0].items.map((i) => [i.id, i.n]), [["wait", 300], ["staff", 300]]);
  // 300 unhappy presses in a row: of long ago.
  assert.equal(await store.one("SELECT count(*) FROM alert"), 0);
  await waitFor("the judge to be through", async () => (await store.one("SELECT count(*) FROM verdict v JOIN import USING(epoch_id)")) === 0);
  const comments = JSON.parse(await ctl(0, "export", "json", "--question", "comment").then((text) => text.replace(/\n\d+ answers$/, "")));
  assert.deepEqual(comments.map((c) => [c.kiosk, c.comment]), [["import", 'Lama, "sekali";\nya']]);

  // It survives a kill on the way, and goes on where it was.
  const large = world.path("large.csv");
  writeFileSync(large, [lines[0], ...Array.from({ length: 20 }, (_, i) => rowsOf(600, new Date(Date.now() - (500 + i) * DAY).toISOString().slice(0, 10))).flat()].join("\n"));
  const first = run(`${BIN}/puasctl`, ["--config", aggregator.file, "import", large, "--map", map]);
  await waitFor("some of it", async () => ((await store.one("SELECT max(lines) FROM import")) ?? 0) > 700);
  await aggregator.kill();
  assert.equal((await first).code, 1);
  await aggregator.up();
  assert.match(await ctl(0, "import", large, "--map", map), /import 2: 18020 answers stored, 0 rows rejected/);
  assert.match(await ctl(0, "recount"), /12603 votes recounted, 0 differences/);

  // Undone: as if it had never been; then the same file may come again.
  for (const [id, answers] of [["2", 18020], ["1", 901]]) assert.match(await ctl(0, "import", "undo", id), new RegExp(`is undone: ${answers} answers are gone, and what they counted$`));
  assert.match(await ctl(1, "import", "undo", "1"), /undone already/);
  await ctl(1, "import", "undo", "77");
  await ctl(2, "import", "undo", "x");
  assert.equal(await store.count("import"), 0);
  assert.equal(await store.count(), 3);
  const counted = (rows) => rows.filter((row) => Object.entries(row).some(([key, n]) => /^c\d/.test(key) && n !== 0));
  assert.deepEqual(counted(await store.query("SELECT * FROM day_tally ORDER BY 1, 2, 3, 4")), before);
  assert.equal(await store.one("SELECT coalesce(sum(n), 0) FROM choice_tally"), 0);
  assert.match(await ctl(0, "recount"), /3 votes recounted, 0 differences/);
  assert.match(await ctl(0, "import", file, "--map", map), /import 3: 901 answers stored/);

  writeFileSync(world.path("map.yaml"), "time: { column: When }\nplace: { id: bandung-dago }\nscore: { column: Button }\n");
  assert.match(await ctl(1, "import", file, "--map", world.path("map.yaml"), "--preview"), /there is no column 'When'/);
  writeFileSync(world.path("map.yaml"), "time: { colum: When }\n");
  assert.match(await ctl(1, "import", file, "--map", world.path("map.yaml")), /map.yaml:1:9: unknown key 'colum', did you mean 'column'/);
  await ctl(2, "import", file);
  await aggregator.stop();
  assert.match(await ctl(1, "import", large, "--map", map), /is the aggregator running/);
});
