// COMMIT first, then the acknowledgement. The aggregator is killed at each system call, one after the other, between the
// arrival of a message and the end of its turn. Whatever was acknowledged is in the store; after a restart and a resend
// everything is there exactly once. The same for the kiosk: COMMIT first, then the thanks.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import mqtt from "mqtt";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { shardOf } from "./lib/foreign.mjs";
import { MouseScreen } from "./lib/display.mjs";
import { checkExactlyOnce, Kiosk } from "./lib/kiosk.mjs";
import { Session } from "./lib/session.mjs";
import { inject, killAt, mayTrace } from "./lib/strace.mjs";
import { waitFor, within } from "./lib/wait.mjs";
import { scenario } from "./lib/world.mjs";

const ID = "dago-entrance";
const BRANCH = "bandung-dago";
const RESEND_MS = 500;
const MESSAGES = 3; // three turns are swept
const MOST = process.env.PUAS_SOAK ? 1000 : 14; // kill points a system call in `make test`

/** A bare sender: it decides nothing, so that nothing of it can hide a loss. */
async function sender(world, port) {
  const client = await mqtt.connectAsync({ host: "127.0.0.1", port, username: ID, password: SECRET, clientId: ID, protocolVersion: 4, clean: true });
  world.own("sender", () => client.endAsync(true));
  const acks = [];
  client.on("message", (topic, payload) => {
    const m = JSON.parse(payload.toString());
    if (!m.sync) acks.push({ ...m, at: performance.now() });
  });
  await client.subscribeAsync(`puas/1/kiosk/${ID}/ack`);
  return {
    acks,
    send: (epoch, seqs) => {
      const events = seqs.map((seq) => ({ seq, at: Date.now(), type: "rating", question: "overall", score: 1 + (seq % 5), of: 5 }));
      const message = { v: 1, epoch, sent: Date.now(), clock: "synced", events };
      return client.publishAsync(`puas/1/events/${shardOf(BRANCH)}/${BRANCH}/${ID}`, JSON.stringify(message), { qos: 1 });
    },
    acked: (epoch, seq) => acks.some((m) => m.epoch === epoch && (seq <= m.through || m.also?.some(([a, b]) => seq >= a && seq <= b))),
  };
}

for (const call of ["fdatasync", "pwrite64", "sendto,write"]) {
  scenario(`killed at every ${call}: what was acknowledged is stored, all of it once`, async (world) => {
    mayTrace();
    const broker = await Broker.start(world);
    const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
    const { store } = aggregator;
    const wire = await sender(world, broker.port);
    let survived = false;
    let kills = 0;
    for (let n = 1; n <= MOST && !survived; n++) {
      const epoch = randomBytes(16).toString("hex");
      const strace = await killAt(world, aggregator.process, call, n);
      for (let i = 0; i < MESSAGES; i++) {
        const last = 2 * i + 2;
        await wire.send(epoch, [last - 1, last]);
        await waitFor("an acknowledgement or the end", () => wire.acked(epoch, last) || !aggregator.process.running);
        if (!aggregator.process.running) break;
      }
      survived = aggregator.process.running;
      const acked = [];
      for (let seq = 1; seq <= 2 * MESSAGES; seq++) if (wire.acked(epoch, seq)) acked.push(seq);
      if (survived) {
        assert.equal(acked.length, 2 * MESSAGES);
        await aggregator.kill();
      } else {
        assert.equal(await within("the end by the injected signal", aggregator.process.ended), "SIGKILL");
        kills++;
      }
      await strace.stop("SIGKILL").catch(() => {});
      await aggregator.up();
      const rows = (await store.events(ID)).filter((row) => row.epoch === epoch).map((row) => row.seq);
      for (const seq of acked) assert.ok(rows.includes(seq), `kill point ${n}: seq ${seq} was acknowledged, but the store has ${JSON.stringify(rows)}`);
      const all = Array.from({ length: 2 * MESSAGES }, (_, i) => i + 1);
      const before = wire.acks.length;
      const again = () => wire.acks.slice(before).some((m) => m.epoch === epoch && m.run === aggregator.run && m.through >= all.length);
      // As a kiosk sends again: what comes before the aggregator has subscribed is lost.
      let sent = -Infinity;
      await waitFor("the resend to be acknowledged", async () => {
        if (!again() && performance.now() - sent > RESEND_MS) {
          sent = performance.now();
          await wire.send(epoch, all);
        }
        return again();
      });
      const after = (await store.events(ID)).filter((row) => row.epoch === epoch).map((row) => row.seq);
      assert.deepEqual(after, all, `kill point ${n}`);
    }
    world.note(`${kills} kill points`);
    assert.ok(kills >= (call === "fdatasync" ? 2 : 4), `only ${kills} kill points were met`);
    assert.deepEqual(await store.recount(), []);
  });
}

for (const call of ["fdatasync", "pwrite64"]) {
  scenario(`the kiosk is killed at every ${call} of a press: whoever was thanked is counted, once`, async (world) => {
    mayTrace();
    const broker = await Broker.start(world);
    const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
    const screen = await MouseScreen.start(world);
    const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen });
    let survived = false;
    let kills = 0;
    for (let n = 1; n <= MOST && !survived; n++) {
      await kiosk.online;
      await kiosk.drained();
      const strace = await killAt(world, kiosk.process, call, n);
      await kiosk.rateUntilDeath(1 + (n % 5));
      survived = kiosk.process.running;
      kills += survived ? 0 : 1;
      await kiosk.process.kill();
      await strace.stop("SIGKILL").catch(() => {});
      await kiosk.up();
    }
    world.note(`${kills} kill points, ${kiosk.taps.filter((tap) => tap.thanked).length} of ${kiosk.taps.length} thanked`);
    assert.ok(kills >= 1, "no kill point was met");
    await checkExactlyOnce(kiosk, aggregator.store);
  });
}

