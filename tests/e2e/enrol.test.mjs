// A kiosk is taken in from the page: the broker gets its password there, and lets in no kiosk that is out of service.
import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import mqtt from "mqtt";
import { SECRET } from "./lib/broker.mjs";
import { Browser, DESKTOP, PHONE } from "./lib/browser.mjs";
import { MouseScreen } from "./lib/display.mjs";
import { checkExactlyOnce, Kiosk } from "./lib/kiosk.mjs";
import { chain, done, find, put } from "./lib/organisation.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { BIN, scenario } from "./lib/world.mjs";

const MADE = /^([a-z2-9]{4}-){3}[a-z2-9]{4}$/;
let clients = 0;

async function client(world, port, username, password) {
  const c = await mqtt.connectAsync({ host: "127.0.0.1", port, username, password, clientId: `${username}-${clients++}`, reconnectPeriod: 0 });
  world.own(username, () => c.endAsync(true));
  c.heard = [];
  c.gone = new Promise((end) => c.once("close", end));
  c.on("error", () => {});
  c.on("message", (topic, payload) => c.heard.push([topic, payload.toString()]));
  return c;
}

/** "in", or why not. */
async function knock(port, username, password) {
  try {
    const c = await mqtt.connectAsync({ host: "127.0.0.1", port, username, password, clientId: `knock-${clients++}`, reconnectPeriod: 0 });
    await c.endAsync(true);
    return "in";
  } catch (error) {
    return error.message;
  }
}
const REFUSED = "Connection refused: Not authorized";

/** Asks for a password as a program does. */
async function ask(session, kiosk) {
  const asked = await session.raw("POST", `/api/v1/manage/kiosks/${kiosk}/password`, {});
  assert.equal(asked.status, 200, await asked.clone().text());
  const id = (await asked.text()).trim();
  const reply = await waitFor("the broker's answer", async () => {
    const answer = await session.raw("GET", `/api/v1/commands/${id}`);
    return answer.status === 200 && answer;
  });
  assert.equal(reply.headers.get("cache-control"), "no-store");
  assert.equal((await session.raw("GET", `/api/v1/commands/${id}`)).status, 404, "it is told once");
  return reply.json();
}

async function makeOnPage(page) {
  await page.id("kiosk-password").click();
  await page.id("kiosk-password-sure").click();
  const secret = await page.id("secret").textContent();
  const settings = await page.id("secret-lines").textContent();
  const copies = await page.page.locator(".secret button").filter({ hasText: "Copy" }).count();
  await page.id("secret-done").click();
  assert.match(secret, MADE);
  return { secret, settings, copies };
}

