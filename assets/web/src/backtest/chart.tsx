// How satisfied, day by day, and below it when each setting would have raised an alert.
import type { Backtest, BacktestSetting, TrendsSeries } from "../api.ts";
import { useWidth } from "../kit.ts";
import { countDays, dayMs } from "../trends/days.ts";
import { MIN_DOT_VOTES, pointsOf, verdictOf } from "../trends/figures.ts";
import { whereText, whyText } from "./alerts-card.tsx";
import { useWords } from "./words.ts";

const TOP = 10;
const ROW = 30;
const TICK_PX = 84;
const DAY_MS = 86_400_000;
const STEPS = [1, 2, 5, 10, 20, 50];
const LINES_MOST = 5;
const MANY = 150; // alerts in a row: smaller marks

interface Props {
  report: Backtest;
  series: TrendsSeries | null;
  target: number | null;
}

export function Chart({ report, series, target }: Props) {
  const said = useWords(report.tz);
  const { w, f } = said;
  const [ref, width] = useWidth<HTMLDivElement>();
  const compact = width < 560;
  const left = compact ? 40 : 48;
  const right = compact ? 8 : 92;
  const plot = compact ? 150 : 208;
  const base = TOP + plot;
  const height = base + 12 + report.settings.length * ROW + 22;
  const first = dayMs(report.from);
  const perDay = (width - left - right) / report.days;
  const x = (ms: number) => Math.min(width - right, Math.max(left, left + ((ms - first) / DAY_MS) * perDay));
  const clock = localClock(report.tz);
  const dots = (series?.periods ?? []).flatMap((period) => {
    const points = pointsOf(period, "share");
    const middle = dayMs(period.from) + (countDays(period.from, period.to) * DAY_MS) / 2;
    return points && period.n >= MIN_DOT_VOTES ? [{ ...points, at: middle, period }] : [];
  });
  const widthOf = (period: { from: string; to: string }) => countDays(period.from, period.to) * perDay;
  const ends = [...dots.flatMap(({ lo, hi }) => [lo, hi]), ...(target === null ? [] : [target])];
  const [least, most] = ends.length ? [Math.min(...ends), Math.max(...ends)] : [0, 100];
  const step = STEPS.find((each) => (most - least) / each <= LINES_MOST) ?? 50;
  const bottom = Math.max(0, Math.floor(least / step) * step);
  const top = Math.min(100, Math.max(bottom + step, Math.ceil(most / step) * step));
  const y = (share: number) => base - ((share - bottom) / (top - bottom)) * plot;
  const lines: number[] = [];
  for (let at = bottom; at <= top + 0.001; at += step) lines.push(at);
  const counts = report.settings.map(({ count }) => f.int(count));
  const alt = w.chartAlt(said.day(report.from), said.day(report.to), counts[0] ?? "0", counts[1] ?? null);

  return (
    <div ref={ref} class="chart test-chart">
      {width > 0 && (
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={alt}>
          {lines.map((at) => (
            <g key={at}>
              <line class="grid" x1={left} x2={width - right} y1={y(at)} y2={y(at)} />
              <text class="sub" x={left - 8} y={y(at) + 4} text-anchor="end">{f.percent(at)}</text>
            </g>
          ))}
          {target !== null && <line class="promise" x1={left} x2={width - right} y1={y(target)} y2={y(target)} />}
          {target !== null && !compact && <text x={width - right + 8} y={y(target) + 4}>{w.promise(f.percent(target))}</text>}
          {dots.map(({ at, value, lo, hi, period }) => (
            <g key={period.from} class={verdictOf({ lo, hi }, target)}>
              <title>{w.dayTip(period.from === period.to ? said.day(period.from) : said.days(period.from, period.to), f.percent(value), f.int(period.n))}</title>
              <line class="whisker" stroke-width={Math.min(3, widthOf(period) * 0.6)} x1={x(at)} x2={x(at)} y1={y(lo)} y2={y(hi)} />
              <circle class="dot" cx={x(at)} cy={y(value)} r={Math.min(3, Math.max(1.5, widthOf(period) * 0.4))} />
            </g>
          ))}
          {report.settings.map((setting, i) => (
            <Row key={i} name={i ? "B" : "A"} setting={setting} y={base + 12 + ROW * (i + 0.5)} left={left} right={width - right} x={(ms) => x(clock(ms))} two={report.compare !== null} report={report} />
          ))}
          {ticksOf(report, perDay).map((ms) => (
            <text key={ms} class="sub" x={x(ms)} y={height - 4} text-anchor="start">{said.day(new Date(ms).toISOString().slice(0, 10))}</text>
          ))}
        </svg>
      )}
    </div>
  );
}

interface RowProps {
  name: string;
  setting: BacktestSetting;
  y: number;
  left: number;
  right: number;
  x: (ms: number) => number;
  two: boolean;
  report: Backtest;
}

function Row({ name, setting: { alerts, rule }, y, left, right, x, two, report }: RowProps) {
  const said = useWords(report.tz);
  const { w } = said;
  const r = alerts.length > MANY ? 3 : 5.5;
  return (
    <g>
      <text class="strong" x={left - 8} y={y + 4} text-anchor="end">{name}</text>
      <line class="axis" x1={left} x2={right} y1={y} y2={y} />
      {alerts.map((alert) => {
        const [from, to] = [x(alert.raised), alert.until === null ? right : x(alert.until)];
        return (
          <g key={`${alert.place.id} ${alert.kiosk?.id ?? ""} ${alert.raised}`}>
            <title>{w.tip(whereText(alert), said.stamp(alert.raised), alert.until === null ? w.open : said.stamp(alert.until), whyText(alert, rule, said))}</title>
            {to - from > r && <line class="lasting" x1={from} x2={to} y1={y} y2={y} />}
            <circle class={`alert-mark ${two && !alert.both ? "alone" : ""}`} cx={from} cy={y} r={r} />
          </g>
        );
      })}
    </g>
  );
}

/** The clock of the place as if it were UTC, as days are. */
function localClock(tz: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: tz, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" });
  return (ms) => {
    const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(part["year"] ?? 1970, (part["month"] ?? 1) - 1, part["day"], part["hour"], part["minute"]);
  };
}

function ticksOf({ from, days }: Backtest, perDay: number): number[] {
  const every = [1, 7, 14, 28, 56, 112].find((each) => each * perDay >= TICK_PX) ?? 224;
  const ticks: number[] = [];
  for (let day = 0; (days - day) * perDay >= 40; day += every) ticks.push(dayMs(from) + day * DAY_MS);
  return ticks;
}
