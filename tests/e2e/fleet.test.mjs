// A small fleet with everything that goes wrong, against the real broker and aggregator: what puas-fleet says it has
// drawn is what is stored, key by key, although the aggregator is killed in between.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { compare, QUICK, start } from "./lib/fleet.mjs";
import { waitFor } from "./lib/wait.mjs";
import { ROOT, scenario } from "./lib/world.mjs";

/** Votes a local day and score (Asia/Jakarta has no daylight saving). */
async function compareDays(store, truth) {
  const rows = await store.query(`SELECT p.id AS place, date((e.at + 7 * 3600000) / 1000, 'unixepoch') AS day, e.score, count(*) AS n
    FROM event e JOIN place p ON p.place_id = e.place_id WHERE e.score > 0 GROUP BY 1, 2, 3`);
  for (const p of truth.places) {
    const days = {};
    for (const r of rows.filter((each) => each.place === p.place)) (days[r.day] ??= [0, 0, 0, 0, 0])[r.score - 1] = r.n;
    assert.deepEqual(days, p.days, p.place);
  }
}

const WILD = `
seed: ${process.env.PUAS_SEED ?? 7}
days: 2
chain: { regions: 2, branches: 10, kiosks: 4 }
votes: { a_day: 240 }
mashing: { a_day: 1, at_night: 0.3 }
outages:
  - { place: fleet-region-1, kind: network, day: 1, from: 9 h, for: 20 h }
  - { place: fleet-branch-2, kind: power, day: 2, from: 9 h, for: 3 h }
faults: { cuts: 2, cut: 3 h, reboots: 1.5, wrong_clock: 0.4 }
kiosk: { ${QUICK}, ahead: 60 }
`;

scenario("a fleet with every fault, the aggregator killed in between: the store equals what was drawn", async (world) => {
  const { aggregator, fleet, truth } = await start(world, WILD);
  const running = fleet();
  await waitFor("a third to be stored", async () => (await aggregator.store.one("SELECT count(*) FROM event")) > 2000);
  assert.equal(running.find(/history: complete/), null, "killed while rows are under way");
  await aggregator.kill();
  await aggregator.up();
  await running.ended;
  assert.equal(running.code, 0, running.lines.join("\n"));
  const t = truth();
  assert.ok(t.faults.cuts > 40 && t.faults.reboots > 20 && t.faults.wrong_clocks > 10 && t.faults.mashed > 100, JSON.stringify(t.faults));
  assert.equal(t.acknowledged, t.rows);
  await compare(aggregator.store, t);
});

scenario("a fleet with wrong clocks: what was sent before the next start is on its true day", async (world) => {
  const { aggregator, fleet, truth } = await start(world, `
seed: 11
days: 3
chain: { regions: 1, branches: 5, kiosks: 2 }
faults: { reboots: 0.5, wrong_clock: 0.6 }
mashing: { a_day: 0.3 }
kiosk: { ${QUICK} }
`);
  const running = fleet();
  await running.ended;
  assert.equal(running.code, 0, running.lines.join("\n"));
  const t = truth();
  assert.ok(t.faults.wrong_clocks > 5, JSON.stringify(t.faults));
  assert.ok(t.kiosks.every((k) => k.undated.every((n) => n === 0)), "no vote has lost its time");
  await compare(aggregator.store, t);
  await compareDays(aggregator.store, t);
});

scenario("the sample chain of make demo: three months at once, then live; a second run says nothing twice", async (world) => {
  // Whether the power is cut somewhere just now depends on the hour; the scenario below cuts it.
  const { aggregator, fleet, truth } = await start(world, readFileSync(`${ROOT}/tests/fleet/scenarios/demo.yaml`, "utf8").replace(/power_cuts: [\d.]+/, "power_cuts: 0"), { org: "harapan" });
  const runs = [];
  for (let i = 0; i < 2; i++) {
    const running = fleet("--live");
    await running.line(/history: complete, [\d,]+ votes/);
    // Its queue begins at once: the kiosk says the new epoch and then an unhappy vote.
    const [before] = [await aggregator.store.count("dago-pharmacy")];
    await waitFor("the queue's first vote", async () => (await aggregator.store.count("dago-pharmacy")) > before);
    await running.stop("SIGTERM");
    assert.equal(running.code, 0, running.lines.join("\n"));
    runs.push(truth());
  }
  const [first, second] = runs;
  assert.ok(first.votes > 100_000 && first.kiosks.length === 18 && first.places.length === 12, `${first.votes} votes`);
  assert.ok(second.votes >= first.votes && second.votes < first.votes + 50);
  // All but the queues' own epochs are the same, and stored once.
  const drawn = second.kiosks.flatMap((k) => k.epochs.map((e) => e.rows)).reduce((a, b) => a + b, 0);
  const queued = first.kiosks.find((k) => k.kiosk === "dago-pharmacy").epochs.at(-1).rows;
  assert.equal(await aggregator.store.one("SELECT count(*) FROM event"), drawn + queued);
  assert.deepEqual(await aggregator.store.quarantine(), []);
  assert.equal(aggregator.process.find(/clone_suspected/), null);
  assert.deepEqual(await aggregator.store.recount(), []);
});

scenario("a fleet in real time does not wait for kiosks that have no power just now", async (world) => {
  const { aggregator, fleet, truth } = await start(world, `
days: 2
chain: { branches: 2, kiosks: 1, hours: [ { days: daily, open: "00:00", close: "24:00" } ] }
votes: { a_day: 200 }
outages:
  - { place: fleet-branch-2, kind: power, day: 2, from: 0 h, for: 2 d }
kiosk: { ${QUICK} }
`);
  const running = fleet("--live");
  await running.line(/history: complete, [\d,]+ votes; a kiosk has no power/);
  await running.stop("SIGTERM");
  assert.equal(running.code, 0, running.lines.join("\n"));
  const kept = truth().kiosks.map((k) => k.epochs.reduce((sum, e) => sum + e.rows - e.acknowledged, 0));
  assert.equal(kept[0], 0);
  assert.ok(kept[1] > 50, "what it had before stays with it");
  assert.equal(await aggregator.store.one("SELECT count(*) FROM event"), truth().kiosks[0].epochs.reduce((sum, e) => sum + e.rows, 0));
});
