// Bad input: one clear line that says what to do, an exit code where it cannot go on, and nothing lost.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { writeFileSync } from "node:fs";
import mqtt from "mqtt";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { disk } from "./lib/disk.mjs";
import { MouseScreen, TouchScreen } from "./lib/display.mjs";
import { ForeignKiosk, shardOf } from "./lib/foreign.mjs";
import { checkExactlyOnce, Kiosk } from "./lib/kiosk.mjs";
import { run } from "./lib/process.mjs";
import { waitFor, within } from "./lib/wait.mjs";
import { BIN, scenario } from "./lib/world.mjs";

const ID = "dago-entrance";
const BRANCH = "bandung-dago";
const TOPIC = `puas/1/events/${shardOf(BRANCH)}/${BRANCH}/${ID}`;
const STAMP = /^\d{4}-\d\d-\d\dT[\d:.]+Z /;

/** Starts a program that cannot go on: exactly one line, and a code that is not 0. */
async function refuses(started, pattern) {
  await within(`${started.name} to refuse`, started.ended);
  assert.notEqual(started.code, 0, `ended with 0: ${started.lines.join(" | ")}`);
  assert.equal(typeof started.code, "number", `died of ${started.code}`);
  const said = started.lines.filter((line) => line !== "" && !/ info /.test(line));
  assert.equal(said.length, 1, `one line is wanted: ${said.join(" | ")}`);
  assert.match(said[0], pattern);
}

// ---------------------------------------------------------------- configuration
const wrongKiosk = [
  ["an unknown key", (text) => text.replace("state_dir:", "state_dirr:"), /kiosk-dago-entrance\.yaml:5:1: .*state_dirr.*did you mean 'state_dir'/],
  ["a bad value", (text) => `${text}\nscreen: { width: wide }\n`.replace(/^screen:\n {2}.*\n/m, ""), /\.yaml:\d+:\d+: .*wide/],
  ["a time without its unit", (text) => text.replace(/thanks: \S+ ms/, "thanks: 3000"), /\.yaml:\d+:\d+: .*'3000'/],
  ["broken YAML", (text) => `${text}\n  - [\n`, /\.yaml:\d+:\d+: /],
  ["no kiosk", (text) => text.replace(/^kiosk:.*$/m, ""), /kiosk/],
  ["an id that is none", (text) => text.replace(/^kiosk:.*$/m, "kiosk: Dago Entrance"), /\.yaml:\d+:\d+: .*Dago Entrance/],
];
for (const [what, change, pattern] of wrongKiosk) {
  scenario(`the kiosk refuses a configuration with ${what}`, async (world) => {
    const kiosk = await Kiosk.start(world, { brokerPort: 1, change, wait: false });
    await refuses(kiosk.spawn(), pattern);
  });
}
const wrongAggregator = [
  ["an unknown key", (text) => text.replace("  port:", "  prot:"), /aggregator\.yaml:\d+:\d+: .*prot.*did you mean 'port'/],
  ["a rule of an unknown place", (text) => text.replace(/place: harapan\n( +)question/, "place: harapann\n$1question"), /aggregator\.yaml:\d+.*harapann/],
  ["hours that overlap", (text) => text.replace('close: "24:00" }', 'close: "24:00" }, { days: mon, open: "09:00", close: "10:00" }'), /aggregator\.yaml:\d+.*(hours|overlap)/],
  ["a tab for indentation", (text) => text.replace("broker:\n  port", "broker:\n\tport"), /aggregator\.yaml:\d+:\d+: /],
  ["a port out of range", (text) => text.replace(/(http:\n {2}port: )\d+/, "$199999"), /aggregator\.yaml:\d+:\d+: .*99999/],
];
for (const [what, change, pattern] of wrongAggregator) {
  scenario(`the aggregator refuses a configuration with ${what}`, async (world) => {
    const aggregator = await Aggregator.start(world, { brokerPort: 1, change, wait: false });
    await refuses(aggregator.spawn(), pattern);
    const checked = world.process("puas-aggregator --check-config", `${BIN}/puas-aggregator`, ["--config", aggregator.file, "--check-config"]);
    await refuses(checked, pattern);
  });
}
scenario("--check-config accepts what make run writes", async (world) => {
  const aggregator = await Aggregator.start(world, { brokerPort: 1, wait: false });
  assert.equal((await run(`${BIN}/puas-aggregator`, ["--config", aggregator.file, "--check-config"])).code, 0);
  const kiosk = await Kiosk.start(world, { brokerPort: 1, wait: false });
  assert.equal((await run(`${BIN}/puas-kiosk`, ["--config", kiosk.file, "--check-config"])).code, 0);
});

