// The life of alerts, over restarts of the aggregator.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import mqtt from "mqtt";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { chart, firstAlarm } from "./lib/cusum.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { BIN, scenario } from "./lib/world.mjs";

const ID = "dago-entrance";
const TOPIC = "puas/1/alerts/bandung-dago/";
const rule = (...ids) => (text) => {
  const [head, ...standards] = text.split(/^(?= {4}- id: )/m);
  const keep = standards.filter((s) => !/^ {6}kind: (standard|change|share|run|count|index|silence|offline|contact)$/m.test(s) || ids.some((id) => s.startsWith(`    - id: ${id}\n`)));
  // What follows the last standard (users) stays.
  const users = standards[standards.length - 1].match(/^ {2}users:[^]*$/m)?.[0] ?? "";
  return head + keep.map((s) => s.replace(users, "")).join("") + users;
};

async function system(world, { change, times } = {}) {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, change, times });
  const signs = await mqtt.connectAsync({ host: "127.0.0.1", port: broker.port, username: "aggregator", password: SECRET, clientId: "sign" });
  world.own("sign", () => signs.endAsync(true));
  const retained = new Map();
  signs.on("message", (topic, payload) => (payload.length ? retained.set(topic, JSON.parse(payload.toString())) : retained.delete(topic)));
  await signs.subscribeAsync(`${TOPIC}+`, { qos: 1 });
  const open = async (more) => {
    const kiosk = new ForeignKiosk({ port: broker.port, id: ID, branch: "bandung-dago", secret: SECRET, ...more });
    world.own("foreign kiosk", () => kiosk.die());
    await kiosk.connect();
    await kiosk.synced;
    return kiosk;
  };
  return { broker, aggregator, store: aggregator.store, retained, open };
}
const state = (store) => store.one("SELECT state FROM alert");
async function press(kiosk, scores) {
  for (const score of scores) {
    kiosk.press(score);
    await kiosk.settled();
  }
}

scenario("an alert outlives restarts: firing, acknowledged, resolved by the votes", async (world) => {
  const { aggregator, store, retained, open } = await system(world, { change: rule("satisfied-85") });
  const kiosk = await open();
  const unhappy = Array(12).fill(1);
  const due = firstAlarm(chart(85, 0.1, 5000), unhappy.map(() => true)).at + 1;
  await press(kiosk, unhappy.slice(0, due - 1));
  assert.equal(await state(store), undefined);
  await press(kiosk, unhappy.slice(0, 1));
  await waitFor("the alert", async () => (await state(store)) === "firing");
  const [alert] = await store.query("SELECT id, raised, since FROM alert");
  await waitFor("the alert for signs", () => retained.get(TOPIC + alert.id)?.state === "firing");
  const sign = retained.get(TOPIC + alert.id);
  assert.deepEqual({ v: sign.v, rule: sign.rule, place: sign.place }, { v: 1, rule: "satisfied-85", place: "bandung-dago" });
  for (const secret of ["n", "unhappy", "votes", "points"]) assert.equal(sign[secret], undefined, `${secret} may not be told here`);

  await aggregator.kill();
  await aggregator.up();
  assert.deepEqual((await store.query("SELECT id, raised, since FROM alert")), [alert]);
  const manager = await Session.login(aggregator.url);
  const before = await manager.today();
  assert.equal(before.alerts.length, 1);
  assert.equal(before.alerts[0].state, "firing");

  await manager.post(`/api/v1/alerts/${alert.id}/ack`, { comment: "Saya ke sana", minutes: 30 });
  assert.equal(await state(store), "acknowledged");
  await aggregator.stop();
  await aggregator.up();
  const after = await manager.today(); // the session lives on too
  assert.equal(after.alerts[0].state, "acknowledged");
  assert.equal(after.alerts[0].ack.comment, "Saya ke sana");
  assert.equal(after.alerts[0].ack.until - after.alerts[0].ack.at, 30 * 60_000);

  await waitFor("the new run", () => kiosk.epoch.run === aggregator.run);
  for (let i = 0; i < 120; i++) kiosk.press(5);
  await kiosk.settled();
  await waitFor("the end of the alert", async () => (await state(store)) === "resolved");
  await waitFor("the signs to be cleared", () => retained.size === 0);
  await aggregator.kill();
  await aggregator.up();
  assert.equal(await store.one("SELECT count(*) FROM alert"), 1, "nothing fires again by a restart");
  assert.equal(await store.one("SELECT count(*) FROM event"), due + 120);
});

