// node tests/e2e/shots.mjs [NAME...]: pictures of every page, of one demo store: the chain of `make demo` with its three months, a
// morning at one exit whose end is a queue, SKM answers, surveys with a history, a log, reports by mail; and of a store with
// 200 branches what only many places have. Each page in both languages and themes, on a desk and on a phone, into build/shots (PUAS_SHOTS names
// another folder). NAMEs: only these. For designers and for the README; nothing is tested here.
import { readFileSync, writeFileSync } from "node:fs";
import { SECRET } from "./lib/broker.mjs";
import { Browser, DESKTOP, PHONE } from "./lib/browser.mjs";
import { start } from "./lib/fleet.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { certificate, MailReceiver } from "./lib/receivers.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { ASSETS, ROOT, SHOTS, World } from "./lib/world.mjs";

const PLACE = "bandung-dago";
const ASKED = "bogor-pajajaran"; // its survey has a history, and asks whom to call
const EXITS = { "bandung-dago": ["dago-exit", "dago-laboratory"], "surabaya-darmo": ["darmo-exit", "darmo-pharmacy"], cimahi: ["cimahi-exit", "cimahi-entrance"] }; // kiosks of ours, and beside which
const DAY_MS = 86_400_000;
const SKM_DAYS = 62; // the last month is among them
const SCREEN = { width: 1920, height: 1080 };
const HISTORY_MS = 120_000;
const RULES = { a: "kind: standard, percent: 85", b: "kind: standard, percent: 90" };

