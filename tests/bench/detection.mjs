// detection-delay: ratings that a change rule lets pass until it sees more unhappy votes than usual, as a multiple of the
// least that any rule can have at one false alarm in 5,000 votes: the worst of the shifts from 10 to 20, 30 and 50 %. Beside
// it, at the same rate of false alarms, what others do (tests/tools/puas-delay.c); and the same at other baselines.
import { execFileSync } from "node:child_process";
import { BIN } from "../e2e/lib/world.mjs";

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
