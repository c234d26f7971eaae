// What kiosks show and ask, changed from a browser: by API and page, to the store and to what the real kiosk shows.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker } from "./lib/broker.mjs";
import { Browser, DESKTOP, PHONE } from "./lib/browser.mjs";
import { MouseScreen } from "./lib/display.mjs";
import { Kiosk } from "./lib/kiosk.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { ASSETS, BIN, scenario } from "./lib/world.mjs";

const ID = "dago-entrance";
const PLACES = `
    - { id: harapan, kind: org, name: Harapan Clinic, tz: Asia/Jakarta }
    - { id: jawa-barat, kind: region, parent: harapan, name: Jawa Barat }
    - { id: jawa-timur, kind: region, parent: harapan, name: Jawa Timur, tz: Asia/Makassar }
    - { id: bandung-dago, kind: branch, parent: jawa-barat, name: Bandung Dago }
    - { id: malang, kind: branch, parent: jawa-timur, name: Malang Ijen }
  kiosks:
    - { id: dago-entrance, name: Main entrance, place: bandung-dago }
    - { id: dago-exit, name: Exit, place: bandung-dago }
    - { id: malang-entrance, name: Main entrance, place: malang }
`;
const PEOPLE = `
    - { name: west, display: Wati West, role: head-office, place: jawa-barat, lang: en, password_file: @dir@/secrets/manager }
    - { name: looker, display: Lia Looker, role: viewer, place: harapan, lang: en, password_file: @dir@/secrets/manager }
`;

async function chain(world, { change = (text) => text, ...more } = {}) {
  const broker = await Broker.start(world, { users: ["aggregator", ID, "dago-exit", "malang-entrance"] });
  const aggregator = await Aggregator.start(world, {
    brokerPort: broker.port,
    change: (text) => `${change(text).replace(/(?<=^ {2}places:\n)[^]*?(?=^ {2}surveys:)/m, PLACES.slice(1)).trimEnd()}\n${PEOPLE.slice(1).replaceAll("@dir@", world.dir)}`,
    ...more,
  });
  return { broker, aggregator, store: aggregator.store, url: aggregator.url };
}

// One question, so that a face is a whole visit.
const content = (version, more = "") => `# exit\nlanguages: [en, id]\nlanguage: en\nsurvey:\n  id: exit\n  version: ${version}\n  questions:\n    - { id: overall, type: faces, of: 5 }\n${more}`;
const ask = async (session, path, body) => {
  const answer = await session.raw("POST", `/api/v1/${path}`, body);
  return { status: answer.status, ...(answer.status === 204 ? {} : await answer.json()) };
};
const of = (session, path = "places/bandung-dago") => session.get(`/api/v1/content/${path}`);

// A local time of a zone, so many seconds from now, to the minute.
const local = (zone, ms) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" }).format(ms).replace(" ", "T");

