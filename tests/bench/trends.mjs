// trend-query, bytes-per-rating: two years of 500 branches with four kiosks each, 70 ratings a kiosk and day: 100 million,
// sent as kiosks send a backlog. Then everything that a page asks for, of the whole chain where it can be; the same on
// as many days with one rating a kiosk and day (1.5 million), in turn. PUAS_RATINGS scales the large one down for a
// quick look; what is reported is at 100 million. And PostgreSQL, asked for the yearly trend by region from raw rows.
import { statSync } from "node:fs";
import { SECRET } from "../e2e/lib/broker.mjs";
import { ForeignKiosk } from "../e2e/lib/foreign.mjs";
import { run } from "../e2e/lib/process.mjs";
import { Session } from "../e2e/lib/session.mjs";
import { waitFor } from "../e2e/lib/wait.mjs";
import { median, openBroker, quantile, said, startAggregator, startBroker, startLoad } from "./common.mjs";
import { startPostgres } from "./peers.mjs";

const DAYS = 730;
const KIOSKS_ALL = 2000;
const REGIONS = 25;
const A_DAY = 70;
const ROUNDS = 100; // of 20 a p99 is the one that was slowest
const PACK = 50;
const GOAL_MS = 50;
const GOAL_GROWTH = 1.2;
const GOAL_RAW = 30;
const GOAL_ALL = 50;
const POSTGRES_ROWS = 10_000_000;
const LOAD_S = 3600;

const day = (ago) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
const year = `from=${day(365)}&to=${day(1)}`;
const quarter = `from=${day(90)}&to=${day(1)}`;
// Every GET that a page makes, over the longest days that it offers; files and reports by mail are no pages.
const QUERIES = {
  "series of the chain by day": `trends/series?place=harapan&by=day&${year}`,
  "series of a region by month": `trends/series?place=bench-region-7&by=month&${year}`,
  "series of the chain at an hour": `trends/series?place=harapan&by=week&weekday=2&hour=12&${year}`,
  "grid of the chain": `trends/grid?place=harapan&${year}`,
  "grid of a branch": `trends/grid?place=bench-branch-7&${year}`,
  "ranking of 500 branches": `trends/ranking?place=harapan&${year}`,
  "ranking of 25 regions": `trends/ranking?place=harapan&of=children&${year}`,
  "reasons of the chain": `trends/reasons?place=harapan&${year}`,
  "the chain against the year before": `trends/compare?place=harapan&${year}`,
  "gaps of the chain": `trends/gaps?place=harapan&${year}`,
  "scores of the chain": `trends/scores?place=harapan&${year}`,
  "coverage of the chain": `trends/coverage?place=harapan&${year}`,
  "segments of the chain": `trends/segments?place=harapan&${year}`,
  "goal of the chain": "trends/goal?place=harapan",
  "SKM of the chain": `trends/skm?place=harapan&${year}`,
  "effect of a change": `trends/effect?place=bench-region-7&at=${day(100)}&days=90&control=bench-region-8,bench-region-9`,
  "session and its places": "session",
  "the day of a branch": "today?place=bench-branch-7",
  "the words of customers": "comments?place=bench-branch-7&limit=20",
  "customers who wait for a call": "contacts?place=bench-branch-7",
  "verdicts of a branch": "verdicts?place=bench-branch-7",
  "people of a branch": "people?place=bench-branch-7",
  "silences of a branch": "silences?place=bench-branch-7",
  "the screen of the staff room": "wall?place=bench-branch-7&for=staff",
  "the screen for customers": "wall?place=bench-branch-7&for=customers",
  "alerts of the chain": "alerts?place=harapan",
  "the votes of an alert": "alerts/ALERT/votes",
  "back-test of a branch": `backtest?place=bench-branch-7&${quarter}`,
  "manage: places": "manage/places",
  "manage: kiosks": "manage/kiosks",
  "manage: standards": "manage/standards",
  "manage: people": "manage/users",
  "manage: retention": "manage/retention",
  "manage: channels": "channels",
  "manage: reports by mail": "mailings",
  "manage: tokens": "tokens",
  "manage: log": "audit",
  "links": "shares",
  "codes": "phones",
  "messages on devices": "webpush",
};

/** With a broker of its own: one broker takes one aggregator. */
async function chain(world, aDay, name) {
  const broker = await startBroker(world);
  await openBroker(broker);
  const aggregator = await startAggregator(world, broker, (text) => text.replace(/^data: .*$/m, `data: ${world.folder(name)}`), { count: KIOSKS_ALL, regions: REGIONS });
  const votes = KIOSKS_ALL * DAYS * aDay;
  const load = await said(startLoad(world, broker, ["--kiosks", KIOSKS_ALL, "--votes", votes, "--pack", PACK, "--acks", "--days", DAYS, "--a-day", aDay, "--timeout", LOAD_S]));
  if (load.settled !== votes) throw new Error(`${load.settled} of ${votes} votes were acknowledged`);
  const alert = await queueAt(world, broker, aggregator);
  return { aggregator, alert, votes, rate: votes / (load.ended - load.began), file: `${world.path(name)}/puas.db` };
}

