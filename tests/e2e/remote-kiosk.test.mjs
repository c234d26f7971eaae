// Remote management of the real kiosk: documents, orders, refs. The wire side with foreign kiosks is in remote.test.mjs.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import mqtt from "mqtt";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { MouseScreen } from "./lib/display.mjs";
import { checkExactlyOnce, Kiosk } from "./lib/kiosk.mjs";
import { run } from "./lib/process.mjs";
import { query } from "./lib/store.mjs";
import { waitFor, within } from "./lib/wait.mjs";
import { BIN, scenario } from "./lib/world.mjs";

const ID = "dago-entrance";
const sha = (text) => createHash("sha256").update(text).digest("hex");

// One question, so that a face is a whole visit.
const content = (version, more = "") => `languages: [en, id]
language: en
survey:
  id: exit
  version: ${version}
  questions:
    - { id: overall, type: faces, of: 5 }
${more}`;
const own = (text) => text.replace(/^ {4}# After a face[^]*?(?=^promise)/m, "");

async function system(world, { change = (text) => text, users = [], env = {}, times, wait } = {}) {
  const broker = await Broker.start(world, { users: ["aggregator", ID, ...users] });
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await MouseScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, env, times, wait, change: (text) => change(own(text)) });
  const ctl = async (...args) => {
    const p = await run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
    return { code: p.code, text: p.lines.join("\n") };
  };
  const push = async (text) => {
    writeFileSync(world.path("content.yaml"), text);
    const done = await ctl("push", world.path("content.yaml"), "--kiosk", ID);
    assert.equal(done.code, 0, done.text);
  };
  const shown = async () => JSON.parse((await ctl("--json", "kiosks")).text).find((row) => row.id === ID);
  const inForce = () => waitFor("the document in force", async () => {
    const row = await shown();
    return row.content === row.published && row;
  });
  const client = async (username) => {
    const c = await mqtt.connectAsync({ host: "127.0.0.1", port: broker.port, username, password: SECRET, clientId: `test-${username}`, reconnectPeriod: 0 });
    world.own(username, () => c.endAsync(true));
    return c;
  };
  if (!kiosk.process) kiosk.spawn();
  await kiosk.online;
  return { broker, aggregator, kiosk, ctl, push, shown, inForce, client };
}

scenario("kiosk: a pushed document is shown, told in health, and kept over a restart without network", async (world) => {
  const { broker, aggregator, kiosk, ctl, push, shown, inForce } = await system(world);
  assert.equal((await shown()).content, "", "its own file");
  await push(content(2));
  await kiosk.process.line(/ content survey=exit version=2 sha256=\w+/);
  const { content: hash } = await inForce();
  await kiosk.rate(4);
  await waitFor("the answer", async () => (await aggregator.store.count()) === 1);
  assert.equal(await aggregator.store.one(`SELECT software FROM kiosk WHERE id = '${ID}'`), "0.1.0");

  await broker.kill();
  await kiosk.process.stop();
  await kiosk.up();
  await kiosk.rate(5);
  const kept = JSON.parse(readFileSync(`${kiosk.state}/content.json`, "utf8"));
  assert.equal(kept.sha256, hash);
  assert.equal(sha(kept.document), hash);
  await broker.up();
  await kiosk.online;
  await waitFor("its health", async () => (await shown()).content === hash);
  assert.equal(kiosk.process.find(/ content_taken /), null, "it had it already");
  await waitFor("the answer given in between", async () => (await aggregator.store.count()) === 2);
  await checkExactlyOnce(kiosk, aggregator.store);

  await ctl("push", "--clear", "--kiosk", ID);
  await kiosk.process.line(/ content survey=service version=1 sha256=/);
  await waitFor("its own file", async () => (await shown()).content === "");
  assert.equal(existsSync(`${kiosk.state}/content.json`), false);
});

scenario("kiosk: a document that it died with before it was shown is refused, and the good one stays", async (world) => {
  const { aggregator, kiosk, ctl, push, shown, inForce } = await system(world, { times: { settle_step: "0 s", step: "60 s" } });
  await push(content(2, "    - { id: liked, type: choice, options: [ { id: staff }, { id: room } ] }\n"));
  const good = (await inForce()).content;
  await kiosk.answer("face-3", "choice"); // a visit is under way: the next document waits for its end
  await push(content(3));
  await kiosk.process.line(/ content_taken /, { from: kiosk.process.find(/ content survey=exit version=2 /).line });
  await waitFor("it on disk beside the good one", () => existsSync(`${kiosk.state}/content.new.json`));
  await kiosk.process.kill();
  assert.equal(JSON.parse(readFileSync(`${kiosk.state}/content.json`, "utf8")).sha256, good);
  await kiosk.up();
  await kiosk.process.line(/ content survey=exit version=2 /);
  await kiosk.online;
  await waitFor("the refusal", async () => (await shown()).refused === (await shown()).published);
  assert.match((await ctl("kiosks")).text, /the program ended while it was shown first/);
  assert.equal((await shown()).content, good);
  await kiosk.answer("face-4", "choice");
  await kiosk.answer("option-room", "thanks");
  await waitFor("the answers", async () => (await aggregator.store.count()) === 3);
  await push(content(4));
  await inForce();
  assert.equal((await shown()).refused, "");
  assert.equal(existsSync(`${kiosk.state}/content.new.json`), false);
});

