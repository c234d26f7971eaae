// A visit of several questions, touched on the real kiosk: every answer is an event of its own, kept also when the
// customer walks away, and the reasons reach the page.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker } from "./lib/broker.mjs";
import { Browser, PHONE } from "./lib/browser.mjs";
import { TouchScreen } from "./lib/display.mjs";
import { Kiosk } from "./lib/kiosk.mjs";
import { run } from "./lib/process.mjs";
import { query } from "./lib/store.mjs";
import { waitFor } from "./lib/wait.mjs";
import { BIN, scenario } from "./lib/world.mjs";

const SURVEY = `survey:
  id: service
  version: 1
  questions:
    - { id: overall, type: faces, of: 5, dimension: overall }
    - id: why
      type: choice
      options: [ { id: wait }, { id: counters }, { id: staff }, { id: room } ]
    - { id: liked, type: choice, several: true, options: [ { id: staff }, { id: room }, { id: procedure } ] }
    - { id: words, type: text }
`;

const said = (kiosk) =>
  query(`${kiosk.state}/outbox.db`, "SELECT seq, visit, type, question, score, options, text FROM event ORDER BY seq").then((rows) =>
    rows.map((row) => `${row.seq} of ${row.visit}: ${row.question} ${row.score || row.options || row.text}`),
  );

scenario("a face, a reason, several likes and words: four events of one visit, and the page shows the reason", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await TouchScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, survey: SURVEY, times: { settle_step: "0 s" } });
  for (let visit = 0; visit < 6; visit++) {
    await kiosk.answer("face-2", "choice");
    await kiosk.answer("option-wait", "choice");
    const from = kiosk.process.mark();
    await kiosk.touch("option-room");
    await kiosk.process.line(/ target id=done /, { from });
    await kiosk.touch("option-staff");
    await kiosk.answer("done", "text");
    await kiosk.touch("key-0");
    await kiosk.touch("key-1");
    await kiosk.answer("done", "thanks");
    await kiosk.process.line(/ screen name=question /, { from });
  }
  const rows = await said(kiosk);
  assert.equal(rows.length, 24);
  assert.deepEqual(rows.slice(4, 8), ["5 of 5: overall 2", "6 of 5: why wait", "7 of 5: liked staff room", "8 of 5: words qw"]);
  await kiosk.drained();
  await waitFor("24 events in the store", async () => (await aggregator.store.count()) === 24);
  const page = await (await (await Browser.start(world)).open(aggregator.url)).enter();
  await waitFor("the reason on the page", async () => /(Long wait|Antrean lama)/.test(await page.page.locator("body").innerText()));
});

scenario("who walks away leaves what they touched, and the next customer finds the first question", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await TouchScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, survey: SURVEY, times: { settle_step: "0 s", step: "1500 ms", warn: "500 ms" } });
  let from = kiosk.process.mark();
  await kiosk.answer("face-5", "choice");
  await kiosk.process.line(/ screen name=question /, { from }); // nothing chosen
  from = kiosk.process.mark();
  await kiosk.answer("face-1", "choice");
  await kiosk.answer("skip", "choice");
  const picked = kiosk.process.mark();
  await kiosk.touch("option-procedure");
  await kiosk.process.line(/ screen name=question /, { from: picked }); // picked, never handed in
  assert.deepEqual(await said(kiosk), ["1 of 1: overall 5", "2 of 2: overall 1", "3 of 2: liked procedure"]);
  await kiosk.drained();
  await waitFor("three events in the store", async () => (await aggregator.store.count()) === 3);
});