/** Bad minutes at a branch, which raise an alert: its id. */
async function queueAt(world, broker, { url }) {
  const kiosk = new ForeignKiosk({ port: broker.port, id: "bench-25", branch: "bench-branch-7", secret: SECRET });
  world.own("a kiosk of branch 7", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  for (let i = 0; i < 30; i++) {
    kiosk.press(1);
    await kiosk.settled();
  }
  const admin = await Session.login(url, "admin");
  return waitFor("the alert", async () => (await admin.today("bench-branch-7")).alerts.find(({ votes }) => votes)?.id);
}

/** Pages of the file that hold answers, and those of rollups. */
async function bytes(file) {
  const sum = async (where) => {
    const { code, lines } = await run("sqlite3", [file, `SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE aggregate = 1 AND ${where}`]);
    if (code !== 0) throw new Error(`sqlite3: ${lines.join(" ")}`);
    return Number(lines[0]);
  };
  return { raw: await sum("name IN ('pack', 'pack_seq', 'pack_place')"), all: await sum("true") };
}

async function times(session, path, rounds) {
  const list = [];
  for (let i = 0; i < rounds; i++) {
    const began = performance.now();
    const answer = await session.raw("GET", `/api/v1/${path}`);
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
    list.push(performance.now() - began);
  }
  return list;
}

async function postgresTrend(world, rows, say) {
  const postgres = await startPostgres(world);
  await postgres.ask(`CREATE TABLE vote AS SELECT i AS id, (i % ${KIOSKS_ALL})::int AS kiosk, (i % 500 % ${REGIONS})::int AS region,
    now() - ((i / ${KIOSKS_ALL}) * interval '${DAYS} days' / (${rows} / ${KIOSKS_ALL})) AS at, (1 + i * 7919 % 5)::int AS score FROM generate_series(1::bigint, ${rows}) i;
    CREATE INDEX ON vote(at); ANALYZE vote`);
  const list = [];
  for (let i = 0; i < 3; i++) {
    const began = performance.now();
    await postgres.ask("SELECT region, date_trunc('month', at), count(*), count(*) FILTER (WHERE score >= 4) FROM vote WHERE at > now() - interval '1 year' GROUP BY 1, 2");
    list.push(performance.now() - began);
  }
  say(`PostgreSQL, the yearly trend by region from ${rows} raw rows: ${median(list).toFixed(0)} ms`);
  return median(list);
}

export async function trendQuery(world, { quick, say }) {
  const wanted = Number(process.env.PUAS_RATINGS ?? (quick ? 2 * KIOSKS_ALL * DAYS : KIOSKS_ALL * DAYS * A_DAY));
  const small = await chain(world, 1, "small");
  const large = await chain(world, Math.max(2, Math.round(wanted / KIOSKS_ALL / DAYS)), "large");
  say(`${large.votes} ratings stored at ${Math.round(large.rate)} a second; the file takes ${(statSync(large.file).size / large.votes).toFixed(1)} bytes a rating before old packs are put together`);
  const settled = await bytes(large.file);
  const sides = [await Session.login(small.aggregator.url, "admin"), await Session.login(large.aggregator.url, "admin")];
  const rounds = quick ? 2 : ROUNDS;
  let slowest = { p99: 0 };
  const sums = [0, 0];
  for (const [name, path] of Object.entries(QUERIES)) {
    const of = [small, large].map(({ alert }) => path.replace("ALERT", alert));
    for (const [i, side] of sides.entries()) await times(side, of[i], 1);
    const [few, many] = [[], []];
    for (let i = 0; i < rounds; i++) {
      few.push(...(await times(sides[0], of[0], 1)));
      many.push(...(await times(sides[1], of[1], 1)));
    }
    const [a, b] = [median(few), median(many)];
    if (quantile(many, 0.99) > slowest.p99) slowest = { name, p50: b, p99: quantile(many, 0.99) };
    if (path.startsWith("trends/")) { // the others read what came today, and here all came today
      sums[0] += a;
      sums[1] += b;
    }
    say(`${name}: ${b.toFixed(1)} ms, least ${Math.min(...many).toFixed(1)}, most ${Math.max(...many).toFixed(1)}; with ${small.votes} ratings ${a.toFixed(1)} ms: ${(b / a).toFixed(2)}x`);
  }
  const reference = await postgresTrend(world, quick ? 100_000 : POSTGRES_ROWS, say);
  const full = wanted >= KIOSKS_ALL * DAYS * A_DAY;
  const met = (yes) => (full ? yes : null);
  return [
    { name: "trend-query", value: slowest.p99, unit: `ms p99, ${slowest.name}`, reference, ratio: slowest.p99 / reference, goal: GOAL_MS, met: met(slowest.p99 <= GOAL_MS) },
    { name: "trend-query-growth", value: sums[1], unit: "ms, all of them in a row", reference: sums[0], ratio: sums[1] / sums[0], goal: GOAL_GROWTH, met: met(sums[1] / sums[0] <= GOAL_GROWTH) },
    { name: "bytes-per-rating", value: settled.all / large.votes, unit: "bytes, rollups included", reference: null, ratio: null, goal: GOAL_ALL, met: met(settled.all / large.votes <= GOAL_ALL) },
    { name: "bytes-per-rating-raw", value: settled.raw / large.votes, unit: "bytes", reference: null, ratio: null, goal: GOAL_RAW, met: met(settled.raw / large.votes <= GOAL_RAW) },
    { name: "ingest-history", value: large.rate, unit: "ratings/s over two years", reference: null, ratio: null, goal: null, met: null },
  ];
}
