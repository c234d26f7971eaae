// What the address says of this page, and back: a link is a view, its assumptions included. What goes without saying is not in it.
import type { Session } from "../api.ts";
import { addressOf } from "../kit.ts";

export const SPANS = ["28d", "90d", "365d"] as const;
export type Span = (typeof SPANS)[number];

export interface View {
  place: string;
  control: string[]; // branches where nothing changed
  span: Span; // days behind recognition and the model
  leaves: string; // of 100 unhappy customers so many do not come back; numbers stand as "12.5"; "": nobody has said
  value: string; // of a customer, a year
  visits: string; // a year; "": as many as there are votes
}

export const CONTROLS_MAX = 20; // of the report (trends.h)

export function readView(query: URLSearchParams, place: string): View {
  const control = (query.get("control") ?? "").split(",").filter((id) => /^[a-z0-9-]{1,32}$/.test(id));
  const span = query.get("period");
  const number = (name: string) => (/^\d{1,15}(\.\d{1,6})?$/.test(query.get(name) ?? "") ? (query.get(name) ?? "") : "");
  return {
    place,
    control: [...new Set(control)].slice(0, CONTROLS_MAX),
    span: SPANS.find((each) => each === span) ?? "90d",
    leaves: number("leaves"),
    value: number("value"),
    visits: number("visits"),
  };
}

export function viewAddress({ place, control, span, leaves, value, visits }: View): string {
  const all = { place, control: control.join(","), period: span === "90d" ? "" : span, leaves, value, visits };
  return addressOf("improve", Object.fromEntries(Object.entries(all).filter(([, each]) => each !== "")));
}

export type Place = Session["places"][number];

/** Is the place `above`, or under it? */
export function isUnder(places: Place[], id: string, above: string): boolean {
  for (let at: string | null = id; at !== null; at = places.find((each) => each.id === at)?.parent ?? null) if (at === above) return true;
  return false;
}

/** The branches that a change at `place` can be held against: neither under it nor above. */
export const controlsOf = (places: Place[], chosen: string[], place: string): string =>
  chosen.filter((id) => !isUnder(places, id, place) && !isUnder(places, place, id)).join(",");
