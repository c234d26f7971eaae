// Refusals in the reader's language: what the server says to a wrong form has Indonesian words, values and all. That every
// sentence of the sources has some, tests/refusals.mjs shows; here the running server says them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker } from "./lib/broker.mjs";
import { Browser } from "./lib/browser.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { ROOT, scenario } from "./lib/world.mjs";

// As a browser takes it: a module, whatever its name ends in.
const { inIndonesian } = await import(`data:text/javascript;base64,${readFileSync(`${ROOT}/build/web/refusals.js`).toString("base64")}`);
const PLACE = "bandung-dago";
const ENGLISH = /\b(the|is|are|be|must|needed|needs?|not|of|and|or|you|it|that|this|from|with|than|most|least|unknown|twice|found|expected|while|allowed)\b/i;
const survey = (question) => `survey:\n  id: main\n  questions:\n    - { id: overall, type: faces }\n    - ${question}\n`;

// Each form of the pages, filled in wrongly: path, what is sent (nothing: it is asked), and the refusal's status.
const WRONG = [
  ["login", { user: "", password: "" }, 401],
  ["login", { user: 7 }, 422],
  ...[
    ["places/new", { kind: "branch", name: "", parent: "harapan" }],
    ["places/new", { kind: "shop", name: "New", parent: "harapan" }],
    ["places/new", { kind: "branch", name: "New", parent: "nowhere" }],
    ["places/new", { kind: "branch", name: "New", parent: "harapan", tz: "Asia/Nowhere" }],
    ["places/new", { kind: "branch", name: "New", parent: "harapan", hours: [{ days: "mon", open: "20:00", close: "07:00" }] }],
    ["places/new", { kind: "area", name: "New", parent: "harapan" }],
    ["places/new", { kind: "org", name: "New" }],
    ["places/new", { kind: "branch", nmae: "New", parent: "harapan" }],
    ["kiosks/new", { name: "New", place: "nowhere" }],
    ["kiosks/new", { name: "N".repeat(200), place: PLACE }],
    ["standards/new", { kind: "standard", place: "harapan", percent: 101 }],
    ["standards/new", { kind: "standard", place: "harapan", percent: "many" }],
    ["standards/new", { kind: "share", place: "harapan", percent: 30, resolve_percent: 40 }],
    ["standards/new", { kind: "share", place: "harapan", window: "soon" }],
    ["standards/new", { kind: "share", place: "harapan", window: "90 d" }],
    ["standards/new", { kind: "silence", place: "harapan", probability: 2 }],
    ["standards/new", { kind: "odd", place: "harapan" }],
    ["users/tuti", { role: "boss", place: "harapan" }],
    ["users/tuti", { role: "viewer", place: "nowhere" }],
    ["users/tuti", { role: "viewer", place: "harapan", lang: "french, please" }],
    ["users/admin", { role: "viewer", place: "harapan" }, 403],
  ].map(([path, item, status = 422]) => [`manage/${path}`, { item, version: "" }, status]),
  ["manage/places/new", { item: { name: "New" }, version: "0".repeat(16) }, 404],
  [`manage/places/${PLACE}`, { item: { name: "New" }, version: "" }, 409],
  [`manage/places/${PLACE}`, { item: { name: "New" }, version: "0".repeat(16) }, 412],
  ["manage/users/admin/disable", {}, 403],
  ["tokens", { name: "New Token", place: PLACE, role: "viewer", days: 1 }, 422],
  ["tokens", { name: "new", place: "", role: "viewer", days: 1 }, 422],
  ["tokens", { name: "new", place: "nowhere", role: "viewer", days: 1 }, 422],
  ["tokens", { name: "new", place: PLACE, role: "boss", days: 1 }, 422],
  ["tokens", { name: "new", place: PLACE, role: "viewer", days: 9999 }, 422],
  ["tokens/nobody/revoke", {}, 404],
  ["channels/none/test", {}, 404],
  ["mailings/none/preview", null, 404],
  ...["survey: [", "a: b: c", "a: 'open", "a: *none", "\ta: 1", "a:\n\t- b", "a: { b: 1", "- a\nb: 1", "a: \"\\q\"", "%ODD\n---\na", "a: @b", "a: &x 1\nb: &x 2", "a: \u0007", "a: |0\n  b", "a: !x!y z"].flatMap((yaml) => [[`content/places/${PLACE}`, { yaml, seen: 0 }, 422], ["content/read", { yaml }, 422]]), // the reader's own words
  [`content/places/${PLACE}`, { yaml: "", seen: 0 }, 422],
  [`content/places/${PLACE}`, { yaml: "surwey: {}", seen: 0 }, 422],
  [`content/places/${PLACE}`, { yaml: "languages: [en, EN]", seen: 0 }, 422],
  [`content/places/${PLACE}`, { yaml: "hours:\n  - { days: mon, open: '20:00', close: '07:00' }", seen: 0 }, 422],
  ...[
    "{ id: why, type: choice, options: [ { id: one } ] }",
    "{ id: overall, type: text }",
    "{ id: why, type: riddle }",
    "{ id: words, type: text, several: true }",
    "{ id: words, type: text, when: { sometime: '1-2' } }",
    "{ id: words, type: text, when: { overall: '1-2' } }",
    "{ id: why, type: choice, options: [ { id: one }, { id: one } ] }",
    "{ id: words, type: text, title: { en.9-1: Hello } }",
    "{ id: wish, type: faces, aspect: expectation }",
  ].map((question) => [`content/places/${PLACE}`, { yaml: survey(question), seen: 0 }, 422]),
  [`content/places/${PLACE}`, { yaml: "promise: { en: Hello }", seen: 0, at: "tomorrow" }, 422],
  [`content/places/${PLACE}`, { yaml: "promise: { en: Hello }", seen: 0, at: "2020-01-01T08:00" }, 422],
  [`content/places/${PLACE}`, { yaml: "promise: { en: Hello }", seen: 7 }, 412],
  ["content/read", { yaml: "- one" }, 422],
  ["content/plans/99/withdraw", {}, 404],
  ["preview", { yaml: "promise: { en: Hello }", width: 9 }, 422],
  ...["from=soon", "to=2020-02-31", "from=2026-01-02&to=2026-01-01", "a=kind: odd", "a=none-such", "a=kind: offline, hold: 60 s", "a=kind: offline&late=counted", "late=perhaps", "a=kind: standard, percent: 500"].map((query) => [`backtest?${new URLSearchParams(`place=${PLACE}${query.startsWith("a=") ? "" : "&a=kind: standard"}&${query}`)}`, null, 422]),
  ["backtest?place=nowhere", null, 404],
  ["improvements", { place: PLACE, kind: "wish", what: "x", why: "y", day: "2026-01-01" }, 422],
  ["improvements", { place: PLACE, kind: "change", what: "", why: "y", day: "2026-01-01" }, 422],
  ["improvements", { place: PLACE, kind: "change", what: "x", why: "", day: "2026-01-01" }, 422],
  ["improvements", { place: PLACE, kind: "change", what: "x", why: "y", day: "soon" }, 422],
  ["improvements", { place: PLACE, kind: "change", what: "x", why: "y", day: "2090-01-01" }, 422],
  ["improvements", { kind: "change", what: "x", why: "y", day: "2026-01-01" }, 422],
  ["improvements/99/withdraw", { revision: 1 }, 404],
  ["silences", { minutes: 60, comment: "noise" }, 422],
  ["silences", { place: PLACE, minutes: 60, comment: "" }, 422],
  ["silences", { place: PLACE, minutes: 99999, comment: "noise" }, 422],
  ["silences", { place: PLACE, rule: "none-such", minutes: 60, comment: "noise" }, 422],
  ["silences", { place: PLACE, kiosk: "none-such", minutes: 60, comment: "noise" }, 422],
  ["alerts/a1/ack", { comment: "" }, 404],
  ["contacts/99/take", { comment: "" }, 404],
  ["told/99/end", {}, 404],
  ["shares", { path: "/?page=manage", days: 7 }, 422],
  ["shares", { path: `/?page=report&place=${PLACE}`, days: 0 }, 422],
  ["shares", { path: "/?page=report&place=nowhere", days: 7 }, 404],
  ["shares/99/revoke", {}, 404],
  ["phones", { place: "nowhere" }, 422],
  ["phones/99/revoke", {}, 404],
  ["trends/none?place=harapan", null, 404],
  ["trends/series?place=harapan&from=2020-01-01&to=2026-01-01", null, 422],
  ["trends/series?place=harapan&by=hour", null, 422],
  ["trends/series?place=harapan&question=none-such", null, 422],
  ["trends/skm?place=harapan&population=many", null, 422],
  ["trends/effect?place=harapan&at=2090-01-01", null, 422],
  ["webpush", { endpoint: "http://x", keys: {}, place: PLACE, lang: "id" }, 422],
  ["wall?place=bandung-dago&for=everybody", null, 422],
  ["audit?limit=0", null, 422],
];

