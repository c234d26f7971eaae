// The API as programs use it: metrics, tokens, the OpenAPI document, pages of long lists.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import { parse } from "yaml";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { run } from "./lib/process.mjs";
import { HttpReceiver } from "./lib/receivers.mjs";
import { readMetrics, readQuery } from "./lib/promql.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { ASSETS, BIN, ROOT, scenario } from "./lib/world.mjs";

const HOUR = 3_600_000;

async function kioskOf(world, broker) {
  const kiosk = new ForeignKiosk({ port: broker.port, id: "dago-entrance", branch: "bandung-dago", secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  return kiosk;
}

async function metricsOf(url, headers = {}) {
  const answer = await fetch(`${url}/metrics`, { headers });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const samples = readMetrics(await answer.text());
  return { samples, value: (name, labels = {}) => samples.find((s) => s.name === name && Object.entries(labels).every(([k, v]) => s.labels[k] === v))?.value };
}

scenario("metrics: what happens is counted, and every query of the dashboard and the rules finds its names", async (world) => {
  const broker = await Broker.start(world);
  const backups = world.folder("backups");
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, backup: { dir: backups, every_hours: 24 } });
  const kiosk = await kioskOf(world, broker);
  for (let i = 0; i < 20; i++) kiosk.press(1);
  await kiosk.settled();
  await kiosk.raw("puas/1/events/00/bandung-dago/dago-entrance", "no JSON");
  assert.equal((await fetch(`${aggregator.url}/api/v1/nothing`)).status, 404);
  const { samples, value } = await waitFor("all of it to be counted", async () => {
    const m = await metricsOf(aggregator.url);
    return m.value("puas_quarantined_total") === 1 && m.value("puas_backup_age_seconds") !== undefined && m.value("puas_alerts_open", { kind: "standard", state: "firing" }) > 0 && m;
  });
  assert.equal(value("puas_answers_stored_total", { type: "rating" }), 20);
  assert.equal(value("puas_answers_stored_total", { type: "text" }), 0);
  assert.equal(value("puas_kiosks", { state: "ready" }), 1);
  assert.equal(value("puas_http_requests_total", { status: "404" }), 1);
  assert.deepEqual(["puas_ready", "puas_broker_connected", "puas_store_readable", "puas_store_damaged", "puas_backup_overdue"].map((name) => value(name)), [1, 1, 1, 0, 0]);
  assert.ok(value("puas_backup_age_seconds") < 60 && value("puas_backup_size_bytes") > 0);
  assert.ok(value("puas_disk_free_bytes") > 0 && value("puas_store_log_bytes") > 0);
  const buckets = samples.filter((s) => s.name === "puas_commit_duration_seconds_bucket").map((s) => s.value);
  assert.deepEqual(buckets, [...buckets].sort((a, b) => a - b), "buckets hold those before them");
  assert.ok(buckets.at(-1) > 0 && buckets.at(-1) === value("puas_commit_duration_seconds_count") && value("puas_commit_duration_seconds_sum") > 0);
  assert.ok(samples.length < 200, `${samples.length} series`);
  const names = samples.flatMap((s) => Object.values(s.labels)).join(" ");
  assert.ok(!/dago|bandung|manager|127/.test(names), "nothing of anybody");

  // A key that comes again is a duplicate, not a rating.
  for (const row of kiosk.epoch.rows.values()) row.state = "pending";
  await waitFor("the duplicates", async () => (await metricsOf(aggregator.url)).value("puas_answers_duplicate_total") >= 20);
  assert.equal((await metricsOf(aggregator.url)).value("puas_answers_stored_total", { type: "rating" }), 20);

  const rules = parse(readFileSync(`${ASSETS}/monitoring/alerts.yaml`, "utf8")).groups.flatMap((g) => g.rules);
  const dashboard = JSON.parse(readFileSync(`${ASSETS}/monitoring/grafana-dashboard.json`, "utf8"));
  const queries = [...rules.map((r) => r.expr), ...dashboard.panels.flatMap((p) => p.targets.map((t) => t.expr))];
  const variables = dashboard.templating.list.filter((v) => v.type === "query").map((v) => /^label_values\((\w+), (\w+)\)$/.exec(v.query.query));
  assert.ok(rules.length > 10 && queries.length > 30);
  for (const rule of rules) assert.ok(rule.alert && rule.labels.severity && rule.annotations.summary, JSON.stringify(rule));
  const foreign = ["instance", "job"]; // of the scrape
  const check = (query) => {
    const { selectors, grouping } = readQuery(query);
    assert.ok(selectors.length > 0, query);
    for (const { name, matchers } of selectors) {
      const found = name === "up" ? [{ labels: {} }] : samples.filter((s) => s.name === name);
      assert.ok(found.length > 0, `${name} is not served: ${query}`);
      for (const { label, op, value: wanted } of matchers) {
        const values = found.map((s) => s.labels[label]).filter((v) => v !== undefined);
        if (foreign.includes(label)) continue;
        assert.ok(values.length > 0, `${name} has no label ${label}: ${query}`);
        if (op === "=" || op === "!=") assert.ok(values.includes(wanted), `${label} is never ${wanted}: ${query}`);
      }
      for (const label of grouping) assert.ok(foreign.includes(label) || found.some((s) => label in s.labels), `${name} has no label ${label}: ${query}`);
    }
  };
  for (const query of queries) check(query);
  for (const [, name] of variables) check(name);
  for (const wrong of ["puas_kiosk", 'puas_kiosks{state="gone"}', "sum by (place) (puas_kiosks)"]) assert.throws(() => check(wrong), wrong); // does it find what it looks for?
  assert.throws(() => readQuery("sum(puas_kiosks"));
});