scenario("the broker forgets everything: open alerts and the shard's state are published again", async (world) => {
  const { broker, aggregator, store, retained, open } = await system(world, { change: rule("satisfied-85") });
  await press(await open(), Array(7).fill(1));
  await waitFor("the alert", async () => (await state(store)) === "firing");
  await waitFor("the sign", () => retained.size === 1);
  const from = aggregator.process.mark();
  retained.clear();
  await broker.kill();
  await broker.up();
  await aggregator.process.line(/ broker_connected /, { from });
  const late = await mqtt.connectAsync({ host: "127.0.0.1", port: broker.port, username: "aggregator", password: SECRET, clientId: "late" });
  world.own("late", () => late.endAsync(true));
  const heard = new Map();
  late.on("message", (topic, payload, packet) => packet.retain && heard.set(topic, JSON.parse(payload.toString())));
  // Whoever subscribes is told what is retained then; what comes later is not marked so.
  const topics = [`${TOPIC}+`, "puas/1/shard/+/state"];
  await waitFor("both again", async () => {
    await late.subscribeAsync(topics, { qos: 1 });
    if (heard.size < 2) await late.unsubscribeAsync(topics);
    return heard.size === 2;
  });
  assert.equal(heard.get("puas/1/shard/all/state").run, aggregator.run);
});

scenario("a share of exactly the threshold is no breach, one vote more is", async (world) => {
  const change = (text) => rule("unhappy-share")(text).replace(/faces: \[1, 2\]/, "faces: [1, 2]\n      mash: 0 s");
  const { store, open } = await system(world, { change });
  const kiosk = await open();
  await press(kiosk, [1, 2, 1, 2, 1, 4, 3, 5, 4]); // 5 of 9: too few votes to say anything
  assert.equal(await state(store), undefined);
  await press(kiosk, [5]); // 5 of 10 is 50 %: not above it
  assert.equal(await state(store), undefined);
  await press(kiosk, [1]); // 6 of 11
  await waitFor("the alert", async () => (await state(store)) === "firing");
});

const worse = (more) => (text) => rule("worse")(text.replace(/^ {2}users:/m, `    - id: worse
      kind: change
      place: harapan
      question: overall
      name: { en: Worse than usual, id: Lebih buruk dari biasanya }
      mash: 0 s
${more}  users:`));

scenario("worse than usual: the place learns what is usual from its days; a further alarm counts up, restarts change nothing", async (world) => {
  const { aggregator, store, open } = await system(world, { change: worse("") });
  const kiosk = await open();
  const yesterday = Date.now() - 2 * 86_400_000;
  for (let i = 0; i < 1000; i++) kiosk.press(i % 10 ? 5 : 1, { at: yesterday + i });
  await kiosk.settled();
  await press(kiosk, [1, 1, 1, 1, 1]);
  assert.equal(await state(store), undefined, "still learning");
  await aggregator.kill();
  await aggregator.up(); // as each midnight
  await waitFor("the new run", () => kiosk.epoch.run === aggregator.run);
  await press(kiosk, [1, 1, 5]);
  await aggregator.kill();
  await aggregator.up();
  await waitFor("the new run", () => kiosk.epoch.run === aggregator.run);
  await press(kiosk, [1, 1]); // +7 +7 -2 +7 +7: 26 of 35
  assert.equal(await state(store), undefined);
  await press(kiosk, [1, 1]);
  await waitFor("the alert", async () => (await state(store)) === "firing");
  const judged = JSON.parse(await store.one("SELECT judged FROM alert"));
  assert.deepEqual(judged, { usual: 0.1, parts: [{ up: 6, down: 1, limit: 49, start: 0, points: 35 }, { up: 7, down: 2, limit: 35, start: 0, points: 35 }] });

  const manager = await Session.login(aggregator.url);
  const [alert] = (await manager.today()).alerts;
  assert.deepEqual([alert.kind, alert.state, alert.target, alert.limit, alert.up, alert.down, alert.falseAlarmVotes], ["change", "firing", 90, 35, 7, 2, 5047]);
  await manager.post(`/api/v1/alerts/${alert.id}/ack`, { comment: "Saya lihat", minutes: 30 });
  const at = await store.one("SELECT ack_at FROM alert");
  await press(kiosk, [1, 1, 1, 1, 1]);
  await waitFor("another alarm, counted", async () => (await store.one("SELECT flaps FROM alert")) === 1);
  assert.deepEqual([await state(store), await store.one("SELECT ack_at FROM alert"), await store.one("SELECT count(*) FROM alert")], ["acknowledged", at, 1]);
  const shown = async () => (await manager.today()).alerts[0];
  await waitFor("the curve up to its step", async () => (await shown()).curve.some((step) => step.points === 35));
  for (let i = 0; i < 30; i++) kiosk.press(5);
  await kiosk.settled();
  await waitFor("the end of the alert", async () => (await state(store)) === "resolved");
});

