// A kiosk that shares no code with ours, written from shared/PROTOCOL.md.
import assert from "node:assert/strict";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { crc32, ForeignKiosk } from "./lib/foreign.mjs";
import { waitFor } from "./lib/wait.mjs";
import { scenario } from "./lib/world.mjs";

const ID = "dago-entrance";

async function system(world, options = {}) {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const open = (more = {}) => {
    const kiosk = new ForeignKiosk({ port: broker.port, id: ID, branch: "bandung-dago", secret: SECRET, ...options, ...more });
    world.own("foreign kiosk", () => kiosk.die());
    return kiosk.connect();
  };
  return { broker, aggregator, open };
}

const scores = async (store) => (await store.events(ID)).map((row) => row.score);

scenario("shards are the CRC-32 of the protocol", async () => {
  assert.equal(crc32("123456789"), 0xcbf43926);
});

for (const version of [4, 5]) {
  scenario(`a foreign kiosk over MQTT ${version === 4 ? "3.1.1" : "5"}: birth, sync, events, acknowledgement`, async (world) => {
    const { aggregator, open } = await system(world, { version });
    const kiosk = await open();
    await kiosk.synced;
    for (const score of [5, 4, 3, 2, 1]) kiosk.press(score);
    await kiosk.settled();
    assert.deepEqual(kiosk.states(), { acknowledged: 5 });
    assert.deepEqual(await scores(aggregator.store), [5, 4, 3, 2, 1]);
    const [row] = await aggregator.store.events(ID);
    assert.equal(row.place, "bandung-dago");
    assert.equal(row.flags, 0);
    for (const ack of kiosk.acks) assert.equal(ack.run, aggregator.run);
    await waitFor("health to reach the store", async () => (await aggregator.store.one(`SELECT known_next FROM epoch WHERE lower(hex(epoch)) = '${kiosk.epoch.epoch}'`)) >= 1);
    await kiosk.goodbye();
    await aggregator.process.line(/ kiosk_state kiosk=dago-entrance state=disconnected/);
  });
}

scenario("a foreign kiosk: choice, text, number, void and contact data", async (world) => {
  const { aggregator, open } = await system(world);
  const kiosk = await open();
  await kiosk.synced;
  kiosk.press(2);
  kiosk.press(undefined, { type: "choice", question: "why", options: ["wait", "staff"], visit: 1, score: undefined, of: undefined });
  kiosk.press(undefined, { type: "text", question: "comment", text: "Antre lama, panas. <b>'; DROP TABLE event", visit: 1, score: undefined, of: undefined });
  kiosk.press(11, { type: "number", question: "nps", of: 11, visit: 1 });
  kiosk.press(1);
  kiosk.press(undefined, { type: "void", voids: 5, question: undefined, score: undefined, of: undefined });
  kiosk.press(undefined, { type: "smell", question: "air", score: undefined, of: undefined, strength: 7 });
  // Contact data: one that is whole, one that was wiped after an earlier acknowledgement, one that has expired on its way.
  const contact = (more) => kiosk.press(undefined, { type: "contact", question: "reach", score: undefined, of: undefined, ...more });
  contact({ keep: 2, text: "c2VhbGVk" });
  contact({ keep: 2 });
  contact({ keep: 2, text: "dG9vIGxhdGU=", at: Date.now() - 3 * 86_400_000 });
  await kiosk.settled();
  assert.deepEqual(kiosk.states(), { acknowledged: 10 });
  const rows = await aggregator.store.events(ID);
  assert.equal(rows.length, 10);
  assert.deepEqual(rows.slice(7).map((row) => row.flags & 64), [0, 64, 0]);
  assert.deepEqual(await aggregator.store.query("SELECT sealed, (expires - at) / 86400000 AS days FROM contact JOIN event USING(event_id)"), [{ sealed: "c2VhbGVk", days: 2 }]);
  assert.equal(rows[4].flags & 8, 8, "the fifth is taken back");
  assert.deepEqual(await aggregator.store.recount(), []);
  assert.equal(await aggregator.store.one("SELECT sum(c2) FROM tally"), 1);
  assert.equal(await aggregator.store.one("SELECT sum(c1) FROM tally"), 0);
});

scenario("a foreign kiosk: the aggregator's restart is a new run; nothing is lost or doubled", async (world) => {
  const { aggregator, open } = await system(world);
  const kiosk = await open();
  await kiosk.synced;
  for (let i = 0; i < 10; i++) kiosk.press(1 + (i % 5));
  await kiosk.settled();
  const first = kiosk.epoch.run;
  await aggregator.kill();
  for (let i = 0; i < 10; i++) kiosk.press(1 + (i % 5));
  await aggregator.up();
  await waitFor("the new run", () => kiosk.epoch.run === aggregator.run);
  assert.notEqual(first, aggregator.run);
  await kiosk.settled();
  assert.equal((await scores(aggregator.store)).length, 20);
  assert.ok(kiosk.acks.every((ack) => [first, aggregator.run].includes(ack.run)));
});

