// What unhappy visits may cost a year: a model, not a figure. Pure. Only the unhappy share is measured; the rest is assumed, and
// the range is that of the share alone.
//
//   visits a year x unhappy share x share of them that leaves x value of a customer a year
export interface Assumed {
  visits: number;
  leaves: number; // 0..1
  value: number;
}
export interface Range {
  value: number;
  lo: number;
  hi: number;
}

/** Unhappy: not on the top faces. From the satisfied share and its interval. */
export const unhappyOf = ({ value, lo, hi }: Range): Range => ({ value: 1 - value, lo: 1 - hi, hi: 1 - lo });

export function costOf(unhappy: Range, { visits, leaves, value }: Assumed): Range {
  const each = visits * leaves * value;
  return { value: unhappy.value * each, lo: unhappy.lo * each, hi: unhappy.hi * each };
}

/** A number as it is typed in either language, "1.500.000", "12,5", "1500000"; null: none, or out of range. */
export function numberOf(text: string, lang: "en" | "id", most: number): number | null {
  const [group, mark] = lang === "id" ? [".", ","] : [",", "."];
  const plain = text.trim().replace(/[\s\u00a0]/g, "");
  const grouped = new RegExp(`^\\d{1,3}(\\${group}\\d{3})+(\\${mark}\\d+)?$`);
  const bare = new RegExp(`^\\d+(\\${mark}\\d+)?$`);
  if (!grouped.test(plain) && !bare.test(plain)) return null;
  const n = Number(plain.replaceAll(group, "").replace(mark, "."));
  return n <= most ? n : null;
}
