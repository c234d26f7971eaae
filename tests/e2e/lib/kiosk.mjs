// The real kiosk on an X server. Keeps the ground truth: which face was tapped and whether the customer was thanked.
import { writeFileSync } from "node:fs";
import { BIN, ASSETS } from "./world.mjs";
import { SECRET } from "./broker.mjs";
import { inline, template, write } from "./config.mjs";
import { query } from "./store.mjs";
import { sleep, waitFor } from "./wait.mjs";

const TIMES = {
  press: "20 ms", thanks: "40 ms", try_again: "100 ms", settle: "0 s", language_return: "2 s", save_timeout: "2 s", service_retry: "100 ms",
  resend_timeout: "300 ms", backoff_min: "50 ms", backoff_max: "300 ms", steady: "500 ms", birth_spread: "50 ms", backlog_spread: "50 ms", health: "200 ms",
};

export class Kiosk {
  static async start(world, { brokerPort, screen, id = "dago-entrance", times = {}, state, survey, change = (text) => text, env = {}, wait = true } = {}) {
    const k = new Kiosk();
    Object.assign(k, { world, screen, id, env, taps: [], boots: 0 });
    k.state = state ?? world.path(`state-${id}`);
    world.folder("secrets");
    writeFileSync(world.path("secrets", id), `${SECRET}\n`);
    const text = template("kiosk.yaml.in", { VAR: world.dir, ASSETS, BROKER_PORT: brokerPort, FULLSCREEN: "true", PIN: "4711" })
      .replace(/^kiosk: .*$/m, `kiosk: ${id}`)
      .replace(/^state_dir: .*$/m, `state_dir: ${k.state}`)
      .replace(/secrets\/dago-entrance/, `secrets/${id}`)
      .replace(/^survey:[^]*?\n(?=\w)/m, survey ?? "survey: { id: service, version: 1, question: overall, faces: 5 }\n")
      .replace(/^times:[^]*$/m, `times: ${inline({ ...TIMES, ...times })}\n`);
    k.file = write(world.path(`kiosk-${id}.yaml`), change(text));
    if (wait) await k.up();
    return k;
  }

  spawn() {
    const env = { ...this.env };
    if (this.screen) env.DISPLAY = this.screen.display;
    this.process = this.world.process("puas-kiosk", `${BIN}/puas-kiosk`, ["--config", this.file], { env });
    this.boots++;
    return this.process;
  }

  /** Starts it and waits for the question. */
  async up() {
    this.spawn();
    await this.process.line(/ screen name=question /);
    return this;
  }

  /** Where the targets of the screen are that was logged last, in px of the display. */
  get targets() {
    const window = this.process.find(/ window driver=\w+ x=(-?\d+) y=(-?\d+)/);
    const targets = {};
    for (const line of this.process.lines) {
      const t = line.match(/ target id=([\w-]+) x=(\d+) y=(\d+) /);
      if (t) targets[t[1]] = { x: Number(t[2]) + Number(window[1]), y: Number(t[3]) + Number(window[2]) };
    }
    return targets;
  }

  /** Touches a target and waits for the screen that follows. */
  async answer(target, screen) {
    const from = this.process.mark();
    await this.touch(target);
    await this.process.line(new RegExp(` screen name=${screen} `), { from });
  }

  get online() {
    return this.process.line(/ synced run=/);
  }

  touch(target) {
    const at = this.targets[target];
    if (!at) throw new Error(`the kiosk shows no target ${target}`);
    return this.screen.tap(at.x, at.y);
  }

  /** Taps a face and waits for the thanks; then for the next question. */
  async rate(score) {
    const from = this.process.mark();
    const tap = { score, boot: this.boots, thanked: false };
    this.taps.push(tap);
    await this.touch(`face-${score}`);
    const { line: thanks } = await this.process.line(/ screen name=thanks /, { from });
    tap.thanked = true;
    await this.process.line(/ screen name=question /, { from: thanks }); // one before may be of a new document
  }

  /** Taps a face and kills the kiosk `ms` later, or "thanks": the moment it thanks. The log tells whether it did. */
  async rateAndDie(score, ms) {
    const { tap, from, touched } = this.#begin(score);
    if (ms === "thanks") await this.process.line(/ screen name=thanks /, { from });
    else if (ms > 0) await sleep(ms);
    await this.process.kill();
    await touched;
    tap.thanked = this.process.find(/ screen name=thanks /, from) !== null;
  }

