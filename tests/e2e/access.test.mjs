// One kiosk's credentials: it writes its own topics and reads its own, nothing else.
import assert from "node:assert/strict";
import mqtt from "mqtt";
import { Broker, SECRET } from "./lib/broker.mjs";
import { waitFor } from "./lib/wait.mjs";
import { scenario } from "./lib/world.mjs";

const A = "kiosk-a";
const B = "kiosk-b";

async function client(world, port, username, more = {}) {
  const c = await mqtt.connectAsync({ host: "127.0.0.1", port, username, password: SECRET, clientId: username, reconnectPeriod: 0, ...more });
  world.own(username, () => c.endAsync(true));
  c.heard = [];
  c.on("error", () => {});
  c.on("message", (topic, payload) => c.heard.push([topic, payload.toString()]));
  return c;
}

const own = (id) => [`puas/1/events/00/branch/${id}`, `puas/1/press/branch/${id}`, `puas/1/kiosk/${id}/state`, `puas/1/kiosk/${id}/health`, `puas/1/kiosk/${id}/reply`];

scenario("a kiosk writes its own topics only", async (world) => {
  const broker = await Broker.start(world, { users: ["aggregator", A, B] });
  const all = await client(world, broker.port, "aggregator");
  await all.subscribeAsync("#", { qos: 1 });
  const a = await client(world, broker.port, A);
  const foreign = [
    ...own(B), `puas/1/events/00/branch`, `puas/1/events/00/branch/${A}/x`, `puas/1/kiosk/${A}/ack`, `puas/1/kiosk/${B}/ack`, `puas/1/kiosk/${A}/config`,
    `puas/1/kiosk/${A}/command`, `puas/1/kiosk/${A}/ref`, `puas/1/kiosk/${B}/ref`, "puas/1/shard/all/state", "puas/1/shard/00/state", "puas/1/alerts/branch/x", "puas/1/asset/00", "other", "$SYS/x",
  ];
  for (const topic of foreign) await a.publishAsync(topic, `from ${A}`, { qos: 1 }).catch(() => {});
  for (const topic of own(A)) await a.publishAsync(topic, `from ${A}`, { qos: 1 });
  await waitFor("its own messages", () => all.heard.length >= own(A).length);
  assert.deepEqual(all.heard.map(([topic]) => topic), own(A)); // one connection keeps its order: the foreign ones never came
});

scenario("a kiosk reads its own topics only", async (world) => {
  const broker = await Broker.start(world, { users: ["aggregator", A, B] });
  const server = await client(world, broker.port, "aggregator");
  const a = await client(world, broker.port, A);
  const b = await client(world, broker.port, B);
  const mine = [`puas/1/kiosk/${A}/ack`, `puas/1/kiosk/${A}/config`, `puas/1/kiosk/${A}/command`, `puas/1/kiosk/${A}/ref`, "puas/1/shard/all/state"];
  const theirs = [`puas/1/kiosk/${B}/ack`, `puas/1/kiosk/${B}/config`, `puas/1/kiosk/${B}/command`, `puas/1/kiosk/${B}/ref`, "puas/1/alerts/branch/x", ...own(B)];
  for (const filter of ["#", "puas/#", "puas/1/kiosk/+/ack", "puas/1/+/#", "$SYS/#", ...mine, ...theirs]) await a.subscribeAsync(filter, { qos: 1 }).catch(() => {});
  for (const topic of theirs.slice(0, 5)) await server.publishAsync(topic, "secret", { qos: 1 });
  for (const topic of own(B)) await b.publishAsync(topic, "secret", { qos: 1 });
  for (const topic of mine) await server.publishAsync(topic, "yours", { qos: 1 });
  await waitFor("what is its own", () => a.heard.some(([topic]) => topic === mine[4]));
  assert.deepEqual(new Set(a.heard.map(([topic]) => topic)), new Set(mine));
});

scenario("nobody gets in without a name and its password", async (world) => {
  const broker = await Broker.start(world, { users: ["aggregator", A] });
  for (const more of [{ username: A, password: "wrong" }, { username: "nobody", password: SECRET }, { username: undefined, password: undefined }]) {
    const c = mqtt.connect({ host: "127.0.0.1", port: broker.port, clientId: "x", reconnectPeriod: 0, ...more });
    const outcome = await new Promise((done) => {
      c.on("connect", () => done("let in"));
      c.on("error", (error) => done(error.message));
    });
    c.end(true);
    assert.match(outcome, /not authori[sz]ed|bad user ?name/i, JSON.stringify(more));
  }
});

scenario("the queue system writes refs, and nothing else", async (world) => {
  const broker = await Broker.start(world, { users: ["aggregator", A, "queue"] });
  const all = await client(world, broker.port, "aggregator");
  await all.subscribeAsync("#", { qos: 1 });
  const queue = await client(world, broker.port, "queue");
  for (const topic of [`puas/1/kiosk/${A}/command`, `puas/1/kiosk/${A}/config`, `puas/1/kiosk/${A}/ack`, "puas/1/shard/all/state", ...own(A), ...own("queue")]) {
    await queue.publishAsync(topic, "x", { qos: 1 }).catch(() => {});
  }
  await queue.publishAsync(`puas/1/kiosk/${A}/ref`, "{}", { qos: 1 });
  await waitFor("the ref", () => all.heard.some(([topic]) => topic === `puas/1/kiosk/${A}/ref`));
  assert.deepEqual(all.heard.map(([topic]) => topic).filter((topic) => !topic.includes("/queue")), [`puas/1/kiosk/${A}/ref`]);
});
