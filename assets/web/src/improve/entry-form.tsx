// An entry of the log as a form: what is wrong stands beside its field, and nothing that was typed is lost when saving fails.
import type { Improvements, ImprovementKind } from "../api.ts";
import { failureText, postJson, useEffect, useRef, useState } from "../kit.ts";
import { inOrder } from "../trends/places.ts";
import { Field } from "./field.tsx";
import type { Place } from "./view.ts";
import { useImproveWords } from "./words.ts";

export type Entry = Improvements["improvements"][number];
type Name = "kind" | "day" | "place" | "what" | "why";
type Wrong = Partial<Record<Name | "", string>>;

const KINDS: ImprovementKind[] = ["change", "training", "campaign", "other"];
const TEXT_MAX = 1000;
const INDENT = "\u2003"; // options take no other style

interface Props {
  given: Entry | null; // null: a new one
  places: Place[];
  place: string;
  day: string; // a new one begins with this
  saved: () => void;
  renew: () => void; // the list, while the form stays
  close: () => void;
}

export function EntryForm({ given, places, place, day, saved, renew, close }: Props) {
  const { t, i } = useImproveWords();
  const [typed, setTyped] = useState<Record<Name, string>>({ kind: given?.kind ?? "change", day: given?.day ?? day, place: given?.place.id ?? place, what: given?.what ?? "", why: given?.why ?? "" });
  const [wrong, setWrong] = useState<Wrong>({});
  const [busy, setBusy] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const refuse = (found: Wrong) => {
    setWrong(found);
    document.getElementById(`i-${Object.keys(found)[0]}`)?.focus();
  };
  const put = (name: Name) => (event: Event) => {
    const { value } = event.currentTarget as HTMLInputElement;
    setTyped((was) => ({ ...was, [name]: value }));
    setWrong(({ [name]: _, ...others }) => others);
  };
  const save = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    const lacking = Object.fromEntries((["day", "what", "why"] as const).filter((name) => !typed[name].trim()).map((name) => [name, i.need[name]]));
    if (Object.keys(lacking).length) return refuse(lacking);
    setBusy(true);
    const { place: where, ...fields } = typed;
    const result = given ? await postJson(`/api/v1/improvements/${given.id}/edit`, { ...fields, revision: given.revision }) : await postJson("/api/v1/improvements", { ...fields, place: where });
    setBusy(false);
    if (result.ok) return saved();
    const { failure } = result;
    const field = failure.kind === "problem" && failure.field in typed ? (failure.field as Name) : "";
    refuse({ [field]: failure.kind === "problem" && failure.status === 412 ? i.changed : failureText(failure, t) });
    if (failure.kind === "problem" && failure.status === 412) renew();
  };
  const all = { typed, wrong, put };
  return (
    <form class="entry-form" onSubmit={(event) => void save(event)} noValidate data-testid="entry-form">
      <h3 ref={heading} tabIndex={-1}>{given ? i.formEdit : i.formNew}</h3>
      <div class="entry-fields">
        <Field name="kind" label={i.field.kind} error={wrong.kind ?? null}>
          {(about) => <select {...about} value={typed.kind} onChange={put("kind")}>{KINDS.map((kind) => <option key={kind} value={kind}>{i.kind[kind]}</option>)}</select>}
        </Field>
        <Field name="day" label={i.field.day} hint={i.hint.day} error={wrong.day ?? null}>{(about) => <input {...about} type="date" value={typed.day} onInput={put("day")} />}</Field>
        {!given && (
          <Field name="place" label={i.field.place} error={wrong.place ?? null}>
            {(about) => (
              <select {...about} value={typed.place} onChange={put("place")}>
                {inOrder(places).map(([each, depth]) => <option key={each.id} value={each.id}>{INDENT.repeat(depth) + each.name}</option>)}
              </select>
            )}
          </Field>
        )}
      </div>
      <Long name="what" {...all} />
      <Long name="why" hint={i.hint.why} {...all} />
      <p class="error" role="alert" id="i-" tabIndex={-1} data-testid="form-error">{wrong[""]}</p>
      <span class="actions">
        <button type="submit" class="primary" aria-disabled={busy} data-testid="entry-save">{i.save}</button>
        <button type="button" data-testid="entry-cancel" onClick={close}>{i.cancel}</button>
      </span>
    </form>
  );
}

interface LongProps {
  name: "what" | "why";
  hint?: string;
  typed: Record<Name, string>;
  wrong: Wrong;
  put: (name: Name) => (event: Event) => void;
}

function Long({ name, hint, typed, wrong, put }: LongProps) {
  const { i } = useImproveWords();
  return (
    <Field name={name} label={i.field[name]} hint={hint} error={wrong[name] ?? null}>
      {(about) => <textarea {...about} rows={2} maxLength={TEXT_MAX} value={typed[name]} onInput={put(name)} />}
    </Field>
  );
}