// Who looks at what; `ready` is there when the page is filled, `press` is touched one after the other then. `on`: the only
// width it is made for. `of`: another store, or what stands in a code or mail; `shows`: what comes last.
const card = (tab, more = "") => ({ user: "admin", path: `/?page=manage&tab=${tab}${more}`, ready: "main .card" });
const PAGES = {
  today: { user: "manager", path: `/?place=${PLACE}`, ready: '[data-testid="card-comments"]' },
  "today-quiet": { user: "admin", path: "/?place=malang-ijen", ready: '[data-testid="card-comments"]' },
  inbox: { user: "admin", path: `/?place=${ASKED}`, ready: '[data-testid="inbox"]' },
  account: { user: "manager", path: `/?place=${PLACE}`, ready: '[data-testid="card-comments"]', press: ["account"] },
  alert: { user: "manager", path: `/?place=${PLACE}`, ready: '[data-testid="card-comments"]', press: ["alert-more"], shows: "dialog[open]" },
  "alert-votes": { user: "manager", path: `/?place=${PLACE}`, ready: '[data-testid="card-comments"]', press: ["alert-votes"], on: DESKTOP, shows: "dialog[open]" },
  find: { user: "admin", path: "/", ready: '[data-testid="place-picker"]', press: ["place-picker"], of: "many", shows: "dialog[open]" },
  trends: { user: "admin", path: "/?page=trends", ready: '[data-testid="card-ranking"] tbody tr' },
  "trends-branch": { user: "admin", path: `/?page=trends&place=${PLACE}&period=90d`, ready: '[data-testid="card-reasons"]' },
  "trends-reason": { user: "admin", path: "/?page=trends&visits=all", ready: '[data-testid="card-reasons"] tbody tr', press: ["reason-wait"], shows: '[data-testid="figure-named"]' },
  "trends-reason-branch": { user: "admin", path: `/?page=trends&place=${PLACE}&period=90d&reason=why:wait`, ready: '[data-testid="figure-named"]' },
  "trends-share": { user: "admin", path: `/?page=trends&place=${PLACE}`, ready: '[data-testid="card-reasons"]', press: ["share"], on: DESKTOP, shows: "dialog[open]" },
  "trends-keys": { user: "admin", path: `/?page=trends&place=${PLACE}`, ready: '[data-testid="card-reasons"]', press: ["trends-keys"], on: DESKTOP, shows: "dialog[open]" },
  "trends-none": { user: "admin", path: `/?page=trends&place=${PLACE}&from=2020-01-01&to=2020-01-31`, ready: '[data-testid="card-reasons"]' },
  alerts: { user: "admin", path: "/?page=alerts", ready: '[data-testid="alert-row"]' },
  "alerts-over": { user: "admin", path: "/?page=alerts&state=closed", ready: '[data-testid="alert-row"]' },
  improve: { user: "admin", path: "/?page=improve", ready: '[data-testid="goal"], main .card' },
  "improve-branch": { user: "admin", path: `/?page=improve&place=${PLACE}`, ready: "main .card" },
  report: { user: "admin", path: "/?page=report&kind=place", ready: ".foot" },
  "report-skm": { user: "admin", path: "/?page=report&kind=skm", ready: ".foot" },
  "report-skm-branch": { user: "admin", path: `/?page=report&kind=skm&place=${PLACE}&population=9000`, ready: ".foot" },
  backtest: { user: "admin", path: `/?page=backtest&place=${PLACE}&late=counted&${new URLSearchParams(RULES)}`, ready: ".numbers-card" },
  "manage-place": { user: "admin", path: `/?page=manage&place=${PLACE}`, ready: '[data-testid="editor"]' },
  ...Object.fromEntries(["kiosks", "standards", "channels", "mailings", "users", "tokens", "log"].map((tab) => [`manage-${tab}`, card(tab)])),
  "manage-calendars": { user: "admin", path: "/?page=manage&tab=calendars&id=nasional", ready: '[data-testid="editor"]' },
  ...Object.fromEntries(["channels", "mailings"].map((tab) => [`manage-${tab}-new`, { user: "admin", path: `/?page=manage&tab=${tab}&id=new*`, ready: '[data-testid="editor"]' }])),
  "manage-kiosk": { ...card("kiosks"), press: ["open-dago-pharmacy"] },
  "manage-password": { ...card("kiosks", "&id=dago-entrance"), press: ["kiosk-password", "kiosk-password-sure"], shows: '[data-testid="secret"]' },
  "manage-standard": { ...card("standards"), press: ["open-satisfied-85"] },
  "manage-user": { ...card("users"), press: ["open-manager"] },
  survey: { user: "admin", path: `/?page=survey&place=${ASKED}`, ready: '[data-testid="versions"] li', shows: '[data-testid="preview-picture"]' },
  ...Object.fromEntries(["idle", "look", "source"].map((part) => [`survey-${part}`, { user: "admin", path: `/?page=survey&place=${ASKED}`, ready: '[data-testid="versions"] li', press: [`part-${part}`], shows: '[data-testid="preview-picture"]' }])),
  poster: { user: "admin", path: `/?page=poster&place=${PLACE}`, ready: "main svg" },
  wall: { user: "admin", path: `/?page=wall&place=${PLACE}`, ready: '[data-testid="wall-score"]', on: SCREEN },
  board: { user: "admin", path: `/?page=board&place=${PLACE}`, ready: '[data-testid="wall-score"]', on: SCREEN },
  login: { user: null, path: "/", ready: '[data-testid="login-user"]' },
  unsubscribe: { user: null, of: "mail", ready: "button" },
  phone: { user: null, of: "code", ready: "button", on: PHONE }, // the survey on a customer's phone: one visit, screen by screen
  "phone-why": { user: null, of: "code", ready: "button", press: ["face-2"], on: PHONE },
  "phone-words": { user: null, of: "code", ready: '[data-testid="question-why"]', press: ["option-wait"], on: PHONE },
  "phone-contact": { user: null, of: "code", ready: '[data-testid="question-comment"]', press: ["skip"], on: PHONE },
  "phone-thanks": { user: null, of: "code", ready: '[data-testid="question-reach"]', press: ["skip"], on: PHONE },
  "phone-ended": { user: null, of: "no code", ready: "h1", on: PHONE },
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in PAGES));
if (unknown) {
  console.error(`shots: there is no '${unknown}'; there are ${Object.keys(PAGES).join(", ")}`);
  process.exit(2);
}