scenario("worse than usual by hour: an alert shows the curve that its votes made, up to the limit of its hour", async (world) => {
  const { aggregator, store, open } = await system(world, { change: worse("      by_hour: true\n      spread: true\n") });
  const kiosk = await open();
  const DAY = 86_400_000;
  for (let d = 2; d < 16; d++) { // this hour and the next are worse than others, and days differ
    for (let i = 0; i < 40; i++) kiosk.press(i % 10 < 1 + 3 * (d % 2) ? 1 : 5, { at: Date.now() - d * DAY + i * 60_000 });
    for (let i = 0; i < 60; i++) kiosk.press(i % 20 ? 5 : 1, { at: Date.now() - d * DAY - (3 + i / 10) * 3_600_000 });
  }
  await kiosk.settled();
  await aggregator.kill();
  await aggregator.up(); // as each midnight
  await waitFor("the new run", () => kiosk.epoch.run === aggregator.run);
  await press(kiosk, [5, 1, 1, 5]);
  for (let i = 0; i < 60 && (await state(store)) !== "firing"; i++) await press(kiosk, [1]);
  await waitFor("the alert", async () => (await state(store)) === "firing");
  const judged = JSON.parse(await store.one("SELECT judged FROM alert"));
  assert.ok(judged.place_usual < judged.usual && judged.spread > 0, JSON.stringify(judged));
  assert.match(judged.hours, /^[a-z]{168}$/);
  const manager = await Session.login(aggregator.url);
  const raised = await store.one("SELECT n FROM alert");
  await press(kiosk, [5, 5, 5, 5, 5]); // a vote is shown with its step
  const { curve, limit } = await waitFor("the curve beyond the alarm", async () => {
    const [alert] = (await manager.today()).alerts;
    return alert.curve.length > raised && alert;
  });
  assert.equal(curve[raised - 1].points, limit, "it is at the limit at the vote that raised it");
  assert.ok(curve.slice(0, raised - 1).every(({ points }) => points < limit));
});

scenario("worse than usual: what it costs is said before it is saved; what cannot be is refused with a reason", async (world) => {
  const { aggregator, store } = await system(world, { change: worse("      usual_unhappy: 0.1\n") });
  const ctl = async (...args) => {
    const p = await run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
    return { code: p.code, text: p.lines.join("\n") };
  };
  const out = await ctl("config", "export");
  const file = world.path("org.yaml");
  const apply = async (from, to, verb = "apply") => {
    assert.match(out.text, from);
    writeFileSync(file, `${out.text.replace(from, to)}\n`);
    return ctl("config", verb, file);
  };
  assert.equal((await apply(/worse/, "worse", "diff")).code, 0, "what is exported is what is there");
  const cost = await apply(/(?<=id: worse\n[^]*?mash: )0 s/, "1 s", "diff");
  assert.match(cost.text, /one false alarm in 5047 votes; mean votes to see 20 % unhappy: 93, 30 % unhappy: 34, 50 % unhappy: 13$/m);
  const drift = await apply(/drift: false/, "drift: true");
  assert.equal(drift.code, 0, drift.text);
  assert.match(drift.text, /15 % unhappy: \d+$/m);
  assert.match(await store.one("SELECT body FROM rule WHERE id = 'worse' AND to_ms IS NULL"), /"drift":true/);
  const learned = await apply(/usual_unhappy: 0\.1\n(?=[^]*?drift)/, "usual_unhappy: 0\n", "diff");
  assert.match(learned.text, /each place learns its own share, from 901 votes on/);
  const refused = await apply(/drift: false/, "drift: false\n    hold: 5 min");
  assert.notEqual(refused.code, 0);
});