scenario("a kiosk made in Manage gets in by the page's password, not by an old one, and not once it is out of service", async (world) => {
  const { broker, aggregator, url, store } = await chain(world, undefined, { plugin: true });
  await aggregator.process.line(/ control_ready /);
  const page = await (await Browser.start(world)).open(`${url}/?page=manage&tab=kiosks`);
  await page.login("admin");
  await page.id("new").click();
  await page.id("m-name").fill("Lobby");
  await page.page.getByText("Its password is made here, once it is saved.").waitFor();
  await page.id("m-place").selectOption("bandung-dago");
  await page.id("save").click();
  await done(page, /saved/);
  assert.match(await page.id("kiosk-password").textContent(), /Make a password/);
  const first = await makeOnPage(page);
  assert.equal(first.settings, `kiosk: lobby\nbranch: bandung-dago\nbroker:\n  host: "127.0.0.1"\n  port: ${broker.port}\n  user: lobby\n  password_file: /etc/puas/secrets/lobby`);
  assert.equal(statSync(broker.clients).mode & 0o77, 0, "the broker's file is for nobody else");

  // The real kiosk, with what the page says.
  const screen = await MouseScreen.start(world);
  const file = world.path("secrets", "lobby");
  const settings = first.settings.replace("/etc/puas/secrets/lobby", file);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, id: "lobby", wait: false, change: (text) => text.replace(/^kiosk: .*\n/m, "").replace(/^branch: .*\n/m, "").replace(/^broker:\n( .*\n)+/m, `${settings}\n`) });
  writeFileSync(file, first.secret, { mode: 0o600 });
  await kiosk.up();
  await kiosk.online;
  await kiosk.rate(5);
  await kiosk.rate(1);
  await waitFor("both votes", async () => (await store.count("lobby")) === 2);

  // Nothing beyond its own topics, and not the broker's control.
  const observer = await client(world, broker.port, "aggregator", SECRET);
  await observer.subscribeAsync(["puas/1/#", "$CONTROL/dynamic-security/v1/response"], { qos: 1 });
  const other = await client(world, broker.port, "lobby", first.secret);
  for (const filter of ["#", "$CONTROL/#", "puas/1/kiosk/+/config", "puas/1/kiosk/lobby/config"]) await other.subscribeAsync(filter, { qos: 1 }).catch(() => {});
  observer.heard.length = 0;
  for (const topic of ["puas/1/events/00/bandung-dago/dago-entrance", "puas/1/kiosk/dago-entrance/state", "puas/1/kiosk/lobby/ack"]) await other.publishAsync(topic, "foreign", { qos: 1 }).catch(() => {});
  await other.publishAsync("$CONTROL/dynamic-security/v1", '{"commands":[{"command":"createClient","username":"evil","password":"evil"}]}', { qos: 1 }).catch(() => {});
  await other.publishAsync("puas/1/kiosk/lobby/reply", "own", { qos: 1 });
  await waitFor("its own message", () => observer.heard.some(([topic]) => topic === "puas/1/kiosk/lobby/reply"));
  assert.deepEqual(observer.heard.filter(([, text]) => text === "foreign" || /evil/.test(text)), []);
  assert.equal(await knock(broker.port, "evil", "evil"), REFUSED);

  // A new one: the old connection has ended, the old password with it; what is pressed meanwhile waits and is counted once.
  const from = kiosk.process.mark();
  assert.match(await page.id("kiosk-password").textContent(), /New password|Make a password/);
  await page.page.evaluate(() => Object.defineProperty(globalThis, "isSecureContext", { value: false })); // as by http from another machine
  const second = await makeOnPage(page);
  assert.deepEqual([first.copies, second.copies], [2, 0], "no button that does nothing");
  assert.notEqual(second.secret, first.secret);
  await kiosk.process.line(/ broker_lost /, { from });
  await other.gone;
  assert.deepEqual([await knock(broker.port, "lobby", first.secret), await knock(broker.port, "lobby", second.secret)], [REFUSED, "in"]);
  assert.deepEqual(other.heard.map(([topic]) => topic).filter((topic) => !/^puas\/1\/(kiosk\/lobby\/|shard\/)/.test(topic)), [], "it has read nothing of others");
  await kiosk.rate(3);
  assert.equal(await kiosk.pending(), 1);
  await kiosk.process.stop();
  writeFileSync(file, second.secret, { mode: 0o600 });
  await kiosk.up();
  await kiosk.online;
  assert.equal(await checkExactlyOnce(kiosk, store), 3);

  // Out of service: out at once. Back in service: not before it has a new password, and then with all that it has kept.
  const before = kiosk.process.mark();
  await page.id("take-out").click();
  await page.page.getByText("The broker is told to let it in no more").waitFor();
  await page.id("take-out-sure").click();
  await done(page, /out of service/);
  await kiosk.process.line(/ broker_lost /, { from: before });
  assert.equal(await knock(broker.port, "lobby", second.secret), REFUSED);
  await kiosk.rate(4);
  await page.id("open-lobby").click();
  await page.page.getByText("the broker lets it in once it has a new password").waitFor();
  const admin = await Session.login(url, "admin");
  assert.equal((await admin.raw("POST", "/api/v1/manage/kiosks/lobby/password", {})).status, 404);
  assert.equal((await put(admin, "kiosks", "lobby", { name: "Lobby", place: "bandung-dago" })).status, 200);
  assert.equal(await knock(broker.port, "lobby", second.secret), REFUSED);
  const { ok, password } = await ask(admin, "lobby");
  assert.equal(ok, true);
  await kiosk.process.stop();
  writeFileSync(file, password, { mode: 0o600 });
  await kiosk.up();
  await kiosk.online;
  assert.equal(await checkExactlyOnce(kiosk, store), 4);

  // On record who did it; nowhere what it was.
  assert.deepEqual(await store.query("SELECT who, subject, detail FROM audit WHERE action = 'kiosk-password'"), Array(3).fill({ who: "admin", subject: "lobby", detail: "" }));
  const kept = [readFileSync(store.file), readFileSync(`${store.file}-wal`), readFileSync(broker.clients), ...world.parts.filter(({ log }) => log).map(({ log }) => log.lines.join("\n")), readFileSync(world.path("log/mosquitto.log")), await page.page.content()].join("\n");
  for (const secret of [first.secret, second.secret, password]) assert.ok(!kept.includes(secret), "a password is kept");
  page.clean();
});

