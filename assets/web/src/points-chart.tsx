// Why an alert was raised: the points, step by step, against their limit.
import type { Alert } from "./api.ts";
import { useText } from "./text.ts";
import { useWidth } from "./use-width.ts";

const HEIGHT = 138;
const TOP = 20;
const BASE = 114;
const LEFT = 32;
const RIGHT = 36;
const TICK_MIN_PX = 76;
const MINUTE = 60_000;
const TICK_STEPS_MIN = [15, 30, 60, 120, 180, 360, 720, 1440];

export function PointsChart({ alert, now }: { alert: Alert; now: number }) {
  const { t, f } = useText();
  const [ref, width] = useWidth<HTMLDivElement>();
  const last = alert.curve[alert.curve.length - 1];
  const limit = alert.limit;
  if (!last || limit === null) return null;

  const from = Math.min(alert.since, alert.curve[0]?.at ?? alert.since);
  const to = Math.max(last.at, alert.raised, from + MINUTE);
  const top = Math.max(limit * 1.15, ...alert.curve.map((step) => step.points));
  const x = (at: number) => LEFT + ((at - from) / (to - from)) * (width - LEFT - RIGHT);
  const y = (points: number) => BASE - (points / top) * (BASE - TOP);
  const line = alert.curve.map((step, i) => (i ? `H${px(x(step.at))}V${px(y(step.points))}` : `M${px(x(step.at))} ${px(y(step.points))}`)).join("");
  const raisedX = Math.min(Math.max(x(alert.raised), LEFT), width - RIGHT);
  const raisedText = t.curveAlarm(f.when(alert.raised, now));
  const raisedLeft = raisedX - LEFT > raisedText.length * 6.2;
  const endX = Math.min(x(last.at), width - RIGHT) + 6;
  // Beside a short curve the two figures would stand on each other.
  const crossed = endX < raisedX + 8 + raisedText.length * 6.2 && Math.abs(y(last.points) - y(limit) - 14) < 16;
  const above = raisedLeft || crossed;
  const alt = t.curveAlt(f.when(from, now), f.when(to, now), f.int(last.points), f.int(limit), f.when(alert.raised, now));
  const endY = Math.abs(y(last.points) - y(limit)) < 13 && last.points < limit ? y(limit) + 13 : y(last.points);

  return (
    <div ref={ref} class="chart">
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="img" aria-label={alt}>
          <line class="axis" x1={LEFT} x2={width - RIGHT} y1={BASE} y2={BASE} />
          <path class="area" d={`${line}V${BASE}H${px(x(alert.curve[0]?.at ?? from))}Z`} />
          <line class="promise" x1={LEFT} x2={width - RIGHT} y1={y(limit)} y2={y(limit)} />
          <path class="points" d={line} />
          <circle class="raise" cx={raisedX} cy={y(limit)} r="5" />
          <text class="halo" x={raisedLeft ? raisedX - 6 : raisedX + 8} y={above ? y(limit) - 9 : y(limit) + 18} text-anchor={raisedLeft ? "end" : "start"}>
            {raisedText}
          </text>
          <text class="strong" x={LEFT - 6} y={y(limit) + 4} text-anchor="end">{f.int(limit)}</text>
          <text class="sub" x={LEFT - 6} y={BASE + 4} text-anchor="end">0</text>
          <text class="strong" x={endX} y={endY + 4}>{f.int(last.points)}</text>
          <text class="sub" x={LEFT} y={BASE + 17}>{f.when(from, now)}</text>
          {ticks(from, to, x).map((at) => (
            <text key={at} class="sub" x={x(at)} y={BASE + 17} text-anchor="middle">{f.time(at)}</text>
          ))}
          <text class="sub" x={width - RIGHT} y={BASE + 17} text-anchor="end">{f.when(to, now)}</text>
        </svg>
      )}
    </div>
  );
}

const px = (value: number): number => Math.round(value * 10) / 10;

/** Round times between the ends that leave room for their labels. Every time zone is a multiple of 15 minutes. */
function ticks(from: number, to: number, x: (at: number) => number): number[] {
  for (const minutes of TICK_STEPS_MIN) {
    const step = minutes * MINUTE;
    if (x(from + step) - x(from) < TICK_MIN_PX) continue;
    const found: number[] = [];
    for (let at = Math.ceil(from / step) * step; at < to; at += step)
      if (x(at) - x(from) > TICK_MIN_PX && x(to) - x(at) > TICK_MIN_PX) found.push(at);
    return found;
  }
  return [];
}
