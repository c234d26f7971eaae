// Controls of this page: a choice among few as a row of buttons, a choice among many as a select that looks like its answer.
import type { ComponentChildren } from "preact";
import { Icon, MANY_PLACES, PlaceSearch } from "../kit.ts";
import { inOrder, type Place } from "./places.ts";

const GLYPH = {
  place: "M12 21s7-6.4 7-11.5A7 7 0 0 0 5 9.5C5 14.6 12 21 12 21ZM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5",
  days: "M5 6h14a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1ZM4 10.5h16M8 3.5V7M16 3.5V7",
  against: "M8 20V5M8 5 4.5 8.5M8 5l3.5 3.5M16 4v15M16 19l-3.5-3.5M16 19l3.5-3.5",
  keys: "M4 6h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1ZM7 10h.1M11 10h.1M15 10h.1M8 14h8",
  print: "M7 9V4h10v5M7 17H5a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1h14a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-2M7 14h10v6H7Z",
} as const;

export function Glyph({ name }: { name: keyof typeof GLYPH }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
      <path d={GLYPH[name]} />
    </svg>
  );
}

interface SegmentedProps<T extends string> {
  label: string;
  value: T | null;
  options: readonly (readonly [T, string])[];
  choose: (value: T) => void;
  id: string;
}

export function Segmented<T extends string>({ label, value, options, choose, id }: SegmentedProps<T>) {
  return (
    <span class="segmented" role="group" aria-label={label}>
      {options.map(([each, text]) => (
        <button key={each} type="button" data-testid={`${id}-${each}`} aria-pressed={each === value} onClick={() => choose(each)}>{text}</button>
      ))}
    </span>
  );
}

interface PickProps {
  id: string;
  label: string;
  glyph: keyof typeof GLYPH;
  shown: ComponentChildren;
  value: string;
  choose: (value: string) => void;
  children: ComponentChildren; // options
}

export function Pick({ id, label, glyph, shown, value, choose, children }: PickProps) {
  return (
    <span class="pick">
      <Glyph name={glyph} />
      <span aria-hidden="true">{shown}</span>
      <Icon name="chevron" />
      <select data-testid={id} aria-label={label} value={value} onChange={(event) => choose(event.currentTarget.value)}>{children}</select>
    </span>
  );
}

const INDENT = "\u2003"; // options take no other style

/** A place of those that one may see; among many by its name. */
export function PickPlace({ id, label, places, value, choose }: { id: string; label: string; places: Place[]; value: string; choose: (id: string) => void }) {
  const place = places.find((each) => each.id === value);
  const shown = place?.name ?? value;
  if (places.length > MANY_PLACES)
    return (
      <span class="pick">
        <Glyph name="place" />
        <span aria-hidden="true">{shown}</span>
        <Icon name="chevron" />
        <PlaceSearch id={id} label={`${label}: ${shown}`} places={places} current={value} choose={choose} />
      </span>
    );
  return (
    <Pick id={id} label={label} glyph="place" shown={shown} value={value} choose={choose}>
      {!place && <option value={value}>{value}</option>}
      {inOrder(places).map(([each, depth]) => <option key={each.id} value={each.id}>{INDENT.repeat(depth) + each.name}</option>)}
    </Pick>
  );
}
