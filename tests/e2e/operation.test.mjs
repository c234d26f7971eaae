// The store at work: backups while it runs, a restore, damage, a disk that fills, a broker that gives more than can be
// committed. Whatever happens, what was acknowledged is stored, and what was not comes later.
import assert from "node:assert/strict";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { createServer } from "node:net";
import mqttPacket from "mqtt-packet";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { Browser } from "./lib/browser.mjs";
import { disk } from "./lib/disk.mjs";
import { compare, QUICK, start } from "./lib/fleet.mjs";
import { ForeignKiosk, shardOf } from "./lib/foreign.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { query } from "./lib/store.mjs";
import { waitFor } from "./lib/wait.mjs";
import { BIN, scenario } from "./lib/world.mjs";

const ID = "dago-entrance";
const BRANCH = "bandung-dago";
const PAGE = 4096;

async function system(world, options = {}) {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, ...options });
  const kiosk = new ForeignKiosk({ port: broker.port, id: ID, branch: BRANCH, secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  const ctl = async (...args) => {
    const p = await run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
    return { code: p.code, text: p.lines.join("\n") };
  };
  return { broker, aggregator, kiosk, ctl, store: aggregator.store };
}

async function press(kiosk, count) {
  for (let i = 0; i < count; i++) kiosk.press(1 + (i % 5));
  await kiosk.settled(30_000);
}

async function exact(store, kiosk, count) {
  const rows = await store.events(ID);
  assert.equal(rows.length, count);
  assert.equal(new Set(rows.map((row) => `${row.epoch} ${row.seq}`)).size, count);
  for (const row of rows) assert.equal(row.score, kiosk.epoch.rows.get(row.seq).score);
  assert.deepEqual(await store.recount(), []);
}

// ---------------------------------------------------------------- backup and restore
scenario("a backup under ingest is restored after a kill: kiosks send again what it lacks, coverage is whole", async (world) => {
  const { aggregator, kiosk, ctl, store } = await system(world);
  await press(kiosk, 300);
  const copy = world.path("copy.db");
  for (let i = 0; i < 200; i++) kiosk.press(4); // on their way meanwhile
  const made = await ctl("backup", copy);
  assert.equal(made.code, 0, made.text);
  for (const want of [/^checking the copy$/m, /copy\.db: \d+ bytes, \d+ answers, checked/]) assert.match(made.text, want);
  const again = await ctl("backup", copy);
  assert.equal(again.code, 1);
  assert.match(again.text, /exists already: name another file, or say --force/);
  assert.equal((await ctl("backup", copy, "--force")).code, 0);
  assert.equal((await ctl("backup")).code, 2);
  await kiosk.settled();
  await press(kiosk, 300); // acknowledged: the kiosk believes them safe
  assert.deepEqual(readdirSync(world.dir).filter((name) => /part|copy\.db-/.test(name)), []);

  const refused = await ctl("restore", copy);
  assert.equal(refused.code, 1);
  assert.match(refused.text, /another puas-aggregator writes to .*puas\.db: stop it first; nothing was changed/);
  await aggregator.kill(); // with a log that is not written back
  const before = await store.count();
  assert.equal(before, 800);
  const wrong = await ctl("restore", aggregator.file);
  assert.equal(wrong.code, 1);
  assert.match(wrong.text, /aggregator\.yaml: /);
  assert.equal(await store.count(), before, "nothing was changed");
  const restored = await ctl("restore", copy);
  assert.equal(restored.code, 0, restored.text);
  assert.match(restored.text, /every kiosk sends again what this backup lacks/);
  const had = await store.count();
  assert.ok(had >= 300 && had <= 500, `${had} in the backup`);
  const aside = readdirSync(aggregator.data).find((name) => /^puas\.db\.before-[\d-]+$/.test(name));
  const [{ n }] = await query(`${aggregator.data}/${aside}`, "SELECT count(*) AS n FROM event");
  assert.equal(n, before, "the store of before is whole");
  assert.equal(existsSync(`${store.file}-wal`), false, "no log of the one store meets the other");
  await aggregator.up();
  await waitFor(async () => `800 answers; there are ${await store.count()}`, async () => (await store.count()) === 800, 30_000);
  await exact(store, kiosk, 800);
  const session = await Session.login(aggregator.url);
  await waitFor("whole coverage", async () => {
    const { coverage } = await session.today();
    return coverage.stored === 800 && coverage.known === 800;
  });
  const status = JSON.parse((await ctl("--json", "status")).text);
  assert.equal(status.lastBackup.file, copy);
  assert.ok(status.lastBackup.bytes > 0 && status.lastBackup.at > 0);
});

scenario("backups by schedule: the newest stay, a failed one is told, a good one ends the warning", async (world) => {
  const dir = world.folder("backups");
  const { aggregator, kiosk, ctl } = await system(world, { backup: { dir, every_hours: 0.0004, keep: 2 } });
  await press(kiosk, 50);
  for (let i = 0, from = 0; i < 3; i++) from = (await aggregator.process.line(/ backup_made .*answers=\d+ took_ms=/, { from })).line + 1;
  await waitFor("the older ones to go", () => readdirSync(dir).length <= 2);
  const [newest] = readdirSync(dir).sort().reverse();
  assert.match(newest, /^puas-\d{8}-\d{6}\.db$/);
  await waitFor("no warning", async () => (await ctl("--json", "status")).code === 0); // they are due every 1.4 s: a slow machine may be behind
  rmSync(dir, { recursive: true });
  const from = aggregator.process.mark();
  await aggregator.process.line(/ error backup_failed .*make the folder, or name another/, { from });
  const bad = await ctl("status");
  assert.equal(bad.code, 1);
  assert.match(bad.text, /the last backup failed .*make the folder/);
  assert.ok(aggregator.process.running);
  mkdirSync(dir);
  await aggregator.process.line(/ backup_made /, { from });
  await waitFor("no warning any more", async () => (await ctl("status")).code === 0);
  await press(kiosk, 5);
  assert.equal(await aggregator.stop(), 0);
});

// ---------------------------------------------------------------- damage
scenario("a damaged store takes in nothing, now and after a restart, until a backup is restored", async (world) => {
  const { aggregator, kiosk, ctl, store } = await system(world);
  await press(kiosk, 500);
  const copy = world.path("copy.db");
  assert.equal((await ctl("backup", copy)).code, 0);
  await press(kiosk, 500);
  await aggregator.stop();
  const [{ pageno }] = await query(store.file, "SELECT pageno FROM dbstat WHERE name = 'pack' AND pagetype = 'leaf' LIMIT 1");
  const file = openSync(store.file, "r+");
  writeSync(file, Buffer.alloc(64, 0x5a), 0, 64, (pageno - 1) * PAGE);
  closeSync(file);

  await aggregator.up();
  const found = await aggregator.process.line(/ error store_damaged file=\S+ why=".*pack.*" do="stop the aggregator, puasctl restore/);
  await aggregator.process.line(/ error storing_stopped why=damaged/, { from: found.line });
  await waitFor("the shard to be gone", () => kiosk.shards.all?.state === "gone");
  const acks = kiosk.acks.length;
  for (let i = 0; i < 20; i++) kiosk.press(5);
  const status = await ctl("status");
  assert.equal(status.code, 1);
  assert.match(status.text, /the store is damaged: nothing is stored; stop the aggregator and `puasctl restore`/);
  assert.equal((await fetch(`${aggregator.url}/readyz`)).status, 503);
  assert.equal((await fetch(`${aggregator.url}/healthz`)).status, 200, "restarting it would not help");
  assert.equal(kiosk.acks.length, acks, "nothing was acknowledged");

  await aggregator.kill();
  await aggregator.up(); // it knows before it has looked again
  assert.ok(aggregator.process.find(/ storing_stopped why=damaged/).line < aggregator.process.find(/ core_ready /).line);
  await aggregator.stop();
  const restored = await ctl("restore", copy);
  assert.equal(restored.code, 0, restored.text);
  await aggregator.up();
  await aggregator.process.line(/ store_sound answers=/);
  await waitFor(async () => `1,020 answers; there are ${await store.count()}`, async () => (await store.count()) === 1020, 30_000);
  await kiosk.settled();
  await exact(store, kiosk, 1020);
  assert.equal((await ctl("status")).code, 0);
});

// ---------------------------------------------------------------- a disk that fills
scenario("little room: a warning and pauses; no room: it stores no more and reads on; room: it goes on by itself", async (world) => {
  const small = await disk(world, "store-disk", 40);
  const { aggregator, kiosk, ctl, store } = await system(world, { data: small.path, store: { disk_warn: "20 MB", disk_stop: "10 MB" } });
  await press(kiosk, 100);
  assert.ok(kiosk.acks.every((ack) => !ack.pause));
  await small.leave(15);
  await aggregator.process.line(/ warn disk_low dir=\S+ free_mb=\d+ warn_mb=20 stop_mb=10 do="free some space"/);
  await press(kiosk, 100);
  const { pause } = kiosk.acks[kiosk.acks.length - 1];
  assert.ok(pause >= 5000 && pause <= 30_000, `pause ${pause}`);
  const low = await ctl("status");
  assert.equal(low.code, 1);
  assert.match(low.text, /nearly full: free some space/);
  const session = await Session.login(aggregator.url);
  assert.equal((await session.get("/api/v1/session")).holds, false);

  await small.leave(5);
  await aggregator.process.line(/ error disk_full dir=\S+ free_mb=\d+ stop_mb=10 do="free some space: until then nothing is stored/);
  await waitFor("the shard to be gone", () => kiosk.shards.all?.state === "gone");
  const acks = kiosk.acks.length;
  for (let i = 0; i < 100; i++) kiosk.press(1 + (i % 5));
  const topic = `puas/1/events/${shardOf(BRANCH)}/${BRANCH}/${ID}`;
  const [row] = [...kiosk.epoch.rows.values()].filter((each) => each.state === "pending");
  const stubborn = JSON.stringify({ v: 1, epoch: kiosk.epoch.epoch, sent: Date.now(), clock: "synced", events: [JSON.parse(row.json)] });
  await kiosk.raw(topic, stubborn); // one that does not listen
  assert.equal((await session.today()).place.id, BRANCH, "pages read on");
  assert.equal((await session.get("/api/v1/session")).holds, true);
  assert.equal((await fetch(`${aggregator.url}/readyz`)).status, 503);
  const page = await (await Browser.start(world)).open(aggregator.url);
  await page.login();
  await page.page.getByRole("alert").filter({ hasText: /Server tidak dapat menyimpan jawaban|The server cannot store answers/ }).waitFor({ timeout: 15_000 });
  assert.match((await ctl("status")).text, /nothing is stored until there is room; kiosks keep their answers/);
  assert.equal(await store.count(), 200);
  assert.equal(kiosk.acks.length, acks, "nothing was acknowledged");

  small.free();
  await aggregator.process.line(/ storing_again turned_away=1/);
  await kiosk.settled(30_000);
  await exact(store, kiosk, 300);
  assert.equal(aggregator.process.find(/ store_failed /), null, "SQLite never saw a full disk");
  assert.equal((await ctl("status")).code, 0);
  assert.equal((await session.get("/api/v1/session")).holds, false);
});

scenario("a fleet fills the disk: what it was told is stored is stored, all arrives when there is room", async (world) => {
  const small = await disk(world, "store-disk", 80);
  const text = `
seed: 5
days: 45
chain: { regions: 2, branches: 20, kiosks: 4 }
votes: { a_day: 200 }
kiosk: { ${QUICK}, ahead: 40 }
`;
  const { aggregator, fleet, truth } = await start(world, text, { data: small.path, store: { disk_warn: "30 MB", disk_stop: "25 MB" } });
  const { store } = aggregator;
  const running = fleet();
  await waitFor("some to be stored", async () => (await store.one("SELECT coalesce(sum(n), 0) FROM pack")) > 2000);
  await small.leave(20); // a second of the fleet fits in
  await aggregator.process.line(/ storing_stopped why=disk-full/);
  const held = await store.one("SELECT sum(n) FROM pack");
  assert.equal(running.find(/history: complete/), null, "stopped while rows are under way");
  const session = await Session.login(aggregator.url);
  for (let i = 0; i < 5; i++) assert.equal((await session.get("/api/v1/session")).holds, true);
  assert.equal(await store.one("SELECT sum(n) FROM pack"), held);
  small.free();
  await aggregator.process.line(/ storing_again /);
  await running.ended;
  assert.equal(running.code, 0, running.lines.join("\n"));
  const t = truth();
  assert.ok(t.rows > held, `${t.rows} drawn, ${held} stored when it was full`);
  assert.equal(t.acknowledged, t.rows);
  await compare(store, t);
  assert.equal(aggregator.process.find(/ store_failed /), null);
});

scenario("a copy that does not fit is not begun", async (world) => {
  const small = await disk(world, "copies", 1);
  const { kiosk, ctl } = await system(world);
  await press(kiosk, 50);
  await small.fill();
  const copy = await ctl("backup", `${small.path}/copy.db`);
  assert.equal(copy.code, 1);
  assert.match(copy.text, /the copy needs 1 MB and 0 MB must stay free, but only 0 MB are: free some space/);
  small.free();
  assert.deepEqual(readdirSync(small.path), []);
});

// ---------------------------------------------------------------- more than can be committed
/** A broker that sends as fast as the socket takes it; while `deaf` it takes nothing once it has what it needs to begin. */
async function flood(world, count, message) {
  const f = { sent: 0, full: 0, deaf: true };
  const server = createServer((socket) => {
    const parser = mqttPacket.parser();
    const say = (packet) => socket.write(mqttPacket.generate(packet));
    let wanted = 5; // subscriptions
    f.listen = () => socket.resume();
    socket.on("error", () => {});
    socket.on("data", (bytes) => parser.parse(bytes));
    parser.on("packet", (p) => {
      if (p.cmd === "connect") say({ cmd: "connack", returnCode: 0, sessionPresent: false });
      if (p.cmd === "pingreq") say({ cmd: "pingresp" });
      if (p.cmd === "publish" && p.qos === 1) say({ cmd: "puback", messageId: p.messageId });
      if (p.cmd === "subscribe") {
        say({ cmd: "suback", messageId: p.messageId, granted: [1] });
        if (--wanted === 0) {
          socket.pause();
          pour();
        }
      }
    });
    const pour = () => {
      while (!socket.destroyed && f.sent < count) {
        const n = f.sent++;
        if (!say({ cmd: "publish", qos: 1, messageId: 1 + (n % 65_000), ...message(n) })) {
          f.full++;
          socket.once("drain", pour);
          return;
        }
      }
    };
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  world.own("flood", () => new Promise((done) => server.close(done)));
  f.port = server.address().port;
  return f;
}

const rssMb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

scenario("a broker that gives without end and takes nothing is not listened to; memory stays bounded, nothing is lost", async (world) => {
  const KIOSKS = 1000;
  const COUNT = 400_000;
  const STILL_MS = 1000;
  const at = Date.now();
  const f = await flood(world, COUNT, (n) => {
    const kiosk = n % KIOSKS;
    const event = { seq: Math.floor(n / KIOSKS) + 1, at, type: "rating", question: "overall", score: 1 + (n % 5), of: 5 };
    const epoch = kiosk.toString(16).padStart(32, "0");
    return { topic: `puas/1/events/${shardOf(BRANCH)}/${BRANCH}/flood-${kiosk}`, payload: JSON.stringify({ v: 1, epoch, sent: at, clock: "synced", events: [event] }) };
  });
  const aggregator = await Aggregator.start(world, { brokerPort: f.port });
  const { pid } = aggregator.process;
  const stored = () => aggregator.store.one("SELECT coalesce(sum(n), 0) FROM pack");
  let [last, since, most] = [0, performance.now(), 0];
  await waitFor(() => `no more to be taken; ${f.sent} sent`, () => {
    most = Math.max(most, rssMb(pid));
    if (f.sent !== last) [last, since] = [f.sent, performance.now()];
    return f.sent > 0 && performance.now() - since > STILL_MS;
  }, 60_000, 50);
  assert.ok(f.sent < COUNT, "it took all, and did not mind that its acknowledgements went nowhere");
  const held = await stored();
  world.note(`${f.sent} sent, ${held} stored while deaf, ${most.toFixed(1)} MiB at most`);
  assert.ok(held > 0 && held < COUNT);
  assert.ok(most < 100, `${most} MiB`);
  f.listen();
  await waitFor(async () => `all to be stored; ${await stored()} are`, async () => (await stored()) === COUNT, 60_000, 100);
  assert.ok(rssMb(pid) < 100, `${rssMb(pid)} MiB`);
});
