// detection-delay: ratings that a change rule lets pass until it sees more unhappy votes than usual, as a multiple of the
// least that any rule can have at one false alarm in 5,000 votes: the worst of the shifts from 10 to 20, 30 and 50 %. Beside
// it, at the same rate of false alarms, what others do (tests/tools/puas-delay.c); and the same at other baselines.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { BIN, ROOT } from "../e2e/lib/world.mjs";

const SHIFTS = 3; // the fourth, a drift, is what the setting `drift` is for
const GOAL = 1.08;
const GOAL_ELSEWHERE = 1.1;
const DRIFT = { shifts: 1.1, drift: 1.15 };
const ELSEWHERE = [0.03, 0.05, 0.15, 0.2, 0.3, 0.4];
const RUNS = 10_000;

const measure = (...args) => JSON.parse(execFileSync(`${BIN}/tools/puas-delay`, args.map(String), { encoding: "utf8" }));
const ratios = (m, rule) => rule.delays.map((delay, i) => delay / m.optimum[i]);
const worst = (m, rule) => Math.max(...ratios(m, rule).slice(0, SHIFTS));

export async function detectionDelay(_world, { quick, say }) {
  const m = measure(0.1, 5000, quick ? 300 : RUNS);
  const line = (name, values) => say(`${name.padEnd(74)} ${values.map((v) => v.padStart(15)).join("")}`);
  line("mean votes to see, of the optimum", m.shifts.map((q) => `${Math.round(q * 100)} %`));
  line("optimum for each alone (Shiryaev-Roberts)", m.optimum.map((v) => v.toFixed(1)));
  for (const rule of m.rules) {
    const fair = Math.abs(rule.arl / m.votes - 1) < 0.1;
    line(`${rule.rule}${fair ? "" : `, one false alarm in ${Math.round(rule.arl)}`}`, rule.delays.map((v, i) => `${v.toFixed(1)} (${ratios(m, rule)[i].toFixed(2)})`));
  }
  const [change, drift, cusum] = m.rules;
  const elsewhere = ELSEWHERE.map((usual) => {
    const there = measure(usual, 5000, 0);
    say(`usually ${usual * 100} %: ${there.rules[0].rule}, ${worst(there, there.rules[0]).toFixed(3)} of the optimum`);
    return worst(there, there.rules[0]);
  });
  const seen = ratios(m, drift)[SHIFTS];
  return [
    { name: "detection-delay", value: worst(m, change), unit: "of the optimum", reference: worst(m, cusum), ratio: worst(m, change), goal: GOAL, met: worst(m, change) <= GOAL },
    { name: "detection-delay-elsewhere", value: Math.max(...elsewhere), unit: "of the optimum", reference: null, ratio: Math.max(...elsewhere), goal: GOAL_ELSEWHERE, met: Math.max(...elsewhere) <= GOAL_ELSEWHERE },
    { name: "detection-delay-drift", value: seen, unit: "of the optimum", reference: ratios(m, change)[SHIFTS], ratio: seen, goal: DRIFT.drift, met: seen <= DRIFT.drift && worst(m, drift) <= DRIFT.shifts },
  ];
}

// alert-month: a month of 40 simulated branches with 151 incidents at known times (tests/tools/puas-month.c), after eight weeks
// of learning. How many votes into an incident the alert comes, beside the peers' default at as many false alarms.
const MONTH_GOAL = 0.6;

export async function alertMonth(_world, { quick, say }) {
  const scenario = quick ? ["incidents", "1"] : ["month", "56"];
  const m = JSON.parse(execFileSync(`${BIN}/tools/puas-month`, [join(ROOT, `tests/fleet/scenarios/${scenario[0]}.yaml`), scenario[1]], { encoding: "utf8" }));
  say(`${m.branches} branches, ${m.days} days, ${m.votes.toLocaleString("en")} votes, ${m.rules[0].incidents} incidents`);
  say(`${"".padEnd(48)}${["seen", "votes", "minutes", "false alarms"].map((head) => head.padStart(14)).join("")}  (of a branch and month)`);
  for (const r of m.rules) say(r.rule.padEnd(48) + [`${(100 * r.detected).toFixed(1)} %`, r.votes.toFixed(1), r.minutes.toFixed(1), r.wrongAMonth.toFixed(2)].map((cell) => cell.padStart(14)).join(""));
  const peers = m.rules[2], ours = m.rules[5]; // at their price
  const ratio = ours.votes / peers.votes;
  return [{ name: "alert-month", value: ours.votes, unit: "votes to see", reference: peers.votes, ratio, goal: MONTH_GOAL, met: ratio <= MONTH_GOAL && ours.detected >= peers.detected }];
}