scenario("who may, from page and shell; what the broker has missed or lost is put right when it is back", async (world) => {
  const { broker, aggregator, url, store } = await chain(world, undefined, { plugin: true });
  const ready = (from = 0) => aggregator.process.line(/ control_ready /, { from });
  await ready();
  const [admin, west, manager, looker] = await Promise.all(["admin", "west", "manager", "looker"].map((user) => Session.login(url, user)));
  const password = (session, kiosk) => session.raw("POST", `/api/v1/manage/kiosks/${kiosk}/password`, {});
  for (const session of [manager, looker]) assert.equal((await password(session, "dago-entrance")).status, 403);
  assert.equal((await password(west, "malang-entrance")).status, 404);
  assert.equal((await password(admin, "nobody")).status, 404);
  const { token } = await (await admin.raw("POST", "/api/v1/tokens", { name: "crm", place: "harapan", role: "admin" })).json();
  assert.equal((await new Session(url).raw("POST", "/api/v1/manage/kiosks/dago-entrance/password", {}, { Authorization: `Bearer ${token}` })).status, 403);
  for (const id of ["aggregator", "queue"]) { // it would be another user
    assert.equal((await put(admin, "kiosks", id, { name: id, place: "malang" })).status, 200);
    const refused = await password(admin, id);
    assert.deepEqual([refused.status, (await refused.json()).detail], [409, "The broker knows another user by this name, who is no kiosk: take another id"]);
    assert.equal((await admin.raw("POST", `/api/v1/manage/kiosks/${id}/remove`, { version: (await find(admin, "kiosks", id)).version })).status, 200);
  }
  assert.equal(await store.one("SELECT count(*) FROM audit WHERE action = 'kiosk-password'"), 0);
  assert.equal((await ask(west, "dago-entrance")).ok, true);

  // From the shell, of a kiosk that is in the broker's password file: that password ends, and the connection that has it.
  const old = await client(world, broker.port, "malang-entrance", SECRET);
  const said = await run(`${BIN}/puasctl`, ["--config", aggregator.file, "kiosks", "password", "malang-entrance"]);
  assert.equal(said.code, 0, said.lines.join("\n"));
  const made = said.lines.find((line) => MADE.test(line));
  await old.gone;
  assert.deepEqual([await knock(broker.port, "malang-entrance", SECRET), await knock(broker.port, "malang-entrance", made)], [REFUSED, "in"]);
  const unknown = await run(`${BIN}/puasctl`, ["--config", aggregator.file, "kiosks", "password", "nobody"]);
  assert.deepEqual([unknown.code, /No such registered kiosk/.test(unknown.lines.join("\n"))], [1, true]);

  // Gone out of service while the broker is away, which then has lost its file and lets everybody read: both are put right.
  await broker.kill();
  assert.equal((await admin.raw("POST", "/api/v1/manage/kiosks/malang-entrance/remove", { version: (await find(admin, "kiosks", "malang-entrance")).version })).status, 200);
  const all = (allow) => ({ publishClientSend: allow, publishClientReceive: allow, subscribe: allow, unsubscribe: allow });
  writeFileSync(broker.clients, JSON.stringify({ defaultACLAccess: all(true) }), { mode: 0o600 });
  const from = aggregator.process.mark();
  await broker.up();
  await ready(from);
  await aggregator.process.line(/ kiosk_shut_out kiosk=malang-entrance/, { from });
  await waitFor("it to be refused", async () => (await knock(broker.port, "malang-entrance", SECRET)) === REFUSED);
  assert.deepEqual(JSON.parse(readFileSync(broker.clients, "utf8")).defaultACLAccess, all(false));
  assert.equal(await knock(broker.port, "dago-entrance", SECRET), "in", "what the file held is as it was before");
  assert.equal(await knock(broker.port, "aggregator", SECRET), "in");
});