async function demo(world) {
  const scenario = Object.values(EXITS).reduce((text, [id, beside]) => text.replace(new RegExp(`^( *)- \\{ id: ${beside}, .*$`, "m"), `$&\n$1- { id: ${id}, name: Exit, share: 0, past_only: true }`), readFileSync(`${ROOT}/tests/fleet/scenarios/demo.yaml`, "utf8"));
  const { broker, aggregator, fleet } = await start(world, scenario, { org: "harapan", control: true });
  const receiver = await mailed(world, aggregator);
  const running = fleet("--live");
  await running.line(/history: complete/, { ms: HISTORY_MS });
  const exits = Object.fromEntries(await Promise.all(Object.entries(EXITS).map(async ([branch, [id]]) => [branch, await exit(world, broker, branch, id)])));
  await skm(exits);
  await morning(exits[PLACE]);
  const admin = await Session.login(aggregator.url, "admin");
  await waitFor(async () => `the alert of the queue; today says ${JSON.stringify(await admin.today(PLACE)).slice(0, 1500)}`, async () => (await admin.today(PLACE)).alerts.some(({ votes }) => votes));
  await log(admin);
  await holidays(admin);
  await receiver.arrived(2);
  return { url: aggregator.url, code: await asked(admin), mail: `/u/${await aggregator.store.one("SELECT token FROM mailing_recipient ORDER BY mailing LIMIT 1")}`, "no code": `/q/${"0".repeat(32)}` };
}

/** The next Christmas, Ramadan with its hours, and the feast after it, by the calendars that people go by. */
async function holidays(admin) {
  const iso = (at) => new Date(at).toISOString().slice(0, 10);
  const next = (calendar, month, day) => {
    const parts = new Intl.DateTimeFormat(`en-u-ca-${calendar}`, { month: "numeric", day: "numeric", timeZone: "UTC" });
    for (let at = Date.now(); ; at += DAY_MS) {
      const of = Object.fromEntries(parts.formatToParts(at).map(({ type, value }) => [type, value]));
      if (of.month === String(month) && of.day === String(day)) return at;
    }
  };
  const [christmas, ramadan] = [next("gregory", 12, 25), next("islamic-umalqura", 9, 1)];
  const feast = next("islamic-umalqura", 10, 1) > ramadan ? next("islamic-umalqura", 10, 1) : ramadan + 30 * DAY_MS; // it may be Ramadan now
  const hours = [{ days: "mon-thu", open: "08:00", close: "15:00" }, { days: "fri", open: "08:00", close: "11:30" }];
  const days = [{ from: iso(christmas), name: "Natal" }, { from: iso(ramadan), to: iso(feast - DAY_MS), name: "Ramadan", hours }, { from: iso(feast), to: iso(feast + DAY_MS), name: "Idul Fitri" }];
  const made = await admin.raw("POST", "/api/v1/manage/calendars/nasional", { item: { place: "harapan", days }, version: "" });
  if (!made.ok) throw new Error(`the calendar: ${await made.text()}`);
}

/** Reports by mail, to a server of ours. */
async function mailed(world, aggregator) {
  const tls = await certificate(world);
  const receiver = await MailReceiver.start(world, { tls });
  await aggregator.stop();
  writeFileSync(world.path("secrets", "mail"), `${MailReceiver.PASSWORD}\n`);
  const settings = `channels:
  - { id: office, kind: email, url: "smtps://localhost:${receiver.port}", user: ${MailReceiver.USER}, secret_file: ${world.path("secrets", "mail")}, from: puas@harapan.example, to: [mutu@harapan.example], ca_file: ${tls.cert} }
mailings:
  - { channel: office, id: harian-dago, place: ${PLACE}, every: daily, at: 0, to: [dewi@harapan.example, sari@harapan.example] }
  - { channel: office, id: skm-bulanan, place: harapan, every: monthly, report: skm, at: 0, lang: en, to: [mutu@harapan.example] }
`;
  writeFileSync(aggregator.file, readFileSync(aggregator.file, "utf8").replace(/^times:/m, `${settings}times:`));
  await aggregator.up();
  return receiver;
}