scenario("metrics are for this machine, or for who has their token; ready only while votes are taken in", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const from = (address) => fetch(`${aggregator.url}/metrics`, { headers: { "X-Forwarded-For": address } });
  assert.equal((await from("127.0.0.1")).status, 200);
  assert.equal((await from("192.0.2.7")).status, 403);
  assert.equal((await from("127.0.0.1, 192.0.2.7")).status, 403, "the proxy's own word is the last");

  assert.equal(await (await fetch(`${aggregator.url}/readyz`)).text(), "ready\n");
  await broker.kill();
  await waitFor("it to be not ready", async () => (await fetch(`${aggregator.url}/readyz`)).status === 503);
  const why = await fetch(`${aggregator.url}/readyz`);
  assert.equal(await why.text(), "the broker is not connected\n");
  assert.ok(Number(why.headers.get("retry-after")) > 0);
  assert.equal((await fetch(`${aggregator.url}/healthz`)).status, 200);
  assert.equal((await metricsOf(aggregator.url)).value("puas_ready"), 0);
  await aggregator.stop();

  const file = world.path("secrets", "metrics");
  const config = readFileSync(aggregator.file, "utf8").replace(/^http:$/m, `http:\n  metrics_token_file: ${file}`);
  writeFileSync(aggregator.file, config);
  for (const bad of ["x".repeat(15), "x".repeat(201), "x".repeat(300)]) {
    writeFileSync(file, `${bad}\n`);
    const refused = await run(`${BIN}/puas-aggregator`, ["--config", aggregator.file]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.lines.join("\n"), /metrics_token_file .*16 to 200 bytes/);
  }
  const token = "0123456789abcdef0123";
  writeFileSync(file, `${token}\n`);
  await broker.up();
  await aggregator.up();
  assert.equal((await fetch(`${aggregator.url}/metrics`)).status, 401);
  assert.equal((await fetch(`${aggregator.url}/metrics`, { headers: { Authorization: `Bearer ${token}x` } })).status, 401);
  await metricsOf(aggregator.url, { Authorization: `Bearer ${token}`, "X-Forwarded-For": "192.0.2.7" });
  await aggregator.stop();

  // Where others can reach it directly, nobody is believed who says for whom he asks.
  writeFileSync(aggregator.file, config.replace(/^ {2}metrics_token_file: .*$/m, "  address: 0.0.0.0"));
  await aggregator.up();
  await metricsOf(aggregator.url);
  assert.equal((await from("127.0.0.1")).status, 403);
});

