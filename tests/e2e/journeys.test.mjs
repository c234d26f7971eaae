// The journeys of the product as one story: a customer at the exit, the branch manager's phone, head office the day after. Each
// step is looked for where it leaves something: in the store, in the mail, in a spreadsheet that another program reads.
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { Browser, PHONE } from "./lib/browser.mjs";
import { TouchScreen } from "./lib/display.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { checkExactlyOnce, Kiosk } from "./lib/kiosk.mjs";
import { certificate, MailReceiver, readMail } from "./lib/receivers.mjs";
import { readBook } from "./lib/sheet.mjs";
import { waitFor } from "./lib/wait.mjs";
import { scenario } from "./lib/world.mjs";

const FAKETIME = ["x86_64-linux-gnu", "aarch64-linux-gnu", "arm-linux-gnueabihf"].map((arch) => `/usr/lib/${arch}/faketime/libfaketimeMT.so.1`).find(existsSync);
const DAY = 86_400_000;
const JAKARTA = 7 * 3_600_000;
const NOON = 5 * 3_600_000; // of Jakarta, in UTC
const PUBLIC = "https://puas.example.org";
const HISTORY_DAYS = 27; // and the day of the story
const HISTORY = { "bandung-dago": ["dago-pharmacy", 18, 2], bogor: ["bogor-entrance", 15, 5] }; // kiosk; happy and unhappy votes a day
const UNHAPPY_MOST = 12; // visits; the alert is due before
const NOTE = "Loket ketiga dibuka; antrean habis";

const SURVEY = `survey:
  id: service
  version: 1
  questions:
    - { id: overall, type: faces, of: 5, dimension: overall }
    - { id: why, type: choice, options: [ { id: wait }, { id: counters }, { id: staff } ] }
`;
const PLAYBOOK = `      playbook:
        - { id: look, text: { en: Look at the queue, id: Lihat antrean } }
        - { id: open-counter, text: { en: Open a counter, id: Buka loket } }
`;

const today = () => Math.floor((Date.now() + JAKARTA) / DAY) * DAY; // of Jakarta, as if it were UTC
const day = (ago) => new Date(today() - ago * DAY).toISOString().slice(0, 10);

/** A chain with four weeks behind it, whose alerts go to the manager by mail and whose report goes to head office. */
async function chain(world) {
  const tls = await certificate(world);
  const receiver = await MailReceiver.start(world, { tls });
  const broker = await Broker.start(world, { users: ["aggregator", "dago-entrance", ...Object.values(HISTORY).map(([kiosk]) => kiosk)] });
  const mail = `kind: email, url: "smtps://localhost:${receiver.port}", user: ${MailReceiver.USER}, secret_file: ${world.path("secrets", "mail")}, from: puas@example.org, ca_file: ${tls.cert}, retry_min: 50 ms, retry_max: 400 ms`;
  const outside = `channels:
  - { id: sari, ${mail}, to: [sari@example.org], places: [bandung-dago], rules: [satisfied-85], lang: id }
  - { id: office, ${mail}, to: [nobody@example.org], rules: [none] }
mailings:
  - { id: day, channel: office, at: 0, place: bandung-dago, every: daily, lang: en, to: [head@example.org] }
`;
  world.folder("secrets");
  writeFileSync(world.path("secrets", "mail"), `${MailReceiver.PASSWORD}\n`);
  const aggregator = await Aggregator.start(world, {
    brokerPort: broker.port,
    change: (text) =>
      text
        .replace(/^ {2}kiosks:\n/m, "    - { id: bogor, kind: branch, parent: jawa-barat, name: Bogor Pajajaran }\n$&    - { id: dago-pharmacy, name: Pharmacy, place: bandung-dago }\n    - { id: bogor-entrance, name: Main entrance, place: bogor }\n")
        .replace(/(?<=^ {6}percent: 85\n)/m, PLAYBOOK)
        .replace(/^ {4}- id: unhappy-share$[^]*?(?=^ {2}users:)/m, "") // the promise alone watches
        .replace(/^http:$/m, `http:\n  public_url: ${PUBLIC}`)
        .replace(/^times:/m, `${outside}$&`),
  });
  for (const [branch, [id, happy, unhappy]] of Object.entries(HISTORY)) {
    const kiosk = new ForeignKiosk({ port: broker.port, id, branch, secret: SECRET });
    world.own("foreign kiosk", () => kiosk.die());
    await kiosk.connect();
    await kiosk.synced;
    for (let ago = HISTORY_DAYS; ago > 0; ago--) {
      for (let i = 0; i < happy + unhappy; i++) kiosk.press(i < happy ? 5 : 2, { at: today() - ago * DAY + NOON });
    }
    await kiosk.settled(60_000);
    await kiosk.goodbye();
  }
  return { broker, aggregator, receiver };
}

