// What is typed in a form and not saved yet: kept in this tab, so that a link, Back or a reload loses nothing. Nothing secret is
// typed in these forms.
import type { Item, Managed } from "../api.ts";

export interface Typed {
  base: Managed; // what it was typed on
  item: Item;
}

const LISTS: readonly string[] = ["places", "kiosks", "calendars", "standards", "users"];

let owner = "";
export const keepFor = (user: string): void => {
  owner = user;
};
const key = (list: string, id: string): string => `puas-typed:${owner}:${list}:${id}`;
const isItem = (value: unknown): value is Item => typeof value === "object" && value !== null && !Array.isArray(value);

export function typedIn(list: string, id: string): Typed | null {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(key(list, id)) ?? "null");
    return isItem(found) && isItem(found["base"]) && isItem(found["base"]["item"]) && isItem(found["item"]) ? (found as unknown as Typed) : null;
  } catch {
    return null; // not ours, or no storage
  }
}

export function keepTyped(list: string, id: string, typed: Typed | null): void {
  if (!LISTS.includes(list)) return;
  try {
    if (typed) sessionStorage.setItem(key(list, id), JSON.stringify(typed));
    else sessionStorage.removeItem(key(list, id));
  } catch {
    // no storage: it lasts as long as the form
  }
}
