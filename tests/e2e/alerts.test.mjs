// The life of alerts, over restarts of the aggregator.
import assert from "node:assert/strict";
import mqtt from "mqtt";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { chart, firstAlarm } from "./lib/cusum.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { scenario } from "./lib/world.mjs";

const ID = "dago-entrance";
const TOPIC = "puas/1/alerts/bandung-dago/";
const rule = (...ids) => (text) => {
  const [head, ...standards] = text.split(/^(?= {4}- id: )/m);
  const keep = standards.filter((s) => !/^ {6}kind: (standard|share|silence|offline)$/m.test(s) || ids.some((id) => s.startsWith(`    - id: ${id}\n`)));
  // What follows the last standard (users) stays.
  const users = standards[standards.length - 1].match(/^ {2}users:[^]*$/m)?.[0] ?? "";
  return head + keep.map((s) => s.replace(users, "")).join("") + users;
};

async function system(world, { change, times } = {}) {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, change, times });
  const signs = await mqtt.connectAsync({ host: "127.0.0.1", port: broker.port, username: "aggregator", password: SECRET, clientId: "sign" });
  world.own("sign", () => signs.endAsync(true));
  const retained = new Map();
  signs.on("message", (topic, payload) => (payload.length ? retained.set(topic, JSON.parse(payload.toString())) : retained.delete(topic)));
  await signs.subscribeAsync(`${TOPIC}+`, { qos: 1 });
  const open = async (more) => {
    const kiosk = new ForeignKiosk({ port: broker.port, id: ID, branch: "bandung-dago", secret: SECRET, ...more });
    world.own("foreign kiosk", () => kiosk.die());
    await kiosk.connect();
    await kiosk.synced;
    return kiosk;
  };
  return { broker, aggregator, store: aggregator.store, retained, open };
}
const state = (store) => store.one("SELECT state FROM alert");
async function press(kiosk, scores) {
  for (const score of scores) {
    kiosk.press(score);
    await kiosk.settled();
  }
}

scenario("an alert outlives restarts: firing, acknowledged, resolved by the votes", async (world) => {
  const { aggregator, store, retained, open } = await system(world, { change: rule("satisfied-85") });
  const kiosk = await open();
  const unhappy = Array(12).fill(1);
  const due = firstAlarm(chart(85, 0.1, 5000), unhappy.map(() => true)).at + 1;
  await press(kiosk, unhappy.slice(0, due - 1));
  assert.equal(await state(store), undefined);
  await press(kiosk, unhappy.slice(0, 1));
  await waitFor("the alert", async () => (await state(store)) === "firing");
  const [alert] = await store.query("SELECT id, raised, since FROM alert");
  await waitFor("the alert for signs", () => retained.get(TOPIC + alert.id)?.state === "firing");
  const sign = retained.get(TOPIC + alert.id);
  assert.deepEqual({ v: sign.v, rule: sign.rule, place: sign.place }, { v: 1, rule: "satisfied-85", place: "bandung-dago" });
  for (const secret of ["n", "unhappy", "votes", "points"]) assert.equal(sign[secret], undefined, `${secret} may not be told here`);

  await aggregator.kill();
  await aggregator.up();
  assert.deepEqual((await store.query("SELECT id, raised, since FROM alert")), [alert]);
  const manager = await Session.login(aggregator.url);
  const before = await manager.today();
  assert.equal(before.alerts.length, 1);
  assert.equal(before.alerts[0].state, "firing");

  await manager.post(`/api/v1/alerts/${alert.id}/ack`, { comment: "Saya ke sana", minutes: 30 });
  assert.equal(await state(store), "acknowledged");
  await aggregator.stop();
  await aggregator.up();
  const after = await manager.today(); // the session lives on too
  assert.equal(after.alerts[0].state, "acknowledged");
  assert.equal(after.alerts[0].ack.comment, "Saya ke sana");
  assert.equal(after.alerts[0].ack.until - after.alerts[0].ack.at, 30 * 60_000);

  await waitFor("the new run", () => kiosk.epoch.run === aggregator.run);
  for (let i = 0; i < 120; i++) kiosk.press(5);
  await kiosk.settled();
  await waitFor("the end of the alert", async () => (await state(store)) === "resolved");
  await waitFor("the signs to be cleared", () => retained.size === 0);
  await aggregator.kill();
  await aggregator.up();
  assert.equal(await store.one("SELECT count(*) FROM alert"), 1, "nothing fires again by a restart");
  assert.equal(await store.one("SELECT count(*) FROM event"), due + 120);
});

