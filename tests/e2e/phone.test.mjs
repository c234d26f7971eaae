// The survey on the customer's own phone: asked as it is in force, stored once whatever happens, told apart from the kiosks'
// votes, limited, and gone with its code.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import jsQR from "jsqr";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { Browser, DESKTOP, PHONE } from "./lib/browser.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { ASSETS, BIN, scenario } from "./lib/world.mjs";

const PLACE = "bandung-dago";
const EVERYDAY = `${ASSETS}/surveys/everyday.yaml`;
const ADDRESS_BURST = 60; // http_phones.c
const DOT = 6; // pixels a module
const QUIET = 4; // modules around a code
const FAKETIME = ["x86_64-linux-gnu", "aarch64-linux-gnu", "arm-linux-gnueabihf"].map((arch) => `/usr/lib/${arch}/faketime/libfaketimeMT.so.1`).find(existsSync);
const random = () => randomBytes(16).toString("hex");

async function system(world, { pushed = true } = {}) {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const ctl = (...args) => run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
  if (pushed) assert.equal((await ctl("push", EVERYDAY, "--place", PLACE)).code, 0);
  const manager = await Session.login(aggregator.url);
  const made = await manager.raw("POST", "/api/v1/phones", { place: PLACE });
  assert.equal(made.status, 201);
  const { id, path } = await made.json();
  const token = path.slice("/q/".length);
  const anybody = new Session(aggregator.url);
  const answer = (body, headers) => anybody.raw("POST", `/api/v1/phone/${token}`, body, headers);
  const visit = (answers, more = {}) => ({ visit: random(), lang: "id", answers, ...more });
  const ratings = async () => Number(await aggregator.store.one("SELECT count(*) FROM event WHERE kind = 0"));
  return { broker, aggregator, ctl, manager, anybody, id, path, token, answer, visit, ratings };
}

