// Remote management: contents pushed by puasctl, what kiosks say of them, orders and their replies.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import mqtt from "mqtt";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { BIN, scenario } from "./lib/world.mjs";

const ID = "dago-entrance";
const DOC_MAX = 256 * 1024;
const topic = (leaf, id = ID) => `puas/1/kiosk/${id}/${leaf}`;
const sha = (text) => createHash("sha256").update(text).digest("hex");

const CONTENT = `languages: [en, id]
language: id
survey:
  id: exit
  version: 2
  questions:
    - { id: overall, type: faces, of: 5 }
texts: { en.question: "How was it?" }
hours: [ { days: mon-fri, open: 08:00, close: "15:30" } ]
volume: 40
still: true
`;

// A kiosk of nothing but its credentials and its config topic.
class Bare {
  static async start(world, port, id = ID) {
    const bare = new Bare();
    Object.assign(bare, { id, orders: [], count: 0 });
    bare.client = await mqtt.connectAsync({ host: "127.0.0.1", port, username: id, password: SECRET, clientId: id, reconnectPeriod: 0 });
    world.own(`bare ${id}`, () => bare.client.endAsync(true));
    bare.client.on("message", (name, payload) => {
      if (name === topic("config", id)) bare.count++;
      if (name === topic("config", id)) bare.config = payload.length ? JSON.parse(payload) : null;
      if (name === topic("command", id)) bare.orders.push(JSON.parse(payload));
      if (name === topic("command", id)) bare.onOrder?.(JSON.parse(payload));
    });
    await bare.client.subscribeAsync([topic("config", id), topic("command", id)], { qos: 1 });
    return bare;
  }

  get document() {
    return this.config && JSON.parse(this.config.document);
  }

  health(more = {}) {
    return this.client.publishAsync(topic("health", this.id), JSON.stringify({ v: 1, sent: Date.now(), clock: "synced", epochs: [], ...more }), { qos: 1 });
  }

  reply(message) {
    return this.client.publishAsync(topic("reply", this.id), JSON.stringify({ v: 1, ...message }), { qos: 1 });
  }
}

async function system(world, { users = [ID], change } = {}) {
  const broker = await Broker.start(world, { users: ["aggregator", ...users] });
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, ...(change && { change }) });
  const ctl = async (...args) => {
    const p = await run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
    return { code: p.code, text: p.lines.join("\n") };
  };
  const file = (text, name = "content.yaml") => {
    writeFileSync(world.path(name), text);
    return world.path(name);
  };
  const shown = async (id = ID) => JSON.parse((await ctl("--json", "kiosks")).text).find((kiosk) => kiosk.id === id);
  return { broker, aggregator, ctl, file, shown };
}

