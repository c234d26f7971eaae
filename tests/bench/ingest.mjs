// ingest-live: 1 rating a message, the real aggregator (durable, dedup, rollups, rules, acknowledgements to every kiosk)
// against a subscriber that does nothing, on the same broker under the same load, in turn.
// ingest-drain: 50 ratings a message, as kiosks send a backlog, against the subscriber draining one rating a message.
import { median, realDrain, said, startAggregator, startBroker, startLoad } from "./common.mjs";

const PAIRS = 5;
const LIVE_VOTES = 800_000; // about 6 s
const DRAIN_VOTES = 1_600_000;
const DRAIN_REFERENCE = 400_000;
const PACK = 50;

async function sink(world, broker, votes) {
  const subscriber = startLoad(world, broker, ["--sink", votes]);
  await subscriber.line(/^ready$/);
  const load = await said(startLoad(world, broker, ["--votes", votes]));
  const seen = await said(subscriber);
  if (seen.count !== votes) throw new Error(`the subscriber saw ${seen.count} of ${votes} votes`);
  return votes / (seen.ended - load.began);
}

async function sinkDrain(world, broker, votes) {
  const subscriber = startLoad(world, broker, ["--sink", votes, "--drain"], { input: true });
  await subscriber.line(/^ready$/);
  await said(startLoad(world, broker, ["--votes", votes]));
  subscriber.say("go");
  const seen = await said(subscriber);
  if (seen.count !== votes) throw new Error(`the subscriber saw ${seen.count} of ${votes} votes`);
  return votes / (seen.ended - seen.began);
}

async function pairs(world, say, count, votes, pack, reference) {
  const broker = await startBroker(world);
  const aggregator = await startAggregator(world, broker);
  await aggregator.stop();
  const runs = [];
  for (let i = 0; i < count; i++) {
    const one = { ...(await realDrain(world, broker, aggregator, votes, pack)), reference: await reference(broker) };
    runs.push(one);
    const ratio = (one.rate / one.reference).toFixed(3);
    say(`pair ${i + 1}: ${Math.round(one.rate)} ratings/s, reference ${Math.round(one.reference)}, ratio ${ratio}, ${one.cpu.toFixed(2)} us CPU a rating`);
  }
  return {
    rate: median(runs.map((run) => run.rate)),
    reference: median(runs.map((run) => run.reference)),
    ratio: median(runs.map((run) => run.rate / run.reference)),
    cpu: median(runs.map((run) => run.cpu)),
  };
}

export async function live(world, { quick, say }) {
  const votes = quick ? 4000 : LIVE_VOTES;
  const r = await pairs(world, say, quick ? 1 : PAIRS, votes, 1, (broker) => sink(world, broker, votes));
  return [
    { name: "ingest-live", value: r.rate, unit: "ratings/s", reference: r.reference, ratio: r.ratio, goal: 1, met: r.ratio >= 1 },
    { name: "ingest-live-cpu", value: r.cpu, unit: "us CPU a rating", reference: null, ratio: null, goal: null, met: null },
  ];
}

export async function drain(world, { quick, say }) {
  const reference = (broker) => sinkDrain(world, broker, quick ? 4000 : DRAIN_REFERENCE);
  const r = await pairs(world, say, quick ? 1 : PAIRS, quick ? 20_000 : DRAIN_VOTES, PACK, reference);
  return [
    { name: "ingest-drain", value: r.rate, unit: "ratings/s", reference: r.reference, ratio: r.ratio, goal: 5, met: r.ratio >= 5 },
    { name: "ingest-cpu", value: r.cpu, unit: "us CPU a rating", reference: null, ratio: null, goal: 3, met: r.cpu <= 3 },
  ];
}
