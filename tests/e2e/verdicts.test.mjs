// Verdicts on suspicious presses, from the wire to the API and the shell.
import assert from "node:assert/strict";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { BIN, scenario } from "./lib/world.mjs";

scenario("verdicts: mashing is named, counted with and without, and judged again; no rating is touched", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const { store } = aggregator;
  const ctl = async (...args) => {
    const p = await run(`${BIN}/puasctl`, ["--config", aggregator.file, ...args]);
    assert.equal(p.code, 0, p.lines.join("\n"));
    return p.lines.join("\n");
  };
  // A simple device under a hand that presses on and on: the first press stays, fourteen are named. However the
  // commits fall, the page's steps of five have then shown ten to fourteen of them, which it tells as ten.
  const mash = ["-h", "127.0.0.1", "-p", `${broker.port}`, "-u", "dago-entrance", "-P", SECRET, "-q", "1", "-t", "puas/1/press/bandung-dago/dago-entrance", "-m", '{"v":1,"score":1,"of":5}'];
  const sent = await run("mosquitto_pub", [...mash, "--repeat", "15"]);
  assert.equal(sent.code, 0, sent.lines.join("\n"));
  await waitFor("fifteen ratings", async () => (await store.count()) === 15);
  const named = "SELECT count(*) FROM verdict WHERE rule = 0 AND version = 1";
  await waitFor("fourteen verdicts", async () => (await store.one(named)) === 14);
  const rows = () => store.query("SELECT * FROM event");
  const before = await rows();

  const session = await Session.login(aggregator.url);
  const day = await waitFor("the step that shows ten of them", async () => {
    const answer = await session.get("/api/v1/verdicts?place=bandung-dago");
    return answer.suspects === 10 && answer;
  });
  const today = await session.today();
  assert.deepEqual(day.raw.tally, today.tally);
  const rule = (name) => day.rules.find((r) => r.rule === name);
  assert.deepEqual(rule("mashing"), { rule: "mashing", version: 1, n: 10 });
  assert.equal(rule("closed").n, 0);
  assert.equal(day.judged, 100);
  assert.equal(day.raw.score.n - day.filtered.score.n, 10);
  assert.equal((await session.raw("GET", "/api/v1/verdicts?place=nowhere")).status, 404);
  assert.equal((await new Session(aggregator.url).raw("GET", "/api/v1/verdicts?place=bandung-dago")).status, 401);
  assert.equal((await session.raw("POST", "/api/v1/verdicts/rerun", {})).status, 401, "people of the pages do not judge again");

  assert.match(await ctl("verdicts", "list"), /dago-entrance +mashing +1 +14 +15 /);
  await run("sqlite3", [store.file, "DELETE FROM verdict"]);
  assert.match(await ctl("verdicts", "rerun"), /judged again/);
  await waitFor("fourteen verdicts again", async () => (await store.one(named)) === 14);
  assert.deepEqual(await rows(), before);
  assert.match(await ctl("recount"), /0 differences/);
});
