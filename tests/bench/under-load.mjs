// ingest-under-load: the backlog of 64 kiosks, with and without 10,000 other kiosks connected, that vote and tell their
// health, and 1,000 pages open at the 64's branches, of which one asks for today and trends each second; in turn. Kiosks and
// pages run on the same two cores.
import { Session } from "../e2e/lib/session.mjs";
import { cpuSeconds, KIOSKS, median, said, startLoad, withKiosks } from "./common.mjs";
import { BRANCHES, CONNECTED_MS, startFleetSystem } from "./fleet.mjs";

const PAIRS = 5;
const PAGES = 1000;

const VOTES = 2_000_000;
const A_DAY = 70; // of a kiosk, as in the field: a branch with a million votes today would be asked for nothing but those
const GOAL = 0.9;
const PACK = 10;
const script = new URL("pages.mjs", import.meta.url).pathname;
const places = Array.from({ length: KIOSKS / 4 }, (_, i) => `bench-branch-${i + 1}`);

async function ingest(world, broker, votes) {
  const load = await said(startLoad(world, broker, ["--votes", votes, "--pack", PACK, "--acks", "--days", Math.ceil(votes / KIOSKS / A_DAY), "--a-day", A_DAY]));
  if (load.settled !== votes) throw new Error(`${load.settled} of ${votes} votes were acknowledged`);
  return votes / (load.ended - load.began);
}

export async function underLoad(world, { quick, say }) {
  const branches = quick ? 250 : BRANCHES;
  const system = await startFleetSystem(world, { branches, aDay: 10, change: (text) => withKiosks(text, { above: "fleet" }) });
  const { aggregator, broker } = system;
  const session = await Session.login(aggregator.url, "admin");
  const votes = quick ? 20_000 : VOTES;
  const runs = [];
  for (let i = 0; i < (quick ? 1 : PAIRS); i++) {
    const alone = await ingest(world, broker, votes);
    const fleet = system.fleet();
    await fleet.line(/^connected: .* after ([\d.]+) s/, { ms: CONNECTED_MS });
    const pages = world.process("pages", process.execPath, [script, aggregator.url, session.cookie, PAGES, ...places].map(String), { input: true });
    await pages.line(/^open$/, { ms: 60_000 });
    const before = [pages, fleet].map((p) => cpuSeconds(p.pid));
    const beside = await ingest(world, broker, votes);
    const [cpu, fleetCpu] = [pages, fleet].map((p, k) => cpuSeconds(p.pid) - before[k]);
    pages.child.stdin.end();
    const seen = await said(pages);
    await fleet.stop("SIGTERM", 60_000);
    runs.push({ alone, beside });
    say(`pair ${i + 1}: ${Math.round(alone)} ratings/s, beside ${branches * 4} kiosks and ${PAGES} pages ${Math.round(beside)} (${(beside / alone).toFixed(3)}x); the pages saw ${seen.events} events, their own process took ${cpu.toFixed(1)} s CPU, that of the kiosks ${fleetCpu.toFixed(1)}; a page took ${seen.p50?.toFixed(1)} ms, at most ${seen.most?.toFixed(1)}`);
  }
  const ratio = median(runs.map((r) => r.beside / r.alone));
  return [{ name: "ingest-under-load", value: median(runs.map((r) => r.beside)), unit: "ratings/s", reference: median(runs.map((r) => r.alone)), ratio, goal: GOAL, met: ratio >= GOAL }];
}
