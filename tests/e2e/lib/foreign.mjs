// A kiosk written from shared/PROTOCOL.md alone: MQTT.js and nothing of ours. Its "disk" is a plain object that
// outlives it, so that a restart can be played. Times are short, as the protocol allows.
import { randomBytes } from "node:crypto";
import mqtt from "mqtt";
import { waitFor } from "./wait.mjs";

const RESEND_MS = 250;
const BACKOFF_MAX_MS = 1000;
const BATCH_MAX = 50;
const BYTES_MAX = 16_384;
const HALVE_AFTER = 3;
const ASIDE_AFTER = 10;

export function crc32(text) {
  let crc = ~0;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

export const shardOf = (branch) => (crc32(branch) & 63).toString(16).padStart(2, "0");

export const newDisk = () => ({ boot: 0, epochs: [] });

export class ForeignKiosk {
  constructor({ port, id, branch, secret, disk = newDisk(), version = 4 }) {
    Object.assign(this, { port, id, branch, secret, disk, version });
    disk.boot++;
    this.epoch = { epoch: randomBytes(16).toString("hex"), branch, boot: disk.boot, run: "", next: 1, rows: new Map() };
    disk.epochs.push(this.epoch);
    this.connects = 0;
    this.shards = {};
    this.acks = []; // all that came, in order
    this.flight = null;
    this.batch = BATCH_MAX;
    this.unanswered = 0;
    this.wait = RESEND_MS;
    this.stopped = false;
  }

  topic(what) {
    return `puas/1/kiosk/${this.id}/${what}`;
  }

  get shard() {
    const own = this.shards[shardOf(this.branch)];
    return own?.state === "ready" ? own : this.shards.all;
  }

  get session() {
    return this.disk.boot * 2 ** 24 + this.connects;
  }

  async connect() {
    this.connects++;
    this.shards = {};
    const will = { topic: this.topic("state"), qos: 1, retain: true, payload: JSON.stringify({ v: 1, state: "lost", session: this.session }) };
    const client = mqtt.connect({
      host: "127.0.0.1", port: this.port, username: this.id, password: this.secret, clientId: this.id, clean: true, reconnectPeriod: 0,
      connectTimeout: 5000, protocolVersion: this.version, will, queueQoSZero: false,
    });
    this.client = client;
    client.on("error", (error) => (this.error = error));
    client.on("message", (topic, payload) => this.#heard(topic, payload));
    client.on("close", () => {
      if (this.client !== client || this.stopped) return;
      this.client = null;
      setTimeout(() => this.stopped || this.connect().catch(() => {}), 100);
    });
    await new Promise((done, fail) => {
      client.once("connect", done);
      client.once("close", () => fail(this.error ?? new Error("the broker has closed the connection")));
    });
    await client.subscribeAsync([this.topic("ack"), "puas/1/shard/all/state", `puas/1/shard/${shardOf(this.branch)}/state`], { qos: 1 });
    this.#birth();
    this.#health();
    this.timer ??= setInterval(() => this.#turn(), 20);
    return this;
  }

  #publish(topic, payload, options) {
    this.client?.publish(topic, payload, options, () => {});
  }

  /** For what a well-behaved kiosk never sends. */
  raw(topic, payload, options = { qos: 1 }) {
    return this.client.publishAsync(topic, payload, options);
  }

  #birth() {
    const held = this.disk.epochs
      .filter((e) => e === this.epoch || e.run !== this.shard?.run)
      .sort((a, b) => (b === this.epoch) - (a === this.epoch))
      .slice(0, 64)
      .map((e) => ({ epoch: e.epoch, branch: e.branch, first: e.rows.size ? Math.min(...e.rows.keys()) : 1, last: e.next - 1 }));
    const birth = { v: 1, state: "ready", session: this.session, epoch: this.epoch.epoch, boot: this.disk.boot, software: "foreign", held };
    this.#publish(this.topic("state"), JSON.stringify(birth), { qos: 1, retain: true });
    this.birthAt = performance.now();
  }

  beat() {
    this.#health();
  }

  #health() {
    const epochs = this.disk.epochs
      .filter((e) => e === this.epoch || this.#pending(e).length)
      .map((e) => {
        const votes = [0, 0, 0, 0, 0];
        for (const row of e.rows.values()) if (row.score) votes[row.score - 1]++;
        return { epoch: e.epoch, next: e.next, votes, lost: 0 };
      });
    const pending = this.disk.epochs.reduce((n, e) => n + this.#pending(e).length, 0);
    const health = {
      v: 1, sent: Date.now(), session: this.session, boot: this.disk.boot, up: Math.round(performance.now()), unacknowledged: pending, oldest: 0,
      ignored: 0, free: 1e9, errors: 0, clock: "synced", reason: "", epochs,
    };
    this.#publish(this.topic("health"), JSON.stringify(health), { qos: 1 });
  }

  #pending(e) {
    return [...e.rows.values()].filter((row) => row.state === "pending");
  }

  #heard(topic, payload) {
    const m = JSON.parse(payload.toString("utf8"));
    if (topic.startsWith("puas/1/shard/")) {
      this.shards[topic.split("/")[3]] = m;
      return;
    }
    if (m.sync) this.#synced(m);
    else {
      this.acks.push(m);
      this.#acked(m);
    }
  }

  #covers(entry, seq) {
    return seq <= entry.through || (entry.also ?? []).some(([a, b]) => seq >= a && seq <= b);
  }

  // Rule 3: makes pending what the sync does not cover; never acknowledges.
  #synced(m) {
    if (m.run !== this.shard?.run) return;
    for (const entry of m.epochs) {
      const e = this.disk.epochs.find((mine) => mine.epoch === entry.epoch);
      if (!e) continue;
      for (const row of e.rows.values()) if (!this.#covers(entry, row.seq)) row.state = "pending";
      e.run = m.run;
    }
    this.#health();
  }

  // Rule 4: the fence.
  #acked(m) {
    const e = this.disk.epochs.find((mine) => mine.epoch === m.epoch);
    if (!e) return;
    if (this.flight?.epoch === e.epoch && this.flight.seqs.some((seq) => this.#covers(m, seq))) {
      this.flight = null;
      this.unanswered = 0;
      this.answeredOnce = true;
      this.wait = RESEND_MS;
    }
    if (m.run !== e.run) return;
    for (const { seq } of m.rejected ?? []) if (e.rows.has(seq)) e.rows.get(seq).state = "rejected";
    for (const row of e.rows.values()) if (row.state === "pending" && this.#covers(m, row.seq)) row.state = "acknowledged";
  }

  #turn() {
    if (!this.client || this.shard?.state !== "ready") return;
    const now = performance.now();
    if (this.disk.epochs.some((e) => e.run !== this.shard.run) && now - this.birthAt > RESEND_MS) this.#birth();
    if (this.flight && now - this.flight.at > this.wait) this.#gaveUp();
    if (!this.flight) this.#sendBacklog(now);
  }

  // Rule 6: after three sends without an answer a message is halved, down to one event.
  #gaveUp() {
    const { rows } = this.flight;
    this.flight = null;
    this.unanswered++;
    this.wait = Math.min(BACKOFF_MAX_MS, this.wait * 1.3);
    for (const row of rows) row.tries = (row.tries ?? 0) + 1;
    if (this.unanswered % HALVE_AFTER === 0 && rows.length > 1) {
      this.batch = Math.max(1, rows.length >> 1);
      this.wait = RESEND_MS;
    }
    if (rows.length === 1) {
      rows[0].alone = (rows[0].alone ?? 0) + 1;
      rows[0].after = performance.now() + RESEND_MS * 2; // others first
      if (rows[0].alone >= ASIDE_AFTER && this.answeredOnce) rows[0].state = "aside";
    }
  }

  #sendBacklog(now) {
    for (const e of this.disk.epochs) {
      const rows = [];
      let bytes = 600;
      for (const row of this.#pending(e)) {
        if (row.after > now || rows.length >= this.batch || bytes + row.json.length > BYTES_MAX) continue;
        rows.push(row);
        bytes += row.json.length + 1;
      }
      if (!rows.length) continue;
      this.#send(e, rows);
      this.flight = { epoch: e.epoch, rows, seqs: rows.map((row) => row.seq), at: now };
      return;
    }
  }

  #send(e, rows) {
    const head = { v: 1, epoch: e.epoch, sent: Date.now(), boot: e.boot, survey: "service", version: 1, lang: "en", by: "key", clock: "synced" };
    if (e === this.epoch) head.sent_up = Math.round(performance.now());
    const payload = `${JSON.stringify(head).slice(0, -1)},"events":[${rows.map((row) => row.json).join(",")}]}`;
    this.#publish(`puas/1/events/${shardOf(e.branch)}/${e.branch}/${this.id}`, payload, { qos: 1 });
    this.sends = (this.sends ?? 0) + 1;
  }

  /** One press: key first, then (at once) the message. `json` replaces the event's text. */
  press(score, more = {}, json) {
    const seq = this.epoch.next++;
    const event = { seq, at: Date.now(), up: Math.round(performance.now()), type: "rating", question: "overall", score, of: 5, ...more };
    const row = { seq, score: typeof score === "number" ? score : 0, json: (json ?? JSON.stringify)(event), state: "pending" };
    this.epoch.rows.set(seq, row);
    if (this.client && this.shard?.state === "ready" && !this.flight) this.#turn();
    return row;
  }

  states() {
    const count = {};
    for (const e of this.disk.epochs) for (const row of e.rows.values()) count[row.state] = (count[row.state] ?? 0) + 1;
    return count;
  }

  settled(ms) {
    return waitFor(() => `all answers to be settled: ${JSON.stringify(this.states())}`, () => !this.states().pending, ms);
  }

  get synced() {
    return waitFor("a sync of the run shown", () => this.shard?.state === "ready" && this.disk.epochs.every((e) => e.run === this.shard.run));
  }

  async goodbye() {
    this.stopped = true;
    clearInterval(this.timer);
    if (!this.client) return;
    await this.client.publishAsync(this.topic("state"), JSON.stringify({ v: 1, state: "disconnected", session: this.session }), { qos: 1, retain: true });
    await this.client.endAsync();
    this.client = null;
  }

  /** Power off: the broker publishes the will. */
  die() {
    this.stopped = true;
    clearInterval(this.timer);
    this.client?.stream.destroy();
    this.client = null;
  }
}
