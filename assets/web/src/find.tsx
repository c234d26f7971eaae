// A place among many, by a part of its name or of one above it: a list that is too long to choose from is searched. A file of its own.
import type { Session } from "./api.ts";
import { words } from "./find-words.ts";
import { Icon, useEffect, useMemo, useRef, useState, useText } from "./kit.ts";
import "./find.css";

type Place = Session["places"][number];

const MOST = 40; // shown at once

interface Props {
  places: Place[];
  only: string | null; // of this kind; null: any
  current: string;
  choose: (id: string) => void;
  close: () => void;
}

export function FindPlace({ places, only, current, choose, close }: Props) {
  const { t, lang } = useText();
  const w = words[lang];
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const known = useMemo(() => paths(places).filter(({ place }) => only === null || place.kind === only), [places, only]);
  const parts = plain(typed).split(/\s+/).filter(Boolean);
  const found = known.filter(({ text }) => parts.every((part) => text.includes(part)));
  useEffect(() => dialog.current?.showModal(), []);
  const take = (id: string) => {
    dialog.current?.close();
    choose(id);
  };
  return (
    <dialog ref={dialog} class="find" aria-labelledby="h-find" data-testid="find" onClose={close} onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}>
      <form role="search" onSubmit={(event) => {
        event.preventDefault();
        if (found[0]) take(found[0].place.id);
      }}>
        <header>
          <h2 id="h-find">{w.title}</h2>
          <button type="button" class="quiet" aria-label={t.close} onClick={() => dialog.current?.close()}><Icon name="close" /></button>
        </header>
        <input type="search" autofocus autocomplete="off" spellcheck={false} data-testid="find-text" aria-label={w.hint} placeholder={w.hint} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
        <p class="hint" role="status">{found.length === 0 ? w.none : found.length > MOST ? w.first(MOST, found.length) : w.found(found.length)}</p>
      </form>
      <ul>
        {found.slice(0, MOST).map(({ place, above }) => (
          <li key={place.id}>
            <button type="button" data-testid={`find-${place.id}`} aria-current={place.id === current ? "true" : undefined} onClick={() => take(place.id)}>
              <b>{place.name}</b>
              {place.openAlerts > 0 && <span class="pill">{t.openAlerts(place.openAlerts)}</span>}
              {above && <small>{above}</small>}
            </button>
          </li>
        ))}
      </ul>
    </dialog>
  );
}

/** Each place under its parent, with the names above it. */
function paths(places: Place[]): { place: Place; above: string; text: string }[] {
  const under = (parent: string | null, above: string): { place: Place; above: string; text: string }[] =>
    places.filter((each) => each.parent === parent).sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true })).flatMap((place) => [{ place, above, text: plain(`${above} ${place.name}`) }, ...under(place.id, above && parent ? `${above} \u203a ${place.name}` : parent ? place.name : "")]);
  return under(null, "");
}

const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
