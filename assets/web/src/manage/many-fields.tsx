// Fields of a form that hold several things, a longer text, or yes and no.
import { FieldError, useEffect, useState } from "../kit.ts";
import { about, Framed, type FieldProps } from "./fields.tsx";
import { useManageWords } from "./words.ts";

type Shared = Omit<FieldProps, "value" | "set">;

export function AreaField({ rows = 4, ...props }: FieldProps & { rows?: number }) {
  const { name, value, set, error } = props;
  return (
    <Framed {...props}>
      <textarea {...about(name, error)} rows={rows} value={value} spellcheck={false} onInput={(event) => set(event.currentTarget.value)} />
    </Framed>
  );
}

const linesOf = (text: string): string[] => text.split("\n").map((each) => each.trim()).filter(Boolean);

/** A line each. What is typed stays as it is typed; `value` is what it says. */
export function LinesField({ value, set, rows = 3, ...props }: Shared & { value: string[]; set: (lines: string[]) => void; rows?: number }) {
  const [text, setText] = useState(value.join("\n"));
  const now = value.join("\n");
  useEffect(() => {
    if (linesOf(text).join("\n") !== now) setText(now);
  }, [now]);
  return (
    <AreaField {...props} rows={rows} value={text} set={(next) => {
      setText(next);
      set(linesOf(next));
    }} />
  );
}

export function CheckField({ name, label, hint, error, value, set }: Shared & { value: boolean; set: (value: boolean) => void }) {
  return (
    <div class="field">
      <label class="check" for={`m-${name}`}>
        <input {...about(name, error)} type="checkbox" checked={value} onChange={(event) => set(event.currentTarget.checked)} />
        <span>{label}</span>
      </label>
      {hint && <p class="hint" id={`hint-${name}`}>{hint}</p>}
      <FieldError id={`error-${name}`} text={error} />
    </div>
  );
}

/** Any of a few. */
export function ChecksField({ name, label, hint, error, options, value, set }: Shared & { options: readonly (readonly [string, string])[]; value: string[]; set: (value: string[]) => void }) {
  return (
    <fieldset class="field" id={`m-${name}`} tabIndex={-1} aria-describedby={`hint-${name} error-${name}`}>
      <legend>{label}</legend>
      {options.map(([each, text]) => (
        <label class="check" key={each}>
          <input type="checkbox" data-testid={`m-${name}-${each}`} checked={value.includes(each)} onChange={(event) => set(options.map(([one]) => one).filter((one) => (one === each ? event.currentTarget.checked : value.includes(one))))} />
          <span>{text}</span>
        </label>
      ))}
      {hint && <p class="hint" id={`hint-${name}`}>{hint}</p>}
      <FieldError id={`error-${name}`} text={error} />
    </fieldset>
  );
}

/** Some of many: those that are chosen, and a list to add from. */
export function PicksField({ name, label, hint, error, options, value, set, all, add }: Shared & { options: readonly (readonly [string, string])[]; value: string[]; set: (value: string[]) => void; all: string; add: string }) {
  const { w } = useManageWords();
  const said = (id: string) => options.find(([each]) => each === id)?.[1].trim() ?? id;
  return (
    <fieldset class="field picks" id={`m-${name}`} tabIndex={-1} aria-describedby={`hint-${name} error-${name}`}>
      <legend>{label}</legend>
      {value.length > 0 && (
        <ul>
          {value.map((each) => <li key={each}><span>{said(each)}</span><button type="button" class="link" data-testid={`m-${name}-drop-${each}`} aria-label={w.dropOne(said(each))} onClick={() => {
            document.getElementById(`m-${name}`)?.focus();
            set(value.filter((one) => one !== each));
          }}>{w.drop}</button></li>)}
        </ul>
      )}
      <select data-testid={`m-${name}-add`} aria-label={add} value="" onChange={(event) => set([...value, event.currentTarget.value])}>
        <option value="">{value.length ? add : all}</option>
        {options.filter(([each]) => !value.includes(each)).map(([each, text]) => <option key={each} value={each}>{text}</option>)}
      </select>
      {hint && <p class="hint" id={`hint-${name}`}>{hint}</p>}
      <FieldError id={`error-${name}`} text={error} />
    </fieldset>
  );
}
