// The places one may see, for a list to choose from. Pure.
import type { Session } from "../api.ts";

export type Place = Session["places"][number];

/** The tree as a list, each place under its parent, with its depth. */
export function inOrder(places: Place[]): [Place, number][] {
  const under = (parent: string | null, depth: number): [Place, number][] =>
    places.filter((each) => each.parent === parent).flatMap((each) => [[each, depth], ...under(each.id, depth + 1)] as [Place, number][]);
  return under(null, 0);
}