  /** Taps a face of a kiosk that somebody else will kill: until the next question, or its end. */
  async rateUntilDeath(score) {
    const { tap, from, touched } = this.#begin(score);
    await waitFor("the next question or the end", () => !this.process.running || this.process.find(/ screen name=question /, from), undefined, 3);
    await touched;
    tap.thanked = this.process.find(/ screen name=thanks /, from) !== null;
  }

  #begin(score) {
    const from = this.process.mark();
    const tap = { score, boot: this.boots, thanked: false };
    this.taps.push(tap);
    return { tap, from, touched: this.touch(`face-${score}`) };
  }

  /** The rows of the outbox, by its own boots. */
  outbox() {
    return query(`${this.state}/outbox.db`, "SELECT lower(hex(e.epoch)) AS epoch, e.boot, v.seq, v.score, v.state, v.type FROM event v JOIN epoch e USING(epoch_id) ORDER BY e.epoch_id, v.seq");
  }

  /** Which seqs of the last start were taken back. */
  voided() {
    return query(`${this.state}/outbox.db`, "SELECT voids FROM event WHERE voids > 0 AND epoch_id = (SELECT max(epoch_id) FROM epoch)").then((rows) => rows.map((row) => row.voids));
  }

  pending() {
    return query(`${this.state}/outbox.db`, "SELECT count(*) AS n FROM event WHERE state = 0").then(([row]) => row.n);
  }

  async drained(ms) {
    await waitFor(async () => `the outbox to drain; ${await this.pending()} left`, async () => (await this.pending()) === 0, ms, 50);
  }
}

/**
 * Every thanked tap is stored exactly once, under its score, in its order; a tap that was not thanked at most once.
 * Returns how many rows there are.
 */
export async function checkExactlyOnce(kiosk, store) {
  await kiosk.drained();
  const stored = await waitFor("the store to hold what the outbox holds", async () => {
    const [rows, kept] = [await store.events(kiosk.id), await kiosk.outbox()];
    return rows.length >= kept.length && rows;
  });
  const kept = await kiosk.outbox();
  const complain = (text) => {
    throw new Error(`${text}; tapped ${JSON.stringify(kiosk.taps)}; stored ${JSON.stringify(stored.map(({ epoch, seq, score }) => [epoch.slice(0, 4), seq, score]))}`);
  };
  const keys = new Set(stored.map(({ epoch, seq }) => `${epoch} ${seq}`));
  if (keys.size !== stored.length) complain("a key is stored twice");
  const boots = [...new Set(kept.map((row) => row.boot))];
  let checked = 0;
  for (let boot = 1; boot <= kiosk.boots; boot++) {
    const taps = kiosk.taps.filter((tap) => tap.boot === boot);
    const mine = kept.filter((row) => row.boot === boot);
    const scores = mine.map((row) => row.score);
    const thanked = taps.filter((tap) => tap.thanked).length;
    if (scores.length < thanked) complain(`boot ${boot}: ${thanked} thanked, ${scores.length} in the outbox`);
    // Taps of one start come one after the other: the rows are the taps, without those that were never saved.
    let i = 0;
    for (const tap of taps) {
      if (i < scores.length && scores[i] === tap.score && (tap.thanked || scores.length > thanked)) i++;
      else if (tap.thanked) complain(`boot ${boot}: a thanked ${tap.score} is missing`);
    }
    if (i !== scores.length) complain(`boot ${boot}: ${scores.length} rows for ${taps.length} taps`);
    for (const row of mine) {
      const there = stored.filter((s) => s.epoch === row.epoch && s.seq === row.seq);
      if (there.length !== 1 || there[0].score !== row.score) complain(`boot ${boot} seq ${row.seq} is stored ${there.length} times`);
    }
    checked += mine.length;
  }
  if (stored.length !== checked) complain(`${stored.length} rows stored, ${checked} saved by the kiosk (boots ${boots})`);
  const wrong = await store.recount();
  if (wrong.length) complain(`rollups differ from the rows: ${JSON.stringify(wrong)}`);
  return stored.length;
}