scenario("the broker forgets everything: open alerts and the shard's state are published again", async (world) => {
  const { broker, aggregator, store, retained, open } = await system(world, { change: rule("satisfied-85") });
  await press(await open(), Array(7).fill(1));
  await waitFor("the alert", async () => (await state(store)) === "firing");
  await waitFor("the sign", () => retained.size === 1);
  const from = aggregator.process.mark();
  retained.clear();
  await broker.kill();
  await broker.up();
  await aggregator.process.line(/ broker_connected /, { from });
  const late = await mqtt.connectAsync({ host: "127.0.0.1", port: broker.port, username: "aggregator", password: SECRET, clientId: "late" });
  world.own("late", () => late.endAsync(true));
  const heard = new Map();
  late.on("message", (topic, payload, packet) => packet.retain && heard.set(topic, JSON.parse(payload.toString())));
  // Whoever subscribes is told what is retained then; what comes later is not marked so.
  const topics = [`${TOPIC}+`, "puas/1/shard/+/state"];
  await waitFor("both again", async () => {
    await late.subscribeAsync(topics, { qos: 1 });
    if (heard.size < 2) await late.unsubscribeAsync(topics);
    return heard.size === 2;
  });
  assert.equal(heard.get("puas/1/shard/all/state").run, aggregator.run);
});

scenario("a share of exactly the threshold is no breach, one vote more is", async (world) => {
  const change = (text) => rule("unhappy-share")(text).replace(/faces: \[1, 2\]/, "faces: [1, 2]\n      mash: 0 s");
  const { store, open } = await system(world, { change });
  const kiosk = await open();
  await press(kiosk, [1, 2, 1, 2, 1, 4, 3, 5, 4]); // 5 of 9: too few votes to say anything
  assert.equal(await state(store), undefined);
  await press(kiosk, [5]); // 5 of 10 is 50 %: not above it
  assert.equal(await state(store), undefined);
  await press(kiosk, [1]); // 6 of 11
  await waitFor("the alert", async () => (await state(store)) === "firing");
});

scenario("a kiosk that is gone raises an alert, its return ends it; the aggregator's own absence does not", async (world) => {
  const change = (text) => rule("offline")(text).replace("hold: 2 min", "hold: 600 ms");
  const { aggregator, store, open } = await system(world, { change, times: { inhibit: "1500 ms", offline: "60 s" } });
  const kiosk = await open();
  await waitFor("its health", async () => (await store.one("SELECT state FROM kiosk")) === 2 || (await store.one("SELECT heard_at FROM kiosk")) > 0);
  const started = Date.now();
  kiosk.die();
  await waitFor("the alert", async () => (await state(store)) === "firing");
  const raised = await store.one("SELECT raised FROM alert");
  assert.ok(raised - started >= 500, `raised ${raised - started} ms after it went`);
  assert.equal(await store.one("SELECT k.id FROM alert a JOIN kiosk k USING(kiosk_id)"), ID);
  const again = await open({ disk: kiosk.disk });
  await waitFor("the end", async () => (await state(store)) === "resolved");
  await again.goodbye(); // an orderly end is no alert
  await aggregator.kill();
  await aggregator.up();
  const back = await open({ disk: again.disk });
  back.press(5);
  await back.settled();
  assert.equal(await store.one("SELECT count(*) FROM alert"), 1);
});
