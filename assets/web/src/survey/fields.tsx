// The fields of the form: each writes at a path of the document and shows what is wrong there.
import type { ComponentChildren } from "preact";
import { FieldError } from "../kit.ts";
import { at, itemAt, keyOf, languagesOf, textAt, type Item, type Path } from "./doc.ts";
import { useSurveyWords } from "./words.ts";

export interface Editing {
  doc: Item;
  set: (path: Path, value: unknown) => void;
  error: (path: Path) => string | null;
  looking: (screen: string) => void; // the preview follows
}

export const fieldId = (path: Path): string => `s-${keyOf(path)}`;
const about = (path: Path, error: string | null) => ({ id: fieldId(path), "data-testid": fieldId(path), "aria-invalid": error ? true : undefined, "aria-describedby": error ? `${fieldId(path)}-error` : undefined });

function Framed({ ed, path, label, hint, children }: { ed: Editing; path: Path; label: string; hint?: string | undefined; children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={fieldId(path)}>{label}</label>
      {children}
      {hint && <p class="hint">{hint}</p>}
      <FieldError id={`${fieldId(path)}-error`} text={ed.error(path)} />
    </div>
  );
}

export interface FieldProps {
  ed: Editing;
  path: Path;
  label: string;
  hint?: string;
}

export function TextField({ list, ...props }: FieldProps & { list?: readonly string[] }) {
  const { ed, path } = props;
  return (
    <Framed {...props}>
      <input {...about(path, ed.error(path))} type="text" value={textAt(ed.doc, path)} autocomplete="off" spellcheck={false} list={list && `${fieldId(path)}-list`} onInput={(event) => ed.set(path, event.currentTarget.value)} />
      {list && <datalist id={`${fieldId(path)}-list`}>{list.map((each) => <option key={each} value={each} />)}</datalist>}
    </Framed>
  );
}

/** What is no number stays as it was typed: the check says so. */
export function NumberField({ usual, ...props }: FieldProps & { usual: number }) {
  const { ed, path } = props;
  return (
    <Framed {...props}>
      <input {...about(path, ed.error(path))} type="text" inputMode="numeric" value={textAt(ed.doc, path)} placeholder={String(usual)} autocomplete="off" onInput={(event) => {
        const text = event.currentTarget.value.trim();
        ed.set(path, /^\d{1,9}$/.test(text) ? Number(text) : text);
      }} />
    </Framed>
  );
}

export function ChoiceField({ options, usual, ...props }: FieldProps & { options: readonly (readonly [string, string])[]; usual: string }) {
  const { ed, path } = props;
  const value = textAt(ed.doc, path) || usual;
  return (
    <Framed {...props}>
      <select {...about(path, ed.error(path))} value={value} onChange={(event) => ed.set(path, event.currentTarget.value === usual ? undefined : event.currentTarget.value)}>
        {options.some(([each]) => each === value) ? null : <option value={value}>{value}</option>}
        {options.map(([each, words]) => <option key={each} value={each}>{words}</option>)}
      </select>
    </Framed>
  );
}

export function Tick({ ed, path, label }: FieldProps) {
  return (
    <div class="field">
      <label class="tick">
        <input {...about(path, ed.error(path))} type="checkbox" checked={String(at(ed.doc, path)) === "true"} onChange={(event) => ed.set(path, event.currentTarget.checked || undefined)} />
        <span>{label}</span>
      </label>
      <FieldError id={`${fieldId(path)}-error`} text={ed.error(path)} />
    </div>
  );
}

/** Words side by side in all languages. suffix: ".1-2" for those after certain faces. */
export function Words({ needed = false, suffix = "", ...props }: FieldProps & { needed?: boolean; suffix?: string }) {
  const { ed, path, label, hint } = props;
  const { w, languageName } = useSurveyWords();
  const words = itemAt(ed.doc, path);
  const used = suffix === "" && (needed || Object.keys(words).length > 0);
  return (
    <fieldset class="field words">
      <legend>{label}</legend>
      <div class="side-by-side">
        {languagesOf(ed.doc).map((lang) => {
          const key = `${lang}${suffix}`, here = [...path, key], error = ed.error(here);
          const value = textAt(words, [key]);
          const lacks = used && value.trim() === "";
          return (
            <label key={lang} class={lacks ? "lacks" : ""}>
              <span class="lang-name">{languageName(lang)}{lacks && <b class="warn"> {"\u00b7"} {w.missing}</b>}</span>
              <input {...about(here, error)} type="text" lang={lang} dir="auto" maxLength={200} value={value} autocomplete="off" data-missing={lacks ? "" : undefined} onInput={(event) => ed.set(here, event.currentTarget.value)} />
              <FieldError id={`${fieldId(here)}-error`} text={error} />
            </label>
          );
        })}
      </div>
      {hint && <p class="hint">{hint}</p>}
      <FieldError id={`${fieldId(path)}-error`} text={ed.error(path)} />
    </fieldset>
  );
}