// ---------------------------------------------------------------- surroundings
scenario("the kiosk without a display says so", async (world) => {
  const kiosk = await Kiosk.start(world, { brokerPort: 1, wait: false, env: { DISPLAY: ":987", WAYLAND_DISPLAY: "", SDL_VIDEODRIVER: "x11" } });
  await refuses(kiosk.spawn(), /no display .*DISPLAY/);
});
scenario("the kiosk without its fonts says which and how to get them", async (world) => {
  const fonts = world.path("fonts.conf");
  writeFileSync(fonts, '<?xml version="1.0"?><fontconfig><dir>/nonexistent</dir></fontconfig>');
  const screen = await MouseScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: 1, screen, wait: false, env: { FONTCONFIG_FILE: fonts } });
  await refuses(kiosk.spawn(), /font Noto Sans.* missing: apt-get install fonts-noto-core/);
});
scenario("the kiosk without its pictures says which", async (world) => {
  const screen = await MouseScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: 1, screen, wait: false, change: (text) => text.replace(/^assets:.*$/m, "assets: /nonexistent") });
  await refuses(kiosk.spawn(), /\/nonexistent/);
});
scenario("the aggregator says that its port is in use", async (world) => {
  const other = createServer();
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, wait: false });
  await new Promise((done, fail) => other.once("error", fail).listen(aggregator.httpPort, "127.0.0.1", done));
  world.own("other server", () => other.close());
  await refuses(aggregator.spawn(), new RegExp(`${aggregator.httpPort}.* in use`));
});
scenario("the aggregator says that its folder is missing, and that another one runs on it", async (world) => {
  const broker = await Broker.start(world);
  const lost = await Aggregator.start(world, { brokerPort: broker.port, data: world.path("nowhere"), wait: false });
  await refuses(lost.spawn(), /nowhere/);
  const first = await Aggregator.start(world, { brokerPort: broker.port });
  const second = world.process("second puas-aggregator", `${BIN}/puas-aggregator`, ["--config", first.file]);
  await refuses(second, /puas\.db|in use/);
});
scenario("no broker: the kiosk thanks, the aggregator waits; both go on when it comes", async (world) => {
  const broker = await Broker.start(world);
  await broker.kill();
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, wait: false });
  aggregator.spawn();
  aggregator.run = (await aggregator.process.line(/ core_ready run=(\w+)/))[1];
  const screen = await MouseScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen });
  for (const score of [1, 2, 3]) await kiosk.rate(score);
  await broker.up();
  assert.equal(await checkExactlyOnce(kiosk, aggregator.store), 3);
});