scenario("kiosk: what it cannot use is refused with the reason, and the old one stays", async (world) => {
  const { kiosk, ctl, push, shown, inForce, client } = await system(world);
  await push(content(2));
  await inForce();
  const good = (await shown()).published;
  // No catalogue of this language: only the kiosk can know.
  await push(content(3).replace("[en, id]", "[en, id, qq]"));
  await waitFor("the refusal", async () => (await shown()).refused === (await shown()).published);
  assert.match((await ctl("kiosks")).text, /refused \w{8}.*qq/);
  assert.equal((await shown()).content, good);
  // Somebody with the broker's keys, and a hash that is none of these bytes.
  const foreign = await client("aggregator");
  const document = JSON.stringify({ kiosk: ID, branch: "bandung-dago", place: "", content: { volume: 1 } });
  const publish = (sha256) => foreign.publishAsync(`puas/1/kiosk/${ID}/config`, JSON.stringify({ v: 1, sha256, document }), { qos: 1, retain: true });
  await publish(sha(`${document} `));
  await waitFor("the wrong hash in puasctl kiosks", async () => /the hash is wrong/.test((await ctl("kiosks")).text));
  assert.equal((await shown()).content, good);
  for (const junk of ["", "{", "\xff", JSON.stringify({ v: 1, sha256: sha("[]"), document: "[]" })]) {
    await foreign.publishAsync(`puas/1/kiosk/${ID}/config`, junk, { qos: 1, retain: true });
  }
  await waitFor("the last junk", async () => (await shown()).refused === sha("[]"));
  await kiosk.rate(4); // customers notice nothing
  await push(content(4));
  await inForce();
  assert.equal((await shown()).refused, "");
});

scenario("kiosk: orders", async (world) => {
  const { aggregator, kiosk, ctl, push, inForce, client } = await system(world);
  assert.deepEqual(await ctl("command", ID, "identify"), { code: 0, text: "done" });
  await push(content(2));
  await inForce();
  const from = kiosk.process.mark();
  assert.equal((await ctl("command", ID, "reload")).code, 0);
  await kiosk.process.line(/ content survey=exit version=2 /, { from });
  for (const score of [1, 2, 3]) await kiosk.rate(score);
  await waitFor("the answers", async () => (await aggregator.store.count()) === 3);
  assert.match((await ctl("command", ID, "resend")).text, /done: 3 answers are sent again/);
  await waitFor("all of them acknowledged again", async () => (await aggregator.store.one(`SELECT unacknowledged FROM kiosk WHERE id = '${ID}'`)) === 0);
  await checkExactlyOnce(kiosk, aggregator.store);
  const no = await ctl("command", ID, "screenshot", "-o", world.path("no.png"));
  assert.equal(no.code, 1);
  assert.match(no.text, /switched off/);
  // Expired, retained and repeated orders are not done.
  const foreign = await client("aggregator");
  const replies = [];
  foreign.on("message", (_, payload) => replies.push(JSON.parse(payload)));
  await foreign.subscribeAsync(`puas/1/kiosk/${ID}/reply`, { qos: 1 });
  const order = (more, options = { qos: 1 }) => foreign.publishAsync(`puas/1/kiosk/${ID}/command`, JSON.stringify({ v: 1, expires: Date.now() + 60_000, do: "identify", ...more }), options);
  await order({ id: "twice" });
  await order({ id: "twice" });
  await order({ id: "dance", do: "dance" });
  await waitFor("three replies", () => replies.length === 3);
  assert.deepEqual(replies.map((r) => [r.id, r.ok, r.why]), [["twice", true, undefined], ["twice", false, "seen already"], ["dance", false, "not known to this kiosk"]]);
  assert.equal((await ctl("command", ID, "restart")).code, 0);
  const { line: stopped } = await kiosk.process.line(/ stopped again=1/);
  await kiosk.process.line(/ started kiosk=\S+ branch=\S+ boot=2 /);
  await kiosk.process.line(/ screen name=question /, { from: stopped });
  await kiosk.rate(5);
  await waitFor("the answer after the restart", async () => (await aggregator.store.count()) === 4);
  await inForce();
});

scenario("kiosk: under a service manager a restart is an orderly end: the manager starts what is installed by then", async (world) => {
  const socket = world.path("notify");
  const manager = world.process("puas-manager", `${BIN}/tools/puas-manager`, [socket]);
  await manager.line(/^ready$/);
  const { kiosk, ctl } = await system(world, { env: { NOTIFY_SOCKET: socket } });
  await manager.line(/^told READY=1$/);
  assert.equal((await ctl("command", ID, "restart")).code, 0);
  await within("the kiosk to end", kiosk.process.ended);
  assert.equal(kiosk.process.code, 0);
  assert.ok(kiosk.process.find(/ stopped again=1/));
  await manager.line(/^told STOPPING=1$/);
});