scenario("a session puts contents in force within its scope, as puasctl push would; versions, where it comes from, audit", async (world) => {
  const { url, store, aggregator } = await chain(world);
  const [admin, west, manager, looker] = await Promise.all(["admin", "west", "manager", "looker"].map((user) => Session.login(url, user)));
  const none = await of(west);
  assert.deepEqual([none.version, none.from, none.content, none.versions, none.tz], [0, null, null, [], "Asia/Jakarta"]);
  assert.deepEqual(none.kiosks.map((k) => [k.id, k.place, k.state]), [["dago-exit", "Bandung Dago", "own-file"], [ID, "Bandung Dago", "own-file"]]);

  // For the region: its branch says where it has it from; the kiosks of the branch get it.
  const dry = await ask(west, "content/places/jawa-barat?dry=1", { yaml: content(1), seen: 0 });
  assert.deepEqual([dry.status, dry.lines.length], [200, 1]);
  assert.equal(await store.one("SELECT count(*) FROM content"), 0);
  assert.match((await ask(west, "content/places/jawa-barat", { yaml: content(1), seen: 0 })).lines[0], /^version 1, \d+ bytes$/);
  const dago = await of(west);
  assert.deepEqual([dago.version, dago.from.kind, dago.from.id, dago.from.name, dago.from.version, dago.from.by], [0, "place", "jawa-barat", "Jawa Barat", 1, "west"]);
  assert.equal(dago.yaml, content(1), "comments and all");
  assert.equal(dago.content.survey.id, "exit");
  assert.deepEqual(dago.kiosks.map((k) => k.state), ["waits", "waits"]);

  // The branch's own; then one kiosk's. Each is got by those that have nothing nearer.
  assert.equal((await ask(west, "content/places/bandung-dago", { yaml: content(2), seen: 0 })).status, 200);
  assert.equal((await ask(west, "content/kiosks/dago-exit", { yaml: content(3), seen: 0 })).status, 200);
  assert.deepEqual((await of(west)).kiosks.map((k) => k.id), [ID]);
  assert.deepEqual((await of(admin, "places/harapan")).kiosks.map((k) => k.id), ["malang-entrance"]);
  assert.equal((await of(west, "kiosks/dago-exit")).from.kind, "kiosk");

  // Somebody who has not seen the newest version changes nothing; the same again is no new one; back to an old one is a new one.
  const late = await ask(admin, "content/places/bandung-dago", { yaml: content(9), seen: 0 });
  assert.deepEqual([late.status, late.type], [412, "urn:puas:problem:changed"]);
  assert.match((await ask(west, "content/places/bandung-dago", { yaml: content(2), seen: 1 })).lines[0], /no change/);
  assert.equal((await ask(west, "content/places/bandung-dago", { yaml: content(4), seen: 1 })).status, 200);
  const first = await of(west, "places/bandung-dago?version=1");
  assert.equal(first.yaml, content(2));
  assert.equal((await ask(west, "content/places/bandung-dago", { yaml: first.yaml, seen: 2 })).status, 200);
  const now = await of(west);
  assert.deepEqual([now.version, now.yaml, now.versions.map((v) => [v.version, v.by, v.endedBy])], [3, content(2), [[3, "west", ""], [2, "west", "west"], [1, "west", "west"]]]);
  assert.equal((await ask(west, "content/places/bandung-dago/clear", { seen: 2 })).status, 412);
  assert.equal((await ask(west, "content/places/bandung-dago/clear", { seen: 3 })).status, 200);
  assert.deepEqual([(await of(west)).version, (await of(west)).from.id], [0, "jawa-barat"]);
  assert.ok((await run(`${BIN}/puasctl`, ["--config", aggregator.file, "content", "list", "all"])).lines.length >= 6);
  assert.equal(await store.one("SELECT group_concat(action || ' ' || subject || ' ' || detail, ', ') FROM (SELECT * FROM audit WHERE who = 'west' AND action LIKE 'content-%' ORDER BY audit_id LIMIT 3)"), "content-push jawa-barat place, content-push bandung-dago place, content-push dago-exit kiosk");

  // What a kiosk would not take is told with line and column.
  const wrong = async (yaml, want) => {
    const answer = await ask(west, "content/places/bandung-dago", { yaml, seen: 0 });
    assert.deepEqual([answer.status, answer.field], [422, "yaml"], yaml);
    assert.match(answer.detail, want);
  };
  await wrong(content(5, "volumme: 3\n"), /content:9:1: unknown key 'volumme', did you mean 'volume'/);
  await wrong(content(5, "    - { id: overall, type: text }\n"), /content:9:7: .*overall/);
  await wrong("a: [", /content:\d+:\d+: not YAML/);
  await wrong("", /./);
  await wrong(content(5, `x: ${"y".repeat(40_000)}\n`), /content/);
  assert.equal((await west.raw("POST", "/api/v1/content/places/bandung-dago", { yaml: "x".repeat(70_000), seen: 0 })).status, 413);
  assert.equal((await ask(west, "content/places/bandung-dago", { yaml: content(5) })).field, "seen");
  assert.equal((await ask(west, "content/places/bandung-dago", { yaml: content(5), seen: 0, at: "tomorrow" })).field, "at");
  assert.equal((await ask(west, "content/places/bandung-dago", { yaml: content(5), seen: 0, at: "2026-02-30T08:00" })).field, "at");
  for (const at of ["", null, 1795389752303]) assert.equal((await ask(west, "content/places/bandung-dago", { yaml: content(5), seen: 0, at })).field, "at", "what is wanted later is not done now");
  assert.equal((await ask(west, "content/places/bandung-dago", { yaml: content(5), seen: 0, at: "2020-02-03T08:00" })).field, "at");
  assert.deepEqual((await ask(west, "content/read", { yaml: "a: 1\nb: [true, 'x', \"08:00\"]\n" })).content, { a: 1, b: [true, "x", "08:00"] });
  assert.match((await ask(west, "content/read", { yaml: "a: 1\na: 2\n" })).detail, /content:2:1: 'a' stands twice/);

  // Who may not.
  for (const path of ["content/places/malang", "content/kiosks/malang-entrance", "content/places/harapan", "content/places/nowhere"]) {
    assert.equal((await west.raw("GET", `/api/v1/${path}`)).status, 404, path);
    assert.equal((await ask(west, path, { yaml: content(1), seen: 0 })).status, 404, path);
    assert.equal((await ask(west, `${path}/clear`, { seen: 0 })).status, 404, path);
  }
  for (const session of [manager, looker]) {
    assert.equal((await session.raw("GET", "/api/v1/content/places/bandung-dago")).status, 403);
    assert.equal((await ask(session, "content/places/bandung-dago", { yaml: content(1), seen: 0 })).status, 403);
    assert.equal((await ask(session, "preview", { yaml: content(1), width: 800, height: 480 })).status, 403);
  }
});

