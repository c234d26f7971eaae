// When: the hours of the week against the promise (or against the mean), or how many votes they have. A cell, a day or an
// hour that is chosen is the only one in the line.
import type { TrendsGrid } from "../api.ts";
import { ChartCard } from "./chart-card.tsx";
import { Segmented } from "./controls.tsx";
import { word, type Table } from "./csv.ts";
import { countDays } from "./days.ts";
import { measureOf, measureSaid, pointsOf, stepOf, targetOf, verdictOf, type Measure } from "./figures.ts";
import { hoursSaid } from "./line-card.tsx";
import { dressed, HATCHED, Plot, pressable } from "./plot.tsx";
import type { Loaded } from "./report.ts";
import type { View } from "./view.ts";
import { useWords, type Said } from "./words.ts";

interface Props {
  view: View;
  set: (change: Partial<View>) => void;
  usual: Measure; // where no reason is the filter
  grid: Loaded<TrendsGrid>;
  mean: number | null; // of the period, in points
  file: string;
  sheet: string | null;
}

type Cell = TrendsGrid["cells"][number];
type Hours = Pick<View, "weekday" | "hour">; // null: of every day, every hour

const WEEK = [1, 2, 3, 4, 5, 6, 0];
const ACROSS_PX = 560; // narrower: hours stand below each other
const CELL_MOST_PX = 100;
const [TOP, LEFT, ROW] = [23, 44, 32];
const [LEFT_NARROW, ROW_TOUCHED] = [34, 46]; // hours below each other: 44 px to touch, with what lies between
const VOLUME_STEPS = 5;

export function GridCard({ view, set, usual, grid, mean, file, sheet }: Props) {
  const said = useWords();
  const { w, f, num } = said;
  const { data } = grid;
  const measure = measureOf(data, usual);
  const named = measure === "named";
  const counted = named ? w.answers : w.votes;
  const target = data ? targetOf(data, measure) : null;
  const title = w.gridOf(view.volume ? counted.toLowerCase() : measure === "share" ? `% ${w.satisfied.toLowerCase()}` : measureSaid(measure, data, w));
  const amounts = <span>{[0, 1, 2, 3, 4].map((step) => <b key={step} class={`v${step}`} />)}</span>;
  return (
    <ChartCard
      name="grid" title={title} view={view} set={set} loaded={grid} file={file} sheet={sheet}
      table={data?.cells.length ? tableOf(data, measure, said, set) : null}
      tools={<Segmented id="grid" label={w.grid} value={view.volume ? "votes" : "score"} options={[["score", named ? w.named : w.score], ["votes", counted]]} choose={(value) => set({ volume: value === "votes" })} />}
      legend={
        <ul class="legend scale" aria-hidden="true">
          {view.volume ? (
            <li>{w.few}{amounts}{named ? w.manyAnswers : w.many}</li>
          ) : (
            <>
              {named ? (
                <li>{w.seldom}{amounts}{w.often}</li>
              ) : (
                <li>{w.below}<span>{[0, 1, 2, 3, 4, 5, 6].map((step) => <b key={step} class={`s${step}`} />)}</span>{target === null ? w.aroundMean : w.above(num.one(target).replace(/[.,]0$/, ""))}</li>
              )}
              <li><span><b class="thin" /></span>{w.thin(f.int(data?.least ?? 0))}</li>
            </>
          )}
        </ul>
      }
      note={data && target !== null && !view.volume && <Worst cells={data.cells} target={target} least={data.least} />}
    >
      {data && <Grid view={view} set={set} data={data} measure={measure} middle={target ?? mean ?? 0} said={said} />}
    </ChartCard>
  );
}

interface GridProps {
  view: View;
  set: Props["set"];
  data: TrendsGrid;
  measure: Measure;
  middle: number;
  said: Said;
}

