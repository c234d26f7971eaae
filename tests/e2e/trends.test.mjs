// Trends: from the wire to the right local days, in the API and the shell; proven, damaged, mended, moved.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { BIN, scenario } from "./lib/world.mjs";

const MINUTE = 60_000;
const DAY = 86_400_000;
const KATHMANDU = 345 * MINUTE; // 5:45 east, all year

scenario("trends: late votes fall in the local day of their time; recount proves, --repair mends, a new zone moves them", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, change: (text) => text.replace("tz: Asia/Jakarta", "tz: Asia/Kathmandu") });
  const { store } = aggregator;
  const ctl = async (code, ...args) => {
    const p = await run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
    assert.equal(p.code, code, p.lines.join("\n"));
    return p.lines.join("\n");
  };
  const kiosk = new ForeignKiosk({ port: broker.port, id: "dago-entrance", branch: "bandung-dago", secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;

  // Twenty a minute before a midnight of Kathmandu three days ago, twelve a minute after it: one UTC day, two local ones.
  const midnight = Math.floor((Date.now() + KATHMANDU) / DAY) * DAY - 2 * DAY - KATHMANDU;
  const [before, after] = [midnight - DAY, midnight].map((at) => new Date(at + KATHMANDU).toISOString().slice(0, 10));
  for (let i = 0; i < 20; i++) kiosk.press(5, { at: midnight - MINUTE });
  for (let i = 0; i < 12; i++) kiosk.press(1, { at: midnight + MINUTE, ref: "A-104" });
  kiosk.press(undefined, { type: "choice", question: "why", options: ["wait"], visit: 21, score: undefined, of: undefined, at: midnight + MINUTE });
  kiosk.press(1, { at: midnight + MINUTE });
  kiosk.press(undefined, { type: "void", voids: 34, question: undefined, score: undefined, of: undefined });
  kiosk.press(3); // today: not told before it is over
  await kiosk.settled();

  const session = await Session.login(aggregator.url);
  const days = `place=bandung-dago&from=${before}&to=${after}`;
  const series = await session.get(`/api/v1/trends/series?${days}`);
  assert.deepEqual(series.periods.map((p) => [p.from, p.n, p.share, p.enough]), [[before, 20, 1, false], [after, 12, 0, false]]);
  assert.deepEqual([series.total.n, series.total.good, series.total.index.value], [32, 20, 62.5]);
  assert.ok(series.total.lo < 0.625 && series.total.hi > 0.625 && series.building === false);
  const grid = await session.get(`/api/v1/trends/grid?${days}`);
  assert.deepEqual(grid.cells.map((c) => [c.hour, c.n, c.thin]).sort(), [[0, 12, true], [23, 20, true]]);
  const reasons = await session.get(`/api/v1/trends/reasons?${days}`);
  assert.deepEqual(reasons.questions.map((q) => [q.question, q.items.map((i) => [i.id, i.n])]), [["why", [["wait", 1]]]]);
  assert.deepEqual([reasons.questions[0].unhappy.answered, reasons.questions[0].happy.answered], [1, 0]);
  assert.equal((await session.get(`/api/v1/trends/reasons?${days}&lang=en`)).questions[0].items[0].label, "Long wait");
  const named = await session.get(`/api/v1/trends/series?${days}&reason=why:wait&visits=unhappy&lang=en`);
  assert.deepEqual(named.reason, { question: "why", id: "wait", label: "Long wait", visits: "unhappy" });
  assert.deepEqual([named.periods.map((p) => p.n), named.total.named, named.total.share, named.promise], [[0, 1], { good: null, share: null, lo: null, hi: null, clustered: false }, undefined, null]);

  // It was there today; of the days that are over nothing is missing, as far as this kiosk says.
  assert.deepEqual(await store.one("SELECT count(*) || ' ' || sum(ready_ms >= 0) FROM kiosk_day"), "1 1");
  assert.equal(await store.one("SELECT sum(kiosks) FROM presence_day"), 3);
  const began = Date.now();
  await waitFor("it to have been ready for 300 ms", async () => {
    kiosk.beat();
    return (await store.one("SELECT sum(ready_ms) FROM kiosk_day")) >= 300;
  });
  assert.ok((await store.one("SELECT max(ready_ms) FROM presence_day WHERE place_id = 1")) <= Date.now() - began + 10_000);
  assert.deepEqual([series.coverage.stored, series.coverage.missing, series.coverage.lost], [32, 0, 0]);
  const coverage = await session.get(`/api/v1/trends/coverage?${days}`);
  assert.deepEqual(coverage.periods.map((p) => [p.stored, p.known, p.share, p.ready]), [[20, 20, 1, null], [12, 12, 1, null]]);

  const again = await session.raw("GET", `/api/v1/trends/series?${days}`);
  const tag = again.headers.get("etag");
  assert.equal((await session.raw("GET", `/api/v1/trends/series?${days}`, undefined, { "If-None-Match": tag })).status, 304);
  for (const [field, query] of [["from", "from=soon"], ["to", "to=2999-01-01"], ["by", "by=hour"], ["question", "question=nothing"], ["reason", "reason=wait"], ["reason", "reason=why:nothing"], ["visits", "visits=happy"]]) {
    const refused = await session.raw("GET", `/api/v1/trends/series?place=bandung-dago&${query}`);
    assert.equal(refused.status, 422);
    assert.equal(refused.headers.get("content-type"), "application/problem+json");
    assert.equal((await refused.json()).field, field);
  }
  assert.equal((await session.raw("GET", "/api/v1/trends/series?place=nowhere")).status, 404);
  assert.equal((await session.raw("GET", "/api/v1/trends/series")).status, 404);
  assert.equal((await session.raw("GET", "/api/v1/trends/weather?place=bandung-dago")).status, 404);
  assert.equal((await new Session(aggregator.url).raw("GET", `/api/v1/trends/series?${days}`)).status, 401);

  // The shell says the same, at every level of the tree.
  for (const place of ["harapan", "jawa-barat", "bandung-dago"]) {
    const shown = JSON.parse(await ctl(0, "--json", "trends", place, "--from", before, "--to", after));
    assert.deepEqual(shown.periods.map((p) => p.n), [20, 12]);
  }
  assert.match(await ctl(0, "trends", "harapan", "--from", before), new RegExp(`${before} +20 +100.0 %`));
  assert.match(await ctl(0, "ranking", "harapan", "--from", before), /1 +bandung-dago +Bandung Dago +32 +62.5 %/);
  assert.match(await ctl(0, "skm", "harapan"), /IKM/);
  assert.match(await ctl(0, "reasons", "harapan", "--from", before, "--lang", "en"), /why +unhappy +Long wait +1 +1/);
  assert.match(await ctl(0, "trends", "harapan", "--from", before, "--reason", "why:wait", "--lang", "en"), /named "Long wait" \(all visits\)\n[^]*from +answered +named it[^]*all +1 +-/);
  assert.match(await ctl(0, "ranking", "harapan", "--from", before, "--reason", "why:wait"), /answered +named it[^]*bandung-dago +Bandung Dago +1 +-/);
  await ctl(2, "trends", "harapan", "--reason", "wait");
  assert.match(await ctl(0, "segments", "jawa-barat", "--from", before), /counter:A +12 +0.0 %/);
  assert.match(await ctl(0, "trends", "harapan", "--from", before, "--segment", "counter:A"), new RegExp(`${after} +12 +0.0 %`));
  await ctl(2, "trends", "harapan", "--segment", "counter:B");
  assert.match(await ctl(0, "scores", "harapan", "--from", before), /overall +- +face index +32 +62.5/);
  assert.match(await ctl(0, "gaps", "harapan", "--from", before), /weights: equal/);
  assert.match(await ctl(0, "coverage", "harapan", "--from", before), new RegExp(`${before} +20 +20 +0 +0`));
  await ctl(2, "trends", "harapan", "--from", "soon");
  await ctl(1, "trends", "nowhere");

  assert.match(await ctl(0, "recount"), / 0 differences/);
  const damage = (sql) => run("sqlite3", ["-cmd", ".timeout 5000", store.file, sql]);
  const built = () => waitFor("all places to be built", async () => (await store.one("SELECT count(*) FROM rollup_due")) === 0);
  await damage("UPDATE day_tally SET c5 = c5 + 1 WHERE place_id = 1; DELETE FROM hour_tally WHERE place_id = 3; UPDATE tally SET c1 = 0; DELETE FROM presence_day WHERE place_id = 1; UPDATE segment_day SET c2 = 9 WHERE own = 1");
  assert.match(await ctl(1, "recount"), /day_tally place=harapan[^]*presence_day place=harapan[^]*segment_day place=bandung-dago[^]*segment=counter:A own=1 score2:-9/);
  assert.match(await ctl(0, "recount", "--repair"), /being made anew[^]*all of them were made anew/);
  await built();
  assert.match(await ctl(0, "recount"), / 0 differences/);
  assert.equal((await session.get(`/api/v1/trends/series?${days}`)).total.n, 32);

  // A clock of another zone: all of them are of one day now.
  const file = world.path("places.yaml");
  writeFileSync(file, (await ctl(0, "config", "export")).replace("Asia/Kathmandu", "Asia/Jakarta"));
  assert.match(await ctl(0, "config", "apply", file), /tz Asia\/Jakarta/);
  await built();
  const moved = await session.get(`/api/v1/trends/series?${days}`);
  assert.deepEqual(moved.periods.map((p) => p.n), [0, 32]);
  assert.match(await ctl(0, "recount"), / 0 differences/);

  // Nobody is running: it is done at once.
  await aggregator.stop();
  await damage("DELETE FROM day_tally; DELETE FROM choice_tally");
  await ctl(1, "recount");
  assert.match(await ctl(0, "recount", "--repair"), /made anew/);
  assert.match(await ctl(0, "recount"), / 0 differences/);
});