scenario("a version for a time to come takes effect then, also after a restart; it can be seen and withdrawn", async (world) => {
  const { url, store, aggregator } = await chain(world);
  const [admin, west] = await Promise.all(["admin", "west"].map((user) => Session.login(url, user)));
  const hour = Date.now() + 3_600_000;
  const plan = async (session, path, yaml) => Number((await ask(session, `content/${path}`, { yaml, seen: 0, at: local(path.includes("malang") ? "Asia/Makassar" : "Asia/Jakarta", hour) })).lines[0]);
  const [first, second, other] = [await plan(west, "places/bandung-dago", content(1)), await plan(west, "kiosks/dago-exit", content(2)), await plan(admin, "places/malang", content(3))];
  const whole = Math.floor(hour / 60_000) * 60_000;
  const seen = await of(west);
  assert.deepEqual(seen.planned.map((p) => [p.id, p.at, p.by, p.refused]), [[first, whole, "west", ""]]);
  assert.deepEqual((await of(admin, "places/malang")).planned.map((p) => p.at), [whole], "by the clock of the place");
  assert.equal((await of(west, `places/bandung-dago?plan=${first}`)).yaml, content(1));
  assert.equal((await west.raw("GET", `/api/v1/content/places/bandung-dago?plan=${other}`)).status, 404);
  assert.equal((await ask(west, `content/plans/${other}/withdraw`, {})).status, 404);
  assert.equal((await ask(west, `content/plans/${second}/withdraw`, {})).status, 204);
  assert.equal((await ask(west, `content/plans/${second}/withdraw`, {})).status, 404);
  assert.deepEqual([(await of(west, "kiosks/dago-exit")).planned, seen.version], [[], 0]);

  // Its time comes while nothing runs.
  await aggregator.stop();
  await run("sqlite3", [`${aggregator.data}/puas.db`, `UPDATE content_plan SET at_ms = ${Date.now() - 1000} WHERE outcome = ''; UPDATE content_plan SET yaml = 'a: [' WHERE plan_id = ${other}`]);
  await aggregator.up();
  await waitFor("the planned version in force", async () => (await of(west)).version === 1);
  const then = await of(west);
  assert.deepEqual([then.yaml, then.planned, then.from.by], [content(1), [], "west"]);
  assert.deepEqual((await of(admin, "places/malang")).planned.map((p) => [p.id, /not YAML/.test(p.refused)]), [[other, true]], "what cannot be taken by then is told");
  assert.equal((await ask(admin, "content/places/malang", { yaml: content(4), seen: 0 })).status, 200);
  assert.deepEqual((await of(admin, "places/malang")).planned, [], "until something newer is in force");
  assert.equal(await store.one("SELECT group_concat(action || ' ' || detail, ', ') FROM (SELECT * FROM audit WHERE subject = 'bandung-dago' ORDER BY audit_id)"), `content-plan place, at ${local("Asia/Jakarta", hour)}, content-push place, as planned`);
  assert.equal(await store.one("SELECT count(*) FROM content WHERE kiosk_id <> 0"), 0, "what was withdrawn never happens");
});

const SIZES = [[1280, 800, 0], [1280, 800, 90], [480, 800, 0]];
const picture = async (session, body) => {
  const answer = await session.raw("POST", "/api/v1/preview", { width: 800, height: 480, ...body });
  return { status: answer.status, type: answer.headers.get("content-type"), bytes: Buffer.from(await answer.arrayBuffer()) };
};
const rendered = async (world, yaml, args) => {
  writeFileSync(world.path("content.yaml"), yaml);
  const p = await run(`${BIN}/puas-kiosk`, ["--render", world.path("content.yaml"), "--out", world.path("out.png"), ...args]);
  assert.equal(p.code, 0, p.lines.join("\n"));
  return readFileSync(world.path("out.png"));
};
const folders = () => readdirSync("/tmp").filter((name) => name.startsWith("puas-preview-"));
/** Other aggregators on this machine draw, too: theirs go, ours must be gone. */
const nothingLeft = (had = folders()) => waitFor("nothing to stay behind", () => !folders().some((each) => had.includes(each)));

