// The goal: where the standard is to be and when, the steps to it, and the way to the form that sets it.
import type { Session, TrendsGoal } from "../api.ts";
import { addressOf, follow } from "../kit.ts";
import type { Loaded } from "../trends/report.ts";
import { GoalLadder } from "./goal-ladder.tsx";
import { useImproveWords } from "./words.ts";

interface Props {
  loaded: Loaded<TrendsGoal>;
  yesterday: string;
  place: string;
  role: Session["user"]["role"];
}

export function GoalCard({ loaded: { data, busy }, yesterday, place, role }: Props) {
  const { t, i, f, year } = useImproveWords();
  const goal = data?.goal ?? null;
  const standard = data?.promise?.id;
  const form = addressOf("manage", { tab: "standards", place, id: standard ?? "new*" });
  const words = !standard ? i.goalNoStandard : goal ? i.goalChange : i.goalMake;
  return (
    <section class="card goal-card" aria-labelledby="h-goal" aria-busy={busy} data-testid="card-goal">
      <h2 id="h-goal">{goal ? `${i.goal}: ${i.goalSays(f.share(goal.target, 0), year(goal.by))}` : i.goal}</h2>
      {!data ? <p class="hint" role="status">{t.loading}</p> : goal ? <GoalLadder goal={goal} yesterday={yesterday} year={year} /> : <p class="hint"><b>{standard ? i.goalNone : i.standardNone}</b>{i.goalNoneHint}</p>}
      {data && (role === "head-office" || role === "admin") && <p class="to-form"><a href={form} data-testid="goal-form" onClick={follow(form)}>{words}</a></p>}
    </section>
  );
}
