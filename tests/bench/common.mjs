// What the benches share: a broker and an aggregator for a bench's kiosks, the load, CPU times, medians.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { Aggregator } from "../e2e/lib/aggregator.mjs";
import { Broker, SECRET } from "../e2e/lib/broker.mjs";
import { BIN } from "../e2e/lib/world.mjs";

export const KIOSKS = 64;
const KIOSKS_A_BRANCH = 4; // as in puas-load
const LOAD = `${BIN}/tools/puas-load`;

export const kiosks = Array.from({ length: KIOSKS }, (_, i) => `bench-${i + 1}`);

export function median(list) {
  return quantile(list, 0.5);
}

export function quantile(list, q) {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.ceil(at)] - sorted[low]) * (at - low);
}

/** The broker of `make run`, which for a bench may queue without end: nothing must be lost that is being counted. */
export async function startBroker(world, users = []) {
  const broker = await Broker.start(world, { users: ["aggregator", ...kiosks, ...users] });
  await broker.kill();
  writeFileSync(broker.file, readFileSync(broker.file, "utf8").replace(/^max_queued_messages .*$/m, "max_queued_messages 0"));
  await broker.up();
  return broker;
}

/** The seed with the bench's branches and kiosks added, so that rules and rollups work for every vote. Branches are under
 * as many regions, or all under one. */
export function withKiosks(text, { count = KIOSKS, regions = 0, above: one = "jawa-barat" } = {}) {
  const branches = Array.from({ length: Math.ceil(count / KIOSKS_A_BRANCH) }, (_, i) => i + 1);
  const above = (n) => (regions > 0 ? `bench-region-${(n % regions) + 1}` : one);
  const places = [
    ...Array.from({ length: regions }, (_, i) => `    - { id: bench-region-${i + 1}, kind: region, parent: harapan, name: Region ${i + 1} }\n`),
    ...branches.map((n) => `    - { id: bench-branch-${n}, kind: branch, parent: ${above(n)}, name: Branch ${n} }\n`),
  ];
  const rows = Array.from({ length: count }, (_, i) => `    - { id: bench-${i + 1}, name: Kiosk ${i + 1}, place: bench-branch-${Math.floor(i / KIOSKS_A_BRANCH) + 1} }\n`);
  return text.replace(/^ {2}kiosks:\n/m, `${places.join("")}  kiosks:\n${rows.join("")}`);
}

/** `change` besides; the times are those of the field, not of the tests. */
export function startAggregator(world, broker, change = (text) => text, kiosks = {}) {
  return Aggregator.start(world, { brokerPort: broker.port, change: (text) => change(withKiosks(text.replace(/^times: .*\n/m, ""), kiosks)) });
}

/** Anybody may connect, as anybody: hashing thousands of passwords is not what is measured. */
export async function openBroker(broker) {
  await broker.kill();
  writeFileSync(broker.file, readFileSync(broker.file, "utf8").replace(/^(allow_anonymous) false/m, "$1 true").replace(/^(password_file|acl_file) .*$/gm, ""));
  await broker.up();
}

export function startLoad(world, broker, args, options) {
  return world.process("puas-load", LOAD, ["--port", broker.port, "--password", SECRET, "--kiosks", KIOSKS, ...args].map(String), options);
}

export async function said(process) {
  await process.ended;
  if (process.code !== 0) throw new Error(`${process.name} ended (${process.code}): ${process.lines.join(" ")}`);
  return JSON.parse(process.lines[process.lines.length - 1]);
}

const TICKS = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** CPU seconds that a process has used, in user and kernel. */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Looks at a process's resident memory while it works; end() gives the most it was, MiB. */
export function watchMemory(pid) {
  let most = 0;
  const look = () => {
    try {
      most = Math.max(most, Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024);
    } catch { /* it has just ended */ }
  };
  const watch = setInterval(look, 20);
  return { end: () => (look(), clearInterval(watch), most) };
}

/** The real aggregator: ratings a second from the first one sent to the last one acknowledged, CPU microseconds a rating,
 * and the most memory it had meanwhile, MiB. */
export async function realDrain(world, broker, aggregator, votes, pack) {
  await aggregator.up();
  const before = cpuSeconds(aggregator.process.pid);
  const memory = watchMemory(aggregator.process.pid);
  const load = await said(startLoad(world, broker, ["--votes", votes, "--pack", pack, "--acks"]));
  const peak = memory.end();
  if (load.settled !== votes) throw new Error(`${load.settled} of ${votes} votes were acknowledged`);
  const cpu = cpuSeconds(aggregator.process.pid) - before;
  await aggregator.stop();
  return { rate: votes / (load.ended - load.began), cpu: (cpu / votes) * 1e6, peak };
}