scenario("a preview is what puas-kiosk --render draws, byte for byte; hostile documents read nothing and break nothing", async (world) => {
  const { url, aggregator } = await chain(world);
  const west = await Session.login(url, "west");
  const everyday = readFileSync(`${ASSETS}/surveys/everyday.yaml`, "utf8");
  const expectations = readFileSync(`${ASSETS}/surveys/expectations.yaml`, "utf8");
  for (const [width, height, rotation] of SIZES) {
    const got = await picture(west, { yaml: everyday, lang: "id", question: "why", score: 2, width, height, rotation });
    assert.deepEqual([got.status, got.type], [200, "image/png"]);
    const size = rotation === 90 ? `${height}x${width}` : `${width}x${height}`;
    assert.ok(got.bytes.equals(await rendered(world, everyday, ["--size", size, "--lang", "id", "--question", "why", "--score", "2"])), size);
  }
  await run("sqlite3", [`${aggregator.data}/puas.db`, "PRAGMA busy_timeout = 5000; UPDATE place SET name = 'Klinik \"Dua\": 2' WHERE id = 'harapan'"]);
  const named = await picture(west, { yaml: everyday, lang: "id", question: "why" });
  writeFileSync(world.path("named.yaml"), `kiosk: k\nbranch: b\nstate_dir: none\norg: 'Klinik "Dua": 2'\n`);
  assert.ok(named.bytes.equals(await rendered(world, everyday, ["--config", world.path("named.yaml"), "--size", "800x480", "--lang", "id", "--question", "why"])), "under the organisation's own name");
  await run("sqlite3", [`${aggregator.data}/puas.db`, "PRAGMA busy_timeout = 5000; UPDATE place SET name = 'Harapan Clinic' WHERE id = 'harapan'"]);
  const reach = await picture(west, { yaml: expectations, lang: "en", question: "reach" });
  assert.ok(reach.bytes.equals(await rendered(world, expectations, ["--size", "800x480", "--lang", "en", "--question", "reach"])));
  assert.equal((await picture(west, { yaml: JSON.stringify({ survey: { id: "x" } }), screen: "closed" })).status, 200, "JSON is YAML");

  const hostile = [
    [content(1, "theme: { base: /etc/passwd }\n"), /base must be light or dark/],
    [content(1, "theme: { logo: /etc/passwd }\n"), /logo/],
    [content(1).replace("[en, id]", '["../../x", en]'), /./],
    [content(1).replace("[en, id]", "[en, '/etc']"), /./],
    [content(1, '    - { id: why, type: choice, options: [ { id: a, icon: "../../etc/passwd" }, { id: b } ] }\n'), /icon/],
    [content(1, "speech: /etc/passwd\n"), /unknown key 'speech'/],
    [content(1, "texts: { en.question: '%s%s%n' }\n"), /./],
    [content(1, `promise: { en: "${"W".repeat(5000)}" }\n`), /./],
    ["a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nlanguages: *c\n", /./],
    ["!!python/object:os.system {cmd: id}", /unknown key/],
    ["\u0000", /./],
    ["[".repeat(20_000), /./],
    ["--- a\n--- b\n", /./],
    [readFileSync("/bin/true").toString("latin1").slice(0, 8000), /./],
  ];
  for (const [yaml, want] of hostile) {
    const got = await picture(west, { yaml });
    const text = got.bytes.toString();
    assert.equal(got.status, 422, `${yaml.slice(0, 80)}: ${got.status} ${text.slice(0, 200)}`);
    assert.match(JSON.parse(text).detail, want);
    assert.ok(!/root:|\/tmp\//.test(text), text);
  }
  for (const odd of [{ lang: "../x" }, { screen: "--config" }, { question: "a b" }, { rotation: 45 }, { width: 20_000 }, { lang: "zz" }]) {
    assert.equal((await picture(west, { yaml: everyday, ...odd })).status, 422, JSON.stringify(odd));
  }
  await nothingLeft();
  const many = await Promise.all(Array.from({ length: 8 }, () => picture(west, { yaml: everyday })));
  assert.ok(many.some(({ status }) => status === 200) && many.every(({ status }) => [200, 429].includes(status)), "at most two at a time");
  assert.equal((await fetch(`${url}/healthz`)).status, 200);

  // A program that never ends, floods, or sees more than it should; one that is not there.
  const program = async (script) => {
    await aggregator.stop();
    writeFileSync(world.path("kiosk.sh"), script, { mode: 0o755 });
    aggregator.file = world.path("other.yaml");
    writeFileSync(aggregator.file, readFileSync(world.path("aggregator.yaml"), "utf8").replace(/^http:.*\n(?: .*\n)*/m, (http) => `${http.trimEnd()}\n  kiosk_program: ${script ? world.path("kiosk.sh") : "/nowhere/puas-kiosk"}\n`));
    await aggregator.up();
    const got = await picture(west, { yaml: everyday });
    await nothingLeft();
    return { status: got.status, ...JSON.parse(got.bytes) };
  };
  assert.match((await program("#!/bin/bash\nexec sleep 1000\n")).detail, /ended/);
  assert.match((await program("#!/bin/bash\nwhile :; do :; done\n")).detail, /ended/);
  const flood = await program("#!/bin/bash\nwhile echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; do :; done > picture.png\nexit 0\n");
  assert.equal(flood.status, 500);
  const seen = await program("#!/bin/bash\ncompgen -e | /usr/bin/grep -v -E '^(PWD|SHLVL|_|OLDPWD)$' | /usr/bin/head -c 50 >&2\necho \"files $(/usr/bin/ls /proc/self/fd | /usr/bin/wc -w), limit $(ulimit -t)\" >&2\nexit 1\n");
  assert.deepEqual([seen.status, /^files [3-5], limit 4$/.test(seen.detail)], [422, true], seen.detail);
  const missing = await program("");
  assert.deepEqual([missing.status, missing.type], [501, "urn:puas:problem:not-installed"]);
});

// Texts that YAML would read as something else when they stood there bare.
const ODD = ["yes", "no", "true", "null", "~", "1.50", "12", "007", "08:00", "- x", "a: b", "x #y", "\u00e9 \u00e0", "\u0e23\u0e32\u0e04\u0e32", "\u0645\u0631\u062d\u0628\u0627", " lead", "trail ", "%d days", "=", "a\nb", "1-2", "wait,staff", "[x]", "{y}", "? x", "&a", "*b", "!c", "|", ">", "@", "`", "'q'", '"q"', "x\\y", "---", "...", "\ud83d\ude42", "x'", "(z)"];

scenario("what the page writes as YAML the server reads as the same, and each line knows its field", async (world) => {
  const { url } = await chain(world);
  const west = await Session.login(url, "west");
  const { buildSync } = createRequire(`${ASSETS}/web/package.json`)("esbuild");
  buildSync({ entryPoints: [`${ASSETS}/web/src/survey/yaml.ts`], bundle: true, format: "esm", outfile: world.path("yaml.mjs"), logLevel: "error" });
  const { writeYaml } = await import(world.path("yaml.mjs"));
  const documents = [{ languages: ["id"], tally: true, volume: 5, x: 1.5, promise: Object.fromEntries(ODD.map((odd, i) => [`k${i}`, odd])), keys: Object.fromEntries(ODD.map((odd, i) => [odd, `v${i}`])), list: ODD, items: ODD.map((odd) => ({ id: odd, text: { en: odd, deep: [{ a: odd }] } })), empty: {}, none: [] }, {}];
  for (const name of ["everyday", "expectations", "skm"]) documents.push((await ask(west, "content/read", { yaml: readFileSync(`${ASSETS}/surveys/${name}.yaml`, "utf8") })).content);
  for (const document of documents) {
    const { text, paths } = writeYaml(document);
    assert.deepEqual((await ask(west, "content/read", { yaml: text })).content, document);
    assert.equal(text.split("\n").length - 1, paths.length);
  }
  const { text, paths } = writeYaml({ survey: { questions: [{ id: "a", type: "faces" }, { id: "b", type: "faces", of: 9 }] } });
  const { detail } = await ask(west, "content/places/bandung-dago?dry=1", { yaml: text, seen: 0 });
  assert.deepEqual(paths[Number(detail.match(/^content:(\d+):/)[1]) - 1], ["survey", "questions", 1, "of"], detail);
});

const done = (page, want) => waitFor(async () => `'${want}', it says '${await page.id("done").textContent()}'`, async () => want.test(await page.id("done").textContent()));
const drawn = async (page) => {
  await waitFor("the picture", async () => (await page.id("preview").getAttribute("data-busy")) === "false" && (await page.id("preview").getAttribute("data-shown")) === "picture");
  return page.id("preview-picture").getAttribute("src");
};

scenario("from the form to what the real kiosk shows: edited, looked at, published, taken; planned, withdrawn, gone back", async (world) => {
  const { url, store, broker } = await chain(world);
  const screen = await MouseScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen });
  await kiosk.online;
  const browser = await Browser.start(world);
  const page = await browser.open(`${url}/?page=survey&place=bandung-dago`);
  await page.login("admin");
  await page.id("from").filter({ hasText: "keeps to its own file" }).waitFor();

  // A template, then changes: words, a new question, its place, a condition, what is said between customers.
  await page.id("template").selectOption("everyday");
  await page.id("question-why").waitFor();
  const before = await drawn(page);
  await page.id("open-overall").click();
  await page.id("open-overall").click();
  await page.id("s-survey/questions/0/title/en").fill("How was it today?");
  assert.match(await page.id("missing").textContent(), /1 text is missing/);
  await page.id("preview-lang").selectOption("en");
  await waitFor("another picture", async () => (await drawn(page)) !== before);
  await page.id("next-missing").click();
  await waitFor("the focus on what is missing", () => page.page.evaluate(() => document.activeElement?.id === "s-survey/questions/0/title/id"));
  await page.page.keyboard.type("Bagaimana hari ini?");
  assert.match(await page.id("missing").textContent(), /No text is missing/);
  await page.id("new-type").selectOption("number");
  await page.id("add-question").click();
  await page.id("up-ticket").click();
  assert.deepEqual(await page.page.locator("[data-testid=questions] > li").evaluateAll((list) => list.map((each) => each.dataset.testid)), ["question-overall", "question-why", "question-ticket", "question-comment"]);
  await page.id("open-comment").click();
  await page.id("s-survey/questions/3/when-add").selectOption("why");
  await page.id("s-survey/questions/3/when-why-staff").check();
  await page.id("part-idle").click();
  await page.id("s-promise/en").fill("Quick and friendly");
  await page.id("part-source").click();
  const yaml = await page.id("source").inputValue();
  assert.match(yaml, /\n {4}- id: comment\n {6}type: text\n[^]*\n {6}when:\n {8}why: wait,staff\n/);
  assert.match(yaml, /\nbrightness_closed: 20\n/, "what the form was not asked about stays");

  // Nothing is lost on a reload.
  await page.page.reload();
  await page.id("draft-state").filter({ hasText: "Not published yet" }).waitFor();
  assert.equal(await page.id("s-survey/questions/0/title/en").inputValue(), "How was it today?");

  // Published: what changes, who gets it; then the kiosk shows it, and that is told.
  await page.id("publish").click();
  await page.id("gets").filter({ hasText: "2 kiosks get it: Exit (Bandung Dago), Main entrance (Bandung Dago)" }).waitFor();
  assert.match(await page.id("changes").textContent(), /How was it today\?/);
  await page.id("publish-go").click();
  await done(page, /Published/);
  await kiosk.process.line(/ content survey=everyday version=1 sha256=\w+/);
  await waitFor("the kiosk to have taken it", async () => (await page.id("kiosk-dago-entrance").getAttribute("data-state")) === "taken");
  assert.equal(await page.id("kiosk-dago-exit").getAttribute("data-state"), "waits");
  await kiosk.answer("face-4", "choice");
  assert.match(await page.id("from").textContent(), /Version 1 of its own, by admin/);
  assert.equal(await page.id("draft-state").getAttribute("data-changed"), "false");

  // What only a kiosk can know is told before it is published: a language without a catalogue.
  await page.id("part-source").click();
  const text = await page.id("source").inputValue();
  await page.id("source").fill(text.replace("theme:", "x:").replace(/^languages:\n/m, "languages:\n  - qq\n"));
  await page.id("preview-refusal").filter({ hasText: "qq" }).waitFor();
  await page.id("source").fill(`${text}volumme: 3\n`);
  await page.page.locator("#s-source-error").filter({ hasText: "unknown key 'volumme'" }).waitFor();
  await page.id("publish").click();
  await done(page, /Something is wrong/);
  assert.equal(await store.one("SELECT count(*) FROM content"), 1);
  await page.id("template").selectOption("skm"); // takes the place of what was written, which can be brought back
  await page.id("bring-back").click();
  assert.match(await page.id("source").inputValue(), /volumme: 3/);
  await page.id("drop-draft").click();
  await page.id("drop-draft-sure").click();

  // Wrong in a field: marked beside it, nothing lost.
  await page.id("part-look").click();
  await page.id("s-volume").fill("500");
  await page.id("publish").click();
  await done(page, /Something is wrong/);
  assert.match(await page.page.locator("[id='s-volume-error']").textContent(), /volume/);
  assert.equal(await page.id("s-volume").inputValue(), "500");
  await page.id("s-volume").fill("50");

  // Hours: days are chosen, as those of a place are; one that is wrong is marked in its line, what changes is said in words.
  const spans = await page.page.getByTestId(/^m-hours-drop-\d+$/).count(); // of the template; a new one is fine as it comes
  await page.id("m-hours-add").click();
  await page.id(`m-days-${spans}`).selectOption({ label: "Sat" });
  await page.id(`m-open-${spans}`).fill("20:00");
  await page.id("publish").click();
  await done(page, /Something is wrong/);
  await page.page.locator("#error-hours").filter({ hasText: "open before close" }).waitFor();
  assert.equal(await page.page.evaluate(() => document.activeElement.id), "s-hours");
  assert.deepEqual(await Promise.all([0, spans].map((i) => page.id(`m-open-${i}`).getAttribute("aria-invalid"))), [null, "true"]);
  await page.id(`m-close-${spans}`).fill("21:00");
  await page.id("publish").click();
  assert.match(await page.id("changes").textContent(), /Opening hours of the screen: Mon\u2013Thu [\d:\u2013]+, .* \u2192 Mon\u2013Thu .*, Sat 20:00\u201321:00/);
  await page.id("publish-close").click();

  // Planned, seen, withdrawn.
  await page.id("publish").click();
  await page.id("when-later").check();
  await page.id("publish-at").fill(local("Asia/Jakarta", Date.now() - 86_400_000));
  await page.id("publish-go").click();
  await page.page.locator("#at-error").filter({ hasText: "ahead" }).waitFor();
  await page.id("publish-at").fill(local("Asia/Jakarta", Date.now() + 86_400_000));
  await page.id("publish-go").click();
  await done(page, /Planned/);
  await page.id("withdraw-1").click();
  await done(page, /does not happen/);
  assert.equal(await store.one("SELECT outcome FROM content_plan"), "withdrawn");

  // A second version, then back to the first: the kiosk follows.
  await page.id("part-look").click();
  await page.id("s-survey/version").fill("2");
  await page.id("publish").click();
  await page.id("publish-go").click();
  await kiosk.process.line(/ content survey=everyday version=2 sha256=\w+/);
  const mark = kiosk.process.mark();
  await page.id("open-version-1").click();
  await done(page, /Version 1 is in the form/);
  await page.id("publish").click();
  await page.id("publish-go").click();
  await kiosk.process.line(/ content survey=everyday version=1 sha256=\w+/, { from: mark });
  assert.equal(await store.one("SELECT version FROM content WHERE to_ms IS NULL"), 3);
  page.clean();
});

