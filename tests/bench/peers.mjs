// ingest-vs-node, ingest-vs-python: what a user would pick instead (peers/), draining the backlog of as many votes that
// its broker has kept for it, one vote a message, since nothing packs them. Ours drains what kiosks have kept, packed.
// The same with the messages of our kiosks is told beside it. ingest-vs-copy: mosquitto_sub into PostgreSQL's COPY,
// which stores messages as they are: no key, no rollup, no acknowledgement.
import { join } from "node:path";
import { userInfo } from "node:os";
import { run } from "../e2e/lib/process.mjs";
import { SECRET } from "../e2e/lib/broker.mjs";
import { freePorts, ROOT } from "../e2e/lib/world.mjs";
import { waitFor } from "../e2e/lib/wait.mjs";
import { median, realDrain, said, startAggregator, startBroker, startLoad, watchMemory } from "./common.mjs";

const PAIRS = 5;
const OURS = 1_600_000;
const PACK = 50;
const POSTGRES = "/usr/lib/postgresql/15/bin";
const folder = join(ROOT, "tests/bench/peers");
const DEBIAN_PYTHON = "/usr/bin/python3"; // the one that has Debian's paho

const PEERS = {
  node: { name: "Node.js (MQTT.js, better-sqlite3)", command: [process.execPath, join(folder, "node-sqlite.mjs")], votes: 200_000, goal: 6 },
  python: { name: "Python (paho, sqlite3)", command: [DEBIAN_PYTHON, join(folder, "paho-sqlite.py")], votes: 100_000, goal: 12 },
};

/** Votes a second, and the most memory it had meanwhile, MiB. */
async function drainOnce(world, broker, peer, votes, pack, round) {
  const database = world.path(`peer-${round}-${pack}.db`);
  const [command, ...args] = peer.command;
  const process = world.process(peer.name, command, [...args, broker.port, "aggregator", SECRET, database, votes].map(String), { input: true });
  await process.line(/^ready$/);
  await said(startLoad(world, broker, ["--votes", votes, "--pack", pack]));
  process.say("go");
  const memory = watchMemory(process.pid);
  const seen = await said(process);
  const peak = memory.end();
  if (seen.count !== votes) throw new Error(`${peer.name} stored ${seen.count} of ${votes} votes`);
  return { rate: votes / (seen.ended - seen.began), peak };
}

async function versus(world, peer, { quick, say }) {
  const broker = await startBroker(world);
  const aggregator = await startAggregator(world, broker);
  await aggregator.stop();
  const [ours, votes] = quick ? [20_000, 4000] : [OURS, peer.votes];
  const runs = [];
  for (let i = 0; i < (quick ? 1 : PAIRS); i++) {
    const mine = await realDrain(world, broker, aggregator, ours, PACK);
    const theirs = await drainOnce(world, broker, peer, votes, 1, i);
    const packed = await drainOnce(world, broker, peer, votes * 5, PACK, i);
    runs.push({ mine, theirs, packed });
    say(`pair ${i + 1}: ${Math.round(mine.rate)} ratings/s in ${mine.peak.toFixed(0)} MiB; ${peer.name} ${Math.round(theirs.rate)} in ${theirs.peak.toFixed(0)} MiB (${(mine.rate / theirs.rate).toFixed(1)}x); with our packed messages ${Math.round(packed.rate)} (${(mine.rate / packed.rate).toFixed(1)}x)`);
  }
  const of = (pick) => median(runs.map(pick));
  return { rate: of((r) => r.mine.rate), reference: of((r) => r.theirs.rate), ratio: of((r) => r.mine.rate / r.theirs.rate), memory: of((r) => r.mine.peak), itsMemory: of((r) => r.theirs.peak) };
}

export async function versusNode(world, options) {
  const r = await versus(world, PEERS.node, options);
  return [
    { name: "ingest-vs-node", value: r.rate, unit: "ratings/s", reference: r.reference, ratio: r.ratio, goal: PEERS.node.goal, met: r.ratio >= PEERS.node.goal },
    { name: "ingest-vs-node-memory", value: r.memory, unit: "MiB", reference: r.itsMemory, ratio: r.memory / r.itsMemory, goal: 0.2, met: r.memory / r.itsMemory <= 0.2 },
  ];
}

