// fleet-connections: puas-fleet with 10,000 kiosks in real time (2,000 for a quick look) on the real broker and
// aggregator: how long until all are connected, what the simulator costs in memory and CPU while they vote.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Aggregator } from "../e2e/lib/aggregator.mjs";
import { Broker } from "../e2e/lib/broker.mjs";
import { run } from "../e2e/lib/process.mjs";
import { sleep, waitFor } from "../e2e/lib/wait.mjs";
import { BIN } from "../e2e/lib/world.mjs";
import { cpuSeconds, openBroker } from "./common.mjs";

export const BRANCHES = 2500; // of four kiosks
const LIVE_S = 20;

export const rssMiB = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

export const CONNECTED_MS = 90_000;

/** The scenario's places and kiosks known to an aggregator whose log goes to a file, not through us; the fleet itself is
 * started by `fleet()`. `change` further changes the configuration. */
export async function startFleetSystem(world, { branches, aDay, change = (text) => text }) {
  const file = world.path("fleet.yaml");
  writeFileSync(file, `seed: 5
days: 1
start: now
chain: { regions: 25, branches: ${branches}, kiosks: 4, hours: [ { days: daily, open: "00:00", close: "24:00" } ] }
votes: { a_day: ${aDay}, by_hour: [${Array(24).fill(1).join(", ")}], by_weekday: [1, 1, 1, 1, 1, 1, 1] }
kiosk: { backlog_spread: 5 s, birth_spread: 5 s, keep: 1 h, connecting: 200, ahead: 50 }
`);
  const seed = await run(`${BIN}/puas-fleet`, ["--scenario", file, "--print-places"]);
  const broker = await Broker.start(world, { users: ["aggregator"] });
  writeFileSync(broker.file, readFileSync(broker.file, "utf8").replace(/^max_queued_messages .*$/m, "max_queued_messages 0"));
  await openBroker(broker);
  const aggregator = await Aggregator.start(world, {
    brokerPort: broker.port,
    wait: false,
    change: (text) => change(text.replace(/^times: .*\n/m, "").replace(/^ {2}places:[^]*?(?=^ {2}surveys:)/m, `${seed.lines.join("\n")}\n`).replace(/place: (harapan|bandung-dago)/g, "place: fleet")),
  });
  const log = world.path("aggregator.log");
  const server = world.process("puas-aggregator", "sh", ["-c", 'exec "$0" --config "$1" 2>"$2"', `${BIN}/puas-aggregator`, aggregator.file, log]);
  await waitFor("the aggregator to be connected", () => existsSync(log) && / broker_connected /.test(readFileSync(log, "utf8")));
  const places = seed.lines.map((line) => /id: ([\w-]+), kind: branch/.exec(line)?.[1]).filter(Boolean);
  const fleet = () => world.process("puas-fleet", `${BIN}/puas-fleet`, ["--scenario", file, "--port", broker.port, "--live", "--speed", "1"].map(String));
  return { broker, aggregator, server, log, places, fleet };
}

export async function fleetConnections(world, { quick, say }) {
  const branches = quick ? 500 : BRANCHES;
  const kiosks = branches * 4;
  const system = await startFleetSystem(world, { branches, aDay: 860 }); // about 100 votes a second in all from 10,000
  const { broker, server } = system;
  const fleet = system.fleet();
  const [, after] = await fleet.line(/^connected: .* after ([\d.]+) s/, { ms: CONNECTED_MS });
  const before = cpuSeconds(fleet.pid);
  const seconds = quick ? 3 : LIVE_S;
  await sleep(seconds * 1000); // what is measured is this time
  const cpu = ((cpuSeconds(fleet.pid) - before) / seconds) * 100;
  const [mine, its, brokers] = [fleet, server, broker.process].map((p) => rssMiB(p.pid));
  await fleet.stop("SIGTERM", 30_000);
  const said = JSON.parse(fleet.lines[fleet.lines.length - 1]);
  say(`${kiosks} connected after ${after} s; ${said.votes} votes, ${said.acknowledged} of ${said.rows} rows acknowledged; simulator ${mine.toFixed(1)} MiB, ${cpu.toFixed(1)} % CPU; aggregator ${its.toFixed(1)} MiB, broker ${brokers.toFixed(1)} MiB`);
  return [
    { name: "fleet-connections", value: kiosks, unit: `kiosks connected after ${after} s`, reference: null, ratio: null, goal: 10_000, met: quick ? null : kiosks >= 10_000 },
    { name: "fleet-memory", value: (mine * 1024) / kiosks, unit: "KiB a kiosk", reference: null, ratio: null, goal: null, met: null },
    { name: "fleet-cpu", value: cpu, unit: "% of a core", reference: null, ratio: null, goal: null, met: null },
  ];
}
