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
import { random, sleep, waitFor } from "./lib/wait.mjs";
import { BIN, freePorts, scenario } from "./lib/world.mjs";

const QUICK = "retry_min: 50 ms, retry_max: 400 ms, timeout: 5 s";
const KEY = Buffer.from("a key of the signature, 32 bytes").toString("base64");

/** A system whose settings have these channels: lines of YAML flow mappings. */
async function system(world, channels, { change = (text) => text, wait = true, env = {}, users } = {}) {
  world.folder("secrets");
  writeFileSync(world.path("secrets/hook"), `whsec_${KEY}\n`);
  writeFileSync(world.path("secrets/mail"), `${MailReceiver.PASSWORD}\n`);
  writeFileSync(world.path("secrets/token"), "tok-4711\n");
  const broker = await Broker.start(world, { users });
  const list = `channels:\n${channels.map((c) => `  - { ${c} }\n`).join("")}`;
  const aggregator = await Aggregator.start(world, {
    brokerPort: broker.port,
    wait,
    env,
    change: (text) => change(text.replace(/^times:/m, (all) => `${list}${all}`).replace(/^http:$/m, "http:\n  public_url: https://puas.example.org")),
  });
  const kiosk = async (id = "dago-entrance", branch = "bandung-dago") => {
    const k = new ForeignKiosk({ port: broker.port, id, branch, secret: SECRET });
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
    { label: "What", text: "At least 85% satisfied at every exit" },
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
    assert.match(parts[0].text, /^Apa: Sedikitnya 85% puas di setiap pintu keluar\r?$/m);
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

scenario("killed at any moment, again and again: every change of an alert is told once by its id, none is forgotten", async (world) => {
  const draw = random(Number(process.env.PUAS_SEED ?? 5));
  const receiver = await HttpReceiver.start(world, { answer: () => (draw.share() < 0.3 ? { status: 503 } : { status: 200 }) });
  const s = await system(world, filled(world, hook(receiver.url, ", per_minute: 600")));
  const kiosk = await s.kiosk();
  const manager = await Session.login(s.aggregator.url);
  const open = () => s.store.one("SELECT id FROM alert WHERE closed IS NULL");
  for (let i = 0; i < Number(process.env.PUAS_KILLS ?? 10); i++) {
    const id = await open();
    if (id) manager.raw("POST", `/api/v1/alerts/${id}/resolve`, { comment: "" }).catch(() => {}); // answered or not
    for (let n = 0; n < 8; n++) kiosk.press(1);
    await sleep(draw.int(0, 60)); // any moment will do
    await s.aggregator.kill();
    await s.aggregator.up();
    await waitFor("the new run", () => kiosk.epoch.run === s.aggregator.run);
    await kiosk.settled();
  }
  const last = await open();
  if (last) await manager.post(`/api/v1/alerts/${last}/resolve`, { comment: "" });
  await waitFor("all to be settled", async () => (await s.rows()).every(({ state }) => state === 1));
  const alerts = await s.store.query("SELECT id FROM alert");
  const rows = await s.store.query("SELECT id, alert, event FROM outgoing ORDER BY outgoing_id");
  assert.ok(alerts.length >= 2, `${alerts.length} alerts`);
  assert.deepEqual(alerts.map(({ id }) => rows.filter(({ alert }) => alert === id).map(({ event }) => event)), alerts.map(() => [0, 3]), "a raise and an end each");
  const seen = new Map(); // what a receiver shows that keeps ids
  for (const q of receiver.requests) {
    const { id, type, data } = verify(q, q.at);
    if (seen.has(id)) assert.deepEqual(seen.get(id), { type, alert: data.alert });
    seen.set(id, { type, alert: data.alert });
  }
  assert.deepEqual([...seen.keys()].sort(), rows.map(({ id }) => id).sort());
  for (const { id } of alerts) assert.deepEqual([...seen.values()].filter(({ alert }) => alert === id).map(({ type }) => type), ["alert.raised", "alert.ended"], "in order");
});

scenario("a server that fails, hangs and limits is tried again, later and later; it holds up no other channel and no commit", async (world) => {
  const said = [{ status: 500, body: "not now" }, null, { status: 429, headers: { "Retry-After": "2" } }, { status: 200 }];
  const bad = await HttpReceiver.start(world, { answer: (_, n) => said[Math.min(n, said.length) - 1] });
  const good = await HttpReceiver.start(world);
  const s = await system(world, filled(world, hook(bad.url, "", "bad").replace("timeout: 5 s", "timeout: 1 s"), hook(good.url, "", "good")));
  const kiosk = await s.kiosk();
  await raise(kiosk);
  await good.arrived(1);
  await bad.arrived(2); // it hangs now
  const began = Date.now();
  await press(kiosk, [1, 1, 5]);
  const second = await s.ctl("channels", "test", "good");
  assert.equal(second.code, 0, second.text);
  assert.equal((await s.rows()).find(({ channel }) => channel === "bad").state, 0, "and that while the other one hung");
  await bad.arrived(4);
  const [first, again, limited, taken] = bad.requests;
  assert.ok(again.at - first.at >= 25, "half of retry_min at least");
  assert.ok(limited.at - again.at >= 1000, "after its time-out");
  assert.ok(taken.at - limited.at >= 1990, "as Retry-After says");
  assert.ok(taken.at >= began);
  assert.equal(new Set(bad.requests.map((q) => verify(q, q.at).id)).size, 1);
  await waitFor("it to be settled", async () => (await s.rows()).every(({ state }) => state === 1));
  assert.equal((await s.rows()).find(({ channel }) => channel === "bad").attempts, 4);
  s.aggregator.process.find(/ notification_failed channel=bad .*reply="HTTP 500: not now"/) ?? assert.fail("what the server said is in the log");
});

scenario("what nobody takes is given up at its deadline, and seen: log, shell, API; the end of that alert is not told", async (world) => {
  const [port] = await freePorts(1);
  const s = await system(world, filled(world, hook(`http://127.0.0.1:${port}`, ", deadline: 1500 ms")));
  await raise(await s.kiosk());
  const line = await s.aggregator.process.line(/ error notification_dead channel=hook id=(\w+) event=raised .*reply="(.*)"/);
  assert.match(line[2], /connect/i);
  const channels = await s.ctl("channels");
  assert.equal(channels.code, 1);
  assert.match(channels.text, /^hook +webhook +en +0 +0 +1 /m);
  assert.match(channels.text, /^\d+ s ago +hook +raised +\S+ +\d+ +.*connect/im);
  const status = await s.ctl("status");
  assert.equal(status.code, 1);
  assert.match(status.text, /messages could not be delivered/);
  const admin = await Session.login(s.aggregator.url, "admin");
  const { dead } = await admin.get("/api/v1/channels");
  assert.deepEqual([dead.length, dead[0].id, dead[0].state], [1, line[1], "dead"]);
  const manager = await Session.login(s.aggregator.url);
  assert.equal((await manager.raw("GET", "/api/v1/channels")).status, 403);
  await manager.post(`/api/v1/alerts/${dead[0].alert}/resolve`, { comment: "" });
  assert.equal((await s.rows()).length, 1);
});

scenario("a server that will never take it is not asked twice", async (world) => {
  const receiver = await HttpReceiver.start(world, { answer: () => ({ status: 410, body: "gone" }) });
  const s = await system(world, filled(world, hook(receiver.url)));
  await raise(await s.kiosk());
  await s.aggregator.process.line(/ notification_dead channel=hook .*attempts=1 .*reply="HTTP 410: gone"/);
  assert.equal(receiver.requests.length, 1);
});

scenario("private addresses are refused by the address that is connected to, whatever the name; redirects are not followed", async (world) => {
  const tls = await certificate(world);
  const inner = await HttpReceiver.start(world, { tls });
  const outer = await HttpReceiver.start(world, { answer: () => ({ status: 302, headers: { Location: inner.url } }) });
  const https = `url: "https://localhost:${inner.port}", secret_file: @, ca_file: ${tls.cert}, ${QUICK}`;
  const s = await system(world, filled(world, `id: shut, kind: webhook, ${https}`, `id: open, kind: webhook, allow_private: true, ${https}`, hook(outer.url, "", "moved")));
  const shut = await s.ctl("channels", "test", "shut");
  assert.equal(shut.code, 1);
  assert.match(shut.text, /shut did not take it: (::1|127\.0\.0\.1) is a private address: allow_private: true lets it be/);
  assert.equal(inner.requests.length, 0);
  const moved = await s.ctl("channels", "test", "moved");
  assert.match(moved.text, /HTTP 302: redirects are not followed/);
  assert.equal(inner.requests.length, 0);
  const open = await s.ctl("channels", "test", "open");
  assert.equal(open.code, 0, open.text);
  assert.match(open.text, /^taken by open: HTTP 200/);
  assert.equal(verify(inner.requests[0]).type, "test");
});

scenario("a test message: for administrators alone, on record, with what the server said", async (world) => {
  const receiver = await HttpReceiver.start(world, { answer: () => ({ status: 503, body: Buffer.concat([Buffer.from('no <b>"room"</b>\u001b[31m'), Buffer.from([0xff, 0xc3])]) }) });
  const s = await system(world, filled(world, hook(receiver.url), "id: signs, kind: mqtt"));
  const manager = await Session.login(s.aggregator.url), admin = await Session.login(s.aggregator.url, "admin");
  assert.equal((await manager.raw("POST", "/api/v1/channels/hook/test", {})).status, 403);
  assert.equal((await new Session(s.aggregator.url).raw("POST", "/api/v1/channels/hook/test", {})).status, 401);
  assert.equal((await admin.raw("POST", "/api/v1/channels/hook/test", {}, {})).status, 403, "without X-Puas");
  assert.equal((await admin.raw("POST", "/api/v1/channels/nobody/test", {})).status, 404);
  assert.equal((await admin.raw("POST", "/api/v1/channels/signs/test", {})).status, 422);
  assert.equal(receiver.requests.length, 0);
  const asked = await admin.raw("POST", "/api/v1/channels/hook/test", {});
  assert.equal(asked.status, 202);
  const { id } = await asked.json();
  const message = await waitFor("the one attempt", async () => {
    const m = await admin.get(`/api/v1/channels/messages/${id}`);
    return m.state !== "waiting" && m;
  });
  assert.deepEqual([message.state, message.attempts, message.reply], ["dead", 1, 'HTTP 503: no <b>"room"</b> [31m??']);
  assert.equal(receiver.requests.length, 1);
  assert.deepEqual(await s.store.query("SELECT who, action, subject FROM audit WHERE action = 'channel-test'"), [{ who: "admin", action: "channel-test", subject: "hook" }]);
  assert.equal((await s.ctl("channels", "test", "Not an id")).code, 2);
});

scenario("messengers and any other server: each gets its own document; secrets are in no table and no log", async (world) => {
  const tls = await certificate(world);
  const receiver = await HttpReceiver.start(world, { tls, answer: ({ path, headers }) => ({ status: 200, body: `{"ok":true,"echo":"${headers.authorization ?? path}"}` }) });
  const url = `https://localhost:${receiver.port}`;
  writeFileSync(world.path("aggregator-slack"), `${url}/services/T0/B0/slack-secret\n`);
  const common = `ca_file: ${tls.cert}, allow_private: true, lang: en, rules: [satisfied-85], ${QUICK}`;
  const s = await system(
    world,
    filled(
      world,
      `id: telegram, kind: telegram, url: "${url}", to: [-100123], secret_file: @token, ${common}`,
      `id: ntfy, kind: ntfy, url: "${url}", to: [puas-dago], secret_file: @token, ${common}`,
      `id: slack, kind: slack, secret_file: ${world.path("aggregator-slack")}, ${common}`,
      `id: teams, kind: teams, secret_env: PUAS_TEAMS, ${common}`,
      `id: whatsapp, kind: whatsapp, url: "${url}/v23.0", from: 10987, to: [+628120001], template: puas_alert, secret_file: @token, ${common}`,
      `id: other, kind: http, url: "${url}/sms/{{branch}}", method: PUT, secret_file: @token, headers: { X-Key: "k {{secret}}", Content-Type: application/x-www-form-urlencoded }, body: "to=1&text={{title}}", ${common}`,
      `id: elsewhere, kind: http, url: "${url}/elsewhere", body: x, places: [nowhere], ${common}`,
    ),
    { env: { PUAS_TEAMS: `${url}/workflows/teams-secret` } },
  );
  await s.aggregator.process.line(/ channel_place_unknown channel=elsewhere place=nowhere/);
  await raise(await s.kiosk());
  await receiver.arrived(6);
  const of = (path) => receiver.requests.find((q) => q.path === path) ?? assert.fail(`${path} is not among ${receiver.requests.map((q) => q.path)}`);
  const title = "Bandung Dago: Promise not kept", link = "https://puas.example.org/?place=bandung-dago";
  const telegram = JSON.parse(of("/bottok-4711/sendMessage").body);
  assert.equal(telegram.chat_id, "-100123");
  assert.match(telegram.text, new RegExp(`^${title}\nWhat: At least 85% satisfied at every exit\nWhere: Bandung Dago\n`));
  const ntfy = of("/");
  assert.deepEqual([ntfy.headers.authorization, JSON.parse(ntfy.body).topic, JSON.parse(ntfy.body).title, JSON.parse(ntfy.body).click], ["Bearer tok-4711", "puas-dago", title, link]);
  assert.equal(JSON.parse(ntfy.body).sequence_id, ntfy.headers["idempotency-key"]);
  assert.equal(JSON.parse(of("/services/T0/B0/slack-secret").body).blocks[0].text.text, `*${title}*`);
  const card = JSON.parse(of("/workflows/teams-secret").body).attachments[0].content;
  assert.deepEqual([card.type, card.body[0].text, card.actions[0].url], ["AdaptiveCard", title, link]);
  const { template } = JSON.parse(of("/v23.0/10987/messages").body);
  assert.deepEqual([template.name, template.language.code, template.components[0].parameters.length], ["puas_alert", "en", 5]);
  assert.ok(template.components[0].parameters.every(({ text }) => text && !/[\n\t]| {5}/.test(text)), "as WhatsApp wants them");
  const other = of("/sms/bandung-dago");
  assert.deepEqual([other.method, other.headers["x-key"], other.body], ["PUT", "k tok-4711", `to=1&text=${encodeURIComponent(title)}`]);
  await waitFor("all to be settled", async () => (await s.rows()).every(({ state }) => state === 1));
  assert.equal((await s.rows()).length, 6);
  const kept = JSON.stringify(await s.store.query("SELECT * FROM outgoing")) + s.aggregator.process.lines.join("\n");
  for (const secret of ["tok-4711", "slack-secret", "teams-secret"]) assert.ok(!kept.includes(secret), `${secret} is told`);
});

scenario("kiosks that are gone together are one message, and so are branches of a region; a program hears of each", async (world) => {
  const people = await HttpReceiver.start(world), program = await HttpReceiver.start(world);
  const posts = [["dago-entrance", "bandung-dago"], ["braga-1", "braga"], ["braga-2", "braga"], ["kuta-1", "kuta"]];
  const ntfy = `id: staff, kind: ntfy, url: "${people.url}", to: [staff], allow_private: true, lang: en, rules: [satisfied-85, offline], gather: 1500 ms, ${QUICK}`;
  const s = await system(world, filled(world, ntfy, hook(program.url).replace("[satisfied-85]", "[satisfied-85, offline]")), {
    users: ["aggregator", ...posts.map(([id]) => id)],
    change: (text) =>
      text
        .replace(/^ {4}- \{ id: bandung-dago.*\n/m, (line) => `${line}    - { id: braga, kind: branch, parent: jawa-barat, name: Braga }\n    - { id: kuta, kind: branch, parent: jawa-barat, name: Kuta }\n`)
        .replace(/^ {4}- \{ id: dago-entrance.*\n/m, (line) => line + posts.slice(1).map(([id, place]) => `    - { id: ${id}, name: ${id}, place: ${place} }\n`).join("")),
  });
  const titles = (receiver) => receiver.requests.map(({ body }) => JSON.parse(body)).map(({ title, data }) => title ?? data.title);
  let kiosks = await Promise.all(posts.map((post) => s.kiosk(...post)));
  for (const kiosk of kiosks) await kiosk.die();
  await people.arrived(1);
  await program.arrived(4);
  assert.deepEqual(titles(people), ["Jawa Barat: Kiosk not reachable (4 kiosks)"]);
  const { message } = JSON.parse(people.requests[0].body);
  for (const name of ["Bandung Dago, Main entrance", "Braga, braga-1", "Braga, braga-2", "Kuta, kuta-1"]) assert.ok(message.includes(name), `${name} in ${message}`);
  assert.equal(await s.store.one("SELECT count(*) FROM alert"), 4, "stored one by one");
  kiosks = await Promise.all(posts.map((post) => s.kiosk(...post)));
  await people.arrived(2);
  assert.equal(titles(people)[1], "Jawa Barat: over – Kiosk not reachable (4 kiosks)");
  await raise(kiosks[0]);
  await people.arrived(3);
  await raise(kiosks[1]);
  await people.arrived(4);
  await raise(kiosks[3]);
  await people.arrived(5);
  assert.deepEqual(titles(people).slice(2), ["Bandung Dago: Promise not kept", "Braga: Promise not kept", "Jawa Barat: Promise not kept (3 branches)"]);
  await program.arrived(11);
  await waitFor("all to be settled", async () => (await s.rows()).every(({ state }) => state === 1));
  assert.deepEqual([people.requests.length, (await s.rows()).filter(({ channel }) => channel === "staff").length], [5, 11]);
});

scenario("praise: a milestone and a proven step of a goal are told once, to who asks for praise", async (world) => {
  const staff = await HttpReceiver.start(world), other = await HttpReceiver.start(world);
  const ntfy = (id, url, more) => `id: ${id}, kind: ntfy, url: "${url}", to: [${id}], allow_private: true, lang: en, ${QUICK}${more}`;
  const DAY = 86_400_000, now = Date.now();
  const day = (ago) => new Date(now - ago * DAY).toISOString().slice(0, 10);
  const s = await system(world, [ntfy("staff", staff.url, ", events: [praise]"), ntfy("other", other.url, ", rules: [offline]")], {
    change: (text) => text.replace(/^ {6}percent: 85$/m, `      percent: 85\n      goal: 90\n      goal_from: ${day(100)}\n      goal_by: ${day(-100)}`),
  });
  const kiosk = await s.kiosk();
  for (let i = 0; i < 1100; i++) {
    const old = i < 200; // before the goal 60 % were satisfied, in the last days 98 %
    kiosk.press(old ? (i % 5 < 3 ? 5 : 2) : i % 50 ? 5 : 2, { at: old ? now - 110 * DAY + i * 60_000 : now - 3 * DAY + i * 60_000 });
  }
  await kiosk.settled();
  const again = async () => {
    await s.aggregator.stop();
    await s.aggregator.up();
  };
  await again(); // a branch is looked at once a day, and after a start
  await staff.arrived(2);
  const settled = () => waitFor("all to be settled", async () => (await s.rows()).every(({ state }) => state === 1));
  await settled(); // stopped before its answer was noted, a message would come again, under its id
  const titles = () => staff.requests.map(({ body }) => JSON.parse(body).title).sort();
  assert.deepEqual(titles(), ["Bandung Dago: 1,000 answers", "Bandung Dago: 90.0 % satisfied, a step of the goal is reached"]);
  await again();
  await s.aggregator.process.line(/ praise_looked /);
  await settled();
  assert.deepEqual([(await s.rows()).length, await s.store.one("SELECT count(*) FROM praise"), staff.requests.length, other.requests.length], [2, 2, 2, 0]);
});

scenario("mail servers without TLS, with another login or another mind: said as it is, nothing goes in the open", async (world) => {
  const tls = await certificate(world);
  const receiver = await MailReceiver.start(world, { tls, secure: false, refuse: (to) => (to === "gone@example.org" ? Object.assign(new Error("no such user"), { responseCode: 550 }) : null) });
  const open = await MailReceiver.start(world, { tls, secure: false, hideSTARTTLS: true });
  writeFileSync(world.path("wrong"), "another-secret\n");
  const mail = (id, port, to, secret) => `id: ${id}, kind: email, url: "smtp://localhost:${port}", user: ${MailReceiver.USER}, secret_file: ${secret}, from: puas@example.org, to: [${to}], ca_file: ${tls.cert}, ${QUICK}`;
  const good = world.path("secrets/mail");
  const s = await system(world, [mail("refused", receiver.port, "gone@example.org", good), mail("login", receiver.port, "a@example.org", world.path("wrong")), mail("bare", open.port, "a@example.org", good), mail("unknown-ca", receiver.port, "a@example.org", good).replace(/ca_file: [^,]+, /, "")]);
  const says = { refused: /550.*no such user/, login: /535.*wrong login|login denied/i, bare: /TLS|SSL/, "unknown-ca": /certificate/ };
  for (const [id, pattern] of Object.entries(says)) {
    const p = await s.ctl("channels", "test", id);
    assert.equal(p.code, 1, id);
    assert.match(p.text, pattern, id);
  }
  assert.deepEqual([...receiver.mails, ...open.mails], []);
});

scenario("a secret that is not there is said at the start", async (world) => {
  const s = await system(world, [`id: hook, kind: webhook, url: "https://example.org", secret_file: ${world.path("nothing")}`], { wait: false });
  const p = s.aggregator.spawn();
  await p.ended;
  assert.equal(p.code, 1);
  p.find(/cannot_start .*channel 'hook': secret_file .*nothing cannot be read: No such file/) ?? assert.fail(p.lines.join("\n"));
});

scenario("mqtt: signs, Home Assistant and lamps are told how each branch is, also by a broker that forgot", async (world) => {
  const s = await system(world, ["id: wall, kind: mqtt, discovery: true, lamp: true, lang: en, rules: [satisfied-85]"]);
  const heard = new Map();
  const listen = async () => {
    const signs = await mqtt.connectAsync({ host: "127.0.0.1", port: s.broker.port, username: "aggregator", password: SECRET, clientId: "signs", reconnectPeriod: 50 });
    world.own("signs", () => signs.endAsync(true));
    signs.on("message", (topic, payload) => payload.length && heard.set(topic, JSON.parse(payload.toString())));
    await signs.subscribeAsync(["puas/1/signs/+", "puas/1/kiosk/+/lamp", "homeassistant/device/+/config"], { qos: 1 });
  };
  const sign = () => heard.get("puas/1/signs/bandung-dago"), lamp = () => heard.get("puas/1/kiosk/dago-entrance/lamp")?.lamp;
  const found = () => heard.get("homeassistant/device/puas-wall-bandung-dago/config");
  // Whoever may write to that prefix may read it too here: the broker of this test is ours.
  writeFileSync(world.path("broker/acl"), "user aggregator\ntopic readwrite puas/1/#\ntopic readwrite homeassistant/#\npattern write puas/1/events/+/+/%u\npattern write puas/1/kiosk/%u/state\npattern write puas/1/kiosk/%u/health\npattern read puas/1/kiosk/%u/ack\npattern read puas/1/shard/+/state\n", { mode: 0o600 });
  process.kill(s.broker.process.pid, "SIGHUP");
  await listen();
  await s.broker.kill();
  await s.broker.up();
  await waitFor("the state of the branch", () => sign()?.state === "ok" && lamp() === "off" && found());
  assert.equal(found().cmps.alert.stat_t, "puas/1/signs/bandung-dago");
  assert.equal(found().dev.name, "Puas Bandung Dago");
  await raise(await s.kiosk());
  await waitFor("the alarm", () => sign().state === "alarm" && lamp() === "blink");
  assert.deepEqual([sign().open, sign().alarms, sign().name], [1, 1, "Bandung Dago"]);
  const id = await s.store.one("SELECT id FROM alert");
  const manager = await Session.login(s.aggregator.url);
  await manager.post(`/api/v1/alerts/${id}/ack`, { comment: "", minutes: 30 });
  await waitFor("somebody to be on it", () => sign().state === "attended" && lamp() === "on");
  heard.clear();
  await s.broker.kill();
  await s.broker.up();
  await waitFor("all of it again", () => sign()?.state === "attended" && lamp() === "on" && found());
  await manager.post(`/api/v1/alerts/${id}/resolve`, { comment: "" });
  await waitFor("the end", () => sign().state === "ok" && lamp() === "off" && sign().open === 0);
  assert.equal((await s.rows()).length, 0);
});