scenario("the end of the program saves what was picked; the count of today is there again after it", async (world) => {
  const broker = await Broker.start(world);
  const screen = await TouchScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, survey: SURVEY, times: { settle_step: "0 s" } });
  await kiosk.process.line(/ tally visits=0$/);
  for (let visit = 0; visit < 2; visit++) {
    const from = kiosk.process.mark();
    await kiosk.answer("face-1", "choice");
    for (const next of ["choice", "text", "thanks"]) await kiosk.answer("skip", next);
    await kiosk.process.line(/ screen name=question /, { from });
  }
  await kiosk.answer("face-4", "choice");
  await kiosk.answer("skip", "choice");
  await kiosk.touch("option-room");
  await kiosk.process.stop(); // SIGTERM
  assert.equal(kiosk.process.code, 0);
  assert.deepEqual((await said(kiosk)).slice(2), ["3 of 3: overall 4", "4 of 3: liked room"]);
  await kiosk.up();
  await kiosk.process.line(/ tally visits=3$/);
});

scenario("contact data is sealed before it reaches the card, and asks for consent", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await TouchScreen.start(world);
  const key = Buffer.from(Array.from({ length: 32 }, (_, i) => (i === 0 ? 9 : 0))).toString("base64"); // a point that any secret key could stand for
  const survey = `survey:
  id: service
  version: 1
  questions:
    - { id: overall, type: faces, of: 5 }
    - { id: reach, type: contact }
contact_key: ${key}
`;
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, survey, times: { settle_step: "0 s", typing: "15 s", warn: "1 s" } });
  await kiosk.answer("face-2", "contact");
  await broker.kill(); // what is acknowledged is wiped from the card
  for (const name of ["key-20", "key-14", "key-20", "key-14"]) await kiosk.touch(name); // z g z g
  await kiosk.touch("field-2");
  for (const name of ["key-21", "key-15", "key-21"]) await kiosk.touch(name); // x h x
  const from = kiosk.process.mark();
  await kiosk.answer("done", "thanks");
  await kiosk.process.line(/ screen name=question /, { from });
  const [, contact] = await query(`${kiosk.state}/outbox.db`, "SELECT seq, type, question, text FROM event ORDER BY seq");
  assert.equal(contact.question, "reach");
  assert.match(contact.text, /^[A-Za-z0-9+/]{60,}={0,2}$/);
  for (const file of readdirSync(kiosk.state)) assert.ok(!/zgzg|xhx/i.test(readFileSync(join(kiosk.state, file), "latin1")), `${file} holds what was written`);
  await broker.up();
  await kiosk.drained();
  await waitFor("both events in the store", async () => (await aggregator.store.count()) === 2);
});

scenario("who asks to be called is called from the page: shown to whoever takes it, deleted with what came of it", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await TouchScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, times: { settle_step: "0 s", typing: "15 s", warn: "1 s" } });
  writeFileSync(world.path("content.yaml"), `survey:
  id: call
  version: 7
  questions:
    - { id: overall, type: faces, of: 5 }
    - { id: reach, type: contact, keep_days: 3 }
`);
  assert.equal((await run(`${BIN}/puasctl`, ["--config", aggregator.file, "push", world.path("content.yaml"), "--place", "bandung-dago"])).code, 0);
  await kiosk.process.line(/ content survey=call version=7 /);
  const browser = await Browser.start(world);
  const page = await browser.open(`${aggregator.url}/?place=bandung-dago`, { viewport: PHONE, locale: "id-ID" });
  await page.enter();
  assert.equal(await page.id("inbox").count(), 0, "nobody waits");
  await kiosk.answer("face-1", "contact");
  for (const name of ["key-20", "key-14", "key-20", "key-14"]) await kiosk.touch(name); // z g z g
  await kiosk.touch("field-2");
  for (const name of ["key-21", "key-15", "key-21", "key-15"]) await kiosk.touch(name); // x h x h
  await kiosk.answer("done", "thanks");
  await kiosk.drained();
  await page.id("inbox").waitFor();
  await page.accessible("the inbox");
  await page.shot("inbox");
  await page.id("inbox-take").click();
  await waitFor("what they left", async () => (await page.id("inbox-left").textContent({ timeout: 500 }).catch(() => "")) === "xhxh");
  assert.match(await page.id("inbox-one").textContent(), /zgzg/);
  await page.id("inbox-outcome").click();
  await page.id("inbox-what").selectOption("no-answer");
  await page.id("inbox-save").click();
  await waitFor("the attempt", async () => (await aggregator.store.one("SELECT outcome FROM contact_case")) === "no-answer");
  await page.shot("inbox-taken");
  for (const theme of ["light", "dark"]) {
    await page.page.evaluate((name) => (document.documentElement.dataset.theme = name), theme);
    await page.accessible(`the inbox, ${theme}`);
  }
  for (const button of await page.id("inbox").locator("button").all()) assert.ok((await button.boundingBox()).height >= 43.5);
  // A page opened anew shows it once more, on record each time.
  await page.page.reload();
  await page.live();
  await page.id("inbox-show").click();
  await waitFor("what they left, again", async () => (await page.id("inbox-left").textContent({ timeout: 500 }).catch(() => "")) === "xhxh");
  assert.equal(await aggregator.store.one("SELECT count(*) FROM audit WHERE action = 'contact-open' AND who = 'manager'"), 2);
  await page.id("inbox-outcome").click();
  await page.shot("inbox-outcome");
  await page.id("inbox-save").click();
  await waitFor("nobody to wait any more", async () => (await page.id("inbox").count()) === 0);
  assert.equal(await aggregator.store.one("SELECT count(*) FROM contact"), 0);
  page.clean();
});

