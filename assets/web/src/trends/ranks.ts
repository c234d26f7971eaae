// Who stands where: places that chance could have ordered share a rank. Pure.
import type { RankedUnit } from "../api.ts";

export interface RankedRow extends RankedUnit {
  ranks: string; // "4–6"
  apart: boolean; // surely below all rows above it
}

/** The ranks a place may have: one more than those surely above it, up to all but those surely below it. */
export function ranksOf(units: RankedUnit[]): RankedRow[] {
  const told = units.filter(({ hidden }) => !hidden);
  let floor = Infinity; // the lowest end of all intervals above
  return units.map((unit) => {
    const { lo, hi, hidden } = unit;
    if (hidden || lo === null || hi === null) return { ...unit, ranks: "–", apart: false };
    const best = 1 + told.filter((other) => (other.lo ?? 0) > hi).length;
    const worst = told.length - told.filter((other) => (other.hi ?? 1) < lo).length;
    const apart = hi < floor && floor !== Infinity;
    floor = Math.min(floor, lo);
    return { ...unit, ranks: best === worst ? String(best) : `${best}\u2013${worst}`, apart };
  });
}