async function kioskOf(world, broker) {
  const kiosk = new ForeignKiosk({ port: broker.port, id: "dago-entrance", branch: PLACE, secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  return kiosk;
}

scenario("phone: a visit on a phone, in the browser's language, stored as it was touched, thanked once it is stored", async (world) => {
  const { aggregator, path } = await system(world);
  const { store, url } = aggregator;
  const page = await (await Browser.start(world)).open(url + path, { viewport: PHONE, locale: "id-ID" });
  assert.equal(await page.page.getAttribute("html", "lang"), "id");
  assert.match(await page.page.textContent("h1"), /Bagaimana layanan kami hari ini\?/);
  assert.equal(await page.id("place").textContent(), "Bandung Dago");
  await page.id("lang").selectOption("en");
  assert.match(await page.page.textContent("h1"), /How was our service today\?/);
  await page.id("face-2").click();
  await waitFor("the face to be stored, whatever follows", async () => (await store.one("SELECT count(*) FROM event")) === 1);
  await page.id("question-why").waitFor();
  const tiles = await page.page.locator(".tiles button").allTextContents();
  assert.equal(tiles.length, 8);
  assert.equal(await page.page.locator("h1").evaluate((h) => h === document.activeElement), true, "a reader of screens is led on");
  await page.id("option-wait").click();
  await page.id("text").fill("<img src=x onerror=alert(1)> antre lama");
  await page.id("send").click();
  await page.id("thanks").waitFor();
  const rows = JSON.parse(await store.one("SELECT json_group_array(json_array(e.kind, n.id, e.score, e.levels, e.flags, e.visit = (SELECT min(seq) FROM event), k.id LIKE 'phone-%')) FROM event e JOIN name n USING(name_id) JOIN epoch p USING(epoch_id) JOIN kiosk k USING(kiosk_id) ORDER BY e.event_id"));
  assert.deepEqual(rows, [[0, "overall", 2, 5, 36, 1, 1], [1, "why", 0, 0, 36, 1, 1], [2, "comment", 0, 0, 36, 1, 1]]);
  assert.equal((await page.page.context().cookies()).length, 0, "no cookie");

  // The same person again: told kindly, not asked.
  await page.page.reload();
  await page.id("notice").waitFor();
  assert.match(await page.page.textContent("h1"), /^You told us at \d\d:\d\d\. Thank you!$/);
  page.clean();
});

scenario("phone: nothing pushed: the question of the pages, with its reasons; right to left where the language is", async (world) => {
  const { aggregator, path, ctl } = await system(world, { pushed: false });
  const browser = await Browser.start(world);
  const page = await browser.open(aggregator.url + path, { viewport: PHONE });
  await page.id("face-5").click();
  await page.id("option-wait").click();
  await page.id("option-room").click();
  await page.id("done").click();
  await page.id("thanks").waitFor();
  assert.equal(await aggregator.store.one("SELECT json_extract(body, '$.options') FROM event WHERE kind = 1"), '["wait","room"]');
  page.clean();

  const arabic = readFileSync(EVERYDAY, "utf8").replace("languages: [id, en]", "languages: [id, ar]");
  writeFileSync(world.path("ar.yaml"), arabic);
  assert.equal((await ctl("push", world.path("ar.yaml"), "--place", PLACE)).code, 0);
  const other = await browser.open(aggregator.url + path, { viewport: PHONE, locale: "ar" });
  await other.id("face-5").waitFor();
  assert.equal(await other.page.getAttribute("html", "dir"), "rtl");
  other.clean();
});

scenario("phone: sent again and again, with the aggregator killed between, it counts once; an answer given without a network arrives", async (world) => {
  const { aggregator, path, answer, visit, ratings } = await system(world);
  const body = visit([{ question: "overall", score: 4 }]);
  for (let i = 0; i < 3; i++) assert.equal((await answer(body)).status, 204);
  assert.equal(await ratings(), 1);
  await aggregator.kill();
  await aggregator.up();
  body.answers.push({ question: "why", options: ["staff"] });
  for (let i = 0; i < 2; i++) assert.equal((await answer(body)).status, 204);
  assert.equal(await ratings(), 1);
  assert.equal(await aggregator.store.one("SELECT count(DISTINCT epoch_id || '/' || visit) || ' ' || count(*) FROM event"), "1 2");

  const page = await (await Browser.start(world)).open(aggregator.url + path, { viewport: PHONE, locale: "id-ID" });
  await page.id("face-1").waitFor();
  await aggregator.kill();
  await page.id("face-1").click();
  await page.id("skip").click();
  await page.id("skip").click();
  await waitFor("it to say so", async () => (await page.page.textContent("h1")) === "Belum terkirim");
  assert.equal(await page.id("thanks").count(), 0, "not thanked before it is stored");
  await aggregator.up();
  await page.id("thanks").waitFor({ timeout: 40_000 });
  assert.equal(await ratings(), 2);
  // Both ends see it once, also when the page is opened anew.
  await page.page.reload();
  await page.id("notice").waitFor();
  assert.equal(await ratings(), 2);
  page.clean();
});

scenario("phone: votes by phone stand apart: no score, reason, trend, alert or step of the kiosks has them", async (world) => {
  const { broker, aggregator, manager, answer, visit, ctl } = await system(world);
  const kiosk = await kioskOf(world, broker);
  for (let i = 0; i < 5; i++) kiosk.press(5);
  await kiosk.settled();
  await waitFor("the step", async () => (await manager.today()).score.n === 5);
  for (let i = 0; i < 14; i++) assert.equal((await answer(visit([{ question: "overall", score: i < 3 ? 5 : 1 }, { question: "why", options: ["wait"] }, { question: "comment", text: `Kata ${i}` }]))).status, 204);
  const today = await manager.today();
  assert.deepEqual([today.score.n, today.score.good, today.reasons.answered, today.alerts.length], [5, 5, 0, 0]);
  assert.deepEqual([today.phone.n, today.phone.good], [10, 3], "in whole steps");
  assert.deepEqual(today.kiosks.map(({ id }) => id), ["dago-entrance"]);
  assert.deepEqual([today.coverage.stored, today.coverage.complete], [5, true]);
  assert.equal(await aggregator.store.one("SELECT coalesce(sum(c1 + c2 + c3 + c4 + c5), 0) FROM day_tally WHERE place_id = (SELECT place_id FROM place WHERE id = 'harapan')"), 5);
  assert.equal((await ctl("recount")).code, 0);
  assert.ok(!(await ctl("kiosks")).lines.join("\n").includes("phone-"), "it is no kiosk that stands anywhere");
  const { kiosks } = await (await Session.login(aggregator.url, "admin")).get("/api/v1/manage/kiosks");
  assert.deepEqual(kiosks.map(({ item }) => item.id), ["dago-entrance"], "nor one to manage");
  const csv = await manager.raw("GET", `/api/v1/export?place=${PLACE}&format=csv`);
  assert.equal(csv.status, 200);

  const page = await (await Browser.start(world)).open(aggregator.url, { viewport: PHONE });
  await page.enter();
  assert.match(await page.id("phone-n").textContent(), /^(And 10 by phone, 30% satisfied|Dan 10 lewat ponsel, 30% puas)/);
  assert.equal(await page.number("score-n"), 5);
  page.clean();
});

scenario("phone: the day after, trends and report tell them by themselves, with n and interval, and the kiosks without them", async (world) => {
  assert.ok(FAKETIME, "faketime is missing: make test-deps");
  const { broker, aggregator, answer, visit, ctl } = await system(world);
  const kiosk = await kioskOf(world, broker);
  for (let i = 0; i < 40; i++) kiosk.press(5);
  await kiosk.settled();
  for (let i = 0; i < 36; i++) assert.equal((await answer(visit([{ question: "overall", score: i < 9 ? 5 : 1 }]))).status, 204);
  await aggregator.stop();
  Object.assign(aggregator.env, { LD_PRELOAD: FAKETIME, FAKETIME: "+1d", FAKETIME_DONT_FAKE_MONOTONIC: "1" });
  await aggregator.up();
  const admin = await Session.login(aggregator.url, "admin");
  const report = (name, more = "") => admin.get(`/api/v1/trends/${name}?place=harapan${more}`);
  await waitFor("the days to be added up", async () => !(await report("compare")).building);
  const phones = (await report("compare", "&segment=source:phone")).after;
  assert.deepEqual([phones.n, phones.good, phones.enough, phones.lo < 0.25 && phones.hi > 0.25], [36, 9, true, true]);
  assert.equal((await report("compare")).after.n, 40);
  assert.deepEqual((await report("segments")).segments.map(({ segment, n }) => [segment, n]), [["source:phone", 36]]);
  assert.equal((await ctl("recount")).code, 0);

  const page = await (await Browser.start(world)).open(`${aggregator.url}/?page=trends&place=${PLACE}`);
  await page.login("admin");
  const figure = (name, want) => waitFor(async () => `${name} to be ${want}; it is ${await page.id(`figure-${name}`).textContent()}`, async () => (await page.id(`figure-${name}`).textContent({ timeout: 500 }).catch(() => "")) === want);
  await figure("votes", "40");
  await page.id("source-phones").click();
  await figure("votes", "36");
  await figure("share", "25.0%");
  assert.match(await page.id("figures").textContent(), /25\.0%\d[\d.]*\u2013\d/, "with its interval");
  assert.match(await page.id("phones-only").textContent(), /count in no figure of the kiosks/);
  for (const card of ["grid", "reasons", "ranking"]) assert.equal(await page.id(`card-${card}`).count(), 0, `${card} is of kiosks`);
  assert.equal(await page.id("coverage").count(), 0, "nobody knows how many there were");
  await page.accessible("trends of phones");
  await page.shot("phone-trends");
  await page.page.reload(); // the address says it
  await figure("votes", "36");
  await page.id("to-report").click();
  await page.id("report-phones").waitFor();
  await waitFor("the report", async () => (await page.id("report-votes").textContent({ timeout: 500 }).catch(() => "")) === "36");
  await page.accessible("the report of phones");
  await page.shot("phone-report");
  await page.id("source-kiosks").click();
  await waitFor("the kiosks'", async () => (await page.id("report-votes").textContent({ timeout: 500 }).catch(() => "")) === "40");
  page.clean();
});

const filesBelow = (folder) => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((f) => f.isFile()).map((f) => join(f.path, f.name));

scenario("phone: who asks to be called says so by consent, is sealed before it is stored, called from the page, and gone", async (world) => {
  const { aggregator, ctl, path, manager, answer, visit } = await system(world, { pushed: false });
  const { store, url } = aggregator;
  writeFileSync(world.path("content.yaml"), `languages: [id, en]
survey:
  id: call
  version: 7
  questions:
    - { id: overall, type: faces, of: 5 }
    - { id: reach, type: contact, keep_days: 3 }
`);
  assert.equal((await ctl("push", world.path("content.yaml"), "--place", PLACE)).code, 0);
  const admin = await Session.login(url, "admin");
  assert.equal((await admin.raw("POST", "/api/v1/manage/standards/call", { item: { kind: "contact", place: PLACE }, version: "" })).status, 200);
  const page = await (await Browser.start(world)).open(url + path, { viewport: PHONE, locale: "id-ID" });
  await page.id("face-1").click();
  await page.id("question-reach").waitFor();
  assert.match(await page.id("purpose").textContent(), /dihapus setelah 3 hari/);
  assert.ok(!/anonim/i.test(await page.page.textContent("footer")), "it is not anonymous");
  for (const colorScheme of ["light", "dark"]) {
    await page.page.emulateMedia({ colorScheme });
    await page.accessible(`contact, ${colorScheme}`);
    await page.shot(`phone-contact-${colorScheme}`);
  }
  assert.equal(await page.id("agree").isDisabled(), true, "nothing is left yet");
  await page.id("contact-name").fill("Siti Rahmawati");
  await page.id("contact-reach").fill("0812-3456-7890");
  await page.id("agree").click();
  await page.id("thanks").waitFor();
  await waitFor("the alert: somebody waits, whatever they answered on", async () => (await manager.today()).alerts.some(({ kind }) => kind === "contact"));
  await waitFor("the case", async () => (await store.one("SELECT count(*) FROM contact_case")) === 1);
  assert.ok(!JSON.stringify(await page.page.evaluate(() => ({ ...localStorage }))).includes("0812"), "it does not stay on the phone");
  assert.ok(!/anonim/i.test(await page.page.textContent("footer")), "nor is it now");
  const kept = () => filesBelow(world.dir).filter((file) => /Siti Rahmawati|0812-3456-7890/.test(readFileSync(file, "latin1")));
  assert.deepEqual(kept(), []);
  assert.equal(await store.one("SELECT flags & 36 FROM event WHERE kind = 3"), 36, "told apart, as all that came by phone");
  page.clean();

  // Sent twice it is one; what is no contact is refused.
  const face = { question: "overall", score: 2 };
  const body = visit([face, { question: "reach", name: "", reach: "anna@example.org" }]);
  for (let i = 0; i < 2; i++) assert.equal((await answer(body)).status, 204);
  assert.equal(await store.one("SELECT count(*) FROM contact"), 2);
  for (const wrong of [{}, { name: "A" }, { name: "A", reach: "" }, { name: "A", reach: 7 }, { name: "A\nB", reach: "1" }, { name: "A", reach: "x".repeat(321) }, { reach: "1" }]) assert.equal((await answer(visit([face, { question: "reach", ...wrong }]))).status, 422, JSON.stringify(wrong).slice(0, 60));
  assert.equal((await answer(visit([face, { question: "reach", name: "\u00e9".repeat(160), reach: "x".repeat(320) }]))).status, 204, "at the limit");

  // As somebody who asked at a kiosk: taken, seen by whoever took it, and deleted with what came of it, or by request.
  const { contacts } = await manager.get(`/api/v1/contacts?place=${PLACE}`);
  assert.equal(contacts.length, 3);
  const event = await store.one("SELECT min(event_id) FROM contact");
  await manager.post(`/api/v1/contacts/${event}/take`, { comment: "" });
  assert.deepEqual(await (await manager.raw("POST", `/api/v1/contacts/${event}/open`, {})).json(), { name: "Siti Rahmawati", reach: "0812-3456-7890" });
  await manager.post(`/api/v1/contacts/${event}/outcome`, { outcome: "called", done: true, comment: "" });
  assert.equal(await store.one(`SELECT count(*) FROM contact WHERE event_id = ${event}`), 0);
  assert.equal((await ctl("erase", "--contact", "anna@example.org")).code, 0);
  assert.equal(await store.one("SELECT count(*) FROM contact"), 1);
  assert.deepEqual(kept(), []);
});

scenario("phone: what is wrong is refused and said; nothing of it is stored", async (world) => {
  const { aggregator, answer, visit, anybody, token, ratings } = await system(world);
  const face = { question: "overall", score: 3 };
  const wrong = [
    ["", "no JSON"], ["", "[]"], ["visit", { ...visit([face]), visit: "x" }], ["visit", { ...visit([face]), visit: `${"0".repeat(31)}G` }], ["lang", visit([face], { lang: "xx" })],
    ["answers", visit([])], ["answers", visit(Array(13).fill(face))], ["answers", visit([face, face])], ["answers", visit([{ question: "nothing", score: 1 }])],
    ["answers", visit([{ question: "overall", score: 6 }])], ["answers", visit([{ question: "overall", score: 0 }])], ["answers", visit([{ question: "overall", score: 2.5 }])], ["answers", visit([{ question: "overall" }])],
    ["answers", visit([{ question: "why", options: ["wait"] }])], // the face is missing
    ["answers", visit([face, { question: "why", options: ["wait", "staff"] }])], ["answers", visit([face, { question: "why", options: ["nothing"] }])], ["answers", visit([face, { question: "why", options: "wait" }])],
    ["answers", visit([face, { question: "comment", text: "" }])], ["answers", visit([face, { question: "comment", text: "x".repeat(1001) }])], ["", visit([face, { question: "comment", text: "a\u0000b" }])],
    ["answers", visit(["overall", 1])],
  ];
  for (const [field, body] of wrong) {
    const refused = await answer(body);
    assert.equal(refused.status, 422, JSON.stringify(body).slice(0, 200));
    assert.equal((await refused.json()).field ?? "", field, JSON.stringify(body).slice(0, 200));
  }
  assert.equal((await answer(visit([face]), {})).status, 403, "a form of another site");
  assert.equal((await answer("x".repeat(17_000))).status, 413);
  assert.equal((await answer(visit([face, { question: "comment", text: "é".repeat(500) }]))).status, 204, "at the limit");
  assert.equal(await ratings(), 1);
  for (const other of [token.replace(/./g, "0"), "x", token.slice(1), `${token}0`, "..", "%00"]) assert.equal((await anybody.raw("GET", `/api/v1/phone/${other}`)).status, 404, other);
  assert.equal(await aggregator.store.one("SELECT count(*) FROM quarantine"), 0);
});

scenario("phone: too many from one address are told to wait; the others are taken in", async (world) => {
  const { answer, visit, ratings } = await system(world);
  const from = (address) => answer(visit([{ question: "overall", score: 1 }]), { "X-Puas": "1", "X-Forwarded-For": address });
  let taken = 0, refused;
  while (taken <= ADDRESS_BURST + 5 && !refused) {
    const came = await from("192.0.2.7");
    if (came.status === 429) refused = came;
    else assert.equal(came.status, 204);
    taken += came.status === 204;
  }
  assert.ok(refused && taken >= ADDRESS_BURST, `${taken} taken`);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  assert.match((await refused.json()).title, /Too many answers/);
  assert.equal((await from("192.0.2.8")).status, 204);
  assert.equal(await ratings(), taken + 1);
});

scenario("phone: codes by role and place, one a place, on record; taken back at once; the next one keeps the place's kiosk", async (world) => {
  const { aggregator, manager, id, path, answer, visit } = await system(world);
  const { url, store } = aggregator;
  const admin = await Session.login(url, "admin");
  const post = (session, body) => session.raw("POST", "/api/v1/phones", body);
  assert.equal((await post(manager, { place: PLACE })).status, 409);
  assert.equal((await post(manager, { place: "harapan" })).status, 422, "above his place");
  assert.equal((await post(manager, {})).status, 422);
  assert.equal((await post(new Session(url), { place: PLACE })).status, 401);
  const token = (role) => admin.raw("POST", "/api/v1/tokens", { name: role, place: PLACE, role }).then((a) => a.json());
  const viewer = { Authorization: `Bearer ${(await token("viewer")).token}` };
  assert.equal((await new Session(url).raw("POST", "/api/v1/phones", { place: PLACE }, viewer)).status, 403);
  assert.equal((await new Session(url).raw("POST", `/api/v1/phones/${id}/revoke`, {}, viewer)).status, 403);
  assert.equal((await post(admin, { place: "jawa-barat" })).status, 201);
  assert.deepEqual((await manager.get("/api/v1/phones")).phones.map((p) => [p.id, p.place.id, p.path, p.by]), [[id, PLACE, path, "manager"]]);
  const other = (await admin.get("/api/v1/phones")).phones.find((p) => p.place.id === "jawa-barat");
  assert.equal((await manager.raw("POST", `/api/v1/phones/${other.id}/revoke`, {})).status, 404);

  assert.equal((await answer(visit([{ question: "overall", score: 5 }]))).status, 204);
  await manager.post(`/api/v1/phones/${id}/revoke`, {});
  assert.equal((await answer(visit([{ question: "overall", score: 5 }]))).status, 404);
  assert.equal((await manager.raw("POST", `/api/v1/phones/${id}/revoke`, {})).status, 404);
  const page = await (await Browser.start(world)).open(url + path, { viewport: PHONE });
  await page.id("notice").waitFor();
  assert.match(await page.page.textContent("h1"), /This code is no longer in use/);
  page.clean();
  assert.equal((await post(manager, { place: PLACE })).status, 201);
  assert.equal(await store.one(`SELECT count(DISTINCT kiosk_id) || ' ' || count(*) FROM phone WHERE place_id = (SELECT place_id FROM place WHERE id = '${PLACE}')`), "1 2");
  assert.equal(await store.one("SELECT group_concat(who || ' ' || action || ' ' || subject, ', ') FROM (SELECT * FROM audit WHERE action LIKE 'phone%' ORDER BY audit_id)"), `manager phone-open ${PLACE}, admin phone-open jawa-barat, manager phone-end ${id}, manager phone-open ${PLACE}`);
});

scenario("phone: every screen is accessible, in both themes", async (world) => {
  const { aggregator, path } = await system(world);
  const browser = await Browser.start(world);
  for (const colorScheme of ["light", "dark"]) {
    const page = await browser.open(aggregator.url + path, { viewport: PHONE, locale: colorScheme === "light" ? "id-ID" : "en-GB", colorScheme });
    await page.id("face-4").waitFor();
    await page.accessible(`faces, ${colorScheme}`);
    await page.shot(`phone-faces-${colorScheme}`);
    const sizes = await page.page.locator("button, select").evaluateAll((all) => all.map((b) => b.getBoundingClientRect().height));
    assert.ok(Math.min(...sizes) >= 44, `targets of ${Math.min(...sizes)} px`);
    await page.id("face-4").click();
    await page.id("question-why").waitFor();
    await page.accessible(`reasons, ${colorScheme}`);
    await page.shot(`phone-why-${colorScheme}`);
    await page.id("option-staff").click();
    await page.id("text").waitFor();
    await page.accessible(`words, ${colorScheme}`);
    await page.shot(`phone-text-${colorScheme}`);
    await page.id("skip").click();
    await page.id("thanks").waitFor();
    await page.accessible(`thanks, ${colorScheme}`);
    await page.shot(`phone-thanks-${colorScheme}`);
    page.clean();
  }
});

scenario("poster: a manager makes the code, prints it in either language, and takes it back; the code can be read", async (world) => {
  const { aggregator, manager, id, path } = await system(world);
  const { url } = aggregator;
  await manager.post(`/api/v1/phones/${id}/revoke`, {});
  const page = await (await Browser.start(world)).open(url, { viewport: DESKTOP });
  await page.enter();
  await page.id("account").click();
  await page.id("to-poster").click();
  await page.id("phone-make").click();
  const sheet = page.id("poster");
  await sheet.waitFor();
  const { phones } = await manager.get("/api/v1/phones");
  assert.notEqual(phones[0].path, path);
  assert.match(await sheet.textContent(), new RegExp(`Bandung Dago.*${phones[0].path}`, "s"));
  for (const [lang, question, promise] of [["id", /Bagaimana layanan kami hari ini\?/, /Ramah, jelas, dan tanpa antre lama/], ["en", /How was our service today\?/, /Friendly, clear, and without a long wait/]]) {
    await page.id(`poster-lang-${lang}`).click();
    await waitFor(`the poster in ${lang}`, async () => question.test(await sheet.textContent()) && promise.test(await sheet.textContent()));
    await page.accessible(`poster, ${lang}`);
    await page.shot(`poster-page-${lang}`);
    const pdf = await page.page.pdf({ preferCSSPageSize: true, printBackground: true });
    const text = pdf.toString("latin1");
    assert.equal(text.match(/\/Type\s*\/Page\b/g).length, 1, "one sheet");
    const [, , w, h] = /MediaBox\s*\[([^\]]+)\]/.exec(text)[1].trim().split(/\s+/).map(Number);
    assert.deepEqual([Math.round(w), Math.round(h)], [595, 842], "A4");
    writeFileSync(world.path(`poster-${lang}.pdf`), pdf);
    await page.page.emulateMedia({ media: "print" });
    await page.page.setViewportSize({ width: 794, height: 1123 });
    await page.shot(`poster-${lang}`);
    await page.page.emulateMedia({ media: null });
    await page.page.setViewportSize(DESKTOP);
  }
  // Another program's reader finds the address in its modules.
  const link = url + phones[0].path;
  const [side, modules] = await page.id("code").evaluate((svg) => [svg.viewBox.baseVal.width, [...svg.querySelector(".dark").getAttribute("d").matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => [Number(x), Number(y)])]);
  const width = side * DOT;
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [x, y] of modules)
    for (let i = 0; i < DOT * DOT; i++) pixels.fill(0, (((y + QUIET) * DOT + Math.floor(i / DOT)) * width + (x + QUIET) * DOT + (i % DOT)) * 4, (((y + QUIET) * DOT + Math.floor(i / DOT)) * width + (x + QUIET) * DOT + (i % DOT)) * 4 + 3);
  assert.equal(jsQR(pixels, width, width)?.data, link);
  assert.equal(await page.id("code").getAttribute("aria-label"), `QR code: ${link}`);
  await page.page.emulateMedia({ colorScheme: "dark" });
  await page.accessible("poster, dark");

  // On a manager's phone too: links to screens, and taking the code back.
  await page.page.setViewportSize(PHONE);
  await page.id("share").first().click();
  await page.id("share-make").click();
  await page.id("share-url").waitFor();
  await page.page.keyboard.press("Escape");
  const small = await page.page.locator(".poster-side :is(a, button, select)").evaluateAll((list) => list.filter((each) => each.offsetParent && each.getBoundingClientRect().height < 43.5).map((each) => each.textContent));
  assert.deepEqual(small, [], "targets under 44 px");
  await page.id("phone-end").click();
  await page.id("phone-end-yes").click();
  await page.id("phone-make").waitFor();
  assert.deepEqual((await manager.get("/api/v1/phones")).phones, []);
  page.clean();
});
