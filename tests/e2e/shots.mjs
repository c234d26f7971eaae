// node tests/e2e/shots.mjs [NAME...]: pictures of every page, of one demo store: the chain of `make demo` with its three months, and a
// morning at one exit whose end is a queue. Each page in both languages and themes, on a desk and on a phone, into build/shots (PUAS_SHOTS names
// another folder). NAMEs: only these. For designers and for the README; nothing is tested here.
import { readFileSync } from "node:fs";
import { SECRET } from "./lib/broker.mjs";
import { Browser, DESKTOP, PHONE } from "./lib/browser.mjs";
import { start } from "./lib/fleet.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { ROOT, SHOTS, World } from "./lib/world.mjs";

const PLACE = "bandung-dago";
const EXIT = "dago-exit";
const SCREEN = { width: 1920, height: 1080 };
const HISTORY_MS = 120_000;
const RULES = { a: "kind: standard, percent: 85", b: "kind: standard, percent: 90" };

// Who looks at what; `ready` is there when the page is filled. `on`: the only width it is made for.
const PAGES = {
  today: { user: "manager", path: `/?place=${PLACE}`, ready: '[data-testid="card-comments"]' },
  "today-quiet": { user: "admin", path: "/?place=malang-ijen", ready: '[data-testid="card-comments"]' },
  account: { user: "manager", path: `/?place=${PLACE}`, ready: '[data-testid="card-comments"]', press: "account" },
  alert: { user: "manager", path: `/?place=${PLACE}`, ready: '[data-testid="card-comments"]', press: "alert-more" },
  trends: { user: "admin", path: "/?page=trends", ready: '[data-testid="card-ranking"] tbody tr' },
  "trends-branch": { user: "admin", path: `/?page=trends&place=${PLACE}&period=90d`, ready: '[data-testid="card-reasons"]' },
  report: { user: "admin", path: "/?page=report&kind=place", ready: ".foot" },
  "report-skm": { user: "admin", path: "/?page=report&kind=skm", ready: ".foot" },
  backtest: { user: "admin", path: `/?page=backtest&place=${PLACE}&late=counted&${new URLSearchParams(RULES)}`, ready: ".numbers-card" },
  "manage-place": { user: "admin", path: `/?page=manage&place=${PLACE}`, ready: '[data-testid="editor"]' },
  ...Object.fromEntries(["kiosks", "standards", "channels", "mailings", "users", "tokens", "log"].map((tab) => [`manage-${tab}`, { user: "admin", path: `/?page=manage&tab=${tab}`, ready: "main .card" }])),
  "manage-calendars": { user: "admin", path: "/?page=manage&tab=calendars&id=nasional", ready: '[data-testid="editor"]' },
  poster: { user: "admin", path: `/?page=poster&place=${PLACE}`, ready: "main svg" },
  wall: { user: "admin", path: `/?page=wall&place=${PLACE}`, ready: "main, [data-testid]", on: SCREEN },
  board: { user: "admin", path: `/?page=board&place=${PLACE}`, ready: "main, [data-testid]", on: SCREEN },
  login: { user: null, path: "/", ready: '[data-testid="login-user"]' },
  phone: { user: null, path: null, ready: "button", on: PHONE }, // the survey on a customer's phone: its address is made below
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in PAGES));
if (unknown) {
  console.error(`shots: there is no '${unknown}'; there are ${Object.keys(PAGES).join(", ")}`);
  process.exit(2);
}

async function demo(world) {
  const scenario = readFileSync(`${ROOT}/tests/fleet/scenarios/demo.yaml`, "utf8").replace(/^( *)- \{ id: dago-laboratory, .*$/m, `$&\n$1- { id: ${EXIT}, name: Exit, share: 0, past_only: true }`);
  const { broker, aggregator, fleet } = await start(world, scenario, { org: "harapan" });
  const running = fleet("--live");
  await running.line(/history: complete/, { ms: HISTORY_MS });
  await morning(world, broker);
  const admin = await Session.login(aggregator.url, "admin");
  await waitFor(async () => `the alert of the queue; today says ${JSON.stringify(await admin.today(PLACE)).slice(0, 1500)}`, async () => (await admin.today(PLACE)).alerts.some(({ votes }) => votes));
  await holidays(admin);
  const code = await (await admin.raw("POST", "/api/v1/phones", { place: PLACE })).json();
  return { url: aggregator.url, code };
}

/** A month of other hours ahead, and a holiday after it. */
async function holidays(admin) {
  const day = (ahead) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  const hours = [{ days: "mon-thu", open: "08:00", close: "15:00" }, { days: "fri", open: "08:00", close: "11:30" }];
  const days = [{ from: day(12), to: day(41), name: "Ramadan", hours }, { from: day(42), to: day(44), name: "Idul Fitri" }, { from: day(75), name: "Hari Buruh" }];
  const made = await admin.raw("POST", "/api/v1/manage/calendars/nasional", { item: { place: "harapan", days }, version: "" });
  if (!made.ok) throw new Error(`the calendar: ${await made.text()}`);
}

/** At the kiosk that the chain leaves to us. */
async function morning(world, broker) {
  const kiosk = new ForeignKiosk({ port: broker.port, id: EXIT, branch: PLACE, secret: SECRET });
  world.own("the exit", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
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

const world = new World();
try {
  const { url, code } = await demo(world);
  const browser = await Browser.start(world);
  for (const [width, viewport] of [["desktop", DESKTOP], ["phone", PHONE]])
    for (const theme of ["light", "dark"])
      for (const lang of ["id", "en"]) {
        const visits = new Map(); // one a person
        for (const [name, { user, path, ready, press, on }] of Object.entries(PAGES)) {
          if ((wanted.length && !wanted.includes(name)) || (on && (on === PHONE) !== (viewport === PHONE))) continue;
          const key = `${user} ${on === SCREEN}`;
          if (!visits.has(key)) visits.set(key, await visit(browser, url, { user, viewport: on ?? viewport, theme, lang }));
          const page = visits.get(key);
          await page.page.goto(url + (path ?? code.path));
          await page.page.locator(ready).first().waitFor();
          await waitFor("all cards to be filled", async () => (await page.page.locator('[aria-busy="true"]').count()) === 0);
          if (press) await page.id(press).first().click();
          await page.page.evaluate(() => Promise.all(document.getAnimations().filter((each) => Number.isFinite(each.effect?.getComputedTiming().endTime)).map((each) => each.finished.catch(() => {}))));
          await page.shot(`${name}-${width}-${theme}-${lang}`);
        }
        for (const page of visits.values()) {
          page.clean();
          await page.page.context().close();
        }
      }
  console.log(`shots: in ${SHOTS}`);
} catch (error) {
  console.error(`shots: ${error.stack}\n${world.logs()}`);
  process.exitCode = 1;
} finally {
  await world.close();
}