scenario("no plugin, no broker, no: it is said; both languages and themes on a desk and a phone", async (world) => {
  const { broker, aggregator, url } = await chain(world, undefined, { control: true });
  const browser = await Browser.start(world);
  const page = await browser.open(`${url}/?page=manage&tab=kiosks&id=dago-entrance`);
  await page.login("admin");
  const press = async () => {
    await page.id("kiosk-password").click();
    await page.id("kiosk-password-sure").click();
  };
  const failure = (hasText) => page.id("password-failure").filter({ hasText }).waitFor();
  const asked = run(`${BIN}/puasctl`, ["--config", aggregator.file, "kiosks", "password", "dago-entrance"]);
  await press();
  await failure("No answer from the broker in five seconds");
  assert.equal(await knock(broker.port, "dago-entrance", SECRET), "in", "nothing is lost");
  await aggregator.process.line(/ control_silent /);
  const status = await run(`${BIN}/puasctl`, ["--config", aggregator.file, "status"]);
  assert.deepEqual([status.code, /does not answer about its users/.test(status.lines.join("\n"))], [1, true]);
  const silent = await asked;
  assert.deepEqual([silent.code, /no answer within 5 s/.test(silent.lines.join("\n"))], [1, true]);

  // As the broker may say it, and with a password; as it looks.
  const replies = { no: { ok: false, why: "setClientPassword: Internal error" }, yes: { ok: true, kiosk: "dago-entrance", password: "abcd-efgh-ijkm-npqr", branch: "bandung-dago", host: "broker.example.org", port: 8883, tls: true } };
  let reply = replies.no;
  await page.page.route("**/api/v1/commands/*", (route) => route.fulfill({ json: reply }));
  await press();
  await failure("The broker refused: setClientPassword: Internal error");
  reply = replies.yes;
  await press();
  assert.match(await page.id("secret-lines").textContent(), /host: "broker\.example\.org"\n {2}port: 8883\n.*\n.*\n {2}ca_file: /);
  await page.id("kiosk-password").click();
  for (const [name, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
    await page.page.setViewportSize(viewport);
    for (const theme of ["light", "dark"]) {
      if ((await page.id("theme-switch").getAttribute("data-theme-now")) !== theme) await page.id("theme-switch").click();
      for (const lang of ["id", "en"]) {
        if ((await page.id("lang-switch").getAttribute("data-lang")) !== lang) await page.id("lang-switch").click();
        await waitFor(`the page in ${lang}`, async () => (await page.id("nav-manage").textContent()) === { id: "Kelola", en: "Manage" }[lang]);
        await page.accessible(`a password, ${name}, ${theme}, ${lang}`);
        const wide = await page.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wide <= 0, `${name}, ${lang}: ${wide} px too wide`);
        await page.shot(`page-manage-password-${name}-${theme}-${lang}`);
      }
    }
  }
  const small = await page.page.locator("main :is(button, select, input, a)").evaluateAll((list) => list.map((each) => [each.textContent || each.id, Math.round(each.getBoundingClientRect().height)]).filter(([, height]) => height < 44));
  assert.deepEqual(small, [], "targets under 44 px");
  await page.page.unroute("**/api/v1/commands/*");

  await broker.kill();
  await aggregator.process.line(/ broker_lost /);
  await page.id("kiosk-password-sure").click();
  await failure("That was not done: the broker is not connected");
  await page.id("lang-switch").click();
  await press();
  await failure(/^Tidak dilakukan: (?!the )/);
  page.clean();

  // Where the settings say nothing of it, the page says what it always did.
  await broker.up();
  await aggregator.stop();
  writeFileSync(aggregator.file, readFileSync(aggregator.file, "utf8").replace(/^ {2}control: .*\n/m, ""));
  await aggregator.up();
  const plain = await browser.open(`${url}/?page=manage&tab=kiosks&id=new*`);
  await plain.login("admin");
  await plain.page.getByText("where it needs a password: see README, Settings.").waitFor();
  await plain.id("open-dago-entrance").click();
  await plain.id("take-out").waitFor();
  assert.equal(await plain.id("kiosk-password").count(), 0);
  assert.equal((await (await Session.login(url, "admin")).raw("POST", "/api/v1/manage/kiosks/dago-entrance/password", {})).status, 409);
  plain.clean();
});
