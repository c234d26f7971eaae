// The steps to a goal, how far the way is, and which of them history calls out of reach.
import type { TrendsGoal } from "../api.ts";
import { Mark } from "../kit.ts";
import { useGoalWords } from "./goal-words.ts";

type Goal = NonNullable<TrendsGoal["goal"]>;
type Step = Goal["steps"][number];

const WIDTH = 100; // percent

/** year: how a day is written, with its year. */
export function GoalLadder({ goal, yesterday, year }: { goal: Goal; yesterday: string; year: (day: string) => string }) {
  const { g, f } = useGoalWords();
  const { now, start, progress, steps, reachable, target } = goal;
  const told = now.share !== null && now.lo !== null && now.hi !== null;
  return (
    <>
      <p class="detail">
        {told ? g.goalNow(f.share(now.share ?? 0), f.range(now.lo ?? 0, now.hi ?? 0)) : g.goalFew}
        {start !== null && `. ${g.goalStart(f.share(start), year(goal.since))}`}
        {progress !== null && <>. <b data-testid="progress">{g.progress(f.share(Math.max(0, Math.min(1, progress)), 0))}</b></>}
      </p>
      {start !== null && told && <Way start={start} target={target} now={{ share: now.share ?? 0, lo: now.lo ?? 0, hi: now.hi ?? 0 }} />}
      {steps.length === 0 ? <p class="hint">{g.stepsNone}</p> : (
        <table class="ladder">
          <caption class="vh">{g.steps}</caption>
          <thead><tr><th scope="col">{g.stepBy}</th><th scope="col" class="num">{g.step}</th><th scope="col">{g.state}</th></tr></thead>
          <tbody>
            {steps.map((step) => {
              const [mark, state] = stateOf(step, yesterday);
              return (
                <tr key={step.by} data-testid={`step-${step.by}`} class={state}>
                  <th scope="row">{year(step.by)}</th>
                  <td class="num strong">{f.share(step.target)}</td>
                  <td><Mark kind={mark} /> {g.states[state]}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {steps.some((step) => stateOf(step, yesterday)[1] === "out") && <p class="hint">{g.outHint}{reachable !== null && ` ${g.reachable(f.share(reachable))}`}</p>}
    </>
  );
}

function stateOf({ by, reached, proven, reach }: Step, yesterday: string): ["fine" | "unknown" | "warning", "proven" | "reached" | "within" | "out" | "unknown" | "missed"] {
  if (reached) return proven ? ["fine", "proven"] : ["unknown", "reached"];
  if (by <= yesterday) return ["warning", "missed"];
  return reach === "out" ? ["warning", "out"] : ["unknown", reach];
}

/** From the start to the goal, with where it is now and how sure that is. */
function Way({ start, target, now }: { start: number; target: number; now: { share: number; lo: number; hi: number } }) {
  const { f } = useGoalWords();
  const least = Math.max(0, Math.min(start, now.lo) - 0.02);
  const most = Math.min(1, Math.max(target, now.hi) + 0.02);
  const x = (share: number) => `${Math.round(((share - least) / (most - least)) * WIDTH * 10) / 10}%`;
  return (
    <div class="chart way" aria-hidden="true">
      <svg width="100%" height="46">
        <rect class="rail" x="0" y="10" width="100%" height="8" rx="4" />
        <rect class="soft unclear" x={x(now.lo)} y="8" width={`${Math.max(0.5, ((now.hi - now.lo) / (most - least)) * WIDTH)}%`} height="12" rx="6" />
        <circle class="dot unclear" cx={x(now.share)} cy="14" r="6" />
        <rect class="tick" x={x(start)} y="4" width="2" height="20" />
        <rect class="tick" x={x(target)} y="4" width="2" height="20" />
        <text class="sub" x={x(start)} y="40" text-anchor="start">{f.share(start)}</text>
        <text class="strong" x={x(target)} y="40" text-anchor="end">{f.share(target, 0)}</text>
      </svg>
    </div>
  );
}