// ---------------------------------------------------------------- disks
scenario("a full disk of the kiosk: out of service, no thanks; in service again when there is room", async (world) => {
  const small = await disk(world, "kiosk-disk", 12);
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await TouchScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, state: `${small.path}/state` });
  for (const score of [5, 4, 3]) await kiosk.rate(score);
  await small.fill();
  for (let i = 0; i < 3; i++) {
    const from = kiosk.process.mark();
    await kiosk.touch("face-1");
    const { line: refused } = await kiosk.process.line(/ screen name=out-of-service .*reason=disk-full/, { from });
    await kiosk.process.line(/ screen name=question /, { from: refused });
    assert.equal(kiosk.process.find(/ screen name=thanks /, from), null, "a false thank-you");
  }
  await waitFor("health to say disk-full", async () => (await aggregator.store.one("SELECT reason FROM kiosk")) === "disk-full");
  small.free();
  await kiosk.rate(2);
  await waitFor("health to say that it is over", async () => (await aggregator.store.one("SELECT reason FROM kiosk")) === "");
  assert.equal(await checkExactlyOnce(kiosk, aggregator.store), 4);
});
scenario("a read-only disk: the aggregator says so and does not start; the kiosk is out of service until it can be written", async (world) => {
  const small = await disk(world, "read-only", 12);
  const broker = await Broker.start(world);
  const screen = await MouseScreen.start(world);
  await small.readonly();
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, state: `${small.path}/state`, wait: false });
  kiosk.spawn();
  await kiosk.process.line(/ screen name=out-of-service .*reason=outbox-error/);
  assert.equal(kiosk.process.find(/ screen name=question /), null, "in service without an outbox");
  assert.ok(kiosk.process.find(/ outbox_unusable /));
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, data: small.path, wait: false });
  await refuses(aggregator.spawn(), /read-only|Read-only/i);
  await small.writable();
  await kiosk.process.line(/ screen name=question /);
  await aggregator.up();
  await kiosk.rate(4);
  assert.equal(await checkExactlyOnce(kiosk, aggregator.store), 1);
});
scenario("a disk that is full at the kiosk's start: its outbox stays, and it comes into service when there is room", async (world) => {
  const small = await disk(world, "full-at-start", 12);
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await MouseScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, state: `${small.path}/state` });
  for (const score of [5, 3]) await kiosk.rate(score);
  await kiosk.process.kill();
  await small.fill();
  kiosk.spawn();
  await kiosk.process.line(/ screen name=out-of-service .*reason=(disk-full|outbox-error)/);
  assert.ok(kiosk.process.running);
  small.free();
  await kiosk.process.line(/ screen name=question /);
  assert.equal(kiosk.process.find(/ outbox_damaged /), null);
  await kiosk.rate(2);
  assert.equal(await checkExactlyOnce(kiosk, aggregator.store), 3);
});
scenario("a full disk of the aggregator: nothing is acknowledged until there is room, nothing is lost", async (world) => {
  const small = await disk(world, "store-disk", 3);
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, data: small.path });
  const kiosk = new ForeignKiosk({ port: broker.port, id: ID, branch: BRANCH, secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  kiosk.press(5);
  await kiosk.settled();
  await small.fill();
  let pressed = 1;
  const from = aggregator.process.mark();
  await waitFor("the store to be full", () => {
    if (kiosk.states().pending > 300) throw new Error("enough");
    for (let i = 0; i < 20; i++, pressed++) kiosk.press(1 + (pressed % 5));
    return aggregator.process.find(/ (store_failed|cannot_start) /, from);
  }, 20_000, 60);
  assert.match(aggregator.process.find(/ (store_failed|cannot_start) /, from)[0] + aggregator.process.lines[from], /full/);
  const stored = await aggregator.store.count();
  const acked = kiosk.states().acknowledged;
  assert.ok(acked <= stored, `${acked} acknowledged, ${stored} stored`);
  assert.ok(aggregator.process.running, "the aggregator waits for room");
  small.free();
  await aggregator.process.line(/ core_ready /, { from, ms: 30_000 });
  await kiosk.settled(30_000);
  const rows = await aggregator.store.events(ID);
  assert.equal(rows.length, pressed);
  assert.equal(new Set(rows.map((row) => row.seq)).size, pressed);
  assert.deepEqual(await aggregator.store.recount(), []);
});

