// The fields of a form: each with its label, what it has from above, and what is wrong with it.
import type { ComponentChildren } from "preact";
import type { Item, Managed } from "../api.ts";
import { FieldError } from "../kit.ts";
import { spansOf, treeOf, idOf, word, type Span } from "./items.ts";
import { useManageWords } from "./words.ts";

export interface FieldProps {
  name: string;
  label: string;
  hint?: ComponentChildren;
  error: string | null;
  value: string;
  set: (value: string) => void;
}

export function Framed({ name, label, hint, error, children }: Omit<FieldProps, "value" | "set"> & { children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={`m-${name}`}>{label}</label>
      {children}
      {hint && <p class="hint" id={`hint-${name}`}>{hint}</p>}
      <FieldError id={`error-${name}`} text={error} />
    </div>
  );
}

export const about = (name: string, error: string | null) => ({ id: `m-${name}`, "data-testid": `m-${name}`, "aria-invalid": error ? true : undefined, "aria-describedby": `hint-${name} error-${name}` });

export function TextField({ list, number, fixed, secret, ...props }: FieldProps & { list?: readonly string[]; number?: boolean; fixed?: boolean; secret?: boolean }) {
  const { name, value, set, error } = props;
  return (
    <Framed {...props}>
      <input {...about(name, error)} type={secret ? "password" : "text"} inputMode={number ? "decimal" : undefined} value={value} readOnly={fixed} autocomplete={secret ? "new-password" : "off"} spellcheck={false} list={list && `list-${name}`} onInput={(event) => set(event.currentTarget.value)} />
      {list && <datalist id={`list-${name}`}>{list.map((each) => <option key={each} value={each} />)}</datalist>}
    </Framed>
  );
}

/** A day, "2026-11-27". */
export function DateField(props: FieldProps & { min?: string }) {
  const { name, value, set, error, min } = props;
  return (
    <Framed {...props}>
      <input {...about(name, error)} type="date" value={value} min={min} onInput={(event) => set(event.currentTarget.value)} />
    </Framed>
  );
}

export function SelectField({ options, ...props }: FieldProps & { options: readonly (readonly [string, string])[] }) {
  const { name, value, set, error } = props;
  return (
    <Framed {...props}>
      <select {...about(name, error)} value={value} onChange={(event) => set(event.currentTarget.value)}>
        {!options.some(([each]) => each === value) && <option value={value}>{value || "\u2013"}</option>}
        {options.map(([each, text]) => <option key={each} value={each}>{text}</option>)}
      </select>
    </Framed>
  );
}

const INDENT = "\u2003"; // options take no other style

/** A place of those one may change. `not`: with all that is under it no choice. */
export function PlaceField({ places, not = () => false, ...props }: FieldProps & { places: Managed[]; not?: (place: Managed) => boolean }) {
  const options = treeOf(places).flatMap(([each, depth]) => (each.mine && !not(each) ? [[idOf(each), INDENT.repeat(depth) + word(each.item, "name")] as const] : []));
  return <SelectField {...props} options={options} />;
}

/** Texts in both languages of the pages; others that are there stay. */
export function TextsField({ item, set, error }: { item: Item; set: (name: Item) => void; error: string | null }) {
  const { w } = useManageWords();
  const texts = (item["name"] ?? {}) as Item;
  return (
    <>
      {(["id", "en"] as const).map((lang) => (
        <TextField key={lang} name={lang === "id" ? "name" : `name-${lang}`} label={w.nameIn[lang]} error={lang === "id" ? error : null} value={word(texts, lang)} set={(value) => {
          const { [lang]: _old, ...rest } = texts;
          set(value === "" ? rest : { ...rest, [lang]: value });
        }} />
      ))}
    </>
  );
}

const DAYS = ["daily", "mon-thu", "mon-fri", "mon-sat", "mon", "tue", "wed", "thu", "fri", "sat", "sun"];

const TIME = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;
/** Is one of them no span of a day? */
export const hoursWrong = (spans: Span[]): boolean => spans.some(({ open, close }) => !TIME.test(open) || !TIME.test(close) || open >= close);

export function HoursField({ name = "hours", label, days = "mon-fri", value, set, error, hint }: { name?: string; label?: string; days?: string; value: unknown; set: (spans: Span[]) => void; error: string | null; hint: ComponentChildren }) {
  const { w } = useManageWords();
  const spans = spansOf(value);
  const put = (at: number, change: Partial<Span>) => set(spans.map((each, i) => (i === at ? { ...each, ...change } : each)));
  return (
    <fieldset class="field hours-field" id={`m-${name}`} tabIndex={-1} aria-describedby={`hint-${name} error-${name}`}>
      <legend>{label ?? w.field.hours}</legend>
      {spans.map(({ days: on, open, close }, i) => (
        <div class="span-row" key={i}>
          <select aria-label={w.daysOf(i + 1)} data-testid={`m-days-${i}`} value={on} onChange={(event) => put(i, { days: event.currentTarget.value })}>
            {[...new Set([...DAYS, on])].map((each) => <option key={each} value={each}>{w.days(each)}</option>)}
          </select>
          <input type="text" inputMode="numeric" aria-label={w.opensOf(i + 1)} data-testid={`m-open-${i}`} aria-invalid={error ? true : undefined} value={open} placeholder="07:00" maxLength={5} onInput={(event) => put(i, { open: event.currentTarget.value })} />
          <span aria-hidden="true">{"\u2013"}</span>
          <input type="text" inputMode="numeric" aria-label={w.closesOf(i + 1)} data-testid={`m-close-${i}`} aria-invalid={error ? true : undefined} value={close} placeholder="20:00" maxLength={5} onInput={(event) => put(i, { close: event.currentTarget.value })} />
          <button type="button" class="link" data-testid={`m-hours-drop-${i}`} aria-label={w.dropSpan(i + 1)} onClick={() => set(spans.filter((_, each) => each !== i))}>{w.drop}</button>
        </div>
      ))}
      <button type="button" class="link" data-testid="m-hours-add" onClick={() => set([...spans, { days, open: "", close: "" }])}>{w.addSpan}</button>
      <p class="hint" id={`hint-${name}`}>{hint}</p>
      <FieldError id={`error-${name}`} text={error} />
    </fieldset>
  );
}
