// What somebody would write in Node.js: MQTT.js, better-sqlite3, a transaction for what has come in BATCH_MS or BATCH
// votes, equal keys ignored, one rollup. As the benches' sinks: says "ready", goes on at "go" on standard input, and
// says when it has stored VOTES.
//   node node-sqlite.mjs PORT USER PASSWORD DATABASE VOTES
import Database from "better-sqlite3";
import mqtt from "mqtt";
import { once } from "node:events";

const [port, username, password, file, wanted] = process.argv.slice(2);
const BATCH = 1000;
const BATCH_MS = 20;
const TOPIC = "puas/1/events/+/+/+";
const QUARTER_MS = 900_000;

const db = new Database(file);
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.exec(`CREATE TABLE vote(id INTEGER PRIMARY KEY, kiosk TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
  arrived INTEGER NOT NULL, question TEXT NOT NULL, score INTEGER NOT NULL, levels INTEGER NOT NULL, UNIQUE(kiosk, epoch, seq));
  CREATE TABLE tally(kiosk TEXT NOT NULL, quarter INTEGER NOT NULL, score INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(kiosk, quarter, score))`);
const insert = db.prepare("INSERT OR IGNORE INTO vote(kiosk, epoch, seq, at, arrived, question, score, levels) VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
const count = db.prepare("INSERT INTO tally VALUES(?, ?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1");

let waiting = [];
let stored = 0;
const commit = db.transaction((rows) => {
  for (const row of rows) {
    if (insert.run(...row).changes === 0) continue;
    count.run(row[0], Math.floor(row[3] / QUARTER_MS), row[6]);
    stored++;
  }
});

function flush() {
  const rows = waiting;
  waiting = [];
  if (rows.length > 0) commit(rows);
  if (stored < Number(wanted)) return;
  console.log(JSON.stringify({ began, ended: now(), count: stored }));
  process.exit(0);
}

const now = () => Number(process.hrtime.bigint()) / 1e9; // CLOCK_MONOTONIC
const options = { host: "127.0.0.1", port: Number(port), username, password, clientId: "puas-aggregator-all", clean: false, protocolVersion: 4, reconnectPeriod: 0 };
let began = now();

const first = mqtt.connect(options);
await once(first, "connect");
await first.subscribeAsync(TOPIC, { qos: 1 });
await first.endAsync();
console.log("ready");
await once(process.stdin, "data");
began = now();
const client = mqtt.connect(options);
client.on("message", (topic, payload) => {
  const kiosk = topic.slice(topic.lastIndexOf("/") + 1);
  const arrived = Date.now();
  const message = JSON.parse(payload);
  for (const e of message.events) waiting.push([kiosk, message.epoch, e.seq, e.at, arrived, e.question, e.score, e.of]);
  if (waiting.length >= BATCH) flush();
});
setInterval(flush, BATCH_MS);
