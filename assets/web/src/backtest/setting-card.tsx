// One setting: what it says, as a form, and what it costs beside it.
import type { ComponentChildren } from "preact";
import type { Backtest, BacktestSetting } from "../api.ts";
import { FieldError, follow, useState } from "../kit.ts";
import { NEW, viewAddress } from "../manage/view.ts";
import { Segmented } from "../trends/controls.tsx";
import { changed, fieldsOf, fieldsOfRule, isAboutKiosks, KINDS, KIOSK_KINDS, minutesOf, ofKind, taken, textOf, type Fields, type Kind } from "./setting.ts";
import { useWords } from "./words.ts";

export type Name = "a" | "b";

interface Props {
  name: Name;
  text: string; // as the address has it
  report: Backtest | null;
  tested: BacktestSetting | null; // of this very text
  error: string | null;
  set: (text: string) => void;
  of: string | null; // the standard that may take it over; "": only a new one; null: this user runs none
  children?: ComponentChildren; // beside the title
}

const MANAGED: readonly Kind[] = ["standard", "change", "share", "silence", "offline"]; // have a form there
const START_HOLD = { offline: "2 min", coverage: "15 min", clock: "5 min" } as const; // when nothing is said

export function SettingCard({ name, text, report, tested, error, set, of, children }: Props) {
  const { w } = useWords();
  const written = fieldsOf(text); // null: a standard as it is in force
  const fields: Fields = written ?? (tested ? fieldsOfRule(tested.rule) : { kind: "standard" });
  const kind = [...KINDS, ...KIOSK_KINDS].find((each) => each === (fields["kind"] ?? "standard")); // none: one that has no form here
  const choose = (next: Kind) => set(textOf(ofKind(next, fields)));
  const put = (key: string, value: string) => set(textOf(changed(fields, key, value)));
  const standards = report?.standards ?? [];
  return (
    <fieldset class="setting" data-testid={`setting-${name}`} aria-describedby={error ? `error-${name}` : undefined}>
      <legend><b class={`which ${name}`}>{name.toUpperCase()}</b>{w.setting[name]}</legend>
      {children}
      {standards.length > 0 && (
        <label class="inline">
          {w.takeOver}
          <select data-testid={`standard-${name}`} value={standards.some(({ id }) => id === (text || tested?.given)) ? text || tested?.given : ""} onChange={(event) => set(event.currentTarget.value)}>
            <option value="" disabled>{w.asWritten}</option>
            {standards.map(({ id }) => <option key={id} value={id}>{id}</option>)}
          </select>
        </label>
      )}
      {[KINDS, KIOSK_KINDS].map((kinds: readonly Kind[], i) => (
        <Segmented key={i} id={`kind-${name}`} label={i ? w.kioskKind : w.kind} value={kind ?? null} options={kinds.map((each) => [each, w.kinds[each]] as const)} choose={choose} />
      ))}
      <p class="hint">{kind ? w.kindHint[kind] : w.otherKind}</p>
      {(kind === "standard" || kind === "share") && <Figure id={`percent-${name}`} label={w.percent[kind]} value={fields["percent"] ?? "85"} min={kind === "standard" ? 1 : 0} max={kind === "standard" ? 99 : 100} set={(value) => put("percent", value)} />}
      {kind === "silence" && <Figure id={`probability-${name}`} label={w.probability} value={fields["probability"] ?? "0.001"} min={0} max={1} set={(value) => put("probability", value)} />}
      {isAboutKiosks(kind) ? (
        kind !== "tamper" && kind !== "silence" && <Figure id={`hold-${name}`} label={kind === "offline" ? w.quiet : w.lasting} value={String(minutesOf(fields["hold"] ?? START_HOLD[kind]) ?? "")} min={0} max={44640} set={(value) => put("hold", value && `${Math.round(Number(value) * 60)} s`)} />
      ) : kind === "share" ? (
        <>
          <Figure id={`window-${name}`} label={w.window} value={String(minutesOf(fields["window"] ?? "15 min") ?? "")} min={1} max={44640} set={(value) => put("window", value && `${value} min`)} />
          <Figure id={`least-${name}`} label={w.least} value={fields["min_n"] ?? "4"} min={1} max={1_000_000} set={(value) => put("min_n", value)} />
        </>
      ) : kind && (
        <Figure id={`votes-${name}`} label={w.falseAlarm} value={fields["false_alarm_votes"] ?? "5000"} min={100} max={kind === "change" ? 100_000 : 1_000_000_000} set={(value) => put("false_alarm_votes", value)} />
      )}
      {kind === "change" && (
        <label class="check"><input type="checkbox" data-testid={`drift-${name}`} checked={fields["drift"] === "true"} onChange={(event) => put("drift", String(event.currentTarget.checked))} />{w.drift}</label>
      )}
      {of !== null && report && written && kind && MANAGED.includes(kind) && (
        <p class="use">
          {[...(of ? [of] : []), NEW].map((id) => {
            const address = viewAddress({ tab: "standards", place: report.place.id, id, take: taken(fields, standards.find((each) => each.id === id)?.rule) });
            return <a key={id} href={address} data-testid={`use-${name}${id === NEW ? "-new" : ""}`} onClick={follow(address)}>{id === NEW ? w.useNew : w.use(id)}</a>;
          })}
        </p>
      )}
      <FieldError id={`error-${name}`} text={error} />
      {tested && <Price name={name} tested={tested} />}
    </fieldset>
  );
}

