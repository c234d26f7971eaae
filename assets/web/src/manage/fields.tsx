// The fields of a form: each with its label, what it has from above, and what is wrong with it.
import type { ComponentChildren } from "preact";
import type { Item, Managed } from "../api.ts";
import { FieldError } from "../kit.ts";
import { treeOf, idOf, word } from "./items.ts";
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
