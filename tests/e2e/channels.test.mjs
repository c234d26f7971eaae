// Who is told of alerts: channels of every kind against real receiving servers, kills, servers that fail, hang and limit.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import mqtt from "mqtt";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { run } from "./lib/process.mjs";
import { HttpReceiver, MailReceiver, certificate, readMail } from "./lib/receivers.mjs";
import { Session } from "./lib/session.mjs";
import { killAt, mayTrace } from "./lib/strace.mjs";
import { waitFor } from "./lib/wait.mjs";
import { BIN, freePorts, scenario } from "./lib/world.mjs";

const QUICK = "retry_min: 50 ms, retry_max: 400 ms, timeout: 5 s";
const KEY = Buffer.from("a key of the signature, 32 bytes").toString("base64");

/** A system whose settings have these channels: lines of YAML flow mappings. */
async function system(world, channels, { change = (text) => text, wait = true, env = {} } = {}) {
  world.folder("secrets");
  writeFileSync(world.path("secrets/hook"), `whsec_${KEY}\n`);
  writeFileSync(world.path("secrets/mail"), `${MailReceiver.PASSWORD}\n`);
  writeFileSync(world.path("secrets/token"), "tok-4711\n");
  const broker = await Broker.start(world);
  const list = `channels:\n${channels.map((c) => `  - { ${c} }\n`).join("")}`;
  const aggregator = await Aggregator.start(world, {
    brokerPort: broker.port,
    wait,
    env,
    change: (text) => change(text.replace(/^ {2}port: (\d+)\nseed:|^times:/m, (all) => `${list}${all}`).replace(/^http:$/m, "http:\n  public_url: https://puas.example.org")),
  });
  const kiosk = async () => {
    const k = new ForeignKiosk({ port: broker.port, id: "dago-entrance", branch: "bandung-dago", secret: SECRET });
    world.own("foreign kiosk", () => k.die());
    await k.connect();
    await k.synced;
    return k;
  };
  const rows = () => aggregator.store.query("SELECT channel, event, state, attempts, reply FROM outgoing ORDER BY outgoing_id");
  const ctl = async (...args) => {
    const p = await run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
    return { code: p.code, text: p.lines.join("\n") };
  };
  return { broker, aggregator, kiosk, rows, ctl, store: aggregator.store };
}
async function press(kiosk, scores) {
  for (const score of scores) {
    kiosk.press(score);
    await kiosk.settled();
  }
}
const raise = (kiosk) => press(kiosk, Array(7).fill(1));
const hook = (url, more = "", id = "hook") => `id: ${id}, kind: webhook, url: "${url}", secret_file: @, allow_private: true, lang: en, rules: [satisfied-85], ${QUICK}${more}`;
const filled = (world, ...channels) => channels.map((c) => c.replace(/secret_file: @(\w*)/, (_, name) => `secret_file: ${world.path("secrets", name || "hook")}`));

/** As the documentation says a receiver does. */
function verify({ headers, body }, now = Date.now()) {
  const [id, stamp, signature] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => headers[name]);
  assert.ok(Math.abs(now / 1000 - Number(stamp)) <= 300, "within the replay window");
  const mac = createHmac("sha256", Buffer.from(KEY, "base64")).update(`${id}.${stamp}.${body}`).digest("base64");
  assert.equal(signature, `v1,${mac}`);
  assert.equal(headers["idempotency-key"], id);
  return JSON.parse(body);
}