scenario("tokens: given once, seen as hashes, bound to role and place, ended at once, on record", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const { store, url } = aggregator;
  const ctl = (...args) => run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
  const asToken = (token, method, path, body) =>
    fetch(url + path, { method, headers: { Authorization: `Bearer ${token}`, ...(body ? { "Content-Type": "application/json" } : {}) }, body: body && JSON.stringify(body) });

  const made = await ctl("token", "add", "warehouse", "--place", "jawa-barat", "--days", "30");
  assert.equal(made.code, 0, made.lines.join("\n"));
  const token = made.lines.find((line) => line.startsWith("puas_"));
  assert.match(token, /^puas_[0-9a-f]{64}$/);
  const rows = await store.one("SELECT json_group_array(hex(hash) || role) FROM token");
  assert.ok(!rows.toLowerCase().includes(token.slice(5)), "its hash alone is kept");

  assert.equal((await asToken(token, "GET", "/api/v1/today?place=bandung-dago")).status, 200);
  assert.equal((await asToken(token, "GET", "/api/v1/trends/series?place=harapan")).status, 404, "above its place");
  assert.equal((await asToken(token, "GET", "/api/v1/status")).status, 401);
  assert.equal((await asToken(token, "GET", "/api/v1/tokens")).status, 403);
  assert.equal((await asToken(token, "POST", "/api/v1/alerts/none/ack", { comment: "" })).status, 403, "a viewer only looks");
  assert.equal((await asToken(`${token.slice(0, -1)}${token.endsWith("0") ? "1" : "0"}`, "GET", "/api/v1/session")).status, 401);
  const admin = await Session.login(url, "admin");
  assert.equal((await admin.raw("GET", "/api/v1/session", undefined, { Authorization: "Bearer puas_wrong" })).status, 401, "a cookie does not help a wrong token");

  // Who acts by token needs no header against forms of other sites; a cookie does.
  const post = (body, headers) => admin.raw("POST", "/api/v1/tokens", body, headers);
  assert.equal((await post({ name: "x", place: "harapan" }, {})).status, 403);
  const answer = await post({ name: "crm", place: "harapan", role: "admin", days: 1 });
  assert.equal(answer.status, 201);
  const crm = (await answer.json()).token;
  assert.equal((await asToken(crm, "POST", "/api/v1/alerts/none/ack", { comment: "" })).status, 404, "it may, without X-Puas");
  assert.equal((await asToken(crm, "GET", "/api/v1/tokens")).status, 200);
  assert.equal((await asToken(crm, "POST", "/api/v1/tokens", { name: "child", place: "harapan" })).status, 403, "a token makes no tokens");
  assert.equal((await post({ name: "crm", place: "harapan" })).status, 409);
  for (const [field, body] of [["name", { place: "harapan" }], ["name", { name: "A b", place: "harapan" }], ["place", { name: "x" }], ["place", { name: "x", place: "nowhere" }], ["role", { name: "x", place: "harapan", role: "king" }], ["role", { name: "x", place: "harapan", role: 3 }], ["days", { name: "x", place: "harapan", days: 0 }], ["days", { name: "x", place: "harapan", days: "9" }]]) {
    const refused = await post(body);
    assert.equal(refused.status, 422, JSON.stringify(body));
    assert.equal((await refused.json()).field, field);
  }
  assert.equal((await (await Session.login(url, "manager")).raw("GET", "/api/v1/tokens")).status, 403);

  const { tokens } = await admin.get("/api/v1/tokens");
  assert.deepEqual(tokens.map((t) => [t.name, t.role, t.place, t.createdBy, t.expired]), [["crm", "admin", "harapan", "admin", false], ["warehouse", "viewer", "jawa-barat", "puasctl", false]]);
  assert.ok(tokens.every((t) => t.lastUsed > Date.now() - HOUR));
  assert.match((await ctl("token", "list")).lines.join("\n"), /warehouse +viewer +jawa-barat +puasctl/);

  // Expired: by its row, as if a day had gone by.
  await aggregator.stop();
  assert.equal((await run("sqlite3", [store.file, "UPDATE token SET expires = created WHERE name = 'crm'"])).code, 0);
  await aggregator.up();
  assert.equal((await asToken(crm, "GET", "/api/v1/session")).status, 401);
  assert.equal((await asToken(token, "GET", "/api/v1/session")).status, 200, "tokens outlive a restart");
  assert.equal((await ctl("token", "revoke", "warehouse")).code, 0);
  assert.equal((await asToken(token, "GET", "/api/v1/session")).status, 401);
  assert.equal((await ctl("token", "revoke", "warehouse")).code, 1);
  assert.deepEqual(
    JSON.parse(await store.one("SELECT json_group_array(who || ' ' || action || ' ' || subject || ' ' || detail) FROM (SELECT * FROM audit WHERE action LIKE 'token%' ORDER BY audit_id)")),
    ["puasctl token-add warehouse viewer of jawa-barat for 30 days", "admin token-add crm admin of harapan for 1 days", "puasctl token-revoke warehouse "],
  );
});