scenario("kiosk: a screenshot where it is switched on, never while somebody is there", async (world) => {
  const { kiosk, ctl, push, inForce } = await system(world, { change: (text) => `${text}\nremote: { screenshot: true }\n`, times: { press: "2 s", settle_step: "0 s" } });
  const shot = await ctl("command", ID, "screenshot", "-o", world.path("shot.png"));
  assert.equal(shot.code, 0, shot.text);
  const png = readFileSync(world.path("shot.png"));
  assert.equal(png.subarray(1, 4).toString(), "PNG");
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1280, 800]);
  await push(content(2, "    - { id: comment, type: text }\n"));
  await inForce();
  const refused = async () => {
    const no = await ctl("command", ID, "screenshot", "-o", world.path("no.png"));
    assert.equal(no.code, 1);
    assert.match(no.text, /somebody is at the kiosk/);
    assert.equal(existsSync(world.path("no.png")), false);
  };
  await kiosk.answer("face-3", "text");
  await refused();
  await kiosk.touch("key-0");
  await kiosk.answer("done", "pressed"); // what was written stands on the screen until it is saved
  const pressed = kiosk.process.mark();
  await refused();
  assert.equal(kiosk.process.find(/ screen name=thanks /, pressed), null, "it was asked for in time");
});

scenario("kiosk: an ordered restart waits for the visit", async (world) => {
  const { kiosk, ctl, push, inForce } = await system(world, { times: { settle_step: "0 s", step: "3 s", warn: "500 ms" } });
  await push(content(2, "    - { id: liked, type: choice, several: true, options: [ { id: staff }, { id: room } ] }\n"));
  await inForce();
  await kiosk.answer("face-3", "choice");
  await kiosk.touch("option-room");
  assert.equal((await ctl("command", ID, "restart")).code, 0);
  const mark = kiosk.process.mark();
  await kiosk.touch("option-staff"); // it goes on
  await kiosk.process.line(/ target id=done /);
  await kiosk.answer("done", "thanks");
  await kiosk.process.line(/ stopped again=1/, { from: mark });
  await kiosk.process.line(/ started kiosk=\S+ branch=\S+ boot=2 /);
  const rows = await query(`${kiosk.state}/outbox.db`, "SELECT question, options FROM event ORDER BY seq");
  assert.deepEqual(rows.map((row) => row.options || row.question), ["overall", "staff room"]);
});

scenario("kiosk: asleep outside its hours, awake within them; answers given in the night arrive", async (world) => {
  const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
  const other = days[(new Date().getDay() + 3) % 7];
  const hours = `hours: [ { days: ${other}, open: "08:00", close: "15:30" } ]\n`;
  const { aggregator, kiosk, push, shown } = await system(world, { wait: false, times: { awake: "1 s" }, change: (text) => text.replace("times:", `${hours}times:`) });
  await kiosk.process.line(/ screen name=closed /);
  const state = (name) => waitFor(async () => `state ${name}, it is ${(await shown()).state}`, async () => (await shown()).state === name);
  await state("sleeping");
  const from = kiosk.process.mark();
  await kiosk.screen.tap(640, 400);
  await kiosk.process.line(/ screen name=question /, { from });
  await kiosk.answer("face-2", "thanks");
  await waitFor("the answer", async () => (await aggregator.store.count()) === 1);
  assert.equal((await shown()).state, "sleeping");
  await kiosk.process.stop(); // a connect in the night is answered, too
  kiosk.spawn();
  await kiosk.online;
  await state("sleeping");
  await push(content(2)); // without hours: always open
  await kiosk.process.line(/ screen name=question /);
  await state("ready");
  await push(content(3, hours));
  await state("sleeping");
});

scenario("kiosk: the ticket's number goes with the answers of the visit, and is in the store alone", async (world) => {
  const { aggregator, kiosk, client } = await system(world, { users: ["queue"] });
  const queue = await client("queue");
  await kiosk.rate(2);
  await queue.publishAsync(`puas/1/kiosk/${ID}/ref`, '{"v":1,"ref":"A-104"}', { qos: 1 });
  await queue.publishAsync(`puas/1/kiosk/${ID}/ref`, '{"v":1,"ref":"not this one"}', { qos: 1 });
  await kiosk.process.line(/ ref_ignored /);
  await kiosk.rate(4);
  const rows = await waitFor("both answers", async () => {
    const found = await aggregator.store.query("SELECT score, json_extract(body, '$.ref') AS ref FROM event ORDER BY seq");
    return found.length === 2 && found;
  });
  assert.deepEqual(rows, [{ score: 2, ref: null }, { score: 4, ref: "A-104" }]);
});

scenario("kiosk: its own file decides where it stands; that the aggregator thinks otherwise is told", async (world) => {
  const { ctl, shown } = await system(world, { change: (text) => text.replace("branch: bandung-dago", "branch: bandung-dago\nplace: lobby") });
  await waitFor("the difference", async () => (await shown()).assignment === "bandung-dago/lobby");
  assert.match((await ctl("kiosks")).text, /its own file says it stands at bandung-dago\/lobby/);
});
