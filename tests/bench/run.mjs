// make bench: runs the benches (all, or those named), prints a table and writes build/bench.json. Nothing fails on a
// time: a goal that is missed is printed as missed. PUAS_BENCH_QUICK=1 only shows that everything runs.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT, World } from "../e2e/lib/world.mjs";
import { backtestYear } from "./backtest.mjs";
import { alertMonth, detectionDelay } from "./detection.mjs";
import { drain, live } from "./ingest.mjs";
import { fleetConnections } from "./fleet.mjs";
import { footprint } from "./footprint.mjs";
import { kioskIdle, kioskMemory, kioskStart } from "./kiosk.mjs";
import { kioskTap } from "./kiosk-tap.mjs";
import { duringBackup } from "./operation.mjs";
import { pagePaint } from "./paint.mjs";
import { versusCopy, versusNode, versusPython } from "./peers.mjs";
import { ingestStages } from "./stages.mjs";
import { tapToAlert } from "./tap.mjs";
import { trendQuery } from "./trends.mjs";
import { underLoad } from "./under-load.mjs";

const BENCHES = {
  "ingest-live": live, "ingest-drain": drain, "ingest-stages": ingestStages, "ingest-during-backup": duringBackup,
  "ingest-vs-node": versusNode, "ingest-vs-python": versusPython, "ingest-vs-copy": versusCopy,
  "tap-to-alert": tapToAlert, "detection-delay": detectionDelay, "alert-month": alertMonth, "backtest-year": backtestYear,
  "kiosk-start": kioskStart, "kiosk-memory": kioskMemory, "kiosk-idle": kioskIdle, "kiosk-tap": kioskTap,
  "ingest-under-load": underLoad, "trend-query": trendQuery, "fleet-connections": fleetConnections, footprint,
  "page-paint": pagePaint,
};
const OUT = process.env.PUAS_BENCH_OUT ?? join(ROOT, "build/bench.json");
const quick = process.env.PUAS_BENCH_QUICK === "1";

const figure = (x) => (x === null ? "-" : x >= 1000 ? Math.round(x).toLocaleString("en") : x.toPrecision(3));

function table(results) {
  const rows = [["name", "value", "unit", "reference", "ratio", "goal", "met"]];
  for (const r of results) {
    rows.push([r.name, figure(r.value), r.unit, figure(r.reference), figure(r.ratio), figure(r.goal), r.met === null ? "-" : r.met ? "yes" : "NO"]);
  }
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i])).join("  ").trimEnd()).join("\n");
}

const wanted = process.argv.slice(2);
if (wanted.includes("--help") || wanted.includes("-h")) {
  console.log(`node tests/bench/run.mjs [NAME...]: measures against references in the same run; without NAME everything, into build/bench.json (PUAS_BENCH_OUT)\nNAMEs: ${Object.keys(BENCHES).join(", ")}`);
  process.exit();
}
const unknown = wanted.find((name) => !(name in BENCHES));
if (unknown) {
  console.error(`bench: there is no '${unknown}'; there are ${Object.keys(BENCHES).join(", ")}`);
  process.exit(2);
}
const results = [];
let failed = false;
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const world = new World();
  try {
    console.log(`== ${name}`);
    results.push(...(await bench(world, { quick, say: (text) => console.log(`   ${text}`) })));
  } catch (error) {
    failed = true;
    console.error(`bench ${name}: ${error.message}\n${world.logs()}`);
  } finally {
    await world.close();
  }
}
mkdirSync(dirname(OUT), { recursive: true });
writeFileSync(OUT, `${JSON.stringify(results, null, 1)}\n`);
console.log(`\n${table(results)}${quick ? "\n(quick: too short to mean anything)" : ""}`);
process.exit(failed ? 1 : 0);
