// A line with its 95 % band over time, the days before as a dashed line, the promise in ink, and the votes below.
import type { TrendsSeries } from "../api.ts";
import { useWidth } from "../kit.ts";
import { countDays, type By } from "./days.ts";
import { MIN_DOT_VOTES, pointsOf, type Measure, type Points } from "./figures.ts";
import { ROW_PX, rowsOf, type MarkGroup } from "./marks.ts";
import { periodSaid } from "./line-card.tsx";
import { useWords } from "./words.ts";

interface Props {
  title: string;
  by: By;
  series: TrendsSeries;
  before: TrendsSeries | null;
  groups: MarkGroup[];
  measure: Measure;
  target: number | null;
  open: (from: string, to: string) => void;
}

const LEFT = 42;
const PAD = 12; // above the highest line
const LINES_MOST = 6;
const STEPS = [1, 2, 5, 10, 20, 50, 100];
const LABEL_PX = 15;
const TICK_PX = 84;

type Period = TrendsSeries["periods"][number];
interface Dot extends Points {
  x: number;
  period: Period;
}

export function LineChart({ title, by, series, before, groups, measure, target, open }: Props) {
  const said = useWords();
  const { w, f, num } = said;
  const [ref, width] = useWidth<HTMLDivElement>();
  const compact = width < 560;
  const days = countDays(series.from, series.to);
  const right = compact ? 52 : 104;
  const perDay = (width - LEFT - right) / days;
  const x = (origin: string, day: string, more = 0) => LEFT + (countDays(origin, day) - 1 + more) * perDay;
  const places = groups.map(({ from, to }) => (x(series.from, from) + x(series.from, to, 1)) / 2);
  const rows = rowsOf(places);
  const TOP = PAD + Math.max(0, ...rows.map((row) => row + 1)) * ROW_PX;
  const height = (compact ? 232 : 268) + TOP - PAD;
  const base = height - 22;
  const barTop = base - (compact ? 36 : 44);
  const plotBase = barTop - 14;
  const dotsOf = (of: TrendsSeries): Dot[] =>
    of.periods.flatMap((period) => {
      const points = pointsOf(period, measure);
      const half = countDays(period.from, period.to) / 2;
      return points && period.n >= MIN_DOT_VOTES ? [{ ...points, x: x(of.from, period.from, half), period }] : [];
    });
  const dots = dotsOf(series);
  const old = before ? dotsOf(before).filter((dot) => dot.x <= width - right) : [];
  const [bottom, top, step] = axis([...dots.flatMap(({ lo, hi }) => [lo, hi]), ...old.map(({ value }) => value), ...(target === null ? [] : [target])], measure);
  const y = (value: number) => plotBase - ((value - bottom) / (top - bottom)) * (plotBase - TOP);
  const most = Math.max(1, ...series.periods.map(({ n }) => n));
  const last = dots[dots.length - 1];
  const labels = spread([
    ...(last ? [{ at: y(last.value), text: num.measure(last.value, measure), kind: "strong" }] : []),
    ...(target === null ? [] : [{ at: y(target), text: compact ? f.percent(target) : w.promiseAt(f.percent(target).replace("%", "")), kind: "" }]),
    ...(old.length > 1 && !compact ? [{ at: y(old[old.length - 1]?.value ?? 0), text: w.previous, kind: "sub" }] : []),
  ], plotBase);
  const lines: number[] = [];
  for (let at = bottom; at <= top + 0.001; at += step) lines.push(at);

  return (
    <div ref={ref} class="chart line-chart">
      {width > 0 && (
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${w.lineAlt(title, num.day(series.from), num.day(series.to))}${groups.length ? ` ${w.marks.alt(groups.length)}` : ""}`}>
          {lines.map((at) => (
            <g key={at}>
              <line class="grid" x1={LEFT} x2={width - right} y1={y(at)} y2={y(at)} />
              <text class="sub" x={LEFT - 8} y={y(at) + 4} text-anchor="end">{measure === "share" ? f.percent(at) : num.one(at).replace(/[.,]0$/, "")}</text>
            </g>
          ))}
          {!dots.length && <text class="sub" x={(LEFT + width - right) / 2} y={(TOP + plotBase) / 2} text-anchor="middle">{w.noDots}</text>}
          <line class="axis" x1={LEFT} x2={width - right} y1={base} y2={base} />
          {series.periods.map((period) => {
            const [from, to] = [x(series.from, period.from), x(series.from, period.to, 1)];
            const tall = period.n ? Math.max(2, (period.n / most) * (base - barTop)) : 0;
            const gap = Math.min(3, (to - from) * 0.2);
            return tall > 0 && <rect key={period.from} class="bar" x={from + gap / 2} y={base - tall} width={to - from - gap} height={tall} rx={Math.min(2, (to - from) / 4)} />;
          })}
          <text class="sub" x={width - right + 8} y={barTop + 9}>{compact ? f.int(most) : w.most(f.int(most))}</text>
          {dots.length > 1 && <path class="band" d={bandOf(dots, y)} />}
          {old.length > 1 && <path class="before" d={lineOf(old, y)} />}
          {target !== null && <line class="promise" x1={LEFT} x2={width - right} y1={y(target)} y2={y(target)} />}
          {dots.length > 1 && <path class="line" d={lineOf(dots, y)} />}
          {dots.length <= 31 && dots.map((dot) => dot !== last && <circle key={dot.x} class="point" cx={dot.x} cy={y(dot.value)} r="2.5" />)}
          {groups.map(({ letter }, i) => {
            const [at, top] = [places[i] ?? 0, TOP - 10 - (rows[i] ?? 0) * ROW_PX];
            return (
              <g key={letter} class="event">
                <line x1={at} x2={at} y1={top} y2={plotBase} />
                <circle cx={at} cy={top} r="9" />
                <text x={at} y={top + 4} text-anchor="middle">{letter}</text>
              </g>
            );
          })}
          {last && <circle class="end" cx={last.x} cy={y(last.value)} r="4.5" />}
          {dots.length === 1 && last && <line class="line" x1={last.x} x2={last.x} y1={y(last.lo)} y2={y(last.hi)} />}
          {labels.map(({ at, text, kind }) => <text key={text} class={kind} x={width - right + 8} y={at + 4}>{text}</text>)}
          {ticksOf(series, by, perDay).map((day) => (
            <text key={day} class="sub" x={x(series.from, day, by === "day" ? 0.5 : 0)} y={height - 4} text-anchor={by === "day" ? "middle" : "start"}>
              {by === "month" ? num.month(day) : num.day(day)}
            </text>
          ))}
          {series.periods.map((period) => {
            const points = pointsOf(period, measure);
            const [from, to] = [x(series.from, period.from), x(series.from, period.to, 1)];
            return (
              <g key={period.from} class="open" onClick={() => open(period.from, period.to)}>
                <title>{w.tip(periodSaid(period.from, period.to, by, said), points ? num.measure(points.value, measure) : "–", points ? num.range(points.lo, points.hi) : "", w.vote(period.n, f.int(period.n)))}</title>
                <rect class="hit" x={from} y={TOP} width={to - from} height={base - TOP} />
                {points && period.n >= MIN_DOT_VOTES && <circle class="mark-dot" cx={(from + to) / 2} cy={y(points.value)} r="5" />}
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
}

const px = (value: number): number => Math.round(value * 10) / 10;
const lineOf = (dots: Dot[], y: (value: number) => number): string => dots.map((dot, i) => `${i ? "L" : "M"}${px(dot.x)} ${px(y(dot.value))}`).join("");
const bandOf = (dots: Dot[], y: (value: number) => number): string =>
  `${dots.map((dot, i) => `${i ? "L" : "M"}${px(dot.x)} ${px(y(dot.hi))}`).join("")}${[...dots].reverse().map((dot) => `L${px(dot.x)} ${px(y(dot.lo))}`).join("")}Z`;

/** Lowest and highest line and the step between them: round, and few. A line may cut its axis (chart rule 7). */
function axis(values: number[], measure: Measure): [bottom: number, top: number, step: number] {
  const [least, most] = measure === "nps" ? [-100, 100] : [0, 100];
  const low = Math.min(...(values.length ? values : [least]));
  const high = Math.max(...(values.length ? values : [most]));
  const step = STEPS.find((each) => Math.ceil(high / each) - Math.floor(low / each) <= LINES_MOST - 1) ?? 50;
  const bottom = Math.max(least, Math.floor(low / step) * step);
  const top = Math.min(most, Math.max(Math.ceil(high / step) * step, bottom + step));
  return [bottom, top, step];
}

/** Days with a label: beginnings of periods, as many as there is room for. */
function ticksOf({ periods, from }: TrendsSeries, by: By, perDay: number): string[] {
  const chosen: string[] = [];
  let free = -Infinity;
  for (const period of periods) {
    const begin = (countDays(from, period.from) - 1) * perDay;
    const whole = by === "day" || period.from !== from || countDays(period.from, period.to) > 3 || periods.length === 1;
    if (begin < free - 0.5 || !whole) continue;
    chosen.push(period.from);
    free = begin + (by === "day" ? Math.max(1, Math.ceil(TICK_PX / perDay / 7) * 7) * perDay : TICK_PX);
  }
  return by === "day" && perDay > TICK_PX ? periods.map((each) => each.from) : chosen;
}

interface Label {
  at: number;
  text: string;
  kind: string;
}

/** Pushed apart where they would touch, the first one staying where it is. */
function spread(labels: Label[], base: number): Label[] {
  const [first, ...others] = labels;
  if (!first) return [];
  const placed = [first];
  for (const label of others) {
    const up = label.at < first.at;
    let { at } = label;
    for (const other of [...placed].sort((a, b) => (up ? b.at - a.at : a.at - b.at)))
      if (Math.abs(other.at - at) < LABEL_PX) at = other.at + (up ? -LABEL_PX : LABEL_PX);
    placed.push({ ...label, at: Math.min(base, at) });
  }
  return placed;
}