scenario("a server slow to read: what was typed meanwhile stays, and a template is not undone by an older answer", async (world) => {
  const { url } = await chain(world);
  const browser = await Browser.start(world);
  const page = await browser.open(`${url}/?page=survey&place=bandung-dago`);
  await page.login("admin");
  await page.id("template").selectOption("everyday");
  await page.id("question-why").waitFor();
  await page.id("part-source").click();
  const held = [];
  await page.page.route("**/api/v1/content/read", (route) => held.push(route));
  const release = async (i) => {
    const answered = page.page.waitForResponse("**/api/v1/content/read");
    await held[i].continue();
    await (await answered).finished();
    await page.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  };
  const text = await page.id("source").inputValue();
  await page.id("source").fill(`${text}volume: 31\n`);
  await waitFor("the first reading", () => held.length === 1);
  await page.id("source").fill(`${text}volume: 32\n`);
  await release(0);
  assert.equal(await page.id("source").inputValue(), `${text}volume: 32\n`);
  await waitFor("the second reading", () => held.length === 2);
  await page.id("template").selectOption("skm");
  await waitFor("the template's reading", () => held.length === 3);
  await release(2);
  await page.id("bring-back").waitFor();
  await release(1);
  assert.match(await page.id("source").inputValue(), /survey:\n {2}id: skm\n/);
  await page.id("bring-back").click();
  assert.equal(await page.id("source").inputValue(), `${text}volume: 32\n`);

  // A template that is chosen before what is typed was read: it stays, and what was typed can be brought back.
  await page.id("source").fill(`${text}volume: 33\n`);
  await page.id("template").selectOption("skm");
  await page.page.evaluate(() => new Promise((done) => setTimeout(done, 500))); // runs out after the page's own pause
  await waitFor("the template's reading", () => held.length === 4);
  await release(3);
  await page.id("bring-back").click();
  assert.equal(await page.id("source").inputValue(), `${text}volume: 33\n`);

  // Who goes to the form finds there what was typed; what cannot be read is not lost to an edit of the form.
  await page.page.unroute("**/api/v1/content/read");
  await page.id("source").fill(`${text}volume: 34\n`);
  await page.id("part-look").click();
  await waitFor("the volume that was typed", async () => (await page.id("s-volume").inputValue()) === "34");
  await page.id("part-source").click();
  await page.id("source").fill(`${text}volume: [\n`);
  await page.page.locator("#s-source-error").getByText(/./).waitFor();
  await page.id("part-look").click();
  await page.id("s-volume").fill("35");
  await page.id("bring-back").click();
  await page.id("part-source").click();
  assert.equal(await page.id("source").inputValue(), `${text}volume: [\n`);

  // What is typed while a version is being published is a draft of that version.
  await page.id("source").fill(`${text}volume: 36\n`);
  await page.id("publish").click();
  await page.id("publish-go").waitFor();
  const sent = [];
  await page.page.route("**/api/v1/content/places/bandung-dago", (route) => (route.request().method() === "POST" ? sent.push(route) : route.continue()));
  await page.id("publish-go").click();
  await waitFor("the version", () => sent.length === 1);
  await page.id("source").fill(`${text}volume: 37\n`);
  await sent[0].continue();
  await page.id("publish-go").waitFor({ state: "detached" });
  await page.page.unroute("**/api/v1/content/places/bandung-dago");
  assert.equal(await page.id("source").inputValue(), `${text}volume: 37\n`);
  await page.id("part-look").click();
  await waitFor("the volume that was typed", async () => (await page.id("s-volume").inputValue()) === "37");
  assert.equal(await page.id("conflict").count(), 0);
  const inForce = async () => (await (await Session.login(url, "admin")).get("/api/v1/content/places/bandung-dago")).yaml;
  assert.match(await inForce(), /volume: 36\n/);
  await page.id("publish").click();
  await page.id("publish-go").click();
  await page.id("publish-go").waitFor({ state: "detached" });
  assert.match(await inForce(), /volume: 37\n/);
  page.clean();
});

