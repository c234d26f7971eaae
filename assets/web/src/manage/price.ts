// What a standard sees, and how soon: "20% unhappy: 93, 30%: 34". Pure.
import type { StandardPrice } from "../api.ts";
import type { Format } from "../format.ts";

export const seen = ({ seen: all }: StandardPrice, f: Format, unhappy: string): string => all.map(({ unhappy: share, votes }, i) => `${f.percent(share * 100)}${i ? "" : ` ${unhappy}`}: ${f.int(votes)}`).join(", ");