export async function versusPython(world, options) {
  const r = await versus(world, PEERS.python, options);
  return [{ name: "ingest-vs-python", value: r.rate, unit: "ratings/s", reference: r.reference, ratio: r.ratio, goal: PEERS.python.goal, met: r.ratio >= PEERS.python.goal }];
}

// ---------------------------------------------------------------- PostgreSQL

/** A server of our own; PostgreSQL refuses to run as root. */
export async function startPostgres(world) {
  const root = userInfo().uid === 0;
  const as = (command, args) => (root ? ["setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", command, ...args]] : [command, args]);
  const data = world.folder("postgres");
  const [port] = await freePorts(1);
  if (root) await run("chown", ["postgres:", data]);
  if (root) await run("chmod", ["a+x", world.dir]);
  const [init, initArgs] = as(`${POSTGRES}/initdb`, ["-D", data, "-A", "trust", "-U", "bench", "--no-sync"]);
  const made = await run(init, initArgs, { cwd: "/" });
  if (made.code !== 0) throw new Error(`initdb: ${made.lines.join(" ")}`);
  const [command, args] = as(`${POSTGRES}/postgres`, ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", "", "-c", "shared_buffers=512MB", "-c", "max_wal_size=4GB"]);
  const server = world.process("postgres", command, args, { cwd: "/" });
  await server.line(/ready to accept connections/);
  const psql = ["-h", "127.0.0.1", "-p", String(port), "-U", "bench", "-v", "ON_ERROR_STOP=1", "-qAt", "postgres"];
  return { port, psql, ask: async (sql) => {
    const done = await run(`${POSTGRES}/psql`, [...psql, "-c", sql]);
    if (done.code !== 0) throw new Error(`psql: ${done.lines.join(" ")}`);
    return done.lines;
  } };
}

export async function versusCopy(world, { quick, say }) {
  const broker = await startBroker(world);
  const aggregator = await startAggregator(world, broker);
  await aggregator.stop();
  const postgres = await startPostgres(world);
  const [ours, votes] = quick ? [20_000, 4000] : [OURS, 300_000];
  const runs = [];
  for (let i = 0; i < (quick ? 1 : PAIRS); i++) {
    await postgres.ask("DROP TABLE IF EXISTS message; CREATE TABLE message(topic text, payload text)");
    const mine = await realDrain(world, broker, aggregator, ours, PACK);
    const subscriber = ["mosquitto_sub", "-h", "127.0.0.1", "-p", broker.port, "-u", "aggregator", "-P", SECRET, "-i", "puas-aggregator-all", "-c", "-q", "1", "-t", "puas/1/events/+/+/+"];
    await run(subscriber[0], [...subscriber.slice(1), "-E"].map(String));
    await said(startLoad(world, broker, ["--votes", votes]));
    const began = performance.now();
    const pipe = world.process("psql", "sh", ["-c", `"$@" -F "%t	%p" -C ${votes} | ${POSTGRES}/psql ${postgres.psql.join(" ")} -c "\\copy message from stdin csv delimiter E'\\t' quote E'\\b'"`, "sh", ...subscriber].map(String));
    await pipe.ended;
    const seconds = (performance.now() - began) / 1000;
    await waitFor("COPY to hold all", async () => Number((await postgres.ask("SELECT count(*) FROM message"))[0]) === votes);
    runs.push({ mine: mine.rate, theirs: votes / seconds });
    say(`pair ${i + 1}: ${Math.round(mine.rate)} ratings/s; mosquitto_sub | psql COPY ${Math.round(votes / seconds)} (${((mine.rate * seconds) / votes).toFixed(1)}x)`);
  }
  const of = (pick) => median(runs.map(pick));
  return [{ name: "ingest-vs-copy", value: of((r) => r.mine), unit: "ratings/s", reference: of((r) => r.theirs), ratio: of((r) => r.mine / r.theirs), goal: null, met: null }];
}