scenario("puasctl push: the content arrives with its hash, typed; the tree decides which", async (world) => {
  const lobby = (text) => text.replace("  surveys:", "    - { id: dago-lobby-1, name: Lobby, place: dago-lobby }\n  surveys:")
    .replace("  kiosks:", "    - { id: dago-lobby, kind: area, parent: bandung-dago, name: Lobby }\n  kiosks:");
  const { broker, aggregator, ctl, file, shown } = await system(world, { users: [ID, "dago-lobby-1"], change: lobby });
  const kiosk = await Bare.start(world, broker.port);
  const other = await Bare.start(world, broker.port, "dago-lobby-1");
  await waitFor("the first documents", () => kiosk.config && other.config);
  assert.equal("content" in kiosk.document, false, "nothing pushed: the kiosk's own file");
  assert.equal(kiosk.document.survey.id, "service");

  const pushed = await ctl("push", file(CONTENT), "--place", "harapan");
  assert.equal(pushed.code, 0, pushed.text);
  await waitFor("the content", () => kiosk.document.content && other.document.content);
  assert.equal(kiosk.config.sha256, sha(kiosk.config.document));
  assert.deepEqual(kiosk.document.content, {
    languages: ["en", "id"], language: "id", survey: { id: "exit", version: 2, questions: [{ id: "overall", type: "faces", of: 5 }] },
    texts: { "en.question": "How was it?" }, hours: [{ days: "mon-fri", open: "08:00", close: "15:30" }], volume: 40, still: true,
  });
  assert.deepEqual([kiosk.document.kiosk, kiosk.document.branch, kiosk.document.place], [ID, "bandung-dago", ""]);
  assert.deepEqual([other.document.kiosk, other.document.branch, other.document.place], ["dago-lobby-1", "bandung-dago", "dago-lobby"]);
  assert.equal((await shown()).published, kiosk.config.sha256);

  assert.match((await ctl("push", file(CONTENT), "--place", "harapan")).text, /no change: version 1/);
  const volume = (n) => file(CONTENT.replace("volume: 40", `volume: ${n}`));
  await ctl("push", volume(41), "--place", "dago-lobby");
  await waitFor("the nearer place's", () => other.document.content.volume === 41);
  await ctl("push", volume(42), "--kiosk", "dago-lobby-1");
  await waitFor("the kiosk's own", () => other.document.content.volume === 42);
  assert.equal(kiosk.document.content.volume, 40);
  assert.equal(kiosk.count, 2, "what has not changed is not sent again");
  for (const [id, ...wants] of [["dago-lobby-1", /^version 1 of kiosk dago-lobby-1$/m, /^volume: 42$/m], [ID, /^version 1 of place harapan$/m, /^volume: 40$/m]]) {
    const { text } = await ctl("content", "show", "--kiosk", id); // the document to stdout, whose it is to stderr: they come in any order
    for (const want of wants) assert.match(text, want);
  }
  assert.match((await ctl("content", "show", "--place", "dago-lobby")).text, /volume: 41/);

  assert.equal((await ctl("push", "--clear", "--kiosk", "dago-lobby-1")).code, 0);
  await waitFor("the place's again", () => other.document.content.volume === 41);
  await ctl("push", "--clear", "--place", "dago-lobby");
  await waitFor("that from the top", () => other.document.content.volume === 40);

  // A restart publishes the same, under the same hash; the broker may have forgotten it.
  const before = other.config.sha256;
  await aggregator.stop();
  other.config = undefined;
  await aggregator.up();
  await waitFor("the document of the new run", () => other.config);
  assert.equal(other.config.sha256, before);

  await ctl("push", "--clear", "--place", "harapan");
  await waitFor("the kiosk's own file", () => !("content" in kiosk.document));
  assert.equal((await shown()).published, "");
  const history = JSON.parse((await ctl("--json", "content", "list", "all")).text);
  assert.deepEqual(history.map((row) => [row.for, row.id, row.version, row.by, row.ended > 0]), [
    ["place", "dago-lobby", 1, "puasctl", true], ["place", "harapan", 1, "puasctl", true], ["kiosk", "dago-lobby-1", 1, "puasctl", true],
  ]);
  assert.match((await ctl("content", "show", "--kiosk", "dago-lobby-1", "1")).text, /volume: 42/, "the old one is kept");
  assert.equal(await aggregator.store.one("SELECT count(*) FROM config_change WHERE kind LIKE 'content%'"), 6);
});

