// The things of the configuration: where they lie in the tree, what they have from above, what two versions differ in. Pure.
import type { Item, Managed } from "../api.ts";

export const word = (item: Item, key: string): string => {
  const value = item[key];
  return typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : "";
};
export const idOf = ({ item }: Managed): string => word(item, "id") || word(item, "name");

/** The tree as a list, each place under its parent, with its depth. Where the parent is not shown the tree begins. */
export function treeOf(places: Managed[]): [Managed, number][] {
  const known = new Set(places.map(idOf));
  const under = (parent: string | null, depth: number): [Managed, number][] =>
    places
      .filter(({ item }) => (parent === null ? !known.has(word(item, "parent")) : word(item, "parent") === parent))
      .flatMap((each) => [[each, depth], ...under(idOf(each), depth + 1)] as [Managed, number][]);
  return under(null, 0);
}

/** The place and all above it, nearest first. */
export function upFrom(places: Managed[], id: string): Managed[] {
  const found: Managed[] = [];
  for (let at = places.find((each) => idOf(each) === id); at && !found.includes(at); at = places.find((each) => idOf(each) === word(at!.item, "parent"))) found.push(at);
  return found;
}

/** What a place has from above: the value, and whose it is. null: nobody says. */
export function inherited(places: Managed[], id: string, key: "tz" | "hours"): { value: unknown; from: Managed } | null {
  const from = upFrom(places, id).find(({ item }) => (Array.isArray(item[key]) ? (item[key] as unknown[]).length > 0 : word(item, key) !== ""));
  return from ? { value: from.item[key], from } : null;
}

export interface Span {
  days: string;
  open: string;
  close: string;
}
export const spansOf = (value: unknown): Span[] => (Array.isArray(value) ? (value as Span[]) : []);

export interface Day {
  from: string;
  to?: string;
  name?: string;
  usual?: boolean;
  hours?: Span[];
}
export const daysOf = ({ item }: { item: Item }): Day[] => (Array.isArray(item["days"]) ? (item["days"] as Day[]) : []);
export const lastOf = ({ from, to }: Day): string => to || from;

/** The special days of a place from `today` on, the earliest first: those of the nearer place count. */
export function daysAhead(calendars: Managed[], places: Managed[], id: string, today: string): { day: Day; calendar: Managed }[] {
  const found: { day: Day; calendar: Managed }[] = [];
  for (const up of upFrom(places, id)) {
    const here = calendars.filter(({ item }) => word(item, "place") === idOf(up)).flatMap((calendar) => daysOf(calendar).map((day) => ({ day, calendar })));
    found.push(...here.filter(({ day }) => lastOf(day) >= today && !found.some((near) => near.day.from <= day.from && lastOf(near.day) >= lastOf(day))));
  }
  return found.sort((a, b) => (a.day.from < b.day.from ? -1 : a.day.from > b.day.from ? 1 : 0));
}

const plain = (value: unknown): string => (value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value)); // 85 and "85" are one
const same = (a: unknown, b: unknown): boolean => plain(a) === plain(b);
/** Fields in which two versions differ. */
export const differing = (a: Item, b: Item): string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => !same(a[key], b[key]));

const isList = (value: unknown): value is unknown[] => Array.isArray(value);
/** Of lists, what one has and the other has not; null: they are no lists. */
export function listChanges(from: unknown, to: unknown): { out: unknown[]; added: unknown[] } | null {
  const [a, b] = [from ?? [], to ?? []];
  if (!isList(a) || !isList(b) || (!isList(from) && !isList(to))) return null;
  return { out: a.filter((each) => !b.some((other) => same(each, other))), added: b.filter((each) => !a.some((other) => same(each, other))) };
}
/** What I have made of `base` where somebody else has made `now` of it. Lists of both are one, entry by entry. */
export function merged(base: Item, mine: Item, now: Item): Item {
  const fields = differing(base, mine).map((field) => {
    const theirs = listChanges(base[field], now[field]);
    if (!theirs) return [field, mine[field]] as const;
    const kept = ((mine[field] ?? []) as unknown[]).filter((each) => !theirs.out.some((other) => same(each, other)));
    return [field, [...kept, ...theirs.added.filter((each) => !kept.some((other) => same(each, other)))]] as const;
  });
  return { ...now, ...Object.fromEntries(fields) };
}

/** Without what says nothing, so that an emptied field is one that is not there. */
export const tidy = (item: Item): Item =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => value !== "" && value !== undefined && !(Array.isArray(value) && value.length === 0)));

/** An id out of a name: Bandung Dago -> bandung-dago. */
export const slug = (name: string): string => name.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 32);
