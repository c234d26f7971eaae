// The days of a calendar: each a line, one of them open to be changed, and those with something wrong.
import { FieldError, useEffect, useMemo, useState } from "../kit.ts";
import { useCalendarsWords } from "./calendars-words.ts";
import type { Day } from "./items.ts";
import { DateField, HoursField, isDay, SelectField, TextField, useSayDay } from "./tools.ts";

interface Props {
  days: Day[];
  set: (days: Day[]) => void;
  error: (field: string) => string | null;
}

const KINDS = ["closed", "hours", "usual"] as const;
type Kind = (typeof KINDS)[number];
const kindOf = ({ usual, hours }: Day): Kind => (usual ? "usual" : hours ? "hours" : "closed");
const ofKind = (kind: Kind): Change => ({ usual: kind === "usual", hours: kind === "hours" ? [{ days: "daily", open: "", close: "" }] : undefined });
const FIELDS = ["name", "from", "to", "hours"] as const;

type Change = { [K in keyof Day]?: Day[K] | undefined };
/** Without what says nothing. */
const changed = (day: Day, change: Change): Day => {
  const { from, to, name, usual, hours } = { ...day, ...change };
  return { from: from ?? "", ...(to ? { to } : {}), ...(name ? { name } : {}), ...(usual ? { usual } : {}), ...(hours ? { hours } : {}) };
};
const rank = (day: Day | undefined): string => day?.from || "9"; // one without a day is the last

export function DaysField({ days, set, error }: Props) {
  const { w, c } = useCalendarsWords();
  const say = useSayDay();
  const [open, setOpen] = useState<number | null>(null);
  // By day; none moves while one is typed into.
  const order = useMemo(() => days.map((_, i) => i).sort((a, b) => (rank(days[a]) < rank(days[b]) ? -1 : rank(days[a]) > rank(days[b]) ? 1 : a - b)), [open, days.length]);
  const wrongOf = (i: number) => FIELDS.find((field) => error(`days-${i}-${field}`));
  const wrong = days.findIndex((_, i) => wrongOf(i));
  useEffect(() => {
    if (wrong >= 0) document.getElementById(`m-days-${wrong}-${wrongOf(wrong)}`)?.focus();
  }, [wrong]);
  const [added, setAdded] = useState<number | null>(null);
  useEffect(() => {
    if (added !== null) document.getElementById(`m-days-${added}-name`)?.focus();
  }, [added]);
  return (
    <fieldset class="field days-field" id="m-days" tabIndex={-1} aria-describedby="hint-days error-days">
      <legend>{c.days}</legend>
      <ul>
        {order.map((i) => {
          const day = days[i] as Day;
          const label = isDay(day.from) ? say(day) : c.newDay;
          const name = `days-${i}`;
          const put = (change: Change) => set(days.map((each, k) => (k === i ? changed(each, change) : each)));
          const shown = open === i || wrongOf(i) !== undefined;
          return (
            <li key={i} data-testid={`day-${i}`}>
              <div class="day-line">
                <button type="button" class="link" aria-expanded={shown} data-testid={`day-open-${i}`} onClick={() => setOpen(open === i ? null : i)}>{label}</button>
                <button type="button" class="link" aria-label={c.dropDay(label)} data-testid={`day-drop-${i}`} onClick={() => {
                  setOpen(null);
                  setAdded(null);
                  document.getElementById("m-days")?.focus();
                  set(days.filter((_, k) => k !== i));
                }}>{w.drop}</button>
              </div>
              {shown && (
                <div class="day-open">
                  <TextField name={`${name}-name`} label={c.dayName} value={day.name ?? ""} set={(value) => put({ name: value })} error={error(`${name}-name`)} />
                  <div class="pair">
                    <DateField name={`${name}-from`} label={c.from} value={day.from} set={(from) => put({ from })} error={error(`${name}-from`)} />
                    <DateField name={`${name}-to`} label={c.to} min={day.from} value={day.to ?? ""} set={(to) => put({ to })} error={error(`${name}-to`)} />
                  </div>
                  <SelectField name={`${name}-kind`} label={c.kind} hint={kindOf(day) === "usual" && c.usualHint} value={kindOf(day)} options={KINDS.map((each) => [each, c.kinds[each]] as const)} set={(kind) => put(ofKind(kind as Kind))} error={null} />
                  {day.hours && <HoursField name={`${name}-hours`} days="daily" value={day.hours} set={(hours) => put({ hours })} hint={w.hoursHint} error={error(`${name}-hours`)} />}
                </div>
              )}
            </li>
          );
        })}
      </ul>
      <button type="button" class="link" data-testid="day-add" onClick={() => {
        set([...days, { from: "" }]);
        setOpen(days.length);
        setAdded(days.length);
      }}>{c.addDay}</button>
      <p class="hint" id="hint-days">{c.daysHint}</p>
      <FieldError id="error-days" text={error("days")} />
    </fieldset>
  );
}
