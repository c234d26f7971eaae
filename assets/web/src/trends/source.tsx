// Whose votes: those given at kiosks, or those from customers' own phones, which are in no figure of the kiosks. The choice is
// there where phones have answered in these days.
import type { TrendsSegments } from "../api.ts";
import { Segmented } from "./controls.tsx";
import type { Loaded } from "./report.ts";
import { useWords } from "./words.ts";

export type Source = "kiosks" | "phones";

const PHONES = "source:phone"; // store_segments.h

export const readSource = (query: URLSearchParams): Source => (query.get("source") === "phones" ? "phones" : "kiosks");
/** What the address and the API are told of it; null: nothing. */
export const sourceField = (source: Source): string | null => (source === "phones" ? source : null);
export const segmentOf = (source: Source): string | null => (source === "phones" ? PHONES : null);

interface Props {
  segments: Loaded<TrendsSegments>;
  value: Source;
  choose: (source: Source) => void;
}

export function SourcePick({ segments: { data }, value, choose }: Props) {
  const { w } = useWords();
  if (value === "kiosks" && !data?.segments.some(({ segment, n }) => segment === PHONES && n > 0)) return null;
  return <Segmented id="source" label={w.source} value={value} options={[["kiosks", w.sources.kiosks], ["phones", w.sources.phones]]} choose={choose} />;
}
