// What the tabs share.
import type { ComponentChildren } from "preact";
import type { Managed } from "../api.ts";
import type { Failure } from "../http.ts";
import { failureText, useEffect, useState } from "../kit.ts";
import { Pick } from "../trends/controls.tsx";
import type { Loaded } from "../trends/report.ts";
import { idOf, treeOf, upFrom, word } from "./items.ts";
import { useManageWords } from "./words.ts";

/** Instead of what is not here yet. */
export function Waiting({ failure, again }: { failure: Failure | null; again: () => void }) {
  const { t } = useManageWords();
  if (!failure) return <p class="hint" role="status">{t.loading}</p>;
  return (
    <section class="card notice" role="alert">
      <h2>{failureText(failure, t)}</h2>
      <button type="button" class="primary" onClick={again}>{t.retry}</button>
    </section>
  );
}

/** The list at the left, what is open at the right. */
export function Split({ list, open }: { list: ComponentChildren; open: ComponentChildren }) {
  return (
    <div class={open ? "split open" : "split"}>
      <div class="list-side">{list}</div>
      {open && <div class="open-side">{open}</div>}
    </div>
  );
}

const INDENT = "\u2003"; // options take no other style

/** Of which place? "": all. */
export function PlacePick({ places, value, choose }: { places: Managed[]; value: string; choose: (id: string) => void }) {
  const { w } = useManageWords();
  const place = places.find((each) => idOf(each) === value);
  if (places.length < 2) return null;
  return (
    <Pick id="manage-place" label={w.field.place} glyph="place" shown={place ? word(place.item, "name") : w.everywhere} value={value} choose={choose}>
      <option value="">{w.everywhere}</option>
      {treeOf(places).map(([each, depth]) => <option key={idOf(each)} value={idOf(each)}>{INDENT.repeat(depth) + word(each.item, "name")}</option>)}
    </Pick>
  );
}

export const nameOf = (places: Managed[], id: string): string => {
  const place = places.find((each) => idOf(each) === id);
  return place ? word(place.item, "name") : id;
};
/** Is the place `above` or under it? "" is above all. */
export const isUnder = (places: Managed[], id: string, above: string): boolean => above === "" || upFrom(places, id).some((each) => idOf(each) === above);

export function useEnded(loaded: Loaded<unknown>, signedOut: () => void): void {
  useEffect(() => {
    if (loaded.failure?.kind === "auth") signedOut();
  }, [loaded.failure]);
}

/** A secret that is told once. */
export function Secret({ title, hint, value, done }: { title: string; hint: string; value: string; done: () => void }) {
  const { w } = useManageWords();
  const [copied, setCopied] = useState(false);
  return (
    <section class="card secret" role="alert" aria-labelledby="h-secret">
      <h2 id="h-secret">{title}</h2>
      <p><code data-testid="secret">{value}</code></p>
      <p class="hint">{hint}</p>
      <span class="actions">
        <button type="button" onClick={() => void navigator.clipboard?.writeText(value).then(() => setCopied(true), () => undefined)}>{copied ? w.copied : w.copy}</button>
        <button type="button" class="primary" data-testid="secret-done" onClick={done}>{w.noted}</button>
      </span>
    </section>
  );
}
