// What people do about alerts: whose it is, what is done, who is told. By role and place, on record, over restarts.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import mqtt from "mqtt";
import { Aggregator } from "./lib/aggregator.mjs";
import { Browser, DESKTOP, PHONE } from "./lib/browser.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { run } from "./lib/process.mjs";
import { HttpReceiver } from "./lib/receivers.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { BIN, scenario } from "./lib/world.mjs";

const TOPIC = "puas/1/alerts/bandung-dago/";

// Two branches, one person of each role at the first one and a manager at the other; the promise alone watches.
const people = (more = (text) => text) => (text) => {
  const password = text.match(/password_file: (\S*secrets\/manager)/)[1];
  const user = (name, role, place) => `    - { name: ${name}, display: ${name[0].toUpperCase()}${name.slice(1)}, role: ${role}, place: ${place}, password_file: ${password} }\n`;
  return more(
    text
      .replace(/^ {4}- id: unhappy-share$[^]*?(?=^ {2}users:)/m, "")
      .replace(/^ {2}kiosks:/m, "    - { id: cimahi, kind: branch, parent: jawa-barat, name: Cimahi }\n$&")
      .replace(/^ {2}users:\n/m, `$&${user("dewi", "manager", "bandung-dago")}${user("eka", "viewer", "bandung-dago")}${user("cica", "manager", "cimahi")}${user("hadi", "head-office", "harapan")}`),
  );
};

