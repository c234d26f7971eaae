// The days themselves, as two dates. What cannot be told of is said, and the nearest that can be is taken.
import { FieldError, useState } from "../kit.ts";
import { addDays, countDays, DAYS_MAX, type Period } from "./days.ts";
import { useWords } from "./words.ts";

export function OwnDays({ days, yesterday, set }: { days: Period; yesterday: string; set: (change: { period: Period }) => void }) {
  const { w, num } = useWords();
  const [wrong, setWrong] = useState<string | null>(null);
  const change = (part: "from" | "to") => (event: Event) => {
    const { value } = event.currentTarget as HTMLInputElement;
    if (!value) return; // half typed
    const next = { ...days, [part]: value };
    const last = next.to < yesterday ? next.to : yesterday;
    setWrong(value > yesterday ? w.daysOver(num.day(yesterday)) : part === "from" && countDays(value, last) > DAYS_MAX ? w.daysMost : null);
    set({ period: next.from <= next.to ? next : { from: value, to: value } });
  };
  return (
    <div class="own-days">
      <label>{w.from} <input type="date" data-testid="trends-from" min={addDays(days.to, 1 - DAYS_MAX)} max={yesterday} value={days.from} aria-describedby="error-own-days" onChange={change("from")} /></label>
      <label>{w.to} <input type="date" data-testid="trends-to" max={yesterday} value={days.to} aria-describedby="error-own-days" onChange={change("to")} /></label>
      <FieldError id="error-own-days" text={wrong} />
    </div>
  );
}
