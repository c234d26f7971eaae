// What the address says of this page, and back: a link leads to the very thing. Pure.
import type { Session } from "../api.ts";
import { addressOf } from "../kit.ts";

export const TABS = ["places", "kiosks", "calendars", "standards", "mailings", "channels", "users", "tokens", "log"] as const;
export type Tab = (typeof TABS)[number];
export const NEW = "new*"; // no id has a star

export interface View {
  tab: Tab;
  place: string; // what is shown of: "" all
  id: string; // what is open: "" nothing, NEW: a new one
  take?: string; // a setting that was tested and is put into the form of a standard; not for long in the address
}

/** Head office runs places, kiosks, calendars, standards and reports; channels, people and programs are the administrators'. */
export const tabsOf = (role: Session["user"]["role"]): readonly Tab[] => (role === "admin" ? TABS : TABS.slice(0, TABS.indexOf("channels")));

export function readView(query: URLSearchParams, tabs: readonly Tab[]): View {
  const tab = tabs.find((each) => each === query.get("tab")) ?? "places";
  const place = query.get("place") ?? "";
  return { tab, place, id: query.get("id") ?? (tab === "places" ? place : ""), take: query.get("take") ?? "" };
}

export function viewAddress({ tab, place, id, take = "" }: View): string {
  const all = { tab: tab === "places" ? "" : tab, place, id: id === place && tab === "places" ? "" : id, take };
  return addressOf("manage", Object.fromEntries(Object.entries(all).filter(([, value]) => value !== "")));
}
