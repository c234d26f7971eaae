// What breaks between a tap and the store. However it breaks: every thanked tap is stored exactly once.
import assert from "node:assert/strict";
import { copyFileSync, rmSync } from "node:fs";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker } from "./lib/broker.mjs";
import { TouchScreen } from "./lib/display.mjs";
import { checkExactlyOnce, Kiosk } from "./lib/kiosk.mjs";
import { Proxy } from "./lib/proxy.mjs";
import { query } from "./lib/store.mjs";
import { random, waitFor } from "./lib/wait.mjs";
import { scenario } from "./lib/world.mjs";

const TAPS = Number(process.env.PUAS_TAPS ?? 40); // `make soak` takes more
const SEED = Number(process.env.PUAS_SEED ?? 20261117);

async function system(world, { proxied = false } = {}) {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const proxy = proxied ? await Proxy.start(world, broker.port) : null;
  const screen = await TouchScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: proxy?.port ?? broker.port, screen });
  world.note(`seed ${SEED}`);
  return { broker, aggregator, proxy, screen, kiosk, dice: random(SEED) };
}

scenario("the broker is killed and comes back with nothing in its memory", async (world) => {
  const { broker, aggregator, kiosk, dice } = await system(world);
  for (let i = 0; i < TAPS; i++) {
    if (i % 10 === 4) await broker.kill();
    if (i % 10 === 8) await broker.up();
    await kiosk.rate(dice.int(1, 5));
  }
  if (!broker.process.running) await broker.up();
  assert.equal(await checkExactlyOnce(kiosk, aggregator.store), TAPS);
});

scenario("the broker is killed while messages are on their way", async (world) => {
  const { broker, aggregator, kiosk, dice } = await system(world);
  for (let i = 0; i < TAPS / 2; i++) {
    const tapped = kiosk.rate(dice.int(1, 5));
    if (i % 3 === 0) {
      await new Promise((done) => setTimeout(done, dice.int(0, 60)));
      await broker.kill();
      await broker.up();
    }
    await tapped;
  }
  assert.equal(await checkExactlyOnce(kiosk, aggregator.store), TAPS / 2);
});

scenario("the kiosk is killed at random points", async (world) => {
  const { aggregator, kiosk, dice } = await system(world);
  let thanked = 0;
  for (let i = 0; i < TAPS; i++) {
    if (i % 4 === 3) {
      await kiosk.rateAndDie(dice.int(1, 5), i % 8 === 3 ? "thanks" : dice.int(0, 90));
      await kiosk.up();
    } else await kiosk.rate(dice.int(1, 5));
  }
  thanked = kiosk.taps.filter((tap) => tap.thanked).length;
  world.note(`${thanked} of ${TAPS} thanked, ${kiosk.boots} starts`);
  const stored = await checkExactlyOnce(kiosk, aggregator.store);
  assert.ok(stored >= thanked && stored <= TAPS, `${thanked} thanked, ${stored} stored`);
});

scenario("the aggregator is killed and started again", async (world) => {
  const { aggregator, kiosk, dice } = await system(world);
  const runs = new Set([aggregator.run]);
  for (let i = 0; i < TAPS; i++) {
    if (i % 10 === 3) await aggregator.kill();
    if (i % 10 === 7) await aggregator.up();
    runs.add(aggregator.run);
    await kiosk.rate(dice.int(1, 5));
  }
  if (!aggregator.process.running) await aggregator.up();
  assert.equal(runs.size, 1 + TAPS / 10, "every start draws a run of its own");
  assert.equal(await checkExactlyOnce(kiosk, aggregator.store), TAPS);
});

scenario("the network is cut, silent, slow and half closed; the kiosk goes on thanking", async (world) => {
  const { aggregator, proxy, kiosk, dice } = await system(world, { proxied: true });
  const faults = [() => proxy.cut(), () => proxy.silence(), () => proxy.delay(400), () => proxy.halfClose()];
  await kiosk.online;
  for (let i = 0; i < TAPS; i++) {
    if (i % 10 === 3) faults[Math.floor(i / 10) % faults.length]();
    if (i % 10 === 9) proxy.heal();
    await kiosk.rate(dice.int(1, 5));
  }
  proxy.heal();
  assert.ok(kiosk.taps.every((tap) => tap.thanked));
  assert.equal(await checkExactlyOnce(kiosk, aggregator.store), TAPS);
});

scenario("with no network at all answers are kept, and sent when it comes", async (world) => {
  const { aggregator, proxy, kiosk, dice } = await system(world, { proxied: true });
  proxy.cut();
  for (let i = 0; i < TAPS / 2; i++) await kiosk.rate(dice.int(1, 5));
  await kiosk.process.stop();
  await kiosk.up(); // a night without network: the next start has its own epoch
  for (let i = 0; i < TAPS / 2; i++) await kiosk.rate(dice.int(1, 5));
  assert.equal(await aggregator.store.count(), 0);
  assert.equal(await kiosk.pending(), TAPS);
  proxy.heal();
  assert.equal(await checkExactlyOnce(kiosk, aggregator.store), TAPS);
});

scenario("everything is killed in turn", async (world) => {
  const { broker, aggregator, kiosk, dice } = await system(world);
  for (let i = 0; i < TAPS; i++) {
    const what = dice.int(0, 9);
    if (what === 0) await kiosk.process.kill().then(() => kiosk.up());
    if (what === 1) await aggregator.kill().then(() => aggregator.up());
    if (what === 2) {
      await broker.kill();
      await broker.up();
    }
    await kiosk.rate(dice.int(1, 5));
  }
  assert.equal(await checkExactlyOnce(kiosk, aggregator.store), TAPS);
});

scenario("a restored backup: what it lacks is sent again", async (world) => {
  const { aggregator, kiosk, dice } = await system(world);
  for (let i = 0; i < 10; i++) await kiosk.rate(dice.int(1, 5));
  await kiosk.drained();
  const backup = world.path("backup.db");
  await query(aggregator.store.file, `VACUUM INTO '${backup}'`);
  for (let i = 0; i < 10; i++) await kiosk.rate(dice.int(1, 5));
  await kiosk.drained(); // acknowledged: the kiosk believes them safe
  await aggregator.stop();
  for (const tail of ["-wal", "-shm"]) rmSync(aggregator.store.file + tail, { force: true });
  copyFileSync(backup, aggregator.store.file);
  assert.equal(await aggregator.store.count(), 10);
  await aggregator.up();
  await waitFor(async () => `20 events in the store; it has ${await aggregator.store.count()}`, async () => (await aggregator.store.count()) === 20);
  assert.equal(await checkExactlyOnce(kiosk, aggregator.store), 20);
});
