// ingest-under-load: the backlog of 64 kiosks, with and without 1,000 pages open at their branches and pages of today and
// trends asked for each second, in turn. The pages run on the same two cores.
import { Session } from "../e2e/lib/session.mjs";
import { cpuSeconds, KIOSKS, median, said, startAggregator, startBroker, startLoad } from "./common.mjs";

const PAIRS = 5;
const PAGES = 1000;

const VOTES = 2_000_000;
const GOAL = 0.9;
const PACK = 10;
const script = new URL("pages.mjs", import.meta.url).pathname;
const places = Array.from({ length: KIOSKS / 4 }, (_, i) => `bench-branch-${i + 1}`);

async function ingest(world, broker, votes) {
  const load = await said(startLoad(world, broker, ["--votes", votes, "--pack", PACK, "--acks"]));
  if (load.settled !== votes) throw new Error(`${load.settled} of ${votes} votes were acknowledged`);
  return votes / (load.ended - load.began);
}

export async function underLoad(world, { quick, say }) {
  const broker = await startBroker(world);
  const aggregator = await startAggregator(world, broker);
  const session = await Session.login(aggregator.url, "admin");
  const votes = quick ? 20_000 : VOTES;
  const runs = [];
  for (let i = 0; i < (quick ? 1 : PAIRS); i++) {
    const alone = await ingest(world, broker, votes);
    const pages = world.process("pages", process.execPath, [script, aggregator.url, session.cookie, PAGES, ...places].map(String), { input: true });
    await pages.line(/^open$/, { ms: 60_000 });
    const before = cpuSeconds(pages.pid);
    const beside = await ingest(world, broker, votes);
    const cpu = cpuSeconds(pages.pid) - before;
    pages.child.stdin.end();
    const seen = await said(pages);
    runs.push({ alone, beside });
    say(`pair ${i + 1}: ${Math.round(alone)} ratings/s, beside ${PAGES} pages ${Math.round(beside)} (${(beside / alone).toFixed(3)}x); they saw ${seen.events} events, their own process took ${cpu.toFixed(1)} s CPU; a page took ${seen.p50?.toFixed(1)} ms, at most ${seen.most?.toFixed(1)}`);
  }
  const ratio = median(runs.map((r) => r.beside / r.alone));
  return [{ name: "ingest-under-load", value: median(runs.map((r) => r.beside)), unit: "ratings/s", reference: median(runs.map((r) => r.alone)), ratio, goal: GOAL, met: ratio >= GOAL }];
}
