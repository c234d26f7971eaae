// What came of each change: before and after, fetched one by one, so that a long log asks for no more than one report at a time.
import type { Trends, TrendsEffect } from "../api.ts";
import type { Failure } from "../http.ts";
import { getJson, useEffect, useState } from "../kit.ts";
import { pathOf } from "./report.ts";

export interface Change {
  id: string;
  place: string; // whose votes tell
  at: string; // its first day
  control: string; // ids of places without it, "": none
}
export type Effects = Map<string, TrendsEffect | Failure>; // by id; not there: not known yet

export function useEffects(changes: Change[], question = ""): Effects {
  const key = JSON.stringify([changes, question]);
  const [state, setState] = useState<{ key: string; effects: Effects }>({ key: "", effects: new Map() });
  useEffect(() => {
    const abort = new AbortController();
    const load = async () => {
      const effects: Effects = new Map();
      for (const { id, ...fields } of changes) {
        const result = await getJson<TrendsEffect>(`/api/v1/${pathOf("trends/effect", { question, ...fields })}`, abort.signal);
        if (abort.signal.aborted) return;
        effects.set(id, result.ok ? result.value : result.failure);
        setState({ key, effects: new Map(effects) });
      }
    };
    void load();
    return () => abort.abort();
  }, [key]);
  return state.key === key ? state.effects : new Map();
}

export const isReport = <T extends Trends>(value: T | Failure | undefined): value is T => value !== undefined && "coverage" in value;

/** The difference that counts: against the places without the change if there are any, else plain before and after. */
export function differenceOf({ change, control, effect }: TrendsEffect): { points: number; lo: number; hi: number } | null {
  const { difference, lo, hi } = control ? effect : change;
  return difference === null || lo === null || hi === null ? null : { points: difference * 100, lo: lo * 100, hi: hi * 100 };
}

export const refusalOf = ({ change, control, effect }: TrendsEffect): TrendsEffect["change"]["refusal"] => {
  const { refusal } = control ? effect : change;
  return refusal === "no-control" ? "" : refusal;
};