scenario("two tabs, a session that ends, a server without the kiosk's program; pages for all", async (world) => {
  const { url, store } = await chain(world);
  const west = await Session.login(url, "west");
  assert.equal((await ask(west, "content/places/bandung-dago", { yaml: content(1, "promise: { en: Quick, id: Cepat }\n"), seen: 0 })).status, 200);
  const browser = await Browser.start(world);
  const page = await browser.open(`${url}/?page=survey&place=bandung-dago`);
  await page.login("admin");
  await page.id("part-idle").click();
  await page.id("s-promise/en").fill("Mine");
  assert.equal((await ask(west, "content/places/bandung-dago", { yaml: content(1, "promise: { en: Theirs, id: Cepat }\n"), seen: 1 })).status, 200);
  await page.id("conflict").filter({ hasText: "Version 2 has come into force" }).waitFor();
  assert.match(await page.id("conflict").textContent(), /Quick \u2192 Theirs/);
  assert.equal(await page.id("s-promise/en").inputValue(), "Mine");
  assert.equal(await page.id("publish").getAttribute("aria-disabled"), "true");

  // The session ends: what was typed is there again after the login.
  await run("sqlite3", [world.path("aggregator/puas.db"), "PRAGMA busy_timeout = 5000; DELETE FROM session"]);
  await page.id("login-user").waitFor();
  await page.login("admin");
  await page.id("part-idle").click();
  assert.equal(await page.id("s-promise/en").inputValue(), "Mine");
  await page.id("go-on").click();
  await page.id("publish").click();
  await page.id("publish-go").click();
  await done(page, /Published/);
  assert.deepEqual(JSON.parse(await store.one("SELECT body FROM content WHERE to_ms IS NULL")).promise, { en: "Mine", id: "Cepat" });

  // Without the program the page says so, and everything else works.
  const program = `${BIN}/puas-kiosk`;
  await page.page.route("**/api/v1/preview", (route) => route.fulfill({ status: 501, contentType: "application/problem+json", body: "{}" }));
  assert.ok(existsSync(program));
  await page.page.reload();
  await page.id("no-preview").filter({ hasText: "not installed" }).waitFor();
  await page.page.unroute("**/api/v1/preview");

  // Both themes, both languages, both widths.
  const look = async (name, { viewport, theme, lang }) => {
    const shown = await browser.open(`${url}/?page=survey&place=bandung-dago`, { viewport, colorScheme: theme, locale: lang });
    await shown.login("admin");
    await shown.id("template").waitFor();
    if ((await shown.page.evaluate(() => document.documentElement.lang)) !== lang.slice(0, 2)) await shown.id("lang-switch").click();
    await shown.id("template").selectOption("everyday");
    await shown.id("open-why").click();
    await drawn(shown);
    assert.ok(await shown.id("up-why").isVisible());
    await shown.accessible(name);
    await shown.shot(`survey-${name}`);
    for (const part of ["idle", "look", "source"]) {
      await shown.id(`part-${part}`).click();
      await shown.accessible(`${name} ${part}`);
      await shown.shot(`survey-${name}-${part}`);
    }
    const low = await shown.page.evaluate(() => [...document.querySelectorAll("main button, main select, main a, main input:not([type=checkbox]):not([type=radio])")].filter((each) => each.offsetParent && each.getBoundingClientRect().height < 44 && !each.matches(".link, .segmented *")).map((each) => each.outerHTML.slice(0, 120)));
    assert.deepEqual(low, [], `${name}: targets under 44 px`);
    assert.equal(await shown.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `${name}: wider than the screen`);
    shown.clean();
  };
  await look("desktop-en", { viewport: DESKTOP, theme: "light", lang: "en-GB" });
  await look("phone-id-dark", { viewport: PHONE, theme: "dark", lang: "id-ID" });
  page.clean();
});

