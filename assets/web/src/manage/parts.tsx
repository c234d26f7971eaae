// What the tabs share.
import type { ComponentChildren } from "preact";
import type { Changes, Managed } from "../api.ts";
import type { Failure } from "../http.ts";
import { failureText, MANY_PLACES, useEffect, useRef, useState } from "../kit.ts";
import { Pick } from "../trends/controls.tsx";
import type { Loaded } from "../trends/report.ts";
import { isDay } from "../trends/days.ts";
import { numbersOf } from "../trends/numbers.ts";
import { idOf, lastOf, spansOf, treeOf, upFrom, word, type Day } from "./items.ts";
import type { TabProps } from "./page.tsx";
import { NEW } from "./view.ts";
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

/** A list that is too long to look through is searched, by parts of what `textOf` says. */
export function useSieve<T>(all: readonly T[], textOf: (one: T) => string): { found: readonly T[]; field: ComponentChildren; none: boolean } {
  const { w } = useManageWords();
  const [typed, setTyped] = useState("");
  const parts = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.length > MANY_PLACES && parts.length ? all.filter((each) => parts.every((part) => textOf(each).toLowerCase().includes(part))) : all;
  return {
    found,
    field: all.length > MANY_PLACES && <input type="search" class="sieve" data-testid="sieve" aria-label={w.search} placeholder={w.search} autocomplete="off" spellcheck={false} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />,
    none: found.length === 0 && all.length > 0,
  };
}

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

/** By the calendar of who looks: "2026-11-27". */
export function today(): string {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

/** Special days in a line: 20 – 21 Mar 2026 Idul Fitri: closed. */
export function useSayDay(): (day: Day) => string {
  const { w, lang } = useManageWords();
  return (day) => {
    const hours = spansOf(day.hours);
    const to = isDay(lastOf(day)) && lastOf(day) > day.from ? lastOf(day) : day.from; // as long as it is being typed
    const when = [isDay(day.from) ? numbersOf(lang).days(day.from, to) : "", day.name].filter(Boolean).join(" ");
    return `${when}: ${day.usual ? w.usual : hours.length ? w.hoursLine(hours) : w.closed}`;
  };
}

export interface After {
  say: (words: string) => void;
  saved: (id: string, changes: Changes) => void;
  gone: () => void;
  close: () => void;
}
/** What follows when a form has saved its thing, has taken it out, or is left. */
export function useAfter(loaded: Loaded<unknown>, { view, set, say }: TabProps): After {
  const { w } = useManageWords();
  const close = () => set({ id: "" });
  return {
    say,
    saved: (id, { lines }) => {
      say(lines[0] === "no change" ? w.noChange : w.saved(id));
      loaded.again();
      if (view.id === NEW) set({ id });
    },
    gone: () => {
      loaded.again();
      close();
    },
    close,
  };
}

function CopyButton({ text, words }: { text: string; words: string }) {
  const { w } = useManageWords();
  const [copied, setCopied] = useState(false);
  if (!isSecureContext) return null; // by plain http a browser lets no page copy: a click on the words marks them all
  return <button type="button" onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true), () => undefined)}>{copied ? w.copied : words}</button>;
}

/** A secret that is told once; lines: of a file that goes with it. */
export function Secret({ title, hint, value, done, lines = "" }: { title: string; hint: string; value: string; done: () => void; lines?: string }) {
  const { w } = useManageWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []); // it stands above the form in which it was asked for
  return (
    <section class="card secret" role="alert" aria-labelledby="h-secret">
      <h2 id="h-secret" ref={heading} tabIndex={-1}>{title}</h2>
      <p><code data-testid="secret">{value}</code></p>
      <p class="hint">{hint}</p>
      {lines && <pre data-testid="secret-lines" tabIndex={0} aria-label={w.secretLines}><code>{lines}</code></pre>}
      <span class="actions">
        <CopyButton text={value} words={lines ? w.copyPassword : w.copy} />
        {lines && <CopyButton text={lines} words={w.copyLines} />}
        <button type="button" class="primary" data-testid="secret-done" onClick={done}>{w.noted}</button>
      </span>
    </section>
  );
}