function Grid({ view, set, data, measure, middle, said }: GridProps) {
  const { w, f, num, lang } = said;
  const hours = hoursOf(data.cells, view.volume);
  const week = countDays(data.from, data.to) >= WEEK.length ? WEEK : WEEK.filter((weekday) => data.cells.some((cell) => cell.weekday === weekday));
  const most = Math.max(1, ...data.cells.map(({ n }) => n));
  const pressed = (weekday: number | null, hour: number | null) => view.weekday === weekday && view.hour === hour;
  const told = (cell: Cell) => (cell.thin ? null : pointsOf(cell, measure));
  const oftenest = Math.max(1, ...data.cells.map((cell) => told(cell)?.value ?? 0));
  const amount = (part: number) => `v${Math.min(VOLUME_STEPS - 1, Math.floor(part * VOLUME_STEPS))}`;
  const tone = (cell: Cell) => {
    if (view.volume) return amount(cell.n / most);
    const points = told(cell);
    if (points && measure === "named") return amount(points.value / oftenest); // neither good nor bad
    return points ? `s${stepOf(points.value, middle)}` : "thin";
  };
  const figure = (cell: Cell) => {
    const points = told(cell);
    return view.volume ? shortCount(cell.n, f) : points ? num.one(Math.round(points.value)).replace(/[.,]0$/, "") : "";
  };
  const tip = (cell: Cell) => {
    const points = told(cell);
    return w.tip(hoursSaid(cell, said), points ? num.measure(points.value, measure) : "–", points ? num.range(points.lo, points.hi) : "", (measure === "named" ? w.answer : w.vote)(cell.n, f.int(cell.n)));
  };
  const cells = data.cells.filter(({ weekday, hour }) => week.includes(weekday) && hours.includes(hour));
  const none = week.flatMap((weekday) => hours.filter((hour) => !cells.some((cell) => cell.weekday === weekday && cell.hour === hour)).map((hour) => ({ weekday, hour })));
  return (
    <Plot
      class="week" height={TOP + week.length * ROW} label={`${w.weekday}, ${w.hour}`}
      of={[data, measure, middle, view.volume, view.weekday, view.hour, lang]}
      press={(key) => {
        const [weekday = null, hour = null] = key.split("-").slice(1).map((part) => (part ? Number(part) : null));
        set(pressed(weekday, hour) ? { weekday: null, hour: null } : { weekday, hour });
      }}
      draw={(kit, width) => {
        const across = width >= ACROSS_PX;
        const row = across ? ROW : ROW_TOUCHED;
        const [top, left] = across ? [TOP, LEFT] : [ROW_TOUCHED, LEFT_NARROW];
        const rows = across ? week.length : hours.length;
        const wide = across ? Math.min(width, left + hours.length * CELL_MOST_PX) : width;
        const weekdays = { domain: week, type: "band", padding: 0 } as const;
        const day = { domain: hours, type: "band", padding: 0 } as const;
        const at = across ? { x: "hour", y: "weekday" } : { x: "weekday", y: "hour" };
        const axis = { tickSize: 0, label: null, className: "sub" };
        const keyOf = ({ weekday, hour }: Hours) => ({ key: `cell-${weekday ?? ""}-${hour ?? ""}`, pressed: pressed(weekday, hour) });
        const gap = across ? 1.5 : 1;
        // A heading is as wide or as high as its row and fills the margin beside it.
        const headings = (list: number[], where: (n: number) => Hours, above: boolean) => {
          const words = (n: number) => w.onlyAt(hoursSaid(where(n), said));
          const shape = above ? { x: Number, insetTop: gap - top, insetBottom: rows * row + gap } : { y: Number, insetLeft: gap - left, insetRight: wide - left + gap };
          return kit.cell(list, { inset: gap, ...shape, rx: 6, className: "head", ariaLabel: words, title: words, render: pressable(list, (n) => keyOf(where(n))) });
        };
        return {
          height: top + rows * row, marginTop: top, marginLeft: left, marginRight: width - wide,
          ...(across ? { x: day, y: weekdays } : { x: weekdays, y: day }),
          marks: [
            headings(hours, (hour) => ({ weekday: null, hour }), across),
            headings(week, (weekday) => ({ weekday, hour: null }), !across),
            kit.axisX({ ...axis, anchor: "top", tickFormat: across ? f.hour : num.shortWeekday, dy: across ? 0 : -9 }),
            kit.axisY({ ...axis, anchor: "left", tickFormat: across ? num.shortWeekday : f.hour, ...(across && { textAnchor: "start", dx: 9 - left }) }),
            kit.cell(cells, { ...at, inset: gap, rx: 6, ariaLabel: tip, title: tip, fill: (cell: Cell) => (tone(cell) === "thin" ? HATCHED : "currentColor"), render: pressable(cells, (cell) => ({ ...keyOf(cell), tone: tone(cell) })) }),
            kit.text(cells, { ...at, text: figure, render: dressed(cells, (element, cell) => element.setAttribute("class", `${tone(cell)} ${pressed(cell.weekday, cell.hour) ? "strong" : ""}`)) }),
            kit.text(none, { ...at, text: () => "–", className: "none" }),
          ],
        };
      }}
    />
  );
}