scenario("what was done about an alert is told by the kiosks of its branch, until its end or until it is taken back", async (world) => {
  const { url, store, broker, aggregator } = await chain(world, { change: (text) => text.replace(/^ {4}- id: unhappy-share$[^]*?(?=^ {2}users:)/m, "") });
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen: await MouseScreen.start(world) });
  await kiosk.online;
  const [admin, manager, looker] = await Promise.all(["admin", "manager", "looker"].map((user) => Session.login(url, user)));
  assert.equal((await ask(admin, "content/places/jawa-barat", { yaml: content(1, "messages: [ { said: { en: Own }, did: { en: Words } } ]\n"), seen: 0 })).status, 200);
  await kiosk.process.line(/ content survey=exit version=1 /);
  for (let i = 0; i < 7; i++) await kiosk.rate(1);
  const alert = await waitFor("an alert", () => store.one("SELECT id FROM alert WHERE closed IS NULL"));
  const browser = await Browser.start(world);
  const branch = await browser.open(`${url}/?place=bandung-dago`);
  await branch.enter("manager");
  if ((await branch.page.evaluate(() => document.documentElement.lang)) !== "en") await branch.id("lang-switch").click();
  await branch.id("alert-more").first().click();
  await branch.id("offer-en").fill("A second counter is open");
  await branch.id("offer").click();
  await branch.id("offer-tell").click(); // he who runs the branch tells it himself
  await branch.id(`offer-${alert}-open`).waitFor();
  await branch.accessible("what a branch tells");
  await branch.shot("survey-branch");
  branch.clean();
  assert.deepEqual((await manager.get("/api/v1/told?place=bandung-dago")).offers.map((o) => [o.alert, o.did]), [[alert, { en: "A second counter is open" }]]);
  const words = { said: { en: "The queue is long" }, did: { en: "A second counter is open" } };
  assert.equal((await ask(looker, `alerts/${alert}/tell`, words)).status, 403);
  assert.equal((await ask(manager, `alerts/${alert}/tell`, { ...words, said: {} })).field, "said");
  assert.equal((await ask(manager, `alerts/${alert}/tell`, { ...words, did: { en: "x".repeat(201) } })).field, "did");
  assert.equal((await ask(manager, `alerts/${alert}/tell`, { ...words, did: { "../x": "x" } })).field, "did");
  assert.equal((await ask(manager, `alerts/${alert}/tell`, { ...words, days: 1000 })).field, "days");
  for (const odd of ["\uffff", "\u0007"]) assert.equal((await ask(manager, `alerts/${alert}/tell`, { ...words, did: { en: odd } })).status, 422, JSON.stringify(odd)); // all kiosks of the branch would refuse their document

  // From the page: to the kiosk's disk, after the messages of the document.
  const shown = () => JSON.parse(JSON.parse(readFileSync(`${kiosk.state}/content.json`, "utf8")).document).content.messages.map((m) => m.did.en);
  const page = await browser.open(`${url}/?page=survey&place=bandung-dago`);
  await page.login("admin");
  await page.id(`offer-${alert}-open`).click();
  await page.id(`offer-${alert}-tell`).click();
  await page.page.locator(`#offer-${alert}-said-error`).filter({ hasText: "needed" }).waitFor();
  await page.id(`offer-${alert}-said-en`).fill(words.said.en);
  assert.equal(await page.id(`offer-${alert}-did-en`).inputValue(), words.did.en);
  await page.id(`offer-${alert}-tell`).click();
  await page.id("told-1").waitFor();
  await waitFor("the kiosk to have it", () => shown().length === 2);
  assert.deepEqual(shown(), ["Words", words.did.en]);
  assert.deepEqual((await of(admin)).version, 0, "no version of its own: what is above still holds");
  page.clean();

  // At most three; one ends by the clock, one is taken back.
  const ids = [];
  for (const n of [2, 3]) ids.push((await ask(manager, `alerts/${alert}/tell`, { said: { en: `Said ${n}` }, did: { en: `Did ${n}` } })).id);
  assert.equal((await ask(manager, `alerts/${alert}/tell`, words)).status, 409);
  await waitFor("all of them", () => shown().length === 4);
  assert.equal((await ask(manager, `told/${ids[0]}/end`, {})).status, 204);
  assert.equal((await ask(manager, `told/${ids[0]}/end`, {})).status, 404);
  assert.equal((await ask(looker, `told/${ids[1]}/end`, {})).status, 403);
  await waitFor("one less", () => shown().length === 3);
  assert.deepEqual(shown(), ["Words", words.did.en, "Did 3"]);
  await aggregator.stop();
  await run("sqlite3", [`${aggregator.data}/puas.db`, `UPDATE told SET to_ms = ${Date.now() - 1000} WHERE told_id = 1; UPDATE told SET to_ms = ${Date.now() + 3000} WHERE told_id = ${ids[1]}`]);
  await aggregator.up();
  await waitFor("its end by the clock", () => shown().length === 1);
  assert.deepEqual(shown(), ["Words"]);
  assert.equal(await store.one("SELECT group_concat(who || ' ' || action, ', ') FROM (SELECT * FROM audit WHERE action LIKE 'tell%' ORDER BY audit_id)"), "admin tell, manager tell, manager tell, manager tell-end");
});