scenario("whatever a form is refused for, there are Indonesian words for it", async (world) => {
  const broker = await Broker.start(world);
  const { url } = await Aggregator.start(world, { brokerPort: broker.port });
  const admin = await Session.login(url, "admin");
  const said = new Map();
  for (const [path, body, status] of WRONG) {
    const answer = await admin.raw(body === null ? "GET" : "POST", `/api/v1/${path}`, body ?? undefined);
    const { detail } = await answer.json();
    assert.equal(answer.status, status, `${path} ${JSON.stringify(body)}: ${detail}`);
    const words = inIndonesian(detail);
    const own = words.replace(/'[^']*'/g, ""); // ids
    assert.ok(words !== detail && !ENGLISH.test(own), `${path}: '${detail}' is said as '${words}'`);
    said.set(detail, words);
  }
  assert.ok(said.size > 70, `${said.size} refusals`);
  assert.equal(inIndonesian("Somebody says something new"), "Somebody says something new"); // told as it is, not left out
});

scenario("an Indonesian page says in Indonesian what is wrong, beside the field", async (world) => {
  const broker = await Broker.start(world);
  const { url } = await Aggregator.start(world, { brokerPort: broker.port });
  const browser = await Browser.start(world);
  for (const [lang, want] of [["id", /^Zona waktu 'Asia\/Cimahi' tidak dikenal/], ["en", /unknown time zone/]]) {
    const page = await browser.open(`${url}/?page=manage&place=${PLACE}`);
    await page.login("admin");
    await page.id("lang-switch").waitFor();
    if ((await page.page.getAttribute("html", "lang")) !== lang) await page.id("lang-switch").click();
    await page.id("m-tz").fill("Asia/Cimahi");
    await page.id("save").click();
    const error = page.page.locator("#error-tz");
    await waitFor("an error beside the field", async () => (await error.textContent()) !== "");
    assert.match(await error.textContent(), want);
    page.clean();
  }
});