/** A kiosk that the chain leaves to us. */
async function exit(world, broker, branch, id) {
  const kiosk = new ForeignKiosk({ port: broker.port, id, branch, secret: SECRET });
  world.own(id, () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  return kiosk;
}

/** Four respondents a day at each exit; better on staff than on time and facilities. */
async function skm(exits) {
  const BEST = [0.72, 0.6, 0.42, 0.78, 0.66, 0.8, 0.85, 0.48, 0.55]; // share of the best answer, by element
  let seed = 14_2017;
  const draw = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (const [n, kiosk] of Object.values(exits).entries()) {
    for (let ago = SKM_DAYS; ago > 0; ago--)
      for (let i = 0; i < 4; i++)
        BEST.forEach((best, e) => {
          const at = draw();
          kiosk.press(at < best - n * 0.08 ? 4 : at < 0.93 ? 3 : at < 0.98 ? 2 : 1, { question: `u${e + 1}`, of: 4, at: Date.now() - ago * DAY_MS });
        });
    await kiosk.settled(60_000);
  }
}

async function morning(kiosk) {
  const visit = (score, why, words) => {
    const { seq } = kiosk.press(score);
    const more = { visit: seq, score: undefined, of: undefined };
    if (why) kiosk.press(undefined, { type: "choice", question: "why", options: [why], ...more });
    if (words) kiosk.press(undefined, { type: "text", question: "words", text: words, ...more });
    return kiosk.settled();
  };
  const said = ["Pendaftaran lewat aplikasi memudahkan.", "Dokternya menjelaskan dengan sabar.", "The new waiting room is much nicer.", "Toilet lantai dua kotor."];
  for (let i = 0; i < 120; i++) await visit(i % 13 === 5 ? 2 : i % 7 === 3 ? 3 : i % 3 ? 5 : 4, i % 13 === 5 ? "unclear" : null, i % 31 === 8 ? said[Math.floor(i / 31)] : null);
  for (let i = 0; i < 20; i++) await visit(i % 5 === 4 ? 4 : i % 3 ? 1 : 2, i % 5 === 4 ? null : i % 4 ? "wait" : "counters", i === 9 ? "Hanya satu loket yang buka, antre 40 menit." : null);
}

/** What was done, so that trends and improve have something to tell. */
async function log(admin) {
  const day = (ago) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);
  for (const entry of [
    { place: PLACE, kind: "change", day: day(40), what: "Loket ketiga dibuka pukul 11 sampai 14", why: "Antrean siang: satu dari tiga alasan tidak puas adalah lama menunggu." },
    { place: "jawa-timur", kind: "training", day: day(25), what: "Pelatihan komunikasi untuk petugas pendaftaran", why: "Penjelasan yang tidak jelas sering disebut di Surabaya." },
    { place: "harapan", kind: "campaign", day: day(12), what: "Pendaftaran lewat aplikasi", why: "Supaya tidak perlu antre dua kali." },
  ]) {
    const answer = await admin.raw("POST", "/api/v1/improvements", entry);
    if (answer.status !== 201) throw new Error(`log: ${await answer.text()}`);
  }
}

