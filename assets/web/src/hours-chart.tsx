// Satisfied share by hour with its interval, the usual day, the promise, and below them the votes.
import type { Today } from "./api.ts";
import type { Format } from "./format.ts";
import { useText } from "./text.ts";
import { useWidth } from "./use-width.ts";

type Hour = Today["hours"][number];

const MIN_DOT_VOTES = 10; // under this the interval says nothing (chart rule 4)
const LEFT = 30;
const PX_PER_DIGIT = 7.2; // of a 12 px figure

export function HoursChart({ hours, target }: { hours: Hour[]; target: number | null }) {
  const { t, f } = useText();
  const [ref, width] = useWidth<HTMLDivElement>();
  const compact = width < 420;
  const height = compact ? 200 : 268;
  const barTop = height - (compact ? 52 : 74);
  const base = height - 20;
  const plotTop = 8;
  const plotBase = barTop - 6;
  const slot = (width - LEFT) / hours.length;
  const dots = hours.filter((hour) => hour.n >= MIN_DOT_VOTES && hour.share !== null);
  const lowest = Math.min(60, target ?? 100, ...dots.map((hour) => (hour.lo ?? 1) * 100), ...hours.map((hour) => (hour.usual ?? 1) * 100));
  const bottom = Math.max(0, Math.floor(lowest / 10) * 10);
  const y = (percent: number) => plotBase - ((percent - bottom) / (100 - bottom)) * (plotBase - plotTop);
  const most = Math.max(1, ...hours.map((hour) => hour.n));
  const barHeight = (n: number) => (n ? Math.max(2, (n / most) * (base - barTop - (compact ? 2 : 16))) : 0);
  const counted = !compact && f.int(most).length * PX_PER_DIGIT < slot;
  const labelEvery = slot < 22 ? 2 : 1;
  const lines: number[] = [];
  for (let at = Math.ceil(bottom / 20) * 20; at <= 100; at += 20) lines.push(at);
  const first = hours[0];
  const last = hours[hours.length - 1];

  return (
    <div ref={ref} class="chart">
      {width > 0 && first && last && (
        <svg width={width} height={height} role="img" aria-label={t.hourAlt(hours.length, f.hour(first.hour), f.hour(last.hour + 1))}>
          {hours.map((hour, i) => (
            <rect key={hour.hour} class={hour.now ? "now" : "hit"} x={LEFT + slot * i} y={plotTop - 4} width={slot} height={base - plotTop + 4} rx="4" />
          ))}
          {lines.map((at) => (
            <g key={at}>
              <line class="grid" x1={LEFT} x2={width} y1={y(at)} y2={y(at)} />
              <text class="sub" x={LEFT - 6} y={y(at) + 4} text-anchor="end">{at}</text>
            </g>
          ))}
          {target !== null && <line class="promise" x1={LEFT} x2={width} y1={y(target)} y2={y(target)} />}
          <line class="axis" x1={LEFT} x2={width} y1={base} y2={base} />
          {hours.map((hour, i) => {
            const middle = LEFT + slot * (i + 0.5);
            const half = Math.min(slot * 0.34, 14);
            return (
              <g key={hour.hour} class={hour.verdict}>
                <title>{t.hourTip(`${f.hour(hour.hour)}\u2013${f.hour(hour.hour + 1)}`, f.int(hour.n), figure(hour, f))}</title>
                <rect class="hit" x={LEFT + slot * i} y="0" width={slot} height={height} />
                {hour.n > 0 && <rect class="bar" x={middle - half} y={base - barHeight(hour.n)} width={half * 2} height={barHeight(hour.n)} rx="2" />}
                {counted && hour.n > 0 && (
                  <text class="sub" x={middle} y={base - barHeight(hour.n) - 5} text-anchor="middle">{f.int(hour.n)}</text>
                )}
                {hour.n >= MIN_DOT_VOTES && hour.share !== null && hour.lo !== null && hour.hi !== null && (
                  <>
                    <rect class="soft" x={middle - 3.5} y={y(hour.hi * 100)} width="7" height={y(hour.lo * 100) - y(hour.hi * 100)} rx="3.5" />
                    <circle class="dot" cx={middle} cy={y(hour.share * 100)} r={compact ? 4.5 : 5} />
                  </>
                )}
                {hour.usual !== null && <line class="usual" x1={middle - half - 1} x2={middle + half + 1} y1={y(hour.usual * 100)} y2={y(hour.usual * 100)} />}
                {i % labelEvery === 0 && (
                  <text class={hour.now ? "strong" : "sub"} x={middle} y={height - 4} text-anchor="middle">{f.hour(hour.hour)}</text>
                )}
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
}

export function figure(hour: Hour, f: Format): string {
  if (hour.share === null || hour.lo === null || hour.hi === null) return "";
  return `${f.share(hour.share, 0)} (${f.range(hour.lo, hour.hi, 0)})`;
}
