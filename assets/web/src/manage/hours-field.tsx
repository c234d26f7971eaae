// Spans of the week, as places, special days and kiosks have them: the days are chosen, the times typed.
import "./hours-field.css";
import type { ComponentChildren } from "preact";
import { FieldError, useText } from "../kit.ts";
import { HOURS } from "./hours-words.ts";
import { spansOf, type Span } from "./items.ts";

const DAYS = ["daily", "mon-thu", "mon-fri", "mon-sat", "mon", "tue", "wed", "thu", "fri", "sat", "sun"];

const TIME = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;
/** Is one of them no span of a day? */
export const hoursWrong = (spans: Span[]): boolean => spans.some(({ open, close }) => !TIME.test(open) || !TIME.test(close) || open >= close);

interface Props {
  name?: string;
  id?: string;
  legend?: string;
  days?: string; // of a new span
  times?: readonly [string, string];
  value: unknown;
  set: (spans: Span[]) => void;
  error: string | null;
  wrong?: (i: number) => boolean; // which of them it is about; else all
  hint: ComponentChildren;
}

export function HoursField({ name = "hours", id = `m-${name}`, legend, days = "mon-fri", times: [open, close] = ["", ""], value, set, error, wrong = () => true, hint }: Props) {
  const { lang } = useText();
  const w = HOURS[lang];
  const spans = spansOf(value);
  const put = (at: number, change: Partial<Span>) => set(spans.map((each, i) => (i === at ? { ...each, ...change } : each)));
  return (
    <fieldset class="field hours-field" id={id} tabIndex={-1} aria-describedby={`hint-${name} error-${name}`}>
      <legend>{legend ?? w.hours}</legend>
      {spans.map((span, i) => {
        const invalid = error && wrong(i) ? true : undefined;
        return (
          <div class="span-row" key={i}>
            <select aria-label={w.daysOf(i + 1)} data-testid={`m-days-${i}`} value={span.days} onChange={(event) => put(i, { days: event.currentTarget.value })}>
              {[...new Set([...DAYS, span.days])].map((each) => <option key={each} value={each}>{w.days(each)}</option>)}
            </select>
            <input type="text" inputMode="numeric" aria-label={w.opensOf(i + 1)} data-testid={`m-open-${i}`} aria-invalid={invalid} value={span.open} placeholder="07:00" maxLength={5} onInput={(event) => put(i, { open: event.currentTarget.value })} />
            <span aria-hidden="true">{"\u2013"}</span>
            <input type="text" inputMode="numeric" aria-label={w.closesOf(i + 1)} data-testid={`m-close-${i}`} aria-invalid={invalid} value={span.close} placeholder="20:00" maxLength={5} onInput={(event) => put(i, { close: event.currentTarget.value })} />
            <button type="button" class="link" data-testid={`m-hours-drop-${i}`} aria-label={w.dropSpan(i + 1)} onClick={() => set(spans.filter((_, each) => each !== i))}>{w.drop}</button>
          </div>
        );
      })}
      <button type="button" class="link" data-testid="m-hours-add" onClick={() => set([...spans, { days, open, close }])}>{w.add}</button>
      <p class="hint" id={`hint-${name}`}>{hint}</p>
      <FieldError id={`error-${name}`} text={error} />
    </fieldset>
  );
}