const counting = (text) => rule("room", "row", "mean", "call")(text.replace(/^ {2}users:/m, `    - id: call
      kind: contact
      place: harapan
      name: { en: Call back within a day, id: Hubungi dalam sehari }
    - id: room
      kind: count
      place: harapan
      option: room
      votes: 3
      window: 30 min
      name: { en: Room too warm 3 times, id: Ruangan panas 3 kali }
      mash: 0 s
    - id: row
      kind: run
      place: harapan
      question: overall
      votes: 4
      end_votes: 1
      usual_unhappy: 0.1
      name: { en: Four unhappy in a row, id: Empat tidak puas beruntun }
      mash: 0 s
    - id: mean
      kind: index
      place: harapan
      question: overall
      percent: 50
      min_n: 8
      window: 1 h
      name: { en: Average under 50, id: Rata-rata di bawah 50 }
      mash: 0 s
  users:`));

scenario("what is counted: a reason named three times, four unhappy votes in a row, a low average, somebody to call; each ends by its own rule", async (world) => {
  const { aggregator, store, open } = await system(world, { change: counting });
  const kiosk = await open();
  const of = (id) => store.one(`SELECT a.state FROM alert a JOIN rule r USING(rule_id) WHERE r.id = '${id}' ORDER BY a.alert_id DESC`);
  const say = async (option) => {
    const { seq } = kiosk.press(3);
    kiosk.press(undefined, { type: "choice", question: "reason", options: [option], visit: seq, score: undefined, of: undefined });
    await kiosk.settled();
  };
  await say("room");
  await say("wait");
  await say("room");
  assert.equal(await of("room"), undefined);
  await say("room");
  await waitFor("the alert of the reason", async () => (await of("room")) === "firing");
  await press(kiosk, [1, 2, 1]);
  assert.equal(await of("row"), undefined);
  await press(kiosk, [1]); // eight votes: 4 x 50 and 0, 25, 0, 0
  await waitFor("the alert of the run", async () => (await of("row")) === "firing");
  await waitFor("the alert of the average", async () => (await of("mean")) === "firing");

  const manager = await Session.login(aggregator.url);
  const alerts = Object.fromEntries((await manager.today()).alerts.map((a) => [a.rule.id, a]));
  assert.deepEqual(Object.values(alerts).map((a) => a.kind).sort(), ["count", "index", "run"]);
  assert.deepEqual([alerts.row.count, alerts.row.window, alerts.row.falseAlarmVotes], [4, null, 11110]);
  assert.deepEqual([alerts.room.count, alerts.room.window, alerts.room.falseAlarmVotes], [3, 30, null]);
  assert.deepEqual([alerts.mean.boundary, alerts.mean.minN, alerts.mean.window], [">", 8, 60]);
  const why = (await manager.get(`/api/v1/alerts/${alerts.room.id}/votes`)).quarters;
  const sum = (key) => why.reduce((all, quarter) => all + quarter[key], 0);
  assert.ok(sum("n") >= 5 && sum("n") <= 8, "as of the last step");
  assert.equal(sum("unhappy"), 3, "those that named the reason");

  const ask = (more) => kiosk.press(undefined, { type: "contact", question: "reach", keep: 2, score: undefined, of: undefined, ...more });
  ask({}); // wiped: nobody can be called
  ask({ text: "dG9vIGxhdGU=", at: Date.now() - 3 * 86_400_000 }); // nor after the days that were promised
  await kiosk.settled();
  assert.equal(await of("call"), undefined);
  ask({ text: "c2VhbGVk", at: Date.now() - 3_600_000 }); // it came late: somebody waits all the longer
  await waitFor("the alert of the contact", async () => (await of("call")) === "firing");
  const call = (await manager.today()).alerts.find((a) => a.rule.id === "call");
  assert.deepEqual([call.kind, call.votes, call.reasons], ["contact", null, []]);
  await manager.post(`/api/v1/alerts/${call.id}/resolve`, { comment: "Sudah ditelepon" });
  await waitFor("its end", async () => (await of("call")) === "resolved");

  await press(kiosk, [5]);
  await waitFor("the end of the run", async () => (await of("row")) === "resolved");
  await press(kiosk, [5, 5, 5, 5]); // (225 + 500) / 13 = 55.8
  await waitFor("the end of the average", async () => (await of("mean")) === "resolved");
  assert.equal(await of("room"), "firing", "it ends when the window has passed");
  const exported = await run(`${BIN}/puasctl`, ["--config", aggregator.file, "config", "export"]);
  const file = world.path("org.yaml");
  writeFileSync(file, exported.lines.join("\n"));
  const diff = await run(`${BIN}/puasctl`, ["--config", aggregator.file, "config", "diff", file]);
  assert.equal(diff.code, 0, `what is exported is what is there: ${diff.lines.join("\n")}`);
});