async function system(world, { change = people(), times } = {}) {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, change, times });
  const signs = await mqtt.connectAsync({ host: "127.0.0.1", port: broker.port, username: "aggregator", password: SECRET, clientId: "sign" });
  world.own("sign", () => signs.endAsync(true));
  const retained = new Map();
  signs.on("message", (topic, payload) => (payload.length ? retained.set(topic, JSON.parse(payload.toString())) : retained.delete(topic)));
  await signs.subscribeAsync(`${TOPIC}+`, { qos: 1 });
  const kiosk = new ForeignKiosk({ port: broker.port, id: "dago-entrance", branch: "bandung-dago", secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  return { aggregator, store: aggregator.store, retained, kiosk };
}

async function press(kiosk, scores) {
  for (const score of scores) {
    kiosk.press(score);
    await kiosk.settled();
  }
}

async function alarm({ kiosk, store }) {
  await press(kiosk, Array(7).fill(1));
  return waitFor("the alert", () => store.one("SELECT id FROM alert WHERE closed IS NULL ORDER BY alert_id DESC"));
}

const refused = async (session, status, path, body) => {
  const answer = await session.raw("POST", path, body);
  const problem = await answer.json();
  assert.equal(answer.status, status, `${path}: ${answer.status} ${JSON.stringify(problem)}`);
  return problem;
};
const audit = (store, action) => store.query(`SELECT who, subject, detail FROM audit WHERE action = '${action}' ORDER BY audit_id`);

scenario("an alert is somebody's: given to those who see it and may act, by those who may; over a restart", async (world) => {
  const it = await system(world);
  const { aggregator, store } = it;
  const id = await alarm(it);
  const path = `/api/v1/alerts/${id}/assign`;
  const [manager, viewer, other] = await Promise.all(["manager", "eka", "cica"].map((user) => Session.login(aggregator.url, user)));

  const { people: known } = await manager.get("/api/v1/people?place=bandung-dago");
  assert.deepEqual(known.map((p) => p.name).sort(), ["admin", "dewi", "hadi", "manager"], "neither who may only look nor who does not see it");
  assert.equal((await other.raw("GET", "/api/v1/people?place=bandung-dago")).status, 404);

  await refused(viewer, 403, path, { user: "dewi" });
  await refused(other, 404, path, { user: "dewi" });
  for (const user of ["eka", "cica", "nobody"]) assert.match((await refused(manager, 422, path, { user })).detail, new RegExp(user));
  assert.equal((await refused(manager, 422, path, {})).field, "user");
  assert.equal((await refused(manager, 422, path, { user: "Not an id!" })).field, "user");
  assert.deepEqual(await audit(store, "alert-assign"), []);

  await manager.post(path, { user: "dewi", comment: "Loket 3" });
  const shown = async () => (await manager.today()).alerts[0];
  const { assigned, comments } = await shown();
  assert.deepEqual([assigned.user, assigned.to, assigned.by], ["dewi", "Dewi", "Sari Wulandari"]);
  assert.deepEqual(comments.map((c) => [c.action, c.text]), [["assign", "Loket 3"]]);
  await aggregator.kill();
  await aggregator.up();
  assert.deepEqual((await shown()).assigned, assigned);
  await manager.post(path, { user: "" });
  assert.equal((await shown()).assigned, null);
  assert.deepEqual(await audit(store, "alert-assign"), [
    { who: "manager", subject: id, detail: "dewi: Loket 3" },
    { who: "manager", subject: id, detail: "" },
  ]);
});

scenario("an alert that has ended is reopened with a reason, as a follow-up; the engine's alert stays as it ended", async (world) => {
  const it = await system(world);
  const { aggregator, store } = it;
  const id = await alarm(it);
  const at = (verb) => `/api/v1/alerts/${id}/${verb}`;
  const [manager, viewer, other] = await Promise.all(["manager", "eka", "cica"].map((user) => Session.login(aggregator.url, user)));
  await refused(manager, 409, at("reopen"), { comment: "still open" });
  await manager.post(at("resolve"), { comment: "Loket kedua dibuka" });
  const ended = await store.query("SELECT state, closed, closed_by FROM alert");
  await refused(manager, 409, at("assign"), { user: "dewi" });

  await refused(viewer, 403, at("reopen"), { comment: "x" });
  await refused(other, 404, at("reopen"), { comment: "x" });
  assert.equal((await refused(manager, 422, at("reopen"), { comment: " " })).field, "comment");
  await manager.post(at("reopen"), { comment: "Pelanggan datang lagi" });
  await refused(manager, 409, at("reopen"), { comment: "again" });
  await manager.post(at("assign"), { user: "dewi" });
  await aggregator.kill();
  await aggregator.up();
  const [alert] = (await manager.today()).alerts;
  assert.deepEqual([alert.state, alert.reopened.why, alert.reopened.by, alert.assigned.user], ["resolved", "Pelanggan datang lagi", "Sari Wulandari", "dewi"]);
  assert.deepEqual(await store.query("SELECT state, closed, closed_by FROM alert"), ended, "one breach, one life");

  // "You said, we did": the words wait in each language; "" takes them back.
  await refused(viewer, 403, at("offer"), { lang: "id", text: "x" });
  await refused(other, 404, at("offer"), { lang: "id", text: "x" });
  await manager.post(at("offer"), { lang: "id", text: "Anda minta lebih cepat: loket kedua buka" });
  await manager.post(at("offer"), { lang: "en", text: "You asked for speed" });
  await manager.post(at("offer"), { lang: "en", text: "" });
  assert.deepEqual((await manager.today()).alerts[0].offer, { id: "Anda minta lebih cepat: loket kedua buka" });

  await manager.post(at("resolve"), { comment: "Sudah ditelepon" });
  const [settled] = (await manager.today()).alerts;
  assert.equal(settled.reopened, null);
  assert.deepEqual(settled.comments.map((c) => c.action), ["resolve", "reopen", "assign", "resolve"]);
  await refused(manager, 404, at("resolve"), { comment: "twice" });
  assert.deepEqual((await audit(store, "alert-reopen")).map((row) => row.detail), ["Pelanggan datang lagi"]);
  assert.deepEqual((await audit(store, "alert-resolve")).map((row) => row.detail), ["Loket kedua dibuka", "Sudah ditelepon"]);
  assert.equal((await audit(store, "alert-offer")).length, 3);

  const next = await alarm(it); // a new breach is a new alert
  assert.notEqual(next, id);
});

scenario("a silenced alert happens and is shown, and no sign or channel is told; its end, by hand or by time, tells what is open", async (world) => {
  const receiver = await HttpReceiver.start(world);
  const channel = `channels:\n  - { id: hook, kind: http, url: "${receiver.url}", allow_private: true, body: "{{title}}" }\n`;
  const it = await system(world, { change: people((text) => text.replace(/^times:/m, (all) => channel + all)) });
  const { aggregator, store, retained } = it;
  const [manager, viewer, other, head] = await Promise.all(["manager", "eka", "cica", "hadi"].map((user) => Session.login(aggregator.url, user)));
  const path = "/api/v1/silences";
  const good = { place: "bandung-dago", rule: "satisfied-85", kiosk: null, minutes: 60, comment: "Renovasi lobi" };
  await refused(viewer, 403, path, good);
  await refused(other, 404, path, good);
  await refused(manager, 404, path, { ...good, place: "harapan" });
  for (const [field, value] of [["place", ""], ["rule", "Not an id!"], ["kiosk", 5], ["comment", " "], ["minutes", 4], ["minutes", 43_201]])
    assert.equal((await refused(manager, 422, path, { ...good, [field]: value })).field, field);
  assert.match((await refused(manager, 422, path, { ...good, rule: "nothing" })).detail, /no such standard/);
  assert.match((await refused(manager, 422, path, { ...good, kiosk: "nowhere" })).detail, /no such kiosk/);
  assert.deepEqual((await manager.get(`${path}?place=bandung-dago`)).silences, []);

  await manager.post(path, good);
  const list = async (session, place = "bandung-dago") => (await session.get(`${path}?place=${place}`)).silences;
  const [{ id, from, until, ...said }] = await list(manager);
  assert.equal(until - from, 60 * 60_000);
  assert.deepEqual(said, { place: { id: "bandung-dago", name: "Bandung Dago" }, rule: "satisfied-85", kiosk: null, by: "Sari Wulandari", reason: "Renovasi lobi", mine: true });
  assert.equal((await list(head, "harapan")).length, 1);
  assert.deepEqual(await list(other, "cimahi"), []);

  const alert = await alarm(it);
  const shown = async () => (await manager.today()).alerts[0];
  assert.equal((await shown()).state, "firing");
  assert.deepEqual((await shown()).silence, { id, by: "Sari Wulandari", reason: "Renovasi lobi", until });
  await aggregator.kill();
  await aggregator.up();
  assert.equal(retained.size, 0, "also after a restart, which publishes what is open");

  await refused(viewer, 403, `${path}/${id}/end`, {});
  await refused(other, 404, `${path}/${id}/end`, {});
  await manager.post(`${path}/${id}/end`, {});
  await refused(manager, 404, `${path}/${id}/end`, {});
  await waitFor("the sign", () => retained.get(TOPIC + alert)?.state === "firing");
  assert.equal((await shown()).silence, null);
  await waitFor("the channel", () => receiver.requests.length === 1);

  // From above, for all there is: a manager of the branch sees it, but may not end it. Over by time.
  await head.post(path, { place: "jawa-barat", minutes: 5, comment: "Listrik padam" });
  await waitFor("the sign to go", () => retained.size === 0);
  const [above] = await list(manager);
  assert.deepEqual([above.mine, above.rule, above.place.id], [false, null, "jawa-barat"]);
  await refused(manager, 404, `${path}/${above.id}/end`, {});
  await aggregator.stop();
  await run("sqlite3", [store.file, `UPDATE silence SET until_ms = ${Date.now() + 4000} WHERE silence_id = ${above.id}`]);
  await aggregator.up();
  await waitFor("the sign by itself", () => retained.get(TOPIC + alert)?.state === "firing");
  assert.deepEqual(await list(manager), []);
  assert.deepEqual(await store.query("SELECT channel, alert, event FROM outgoing"), [{ channel: "hook", alert, event: 0 }], "told once");
  assert.deepEqual(await audit(store, "silence"), [
    { who: "manager", subject: "bandung-dago", detail: "satisfied-85: Renovasi lobi" },
    { who: "hadi", subject: "jawa-barat", detail: "Listrik padam" },
  ]);
  assert.deepEqual(await audit(store, "silence-end"), [{ who: "manager", subject: String(id), detail: "" }]);
});

scenario("a playbook is ticked off and undone, and money is given up to the limit of the role, all of it once per alert", async (world) => {
  const playbook = `      recovery: { manager: 50000, head-office: 500000 }
      playbook:
        - { id: look, text: { en: Look at the queue, id: Lihat antrean } }
        - { id: open-counter, text: { en: Open a counter, id: Buka loket } }
`;
  const it = await system(world, { change: people((text) => text.replace(/(?<=^ {6}percent: 85\n)/m, playbook)) });
  const { aggregator, store } = it;
  const [manager, viewer, other, head] = await Promise.all(["manager", "eka", "cica", "hadi"].map((user) => Session.login(aggregator.url, user)));
  const id = await alarm(it);
  const [check, recover] = ["check", "recover"].map((verb) => `/api/v1/alerts/${id}/${verb}`);
  const shown = async () => (await manager.today()).alerts[0];
  assert.deepEqual((await shown()).playbook, [
    { id: "look", text: { en: "Look at the queue", id: "Lihat antrean" }, done: null },
    { id: "open-counter", text: { en: "Open a counter", id: "Buka loket" }, done: null },
  ]);

  await refused(viewer, 403, check, { step: "look", done: true });
  await refused(other, 404, check, { step: "look", done: true });
  assert.equal((await refused(manager, 422, check, { step: "look" })).field, "done");
  assert.match((await refused(manager, 422, check, { step: "dance", done: true })).detail, /no step 'dance'/);
  await manager.post(check, { step: "look", done: true });
  await head.post(check, { step: "open-counter", done: true });
  await manager.post(check, { step: "open-counter", done: false });
  await aggregator.kill();
  await aggregator.up();
  assert.deepEqual((await shown()).playbook.map((step) => step.done?.by ?? null), ["Sari Wulandari", null]);

  await refused(viewer, 403, recover, { what: "Kupon", cost: 1 });
  await refused(other, 404, recover, { what: "Kupon", cost: 1 });
  for (const [field, value] of [["cost", -1], ["cost", 1.5], ["cost", "5"], ["what", ""]])
    assert.equal((await refused(manager, 422, recover, { what: "Kupon", cost: 5, [field]: value })).field, field);
  assert.match((await refused(manager, 403, recover, { what: "Kupon", cost: 50_001 })).detail, /up to 50000; 0 are given/);
  await manager.post(recover, { what: "Kupon", cost: 30_000 });
  assert.match((await refused(manager, 403, recover, { what: "Kupon", cost: 20_001 })).detail, /30000 are given/, "not in parts either");
  await manager.post(recover, { what: "Minuman", cost: 20_000 });
  await head.post(recover, { what: "Uang kembali", cost: 450_000 });
  await refused(head, 403, recover, { what: "Uang kembali", cost: 1 });
  const { recovery } = await shown();
  assert.deepEqual([recovery.limit, (await head.today()).alerts[0].recovery.limit, (await viewer.today()).alerts[0].recovery.limit], [50_000, 500_000, null]);
  assert.deepEqual(recovery.given.map((g) => [g.by, g.cost, g.what]), [["Sari Wulandari", 30_000, "Kupon"], ["Sari Wulandari", 20_000, "Minuman"], ["Hadi", 450_000, "Uang kembali"]]);
  assert.deepEqual((await audit(store, "alert-recover")).map((row) => row.detail), ["30000: Kupon", "20000: Minuman", "450000: Uang kembali"]);
  assert.deepEqual((await audit(store, "alert-check")).map((row) => row.detail), ["look: done", "open-counter: done", "open-counter: undone"]);

  // Other words end no alert, and what is exported is what is there.
  const ctl = (...args) => run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
  const file = world.path("org.yaml");
  const text = (await ctl("config", "export")).lines.join("\n");
  writeFileSync(file, text);
  const same = await ctl("config", "diff", file);
  assert.match(same.lines.join("\n"), /no change/);
  writeFileSync(file, text.replace("Buka loket", "Buka loket kedua").replace("manager: 50000", "manager: 600000"));
  assert.equal((await ctl("config", "apply", file)).code, 0);
  const after = await shown();
  assert.deepEqual([after.id, after.state, after.playbook[1].text.id], [id, "firing", "Buka loket kedua"]);
  await manager.post(recover, { what: "Kupon", cost: 100_000 });
  writeFileSync(file, text.replace("- id: open-counter", "- id: look"));
  const twice = await ctl("config", "diff", file);
  assert.match(twice.lines.join("\n"), /'look' of the playbook stands twice/);
});

scenario("who asks to be called has a clock of opening time that stops when somebody takes it; done, what they left is gone", async (world) => {
  const it = await system(world, { times: { callback: "2 h" } });
  const { aggregator, store, kiosk } = it;
  const [manager, viewer, other, head] = await Promise.all(["manager", "eka", "cica", "hadi"].map((user) => Session.login(aggregator.url, user)));
  const inbox = async (session = manager, place = "bandung-dago") => (await session.get(`/api/v1/contacts?place=${place}`)).contacts;
  assert.deepEqual(await inbox(), []);
  const sealed = randomBytes(90).toString("base64");
  const before = Date.now();
  for (let i = 0; i < 2; i++) {
    const { seq } = kiosk.press(1);
    kiosk.press(undefined, { type: "contact", question: "reach", text: sealed, visit: seq, score: undefined, of: undefined });
    await kiosk.settled();
  }
  const [one, two] = await inbox();
  const { event, asked, due, until, ...said } = one;
  assert.deepEqual(said, { place: { id: "bandung-dago", name: "Bandung Dago" }, kiosk: { id: "dago-entrance", name: "Main entrance" }, overdue: false, outcome: "", note: "", taken: null });
  assert.ok(due - before >= 2 * 3_600_000 && due <= Date.now() + 2 * 3_600_000, "open round the clock");
  assert.ok(until > due);
  assert.ok(!JSON.stringify(await inbox()).includes(sealed), "never what they left");
  assert.equal((await inbox(head, "harapan")).length, 2);
  assert.deepEqual(await inbox(other, "cimahi"), []);
  assert.equal((await other.raw("GET", "/api/v1/contacts?place=bandung-dago")).status, 404);

  const at = (verb, number = event) => `/api/v1/contacts/${number}/${verb}`;
  await refused(viewer, 403, at("take"), {});
  await refused(other, 404, at("take"), {});
  await aggregator.kill();
  await run("sqlite3", [store.file, `UPDATE contact_case SET due = ${before} WHERE event_id = ${event}`]);
  await aggregator.up();
  assert.deepEqual((await inbox()).map((c) => [c.event, c.overdue, c.due]), [[event, true, before], [two.event, false, two.due]], "deadlines are stored, not timers");
  await refused(viewer, 403, at("open"), {});
  await refused(other, 404, at("open"), {});
  await refused(manager, 403, at("open", two.event), {}); // who wants to see it takes the call
  await manager.post(at("take", two.event), {});
  await refused(head, 403, at("open", two.event), {}); // somebody else's
  assert.match((await refused(manager, 409, at("open", two.event), {})).detail, /another key/); // visit.test has one of ours
  assert.deepEqual((await audit(store, "contact-open")).map((row) => [row.who, row.subject]), [["manager", String(two.event)]]);
  await refused(head, 409, at("take", two.event), {});
  await run("sqlite3", ["-cmd", ".timeout 5000", store.file, `UPDATE contact_case SET due = taken_at WHERE event_id = ${two.event}`]);
  const taken = (await inbox()).find((c) => c.event === two.event);
  assert.deepEqual([taken.taken.by, taken.taken.mine, taken.overdue], ["Sari Wulandari", true, false], "the clock has stopped in time");
  assert.equal((await inbox(head)).find((c) => c.event === two.event).taken.mine, false);

  assert.equal((await refused(manager, 422, at("outcome"), { outcome: "reached" })).field, "done");
  assert.equal((await refused(manager, 422, at("outcome"), { done: true })).field, "outcome");
  await refused(viewer, 403, at("outcome"), { outcome: "reached", done: true });
  await refused(other, 404, at("outcome"), { outcome: "reached", done: true });
  await manager.post(at("outcome"), { outcome: "no-answer", done: false, comment: "Coba lagi sore" });
  const tried = (await inbox()).find((c) => c.event === event);
  assert.deepEqual([tried.outcome, tried.note, tried.taken.by], ["no-answer", "Coba lagi sore", "Sari Wulandari"]);
  await manager.post(at("outcome"), { outcome: "reached", done: true, comment: "Sudah selesai" });
  assert.deepEqual((await inbox()).map((c) => c.event), [two.event]);
  assert.deepEqual(await store.query("SELECT event_id FROM contact"), [{ event_id: two.event }]);
  await refused(manager, 404, at("outcome"), { outcome: "reached", done: true });
  assert.deepEqual((await audit(store, "contact-outcome")).map((row) => row.detail), ["no-answer: Coba lagi sore", "reached: Sudah selesai"]);
  assert.equal((await audit(store, "contact-take")).length, 1);
});

scenario("the page: assign, tick off, silence, give, resolve and reopen, in both languages, themes and widths", async (world) => {
  const playbook = `      recovery: { manager: 50000 }
      playbook:
        - { id: look, text: { en: "Walk to the exit, look at the queue", id: "Ke pintu keluar, lihat antrean" } }
        - { id: open-counter, text: { en: Open a second counter, id: Buka loket kedua } }
`;
  const it = await system(world, { change: people((text) => text.replace(/(?<=^ {6}percent: 85\n)/m, playbook)) });
  const { aggregator, store } = it;
  await alarm(it);
  const browser = await Browser.start(world);
  const page = await browser.open(`${aggregator.url}/?place=bandung-dago`);
  await page.login();
  await page.live();
  const card = page.id("alert-card");
  await page.id("alert-more").click();
  const dialog = page.id("alert-people");
  await dialog.waitFor();
  await page.id("step-look").click();
  await waitFor("the step", async () => (await store.one("SELECT amount FROM alert_log WHERE action = 'check' AND subject = 'look'")) === 1);
  await page.id("assign-user").selectOption("dewi");
  await page.id("assign").click();
  await waitFor("the card to say whose it is", async () => /Dewi/.test(await card.locator(".who").textContent()));
  await page.id("recover-what").fill("Voucher");
  await page.id("recover-cost").fill("60000");
  await page.id("recover").click();
  await waitFor("the limit to be said", async () => /50000/.test(await dialog.textContent()));
  await page.id("recover-cost").fill("20000");
  await page.id("recover").click();
  await waitFor("what was given", async () => (await store.one("SELECT sum(amount) FROM alert_log WHERE action = 'recover'")) === 20_000);
  await page.id("silence-reason").fill("Renovasi");
  await page.id("silence").click();
  await page.id("silence-end").waitFor();
  for (const box of await dialog.locator("button, select, input:not([type=checkbox]), label.step").all()) {
    const { height } = await box.boundingBox();
    assert.ok(height >= 43.5, `${await box.textContent()} is ${height} px high`);
  }
  for (const [width, viewport] of [["desktop", DESKTOP], ["phone", PHONE]])
    for (const theme of ["light", "dark"]) {
      await page.page.setViewportSize(viewport);
      await page.page.evaluate((t) => (document.documentElement.dataset.theme = t), theme);
      await page.shot(`people-${width}-${theme}`);
      await page.accessible("people");
      assert.ok(await page.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `nothing stands beside the page: ${width}`);
    }
  await page.page.setViewportSize(DESKTOP);
  await page.id("silence-end").click();
  await page.id("silence-reason").waitFor();
  await page.page.keyboard.press("Escape");
  await page.shot("people-card");
  await page.id("alert-resolve").click();
  await page.id("alert-comment-input").fill("Loket kedua dibuka");
  await page.id("alert-confirm").click();
  await page.id("alert-reopen").click();
  await page.id("alert-confirm").click();
  assert.match(await page.page.textContent("form.action-form [role=alert]"), /\S/, "a reason is needed");
  await page.id("alert-comment-input").fill("Pelanggan datang lagi");
  await page.id("alert-confirm").click();
  await waitFor("the follow-up", async () => (await store.one("SELECT reopened IS NOT NULL FROM alert")) === 1);
  await page.id("alert-more").waitFor();
  await page.shot("people-reopened");
  await page.accessible("people");
  page.clean();

  const viewer = await browser.open(`${aggregator.url}/?place=bandung-dago`);
  await viewer.login("eka");
  await viewer.live();
  await viewer.id("alert-card").waitFor();
  assert.equal(await viewer.id("alert-more").count(), 0, "who may only look is offered nothing");
});

scenario("nobody is on it: the ladder tells the next one in opening time, each step once, over a restart; not once somebody is", async (world) => {
  const receiver = await HttpReceiver.start(world);
  const boss = (id) => `  - { id: ${id}, kind: http, url: "${receiver.url}/${id}", allow_private: true, body: "{{title}}", events: [unattended] }\n`;
  const ladder = `      escalation:
        - { after: 10 min, channel: first }
        - { after: 30 min, channel: second }
        - { after: 1 h, channel: nowhere }
`;
  const it = await system(world, {
    change: people((text) => text.replace(/^times:/m, (all) => `channels:\n${boss("first")}${boss("second")}${all}`).replace(/(?<=^ {6}percent: 85\n)/m, ladder)),
  });
  const { aggregator, store } = it;
  const manager = await Session.login(aggregator.url);
  const id = await alarm(it);
  const steps = () => store.query("SELECT step, channel, due - (SELECT raised FROM alert) AS after, told IS NOT NULL AS told FROM escalation ORDER BY step");
  assert.deepEqual(await steps(), [
    { step: 1, channel: "first", after: 600_000, told: 0 },
    { step: 2, channel: "second", after: 1_800_000, told: 0 },
    { step: 3, channel: "nowhere", after: 3_600_000, told: 0 },
  ]);
  assert.equal(receiver.requests.length, 0);
  const pass = async (step) => { // its time has come while the aggregator was away
    await aggregator.kill();
    await run("sqlite3", [store.file, `UPDATE escalation SET due = ${Date.now()} WHERE step = ${step}`]);
    await aggregator.up();
    await waitFor(`step ${step}`, async () => (await steps())[step - 1].told === 1);
  };
  await pass(1);
  await waitFor("the first one", () => receiver.requests.length === 1);
  assert.equal(receiver.requests[0].path, "/first");
  // Killed before that it was sent is stored, it would be sent again under the same id.
  await waitFor("that it was sent to be stored", async () => (await store.one("SELECT count(*) FROM outgoing WHERE state = 1")) === 1);
  await pass(3);
  assert.match(aggregator.process.lines.join("\n"), /escalation_channel_unknown .*channel=nowhere/);
  await manager.post(`/api/v1/alerts/${id}/ack`, { comment: "", minutes: 5 });
  assert.deepEqual((await steps()).map((row) => row.channel), ["first", "nowhere"], "what was left is gone");

  const ctl = (...args) => run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
  const file = world.path("org.yaml");
  writeFileSync(file, (await ctl("config", "export")).lines.join("\n"));
  assert.match((await ctl("config", "diff", file)).lines.join("\n"), /no change/);
  assert.deepEqual(receiver.requests.map((request) => request.path), ["/first"]);
});
