// Who else is told when nobody is on an alert: the steps of a standard's ladder.
import type { Item, LadderChannel } from "../api.ts";
import { FieldError, follow } from "../kit.ts";
import { useStandardsWords, type StandardsWords } from "./standards-words.ts";
import { viewAddress, word } from "./tools.ts";

const STEPS_MOST = 8;
const UNITS: Record<string, number> = { min: 1, h: 60 }; // minutes
const WEEK_MIN = 7 * 24 * 60;

export const stepsOf = (item: Item): Item[] => (Array.isArray(item["escalation"]) ? (item["escalation"] as Item[]) : []);

// "10 min": how many, of what.
const parts = (after: string): [string, string] => {
  const [, amount, unit] = /^(.*?) ?(s|min|h)$/.exec(after) ?? [];
  return amount === undefined || unit === undefined ? [after, "min"] : [amount, unit];
};

/** What is wrong with it, by the names of the fields. */
export function ladderWrong(item: Item, s: StandardsWords): Record<string, string> {
  const steps = stepsOf(item);
  const found = steps.flatMap((step, i): [string, string][] => {
    const [amount, unit] = parts(word(step, "after"));
    const minutes = /^\d{1,6}$/.test(amount) ? Number(amount) * (UNITS[unit] ?? 1 / 60) : 0;
    return [
      ...(minutes < 1 || minutes > WEEK_MIN ? [[`escalation-${i}-after`, s.afterWrong] as [string, string]] : []),
      ...(word(step, "channel") === "" ? [[`escalation-${i}-channel`, s.channelNeeded] as [string, string]] : []),
    ];
  });
  return Object.fromEntries(steps.length > STEPS_MOST ? [...found, ["escalation", s.tooManySteps]] : found);
}

interface Props {
  item: Item;
  channels: LadderChannel[];
  set: (steps: Item[]) => void;
  error: (field: string) => string | null;
}

export function LadderField({ item, channels, set, error }: Props) {
  const { w, s } = useStandardsWords();
  const steps = stepsOf(item);
  const hours = viewAddress({ tab: "places", place: word(item, "place"), id: word(item, "place") });
  const put = (at: number, change: Item) => set(steps.map((each, i) => (i === at ? { ...each, ...change } : each)));
  return (
    <fieldset class="field ladder-field" id="m-escalation" tabIndex={-1} aria-describedby="hint-escalation error-escalation">
      <legend>{s.ladder}</legend>
      {steps.map((step, i) => {
        const [amount, unit] = parts(word(step, "after"));
        const name = `escalation-${i}`;
        const [after, told] = [error(`${name}-after`), error(`${name}-channel`)];
        const id = word(step, "channel");
        const channel = channels.find((each) => each.id === id);
        return (
          <div class="ladder-step" key={i}>
            <div class="step-row">
              <span aria-hidden="true">{s.after}</span>
              <input id={`m-${name}-after`} data-testid={`m-${name}-after`} type="text" inputMode="numeric" maxLength={6} aria-label={s.afterOf(i + 1)} aria-invalid={after ? true : undefined} aria-describedby={`error-${name}-after`} value={amount} onInput={(event) => put(i, { after: `${event.currentTarget.value.trim()} ${unit}` })} />
              <select aria-label={s.unitOf(i + 1)} data-testid={`m-${name}-unit`} value={unit} onChange={(event) => put(i, { after: `${amount} ${event.currentTarget.value}` })}>
                {[...new Set([...Object.keys(UNITS), unit])].map((each) => <option key={each} value={each}>{s.units(each)}</option>)}
              </select>
              <select id={`m-${name}-channel`} data-testid={`m-${name}-channel`} aria-label={s.channelOf(i + 1)} aria-invalid={told ? true : undefined} aria-describedby={`error-${name}-channel`} value={id} onChange={(event) => put(i, { channel: event.currentTarget.value })}>
                {!channel && <option value={id}>{id || s.whom}</option>}
                {channels.map((each) => <option key={each.id} value={each.id}>{each.id}</option>)}
              </select>
              <button type="button" class="link" data-testid={`m-${name}-drop`} aria-label={s.dropStep(i + 1)} onClick={() => set(steps.filter((_, each) => each !== i))}>{w.drop}</button>
            </div>
            {channel && channel.quiet.length > 0 && <p class="hint">{w.quiet(w.hoursLine(channel.quiet), channel.quietFor)}</p>}
            {id !== "" && !channel && <p class="hint warn">{s.channelGone(id)}</p>}
            <FieldError id={`error-${name}-after`} text={after} />
            <FieldError id={`error-${name}-channel`} text={told} />
          </div>
        );
      })}
      {channels.length > 0 && steps.length < STEPS_MOST && <button type="button" class="link" data-testid="m-escalation-add" onClick={() => set([...steps, { after: " min", channel: "" }])}>{s.addStep}</button>}
      <p class="hint" id="hint-escalation">{channels.length === 0 ? s.noChannels : steps.length ? s.ladderHint : s.ladderNone}</p>
      {steps.length > 0 && <p class="links"><a href={hours} onClick={follow(hours)}>{s.hours}</a></p>}
      <FieldError id="error-escalation" text={error("escalation")} />
    </fieldset>
  );
}