scenario("openapi: every path and method is called, and answers as the document says", async (world) => {
  const broker = await Broker.start(world);
  const sink = await HttpReceiver.start(world);
  writeFileSync(world.path("hook.key"), `whsec_${Buffer.from("a key of the signature, 32 bytes").toString("base64")}\n`);
  const aggregator = await Aggregator.start(world, {
    brokerPort: broker.port,
    change: (text) => text.replace(/^times:/m, `channels:\n  - { id: hook, kind: webhook, url: "${sink.url}", secret_file: ${world.path("hook.key")}, allow_private: true, lang: en }\ntimes:`)
      .replace(/(?<=^ {6}percent: 85\n)/m, "      recovery: { manager: 50000, head-office: 500000, admin: 500000 }\n      playbook:\n        - { id: look, text: { en: Look at the queue, id: Lihat antrean } }\n"),
  });
  const { url, store } = aggregator;
  const kiosk = await kioskOf(world, broker);
  kiosk.press(undefined, { type: "contact", question: "reach", text: "c2VhbGVk", keep: 2, score: undefined, of: undefined });
  const yesterday = Date.now() - 30 * HOUR;
  for (let i = 0; i < 12; i++) kiosk.press(5, { at: yesterday });
  for (let i = 0; i < 12; i++) {
    kiosk.press(1);
    await kiosk.settled();
  }
  const alert = await waitFor("an alert", () => store.one("SELECT id FROM alert WHERE closed IS NULL"));

  const document = await (await fetch(`${url}/api/v1/openapi.json`)).json();
  assert.match(document.openapi, /^3\.1\./);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema({ $id: "api", ...document });
  const resolve = (o) => (o?.$ref ? o.$ref.slice(2).split("/").reduce((at, name) => at[name], document) : o);
  const validator = (content) => ajv.compile(JSON.parse(JSON.stringify(content.schema).replaceAll('"#/', '"api#/')));

  const [control] = readFileSync(`${aggregator.data}/control.token`, "utf8").split("\n");
  const admin = await Session.login(url, "admin");
  const token = (await (await admin.raw("POST", "/api/v1/tokens", { name: "all", place: "harapan", role: "admin" })).json()).token;
  const exported = await run(`${BIN}/puasctl`, ["--config", aggregator.file, "config", "export"]);
  const yaml = `${exported.lines.join("\n")}\n`;
  const content = readFileSync(`${ASSETS}/surveys/everyday.yaml`, "utf8");
  const rows = [];
  let message, order, version, batch, share, quiet, improvement, event, code, told, plan;
  const place = "place=bandung-dago";
  // [operation, path, body?, wanted status]; what one has brought the next ones need.
  const calls = [
    ["openapi", "openapi.json"],
    ["session", "session"],
    ["today", `today?${place}`],
    ["verdicts", `verdicts?${place}`],
    ["comments", `comments?${place}`],
    ["eraseComment", "comments/999999/erase", {}, 404], // nobody has written anything; comments.test erases words
    ["live", `live?${place}`],
    ["live", `live?${place}&place=nowhere`],
    ["wall", `wall?${place}&for=staff`],
    ["wall", `wall?${place}&for=customers`],
    ["alerts", `alerts?${place}&state=open&limit=10`],
    ["praise", `praise?${place}&limit=10`],
    ["alertVotes", `alerts/${alert}/votes`],
    ...["series", "grid", "ranking", "reasons", "compare", "skm", "coverage", "gaps", "scores", "segments", "goal", "marks", "staff", "late"].map((report) => ["trends", `trends/${report}?${place}`]),
    ...["series", "ranking", "compare"].map((report) => ["trends", `trends/${report}?place=harapan&reason=why:wait&visits=unhappy`, undefined, 422]), // nobody was asked why; trends.test has reasons
    ["trends", `trends/effect?${place}&at=${new Date(Date.now() - 10 * 24 * HOUR).toISOString().slice(0, 10)}&days=7`],
    ["trendsXlsx", `trends/report.xlsx?${place}&lang=en`],
    ["trendsCsv", `trends/skm.csv?${place}`],
    ["share", "shares", { path: `/?page=report&${place}`, days: 3 }, 201, (o) => (share = o.id)],
    ["shares", "shares"],
    ["revokeShare", () => `shares/${share}/revoke`, {}, 204],
    ["browsers", "webpush"],
    ["subscribeBrowser", "webpush", { endpoint: "https://push.example.org/1", keys: { p256dh: "x", auth: "x" }, place: "bandung-dago" }, 403], // push.test: people may
    ["unsubscribeBrowser", "webpush/end", { endpoint: "https://push.example.org/1" }, 403],
    ["mailings", "mailings"],
    ["previewMailing", "mailings/none/preview", undefined, 404], // report.test has some
    ["backtest", `backtest?${place}`],
    ["export", `export?${place}&format=csv`],
    ["export", `export?${place}&format=json`],
    ["export", `export?${place}&format=xlsx`],
    ["acknowledge", `alerts/${alert}/ack`, { comment: "on it", minutes: 30 }, 204],
    ["comment", `alerts/${alert}/comment`, { comment: "a second counter opens" }, 204],
    ["people", `people?${place}`],
    ["assign", `alerts/${alert}/assign`, { user: "manager", comment: "yours" }, 204],
    ["check", `alerts/${alert}/check`, { step: "look", done: true }, 204],
    ["recover", `alerts/${alert}/recover`, { what: "a voucher", cost: 20_000 }, 403], // people have a limit, a program none
    ["silence", "silences", { place: "bandung-dago", minutes: 60, comment: "building work" }, 204],
    ["silences", `silences?${place}`, undefined, 200, (o) => (quiet = o.silences[0].id)],
    ["endSilence", () => `silences/${quiet}/end`, {}, 204],
    ["addImprovement", "improvements", { place: "bandung-dago", kind: "change", what: "A third counter", why: "Queues at noon", day: "2026-01-05" }, 201, (o) => (improvement = o.id)],
    ["improvements", `improvements?${place}`],
    ["editImprovement", () => `improvements/${improvement}/edit`, { revision: 1, kind: "change", what: "A second counter", why: "Queues at noon", day: "2026-01-05" }, 204],
    ["withdrawImprovement", () => `improvements/${improvement}/withdraw`, { revision: 2 }, 204],
    ["resolve", `alerts/${alert}/resolve`, { comment: "done" }, 204],
    ["reopen", `alerts/${alert}/reopen`, { comment: "it comes back" }, 204],
    ["offer", `alerts/${alert}/offer`, { lang: "en", text: "A second counter is open now." }, 204],
    ["tell", `alerts/${alert}/tell`, { said: { en: "The queue is too long" }, did: { en: "A second counter is open now" }, days: 7 }, 200, (o) => (told = o.id)],
    ["told", `told?${place}`],
    ["endTell", () => `told/${told}/end`, {}, 204],
    ["contacts", `contacts?${place}`, undefined, 200, (o) => ([{ event }] = o.contacts)],
    ["takeContact", () => `contacts/${event}/take`, { comment: "I call" }, 204],
    ["openContact", () => `contacts/${event}/open`, {}, 409], // it is sealed for nobody
    ["contactOutcome", () => `contacts/${event}/outcome`, { outcome: "reached", done: true }, 204],
    ["channels", "channels"],
    ["testChannel", "channels/hook/test", {}, 202, (o) => (message = o.id)],
    ["channelMessage", () => `channels/messages/${message}`],
    ["addPhone", "phones", { place: "bandung-dago" }, 201, (o) => (code = o)],
    ["phones", "phones"],
    ["phoneSurvey", () => `phone/${code.path.slice(3)}`],
    ["phoneAnswer", () => `phone/${code.path.slice(3)}`, { visit: "0".repeat(32), lang: "id", answers: [{ question: "overall", score: 5 }] }, 204],
    ["revokePhone", () => `phones/${code.id}/revoke`, {}, 204],
    ["tokens", "tokens"],
    ["addToken", "tokens", { name: "one", place: "jawa-barat", role: "viewer", days: 3 }, 201],
    ["revokeToken", "tokens/one/revoke", {}, 204],
    ["manageList", "manage/users"],
    ["manageList", "manage/places", undefined, 200, (o) => (version = o.places.find(({ item }) => item.id === "bandung-dago").version)],
    ["putPlace", "manage/places/bogor?dry=1", { item: { kind: "branch", parent: "jawa-barat", name: "Bogor" }, version: "" }],
    ["putPlace", "manage/places/bandung-dago", () => ({ item: { kind: "branch", name: "Elsewhere" }, version }), 422],
    ["putKiosk", "manage/kiosks/dago-back", { item: { name: "Back door", place: "bandung-dago" }, version: "" }],
    ["manageList", "manage/kiosks", undefined, 200, (o) => (version = o.kiosks.find(({ item }) => item.id === "dago-back").version)],
    ["kioskPassword", "manage/kiosks/dago-back/password", "{}", 409], // made by hand here: enrol.test
    ["removeKiosk", "manage/kiosks/dago-back/remove", () => ({ version })],
    ["readCalendar", "manage/calendar-file", { ics: "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20250101T000000Z\r\nDTSTART;VALUE=DATE:20200817\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Hari Kemerdekaan\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n" }],
    ["readCalendar", "manage/calendar-file", { ics: "no calendar" }, 422],
    ["putCalendar", "manage/calendars/2030", { item: { place: "bandung-dago", days: [{ from: "2030-01-01", name: "New Year" }] }, version: "" }],
    ["manageList", "manage/calendars", undefined, 200, (o) => (version = o.calendars.find(({ item }) => item.id === "2030").version)],
    ["removeCalendar", "manage/calendars/2030/remove", () => ({ version })],
    ["putStandard", "manage/standards/quiet", { item: { kind: "silence", place: "bandung-dago" }, version: "" }],
    ["manageList", "manage/standards", undefined, 200, (o) => (version = o.standards.find(({ item }) => item.id === "quiet").version)],
    ["removeStandard", "manage/standards/quiet/remove", () => ({ version })],
    ["putChannel", "manage/channels/desk", { item: { kind: "webhook", url: "https://example.org/hook" }, version: "" }],
    ["channelSecret", "channels/desk/secret", { secret: "s3cret" }, 204],
    ["channelSecret", "channels/hook/secret", { secret: "s3cret" }, 409],
    ["manageList", "manage/channels", undefined, 200, (o) => (version = o.channels.find(({ item }) => item.id === "desk").version)],
    ["removeChannel", "manage/channels/desk/remove", () => ({ version })],
    ["putChannel", "manage/channels/post", { item: { kind: "email", url: "smtps://127.0.0.1:1", from: "p@example.org", to: ["a@example.org"] }, version: "" }],
    ["putMailing", "manage/mailings/monthly", { item: { channel: "post", place: "bandung-dago", every: "monthly", to: ["a@example.org"] }, version: "" }],
    ["manageList", "manage/mailings", undefined, 200, (o) => (version = o.mailings.find(({ item }) => item.id === "monthly").version)],
    ["removeMailing", "manage/mailings/monthly/remove", () => ({ version })],
    ["retention", "manage/retention"],
    ["putRetention", "manage/retention?dry=1", { contactsDays: 30, commentsDays: 90, rawDays: 400 }],
    ["putRetention", "manage/retention", { contactsDays: 30, commentsDays: 90, rawDays: 0 }, 204],
    ["putRetention", "manage/retention", { contactsDays: 30, commentsDays: 0 }, 422],
    ["putRetention", "manage/retention", { chosen: false }, 204],
    ["readContent", "content/read", { yaml: content }],
    ["putContentPlace", "content/places/bandung-dago?dry=1", { yaml: content, seen: 0 }],
    ["putContentPlace", "content/places/bandung-dago", { yaml: content, seen: 0 }],
    ["contentPlace", "content/places/bandung-dago"],
    ["clearContentPlace", "content/places/bandung-dago/clear", { seen: 1 }],
    ["putContentKiosk", "content/kiosks/dago-entrance", () => ({ yaml: content, seen: 0, at: new Date(Date.now() + 48 * HOUR).toISOString().slice(0, 16) }), 200, (o) => (plan = o.lines[0])],
    ["withdrawContent", () => `content/plans/${plan}/withdraw`, {}, 204],
    ["putContentKiosk", "content/kiosks/dago-entrance", { yaml: content, seen: 0 }],
    ["contentKiosk", "content/kiosks/dago-entrance"],
    ["clearContentKiosk", "content/kiosks/dago-entrance/clear", { seen: 1 }],
    ["preview", "preview", { yaml: content, lang: "en", width: 800, height: 480 }],
    ["putUser", "manage/users/tuti", { item: { role: "manager", place: "bandung-dago" }, version: "" }, 401], // people make people: manage.test
    ["newPassword", "manage/users/manager/password", {}, 401],
    ["disableUser", "manage/users/manager/disable", {}, 401],
    ["audit", "audit?limit=5&who=token:all&action=manage&subject=quiet"],
    ["status", "status"],
    ["configDiff", "config/diff", yaml],
    ["configApply", "config/apply", yaml],
    ["pushPlace", "config/place/bandung-dago/content", content],
    ["pushKiosk", "config/kiosk/dago-entrance/content", content],
    ["clearKiosk", "config/kiosk/dago-entrance/clear", "{}"],
    ["clearPlace", "config/place/bandung-dago/clear", "{}"],
    ["orderKiosk", "kiosks/dago-entrance/command", { do: "identify", timeoutMs: 5000 }, 200, (o) => (order = o)],
    ["orderReply", () => `commands/${order}`, undefined, 202],
    ["readAllContacts", "contacts/read", "the test", 204],
    ["readContacts", "contacts/harapan/read", "the test", 204],
    ["eraseContact", "contacts/1/erase", "the test", 404], // there is none: nobody has left one
    ["beginImport", "config/import/begin", { sha256: "0".repeat(64), name: "old.csv", by: "the test" }, 200, (o) => (batch = o.import)],
    ["importRows", "config/import/rows", () => ({ import: batch, from: 0, to: 0, rejected: 0, end: true, rows })],
    ["undoImport", () => `imports/${batch}/undo`, {}],
    ["erase", "erase", () => ({ kiosk: "dago-entrance", epoch: kiosk.epoch.epoch, seq: 1, score: false, by: "the test" })],
    ["judgeAgain", "verdicts/rerun", {}, 204],
    ["repairRollups", "rollups/repair", {}, 204],
    ["login", "login", { user: "manager", password: SECRET }, 204],
    ["logout", "logout", {}, 204],
  ];
  const operations = new Map(Object.entries(document.paths).flatMap(([path, item]) => Object.entries(item).map(([method, o]) => [o.operationId, { path, method, o }])));
  const called = new Set();
  for (const [id, where, given, wanted = 200, take] of calls) {
    const { path, method, o } = operations.get(id) ?? assert.fail(`${id} is no operation`);
    called.add(id);
    const to = `/api/v1/${typeof where === "function" ? where() : where}`;
    assert.match(to.split("?")[0], new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`), id);
    const body = typeof given === "function" ? given() : given;
    const schemes = (o.security ?? document.security).map((s) => Object.keys(s)[0]);
    const auth = schemes.includes("token") ? `Bearer ${token}` : schemes.includes("control") ? `Bearer ${control}` : undefined;
    if (body !== undefined && o.requestBody) {
      const types = resolve(o.requestBody).content;
      if (types["application/json"] && typeof body !== "string") {
        const good = validator(types["application/json"]);
        assert.ok(good(body), `${id}: the request: ${ajv.errorsText(good.errors)}`);
      }
    }
    const stop = new AbortController();
    const answer = await fetch(url + to, {
      method: method.toUpperCase(),
      headers: { ...(auth ? { Authorization: auth } : {}), ...(auth === `Bearer ${token}` ? {} : { "X-Puas": "1" }), ...(body === undefined ? {} : { "Content-Type": typeof body === "string" ? "application/yaml" : "application/json" }) },
      body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
      signal: stop.signal,
    });
    const type = (answer.headers.get("content-type") ?? "").split(";")[0];
    const text = type === "text/event-stream" ? "" : await answer.text();
    if (type === "text/event-stream") stop.abort();
    assert.equal(answer.status, wanted, `${id} ${to}: ${text.slice(0, 300)}`);
    const said = resolve(o.responses[answer.status] ?? o.responses.default);
    if (!said.content) {
      assert.equal(text, "", `${id} has a body`);
      continue;
    }
    assert.ok(said.content[type], `${id}: ${type} is not among ${Object.keys(said.content)}`);
    const parsed = /json$/.test(type) ? JSON.parse(text) : text.trim();
    const good = validator(said.content[type]);
    assert.ok(good(parsed), `${id}: ${ajv.errorsText(good.errors, { separator: "\n" })}`);
    take?.(parsed);
  }
  assert.deepEqual([...operations.keys()].filter((id) => !called.has(id)), [], "every operation is called");
  for (const [name, wrong] of [["Session", { user: {} }], ["Problem", { type: "x", title: "", status: 200 }], ["Trends", { place: { id: "NO", name: "" }, from: "a", to: "b" }]]) { // does it find what it looks for?
    assert.ok(!validator({ schema: { $ref: `#/components/schemas/${name}` } })(wrong), name);
  }
});

scenario("lists come page by page, documents with a tag, problems with their field", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const kiosk = await kioskOf(world, broker);
  const { store, url } = aggregator;
  const admin = await Session.login(url, "admin");
  const manager = await Session.login(url, "manager");
  const raised = () => store.query("SELECT id FROM alert WHERE closed IS NULL");
  for (let i = 0; i < 3; i++) {
    while (!(await raised()).length) {
      kiosk.press(1);
      await kiosk.settled();
    }
    for (const { id } of await raised()) await manager.post(`/api/v1/alerts/${id}/resolve`, { comment: `round ${i}` });
  }
  const all = (await store.query("SELECT id FROM alert ORDER BY alert_id DESC")).map((row) => row.id);
  assert.ok(all.length >= 3);

  /** Every item of a list, by the links alone. */
  const walk = async (session, path, key, meanwhile = () => {}) => {
    const items = [];
    let pages = 0;
    for (let next = path; next; pages++) {
      const answer = await session.raw("GET", next);
      assert.equal(answer.status, 200, next);
      const page = await answer.json();
      items.push(...page[key]);
      const link = answer.headers.get("link");
      assert.equal(link === null, page.next === null);
      next = link && /^<(\/[^>]+)>; rel="next"$/.exec(link)[1];
      await meanwhile();
    }
    return { items, pages };
  };
  const walked = await walk(manager, "/api/v1/alerts?limit=1", "alerts");
  assert.deepEqual(walked.items.map((a) => a.id), all);
  assert.equal(walked.pages, all.length, "a page that is full and the last has no next");
  assert.deepEqual((await walk(manager, "/api/v1/alerts?place=bandung-dago&state=closed&limit=2", "alerts")).items.map((a) => a.id), all);
  assert.deepEqual((await manager.get("/api/v1/alerts?state=open")).alerts, []);
  const [first] = walked.items;
  assert.deepEqual([first.state, first.closedBy, first.place.id, first.rule.id, first.since % 900_000], ["resolved", "Sari Wulandari", "bandung-dago", "satisfied-85", 0]);
  assert.equal((await manager.raw("GET", "/api/v1/alerts?place=harapan")).status, 404, "above his place");

  // What comes meanwhile moves nothing.
  const before = JSON.parse(await store.one("SELECT json_group_array(audit_id) FROM (SELECT audit_id FROM audit ORDER BY audit_id DESC)"));
  const audit = await walk(admin, "/api/v1/audit?limit=2", "audit", () => Session.login(url, "admin"));
  assert.deepEqual(audit.items.map((a) => a.id), before);
  assert.ok(audit.items.some((a) => a.who === "manager" && a.action === "alert-resolve"));
  assert.equal((await manager.raw("GET", "/api/v1/audit")).status, 403);
  const answer = await admin.raw("POST", "/api/v1/tokens", { name: "west", place: "jawa-barat", role: "admin" });
  const west = { Authorization: `Bearer ${(await answer.json()).token}` };
  assert.equal((await fetch(`${url}/api/v1/audit`, { headers: west })).status, 403, "not of the whole organisation");

  // Tags: of the content, weak since it is sent smaller to whoever takes it so; a list of them is understood; what is personal is kept nowhere.
  const list = await manager.raw("GET", "/api/v1/alerts");
  const tag = list.headers.get("etag");
  assert.match(tag, /^W\/"[0-9a-f]+"$/);
  assert.equal(list.headers.get("cache-control"), "private, no-cache");
  const sizes = await Promise.all(["gzip", "identity", "gzip;q=0"].map(async (takes) => {
    const file = await fetch(`${url}/app.js`, { headers: { "Accept-Encoding": takes } });
    assert.equal(file.headers.get("vary"), "Accept-Encoding");
    const { byteLength } = await file.arrayBuffer();
    return [file.headers.get("content-encoding"), Number(file.headers.get("content-length")) < byteLength];
  }));
  assert.deepEqual(sizes, [["gzip", true], [null, false], [null, false]]);
  const again = (session, path, tags) => session.raw("GET", path, undefined, { "If-None-Match": tags });
  for (const tags of [tag, `"other", ${tag}`, "*"]) {
    const same = await again(manager, "/api/v1/alerts", tags);
    assert.equal(same.status, 304);
    assert.equal(same.headers.get("etag"), tag);
  }
  assert.equal((await again(manager, "/api/v1/alerts", '"other"')).status, 200);
  await manager.raw("GET", `/api/v1/alerts/${all[0]}/votes`).then(async (votes) => {
    assert.equal((await again(manager, `/api/v1/alerts/${all[0]}/votes`, votes.headers.get("etag"))).status, 304);
  });
  const openapi = (await manager.raw("GET", "/api/v1/openapi.json")).headers.get("etag");
  assert.equal((await again(new Session(url), "/api/v1/openapi.json", openapi)).status, 304, "without a login");
  for (const path of ["session", "today?place=bandung-dago", "audit", "tokens", "channels"]) {
    assert.equal((await admin.raw("GET", `/api/v1/${path}`)).headers.get("cache-control"), "no-store", path);
  }

  // Problems.
  const problem = async (status, type, field, answer) => {
    assert.equal(answer.status, status, answer.url);
    assert.equal(answer.headers.get("content-type"), "application/problem+json");
    assert.equal(answer.headers.get("cache-control"), "no-store");
    const body = await answer.json();
    assert.deepEqual([body.type, body.status, body.errors?.map((e) => e.field)], [`urn:puas:problem:${type}`, status, field && [field]], answer.url);
    assert.ok(body.title && body.detail);
  };
  await problem(401, "not-logged-in", undefined, await new Session(url).raw("GET", "/api/v1/session"));
  await problem(403, "not-allowed", undefined, await manager.raw("GET", "/api/v1/channels"));
  await problem(404, "not-found", undefined, await manager.raw("GET", "/api/v1/nothing"));
  await problem(405, "method", undefined, await manager.raw("POST", "/api/v1/today", {}));
  assert.equal((await manager.raw("DELETE", "/api/v1/tokens")).headers.get("allow"), "GET, POST");
  await problem(409, "not-now", "name", await admin.raw("POST", "/api/v1/tokens", { name: "west", place: "harapan" }));
  await problem(413, "too-large", undefined, await manager.raw("POST", `/api/v1/alerts/${all[0]}/ack`, { comment: "x".repeat(20_000) }));
  await problem(415, "media-type", undefined, await fetch(`${url}/api/v1/alerts/${all[0]}/ack`, { method: "POST", headers: { "X-Puas": "1", Cookie: manager.cookie, "Content-Type": "text/plain" }, body: "{}" }));
  await problem(422, "not-accepted", "minutes", await manager.raw("POST", `/api/v1/alerts/${all[0]}/ack`, { comment: "", minutes: 1 }));
  for (const [field, query] of [["limit", "limit=0"], ["limit", "limit=201"], ["limit", "limit=x"], ["cursor", "cursor=-1"], ["cursor", "cursor=99999999999999999999"], ["state", "state=gone"]]) {
    await problem(422, "not-accepted", field, await manager.raw("GET", `/api/v1/alerts?${query}`));
  }
});
