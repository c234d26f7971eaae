// The whole path: finger, kiosk, broker, aggregator, store, page.
import assert from "node:assert/strict";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker } from "./lib/broker.mjs";
import { MouseScreen, TouchScreen } from "./lib/display.mjs";
import { checkExactlyOnce, Kiosk } from "./lib/kiosk.mjs";
import { random } from "./lib/wait.mjs";
import { scenario } from "./lib/world.mjs";

scenario("clicks of a mouse (xdotool) reach the store", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await MouseScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen });
  for (const score of [5, 1, 4, 2, 3]) await kiosk.rate(score);
  assert.equal(await checkExactlyOnce(kiosk, aggregator.store), 5);
});

scenario("200 real touches reach the store", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await TouchScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen });
  const dice = random(20261117);
  for (let i = 0; i < 200; i++) await kiosk.rate(dice.int(1, 5));
  assert.equal(await checkExactlyOnce(kiosk, aggregator.store), 200);
});