scenario("a webhook hears of the raise, the acknowledgement and the end, signed, and in order", async (world) => {
  const receiver = await HttpReceiver.start(world);
  const s = await system(world, filled(world, hook(receiver.url, ", events: [raised, acknowledged, ended]")));
  const kiosk = await s.kiosk();
  await raise(kiosk);
  const [first] = await receiver.arrived(1);
  const raised = verify(first);
  assert.equal(raised.type, "alert.raised");
  assert.equal(raised.data.rule, "satisfied-85");
  assert.equal(raised.data.branch, "bandung-dago");
  assert.equal(raised.data.title, "Bandung Dago: Promise not kept");
  assert.equal(raised.data.link, "https://puas.example.org/?place=bandung-dago");
  assert.deepEqual(raised.data.lines.filter(({ label }) => label !== "Since" && label !== "Figures"), [
    { label: "What", text: "At least 85 % satisfied at every exit" },
    { label: "Where", text: "Bandung Dago" },
    { label: "How sure", text: "about one false alarm in 5,191 votes" },
  ]);
  const manager = await Session.login(s.aggregator.url);
  await manager.post(`/api/v1/alerts/${raised.data.alert}/ack`, { comment: "Saya ke sana", minutes: 30 });
  const taken = verify((await receiver.arrived(2))[1]);
  assert.equal(taken.type, "alert.acknowledged");
  assert.equal(taken.data.by, "Sari Wulandari");
  assert.ok(taken.data.lines.some(({ label, text }) => label === "Note" && text === "Saya ke sana"));
  await manager.post(`/api/v1/alerts/${raised.data.alert}/resolve`, { comment: "Loket ketiga dibuka" });
  const ended = verify((await receiver.arrived(3))[2]);
  assert.equal(ended.type, "alert.ended");
  assert.match(ended.data.title, /^Bandung Dago: over/);
  assert.ok(ended.data.lines.some(({ label }) => label === "Lasted"));
  await waitFor("all to be settled", async () => (await s.rows()).every(({ state }) => state === 1));
  assert.equal(new Set(receiver.requests.map((q) => q.headers["webhook-id"])).size, 3);
});

for (const secure of [true, false]) {
  scenario(`a mail over ${secure ? "TLS" : "STARTTLS"} with a login: text and HTML, in Indonesian, named for ever`, async (world) => {
    const tls = await certificate(world);
    const receiver = await MailReceiver.start(world, { tls, secure });
    const s = await system(world, filled(world, `id: sari, kind: email, url: "smtp${secure ? "s" : ""}://localhost:${receiver.port}", user: ${MailReceiver.USER}, secret_file: @mail, from: puas@example.org, to: [sari@example.org, budi@example.org], ca_file: ${tls.cert}, ${QUICK}`));
    await raise(await s.kiosk());
    const [mail] = await receiver.arrived(1);
    assert.deepEqual([mail.from, mail.to, mail.secure, mail.user], ["puas@example.org", ["sari@example.org", "budi@example.org"], true, MailReceiver.USER]);
    const { headers, parts } = readMail(mail.text);
    assert.equal(headers.subject, "Bandung Dago: Janji tidak terpenuhi");
    const id = await s.store.one("SELECT id FROM outgoing");
    assert.equal(headers["message-id"], `<${id}@example.org>`);
    assert.equal(headers.to, "<sari@example.org>, <budi@example.org>");
    assert.equal(headers["auto-submitted"], "auto-generated");
    assert.match(headers["content-type"], /^multipart\/alternative/);
    assert.deepEqual(parts.map(({ type }) => type), ["text/plain", "text/html"]);
    assert.match(parts[0].text, /^Apa: Sedikitnya 85 % puas di setiap pintu keluar\r?$/m);
    assert.match(parts[0].text, /^Seberapa pasti: alarm palsu kira-kira sekali dalam 5\.191 suara\r?$/m);
    assert.match(parts[0].text, /^Buka halaman cabang: https:\/\/puas\.example\.org\/\?place=bandung-dago\r?$/m);
    assert.match(parts[1].text, /<a href="https:\/\/puas\.example\.org\/\?place=bandung-dago">Buka halaman cabang<\/a>/);
    await waitFor("it to be settled", async () => (await s.rows())[0].state === 1);
    assert.match((await s.rows())[0].reply, /^250 /);
  });
}

scenario("killed after the commit and before the message is sent, or before its answer: one visible message an id", async (world) => {
  mayTrace();
  let answers = false;
  const receiver = await HttpReceiver.start(world, { answer: () => (answers ? { status: 200 } : null) });
  const s = await system(world, filled(world, hook(receiver.url)));
  const kiosk = await s.kiosk();
  await killAt(world, s.aggregator.process, "connect", 1); // the courier's first
  kiosk.press(1);
  for (let i = 0; i < 6; i++) kiosk.press(1);
  await s.aggregator.process.ended;
  assert.equal(receiver.requests.length, 0);
  assert.deepEqual((await s.rows()).map(({ state, attempts }) => [state, attempts]), [[0, 0]], "committed, not sent");
  await s.aggregator.up();
  await receiver.arrived(1);
  await s.aggregator.kill(); // it has arrived over there, and nobody here knows
  answers = true;
  await s.aggregator.up();
  await waitFor("it to be settled", async () => (await s.rows()).every(({ state }) => state === 1));
  assert.ok(receiver.requests.length >= 2);
  assert.equal(new Set(receiver.requests.map((q) => verify(q).id)).size, 1);
  assert.equal((await s.rows()).length, 1);
});
