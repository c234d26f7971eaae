// ingest-during-backup: from a rating's being sent to its acknowledgement, which follows the COMMIT, while backups of a
// store of some hundred megabytes follow one another, against the same without them, in turn; at RATE ratings a second of
// others.
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import mqtt from "../e2e/lib/mqtt.mjs";
import { SECRET } from "../e2e/lib/broker.mjs";
import { shardOf } from "../e2e/lib/foreign.mjs";
import { run } from "../e2e/lib/process.mjs";
import { sleep } from "../e2e/lib/wait.mjs";
import { BIN } from "../e2e/lib/world.mjs";
import { median, quantile, startAggregator, startBroker, startLoad } from "./common.mjs";

const ID = "dago-entrance";
const BRANCH = "bandung-dago";
const RATE = 1000;
const GOALS = { p50: 1.1, p99: 1.5 }; // times without backups
const PAIRS = 5;
const SECONDS = 5;
const EVERY_MS = 10;
const ROWS = 10_000; // of 60 KB: they stand for years of answers

/** One kiosk with one rating at a time under way. */
async function kiosk(world, port) {
  const client = await mqtt.connectAsync({ host: "127.0.0.1", port, username: ID, password: SECRET, clientId: ID, clean: true });
  world.own("kiosk", () => client.endAsync(true));
  await client.subscribeAsync(`puas/1/kiosk/${ID}/ack`);
  const epoch = randomBytes(16).toString("hex");
  let [seq, heard] = [0, () => {}];
  client.on("message", (_, payload) => {
    const m = JSON.parse(payload.toString());
    if (m.epoch === epoch && m.through >= seq) heard();
  });
  return async () => {
    const event = { seq: ++seq, at: Date.now(), type: "rating", question: "overall", score: 1 + (seq % 5), of: 5 };
    const acknowledged = new Promise((done) => (heard = done));
    const began = performance.now();
    client.publish(`puas/1/events/${shardOf(BRANCH)}/${BRANCH}/${ID}`, JSON.stringify({ v: 1, epoch, sent: Date.now(), clock: "synced", events: [event] }), { qos: 0 });
    await acknowledged;
    return performance.now() - began;
  };
}

async function measure(rate, seconds) {
  const times = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    times.push(await rate());
    await sleep(EVERY_MS);
  }
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

export async function duringBackup(world, { quick, say }) {
  const seconds = quick ? 0.5 : SECONDS;
  const broker = await startBroker(world, [ID]);
  const aggregator = await startAggregator(world, broker);
  await aggregator.stop();
  const filled = await run("sqlite3", [aggregator.store.file, `WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < ${quick ? 500 : ROWS})
    INSERT INTO quarantine SELECT n, 1, 'nobody', '', 'bench', NULL, NULL, randomblob(60000) FROM i`], { ms: 120_000 });
  if (filled.code !== 0) throw new Error(filled.lines.join(" "));
  await aggregator.up();
  await aggregator.process.line(/ store_sound /, { ms: 120_000 });
  const pairs = quick ? 1 : PAIRS;
  startLoad(world, broker, ["--votes", RATE * Math.ceil(pairs * 3 * seconds), "--rate", RATE, "--acks"]);
  const rate = await kiosk(world, broker.port);
  const copy = world.path("copy.db");
  const runs = [];
  let copies = 0;
  await measure(rate, seconds / 2); // warm
  for (let i = 0; i < pairs; i++) {
    const quiet = await measure(rate, seconds);
    let going = true;
    const backups = (async () => {
      for (; going; copies++) {
        const made = await run(`${BIN}/puasctl`, ["--data", aggregator.data, "backup", copy, "--force"], { ms: 120_000 });
        if (made.code !== 0) throw new Error(made.lines.join(" "));
      }
    })();
    const busy = await measure(rate, seconds);
    going = false;
    await backups;
    runs.push({ quiet, busy });
    say(`pair ${i + 1}: p50 ${busy.p50.toFixed(2)} ms with backups, ${quiet.p50.toFixed(2)} without; p99 ${busy.p99.toFixed(2)} and ${quiet.p99.toFixed(2)}`);
  }
  rmSync(copy, { force: true });
  say(`${copies} backups`);
  return Object.keys(GOALS).map((q) => {
    const ratio = median(runs.map((r) => r.busy[q] / r.quiet[q]));
    return { name: `ingest-during-backup-${q}`, value: median(runs.map((r) => r.busy[q])), unit: "ms to the acknowledgement", reference: median(runs.map((r) => r.quiet[q])), ratio, goal: GOALS[q], met: ratio <= GOALS[q] };
  });
}
