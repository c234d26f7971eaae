// The kiosk as hardware has it: a thousand touches, a panel on its side, a keypad, the menu for staff, light and sound, a
// clock that jumps, a service manager.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import mqtt from "mqtt";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { MouseScreen, TouchScreen } from "./lib/display.mjs";
import { checkExactlyOnce, Kiosk } from "./lib/kiosk.mjs";
import { run } from "./lib/process.mjs";
import { query } from "./lib/store.mjs";
import { random, sleep, waitFor } from "./lib/wait.mjs";
import { ASSETS, BIN, scenario } from "./lib/world.mjs";

const ID = "dago-entrance";
const answers = (kiosk) => query(`${kiosk.state}/outbox.db`, "SELECT seq, up, at, score, levels, question, options, text, since, \"by\" FROM event ORDER BY seq");

// ---------------------------------------------------------------- touches
const TOUCHES = 1000;
const SETTLE_MS = 40;
const PAUSE_MOST_MS = 70;
const SLACK_MS = 1000; // of a machine that stalls

scenario("1,000 touches give exactly 1,000 answers minus those that the rules lock out", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await TouchScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, times: { press: "5 ms", thanks: "10 ms", settle: `${SETTLE_MS} ms` } });
  const { targets } = kiosk;
  const dice = random(Number(process.env.PUAS_SEED ?? 20261126));
  const from = screen.finger.mark();
  const scores = [];
  for (let i = 0; i < TOUCHES; i++) {
    const score = dice.int(1, 5);
    const { x, y } = targets[`face-${score}`];
    scores.push(score);
    screen.finger.say(`down 1 ${x} ${y}`);
    screen.finger.say(`up 1 ${x} ${y}`);
    await sleep(dice.share() < 0.6 ? dice.int(0, 15) : dice.int(30, PAUSE_MOST_MS)); // of the scene: most come within the lock-out
  }
  await waitFor("all touches to be made", () => screen.finger.mark() === from + 2 * TOUCHES);
  const touches = scores.map((score, i) => ({ score, at: Number(screen.finger.lines[from + 2 * i].match(/^ok (\d+)$/)[1]) / 1000 }));

  // What the kiosk says of itself adds up: an answer or an ignored press, nothing else.
  const told = async () => [await aggregator.store.count(), await aggregator.store.one(`SELECT ignored FROM kiosk WHERE id = '${ID}'`)];
  await waitFor(async () => `answers and ignored presses to be ${TOUCHES}: ${await told()}`, async () => (await told()).reduce((a, b) => a + b) === TOUCHES);
  const [stored, ignored] = await told();
  await kiosk.drained();
  const rows = await answers(kiosk);
  assert.equal(rows.length, stored);
  assert.deepEqual((await aggregator.store.events()).map((row) => row.score), rows.map((row) => row.score));
  assert.deepEqual(rows.map((row) => row.seq), rows.map((_, i) => i + 1));
  assert.ok(stored > 200 && ignored > 300, `both happen: ${stored} answers, ${ignored} ignored`);

  // By the touches' own clock (the first one is an answer, that tells what the kiosk's clock shows): each answer is a touch
  // of that face, two of them are never closer than the rule wants, and none was lost that came after the lock-out.
  const offset = rows[0].up - touches[0].at;
  let next = 0;
  for (const row of rows) {
    const near = (touch) => Math.abs(touch.at + offset - row.up);
    let best = -1;
    for (let i = next; i < touches.length && touches[i].at + offset < row.up + SLACK_MS; i++) {
      if (touches[i].score === row.score && near(touches[i]) < SLACK_MS && (best < 0 || near(touches[i]) < near(touches[best]))) best = i;
    }
    assert.ok(best >= 0, `answer ${row.seq} is no touch`);
    next = best + 1;
  }
  const gaps = rows.slice(1).map((row, i) => row.up - rows[i].up);
  assert.ok(Math.min(...gaps) >= SETTLE_MS, `${Math.min(...gaps)} ms between two answers`);
  assert.ok(Math.max(...gaps) < SETTLE_MS + PAUSE_MOST_MS + SLACK_MS, `${Math.max(...gaps)} ms without an answer`);
});