scenario("a foreign kiosk: power off is seen by the will, a restart brings the old epoch along", async (world) => {
  const { aggregator, open } = await system(world);
  const kiosk = await open();
  await kiosk.synced;
  kiosk.press(5);
  await kiosk.settled();
  kiosk.stopped = true; // no more turns: what comes now stays on the disk
  clearInterval(kiosk.timer);
  kiosk.client.removeAllListeners("message");
  kiosk.flight = { epoch: "", seqs: [], rows: [], at: performance.now() };
  kiosk.press(1);
  kiosk.die();
  await aggregator.process.line(/ kiosk_state kiosk=dago-entrance state=lost/);
  const again = await open({ disk: kiosk.disk });
  again.press(4);
  await again.settled();
  await aggregator.process.line(/ kiosk_state kiosk=dago-entrance state=ready/, { from: aggregator.process.find(/state=lost/).line });
  assert.deepEqual((await scores(aggregator.store)).sort(), [1, 4, 5]);
  assert.equal(new Set((await aggregator.store.events(ID)).map((row) => row.epoch)).size, 2);
});

scenario("a foreign kiosk: an event that breaks a limit is rejected by name, the rest is stored", async (world) => {
  const { aggregator, open } = await system(world);
  const kiosk = await open();
  await kiosk.synced;
  kiosk.press(3);
  const bad = kiosk.press(6); // of 5
  kiosk.press(4);
  await kiosk.settled();
  assert.equal(bad.state, "rejected");
  assert.deepEqual(await scores(aggregator.store), [3, 4]);
  const [kept] = await aggregator.store.quarantine();
  assert.equal(kept.reason, "score");
  assert.equal(kept.seq, 2);
  assert.match(Buffer.from(kept.hex, "hex").toString(), /"score":6/);
});

scenario("a foreign kiosk: a poisonous event gets no answer, is found by halving and set aside", async (world) => {
  const { aggregator, open } = await system(world);
  const kiosk = await open();
  await kiosk.synced;
  kiosk.press(5);
  await kiosk.settled();
  kiosk.flight = { epoch: "", seqs: [], rows: [], at: performance.now() }; // hold: they all go in one message
  const poison = (event) => JSON.stringify(event).replace('"type"', '"type":"rating","type"'); // a key twice
  for (let i = 0; i < 16; i++) kiosk.press(1 + (i % 5), {}, i === 6 ? poison : undefined);
  kiosk.flight = null;
  await kiosk.settled(60_000);
  assert.deepEqual(kiosk.states(), { acknowledged: 16, aside: 1 });
  assert.equal((await scores(aggregator.store)).length, 16);
  const reasons = new Set((await aggregator.store.quarantine()).map((row) => row.reason));
  assert.deepEqual([...reasons], ["not-json"]);
});

scenario("a foreign kiosk: an unknown kiosk, place and survey are stored as unassigned", async (world) => {
  const broker = await Broker.start(world, { users: ["aggregator", "stranger"] });
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const kiosk = new ForeignKiosk({ port: broker.port, id: "stranger", branch: "nowhere", secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  kiosk.press(4, { survey: "who-knows", version: 99 });
  await kiosk.settled();
  const [row] = await aggregator.store.events("stranger");
  assert.equal(row.flags & 16, 16);
  assert.equal(await aggregator.store.one("SELECT count(*) FROM tally WHERE place_id <> 0"), 0);
});

scenario("times are judged once: a wrong clock is mended by the monotonic one, an unsure one by arrival", async (world) => {
  const { aggregator, open } = await system(world);
  const kiosk = await open();
  await kiosk.synced;
  const now = Date.now();
  kiosk.press(5, { at: now + 10 * 60_000 }); // ahead by ten minutes: up and sent_up tell
  kiosk.press(5, { at: 0, clock: "unsure", up: undefined }); // boots in 1970, no monotonic time
  kiosk.press(5, { at: now - 10 * 60_000 }); // really old: late
  await kiosk.settled();
  const [ahead, unsure, late] = await aggregator.store.events(ID);
  assert.ok(Math.abs(ahead.at - now) < 5000, `${ahead.at - now} ms off`);
  assert.equal(ahead.flags, 0);
  assert.equal(unsure.at, unsure.arrived);
  assert.equal(unsure.flags, 2);
  assert.equal(late.flags, 1);
});
