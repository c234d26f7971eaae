// What the address carries: the page, the place, and whatever else the page wants to be found again by a link. The
// reader's own settings are not in it.
import { useEffect, useState } from "preact/hooks";

const PAGES = ["today", "trends", "alerts", "backtest", "improve", "report", "poster", "wall", "board", "manage", "survey"] as const;
export type PageName = (typeof PAGES)[number];

export interface Route {
  page: PageName;
  place: string | null;
  query: URLSearchParams; // all of it
}

const MOVED = "puas-moved";

const here = (): Route => {
  const query = new URLSearchParams(location.search);
  const page = query.get("page");
  return { page: PAGES.find((each) => each === page) ?? "today", place: query.get("place"), query };
};

/** The address of a page; today goes without saying. */
export const addressOf = (page: PageName, more: Record<string, string> | URLSearchParams = {}): string => {
  const query = new URLSearchParams(page === "today" ? {} : { page });
  for (const [key, value] of more instanceof URLSearchParams ? more : Object.entries(more)) query.set(key, value);
  return `/?${query}`;
};

export function useRoute(): Route {
  const [route, setRoute] = useState(here);
  useEffect(() => {
    const moved = () => setRoute(here());
    addEventListener("popstate", moved);
    addEventListener(MOVED, moved);
    return () => {
      removeEventListener("popstate", moved);
      removeEventListener(MOVED, moved);
    };
  }, []);
  return route;
}

export function go(address: string): void {
  history.pushState(null, "", address);
  dispatchEvent(new Event(MOVED));
}

/** Names the branch that is shown, without a new entry in the history. Who has gone on or back meanwhile keeps their address. */
export function nameInAddress(place: string): void {
  const now = here();
  if (now.page === "today" && !now.place) history.replaceState(null, "", addressOf("today", { place }));
}

/** A click on a link that stays within the page: not one that wants a new tab. */
export const follow = (address: string) => (event: MouseEvent): void => {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(address);
};
