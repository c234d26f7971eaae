// Where a standard is to be and by when, with the steps that this takes and what history says of them, before it is saved.
import type { Item, TrendsGoal } from "../api.ts";
import { failureText } from "../kit.ts";
import { GoalLadder } from "../improve/goal-ladder.tsx";
import { useStandardsWords, type StandardsWords } from "./standards-words.ts";
import { addDays, DateField, isDay, numbersOf, TextField, today, useReport, word } from "./tools.ts";

const DAYS_MOST = 1680; // five years of steps (aggregator/trend_goal.h)
const YEAR_DAYS = 364;
const FIELDS = ["goal", "goal_from", "goal_by"] as const;

const hasGoal = (item: Item): boolean => FIELDS.some((field) => item[field] !== undefined);

/** What is wrong with it, by the names of the fields. */
export function goalWrong(item: Item, s: StandardsWords): Record<string, string> {
  if (!hasGoal(item)) return {};
  const [goal, from, by] = FIELDS.map((field) => word(item, field)) as [string, string, string];
  return {
    ...(/^\d{1,3}$/.test(goal) && Number(goal) >= 1 && Number(goal) <= 100 ? {} : { goal: s.goalWrong }),
    ...(isDay(from) ? {} : { goal_from: s.dayNeeded }),
    ...(isDay(by) && (!isDay(from) || (by > from && by <= addDays(from, DAYS_MOST))) ? {} : { goal_by: s.goalByWrong }),
  };
}

interface Props {
  item: Item;
  put: (change: Item) => void;
  error: (field: string) => string | null;
}

export function GoalField({ item, put, error }: Props) {
  const { s } = useStandardsWords();
  const now = today();
  if (!hasGoal(item)) {
    return (
      <section class="goal-field" aria-labelledby="h-goal-field">
        <h3 id="h-goal-field">{s.goal}</h3>
        <p class="hint">{s.goalNone}</p>
        <button type="button" class="link" data-testid="m-goal-add" onClick={() => put({ goal: "", goal_from: now, goal_by: addDays(now, YEAR_DAYS) })}>{s.goalAdd}</button>
      </section>
    );
  }
  return (
    <section class="goal-field" aria-labelledby="h-goal-field">
      <h3 id="h-goal-field">{s.goal}</h3>
      <TextField name="goal" number label={s.goalPercent} value={word(item, "goal")} set={(goal) => put({ goal })} error={error("goal")} />
      <div class="pair">
        <DateField name="goal_from" label={s.goalFrom} value={word(item, "goal_from")} set={(goal_from) => put({ goal_from })} error={error("goal_from")} />
        <DateField name="goal_by" label={s.goalBy} value={word(item, "goal_by")} set={(goal_by) => put({ goal_by })} error={error("goal_by")} />
      </div>
      <Steps item={item} />
      <button type="button" class="link" data-testid="m-goal-drop" onClick={() => put(Object.fromEntries(FIELDS.map((field) => [field, undefined])))}>{s.goalDrop}</button>
    </section>
  );
}

/** As the page Improve would show them. */
function Steps({ item }: { item: Item }) {
  const { t, lang, s } = useStandardsWords();
  const whole = word(item, "place") !== "" && Object.keys(goalWrong(item, s)).length === 0;
  const query = new URLSearchParams(["place", "question", ...FIELDS].flatMap((field) => (word(item, field) === "" ? [] : [[field, word(item, field)]])));
  const { data, failure, busy } = useReport<TrendsGoal>(whole ? `trends/goal?${query}` : null);
  if (!whole) return <p class="hint">{s.goalHint}</p>;
  if (failure) return <p class="error" role="alert">{failureText(failure, t)}</p>;
  if (!data?.goal) return <p class="hint" role="status">{t.loading}</p>;
  return (
    <div class="goal-steps" aria-busy={busy} data-testid="goal-steps">
      <GoalLadder goal={data.goal} yesterday={data.to} year={(day) => numbersOf(lang).days(day, day)} />
    </div>
  );
}
