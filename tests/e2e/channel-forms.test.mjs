// Channels and reports by mail made from the page: from the form to the mail server, without a shell; secrets that nobody is shown;
// what changes while a message is under way; who may.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import mqtt from "mqtt";
import { Browser, DESKTOP, PHONE } from "./lib/browser.mjs";
import { SECRET } from "./lib/broker.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { chain, done, errorOf, find, list, put } from "./lib/organisation.mjs";
import { Process } from "./lib/process.mjs";
import { HttpReceiver, MailReceiver, certificate, readMail } from "./lib/receivers.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { BIN, scenario } from "./lib/world.mjs";

const always = (text) => text.replace('open: "07:00", close: "20:00"', 'open: "00:00", close: "24:00"');

async function kioskAt(world, broker, id = "dago-entrance", branch = "bandung-dago") {
  const kiosk = new ForeignKiosk({ port: broker.port, id, branch, secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  return kiosk;
}
async function raise(kiosk) {
  for (let i = 0; i < 7; i++) {
    kiosk.press(1);
    await kiosk.settled();
  }
}
/** Every file of the data folder but those of secrets. */
const dataOf = (aggregator) =>
  readdirSync(aggregator.data, { withFileTypes: true }).filter((each) => each.isFile()).map(({ name }) => readFileSync(join(aggregator.data, name), "latin1")).join("\n");
const secretOf = (session, id, secret) => session.raw("POST", `/api/v1/channels/${id}/secret`, { secret });
const channelOf = async (session, id) => (await session.get("/api/v1/channels")).channels.find((each) => each.id === id);
const hook = (url, more = {}) => ({ kind: "http", url, body: "{{event}} {{branch}}", allow_private: true, retry_min: "50 ms", retry_max: "400 ms", timeout: "5 s", gather: "0 s", ...more });
const make = async (session, id, item, version = "") => {
  const made = await put(session, "channels", id, item, version);
  assert.equal(made.status, 200, JSON.stringify(made));
};

scenario("mail from the page: what is wrong beside its field, a password that nobody sees again, a test, an alert, a daily report", async (world) => {
  const tls = await certificate(world);
  const receiver = await MailReceiver.start(world, { tls });
  const { url, broker, aggregator, store } = await chain(world, always);
  const admin = await Session.login(url, "admin");
  const page = await (await Browser.start(world)).open(`${url}/?page=manage&tab=channels`);
  await page.login("admin");
  await page.page.getByText("nobody hears of alerts outside of these pages").waitFor();
  await page.id("new").click();

  // Nothing, then nonsense: said beside each field, and nothing is lost.
  await page.id("save").click();
  for (const field of ["id", "url", "from", "to"]) assert.match(await errorOf(page, field), /needed/, field);
  await page.id("m-id").fill("managers");
  await page.id("m-url").fill("http://localhost");
  await page.id("m-from").fill("puas");
  await page.id("m-to").fill("sari@example.org\nbudi@example.org");
  await page.id("save").click();
  assert.match(await errorOf(page, "url"), /smtps:\/\/HOST:465/);
  await page.id("m-url").fill(`smtps://localhost:${receiver.port}`);
  await page.id("save").click();
  assert.match(await errorOf(page, "from"), /mail address/);
  assert.equal(await page.id("m-to").inputValue(), "sari@example.org\nbudi@example.org");
  await page.id("m-from").fill("puas@example.org");
  await page.id("m-user").fill(MailReceiver.USER);
  await page.id("m-lang").selectOption("en");
  await page.id("m-places-add").selectOption("jawa-barat");
  await page.id("m-more").click();
  await page.id("m-gather").fill("soon");
  await page.id("m-ca").fill("no certificate");
  await page.id("save").click();
  assert.match(await errorOf(page, "gather"), /./);
  await page.id("m-gather").fill("");
  await page.id("save").click();
  assert.match(await errorOf(page, "ca"), /BEGIN CERTIFICATE/);
  await page.id("m-ca").fill(readFileSync(tls.cert, "utf8"));
  await page.id("m-allow_private").check();
  assert.deepEqual(await list(admin, "channels"), []);
  await page.id("save").click();
  await done(page, /managers is saved/);

  // Without its password it cannot send, and says so; with a wrong one too.
  await page.id("row-managers").filter({ hasText: "no secret yet" }).waitFor();
  await page.id("test-managers").click();
  await page.id("tried-managers").filter({ hasText: "has no secret yet" }).waitFor();
  await page.id("m-secret").fill("wrong");
  await page.id("save").click();
  await done(page, /managers is saved/);
  await page.id("test-managers").click();
  await page.id("tried-managers").filter({ hasText: /Not taken/ }).waitFor();
  assert.equal(receiver.mails.length, 0);
  await page.id("m-secret").fill(MailReceiver.PASSWORD);
  await page.id("save").click();
  await waitFor("the field to be empty again", async () => (await page.id("m-secret").inputValue()) === "");
  await page.page.getByText("It is kept, and never shown").waitFor();
  await page.id("test-managers").click();
  await page.id("tried-managers").filter({ hasText: "Taken." }).waitFor();
  const [mail] = await receiver.arrived(1);
  assert.deepEqual([mail.from, mail.to, mail.user], ["puas@example.org", ["sari@example.org", "budi@example.org"], MailReceiver.USER]);

  // It is in a file of its own, and nowhere else: not in the store, not in what the pages are told, not in the log.
  const file = join(aggregator.data, "secrets", "managers");
  assert.equal(readFileSync(file, "utf8").split("\n")[0], MailReceiver.PASSWORD);
  assert.deepEqual([statSync(file).mode & 0o777, statSync(join(aggregator.data, "secrets")).mode & 0o777], [0o600, 0o700]);
  assert.ok(!dataOf(aggregator).includes(MailReceiver.PASSWORD));
  for (const path of ["channels", "manage/channels", "audit"]) assert.ok(!(await (await admin.raw("GET", `/api/v1/${path}`)).text()).includes(MailReceiver.PASSWORD), path);
  assert.ok(!aggregator.process.lines.join("\n").includes(MailReceiver.PASSWORD));
  assert.equal(await store.one("SELECT group_concat(detail) FROM audit WHERE action = 'channel-secret'"), "put,put");

  // An alert goes that way: in English, of the region that was chosen.
  await raise(await kioskAt(world, broker));
  assert.equal(readMail((await receiver.arrived(2))[1].text).headers.subject, "Bandung Dago: Promise not kept");

  // Quiet every night: two lines at a press, said in the list.
  await page.id("m-quiet-nights").click();
  await page.id("save").click();
  await page.id("row-managers").filter({ hasText: "quiet Daily 21:00\u201324:00, Daily 00:00\u201307:00" }).waitFor();
  assert.deepEqual((await find(admin, "channels", "managers")).item.quiet, [{ from: "21:00", to: "24:00" }, { from: "00:00", to: "07:00" }]);
  for (const viewport of [DESKTOP, PHONE]) {
    await page.page.setViewportSize(viewport);
    await page.accessible(`a channel's form, ${viewport.width}`);
    await page.shot(`page-channel-form-${viewport.width}`);
  }
  await page.page.setViewportSize(DESKTOP);

  // Who sends it elsewhere does not have the password sent along.
  await page.id("m-url").fill(`smtps://127.0.0.1:${receiver.port}`);
  await page.id("save").click();
  await page.id("row-managers").filter({ hasText: "put it again" }).waitFor();
  await page.id("test-managers").click();
  await page.id("tried-managers").filter({ hasText: "put it again" }).waitFor();
  await page.id("m-url").fill(`smtps://localhost:${receiver.port}`);
  await page.id("save").click();
  await page.id("row-managers").filter({ hasText: "Fine" }).waitFor();
  assert.equal(receiver.mails.length, 2);

  // A report by mail, of yesterday, at once since its hour is over; by that channel, to readers of its own.
  await page.id("tab-mailings").click();
  await page.id("new").click();
  await page.id("save").click();
  for (const field of ["id", "to"]) assert.match(await errorOf(page, field), /needed/, field);
  await page.id("m-id").fill("daily");
  await page.id("m-place").selectOption("bandung-dago");
  await page.id("m-every").selectOption("daily");
  await page.id("m-at").selectOption("0");
  await page.id("m-lang").selectOption("en");
  await page.id("m-to").fill("head@example.org\nnobody");
  await page.id("save").click();
  assert.match(await errorOf(page, "to"), /nobody is no mail address/);
  await page.id("m-to").fill("head@example.org");
  await page.id("save").click();
  await done(page, /daily is saved/);
  const report = (await receiver.arrived(3))[2];
  assert.deepEqual(report.to, ["head@example.org"]);
  assert.match(readMail(report.text).headers.subject, /^Report Bandung Dago, /);
  await waitFor("it to be settled", async () => (await store.one("SELECT state FROM outgoing WHERE event = 6")) === 1);
  await page.page.reload(); // the list says how it was when it was read
  await page.id("reader-head@example.org").filter({ hasText: "sent up to" }).waitFor();
  for (const viewport of [DESKTOP, PHONE]) {
    await page.page.setViewportSize(viewport);
    await page.accessible(`a report's form, ${viewport.width}`);
    await page.shot(`page-mailing-form-${viewport.width}`);
  }
  await page.page.setViewportSize(DESKTOP);

  // All of it stays over a restart, and in the document of the shell.
  await aggregator.stop();
  await aggregator.up();
  const again = await Session.login(url, "admin");
  assert.equal((await channelOf(again, "managers")).secret, "there");
  assert.equal((await find(again, "mailings", "daily")).item.at, 0);

  // A channel that a report goes by stays; without it it goes, and its secret with it.
  await page.page.goto(`${url}/?page=manage&tab=channels&id=managers`);
  await page.id("end").click();
  await page.id("end-sure").click();
  await page.page.getByText("Report 'daily' goes by it").waitFor();
  await page.page.goto(`${url}/?page=manage&tab=mailings&id=daily`);
  await page.id("end").click();
  await page.id("end-sure").click();
  await page.page.getByText("No report goes by mail yet").waitFor();
  await page.id("tab-channels").click();
  await page.id("open-managers").click();
  await page.id("end").click();
  await page.id("end-sure").click();
  await page.page.getByText("nobody hears of alerts outside of these pages").waitFor();
  await waitFor("the secret to go", () => !existsSync(file));
  assert.deepEqual(await store.query("SELECT * FROM item"), []);
  page.clean();
});

scenario("each kind has its form, in both languages and themes; what a kind needs is asked for, what it cannot have is gone with the kind", async (world) => {
  const { url } = await chain(world);
  const admin = await Session.login(url, "admin");
  const browser = await Browser.start(world);
  const kinds = {
    email: [["url", "smtps://mx.example.org:465"], ["from", "p@example.org"], ["to", "a@example.org"]],
    webpush: [],
    whatsapp: [["from", "123"], ["to", "62812"], ["template", "alert"]],
    telegram: [["to", "-100123"]],
    ntfy: [["to", "a-long-topic"]],
    slack: [], teams: [],
    webhook: [["url", "https://example.org/hook"]],
    http: [["url", "https://example.org"], ["method", "PUT"], ["headers", "X-One: 1\nContent-Type: text/plain"], ["body", "{{title}}"]],
    mqtt: [["topic", "signs"]],
  };
  for (const [theme, lang, viewport] of [["light", "en", DESKTOP], ["dark", "id", PHONE]]) {
    const page = await browser.open(`${url}/?page=manage&tab=channels&id=new*`, { viewport });
    await page.login("admin");
    await page.id("m-more").waitFor();
    if ((await page.id("theme-switch").getAttribute("data-theme-now")) !== theme) await page.id("theme-switch").click();
    if ((await page.id("lang-switch").getAttribute("data-lang")) !== lang) await page.id("lang-switch").click();
    await page.id("m-more").click();
    for (const [kind, fields] of Object.entries(kinds)) {
      await page.id("m-kind").selectOption(kind);
      await page.accessible(`the form of ${kind}, ${theme}`);
      if (theme === "dark") continue;
      await page.id("m-id").fill(`a-${kind}`);
      for (const [field, text] of fields) await (field === "method" ? page.id(`m-${field}`).selectOption(text) : page.id(`m-${field}`).fill(text));
      await page.id("save").click();
      await done(page, new RegExp(`a-${kind} is saved`));
      await page.id("close").click();
      await page.id("new").click();
      await page.id("m-more").click();
    }
    await page.shot(`page-channels-${theme}`);
    page.clean();
  }
  assert.deepEqual((await list(admin, "channels")).map(({ item }) => [item.id, item.kind]), Object.keys(kinds).map((kind) => [`a-${kind}`, kind]));
  const { item } = await find(admin, "channels", "a-http");
  assert.deepEqual([item.method, item.headers, item.from], ["PUT", { "X-One": "1", "Content-Type": "text/plain" }, undefined]);
  assert.deepEqual((await admin.get("/api/v1/channels")).channels.filter(({ secret }) => secret === "missing").map(({ kind }) => kind), ["whatsapp", "telegram", "slack", "teams", "webhook"]);
  // Browsers can be subscribed from now on.
  assert.ok((await admin.get("/api/v1/webpush")).key);
});

scenario("what is under way when a channel changes goes on, what waits goes the new way, once each; a kill in between loses nothing", async (world) => {
  const first = await HttpReceiver.start(world, { answer: () => null }); // hangs
  const second = await HttpReceiver.start(world);
  const { url, broker, aggregator, store } = await chain(world, always);
  const admin = await Session.login(url, "admin");
  await make(admin, "hook", hook(`${first.url}/a`, { timeout: "2 s" }));
  await raise(await kioskAt(world, broker));
  await first.arrived(1);
  // Elsewhere now, while the first attempt still waits for an answer.
  await make(admin, "hook", hook(`${second.url}/b`), (await find(admin, "channels", "hook")).version);
  const [moved] = await second.arrived(1);
  assert.deepEqual([moved.path, moved.body], ["/b", "raised bandung-dago"]);
  await waitFor("it to be settled", async () => (await store.one("SELECT state FROM outgoing")) === 1);
  assert.equal(moved.headers["idempotency-key"], first.requests[0].headers["idempotency-key"]);

  // Gone while one waits: it is not sent, whatever it led to before; back under its name it goes on.
  second.answer = () => ({ status: 503 });
  const [alert] = (await admin.today()).alerts;
  const before = second.requests.length;
  await admin.post(`/api/v1/alerts/${alert.id}/resolve`, { comment: "Selesai" });
  await second.arrived(before + 1);
  const gone = await admin.raw("POST", "/api/v1/manage/channels/hook/remove", { version: (await find(admin, "channels", "hook")).version });
  assert.equal(gone.status, 200);
  const third = await HttpReceiver.start(world);
  await make(admin, "hook", hook(`${third.url}/c`));
  assert.equal((await third.arrived(1))[0].body, "ended bandung-dago");
  await waitFor("all to be settled", async () => (await store.one("SELECT count(*) FROM outgoing WHERE state <> 1")) === 0);

  // Killed right after the change was answered: it stands, and what is raised then goes by it.
  const version = (await find(admin, "channels", "hook")).version;
  const fourth = await HttpReceiver.start(world);
  await make(admin, "hook", hook(`${fourth.url}/d`), version);
  await aggregator.kill();
  await aggregator.up();
  const later = await Session.login(url, "admin");
  assert.equal((await find(later, "channels", "hook")).item.url, `${fourth.url}/d`);
  await raise(await kioskAt(world, broker, "malang-entrance", "malang"));
  assert.equal((await fourth.arrived(1))[0].body, "raised malang");
});

scenario("who may: channels are the whole organisation's, reports those of one's places; a file of the server is named by nobody; ids of aggregator.yaml are taken", async (world) => {
  const { url, aggregator } = await chain(world, (text) => text.replace(/^times:/m, 'channels:\n  - { id: server, kind: email, url: "smtp://127.0.0.1:1", from: puas@example.org, to: [sari@example.org] }\nmailings:\n  - { id: old, channel: server, place: harapan, every: daily, to: [a@example.org] }\ntimes:'));
  const [admin, west, manager] = await Promise.all(["admin", "west", "manager"].map((who) => Session.login(url, who)));
  const item = { kind: "webhook", url: "https://example.org/hook" };
  assert.equal((await put(west, "channels", "mine", item)).status, 403);
  assert.equal((await put(manager, "channels", "mine", item)).status, 403);
  assert.equal((await west.raw("GET", "/api/v1/manage/channels")).status, 403);
  // An administrator of a part of it.
  assert.equal((await put(admin, "users", "part", { display: "Part", role: "admin", place: "jawa-barat", lang: "en" })).status, 200);
  const { password } = await (await admin.raw("POST", "/api/v1/manage/users/part/password", {})).json();
  const part = await Session.login(url, "part", password);
  assert.deepEqual([(await put(part, "channels", "mine", item)).status, await list(part, "channels"), (await secretOf(part, "mine", "x")).status], [403, [], 403]);
  await make(admin, "mine", item);
  for (const [who, status] of [[west, 403], [manager, 403], [part, 403], [new Session(url), 401]]) assert.equal((await secretOf(who, "mine", "x")).status, status);

  // Refused, each with its field.
  for (const [more, field] of [[{ secret_file: "/etc/passwd" }, "secret_file"], [{ secret_env: "HOME" }, "secret_file"], [{ ca_file: "/etc/passwd" }, "secret_file"], [{ url: "http://example.org" }, "url"], [{ places: ["A B"] }, "places"], [{ events: ["sung"] }, "events"], [{ secret: "x" }, "secret_env"]]) {
    const refused = await put(admin, "channels", "other", { ...item, ...more });
    assert.deepEqual([refused.status, refused.field], [422, field], `${JSON.stringify(more)}: ${refused.detail}`);
  }
  for (const [name, thing] of [["channels", item], ["mailings", { channel: "server", place: "harapan", every: "daily", to: ["a@example.org"] }]]) {
    const taken = await put(admin, name, name === "channels" ? "server" : "old", thing);
    assert.deepEqual([taken.status, taken.field], [409, "id"], taken.detail);
  }
  const lost = await put(admin, "mailings", "lost", { channel: "nobody", place: "harapan", every: "daily", to: ["a@example.org"] });
  assert.deepEqual([lost.status, lost.field], [422, "channel"], lost.detail);
  for (const [id, secret, status] of [["server", "x", 409], ["none", "x", 404], ["mine", "two\nlines", 422], ["mine", "x".repeat(2049), 422], ["mine", 7, 422], ["mine", "good", 204], ["mine", "", 204]]) assert.equal((await secretOf(admin, id, secret)).status, status, `${id} ${secret}`);
  assert.equal((await channelOf(admin, "mine")).secret, "missing");
  await make(admin, "sign", { kind: "mqtt" });
  assert.equal((await secretOf(admin, "sign", "x")).status, 422);

  // Reports: head office, of its places.
  const daily = { channel: "server", place: "bandung-dago", every: "daily", to: ["wati@example.org"] };
  assert.equal((await put(west, "mailings", "west", daily)).status, 200);
  assert.equal((await put(west, "mailings", "east", { ...daily, place: "malang" })).status, 403);
  assert.equal((await put(manager, "mailings", "mine", daily)).status, 403);
  assert.deepEqual((await list(west, "mailings")).map(({ item }) => item.id), ["west"]);
  assert.deepEqual((await west.get("/api/v1/mailings")).mailings.map(({ id }) => id), ["west"]);
  assert.deepEqual((await admin.get("/api/v1/mailings")).mailings.map(({ id, stored }) => [id, stored]), [["old", false], ["west", true]]);
  assert.deepEqual((await west.get("/api/v1/manage/mailings")).channels.map(({ id }) => id), ["server"]);

  // From the shell: the secret by standard input; the document holds them, and goes back as it came.
  const ctl = async (args, input = "") => {
    const p = new Process("puasctl", `${BIN}/puasctl`, ["--config", aggregator.file, ...args], { input: true });
    p.child.stdin.end(input);
    return { code: await p.ended, text: p.lines.join("\n") };
  };
  assert.deepEqual(await ctl(["channels", "secret", "mine"], "s3cret\n"), { code: 0, text: "kept; `puasctl channels test mine` tries it" });
  assert.equal((await channelOf(admin, "mine")).secret, "there");
  const { text } = await ctl(["config", "export"]);
  assert.match(text, /^channels: #.*\n {2}- id: mine\n {4}kind: "webhook"\n {4}url: "https:\/\/example.org\/hook"$/m);
  assert.ok(!text.includes("s3cret"));
  assert.equal((await ctl(["channels", "secret", "mine", "--none"])).code, 0);
  assert.match((await ctl(["channels"])).text, /mine .*has no secret yet/);
});

scenario("a sign that is taken away is gone from the broker too, and one that is made is there", async (world) => {
  const { url, broker } = await chain(world, always);
  const admin = await Session.login(url, "admin");
  const client = mqtt.connect({ port: broker.port, host: "127.0.0.1", username: "aggregator", password: SECRET });
  world.own("mqtt client", () => client.endAsync(true));
  const topics = new Map();
  client.on("message", (topic, payload) => topics.set(topic, payload.toString()));
  await client.subscribeAsync(["puas/1/wall/#", "puas/1/kiosk/+/lamp"]);
  const lamp = (kiosk) => JSON.parse(topics.get(`puas/1/kiosk/${kiosk}/lamp`)).lamp;
  await make(admin, "wall", { kind: "mqtt", topic: "puas/1/wall" });
  await waitFor("both branches", () => topics.size === 2);
  assert.equal(JSON.parse(topics.get("puas/1/wall/malang")).state, "ok");
  // Another place alone, and lamps: what was said of the other branch goes.
  await make(admin, "wall", { kind: "mqtt", topic: "puas/1/wall", places: ["jawa-barat"], lamp: true }, (await find(admin, "channels", "wall")).version);
  await waitFor("one branch and its lamp", () => topics.get("puas/1/wall/malang") === "" && topics.get("puas/1/wall/bandung-dago") !== "" && topics.has("puas/1/kiosk/dago-entrance/lamp"));
  const kiosk = await kioskAt(world, broker);
  await raise(kiosk);
  await waitFor("the lamp to blink", () => lamp("dago-entrance") === "blink");
  const { version } = await find(admin, "channels", "wall");
  assert.equal((await admin.raw("POST", "/api/v1/manage/channels/wall/remove", { version })).status, 200);
  await waitFor("all of them to be empty, and no lamp on", () => ["bandung-dago", "malang"].every((branch) => topics.get(`puas/1/wall/${branch}`) === "") && lamp("dago-entrance") === "off");
});
