// The whole path: finger, kiosk, broker, aggregator, store, page; and back from the page into the store.
import assert from "node:assert/strict";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker } from "./lib/broker.mjs";
import { Browser } from "./lib/browser.mjs";
import { chart, firstAlarm, runLength } from "./lib/cusum.mjs";
import { MouseScreen, TouchScreen } from "./lib/display.mjs";
import { checkExactlyOnce, Kiosk } from "./lib/kiosk.mjs";
import { random, waitFor } from "./lib/wait.mjs";
import { scenario } from "./lib/world.mjs";

const PERCENT = 85;
const USUAL = 0.1;
const VOTES = 5000;
const SATISFIED = 4; // the best two of five faces

/** The standard alone: the other rules have tests of their own. */
const onlyStandard = (text) => text.replace(/^ {4}- id: unhappy-share$[^]*?(?=^ {4}- id: silent$)/m, "");

scenario("this test's own chart has the published limit", async () => {
  const c = chart(PERCENT, USUAL, VOTES);
  assert.deepEqual(c, { up: 17, down: 3, limit: 117 });
  assert.ok(Math.abs(runLength(c, USUAL) - 5191.372857) < 1e-5, `${runLength(c, USUAL)}`);
});

scenario("clicks of a mouse (xdotool) reach the store", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await MouseScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen });
  for (const score of [5, 1, 4, 2, 3]) await kiosk.rate(score);
  assert.equal(await checkExactlyOnce(kiosk, aggregator.store), 5);
});

scenario("200 touches: exact in the store, counted and alarmed in the page, acknowledged back into the store", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, change: onlyStandard });
  const { store } = aggregator;
  const screen = await TouchScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen });
  const page = await (await (await Browser.start(world)).open(aggregator.url)).enter();
  await page.page.evaluate(() => (globalThis.neverReloaded = true));

  // Mostly happy, then a bad hour; the alarm is due at a vote that this test computes for itself.
  const dice = random(20261117);
  const scores = Array.from({ length: 200 }, (_, i) => (dice.share() < (i < 120 ? 0.08 : 0.55) ? dice.int(1, 3) : dice.int(4, 5)));
  const c = chart(PERCENT, USUAL, VOTES);
  const alarm = firstAlarm(c, scores.map((score) => score < SATISFIED));
  assert.ok(alarm.at > 120 && alarm.at < 195, `the alarm is due at vote ${alarm.at + 1}`);

  for (let i = 0; i < alarm.at; i++) await kiosk.rate(scores[i]);
  await waitFor(async () => `${alarm.at} events in the store, there are ${await store.count()}`, async () => (await store.count()) === alarm.at);
  assert.equal(await store.one("SELECT count(*) FROM alert"), 0, "no alert before its vote");
  assert.equal(await page.id("alert-card").count(), 0);
  await kiosk.rate(scores[alarm.at]);
  await page.id("alert-card").waitFor();
  for (let i = alarm.at + 1; i < scores.length; i++) await kiosk.rate(scores[i]);

  // In the store: exactly these.
  assert.equal(await checkExactlyOnce(kiosk, store), scores.length);
  assert.deepEqual((await store.events()).map((row) => row.score), scores);
  const [alert] = await store.query("SELECT * FROM alert");
  const [raise] = await store.query("SELECT * FROM alert_log WHERE to_state = 'firing' ORDER BY log_id LIMIT 1");
  assert.equal(alert.point_limit, c.limit);
  assert.equal(raise.points, alarm.points);
  assert.equal(raise.n, alarm.at - alarm.start + 1);
  assert.equal(raise.unhappy, scores.slice(alarm.start, alarm.at + 1).filter((score) => score < SATISFIED).length);

  // In the page: what has been released in steps.
  const shown = () => store.one("SELECT count(*) FROM event e, released r WHERE r.place_id = e.place_id AND e.event_id <= r.event_id");
  const step = 5;
  await waitFor(
    async () => `score-n ${await shown()} in the page; it shows ${await page.number("score-n")}`,
    async () => (await page.number("score-n")) === (await shown()) && (await shown()) > scores.length - step,
  );
  const n = await page.number("score-n");
  for (const score of [1, 2, 3, 4, 5]) assert.equal(await page.number(`tally-${score}`), scores.slice(0, n).filter((s) => s === score).length, `tally of ${score}`);
  await page.shot("path-alert");

  // And back.
  const comment = "Loket dua dibuka sekarang";
  await page.id("alert-ack").click();
  await page.id("alert-comment-input").fill(comment);
  await page.id("alert-confirm").click();
  await waitFor("the acknowledgement in the store", async () => (await store.one("SELECT state FROM alert")) === "acknowledged");
  const [acked] = await store.query("SELECT ack_by, ack_until - ack_at AS span FROM alert");
  assert.deepEqual(acked, { ack_by: "manager", span: 3_600_000 });
  const [said] = await store.query("SELECT who, from_state, to_state, text FROM alert_log WHERE to_state = 'acknowledged'");
  assert.equal(said.text, comment);
  assert.equal(said.from_state, "firing");
  await waitFor("the acknowledged card", async () => (await page.id("alert-card").getAttribute("data-state")) === "acknowledged");
  assert.match(await page.id("alert-card").textContent(), new RegExp(comment));
  assert.match(await page.id("alert-card").textContent(), /Sari Wulandari/);
  await page.shot("path-acknowledged");
  assert.equal(await page.page.evaluate(() => globalThis.neverReloaded), true, "the page was not loaded again");
  page.clean();
});
