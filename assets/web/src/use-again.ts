// What has failed is asked again when it may go well: the network is back, or somebody has signed in (app.tsx says so, too).
import { useEffect } from "preact/hooks";

export function useAgain(failed: unknown, again: () => void): void {
  useEffect(() => {
    if (!failed) return;
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [failed]);
}
