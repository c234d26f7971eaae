// ingest-stages: where the aggregator's CPU time goes, by stage, microseconds a rating: ratings one by one, and as backlogs
// of 50. Sampled by perf; a place in our own code belongs to its source file, elsewhere to its library or what the kernel does.
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { BIN } from "../e2e/lib/world.mjs";
import { realDrain, startAggregator, startBroker } from "./common.mjs";

const HERTZ = 1999;
const PROGRAM = `${BIN}/puas-aggregator`;
const STAGES = [ // the first that fits, by source file
  ["reading messages", /^shared\/(scan|events_scan|protocol|ident|hash)/],
  ["rules", /^aggregator\/(engine|cusum|change|points|mood|usual|hours)/],
  ["rollups", /^aggregator\/(rollups|store_rollups|store_segments|org_tree)|^shared\/tz/],
  ["acknowledging", /^shared\/(protocol_json|events_json|fields_json)|^libjansson/],
  ["broker link", /^shared\/link|^libmosquitto|^kernel: network/],
  ["storing", /^aggregator\/(store|pack|event_table)|^libsqlite3|^kernel: disk/],
  ["what is settled, whose it is", /^aggregator\/(core|epochs|seqset|org|steps|judge|verdicts)/],
  ["other: memory, threads, kernel", /./],
];
const KERNEL = [[/tcp|sk_|sock|skb|net|ip_|inet|loopback|dev_|napi|recv|send/, "kernel: network"], [/ext4|jbd2|bio|blk|block|folio|filemap|writeback|iomap|pwrite|fsync|fdatasync|xa[s_]|page_cache|dirty/, "kernel: disk"]];

/** Where the program's code lies in this process: what perf tells minus this is what the file tells. */
const baseOf = (pid) => BigInt(`0x${/^([0-9a-f]+)-\S+ \S+ 0+ /m.exec(readFileSync(`/proc/${pid}/maps`, "utf8").split("\n").filter((line) => line.endsWith("/puas-aggregator")).join("\n"))[1]}`);

/** Samples by place: "shared/scan.c", "libsqlite3.so.0", "kernel: network" -> how many. */
function places(data, base) {
  const text = execFileSync("perf", ["script", "-i", data, "-F", "ip,sym,dso"], { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] });
  const ours = new Map(), found = new Map();
  const count = (name, n) => found.set(name, (found.get(name) ?? 0) + n);
  for (const line of text.split("\n")) {
    const sample = /^\s*([0-9a-f]+) (.*) \((\S+)\)$/.exec(line);
    if (!sample) continue;
    const [, ip, symbol, dso] = sample;
    if (dso.endsWith("/puas-aggregator")) {
      const address = (BigInt(`0x${ip}`) - base).toString(16);
      ours.set(address, (ours.get(address) ?? 0) + 1);
    } else if (dso.startsWith("/")) count(dso.split("/").pop(), 1);
    else count(KERNEL.find(([what]) => what.test(symbol))?.[1] ?? "kernel: other", 1);
  }
  const addresses = [...ours.keys()];
  const lines = execFileSync("addr2line", ["-e", PROGRAM], { input: addresses.join("\n"), encoding: "utf8", maxBuffer: 1 << 26 }).split("\n");
  addresses.forEach((address, i) => count(/((?:shared|aggregator)\/[a-z0-9_]+\.[ch])/.exec(lines[i])?.[1] ?? "puas-aggregator", ours.get(address)));
  return found;
}

async function sampled(world, broker, aggregator, votes, pack, name) {
  const data = world.path(`${name}.perf`);
  let perf, base;
  const up = aggregator.up.bind(aggregator);
  aggregator.up = async () => {
    await up();
    base = baseOf(aggregator.process.pid);
    perf = spawn("perf", ["record", "-F", HERTZ, "-p", aggregator.process.pid, "-o", data].map(String), { stdio: "ignore" });
  };
  const run = await realDrain(world, broker, aggregator, votes, pack);
  aggregator.up = up;
  if (perf.exitCode === null) await new Promise((done) => perf.on("exit", done)); // it ends with the aggregator
  const found = places(data, base);
  const all = [...found.values()].reduce((sum, n) => sum + n, 0);
  return STAGES.map(([stage], i) => {
    const its = [...found].filter(([place]) => STAGES.findIndex(([, which]) => which.test(place)) === i);
    const share = its.reduce((sum, [, n]) => sum + n, 0) / all;
    return { stage, us: share * run.cpu, share, most: its.sort((a, b) => b[1] - a[1]).slice(0, 3).map(([place, n]) => `${place} ${(100 * n / all).toFixed(0)}%`) };
  });
}

export async function ingestStages(world, { quick, say }) {
  try {
    execFileSync("perf", ["record", "-o", world.path("try.perf"), "true"], { stdio: "ignore" });
  } catch {
    say("perf cannot record here: install linux-perf, and as root or with kernel.perf_event_paranoid below 2");
    return [];
  }
  const broker = await startBroker(world);
  const aggregator = await startAggregator(world, broker);
  await aggregator.stop();
  const rows = [];
  for (const [name, votes, pack] of [["live", quick ? 20_000 : 300_000, 1], ["drain", quick ? 100_000 : 3_000_000, 50]]) {
    say(`${name}, ${pack} a message:`);
    for (const { stage, us, share, most } of await sampled(world, broker, aggregator, votes, pack, name)) {
      say(`  ${stage.padEnd(31)} ${us.toFixed(2)} us, ${(100 * share).toFixed(0)}%  (${most.join(", ")})`);
      rows.push({ name: `ingest-stage-${name}`, value: us, unit: `us a rating, ${stage}`, reference: null, ratio: null, goal: null, met: null });
    }
  }
  return rows;
}