interface FigureProps {
  id: string;
  label: string;
  value: string;
  min: number;
  max: number;
  set: (value: string) => void;
}

// What is being typed stays, whatever is drawn anew meanwhile.
function Figure({ id, label, value, min, max, set }: FigureProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const take = (text: string) => {
    setTyped(null);
    set(text);
  };
  return (
    <label class="inline">
      {label}
      <input type="number" inputMode="numeric" data-testid={id} value={typed ?? value} min={min} max={max} step="any" onInput={(event) => setTyped(event.currentTarget.value)} onChange={(event) => take(event.currentTarget.value)} />
    </label>
  );
}

function Price({ name, tested: { rule, expected, cost, votes } }: { name: Name; tested: BacktestSetting }) {
  const { t, w, f, few } = useWords();
  const points = rule.kind === "standard" ? cost?.parts[0] : undefined;
  const known = expected !== null && (cost !== null || rule.kind === "silence") && votes > 0;
  const span = expected?.days == null ? null : expected.days < 2 ? f.span(expected.days * 1440) : t.days(Math.round(expected.days));
  if (isAboutKiosks(rule.kind) && rule.kind !== "silence")
    return <div class="price" data-testid={`price-${name}`}><b>{w.priceNone}</b><p>{w.priceNoneHint}</p></div>;
  const silent = rule.kind === "silence";
  return (
    <div class="price" data-testid={`price-${name}`}>
      <b>{!expected ? w.priceUnknown : !known ? w.priceLearning : span === null ? w.priceNever : w.price(span)}</b>
      <p>
        {!expected ? w.priceUnknownHint
          : silent ? (known && expected.votes !== null ? w.priceSilence(f.int(Math.round(expected.votes))) : w.priceSilenceLearning)
          : !known ? votes > 0 && w.priceLearningHint
          : expected.votes !== null && cost && w.priceHint(f.int(Math.round(expected.votes)), f.percent(Number(few(cost.usual * 100).replace(",", "."))))}
        {known && expected.learning > 0 && <> {(silent ? w.someKiosksLearn : w.someLearn)(expected.learning, f.int(expected.learning))}.</>}
        {points && <><br />{w.points(f.int(points.up), f.int(points.down), f.int(points.limit))}</>}
      </p>
    </div>
  );
}
