// How complete the figures are: in the score's own header, and in words where something is missing.
import type { Coverage as Data } from "./api.ts";
import { Mark } from "./icons.tsx";
import { useText } from "./text.ts";

/** Never rounds up to 100 %: that is said only when the server says it is complete. */
export function coverageShare(share: number, complete: boolean): number {
  return complete ? 1 : Math.min(0.99, Math.floor(share * 100) / 100);
}

export function CoverageLine({ data }: { data: Data }) {
  const { t, f } = useText();
  if (data.share === null || data.asOf === null)
    return (
      <p class="coverage" data-testid="coverage" data-complete="false">
        <Mark kind="unknown" /> {t.coverageUnknown}
      </p>
    );
  const share = f.share(coverageShare(data.share, data.complete), 0);
  return (
    <p class="coverage" data-testid="coverage" data-complete={data.complete}>
      <Mark kind={data.complete ? "fine" : "warning"} /> {t.coverageOf(data.known, share, f.int(data.known), f.time(data.asOf))}
    </p>
  );
}

export function CoverageGaps({ data, now }: { data: Data; now: number }) {
  const { t, f } = useText();
  const lines = [
    ...data.missing.map((gap) => t.covMissing(gap.n, f.int(gap.n), gap.name)),
    ...data.notHeard.map((gap) => (gap.since === null ? t.covNeverHeard(gap.name) : t.covNotHeard(gap.name, f.when(gap.since, now)))),
    ...(data.lost > 0 ? [t.covLost(data.lost, f.int(data.lost))] : []),
  ];
  if (!lines.length) return null;
  return (
    <ul class="gaps">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
