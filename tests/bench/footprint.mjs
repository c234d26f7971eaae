// footprint: the aggregator's resident memory over an hour with 10,000 kiosks that vote and tell their health and 1,000 live
// pages, and what it grows by from minute 10 to minute 60. PUAS_BENCH_MINUTES sets a shorter time, from which nothing is
// concluded.
import { Session } from "../e2e/lib/session.mjs";
import { sleep } from "../e2e/lib/wait.mjs";
import { cpuSeconds, median, said } from "./common.mjs";
import { BRANCHES, CONNECTED_MS, rssMiB, startFleetSystem } from "./fleet.mjs";

const MINUTES = 60;
const SETTLED_MIN = 10;
const PAGES = 1000;
const GOAL_MIB = 100 * 1e6 / 1048576;
const GOAL_GROWTH_MIB = 1e6 / 1048576;
const LOOKS_A_MINUTE = 12;
const script = new URL("pages.mjs", import.meta.url).pathname;

export async function footprint(world, { quick, say }) {
  const minutes = quick ? 1 : Number(process.env.PUAS_BENCH_MINUTES ?? MINUTES);
  const { aggregator, server, places, fleet: start } = await startFleetSystem(world, { branches: quick ? 500 : BRANCHES, aDay: 860 });
  const fleet = start();
  await fleet.line(/^connected: .* after ([\d.]+) s/, { ms: CONNECTED_MS });
  const session = await Session.login(aggregator.url, "admin");
  const pages = world.process("pages", process.execPath, [script, aggregator.url, session.cookie, PAGES, ...places.slice(0, PAGES)].map(String), { input: true });
  await pages.line(/^open$/, { ms: 60_000 });
  const before = cpuSeconds(server.pid);
  const byMinute = [];
  let most = 0;
  for (let minute = 1; minute <= minutes; minute++) {
    const looks = [];
    for (let i = 0; i < LOOKS_A_MINUTE; i++) {
      await sleep(60_000 / LOOKS_A_MINUTE); // time is what is measured
      looks.push(rssMiB(server.pid));
    }
    byMinute.push(median(looks));
    most = Math.max(most, ...looks);
    if (minute % 10 === 0 || minute === 1) say(`minute ${minute}: ${byMinute[minute - 1].toFixed(2)} MiB, most so far ${most.toFixed(2)}`);
  }
  const cpu = (cpuSeconds(server.pid) - before) / (minutes * 60) * 100;
  pages.child.stdin.end();
  const seen = await said(pages);
  await fleet.stop("SIGTERM", 60_000);
  const told = JSON.parse(fleet.lines[fleet.lines.length - 1]);
  say(`${told.votes} votes, ${told.acknowledged} of ${told.rows} rows acknowledged; ${PAGES} pages saw ${seen.events} events, a page asked for took ${seen.p50.toFixed(1)} ms; ${cpu.toFixed(1)} % CPU`);
  const whole = minutes >= MINUTES;
  const growth = whole ? byMinute[MINUTES - 1] - byMinute[SETTLED_MIN - 1] : null;
  return [
    { name: "footprint", value: most, unit: "MiB", reference: null, ratio: null, goal: GOAL_MIB, met: whole ? most <= GOAL_MIB : null },
    { name: "footprint-growth", value: growth, unit: "MiB, minute 10 to 60", reference: null, ratio: null, goal: GOAL_GROWTH_MIB, met: whole ? growth <= GOAL_GROWTH_MIB : null },
  ];
}
