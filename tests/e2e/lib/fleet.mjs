// puas-fleet against the real broker and aggregator, and what it says it has drawn against the store.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Aggregator } from "./aggregator.mjs";
import { Broker, SECRET } from "./broker.mjs";
import { write } from "./config.mjs";
import { run } from "./process.mjs";
import { BIN } from "./world.mjs";

const FLEET = `${BIN}/puas-fleet`;
export const QUICK = "resend: 300 ms, backoff_min: 20 ms, backoff_max: 200 ms, birth_spread: 100 ms, backlog_spread: 100 ms, health: 1 s";

/** Broker and aggregator that know the scenario's places and kiosks. `control`: kiosks get their passwords by the broker's plugin. */
export async function start(world, text, { org = "fleet", control = false, ...more } = {}) {
  const file = write(world.path("fleet.yaml"), text);
  const list = await run(FLEET, ["--scenario", file, "--list"]);
  const seed = await run(FLEET, ["--scenario", file, "--print-places"]);
  assert.equal(seed.code, 0, seed.lines.join("\n"));
  const broker = await Broker.start(world, { users: ["aggregator", ...list.lines.filter(Boolean)], plugin: control });
  const change = (config) =>
    config.replace(/place: (harapan|bandung-dago)/g, `place: ${org}`).replace(/^ {2}places:[^]*?(?=^ {2}surveys:)/m, `${seed.lines.join("\n")}\n`);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, change, control, ...more });
  const secret = write(world.path("kiosk-password"), `${SECRET}\n`);
  const truth = world.path("truth.json");
  const fleet = (...args) =>
    world.process("puas-fleet", FLEET, ["--scenario", file, "--port", broker.port, "--password-file", secret, "--truth", truth, "--rows", ...args].map(String));
  return { broker, aggregator, fleet, truth: () => JSON.parse(readFileSync(truth, "utf8")) };
}

/** The store against the truth: keys, scores, places, days, rollups. */
export async function compare(store, truth) {
  const stored = new Map();
  const keys = await store.query(`SELECT k.id AS kiosk, lower(hex(ep.epoch)) AS epoch, e.seq, coalesce(e.score, 0) AS score, p.id AS place
    FROM event e JOIN epoch ep USING(epoch_id) JOIN kiosk k USING(kiosk_id) LEFT JOIN place p ON p.place_id = e.place_id ORDER BY 1, 2, 3`);
  for (const row of keys) {
    const key = `${row.kiosk} ${row.place} ${row.epoch}`;
    const list = stored.get(key) ?? [];
    assert.equal(row.seq, list.length + 1, `a gap or a double before ${key} ${row.seq}`);
    list.push(row.score);
    stored.set(key, list);
  }
  let epochs = 0;
  for (const k of truth.kiosks) {
    for (const e of k.epochs.filter((each) => each.rows > 0)) {
      epochs++;
      assert.equal((stored.get(`${k.kiosk} ${k.place} ${e.epoch}`) ?? []).join(""), e.scores, `${k.kiosk}, epoch ${e.epoch}`);
      assert.equal(e.acknowledged, e.rows, "all is acknowledged at the end");
    }
  }
  assert.equal(stored.size, epochs, "no epoch that nobody has drawn");
  const scores = await store.query("SELECT p.id AS place, e.score, count(*) AS n FROM event e JOIN place p ON p.place_id = e.place_id WHERE e.score > 0 GROUP BY 1, 2");
  for (const p of truth.places) {
    const seen = p.scores.map((_, i) => scores.find((s) => s.place === p.place && s.score === i + 1)?.n ?? 0);
    assert.deepEqual(seen, p.scores, p.place);
  }
  assert.deepEqual(await store.recount(), [], "rollups equal a recount");
}
