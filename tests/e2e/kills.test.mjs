// The aggregator is killed at random points of a run at full speed. Somebody listens to every acknowledgement: what one
// has named is in the database that the kill leaves behind, each time; at the end all that was drawn is stored, once.
//   PUAS_KILLS=100 PUAS_KILL_VOTES=1000000 node --test tests/e2e/kills.test.mjs
import assert from "node:assert/strict";
import mqtt from "mqtt";
import { SECRET } from "./lib/broker.mjs";
import { compare, QUICK, start } from "./lib/fleet.mjs";
import { random } from "./lib/wait.mjs";
import { scenario } from "./lib/world.mjs";

const KILLS = Number(process.env.PUAS_KILLS ?? 100);
const VOTES = Number(process.env.PUAS_KILL_VOTES ?? 100_000);
const SEED = Number(process.env.PUAS_SEED ?? 20261126);
const KIOSKS = 80;
const A_DAY = 125;
const LATER_MS = 12; // after the point that was drawn: anywhere in a turn

/** Hears every acknowledgement: by epoch, up to where, and which ranges the last one named besides. */
async function listen(world, broker) {
  const heard = { epochs: new Map(), total: 0, onProgress: () => {} };
  const client = await mqtt.connectAsync({ host: "127.0.0.1", port: broker.port, username: "aggregator", password: SECRET, clientId: "listener" });
  world.own("listener", () => client.endAsync(true));
  client.on("message", (_, payload) => {
    const m = JSON.parse(payload.toString());
    if (m.sync) return;
    const e = heard.epochs.get(m.epoch) ?? { through: 0, also: [] };
    heard.total += Math.max(0, m.through - e.through);
    heard.epochs.set(m.epoch, { through: Math.max(m.through, e.through), also: m.also ?? [] });
    heard.onProgress();
  });
  await client.subscribeAsync("puas/1/kiosk/+/ack");
  return heard;
}

async function checkAcknowledged(store, heard, when) {
  const promised = [...heard.epochs].map(([epoch, { through, also }]) => [epoch, [[1, through], ...also]]); // as of now
  const stored = new Map();
  for (const { epoch, first_seq: first, n } of await store.query("SELECT lower(hex(epoch)) AS epoch, first_seq, n FROM pack JOIN epoch USING(epoch_id) ORDER BY 1, 2")) {
    const list = stored.get(epoch) ?? [];
    const last = list[list.length - 1];
    if (last && last[1] + 1 === first) last[1] += n;
    else list.push([first, first + n - 1]);
    stored.set(epoch, list);
  }
  for (const [epoch, ranges] of promised) {
    for (const [first, last] of ranges) {
      const there = last < first || (stored.get(epoch) ?? []).some(([a, b]) => a <= first && last <= b);
      assert.ok(there, `${when}: ${epoch} ${first}..${last} was acknowledged; stored: ${JSON.stringify(stored.get(epoch))}`);
    }
  }
}

scenario(`${KILLS} kills in a run of ${VOTES} ratings at full speed: nothing that was acknowledged is ever missing`, async (world) => {
  const text = `
seed: 3
days: ${Math.ceil(VOTES / (KIOSKS * A_DAY))}
chain: { regions: 2, branches: ${KIOSKS / 4}, kiosks: 4 }
votes: { a_day: ${A_DAY} }
kiosk: { ${QUICK}, ahead: 200 }
`;
  const { broker, aggregator, fleet, truth } = await start(world, text);
  const { store } = aggregator;
  const dice = random(SEED);
  const heard = await listen(world, broker);
  const points = Array.from({ length: KILLS }, () => dice.int(1, Math.floor(VOTES * 0.9))).sort((a, b) => a - b);
  world.note(`seed ${SEED}`);
  const began = performance.now();
  const running = fleet();
  let done = 0;
  for (const point of points) {
    await new Promise((go) => {
      heard.onProgress = () => heard.total >= point && go();
      heard.onProgress();
      running.ended.then(go);
    });
    await new Promise((later) => setTimeout(later, dice.int(0, LATER_MS))); // the point itself, not a wait for something
    assert.ok(running.running, `the fleet had ended (${running.code}) before kill ${done + 1}: ${running.lines.join(" ")}`);
    await aggregator.kill();
    await checkAcknowledged(store, heard, `after kill ${++done}`);
    await aggregator.up();
  }
  await running.ended;
  assert.equal(running.code, 0, running.lines.join("\n"));
  const seconds = (performance.now() - began) / 1000;
  const t = truth();
  assert.equal(t.acknowledged, t.rows);
  await checkAcknowledged(store, heard, "at the end");
  await compare(store, t);
  process.stderr.write(`kills: ${done} kills over ${t.rows} ratings in ${seconds.toFixed(1)} s\n`);
}, { ms: 1_200_000 });