scenario("puasctl push: what a kiosk would refuse is refused before it is stored, with file, line and column", async (world) => {
  const { aggregator, ctl, file } = await system(world);
  const cases = [
    [CONTENT.replace("volume", "volumme"), /content\.yaml:10:1: unknown key 'volumme', did you mean 'volume'\?/],
    [CONTENT.replace("volume: 40", "volume: 400"), /content\.yaml:10:9: 'volume' is 400: it must be from 0 to 100/],
    [CONTENT.replace("type: faces", "type: text"), /content\.yaml:\d+:\d+: survey 'exit', question 'overall': .*first question/],
    [`${CONTENT}languages: [en]\n`, /content\.yaml:12:1: 'languages' stands twice/],
    ["a: [", /content\.yaml:\d+:\d+: not YAML/],
    ['texts: { en.question: "a\\u2028b" }\n', /content\.yaml:1:23: the text holds control characters or line separators/],
  ];
  for (const [text, wanted] of cases) {
    const refused = await ctl("push", file(text), "--place", "bandung-dago");
    assert.equal(refused.code, 1);
    assert.match(refused.text, wanted);
  }
  assert.match((await ctl("push", file(CONTENT), "--place", "bandung")).text, /No such place/);
  assert.match((await ctl("push", file(CONTENT), "--kiosk", "nobody")).text, /No such registered kiosk/);
  assert.equal((await ctl("push", file(CONTENT))).code, 2);
  assert.equal((await ctl("push", "--clear", file(CONTENT), "--place", "x")).code, 2);
  assert.equal(await aggregator.store.one("SELECT count(*) FROM content"), 0);
});

scenario("puasctl push: a document fills its limit, one byte more is refused", async (world) => {
  const { broker, aggregator, ctl, file } = await system(world);
  const kiosk = await Bare.start(world, broker.port);
  const of = (n) => file(`texts: { en.question: "${"x".repeat(n)}" }\n`);
  const refused = await ctl("push", of(DOC_MAX), "--kiosk", ID);
  assert.equal(refused.code, 1);
  const [, bytes, most] = refused.text.match(/content\.yaml: (\d+) bytes as JSON; at most (\d+) fit/);
  const longest = DOC_MAX - (Number(bytes) - Number(most));
  assert.equal((await ctl("push", of(longest + 1), "--kiosk", ID)).code, 1);
  assert.equal((await ctl("push", of(longest), "--kiosk", ID)).code, 0);
  await waitFor("the long document", () => kiosk.document?.content);
  assert.equal(kiosk.document.content.texts["en.question"].length, longest);
  assert.ok(kiosk.config.document.length <= DOC_MAX && kiosk.config.document.length > DOC_MAX - 1100);
  assert.equal(await aggregator.store.one("SELECT count(*) FROM content"), 1);
});

scenario("health tells of documents: in force, refused with its reason, another assignment", async (world) => {
  const { broker, aggregator, ctl, file, shown } = await system(world);
  const kiosk = await Bare.start(world, broker.port);
  await ctl("push", file(CONTENT), "--kiosk", ID);
  await waitFor("the content", () => kiosk.document?.content);
  const hash = kiosk.config.sha256;
  assert.match((await ctl("kiosks")).text, new RegExp(`waits for ${hash.slice(0, 8)}`));
  await kiosk.health({ refused: { sha256: hash, why: "language 'xx' has no catalogue\u001b[2J" }, assignment: "bandung-dago/lobby" });
  await aggregator.process.line(/ content_refused kiosk=dago-entrance sha256=\w+ why="language 'xx' has no catalogue \[2J"/);
  const seen = await waitFor("the refusal", async () => (await shown()).refused && shown());
  assert.deepEqual([seen.content, seen.refused, seen.assignment], ["", hash, "bandung-dago/lobby"]);
  assert.match((await ctl("kiosks")).text, new RegExp(`refused ${hash.slice(0, 8)}.*language 'xx' has no catalogue.*its own file says it stands at bandung-dago/lobby`));
  const manager = await Session.login(aggregator.url, "manager", SECRET);
  const [seenByApi] = (await manager.today()).kiosks;
  assert.deepEqual([seenByApi.content, seenByApi.refused], ["", "language 'xx' has no catalogue [2J"]);
  await kiosk.health({ content: hash });
  await aggregator.process.line(/ content_in_force kiosk=dago-entrance /);
  await waitFor("the document in force", async () => (await shown()).content === hash);
  assert.equal((await shown()).trouble, "");
  await kiosk.health({ content: "zz" });
  await waitFor("the quarantine", async () => (await aggregator.store.quarantine()).length === 1);
  assert.equal((await shown()).content, hash);
});