/** From the first to the last hour that has votes; of scores, that has enough of them on any day: the table has all. */
function hoursOf(cells: Cell[], volume: boolean): number[] {
  const told = cells.filter(({ thin }) => volume || !thin);
  const all = (told.length ? told : cells).map(({ hour }) => hour);
  const first = Math.min(...all);
  return Array.from({ length: Math.max(...all) - first + 1 }, (_, i) => first + i);
}

const shortCount = (n: number, f: Said["f"]): string => (n < 1000 ? f.int(n) : `${f.int(Math.round(n / 1000))}k`);

/** What the hours that are surely below the promise take of all votes, and of the unhappy ones. */
function Worst({ cells, target, least }: { cells: Cell[]; target: number; least: number }) {
  const { w, f } = useWords();
  const bad = cells.filter((cell) => {
    const points = cell.thin ? null : pointsOf(cell, "share");
    return points && verdictOf(points, target) === "below";
  });
  const sum = (list: Cell[], of: (cell: Cell) => number) => list.reduce((all, cell) => all + of(cell), 0);
  const votes = (cell: Cell) => cell.n;
  const unhappy = (cell: Cell) => (cell.good == null ? 0 : cell.n - cell.good);
  const [strong, rest] = w.unhappyThere(f.int(bad.length), bad.length, f.share(sum(bad, votes) / sum(cells, votes), 0), f.share(sum(bad, unhappy) / Math.max(1, sum(cells, unhappy)), 0));
  const told = cells.some(({ thin }) => !thin);
  if (!told) return <p class="said">{w.fewToTell(f.int(least))}</p>;
  return <p class="said" data-testid="worst-hours">{bad.length ? <><b>{strong}</b>{rest}</> : w.allKept}</p>;
}

function tableOf(data: TrendsGrid, measure: Measure, said: Said, set: Props["set"]): Table {
  const { w, f, num } = said;
  const place = ({ weekday, hour }: Cell) => WEEK.indexOf(weekday) * 24 + hour;
  return {
    columns: [{ name: w.weekday }, { name: w.hour }, { name: measureSaid(measure, data, w), number: true }, { name: w.from95, number: true }, { name: w.to95, number: true }, { name: measure === "named" ? w.answers : w.votes, number: true }],
    rows: [...data.cells].sort((a, b) => place(a) - place(b)).map((cell) => {
      const points = cell.thin ? null : pointsOf(cell, measure);
      const value = (n: number | undefined) => ({ text: n === undefined ? "–" : num.one(n), value: n ?? null });
      return [
        word(f.weekday(cell.weekday), () => set({ weekday: cell.weekday, hour: cell.hour })),
        word(`${f.hour(cell.hour)}\u2013${f.hour(cell.hour + 1)}`),
        value(points?.value), value(points?.lo), value(points?.hi),
        { text: f.int(cell.n), value: cell.n },
      ];
    }),
  };
}
