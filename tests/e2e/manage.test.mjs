// The organisation run from a browser: changes by API and page, to the store and the kiosks.
import assert from "node:assert/strict";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker } from "./lib/broker.mjs";
import { write } from "./lib/config.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { BIN, scenario } from "./lib/world.mjs";

const PLACES = `
    - { id: harapan, kind: org, name: Harapan Clinic, tz: Asia/Jakarta,
        hours: [ { days: daily, open: "07:00", close: "20:00" } ] }
    - { id: jawa-barat, kind: region, parent: harapan, name: Jawa Barat }
    - { id: jawa-timur, kind: region, parent: harapan, name: Jawa Timur, tz: Asia/Makassar }
    - { id: bandung-dago, kind: branch, parent: jawa-barat, name: Bandung Dago }
    - { id: malang, kind: branch, parent: jawa-timur, name: Malang Ijen }
  kiosks:
    - { id: dago-entrance, name: Main entrance, place: bandung-dago }
    - { id: malang-entrance, name: Main entrance, place: malang }
`;
const PEOPLE = `
    - { name: west, display: Wati West, role: head-office, place: jawa-barat, lang: en, password_file: @dir@/secrets/manager }
    - { name: looker, display: Lia Looker, role: viewer, place: harapan, lang: en, password_file: @dir@/secrets/manager }
`;

async function chain(world, more = {}) {
  const broker = await Broker.start(world, { users: ["aggregator", "dago-entrance", "malang-entrance"] });
  const aggregator = await Aggregator.start(world, {
    brokerPort: broker.port,
    change: (text) => `${text.replace(/(?<=^ {2}places:\n)[^]*?(?=^ {2}surveys:)/m, PLACES.slice(1)).trimEnd()}\n${PEOPLE.slice(1).replaceAll("@dir@", world.dir)}`,
    ...more,
  });
  return { broker, aggregator, ...aggregator };
}

const list = async (session, name) => (await session.get(`/api/v1/manage/${name}`))[name];
const find = async (session, name, id) => (await list(session, name)).find(({ item }) => (item.id ?? item.name) === id);
const put = async (session, name, id, item, version = "", query = "") => {
  const answer = await session.raw("POST", `/api/v1/manage/${name}/${id}${query}`, { item, version });
  return { status: answer.status, ...(await answer.json()) };
};

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
  assert.match(stricter.lines.join("\n"), /one false alarm in \d+ votes/);
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
  assert.equal(await store.one(`SELECT count(*) FROM audit WHERE detail LIKE '%${password}%' OR detail LIKE '%${made.password}%'`), 0);
  assert.deepEqual(await admin.get("/api/v1/manage/retention"), { contactsDays: 365, commentsDays: 0, rawDays: 0 });
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
