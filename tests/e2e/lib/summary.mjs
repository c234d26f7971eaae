// Counts what the scenarios have told (see world.mjs) and writes a readable list; prints shell variables for tests/run.
import { readFileSync, writeFileSync } from "node:fs";

const [results, sum, skips, failures] = process.argv.slice(2);
const code = Number(process.env.PUAS_CODE);
const records = readFileSync(results, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
const declared = records.filter((r) => r.declared).map((r) => r.name);
const ended = new Map(records.filter((r) => r.outcome).map((r) => [r.name, r]));
const lines = [];
const count = { passed: 0, failed: 0, skipped: 0 };
const failed = [];
const skipped = [];
for (const name of declared) {
  const r = ended.get(name) ?? { outcome: "failed", why: "never ended", seconds: 0 };
  count[r.outcome]++;
  const label = { passed: "ok    ", failed: "FAILED", skipped: "skip  " }[r.outcome];
  lines.push(`${label} ${name} (${r.seconds.toFixed(1)} s)${r.why ? `: ${r.why.split("\n")[0]}` : ""}`);
  if (r.outcome === "failed") failed.push(name);
  if (r.outcome === "skipped") skipped.push(`${name}: ${r.why}`);
}
// The runner says no although every scenario says yes: a file that could not be read, or a crash outside of one.
if ((code !== 0 && count.failed === 0) || declared.length === 0) {
  count.failed++;
  failed.push(code === 124 || code === 137 ? "end to end: out of time" : `end to end: the runner ended with ${code}`);
  lines.push(`FAILED ${failed[failed.length - 1]}`);
}
writeFileSync(sum, lines.map((line) => `${line}\n`).join(""));
writeFileSync(skips, skipped.map((line) => `${line}\n`).join(""));
writeFileSync(failures, failed.map((line) => `${line}\n`).join(""));
console.log(`e2e_passed=${count.passed} e2e_failed=${count.failed}`);