const filesBelow = (folder) => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((f) => f.isFile()).map((f) => join(f.path, f.name));

scenario("who asks to be called is shown to whoever has the key, and to nobody else; erased and expired it is gone", async (world) => {
  const broker = await Broker.start(world, { persistence: true });
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await TouchScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, times: { settle_step: "0 s", typing: "15 s", warn: "1 s" } });
  const puasctl = async (...args) => {
    const p = await run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
    return { code: p.code, text: p.lines.join("\n") };
  };
  const waiting = async (...args) => JSON.parse((await puasctl("--json", "contacts", ...args)).text);
  const key = join(aggregator.data, "contact.key");
  assert.equal(statSync(key).mode & 0o777, 0o600);
  const secret = readFileSync(key, "utf8").trim();
  const { text: printed } = await puasctl("contact-key");
  assert.match(printed, /^[A-Za-z0-9+/]{43}=$/);

  // No key in the document: the aggregator puts in its own.
  writeFileSync(world.path("content.yaml"), `languages: [en, id]
language: en
survey:
  id: call
  version: 7
  questions:
    - { id: overall, type: faces, of: 5 }
    - { id: reach, type: contact, keep_days: 3, purpose: { en: "To call you back, deleted after %d days", id: Untuk menelepon } }
`);
  const pushed = await puasctl("push", world.path("content.yaml"), "--place", "bandung-dago");
  assert.equal(pushed.code, 0, pushed.text);
  await kiosk.process.line(/ content survey=call version=7 /);
  const leave = async () => {
    let from = kiosk.process.mark();
    await kiosk.answer("face-1", "contact");
    for (const name of ["key-20", "key-14", "key-20", "key-14"]) await kiosk.touch(name); // z g z g
    await kiosk.touch("field-2");
    for (const name of ["key-21", "key-15", "key-21", "key-15"]) await kiosk.touch(name); // x h x h
    from = kiosk.process.mark();
    await kiosk.answer("done", "thanks");
    await kiosk.process.line(/ screen name=question /, { from });
    await kiosk.drained();
  };
  await leave();
  const [one] = await waitFor("the contact", async () => { const list = await waiting(); return list.length === 1 && list; });
  assert.deepEqual([one.name, one.reach, one.place, one.kiosk, one.question, one.opened], ["zgzg", "xhxh", "bandung-dago", "dago-entrance", "reach", true]);
  assert.equal(one.purpose, "To call you back, deleted after 3 days");
  assert.equal(one.expires - one.at, 3 * 86_400_000);
  assert.equal((await waiting("--place", "bandung-dago")).length, 1);
  assert.match((await puasctl("contacts")).text, /zgzg +xhxh/);
  assert.notEqual((await puasctl("contacts", "--place", "nowhere")).code, 0);

  // In the clear it is nowhere, and the kiosk has not even kept it sealed.
  const sealed = await aggregator.store.one("SELECT sealed FROM contact");
  const [row] = await query(`${kiosk.state}/outbox.db`, "SELECT text FROM event WHERE type = 3");
  assert.equal(row.text, "");
  await waitFor("the card without it", async () => filesBelow(kiosk.state).every((file) => !readFileSync(file, "latin1").includes(sealed)));
  for (const file of filesBelow(world.dir)) {
    const bytes = readFileSync(file, "latin1");
    assert.doesNotMatch(bytes, /zgzg|xhxh/i, `${file} holds what was written`);
    if (file !== key) assert.ok(!bytes.includes(secret), `${file} holds the secret key`);
  }
  for (const program of [broker, aggregator, kiosk]) assert.doesNotMatch(program.process.lines.join("\n"), /zgzg|xhxh/i);
  assert.ok(![broker, aggregator, kiosk].some((program) => program.process.lines.some((line) => line.includes(secret))));

  // Sent again it is the same answer, though its text is gone.
  assert.equal((await puasctl("command", "dago-entrance", "resend")).code, 0);
  await kiosk.drained();
  assert.equal(aggregator.process.find(/ key_conflict /), null);
  assert.equal((await aggregator.store.quarantine()).length, 0);
  assert.equal((await waiting())[0].reach, "xhxh");

  // Erased by hand, then one whose time is over. The answers stay.
  assert.equal((await puasctl("contacts", "erase", String(one.event))).code, 0);
  assert.equal((await puasctl("contacts", "erase", String(one.event))).code, 1, "it is gone");
  assert.deepEqual(await waiting(), []);
  await leave();
  const [two] = await waitFor("the second one", async () => { const list = await waiting(); return list.length === 1 && list; });
  const other = await aggregator.store.one("SELECT sealed FROM contact");
  await run("sqlite3", ["-cmd", ".timeout 5000", aggregator.store.file, `UPDATE contact SET expires = ${two.at} WHERE event_id = ${two.event}`]);
  await waitFor("its end", async () => (await aggregator.store.one("SELECT count(*) FROM contact")) === 0);
  await waitFor("a store without a byte of either", async () =>
    filesBelow(aggregator.data).every((file) => { const bytes = readFileSync(file, "latin1"); return !bytes.includes(sealed) && !bytes.includes(other); }));
  assert.equal(await aggregator.store.one("SELECT count(*) FROM event WHERE kind = 3 AND json_extract(body, '$.text') IS NULL"), 2);
  assert.equal(await aggregator.store.one(`SELECT count(*) FROM audit WHERE action = 'contact-erase' AND subject = '${one.event}' AND detail <> ''`), 1);
  assert.ok((await aggregator.store.one("SELECT count(*) FROM audit WHERE action = 'contacts-read'")) >= 5);
  // Found by what was left, whatever its case; the score stays.
  await leave();
  await waitFor("the third one", async () => (await waiting()).length === 1);
  assert.equal((await puasctl("erase", "--contact", "somebody@else")).code, 1);
  const erased = await puasctl("erase", "--contact", " XHXH");
  assert.equal(erased.code, 0, erased.text);
  assert.match(erased.text, /^dago-entrance\/[0-9a-f]{32}\/5: erased; its score stays/);
  assert.deepEqual(await waiting(), []);
  assert.equal(await aggregator.store.one("SELECT sum(c1) FROM tally"), 3);

  await aggregator.process.stop();
  const refused = await puasctl("contacts");
  assert.equal(refused.code, 1, "no record, no reading");
});