scenario("a disk that is slow to the kiosk: no false thanks; what was saved too late is taken back", async (world) => {
  mayTrace();
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await MouseScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, times: { save_timeout: "200 ms" } });
  await kiosk.rate(5);
  await kiosk.online;
  await kiosk.drained();
  const strace = await inject(world, kiosk.process, "fdatasync", "delay_enter=600000");
  const from = kiosk.process.mark();
  await kiosk.touch("face-1");
  await kiosk.process.line(/ screen name=try-again /, { from });
  await kiosk.process.line(/ late_commit_voided seq=2/, { from });
  assert.equal(kiosk.process.find(/ screen name=thanks /, from), null, "a false thank-you");
  await strace.stop("SIGINT");
  await kiosk.process.line(/ screen name=question /, { from });
  await kiosk.rate(4);
  await kiosk.drained();
  const rows = await kiosk.outbox();
  assert.deepEqual(rows.map((row) => row.score), [5, 1, 0, 4]);
  await waitFor("the store to hold all four", async () => (await aggregator.store.count()) === 4);
  assert.deepEqual(await aggregator.store.recount(), []);
});

scenario("killed between 'please try again' and the taking back: what was not thanked is not counted, and nothing is missed", async (world) => {
  mayTrace();
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await MouseScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, times: { save_timeout: "200 ms" } });
  const thanked = [];
  const rate = (score) => thanked.push(score) && kiosk.rate(score);
  // The disk does not answer before the end; or it fails every time.
  for (const trouble of ["delay_enter=60000000", "error=EIO"]) {
    await rate(5);
    await kiosk.online;
    await kiosk.drained();
    const strace = await inject(world, kiosk.process, "fdatasync", trouble);
    const from = kiosk.process.mark();
    await kiosk.touch("face-1");
    await kiosk.process.line(/ screen name=(try-again|out-of-service) /, { from });
    if (trouble === "error=EIO") {
      assert.ok(kiosk.process.find(/ screen name=out-of-service .* reason=outbox-error /, from), "a reason for staff");
      const told = (errors) => waitFor("health to say why", async () => (await aggregator.store.query(`SELECT heard_at FROM kiosk WHERE reason = 'outbox-error' AND errors = ${errors}`))[0]);
      const { heard_at: heard } = await told(1);
      await kiosk.process.line(/ screen name=question /, { from });
      await kiosk.touch("face-1");
      assert.equal((await told(2)).heard_at, heard, "a kiosk that cannot save does not count as heard");
    }
    const end = kiosk.process.kill();
    await strace.stop("SIGKILL").catch(() => {}); // it holds what it delays
    await end;
    assert.equal(kiosk.process.find(/ screen name=thanks /, from), null, "a false thank-you");
    assert.ok((await kiosk.outbox()).some((row) => row.score === 1), "the press reached the outbox, or this shows nothing");
    await kiosk.up();
    await rate(4);
  }
  await rate(2);
  await kiosk.online;
  await kiosk.drained();
  const [stored] = await aggregator.store.query("SELECT sum(c1) AS c1, sum(c2) AS c2, sum(c3) AS c3, sum(c4) AS c4, sum(c5) AS c5 FROM tally");
  assert.deepEqual(Object.values(stored), [1, 2, 3, 4, 5].map((score) => thanked.filter((s) => s === score).length));
  assert.deepEqual(await aggregator.store.recount(), []);
  const session = await Session.login(aggregator.url);
  const coverage = await waitFor("every vote to be accounted for", async () => {
    const { coverage: c } = await session.today();
    return c.complete && c.stored === thanked.length && c;
  });
  assert.deepEqual([coverage.known, coverage.share, coverage.lost], [thanked.length, 1, 0]);
});

scenario("a disk that fails the kiosk: no false thanks; every thanked press is kept, whatever call has failed", async (world) => {
  mayTrace();
  const broker = await Broker.start(world);
  const screen = await MouseScreen.start(world);
  await broker.kill(); // nobody but the press writes
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen });
  const thanked = [];
  let failures = 0;
  for (const n of [1, 2, 3]) {
    const strace = await inject(world, kiosk.process, "fdatasync,fsync", `error=EIO:when=${n}`);
    for (const score of [1, 2, 3]) {
      const from = kiosk.process.mark();
      await kiosk.touch(`face-${score}`);
      const { line } = await kiosk.process.line(/ screen name=(thanks|out-of-service|try-again) /, { from });
      if (kiosk.process.find(/ screen name=thanks /, from)) thanked.push(score);
      else failures++;
      await kiosk.process.line(/ screen name=question /, { from: line });
    }
    await strace.stop("SIGINT");
  }
  const from = kiosk.process.mark();
  await kiosk.touch("face-5");
  await kiosk.process.line(/ screen name=thanks /, { from });
  thanked.push(5);
  assert.ok(failures >= 2, `${failures} presses failed`);
  const rows = await kiosk.outbox();
  const voids = await kiosk.voided();
  const counted = rows.filter((row) => row.score > 0 && !voids.includes(row.seq)).map((row) => row.score);
  assert.deepEqual(counted, thanked);
});
