// A line with its 95 % band over time, the days before as a dashed line, the promise in ink, and the votes below.
import type { TrendsSeries } from "../api.ts";
import { countDays, type By } from "./days.ts";
import { beginOf, dotsOf, LINES, middleOf, spanOf } from "./dots.ts";
import { isShare, pointsOf, type Measure } from "./figures.ts";
import { ROW_PX, rowsOf, type MarkGroup } from "./marks.ts";
import { periodSaid } from "./line-table.ts";
import { dressed, Plot, pressable, px } from "./plot.tsx";
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
const LABEL_PX = 15;
const TICK_PX = 84;
const POINTS_MOST = 31; // more make the line a chain
const HEIGHT = 268;
const COMPACT = { below: 560, height: 232 };
const DAYS_OF = { day: 1, week: 7, month: 28 };

type Period = TrendsSeries["periods"][number];

export function LineChart({ title, by, series, before, groups, measure, target, open }: Props) {
  const said = useWords();
  const { w, f, num } = said;
  const days = countDays(series.from, series.to);
  const dots = dotsOf(series, measure);
  const old = before ? dotsOf(before, measure, countDays(before.from, series.from) - 1).filter(({ at }) => at.getTime() <= beginOf(series, days).getTime()) : [];
  const last = dots[dots.length - 1];
  const most = Math.max(1, ...series.periods.map(({ n }) => n));
  const tip = (period: Period) => {
    const points = pointsOf(period, measure);
    return w.tip(periodSaid(period.from, period.to, by, said), points ? num.measure(points.value, measure) : "–", points ? num.range(points.lo, points.hi) : "", (measure === "named" ? w.answer : w.vote)(period.n, f.int(period.n)));
  };
  return (
    <Plot
      class="line-chart" height={HEIGHT} label={`${w.lineAlt(title, num.day(series.from), num.day(series.to))}${groups.length ? ` ${w.marks.alt(groups.length)}` : ""}`}
      of={[by, series, before, groups, measure, target, said.lang]}
      press={(key) => {
        const period = series.periods.find((one) => keyOf(one) === key);
        if (period) open(period.from, period.to);
      }}
      draw={(kit, width) => {
        const compact = width < COMPACT.below;
        const right = width - (compact ? 52 : 104);
        const perDay = (right - LEFT) / days;
        const x = kit.scale({ x: { type: "utc", domain: [beginOf(series), beginOf(series, days)], range: [LEFT, right] } });
        const letters = rowsOf(groups.map((group) => x.apply(middleOf(group)))).map((row, i) => ({ ...groups[i], at: groups[i] && middleOf(groups[i]), row }));
        const top = PAD + Math.max(0, ...letters.map(({ row }) => row + 1)) * ROW_PX;
        const height = (compact ? COMPACT.height : HEIGHT) + top - PAD;
        const base = height - 22; // of the votes
        const barTop = base - (compact ? 36 : 44);
        const plotBase = barTop - 14;
        const y = kit.scale({ y: { type: "linear", domain: spanOf([...dots.flatMap(({ lo, hi }) => [lo, hi]), ...old.map(({ value }) => value), ...(target === null ? [] : [target])], measure), nice: LINES, range: [plotBase, top] } });
        const labels = spread([
          ...(last ? [{ at: y.apply(last.value), text: num.measure(last.value, measure), kind: "strong" }] : []),
          ...(target === null ? [] : [{ at: y.apply(target), text: compact ? f.percent(target) : w.promiseAt(f.percent(target).replace("%", "")), kind: "" }]),
          ...(old.length > 1 && !compact ? [{ at: y.apply(old[old.length - 1]?.value ?? 0), text: w.previous, kind: "sub" }] : []),
        ], plotBase);
        const thickness = perDay * DAYS_OF[by];
        const span = { x1: (period: Period) => beginOf(period), x2: (period: Period) => beginOf(period, countDays(period.from, period.to)) };
        const letterAt = px<{ row: number }>(({ row }) => top - 10 - row * ROW_PX);
        return {
          height, marginTop: top, marginRight: width - right, marginBottom: height - plotBase, marginLeft: LEFT,
          x, y,
          marks: [
            kit.gridY({ ticks: LINES, className: "grid", strokeOpacity: 1 }),
            kit.axisY({ ticks: LINES, tickSize: 0, label: null, className: "sub", tickFormat: (at: number) => (isShare(measure) ? f.percent(at) : num.one(at).replace(/[.,]0$/, "")) }),
            kit.axisX(ticksOf(series, by, thickness), { tickSize: 0, label: null, className: "sub", dy: base - plotBase, textAnchor: by === "day" ? "middle" : "start", tickFormat: (at: Date) => (by === "month" ? num.month : num.day)(at.toISOString().slice(0, 10)) }),
            kit.frame({ anchor: "bottom", className: "axis", dy: base - plotBase }),
            kit.rect(series.periods.filter(({ n }) => n > 0), { ...span, y1: px(() => base), y2: px<Period>(({ n }) => base - Math.max(2, (n / most) * (base - barTop))), inset: Math.min(1.5, thickness * 0.1), insetTop: 0, insetBottom: 0, rx: Math.min(2, thickness / 4), className: "bar" }),
            kit.text([most], { x: px(() => right + 8), y: px(() => barTop + 5), text: compact ? f.int : (n: number) => w.most(f.int(n)), textAnchor: "start", className: "sub" }),
            dots.length ? null : kit.text([w.noDots], { frameAnchor: "middle", className: "sub" }),
            dots.length > 1 ? kit.areaY(dots, { x: "at", y1: "lo", y2: "hi", className: "band" }) : null,
            old.length > 1 ? kit.lineY(old, { x: "at", y: "value", className: "before" }) : null,
            target === null ? null : kit.ruleY([target], { className: "promise" }),
            dots.length > 1 ? kit.lineY(dots, { x: "at", y: "value", className: "line" }) : kit.ruleX(dots, { x: "at", y1: "lo", y2: "hi", className: "line" }),
            dots.length <= POINTS_MOST ? kit.dot(dots, { x: "at", y: "value", r: 2.5, className: "point" }) : null,
            kit.ruleX(letters, { x: "at", y1: letterAt, y2: px(() => plotBase), className: "event" }),
            kit.dot(letters, { x: "at", y: letterAt, r: 9, className: "event" }),
            kit.text(letters, { x: "at", y: letterAt, text: "letter", className: "event" }),
            kit.dot(last ? [last] : [], { x: "at", y: "value", r: 4.5, className: "end" }),
            kit.text(labels, { x: px(() => right + 8), y: px<Label>(({ at }) => at), text: "text", textAnchor: "start", render: dressed(labels, (element, { kind }) => element.setAttribute("class", kind)) }),
            kit.rect(series.periods, { ...span, y1: px(() => top), y2: px(() => base), className: "hit", ariaLabel: tip, title: tip, render: pressable(series.periods, (period) => ({ key: keyOf(period) })) }),
            kit.dot(dots, kit.pointerX({ x: "at", y: "value", r: 5, className: "mark-dot", ariaHidden: "true", pointerEvents: "none" })),
          ],
        };
      }}
    />
  );
}

const keyOf = ({ from }: Period): string => `period-${from}`;
/** Beginnings of periods, as many as there is room for; of days, the same weekday. A first one that is cut is none. */
function ticksOf({ periods }: TrendsSeries, by: By, thickness: number): Date[] {
  const few = Math.max(1, Math.ceil(TICK_PX / thickness));
  const every = by === "day" && few > 1 ? Math.ceil(few / 7) * 7 : few;
  const [first, second] = periods;
  const begin = first && second && by !== "day" && countDays(first.from, first.to) < countDays(second.from, second.to) ? 1 : 0;
  return periods.filter((_, i) => i >= begin && (i - begin) % every === 0).map((period) => (by === "day" ? middleOf(period) : beginOf(period)));
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