/** A survey with a history and a plan, whose code is on a poster; somebody who has answered by it waits to be called. */
async function asked(admin) {
  const everyday = readFileSync(`${ASSETS}/surveys/everyday.yaml`, "utf8");
  const contact = everyday.replace(/^promise:/m, "    - { id: reach, type: contact, keep_days: 30 }\n\npromise:");
  const put = async (body) => {
    const answer = await admin.raw("POST", `/api/v1/content/places/${ASKED}`, body);
    if (answer.status !== 200) throw new Error(`survey: ${await answer.text()}`);
  };
  await put({ yaml: everyday, seen: 0 });
  await put({ yaml: contact, seen: 1 });
  await put({ yaml: contact.replace("without a long wait", "in ten minutes"), seen: 2, at: `${new Date(Date.now() + 7 * DAY_MS).toISOString().slice(0, 10)}T08:00` });
  const { path } = await (await admin.raw("POST", "/api/v1/phones", { place: ASKED })).json();
  for (const [i, name] of ["Siti Rahmawati", ""].entries()) {
    const answers = [{ question: "overall", score: 1 + i }, { question: "why", options: ["wait"] }, { question: "reach", name, reach: "0812-3456-7890" }];
    const answer = await admin.raw("POST", `/api/v1/phone/${path.slice("/q/".length)}`, { visit: String(i).repeat(32), lang: "id", answers });
    if (answer.status !== 204) throw new Error(`phone: ${await answer.text()}`);
  }
  const made = await admin.raw("POST", "/api/v1/phones", { place: PLACE });
  if (made.status !== 201) throw new Error(`poster: ${await made.text()}`);
  return path;
}

/** A chain with more places than a list of them shows. */
async function many(world) {
  const { aggregator } = await start(world, "seed: 7\ndays: 1\nchain: { regions: 10, branches: 200, kiosks: 1 }\nvotes: { a_day: 1 }\n");
  return aggregator.url;
}

/** Signed in, in this theme and language, as somebody has chosen them before. */
async function visit(browser, url, { user, viewport, theme, lang }) {
  const phone = viewport === PHONE;
  const page = await browser.open("about:blank", { viewport, isMobile: phone, hasTouch: phone, locale: lang === "id" ? "id-ID" : "en-GB", colorScheme: theme });
  page.origin = url;
  await page.page.addInitScript(([name, value]) => localStorage.setItem(name, value), ["puas.lang", lang]).catch(() => {});
  if (!user) return page;
  await page.page.goto(url);
  await page.login(user);
  await page.id("account").waitFor();
  return page;
}

const worlds = [new World(), new World()];
try {
  const { url, ...paths } = await demo(worlds[0]); // paths: of codes and mails
  const places = await many(worlds[1]);
  const browser = await Browser.start(worlds[0]);
  for (const [width, viewport] of [["desktop", DESKTOP], ["phone", PHONE]])
    for (const theme of ["light", "dark"])
      for (const lang of ["id", "en"]) {
        const visits = new Map(); // one a person
        for (const [name, { user, path, of, ready, press = [], shows, on }] of Object.entries(PAGES)) {
          if ((wanted.length && !wanted.includes(name)) || (on && (on === PHONE) !== (viewport === PHONE))) continue;
          const store = of === "many" ? places : url;
          const key = `${user} ${on === SCREEN} ${store}`;
          if (!visits.has(key)) visits.set(key, await visit(browser, store, { user, viewport: on ?? viewport, theme, lang }));
          const page = visits.get(key);
          await page.page.goto(store + (path ?? paths[of]));
          await page.page.locator(ready).first().waitFor();
          await waitFor("all cards to be filled", async () => (await page.page.locator('[aria-busy="true"]').count()) + (await page.page.getByText("…", { exact: true }).count()) === 0);
          for (const target of press) await page.id(target).first().click();
          if (shows) await page.page.locator(shows).first().waitFor();
          await page.page.evaluate(() => Promise.all(document.getAnimations().filter((each) => Number.isFinite(each.effect?.getComputedTiming().endTime)).map((each) => each.finished.catch(() => {}))));
          await page.shot(`${name}-${width}-${theme}-${lang}`, true);
        }
        for (const page of visits.values()) {
          page.clean();
          await page.page.context().close();
        }
      }
  console.log(`shots: in ${SHOTS}`);
} catch (error) {
  console.error(`shots: ${error.stack}\n${worlds.map((world) => world.logs()).join("\n")}`);
  process.exitCode = 1;
} finally {
  for (const world of worlds) await world.close();
}
