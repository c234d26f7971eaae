// What the address carries: the branch. Everything else is the reader's own setting.
import { useEffect, useState } from "preact/hooks";

const placeOf = (): string | null => new URLSearchParams(location.search).get("place");

const address = (place: string): string => `/?place=${encodeURIComponent(place)}`;

export interface Route {
  place: string | null;
  go: (place: string) => void;
}

export function useRoute(): Route {
  const [place, setPlace] = useState(placeOf);
  useEffect(() => {
    const moved = () => setPlace(placeOf());
    addEventListener("popstate", moved);
    return () => removeEventListener("popstate", moved);
  }, []);
  const go = (next: string) => {
    history.pushState(null, "", address(next));
    setPlace(next);
  };
  return { place, go };
}

/** Names the branch that is shown, without a new entry in the history. */
export const nameInAddress = (place: string): void => history.replaceState(null, "", address(place));
