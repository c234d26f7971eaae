// What came of a change, in words: the difference with its interval, or that it cannot be told yet, and why.
import type { TrendsEffect } from "../api.ts";
import type { Failure } from "../http.ts";
import { failureText } from "../kit.ts";
import { differenceOf, isReport, refusalOf } from "./effects.ts";
import { useWords, type Said } from "./words.ts";

/** As plain text, for tables and files. */
export function effectText(effect: TrendsEffect | Failure | undefined, { t, w, num }: Said): string {
  if (!isReport(effect)) return effect ? (effect.kind === "problem" && effect.status === 422 ? w.marks.notYet : failureText(effect, t)) : "…";
  const found = differenceOf(effect);
  const refusal = refusalOf(effect);
  if (!found) return `${w.marks.notYet}: ${w.marks.few}`;
  const figures = `${num.signed(found.points)} (${w.changeRange(num.signed(found.lo), num.signed(found.hi))})`;
  if (refusal) return `${figures}: ${w.marks.notYet}, ${refusal === "too-few" ? w.marks.few : w.refusals[refusal]}`;
  return found.lo > 0 || found.hi < 0 ? `${figures} ${w.points}` : `${figures} ${w.points}: ${w.marks.notYet}`;
}

export function EffectSaid({ effect }: { effect: TrendsEffect | Failure | undefined }) {
  const said = useWords();
  const text = effectText(effect, said);
  const found = isReport(effect) ? differenceOf(effect) : null;
  const sure = found && isReport(effect) && !refusalOf(effect) ? (found.lo > 0 ? "up" : found.hi < 0 ? "down" : "") : "";
  return <span class="effect-said"><span class={sure}>{sure ? <b>{text}</b> : text}</span></span>;
}
