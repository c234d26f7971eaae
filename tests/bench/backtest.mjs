// backtest-year: what two rules would have done in a year of a busy branch (four kiosks, 250 votes each a day), by puasctl,
// in turn with plain reading of the same answers by the sqlite3 shell; a rule that learns what is usual besides, which
// changes its points and limits on the way, and (said only) one with the drift part, whose charts are larger. Sent
// now, the votes all came late: they are counted as if they had come in time, which takes no less work.
import { performance } from "node:perf_hooks";
import { run } from "../e2e/lib/process.mjs";
import { BIN } from "../e2e/lib/world.mjs";
import { median, openBroker, said, startAggregator, startBroker, startLoad } from "./common.mjs";

const DAYS = 365;
const KIOSKS = 4;
const A_DAY = 250;
const PAIRS = 7;
const GOAL_MS = 1000;
const LOAD_S = 600;
const PLACE = "bench-branch-1";
const TESTS = {
  "promise against share": ["kind: standard", "kind: share"],
  "worse than usual, learned": ["kind: change"],
};
const DRIFT = ["kind: change, drift: true"];

async function timed(program, args) {
  const began = performance.now();
  const { code, lines } = await run(program, args);
  const ms = performance.now() - began;
  if (code !== 0) throw new Error(`${program}: ${lines.join(" ")}`);
  return { ms, text: lines.join("\n") };
}

export async function backtestYear(world, { quick, say }) {
  const aDay = quick ? 5 : A_DAY;
  const votes = KIOSKS * DAYS * aDay;
  const broker = await startBroker(world);
  await openBroker(broker);
  const aggregator = await startAggregator(world, broker, (text) => text, { count: KIOSKS });
  const load = await said(startLoad(world, broker, ["--kiosks", KIOSKS, "--votes", votes, "--pack", 50, "--acks", "--days", DAYS, "--a-day", aDay, "--timeout", LOAD_S]));
  if (load.settled !== votes) throw new Error(`${load.settled} of ${votes} votes were acknowledged`);
  const day = (ago) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  const file = `${aggregator.data}/puas.db`;
  const reading = ["-readonly", "-cmd", `.load ${BIN}/puas_event`, file, `SELECT count(*), sum(score), max(at), max(levels) FROM event WHERE place_id = (SELECT place_id FROM place WHERE id = '${PLACE}')`];
  const testing = (settings) => ["--data", aggregator.data, "--json", "backtest", PLACE, ...settings, "--from", day(DAYS), "--late", "counted"];
  const results = [];
  for (const [name, settings] of Object.entries(TESTS)) {
    const [tests, reads] = [[], []];
    let report;
    for (let i = 0; i < (quick ? 2 : PAIRS); i++) {
      reads.push((await timed("sqlite3", reading)).ms);
      const test = await timed(`${BIN}/puasctl`, testing(settings));
      tests.push(test.ms);
      report = JSON.parse(test.text);
    }
    const [ms, reference] = [median(tests), median(reads)];
    say(`${name}: ${report.votes} votes, ${report.settings.map(({ count }) => count).join(" and ")} alerts, ${ms.toFixed(0)} ms; reading alone ${reference.toFixed(0)} ms`);
    results.push({ name: results.length ? "backtest-year-learned" : "backtest-year", value: ms, unit: `ms, ${name}`, reference, ratio: ms / reference, goal: GOAL_MS, met: quick ? null : ms <= GOAL_MS });
  }
  say(`with the drift part: ${(await timed(`${BIN}/puasctl`, testing(DRIFT))).ms.toFixed(0)} ms`);
  return results;
}
