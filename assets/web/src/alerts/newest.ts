// The newest alerts of a place, as many as are shown, asked for again as a whole: what ends meanwhile goes, and what comes puts nothing
// out of the list but its end. What was shown stays until they are all here.
import type { AlertList } from "../api.ts";
import type { Failure, Result } from "../http.ts";
import { getJson, useAgain, useEffect, useState } from "../kit.ts";
import { pathOf } from "../trends/report.ts";

const PAGE = 200; // of an answer, at most

async function newestOf(place: string, state: string, most: number, signal: AbortSignal): Promise<Result<AlertList>> {
  const alerts: AlertList["alerts"] = [];
  let next: number | null = null;
  do {
    const page: Result<AlertList> = await getJson<AlertList>(`/api/v1/${pathOf("alerts", { place, state, limit: Math.min(PAGE, most - alerts.length), cursor: next })}`, signal);
    if (!page.ok) return page;
    alerts.push(...page.value.alerts);
    next = page.value.next;
  } while (next !== null && alerts.length < most);
  return { ok: true, value: { alerts, next } };
}

export function useNewest(place: string, state: string, most: number): { data: AlertList | null; failure: Failure | null; busy: boolean; again: () => void } {
  const [loaded, setLoaded] = useState<{ data: AlertList | null; failure: Failure | null; busy: boolean }>({ data: null, failure: null, busy: true });
  const [turn, setTurn] = useState(0);
  const again = () => setTurn((n) => n + 1);
  useEffect(() => {
    const abort = new AbortController();
    setLoaded((was) => ({ ...was, busy: true }));
    void newestOf(place, state, most, abort.signal).then((result) => {
      if (!abort.signal.aborted) setLoaded((was) => (result.ok ? { data: result.value, failure: null, busy: false } : { ...was, failure: result.failure, busy: false }));
    });
    return () => abort.abort();
  }, [place, state, most, turn]);
  useAgain(loaded.failure, again);
  return { ...loaded, again };
}
