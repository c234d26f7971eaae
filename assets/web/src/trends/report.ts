// One report of the API ("trends/series?place=..."): what was shown stays until the next one is here.
import type { Failure } from "../http.ts";
import { getJson, useAgain, useEffect, useState } from "../kit.ts";

export interface Loaded<T> {
  data: T | null; // of the last path that was answered
  failure: Failure | null; // of this path
  busy: boolean;
  again: () => void;
}

/** A path of null: not known yet. */
export function useReport<T>(path: string | null): Loaded<T> {
  const [state, setState] = useState<{ path: string | null; data: T | null; failure: Failure | null }>({ path: null, data: null, failure: null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (path === null) return;
    const abort = new AbortController();
    void getJson<T>(`/api/v1/${path}`, abort.signal).then((result) => {
      if (abort.signal.aborted) return;
      setState((was) => (result.ok ? { path, data: result.value, failure: null } : { path, data: was.data, failure: result.failure }));
    });
    return () => abort.abort();
  }, [path, turn]);
  const settled = state.path === path;
  const again = () => {
    setState((was) => ({ ...was, path: null }));
    setTurn((n) => n + 1);
  };
  useAgain(state.failure, again);
  return { data: state.data, failure: settled ? state.failure : null, busy: path === null || !settled, again };
}

export function pathOf(report: string, fields: Record<string, string | number | null>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(fields)) if (value !== null && value !== "") query.set(key, String(value));
  return `${report}?${query}`;
}
