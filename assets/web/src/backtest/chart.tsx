// How satisfied, day by day, and below it when each setting would have raised an alert.
import type { Backtest, TrendsSeries } from "../api.ts";
import { addressOf, go } from "../kit.ts";
import { OrTable } from "../trends/chart-card.tsx";
import { countDays, dayMs } from "../trends/days.ts";
import { beginOf, dotsOf, LINES, spanOf, type Dot } from "../trends/dots.ts";
import { verdictOf } from "../trends/figures.ts";
import { lineTable } from "../trends/line-table.ts";
import { dressed, Plot, px } from "../trends/plot.tsx";
import { useWords as useTrendsWords } from "../trends/words.ts";
import { whereText, whyText } from "./alerts-card.tsx";
import { useWords } from "./words.ts";

const TOP = 10;
const ROW = 30; // of a setting
const BETWEEN = 12; // the scale and the rows
const AXIS = 22;
const PLOT = { wide: 208, compact: 150, below: 560 };
const TICK_PX = 84;
const DAY_MS = 86_400_000;
const MANY = 150; // alerts in a row: smaller marks

interface Props {
  report: Backtest;
  series: TrendsSeries | null;
  target: number | null;
}

/** The days as a table, where charts cannot be drawn: the alerts have one of their own. */
export function ChartOrDays(props: Props) {
  const said = useTrendsWords();
  const { report, series } = props;
  const open = (from: string, to: string) => go(addressOf("trends", { place: report.place.id, from, to }));
  if (!series) return <Chart {...props} />;
  return <OrTable title={said.w.satisfied} table={lineTable(series, "share", open, said)}><Chart {...props} /></OrTable>;
}

function Chart({ report, series, target }: Props) {
  const said = useWords(report.tz);
  const { w, f } = said;
  const { settings } = report;
  const dots = series ? dotsOf(series, "share") : [];
  const clock = localClock(report.tz);
  const two = report.compare !== null;
  const rows = settings.map(({ alerts }, i) => ({ name: i ? "B" : "A", at: ROW * (i + 0.5), r: alerts.length > MANY ? 3 : 5.5 }));
  const marks = settings.flatMap(({ alerts, rule }, i) =>
    alerts.map((alert) => ({
      ...rows[i], alert,
      raised: clock(alert.raised), until: alert.until === null ? beginOf(report, report.days) : clock(alert.until),
      tip: w.tip(whereText(alert), said.stamp(alert.raised), alert.until === null ? w.open : said.stamp(alert.until), whyText(alert, rule, said)),
    })),
  );
  const [a = "0", b = null] = settings.map(({ count }) => f.int(count));
  const tip = ({ value, period }: Dot) => w.dayTip(period.from === period.to ? said.day(period.from) : said.days(period.from, period.to), f.percent(value), f.int(period.n));
  return (
    <Plot
      class="test-chart" height={TOP + PLOT.wide + BETWEEN + settings.length * ROW + AXIS} label={w.chartAlt(said.day(report.from), said.day(report.to), a, b)}
      of={[report, series, target, said.lang]}
      draw={(kit, width) => {
        const compact = width < PLOT.below;
        const [left, right] = compact ? [40, 8] : [48, 92];
        const base = TOP + (compact ? PLOT.compact : PLOT.wide);
        const height = base + BETWEEN + settings.length * ROW + AXIS;
        const perDay = (width - left - right) / report.days;
        const thickness = ({ period }: Dot) => countDays(period.from, period.to) * perDay;
        const toned = dressed(dots, (element, { lo, hi }) => element.setAttribute("class", verdictOf({ lo, hi }, target)));
        const x = kit.scale({ x: { type: "utc", domain: [beginOf(report), beginOf(report, report.days)], range: [left, width - right], clamp: true } });
        const row = px<{ at?: number }>(({ at = 0 }) => base + BETWEEN + at);
        const lasting = marks.filter(({ raised, until, r = 0 }) => x.apply(until) - x.apply(raised) > r);
        return {
          height, marginTop: TOP, marginRight: right, marginBottom: height - base, marginLeft: left,
          x, y: { domain: spanOf([...dots.flatMap(({ lo, hi }) => [lo, hi]), ...(target === null ? [] : [target])], "share"), nice: LINES },
          marks: [
            kit.gridY({ ticks: LINES, className: "grid", strokeOpacity: 1 }),
            kit.axisY({ ticks: LINES, tickSize: 0, label: null, className: "sub", tickFormat: f.percent }),
            kit.axisX(ticksOf(report, perDay), { tickSize: 0, label: null, className: "sub", textAnchor: "start", dy: height - base - AXIS, tickFormat: (at: Date) => said.day(at.toISOString().slice(0, 10)) }),
            target === null ? null : kit.ruleY([target], { className: "promise" }),
            target === null || compact ? null : kit.text([target], { x: px(() => width - right + 8), y: Number, text: () => w.promise(f.percent(target)), textAnchor: "start" }),
            kit.ruleX(dots, { x: "at", y1: "lo", y2: "hi", strokeWidth: (dot: Dot) => Math.min(3, thickness(dot) * 0.6), className: "whisker", title: tip, render: toned }),
            kit.dot(dots, { x: "at", y: "value", r: px((dot: Dot) => Math.min(3, Math.max(1.5, thickness(dot) * 0.4))), className: "dot", title: tip, render: toned }),
            kit.text(rows, { x: px(() => left - 8), y: row, text: "name", textAnchor: "end", className: "strong" }),
            kit.ruleY(rows, { y: row, className: "axis" }),
            kit.ruleY(lasting, { x1: "raised", x2: "until", y: row, className: "lasting", title: "tip" }),
            kit.dot(marks, { x: "raised", y: row, r: px<{ r?: number }>(({ r = 0 }) => r), className: "alert-mark", title: "tip", render: dressed(marks, (element, { alert }) => element.classList.toggle("alone", two && !alert.both)) }),
          ],
        };
      }}
    />
  );
}

/** The clock of the place as if it were UTC, as days are. */
function localClock(tz: string): (ms: number) => Date {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: tz, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" });
  return (ms) => {
    const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    return new Date(Date.UTC(part["year"] ?? 1970, (part["month"] ?? 1) - 1, part["day"], part["hour"], part["minute"]));
  };
}

function ticksOf({ from, days }: Backtest, perDay: number): Date[] {
  const every = [1, 7, 14, 28, 56, 112].find((each) => each * perDay >= TICK_PX) ?? 224;
  const ticks: Date[] = [];
  for (let day = 0; (days - day) * perDay >= 40; day += every) ticks.push(new Date(dayMs(from) + day * DAY_MS));
  return ticks;
}
