// The organisation run from a browser: changes by API and page, to the store and the kiosks.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import mqtt from "mqtt";
import { SECRET } from "./lib/broker.mjs";
import { Browser, DESKTOP, PHONE } from "./lib/browser.mjs";
import { write } from "./lib/config.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { chain, done, errorOf, find, list, put } from "./lib/organisation.mjs";
import { run } from "./lib/process.mjs";
import { HttpReceiver } from "./lib/receivers.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { BIN, scenario } from "./lib/world.mjs";

scenario("a session changes places, kiosks, standards and users as a document would", async (world) => {
  const { url, store, aggregator } = await chain(world);
  const admin = await Session.login(url, "admin");
  const exported = async () => (await run(`${BIN}/puasctl`, ["--config", aggregator.file, "config", "export"])).lines.join("\n");
  const before = await exported();

  // Dry: what would change, and nothing does. No change is none, whatever it is written as.
  const dago = await find(admin, "places", "bandung-dago");
  assert.deepEqual([dago.item, dago.mine], [{ id: "bandung-dago", parent: "jawa-barat", kind: "branch", name: "Bandung Dago" }, true]);
  const renamed = { ...dago.item, name: "Bandung Dago 2", hours: [{ days: "mon-fri", open: "08:00", close: "17:00" }] };
  const dry = await put(admin, "places", "bandung-dago", renamed, dago.version, "?dry=1");
  assert.equal(dry.status, 200);
  assert.match(dry.lines[0], /^~ place bandung-dago: .*"Bandung Dago".* -> .*"Bandung Dago 2".*08:00-17:00/);
  assert.equal(await exported(), before);
  assert.deepEqual((await put(admin, "places", "bandung-dago", dago.item, dago.version)).lines, ["no change"]);

  // Done: in the store, in the history by whom, in the audit log.
  assert.deepEqual((await put(admin, "places", "bandung-dago", renamed, dago.version)).lines, dry.lines);
  assert.equal(await store.one("SELECT name FROM place WHERE id = 'bandung-dago'"), "Bandung Dago 2");
  assert.equal(await store.one("SELECT who || ' ' || kind || ' ' || id FROM config_change ORDER BY change_id DESC LIMIT 1"), "admin place bandung-dago");
  const { audit } = await admin.get("/api/v1/audit?action=manage&who=admin&subject=bandung-dago");
  assert.match(audit[0].detail, /^places: ~ place bandung-dago/);
  assert.deepEqual((await admin.get("/api/v1/audit?who=nobody")).audit, []);

  // Somebody who has seen the old one changes nothing.
  assert.equal((await put(admin, "places", "bandung-dago", { ...dago.item, name: "Other" }, dago.version)).status, 412);
  assert.equal((await put(admin, "places", "bandung-dago", renamed, "")).status, 409);
  assert.equal((await put(admin, "places", "nowhere", renamed, dago.version)).status, 404);

  // A new region takes a branch that was there before it: parents before children all the same, in the export too.
  assert.equal((await put(admin, "places", "banten", { kind: "region", parent: "harapan", name: "Banten" })).status, 200);
  const moved = await find(admin, "places", "bandung-dago");
  assert.equal((await put(admin, "places", "bandung-dago", { ...moved.item, parent: "banten" }, moved.version)).status, 200);
  const again = await run(`${BIN}/puasctl`, ["--config", aggregator.file, "config", "diff", write(world.path("again.yaml"), `${await exported()}\n`)]);
  assert.match(again.lines.join("\n"), /no change/);

  // A kiosk moves, a new one comes, goes, and comes back.
  const kiosk = await find(admin, "kiosks", "dago-entrance");
  assert.equal((await put(admin, "kiosks", "dago-entrance", { ...kiosk.item, place: "malang" }, kiosk.version)).status, 200);
  assert.equal(await store.one("SELECT p.id FROM kiosk k JOIN assignment a USING(kiosk_id) JOIN place p USING(place_id) WHERE k.id = 'dago-entrance' AND to_ms IS NULL"), "malang");
  assert.equal((await put(admin, "kiosks", "101", { name: "Counter 101", place: "malang" })).status, 200);
  const numbered = await find(admin, "kiosks", "101");
  assert.equal(numbered.item.id, "101", "an id of digits stays a text");
  assert.equal((await admin.raw("POST", "/api/v1/manage/kiosks/101/remove", { version: numbered.version })).status, 200);
  const nowhere = await find(admin, "kiosks", "101");
  assert.deepEqual([nowhere.version, nowhere.item.place], ["", undefined]);
  assert.equal((await put(admin, "kiosks", "101", { name: "Counter 101", place: "malang" })).status, 200);

  // A standard: its price in the dry run; a new version when it judges otherwise; what the form does not show stays.
  const promise = await find(admin, "standards", "satisfied-85");
  assert.ok(promise.votesBetweenAlarms > 4000 && promise.number === 1);
  const stricter = await put(admin, "standards", "satisfied-85", { ...promise.item, percent: 90 }, promise.version, "?dry=1");
  const price = /one false alarm in (\d+) votes; mean votes to see 10 % unhappy: (\d+)/.exec(stricter.lines.join("\n"));
  assert.deepEqual([stricter.price.votes, stricter.price.seen[0].votes].map(Math.round), price.slice(1).map(Number));
  assert.deepEqual([stricter.price.seen[0].unhappy, stricter.price.usual], [0.1, undefined]);
  assert.equal((await put(admin, "standards", "satisfied-85", { ...promise.item, percent: 90 }, promise.version)).status, 200);
  assert.equal((await find(admin, "standards", "satisfied-85")).number, 2);
  const whole = Number(await store.one("SELECT count(*) FROM rule WHERE to_ms IS NULL"));
  assert.equal((await put(admin, "standards", "quiet", { kind: "silence", place: "malang", probability: 0.01 })).status, 200);
  const quiet = await find(admin, "standards", "quiet");
  assert.equal((await admin.raw("POST", "/api/v1/manage/standards/quiet/remove", { version: quiet.version })).status, 200);
  assert.equal(await store.one("SELECT count(*) FROM rule WHERE to_ms IS NULL"), whole);

  // A user: the password is told once and works; a new one ends the old and its sessions; disabled is out.
  const made = await put(admin, "users", "tuti", { display: "Tuti", role: "manager", place: "malang", lang: "id" });
  assert.match(made.password, /^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
  const tuti = await Session.login(url, "tuti", made.password);
  assert.equal((await tuti.get("/api/v1/session")).user.display, "Tuti");
  const { password } = await (await admin.raw("POST", "/api/v1/manage/users/tuti/password", {})).json();
  assert.equal((await tuti.raw("GET", "/api/v1/session")).status, 401, "her old session has ended");
  assert.equal((await new Session(url).raw("POST", "/api/v1/login", { user: "tuti", password: made.password })).status, 401);
  const back = await Session.login(url, "tuti", password);
  await admin.post("/api/v1/manage/users/tuti/disable", {});
  assert.equal((await back.raw("GET", "/api/v1/session")).status, 401);
  assert.equal((await new Session(url).raw("POST", "/api/v1/login", { user: "tuti", password })).status, 401);
  assert.equal((await find(admin, "users", "tuti")).disabled, true);
  assert.ok(!(await admin.get("/api/v1/people?place=malang")).people.some(({ name }) => name === "tuti"), "no alert is given to her");
  assert.equal(await store.one(`SELECT count(*) FROM audit WHERE detail LIKE '%${password}%' OR detail LIKE '%${made.password}%'`), 0);
  assert.deepEqual(await admin.get("/api/v1/manage/retention"), { contactsDays: 365, commentsDays: 0, rawDays: 0, chosen: false, settings: { contactsDays: 365, commentsDays: 0, rawDays: 0 } });
});

scenario("who may not is refused, wrong input is told beside its field, and nothing changes", async (world) => {
  const { url, store } = await chain(world);
  const [admin, west, manager, looker] = await Promise.all(["admin", "west", "manager", "looker"].map((user) => Session.login(url, user)));
  const state = () => store.one("SELECT (SELECT json_group_array(json_array(id, name, parent_id, tz, hours)) FROM place) || (SELECT json_group_array(json_array(kiosk_id, place_id, to_ms)) FROM assignment) || (SELECT json_group_array(json_array(id, version, to_ms)) FROM rule) || (SELECT json_group_array(json_array(name, role, place_id, hash)) FROM user)");
  const before = await state();

  for (const session of [manager, looker]) {
    for (const name of ["places", "kiosks", "standards", "users", "retention"]) assert.equal((await session.raw("GET", `/api/v1/manage/${name}`)).status, 403);
    assert.equal((await put(session, "places", "new", { kind: "branch", parent: "jawa-barat", name: "New" })).status, 403);
    assert.equal((await session.raw("POST", "/api/v1/kiosks/dago-entrance/command", { do: "identify" })).status, 403);
    assert.equal((await session.raw("POST", "/api/v1/manage/users/west/disable", {})).status, 403);
  }
  const own = await find(west, "places", "jawa-barat");
  const above = await find(west, "places", "harapan");
  assert.deepEqual([own.mine, above.mine, await find(west, "places", "malang")], [true, false, undefined]);
  const malang = await find(admin, "places", "malang");
  const there = await find(admin, "kiosks", "malang-entrance");
  const here = await find(west, "kiosks", "dago-entrance");
  assert.deepEqual((await list(west, "kiosks")).map(({ item }) => item.id), ["dago-entrance"]);
  const promise = await find(west, "standards", "satisfied-85");
  const person = await find(admin, "users", "west");
  const me = await find(admin, "users", "admin");
  const refused = [
    [west, "places", "harapan", { ...above.item, name: "Mine" }, above.version, 404],
    [west, "places", "malang", { ...malang.item, name: "Mine" }, malang.version, 404],
    [west, "places", "new", { kind: "branch", parent: "jawa-timur", name: "New" }, "", 403, "parent"],
    [west, "places", "jawa-barat", { ...own.item, parent: "jawa-timur" }, own.version, 403, "parent"],
    [west, "kiosks", "malang-entrance", { ...there.item, place: "bandung-dago" }, there.version, 404],
    [west, "kiosks", "dago-entrance", { ...here.item, place: "malang" }, here.version, 403, "place"],
    [west, "kiosks", "malang-entrance", { name: "Taken", place: "bandung-dago" }, "", 409, "id"],
    [west, "users", "west", { ...person.item, role: "admin" }, person.version, 403, "role"],
    [west, "users", "tuti", { role: "manager", place: "bandung-dago" }, "", 403],
    [admin, "users", "admin", { ...me.item, role: "viewer" }, me.version, 403, "role"],
    [admin, "users", "admin", { ...me.item, place: "malang" }, me.version, 403, "place"],
    [admin, "users", "spy", { role: "admin", place: "harapan", password_file: "/etc/passwd" }, "", 422, "password_file"],
    [admin, "users", "tuti", { role: "boss", place: "harapan" }, "", 422, "role"],
    [admin, "places", "malang", { ...malang.item, tz: "Asia/Nowhere" }, malang.version, 422, "tz"],
    [admin, "places", "malang", { ...malang.item, hours: [{ days: "mon", open: "20:00", close: "07:00" }] }, malang.version, 422, "hours"],
    [admin, "places", "malang", { ...malang.item, name: "" }, malang.version, 422, "name"],
    [admin, "places", "malang", { ...malang.item, parent: "nowhere" }, malang.version, 422, "parent"],
    [admin, "places", "jawa-barat", { ...own.item, parent: "bandung-dago" }, own.version, 422, "parent"],
    [west, "places", "empire", { kind: "org", name: "Empire" }, "", 422, "parent"],
    [admin, "places", "malang", { kind: "org", name: "Empire" }, malang.version, 422, "parent"],
    [admin, "places", "hall", { kind: "area", parent: "harapan", name: "Hall" }, "", 422],
    [admin, "kiosks", "new", { name: "New", place: "nowhere" }, "", 422, "place"],
    [admin, "standards", "satisfied-85", { ...promise.item, percent: 101 }, promise.version, 422, "percent"],
    [admin, "standards", "new", { kind: "share", place: "harapan", percent: 30, resolve_percent: 40 }, "", 422, "resolve_percent"],
    [admin, "standards", "new", { kind: "share", place: "harapan", window: "soon" }, "", 422, "window"],
  ];
  for (const [session, name, id, item, version, status, field] of refused) {
    const answer = await put(session, name, id, item, version);
    assert.deepEqual([answer.status, answer.field], [status, field], `${name}/${id}: ${answer.detail}`);
    assert.ok(answer.detail.length > 5 && !answer.detail.includes("configuration:"), answer.detail);
  }
  assert.equal((await west.raw("GET", "/api/v1/manage/users")).status, 403);
  assert.equal((await west.raw("POST", "/api/v1/kiosks/malang-entrance/command", { do: "identify" })).status, 404);
  assert.equal((await admin.raw("POST", "/api/v1/manage/users/admin/disable", {})).status, 403, "not oneself");
  assert.equal((await admin.raw("POST", "/api/v1/manage/places/malang", "[]")).status, 422);
  const token = (await (await admin.raw("POST", "/api/v1/tokens", { name: "all", place: "harapan", role: "admin" })).json()).token;
  const program = await fetch(`${url}/api/v1/manage/users/spy`, { method: "POST", headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" }, body: JSON.stringify({ item: { role: "admin", place: "harapan" }, version: "" }) });
  assert.equal(program.status, 403, "people make people");
  assert.equal(await state(), before);

  // Within one's own, it is done.
  assert.equal((await put(west, "places", "jawa-barat", { ...own.item, name: "West Java" }, own.version)).status, 200);
  assert.equal((await put(west, "places", "cimahi", { kind: "branch", parent: "jawa-barat", name: "Cimahi" })).status, 200);
});

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/** A kiosk that does what it is told, and says so. */
async function obedient(world, port, id) {
  const client = await mqtt.connectAsync({ host: "127.0.0.1", port, username: id, password: SECRET, clientId: id, reconnectPeriod: 0 });
  world.own(`kiosk ${id}`, () => client.endAsync(true));
  const orders = [];
  client.on("message", (_, payload) => {
    const order = JSON.parse(payload);
    orders.push(order.do);
    void client.publishAsync(`puas/1/kiosk/${id}/reply`, JSON.stringify({ v: 1, id: order.id, ok: order.do !== "reload", ...(order.do === "reload" ? { why: "kiosk.yaml:3:1: unknown key 'volumme'" } : {}), ...(order.do === "screenshot" ? { png: PNG } : {}) }), { qos: 1 });
  });
  await client.subscribeAsync(`puas/1/kiosk/${id}/command`, { qos: 1 });
  return orders;
}

scenario("places and kiosks from the page: click to effect, two tabs, wrong input", async (world) => {
  const { url, store, broker } = await chain(world);
  const orders = await obedient(world, broker.port, "dago-entrance");
  const browser = await Browser.start(world);
  const page = await browser.open(`${url}/?page=manage`);
  await page.login("admin");

  // What each place has from above, and from where.
  await page.id("places").waitFor();
  assert.match(await page.id("row-malang").textContent(), /Asia\/Makassarfrom Jawa TimurDaily 07:00\u201320:00from Harapan Clinic/);

  // A new place: wrong first, beside the field, nothing lost; then right.
  await page.id("open-jawa-barat").click();
  await page.id("new").click();
  await page.id("save").click();
  assert.match(await errorOf(page, "name"), /needed/);
  await page.id("m-name").fill("Cimahi Utara");
  assert.equal(await page.id("m-id").inputValue(), "cimahi-utara");
  await page.id("m-tz").fill("Asia/Cimahi");
  await page.id("m-hours-add").click();
  await page.id("m-open-0").fill("08:00");
  await page.id("m-close-0").fill("15:00");
  await page.id("save").click();
  assert.match(await errorOf(page, "tz"), /unknown time zone/);
  assert.equal(await page.id("m-name").inputValue(), "Cimahi Utara");
  await page.id("m-tz").fill("Asia/Pontianak");
  await page.id("dry").click();
  await page.id("preview").filter({ hasText: "time zone: nothing \u2192 Asia/Pontianak" }).waitFor();
  assert.equal(await store.one("SELECT count(*) FROM place WHERE id = 'cimahi-utara'"), 0);
  await page.id("save").click();
  await page.id("row-cimahi-utara").waitFor();
  assert.equal(await store.one("SELECT p.name || q.id || p.tz || p.hours FROM place p JOIN place q ON q.place_id = p.parent_id WHERE p.id = 'cimahi-utara'"), "Cimahi Utarajawa-baratAsia/Pontianak0;1 08:00-15:00;2 08:00-15:00;3 08:00-15:00;4 08:00-15:00;5 08:00-15:00;6");
  assert.equal(new URL(page.page.url()).searchParams.get("place"), "cimahi-utara");

  // Two tabs: the second is told, keeps what was typed, and overwrites nothing that it did not mean.
  const other = await browser.open(`${url}/?page=manage&place=malang`);
  await other.login("admin");
  await other.id("m-name").fill("Malang Kota");
  await page.id("open-malang").click();
  await page.id("m-tz").fill("Asia/Jayapura");
  await page.id("save").click();
  await done(page, /saved/);
  await other.id("save").click();
  await other.id("conflict").filter({ hasText: "time zone is now: Asia/Jayapura" }).waitFor();
  assert.equal(await store.one("SELECT name FROM place WHERE id = 'malang'"), "Malang Ijen");
  assert.equal(await other.id("m-name").inputValue(), "Malang Kota");
  await other.id("save").click();
  await done(other, /saved/);
  assert.equal(await store.one("SELECT name || tz FROM place WHERE id = 'malang'"), "Malang KotaAsia/Jayapura");
  other.clean();

  // A kiosk: moved, ordered about, its screen shown, out of service and in again.
  await page.id("tab-kiosks").click();
  await page.id("open-dago-entrance").click();
  await page.id("order-screenshot").click();
  await page.id("screenshot").waitFor();
  await page.id("order-identify").click();
  await done(page, /dago-entrance has done it/);
  await page.id("order-reload").click();
  await page.id("order-failure").filter({ hasText: "kiosk.yaml:3:1: unknown key" }).waitFor();
  await page.id("lang-switch").click();
  await page.id("order-reload").click();
  await page.id("order-failure").filter({ hasText: "kiosk.yaml:3:1: kunci 'volumme' tidak dikenal" }).waitFor();
  await page.id("lang-switch").click();
  assert.deepEqual(orders, ["screenshot", "identify", "reload", "reload"]);
  assert.equal(await store.one("SELECT group_concat(who || ' ' || detail, ', ') FROM (SELECT * FROM audit WHERE action = 'kiosk-order' AND subject = 'dago-entrance' ORDER BY audit_id)"), "admin screenshot, admin identify, admin reload, admin reload");
  await page.id("m-place").selectOption("malang");
  await page.id("save").click();
  await done(page, /saved/);
  const place = () => store.one("SELECT p.id FROM kiosk k JOIN assignment a USING(kiosk_id) JOIN place p USING(place_id) WHERE k.id = 'dago-entrance' AND to_ms IS NULL");
  assert.equal(await place(), "malang");
  // Twice in a row by the same hand is no conflict; a change by somebody else takes nothing that is being typed.
  await page.id("m-name").fill("Hall");
  await page.id("save").click();
  await waitFor("the name", async () => (await store.one("SELECT name FROM kiosk WHERE id = 'dago-entrance'")) === "Hall");
  await page.id("m-name").fill("Hall, left");
  const admin = await Session.login(url, "admin");
  const hall = await find(admin, "kiosks", "dago-entrance");
  assert.equal((await put(admin, "kiosks", "dago-entrance", { ...hall.item, place: "cimahi-utara" }, hall.version)).status, 200);
  await page.id("row-dago-entrance").filter({ hasText: "Cimahi Utara" }).waitFor(); // the list looks again by itself
  assert.equal(await page.id("m-name").inputValue(), "Hall, left");
  await page.id("save").click();
  await page.id("conflict").filter({ hasText: "place is now: Cimahi Utara" }).waitFor();
  await page.id("save").click();
  await waitFor("both changes", async () => (await store.one("SELECT name FROM kiosk WHERE id = 'dago-entrance'")) === "Hall, left" && (await place()) === "cimahi-utara");
  await page.id("take-out").click();
  await page.id("take-out-sure").click();
  await page.id("row-dago-entrance").filter({ hasText: "Nowhere yet" }).waitFor();
  await page.id("open-dago-entrance").click();
  await page.id("m-place").selectOption("bandung-dago");
  await page.id("save").click();
  await waitFor("the kiosk to be back", async () => (await place()) === "bandung-dago");

  // Back goes back, a link leads there.
  await page.page.goto(`${url}/?page=manage&tab=kiosks&place=jawa-timur`);
  await page.id("row-malang-entrance").waitFor();
  assert.equal(await page.id("row-dago-entrance").count(), 0);
  page.clean();
});

scenario("standards, channels, people, tokens and the log from the page", async (world) => {
  const sink = await HttpReceiver.start(world);
  writeFileSync(world.path("hook.key"), `whsec_${Buffer.from("a key of the signature, 32 bytes").toString("base64")}\n`);
  const { url, store } = await chain(world, (text) => text.replace(/^times:/m, `channels:\n  - { id: hook, kind: webhook, url: "${sink.url}", secret_file: ${world.path("hook.key")}, allow_private: true, lang: en }\ntimes:`));
  const browser = await Browser.start(world);
  const page = await browser.open(`${url}/?page=manage&tab=standards&place=bandung-dago`);
  await page.login("admin");

  // What holds at a place, what it costs, who is told; changed, with the way to the back-test.
  await page.id("standards").waitFor();
  assert.match(await page.id("row-satisfied-85").textContent(), /version 1.*from Harapan Clinic.*85% satisfied1 in [\d,]+ voteshook/);
  await page.id("open-satisfied-85").click();
  await page.id("m-percent").fill("900");
  await page.id("save").click();
  assert.match(await errorOf(page, "percent"), /percent/);
  await page.id("m-percent").fill("90");
  assert.match(await page.id("test-link").getAttribute("href"), /page=backtest&place=harapan&a=kind%3A\+standard.*percent%3A\+90/);
  await page.id("dry").click();
  await page.id("preview").filter({ hasText: /percent: 85 \u2192 90.*One false alarm in [\d,]+ votes; votes on average to see 10% unhappy: \d+/s }).waitFor();
  await page.id("lang-switch").click();
  await page.id("preview").filter({ hasText: /persen: 85 \u2192 90.*Satu alarm palsu dalam [\d.]+ suara; rata-rata suara sampai terlihat 10% tidak puas: \d+/s }).waitFor();
  await page.id("lang-switch").click();

  // What is typed is there again after the back-test, a reload and another tab, until it is saved or discarded.
  await page.id("test-link").click();
  await page.id("percent-a").waitFor();
  await page.page.goBack();
  await page.id("typed").filter({ hasText: "not saved yet" }).waitFor();
  assert.equal(await page.id("m-percent").inputValue(), "90");
  await page.page.reload();
  await page.id("typed-drop").click();
  assert.equal(await page.id("m-percent").inputValue(), "85");
  await page.id("m-percent").fill("90");
  await page.id("tab-kiosks").click();
  await page.id("open-dago-entrance").click();
  await page.id("to-survey").click(); // how it is configured
  await page.id("survey-of").waitFor();
  await waitFor("the kiosk to be chosen", async () => (await page.id("survey-of").inputValue()) === "kiosk:dago-entrance"); // when they are known
  await page.page.goto(`${url}/?page=manage&tab=standards&place=bandung-dago&id=satisfied-85`);
  await page.id("typed").waitFor();
  assert.equal(await page.id("m-percent").inputValue(), "90");
  await page.id("save").click();
  await page.id("row-satisfied-85").filter({ hasText: "version 2" }).waitFor();
  await page.page.reload();
  await page.id("m-percent").waitFor();
  assert.deepEqual([await page.id("m-percent").inputValue(), await page.id("typed").count()], ["90", 0]);
  assert.equal(await store.one("SELECT body ->> '$.percent' FROM rule WHERE id = 'satisfied-85' AND to_ms IS NULL"), 90);
  await page.id("test-link").click();
  await page.id("percent-a").waitFor();
  assert.equal(await page.id("percent-a").inputValue(), "90");

  // What was tested goes into the form of the standard as if it were typed; or into that of a new one, of another kind.
  await page.id("percent-a").fill("88");
  await page.id("percent-a").press("Enter");
  await page.id("use-a").filter({ hasText: "satisfied-85" }).click();
  await page.id("typed").waitFor();
  assert.equal(await page.id("m-percent").inputValue(), "88");
  assert.doesNotMatch(page.page.url(), /take/, "a reload does not put it in again");
  await page.id("dry").click();
  await page.id("preview").filter({ hasText: "percent: 90 \u2192 88" }).waitFor();
  assert.equal(await page.id("preview").locator("li").filter({ hasText: "\u2192" }).count(), 1, "nothing else");
  await page.id("typed-drop").click();
  assert.equal(await page.id("m-percent").inputValue(), "90");
  // What the standard says and the tested setting does not is not kept: it was not tested.
  const head = await Session.login(url, "admin");
  const { item, version } = await find(head, "standards", "satisfied-85");
  assert.equal((await put(head, "standards", "satisfied-85", { ...item, hold: "5 min" }, version)).status, 200);
  await page.page.goto(`${url}/?${new URLSearchParams({ page: "backtest", place: "bandung-dago", a: "kind: standard, percent: 90", of: "satisfied-85" })}`);
  await page.id("use-a").click();
  await page.id("dry").click();
  await page.id("preview").filter({ hasText: "lasting: 5 min \u2192" }).waitFor();
  await page.id("typed-drop").click();
  // By itself it is for a standard that asks the same.
  for (const [kind, id] of [["change", null], ["offline", "offline"], ["standard", "satisfied-85"]]) {
    await page.page.goto(`${url}/?${new URLSearchParams({ page: "backtest", place: "bandung-dago", a: `kind: ${kind}` })}`);
    await page.id("use-a-new").waitFor();
    assert.equal(await page.id("use-a").evaluateAll(([link]) => (link ? new URL(link.href).searchParams.get("id") : null)), id);
  }
  await page.id("kind-a-share").click();
  await page.id("window-a").fill("20");
  await page.id("window-a").press("Enter");
  await page.id("use-a-new").click();
  assert.deepEqual([await page.id("m-kind").inputValue(), await page.id("m-window").inputValue(), await page.id("m-percent").inputValue(), await page.id("m-id").inputValue()], ["share", "20", "50", ""]);
  await page.id("typed-drop").click();
  await page.page.goto(`${url}/?page=manage&tab=standards&place=bandung-dago`);
  await page.id("new").click();
  await page.id("m-id").fill("queue");
  await page.id("m-kind").selectOption("share");
  await page.id("m-name").fill("Antrean");
  await page.id("m-window").fill("30");
  await page.id("save").click();
  await page.id("row-queue").waitFor();
  assert.deepEqual(JSON.parse(await store.one("SELECT json_array(body ->> '$.kind', body ->> '$.window_ms', p.id) FROM rule JOIN place p USING(place_id) WHERE rule.id = 'queue'")), ["share", 1_800_000, "bandung-dago"]);
  await page.id("end").click();
  await page.id("end-sure").click();
  await waitFor("the rule to end", async () => (await page.id("row-queue").count()) === 0);
  assert.equal(await store.one("SELECT count(*) FROM rule WHERE id = 'queue' AND to_ms IS NULL"), 0);

  // A channel is tried.
  await page.id("tab-channels").click();
  await page.id("test-hook").click();
  await page.id("tried-hook").filter({ hasText: "Taken." }).waitFor();
  assert.equal(sink.requests.length, 1);

  // A person: the password is shown once and works; disabled is out.
  await page.id("tab-users").click();
  await page.id("new").click();
  await page.id("m-display").fill("Tuti");
  await page.id("m-name").fill("Tuti!");
  await page.id("m-place").selectOption("malang");
  await page.id("save").click();
  assert.match(await errorOf(page, "name"), /a\u2013z/);
  await page.id("m-name").fill("tuti");
  await page.id("save").click();
  const password = await page.id("secret").textContent();
  await page.id("secret-done").click();
  assert.equal(await page.id("secret").count(), 0);
  const tuti = await Session.login(url, "tuti", password);
  await page.id("open-tuti").click();
  await page.id("disable").click();
  await page.id("disable-sure").click();
  await page.id("row-tuti").filter({ hasText: "Disabled" }).waitFor();
  assert.equal((await tuti.raw("GET", "/api/v1/session")).status, 401);

  // A token: shown once, used, revoked.
  await page.id("tab-tokens").click();
  await page.id("new").click();
  await page.id("m-name").fill("crm");
  await page.id("m-days").fill("0");
  await page.id("save").click();
  assert.match(await errorOf(page, "days"), /3,650/);
  await page.id("m-days").fill("30");
  await page.id("save").click();
  const token = await page.id("secret").textContent();
  const ask = () => fetch(`${url}/api/v1/session`, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal((await ask()).status, 200);
  await page.id("secret-done").click();
  await page.id("revoke-crm").click();
  await page.id("revoke-crm-sure").click();
  await waitFor("the token to go", async () => (await page.id("row-crm").count()) === 0);
  assert.equal((await ask()).status, 401);

  // The log: all of it, page by page, and what one looks for.
  await page.id("tab-log").click();
  await page.id("log").waitFor();
  assert.match(await page.id("kept").textContent(), /Contact data365 days.*Words of customersfor ever/);
  await page.id("log-action").selectOption("token-revoke");
  await page.id("log-search").click();
  await waitFor("one entry", async () => (await page.id("log").locator("tbody tr").count()) === 1);
  assert.match(await page.id("log").locator("tbody tr").textContent(), /admintoken revokedcrm/);
  await page.id("log-action").selectOption("manage");
  await page.id("log-search").click();
  const entry = page.id("log").locator("tbody tr").filter({ hasText: "satisfied-85" }).last();
  await entry.filter({ hasText: /Standard satisfied-85, changed/ }).waitFor();
  await page.id("lang-switch").click();
  await entry.filter({ hasText: /Standar satisfied-85, diubah/ }).waitFor();
  await page.id("lang-switch").click();
  page.clean();
});

scenario("who may not sees no link, head office its own; both themes and languages on a desk and a phone", async (world) => {
  const { url, broker } = await chain(world, (text) => text.replace(/^times:/m, "channels:\n  - { id: sari, kind: email, url: \"smtp://127.0.0.1:1\", from: puas@example.org, to: [sari@example.org], lang: id, retry_min: 60 s }\n  - { id: wall, kind: mqtt }\ntimes:"));
  await obedient(world, broker.port, "dago-entrance");
  const kiosk = new ForeignKiosk({ port: broker.port, id: "malang-entrance", branch: "malang", secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  const browser = await Browser.start(world);
  const manager = await browser.open(url);
  await manager.enter("manager");
  assert.equal(await manager.id("nav-manage").count(), 0);
  const west = await browser.open(url);
  await west.login("west");
  await west.id("nav-manage").click();
  await west.id("open-bandung-dago").waitFor();
  assert.deepEqual(await west.page.locator(".tabs a").evaluateAll((all) => all.map((each) => each.textContent)), ["Places", "Kiosks", "Calendars", "Standards", "Reports", "Survey"]);
  assert.equal(await west.id("open-harapan").count(), 0, "above her: only to be read");
  assert.equal(await west.id("row-malang").count(), 0);
  west.clean();

  const tabs = { places: "&place=bandung-dago", kiosks: "&id=dago-entrance", standards: "&id=satisfied-85", channels: "&id=new*", mailings: "&id=new*", users: "&id=manager", tokens: "&id=new*", log: "" };
  for (const [name, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
    const page = await browser.open(`${url}/?page=manage`, { viewport });
    await page.login("admin");
    await page.id("nav-manage").waitFor();
    for (const [tab, more] of Object.entries(tabs)) {
      await page.page.goto(`${url}/?page=manage&tab=${tab}${more}`);
      await page.page.locator("main .card").first().waitFor();
      for (const theme of ["light", "dark"]) {
        if ((await page.id("theme-switch").getAttribute("data-theme-now")) !== theme) await page.id("theme-switch").click();
        for (const lang of ["id", "en"]) {
          if ((await page.id("lang-switch").getAttribute("data-lang")) !== lang) await page.id("lang-switch").click();
          await waitFor(`the page in ${lang}`, async () => (await page.id("nav-manage").textContent()) === { id: "Kelola", en: "Manage" }[lang]);
          await page.accessible(`${tab}, ${name}, ${theme}, ${lang}`);
          const wide = await page.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.ok(wide <= 0, `${tab}, ${name}, ${lang}: ${wide} px too wide`);
          await page.shot(`page-manage-${tab}-${name}-${theme}-${lang}`);
        }
      }
      if (name === "phone") {
        const small = await page.page.locator("main :is(button, select, input, a)").evaluateAll((list) => list.map((each) => [each.textContent || each.id, Math.round((each.type === "checkbox" ? each.closest("label") : each).getBoundingClientRect().height)]).filter(([, height]) => height < 44));
        assert.deepEqual(small, [], `targets under 44 px: ${tab}`);
      }
    }
    page.clean();
  }
}, { ms: 240_000 });