// ---------------------------------------------------------------- messages
const good = (seq, more = {}) => JSON.stringify({ v: 1, epoch: "0f3c5a7e9b1d2f40516273849a0b1c2d", sent: Date.now(), clock: "synced", events: [{ seq, at: Date.now(), type: "rating", question: "overall", score: 3, of: 5 }], ...more });
const broken = [
  ["nothing", Buffer.alloc(0), "not-json"],
  ["no JSON", Buffer.from("hello"), "not-json"],
  ["a NUL byte", Buffer.from(good(900).replace("overall", "over\0all")), "not-json"],
  ["an escaped NUL", Buffer.from(good(901).replace("overall", "over\\u0000all")), "not-json"],
  ["bad UTF-8", Buffer.concat([Buffer.from(good(902).slice(0, -1) + ',"x":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]), "not-utf8"],
  ["half a surrogate pair", Buffer.from(good(903).replace("overall", "\\ud800")), "not-json"],
  ["1e309", Buffer.from(good(904).replace('"seq":904', '"seq":1e309')), "not-json"],
  ["a number beyond 64 bits", Buffer.from(good(905).replace('"seq":905', '"seq":99999999999999999999999')), "not-json"],
  ["a key twice", Buffer.from(good(906).replace('"v":1', '"v":1,"v":1')), "not-json"],
  ["another version", Buffer.from(good(907).replace('"v":1', '"v":2')), "bad-version"],
  ["no epoch", Buffer.from(good(908).replace(/"epoch":"\w+"/, '"epoch":"xyz"')), "bad-field"],
  ["a seq of 2^53", Buffer.from(good(909).replace('"seq":909', '"seq":9007199254740992')), "bad-field"],
  ["51 events", Buffer.from(good(910, { events: Array.from({ length: 51 }, (_, i) => ({ seq: 1000 + i, at: 1, type: "x" })) })), "too-many"],
  ["16,385 bytes", Buffer.from(good(911).padEnd(16_385)), "too-large"],
  ["a megabyte", Buffer.from(good(912).padEnd(1 << 20)), "too-large"],
  ["10,000 brackets", Buffer.from("[".repeat(10_000)), "not-json"],
];
scenario("broken messages are kept aside with their bytes and the reason; the next good one is stored", async (world) => {
  const broker = await Broker.start(world);
  const junk = await mqtt.connectAsync({ host: "127.0.0.1", port: broker.port, username: ID, password: SECRET, clientId: ID });
  world.own("junk", () => junk.endAsync(true));
  await junk.publishAsync(TOPIC, good(800), { qos: 1, retain: true }); // stays on the topic: not ours
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  await aggregator.process.line(/ retained_event_ignored /);
  const { store } = aggregator;
  let expected = 0;
  for (const [what, bytes, reason] of broken) {
    await junk.publishAsync(TOPIC, bytes, { qos: 1 });
    expected++;
    await waitFor(`'${what}' in the quarantine`, async () => (await store.one("SELECT count(*) FROM quarantine")) === expected);
    const kept = (await store.quarantine())[expected - 1];
    assert.equal(kept.reason, reason, what);
    assert.equal(kept.kiosk, ID);
    assert.equal(kept.topic, TOPIC);
    assert.equal(kept.seq, undefined ?? null, what);
    assert.ok(Buffer.from(kept.hex, "hex").equals(bytes.subarray(0, 65_536)), `${what}: other bytes`);
  }
  for (const part of ["state", "health"]) {
    await junk.publishAsync(`puas/1/kiosk/${ID}/${part}`, "{", { qos: 1 });
    expected++;
    await waitFor(`junk on ${part} in the quarantine`, async () => (await store.one("SELECT count(*) FROM quarantine")) === expected);
  }
  assert.equal(await store.count(), 0);
  await junk.publishAsync(TOPIC, Buffer.from(good(1).padEnd(16_384)), { qos: 1 }); // at the limit
  await waitFor("the good one", async () => (await store.count()) === 1);
  assert.ok(aggregator.process.running);
  assert.equal(await store.one("SELECT count(*) FROM quarantine"), expected);
});
scenario("ten megabytes do not get past the broker, and harm nobody", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const big = await mqtt.connectAsync({ host: "127.0.0.1", port: broker.port, username: ID, password: SECRET, clientId: ID, reconnectPeriod: 0 });
  big.on("error", () => {});
  const closed = new Promise((done) => big.on("close", done));
  big.publish(TOPIC, Buffer.alloc(10 << 20, 0x20), { qos: 1 }, () => {});
  await within("the broker to close the connection", closed);
  const kiosk = new ForeignKiosk({ port: broker.port, id: ID, branch: BRANCH, secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  kiosk.press(5);
  await kiosk.settled();
  assert.equal(await aggregator.store.one("SELECT count(*) FROM quarantine"), 0);
});