scenario("puasctl command: the order goes out with an expiry, the reply comes back; none is told so", async (world) => {
  const { broker, aggregator, ctl } = await system(world, { users: [ID, "other"] });
  const kiosk = await Bare.start(world, broker.port);
  const png = Buffer.from("89504e470d0a1a0a0000", "hex");
  kiosk.onOrder = (order) => {
    if (order.do === "identify") kiosk.reply({ id: order.id, ok: true });
    if (order.do === "resend") kiosk.reply({ id: order.id, ok: true, rows: 17 });
    if (order.do === "reload") kiosk.reply({ id: order.id, ok: false, why: "kiosk.yaml:3:1: unknown key" });
    if (order.do === "screenshot") kiosk.reply({ id: order.id, ok: true, png: png.toString("base64") });
  };
  const done = await ctl("command", ID, "identify");
  assert.deepEqual(done, { code: 0, text: "done" });
  const [order] = kiosk.orders;
  assert.equal(order.v, 1);
  assert.ok(order.expires > Date.now() && order.expires < Date.now() + 11_000);
  assert.match((await ctl("command", ID, "resend")).text, /17 answers/);
  const no = await ctl("command", ID, "reload");
  assert.equal(no.code, 1);
  assert.match(no.text, /the kiosk says no: kiosk\.yaml:3:1: unknown key/);
  const shot = await ctl("command", ID, "screenshot", "-o", world.path("shot.png"));
  assert.equal(shot.code, 0, shot.text);
  assert.deepEqual(readFileSync(world.path("shot.png")), png);

  const silent = await ctl("command", ID, "restart", "--timeout", "1");
  assert.equal(silent.code, 1);
  assert.match(silent.text, /no answer within 1 s/);
  // Nobody answers for another kiosk.
  const stranger = await mqtt.connectAsync({ host: "127.0.0.1", port: broker.port, username: "other", password: SECRET, clientId: "other", reconnectPeriod: 0 });
  world.own("stranger", () => stranger.endAsync(true));
  kiosk.onOrder = (o) => stranger.publishAsync(topic("reply", "other"), JSON.stringify({ v: 1, id: o.id, ok: true }), { qos: 1 });
  assert.match((await ctl("command", ID, "restart", "--timeout", "1")).text, /no answer within 1 s/);

  assert.match((await ctl("command", "nobody", "identify")).text, /No such registered kiosk/);
  assert.match((await ctl("command", ID, "dance")).text, /identify, reload, restart, resend or screenshot/);
  assert.match((await ctl("command", ID, "erase")).text, /identify, reload, restart, resend or screenshot/);
  assert.deepEqual((await aggregator.store.query("SELECT subject, detail FROM audit WHERE action = 'kiosk-order' ORDER BY audit_id")).map((row) => row.detail),
    ["identify", "resend", "reload", "screenshot", "restart", "restart"]);
});

scenario("only who holds the control token pushes; a manager orders no kiosk about", async (world) => {
  const { aggregator } = await system(world);
  const manager = await Session.login(aggregator.url, "manager", SECRET);
  const paths = ["config/place/harapan/content", `config/kiosk/${ID}/content`, "config/place/harapan/clear", `config/kiosk/${ID}/clear`, `kiosks/${ID}/command`];
  for (const path of paths) {
    assert.equal((await manager.raw("POST", `/api/v1/${path}`, { do: "restart" })).status, path.startsWith("kiosks/") ? 403 : 401, path); // head office may: manage.test
    assert.equal((await fetch(`${aggregator.url}/api/v1/${path}`, { method: "POST", body: "volume: 1", headers: { "X-Puas": "1", Authorization: "Bearer 00" } })).status, 401, path);
    assert.equal((await fetch(`${aggregator.url}/api/v1/${path}`, { method: "POST", body: "volume: 1" })).status, 403, path);
  }
  assert.equal((await manager.raw("GET", "/api/v1/commands/00")).status, 403);
  assert.equal(await aggregator.store.one("SELECT count(*) FROM content"), 0);
});
