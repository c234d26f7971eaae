// The days themselves, as two dates.
import { addDays, DAYS_MAX, type Period } from "./days.ts";
import { useWords } from "./words.ts";

export function OwnDays({ days, yesterday, set }: { days: Period; yesterday: string; set: (change: { period: Period }) => void }) {
  const { w } = useWords();
  const change = (part: "from" | "to") => (event: Event) => {
    const { value } = event.currentTarget as HTMLInputElement;
    if (!value) return; // half typed
    const next = { ...days, [part]: value };
    set({ period: next.from <= next.to ? next : { from: value, to: value } });
  };
  return (
    <span class="own-days">
      <label>{w.from} <input type="date" data-testid="trends-from" min={addDays(days.to, 1 - DAYS_MAX)} max={yesterday} value={days.from} onChange={change("from")} /></label>
      <label>{w.to} <input type="date" data-testid="trends-to" max={yesterday} value={days.to} onChange={change("to")} /></label>
    </span>
  );
}