/** Visits of unhappy customers, who say why, until the promise is surely broken. Returns the alert. */
async function customers(world, { broker, aggregator }) {
  const { store } = aggregator;
  const screen = await TouchScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, survey: SURVEY, times: { settle_step: "0 s" } });
  const alerts = () => store.query("SELECT id, state FROM alert");
  let visits = 0;
  while ((await alerts()).length === 0) {
    assert.ok(visits < UNHAPPY_MOST, "no alert");
    visits++;
    const from = kiosk.process.mark();
    await kiosk.answer("face-1", "choice");
    await kiosk.answer(visits % 4 ? "option-wait" : "option-counters", "thanks");
    await kiosk.process.line(/ screen name=question /, { from });
    await waitFor("the visit in the store", async () => (await store.count()) === 2 * visits);
  }
  kiosk.taps = (await kiosk.outbox()).map(({ score }) => ({ score, boot: 1, thanked: true }));
  assert.equal(await checkExactlyOnce(kiosk, store), 2 * visits);
  assert.equal(await store.one("SELECT count(*) FROM event e JOIN name n USING(name_id) WHERE n.id = 'why'"), visits);
  await kiosk.process.stop();
  return { visits, alert: (await alerts())[0] };
}

/** From the message in the hand to the note that ends it, on a phone, in Indonesian. */
async function manager(world, { aggregator, receiver }, { alert }) {
  const { store } = aggregator;
  const to = (address) => receiver.mails.filter((mail) => mail.to.includes(address));
  const [mail] = await waitFor("the message", () => to("sari@example.org").length > 0 && to("sari@example.org"));
  const { headers, parts } = readMail(mail.text);
  assert.equal(headers.subject, "Bandung Dago: Janji tidak terpenuhi");
  const link = parts[0].text.match(/https:\S+/)[0];
  assert.ok(link.startsWith(`${PUBLIC}/?place=bandung-dago`), link);

  const page = await (await Browser.start(world)).open(link.replace(PUBLIC, aggregator.url), { viewport: PHONE, isMobile: true, hasTouch: true, locale: "id-ID" });
  await page.enter();
  const card = page.id("alert-card");
  assert.equal(await card.getAttribute("data-alert-id"), alert.id);
  assert.match(await card.textContent(), /Antrean lama/, "why");
  assert.match(await card.textContent(), /5 dari 5 suara tidak puas/, "figures move in steps of five votes");
  await card.getByRole("button", { name: "Mengapa" }).tap();
  await card.getByText("alarm palsu").first().waitFor();
  await page.shot("journey-manager-alert");

  await page.id("alert-ack").tap();
  await page.id("alert-comment-input").fill("Saya ke sana");
  await page.id("alert-confirm").tap();
  await waitFor("the acknowledgement", async () => (await store.one("SELECT state FROM alert")) === "acknowledged");
  await page.id("alert-more").tap();
  for (const step of ["look", "open-counter"]) {
    await page.id(`step-${step}`).tap();
    await waitFor(`the step ${step}`, async () => (await store.one(`SELECT amount FROM alert_log WHERE action = 'check' AND subject = '${step}'`)) === 1);
  }
  await page.shot("journey-manager-playbook");
  await page.page.keyboard.press("Escape");
  await page.id("alert-resolve").tap();
  await page.id("alert-comment-input").fill(NOTE);
  await page.id("alert-confirm").tap();
  await waitFor("the resolution", async () => (await store.one("SELECT state FROM alert")) === "resolved");
  await waitFor("the card to say so", async () => (await card.getAttribute("data-state")) === "resolved");
  assert.match(await card.textContent(), new RegExp(NOTE));
  const said = await store.query("SELECT who, action, text FROM alert_log WHERE who <> '' ORDER BY log_id");
  assert.deepEqual(said.map(({ who, action, text }) => [who, action, text]), [["manager", "ack", "Saya ke sana"], ["manager", "check", ""], ["manager", "check", ""], ["manager", "closed", NOTE]]);
  const [, ended] = await waitFor("the message of the end", () => to("sari@example.org").length === 2 && to("sari@example.org"));
  const end = readMail(ended.text);
  assert.equal(end.headers.subject, "Bandung Dago: selesai – Janji tidak terpenuhi");
  assert.match(end.parts[0].text, new RegExp(`^Oleh: Sari Wulandari\\r?\nCatatan: ${NOTE}`, "m"));
  await page.shot("journey-manager-resolved");
  page.clean();
}

