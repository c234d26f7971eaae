// A share with its 95 % interval on a line from 0 to 100, and the promise as a tick: at the same place on every card.
import type { Verdict } from "./api.ts";
import { useText } from "./text.ts";
import { useWidth } from "./use-width.ts";

export type TrackMark = "standard" | "change" | "share"; // kinds of alert that have one

interface Props {
  share: number;
  lo: number;
  hi: number;
  target: number | null; // percent of satisfied votes
  verdict: Verdict;
  labels?: boolean;
  mark?: TrackMark; // what the tick is
}

const BAR_Y = 9;
const PX_PER_CHAR = 6.7; // 12 px text, a little too wide rather than too narrow

export function Track({ share, lo, hi, target, verdict, labels = false, mark = "standard" }: Props) {
  const { t, f } = useText();
  const [ref, width] = useWidth<HTMLDivElement>();
  const range = f.range(lo, hi, 0);
  const targetText = target === null ? "" : `${t.mark[mark]} ${f.percent(target).replace("%", "")}`;
  const alt = t.trackAlt(f.share(share, 0), range, targetText);
  const x = (value: number) => value * width;
  const rangeText = t.interval95(range);
  const at = labels ? placeLabels(x((lo + hi) / 2), rangeText, x((target ?? 0) / 100), targetText, width) : null;
  return (
    <div class="track" ref={ref}>
      {width > 0 && (
        <svg width={width} height={labels ? 36 : 18} role="img" aria-label={alt} class={verdict}>
          <rect class="rail" x="0" y={BAR_Y - 3} width={width} height="6" rx="3" />
          <rect class="soft" x={x(lo)} y={BAR_Y - 6} width={Math.max(6, x(hi) - x(lo))} height="12" rx="6" />
          <circle class="dot" cx={x(share)} cy={BAR_Y} r="6" />
          {target !== null && <rect class="tick" x={x(target / 100) - 1.25} y={BAR_Y - 8} width="2.5" height="16" rx="1" />}
          {at && (
            <>
              <text class="sub" x={at.range} y="33" text-anchor="middle">{rangeText}</text>
              <text class="strong" x={at.target} y="33" text-anchor="middle">{targetText}</text>
            </>
          )}
        </svg>
      )}
    </div>
  );
}

/** Middles of both labels, pushed apart where they would touch, inside 0..width. */
function placeLabels(range: number, rangeText: string, target: number, targetText: string, width: number) {
  const halfRange = (rangeText.length * PX_PER_CHAR) / 2;
  const halfTarget = (targetText.length * PX_PER_CHAR) / 2;
  const clamp = (value: number, half: number) => Math.min(width - half, Math.max(half, value));
  let a = clamp(range, halfRange);
  let b = clamp(target, halfTarget);
  if (targetText) {
    const need = halfRange + halfTarget + 8;
    const overlap = need - Math.abs(a - b);
    if (overlap > 0) {
      const direction = a <= b ? -1 : 1;
      a = clamp(a + (direction * overlap) / 2, halfRange);
      b = clamp(a - direction * need, halfTarget);
      a = clamp(b + direction * need, halfRange);
    }
  }
  return { range: a, target: b };
}