scenario("goal: steps by quarter of a standard, reached or not, and what history says; changing it closes no alert", async (world) => {
  const day = (ago) => new Date(Date.now() + 7 * 3_600_000 - ago * 86_400_000).toISOString().slice(0, 10); // in Jakarta
  const goal = (text) => text.replace(/(?<= {6}percent: 85\n)/, `      goal: 95\n      goal_from: ${day(100)}\n      goal_by: ${day(-236)}\n`);
  const { aggregator, store, open } = await system(world, { change: (text) => rule("satisfied-85")(goal(text)) });
  const kiosk = await open();
  // A year of four weeks each, 40 votes: from 60 % satisfied up by 2.5 points, the last four weeks 90 %.
  for (let period = 0; period < 13; period++) {
    for (let i = 0; i < 40; i++) kiosk.press(i < 24 + period ? 5 : 2, { at: Date.now() - ((13 - period) * 28 - 3) * 86_400_000 + i * 1000 });
  }
  await kiosk.settled();
  const ctl = async (...args) => {
    const p = await run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
    assert.equal(p.code, 0, p.lines.join("\n"));
    return p.lines.join("\n");
  };
  const manager = await Session.login(aggregator.url);
  const told = (await manager.get("/api/v1/trends/goal?place=bandung-dago")).goal;
  assert.deepEqual([told.target, told.since, told.by, told.now.n, told.now.share, told.steps.length], [0.95, day(100), day(-236), 40, 0.9, 4]);
  assert.ok(Math.abs(told.best - 0.075) < 1e-9, "three periods of 2.5 points");
  assert.ok(told.start > 0.75 && told.start < 0.85, `start ${told.start}`);
  assert.deepEqual(told.steps.map(({ reached, reach }) => [reached, reach]).slice(0, 2), [[true, "within"], [true, "within"]]);
  assert.deepEqual([told.steps[3].target, told.steps[3].reached, told.steps[3].reach], [0.95, false, "within"]);
  const said = await ctl("goal", "bandung-dago");
  assert.match(said, /The last four weeks: 90\.0 % of 40 votes; goal 95 % by/);
  assert.match(said, new RegExp(`${day(-236)}\\s+95\\.0 %\\s+-\\s+within reach`));

  // Another goal is no other rule: what is open stays open.
  await press(kiosk, Array(8).fill(1));
  await waitFor("the alert", async () => (await state(store)) === "firing");
  const file = world.path("org.yaml");
  writeFileSync(file, (await ctl("config", "export")).replace("goal: 95", "goal: 99"));
  await ctl("config", "apply", file);
  assert.equal((await manager.get("/api/v1/trends/goal?place=bandung-dago")).goal.target, 0.99);
  assert.equal(await state(store), "firing");
  writeFileSync(file, (await ctl("config", "export")).replace(/goal_by: .*/, "goal_by: soon"));
  const refused = await run(`${BIN}/puasctl`, ["--config", aggregator.file, "config", "apply", file]);
  assert.notEqual(refused.code, 0);
  assert.match(refused.lines.join("\n"), /a goal is a standard's, with goal_from before goal_by/);
});

scenario("a kiosk that is gone raises an alert, its return ends it; the aggregator's own absence does not", async (world) => {
  const change = (text) => rule("offline")(text).replace("hold: 2 min", "hold: 600 ms");
  const { aggregator, store, open } = await system(world, { change, times: { inhibit: "1500 ms", offline: "60 s" } });
  const kiosk = await open();
  await waitFor("its health", async () => (await store.one("SELECT state FROM kiosk")) === 2 || (await store.one("SELECT heard_at FROM kiosk")) > 0);
  const started = Date.now();
  kiosk.die();
  await waitFor("the alert", async () => (await state(store)) === "firing");
  const raised = await store.one("SELECT raised FROM alert");
  assert.ok(raised - started >= 500, `raised ${raised - started} ms after it went`);
  assert.equal(await store.one("SELECT k.id FROM alert a JOIN kiosk k USING(kiosk_id)"), ID);
  const again = await open({ disk: kiosk.disk });
  await waitFor("the end", async () => (await state(store)) === "resolved");
  await again.goodbye(); // an orderly end is no alert
  await aggregator.kill();
  await aggregator.up();
  const back = await open({ disk: again.disk });
  back.press(5);
  await back.settled();
  assert.equal(await store.one("SELECT count(*) FROM alert"), 1);
});