async function saved(page, id, world) {
  const [download] = await Promise.all([page.page.waitForEvent("download"), page.id(id).click()]);
  await download.saveAs(world.path(download.suggestedFilename()));
  return readBook(world.path(download.suggestedFilename()));
}

const figure = (page, name, want) => waitFor(async () => `${name} to be ${want}; it is ${await page.id(`figure-${name}`).textContent()}`, async () => (await page.id(`figure-${name}`).textContent()) === want);

/** The day after: the report by mail, trends, their spreadsheet, and a link for somebody without a login. */
async function headOffice(world, { aggregator, receiver }, { visits }) {
  const { store } = aggregator;
  const mails = () => receiver.mails.filter((mail) => mail.to.includes("head@example.org"));
  await waitFor("the report of the day before the story", () => mails().length === 1);
  await aggregator.stop();
  Object.assign(aggregator.env, { LD_PRELOAD: FAKETIME, FAKETIME: "+1d", FAKETIME_DONT_FAKE_MONOTONIC: "1" });
  await aggregator.up();
  await waitFor("the report of the day of the story", () => mails().length === 2);
  const { parts } = readMail(mails()[1].text);
  assert.match(parts[1].text, new RegExp(`from=${day(0)}&amp;to=${day(0)}`));
  writeFileSync(world.path("mail.xlsx"), Buffer.from(parts[2].text, "base64"));
  const upright = Object.fromEntries((await readBook(world.path("mail.xlsx"))).Summary.map(([[, name], cell]) => [name, cell]));
  assert.deepEqual(upright.Votes, ["n", String(visits)]);

  const page = await (await Browser.start(world)).open(`${aggregator.url}/?page=trends&place=harapan`);
  await page.login("admin");
  const daily = { dago: 20, all: 40 };
  await figure(page, "votes", (HISTORY_DAYS * daily.all + visits).toLocaleString("en"));
  await page.id("rank-bandung-dago").locator("button").click();
  const n = HISTORY_DAYS * daily.dago + visits;
  await figure(page, "votes", String(n));
  await figure(page, "share", `${((100 * HISTORY_DAYS * 18) / n).toFixed(1)}%`);
  assert.equal(n, await store.one("SELECT count(*) FROM event e JOIN place p USING(place_id) WHERE p.id = 'bandung-dago' AND e.score > 0"));
  assert.match(await page.id("card-reasons").textContent(), /Long wait.*Too few counters/s);
  await page.shot("journey-head-office-trends");
  const [sheet] = Object.values(await saved(page, "xlsx-line", world));
  const last = sheet.at(-1).map(([, value]) => value);
  assert.ok(sheet.length === HISTORY_DAYS + 2 && last.some((value) => value.startsWith(day(0))) && last.includes(String(visits)), JSON.stringify(sheet.at(-1)));

  // To the report of the same days; its link opens without a login, there and nowhere else.
  await page.id("to-report").click();
  await waitFor("the report", async () => (await page.page.locator('[data-testid="report"][aria-busy="false"] .foot').count()) === 1);
  assert.equal(await page.id("report-unit").textContent(), "Bandung Dago");
  const book = await saved(page, "report-xlsx", world);
  assert.deepEqual(Object.fromEntries(book.Summary.map(([[, name], cell]) => [name, cell])).Votes, ["n", String(n)]);
  await page.id("share").click();
  await page.id("share-make").click();
  const url = await page.id("share-url").inputValue();
  assert.deepEqual(await store.query("SELECT who FROM audit WHERE action = 'share-open'"), [{ who: "admin" }]);
  const guest = await (await Browser.start(world)).open(url);
  await waitFor("the report without a login", async () => (await guest.page.locator('[data-testid="report"][aria-busy="false"] .foot').count()) === 1);
  assert.equal(await guest.id("report-unit").textContent(), "Bandung Dago");
  assert.match(await guest.id("report").textContent(), new RegExp(`\\b${n}\\b`));
  await guest.shot("journey-guest");
  await guest.page.goto(`${aggregator.url}/?place=bandung-dago`);
  await guest.id("login-user").waitFor();
  for (const each of [page, guest]) each.clean();
}

scenario("a customer's touch, the manager's phone, head office the day after: from click to effect, all the way", async (world) => {
  assert.ok(FAKETIME, "faketime is missing: make test-deps");
  const it = await chain(world);
  const story = await customers(world, it);
  await manager(world, it, story);
  await headOffice(world, it, story);
}, { ms: 180_000 });
